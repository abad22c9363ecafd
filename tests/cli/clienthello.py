# SPDX-License-Identifier: Apache-2.0
"""The server's side of a first TLS flight: reads a ClientHello, and may offer a DH group.

No keys are made and nothing is decrypted: what a client offers stands in its
first message, and whether it takes a DH prime shows in its second one.
"""
import os
import pathlib
import socket
import struct
import subprocess
import threading
from dataclasses import dataclass

HANDSHAKE, ALERT = 22, 21
CLIENT_HELLO, SERVER_HELLO, CERTIFICATE, KEY_EXCHANGE, HELLO_DONE, CLIENT_KEY = 1, 2, 11, 12, 14, 16
SNI, STATUS, GROUPS, SIGNATURES, VERSIONS = 0, 5, 10, 13, 43
SIGNALS = {0x00ff, 0x5600}  # among the ciphers, but none: RFC 5746, RFC 7507
HELLO_MAX = 64 * 1024
PATIENCE = 30  # seconds for a client to start and to speak; it is not timed


class NoHello(Exception):
    """What came is no ClientHello, or nothing came."""


@dataclass(frozen=True)
class Hello:
    """What a ClientHello offers, in the order sent; GREASE (RFC 8701) and signals left out."""
    version: int
    random: bytes
    versions: tuple = ()
    ciphers: tuple = ()
    groups: tuple = ()
    signatures: tuple = ()
    sni: str = ""
    staple: bool = False


def _grease(number):
    return number & 0x0f0f == 0x0a0a and number >> 8 == number & 0xff


def _numbers(data):
    if len(data) % 2:
        raise NoHello("a list of numbers has an odd length")
    return tuple(number for number in struct.unpack(f"!{len(data) // 2}H", data)
                 if not _grease(number))


class _Reader:
    """Takes fields off the front of bytes; an end too early is no ClientHello."""

    def __init__(self, data):
        self.data = data

    def take(self, length):
        if len(self.data) < length:
            raise NoHello("cut short")
        taken, self.data = self.data[:length], self.data[length:]
        return taken

    def number(self, octets):
        return int.from_bytes(self.take(octets), "big")

    def block(self, octets):
        return self.take(self.number(octets))


def _extensions(reader):
    found = {}
    if reader.data:
        inner = _Reader(reader.block(2))
        while inner.data:
            kind = inner.number(2)
            found[kind] = inner.block(2)
    return found


def _server_name(data):
    if not data:
        return ""
    inner = _Reader(_Reader(data).block(2))
    inner.number(1)
    return inner.block(2).decode("ascii")


def parse(message):
    """The body of a ClientHello, without its header of four octets."""
    reader = _Reader(message)
    version, random = reader.number(2), reader.take(32)
    reader.block(1)
    ciphers = tuple(number for number in _numbers(reader.block(2)) if number not in SIGNALS)
    reader.block(1)
    found = _extensions(reader)

    def listed(kind, octets):
        return _numbers(_Reader(found[kind]).block(octets)) if kind in found else ()

    return Hello(version, random, listed(VERSIONS, 1), ciphers, listed(GROUPS, 2),
                 listed(SIGNATURES, 2), _server_name(found.get(SNI, b"")), STATUS in found)


class Peer:
    """One connection of a client, at the point where TLS begins."""

    def __init__(self, sock):
        self.sock = sock
        self.stream = sock.makefile("rb")
        self.pending = b""

    def message(self):
        """The next handshake message: type and body. An alert is (None, its description)."""
        while len(self.pending) < 4 or len(self.pending) < 4 + self._length():
            header = self.stream.read(5)
            if len(header) < 5:
                raise NoHello("the connection ended")
            kind, _, length = struct.unpack("!BHH", header)
            body = self.stream.read(length)
            if kind == ALERT:
                return None, body[-1]
            if kind != HANDSHAKE or len(self.pending) > HELLO_MAX:
                raise NoHello(f"a record of type {kind}")
            self.pending += body
        kind, end = self.pending[0], 4 + self._length()
        body, self.pending = self.pending[4:end], self.pending[end:]
        return kind, body

    def _length(self):
        return int.from_bytes(self.pending[1:4], "big")

    def hello(self):
        kind, body = self.message()
        if kind != CLIENT_HELLO:
            raise NoHello(f"message {kind}")
        return parse(body)

    def stls(self):
        """Greets as a POP3 server and waits for STLS."""
        self.sock.sendall(b"+OK ready\r\n")
        for line in self.stream:
            word = line.split()[0].upper() if line.split() else b""
            if word == b"STLS":
                self.sock.sendall(b"+OK begin\r\n")
                return
            self.sock.sendall(b"+OK\r\nSTLS\r\nUSER\r\n.\r\n" if word == b"CAPA" else b"-ERR no\r\n")
        raise NoHello("no STLS came")

    def send(self, kind, body):
        message = bytes([kind]) + len(body).to_bytes(3, "big") + body
        self.sock.sendall(struct.pack("!BHH", HANDSHAKE, 0x0303, len(message)) + message)


class Identity:
    """A key and a certificate of its own, for the messages that need a signature."""

    def __init__(self, folder):
        self.key, self.pem, der = (pathlib.Path(folder) / name
                                   for name in ("key.pem", "cert.pem", "cert.der"))
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
                        "-subj", "/CN=mail.example.org", "-addext",
                        "subjectAltName=DNS:mail.example.org,DNS:localhost,IP:127.0.0.1",
                        "-keyout", self.key, "-out", self.pem], check=True, capture_output=True)
        subprocess.run(["openssl", "x509", "-in", self.pem, "-outform", "DER", "-out", der],
                       check=True, capture_output=True)
        self.der = der.read_bytes()

    def sign(self, data):
        return subprocess.run(["openssl", "dgst", "-sha256", "-sign", self.key], input=data,
                              check=True, capture_output=True).stdout


def _sized(data, octets):
    return len(data).to_bytes(octets, "big") + data


def takes_prime(peer, hello, identity, cipher, prime):
    """Chooses that DHE_RSA cipher of TLS 1.2 with that prime: does the client go on?"""
    random = os.urandom(32)
    octets = (prime.bit_length() + 7) // 8
    public = pow(2, 2 ** 159 + 1, prime).to_bytes(octets, "big")
    group = (_sized(prime.to_bytes(octets, "big"), 2) + _sized(b"\x02", 2) + _sized(public, 2))
    renegotiation = struct.pack("!HHB", 0xff01, 1, 0)
    signature = identity.sign(hello.random + random + group)
    peer.send(SERVER_HELLO, struct.pack("!H", 0x0303) + random + b"\0" +
              struct.pack("!HB", cipher, 0) + _sized(renegotiation, 2))
    peer.send(CERTIFICATE, _sized(_sized(identity.der, 3), 3))
    peer.send(KEY_EXCHANGE, group + struct.pack("!H", 0x0401) + _sized(signature, 2))
    peer.send(HELLO_DONE, b"")
    try:
        kind, _ = peer.message()
    except (NoHello, OSError):
        return False
    return kind == CLIENT_KEY


def visit(client, behave):
    """Starts a client against a listener on loopback; what `behave` makes of it comes back.

    `client` is called with the port and gives a started process.
    """
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(PATIENCE)
        process = client(listener.getsockname()[1])
        # What a client has to say is read, so that it never waits for us.
        drain = threading.Thread(target=process.communicate, daemon=True)
        drain.start()
        try:
            sock, _ = listener.accept()
            with sock:
                sock.settimeout(PATIENCE)
                return behave(Peer(sock))
        except TimeoutError as error:
            raise NoHello("the client said nothing") from error
        finally:
            process.kill()
            drain.join()
