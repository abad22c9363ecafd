#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Hold what popseal takes Dovecot's settings to be against doveconf of Dovecot 2.3 and 2.4.

usage: config_dovecot.py VALUES [NUMBER ...]

Configurations are made at random, each from its number: blocks, includes, quotes, continued
lines, references, overrides, and now and then what the server refuses. VALUES is the program
dovecot-values. With numbers only those are made, and printed. Prints TAP; a disagreement is
printed with its files.

Environment: POPSEAL_CONFIGS (how many, default 1000; sanitized, 200), POPSEAL_CONFIGS_FROM (the first number),
POPSEAL_LAB, POPSEAL_INTEROP_REQUIRED.
"""
import collections
import concurrent.futures
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import lab  # noqa: E402

SUITES = {"23": "bookworm", "24": "trixie"}
HEAD_24 = "dovecot_config_version = 2.4.1\ndovecot_storage_version = 2.4.1\n"
SWITCH = {"23": "disable_plaintext_auth", "24": "auth_allow_cleartext"}
LISTENER = "service/pop3-login/inet_listener/pop3/"
LISTENER_TLS = "service/pop3-login/inet_listener/pop3s/"
LISTS = ("login_trusted_networks", "protocols", "auth_mechanisms", "listen")
BOOLEANS = {"yes": True, "y": True, "1": True, "no": False}
CHUNK = 50
JOBS = 2

LOCALS = ("192.0.2.1", "192.0.2.0/24")
REMOTES = ("10.0.0.0/8", "10.1.0.0/16", "10.1.2.3", "2001:db8::/32", "0.0.0.0/0", "10.1.0/16",
           "0x0a010203", "010.1.2.3", "10.66051", "[2001:db8::]/32", "::ffff:10.0.0.0/104", "10/08",
           "[10.1.2.3]", "10.1.2.3/+8")
CLIENTS = (("-", "-"), ("-", "10.1.2.3"), ("192.0.2.1", "10.1.2.3"), ("192.0.2.1", "10.2.0.1"),
           ("192.0.2.9", "2001:db8::1"), ("-", "10.9.9.9"))
OUTER = {"local": 0, "local_name": 1, "remote": 2, "protocol": 3}


# ---- making configurations

class Maker:
    """One configuration of random files, the same for the same number."""

    def __init__(self, number):
        self.random = random.Random(number)
        self.release = "24" if self.random.random() < 0.4 else "23"
        self.is_24 = self.release == "24"
        self.files = {}
        self.groups = 0
        self.clients = self.random.sample(CLIENTS, 1 if self.is_24 else 2)
        text = self.body(0, {}, self.random.randint(3, 10))
        self.files["dovecot.conf"] = (HEAD_24 if self.is_24 else "") + text

    def chance(self, share):
        return self.random.random() < share

    def body(self, depth, around, count):
        lines = "".join(self.statement(depth, around) for _ in range(count))
        return lines.replace("\n", "\r\n") if self.chance(0.03) else lines

    def statement(self, depth, around):
        roll = self.random.random()
        if roll < 0.50 or depth > 4:
            return self.setting(around)
        if roll < 0.58:
            return self.filler()
        if roll < 0.78:
            return self.block(depth, around)
        if roll < 0.84:
            return self.include(depth, around)
        if roll < 0.88:
            return self.service() if not around else self.setting(around)
        if roll < 0.90:
            return self.other_block() if not around else self.setting(around)
        if roll < 0.91:
            return self.wrong()
        if roll < 0.93 and not self.is_24:
            return self.old(around)
        return self.only_24(around) if self.is_24 else self.setting(around)

    def old(self, around):
        """Settings of 1.x and 2.0, which 2.3 puts others in the place of."""
        if around:
            return self.random.choice(("ssl_disable = yes\n", "ssl_cert_file = /etc/passwd\n"))
        listen = self.random.choice(("*:1110", "192.0.2.1:110", "192.0.2.1", "[::1]:2110", "::1",
                                     "*, [::]:3110", ""))
        return self.random.choice((
            "ssl_disable = no\n", "ssl_disable = YES\n", f"listen = {listen or '*'}\n",
            f"ssl_listen = {listen}\n", f"protocol pop3 {{\n  listen = {listen}\n}}\n",
            f"protocol !imap {{\n  ssl_listen = {listen}\n}}\n",
            f"protocol imap {{\n  listen = {listen}\n}}\n", "protocols = imap pop3s\n",
            "protocols = pop3s imaps pop3\n", "protocols = imaps\n",
            "auth default {\n  mechanisms = login\n}\n"))

    def filler(self):
        return self.random.choice((
            "\n", "# comment\n", "  # comment \\\n", "\t\n", "#ssl = no\n", "! \\\n\n",
            "ssl = no \\\n# dropped\n", "\\\n", " \\\n \\\n\n"))

    def wrong(self):
        return self.random.choice((
            "}\n", "ssl\n", "ssl no\n", "protocol x { }\n", f"{SWITCH[self.release]} = off\n",
            "ssl = Yes\n", "remote 10.0.0.0/40 {\n}\n", "!include nothing/*\n",
            "auth_allow_cleartext = no\n", "disable_plaintext_auth = no\n", "ssl = $nothing\n",
            "protocols = POP3\n", "protocols = pop3 any\n", "protocols = imap\tpop3\n",
            "protocols = pop3,imap\n", "protocols = imap \"pop3\" \n", "protocols = imap\"pop3\"\n",
            "auth {\n  allow_cleartext = yes\n}\n", "login_trusted {\n  networks = ::1\n}\n",
            "!include\tdovecot.conf\n", "protocol pop3 {\nlocal 192.0.2.1 {\n}\n}\n"))

    # -- settings

    def setting(self, around):
        key, value = self.pair()
        # Both are refused: seldom, so that the rest of the file is compared, too.
        if key == "auth_mechanisms" and set(around) - {"protocol"} and not self.chance(0.05):
            key, value = "ssl", "yes"
        if (value.startswith("<") or "$" in value.split()) and not self.chance(0.05):
            value = "ready"
        return self.line(key, value)

    def pair(self):
        switch = SWITCH[self.release]
        roll = self.random.random()
        if roll < 0.30:
            return switch, self.random.choice(("yes", "no", "No", "YES", "y", "1"))
        if roll < 0.55:
            return "ssl", self.random.choice(("yes", "no", "required"))
        if roll < 0.75:
            return "login_greeting", self.greeting()
        if roll < 0.85:
            return "login_trusted_networks", self.random.choice(
                ("10.0.0.0/8", "10.1.2.3 192.0.2.0/24", "::1", "", "10.0.0.0/8, 192.0.2.7",
                 '10.0.0.0/8 "192.0.2.7"', '10.1/16,"192.0.2.7", ::1'))
        if roll < 0.92:
            return "auth_mechanisms", self.random.choice(("plain", "plain login", "cram-md5"))
        if roll < 0.96:
            return "ssl_min_protocol", self.random.choice(("TLSv1.2", "TLSv1", "TLSv1.3"))
        return "protocols", self.random.choice(("pop3", "imap pop3", "imap", "pop3 imap"))

    def greeting(self):
        words = ("ready", "a=b", "it's", 'say "x"', "{", "}", "a\\b", "</x", "x$y", "100%", "!",
                 "'q'", "=", "\\", "end\\", "tab\there", "#no", "a#b", "$", "\x7f", "é")
        return " ".join(self.random.choice(words) for _ in range(self.random.randint(0, 4)))

    def reference(self, key):
        """A value with a reference, or None."""
        other = self.random.choice((key, "login_greeting", "ssl", SWITCH[self.release]))
        sign = "$SET:" if self.is_24 else "$"
        if key != "login_greeting" or (self.is_24 and other != key):
            return None
        return self.random.choice((f"{sign}{other}", f"a {sign}{other} b", f"{sign}{other}   c",
                                   f"x{sign}{other}"))

    def line(self, key, value):
        reference = self.reference(key) if self.chance(0.15) else None
        if reference is not None:
            value = reference
        elif self.chance(0.3):
            value = self.quote(value)
        elif self.chance(0.04) and key in ("ssl", SWITCH[self.release]):
            name = f"value{len(self.files)}"
            self.files[name] = value
            return f"{key} = <{self.random.choice(('', ' '))}{name}\n"
        if self.is_24 and self.chance(0.05):
            key = f'"{key}"'
        blank = ("", " ", "  ", "\t")
        text = (self.random.choice(blank) + key + self.random.choice(blank) + "="
                + self.random.choice(blank) + value)
        if self.chance(0.2):
            text = self.broken(text)
        return text + self.random.choice(("", "", "", " ", "\t", " # x", "  # 'x \\")) + "\n"

    def quote(self, value):
        mark = self.random.choice("\"'")
        if self.is_24 and "\\" in value:
            return value
        inner = value.replace("\\", "\\\\").replace(mark, "\\" + mark)
        return mark + inner + (mark if self.chance(0.97) else "")

    def broken(self, text):
        """Continued at one of its blanks."""
        places = [place.start() for place in re.finditer(" ", text.strip()) if place.start() > 0]
        if not places:
            return text
        at = self.random.choice(places)
        text = text.strip()
        end = self.random.choice(("\\\n", " \\\n", "\\  # x\n", "\\\r\n", "\\\n \\\n"))
        return text[:at] + end + self.random.choice(("", "   ", "\t")) + text[at + 1:]

    # -- blocks

    def block(self, depth, around):
        kinds = [kind for kind in OUTER if all(OUTER[kind] >= OUTER[outer] for outer in around)
                 and (kind not in around or self.chance(0.05)) or self.chance(0.004)]
        if not kinds:
            return self.setting(around)
        kind = self.random.choice(kinds)
        name = {"local": LOCALS, "remote": REMOTES, "local_name": ("a.example",),
                "protocol": ("pop3", "pop3", "imap", "!imap", "!pop3")}[kind]
        name = self.random.choice(name)
        inside = self.body(depth + 1, {**around, kind: name}, self.random.randint(1, 3))
        if self.chance(0.15):
            name = f'"{name}"'
        end = "" if self.chance(0.01) else self.random.choice(("}\n", "  }\n", "} # end\n"))
        return f"{kind} {name} {self.random.choice(('', ' '))}{{\n{inside}{end}"

    def service(self):
        lines = [self.line("port", str(self.random.choice((0, 110, 1110))))]
        if self.chance(0.5):
            lines.append(self.line("ssl", self.random.choice(("yes", "no"))))
        name = self.random.choice(("pop3", "pop3", "other"))
        if self.is_24 and self.chance(0.3):
            return f"{LISTENER}port = {self.random.choice((0, 110, 1110))}\n"
        if self.is_24 and self.chance(0.3):
            lines.append("inet_listener_port = 2110\n")
        return (f"service pop3-login {{\n inet_listener {name} {{\n{''.join(lines)} }}\n}}\n")

    def other_block(self):
        """Blocks that say nothing about logins, and now and then a name or number that is wrong."""
        right = ["service auth {\n  unix_listener private/auth {\n    mode = 0660\n  }\n}\n",
                 "service pop3-login {\n  client_limit = 10\n  process_min_avail = 1\n}\n",
                 "service stats {\n  vsz_limit = 64M\n  executable = stats\n}\n",
                 "service x {\n  inet_listener y {\n    reuse_port = yes\n    port = 9\n  }\n}\n",
                 "namespace inbox {\n  inbox = yes\n  prefix = INBOX/\n}\n"]
        right += PASSDBS[self.release]
        wrong = ["service auth {\n  unix_listener private/auth {\n    mod = 0660\n  }\n}\n",
                 "service pop3-login {\n  client_limt = 10\n}\n",
                 "service pop3-login {\n  process_limit = ten\n}\n", "servce x {\n}\n",
                 "service x {\n  inet_listener y {\n    prt = 9\n  }\n}\n",
                 "namespace inbox {\n  inbx = yes\n}\n", "passdb pam {\n  drivr = pam\n}\n"]
        return self.random.choice(wrong if self.chance(0.15) else right)

    def include(self, depth, around):
        if self.chance(0.2):
            return "!include_try nothing/*\n"
        folder = f"d{len(self.files)}"
        for name in self.random.sample(("a.conf", "b.conf", "c.ext", ".hidden.conf"), 2):
            # Reserved first, so that what is included from there gets another folder.
            self.files[f"{folder}/{name}"] = ""
            text = self.body(depth + 2, around, self.random.randint(0, 3))
            self.files[f"{folder}/{name}"] = text.rstrip("\n") if self.chance(0.2) else text
        pattern = self.random.choice(("*", "*.conf", "{b,a}.conf", "[ab].conf"))
        return f"!include_try {self.prefix(depth)}{folder}/{pattern}\n"

    def prefix(self, depth):
        """Where a file is read from another one of a folder, the way back up is not known."""
        return "" if depth < 2 else "../"

    def only_24(self, around):
        roll = self.random.random()
        if roll < 0.4 and not around:
            words = self.random.sample(("imap", "pop3", "lmtp"), 2)
            return "protocols {\n" + "".join(
                f"  {word} = {self.random.choice(('yes', 'no'))}\n" for word in words) + "}\n"
        if roll < 0.6 and not around:
            return f"protocols/{self.random.choice(('imap', 'pop3'))} = yes\n"
        if roll < 0.8 and not around:
            self.groups += 1
            inside = "".join(self.setting({}) for _ in range(self.random.randint(1, 2)))
            return f"group @g{self.groups} a {{\n{inside}}}\n"
        if self.groups:
            return f"@g{self.random.randint(1, self.groups)} = a\n"
        return self.setting(around)

    def lay(self, folder):
        for name, text in self.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())

    def show(self):
        return "".join(f"# ---- {name}\n" + "".join(
            f"# {line!r}\n" for line in text.splitlines(keepends=True))
            for name, text in sorted(self.files.items()))


PASSDBS = {
    "23": ["passdb {\n  driver = pam\n  args = dovecot\n}\n",
           "userdb {\n  driver = static\n  args = uid=vmail\n}\n", "plugin {\n  any = thing\n}\n"],
    "24": ["passdb pam {\n  service_name = dovecot\n  fields {\n    any = thing\n  }\n}\n",
           "passdb x {\n  driver = static\n  static_password = y\n}\n",
           "userdb static {\n  fields {\n    uid = vmail\n  }\n}\n"],
}


# ---- asking doveconf

LAUNCH = """
mount -t tmpfs tmpfs /mnt
mkdir /mnt/upper /mnt/work /mnt/root
mount -t overlay overlay -o lowerdir={root},upperdir=/mnt/upper,workdir=/mnt/work /mnt/root
mount --bind /dev /mnt/root/dev
mkdir -p /mnt/root/lab
mount --bind {lab} /mnt/root/lab
chroot /mnt/root /bin/sh /lab/{script}
"""


def keys_of(maker):
    return ["ssl", "login_greeting", "ssl_min_protocol", SWITCH[maker.release], *LISTS,
            LISTENER + "port", LISTENER + "ssl", LISTENER_TLS + "port",
            *([] if maker.is_24 else [LISTENER + "address", LISTENER_TLS + "address"])]


def command(number, maker, client):
    filters = "-f protocol=pop3" + "".join(
        f" -f {name}={value}" for name, value in zip(("local", "remote"), client) if value != "-")
    mark = f"{number} {client[0]} {client[1]}"
    keys = " ".join(keys_of(maker))
    # Only where all is printed, protocols and services are checked.
    return (f"echo '@@@ {mark}'; doveconf -x {filters} -c /lab/{number}/dovecot.conf {keys} 2>&1;"
            f" status=$?; doveconf -n -x -c /lab/{number}/dovecot.conf 2>&1 |"
            f" grep -aE 'Fatal: .*(protocols: Unknown|listen can|Missing .}})'; echo \"@@@ end $status\"\n")


def ask_doveconf(makers, release, folder):
    """What doveconf says to each (number, client): its exit status and its words."""
    script = folder / f"run{release}.sh"
    script.write_text("export PATH=/usr/sbin:/usr/bin:/sbin:/bin\n" + "".join(
        command(number, maker, client) for number, maker in makers.items()
        if maker.release == release for client in maker.clients))
    launch = LAUNCH.format(root=lab.LAB / SUITES[release], lab=folder, script=script.name)
    process = lab.start_tied(["unshare", "--mount", "--net", "sh", "-ec", launch],
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    out, err = process.communicate()
    lab.tied.discard(process)
    if process.returncode:
        raise lab.LabError(f"doveconf of {SUITES[release]}: {err.decode()}")
    answers = {}
    for match in re.finditer(r"^@@@ (\d+) (\S+) (\S+)\n(.*?)^@@@ end (\d+)$",
                             out.decode("utf-8", "surrogateescape"), re.M | re.S):
        answers[int(match[1]), (match[2], match[3])] = int(match[5]), match[4]
    return answers


def unquoted(value, is_24):
    """2.4 prints what has blanks at its ends or a '#' in quotes."""
    if is_24 and len(value) > 1 and value[0] == value[-1] == '"':
        return re.sub(r"\\(.)", r"\1", value[1:-1])
    return value


def read_words(text, is_24):
    """The settings of doveconf's output; of a block the words that are on."""
    values, path = {}, []
    for line in text.split("\n"):
        if line.startswith("doveconf: "):
            continue
        if match := re.fullmatch(r"\s*([^ =]+(?: [^=]+)?) \{", line):
            path.append(match[1].replace(" ", "/"))
            if match[1] in LISTS:
                values.setdefault(match[1], "")
        elif line.strip() == "}" and path:
            path.pop()
        elif match := re.fullmatch(r"\s*([^ ]+) = ?(.*)", line):
            if path and path[0] in LISTS:
                if match[2] == "yes":
                    values[path[0]] += " " + match[1]
            else:
                values["/".join([*path, match[1]])] = unquoted(match[2], is_24)
    return values


# ---- asking popseal

def ask_popseal(program, makers, folder):
    questions = [(number, client) for number, maker in makers.items() for client in maker.clients]
    text = "".join(f"/lab/{number}/dovecot.conf {makers[number].release} {client[0]} {client[1]}\n"
                   for number, client in questions)
    done = subprocess.run([program, str(folder.parent)], input=text.encode(),
                          capture_output=True, timeout=300, check=False)
    if done.returncode:
        raise AssertionError(f"dovecot-values: exit {done.returncode} {done.stderr.decode()}")
    result, current = [], []
    for line in done.stdout.decode("utf-8", "surrogateescape").split("\n"):
        if line == ".":
            result.append(current)
            current = []
        elif line:
            current.append(line)
    return dict(zip(questions, result, strict=True))


def c_unescaped(text):
    return re.sub(rb"\\([0-7]{3}|.)", lambda match: (
        bytes([int(match[1], 8)]) if len(match[1]) == 3 else
        {b"n": b"\n", b"t": b"\t", b"r": b"\r", b"b": b"\b", b"f": b"\f", b"v": b"\v"}.get(
            match[1], match[1])), text.encode("utf-8", "surrogateescape")
    ).decode("utf-8", "surrogateescape")


def is_24_contradiction(lines):
    """Whether all that keeps it from being loaded is what -f may leave out."""
    fatal = [line for line in lines if line.startswith("fatal")]
    return bool(fatal) and all("contradict" in line for line in fatal)


class Answer:
    def __init__(self, lines):
        self.lines = lines
        self.fatal = any(line.startswith("fatal") for line in lines)
        self.contradicts = is_24_contradiction(lines)
        self.doubt = any(line.startswith("doubt") for line in lines)
        self.conflicts = {line[:-1] for line in lines if line.endswith("!") and " " not in line}
        self.unknown = {line[:-1] for line in lines if line.endswith("?") and " " not in line}
        self.values = {}
        for line in lines:
            key, _, value = line.partition(" ")
            if key not in ("fatal", "doubt") and key[-1] not in "!?":
                self.values[key] = c_unescaped(value)


# ---- comparing

def words(text):
    return sorted(re.split(r"[ ,]+", text.strip(" ,"))) if text.strip(" ,") else []


def same(key, ours, theirs, is_24):
    if is_24 and key in LISTS:
        return words(ours) == words(theirs)
    if key == SWITCH["23"] or key.endswith("/ssl"):  # which 2.3 prints as "yes" or "no"
        return BOOLEANS.get(ours.lower()) == BOOLEANS.get(theirs.lower())
    return ours == theirs


def differences(maker, popseal, status, text, counts):
    is_24 = maker.is_24
    refused = "Fatal:" in text or "has no effect with ssl=required" in text
    conflict = re.search(r"Conflict in setting (\S+) ", text)
    if conflict and not popseal.fatal:
        counts["conflicts"] += 1
        # Blocks for TLS names say nothing before TLS, so popseal does not look for theirs.
        names = any("local_name" in part for part in maker.files.values())
        return [] if popseal.conflicts or popseal.doubt or names else [
            f"doveconf sees a conflict, popseal none: {text!r}"]
    if refused and not popseal.fatal and (
            popseal.doubt or popseal.unknown
            or "has no effect" in text and "Fatal" not in text):
        # A name that popseal does not know; or what doveconf says of blocks that it has joined for
        # this client.
        counts["refused, left open"] += 1
        return []
    if not refused and popseal.contradicts:
        counts["refused, left open"] += 1  # -f leaves blocks for others unchecked
        return []
    if refused or popseal.fatal:
        counts["refused"] += 1
        return [] if refused == popseal.fatal else [
            f"doveconf {'refuses' if refused else 'takes'} it, popseal does not agree: {text!r}"]
    if not is_24 and popseal.conflicts:
        return [f"popseal sees conflicts, doveconf none: {popseal.conflicts}"]
    theirs = read_words(text, is_24)
    wrong = []
    for key in keys_of(maker):
        ours = popseal.values.get(key)
        if key in popseal.conflicts | popseal.unknown:
            counts["left open"] += 1
            continue
        if ours is None:
            continue  # a default, which the packages choose
        counts["values"] += 1
        if not same(key, ours, theirs.get(key, ""), is_24):
            wrong.append(f"{key}: popseal {ours!r}, doveconf {theirs.get(key)!r}")
    return wrong


def check_chunk(program, numbers, counts):
    """Makes and compares some; returns the failures as (number, text)."""
    failures = []
    with tempfile.TemporaryDirectory(prefix=f"{lab.PREFIX}-{os.getpid()}-") as top:
        folder = pathlib.Path(top) / "lab"
        folder.mkdir()
        makers = {number: Maker(number) for number in numbers}
        for number, maker in makers.items():
            maker.lay(folder / str(number))
        asked = ask_popseal(program, makers, folder)
        told = {**ask_doveconf(makers, "23", folder), **ask_doveconf(makers, "24", folder)}
        for (number, client), lines in asked.items():
            maker = makers[number]
            status, text = told[number, client]
            wrong = differences(maker, Answer(lines), status, text, counts)
            if wrong:
                failures.append((number, f"client {client}\n" + "\n".join(wrong)
                                 + "\npopseal: " + "; ".join(lines)))
    return failures


def main():
    program, chosen = sys.argv[1], [int(number) for number in sys.argv[2:]]
    if reason := lab.unusable() or missing():
        print(f"1..1\nok 1 - effective values # SKIP {reason}")
        return 1 if os.environ.get("POPSEAL_INTEROP_REQUIRED") else 0
    lab.install_cleanup()
    first = int(os.environ.get("POPSEAL_CONFIGS_FROM", "1"))
    usual = "200" if os.environ.get("POPSEAL_SANITIZED") == "1" else "1000"
    numbers = chosen or list(range(first, first + int(os.environ.get("POPSEAL_CONFIGS", usual))))
    for number in chosen:
        print(Maker(number).show())
    chunks = [numbers[at:at + CHUNK] for at in range(0, len(numbers), CHUNK)]
    counts = collections.Counter()
    failed = 0
    print(f"1..{len(chunks)}", flush=True)
    with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
        results = [pool.submit(check_chunk, program, chunk, counts) for chunk in chunks]
        for number, (chunk, result) in enumerate(zip(chunks, results), 1):
            failures = result.result()
            failed += len(failures)
            print(f"{'not ok' if failures else 'ok'} {number} - "
                  f"configurations {chunk[0]} to {chunk[-1]}", flush=True)
            for config, text in failures[:10]:
                print(f"# configuration {config} of {Maker(config).release}")
                print("# " + text.replace("\n", "\n# ") + "\n" + Maker(config).show(), flush=True)
    print(f"# {len(numbers)} configurations, {failed} disagreements; "
          + ", ".join(f"{name}: {count}" for name, count in sorted(counts.items())))
    return 1 if failed else 0


def missing():
    roots = [lab.LAB / suite / "usr/bin/doveconf" for suite in SUITES.values()]
    if not all(root.exists() for root in roots):
        return f"no doveconf in {lab.LAB}: make lab"
    return None if shutil.which("unshare") else "needs unshare"


if __name__ == "__main__":
    sys.exit(main())
