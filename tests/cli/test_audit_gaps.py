# SPDX-License-Identifier: Apache-2.0
"""What popseal audit may not look at: it says so, and never takes it for what is not there."""
import os
import subprocess

import tap
from program import POPSEAL, SANITIZED, Run, environment, scratch

OPEN = "disable_plaintext_auth = no\n"
ROOT = "protocols = pop3\n"
SERVER = "server { listen 110; protocol pop3; }\n"
NGINX = "mail {{\n  auth_http 127.0.0.1:9;\n  include {};\n}}\n"
NOBODY = 65534
SECONDS = 20 * (10 if SANITIZED else 1)

scratch().chmod(0o755)  # so that others than root get to what lies in it


def lay(name, files):
    root = scratch() / name
    for path, text in files.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        if text.startswith("->"):
            file.symlink_to(text[2:])
        else:
            file.write_text(text)
    return root


def audit(*words, nobody=False):
    """The run; without rights to read everything if `nobody`."""
    if nobody and os.geteuid() == 0:
        rights = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
    else:
        rights = {}
    done = subprocess.run([POPSEAL, "audit", "--format", "jsonl", *map(str, words)],
                          env=environment(), capture_output=True, check=False,
                          timeout=SECONDS, **rights)
    return Run(done.args, done.returncode, done.stdout, done.stderr, 0)


def verdicts(run):
    return [record["verdict"] for record in run.of_type("config")]


def check(name, files, closed, path=".", wanted="undetermined"):
    root = lay(name, files)
    for each in closed:
        (root / each).chmod(0o700)
    try:
        run = audit(root / path, nobody=bool(closed))
    finally:
        for each in closed:
            (root / each).chmod(0o755)
    tap.equal(verdicts(run), [wanted], f"verdicts of {run}")
    tap.true(run.code != 0, "exit 0")


def row(title, files, closed=(), **wanted):
    name = f"row-{row.count}"
    row.count += 1
    tap.add(title, lambda: check(name, files, closed, **wanted))


row.count = 0

# --- folders that may not be listed ---------------------------------------------------------------

for line in ("!include_try conf.d/*.conf", "!include conf.d/*.conf", "!include_try conf.d/a.conf"):
    row(f"Dovecot: {line} in a closed folder",
        {"dovecot.conf": ROOT + line + "\n", "conf.d/a.conf": OPEN}, ["conf.d"])
row("nginx: an include in a closed folder",
    {"nginx.conf": NGINX.format("mail.d/*.conf"), "mail.d/a.conf": SERVER}, ["mail.d"])
row("xinetd: a closed includedir",
    {"etc/xinetd.conf": "defaults\n{\n}\nincludedir /etc/xinetd.d\n", "etc/xinetd.d/pop3": ""},
    ["etc/xinetd.d"], path="etc/xinetd.conf")

# --- what leads out of what is audited ------------------------------------------------------------

row("Dovecot: an include above the folder",
    {"mx/dovecot.conf": ROOT + "!include_try ../common/*.conf\n", "common/a.conf": OPEN}, path="mx")
row("Dovecot: a file of that name in the folder is another one",
    {"mx/dovecot.conf": ROOT + "!include ../common/a.conf\n", "common/a.conf": OPEN,
     "mx/common/a.conf": "ssl = required\n"}, path="mx")
row("Dovecot: an absolute include elsewhere",
    {"dovecot.conf": ROOT + "!include_try /etc/elsewhere.conf\n"})
row("Dovecot: protocols.d is Debian's in one place only",
    {"dovecot.conf": "!include_try /mnt/protocols.d/*.conf\n" + ROOT})
for path in ("/usr/share/dovecot/protocols.d/../../../../etc/evil.conf",
             "/usr/share/dovecot/protocols.d/{a,../b}.conf"):
    row(f"Dovecot: {path} is no place of Debian's",
        {"dovecot.conf": ROOT + f"!include_try {path}\n"})
row("Dovecot: a link out of the folder",
    {"mx/dovecot.conf": ROOT + "!include_try local.conf\n", "mx/local.conf": "->../shared.conf",
     "shared.conf": OPEN}, path="mx")
row("Dovecot: the root is a link out of the folder",
    {"mx/dovecot.conf": "->../shared.conf", "shared.conf": ROOT + OPEN}, path="mx")
row("Dovecot: a link by the server's own name is followed",
    {"dovecot.conf": ROOT + "!include_try local.conf\n", "local.conf": "->/etc/dovecot/real.conf",
     "real.conf": OPEN}, wanted="permits")
row("nginx: an include above the folder",
    {"mx/nginx.conf": NGINX.format("../common/*.conf"), "common/a.conf": SERVER}, path="mx")
row("Links that lead to each other",
    {"dovecot.conf": ROOT + "!include_try a.conf\n", "a.conf": "->/etc/dovecot/b.conf",
     "b.conf": "->/etc/dovecot/a.conf"})

# --- parts ----------------------------------------------------------------------------------------

PART = "disable_plaintext_auth = yes\nauth_mechanisms = plain login\n"

row("A part below the root stands for the whole",
    {"dovecot.conf": ROOT + "!include conf.d/*.conf\n", "conf.d/10-auth.conf": PART,
     "conf.d/99-local.conf": OPEN}, path="conf.d/10-auth.conf", wanted="permits")
row("A part beside the root stands for the whole",
    {"dovecot.conf": ROOT + "!include_try *.inc\n" + OPEN, "a.inc": PART}, path="a.inc",
    wanted="permits")
row("A dump beside the root stands for itself",
    {"dovecot.conf": ROOT, "dump.txt": ROOT + OPEN + "ssl = yes\n"}, path="dump.txt",
    wanted="permits")

# --- who may write --------------------------------------------------------------------------------

def writable(name, files, modes, wanted):
    root = lay(name, files)
    for path, mode in modes.items():
        (root / path).chmod(mode)
    record, = audit(root).of_type("config")
    found = {os.path.relpath(finding["location"]["file"], root)
             for finding in record["findings"] if finding["rule"] == "config-permissions"}
    tap.equal(found, wanted, "may be written")


STUNNEL = "cert = /c\n[pops]\naccept = 995\nconnect = 110\n"
for at, (files, modes, wanted) in enumerate((
        ({"dovecot.conf": ROOT + "!include_try a.conf\n", "a.conf": OPEN}, {"a.conf": 0o666},
         {"a.conf"}),
        ({"dovecot.conf": ROOT}, {".": 0o777}, {"."}),
        ({"dovecot.conf": ROOT}, {".": 0o1777}, set()),
        ({"imapd.conf": "configdirectory: /a\n", "cyrus.conf": 'SERVICES {\n pop3 cmd="pop3d" '
          'listen="pop3"\n}\n'}, {"imapd.conf": 0o646}, {"imapd.conf"}),
        ({"stunnel.conf": STUNNEL}, {"stunnel.conf": 0o602}, {"stunnel.conf"}),
        ({"nginx.conf": NGINX.format("mail.d/*.conf"), "mail.d/a.conf": SERVER}, {"mail.d": 0o777},
         {"mail.d"}),
        ({"popsettings.txt": "LoginType : SecureLogin\n"}, {"popsettings.txt": 0o666}, set()))):
    tap.add(f"{sorted(files)[0]}: who may write it is told ({at})", writable, f"writable-{at}",
            files, modes, wanted)

# --- bounds ---------------------------------------------------------------------------------------

row("Braces that stand for forty million files",
    {"dovecot.conf": ROOT + "!include " + "{a,b,c,d,e,f,g}" * 9 + ".conf\n"})


@tap.test
def no_text():
    """Random octets by the name of a root are no configuration without POP3"""
    noise = bytes(range(256)) * 8
    for product, name in (("inetd", "inetd.conf"), ("xinetd", "xinetd.conf"),
                          ("haproxy", "haproxy.cfg"), ("stunnel", "stunnel.conf")):
        root = lay(f"noise-{product}", {name: ""})
        (root / name).write_bytes(noise)
        run = audit("--product", product, root)
        record, = run.of_type("config")
        tap.equal(record["verdict"], "undetermined", f"verdict of {product}")
        tap.true("config-invalid" in {each["rule"] for each in record["findings"]}, product)


@tap.test
def all_there_is():
    """The folder of a product that is named is all there is: an absolute name elsewhere is nothing"""
    root = lay("all", {"dovecot.conf": ROOT + OPEN + "!include_try /etc/elsewhere.conf\n"})
    tap.equal(verdicts(audit("--product", "dovecot", root)), ["permits"], "verdicts")
    (root / "dovecot.conf").write_text(ROOT + "!include_try /usr/local/x/*.conf\n")
    tap.equal(verdicts(audit("--product", "dovecot", root)), ["refuses"], "verdicts")


@tap.test
def closed_folder_below():
    """A folder below that may not be listed is an error, and the others are audited"""
    if os.geteuid():
        raise tap.Skip("needs root")
    root = lay("walk", {"a/dovecot.conf": ROOT, "b/dovecot.conf": ROOT + OPEN})
    (root / "b").chmod(0o700)
    run = audit(root, nobody=True).exits(4)
    tap.equal(verdicts(run), ["refuses"], "verdicts")
    tap.contains(run.of_type("error")[0]["message"], "cannot be listed")


@tap.test
def deep_and_wide():
    """Configurations are found behind many files and folders"""
    root = lay("deep", {"a/b/c/d/e/f/g/h/dovecot.conf": ROOT + OPEN,
                        "node_modules/x/dovecot.conf": ROOT})
    (root / "a/aa").mkdir()
    for number in range(25000):
        (root / "a/aa" / str(number)).touch()
    tap.equal(verdicts(audit(root).exits(1)), ["permits"], "verdicts")


@tap.test
def too_deep():
    """A folder that is too deep is said not to be looked through"""
    root = lay("too-deep", {"x/" * 18 + "dovecot.conf": ROOT + OPEN, "dovecot.conf": ROOT})
    run = audit(root).exits(4)
    tap.contains(run.of_type("error")[0]["message"], "too many folders within each other")


@tap.test
def pipe():
    """A pipe by the name of a root is no configuration that could be read"""
    root = lay("pipe", {})
    root.mkdir()
    os.mkfifo(root / "dovecot.conf")
    tap.equal(verdicts(audit(root).exits(2)), ["undetermined"], "verdicts")


tap.main()
