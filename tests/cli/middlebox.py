# SPDX-License-Identifier: Apache-2.0
"""What stands between client and server and takes STLS away, in each of the known ways.

    with FakeServer(good) as server, FakeServer(Stripping(server.port, "mask")) as box:
        ... ask box.port ...
"""
import contextlib
import select
import socket

from fakeserver import Gone, Pop3, capa

# mode: what becomes of the line "STLS" in the list, and of the command on its way to the server
MODES = {
    "honest": (b"STLS", b"STLS"),
    "remove": (None, b"NOOP"),       # gone from the list, and the command swallowed
    "mask": (b"XXXX", b"XXXX"),      # as Cisco's inspection does it to SMTP
    "mask-long": (b"XXXXXXXX", b"XXXXXXXX"),
    "mangle": (b"STLX", b"STLX"),
    "first": (b"XTLS", b"XTLS"),
    "command": (b"STLS", b"XXXX"),   # the list goes through, the command does not
    "echo": (None, b"XXXX"),         # not listed, and the command masked
    "refuse": (b"STLS", None),       # the box answers the command itself
    "list-only": (None, b"STLS"),    # not listed, yet taken
}
OWN_REFUSAL = b"-ERR Command refused\r\n"


class Stripping:
    """Passes lines on until STLS was taken, then bytes."""

    def __init__(self, port, mode, address="127.0.0.1"):
        self.place = (address, port)
        self.listed, self.command = MODES[mode]

    def __call__(self, connection):
        with socket.create_connection(self.place, 20) as server:
            sides = {connection.sock: server, server: connection.sock}
            waiting = {connection.sock: b"", server: b""}
            self._pass_lines(connection, server, sides, waiting)

    def _pass_lines(self, connection, server, sides, waiting):
        while True:
            ready, _, _ = select.select(list(sides), [], [], 0.5)
            if connection.server.stopping.is_set():
                raise Gone
            for side in ready:
                data = self._read(side)
                if not data:
                    raise Gone
                waiting[side] += data
                *lines, waiting[side] = waiting[side].split(b"\n")
                for line in lines:
                    change = self._to_client if side is server else self._to_server
                    self._send(sides[side], change(connection, line + b"\n"))
                if getattr(connection, "asked", False) and side is server and lines:
                    self._pass_bytes(sides, waiting)

    @staticmethod
    def _read(side):
        try:
            return side.recv(4096)
        except OSError as error:
            raise Gone from error

    @staticmethod
    def _send(side, data):
        try:
            side.sendall(data)
        except OSError as error:
            raise Gone from error

    def _to_server(self, connection, line):
        connection.commands.append(line.rstrip(b"\r\n"))
        if line.strip().upper() != b"STLS":
            return line
        if self.command is None:
            self._send(connection.sock, OWN_REFUSAL)
            return b""
        connection.asked = self.command == b"STLS"
        return self.command + b"\r\n"

    def _to_client(self, _connection, line):
        if line.strip().upper() != b"STLS" or self.listed == b"STLS":
            return line
        return self.listed + b"\r\n" if self.listed else b""

    def _pass_bytes(self, sides, waiting):
        for side, data in waiting.items():
            self._send(sides[side], data)
        with contextlib.suppress(OSError):
            while True:
                ready, _, _ = select.select(list(sides), [], [], 60)
                if not ready:
                    raise Gone
                for side in ready:
                    data = side.recv(16384)
                    if not data:
                        raise Gone
                    sides[side].sendall(data)
        raise Gone


# --- servers with and without the injection flaw --------------------------------------


def _begins(connection):
    """Takes STLS, and notes whether anything stood behind it."""
    connection.early_seen = connection.early_seen or bool(connection.early())
    connection.say("+OK Begin TLS negotiation")


def _over_tls(connection, _):
    """Keeps what stood behind STLS, and takes it for a command of the TLS session."""
    _begins(connection)
    connection.start_tls(keep=True)


def _in_clear(connection, _):
    """Answers what stands behind STLS before it begins with TLS."""
    _begins(connection)
    while b"\n" in connection.early():
        connection.command()
        connection.say("-ERR not now")
    connection.start_tls()


def _fails(connection, _):
    """Hands what stands behind STLS to TLS, which cannot read it."""
    _begins(connection)
    early = connection.early()
    connection.drop_early()
    connection.start_tls(first=early)


def _drops(connection, _):
    _begins(connection)
    connection.start_tls()


def _closes(connection, _):
    """Takes no STLS with anything behind it."""
    connection.early_seen = bool(connection.early())
    if connection.early_seen:
        connection.close()
    _drops(connection, _)


KINDS = {"flawed": _over_tls, "clear": _in_clear, "fails": _fails, "drops": _drops,
         "closes": _closes}


def injectable(kind):
    """A server that refuses clear logins and has STLS: flawed, clear, fails, drops or closes."""
    refusal = "-ERR [AUTH] TLS first."
    return Pop3({"CAPA": capa("STLS", "UIDL"), "USER": refusal, "PASS": refusal, "AUTH": refusal,
                 "STLS": KINDS[kind]},
                over_tls={"CAPA": capa("USER", "UIDL"), "USER": "+OK",
                          "PASS": "-ERR [AUTH] Wrong."})
