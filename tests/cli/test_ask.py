#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Asking again, and several times: what is kept, what is compared, and never a second credential."""
import random

from fakeserver import FakeServer, Pop3, by_connection, capa, hang, sasl
from program import popseal, scan
from tap import contains, equal, lacks, main, test, true

REFUSES = Pop3({"CAPA": capa("STLS")}, unknown="-ERR TLS required")
TAKES_PLAIN = Pop3({"CAPA": capa("STLS"), "AUTH PLAIN": sasl("-ERR [AUTH] authentication failed")},
                   unknown="-ERR TLS required")
TAKES_USER = Pop3({"CAPA": capa("STLS"), "USER": "+OK", "PASS": "-ERR [AUTH] wrong password"},
                  unknown="-ERR TLS required")
REFUSES_LATE = Pop3({"CAPA": capa("USER"), "USER": "+OK", "PASS": "-ERR TLS required for login"},
                    unknown="-ERR TLS required")
INVITES_THEN_REFUSES = Pop3({"CAPA": capa("SASL PLAIN"),
                             "AUTH PLAIN": sasl("-ERR TLS required for login")},
                            unknown="-ERR TLS required")


class Balanced:
    """Another server behind the address for each dialogue, which begins with CAPA; the last stays."""

    def __init__(self, *servers):
        self.servers = servers
        self.dialogues = 0

    def __call__(self, connection):
        connection.say("+OK ready")
        while True:
            line = connection.command()
            self.dialogues += line == b"CAPA" and not connection.secured
            number = min(max(self.dialogues - 1, 0), len(self.servers) - 1)
            self.servers[number]._give(connection, self.servers[number]._find(connection, line),
                                       line)


def first(count, behave, then):
    """The first so many connections get another behaviour than the rest."""
    def choose(connection):
        (behave if connection.number < count else then)(connection)
    return choose


def silent(connection):
    connection.hang()


def closes(connection):
    connection.close()


def rules(endpoint):
    return [finding["rule"] for finding in endpoint["findings"]]


def ask(behave, *words):
    """One endpoint's record, and the server that was asked."""
    with FakeServer(behave) as server:
        endpoint = scan("--timeout", "0.5", *words, server.target).endpoint
    true(server.credentials <= 1, f"{server.credentials} credentials: {server.commands}")
    return endpoint, server


# --- retries -----------------------------------------------------------------


@test
def asked_once():
    """Without --retries a silent server is asked once"""
    endpoint, server = ask(silent, "--depth", "gentle")
    equal((endpoint["verdict"], endpoint["reason"]), ("undetermined", "timeout"))
    equal(len(server.connections), 1, "connections")
    lacks(endpoint, "tries")
    lacks(endpoint, "samples")


@test
def silent_then_fine():
    """A server that is silent at first is asked again, after a second or so"""
    with FakeServer(first(1, silent, REFUSES)) as server:
        run = scan("--timeout", "0.5", "--depth", "gentle", "--retries", "3", server.target)
    equal((run.endpoint["verdict"], run.endpoint["tries"]), ("refuses", 2))
    true(run.seconds >= 0.5 + 0.75, f"{run.seconds} s is too soon")


@test
def silent_for_good():
    """As many retries as were asked for, and no more"""
    endpoint, server = ask(silent, "--depth", "gentle", "--retries", "2")
    equal((endpoint["verdict"], endpoint["reason"], endpoint["step"], endpoint["tries"]),
          ("undetermined", "timeout", "greeting", 3))
    equal(len(server.connections), 3, "connections")


@test
def closed_then_fine():
    """A connection that is closed before a byte came is begun anew"""
    endpoint, _ = ask(first(1, closes, TAKES_PLAIN), "--retries", "1")
    equal((endpoint["verdict"], endpoint["confidence"]), ("permits", "proven"))


@test
def a_refusal_is_an_answer():
    """What was answered is not asked again"""
    for server in (REFUSES, TAKES_PLAIN, TAKES_USER):
        endpoint, _ = ask(server, "--retries", "3")
        lacks(endpoint, "tries")


@test
def temporary_login():
    """A password that is refused for now is not sent a second time"""
    endpoint, server = ask(Pop3({"CAPA": capa("USER"), "USER": "+OK",
                                 "PASS": "-ERR [SYS/TEMP] try again later"}), "--retries", "2")
    equal((endpoint["verdict"], endpoint["reason"]), ("undetermined", "temporary"))
    equal(server.credentials, 1, "credentials")


@test
def temporary_then_invited():
    """An invitation does not outweigh a password that was not judged"""
    endpoint, server = ask(Pop3({"CAPA": capa("SASL PLAIN"),
                                 "AUTH PLAIN": sasl("-ERR [SYS/TEMP] later")}), "--retries", "2")
    equal((endpoint["verdict"], endpoint["reason"]), ("undetermined", "temporary"))
    equal(server.credentials, 1, "credentials")


@test
def invited_then_refused():
    """A server that invited a password before it fell silent refuses nothing later"""
    half = Pop3({"CAPA": capa("STLS"), "USER": "+OK", "PASS": hang}, unknown="-ERR TLS required")
    endpoint, server = ask(Balanced(half, REFUSES), "--retries", "1")
    equal(endpoint["verdict"], "undetermined")
    contains(rules(endpoint), "password-invited")
    equal(server.credentials, 1, "credentials")


# --- samples -----------------------------------------------------------------


@test
def equal_samples():
    """Samples that are alike have the verdict of the first"""
    endpoint, _ = ask(REFUSES, "--samples", "3")
    equal((endpoint["verdict"], endpoint["reason"]), ("refuses", "refused"))
    equal((endpoint["samples"], endpoint["samples_answered"], endpoint["differences"]), (3, 3, []))
    lacks(rules(endpoint), "inconsistent")


@test
def one_credential():
    """Only the first sample sends the credential, and the others are not held against it"""
    endpoint, server = ask(TAKES_USER, "--samples", "4")
    equal((endpoint["verdict"], endpoint["confidence"]), ("permits", "proven"))
    equal((server.credentials, endpoint["differences"]), (1, []), "credentials and differences")


@test
def late_refusals():
    """A server that invites and refuses late still does when only the invitation is seen again"""
    for behave in (REFUSES_LATE, INVITES_THEN_REFUSES):
        endpoint, server = ask(behave, "--samples", "3")
        equal((endpoint["verdict"], endpoint["reason"], endpoint["differences"]),
              ("refuses", "refused-late", []))
        equal(server.credentials, 1, "credentials")


@test
def one_of_two_permits():
    """One of two servers behind an address permits: so does the address"""
    for servers in ((REFUSES, TAKES_PLAIN), (TAKES_PLAIN, REFUSES), (REFUSES, REFUSES, TAKES_PLAIN)):
        endpoint, _ = ask(Balanced(*servers), "--samples", "3")
        equal(endpoint["verdict"], "permits")
        contains(rules(endpoint), "cleartext-login")
        contains(rules(endpoint), "inconsistent")
        contains(endpoint["differences"], "auth-plain")


@test
def one_of_two_invites():
    """One refuses and another takes USER, which is not followed: undetermined"""
    endpoint, server = ask(Balanced(REFUSES, TAKES_USER), "--samples", "2")
    equal((endpoint["verdict"], endpoint["reason"]), ("undetermined", "inconsistent"))
    equal((endpoint["differences"], server.credentials), (["user"], 0))
    contains(endpoint["explanation"], "refuses (refused)")
    contains(endpoint["settle"], "by itself")
    finding, = (one for one in endpoint["findings"] if one["rule"] == "inconsistent")
    equal(finding["severity"], "low")
    contains("\n".join(finding["evidence"]), "S: -ERR TLS required\n-- in another sample\nC: USER")


@test
def a_late_refusal_and_another_server():
    """A mere invitation by another server permits nothing where the password was refused"""
    endpoint, server = ask(Balanced(REFUSES_LATE, TAKES_PLAIN), "--samples", "2")
    equal((endpoint["verdict"], endpoint["reason"]), ("undetermined", "inconsistent"))
    equal(server.credentials, 1, "credentials")


@test
def silent_sample():
    """A sample that is silent may have met another server"""
    half = Pop3({"CAPA": capa("STLS"), "AUTH PLAIN": hang}, unknown="-ERR TLS required")
    for behave in (first(2, silent, REFUSES), Balanced(REFUSES, half)):
        endpoint, _ = ask(behave, "--samples", "2")
        equal((endpoint["verdict"], endpoint["reason"]), ("undetermined", "timeout"))


@test
def silent_sample_again():
    """With --retries a silent sample is asked again"""
    endpoint, _ = ask(first(2, silent, REFUSES), "--samples", "2", "--retries", "1")
    equal((endpoint["verdict"], endpoint["samples_answered"]), ("refuses", 2))


@test
def ids_in_greetings():
    """Ids, times and names of hosts in a greeting are no difference"""
    def greets(connection):
        number = random.randrange(10**9)
        Pop3({}, greeting=f"+OK mx{connection.number}.example.org POP3 ready [{number:x}=] "
             f"Tue, {connection.number + 1} Nov 2026 10:00:00 <{number}.1@mx>")(connection)
    endpoint, _ = ask(greets, "--samples", "3", "--depth", "gentle")
    equal(endpoint["differences"], [])


@test
def other_greetings():
    """Another greeting is a difference, which leaves the verdict alone"""
    def greets(connection):
        Pop3({}, greeting=f"+OK {('Alpha', 'Beta')[connection.number % 2]} server ready",
             unknown="-ERR TLS required")(connection)
    endpoint, _ = ask(greets, "--samples", "2", "--depth", "gentle")
    equal((endpoint["differences"], rules(endpoint).count("inconsistent")), (["greeting"], 1))


@test
def other_lists():
    """The order of a capability list means nothing, its lines do"""
    def lists(*answers):
        return Pop3({"CAPA": by_connection(*answers)}, unknown="-ERR TLS required")
    same = lists(capa("TOP", "SASL PLAIN LOGIN"), capa("SASL LOGIN PLAIN", "top"))
    other = lists(capa("TOP"), capa("TOP", "STLS"))
    equal(ask(same, "--samples", "2", "--depth", "gentle")[0]["differences"], [])
    equal(ask(other, "--samples", "2", "--depth", "gentle")[0]["differences"], ["capa"])


@test
def sixteen():
    """Sixteen samples are as many as there may be"""
    endpoint, server = ask(REFUSES, "--samples", "16", "--depth", "gentle")
    equal((endpoint["samples"], len(server.connections)), (16, 16))


@test
def bounds():
    """Numbers out of bounds are refused"""
    for words in (("--samples", "0"), ("--samples", "17"), ("--retries", "11"),
                  ("--retries", "-1"), ("--samples", "two")):
        run = popseal("scan", *words, "127.0.0.1:1").exits(3)
        contains(run.err, words[0])
    popseal("scan", "--retries", "10", "--samples", "16", "--dry-run", "127.0.0.1").exits(0)


@test
def in_text():
    """The text report says that samples differ"""
    with FakeServer(Balanced(REFUSES, TAKES_USER)) as server:
        run = popseal("scan", "--samples", "2", server.target)
    contains(run.out, "inconsistent")


main()
