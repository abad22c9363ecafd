#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""torture - thousands of random servers, each of which knows whether it takes a login in clear.

usage: torture.py [COUNT]      POPSEAL_LONG_TENTH=SEED asks a tenth of them

Each server is drawn by its seed: which ways to log in are open, in which words the others refuse,
whether it knows our random name, what it lists and behind how many lines, what it minds of the
commands that came before, and which bad habits it has. Whatever it does, popseal may not say
`refuses` of one that takes a login, nor `permits` of one that takes none, nor send two credentials;
and of a server without bad habits whose words are clear it must say exactly what is true.
"""
import os
import pathlib
import random
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "cli"))
import tap  # noqa: E402
from fakeserver import FakeServer, Pop3, after, capa, close, in_turn, sasl, stls  # noqa: E402
from program import scan  # noqa: E402

COUNT = 2000
SEED = os.environ.get("POPSEAL_LONG_TENTH")

WRONG = ("-ERR [AUTH] Authentication failed.", "-ERR Bad login", "-ERR Login failed.",
         "-ERR Logon failure: unknown user name or bad password.", "-ERR [AUTH] xyzzy",
         "-ERR internal server error", "-ERR authorization failed", "-ERR invalid password")
NO_TLS = ("-ERR TLS required to log in.", "-ERR Must issue a STLS command first",
          "-ERR [AUTH] USER command only available under a layer",
          "-ERR plaintext authentication disallowed on non-secure connections",
          "-ERR Authentication requires TLS.", "-ERR only valid after entering TLS mode")
NO_SUCH = ("-ERR Unknown command.", "-ERR invalid command", "-ERR not implemented",
           "-ERR [AUTH] Unsupported authentication mechanism.", "-ERR bad command")
UNCLEAR = ("-ERR", "-ERR no", "-ERR [SYS/PERM] sorry", "-ERR Fehler 17", "-ERR not today")
# The first four speak of the order; a server with the others lets at least CAPA go before.
SEQUENCE = ("-ERR bad sequence of commands", "-ERR Incorrect state", "-ERR wrong order",
            "-ERR invalid command in current state", "-ERR unknown command", "-ERR")
# Of these a refusal is made up that is about the name; a hundred more would do as well.
NAME_TALK = ("unknown", "no", "such", "login", "name", "user", "for", "you", "this", "is", "not",
             "found", "here", "sorry", "locked", "expired", "id", "realm", "invalid", "denied",
             "rejected", "access", "permission", "known", "subscriber", "error", "failed",
             "request", "does", "exist", "bad", "never", "heard", "of", "42", "kein", "inconnu",
             "{name}", "<{name}>")
GREETINGS = ("+OK ready", "+OK", "+OK Hello there.", "+OK POP3 server ready <1.2@example.com>",
             "+ok lower case", "+OK \\x1b[31m")
LISTED = ("USER", "SASL PLAIN", "SASL LOGIN PLAIN", "SASL CRAM-MD5", "STLS", "TOP", "UIDL",
          "RESP-CODES", "EXPIRE 31 USER", "UTF8 USER", "IMPLEMENTATION x")
SASL_WAYS = ("PLAIN", "LOGIN")
LINES_BEFORE = (0, 0, 0, 1, 40, 62, 63, 64, 65, 100, 900)


class Drawn:
    """One server: its table, and the truth about it."""

    def __init__(self, seed):
        self.draw = random.Random(seed)
        self.habits = set()
        self.ways = {way: self.policy() for way in ("USER", *SASL_WAYS)}
        # A picky server takes USER of names that it knows, which ours is not.
        self.picky = self.ways["USER"] == "open" and self.draw.random() < 0.3
        self.token = self.draw.random() < 0.1  # XOAUTH2 is listed and open
        self.unclear = self.picky
        self.lists_user = False
        self.permits = self.token or "open" in self.ways.values()
        self.late = {way for way, policy in self.ways.items() if policy == "late"}

    def policy(self):
        return self.draw.choices(("open", "late", "closed"), (2, 1, 5))[0]

    def refusal(self):
        """Refuses whatever the name, in words that may be clear, and for USER may not."""
        words = self.draw.choice(NO_TLS + NO_SUCH + UNCLEAR[:1 + self.draw.randrange(4)])
        if words in UNCLEAR or words in NO_SUCH:
            self.unclear = True  # it hangs on the list, and on STLS
        return words

    def about_the_name(self):
        words = " ".join(self.draw.choice(NAME_TALK) for _ in range(self.draw.randrange(6)))
        def answer(connection, line):
            name = line.split()[-1].decode()
            connection.say(f"-ERR {words.replace('{name}', name)}".rstrip())
        return self.draw.choice((answer, answer, answer, close, NO_SUCH[self.draw.randrange(2)]))

    def minding(self, answer):
        """Gives the answer only where no AUTH, or nothing at all, came before."""
        otherwise = self.draw.choice(SEQUENCE)
        allowed = self.draw.choice((set(), {b"CAPA"})) if otherwise in SEQUENCE[:4] else {b"CAPA"}
        def give(connection, line):
            before = {command.split()[0] for command in connection.commands[:-1]}
            connection.give(answer if before <= allowed else otherwise, line)
        return give

    def sasl(self, way):
        policy = self.ways[way]
        if policy == "closed":
            return self.refusal()
        last = self.draw.choice(WRONG if policy == "open" else NO_TLS)
        prompts = ("+ VXNlcm5hbWU6", "+ UGFzc3dvcmQ6") if way == "LOGIN" else ("+ ",)
        return sasl(last, *prompts)

    def table(self):
        draw = self.draw
        rows = {f"AUTH {way}": self.sasl(way) for way in SASL_WAYS}
        rows["AUTH"] = draw.choice(NO_SUCH)
        rows["USER"] = self.refusal() if self.ways["USER"] == "closed" else "+OK go on"
        if self.picky:
            rows["USER"] = self.about_the_name()
            self.lists_user = rows["USER"] in NO_SUCH  # else nobody could tell
        if self.token:
            rows["AUTH XOAUTH2"] = sasl(WRONG[0])
        rows["PASS"] = draw.choice(WRONG if self.ways["USER"] == "open" else NO_TLS)
        rows["STLS"] = stls if draw.random() < 0.5 else draw.choice(NO_SUCH)
        if self.token or self.lists_user or draw.random() < 0.8:
            rows["CAPA"] = self.list()
        return rows

    def list(self):
        draw = self.draw
        filler = draw.choice(("X-LINE", "SASL X-NONE"))
        lines = draw.sample(LISTED, draw.randrange(len(LISTED)))
        if self.lists_user and "USER" not in lines:
            lines.append("USER")
        lines[:0] = [filler] * draw.choice(LINES_BEFORE)
        return capa(*lines, *(["SASL XOAUTH2"] if self.token else []))

    def habit(self, name, odds):
        if self.draw.random() < odds:
            self.habits.add(name)
            return True
        return False

    def behave(self):
        rows = self.table()
        greeting = self.draw.choice(GREETINGS)
        unknown = self.draw.choice(NO_SUCH)
        end = "\n" if self.draw.random() < 0.1 else "\r\n"
        if self.habit("closes after what it does not know", 0.1):
            unknown = [unknown, close]
        if self.habit("is not ready at first", 0.08):
            way = self.draw.choice(list(rows))
            rows[way] = in_turn("-ERR [SYS/TEMP] later", rows[way])
        if self.habit("closes once", 0.08):
            way = self.draw.choice(list(rows))
            rows[way] = in_turn(close, rows[way])
        if self.habit("says a line too much", 0.05):
            greeting = [greeting, after(self.draw.choice((0, 0.1)), "-ERR by the way")]
        if self.habit("does not answer QUIT", 0.1):
            rows["QUIT"] = close
        if self.habit("minds what came before", 0.15):
            for way in [way for way in rows if way.split()[0] in ("USER", "AUTH")]:
                rows[way] = self.minding(rows[way])
        over_tls = {"USER": "+OK"} if not self.picky and self.draw.random() < 0.7 else None
        return Pop3(rows, greeting=greeting, unknown=unknown, end=end, over_tls=over_tls)


def truth(drawn):
    """What must be said of a server without bad habits, or None where more than one is right."""
    if drawn.unclear and not drawn.permits:
        return None  # `refuses` or `undetermined`, but never `permits`
    if drawn.token or drawn.picky:
        return None
    if drawn.permits:
        # One credential is spent on a way that refuses late: the others stay untried.
        return None if drawn.late else "permits"
    return "refuses" if len(drawn.late) <= 1 else None


def check(seed):
    drawn = Drawn(seed)
    with FakeServer(drawn.behave()) as server:
        record = scan("--timeout", "3", f"127.0.0.1:{server.port}").endpoint
        credentials = sum(connection.credentials for connection in server.connections)
    said = record["verdict"]
    story = f"seed {seed}: {drawn.ways} {drawn.habits}: {said} ({record['reason']}), {record}"
    # A line too much makes the server take a command for a response; that is nobody's secret.
    if "says a line too much" not in drawn.habits:
        tap.true(credentials <= 1, f"{credentials} credentials: {story}")
    tap.true(said != ("refuses" if drawn.permits else "permits"), story)
    harmless = drawn.habits <= {"does not answer QUIT", "closes after what it does not know"}
    if harmless and truth(drawn):
        tap.equal(said, truth(drawn), story)


def main():
    count = int(sys.argv.pop()) if len(sys.argv) > 1 else COUNT
    first = int(SEED) * COUNT if SEED else 0
    for seed in range(first, first + (count // 10 if SEED else count)):
        tap.add(f"random server {seed}", check, seed)
    tap.main(jobs=8)


if __name__ == "__main__":
    main()
