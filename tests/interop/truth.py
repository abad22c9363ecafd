# SPDX-License-Identifier: Apache-2.0
"""The ground truth: log in with the right password, over plain sockets, and see.

Nothing here knows any server or popseal. A server permits cleartext logins if
and only if one login without TLS works.
"""
import base64
import re
import socket
import ssl
from dataclasses import dataclass, field

import lab

TIMEOUT = 20
LINE_MAX = 4096

INITIAL_RESPONSE = base64.b64encode(f"\0{lab.USER}\0{lab.PASSWORD}".encode()).decode()


@dataclass
class Truth:
    """What was measured: the reply to each login, by the way it was made."""
    clear: dict = field(default_factory=dict)    # "USER", "AUTH PLAIN x", "AUTH PLAIN": reply
    stls: str = ""                               # reply to the login after STLS
    tls_port: str = ""                           # reply to the login on 995
    capabilities: list = field(default_factory=list)
    greeting: str = ""

    @property
    def verdict(self):
        if not self.clear:
            return "no-service"
        return "permits" if any(map(is_ok, self.clear.values())) else "refuses"

    @property
    def tls_verdict(self):
        return "refuses" if self.tls_port else "no-service"

    @property
    def over_tls(self):
        return is_ok(self.stls) or is_ok(self.tls_port)

    def capability_checks(self):
        """What checks that only read the list would say: {check: verdict}."""
        words = {line.split()[0].upper() for line in self.capabilities if line.split()}
        listed = "\n".join(self.capabilities)
        nessus = re.search(r"(SASL (PLAIN|LOGIN)|USER)", listed, re.I)
        plain = re.search(r"^SASL .*\b(PLAIN|LOGIN)\b", listed, re.I | re.M)
        says = {"USER listed": "USER" in words, "SASL PLAIN": plain, "nessus": nessus,
                "no STLS": "STLS" not in words}
        return {name: "permits" if hit else "refuses" for name, hit in says.items()}


def is_ok(reply):
    return reply.upper().startswith("+OK")


class Session:
    """One POP3 connection from a namespace. A closed connection reads as ''."""

    def __init__(self, netns, address, port, tls=False):
        with lab.inside(netns):
            self.socket = socket.create_connection((address, port), TIMEOUT)
        self.buffer = b""
        if tls:
            self.start_tls()
        self.greeting = self.line()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self.ask("QUIT")
        finally:
            self.socket.close()

    def start_tls(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        self.socket = context.wrap_socket(self.socket)

    def line(self):
        while b"\n" not in self.buffer and len(self.buffer) < LINE_MAX:
            try:
                piece = self.socket.recv(4096)
            except OSError as error:
                return f"({error})"
            if not piece:
                break
            self.buffer += piece
        line, _, self.buffer = self.buffer.partition(b"\n")
        return line.decode(errors="replace").rstrip("\r")

    def ask(self, command):
        try:
            self.socket.sendall(command.encode() + b"\r\n")
        except OSError as error:
            return f"({error})"
        return self.line()

    def list(self, command):
        if not is_ok(self.ask(command)):
            return []
        lines = []
        while (line := self.line()) and line != "." and not line.startswith("("):
            lines.append(line)
        return lines


def login_user(session):
    reply = session.ask(f"USER {lab.USER}")
    return session.ask(f"PASS {lab.PASSWORD}") if is_ok(reply) else reply


def login_plain(session):
    reply = session.ask("AUTH PLAIN")
    return session.ask(INITIAL_RESPONSE) if reply.startswith("+") else reply


def login_plain_at_once(session):
    reply = session.ask(f"AUTH PLAIN {INITIAL_RESPONSE}")
    return session.ask("*") if reply.startswith("+ ") else reply


LOGINS = {"USER": login_user, "AUTH PLAIN": login_plain, "AUTH PLAIN x": login_plain_at_once}


def measure(instance):
    """Log in by every way that the variant's ports leave open, from another address.

    The list of capabilities is read from where popseal will be asked.
    """
    truth = Truth()
    place = (instance.client_ns, instance.address)
    try:
        read_capabilities(truth, (instance.asking_ns, instance.address))
        measure_clear(truth, place)
    except ConnectionRefusedError:
        pass
    try:
        with Session(*place, lab.TLS_PORT, tls=True) as session:
            truth.tls_port = login_user(session) or "(closed)"
    except ConnectionRefusedError:
        pass
    return truth


def login_after_stls(session):
    reply = session.ask("STLS")
    if not is_ok(reply):
        return reply or "(closed)"
    try:
        session.start_tls()
    except OSError as error:
        return f"({error})"
    return login_user(session) or "(closed)"


def read_capabilities(truth, place):
    with Session(*place, lab.CLEAR_PORT) as session:
        truth.greeting = session.greeting
        truth.capabilities = session.list("CAPA")


def measure_clear(truth, place):
    for name, login in LOGINS.items():
        with Session(*place, lab.CLEAR_PORT) as session:
            truth.clear[name] = login(session) or "(closed)"
    with Session(*place, lab.CLEAR_PORT) as session:
        truth.stls = login_after_stls(session)


def complaints(variant, truth):
    """Why the measured truth shows that the lab itself is broken; empty if it is sound."""
    expected_tls = "refuses" if variant.tls_port else "no-service"
    wrong = []
    if truth.tls_verdict != expected_tls:
        wrong.append(f"port 995: declared {expected_tls}, measured {truth.tls_verdict}")
    if variant.stls in ("none", "broken") and is_ok(truth.stls):
        wrong.append(f"declared stls {variant.stls}, but a login after it works")
    if not variant.login_works:
        works = truth.verdict == "permits" or truth.over_tls
        return wrong + ["a login works, declared that none does"] * works
    return wrong + login_complaints(variant, truth)


def login_complaints(variant, truth):
    declared = variant.truth or variant.verdict
    wrong = []
    if truth.verdict != declared:
        wrong.append(f"port 110: declared {declared}, measured {truth.verdict}")
    if truth.verdict != "permits" and not truth.over_tls:
        wrong.append("no login works at all, so a refusal proves nothing")
    if variant.stls in ("optional", "required") and not is_ok(truth.stls):
        wrong.append(f"declared stls {variant.stls}, but the login after it got {truth.stls!r}")
    if variant.tls_port and not is_ok(truth.tls_port):
        wrong.append(f"no login on 995: {truth.tls_port!r}")
    return wrong
