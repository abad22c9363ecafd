#!/bin/sh
# Puts back what popseal-fix.sh has changed. Run it as the user zimbra.
set -u

failed=0
@UNDO@
zmmailboxdctl restart || failed=1
zmproxyctl restart || failed=1
exit $failed
