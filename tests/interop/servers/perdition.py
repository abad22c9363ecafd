# SPDX-License-Identifier: Apache-2.0
"""Perdition in front of a mailbox server."""
from lab import Variant
from servers import backend

COMMON = (f"--no_daemon --outgoing_server 127.0.0.1 --outgoing_port {backend.PORT} --no_lookup "
          "--map_library '' --username nobody --group nogroup --pid_file '' "
          "--ssl_cert_file /lab/tls/cert.pem --ssl_key_file /lab/tls/key.pem "
          "--ssl_no_cert_verify --ssl_no_cn_verify")
CLEAR = "perdition --protocol POP3 --ssl_mode {mode} " + COMMON + " {more} &\n"
TLS = "perdition --protocol POP3S --ssl_mode ssl_listen " + COMMON + " {more} &\n"


def variant(name, mode=None, tls=False, more="", **expected):
    clear = CLEAR.format(mode=mode, more=more) if mode else ""
    over_tls = TLS.format(more=more) if tls else ""
    return Variant("perdition", name, product="perdition", files=backend.FILES, tls_port=tls,
                   inner_ports=(backend.PORT,),
                   start=backend.START + clear + over_tls + "wait\n", **expected)


VARIANTS = [
    variant("cleartext", "none", verdict="permits"),
    variant("optional", "tls_listen", tls=True, verdict="permits", stls="optional"),
    # It takes the name, and refuses at the password.
    variant("required", "tls_listen_force", tls=True, verdict="refuses", stls="required",
            reasons=("refused-late",), findings=("password-invited",)),
    variant("only-995", tls=True, verdict="no-service"),
    # No login works, in clear or not: there is nothing to measure but that.
    variant("login-disabled", "none", more="--login_disabled", verdict="refuses",
            login_works=False, reasons=("refused-late",), findings=("password-invited",)),
]
