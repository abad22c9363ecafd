# SPDX-License-Identifier: Apache-2.0
"""Dovecot 2.3 (Debian 12)."""
from functools import partial

from lab import CLIENT_ADDRESS, USER, Variant
from logins import TOKEN

PASSDB = """
passdb {
  driver = passwd-file
  args = /lab/users
}
"""
PASSDB_FAILS = """
passdb {
  driver = checkpassword
  args = /bin/sh /lab/temporary-failure.sh
}
"""
BASE = """
protocols = pop3
listen = *
mail_location = maildir:~/Maildir
userdb {
  driver = passwd-file
  args = /lab/users
}
ssl_cert = </lab/tls/cert.pem
ssl_key = </lab/tls/key.pem
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
cp -a /usr/share/dovecot/dovecot.conf /usr/share/dovecot/conf.d /etc/dovecot/
echo 'protocols = $protocols pop3' > /usr/share/dovecot/protocols.d/pop3d.protocol
mkdir -p /etc/dovecot/private /run/dovecot
cp /lab/tls/cert.pem /etc/dovecot/private/dovecot.pem
cp /lab/tls/key.pem /etc/dovecot/private/dovecot.key
exec dovecot -F
"""


def variant(name, settings, passdb=PASSDB, **expected):
    return Variant("dovecot23", name, product="dovecot", start=START,
                   files={"/lab/dovecot.conf": BASE + passdb + settings,
                          "/lab/temporary-failure.sh": "exit 111\n"}, **expected)


REQUIRED = "ssl = required\ndisable_plaintext_auth = yes\n"
safe = partial(variant, verdict="refuses", stls="required", tls_port=True)
same_host = partial(variant, truth="refuses", verdict="undetermined", reasons=("same-host",),
                    vantage="same-host", from_server=True, stls="", tls_port=True)

VARIANTS = [
    variant("cleartext", "ssl = no\ndisable_plaintext_auth = no\n", verdict="permits"),
    variant("optional", "ssl = yes\ndisable_plaintext_auth = no\n", verdict="permits",
            stls="optional", tls_port=True),
    safe("required", REQUIRED),
    Variant("dovecot23", "default", product="dovecot", start=DEBIAN_DEFAULT,
            verdict="refuses", stls="required", tls_port=True),
    # CAPA lists USER, yet it is refused.
    safe("trap", "ssl = required\ndisable_plaintext_auth = no\n"),
    variant("only-995", REQUIRED + NO_CLEAR, verdict="no-service", tls_port=True),
    variant("login-mechanism", "ssl = yes\ndisable_plaintext_auth = no\n"
            "auth_mechanisms = plain login\n", verdict="permits", stls="optional", tls_port=True),
    variant("trusted-network", REQUIRED + f"login_trusted_networks = {CLIENT_ADDRESS}/32\n",
            verdict="permits", reasons=("trusted-network",), vantage="trusted",
            stls="optional", tls_port=True),
    same_host("same-host", REQUIRED),
    same_host("same-host-renamed", REQUIRED + "login_greeting = Mail for everyone.\n"),
    safe("challenge", "ssl = yes\ndisable_plaintext_auth = yes\n"
         "auth_mechanisms = plain apop cram-md5\n", findings=("challenge-in-clear",)),
    safe("renamed", REQUIRED + "login_greeting = Mail for everyone.\n"),
    variant("passdb-fails", "ssl = yes\ndisable_plaintext_auth = no\n", PASSDB_FAILS,
            verdict="undetermined", login_works=False, reasons=("temporary",),
            stls="optional", tls_port=True, hint=("permits",)),
    # No account is left, and it says so as if the password were wrong.
    # With its own delay: without, it says now this and now that.
    variant("passdb-missing",
            "ssl = yes\ndisable_plaintext_auth = no\nauth_failure_delay = 2 secs\n",
            PASSDB.replace("/lab/users", "/lab/nowhere/users"), verdict="permits",
            login_works=False, reasons=("credentials-checked",), stls="optional", tls_port=True),
]

OAUTH_PORT = 9001
OAUTH_SERVICE = ("oauth2.py", str(OAUTH_PORT), USER, TOKEN)
PASSDB_TOKEN = """
passdb {
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = /lab/oauth2.conf
}
"""
OAUTH = f"""
introspection_mode = post
introspection_url = http://127.0.0.1:{OAUTH_PORT}/introspect
username_attribute = username
active_attribute = active
active_value = true
"""


def tokens(name, settings, **expected):
    made = variant(name, settings, PASSDB_TOKEN + PASSDB, helpers=(OAUTH_SERVICE,),
                   inner_ports=(OAUTH_PORT,), **expected)
    made.files["/lab/oauth2.conf"] = OAUTH
    return made


# verify.py holds popseal against these.
LOGINS = [
    safe("mechanisms", REQUIRED
         + "auth_mechanisms = plain login cram-md5 scram-sha-1 scram-sha-256\n"),
    safe("challenge-only", REQUIRED + "auth_mechanisms = cram-md5 scram-sha-256\n"),
    tokens("tokens", REQUIRED + "auth_mechanisms = plain oauthbearer xoauth2\n",
           verdict="refuses", stls="required", tls_port=True),
    safe("old-versions", REQUIRED
         + "ssl_min_protocol = TLSv1\nssl_cipher_list = ALL:@SECLEVEL=0\n"),
    safe("tls-1.3", REQUIRED + "ssl_min_protocol = TLSv1.3\n"),
]
