# SPDX-License-Identifier: Apache-2.0
"""TLS of every kind behind fakeserver.FakeServer: the `secure` of a server.

    FakeServer(Pop3(...), tls=True, secure=SServer(leaf, "-tls1"))

SServer is a real `openssl s_server`; Library is Python's ssl; Scripted answers some
ClientHellos by bytes of its own and passes the others on. Behaviours of Pop3 speak
through any of them, from the first byte or after STLS.
"""
import atexit
import base64
import contextlib
import itertools
import os
import pathlib
import queue
import random
import select
import shutil
import socket
import ssl
import subprocess
import tempfile
import threading
import time

import tlshello
from fakeserver import FakeServer, Gone
from tlspki import der_end, openssl, pki

START_SECONDS = 20
CHUNK = 16384

# Short keys are refused by the level that holds when they are read, before -cipher is.
LENIENT = """
openssl_conf = all
[all]
ssl_conf = ssl
[ssl]
system_default = lenient
[lenient]
CipherString = ALL:@SECLEVEL=0
"""


# --- openssl s_server ---------------------------------------------------------------


class Worker:
    """One s_server process. It passes data both ways between its TLS session and its pipes."""
    everyone = set()
    folder = None
    numbers = itertools.count()
    lock = threading.Lock()

    def __init__(self, words, brief=True):
        with Worker.lock:
            if Worker.folder is None:
                Worker.folder = tempfile.mkdtemp(prefix="popseal-s-")
                pathlib.Path(Worker.folder, "conf").write_text(LENIENT)
                atexit.register(Worker.end_all)
            self.path = f"{Worker.folder}/{next(Worker.numbers)}"
        # -brief: a line on stderr once a session is up, and no commands read from stdin.
        self.process = subprocess.Popen(
            ["openssl", "s_server", "-unix", self.path, *["-brief"] * brief, *map(str, words)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0,
            env={**os.environ, "OPENSSL_CONF": f"{Worker.folder}/conf"})
        Worker.everyone.add(self)
        # What it says once a session is up, and where.
        self.mark = b"Protocol version" if brief else b"Secure Renegotiation"
        self.voice = self.process.stderr if brief else self.process.stdout

    def connect(self):
        inner = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                inner.connect(self.path)
                return inner
            except OSError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    said = os.read(self.process.stderr.fileno(), CHUNK)
                    raise RuntimeError(f"s_server {self.process.args}: {said}") from None
                time.sleep(0.002)

    def end(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        Worker.everyone.discard(self)

    def close(self):
        self.end()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            with contextlib.suppress(OSError):
                pipe.close()

    @staticmethod
    def end_all():
        for worker in list(Worker.everyone):
            worker.close()
        shutil.rmtree(Worker.folder, ignore_errors=True)


class Session:
    """A socket to whoever uses it: one TLS session of a worker, which ends with it."""

    def __init__(self, sock, worker):
        self.raw = sock
        self.worker = worker
        self.inner = worker.connect()
        self.up = False
        self.records = []           # types of the records that the client sent
        self._unread = b""
        self._passed = 0
        self._over = False
        self._news = threading.Condition()

    # --- bringing it up ---

    def begin(self, first, stopping):
        """Passes the handshake on; raises OSError where none comes up."""
        if first:
            self._from_client(first)
        said = b""
        pipe = self.worker.voice
        while self.worker.mark not in said:
            ready, _, _ = select.select([self.raw, self.inner, pipe], [], [], 0.5)
            if stopping.is_set():
                raise OSError("the server is stopping")
            if pipe in ready:
                said += self._said(pipe)
            if self.inner in ready and not self._pass(self.inner, self.raw):
                raise OSError("s_server closed")
            if self.raw in ready and not self._pass(self.raw, self.inner):
                raise OSError("the client closed")
        self.up = True
        threading.Thread(target=self._pump, daemon=True).start()

    @staticmethod
    def _said(pipe):
        said = os.read(pipe.fileno(), CHUNK)
        if not said:
            raise OSError("s_server ended")
        return said

    @property
    def reusable(self):
        """Whether the worker is as new: no session can have come of what the client sent."""
        return (not self.up and self.records.count(tlshello.HANDSHAKE) <= 1
                and 23 not in self.records and self.worker.process.poll() is None)

    def _from_client(self, data):
        self._unread += data
        while len(self._unread) >= 5:
            self.records.append(self._unread[0])
            end = 5 + int.from_bytes(self._unread[3:5], "big")
            if len(self._unread) < end:
                self.records.append(23)  # cut off: what it is, nobody knows
                break
            self._unread = self._unread[end:]
        self.inner.sendall(data)

    def _pass(self, source, target):
        try:
            data = source.recv(CHUNK)
        except OSError:
            data = b""
        if data and source is self.raw:
            self._from_client(data)
        elif data:
            target.sendall(data)
        return bool(data)

    # --- passing data on ---

    def _pump(self):
        sides = [self.raw, self.inner]
        with contextlib.suppress(OSError, ValueError):
            while self.inner in sides:
                ready, _, _ = select.select(sides, [], [])
                for side in ready:
                    if not self._pass(side, self.inner if side is self.raw else self.raw):
                        sides.remove(side)
                        if side is self.raw:
                            self.inner.shutdown(socket.SHUT_WR)
                    elif side is self.inner:
                        with self._news:
                            self._passed += 1
                            self._news.notify_all()
        with self._news:
            self._over = True
            self._news.notify_all()
        self.worker.end()  # so that a read of its output ends, too
        with contextlib.suppress(OSError):
            self.raw.shutdown(socket.SHUT_RDWR)

    # --- as a socket ---

    def recv(self, size):
        return os.read(self.worker.process.stdout.fileno(), size)

    def sendall(self, data):
        """Returns once s_server has sent it on."""
        with self._news:
            before = self._passed
        try:
            self.worker.process.stdin.write(data)
        except ValueError as error:
            raise OSError("closed") from error
        with self._news:
            self._news.wait_for(lambda: self._over or self._passed > before, 5)

    def settimeout(self, seconds):
        self.raw.settimeout(seconds)

    def setsockopt(self, *words):
        self.raw.setsockopt(*words)

    def shutdown(self, how):
        self.raw.shutdown(how)

    def close(self):
        """Without a close_notify, as many servers do."""
        for sock in (self.inner, self.raw):
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
            sock.close()
        self.worker.close()


class SServer:
    """`openssl s_server` with a leaf's certificate; more words go to it as they are.

    Where it is not brief it takes commands (r, R, k, K: renegotiate, update keys), and says much
    between the lines of the client.
    """
    SPARE = 2

    def __init__(self, leaf, *words, cipher="DEFAULT:@SECLEVEL=0", brief=True):
        self.brief = brief
        self.words = ["-cipher", cipher, "-min_protocol", "TLSv1.2", *words]
        if leaf is None:
            self.words = ["-nocert", *self.words]
        else:
            self.words += ["-cert", leaf.certificate, "-key", leaf.key, "-no-CAfile", "-no-CApath"]
            self.words += ["-cert_chain", leaf.behind] if leaf.behind else []
            self.words += ["-status_file", leaf.staple] if leaf.staple else []
        self._spare = queue.SimpleQueue()
        for _ in range(self.SPARE):
            self._spare.put(Worker(self.words, self.brief))

    def __call__(self, connection, first):
        try:
            worker = self._spare.get_nowait()
        except queue.Empty:
            worker = Worker(self.words, self.brief)
        session = Session(connection.sock, worker)
        try:
            session.begin(first, connection.server.stopping)
        except OSError:
            session.inner.close()
            if session.reusable:
                self._spare.put(worker)
            else:
                worker.close()
            raise
        self._spare.put(Worker(self.words, self.brief))
        return session

    def close(self):
        with contextlib.suppress(queue.Empty):
            while True:
                self._spare.get_nowait().close()


# --- Python's ssl -------------------------------------------------------------------


class Library:
    """Python's ssl module; quick, and in this process."""

    def __init__(self, leaf, lowest=None, highest=None, ciphers="DEFAULT:@SECLEVEL=0", chain=None):
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.set_ciphers(ciphers)
        self.context.load_cert_chain(chain or leaf.chain, leaf.key)
        if lowest:
            self.context.minimum_version = lowest
        if highest:
            self.context.maximum_version = highest

    def __call__(self, connection, first):
        if first:
            return Wrapped(connection.sock, self.context, first)
        return self.context.wrap_socket(connection.sock, server_side=True)


class Wrapped:
    """An ssl.SSLObject over a socket: what was read too early can be handed to it first."""

    def __init__(self, sock, context, first):
        self.raw = sock
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.incoming.write(first)
        self.tls = context.wrap_bio(self.incoming, self.outgoing, server_side=True)
        self._do(self.tls.do_handshake)

    def _do(self, work, *arguments):
        while True:
            try:
                done = work(*arguments)
                self.raw.sendall(self.outgoing.read())
                return done
            except ssl.SSLWantReadError:
                self.raw.sendall(self.outgoing.read())
                data = self.raw.recv(CHUNK)
                if not data:
                    raise OSError("the client closed") from None
                self.incoming.write(data)

    def recv(self, size):
        try:
            return self._do(self.tls.read, size)
        except ssl.SSLZeroReturnError:
            return b""

    def sendall(self, data):
        self._do(self.tls.write, data)

    def __getattr__(self, name):
        return getattr(self.raw, name)


# --- scripted flights ----------------------------------------------------------------


def peek_hello(connection):
    """The record with the ClientHello, left where it is; None for what is none."""
    while not connection.server.stopping.is_set():
        try:
            data = connection.sock.recv(CHUNK, socket.MSG_PEEK)
        except OSError as error:
            raise Gone from error
        if not data:
            raise Gone
        try:
            if tlshello.whole(data):
                return tlshello.parse(data)
        except tlshello.Malformed:
            return None
        connection.sleep(0.005)  # the rest of the record is on its way
    raise Gone


def der(path):
    return ssl.PEM_cert_to_DER_cert(path.read_text())


class Scripted:
    """Takes what stands in `taken` ({version: [cipher, ...]}) by a flight of its own bytes.

    Everything else goes to `base`, which has TLS 1.2 and newer.
    """

    def __init__(self, base, taken, dh_bits=1024, leaf=None):
        self.base = base
        self.taken = taken
        self.dh_bits = dh_bits
        leaf = leaf or pki().leaf("good")
        self.certificates = [der(leaf.certificate)]
        self.answered = []

    def __call__(self, connection, first):
        hello = peek_hello(connection)
        chosen = hello and tlshello.choose(hello, self.taken, tlshello.TLS12)
        if not chosen:
            return self.base(connection, first)
        self.answered.append(chosen)
        connection.sock.sendall(tlshello.flight(*chosen, self.certificates, self.dh_bits))
        connection.hang()
        raise Gone

    def close(self):
        if hasattr(self.base, "close"):
            self.base.close()


class Throttled:
    """Makes that many handshakes, and closes every later connection where TLS would begin."""

    def __init__(self, base, handshakes):
        self.base = base
        self.left = itertools.repeat(True, handshakes)

    def __call__(self, connection, first):
        if next(self.left, False):
            return self.base(connection, first)
        raise Gone


# --- peers that break the handshake ---------------------------------------------------


def version_limits(version):
    limit = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}[version]
    return {"lowest": limit, "highest": limit}


def recorded_flight(leaf, version):
    """A server's first flight, to a client that knows no certificate: bytes to play back."""
    server = Library(leaf, **version_limits(version)).context
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.check_hostname, client.verify_mode = False, ssl.CERT_NONE
    client.set_ciphers("DEFAULT:@SECLEVEL=0")
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    near = client.wrap_bio(ssl.MemoryBIO(), to_server)
    far = server.wrap_bio(to_server, to_client, server_side=True)
    for side in (near, far):
        with contextlib.suppress(ssl.SSLWantReadError):
            side.do_handshake()
    return to_client.read()


def records_of(data):
    """The records that a flight consists of."""
    out = []
    while data:
        end = 5 + int.from_bytes(data[3:5], "big")
        out.append(data[:end])
        data = data[end:]
    return out


def messages_end(flight):
    """Where each handshake message of an unencrypted flight ends, and each record."""
    ends, at = set(), 0
    for part in records_of(flight):
        inside, offset = part[5:], 0
        while part[0] == tlshello.HANDSHAKE and offset + 4 <= len(inside):
            offset += 4 + int.from_bytes(inside[offset + 1:offset + 4], "big")
            ends.add(at + 5 + min(offset, len(inside)))
        at += len(part)
        ends.add(at)
    return sorted(ends)


def with_session(flight, hello):
    """The flight with the session id that this client has to see again (TLS 1.3)."""
    wanted = hello.session if hello else b""
    if len(wanted) == 32 and flight[43:44] == b"\x20":
        return flight[:44] + wanted + flight[76:]
    return flight


class Flight:
    """Plays a flight back, changed by `change` ((bytes, connection) -> bytes), then ends.

    `end` is "close", "reset" or "hang".
    """

    def __init__(self, flight, change=lambda data, _: data, end="close", pause=None):
        self.flight = flight
        self.change = change
        self.end = end
        self.pause = pause

    def __call__(self, connection, _first):
        hello = peek_hello(connection)
        data = self.change(with_session(self.flight, hello), connection)
        if self.pause is None:
            connection.send(data)
        else:
            connection.trickle(data, self.pause)
        if self.end == "reset":
            connection.reset()
        if self.end == "hang":
            connection.hang()
        connection.sock.shutdown(socket.SHUT_WR)
        connection.hang()


def mutate(data, seed):
    """A few random changes, the same ones for the same seed."""
    dice, data = random.Random(seed), bytearray(data)
    for _ in range(dice.choice((1, 1, 2, 3, 8))):
        at = dice.randrange(len(data)) if data else 0
        kind = dice.randrange(8)
        if kind <= 2 and data:                       # a byte
            data[at] = dice.choice((0, 1, 127, 128, 255, data[at] ^ (1 << dice.randrange(8))))
        elif kind == 3:                              # cut off
            del data[at:]
        elif kind == 4:                              # a piece missing
            del data[at:at + dice.randrange(1, 64)]
        elif kind == 5:                              # a piece twice
            data[at:at] = data[at:at + dice.randrange(1, 300)]
        elif kind == 6:                              # bytes of nobody's
            data[at:at] = dice.randbytes(dice.randrange(1, 64))
        elif len(data) > 12:                         # a length in the first headers
            data[dice.choice((3, 4, 6, 7, 8))] = dice.randrange(256)
    return bytes(data)


class Mutated:
    """A real handshake whose server flights are changed on their way, by seed and connection."""

    def __init__(self, base, seed):
        self.base = base
        self.seed = seed

    def change(self, data, flight, dice):
        """The pieces that a flight is sent in; this one changes one flight of each connection."""
        return [mutate(data, dice.random())] if flight == dice.at else [data]

    def __call__(self, connection, first):
        near, far = socket.socketpair()
        far.settimeout(connection.sock.gettimeout())
        outer, connection.sock = connection.sock, near
        threading.Thread(target=self._pump, daemon=True,
                         args=(outer, far, f"{self.seed}-{connection.number}")).start()
        try:
            return self.base(connection, first)
        except OSError:
            near.close()
            raise

    def _pump(self, outer, far, seed):
        dice, flight = random.Random(seed), 0
        dice.at = dice.choice((0, 0, 0, 1, 2))
        outer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with contextlib.suppress(OSError, ValueError), outer, far:
            while True:
                ready, _, _ = select.select([outer, far], [], [], 60)
                if not ready:
                    return
                for side in ready:
                    data = side.recv(CHUNK)
                    if not data:
                        return
                    if side is outer:
                        far.sendall(data)
                        continue
                    for piece in self.change(data, flight, dice):
                        outer.sendall(piece)
                    flight += 1

    def close(self):
        if hasattr(self.base, "close"):
            self.base.close()


# --- small things -------------------------------------------------------------------


def long_chain(count):
    """A file with a good leaf and so many certificates behind it."""
    leaf = pki().leaf("good")
    path = pki().path(f"long-{count}.pem")
    path.write_text(leaf.certificate.read_text()
                    + pki().authority("inter").read_text() * count)
    return path


def dh_parameters(bits):
    """A file with a DH group of so many bits."""
    path = pki().path(f"dh{bits}.pem")
    if path.exists():
        return path
    if bits >= 2048:
        openssl("genpkey", "-genparam", "-algorithm", "DH", "-pkeyopt", f"group:ffdhe{bits}",
                "-out", path)
        return path
    # Quickly made, but with q behind p and g, which s_server does not read: leave that out.
    made = openssl("dhparam", "-dsaparam", "-outform", "DER", bits)
    begin = der_end(made, 0) - int.from_bytes(made[2:4], "big")
    numbers = made[begin:der_end(made, der_end(made, begin))]
    short = b"\x30\x82" + len(numbers).to_bytes(2, "big") + numbers
    path.write_text("-----BEGIN DH PARAMETERS-----\n" + base64.encodebytes(short).decode()
                    + "-----END DH PARAMETERS-----\n")
    return path


def tls_server(behave, leaf="good", *words, **options):
    """A pop3s server on s_server: the leaf's name in tlspki.KINDS, and s_server's words."""
    return FakeServer(behave, tls=True,
                      secure=SServer(leaf and pki().leaf(leaf), *words, **options))
