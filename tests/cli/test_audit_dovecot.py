# SPDX-License-Identifier: Apache-2.0
"""Dovecot's configurations: what each comes to, and what is noted beside the verdict.

Each row is a folder of files, and what of the record is wanted. The values behind the verdicts are
held against the servers' own doveconf in tests/interop/config_dovecot.py.
"""
import itertools
import os
import re
import time

import tap
from program import AT_ONCE, SANITIZED, popseal, scratch

HEAD = "dovecot_config_version = 2.4.1\ndovecot_storage_version = 2.4.1\n"
P23 = "protocols = pop3\n"
P24 = HEAD + "protocols = pop3\n"
OPEN23 = "disable_plaintext_auth = no\n"
OPEN24 = "auth_allow_cleartext = yes\n"
CERT = "ssl_cert = </elsewhere/cert\nssl_key = </elsewhere/key\n"

numbers = itertools.count()


def audit(files, *words, modes=()):
    """The config record of a folder of these files."""
    if not isinstance(files, dict):
        files = {"dovecot.conf": files}
    folder = scratch() / f"case-{next(numbers)}"
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        path.chmod(0o644)
    for name, mode in modes:
        (folder / name).chmod(mode)
    run = popseal("audit", "--format", "jsonl", "--product", "dovecot", *words, folder)
    records = run.of_type("config")
    tap.equal(len(records), 1, f"config records of {run}")
    records[0]["expectations"] = run.of_type("expectation")
    for finding in records[0]["findings"]:
        if finding.get("location", {}).get("file"):
            finding["at"] = (os.path.relpath(finding["location"]["file"], folder)
                             + f":{finding['location'].get('line')}")
    return records[0]


def places(record, rule):
    return [finding.get("at") for finding in record["findings"] if finding["rule"] == rule]


def check(files, verdict, words=(), modes=(), **wanted):
    record = audit(files, *words, modes=modes)
    tap.equal(record["verdict"], verdict, f"verdict ({record['explanation']})")
    for key, value in wanted.items():
        if key.startswith("no_"):
            tap.equal(places(record, key[3:].replace("_", "-")), [], key)
        elif key in ("reason", "scope"):
            tap.equal(record.get(key), value, key)
        elif key == "listeners":
            got = [(each["address"], each["port"], each["verdict"], each.get("scope"))
                   for each in record["listeners"]]
            tap.equal(got, value, key)
        else:
            got = places(record, key.replace("_", "-"))
            tap.true(value in got, f"no {key} at {value}: {got}")


def row(name, files, verdict, **wanted):
    tap.add(name, lambda: check(files, verdict, **wanted))


# ---- 2.3: the gate

row("ssl = required refuses, whatever the switch says",
    P23 + CERT + "ssl = required\n" + OPEN23, "refuses", reason="setting",
    no_config_permits=True)
row("a requirement taken back for some clients is what lets them in",
    P23 + CERT + "ssl = required\n" + OPEN23 + "remote 10.0.0.0/8 {\n ssl = yes\n}\n", "permits",
    scope="remote 10.0.0.0/8", config_permits="dovecot.conf:7",
    config_scope_exception="dovecot.conf:7")
row("a block for pop3 closes what the global setting opens",
    P23 + OPEN23 + "protocol pop3 {\n disable_plaintext_auth = yes\n}\n", "refuses")
row("the global setting behind a block does not change it",
    P23 + "protocol pop3 {\n disable_plaintext_auth = yes\n}\n" + OPEN23, "refuses")
row("protocol !imap is for pop3",
    P23 + "protocol !imap {\n" + OPEN23 + "}\n", "permits", config_permits="dovecot.conf:3")
row("protocol !pop3 is not", P23 + "protocol !pop3 {\n" + OPEN23 + "}\n", "refuses")
row("blocks nest", P23 + "local 192.0.2.1 {\n remote 10.0.0.0/8 {\n  protocol pop3 {\n" + OPEN23
    + "}\n}\n}\n", "permits", scope="local 192.0.2.1, remote 10.0.0.0/8",
    config_permits="dovecot.conf:5")
row("a block for TLS names means nothing before TLS",
    P23 + "local_name a.example {\n" + OPEN23 + "}\n", "refuses")
row("two blocks of one rank contradict each other",
    P23 + "remote 10.0.0.0/8 {\n" + OPEN23 + "}\nprotocol pop3 {\n"
    "disable_plaintext_auth = yes\n}\n", "undetermined", reason="not-understood")
row("a narrower network closes a part of what a wider one opens",
    P23 + "remote 10.0.0.0/8 {\n" + OPEN23 + "}\nremote 10.1.0.0/16 {\n"
    "disable_plaintext_auth = yes\n}\n", "permits", scope="remote 10.0.0.0/8")
row("a network of all addresses is everybody",
    P23 + "remote 0.0.0.0/0 {\n" + OPEN23 + "}\n", "permits", scope=None,
    config_permits="dovecot.conf:3")
row("an address to listen on is asked at that address",
    P23 + "listen = 192.0.2.1, 192.0.2.2\nlocal 192.0.2.1 {\n" + OPEN23 + "}\n", "permits",
    listeners=[("192.0.2.1", 110, "permits", None), ("192.0.2.2", 110, "refuses", None),
               ("192.0.2.1", 995, "refuses", None), ("192.0.2.2", 995, "refuses", None)])
row("loopback alone is a scope", P23 + "listen = 127.0.0.1\n" + OPEN23, "permits",
    scope="loopback only")
row("trusted networks pass even ssl = required",
    P23 + CERT + "ssl = required\nlogin_trusted_networks = 10.0.0.0/8 192.0.2.7\n", "permits",
    reason="trusted-network", scope="remote 10.0.0.0/8", config_trusted_network="dovecot.conf:5",
    config_permits="dovecot.conf:5")
row("a trusted network behind many that trust this host",
    P23 + "login_trusted_networks = " + " ".join(f"127.0.0.{i}" for i in range(100))
    + " 10.0.0.0/8\n", "permits", reason="trusted-network", scope="remote 10.0.0.0/8")
row("this host may be trusted: it is secure anyway",
    P23 + CERT + "ssl = required\nlogin_trusted_networks = 127.0.0.0/8 ::1\n", "refuses",
    no_config_trusted_network=True)
row("an unknown host name in a block is a scope",
    P23 + "remote mail.example {\n" + OPEN23 + "}\n", "permits", scope="remote mail.example")

# ---- networks, in all the forms that Dovecot takes

REQUIRED = P23 + CERT + "ssl = required\n"
for words, scope in (("10.77.0/24", "10.77.0.0/24"), ("0x0a4d0002/32", "10.77.0.2/32"),
                     ("127.0.0.0/8 [::1]/128 10.77.0/24", "10.77.0.0/24"),
                     ("10.77/16", "10.0.0.77/16"), ("010.77.0.2", "10.77.0.2"),
                     ("010.2", "8.0.0.2"), ("[fd77::]/064", "fd77::/064"), ("0/0", "0.0.0.0/0"),
                     ("10.77.0.2,foo", "10.77.0.2")):
    for head in (REQUIRED, P24):
        row(f"{'2.4' if head is P24 else '2.3'} trusts {words}",
            head + f"login_trusted_networks = {words}\n", "permits", reason="trusted-network",
            scope=f"remote {scope}")
for words in ("foo 10.77.0.0/24", "10.77.0.0/33 10.77.0.2", "10.77.0.0/+8", "[10.77.0.2]",
              "fe80::1%eth0"):
    for head in (REQUIRED, P24):
        row(f"{'2.4' if head is P24 else '2.3'} reads no further than {words}",
            head + f"login_trusted_networks = {words}\n", "undetermined", reason="not-understood")
row("who comes by an IPv4 address is no IPv6 client", REQUIRED
    + "login_trusted_networks = ::ffff:10.77.0.0/112\n", "refuses",
    no_config_trusted_network=True)
row("nor in a block", P23 + "remote ::ffff:10.0.0.0/104 {\n" + OPEN23 + "}\n", "refuses")
row("the server has no such address", P23 + "listen = *\nlocal 2001:db8::1 {\n" + OPEN23 + "}\n",
    "refuses")
row("it has one", P23 + "listen = ::\nlocal 2001:db8::1 {\n" + OPEN23 + "}\n", "permits",
    scope="local 2001:db8::1")
row("an address to listen on may be short", P23 + "listen = 127.1\n" + OPEN23, "permits",
    scope="loopback only")
row("blocks meet, however their networks are written",
    REQUIRED + "remote 10.77.0/24 {\n" + OPEN23 + "}\nremote 10.77.0.0/16 {\n ssl = no\n}\n",
    "permits", scope="remote 10.77.0.0/24")
row("brackets in a block", P23 + "remote [fd77::]/64 {\n" + OPEN23 + "}\n", "permits",
    scope="remote fd77::/64")
for name, other, verdict in (("localhost", "127.0.0.0/8", "undetermined"),
                             ("localhost", "10.0.0.0/8", "refuses"),
                             ("mail.example", "10.0.0.0/8", "undetermined")):
    row(f"a block for {name} and one for {other}", REQUIRED + f"remote {name} {{\n{OPEN23}}}\n"
        f"remote {other} {{\n ssl = no\n}}\n", verdict)
row("who is trusted in a block for a name", REQUIRED
    + "remote mail.example {\nlogin_trusted_networks = 10.0.0.0/8\n}\n", "undetermined")
for head in (REQUIRED, P24):
    row(f"{'2.4' if head is P24 else '2.3'}: trust is taken back for the same network", head
        + "login_trusted_networks = 10.77.0/24\nremote 10.77.0.0/24 {\n login_trusted_networks =\n}\n",
        "refuses")
row("a block within a trusted network is told once", P23 + "listen = *\nssl = required\n"
    "login_trusted_networks = 10.77.0.0/24\nremote 10.77.0.0/24 {\n ssl = yes\n}\n", "permits",
    listeners=[("0.0.0.0", 110, "refuses", None), ("0.0.0.0", 110, "refuses", "remote 10.77.0.0/24"),
               ("0.0.0.0", 110, "permits", "remote 10.77.0.0/24"),
               ("0.0.0.0", 995, "refuses", None)])

# ---- what lets no password in

for head, opened in ((P23, OPEN23), (P24, OPEN24)):
    release = "2.4" if head is P24 else "2.3"
    for value, verdict in (("cram-md5", "refuses"), ("external SCRAM-SHA-256", "refuses"),
                           ("login", "permits"), ("cram-md5 xoauth2", "permits"),
                           ("oauthbearer", "permits"), ("plain any", "undetermined"),
                           ("$ENV:X", "undetermined")):
        row(f"{release}: auth_mechanisms = {value}", head + opened + f"auth_mechanisms = {value}\n"
            "login_trusted_networks = 10.0.0.0/8\n", verdict, no_config_latent=True)
    row(f"{release}: a certificate is wanted of clients", head + opened
        + "auth_ssl_require_client_cert = yes\nlogin_trusted_networks = 10.0.0.0/8\n", "refuses")
    row(f"{release}: mechanisms of IMAP", head + opened
        + "protocol imap {\n auth_mechanisms = cram-md5\n}\n", "permits")
    row(f"{release}: ssl = no opens no TLS listener", head + "listen = *\nssl = no\n", "refuses",
        listeners=[("0.0.0.0", 110, "refuses", None)])
    row(f"{release}: ssl = no and no clear listener", head + opened + "ssl = no\nservice pop3-login"
        " {\n inet_listener pop3 {\n  port = 0\n }\n}\n", "no-service")

# ---- listeners

row("ssl = no on pop3s is a clear port",
    P23 + CERT + OPEN23 + "service pop3-login {\n inet_listener pop3 {\n port = 0\n }\n"
    " inet_listener pop3s {\n ssl = no\n }\n}\n", "permits",
    listeners=[("*", 995, "permits", None)], config_permits="dovecot.conf:4")
row("the last of a listener's settings wins, in several blocks",
    P23 + "service pop3-login {\n inet_listener pop3 {\n port = 0\n }\n}\n"
    "service pop3-login {\n inet_listener pop3 {\n port = 1110\n address = 192.0.2.1\n }\n}\n",
    "refuses", listeners=[("192.0.2.1", 1110, "refuses", None), ("*", 995, "refuses", None)])
row("a listener of another service is not POP3's",
    P23 + "service imap-login {\n inet_listener imap {\n port = 0\n }\n}\n", "refuses",
    listeners=[("*", 110, "refuses", None), ("*", 995, "refuses", None)])
row("a TLS listener of any name", P23 + OPEN23 + "service pop3-login {\n inet_listener pop3 {\n"
    " ssl = yes\n }\n}\n", "refuses", reason="tls-only", config_latent="dovecot.conf:2")
row("2.3 serves pop3 where protocols is not set", OPEN23, "permits")
PROTOCOLS = "!include_try /etc/dovecot/protocols.d/*.protocol\n"
row("a protocols.d that is not Debian's leaves the default open", PROTOCOLS + OPEN23,
    "undetermined", reason="decided-elsewhere", words=())
row("one that says it", {"dovecot.conf": PROTOCOLS + OPEN23,
                         "protocols.d/a.protocol": "protocols = imap pop3\n"}, "permits")
row("one that adds to the default", {"dovecot.conf": PROTOCOLS + OPEN23,
                                     "protocols.d/a.protocol": "protocols = $protocols imap\n"},
    "undetermined")
row("packages set protocols elsewhere", "!include_try /usr/share/dovecot/protocols.d/*.protocol\n"
    + OPEN23, "undetermined", reason="decided-elsewhere", config_latent="dovecot.conf:2")

# ---- services of other names

def service(name, body, port=110):
    return (f"service {name} {{\n{body} inet_listener any {{\n  port = {port}\n }}\n}}\n")


SHUT = "service pop3-login {\n inet_listener pop3 {\n port = 0\n }\n}\n"
RUNS = " executable = pop3-login\n"
UNPROTECTED = " protocol =\n"
for head, opened in ((P23, OPEN23), (P24, OPEN24)):
    release = "2.4" if head is P24 else "2.3"
    wanted = [("*", 995, "refuses", None), ("*", 110, "permits", None)]
    for command in ("pop3-login", "/usr/lib/dovecot/pop3-login -D", '"pop3-login -D"'):
        row(f"{release}: a second service runs {command}",
            head + opened + SHUT + service("old", f" executable = {command}\n protocol = pop3\n"),
            "permits", listeners=wanted)
    row(f"{release}: a second service that is gated", head + SHUT + service("old", RUNS), "refuses",
        listeners=[("*", 995, "refuses", None), ("*", 110, "refuses", None)])
    row(f"{release}: a second service whose protocol is not served",
        head + opened + SHUT + service("old", RUNS + " protocol = lmtp\n"), "undetermined")
    row(f"{release}: a service that runs another program",
        head + opened + SHUT + service("old", " executable = imap-login\n"), "refuses",
        reason="tls-only")
    row(f"{release}: a service that may run it",
        head + SHUT + service("old", " executable = script -p pop3-login\n"), "undetermined",
        reason="not-understood")
    row(f"{release}: pop3-login by another name",
        head + "service pop3-login {\n executable = /usr/local/bin/pop3\n}\n", "undetermined",
        reason="not-understood", no_config_latent=True)
    row(f"{release}: pop3-login with arguments", head + service("pop3-login", " executable = "
        "/usr/libexec/dovecot/pop3-login -D\n", 1110), "refuses")
    row(f"{release}: an unknown program without listeners",
        head + "service quota-warning {\n executable = script $ENV:X\n}\n", "refuses")
    row(f"{release}: an unknown program with one",
        head + service("other", " executable = $ENV:X\n"), "undetermined")
    row(f"{release}: an unknown port of a second service",
        head + service("old", RUNS, "$ENV:X"), "undetermined")
    none = head.replace("= pop3", "=" if head is P24 else "= none")
    row(f"{release}: nothing is served", none + opened, "no-service")
    row(f"{release}: a service of no protocol is served without it",
        none + opened + f"service pop3-login {{\n{UNPROTECTED}}}\n", "permits")
    row(f"{release}: a new service has no protocol", none + opened + service("old", RUNS),
        "permits", listeners=[("*", 110, "permits", None)])
    row(f"{release}: a service of IMAP that runs it starts with IMAP",
        none + opened + f"service imap-login {{\n{RUNS}}}\n", "no-service")
    row(f"{release}: and listens on IMAP's ports",
        head.replace("= pop3", "= imap") + opened + f"service imap-login {{\n{RUNS}}}\n",
        "permits", listeners=[("*", 143, "permits", None), ("*", 993, "refuses", None)])
SUBMISSION = (f"service submission-login {{\n{RUNS} inet_listener submissions {{\n  ssl = no\n }}\n"
              " inet_listener submission {\n  port = 0\n }\n}\n")
row("2.4 has a listener of submissions", P24.replace("pop3", "submission") + OPEN24 + SUBMISSION,
    "permits", listeners=[("*", 465, "permits", None)])
row("2.3 has none", P23.replace("pop3", "submission") + OPEN23 + SUBMISSION, "no-service",
    listeners=[])
row("2.3: the last program wins", P23 + OPEN23 + SHUT + service("old", RUNS)
    + "service old {\n executable = imap-login\n}\n", "refuses")
row("2.4: the names of a service may be whole", P24 + OPEN24 + SHUT
    + "service old {\n service_executable = pop3-login\n"
    " inet_listener a {\n  inet_listener_port = 110\n }\n}\n", "permits")
row("too many listeners of a service", P23 + "service pop3-login {\n"
    + "".join(f"inet_listener a{i} {{\nport = 0\n}}\n" for i in range(70)) + "}\n",
    "undetermined", reason="not-understood")

# ---- values and files

row("continued lines", P23 + "disable_plaintext_auth = \\\n # not this\n\ndisable_plaintext_auth = "
    "\\\n   no\n", "permits", config_permits="dovecot.conf:5")
row("references", P23 + "ssl = no\ndisable_plaintext_auth = $ssl\n", "permits",
    config_permits="dovecot.conf:3")
row("an unknown reference", P23 + "disable_plaintext_auth = $nothing\n", "undetermined",
    reason="not-understood")
row("the environment", P23 + "disable_plaintext_auth = $ENV:X\n", "undetermined")
row("a value in a file", {"dovecot.conf": P23 + "disable_plaintext_auth = <x\n", "x": "no"},
    "permits")
row("a value in a file that is not there", P23 + "disable_plaintext_auth = <x\n", "undetermined")
row("CRLF", (P23 + OPEN23).replace("\n", "\r\n"), "permits", config_permits="dovecot.conf:2")
row("a NUL ends a line", b"protocols = pop3\ndisable_plaintext_auth = no\0pe\n", "permits")
row("includes within blocks and folders, with braces, sorted",
    {"dovecot.conf": P23 + "protocol pop3 {\n!include d/{b,a}*.conf\n}\n",
     "d/a.conf": OPEN23, "d/b.conf": "!include sub/x.conf\n",
     "d/sub/x.conf": "disable_plaintext_auth = yes\n"}, "permits",
    config_permits="d/a.conf:1")
row("an included file may close the block",
    {"dovecot.conf": P23 + "protocol imap {\n!include x\n" + OPEN23, "x": "}\n"}, "permits",
    config_permits="dovecot.conf:4")
row("a file that includes itself", {"dovecot.conf": P23 + "!include dovecot.conf\n"},
    "undetermined", reason="invalid")
row("nothing to include", P23 + "!include none/*\n", "undetermined", reason="invalid",
    config_invalid="dovecot.conf:2")
row("an include beyond the folder", P23 + "!include /elsewhere/x\n", "undetermined",
    reason="include-missing")
row("an include beyond the folder does not hide what permits",
    P23 + OPEN23 + "!include /elsewhere/x\n", "permits")
row("not at all a configuration", b"\x7fELF\0\1\2\3" * 1000, "undetermined", reason="invalid")
row("invalid UTF-8", P23.encode() + b"# \xff\xfe\nlogin_greeting = \x80\n" + OPEN23.encode(),
    "permits")

# ---- what the server refuses

for text in ("disable_plaintext_auth = off\n", "disable_plaintext_auth = n\n",
             "disable_plaintext_auth =\n", "ssl = YES\n", "ssl no\n", "}\n", "protocol x { }\n",
             "auth_allow_cleartext = no\n", "disable_plaintext_auths = no\n",
             "protocol pop3 {\nremote 10.0.0.0/8 {\n}\n}\n", "remote 10.0.0.0/33 {\n}\n",
             "service pop3-login {\ninet_listener pop3 {\nssl = maybe\n}\n}\n",
             "service pop3-login {\ninet_listener pop3 {\nport = pop3\n}\n}\n",
             "service pop3-login {\nssl = no\n}\n"):
    row(f"2.3 refuses {text.encode()}", P23 + text, "undetermined", reason="invalid")
for text in ("disable_plaintext_auth = no\n", "ssl_cert = <x\n", "plugin {\n}\n",
             "ssl = required\nauth_allow_cleartext = yes\n", "auth_allow_cleartext = True\n",
             "group @a {\n}\n", "service pop3-login {\nprotocol pop3 {\n}\n}\n"):
    row(f"2.4 refuses {text.encode()}", P24 + text, "undetermined", reason="invalid")
row("2.4 wants its version first", P23, "undetermined", reason="invalid",
    words=("--product-version", "2.4.1"))
row("2.3 does not take a file for 2.4", P24, "undetermined", reason="invalid",
    words=("--product-version", "2.3.19"))
row("the version is not first", P23 + HEAD, "undetermined", reason="invalid")
row("no storage version", "dovecot_config_version = 2.4.1\nprotocols = pop3\n", "undetermined",
    reason="invalid")

for head in (P23 + OPEN23, P24 + OPEN24):
    row(f"a block is not closed in {'2.3' if head[0] == 'p' else '2.4'}", head
        + "protocol imap {\n mail_debug = yes\n", "undetermined", reason="invalid")
row("a network of all addresses does not keep blocks from nesting", P23
    + "remote 0.0.0.0/0 {\nlocal 192.0.2.1 {\n" + OPEN23 + "}\n}\n", "permits",
    scope="local 192.0.2.1")

# ---- 2.4

HERE = P24.replace("2.4.1", "2.4.2") + "login_greeting = <<END\n" + OPEN24 + "END\n"
row("a here-document is text", HERE, "refuses")
row("2.4.1 has no here-documents", HERE, "undetermined", words=("--product-version", "2.4.1"))
row("2.4.2 has", HERE, "refuses", words=("--product-version", "2.4.2"))
row("a here-document without end", P24 + "login_greeting = <<END\n" + OPEN24, "undetermined",
    reason="invalid")
row("quoted keys, and words of a list", HEAD + "\"protocols\" {\n pop3 = yes\n}\n"
    '"auth_allow_cleartext" = yes\n', "permits", config_permits="dovecot.conf:6")
row("a word taken out of a list", P24 + OPEN24 + "protocols/pop3 = no\n", "no-service")
row("paths", P24 + OPEN24 + "service/pop3-login/inet_listener/pop3/port = 0\n", "refuses",
    config_latent="dovecot.conf:4")
row("a group is for where it is included", P24 + "group @g a {\n" + OPEN24 + "}\n", "refuses")
row("a group that is included", P24 + "group @g a {\n" + OPEN24 + "}\n@g = a\n", "permits",
    config_permits="dovecot.conf:5")
row("a group with names that lack its label", P24 + "group @auth a {\n allow_cleartext = yes\n}\n"
    "remote 10.0.0.0/8 {\n @auth = a\n}\n", "permits", scope="remote 10.0.0.0/8")
row("what is set beats a group", P24 + "group @g a {\n" + OPEN24
    + "}\nauth_allow_cleartext = no\n@g = a\n", "refuses")
row("trusted networks do not pass ssl = required",
    P24 + "ssl = required\nlogin_trusted_networks = 10.0.0.0/8\n", "refuses",
    no_config_trusted_network=True)
row("a trusted network taken out of the list, and one that is put in again",
    P24 + "login_trusted_networks = 10.0.0.0/8 10.0.0.0/8 192.0.2.1\nlogin_trusted_networks {\n"
    " 10.0.0.0/8 = no\n 192.0.2.1 = no\n 192.0.2.1 = yes\n}\n", "permits",
    scope="remote 192.0.2.1", config_permits="dovecot.conf:8")
row("trusted networks pass ssl = yes", P24 + "login_trusted_networks {\n 10.0.0.0/8 = yes\n}\n",
    "permits", reason="trusted-network", scope="remote 10.0.0.0/8",
    config_permits="dovecot.conf:5")
PROXY = "service pop3-login {\n inet_listener pop3 {\n haproxy = yes\n }\n}\n"
row("the PROXY protocol makes clients secure in 2.4", P24 + PROXY, "permits",
    config_permits="dovecot.conf:6")
row("but for ssl = required", P24 + "ssl = required\n" + PROXY, "refuses")
row("and not in 2.3", P23 + PROXY, "refuses")
row("an earlier network block under a later protocol block: releases differ",
    P24 + "remote 10.0.0.0/8 {\n" + OPEN24 + "}\nprotocol pop3 {\nauth_allow_cleartext = no\n}\n",
    "undetermined")

# ---- names of 1.x and 2.0 that 2.3 takes, in the order of the file

OFF = SHUT + "service pop3-login {\n inet_listener pop3s {\n  port = 0\n }\n}\n"
for text, wanted in (("protocol pop3 {\n listen = *:110\n}\n", [("0.0.0.0", 110, "permits", None)]),
                     ("listen = *:110\n", [("0.0.0.0", 110, "permits", None)]),
                     ("protocol pop3 {\n ssl_listen = *:1995\n}\n",
                      [("0.0.0.0", 1995, "refuses", None)]),
                     ("protocol imap {\n listen = *:110\n}\n", []),
                     ("protocol !imap {\n listen = 192.0.2.1:110\n}\n",
                      [("192.0.2.1", 110, "permits", None)])):
    row(f"2.3: the ports are shut, then {text.encode()}", P23 + OPEN23 + OFF + text,
        wanted[0][2] if wanted else "no-service", listeners=wanted)
row("2.3: an address with a port, then the port is shut", P23 + OPEN23 + "listen = *:110\n" + OFF,
    "no-service")
row("2.3: an address with a port moves the port", P23 + OPEN23 + "listen = *:1110\n", "permits",
    listeners=[("0.0.0.0", 1110, "permits", None), ("0.0.0.0", 995, "refuses", None)])
row("2.3: an address of a protocol", P23 + OPEN23 + "listen = 127.0.0.1\nprotocol pop3 {\n"
    " listen = 192.0.2.1\n}\n", "permits", scope=None)
row("2.3: an IPv6 address has no port", P23 + OPEN23 + "listen = ::1, [::1]\n", "permits",
    scope="loopback only")
row("2.3: pop3s alone", "protocols = pop3s\n" + OPEN23, "refuses", reason="tls-only",
    listeners=[("*", 995, "refuses", None)])
row("2.3: pop3s beside pop3", "protocols = pop3s pop3\n" + OPEN23, "permits")
row("2.3: pop3s, then the port is opened", "protocols = imaps pop3s\n" + OPEN23
    + service("pop3-login", " inet_listener pop3 {\n  port = 110\n }\n", 0), "permits")
row("2.3: ssl_disable is ssl", P23 + OPEN23 + "ssl = required\nssl_disable = yes\n", "permits",
    config_permits="dovecot.conf:2")
row("2.3: ssl_disable = no", P23 + OPEN23 + "ssl = required\nssl_disable = no\n", "permits")
row("2.3: ssl_disable is yes or no", P23 + "ssl_disable = 1\n", "undetermined", reason="invalid")
row("2.3: files of a certificate", P23 + "ssl_cert_file = /elsewhere/cert\nssl_key_file = k\n"
    "max_mail_processes = 100\n", "refuses", config_tls_unavailable="dovecot.conf:3")
row("2.3: a block of auth", P23 + OPEN23 + "auth default {\n mechanisms = cram-md5\n passdb pam {\n"
    " }\n}\n", "refuses")
row("2.4 has none of these", P24 + "ssl_disable = yes\n", "undetermined")

# ---- what 2.4 says of listeners outside of them

SHUT_24 = P24 + OPEN24 + "service pop3-login {\n inet_listener pop3 {\n  port = 0\n }\n}\n"
for text in ("inet_listener_ssl = no\n", "service pop3-login {\n inet_listener_ssl = no\n}\n",
             "service/pop3-login/inet_listener_ssl = no\n", "inet_listener_haproxy = yes\n",
             "group @g a {\n inet_listener_ssl = no\n}\n@g = a\n", "inet_listener_port = 1110\n",
             "group @inet_listener a {\n ssl = no\n}\n@inet_listener = a\n",
             "inet_listener pop3s {\n ssl = no\n}\n", "inet_listener/pop3s/ssl = no\n",
             "service pop3-login {\n listen = 192.0.2.1\n}\n"):
    row(f"2.4: what listens is not understood of {text.encode()}", SHUT_24 + text, "undetermined",
        reason="not-understood", listeners=[])
for text in ("service imap-login {\n inet_listener_ssl = no\n}\n",
             "local 192.0.2.1 {\n inet_listener_ssl = no\n}\n",
             "service auth {\n inet_listener any {\n  port = 9\n }\n}\n"):
    row(f"2.4: no matter of POP3's is {text.encode()}", SHUT_24 + text, "refuses")

# ---- lists

row("2.4: a quoted protocol", HEAD + 'protocols = imap "pop3"\n' + OPEN24, "permits")
row("2.4: a quoted network", P24 + 'login_trusted_networks = 192.0.2.0/24 "10.77.0.0/24"\n',
    "permits", listeners=[("*", 110, "refuses", None), ("*", 110, "permits", "remote 192.0.2.0/24"),
                          ("*", 110, "permits", "remote 10.77.0.0/24"),
                          ("*", 995, "refuses", None)])
row("2.4: a quoted address", P24 + 'listen = 127.0.0.1, "192.0.2.1"\n' + OPEN24, "permits",
    scope=None)
for value in ('imap"pop3"', '"imap"pop3', 'imap "pop3', "POP3", "imap !pop3", "imap\tpop3",
              "imap 'pop3'", "none", "pop3 imaps"):
    row(f"2.4 has no protocols {value!r}", HEAD + f"protocols = {value}\n" + OPEN24,
        "undetermined", reason="invalid")
for value in ("POP3", "imap,pop3", "imap\tpop3", "none imap"):
    row(f"2.3 has no protocols {value!r}", f"protocols = {value}\n" + OPEN23, "undetermined",
        reason="invalid")
row("a service may be of a protocol of its own", "protocols = pop3 any\nservice any {\n"
    " protocol = any\n}\n" + OPEN23, "permits")
for head in (P23, P24):
    row(f"{'2.4' if head is P24 else '2.3'} listens somewhere", head + "listen =\n",
        "undetermined", reason="invalid")
row("2.4: a contradiction by group", P24 + "ssl = required\ngroup @g a {\n" + OPEN24
    + "}\n@g = a\n", "undetermined", reason="invalid")

# ---- blocks of 2.4

for text in ("login_trusted {\n networks = 10.77.0.2\n}\n", "auth {\n allow_cleartext = yes\n}\n",
             "protocol/pop3/ssl = yes\n", "remote/10.0.0.1/auth_allow_cleartext = yes\n",
             "protocol pop3 {\n service pop3-login {\n }\n}\n",
             "remote 10.0.0.0/8 {\n service pop3-login {\n }\n}\n"):
    row(f"2.4 does not load {text.encode()}", P24 + text, "undetermined")
for text in ("sql_driver = mysql\nmysql localhost {\n user = a\n password = b\n dbname = c\n}\n",
             "pgsql localhost {\n}\n", "sql_driver = sqlite\nsqlite {\n path = /a\n}\n",
             "cassandra {\n hosts = a\n}\n", "ssl_server {\n cert_file = /elsewhere/c\n}\n",
             "protocol pop3 {\n passdb pam {\n }\n}\n", "oauth2 {\n}\n",
             "mail_attribute {\n dict file {\n }\n}\n", "imap_capability {\n}\n"):
    row(f"2.4 loads {text.encode()}", P24 + text, "refuses")

# ---- beside the verdict

row("no certificate", P23 + "ssl = yes\n", "refuses", config_tls_unavailable="dovecot.conf:None")
row("no such certificate", P23 + "ssl_cert = <x.pem\n", "refuses",
    config_tls_unavailable="dovecot.conf:2")
row("a certificate beyond the folder may be there", P23 + CERT, "refuses",
    no_config_tls_unavailable=True)
KEY = {"dovecot.conf": P23 + "ssl_cert = <c\nssl_key = <k\n", "c": "", "k": ""}
row("everybody reads the key", KEY, "refuses", key_permissions="dovecot.conf:3")
row("its group alone may read it", KEY, "refuses", modes=[("k", 0o640)], no_key_permissions=True)
row("everybody writes the configuration", P23, "refuses", modes=[("dovecot.conf", 0o666)],
    config_permissions="dovecot.conf:None")
row("old TLS", P23 + "ssl_min_protocol = TLSv1.1\n", "refuses", config_tls_version="dovecot.conf:2")


def tls_row(name, text, state, version="2.3.21", head=P23 + CERT, at=None):
    """What is said of the versions of TLS: as a finding, as one that is open, and by --expect."""
    def run():
        words = ("--product-version", version) if version else ()
        policy = scratch() / f"tls-{next(numbers)}.policy"
        policy.write_text("[*]\nexpect=tls>=1.2\n")
        record = audit(head + text, "--policy", policy, *words)
        tap.equal([each["state"] for each in record["expectations"]], [state], name)
        found = places(record, "config-tls-version")
        tap.equal(found, [at or "dovecot.conf:None"] if state == "unmet" else [], name)
    tap.add(f"TLS of {version}: {name}", run)


for value in ("TLSv1 TLSv1.1 TLSv1.2", "TLSv1", "!SSLv2 !SSLv3 !TLSv1.1", "!SSLv2 !SSLv3",
              "SSLv3,TLSv1.2", "!TLSv1,!TLSv1.1", "TLSv1.2 TLSv1.1 !TLSv1"):
    for release in ("2.2.36", "2.3.21"):
        tls_row(value, f"ssl_protocols = {value}\n", "unmet", release, at="dovecot.conf:4")
for value in ("TLSv1.2", "!SSLv3 !TLSv1 !TLSv1.1", "!SSLv2, !SSLv3, !TLSv1, !TLSv1.1",
              "TLSv1.2 !TLSv1.1", "TLSv1.2 TLSv1.1 !TLSv1.1"):
    tls_row(value, f"ssl_protocols = {value}\n", "met", "2.2.36")
for release, state in (("2.2.36", "unmet"), ("2.3.0", "unmet"), ("2.3", "undetermined"),
                       ("2.3.10", "undetermined"), ("2.3.19.1", "met"), ("2.3.21", "met"),
                       ("2", "undetermined"), (None, "undetermined")):
    tls_row("nothing is set", "", state, release)
    tls_row("the list decides", "ssl_protocols = TLSv1.2\n", "met", release)
    tls_row("the minimum decides", "ssl_min_protocol = TLSv1.2\n", "met", release)
tls_row("nothing is set", "", "met", "2.4.1", P24 + "ssl_server_cert_file = /elsewhere/c\n")
tls_row("nothing is set", "", "met", None, P24 + "ssl_server_cert_file = /elsewhere/c\n")
for block in ("local 10.0.0.1", "remote 10.0.0.0/8", "protocol pop3"):
    tls_row(block, "ssl_min_protocol = TLSv1.2\n" + block + " {\n ssl_min_protocol = TLSv1\n}\n",
            "unmet", at="dovecot.conf:6")
tls_row("in two blocks", "local 10.0.0.1 {\n protocol pop3 {\n  ssl_min_protocol = TLSv1\n }\n}\n",
        "unmet", at="dovecot.conf:6")
tls_row("in a block of 2.4", "remote 10.0.0.1 {\n ssl_min_protocol = TLSv1\n}\n", "unmet", "2.4.1",
        P24 + "ssl_server_cert_file = /elsewhere/c\n", at="dovecot.conf:6")
tls_row("of IMAP", "protocol imap {\n ssl_min_protocol = TLSv1\n}\n", "met")
tls_row("a later minimum", "ssl_protocols = TLSv1\nssl_min_protocol = TLSv1.2\n", "met")
tls_row("an earlier minimum", "ssl_min_protocol = TLSv1.2\nssl_protocols = TLSv1\n", "unmet",
        at="dovecot.conf:5")
tls_row("not known", "ssl_min_protocol = $ENV:X\n", "undetermined")
tls_row("no version", "ssl_min_protocol = TLSv9\n", "undetermined")

row("weak mechanisms", P23 + "auth_mechanisms = plain CRAM-MD5\n", "refuses",
    config_weak_mechanism="dovecot.conf:2")
row("weak mechanisms behind TLS", P23 + CERT + "auth_mechanisms = plain cram-md5\nssl = required\n",
    "refuses", no_config_weak_mechanism=True)
row("IMAP by the same setting", "protocols = imap pop3\n" + OPEN23, "permits",
    config_sibling="dovecot.conf:2")
row("2.3: the submission sibling is named", "protocols = pop3 submission\n" + OPEN23, "permits",
    config_sibling="dovecot.conf:2")
row("2.4: a submission that asks for TLS is none",
    HEAD + "protocols = pop3 submission\n" + OPEN24 +
    "protocol submission {\n  auth_allow_cleartext = no\n}\n", "permits", no_config_sibling=True)


# --- names and numbers in blocks: what doveconf takes and refuses ---------------------------------

TAKEN_23 = (
    "service auth {\n  unix_listener /var/spool/a/auth {\n    mode = 0660\n    user = x\n  }\n}",
    "passdb {\n  driver = pam\n  args = dovecot\n}", "plugin {\n  any = thing\n}",
    "namespace inbox {\n  inbox = yes\n  mailbox Trash {\n    auto = create\n  }\n}",
    "event_exporter log {\n  format = json\n  transport = log\n}",
    "service x {\n  process_min_avail = 1\n  inet_listener y {\n    name = z\n  }\n}")
REFUSED_23 = (
    "service pop3-login {\n  foo = bar\n}", "servce pop3-login {\n}", "passdb {\n  drivr = pam\n}",
    "service pop3-login {\n  inet_listener pop3 {\n    prot = 110\n  }\n}",
    "service auth {\n  unix_listener /a/b {\n    mod = 0660\n  }\n}",
    "namespace inbox {\n  inboxx = yes\n}", "service pop3-login {\n  client_limit = 10k\n}")
TAKEN_24 = (
    "service pop3-login {\n  service_restart_request_count = unlimited\n  auth_verbose = yes\n}",
    "service auth {\n  unix_listener /a/b {\n    mode = 0660\n  }\n}", "fs posix {\n}",
    "passdb static {\n  password = x\n}", "passdb pam {\n  fields {\n    any = thing\n  }\n}",
    "ssl_server {\n  prefer_ciphers = client\n}", "language en {\n  default = yes\n}",
    "namespace inbox {\n  inbox = yes\n  mail_path = /x\n}", 'quota "x y" {\n}')
REFUSED_24 = (
    "service pop3-login {\n  idle_kill = 10\n}", "servce pop3-login {\n}",
    "service pop3-login {\n  inet_listener pop3 {\n    prot = 110\n  }\n}",
    "passdb pam {\n  drivr = x\n}", "namespace inbox {\n  inboxx = yes\n}",
    "service pop3-login {\n  client_limit = abc\n}")

for head, bodies, verdict in ((P23, TAKEN_23, "refuses"), (P23, REFUSED_23, "undetermined"),
                              (P24, TAKEN_24, "refuses"), (P24, REFUSED_24, "undetermined")):
    for body in bodies:
        row(f"{'2.4' if head is P24 else '2.3'}: {' '.join(body.split())}",
            head + body + "\n", verdict)


@tap.test
def chain():
    """The chain has every assignment, the one that decides last."""
    record = audit({"dovecot.conf": P23 + "!include conf.d/*.conf\n",
                    "conf.d/10-auth.conf": "disable_plaintext_auth = yes\n",
                    "conf.d/99-local.conf": "# ours\n  disable_plaintext_auth = no\n"})
    finding = next(each for each in record["findings"] if each["rule"] == "config-permits")
    evidence = " ".join(map(str, finding["evidence"]))
    tap.true(re.search(r"10-auth\.conf:1.*99-local\.conf:2", evidence), evidence)
    tap.equal(finding["at"], "conf.d/99-local.conf:2", "place")


@tap.test
def bounds():
    """Files that multiply end in a doubt, and soon."""
    files = {f"{level}.conf": f"!include {level + 1}.conf\n" * 12 for level in range(6)}
    record = audit({"dovecot.conf": P23 + "!include 0.conf\n", **files, "6.conf": "ssl = yes\n"})
    tap.equal(record["verdict"], "undetermined", record["explanation"])
    blocks = "".join(f"remote 10.{i // 256}.{i % 256}.0/24 {{\n{OPEN23}}}\n" for i in range(2000))
    tap.equal(audit(P23 + blocks)["verdict"], "permits", "with many blocks")
    same = audit(P23 + "disable_plaintext_auth = no\n" * 150000)
    tap.true(same["verdict"] in ("permits", "undetermined"), same["verdict"])


def blocks(switch, count):
    """As many kinds of clients as the product of both numbers."""
    return "".join(f"local 192.0.2.{i} {{\n ssl = required\n}}\nremote 198.51.100.{i} {{\n {switch}"
                   "\n}\n" for i in range(count))


def many(head, trusted, verdict):
    """Many networks for many kinds of clients end soon: in what permits, or in a doubt."""
    start = time.monotonic()
    tap.equal(audit(head + trusted)["verdict"], verdict, "verdict")
    tap.true(time.monotonic() - start < 10 * AT_ONCE, f"{time.monotonic() - start} seconds")


for net, verdict in (("127", "undetermined"), ("10", "permits")):
    # Sanitized, each of the many allocations costs a slow unwinding.
    nets = [f"{net}.0.{i // 256}.{i % 256}" for i in range(4000 if SANITIZED else 20000)]
    tap.add(f"2.3: 20000 networks in {net}/8", many, P23 + "ssl = required\n",
            f"login_trusted_networks = {' '.join(nets)}\n"
            + blocks("disable_plaintext_auth = yes", 60), verdict)
    tap.add(f"2.4: 20000 networks in {net}/8, each set singly", many, P24,
            "login_trusted_networks {\n" + "".join(f" {each} = yes\n" for each in nets) + "}\n"
            + blocks("auth_allow_cleartext = no", 60), verdict)

tap.main()
