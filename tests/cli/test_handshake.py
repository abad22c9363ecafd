# SPDX-License-Identifier: Apache-2.0
"""TLS peers that mean harm: popseal verify ends in time, does not crash, and stays small.

POPSEAL_SEED repeats a run of the mutations; POPSEAL_MUTATIONS says how many hosts there are.
"""
import os
import pathlib
import time

import tap
from asking import TRUSTED, credentials, library, plain_pop3, verify
from fakeserver import FakeServer, Gone
from program import SANITIZED, start
from tlshello import ALERT, HANDSHAKE, TLS12, alert, message, record, server_hello, vector
from tlspeers import (Flight, Library, Mutated, SServer, long_chain, messages_end, mutate,
                      recorded_flight, version_limits)
from tlspki import pki

TIMEOUT = 1
SECONDS_MAX = 60 * (3 if SANITIZED else 1)  # for peers that let every wait run out
SEED = int(os.environ.get("POPSEAL_SEED", "0")) or time.time_ns() % 1000000
HOSTS = int(os.environ.get("POPSEAL_MUTATIONS", "60" if SANITIZED else "120"))
MEMORY_MAX = 96 * 1024  # KiB
VERSIONS = ("1.2", "1.3")
EXPECT = "refuses,tls,tls>=1.2,cert,name,login"


def garbage(connection, _first):
    connection.send(os.urandom(4096))
    connection.hang()


def text(connection, _first):
    connection.send(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    connection.close()


def at_once(connection, _first):
    connection.close()


def resets(connection, _first):
    connection.reset()


def after_hello(data):
    """Reads the ClientHello, then sends these bytes and stops."""
    def secure(connection, _first):
        connection.sock.recv(4096)
        connection.send(data)
        connection.hang()
        raise Gone
    return secure


def endless(data):
    def secure(connection, _first):
        connection.sock.recv(4096)
        while True:
            connection.send(data)
    return secure


def handshake(kind, length):
    return bytes([kind]) + length.to_bytes(3, "big")


HELLO = server_hello(TLS12, 0xC02F)
BAD = (
    ("garbage", garbage), ("text", text), ("a close at once", at_once), ("a reset", resets),
    ("its own ClientHello", lambda connection, _: (connection.send(connection.sock.recv(4096)),
                                                   connection.hang())),
    ("endless garbage", endless(b"\x16\x03\x03\x00\x04" + b"\xff" * 4)),
    ("endless warnings", endless(record(TLS12, b"\x01\x5a", ALERT))),
    ("endless empty records", endless(record(TLS12, b""))),
    ("endless HelloRequests", endless(record(TLS12, handshake(0, 0)))),
    ("a fatal alert", after_hello(alert(TLS12))),
    ("half an alert", after_hello(record(TLS12, b"\x02", ALERT))),
    ("an alert that nobody knows", after_hello(alert(TLS12, 199))),
    ("a record of 65535 octets", after_hello(b"\x16\x03\x03\xff\xff" + b"\x02" * 70000)),
    ("a message of 16 MiB", after_hello(record(TLS12, handshake(2, 0xFFFFFF) + b"\0" * 900))),
    ("a ServerHello of one octet", after_hello(record(TLS12, handshake(2, 1) + b"\x03"))),
    ("two ServerHellos", after_hello(record(TLS12, HELLO + HELLO))),
    ("Finished first", after_hello(record(TLS12, handshake(20, 12) + b"\0" * 12))),
    ("an empty certificate list", after_hello(record(TLS12, HELLO + message(11, vector(3, b""))))),
    ("certificates of no octets",
     after_hello(record(TLS12, HELLO + message(11, vector(3, vector(3, b"") * 40))))),
    ("a certificate that is none",
     after_hello(record(TLS12, HELLO + message(11, vector(3, vector(3, b"\x30\x82\xff\xff")))))),
    ("a cipher that was not offered",
     after_hello(record(TLS12, server_hello(TLS12, 0x0000)))),
    ("a version that does not exist",
     after_hello(record(TLS12, server_hello(0x7F7F, 0xC02F)))),
    ("SSLv2", after_hello(b"\x80\x2e\x04\x00\x01\x00\x02" + b"\0" * 39)),
)


def ends(secure, seconds=SECONDS_MAX, tls=True):
    """No login, no crash, an answer for every expectation, and in time."""
    behave = plain_pop3("STLS" if not tls else "USER", clear=None if tls else {"STLS": begin})
    with FakeServer(behave, tls=tls, secure=secure) as server:
        began = time.monotonic()
        run = verify(EXPECT, *TRUSTED, server.url, timeout=TIMEOUT, env=credentials())
        taken = time.monotonic() - began
    tap.true(run.code in (1, 2), f"exit: {run}")
    states = {each["name"]: each["state"] for each in run.of_type("expectation")}
    tap.true(states.get("login", "undetermined") == "undetermined", f"login: {states}")
    tap.true(states.get("cert") != "met", f"cert: {states}")
    tap.true(taken < seconds, f"{taken:.0f} s")
    tap.equal(run.summary["type"], "summary", "the last record")


def begin(connection, _):
    connection.say("+OK Begin TLS negotiation")
    connection.start_tls()


for title, each in BAD:
    tap.add(f"after the first byte: {title}", ends, each)
for title, each in BAD[:6]:
    tap.add(f"after STLS: {title}", ends, each, SECONDS_MAX, False)


# --- stops midway ------------------------------------------------------------------------

def flights():
    return {version: recorded_flight(pki().leaf("good"), version) for version in VERSIONS}


def cut(version, number, end):
    """The flight up to one of the ends of its messages and records, or one octet short of it."""
    flight = flights()[version]
    stops = sorted({at for stop in messages_end(flight) for at in (stop - 1, stop)} | {1, 5, 9})
    ends(Flight(flight, lambda data, _: data[:stops[number % len(stops)]], end))


for which in VERSIONS:
    for index in range(5):
        tap.add(f"TLS {which} stops at cut {index} and hangs", cut, which, index, "hang")
    for index in range(18):
        tap.add(f"TLS {which} stops at cut {index} and closes", cut, which, index,
                "reset" if index % 3 == 2 else "close")


class Trickling(Mutated):
    """A handshake whose server flights come in segments of one octet."""

    def change(self, data, _flight, _dice):
        return [bytes([octet]) for octet in data]


@tap.test
def a_byte_at_a_time():
    """A handshake in segments of one byte comes up all the same"""
    with FakeServer(plain_pop3("USER"), tls=True, secure=Trickling(library(), 0)) as server:
        run = verify("tls,cert,name", *TRUSTED, server.url, timeout=20).exits(0)
    tap.equal(run.endpoint["tls"]["version"], "TLSv1.3", "version")


@tap.test
def a_byte_a_second():
    """A flight of one byte a second does not hold it for ever"""
    ends(Flight(flights()["1.2"], end="hang", pause=1.0), SECONDS_MAX)


# --- certificates without end ---------------------------------------------------------------

def chain_of(count, leaf="good"):
    """A chain that is far too long ends in an answer, with a bounded record."""
    path = long_chain(count)
    for limit in VERSIONS:
        secure = Library(pki().leaf(leaf), chain=path, **version_limits(limit))
        with FakeServer(plain_pop3("USER"), tls=True, secure=secure) as server:
            run = verify("tls,cert", *TRUSTED, server.url, timeout=TIMEOUT)
        tap.true(len(run.raw) < 300_000, f"{len(run.raw)} octets of output")
        tap.true(run.code in (0, 1, 2), f"exit: {run}")


for amount in (9, 10, 11, 60, 1000):
    tap.add(f"a chain of {amount} certificates more", chain_of, amount)


# --- renegotiation and key updates ------------------------------------------------------------

def renegotiating(version, command):
    """s_server's own commands: r and R renegotiate (TLS 1.2), k and K update keys (TLS 1.3)."""
    def behave(connection):
        connection.say("+OK ready")
        while True:
            line = connection.line()
            if line.startswith((b"CAPA", b"STAT", b"AUTH", b"USER", b"QUIT")):
                connection.send(command)
                connection.say("-ERR not now")
    secure = SServer(pki().leaf("good"), version, brief=False)
    with FakeServer(behave, tls=True, secure=secure) as server:
        run = verify("tls,cert,login", *TRUSTED, server.url, timeout=TIMEOUT, env=credentials())
    tap.true(run.code in (1, 2), f"exit: {run}")
    tap.equal(run.summary["type"], "summary", "the last record")


for which, word in (("-tls1_2", b"r\n"), ("-tls1_2", b"R\n"), ("-tls1_3", b"k\n"),
                    ("-tls1_3", b"K\n")):
    tap.add(f"s_server {which} with command {word.decode().strip()}", renegotiating, which, word)


# --- mutations ---------------------------------------------------------------------------------

def mutated_recording(version, number):
    """Each host plays a recorded flight back, with another mutation at each connection."""
    flight = flights()[version]
    seed = f"{SEED}-{version}-{number}"
    change = lambda data, connection: mutate(data, f"{seed}-{connection.number}")
    fuzzed(Flight(flight, change, ("close", "reset")[number % 2]), seed)


def fuzzed(secure, seed, hosts=HOSTS):
    """Many hosts in one run: no crash, a record each, and soon."""
    behave = plain_pop3("USER")
    with FakeServer(behave, tls=True, secure=secure, address="") as server:
        targets = "\n".join(f"pop3s://{target}" for target in server.targets(hosts))
        run = verify("tls,cert,name,login", *TRUSTED, "-", stdin=targets.encode(),
                     timeout=3, env=credentials())
        count = len(server.connections)
    tap.equal(len(run.of_type("endpoint")), hosts, f"endpoints (POPSEAL_SEED={SEED}, {seed})")
    tap.true(count >= hosts, f"{count} connections")
    tap.true(run.code in (1, 2), f"exit: {run}")


for which in VERSIONS:
    for index in range(2):
        tap.add(f"mutations of a recorded TLS {which} flight, {index} (POPSEAL_SEED={SEED})",
                mutated_recording, which, index)


def mutated_live(version):
    """A real handshake whose flights are changed on their way."""
    fuzzed(Mutated(Library(pki().leaf("ec"), **version_limits(version)), f"{SEED}-{version}"),
           "live", HOSTS // 3)


for which in VERSIONS:
    tap.add(f"mutations of a live TLS {which} handshake (POPSEAL_SEED={SEED})", mutated_live, which)


@tap.test
def stays_small():
    """Endless records do not make it grow"""
    if SANITIZED:
        raise tap.Skip("memory under a sanitizer says nothing")
    secure = endless(record(TLS12, handshake(11, 0xFFFFF0) + b"\x55" * 16000, HANDSHAKE))
    with FakeServer(plain_pop3("USER"), tls=True, secure=secure) as server:
        process = start("verify", "--format", "jsonl", "--expect", "tls", "--timeout", "2",
                        *TRUSTED, server.url)
        largest = 0
        while process.poll() is None:
            try:
                status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
            except OSError:
                break
            rss = [line.split()[1] for line in status.splitlines() if line.startswith("VmRSS:")]
            largest = max(largest, *map(int, rss), 0)
            time.sleep(0.02)
        process.communicate(timeout=60)
    tap.true(0 < largest < MEMORY_MAX, f"{largest} KiB")


if __name__ == "__main__":
    tap.main()
