#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Hold popseal's reading of generated mail configurations against nginx' own.

usage: audit_nginx.py [SEED [COUNT]]

A configuration is first made as plain data (the model: servers, listeners, what is inherited), then
written in one of the many ways that the grammar allows: quotes, comments, escapes, includes with and
without globs. Some are spoiled by one mistake. For each, nginx -T says whether it loads and which
files it read; popseal must call the same ones wrong, and read from the others the listeners and
verdicts of the model. Prints TAP; a disagreement is printed with its files.

Environment: POPSEAL (default build/popseal), POPSEAL_LAB (default build/lab), POPSEAL_INTEROP_REQUIRED.
"""
import json
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import lab  # noqa: E402

SEED, COUNT = 15855, 220
SECONDS = 120

# In a mount namespace of its own, over the lab's root; /etc/nginx is one case after the other.
ASK = """
ip link set lo up
mount -t tmpfs tmpfs /mnt
mkdir /mnt/upper /mnt/work /mnt/root
mount -t overlay overlay -o lowerdir={root},upperdir=/mnt/upper,workdir=/mnt/work /mnt/root
cd /mnt/root
mkdir -p cases lab/tls var/lib/nginx var/log/nginx dev
mount -t tmpfs tmpfs dev
mknod -m 666 dev/null c 1 3; mknod -m 666 dev/urandom c 1 9
mount --bind {cases} cases
cp {lab}/tls/*.pem lab/tls/
ln -sfn /usr/lib/nginx/modules usr/share/nginx/modules
rm -rf etc/nginx
chroot . /bin/sh -c 'for i in /cases/*; do ln -sfn $i /etc/nginx
    nginx -T -c /etc/nginx/nginx.conf >$i.out 2>$i.err </dev/null; echo $? >$i.rc; done'
"""


@dataclass
class Server:
    protocol: str
    listens: list           # (text, address, port, tls)
    own: dict = field(default_factory=dict)


@dataclass
class Case:
    servers: list
    mail: dict
    spoiled: str = ""
    files: dict = field(default_factory=dict)
    read: set = field(default_factory=set)      # files that nginx should have read

    def listeners(self):
        found = set()
        for server in self.servers:
            if server.protocol != "pop3":
                continue
            inherited = {**self.mail, **server.own}
            for _, address, port, tls in server.listens:
                tls = tls or inherited.get("ssl") == "on"
                refuses = tls or inherited.get("starttls") == "only"
                found.add((address, port, "pop3s" if tls else "pop3",
                           "refuses" if refuses else "permits"))
        return found


# ---- the model

def settings(dice):
    """What a mail or server block sets about TLS, if anything."""
    chosen = {}
    if dice.random() < 0.6:
        chosen["starttls"] = dice.choice(["off", "on", "only"])
    if dice.random() < 0.2:
        chosen["ssl_protocols"] = dice.choice(["TLSv1.2", "TLSv1 TLSv1.3"])
    if dice.random() < 0.3:
        chosen["pop3_auth"] = dice.choice(["plain", "plain apop", "cram-md5"])
    return chosen


def make_listens(dice, protocol, ports):
    standard = {"pop3": (110, 995), "imap": (143, 993)}[protocol]
    listens = []
    for _ in range(dice.choice([1, 1, 2, 3])):
        port = next(ports) if dice.random() < 0.5 else dice.choice(standard)
        host = dice.choice(["", "*", "127.0.0.1", "[::1]", "[::]", "127.0.0.%d" % dice.randrange(2, 99)])
        address = {"": "0.0.0.0", "*": "*"}.get(host, host.strip("[]"))
        if any(taken[2] == port for taken in listens):
            continue
        tls = dice.random() < 0.3
        listens.append((f"{host}:{port}" if host else str(port), address, port, tls))
    return listens


def make_case(dice):
    ports, servers, used = iter(range(2000, 3000)), [], set()
    for _ in range(dice.choice([1, 1, 2, 3])):
        protocol = dice.choice(["pop3", "pop3", "imap"])
        listens = [listen for listen in make_listens(dice, protocol, ports)
                   if listen[2] not in used]
        used |= {listen[2] for listen in listens}
        if listens:
            servers.append(Server(protocol, listens, settings(dice)))
    case = Case(servers, settings(dice))
    case.mail.update(auth_http="127.0.0.1:9000/auth", ssl_certificate="/lab/tls/cert.pem",
                     ssl_certificate_key="/lab/tls/key.pem")
    if servers and dice.random() < 0.1:
        chosen = dice.choice(servers)
        if {**case.mail, **chosen.own}.get("starttls", "off") == "off":
            chosen.own["ssl"] = "on"
    return case


# ---- the text

def word(dice, text):
    how = dice.randrange(6)
    if how == 0:
        return f'"{text}"'
    if how == 1:
        return f"'{text}'"
    return text


def gap(dice):
    return dice.choice([" ", " ", "\t", "\n", "\r\n", " # a { comment; }\n ", "  "])


def directive(dice, key, value):
    words = [word(dice, text) for text in [key, *value.split()]]
    return gap(dice).join(words) + dice.choice(["", " ", "\n"]) + ";" + gap(dice)


def block(dice, key, inside):
    return word(dice, key) + dice.choice(["", " ", "\n"]) + "{" + gap(dice) + "".join(inside) + "}" + gap(dice)


def outsource(dice, case, parts, name):
    """Some of a block's parts go into files that are included, by name or by a glob."""
    if len(parts) < 2 or dice.random() < 0.6:
        return parts
    cut = dice.randrange(1, len(parts))
    path = dice.choice(["", "conf.d/", "sub/dir/"]) + name
    absolute = "/etc/nginx/" if dice.random() < 0.3 else ""
    case.files[f"{path}.mail"] = "".join(parts[cut:]) + dice.choice(["", "\n", "# end"])
    case.files[f"{path}.mailx"] = "not read { at ; all"
    case.read.add(f"{path}.mail")
    pattern = dice.choice([f"{path}.mail", f"{path}.m*l", f"{path}.mai[l]", f"{path[:-1]}[{path[-1]}].mail"])
    return parts[:cut] + [directive(dice, "include", absolute + pattern)]


def server_text(dice, case, server, number):
    parts = [directive(dice, "listen", text + (" ssl" if tls else ""))
             for text, _, _, tls in server.listens]
    standard = {"pop3": (110, 995), "imap": (143, 993)}[server.protocol]
    first = [port for _, _, port, _ in server.listens if port in (110, 143, 993, 995)]
    if not first or first[0] not in standard or dice.random() < 0.5:
        parts.append(directive(dice, "protocol", server.protocol))
    head = parts.copy()
    rest = [directive(dice, key, value) for key, value in server.own.items()]
    # The order of listen lines matters to the guess; all else may stand anywhere.
    for text in rest:
        head.insert(dice.randrange(len(head) + 1), text)
    return block(dice, "server", outsource(dice, case, head, f"server{number}"))


def write(dice, case):
    parts = [directive(dice, key, value) for key, value in case.mail.items()]
    for number, server in enumerate(case.servers):
        parts.insert(dice.randrange(len(parts) + 1), server_text(dice, case, server, number))
    inside = outsource(dice, case, parts, "mail")
    top = ["load_module modules/ngx_mail_module.so;\n", "events {}\n", "error_log /dev/null;\n"]
    top += outsource(dice, case, ["", block(dice, "mail", inside)], "top")
    case.files["nginx.conf"] = "".join(top)
    case.read.add("nginx.conf")


# ---- mistakes

def replace_once(dice, case, old, new):
    """Changes one occurrence in one of the files that are read; False where there is none."""
    places = [(name, match) for name in sorted(case.read)
              for match in re.finditer(old, case.files[name])]
    if not places:
        return False
    name, match = dice.choice(places)
    text = case.files[name]
    case.files[name] = text[:match.start()] + match.expand(new) + text[match.end():]
    return True


MISTAKES = [
    ("a word that is no mode", r"(\bstarttls\W+)(?:on|off|only)\b", r"\1maybe"),
    ("a parameter in capitals", r"(\blisten\W[^;]*?['\"\s])ssl\b", r"\1SSL"),
    ("an unknown directive", r"\bauth_http\b", "auth_https"),
    ("an unknown protocol", r"(\bprotocol\W+)pop3\b", r"\1pop4"),
    ("a quote without an end", r";(\s*)$", r'; x "y;\1'),
    ("something behind a quote", r"127\.0\.0\.1:9000/auth['\"]?", "'127.0.0.1:9000'x"),
    ("a brace too many", r"\}", "} }"),
    ("a brace too few", r"\}", ""),
    ("an empty directive", r";", ";;"),
    ("no semicolon before a brace", r";(\s*)\}", r"\1}"),
    ("a missing file", r"\bauth_http\b", "include none.conf; auth_http"),
    ("no certificate", r"\bssl_certificate\b(?!_)\W+[^;]*;", ""),
    ("no auth_http", r"['\"]?\bauth_http\b['\"]?[^;]*;", ""),
    ("a directive twice", r"\bauth_http\b", "timeout 9; timeout 9; auth_http"),
    ("a directive without a value", r"\bauth_http\b", "timeout; auth_http"),
    ("a directive in the wrong place", r"\bauth_http\b", "listen 999; auth_http"),
    ("one port twice", r"\blisten\b", "listen 4999; listen *:04999; listen"),
    ("a port of a range twice", r"\blisten\b", "listen [::1]:4990-4999; listen [0::1]:4995; listen"),
    ("no port at all", r"\blisten(\s+)(?=[\d*\[])", r"listen 0; listen\1"),
]


def spoil(dice, case):
    name, old, new = dice.choice(MISTAKES)
    if replace_once(dice, case, old, new):
        case.spoiled = name


# ---- asking both

def ask_nginx(folder):
    script = ASK.format(root=lab.LAB / "bookworm", lab=lab.LAB, cases=folder)
    done = subprocess.run(["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child",
                           "sh", "-ec", script], capture_output=True, text=True, timeout=SECONDS)
    if done.returncode:
        raise lab.LabError(done.stderr)


def ask_popseal(popseal, folder):
    done = subprocess.run([popseal, "audit", "--format", "jsonl", "--no-strict", str(folder)],
                          capture_output=True, text=True, timeout=SECONDS)
    records = [json.loads(line) for line in done.stdout.splitlines()]
    return {pathlib.Path(record["root"]).parent.name: record
            for record in records if record["type"] == "config" and record["product"]["name"] == "nginx"}


def files_read(folder, name):
    text = (folder / f"{name}.out").read_text(errors="replace")
    return {path for path in re.findall(r"^# configuration file /etc/nginx/(\S+):$", text, re.M)}


def disagreement(case, record, folder, name):
    """What differs, or None."""
    loads = (folder / f"{name}.rc").read_text().strip() == "0"
    wrong = {finding["rule"] for finding in record["findings"]} & {"config-invalid",
                                                                   "config-tls-unavailable"}
    error = (folder / f"{name}.err").read_text(errors="replace").strip()
    if loads == bool(wrong):
        return f"nginx {'loads' if loads else 'refuses'} it ({error}), popseal finds {wrong or 'nothing'}"
    if not loads:
        return None
    if files_read(folder, name) != case.read:
        return f"nginx read {files_read(folder, name)}, the model {case.read}"
    got = {(each["address"], each["port"], each["mode"], each["verdict"])
           for each in record["listeners"]}
    if case.spoiled or got == case.listeners():
        return None
    return f"popseal's listeners {sorted(got)}, the model's {sorted(case.listeners())}"


def show(case):
    for name in sorted(case.read):
        print(f"# --- {name}")
        for line in case.files[name].splitlines():
            print(f"#     {line}")


def run(popseal, folder, seed, count):
    dice = random.Random(seed)
    cases = {}
    for number in range(count):
        case = make_case(dice)
        write(dice, case)
        if dice.random() < 0.35:
            spoil(dice, case)
        cases[f"{number:04}"] = case
        for name, text in case.files.items():
            path = folder / f"{number:04}" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
    records = ask_popseal(popseal, folder)
    ask_nginx(folder)
    differ = refused = 0
    for name, case in cases.items():
        problem = disagreement(case, records[name], folder, name) if name in records else "no record"
        refused += (folder / f"{name}.rc").read_text().strip() != "0"
        if problem:
            differ += 1
            print(f"# case {name} {case.spoiled}: {problem}")
            show(case)
    print(f"# {count} configurations, {count - refused} loaded, {refused} refused; seed {seed}")
    print(f"{'not ok' if differ else 'ok'} 1 - popseal reads {count - differ} of {count} "
          "configurations as nginx does")
    return 1 if differ else 0


def main():
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else SEED
    count = int(sys.argv[2]) if len(sys.argv) > 2 else COUNT
    popseal = os.environ.get("POPSEAL") or str(lab.REPO / "build" / "popseal")
    reason = lab.unusable() or (None if (lab.LAB / "bookworm/usr/sbin/nginx").exists() else "no lab")
    print("1..1")
    if reason:
        print(f"ok 1 # skip {reason}")
        return 1 if os.environ.get("POPSEAL_INTEROP_REQUIRED") else 0
    folder = pathlib.Path(tempfile.mkdtemp(prefix=f"{lab.PREFIX}-{os.getpid()}-"))
    try:
        return run(popseal, folder, seed, count)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
