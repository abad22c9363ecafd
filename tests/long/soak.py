#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""soak - a scan of many hosts: none lost, none twice, memory bounded, descriptors given back.

usage: soak.py [HOSTS]      POPSEAL_LONG_TENTH=SEED asks a tenth of them

In a network namespace of its own one small server answers on every address of 127.0.0.0/8; the
last octet of the address says what it does.
"""
import asyncio
import collections
import json
import os
import pathlib
import resource
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "cli"))
import tap  # noqa: E402
from program import POPSEAL, SANITIZED, environment  # noqa: E402

HOSTS = 60000
PORT = 1110
MEMORY_MAX = 64 * 1024  # KiB
INSIDE = "POPSEAL_SOAK_INSIDE"

PERMITS = {"CAPA": "+OK\r\nUSER\r\n.", "USER": "+OK", "PASS": "-ERR Bad login", "QUIT": "+OK"}
REFUSES = {"CAPA": "+OK\r\nUIDL\r\n.", "QUIT": "+OK"}


class Server(asyncio.Protocol):
    """What one address does: permits, refuses, closes at once, or greets with HTTP."""

    def connection_made(self, transport):
        self.transport = transport
        self.waiting = b""
        self.kind = kind(transport.get_extra_info("sockname")[0])
        if self.kind == "closed-early":
            transport.close()
        elif self.kind == "not-pop3":
            transport.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        else:
            transport.write(b"+OK ready\r\n")

    def data_received(self, data):
        *lines, self.waiting = (self.waiting + data).split(b"\r\n")
        for line in lines:
            word = line.split(b" ")[0].decode()
            table = PERMITS if self.kind == "credentials-checked" else REFUSES
            self.transport.write(table.get(word, "-ERR TLS required").encode() + b"\r\n")
            if word == "QUIT":
                self.transport.close()


def kind(address):
    kinds = {0: "closed-early", 1: "not-pop3"}
    octet = int(address.rsplit(".", 1)[1])
    return kinds.get(octet % 8, "credentials-checked" if octet % 2 else "refused")


async def serve_and_scan(hosts):
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Server, "0.0.0.0", PORT, backlog=4096)
    bits = 32 - (hosts - 1).bit_length()
    words = [POPSEAL, "scan", "--format", "jsonl", "--ports", str(PORT), "--timeout", "10",
             "--no-store", f"127.16.0.0/{bits}"]
    process = await asyncio.create_subprocess_exec(
        *words, stdout=subprocess.PIPE, env=environment(), limit=1 << 20)
    seen, reasons = collections.Counter(), collections.Counter()
    async for line in process.stdout:
        record = json.loads(line)
        if record["type"] == "endpoint":
            seen[record["address"]] += 1
            reasons[record["reason"] == kind(record["address"])] += 1
    code = await process.wait()
    server.close()
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return code, memory, seen, reasons, 1 << (32 - bits)


def inside(hosts):
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    code, memory, seen, reasons, asked = asyncio.run(serve_and_scan(hosts))
    tap.equal(code, 1, "exit")
    tap.equal(len(seen), asked, "hosts")
    tap.equal(max(seen.values()), 1, "times the same host")
    tap.equal(reasons, {True: asked}, "right reasons")
    if not SANITIZED:
        tap.true(memory < MEMORY_MAX, f"{memory} KiB at most")
    print(f"# {asked} hosts, {memory} KiB")


def soak(hosts):
    if os.geteuid() or not shutil.which("unshare"):
        raise tap.Skip("needs root and network namespaces")
    done = subprocess.run(["unshare", "--net", sys.executable, __file__, str(hosts)],
                          env={**os.environ, INSIDE: "1"}, capture_output=True, text=True,
                          check=False)
    tap.equal(done.returncode, 0, done.stdout + done.stderr)


def main():
    hosts = int(sys.argv.pop()) if len(sys.argv) > 1 else HOSTS
    if os.environ.get(INSIDE):
        inside(hosts)
        return
    if "POPSEAL_LONG_TENTH" in os.environ:
        hosts //= 10
    tap.add("a scan of many hosts", soak, hosts)
    tap.main()


if __name__ == "__main__":
    main()
