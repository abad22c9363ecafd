#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A token introspection service (RFC 7662): knows one token, and whose it is.

usage: oauth2.py PORT USER TOKEN
"""
import http.server
import json
import sys
import urllib.parse

port, user, token = sys.argv[1:]


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.answer(urllib.parse.urlsplit(self.path).query)

    def do_POST(self):
        self.answer(self.rfile.read(int(self.headers.get("Content-Length", 0))).decode())

    def answer(self, form):
        asked = urllib.parse.parse_qs(form, strict_parsing=False).get("token", [""])[0]
        known = asked == token
        body = {"active": known, **({"username": user, "scope": "mail"} if known else {})}
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())


http.server.ThreadingHTTPServer(("127.0.0.1", int(port)), Handler).serve_forever()
