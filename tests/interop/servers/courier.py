# SPDX-License-Identifier: Apache-2.0
"""Courier POP3, started by the package's own scripts under couriertcpd."""
from lab import PASSWORD, USER, Variant

# courierlogger goes to the background, so something has to stay in front.
START = f"""
mkdir -p /run/courier/authdaemon /var/lib/courier /home/{USER}
chown -R courier:courier /run/courier /var/lib/courier
cp /lab/tls/both.pem /etc/courier/pop3d.pem
chown courier:courier /etc/courier/pop3d.pem
chmod 600 /etc/courier/pop3d.pem
for name in new cur tmp; do mkdir -p /home/{USER}/Maildir/$name; done
chown -R 1000:1000 /home/{USER}
sed -i 's/^authmodulelist=.*/authmodulelist="authuserdb"/' /etc/courier/authdaemonrc
umask 077
printf '{USER}\\tuid=1000|gid=1000|home=/home/{USER}|shell=/bin/sh|systempw=%s|hmac-md5pw=%s\\n' \\
    "$(echo {PASSWORD} | userdbpw)" "$(echo {PASSWORD} | userdbpw -hmac-md5)" > /etc/courier/userdb
makeuserdb
umask 022
authdaemond start
"""
CLEAR = "/usr/lib/courier/pop3d start\n"
TLS = "/usr/lib/courier/pop3d-ssl start\n"
STAY = "exec sleep 3600\n"


def variant(name, settings, serve, **expected):
    edits = "".join(f"echo '{line}' >> /etc/courier/pop3d-ssl\n" for line in settings)
    edits += "echo MAXPERIP=40 >> /etc/courier/pop3d\n"
    return Variant("courier", name, product="courier", start=START + edits + serve + STAY,
                   **expected)


VARIANTS = [
    variant("cleartext", ["POP3_STARTTLS=NO"], CLEAR, verdict="permits"),
    variant("optional", ["POP3_STARTTLS=YES"], CLEAR + TLS, verdict="permits",
            stls="optional", tls_port=True),
    # CAPA goes on listing USER.
    variant("required", ["POP3_TLS_REQUIRED=1"], CLEAR + TLS, verdict="refuses",
            stls="required", tls_port=True),
    # A word where a number is due: atoi makes it 0, and cleartext stays permitted.
    variant("required-word", ["POP3_TLS_REQUIRED=YES"], CLEAR + TLS, verdict="permits",
            stls="optional", tls_port=True),
    variant("mechanisms", ['POP3AUTH="PLAIN LOGIN CRAM-MD5"'], CLEAR, verdict="permits",
            stls="optional"),
    # The TLS process cannot read its certificate: STLS says +OK, and no handshake follows.
    variant("broken", [], "chown root /etc/courier/pop3d.pem\n" + CLEAR, verdict="permits",
            stls="broken"),
    variant("only-995", [], TLS, verdict="no-service", tls_port=True),
]

ALL = 'POP3AUTH_TLS="PLAIN LOGIN CRAM-MD5"'

# verify.py holds popseal against these.
LOGINS = [
    variant("tls-mechanisms", ["POP3_TLS_REQUIRED=1", ALL], f"echo '{ALL}' >> /etc/courier/pop3d\n"
            + CLEAR + TLS, verdict="refuses", stls="required", tls_port=True),
]
