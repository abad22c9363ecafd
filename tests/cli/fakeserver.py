# SPDX-License-Identifier: Apache-2.0
"""A POP3 server by script: says what a test wants, and writes down what it is asked.

A behaviour is a function that is given one Connection. Most are tables:

    with FakeServer(Pop3({"USER": "+OK", "PASS": "-ERR bad login"})) as server:
        ... ask 127.0.0.1, server.port ...
    server.connections[0].commands == [b"CAPA", ...]

An answer in a table is text (lines; the line end is added), bytes (sent as
they are), a function of (connection, line), or a list of answers, given one
after the other. It binds loopback addresses only, on ports that the kernel chooses.
"""
import atexit
import functools
import shutil
import socket
import ssl
import struct
import subprocess
import tempfile
import threading

LINE_MAX = 64 * 1024
IDLE_SECONDS = 60  # a server whose test has gone wrong ends by itself


class Gone(Exception):
    """The client, or the test, has left."""


@functools.lru_cache(maxsize=None)
def tls_context():
    """A self-signed certificate for localhost, made once."""
    folder = tempfile.mkdtemp(prefix="popseal-cli-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-days", "30", "-subj", "/CN=localhost", "-keyout", f"{folder}/key.pem",
         "-out", f"{folder}/cert.pem"],
        check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(f"{folder}/cert.pem", f"{folder}/key.pem")
    return context


_making = threading.Lock()


def own_certificate(connection, _first):
    """TLS by Python's library; tlspeers.py has other ways."""
    with _making:
        context = tls_context()
    return context.wrap_socket(connection.sock, server_side=True)


class Connection:
    """One connection as the server sees it."""

    def __init__(self, sock, number, server):
        self.sock = sock
        self.number = number  # from 0, in the order of arrival
        self.server = server
        self.commands = []  # lines, without their ends
        self.responses = []  # of SASL exchanges, likewise
        self.secured = False
        self.credentials = 0
        self.complaints = 0  # commands that the server called unknown
        self.closed_by_us = False
        self.early_seen = False  # something stood behind STLS in clear (middlebox.py)
        self._waiting = b""

    # --- what the server says ---

    def send(self, data):
        try:
            self.sock.sendall(data)
        except OSError as error:
            raise Gone from error

    def say(self, text, end="\r\n"):
        self.send("".join(line + end for line in text.split("\n")).encode())

    def trickle(self, data, pause=0.0):
        """Sends byte by byte, each in a segment of its own."""
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in data:
            self.send(bytes([byte]))
            self.sleep(pause)

    def sleep(self, seconds):
        if self.server.stopping.wait(seconds):
            raise Gone

    # --- what the client says ---

    def line(self):
        """The next line without its end."""
        while b"\n" not in self._waiting:
            if len(self._waiting) > LINE_MAX:
                raise Gone
            self._waiting += self._receive()
        line, self._waiting = self._waiting.split(b"\n", 1)
        return line.removesuffix(b"\r")

    def _receive(self):
        try:
            data = self.sock.recv(4096)
        except (OSError, ValueError) as error:
            raise Gone from error
        if not data:
            raise Gone
        return data

    def command(self):
        line = self.line()
        self.commands.append(line)
        words = line.upper().split()
        if words[:1] in ([b"PASS"], [b"APOP"]) or words[:1] == [b"AUTH"] and len(words) > 2:
            self.credentials += 1
        return line

    def exchange(self, prompts, last, cancelled):
        """A SASL exchange; whatever is sent but "*" counts as a credential."""
        answered = False
        for prompt in prompts:
            self.say(prompt)
            response = self.line()
            self.responses.append(response)
            if response == b"*" and cancelled is not None:
                self.say(cancelled)
                return
            if response != b"*" and not answered:
                answered = True
                self.credentials += 1
        self.give(last, b"")

    # --- how it ends, and TLS ---

    def start_tls(self, keep=False, first=b""):
        """Until TLS is up. What was sent in clear behind STLS is dropped, as it has to be; it is
        kept for the session with `keep`. `first` is taken for the handshake's first bytes."""
        try:
            self.sock = self.server.secure(self, first)
        except (OSError, ValueError) as error:
            raise Gone from error
        self.secured = True
        if not keep:
            self._waiting = b""

    def early(self):
        """What was sent behind the last line, and is not read yet."""
        return self._waiting

    def drop_early(self):
        self._waiting = b""

    def close(self):
        self.closed_by_us = True
        raise Gone

    def reset(self):
        """Closes with an RST."""
        self.closed_by_us = True
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()
        raise Gone

    def hang(self):
        """Says nothing more, until the client goes."""
        while True:
            self._receive()

    def give(self, answer, line):
        if isinstance(answer, str):
            self.say(answer)
        elif isinstance(answer, bytes):
            self.send(answer)
        elif isinstance(answer, list):
            for part in answer:
                self.give(part, line)
        else:
            answer(self, line)


class FakeServer:
    """Listens from construction to the end of the `with` block."""

    def __init__(self, behave, tls=False, address="127.0.0.1", port=0, secure=own_certificate):
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self.behave = behave
        self.tls = tls
        self.secure = secure  # (connection, first bytes) -> what to speak TLS through
        self.address = address
        self.connections = []
        self.stopping = threading.Event()
        self._threads = []
        self._listener = socket.socket(family, socket.SOCK_STREAM)
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            self._listener.bind((address, port))
        except OSError:
            self._listener.close()
            raise
        self._listener.listen(1024)
        self.port = self._listener.getsockname()[1]
        self._start(self._accept)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        self.stopping.set()
        self._shut(self._listener)
        for connection in list(self.connections):
            self._shut(connection.sock)
        for thread in list(self._threads):
            thread.join(5)
        self._listener.close()
        if hasattr(self.secure, "close"):
            self.secure.close()

    # --- what was seen ---

    @property
    def url(self):
        host = f"[{self.address}]" if ":" in self.address else self.address
        return f"pop3{'s' if self.tls else ''}://{host}:{self.port}"

    @property
    def target(self):
        """As host:port, which is asked in clear."""
        return self.url.removeprefix("pop3s://").removeprefix("pop3://")

    def targets(self, count):
        """As many endpoints, of a server on every address (address="")."""
        return [f"127.0.{i // 250}.{i % 250 + 1}:{self.port}" for i in range(count)]

    @property
    def commands(self):
        """Of all connections, in order."""
        return [line for connection in self.connections for line in connection.commands]

    @property
    def credentials(self):
        return sum(connection.credentials for connection in self.connections)

    def asked(self, command):
        return any(line.split()[:1] == [command] for line in self.commands)

    # --- threads ---

    def _start(self, work, *arguments):
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    @staticmethod
    def _shut(sock):
        try:
            sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    def _accept(self):
        while not self.stopping.is_set():
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            sock.settimeout(IDLE_SECONDS)
            connection = Connection(sock, len(self.connections), self)
            self.connections.append(connection)
            self._start(self._serve, connection)

    def _serve(self, connection):
        try:
            if self.tls:
                connection.start_tls()
            self.behave(connection)
        except Gone:
            pass
        finally:
            connection.sock.close()


# --- answers -----------------------------------------------------------------


def close(connection, _):
    connection.close()


def reset(connection, _):
    connection.reset()


def hang(connection, _):
    connection.hang()


def after(seconds, answer):
    """Gives the answer late."""
    def late(connection, line):
        connection.sleep(seconds)
        connection.give(answer, line)
    return late


def stls(connection, _):
    connection.say("+OK Begin TLS negotiation")
    connection.start_tls()


def sasl(last, *prompts, cancelled="-ERR Authentication cancelled"):
    """An AUTH that invites; without `cancelled` it takes "*" for a response."""
    def answer(connection, _):
        connection.exchange(prompts or ("+ ",), last, cancelled)
    return answer


def login(last, **options):
    """AUTH LOGIN: asks for the name, then for the password."""
    return sasl(last, "+ VXNlcm5hbWU6", "+ UGFzc3dvcmQ6", **options)


def limited(limit, text, last=""):
    """Calls a command unknown, and closes at the one with that number."""
    def answer(connection, _):
        connection.complaints += 1
        connection.say(last if last and connection.complaints >= limit else text)
        if connection.complaints >= limit:
            connection.close()
    return answer


def in_turn(*answers):
    """Another answer each time, over all connections; the last one stays."""
    left = list(answers)
    def answer(connection, line):
        connection.give(left.pop(0) if len(left) > 1 else left[0], line)
    return answer


def by_connection(*answers):
    """Another answer on each connection; the last one stays."""
    def answer(connection, line):
        connection.give(answers[min(connection.number, len(answers) - 1)], line)
    return answer


def capa(*lines):
    return "\n".join(("+OK Capability list follows", *lines, "."))


# --- behaviours --------------------------------------------------------------


class Pop3:
    """A server by table: the longest row that the command's words begin with answers.

    "AUTH$" is a bare AUTH. `over_tls` is the table once TLS is up.
    """

    def __init__(self, replies, greeting="+OK ready", unknown="-ERR Unknown command",
                 over_tls=None, end="\r\n"):
        self.greeting = greeting
        self.replies = {"QUIT": ["+OK bye", close], **replies}
        self.over_tls = {**self.replies, **(over_tls or {})}
        self.unknown = unknown
        self.end = end

    def __call__(self, connection):
        self._give(connection, self.greeting, b"")
        while True:
            line = connection.command()
            self._give(connection, self._find(connection, line), line)

    def _find(self, connection, line):
        replies = self.over_tls if connection.secured else self.replies
        words = line.decode("latin-1").upper().split()
        if words == ["AUTH"] and "AUTH$" in replies:
            return replies["AUTH$"]
        for count in range(len(words), 0, -1):
            if " ".join(words[:count]) in replies:
                return replies[" ".join(words[:count])]
        return self.unknown

    def _give(self, connection, answer, line):
        if isinstance(answer, str):
            connection.say(answer, self.end)
        elif isinstance(answer, list):
            for part in answer:
                self._give(connection, part, line)
        else:
            connection.give(answer, line)


def silent(connection):
    """Accepts and never speaks."""
    connection.hang()
