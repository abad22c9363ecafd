#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""nginx's auth_http service: checks a login and names the server that has the mailbox.

usage: auth_http.py PORT USER PASSWORD BACKEND_PORT
"""
import hashlib
import hmac
import http.server
import sys
import urllib.parse

port, user, password, backend_port = sys.argv[1:]


def matches(headers):
    """Whether the login that nginx reports is the lab account's."""
    salt, answer = headers.get("Auth-Salt", ""), urllib.parse.unquote(headers.get("Auth-Pass", ""))
    expected = {
        "plain": password,
        "apop": hashlib.md5((salt + password).encode()).hexdigest(),
        "cram-md5": hmac.new(password.encode(), salt.encode(), "md5").hexdigest(),
    }.get(headers.get("Auth-Method"))
    return urllib.parse.unquote(headers.get("Auth-User", "")) == user and answer == expected


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        if matches(self.headers):
            self.send_header("Auth-Status", "OK")
            self.send_header("Auth-Server", "127.0.0.1")
            self.send_header("Auth-Port", backend_port)
            self.send_header("Auth-Pass", password)
        else:
            self.send_header("Auth-Status", "Invalid login or password")
            self.send_header("Auth-Wait", "3")
        self.end_headers()


http.server.ThreadingHTTPServer(("127.0.0.1", int(port)), Handler).serve_forever()
