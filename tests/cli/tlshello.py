# SPDX-License-Identifier: Apache-2.0
"""TLS's first flight by hand: reads a ClientHello, and answers as a server that picks from it.

For what no library speaks any more (SSLv3, RC4, export ciphers) or would not put
together (DH primes of 512 bits). No keys are made: after its ServerHelloDone such a
server has nothing to say. RFC 5246 section 7.4, RFC 6101 section 5.6.
"""
import dataclasses
import hashlib
import os
import struct

SSLV3, TLS10, TLS11, TLS12, TLS13 = range(0x0300, 0x0305)

RC4_MD5, RC4_SHA = 0x0004, 0x0005
NULL_MD5, NULL_SHA = 0x0001, 0x0002
EXPORT_RC4_40, EXPORT_RC2_40, EXPORT_DES_40 = 0x0003, 0x0006, 0x0008
DES_CBC, DES3_CBC, IDEA_CBC = 0x0009, 0x000A, 0x0007
ADH_RC4, ADH_AES128 = 0x0018, 0x0034
DHE_AES128, DHE_AES256 = 0x0033, 0x0039
ECDHE_RC4, ECDHE_AES128 = 0xC011, 0xC013
RSA_AES128, RSA_AES256 = 0x002F, 0x0035
DHE = {0x0011, 0x0014, 0x0015, 0x0016, DHE_AES128, DHE_AES256, 0x0067, 0x006B, 0x009E, 0x009F}
ANONYMOUS = {ADH_RC4, ADH_AES128, 0x0017, 0x0019, 0x001A, 0x001B, 0x003A}
ECDHE = {ECDHE_RC4, 0xC012, ECDHE_AES128, 0xC014, 0xC02F, 0xC030, 0xC027, 0xC028}

HANDSHAKE, ALERT = 22, 21
HELLO, CERTIFICATE, KEY_EXCHANGE, DONE = 2, 11, 12, 14


class Malformed(Exception):
    """Not a ClientHello."""


@dataclasses.dataclass
class Hello:
    version: int                    # of the client_version field
    session: bytes
    ciphers: list
    extensions: dict                # number: bytes

    @property
    def versions(self):
        """All that it offers, by supported_versions or up to client_version."""
        listed = self.extensions.get(43)
        if listed:
            return {value for value in unpack16(listed[1:])}
        return set(range(SSLV3, min(self.version, TLS12) + 1))


def unpack16(data):
    return [value for value, in struct.iter_unpack(">H", data[:len(data) & ~1])]


def whole(data):
    """Whether a record with a ClientHello in it is complete; Malformed for anything else."""
    if len(data) < 5:
        return False
    if data[0] != HANDSHAKE or data[1] != 3:
        raise Malformed(data[:16])
    return len(data) >= 5 + int.from_bytes(data[3:5], "big")


def parse(data):
    """Reads a record with one ClientHello."""
    body = data[5:]
    if body[:1] != b"\x01":
        raise Malformed(data[:16])
    version = int.from_bytes(body[4:6], "big")
    session, at = take(body, 38, 1)
    ciphers, at = take(body, at, 2)
    _, at = take(body, at, 1)
    extensions = {}
    if at < 4 + int.from_bytes(body[1:4], "big"):
        rest, _ = take(body, at, 2)
        while len(rest) >= 4:
            value, end = take(rest, 2, 2)
            extensions[int.from_bytes(rest[:2], "big")] = value
            rest = rest[end:]
    return Hello(version, session, unpack16(ciphers), extensions)


def take(data, at, width):
    """(value, where it ends) of a vector with a length of so many octets."""
    begin = at + width
    end = begin + int.from_bytes(data[at:begin], "big")
    if end > len(data):
        raise Malformed("a vector that is longer than its message")
    return data[begin:end], end


def vector(width, data):
    return len(data).to_bytes(width, "big") + data


def message(kind, body):
    return bytes([kind]) + vector(3, body)


def record(version, data, kind=HANDSHAKE):
    return struct.pack(">BH", kind, version) + vector(2, data)


def alert(version, description=40):
    return record(version, bytes([2, description]), ALERT)


def server_hello(version, cipher, session=b"", extensions=b""):
    body = struct.pack(">H", version) + os.urandom(32) + vector(1, session)
    return message(HELLO, body + struct.pack(">HB", cipher, 0) + extensions)


def prime(bits):
    """An odd number of so many bits: who only reads its length cannot tell."""
    return ((1 << (bits - 1)) | int.from_bytes(hashlib.sha512(b"p").digest(), "big") | 1
            if bits > 512 else (1 << (bits - 1)) | 1).to_bytes((bits + 7) // 8, "big")


def key_exchange(version, cipher, dh_bits):
    """The ServerKeyExchange that belongs to a cipher; nothing for RSA key transport."""
    if cipher in DHE | ANONYMOUS:
        p = prime(dh_bits)
        params = vector(2, p) + vector(2, b"\x02") + vector(2, p[:-1] + b"\x00")
    elif cipher in ECDHE:
        params = b"\x03\x00\x17" + vector(1, b"\x04" + os.urandom(64))
    else:
        return b""
    if cipher not in ANONYMOUS:
        params += (b"\x04\x01" if version >= TLS12 else b"") + vector(2, os.urandom(256))
    return message(KEY_EXCHANGE, params)


def flight(version, cipher, certificates=(), dh_bits=1024):
    """ServerHello to ServerHelloDone, each in a record of its own; certificates are DER."""
    listed = b"".join(vector(3, der) for der in certificates)
    messages = [server_hello(version, cipher)]
    if cipher not in ANONYMOUS:
        messages.append(message(CERTIFICATE, vector(3, listed)))
    messages += [key_exchange(version, cipher, dh_bits), message(DONE, b"")]
    return b"".join(record(version, part) for part in messages if part)


def choose(hello, taken, base):
    """(version, cipher) by the server's preference, from {version: [cipher, ...]}, or None.

    From version `base` on somebody else answers, so what is below is for those who offer no more.
    """
    for version in sorted(taken, reverse=True):
        if version in hello.versions and (version >= base or max(hello.versions) < base):
            for cipher in taken[version]:
                if cipher in hello.ciphers:
                    return version, cipher
    return None
