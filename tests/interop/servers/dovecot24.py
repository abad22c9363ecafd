# SPDX-License-Identifier: Apache-2.0
"""Dovecot 2.4 (Debian 13)."""
from functools import partial

from lab import CLIENT_ADDRESS, USER, Variant
from logins import TOKEN

BASE = """dovecot_config_version = 2.4.1
dovecot_storage_version = 2.4.1
protocols = pop3
listen = *
mail_driver = maildir
mail_path = ~/Maildir
passdb passwd-file {
  passwd_file_path = /lab/users
}
userdb passwd-file {
  passwd_file_path = /lab/users
}
ssl_server_cert_file = /lab/tls/cert.pem
ssl_server_key_file = /lab/tls/key.pem
# The lab's logins fail on purpose, again and again, from one address.
auth_failure_delay = 0
service anvil {
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
"""
NO_CLEAR = """
service pop3-login {
  inet_listener pop3 {
    port = 0
  }
}
"""
START = "mkdir -p /run/dovecot; exec dovecot -F -c /lab/dovecot.conf"

# As the package's own scripts leave a fresh installation.
DEBIAN_DEFAULT = """
mkdir -p /etc/dovecot/private /run/dovecot
cp -a /usr/share/dovecot/dovecot.conf /usr/share/dovecot/conf.d /etc/dovecot/
printf 'protocols {\\n  pop3 = yes\\n}\\n' > /usr/share/dovecot/protocols.d/pop3d.protocol
cp /lab/tls/cert.pem /etc/dovecot/private/dovecot.pem
cp /lab/tls/key.pem /etc/dovecot/private/dovecot.key
exec dovecot -F
"""


def variant(name, settings, **expected):
    return Variant("dovecot24", name, product="dovecot", suite="trixie", start=START,
                   files={"/lab/dovecot.conf": BASE + settings}, **expected)


REQUIRED = "ssl = required\n"
safe = partial(variant, verdict="refuses", stls="required", tls_port=True)

VARIANTS = [
    variant("cleartext", "ssl = no\nauth_allow_cleartext = yes\n", verdict="permits"),
    variant("optional", "ssl = yes\nauth_allow_cleartext = yes\n", verdict="permits",
            stls="optional", tls_port=True),
    safe("required", REQUIRED),
    safe("disallowed", "ssl = yes\nauth_allow_cleartext = no\n"),
    Variant("dovecot24", "default", product="dovecot", suite="trixie", start=DEBIAN_DEFAULT,
            verdict="refuses", stls="required", tls_port=True),
    variant("only-995", REQUIRED + NO_CLEAR, verdict="no-service", tls_port=True),
    variant("trusted-network", f"ssl = yes\nlogin_trusted_networks = {CLIENT_ADDRESS}/32\n",
            verdict="permits", reasons=("trusted-network",), vantage="trusted",
            stls="optional", tls_port=True),
    # Unlike 2.3, a trusted network does not get past ssl = required.
    safe("trusted-but-required", REQUIRED + f"login_trusted_networks = {CLIENT_ADDRESS}/32\n",
         vantage=""),
    variant("same-host", REQUIRED, truth="refuses", verdict="undetermined",
            reasons=("same-host",), vantage="same-host", from_server=True, stls="",
            tls_port=True),
    safe("challenge", "ssl = yes\nauth_mechanisms = plain apop cram-md5\n",
         findings=("challenge-in-clear",)),
]

OAUTH_PORT = 9001
OAUTH_SERVICE = ("oauth2.py", str(OAUTH_PORT), USER, TOKEN)
OAUTH = f"""
oauth2 {{
  introspection_mode = post
  introspection_url = http://127.0.0.1:{OAUTH_PORT}/introspect
  username_attribute = username
  active_attribute = active
  active_value = true
}}
passdb oauth2 {{
  mechanisms_filter = xoauth2 oauthbearer
}}
"""
SCRAM = "scram-sha-1 scram-sha-256 scram-sha-1-plus scram-sha-256-plus"

# verify.py holds popseal against these.
LOGINS = [
    safe("mechanisms", REQUIRED + f"auth_mechanisms = plain login cram-md5 {SCRAM}\n"),
    safe("challenge-only", REQUIRED + "auth_mechanisms = cram-md5 scram-sha-256\n"),
    safe("tokens", REQUIRED + "auth_mechanisms = plain oauthbearer xoauth2\n" + OAUTH,
         helpers=(OAUTH_SERVICE,), inner_ports=(OAUTH_PORT,)),
    safe("old-versions", REQUIRED
         + "ssl_min_protocol = TLSv1\nssl_cipher_list = ALL:@SECLEVEL=0\n"),
    safe("tls-1.3", REQUIRED + "ssl_min_protocol = TLSv1.3\n"),
]
