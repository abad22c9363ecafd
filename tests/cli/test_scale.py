#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Scans of many targets: order, shares, limits, what is killed, full or slow; the sums always hold."""
import collections
import contextlib
import json
import os
import pathlib
import resource
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time

import tap
from fakeserver import FakeServer, Gone, Pop3, after, capa, silent
from program import POPSEAL, SANITIZED, Run, environment, finish, popseal, scan, scratch, start

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "interop"))
import lab  # noqa: E402

SOON = 20  # seconds: what ends at once has ended by then, on a busy machine too
PERMITS = {"CAPA": capa("USER"), "USER": "+OK", "PASS": "-ERR Bad login"}
REFUSES = {"CAPA": capa("UIDL"), "USER": "-ERR TLS required", "AUTH": "-ERR TLS required"}
SLOW = Pop3({**REFUSES, "CAPA": after(0.5, capa("UIDL"))})
OTHERS = ("asked", "skipped", "excluded", "doubles", "failed", "not_done")


# --- what always holds ---------------------------------------------------------------------------

def adds_up(run, **wanted):
    """The summary agrees with the records and with itself; returns the subjects in their order."""
    summary = run.summary
    tap.equal(summary["type"], "summary", "the last record")
    targets = summary["targets"]
    tap.equal(sum(targets[name] for name in OTHERS), targets["read"], f"the sum of {targets}")
    tap.true(min(targets.values()) >= 0, f"{targets}")
    subjects = [record["subject"] for record in run.of_type("endpoint")]
    again = [name for name, times in collections.Counter(subjects).items() if times > 1]
    tap.equal(again, [], "endpoints with two records")
    tap.equal(summary["endpoints"], len(subjects), "endpoint records")
    tap.equal(sum(summary["verdicts"].values()), len(subjects), "verdicts")
    tap.equal(summary["errors"], len(run.of_type("error")), "error records")
    for name, value in wanted.items():
        tap.equal(targets[name], value, f"{name} of {targets}")
    return subjects


def of_file(path, code=0):
    return Run(["--output", str(path)], code, path.read_bytes(), b"", 0)


def verdicts(run):
    return {record["subject"]: record["verdict"] for record in run.of_type("endpoint")}


@contextlib.contextmanager
def closed_port():
    """A port where nobody listens, on any address."""
    with socket.socket() as held:
        held.bind(("0.0.0.0", 0))
        yield held.getsockname()[1]


def file_of(name, text):
    path = scratch() / name
    path.write_text(text)
    return path


# --- order and shares ------------------------------------------------------------------------------

@tap.test
def seeds():
    """The same seed gives the same order, another one another"""
    with closed_port() as port:
        words = ["--jobs", 1, "--concurrency", 1, f"127.0.0.0/25:{port}"]
        one, again, other = (adds_up(scan("--seed", seed, *words).exits(0), asked=128)
                             for seed in (7, 7, 8))
    tap.equal(one, again, "order")
    tap.true(one != other, "two seeds, one order")
    tap.equal(sorted(one), sorted(other), "endpoints")
    tap.true(one != sorted(one), "no random order")


@tap.test
def shards():
    """Shards cover words, input and ranges in the input once, and their sums are those of the whole"""
    with closed_port() as port:
        path = file_of("shards", f"127.2.0.0/27:{port}\n# comment\n\nbad line\n127.0.0.3:{port}\n"
                                 f"127.3.0.1:{port}\n224.0.0.1\nnosuch.invalid:{port}\n")
        words = ["--input", path, f"127.0.0.0/26:{port}", f"127.0.0.60-70:{port}",
                 f"localhost:{port}", "--one-address"]
        whole = scan("--seed", 3, *words).exits(3)
        parts = [scan("--seed", 3, "--shard", f"{i}/4", *words) for i in range(1, 5)]
    subjects = sorted(adds_up(whole, skipped=1, not_done=0))
    found = sorted(subject for part in parts for subject in adds_up(part, not_done=0))
    # 127.0.0.1 and .3 have two names each, which two shards cannot know of each other.
    tap.equal(sorted(set(found)), subjects, "endpoints")
    tap.true(len(found) - len(subjects) <= 2, f"{len(found)} records for {len(subjects)}")
    tap.equal(sum(part.summary["targets"]["read"] for part in parts),
              whole.summary["targets"]["read"], "read")
    tap.equal(sum(part.summary["errors"] for part in parts), whole.summary["errors"], "errors")


@tap.test
def exclude():
    """Excluded addresses, networks and names are not asked, whatever leads there"""
    with FakeServer(Pop3(REFUSES), address="") as server:
        path = file_of("excluded", "127.0.0.4/30\n127.0.0.9 # this one\nnosuch.invalid\n")
        run = scan("--exclude", path, f"127.0.0.0/28:{server.port}", "nosuch.invalid",
                   f"[::ffff:127.0.0.9]:{server.port}")
        tap.equal(len(server.connections), 2 * 11, "connections, one of each for STLS")
    subjects = adds_up(run.exits(0), asked=11, excluded=7)
    tap.lacks(" ".join(subjects), "127.0.0.9:")


@tap.test
def excluded_answer():
    """A name that leads to an excluded address is counted as excluded"""
    path = file_of("excluded-answer", "127.0.0.0/8\n::1\n")
    with FakeServer(Pop3(REFUSES)) as server:
        run = scan("--exclude", path, f"localhost:{server.port}").exits(0)
        tap.equal(server.connections, [], "connections")
    adds_up(run, excluded=1, read=1)


def bad_exclude(text):
    with FakeServer(Pop3(REFUSES)) as server:
        path = file_of(f"bad-exclude-{abs(hash(text))}", text)
        run = scan("--exclude", path, server.target).exits(3)
        tap.equal(server.connections, [], "connections")
    tap.contains(run.err, f"{path}:2")
    tap.equal(run.out, "", "records")


for line in ("10.0.0.0/33", "mail.example:110", "a b", "x" * 2000, "pop3s://mail.example"):
    tap.add(f"--exclude with a bad line: {line[:20]}", bad_exclude, f"127.0.0.9\n{line}\n")


@tap.test
def no_exclude():
    """--exclude with a file that is not there asks nothing"""
    with FakeServer(Pop3(REFUSES)) as server:
        tap.true(scan("--exclude", "/no/such/file", server.target).code in (3, 4), "exit code")
        tap.equal(server.connections, [], "connections")


@tap.test
def doubles():
    """Targets that are named again are counted, and not asked again"""
    with FakeServer(Pop3(REFUSES), address="") as server:
        names = server.targets(20)
        text = "".join(f"{name}\n" for name in names * 3)
        run = scan("-", f"127.0.0.0/27:{server.port}", stdin=text.encode()).exits(0)
        tap.equal(len(server.connections), 2 * 32, "connections, one of each for STLS")
    adds_up(run, asked=32, doubles=60, read=92)


@tap.test
def bad_lines():
    """Bad lines among good ones are named by number, and the good ones asked"""
    with closed_port() as port:
        lines = [f"127.0.{i // 250}.{i % 250}:{port}" for i in range(300)]
        bad = {7: "no good", 100: "10.0.0.0/33", 200: "x" * 5000, 250: "a:0", 300: "\x01"}
        for number, line in bad.items():
            lines[number - 1] = line
        run = scan("-", stdin="\n".join(lines).encode()).exits(3)
    adds_up(run, asked=295, failed=5, read=300)
    tap.equal(sorted(record["subject"] for record in run.of_type("error")),
              sorted(f"standard input:{number}" for number in bad), "lines")


@tap.test
def jobs():
    """1, 2 and 16 workers find the same"""
    with FakeServer(Pop3(PERMITS), address="") as server, closed_port() as port:
        words = [f"127.0.0.0/26:{server.port}", f"127.1.0.0/26:{port}"]
        found = [scan("--jobs", count, *words).exits(1) for count in (1, 2, 16)]
    for run in found:
        adds_up(run, asked=128)
        tap.equal(verdicts(run), verdicts(found[0]), "verdicts")


# --- input as it comes ----------------------------------------------------------------------------

@tap.test
def slow_pipe():
    """Records appear before the pipe of targets ends"""
    with closed_port() as port:
        process = start("scan", "--format", "jsonl", "-")
        for i in range(1, 4):
            process.stdin.write(f"127.0.0.{i}:{port}\n".encode())
            process.stdin.flush()
            tap.contains(process.stdout.readline(), f"127.0.0.{i}".encode())
        process.stdin.write(f"127.0.0.9:{port}".encode())  # no line's end
        run = finish(process).exits(0)
    tap.equal(run.summary["targets"]["asked"], 4, "asked")


def memory_of(pid):
    """The most that the process has had, in KiB."""
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return int(next(line.split()[1] for line in status if line.startswith("VmHWM")))


@tap.test
def million():
    """A million targets from a pipe: memory is that of what is under way"""
    path = file_of("million-excluded", "10.0.0.0/8\n")
    with closed_port() as port:
        process = start("scan", "--format", "jsonl", "--exclude", path, "-",
                        stdout=subprocess.DEVNULL)
        begun = workers_of(process, 1)

        def feed(first, last):
            for i in range(first, last, 1000):
                text = "".join(f"10.{j >> 16 & 255}.{j >> 8 & 255}.{j & 255}\n"
                               for j in range(i, i + 990))
                text += "".join(f"127.{j >> 16 & 255}.{j >> 8 & 255}.{j & 255}:{port}\n"
                                for j in range(i, i + 10))
                process.stdin.write(text.encode())
            process.stdin.flush()

        feed(0, 200000)
        before = memory_of(process.pid)
        feed(200000, 1000000)
        after_all = [memory_of(pid) for pid in (process.pid, *begun)]
        finish(process, 100).exits(0)
    if not SANITIZED:
        tap.true(after_all[0] < before + 8192, f"{before} KiB, then {after_all[0]}")
        tap.true(max(after_all) < 65536, f"{after_all} KiB")


def policies(process):
    """Those of its workers, as soon as they run."""
    end = time.monotonic() + 10
    while True:
        found = [os.sched_getscheduler(pid) for pid in workers_of(process)]
        if os.SCHED_OTHER not in found or time.monotonic() > end:
            return found
        time.sleep(0.01)


def round_robin():
    """A policy of the user's. Not SCHED_IDLE: beside busy tests that would never be run."""
    os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))


@tap.test
def policy():
    """Workers run as batch processes, unless another policy was chosen for popseal"""
    for prepare, expected in ((None, os.SCHED_BATCH), (round_robin, os.SCHED_RR)):
        with FakeServer(silent) as server:
            try:
                process = start("scan", "--jobs", 1, server.target, preexec_fn=prepare)
            except subprocess.SubprocessError:
                raise tap.Skip("no other policy may be chosen here") from None
            found = policies(process)
            # It may not have come so far as to end by itself when it is told.
            process.kill()
            process.communicate()
        tap.equal(found, [expected])


# --- workers that die ------------------------------------------------------------------------------

def workers_of(process, least=1, seconds=10):
    """The pids of its workers, as soon as there are so many."""
    end = time.monotonic() + seconds
    while True:
        try:
            with open(f"/proc/{process.pid}/task/{process.pid}/children", encoding="ascii") as file:
                found = [int(pid) for pid in file.read().split() if is_worker(pid)]
        except OSError:
            found = []
        if len(found) >= least or time.monotonic() > end:
            return found
        time.sleep(0.01)


def is_worker(pid):
    try:
        with open(f"/proc/{pid}/comm", encoding="ascii") as file:
            return file.read().strip() == "popseal-worker"
    except OSError:
        return False


def kill(pid, number=signal.SIGKILL):
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


@tap.test
def killed_worker():
    """A worker that is killed is replaced, and what it had not finished is asked again"""
    with FakeServer(SLOW, address="") as server:
        process = start("scan", "--format", "jsonl", "--jobs", 2, *server.targets(60),
                        "localhost:1")
        time.sleep(0.3)
        kill(workers_of(process, 2)[0])
        run = finish(process, SOON).exits(0)
        tap.true(len(server.connections) > 60, "nothing was asked again")
    adds_up(run, asked=61)
    tap.contains(run.err, "has died (signal 9, Killed) and is replaced")
    tap.equal(set(verdicts(run).values()), {"refuses", "no-service"}, "verdicts")


@tap.test
def killed_again():
    """Workers that are killed again and again: the scan ends, and says what was given up"""
    with FakeServer(silent, address="") as server:
        process = start("scan", "--format", "jsonl", "--jobs", 2, *server.targets(20))
        stop = threading.Event()

        def killer():
            while not stop.is_set() and process.poll() is None:
                for pid in workers_of(process, 1, 0.2):
                    kill(pid)
                stop.wait(0.1)

        thread = threading.Thread(target=killer)
        thread.start()
        try:
            run = finish(process, 40).exits(4)
        finally:
            stop.set()
            thread.join()
    adds_up(run, asked=0, read=20)
    given = run.summary["targets"]
    tap.equal(given["failed"] + given["not_done"], 20, "given up or not done")
    tap.contains(run.err, "has died")
    tap.true("given up" in run.err or "no worker stays alive" in run.err, run.err)


@tap.test
def killed_randomly():
    """Workers that die all the time cost no record and no sum"""
    with FakeServer(Pop3(REFUSES), address="") as server:
        process = start("scan", "--format", "jsonl", "--jobs", 3, "--concurrency", 20,
                        f"127.0.0.0/23:{server.port}")
        for _ in range(6):
            time.sleep(0.15)
            for pid in workers_of(process, 1, 0.5)[:1]:
                kill(pid)
        run = finish(process, 60)
    adds_up(run, read=512, not_done=0)
    tap.true(run.code in (0, 4), f"exit {run.code}")


@tap.test
def parent_killed():
    """Workers do not outlive the scan, not even a stopped one"""
    with FakeServer(silent, address="") as server:
        process = start("scan", "--jobs", 2, *server.targets(5), stdin=subprocess.DEVNULL)
        pids = workers_of(process, 2)
        tap.equal(len(pids), 2, "workers")
        time.sleep(0.3)
        kill(pids[0], signal.SIGSTOP)
        process.kill()
        process.communicate()
        try:
            tap.within(SOON, lambda: not any(is_worker(pid) for pid in pids), "workers gone")
        finally:
            kill(pids[0])


@tap.test
def stopped_worker():
    """Ctrl-C ends a scan whose worker does not answer"""
    with FakeServer(silent, address="") as server:
        process = start("scan", "--format", "jsonl", "--jobs", 2, *server.targets(6))
        pids = workers_of(process, 2)
        time.sleep(0.3)
        kill(pids[0], signal.SIGSTOP)
        process.send_signal(signal.SIGINT)
        run = finish(process, SOON).exits(4)
    adds_up(run, not_done=6)
    tap.true(not is_worker(pids[0]), "it is still there")


# --- signals -------------------------------------------------------------------------------------

def interrupted(*signals):
    with FakeServer(silent, address="") as server:
        process = start("scan", "--format", "jsonl", *server.targets(30), f"127.0.0.1:{server.port}")
        workers_of(process, 1)
        time.sleep(0.4)
        for number in signals:
            process.send_signal(number)
        if len(signals) > 1:
            process.communicate(timeout=SOON)
            tap.true(process.returncode in (4, -signal.SIGINT), f"exit {process.returncode}")
            return
        run = finish(process, SOON).exits(4)
    adds_up(run, not_done=30, doubles=1)
    tap.true(run.summary["interrupted"], "not interrupted")
    tap.contains(run.err, "30 of 31 targets")


tap.add("SIGTERM ends a scan with its sums", interrupted, signal.SIGTERM)
tap.add("SIGINT ends a scan with its sums", interrupted, signal.SIGINT)
tap.add("SIGINT twice ends it", interrupted, signal.SIGINT, signal.SIGINT)


# --- output that is slow, gone or full ------------------------------------------------------------

@tap.test
def slow_reader():
    """A reader that sleeps slows the scan, loses nothing, and memory stays bounded"""
    with closed_port() as port:
        process = start("scan", "--format", "jsonl", f"127.0.0.0/18:{port}",
                        stdin=subprocess.DEVNULL)
        time.sleep(5)
        memory = memory_of(process.pid)
        run = finish(process, 90).exits(0)
    adds_up(run, asked=1 << 14)
    tap.true(SANITIZED or memory < 65536, f"{memory} KiB")


@tap.test
def gone_reader():
    """A reader that goes away ends the scan"""
    with closed_port() as port:
        process = start("scan", "--format", "jsonl", f"127.0.0.0/12:{port}",
                        stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        process.stdout.readline()
        process.stdout.close()
        tap.equal(process.wait(SOON), 4, "exit code")


def in_mounts(script, *words):
    """Runs a shell script in a mount namespace of its own; $@ is popseal and its words."""
    if os.geteuid() or not shutil.which("unshare"):
        raise tap.Skip("needs root and namespaces")
    words = ["unshare", "--mount", "--propagation", "private", "sh", "-ec", script, "sh", POPSEAL,
             *map(str, words)]
    done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, timeout=100,
                          env=environment(), check=False)
    return Run(words, done.returncode, done.stdout, done.stderr, 0)


def full_disk(*more):
    folder = scratch() / "full"
    folder.mkdir(exist_ok=True)
    with closed_port() as port:
        run = in_mounts(f"mount -t tmpfs -o size=64k tmpfs {folder}; code=0; \"$@\" || code=$?; "
                        f"cat {folder}/out; exit $code",
                        "scan", "--format", "jsonl", "--output", folder / "out", *more,
                        f"127.0.0.0/22:{port}")
    run.exits(4)
    tap.contains(run.err, "No space left on device")
    tap.true("of 1024 targets are not done" in run.err or "the output lacks records" in run.err,
             f"what is missing: {run.err}")
    types = [record["type"] for record in run.records]
    if types[-1:] == ["summary"]:  # where it was the checkpoint that found no room
        types.pop()
    tap.true(types and set(types) == {"endpoint"}, f"records: {set(types)}")


tap.add("A full disk ends the scan, says what is not done, and leaves whole records", full_disk)
tap.add("A full disk with a checkpoint on it", full_disk, "--checkpoint", scratch() / "full" / "c")


@tap.test
def unwritable():
    """An output or a checkpoint that cannot be written ends the scan"""
    with FakeServer(Pop3(REFUSES)) as server:
        tap.contains(scan("--output", "/no/such/place", server.target).exits(4).err, "/no/such")
        tap.equal(server.connections, [], "connections")
        path = scratch() / "unwritable"
        run = scan("--output", path, "--checkpoint", "/no/such/place", server.target).exits(4)
    tap.contains(run.err, "/no/such/place")


# --- limits of the system ---------------------------------------------------------------------------

def limited(what, value, *words, code=(0, 4)):
    def limit():
        resource.setrlimit(what, (value, value))
    with FakeServer(Pop3(REFUSES), address="") as server:
        run = scan(*words, *server.targets(100), preexec_fn=limit)
    tap.true(run.code in code, f"exit {run.code}: {run.err}")
    return run


def few_descriptors(count, jobs_):
    run = limited(resource.RLIMIT_NOFILE, count, "--jobs", jobs_)
    if not run.out:  # could not even begin
        tap.contains(run.err, "popseal scan: ")
        return run.exits(4)
    adds_up(run, read=100)
    tap.true(set(verdicts(run).values()) <= {"refuses"}, f"{verdicts(run)}")
    return run


for number, workers in ((8, 1), (12, 1), (12, 16), (20, 2), (40, 16)):
    tap.add(f"{number} descriptors, {workers} workers", few_descriptors, number, workers)


def little_memory(mebibytes):
    """Whatever happens, nobody reads a part for the whole."""
    if SANITIZED:
        raise tap.Skip("the sanitizer needs terabytes of addresses")
    def limit():
        resource.setrlimit(resource.RLIMIT_AS, (mebibytes << 20, mebibytes << 20))
    with FakeServer(Pop3(REFUSES), address="") as server:
        process = start("scan", "--format", "jsonl", "--jobs", 2, *server.targets(100),
                        preexec_fn=limit, stdin=subprocess.DEVNULL)
        out, err = process.communicate(timeout=60)
    lines = [json.loads(line) for line in out.decode().splitlines()]
    if lines and lines[-1]["type"] == "summary":
        run = Run(["limited"], process.returncode, out, err, 0)
        adds_up(run, read=100)
        tap.true(run.code == 4 or run.summary["targets"]["asked"] == 100, f"exit {run.code}")
    else:
        tap.true(process.returncode not in (0, 1), f"exit {process.returncode}: {err!r}")
        tap.true(err, "ended without a word")


for size in (24, 32, 48, 64):
    tap.add(f"{size} MiB of memory", little_memory, size)


@tap.test
def dead_dns():
    """DNS servers that do not answer: every name is an error, the rest is asked"""
    path = file_of("resolv.conf", "nameserver 127.0.0.53\noptions timeout:1 attempts:1\n")
    names = file_of("dead-names", "".join(f"host{i}.example\n" for i in range(200)))
    with FakeServer(Pop3(REFUSES)) as server:
        run = in_mounts(f"mount --bind {path} /etc/resolv.conf; exec \"$@\"", "scan", "--format",
                        "jsonl", "--input", names, server.target)
    adds_up(run.exits(4), asked=1, failed=200, read=201)


# --- politeness ------------------------------------------------------------------------------------

class Crowd:
    """A behaviour that counts how many connections there are at once."""

    def __init__(self):
        self.lock = threading.Lock()
        self.now = collections.Counter()
        self.most = collections.Counter()

    def change(self, address, by):
        with self.lock:
            for key in (address, address.rsplit(".", 1)[0]):
                self.now[key] += by
                self.most[key] = max(self.most[key], self.now[key])

    def __call__(self, connection):
        address = connection.sock.getsockname()[0]
        self.change(address, 1)
        try:
            Pop3({**REFUSES, "CAPA": after(0.05, capa("UIDL"))}, greeting=after(0.05, "+OK"))(
                connection)
        except Gone:
            self.change(address, -1)
            raise


@contextlib.contextmanager
def network():
    """A namespace where all of 10.9.0.0/16 is this host, and is not loopback."""
    reason = lab.unusable()
    if reason:
        raise tap.Skip(reason)
    name = f"{lab.PREFIX}-{os.getpid()}-scale-{threading.get_ident() % 100000}"
    lab.ip("netns", "add", name)
    try:
        lab.ip("-n", name, "link", "set", "lo", "up")
        lab.ip("-n", name, "route", "add", "local", "10.9.0.0/16", "dev", "lo")
        yield name
    finally:
        lab.ip("netns", "delete", name)


def crowd(words, per_host, per_network):
    counted = Crowd()
    with network() as name:
        with lab.inside(name):
            servers = [FakeServer(counted, address="", port=port) for port in (110, 1110, 2110)]
        try:
            run = scan("--netns", name, "--ports", "110,1110,2110", *words, "10.9.0.0/28",
                       "10.9.1.0-3").exits(0)
        finally:
            for server in servers:
                server.stop()
    adds_up(run, asked=20)
    tap.equal(len(run.of_type("endpoint")), 60, "endpoints")
    hosts = max(most for key, most in counted.most.items() if key.count(".") == 3)
    networks = max(most for key, most in counted.most.items() if key.count(".") == 2)
    tap.true(hosts <= per_host, f"{hosts} at once to a host")
    tap.true(networks <= per_network, f"{networks} at once to a network")
    return hosts, networks


tap.add("--per-host keeps its default", crowd, [], 2, 128)
tap.add("--per-host 1", crowd, ["--per-host", 1], 1, 128)
tap.add("--per-network 3", crowd, ["--per-network", 3], 2, 3)
tap.add("--per-host 3 --per-network 7", crowd, ["--per-host", 3, "--per-network", 7], 3, 7)


@tap.test
def no_limits():
    """Without limits the network is not spared"""
    hosts, networks = crowd(["--per-host", 0, "--per-network", 0], 3, 60)
    tap.true(hosts == 3 and networks > 7, f"{hosts} and {networks} at once: nothing was limited")


if __name__ == "__main__":
    tap.main()
