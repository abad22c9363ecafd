#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""record - write the dialogues with the lab's real servers as replayable scripts.

usage: record.py [SERVER/VARIANT ...]      (as root, after make and tools/lab)

A recorded script states what popseal concluded: read it before you commit it.
"""
import base64
import hashlib
import json
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "interop"))
import lab  # noqa: E402
import servers  # noqa: E402

POPSEAL = lab.REPO / "build" / "popseal"
NOBODY, SECRET = "popseal-nobody", "secret"
DEFAULT = """dovecot23/cleartext dovecot23/default dovecot23/required dovecot23/trap dovecot24/required
    cyrus/optional cyrus/required cyrus/no-plaintext-apop courier/optional courier/required
    mailutils/cleartext mailutils/required popa3d/cleartext nginx/only nginx/hidden-plain
    nginx/auth-dead perdition/required perdition/optional stunnel/stls""".split()


def b64(data):
    return base64.b64encode(data.encode()).decode()


def response(mechanism):
    return b64(f"\0{NOBODY}\0{SECRET}") if mechanism == "PLAIN" else b64(SECRET)


def plain(lines):
    """The transcript's lines with the fixed name and secret that the replay uses."""
    mechanism = None
    for line in lines:
        mechanism = line[8:] if line.startswith("C: AUTH ") else mechanism
        if line == "C: <random>":
            line = f"C: {response(mechanism)}"
        line = line.replace("PASS <random>", f"PASS {SECRET}")
        line = line.replace("<random>", hashlib.md5(SECRET.encode()).hexdigest())
        named = re.fullmatch(r"C: ([A-Za-z0-9+/=]{16,})", line)
        if named and base64.b64decode(named[1]).startswith(b"popseal-"):
            line = f"C: {b64(NOBODY)}"
        yield re.sub(r"popseal-[0-9a-f]{10}", NOBODY, line)


def script(title, record):
    product = record["product"] or {}
    yield f"# {title}, recorded from the Debian package (record.py)"
    yield "@ expect {verdict} {} {reason}".format(record["confidence"] or "-", **record)
    yield f"@ product {product.get('name') or '-'}"
    if product.get("version"):
        yield f"@ version {product['version']}"
    yield f"@ stls {record['stls'] or '-'}"
    yield "@ findings " + " ".join(finding["rule"] for finding in record["findings"])
    yield from plain(record["transcript"])


def ask(variant):
    with lab.running(variant) as instance:
        done = subprocess.run(
            [POPSEAL, "scan", "--netns", instance.asking_ns, "--format", "jsonl", "--no-store",
             "--transcript", f"pop3://{instance.address}"], capture_output=True, text=True)
    records = map(json.loads, done.stdout.splitlines())
    return next(record for record in records if record["type"] == "endpoint")


def main():
    names = sys.argv[1:] or DEFAULT
    lab.install_cleanup()
    for variant in servers.all_variants():
        if variant.title not in names:
            continue
        text = "\n".join(script(variant.title, ask(variant))) + "\n"
        path = HERE / (variant.title.replace("/", "-") + ".txt")
        path = path.with_name(re.sub(r"^dovecot(2[34])-", r"dovecot-\1-", path.name))
        path.write_text(text)
        print(path)


if __name__ == "__main__":
    main()
