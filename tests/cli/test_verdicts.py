# SPDX-License-Identifier: Apache-2.0
"""Every trap of traps.py, at each depth: the verdict, and what was sent for it.

Whatever the server does: at most one credential for an endpoint, none where
none was allowed, and cleartext-login exactly where a login is permitted.
"""
import re

import tap
from fakeserver import FakeServer
from program import scan
from traps import traps

DEPTHS = {
    "standard": ("--depth", "standard"),
    "gentle": ("--depth", "gentle"),
    "no_credential": ("--no-credential",),
}

COMMANDS = re.compile(
    rb"CAPA|AUTH( [A-Z0-9-]+)?|STLS|QUIT|USER popseal-[0-9a-f]{10}|PASS [0-9a-f]{20}|"
    rb"APOP popseal-[0-9a-f]{10} [0-9a-f]{32}")

CONFIDENCE = {"credentials-checked": "proven", "continuation": "likely", "refused": "proven",
              "refused-late": "proven", "tls-only": "proven"}

CONNECTIONS_MAX = 12


def check_words(record, wanted):
    got = f"{record['verdict']} {record['reason']}"
    if got != wanted and record["verdict"] != wanted:
        raise AssertionError(f"{got!r}, wanted {wanted!r}: {record['explanation']}")
    if record["verdict"] in ("no-service", "undetermined"):
        tap.equal(record["confidence"], None, "confidence")
    elif record["reason"] in CONFIDENCE:
        tap.equal(record["confidence"], CONFIDENCE[record["reason"]], "confidence")


def check_commands(server, clear):
    """Only the commands of the ladder, whole and in upper case, are ever sent."""
    for command in server.commands:
        # What does not speak TLS sees the ClientHello as a command.
        if clear and not COMMANDS.fullmatch(command):
            raise AssertionError(f"sent {command!r}")


def check_credentials(server, depth):
    limit = 1 if depth == "standard" else 0
    if server.credentials > limit:
        raise AssertionError(f"{server.credentials} credentials: {server.commands}")


def check_gentle(server, trap):
    """One connection, no STLS, no question after an acceptance, QUIT at the end."""
    if trap.url != "pop3s":
        tap.equal(len(server.connections), 1, "connections at gentle depth")
    tap.true(not server.asked(b"STLS") or trap.tls, "STLS at gentle depth")
    last = server.connections[-1]
    tap.true(not last.secured or trap.url == "pop3s", "a TLS session at gentle depth")
    if last.commands and trap.quits and not last.closed_by_us:
        tap.equal(last.commands[-1], b"QUIT", "the last command")


def check_findings(record, trap):
    rules = {finding["rule"] for finding in record["findings"]}
    tap.equal(rules, trap.findings, "findings")


def check_exit(run, record):
    """Exit 1 for a finding of low or more, else 0; every run ends with its summary."""
    grave = any(finding["severity"] != "info" for finding in record["findings"])
    run.exits(1 if grave else 0)
    tap.equal(run.summary["type"], "summary", "the last record")
    tap.equal(run.summary["verdicts"][record["verdict"]], 1, "the summary's count")


def check(trap, depth):
    with FakeServer(trap.behave(), tls=trap.tls) as server:
        target = f"{trap.url}://{server.target}" if trap.url else server.target
        source = ("--source", trap.source) if trap.source else ()
        run = scan(*DEPTHS[depth], "--timeout", trap.timeout, *source, target)
    record = run.endpoint
    clear_answers = "TLS" not in trap.name and "tls" not in trap.url
    check_credentials(server, depth)
    check_words(record, getattr(trap, depth))
    check_commands(server, clear_answers)
    tap.true(len(server.connections) <= CONNECTIONS_MAX, "too many connections")
    rules = [finding["rule"] for finding in record["findings"]]
    tap.equal("cleartext-login" in rules, record["verdict"] == "permits", "cleartext-login")
    if depth == "gentle":
        check_gentle(server, trap)
    if depth == "standard":
        check_findings(record, trap)
    check_exit(run, record)


for each in traps:
    for name in DEPTHS:
        title = f"{each.name} ({name.replace('_', ' ')})"
        if each.bug:
            tap.known_bug(each.bug, title, check, each, name)
        else:
            tap.add(title, check, each, name)

if __name__ == "__main__":
    tap.main()
