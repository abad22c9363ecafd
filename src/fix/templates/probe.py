#!/usr/bin/env python3
"""Whether a POP3 server takes a login in clear, asked with a name and a password of nobody's.

usage: HOST PORT pop3|pop3s|closed; exit 0: it does not (of pop3s: it speaks TLS; of closed: nothing
listens), 1: it does, 2: that cannot be told.
"""
import re
import secrets
import socket
import ssl
import sys

SECONDS = 20
LINE_MAX = 4096
FOR_WANT_OF_TLS = re.compile(rb"tls|ssl|stls|encrypt|secur|clear|plain|disabled", re.IGNORECASE)


class Closed(Exception):
    """The server has closed the connection."""


class Talk:
    """Lines of one connection."""

    def __init__(self, sock):
        self.sock = sock
        self.waiting = b""

    def line(self):
        while b"\n" not in self.waiting:
            more = self.sock.recv(LINE_MAX)
            if not more or len(self.waiting) > LINE_MAX:
                raise Closed
            self.waiting += more
        line, self.waiting = self.waiting.split(b"\n", 1)
        return line.strip()

    def ask(self, command):
        self.sock.sendall(command.encode() + b"\r\n")
        return self.line()


def end(code, words):
    print(words)
    sys.exit(code)


def take_nobody(talk):
    """Tries to log in; ends the program as soon as the server has shown what it does."""
    if talk.ask("AUTH PLAIN").startswith(b"+"):
        end(1, "AUTH PLAIN is taken in clear")
    reply = talk.ask("USER popseal-" + secrets.token_hex(6))
    if not reply.startswith(b"+OK"):
        end(0, "USER is refused")
    reply = talk.ask("PASS " + secrets.token_urlsafe(16))
    if reply.startswith(b"-ERR") and FOR_WANT_OF_TLS.search(reply):
        end(0, "PASS is refused for want of TLS")
    end(1, "USER and PASS are taken in clear")


def ask_in_clear(sock):
    talk = Talk(sock)
    try:
        greeting = talk.line()
    except Closed:
        end(2, "closed before a greeting")
    if not greeting.startswith(b"+OK"):
        end(2, "no greeting of POP3")
    try:
        take_nobody(talk)
    except Closed:
        end(0, "the connection is closed on a login")


def ask_in_tls(sock):
    context = ssl.create_default_context()
    context.check_hostname = False  # whether it is the right certificate is popseal verify's matter
    context.verify_mode = ssl.CERT_NONE
    with context.wrap_socket(sock) as secured:
        if Talk(secured).line().startswith(b"+OK"):
            end(0, "it speaks TLS")
    end(2, "no greeting of POP3 over TLS")


def ask(host, port, mode):
    with socket.create_connection((host, int(port)), SECONDS) as sock:
        if mode == "closed":
            end(1, "it still listens")
        elif mode == "pop3s":
            ask_in_tls(sock)
        else:
            ask_in_clear(sock)


def main(host, port, mode):
    try:
        ask(host, port, mode)
    except ConnectionRefusedError:
        end(2 if mode == "pop3s" else 0, "nothing listens")
    except (OSError, Closed) as error:
        end(2, f"cannot tell: {error}")


main(*sys.argv[1:])
