# SPDX-License-Identifier: Apache-2.0
"""GNU mailutils pop3d."""
from lab import Variant

CONFIG = """
program pop3d {{
  pidfile /run/pop3d.pid;
{servers}
}};
tls {{
  ssl-certificate-file /lab/tls/cert.pem;
  ssl-key-file /lab/tls/key.pem;
}};
tls-file-checks {{
  key-file none;
  cert-file none;
}};
"""


def variant(name, modes, **expected):
    servers = "\n".join(f"  server 0.0.0.0:{port} {{ tls-mode {mode}; }};"
                        for port, mode in modes.items())
    return Variant("mailutils", name, product="mailutils",
                   start="exec pop3d --daemon --foreground\n",
                   files={"/etc/mailutils.conf": CONFIG.format(servers=servers)}, **expected)


VARIANTS = [
    variant("cleartext", {110: "false"}, verdict="permits"),
    variant("optional", {110: "ondemand", 995: "connection"}, verdict="permits",
            stls="optional", tls_port=True),
    variant("required", {110: "required", 995: "connection"}, verdict="refuses",
            stls="required", tls_port=True),
    variant("only-995", {995: "connection"}, verdict="no-service", tls_port=True),
]
