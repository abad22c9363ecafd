# SPDX-License-Identifier: Apache-2.0
"""Servers that mean harm, or are broken: an answer in time, and nothing else.

Whatever they send, popseal ends soon after its --timeout, gives a verdict or a
reason, stays small, and prints no byte that could move a terminal's cursor.
"""
import csv
import io
import json
import os
import re
import time

import tap
from fakeserver import FakeServer, Gone, Pop3, capa, close, reset, silent, stls
from program import SANITIZED, popseal, scan, start

TIMEOUT = 1
SECONDS_MAX = 14 * TIMEOUT  # four greetings and six answers, and a slow machine
MEMORY_MAX = 64 * 1024  # KiB

EVIL = ("\x1b[2J\x1b]0;owned\x07 \x9b31m \u202egnp.exe \x00 \x08\x08 \x7f \x85 =cmd|' /C calc'!A0 "
        "\",\" <script>")
UNSAFE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def flood(data, head=b""):
    def behave(connection):
        connection.send(head)
        while True:
            connection.send(data)
    return behave


def drip(connection):
    connection.trickle(b"+OK ready and waiting for you to ask\r\n" * 9, pause=0.3)


def after_greeting(answer):
    """Greets, then answers the first command by these bytes and hangs."""
    def behave(connection):
        connection.say("+OK ready")
        connection.command()
        if callable(answer):
            answer(connection)
        connection.send(answer if isinstance(answer, bytes) else b"")
        connection.hang()
    return behave


def endless_capa(connection):
    def go_on(connection):
        connection.send(b"+OK\r\n")
        while True:
            connection.send(b"X-MORE\r\n" * 512)
    after_greeting(go_on)(connection)


def reset_at(word, **rows):
    return lambda: Pop3({"CAPA": capa("USER", "SASL PLAIN", "STLS"), "STLS": stls,
                         **rows, word: reset})


def raw(data, ends=True):
    def behave(connection):
        connection.send(data)
        if not ends:
            connection.hang()
        raise Gone
    return behave


def half_close(connection):
    connection.say("+OK ready")
    connection.sock.shutdown(1)
    connection.hang()


def garbage_after_stls(connection, _):
    connection.say("+OK begin")
    connection.send(bytes(range(256)) * 64)
    connection.hang()


def cut_after_stls(connection, _):
    connection.send(b"+OK")
    raise Gone


NO = {"CAPA": capa("STLS"), "USER": "-ERR TLS required", "AUTH": "-ERR TLS required"}

# name, maker of the behaviour, the verdicts that may come
HARM = (
    ("endless greeting without a line end", lambda: flood(b"A" * 4096, b"+OK "), "undetermined"),
    ("endless rubbish", lambda: flood(b"\xff" * 4096), "no-service undetermined"),
    ("endless greeting lines", lambda: flood(b"+OK again\r\n" * 400), "undetermined"),
    ("endless CAPA", lambda: endless_capa, "undetermined"),
    ("a CAPA of 100,000 lines", lambda: Pop3({
        **NO, "CAPA": capa(*["X-LINE"] * 100000), "STLS": stls}), "refuses"),
    ("a byte every 0.3 s", lambda: drip, "undetermined"),
    ("silence", lambda: silent, "undetermined"),
    ("silence after the greeting", lambda: after_greeting(b""), "undetermined"),
    ("a close at once", lambda: raw(b""), "no-service"),
    ("a half-closed connection", lambda: half_close, "undetermined"),
    ("half a greeting, then a close", lambda: raw(b"+O"), "no-service"),
    ("HTTP", lambda: raw(b"HTTP/1.1 400 Bad Request\r\n\r\n"), "no-service"),
    ("SSH", lambda: raw(b"SSH-2.0-OpenSSH_9.2\r\n", False), "no-service"),
    ("IMAP", lambda: raw(b"* OK IMAP4rev1 ready\r\n", False), "no-service"),
    ("SMTP", lambda: raw(b"220 mail.example.org ESMTP\r\n", False), "no-service"),
    ("a TLS alert", lambda: raw(b"\x15\x03\x01\x00\x02\x02\x46"), "no-service undetermined"),
    ("NUL bytes", lambda: Pop3(NO, greeting=b"+OK \0\0ready\0\r\n"), "refuses"),
    ("a greeting of 200,000 octets", lambda: Pop3(NO, greeting="+OK " + "x" * 200000),
     "refuses undetermined"),
    ("a refusal of 1 MiB", lambda: Pop3({**NO, "USER": "-ERR " + "y" * (1 << 20)}),
     "refuses undetermined"),
    ("TLS garbage after STLS", lambda: Pop3({**NO, "STLS": garbage_after_stls}), "refuses"),
    ("half an answer to STLS, then a close", lambda: Pop3({**NO, "STLS": cut_after_stls}),
     "refuses"),
    ("a reset at the greeting", lambda: lambda connection: reset(connection, b""), "no-service"),
    ("a reset at CAPA", reset_at("CAPA", **{"USER": "-ERR TLS required",
                                            "AUTH": "-ERR TLS required"}), "refuses"),
    ("a reset at AUTH", reset_at("AUTH", USER="-ERR TLS required"), "refuses undetermined"),
    ("a reset at USER", reset_at("USER", AUTH="-ERR TLS required"), "refuses undetermined"),
    ("a reset at PASS", reset_at("PASS", USER="+OK", AUTH="-ERR no"), "undetermined"),
    ("a reset at STLS", reset_at("STLS", USER="-ERR TLS required", AUTH="-ERR TLS required"),
     "refuses"),
    ("a reset at every command", lambda: Pop3({"QUIT": reset}, unknown=reset), "undetermined"),
    ("a close at every command", lambda: Pop3({"QUIT": close}, unknown=close), "undetermined"),
)


def measured(*words):
    """Runs popseal; returns its output and its memory in KiB."""
    process = start(*words)
    out = process.stdout.read()
    err = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    for pipe in (process.stdin, process.stdout, process.stderr):
        pipe.close()
    tap.true(0 <= process.returncode <= 4, f"exit {process.returncode}: {out[-2000:]!r}")
    tap.true(b"CRITICAL" not in err and b"assertion" not in err, f"on stderr: {err[-2000:]!r}")
    return out.decode(), usage.ru_maxrss


def harm(behave, allowed):
    began = time.monotonic()
    with FakeServer(behave()) as server:
        out, memory = measured("scan", "--format", "jsonl", "--timeout", TIMEOUT,
                               f"pop3://127.0.0.1:{server.port}")
    seconds = time.monotonic() - began
    record = json.loads(out.splitlines()[0])
    tap.true(record["verdict"] in allowed.split(), f"{record}, wanted {allowed}")
    tap.true(record["explanation"] and record["reason"], f"no reason: {record}")
    tap.true(seconds < SECONDS_MAX * (3 if SANITIZED else 1), f"{seconds:.1f} s")
    tap.true(SANITIZED or memory < MEMORY_MAX, f"{memory} KiB")


for title, maker, verdicts in HARM:
    tap.add(title, harm, maker, verdicts)


def evil_server():
    return Pop3({"CAPA": capa(EVIL, f"SASL {EVIL}", f"IMPLEMENTATION {EVIL}"), "STLS": stls,
                 "USER": f"-ERR {EVIL}", "AUTH": f"-ERR {EVIL}", "QUIT": f"+OK {EVIL}"},
                greeting=f"+OK {EVIL}")


def safe(text, what):
    found = UNSAFE.search(text)
    tap.true(not found, f"{what}: {found and text[max(0, found.start() - 40):found.end() + 40]!r}")


def strings(value):
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for part in value:
            yield from strings(part)
    elif isinstance(value, str):
        yield value


@tap.test
def control_bytes():
    """No control byte of a server reaches any output"""
    with FakeServer(evil_server()) as server:
        where = f"pop3://127.0.0.1:{server.port}"
        safe(popseal("scan", "--verbose", "--transcript", where).out, "text")
        for record in scan("--transcript", where).records:
            for text in strings(record):
                safe(text, "jsonl")
        rows = list(csv.reader(io.StringIO(popseal("scan", "--format", "csv", where).out)))
    tap.equal(len(rows), 2, "rows of csv")
    for cell in rows[1]:
        safe(cell, "csv")
        tap.true(cell[:1] not in ("=", "+", "-", "@"), f"a formula: {cell!r}")


@tap.test
def harm_among_good():
    """A hostile server spoils no other"""
    with FakeServer(flood(b"A" * 4096, b"+OK ")) as bad, \
            FakeServer(Pop3({"CAPA": capa("USER"), "USER": "+OK", "PASS": "-ERR Bad login"}),
                       address="") as good:
        run = scan("--timeout", TIMEOUT * (10 if SANITIZED else 2), f"127.0.0.1:{bad.port}",
                   *good.targets(50))
    said = [record["verdict"] for record in run.of_type("endpoint")]
    tap.equal(sorted(said), ["permits"] * 50 + ["undetermined"], "verdicts")


tap.main()
