# SPDX-License-Identifier: Apache-2.0
"""The servers that tests/interop/fix.py changes."""
import dataclasses
from dataclasses import dataclass

from lab import Variant
from servers import dovecot23, dovecot24

# Keeps the server up, as a service manager does; what it is told goes through a file.
SUPERVISE = """
mkdir -p /usr/local/bin
cat > /usr/local/bin/systemctl <<'END'
#!/bin/sh
# A stand-in: systemctl cat|reload|restart|is-active UNIT
case $1 in
cat|is-active) exit 0 ;;
reload) {reload} ;;
restart) kill "$(cat /run/supervised.pid)" && sleep 0.5 ;;
*) exit 1 ;;
esac
END
chmod +x /usr/local/bin/systemctl
while :; do
	while [ -e /run/down ]; do sleep 0.1; done
	{server} &
	echo $! > /run/supervised.pid
	wait $! || :
	sleep 0.2
done
"""


def supervised(server, reload):
    return SUPERVISE.format(server=server, reload=reload)


@dataclass(frozen=True)
class Case:
    """A vulnerable server, and how it is fixed."""
    variant: Variant
    place: tuple = ()        # how popseal finds the configuration
    options: tuple = ()      # of plan and apply
    run: tuple = ()          # of apply
    after: str = "refuses"   # what port 110 does then
    note: str = ""


@dataclass(frozen=True)
class Failure:
    """One of the ways in which a change fails."""
    title: str
    variant: Variant
    fails: str               # the check that fails
    place: tuple = ()
    options: tuple = ()
    run: tuple = ()
    prepare: str = ""        # shell, in the server's root


PAIR = ("--certificate", "/lab/tls/cert.pem", "--key", "/lab/tls/key.pem")


def dovecot(module, server, name, settings, folder="/etc/dovecot", **more):
    """A server with its files where the package has them."""
    variant = module.variant(name, settings, verdict="permits", **more)
    files = dict(variant.files)
    files[f"{folder}/dovecot.conf"] = files.pop("/lab/dovecot.conf")
    start = "mkdir -p /run/dovecot\n" + supervised("dovecot -F", "doveadm reload")
    return dataclasses.replace(variant, server=server, start=start, files=files)


OPEN_23 = "ssl = yes\ndisable_plaintext_auth = no\n"
OPEN_24 = "ssl = yes\nauth_allow_cleartext = yes\n"

D23 = dovecot(dovecot23, "dovecot23", "open", OPEN_23, stls="optional", tls_port=True)
D24 = dovecot(dovecot24, "dovecot24", "open", OPEN_24, stls="optional", tls_port=True)

DOVECOT = ("--product", "dovecot")

CASES = [
    Case(D23, DOVECOT),
    Case(D24, DOVECOT),
]

FAILURES = [
    Failure("the checker rejects it", D23, "check", DOVECOT, run=("--check-command", "false")),
    Failure("the reload fails", D23, "reload", DOVECOT, run=("--reload-command", "exit 7")),
    Failure("the server is not told", D23, "probe", DOVECOT, run=("--reload-command", "true")),
    Failure("the server does not come back", D23, "probe", DOVECOT,
            run=("--reload-command", "if grep -q 'ssl = required' /etc/dovecot/dovecot.conf; then "
                 "touch /run/down; kill $(cat /run/dovecot/master.pid); else "
                 "rm -f /run/down; sleep 1; fi")),
]
