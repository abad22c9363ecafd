# SPDX-License-Identifier: Apache-2.0
"""What a measurement stands on: a network of its own, the farm, popseal, and their processes."""
import contextlib
import functools
import ipaddress
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time

SOURCE = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("POPSEAL_BUILD", SOURCE / "build")).resolve()
WORK = BUILD / "bench"
TOOLS = BUILD / "tests" / "bench"
POPSEAL = str(BUILD / "popseal")

PORT, TLS_PORT = 110, 995
NETWORK = "127.16.0.0"  # its first addresses are the targets, 65,536 at most
CONCURRENCY = 4096
HANG_SECONDS = 180  # no run takes this long
INSIDE = "POPSEAL_BENCH_INSIDE"

# The farm stands for many hosts: the kernel's limit for one host's queue is none of theirs.
LONG_QUEUE = "echo 65535 | tee /proc/sys/net/core/somaxconn >/proc/sys/net/ipv4/tcp_max_syn_backlog"


class Broken(Exception):
    """A run that gave no result."""


def enter_namespace():
    """Runs this program again in a network namespace of its own, on two cores."""
    if os.environ.get(INSIDE):
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        subprocess.run(["sh", "-c", LONG_QUEUE], check=True)
        return
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:2])
    words = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--user", "--map-root-user",
                                                           "--net"]
    os.environ[INSIDE] = "1"
    os.execvp("unshare", words + [sys.executable] + sys.argv)


def network(hosts):
    """The targets' network, as a CIDR; hosts is a power of two."""
    return f"{NETWORK}/{33 - hosts.bit_length()}"


def addresses(hosts, first=NETWORK):
    begin = int(ipaddress.IPv4Address(first))
    return range(begin, begin + hosts)


def certificate(kind):
    """A self-signed certificate with its key in one file; kind is an argument of -newkey."""
    path = WORK / f"{kind.replace(':', '-')}.pem"
    if not path.exists():
        parts = [WORK / "key.part", WORK / "certificate.part"]
        more = ["-pkeyopt", "ec_paramgen_curve:P-256"] if kind == "ec" else []
        subprocess.run(["openssl", "req", "-x509", "-newkey", kind, *more, "-nodes", "-days", "3650",
                        "-subj", "/CN=farm.test", "-keyout", parts[0], "-out", parts[1]],
                       check=True, capture_output=True)
        path.write_bytes(b"".join(part.read_bytes() for part in reversed(parts)))
        for part in parts:
            part.unlink()
    return path


def end(process):
    """Ends a process that was started here: politely, then not."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
    process.wait()
    for stream in (process.stdout, process.stdin):
        if stream:
            with contextlib.suppress(OSError):
                stream.close()


@contextlib.contextmanager
def farm(*options, prefix=()):
    words = [*prefix, str(TOOLS / "farm"), *map(str, options), str(PORT)]
    process = subprocess.Popen(words, stdout=subprocess.PIPE)
    try:
        if process.stdout.readline() != b"ready\n":
            raise Broken("the farm did not start")
        yield process
    finally:
        end(process)


def timed(words, what, accept=(0,), output=subprocess.PIPE, seconds=HANG_SECONDS, env=None):
    """(seconds, standard output) of one run; it may take `seconds` at most."""
    began = time.monotonic()
    try:
        done = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=output, text=True,
                              stderr=subprocess.PIPE, timeout=seconds, env=env)
    except subprocess.TimeoutExpired:
        raise Broken(f"{what} ran for more than {seconds} s") from None
    taken = time.monotonic() - began
    if done.returncode not in accept:
        raise Broken(f"{what}: exit {done.returncode}: {done.stderr.strip()[-300:]}")
    return taken, done.stdout


def has_command(name):
    return subprocess.run([POPSEAL, name, "--help"], capture_output=True).returncode == 0


@functools.lru_cache(maxsize=None)
def has_option(name):
    text = subprocess.run([POPSEAL, "scan", "--help"], capture_output=True, text=True).stdout
    return re.search(rf"\s{name}[= ]", text) is not None


def scan_words(*words, port=f"{PORT}", depth="gentle", jobs=None, concurrency=CONCURRENCY):
    """popseal's command line, without limits; options that this popseal lacks are left out."""
    given = [POPSEAL, "scan", "--format", "jsonl", "--no-store", "--no-progress", "--quiet",
             "--depth", depth, "--ports", port, "--concurrency", str(concurrency)]
    for name in ("--per-host", "--per-network"):
        if has_option(name):
            given += [name, "0"]
    if jobs and has_option("--jobs"):
        given += ["--jobs", str(jobs)]
    return given + [str(word) for word in words]


def scan(*words, **settings):
    """(seconds, records) of one scan, from the start of the process to its end."""
    with tempfile.TemporaryFile("w+", dir=WORK) as output:
        seconds, _ = timed(scan_words(*words, **settings), "popseal", (0, 1, 2), output)
        output.seek(0)
        return seconds, [json.loads(line) for line in output]


def expected(address):
    """What the farm's host at this address is, before TLS."""
    return "refuses" if address & 1 else "permits"


def wrong_records(records, first, hosts, silent=0, verdict=expected):
    """What is wrong with the records of port PORT, in a sentence; None when all are right."""
    left = set(addresses(hosts, first))
    for record in records:
        if record["type"] != "endpoint" or record["port"] != PORT:
            continue
        address = int(ipaddress.IPv4Address(record["address"]))
        if address not in left:
            return f"{record['subject']} twice, or never asked for"
        left.remove(address)
        right = "undetermined" if silent and address % silent == 0 else verdict(address)
        if record["verdict"] != right:
            return f"{record['subject']}: {record['verdict']} ({record['reason']}), not {right}"
    if left:
        return f"{len(left)} of {hosts} hosts without a record"
    return None if records and records[-1]["type"] == "summary" else "no summary"


def tree(pid):
    """The process and all that it started."""
    try:
        children = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [pid] + [one for child in children for one in tree(int(child))]


def memory(pid):
    """Bytes of the whole process tree: its proportional set size."""
    total = 0
    for one in tree(pid):
        with contextlib.suppress(OSError):
            text = pathlib.Path(f"/proc/{one}/smaps_rollup").read_text()
            total += int(re.search(r"^Pss:\s+(\d+)", text, re.M)[1]) * 1024
    return total


def descriptors(pid):
    total = 0
    for one in tree(pid):
        with contextlib.suppress(OSError):
            total += len(os.listdir(f"/proc/{one}/fd"))
    return total


def median(values):
    return statistics.median(values)


def spread(values):
    """How far apart the runs lie, as a share of their median."""
    return (max(values) - min(values)) / median(values) if values and median(values) else 0.0
