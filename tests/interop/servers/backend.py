# SPDX-License-Identifier: Apache-2.0
"""The mailbox server behind the proxies: Dovecot, in clear, on a loopback port."""

PORT = 1110
FILES = {"/lab/backend.conf": f"""
protocols = pop3
mail_location = maildir:~/Maildir
passdb {{
  driver = passwd-file
  args = /lab/users
}}
userdb {{
  driver = passwd-file
  args = /lab/users
}}
ssl = no
disable_plaintext_auth = no
login_greeting = Backend ready.
service pop3-login {{
  inet_listener pop3 {{
    address = 127.0.0.1
    port = {PORT}
  }}
}}
"""}
START = "mkdir -p /run/dovecot; dovecot -c /lab/backend.conf\n"
