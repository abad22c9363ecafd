# SPDX-License-Identifier: Apache-2.0
"""A POP3 server with an account: really checks a login, by each mechanism, and answers STAT.

    FakeServer(Mailbox("PLAIN", "SCRAM-SHA-256").behave(), tls=True, secure=...)

`logins` tells what was tried: [("PLAIN", True), ...]. Before TLS it refuses everything but STLS.
It listens for the account in whatever a client sends, and complains in `leaks` where the
secret is seen without TLS.
"""
import base64
import hashlib
import hmac
import os

from fakeserver import Pop3, capa, close, stls

USER, PASSWORD = "Wilma.Test", "Zug-um-Zug;7/ächt"
TOKEN = "ya29.Token_of-the~Test+1/2=="
ITERATIONS = 4096
WRONG = "-ERR [AUTH] Authentication failed."
HASHES = {"SCRAM-SHA-1": "sha1", "SCRAM-SHA-256": "sha256", "SCRAM-SHA-256-PLUS": "sha256"}


def encoded(data):
    return base64.b64encode(data).decode()


def decoded(line):
    try:
        return base64.b64decode(line, validate=True)
    except ValueError:
        return b""


def secret_forms(secret=PASSWORD, user=USER):
    """All that a password or token can be found by in an output, as bytes."""
    raw = secret.encode()
    plain = b"\0" + user.encode() + b"\0" + raw
    bearer = f"user={user}\x01auth=Bearer {secret}\x01\x01".encode()
    return [raw, base64.b64encode(raw).rstrip(b"="), base64.b64encode(plain).rstrip(b"="),
            base64.b64encode(bearer).rstrip(b"="), raw.hex().encode(),
            raw.decode().encode("unicode_escape"), raw.decode().encode("latin-1")]


class Mailbox:
    """What its account is, and which mechanisms it lists; "USER" is one of them."""

    def __init__(self, *mechanisms, user=USER, password=PASSWORD, token=TOKEN, wrong=WRONG,
                 stat="+OK 3 1234", greeting="+OK Mailbox ready", clear=(), iterations=ITERATIONS,
                 certificate=None, server_signature=True):
        self.mechanisms = mechanisms
        self.user, self.password, self.token = user, password, token
        self.wrong, self.stat, self.greeting = wrong, stat, greeting
        self.clear = dict(clear)
        self.iterations = iterations
        self.certificate = certificate          # DER: for tls-server-end-point
        self.server_signature = server_signature
        self.logins, self.bindings, self.names = [], [], []

    def behave(self):
        listed = [name for name in self.mechanisms if name != "USER"]
        lines = ["USER"] * ("USER" in self.mechanisms)
        lines += ["SASL " + " ".join(listed)] * bool(listed)
        over = {"CAPA": capa(*lines, "TOP", "UIDL"), "STAT": self._stat, "AUTH": self._auth,
                "STLS": "-ERR already", "USER": "-ERR Unknown command",
                "PASS": "-ERR Unknown command"}
        if "USER" in self.mechanisms:
            over.update({"USER": self._name, "PASS": self._password})
        refusal = "-ERR [AUTH] TLS first."
        clear = {"CAPA": capa("STLS", "TOP", "UIDL"), "STLS": stls, "USER": refusal,
                 "PASS": refusal, "AUTH": refusal, **self.clear}
        return Pop3(clear, greeting=self.greeting, over_tls=over)

    @property
    def mechanism(self):
        """Of the one login that was tried."""
        if len(self.logins) != 1:
            raise AssertionError(f"{len(self.logins)} logins: {self.logins}")
        return self.logins[0][0]

    # --- answers ---

    def _end(self, connection, mechanism, right):
        self.logins.append((mechanism, right))
        connection.logged_in = right
        connection.say("+OK Logged in." if right else self.wrong)

    def _stat(self, connection, _):
        connection.say(self.stat if getattr(connection, "logged_in", False) else "-ERR no")

    def _name(self, connection, line):
        connection.user = line[5:].decode()
        self.names.append(connection.user)
        connection.say("+OK")

    def _password(self, connection, line):
        right = (getattr(connection, "user", None) == self.user
                 and line[5:] == self.password.encode())
        self._end(connection, "USER", right)

    def _auth(self, connection, line):
        words = line.decode().split()
        name = words[1].upper() if len(words) > 1 else ""
        if name not in self.mechanisms:
            connection.say("-ERR Unsupported mechanism" if name else "-ERR What?")
            return
        first = None
        if len(words) > 2:
            first = b"" if words[2] == "=" else decoded(words[2])
        getattr(self, "_" + name.lower().replace("-", "_"))(connection, first)

    def _ask(self, connection, challenge=b""):
        """Sends a challenge and returns the response; None for a cancelled exchange."""
        connection.say("+ " + encoded(challenge))
        line = connection.line()
        connection.responses.append(line)
        if line == b"*":
            connection.say("-ERR Cancelled")
            return None
        return decoded(line)

    def _plain(self, connection, response):
        response = self._ask(connection) if response is None else response
        if response is not None:
            wanted = f"\0{self.user}\0{self.password}".encode()
            self.names.append(response.split(b"\0")[1].decode() if response.count(b"\0") else "")
            self._end(connection, "PLAIN", response in (wanted, self.user.encode() + wanted))

    def _login(self, connection, user):
        user = self._ask(connection, b"Username:") if user is None else user
        password = user is not None and self._ask(connection, b"Password:")
        if user is not None and password is not None:
            self._end(connection, "LOGIN", (user, password)
                      == (self.user.encode(), self.password.encode()))

    def _cram_md5(self, connection, _):
        challenge = f"<{os.urandom(8).hex()}@popseal.test>".encode()
        response = self._ask(connection, challenge)
        if response is not None:
            digest = hmac.new(self.password.encode(), challenge, "md5").hexdigest()
            self._end(connection, "CRAM-MD5", response == f"{self.user} {digest}".encode())

    def _bearer(self, connection, response, mechanism, user):
        response = self._ask(connection) if response is None else response
        if response is None:
            return
        self.names.append(user(response))
        right = (f"\x01auth=Bearer {self.token}\x01".encode() in response
                 and user(response) == self.user)
        if not right:
            # RFC 7628 section 3.2.3: the failure comes as a challenge, and wants an answer.
            self._ask(connection, b'{"status":"invalid_token"}')
        self._end(connection, mechanism, right)

    def _xoauth2(self, connection, response):
        self._bearer(connection, response, "XOAUTH2",
                     lambda text: text.split(b"\x01")[0].decode().removeprefix("user="))

    def _oauthbearer(self, connection, response):
        self._bearer(connection, response, "OAUTHBEARER",
                     lambda text: text.split(b",")[1].decode().removeprefix("a="))

    # --- SCRAM, RFC 5802 ---

    def _scram_sha_1(self, connection, first):
        self._scram(connection, first, "SCRAM-SHA-1")

    def _scram_sha_256(self, connection, first):
        self._scram(connection, first, "SCRAM-SHA-256")

    def _scram_sha_256_plus(self, connection, first):
        self._scram(connection, first, "SCRAM-SHA-256-PLUS")

    def _scram(self, connection, first, mechanism):
        first = self._ask(connection) if first is None else first
        if first is None:
            return
        hashed = HASHES[mechanism]
        header, bare = split_header(first)
        fields = dict(part.split("=", 1) for part in bare.split(",") if "=" in part)
        self.names.append(fields.get("n", "").replace("=2C", ",").replace("=3D", "="))
        nonce, salt = fields.get("r", "") + os.urandom(9).hex(), os.urandom(12)
        challenge = f"r={nonce},s={encoded(salt)},i={self.iterations}"
        last = self._ask(connection, challenge.encode())
        if last is None:
            return
        without, _, proof = last.decode().rpartition(",p=")
        salted = hashlib.pbkdf2_hmac(hashed, self.password.encode(), salt, self.iterations)
        message = f"{bare},{challenge},{without}".encode()
        right = (check_proof(hashed, salted, message, decoded(proof))
                 and self.names[-1] == self.user and f"r={nonce}" in without.split(",")
                 and self._bound(connection, header, without, mechanism))
        if not right:
            self._end(connection, mechanism, False)
            return
        key = hmac.new(salted, b"Server Key", hashed).digest()
        if not self.server_signature:
            message += b"?"
        if self._ask(connection, b"v=" + base64.b64encode(
                hmac.new(key, message, hashed).digest())) is not None:
            self._end(connection, mechanism, True)

    def _bound(self, connection, header, without, mechanism):
        """Whether the channel binding is what it has to be; tls-exporter cannot be checked here."""
        data = decoded(dict(part.split("=", 1) for part in without.split(","))["c"])
        if not data.startswith(header.encode()):
            return False
        kind, data = header.split(",")[0], data[len(header):]
        self.bindings.append(kind)
        if not mechanism.endswith("-PLUS"):
            # "y" says that the server has no -PLUS; to one that lists it that is a downgrade.
            return not data and kind in ("n", "y") and not (
                kind == "y" and mechanism + "-PLUS" in self.mechanisms)
        if kind == "p=tls-server-end-point":
            return data == hashlib.sha256(self.certificate).digest()
        if kind == "p=tls-unique":
            return data == connection.sock.get_channel_binding("tls-unique")
        return kind == "p=tls-exporter" and len(data) == 32


def split_header(first):
    """(gs2-header, client-first-message-bare)"""
    text = first.decode()
    at = text.index(",", text.index(",") + 1) + 1
    return text[:at], text[at:]


def check_proof(hashed, salted, message, proof):
    client_key = hmac.new(salted, b"Client Key", hashed).digest()
    stored = hashlib.new(hashed, client_key).digest()
    signature = hmac.new(stored, message, hashed).digest()
    return bytes(a ^ b for a, b in zip(client_key, signature)) == proof and len(proof) > 0


# --- answers of servers that will not have the login ----------------------------------------


def refusing(text):
    """A server that takes the credential and says this of it, whatever it is."""
    mailbox = Mailbox("PLAIN", "USER", wrong=text)
    mailbox.password = mailbox.token = None
    return mailbox


def closing(mailbox):
    """The table with a close instead of any answer to a login."""
    behave = mailbox.behave()
    behave.over_tls.update({"AUTH": close, "PASS": close})
    return behave
