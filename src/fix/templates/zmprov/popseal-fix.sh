#!/bin/sh
# @SUMMARY@
#
# Run it as the user zimbra. popseal-undo.sh puts the old values back.
#
# What to mind:
@WARNINGS@
set -eu

# value COMMAND - the value behind "attribute: "
value() {
	"$@" | sed -n 's/^[A-Za-z0-9]*: //p'
}

# expect NOW BEFORE AFTER ATTRIBUTE
expect() {
	[ "$1" = "$2" ] || [ "$1" = "$3" ] || {
		echo "popseal-fix: $4 is $1 by now; plan again" >&2
		exit 4
	}
}

@EXPECT@

if ! {
	@SET@
	zmmailboxdctl restart &&
	zmproxyctl restart
}; then
	echo 'popseal-fix: taken back' >&2
	sh "$(dirname "$0")/popseal-undo.sh" || echo 'popseal-fix: that failed, too' >&2
	exit 5
fi

echo Now ask from elsewhere: popseal verify --expect refuses @HOST@
