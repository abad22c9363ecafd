# SPDX-License-Identifier: Apache-2.0
"""Logins over TLS by each mechanism, without popseal: what it has to find is measured first."""
import base64
import hashlib
import hmac
import os
import ssl

import lab
import truth

TOKEN = "lab-token.8Q-7_x"
HASHES = {"SCRAM-SHA-1": "sha1", "SCRAM-SHA-256": "sha256"}


def encoded(data):
    return base64.b64encode(data).decode()


def challenge(reply):
    """What stands behind "+ ", decoded."""
    return base64.b64decode(reply[1:].strip()) if reply.startswith("+") else None


class Session(truth.Session):
    """A session over TLS whose certificate and name hold; without `ca` they are not looked at."""

    def __init__(self, instance, port, ca, name, highest=None, only=None):
        self.ca, self.name = ca, name
        self.lowest, self.highest = only or ssl.TLSVersion.TLSv1, only or highest
        super().__init__(instance.client_ns, instance.address, port, tls=port == lab.TLS_PORT)
        if port != lab.TLS_PORT:
            reply = self.ask("STLS")
            if not truth.is_ok(reply):
                raise lab.LabError(f"STLS: {reply}")
            self.start_tls()

    def start_tls(self):
        context = ssl.create_default_context(cafile=self.ca)
        if not self.ca:
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
        context.minimum_version = self.lowest
        if self.highest:
            context.maximum_version = self.highest
        self.socket = context.wrap_socket(self.socket, server_hostname=self.name)

    def mechanisms(self):
        """What it lists, USER among them."""
        found = []
        for line in self.list("CAPA"):
            words = line.upper().split()
            found += words[1:] if words[:1] == ["SASL"] else words if words == ["USER"] else []
        return found


def user(session, name, secret):
    reply = session.ask(f"USER {name}")
    return session.ask(f"PASS {secret}") if truth.is_ok(reply) else reply


def plain(session, name, secret):
    reply = session.ask("AUTH PLAIN")
    if not reply.startswith("+"):
        return reply
    return session.ask(encoded(f"\0{name}\0{secret}".encode()))


def login(session, name, secret):
    for line in ("AUTH LOGIN", encoded(name.encode())):
        reply = session.ask(line)
        if not reply.startswith("+ "):
            return reply
    return session.ask(encoded(secret.encode()))


def cram_md5(session, name, secret):
    reply = session.ask("AUTH CRAM-MD5")
    if challenge(reply) is None:
        return reply
    digest = hmac.new(secret.encode(), challenge(reply), "md5").hexdigest()
    return session.ask(encoded(f"{name} {digest}".encode()))


def scram(mechanism, binding=None):
    hashed = HASHES[mechanism]

    def work(session, name, secret):
        header, data = "n,,", b""
        if binding:
            header, data = f"p={binding},,", session.socket.get_channel_binding(binding)
        bare = f"n={name},r={os.urandom(12).hex()}"
        reply = session.ask("AUTH " + mechanism + "-PLUS" * bool(binding))
        if challenge(reply) is None:
            return reply
        reply = session.ask(encoded((header + bare).encode()))
        if challenge(reply) is None:
            return reply
        first = challenge(reply).decode()
        fields = dict(part.split("=", 1) for part in first.split(","))
        salted = hashlib.pbkdf2_hmac(hashed, secret.encode(), base64.b64decode(fields["s"]),
                                     int(fields["i"]))
        without = f"c={encoded(header.encode() + data)},r={fields['r']}"
        message = f"{bare},{first},{without}".encode()
        reply = session.ask(encoded(f"{without},p={proof(hashed, salted, message)}".encode()))
        if challenge(reply) is None:
            return reply
        key = hmac.new(salted, b"Server Key", hashed).digest()
        signature = encoded(hmac.new(key, message, hashed).digest())
        if challenge(reply) != f"v={signature}".encode():
            return f"(the server's proof is wrong: {reply})"
        return session.ask("")
    return work


def proof(hashed, salted, message):
    client = hmac.new(salted, b"Client Key", hashed).digest()
    signature = hmac.new(hashlib.new(hashed, client).digest(), message, hashed).digest()
    return encoded(bytes(a ^ b for a, b in zip(client, signature)))


def bearer(mechanism):
    def work(session, name, secret):
        head = f"user={name}\x01" if mechanism == "XOAUTH2" else f"n,a={name},\x01"
        reply = session.ask(f"AUTH {mechanism}")
        if not reply.startswith("+"):
            return reply
        reply = session.ask(encoded(f"{head}auth=Bearer {secret}\x01\x01".encode()))
        # A failure comes as a challenge, and wants an answer.
        return session.ask(encoded(b"\x01")) if reply.startswith("+ ") else reply
    return work


MECHANISMS = {
    "USER": user, "PLAIN": plain, "LOGIN": login, "CRAM-MD5": cram_md5,
    "SCRAM-SHA-1": scram("SCRAM-SHA-1"), "SCRAM-SHA-256": scram("SCRAM-SHA-256"),
    "SCRAM-SHA-1-PLUS": scram("SCRAM-SHA-1", "tls-unique"),
    "SCRAM-SHA-256-PLUS": scram("SCRAM-SHA-256", "tls-unique"),
    "XOAUTH2": bearer("XOAUTH2"), "OAUTHBEARER": bearer("OAUTHBEARER"),
}
TOKENS = ("XOAUTH2", "OAUTHBEARER")


def secret_of(mechanism):
    return TOKEN if mechanism in TOKENS else lab.PASSWORD


def attempt(instance, port, mechanism, secret, ca, name):
    """The server's last reply to one login."""
    # tls-unique is the one binding that Python tells, and TLS 1.3 has none of it.
    highest = ssl.TLSVersion.TLSv1_2 if mechanism.endswith("-PLUS") else None
    with Session(instance, port, ca, name, highest) as session:
        return MECHANISMS[mechanism](session, lab.USER, secret) or "(closed)"


def listed(instance, port, ca, name):
    with Session(instance, port, ca, name) as session:
        return session.mechanisms()
