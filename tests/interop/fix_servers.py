# SPDX-License-Identifier: Apache-2.0
"""The servers that tests/interop/fix.py changes."""
import dataclasses
from dataclasses import dataclass

from lab import PASSWORD, SERVER_ADDRESS, USER, Variant
from servers import courier, cyrus, dovecot23, dovecot24, mailutils, nginx, perdition

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
# The password goes by TLS only, to the one whom this certificate is for.
LOGIN = ("--netrc", "/lab/netrc", "--ca", "/lab/tls/cert.pem", "--tls-name", "pop.lab.test")
NETRC = {"/lab/netrc": f"default login {USER} password {PASSWORD}\n",
         "/lab/wrong": f"default login {USER} password of-somebody-else\n"}
SECRETS = "chmod 600 /lab/netrc /lab/wrong /lab/tls/key.pem\n"


def changed(variant, name, start, files=None, **more):
    """The variant with its files where the package has them, and a supervisor."""
    return dataclasses.replace(variant, name=name, start=SECRETS + start,
                               files={**(files or variant.files), **NETRC}, **more)


# ---- Dovecot

DOVECOT = ("--product", "dovecot")
OPEN_23 = "ssl = yes\ndisable_plaintext_auth = no\n"
OPEN_24 = "ssl = yes\nauth_allow_cleartext = yes\n"


def dovecot(module, name, settings, **more):
    variant = module.variant(name, settings, verdict="permits", **more)
    files = dict(variant.files)
    files["/etc/dovecot/dovecot.conf"] = files.pop("/lab/dovecot.conf")
    return changed(variant, name, "mkdir -p /run/dovecot\n"
                   + supervised("dovecot -F", "doveadm reload"), files)


D23 = dovecot(dovecot23, "open", OPEN_23, stls="optional", tls_port=True)
D23_REMOTE = dovecot(dovecot23, "open-remote", "ssl = required\nremote 10.0.0.0/8 {\n  ssl = yes\n"
                     "  disable_plaintext_auth = no\n}\n", stls="optional", tls_port=True)
D23_NO_TLS = dovecot(dovecot23, "no-tls", "ssl = no\ndisable_plaintext_auth = no\n")
# Another server at port 995, which this one does not serve yet.
D23_TAKEN = dataclasses.replace(D23_NO_TLS, name="taken", files={
    **D23_NO_TLS.files, "/lab/other.conf": dovecot23.BASE + dovecot23.PASSDB + dovecot23.NO_CLEAR
    + "base_dir = /run/other\nssl = yes\n"})
D24 = dovecot(dovecot24, "open", OPEN_24, stls="optional", tls_port=True)

# ---- Cyrus

CYRUS = ("--product", "cyrus")


def cyrus_variant(name, settings, **more):
    variant = cyrus.variant(name, settings, cyrus.BOTH, verdict="permits", stls="optional",
                            tls_port=True, **more)
    start, master = cyrus.START.rsplit("exec ", 1)
    return changed(variant, name, start + supervised(master.strip(), "exit 1"))


C36 = cyrus_variant("open", "allowplaintext: yes\n" + cyrus.TLS_FILES)

# ---- Courier

COURIER = ("--product", "courier")
COURIER_CONTROL = """
mkdir -p /usr/local/bin
cat > /usr/local/bin/systemctl <<'END'
#!/bin/sh
case $1 in
cat|is-active) exit 0 ;;
restart) for name in pop3d pop3d-ssl; do
		/usr/lib/courier/$name stop; /usr/lib/courier/$name start; done ;;
*) exit 1 ;;
esac
END
chmod +x /usr/local/bin/systemctl
"""


def courier_variant(name, settings):
    variant = courier.variant(name, settings, courier.CLEAR + courier.TLS, verdict="permits",
                              stls="optional", tls_port=True)
    return changed(variant, name, COURIER_CONTROL + variant.start)


COURIER_OPEN = courier_variant("open", ["POP3_TLS_REQUIRED=0", "POP3_STARTTLS=YES"])

# ---- nginx, mailutils, Perdition

NGINX = ("--product", "nginx")
MAILUTILS = ("--product", "mailutils")
PERDITION = ("--product", "perdition")


def nginx_variant(name, starttls):
    variant = nginx.variant(name, starttls, verdict="permits", stls="optional")
    files = dict(variant.files)
    files["/etc/nginx/nginx.conf"] = files.pop("/lab/nginx.conf")
    start = variant.start.rsplit("exec ", 1)[0]
    return changed(variant, name, start + supervised("nginx", "nginx -s reload"), files)


def mailutils_variant(name, modes):
    variant = mailutils.variant(name, modes, verdict="permits", stls="optional", tls_port=True)
    return changed(variant, name, supervised("pop3d --daemon --foreground", "exit 1"))


# As /etc/init.d/perdition starts it, but in front.
PERDITION_START = f"""
RUN_PERDITION=no POP3=true POP3S=true
. /etc/default/perdition
trap 'kill $one $two; exit' TERM
perdition --protocol POP3 $FLAGS $POP3_FLAGS {perdition.COMMON} & one=$!
perdition --protocol POP3S $FLAGS $POP3S_FLAGS {perdition.COMMON} & two=$!
wait
"""
PERDITION_CONF = "ssl_cert_file /lab/tls/cert.pem\nssl_key_file /lab/tls/key.pem\n"


def perdition_variant(name, flags):
    variant = perdition.variant(name, "none", tls=True, verdict="permits", stls="optional")
    files = {**variant.files, "/lab/perdition.sh": PERDITION_START,
             "/etc/perdition/perdition.conf": PERDITION_CONF,
             "/etc/default/perdition": f"RUN_PERDITION=yes\nFLAGS=\"\"\nPOP3_FLAGS=\"{flags}\"\n"
                                       "POP3S_FLAGS=\"--ssl_mode ssl_listen\"\n"}
    return changed(variant, name, variant.start.split("perdition --protocol", 1)[0]
                   + supervised("sh /lab/perdition.sh", "exit 1"), files)


NGINX_ON = nginx_variant("on", "on")
MAILUTILS_ON = mailutils_variant("ondemand", {110: "ondemand", 995: "connection"})
PERDITION_ON = perdition_variant("tls-listen", "--ssl_mode tls_listen")

CASES = [
    Case(D23, DOVECOT, run=LOGIN),
    # From an address of the network that it is open for.
    Case(D23_REMOTE, DOVECOT, run=("--verify-from", SERVER_ADDRESS)),
    Case(D23_NO_TLS, DOVECOT, PAIR),
    Case(D23, DOVECOT, ("--strategy", "tls-only-port"), after="no-service",
         note=", by the TLS port only"),
    Case(D24, DOVECOT, run=LOGIN),
    Case(C36, CYRUS, run=LOGIN),
    Case(COURIER_OPEN, COURIER, run=LOGIN),
    Case(NGINX_ON, NGINX, run=LOGIN),
    Case(MAILUTILS_ON, MAILUTILS, run=LOGIN),
    Case(PERDITION_ON, PERDITION, run=LOGIN),
]

# A file system of a size of its own over the configuration, and nothing left of it.
FULL = """
mkdir /run/copy; cp -a /etc/dovecot/. /run/copy/
mount -t tmpfs -o size=64k tmpfs /etc/dovecot
cp -a /run/copy/. /etc/dovecot/
dd if=/dev/zero of=/etc/dovecot/fill bs=1k 2>/dev/null || :
"""
READ_ONLY = "mount --bind /etc/dovecot /etc/dovecot; mount -o remount,bind,ro /etc/dovecot"
# What only the changed configuration makes.
WHEN_CHANGED = "if grep -q 'ssl = required' /etc/dovecot/dovecot.conf; then {}; else {}; fi"


def fails(title, check, variant=D23, place=DOVECOT, **more):
    return Failure(title, variant, check, place, **more)


FAILURES = [
    fails("the checker rejects it", "check", run=("--check-command", "false")),
    fails("the reload fails", "reload", run=("--reload-command", "exit 7")),
    fails("the server is not told", "probe", run=("--reload-command", "true")),
    fails("the server does not come back", "probe",
          run=("--reload-command", WHEN_CHANGED.format(
              "touch /run/down; kill $(cat /run/dovecot/master.pid)", "rm -f /run/down; sleep 1"))),
    fails("port 995 is taken", "port", D23_TAKEN, options=PAIR,
          prepare="mkdir /run/other; dovecot -c /lab/other.conf >/dev/null 2>&1"),
    fails("the login over TLS fails", "login", run=("--netrc", "/lab/wrong", *LOGIN[2:])),
    fails("nobody confirms it", "abandoned", run=("--confirm-within", "2s", "--wait")),
    fails("the disk is full", "write", prepare=FULL),
    fails("the file system is read-only", "write", prepare=READ_ONLY),
    fails("the file is immutable", "write", prepare="chattr +i /etc/dovecot/dovecot.conf"),
    fails("Cyrus: the server is not told", "probe", C36, CYRUS, run=("--reload-command", "true")),
    fails("Courier: the login over TLS fails", "login", COURIER_OPEN, COURIER,
          run=("--netrc", "/lab/wrong", *LOGIN[2:])),
]
