# SPDX-License-Identifier: Apache-2.0
"""What the formats hold, and the commands that need no target."""
import csv
import io
import json
import pathlib

import tap
from fakeserver import FakeServer, Pop3, capa
from program import SOURCE, popseal, scan, scratch

PERMITS = {"CAPA": capa("USER", "SASL PLAIN"), "USER": "+OK", "PASS": "-ERR Bad login"}
ENDPOINT = {"schema", "type", "time", "subject", "verdict", "confidence", "reason", "explanation",
            "address", "port", "mode", "host", "vantage", "stls", "product", "tls", "mechanisms",
            "findings", "duration_ms"}
FINDING = {"rule", "severity", "confidence", "message", "evidence", "location", "remedy",
           "reproduce", "references"}
COMMANDS = ("scan", "explain", "rules", "demo")


def rule_ids():
    return sorted(path.stem for path in pathlib.Path(SOURCE, "docs/rules").glob("*.md"))


@tap.test
def records():
    """jsonl records have every field, and the summary is last"""
    with FakeServer(Pop3(PERMITS)) as server:
        run = scan("--transcript", f"127.0.0.1:{server.port}", "nosuch.invalid")
    record = run.endpoint
    tap.true(ENDPOINT | {"transcript"} <= set(record), f"lacks {ENDPOINT - set(record)}")
    tap.equal(record["subject"], f"pop3://127.0.0.1:{server.port}", "subject")
    tap.equal(set(record["mechanisms"]), {"advertised", "accepted", "refused"}, "mechanisms")
    for finding in record["findings"]:
        tap.true(FINDING <= set(finding), f"lacks {FINDING - set(finding)}")
    tap.equal({record["schema"] for record in run.records}, {1}, "schema")
    tap.equal(run.summary["type"], "summary", "last record")
    tap.equal(len(run.of_type("error")), 1, "errors")


@tap.test
def table():
    """csv has a header and one row an endpoint"""
    with FakeServer(Pop3(PERMITS)) as server:
        text = popseal("scan", "--format", "csv", f"127.0.0.1:{server.port}").out
    rows = list(csv.DictReader(io.StringIO(text)))
    tap.equal([row["verdict"] for row in rows], ["permits"], "verdicts")
    tap.contains(rows[0]["findings"], "cleartext-login")


@tap.test
def prose():
    """Text gives each finding a why, a fix and a show line"""
    with FakeServer(Pop3(PERMITS)) as server:
        text = popseal("scan", f"127.0.0.1:{server.port}").out
    count = text.count("\n    why ")
    tap.true(count > 0, text)
    tap.equal((text.count("\n    fix "), text.count("\n    show ")), (count, count), text)


@tap.test
def explanations():
    """Every rule is listed and explained; an unknown one is named"""
    listed = popseal("rules", "--format", "jsonl").exits(0)
    tap.equal(sorted(record["id"] for record in listed.records), rule_ids(), "rules")
    for rule in rule_ids():
        text = popseal("explain", rule).exits(0).out
        for word in ("onfidentiality", "exploited", "Dovecot", "https://"):
            tap.contains(text, word, rule)
    tap.contains(popseal("explain", "no-such-rule").exits(3).err, "no-such-rule")


@tap.test
def demo():
    """The demo shows finding, evidence and remedy"""
    text = popseal("demo").exits(0).out
    for part in ("permits (proven)", "cleartext-login", "AUTH PLAIN", "fix ", "show "):
        tap.contains(text, part, "demo")
    finding = json.loads(popseal("demo", "--format", "jsonl").out.splitlines()[0])["findings"][0]
    tap.equal(finding["rule"], "cleartext-login", "first finding")


@tap.test
def dry_run():
    """A dry run sends nothing, and shows the bytes"""
    with FakeServer(Pop3(PERMITS)) as server:
        text = popseal("scan", "--dry-run", f"127.0.0.1:{server.port}").exits(0).out
        gentle = popseal("scan", "-n", "--depth", "gentle", "127.0.0.1").out
        tap.equal(len(server.connections), 0, "connections")
    for part in ("CAPA\\r\\n", "AUTH PLAIN\\r\\n", "USER popseal-", "PASS ", "Dovecot", "fail2ban"):
        tap.contains(text, part, "dry run")
    for part in ("    PASS ", "STLS\\r\\n"):
        tap.lacks(gentle.split("What servers log")[0], part, "gentle dry run")


@tap.test
def dry_run_of_a_list():
    """A dry run lists what it reads, names bad lines, and writes to --output"""
    text = b"192.0.2.7\n192.0.2.1-9:1110 # here\nno host\nmail.invalid:995\n"
    path = scratch() / "dry"
    run = popseal("scan", "-n", "-o", path, "--shard", "2/3", "--input", "-", "127.0.0.1",
                  stdin=text).exits(3)
    tap.equal(run.out, "", "standard output")
    tap.contains(run.err, "standard input:3: ")
    lines = path.read_text().splitlines()
    tap.equal(lines[1:5], ["  127.0.0.1 (1 address): pop3/110 pop3s/995",
                           "  192.0.2.7 (1 address): pop3/110 pop3s/995",
                           "  192.0.2.1-9:1110 (9 addresses): pop3/1110",
                           "  mail.invalid:995 (all its addresses): pop3s/995"], "targets")
    tap.contains(path.read_text(), "share 2 of 3")
    tap.contains(popseal("scan", "-n", "--format", "csv", "127.0.0.1").exits(3).err, "csv")


@tap.test
def formats_in_help():
    """Every format that a command's help lists is one, and no other"""
    for command, *words in (("scan", "127.0.0.1:9"), ("rules",), ("explain", "cleartext-login"),
                            ("demo",)):
        text = popseal(command, "--help").out.split("--format=")[1].split()[0]
        for name in ("text", "jsonl", "csv"):
            run = popseal(command, "--format", name, *words)
            tap.equal(run.code, 0 if name in text.split("|") else 3, f"{command} {name}")


@tap.test
def helps():
    """Help and version exit 0, nothing at all exits 3"""
    for command in COMMANDS:
        tap.contains(popseal(command, "--help").exits(0).out, "--format", command)
        tap.contains(popseal("--help").exits(0).out, command, "help")
        tap.equal(popseal("help", command).exits(0).out, popseal(command, "-h").exits(0).out)
    popseal("scan", "--config", "/no/such.conf", "--help").exits(0)
    tap.contains(popseal("help", "scna").exits(3).err, "scna")
    tap.contains(popseal("--version").exits(0).out, "popseal ", "version")
    popseal().exits(3)
    tap.contains(popseal("scna").exits(3).err, "scna")


tap.main()
