# SPDX-License-Identifier: Apache-2.0
"""stunnel in front of popa3d, which has no TLS of its own."""
from lab import Variant

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
