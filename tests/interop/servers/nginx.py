# SPDX-License-Identifier: Apache-2.0
"""nginx as a mail proxy, with an auth_http service and a mailbox server behind it."""
from lab import PASSWORD, USER, Variant
from servers import backend

AUTH_PORT = 9000
AUTH_SERVICE = ("auth_http.py", str(AUTH_PORT), USER, PASSWORD, str(backend.PORT))
CONFIG = """
load_module modules/ngx_mail_module.so;
user www-data;
daemon off;
pid /run/nginx.pid;
error_log syslog:server=unix:/dev/log info;
events {{}}
mail {{
  server_name pop.lab.test;
  auth_http 127.0.0.1:{auth_port}/auth;
  proxy on;
  ssl_certificate /lab/tls/cert.pem;
  ssl_certificate_key /lab/tls/key.pem;
  {settings}
  {servers}
}}
"""
CLEAR = "server {{ listen 110; protocol pop3; starttls {starttls}; }}"
TLS = "server {{ listen 995 ssl; protocol pop3; }}".format()
# modules/ is the compiled-in prefix's link in the package; it is made by its scripts.
START = ("ln -sfn /usr/lib/nginx/modules /usr/share/nginx/modules\n"
         "mkdir -p /var/lib/nginx /var/log/nginx\n" + backend.START
         + "exec nginx -c /lab/nginx.conf\n")


def variant(name, starttls=None, tls=True, settings="", helpers=(AUTH_SERVICE,), **expected):
    servers = [CLEAR.format(starttls=starttls)] if starttls else []
    servers += [TLS] if tls else []
    config = CONFIG.format(auth_port=AUTH_PORT, settings=settings, servers="\n  ".join(servers))
    return Variant("nginx", name, product="nginx", start=START, helpers=helpers, tls_port=tls,
                   inner_ports=(backend.PORT, *[AUTH_PORT] * len(helpers)),
                   files={**backend.FILES, "/lab/nginx.conf": config}, **expected)


VARIANTS = [
    variant("off", "off", tls=False, verdict="permits"),
    variant("on", "on", verdict="permits", stls="optional"),
    # It refuses as if it did not know the command.
    variant("only", "only", verdict="refuses", stls="required"),
    variant("only-995", verdict="no-service"),
    variant("login-mechanism", "on", settings="pop3_auth plain cram-md5 apop;",
            verdict="permits", stls="optional"),
    # CAPA lists CRAM-MD5 alone; PLAIN, LOGIN and USER work all the same.
    variant("hidden-plain", "on", settings="pop3_auth apop cram-md5;",
            verdict="permits", stls="optional"),
    variant("only-challenge", "only", settings="pop3_auth plain cram-md5 apop;",
            verdict="refuses", stls="required"),
    # The password was taken in clear before the back end turned out to be gone.
    variant("auth-dead", "on", helpers=(), verdict="permits", login_works=False,
            reasons=("credentials-checked",), stls="optional"),
]

# verify.py holds popseal against these.
LOGINS = [
    variant("mechanisms", "only", settings="pop3_auth plain cram-md5;", verdict="refuses",
            stls="required"),
    variant("old-versions", "only", settings="ssl_protocols TLSv1 TLSv1.1 TLSv1.2; "
            "ssl_ciphers ALL:@SECLEVEL=0;", verdict="refuses", stls="required"),
]
