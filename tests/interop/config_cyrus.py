#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Hold what popseal reads from imapd.conf against Cyrus' own cyr_info.

usage: config_cyrus.py [--files N] [--seed N]

Files are generated; `cyr_info conf-all`, for no service (files that end in -none) or for the
service pop3 (-own), says what each option is, or that Cyrus would not start. Prints TAP, and each file that differs.

Environment: POPSEAL_LAB (default build/lab), and POPSEAL_CONFIG_VALUES, the program that prints
popseal's values.
"""
import argparse
import os
import pathlib
import random
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import lab  # noqa: E402

PROGRAM = os.environ.get("POPSEAL_CONFIG_VALUES", "")
ROOT = lab.LAB / "bookworm"
CYR_INFO = "usr/lib/cyrus/bin/cyr_info"
SERVICE = "pop3"
SWITCHES = ["allowplaintext", "allowapop", "tls_required"]
TEXTS = ["tls_server_cert", "tls_server_key", "tls_versions", "tls_ciphers"]
OPTIONS = SWITCHES + TEXTS
ON_OFF = ["yes", "no", "1", "0", "on", "off", "true", "false", "y", "n", "oft", "ontario", "nope",
          "0x", "yes # no", "t", "f"]
BAD = ["Yes", "NO", "o", "maybe", "ON", "-1", "2", "'yes'", "\"no\""]
WORDS = ["/etc/x.pem", "a b  c", "a # b", "x\\", "\\", "tls1_2 tls1_3", "PLAIN LOGIN", "'q'", "a:b",
         ": x", "@include: y", "\u00e9"]

# Of other kinds: what 3.6 takes, and what it does not.
KINDS = [
    (["timeout", "popminpoll", "poptimeout", "tls_session_timeout", "imapidlepoll", "archive_after"],
     ["10", "1h30m", "5m3", "-5", "0", "2d", "007"], ["5 m", "--5", "m", "1M", "+5", "5m-3", "5mm", "x"]),
    (["maxword", "maxlogins_per_user", "sieve_maxscripts", "quotawarnkb", "sasl_minimum_layer"],
     ["10", "-5", "+5", "0x10", "010"], ["09", "0x", "5.5", "128K", "x", "10 # x", "1 2"]),
    (["virtdomains", "serverinfo", "tls_client_certs", "caldav_allowscheduling"],
     ["off", "on", "yes", "no", "t", "f", "1", "0", "true", "false"], ["y", "ON", "off on", "2", "o"]),
    (["mboxlist_db", "duplicate_db", "statuscache_db", "tlscache_db"],
     ["twoskip", "skiplist", "zeroskip"], ["Twoskip", "twoskip skiplist", "db", "on"]),
    (["uidl_format"], ["uidonly", "cyrus", "dovecot", "courier"], ["uid", "yes", "UIDONLY"]),
    (["newsaddheaders"], ["to", "replyto", "to replyto", "replyto \t to"], ["to, replyto", "from", "on"]),
    (["defaultpartition"], ["default", "A1"], ["a-b", "a b", "\u00e9"]),
]

# In a mount namespace of its own, so that nothing of it is left behind.
COMPARE = """
mount -t tmpfs tmpfs "$1"
mkdir "$1/upper" "$1/work" "$1/root"
mount -t overlay overlay -o "lowerdir=$2,upperdir=$1/upper,workdir=$1/work" "$1/root"
mount --rbind /dev "$1/root/dev"
cp -r "$3" "$1/root/configs"
cd /
chroot "$1/root" sh -c 'cd /configs/roots
    for file in *-none; do
        /usr/lib/cyrus/bin/cyr_info -C /configs/roots/$file conf-all >../$file 2>&1
        echo rc=$? >>../$file
    done &
    for file in *-own; do
        /usr/lib/cyrus/bin/cyr_info -n SERVICE -C /configs/roots/$file conf-all >../$file 2>&1
        echo rc=$? >>../$file
    done
    wait'
for kind in none own; do
    test $kind = own && service=SERVICE || service=
    (cd "$1/root/configs/roots"; for file in *-$kind; do echo /configs/roots/$file; done |
        xargs "$4" imapd "$1/root" OPTIONS "$service") >"$3/popseal-$kind"
done
cp "$1"/root/configs/*-none "$1"/root/configs/*-own "$3"
"""


def value(rng, option, may_be_bad):
    if option in SWITCHES:
        return rng.choice(BAD if may_be_bad and rng.random() < 0.04 else ON_OFF)
    return rng.choice(WORDS)


def typed(rng, seen):
    """A line that sets an option of another kind than a switch or text, each only once."""
    options, good, bad = rng.choice(KINDS)
    option = rng.choice(options)
    if option in seen:
        return ""
    seen.add(option)
    return (f"{rng.choice(['', '', SERVICE + '_', 'imap_'])}{option}: "
            f"{rng.choice(bad if rng.random() < 0.1 else good)}")


def spelled(rng, name):
    return "".join(c.upper() if rng.random() < 0.1 else c for c in name)


def broken(rng, text):
    """The line over two lines, where '\\' joins them."""
    at = rng.randint(1, len(text))
    return text[:at] + "\\\n" + text[at:]


def setting(rng, seen, kind):
    """
    A line that sets an option which is not set yet, but for a few that are set twice. The service
    bears that, and a bad value, where it has its own setting before; the master, which popseal goes
    by, does not.
    """
    name = rng.choice(["", "", f"{SERVICE}_", "imap_"]) + rng.choice(OPTIONS)
    may_be_bad = kind == "none" or name not in OPTIONS
    if name in seen and (rng.random() > 0.05 or not may_be_bad):
        return ""
    seen.add(name)
    option = name.split("_", 1)[1] if name.startswith((SERVICE, "imap_")) else name
    text = "{}{}:{}{}{}".format(rng.choice(["", "", " ", "\t"]), spelled(rng, name),
                                rng.choice([" ", "", "\t", "   "]), value(rng, option, may_be_bad),
                                rng.choice(["", "", " ", "\t", "\r"]))
    return broken(rng, text) if rng.random() < 0.15 else text


def noise(rng):
    return rng.choice(["", "# allowplaintext: yes", "  # x", "\t", "# joins \\\ntls_required: yes",
                       "partition-default: /x", "x-y_z: 1", "#", "# \\\\\n\n# x"])


def mistake(rng):
    return rng.choice(["allowplaintext yes", "tls_required:", "tls_required:   ", "=x", "a b: c",
                       "@nothing: x", "@include: /configs/none", "SERVICES {"])


def lines(rng, seen, rare, kind):
    for _ in range(rng.randint(1, 8)):
        which = rng.random()
        if which < rare:
            yield mistake(rng)
        else:
            yield (setting(rng, seen, kind) if which < 0.65 else
                   typed(rng, seen) if which < 0.85 else noise(rng))


def write_files(rng, folder, count):
    (folder / "roots").mkdir()
    (folder / "parts").mkdir()
    for number in range(count):
        seen, kind = set(), ("none", "own")[number % 2]
        rare = rng.choice([0, 0, 0, 0.15])
        text = list(lines(rng, seen, rare, kind))
        text += ["configdirectory: /var/lib/cyrus"] * (rng.random() > 0.02)
        rng.shuffle(text)
        if rng.random() < 0.25:
            part = folder / "parts" / str(number)
            part.write_text("\n".join(lines(rng, seen, rare, kind)) + "\n", encoding="utf-8")
            for _ in range(1 if rng.random() < 0.9 else 2):
                text.insert(rng.randint(0, len(text)), f"@Include: /configs/parts/{number}")
        end = rng.choice(["\n", "\n", "\n", "", "\\", "\\\n"])
        (folder / "roots" / f"{number:04}-{kind}").write_text("\n".join(text) + end, encoding="utf-8")


def by_cyrus(path):
    """The values of the options; None where Cyrus would not start."""
    text = path.read_bytes().decode("utf-8", "replace")
    if not text.endswith("rc=0\n"):
        return None
    found = dict(line.split(": ", 1) for line in text.split("\n") if ": " in line)
    return [found.get(option, "") for option in OPTIONS]


def by_popseal(path):
    values = path.read_bytes().decode("utf-8", "replace").split("\0")[:-1]
    for at in range(0, len(values), len(OPTIONS) + 1):
        yield (values[at] == "broken", values[at + 1:at + 1 + len(OPTIONS)])


DEFAULTS = {"allowplaintext": "no", "allowapop": "yes", "tls_required": "no", "tls_ciphers": "DEFAULT",
            "tls_versions": "tls1_0 tls1_1 tls1_2 tls1_3"}


def compare(cyrus, popseal):
    """What differs, or ''."""
    is_broken, values = popseal
    if (cyrus is None) != is_broken:
        return f"Cyrus starts: {cyrus is not None}, popseal says broken: {is_broken}"
    told = [value[1:] if value[:1] == "=" else DEFAULTS.get(option, "")
            for option, value in zip(OPTIONS, values)]
    return "\n".join(f"{option}: Cyrus {has!r}, popseal {tells!r}"
                     for option, has, tells in zip(OPTIONS, cyrus or [], told) if has != tells)


def run_all(folder):
    script = COMPARE.replace("SERVICE", SERVICE).replace("OPTIONS", ",".join(OPTIONS))
    with tempfile.TemporaryDirectory(prefix="popseal-cyrus-") as place:
        done = subprocess.run(["unshare", "--mount", "sh", "-eu", "-c", script, "sh", place, str(ROOT),
                               str(folder), PROGRAM], capture_output=True, text=True, timeout=200)
    if done.returncode != 0:
        sys.exit(f"config_cyrus.py: {done.stderr[-2000:]}")


def report(folder):
    """Yields (file, whether Cyrus starts, what differs) for each file."""
    for kind in ("none", "own"):
        roots = sorted((folder / "roots").glob(f"*-{kind}"))
        for root, popseal in zip(roots, by_popseal(folder / f"popseal-{kind}"), strict=True):
            cyrus = by_cyrus(folder / root.name)
            yield root, cyrus is not None, compare(cyrus, popseal)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, default=500)
    parser.add_argument("--seed", type=int, default=4)
    options = parser.parse_args()
    reason = lab.unusable() or (None if (ROOT / CYR_INFO).exists() else "no Cyrus in the lab")
    if reason or not os.access(PROGRAM, os.X_OK):
        print(f"1..0 # SKIP {reason or 'needs POPSEAL_CONFIG_VALUES'}")
        return 0
    with tempfile.TemporaryDirectory(prefix="popseal-imapd-") as folder:
        folder = pathlib.Path(folder)
        write_files(random.Random(options.seed), folder, options.files)
        run_all(folder)
        results = list(report(folder))
        wrong = [(root, text) for root, _, text in results if text]
        starts = sum(1 for _, starts, _ in results if starts)
        print("1..2")
        for root, text in wrong[:5]:
            part = folder / "parts" / str(int(root.name[:4]))
            shown = [root] + ([part] if part.exists() else [])
            for line in [text] + [f"{path}:\n{path.read_text(encoding='utf-8')}" for path in shown]:
                print("# " + repr(line)[1:-1].replace("\\n", "\n# "))
        print(f"{'not ok' if wrong else 'ok'} 1 - cyr_info and popseal agree on {len(results)} files"
              f" ({len(wrong)} differ)")
        enough = len(results) * 0.3 < starts < len(results) * 0.95
        print(f"{'ok' if enough else 'not ok'} 2 - Cyrus starts with {starts} of {len(results)}")
    return 1 if wrong or not enough else 0


if __name__ == "__main__":
    sys.exit(main())
