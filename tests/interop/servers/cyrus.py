# SPDX-License-Identifier: Apache-2.0
"""Cyrus IMAP's pop3d under its master, with the account in sasldb."""
from lab import PASSWORD, USER, Variant

IMAPD = """configdirectory: /var/lib/cyrus
proc_path: /run/cyrus/proc
mboxname_lockpath: /run/cyrus/lock
defaultpartition: default
partition-default: /var/spool/cyrus/mail
admins: cyrus
servername: pop.lab.test
autocreate_quota: 0
autocreate_post: yes
autocreate_users: anyone
sasl_pwcheck_method: auxprop
sasl_auxprop_plugin: sasldb
sasl_mech_list: {mechanisms}
failedloginpause: 0
"""
TLS_FILES = "tls_server_cert: /lab/tls/both.pem\ntls_server_key: /lab/tls/both.pem\n"
CYRUS_CONF = """START {{
  recover cmd="/usr/lib/cyrus/bin/ctl_cyrusdb -r"
}}
SERVICES {{
{services}
}}
"""
CLEAR = '  pop3 cmd="pop3d -U 30" listen="pop3" proto="tcp4" prefork=1'
TLS = '  pop3s cmd="pop3d -s -U 30" listen="pop3s" proto="tcp4" prefork=1'
START = f"""
mkdir -p /run/cyrus/proc /run/cyrus/lock /run/cyrus/socket /var/lib/cyrus /var/spool/cyrus/mail
for name in db log msg proc ptclient socket user quota sieve backup lock; do
    mkdir -p /var/lib/cyrus/$name
done
echo {PASSWORD} | saslpasswd2 -c -p -u pop.lab.test {USER}
chown cyrus /etc/sasldb2
chown -R cyrus:mail /run/cyrus /var/lib/cyrus /var/spool/cyrus
exec /usr/lib/cyrus/bin/master
"""


def variant(name, settings, services, mechanisms="PLAIN LOGIN", **expected):
    return Variant("cyrus", name, product="cyrus", start=START, files={
        "/etc/imapd.conf": IMAPD.format(mechanisms=mechanisms) + settings,
        "/etc/cyrus.conf": CYRUS_CONF.format(services="\n".join(services)),
    }, **expected)


BOTH = [CLEAR, TLS]
VARIANTS = [
    variant("cleartext", "allowplaintext: yes\n", [CLEAR], verdict="permits"),
    variant("optional", "allowplaintext: yes\n" + TLS_FILES, BOTH, verdict="permits",
            stls="optional", tls_port=True),
    variant("required", "allowplaintext: yes\ntls_required: 1\n" + TLS_FILES, BOTH,
            verdict="refuses", stls="required", tls_port=True),
    variant("no-plaintext", "allowplaintext: no\nallowapop: no\n" + TLS_FILES, BOTH,
            verdict="refuses", stls="required", tls_port=True),
    # APOP is on by default, and allowplaintext alone leaves it open.
    variant("no-plaintext-apop", "allowplaintext: no\n" + TLS_FILES, BOTH,
            verdict="refuses", stls="required", tls_port=True, findings=("challenge-in-clear",)),
    variant("required-apop", "tls_required: 1\nallowapop: yes\n" + TLS_FILES, BOTH,
            verdict="refuses", stls="required", tls_port=True),
    variant("only-995", "allowplaintext: yes\n" + TLS_FILES, [TLS], verdict="no-service",
            tls_port=True),
]

MECHANISMS = "PLAIN LOGIN CRAM-MD5 SCRAM-SHA-1 SCRAM-SHA-256"

# verify.py holds popseal against these.
LOGINS = [
    variant("mechanisms", "allowplaintext: no\nallowapop: no\n" + TLS_FILES, BOTH,
            mechanisms=MECHANISMS, verdict="refuses", stls="required", tls_port=True),
    variant("old-versions", "tls_required: 1\ntls_versions: tls1_0 tls1_1 tls1_2\n"
            "tls_ciphers: ALL:@SECLEVEL=0\n" + TLS_FILES, BOTH,
            verdict="refuses", stls="required", tls_port=True),
]
