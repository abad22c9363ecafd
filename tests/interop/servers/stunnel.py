# SPDX-License-Identifier: Apache-2.0
"""stunnel in front of popa3d, which has no TLS of its own."""
from lab import Variant
from servers import mailutils

CONFIG = """
foreground = yes
syslog = yes
pid =
cert = /lab/tls/both.pem
[pop3]
accept = {port}
{protocol}
exec = /usr/sbin/popa3d
execArgs = popa3d
"""
START = "mkdir -p /var/lib/popa3d; exec stunnel4 /lab/stunnel.conf\n"


def files(port, protocol=""):
    return {"/lab/stunnel.conf": CONFIG.format(port=port, protocol=protocol)}


VARIANTS = [
    Variant("stunnel", "only-995", product="popa3d", start=START, files=files(995),
            verdict="no-service", tls_port=True),
    # A client that asks for anything but STLS is dropped.
    Variant("stunnel", "stls", product="stunnel", start=START,
            files=files(110, "protocol = pop3"), verdict="refuses", stls="required"),
]

# In front of a server that has no TLS switched on: what it listens on is not reached from outside.
TO_MAILUTILS = """
foreground = yes
syslog = yes
pid =
cert = /lab/tls/both.pem
{settings}
[pop3s]
accept = 995
connect = 127.0.0.1:1110
"""


def before_mailutils(name, settings=""):
    inner = mailutils.CONFIG.format(servers="  server 127.0.0.1:1110 { tls-mode false; };")
    return Variant("stunnel", name, product="mailutils", verdict="no-service", tls_port=True,
                   inner_ports=(1110,),
                   start="pop3d --daemon --foreground &\nexec stunnel4 /lab/stunnel.conf\n",
                   files={"/etc/mailutils.conf": inner,
                          "/lab/stunnel.conf": TO_MAILUTILS.format(settings=settings)})


# verify.py holds popseal against these.
LOGINS = [
    before_mailutils("before-mailutils"),
    before_mailutils("old-versions", "sslVersionMin = TLSv1\nciphers = ALL:@SECLEVEL=0"),
]
