# SPDX-License-Identifier: Apache-2.0
"""How a run ends: exit codes, signals, what is kept, and what the caller has closed.

What the other files say of one endpoint is said here of the whole run.
"""
import json
import os
import resource
import signal
import socket
import subprocess
import time

import tap
from fakeserver import FakeServer, Pop3, capa, close, reset, silent, sasl, stls
from program import AT_ONCE, POPSEAL, Run, environment, finish, popseal, scan, scratch, start

PERMITS = {"CAPA": capa("USER"), "USER": "+OK", "PASS": "-ERR Bad login"}
REFUSES = {"CAPA": capa("STLS"), "USER": "-ERR TLS required", "AUTH": "-ERR TLS required",
           "STLS": stls}
UNSETTLED = {"CAPA": capa("STLS"), "USER": "+OK", "PASS": "-ERR nope", "STLS": stls}


# --- targets that the rest of the suite does not name ------------------------------------

@tap.test
def ipv6():
    """An IPv6 address in brackets is asked, and shown in brackets"""
    try:
        server = FakeServer(Pop3(PERMITS), address="::1")
    except OSError as error:
        raise tap.Skip("no IPv6 on loopback") from error
    with server:
        for word in (server.target, f"pop3://{server.target}"):
            tap.equal(scan(word).endpoint["subject"], f"pop3://[::1]:{server.port}", "subject")


@tap.test
def implicit_tls():
    """pop3s:// and --ports Ns speak TLS from the first byte"""
    with FakeServer(Pop3(PERMITS), tls=True) as server:
        for words in ([server.url], ["--ports", f"{server.port}s", "127.0.0.1"]):
            record = scan(*words).exits(0).endpoint
            tap.equal((record["reason"], record["mode"]), ("tls-only", "pop3s"), words)
            tap.contains(record["tls"]["version"], "TLSv1")
        tap.equal(server.credentials, 0, "credentials over TLS")


@tap.test
def several_addresses():
    """A network with a port asks each address, and each its own server"""
    servers = neighbours(3)
    try:
        run = scan(f"127.0.0.0/30:{servers[0].port}")
    finally:
        for server in servers:
            server.stop()
    verdicts = {record["address"]: record["verdict"] for record in run.of_type("endpoint")}
    tap.equal(verdicts, {"127.0.0.0": "no-service", "127.0.0.1": "permits",
                         "127.0.0.2": "refuses", "127.0.0.3": "permits"}, "verdicts")
    tap.equal(run.summary["hosts"], 4, "hosts")


def neighbours(count):
    """Servers on 127.0.0.1, .2, ... with one port: every other one refuses."""
    for _ in range(20):
        servers = [FakeServer(Pop3(PERMITS))]
        try:
            for last in range(2, count + 1):
                table = PERMITS if last % 2 else REFUSES
                servers.append(FakeServer(Pop3(table), address=f"127.0.0.{last}",
                                          port=servers[0].port))
            return servers
        except OSError:  # the port is taken on another address
            for server in servers:
                server.stop()
    raise tap.Skip("no port is free on several addresses")


@tap.test
def never_asked():
    """A wide range skips and counts the networks that are never asked"""
    run = scan("224.0.0.0/15").exits(0)
    tap.equal((run.summary["skipped"], run.summary["endpoints"]), (131072, 0), "summary")


@tap.test
def asked_once():
    """An endpoint that is named twice gets one credential, and is counted as often as named"""
    with FakeServer(Pop3(PERMITS)) as server:
        run = scan(server.target, server.target, f"pop3://127.0.0.1:{server.port}",
                   f"pop3://localhost:{server.port}", "--one-address")
        tap.equal(server.credentials, 1, "credentials")
    tap.equal(len(run.of_type("endpoint")), 1, "endpoints")
    tap.equal((run.summary["targets"]["read"], run.summary["targets"]["doubles"]), (4, 3),
              "targets")


@tap.test
def random_names():
    """Every endpoint gets a name and a secret of its own"""
    with FakeServer(Pop3(PERMITS)) as one, FakeServer(Pop3(PERMITS)) as other:
        scan(one.target, other.target)
    for word in (b"USER", b"PASS"):
        said = [{line for line in server.commands if line.startswith(word)}
                for server in (one, other)]
        tap.true(said[0] and said[1] and not said[0] & said[1], f"{word!r}: {said}")


@tap.test
def unreadable_file():
    """A file that may not be read is named"""
    if os.geteuid():
        raise tap.Skip("needs root, to become somebody else")
    path = scratch() / "secret-list"
    path.write_text("127.0.0.1\n")
    path.chmod(0)
    scratch().chmod(0o755)
    try:
        run = popseal("scan", "--input", path, user=65534, group=65534)
    except PermissionError as error:
        raise tap.Skip("the program is not everybody's") from error
    tap.contains(run.exits(4).err, str(path))


# --- exit codes ----------------------------------------------------------------------------

def ends_with(tables, words, code):
    servers = [FakeServer(Pop3(table)) for table in tables]
    try:
        popseal("scan", *words, *[server.target for server in servers]).exits(code)
    finally:
        for server in servers:
            server.stop()


BAD_LIST = ["--input", "BAD"]
ENDINGS = (
    ("clean", [REFUSES], [], 0),
    ("a finding among clean ones", [REFUSES, PERMITS], [], 1),
    ("only info", [{**REFUSES, "STLS": "-ERR no", "CAPA": capa("UIDL")}], [], 0),
    ("info never fails", [{**REFUSES, "STLS": "-ERR no", "CAPA": capa("UIDL")}],
     ["--fail-on", "info"], 0),
    ("medium, and high is asked for", [UNSETTLED], ["--fail-on", "high"], 0),
    ("medium, and medium is asked for", [UNSETTLED], ["--fail-on", "medium"], 1),
    ("undetermined", [UNSETTLED], ["--strict", "--fail-on", "none"], 2),
    ("a finding beats undetermined", [UNSETTLED, PERMITS], ["--strict"], 1),
    ("an unresolvable name beats a finding", [PERMITS], ["nosuch.invalid"], 4),
    ("a bad line beats a finding", [PERMITS], BAD_LIST, 3),
    ("a bad line beats an unresolvable name", [PERMITS], [*BAD_LIST, "nosuch.invalid"], 3),
)


def ending(tables, words, code):
    path = scratch() / "bad-list"
    if not path.exists():
        path.write_text("127.0.0.1:0\n")
    ends_with(tables, [str(path) if word == "BAD" else word for word in words], code)


for title, servers_of, options, wanted in ENDINGS:
    tap.add(f"exit {wanted}: {title}", ending, servers_of, options, wanted)

NUMBERS = (
    ("timeout", "0"), ("timeout", "0.05"), ("timeout", "3601"), ("timeout", "nan"),
    ("timeout", "1s"), ("timeout", "0x10"), ("timeout", "."), ("concurrency", "0"),
    ("concurrency", "1e3"),
    ("concurrency", "16385"), ("jobs", "0"), ("jobs", "257"), ("per-host", "-1"),
    ("per-network", "65537"), ("seed", "x"), ("seed", "18446744073709551616"), ("shard", "0/2"),
    ("shard", "3/2"), ("shard", "1"),
    ("source", "127.0.0.1%lo"), ("source", "fe80::1%"),
)
for name, value in NUMBERS:
    tap.add(f"usage: --{name} {value}: what was written is repeated", lambda name, value:
            tap.contains(popseal("scan", f"--{name}", value, "127.0.0.1:9").exits(3).err,
                         f"popseal scan: --{name} {value}: not "), name, value)
tap.add("usage: -- ends the options", lambda: tap.contains(
    popseal("scan", "--", "--x").exits(3).err, "popseal scan: --x: "))
tap.add("A dry run names a list that is not there", lambda: tap.contains(
    popseal("scan", "--dry-run", "--input", "/no/such/list").exits(4).err, "/no/such/list"))
tap.add("A dry run names an output that cannot be", lambda: tap.contains(
    popseal("scan", "-n", "-o", "/no/such/file", "127.0.0.1").exits(4).err, "/no/such/file"))


# --- what is printed, and what is kept ---------------------------------------------------------

@tap.test
def quiet():
    """--quiet says nothing of what is clean, and everything of a finding"""
    with FakeServer(Pop3(REFUSES)) as clean, FakeServer(Pop3(PERMITS)) as open_one:
        run = popseal("scan", "--quiet", clean.target).exits(0)
        tap.equal((run.out, run.err), ("", ""), "output")
        run = popseal("scan", "--quiet", clean.target, open_one.target).exits(1)
    tap.contains(run.out, f"127.0.0.1:{open_one.port}")
    tap.contains(run.out, "cleartext-login")
    tap.lacks(run.out, f"127.0.0.1:{clean.port}")


@tap.test
def kept_output():
    """A run that cannot begin leaves the old --output alone"""
    path = scratch() / "old"
    for words in (["127.0.0.1/99"], ["--input", "/no/such/list"], ["--depth", "x", "127.0.0.1"],
                  ["--netns", "no-such-ns", "127.0.0.1"]):
        path.write_text("precious")
        tap.true(popseal("scan", "--output", path, *words).code in (3, 4), words)
        tap.equal(path.read_text(), "precious", f"the file after {words}")


def full_standard_output(*words):
    with open("/dev/full", "wb") as full:
        done = subprocess.run([POPSEAL, *words], stdin=subprocess.DEVNULL, stdout=full,
                              stderr=subprocess.PIPE, env=environment(), timeout=30, check=False)
    tap.equal(done.returncode, 4, "exit code")
    tap.contains(done.stderr.decode(), "standard output: cannot be written: No space left")


for line in (["127.0.0.1:9"], ["--format", "jsonl", "127.0.0.1:9"]):
    tap.add(f"a full standard output: scan {' '.join(line)}", full_standard_output, "scan", *line)
for line in ([], ["--help"], ["--version"], ["rules"], ["explain", "cleartext-login"], ["demo"],
             ["rules", "--help"], ["help", "scan"], ["scan", "--dry-run", "127.0.0.1:9"]):
    tap.add(f"a full standard output: {' '.join(line) or '(no command)'}",
            full_standard_output, *line)


def without_descriptor(number, *words):
    """Starts with that descriptor closed, as daemons and cron wrappers do."""
    process = subprocess.Popen(["sh", "-c", f'exec "$@" {number}>&-', "sh", POPSEAL, *words],
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, env=environment())
    return finish(process, 30)


def closed_descriptor(number, code):
    path = scratch() / f"closed-{number}"
    with FakeServer(Pop3(REFUSES)) as server:
        words = ("scan", "--format", "jsonl", server.target)
        run = without_descriptor(number, *words).exits(code)
        without_descriptor(number, *words, "--output", str(path)).exits(0)
        said = server.commands
    tap.equal(len(run.out.splitlines()), 0 if code else 2, "records")
    tap.equal(len(path.read_text().splitlines()), 2, "records in the file")
    for line in said:
        tap.lacks(line, b"schema", "what the server was sent")
    return run


@tap.test
def closed_output():
    """Standard output is closed: what cannot be printed is said, and --output works"""
    tap.contains(closed_descriptor(1, 4).err, "standard output: cannot be written")


for number, name in ((0, "input"), (2, "error")):
    tap.add(f"standard {name} is closed: the scan runs", closed_descriptor, number, 0)


@tap.test
def closed_input_is_read():
    """Standard input is closed, and targets are to be read from it: an error"""
    run = without_descriptor(0, "scan", "-")
    tap.true(run.code in (3, 4), str(run))
    tap.contains(run.err, "standard input")


# --- signals ----------------------------------------------------------------------------------

def wait_until_caught(process, number, seconds=20):
    """Waits until a process has its own handler for a signal, which is slow under sanitizers."""
    limit = time.monotonic() + seconds
    while process.poll() is None and time.monotonic() < limit:
        with open(f"/proc/{process.pid}/status", encoding="ascii", errors="replace") as status:
            caught = next((line for line in status if line.startswith("SigCgt:")), "SigCgt: 0")
        if int(caught.split()[1], 16) >> (number - 1) & 1:
            return
        time.sleep(0.01)


def interrupt(words, stdin=b"", after=0.4):
    """Interrupts a scan that is under way; returns how it ended, and how soon."""
    process = start("scan", *words)
    wait_until_caught(process, signal.SIGINT)
    if stdin:
        process.stdin.write(stdin)
        process.stdin.flush()
    time.sleep(after)
    tap.equal(process.poll(), None, "ended before it was interrupted")
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    run = finish(process).exits(4)
    return run, time.monotonic() - began


@tap.test
def interrupted_text():
    """Ctrl-C in text: what was not done is said"""
    with FakeServer(silent, address="") as server:
        run, seconds = interrupt(server.targets(30))
    tap.contains(run.out, "interrupted: 30 of 30 hosts not done")
    tap.true(seconds < AT_ONCE, f"{seconds:.1f} s")


@tap.test
def interrupted_csv():
    """Ctrl-C in csv: what was not done is said"""
    with FakeServer(silent) as server:
        run, _ = interrupt(["--format", "csv", server.target])
    tap.contains(run.err, "popseal scan: interrupted: 1 of 1 targets are not done")


@tap.test
def interrupted_input():
    """Ctrl-C while a pipe of targets stays open"""
    with FakeServer(silent) as server:
        run, seconds = interrupt(["--format", "jsonl", "-"], f"{server.target}\n".encode())
    tap.equal(run.summary["interrupted"], True, "interrupted")
    tap.true(seconds < AT_ONCE, f"{seconds:.1f} s")


@tap.test
def interrupted_network():
    """Ctrl-C in a large network: whole records only, and the rest counted"""
    path = scratch() / "large"
    _, seconds = interrupt(["--format", "jsonl", "--output", path, "127.16.0.0/12:1"])
    run = Run(["large"], 4, path.read_bytes(), b"", seconds)
    done = len(run.of_type("endpoint"))
    tap.equal(run.summary["endpoints"], done, "endpoints")
    tap.equal(run.summary["not_done"], run.summary["hosts_total"] - done, "not done")
    tap.true(seconds < AT_ONCE, f"{seconds:.1f} s")


@tap.test
def interrupted_skipping():
    """Ctrl-C with 268 million addresses that are passed over"""
    with FakeServer(silent) as server:
        process = start("scan", "--format", "jsonl", server.target, "240.0.0.0/4")
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        try:
            run = finish(process, 3 * AT_ONCE)
        finally:
            process.kill()
    tap.equal(run.summary["targets"]["skipped"], 1 << 28, "skipped")


# --- the demo, and what is left behind ------------------------------------------------------------

@tap.test
def demo_is_gone():
    """The demo leaves no process and no listener"""
    process = start("demo", start_new_session=True)
    run = finish(process).exits(0)
    try:
        os.killpg(process.pid, 0)
    except ProcessLookupError:
        pass
    else:
        raise AssertionError("a process of the demo is still there")
    port = int(run.err.split("127.0.0.1 port ")[1].split(".")[0])
    with socket.socket() as sock:
        tap.true(sock.connect_ex(("127.0.0.1", port)) != 0, "the demo still listens")


@tap.test
def few_descriptors():
    """A low limit of descriptors costs no verdict silently"""
    def limit():
        resource.setrlimit(resource.RLIMIT_NOFILE, (24, 24))
    with FakeServer(Pop3(REFUSES), address="") as server:
        run = scan(*server.targets(60), preexec_fn=limit)
    verdicts = [record["verdict"] for record in run.of_type("endpoint")]
    tap.true(set(verdicts) <= {"refuses"}, f"verdicts {set(verdicts)}")
    tap.equal(len(verdicts) + len(run.of_type("error")), 60, "endpoints and errors")
    tap.equal(run.code, 4 if run.of_type("error") else 0, "exit code")


# --- TLS that goes wrong -------------------------------------------------------------------------

def tls_harm(behave, *wanted):
    with FakeServer(behave) as server:
        run = scan("--timeout", "1", f"pop3s://{server.target}")
    said = (run.endpoint["verdict"], run.endpoint["reason"])
    tap.true(said in wanted, f"{said}, wanted {wanted}")
    tap.true(run.seconds < 14, f"{run.seconds:.1f} s")


def greets(data, then):
    """Reads the ClientHello, answers these bytes, then goes on in that way."""
    def behave(connection):
        connection.sock.recv(4096)
        connection.send(data)
        then(connection, b"")
    return behave


def waits(connection, _):
    connection.hang()


SILENT = ("undetermined", "timeout")
CLOSED = ("no-service", "closed-early")
NOT_POP3 = ("no-service", "not-pop3")
TLS_HARM = (
    ("silence", silent, SILENT),
    ("a close in the handshake", greets(b"", close), CLOSED),
    ("a reset in the handshake", greets(b"", reset), CLOSED),
    ("HTTP", greets(b"HTTP/1.1 400 Bad Request\r\n\r\n", close), NOT_POP3),
    ("half a record, then silence", greets(b"\x16\x03\x03\x40\x00\x02", waits), SILENT),
    ("NUL bytes", greets(bytes(5000), waits), NOT_POP3),
)

for title, behaviour, *outcomes in TLS_HARM:
    tap.add(f"the TLS port: {title}", tls_harm, behaviour, *outcomes)


@tap.test
def reset_in_stls():
    """A reset within the handshake of STLS: the verdict stays, STLS is broken"""
    def behave(connection, _):
        connection.say("+OK begin")
        connection.sock.recv(4096)
        connection.reset()
    with FakeServer(Pop3({**REFUSES, "STLS": behave})) as server:
        record = scan(server.target).endpoint
    tap.equal((record["verdict"], record["stls"]), ("refuses", "broken"), "verdict, stls")


@tap.test
def imap_over_tls():
    """IMAP in TLS on the TLS port is no POP3"""
    with FakeServer(lambda connection: connection.say("* OK IMAP4rev1 ready"), tls=True) as server:
        tap.equal(scan(server.url).endpoint["reason"], "not-pop3", "reason")


@tap.test
def records_stay_lines():
    """A server's line ends break no record and no row"""
    greeting = b"+OK a\rb\x0bc\x0cd\xc2\x85e\xe2\x80\xa8f\r\n"
    table = {**REFUSES, "AUTH PLAIN": sasl("-ERR a\rb"), "USER": b"-ERR x\ry\x1ez TLS\r\n"}
    with FakeServer(Pop3(table, greeting=greeting)) as server:
        for form, lines in (("jsonl", 2), ("csv", 2)):
            out = popseal("scan", "--format", form, "--verbose", server.target).out
            tap.equal(len(out.splitlines()), lines, f"lines of {form}")
            tap.true(form != "jsonl" or json.loads(out.splitlines()[0]), "no record")


@tap.test
def slow_reader():
    """A reader that takes its time gets every record, and the pipe that it shares stays blocking"""
    reader, writer = os.pipe()
    with socket.socket() as held:
        held.bind(("0.0.0.0", 0))  # and does not listen
        process = start("scan", "--format", "jsonl", "--ports", held.getsockname()[1],
                        "127.0.0.0/22", stdout=writer)
        time.sleep(AT_ONCE)
        blocking = os.get_blocking(writer)
        os.close(writer)
        with open(reader, encoding="utf-8") as stream:
            records = [json.loads(line) for line in stream]
        finish(process).exits(0)
    tap.equal([len(records), records[-1]["type"]], [1025, "summary"], "records, the last one")
    tap.true(blocking, "popseal made the pipe non-blocking")


if __name__ == "__main__":
    tap.main()
