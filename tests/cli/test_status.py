#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a scan tells while it runs (--status-file, --metrics), and how it behaves (--rate, --contact)."""
import json
import os
import signal
import tempfile
import time

import openmetrics
from fakeserver import FakeServer, Pop3, silent
from program import finish, popseal, scan, scratch, start
from tap import contains, equal, lacks, main, test, true, within

REFUSES = Pop3({}, unknown="-ERR TLS required")
GREEDY = Pop3({"USER": "+OK", "PASS": "-ERR [AUTH] no"})
NEVER = "192.0.2.1"


def folder():
    return tempfile.mkdtemp(dir=scratch())


def read_json(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def read_metrics(path):
    with open(path, encoding="utf-8") as file:
        return openmetrics.parse(file.read())


def value(families, name, **labels):
    """One sample of popseal_scan_NAME."""
    for family in families.values():
        for (sample, pairs), number in family.samples.items():
            if sample == f"popseal_scan_{name}" and dict(pairs) == labels:
                return number
    raise AssertionError(f"no {name} {labels} in {list(families)}")


def counts(summary):
    return {key: summary[key] for key in ("hosts", "hosts_total", "endpoints", "verdicts", "findings",
                                          "errors", "targets", "seed", "not_done")}


# --- the status file ---------------------------------------------------------


@test
def status_at_the_end():
    """At the end the status file has the summary's totals, and says finished"""
    path = f"{folder()}/status"
    with FakeServer(GREEDY, address="") as server:
        run = scan("--status-file", path, "--jobs", "2", *server.targets(20))
    status = read_json(path)
    equal((status["schema"], status["type"], status["state"]), (1, "status", "finished"))
    equal(counts(status), counts(run.summary), "totals")
    equal((status["in_flight"], status["worker_deaths"], status["jobs"], status["eta_seconds"]),
          (0, 0, 2, 0))
    true(status["rate"]["overall"] > 0 and status["rate"]["last_10s"] > 0, status["rate"])
    true(status["started"] <= status["updated"] == status["time"], "times")
    equal(os.stat(path).st_mode & 0o777, 0o644 & ~_umask(), "mode")
    equal(os.listdir(os.path.dirname(path)), ["status"], "files")


def _umask():
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


@test
def status_while_it_runs():
    """While a scan runs it is rewritten every second, whole each time"""
    path = f"{folder()}/status"
    seen = set()
    with FakeServer(silent, address="") as server:
        process = start("scan", "--status-file", path, "--timeout", "60", *server.targets(3))
        end = time.monotonic() + 3.2
        while time.monotonic() < end:
            if os.path.exists(path):
                status = read_json(path)
                seen.add(status["updated"])
                equal(status["state"], "running")
                equal(status["pid"], process.pid)
        equal((status["in_flight"], status["endpoints"], status["eta_seconds"]), (3, 0, None))
        process.send_signal(signal.SIGTERM)
        run = finish(process)
    true(3 <= len(seen) <= 6, f"{len(seen)} versions in 3 s")
    status = read_json(path)
    equal((status["state"], status["interrupted"], run.code), ("interrupted", True, 4))
    equal(status["targets"]["not_done"], 3)


@test
def status_paused():
    """A slow output shows"""
    path = f"{folder()}/status"
    with FakeServer(REFUSES, address="") as server:
        process = start("scan", "--format", "jsonl", "--status-file", path, "--verbose",
                        "--per-network", "0", *(f"127.1.0.0/16:{server.port}",))
        try:
            within(60, lambda: os.path.exists(path) and read_json(path)["state"] == "paused",
                   "paused")
        finally:
            process.kill()
            process.communicate()


@test
def status_of_a_failure():
    """A scan that cannot write its output has failed"""
    path = f"{folder()}/status"
    popseal("scan", "--status-file", path, "--output", "/nonexistent/file", "127.0.0.1:1").exits(4)
    equal(read_json(path)["state"], "failed")


@test
def resumed():
    """A run that goes on tells the totals of both, and its own rate"""
    place = folder()
    words = ("--format", "jsonl", "--output", f"{place}/out", "--checkpoint", f"{place}/point",
             "--status-file", f"{place}/status")
    with FakeServer(REFUSES, address="") as server:
        targets = server.targets(3)
        with FakeServer(silent) as hanging:
            process = start("scan", *words, *targets, hanging.target)
            within(20, lambda: os.path.exists(f"{place}/status")
                   and read_json(f"{place}/status")["hosts"] == 3, "three hosts")
            process.send_signal(signal.SIGTERM)
            finish(process)
        popseal("scan", *words, "--resume", *targets, hanging.target)
    status = read_json(f"{place}/status")
    equal((status["state"], status["hosts"], status["endpoints"]), ("finished", 4, 4))


# --- metrics -----------------------------------------------------------------


@test
def metrics_at_the_end():
    """The metrics are OpenMetrics, and have the summary's totals"""
    path = f"{folder()}/popseal.prom"
    with FakeServer(GREEDY, address="") as server:
        run = scan("--metrics", path, "--jobs", "2", *server.targets(20), "127.0.0.1:1",
                   f"{NEVER}.invalid").summary
    families = read_metrics(path)
    for verdict, count in run["verdicts"].items():
        equal(value(families, "verdicts_total", verdict=verdict), count, verdict)
    for severity, count in run["findings"].items():
        equal(value(families, "findings_total", severity=severity), count, severity)
    for outcome in ("asked", "skipped", "excluded", "doubles", "failed"):
        equal(value(families, "targets_total", outcome=outcome), run["targets"][outcome], outcome)
    for name, key in (("hosts_total", "hosts"), ("endpoints_total", "endpoints"),
                      ("errors_total", "errors"), ("hosts_planned", "hosts_total")):
        equal(value(families, name), run[key], name)
    equal((value(families, "state", state="finished"), value(families, "state", state="running")),
          (1, 0))
    equal((value(families, "targets_not_done"), value(families, "worker_deaths_total")), (0, 0))


@test
def metrics_of_steps():
    """Every step of every endpoint is in the histogram by the time that the scan ends"""
    path = f"{folder()}/popseal.prom"
    with FakeServer(GREEDY, address="") as server:
        scan("--metrics", path, "--jobs", "2", *server.targets(10))
        opened = len(server.connections)
        capa = sum(line == b"CAPA" for line in server.commands)
    families = read_metrics(path)
    for step, count in (("greeting", opened), ("connect", opened), ("capa", capa), ("pass", 10)):
        equal(value(families, "step_seconds_count", step=step), count, step)
        equal(value(families, "step_timeouts_total", step=step), 0, step)


@test
def metrics_of_timeouts():
    """Timeouts are counted by the step's name"""
    path = f"{folder()}/popseal.prom"
    with FakeServer(silent, address="") as server:
        scan("--metrics", path, "--depth", "gentle", "--timeout", "0.3", *server.targets(4))
    families = read_metrics(path)
    equal(value(families, "step_timeouts_total", step="greeting"), 4)
    equal(value(families, "step_seconds_count", step="connect"), 4)


@test
def strictness():
    """The reader of these tests refuses what is no OpenMetrics"""
    head = "# HELP a b\n# TYPE a counter\n"
    openmetrics.parse(head + 'a_total{x="\\"\\\\"} 1\n# EOF\n')
    for text in (head + "a_total 1\n", head + "a 1\n# EOF\n", head + "a_total 1\na_total 1\n# EOF\n",
                 head + 'a_total{x="} 1\n# EOF\n', head + "a_total one\n# EOF\n",
                 "a_total 1\n# EOF\n", head + head + "# EOF\n", head + "a_total -1\n# EOF\n",
                 "# TYPE a counter\n# EOF\n", head + "# UNIT a seconds\n# EOF\n"):
        try:
            openmetrics.parse(text)
        except openmetrics.Wrong:
            continue
        raise AssertionError(f"taken: {text!r}")


# --- files that cannot be written --------------------------------------------


@test
def unwritable_at_the_start():
    """A file that cannot be written is an error before anything is asked"""
    with FakeServer(REFUSES) as server:
        for option in ("--status-file", "--metrics"):
            for path in ("/nonexistent/file", "/dev/null", str(scratch())):
                run = popseal("scan", option, path, server.target).exits(4)
                contains(run.err, f"{path}: cannot be written")
                equal(run.out, "")
    equal(server.connections, [])


@test
def unwritable_later():
    """A file that cannot be written any more is told once, and ends nothing"""
    place = folder()
    with FakeServer(silent, address="") as server:
        process = start("scan", "--format", "jsonl", "--status-file", f"{place}/sub/status",
                        "--depth", "gentle", "--timeout", "3.5", *server.targets(1)) \
            if os.mkdir(f"{place}/sub") is None else None
        within(10, lambda: os.path.exists(f"{place}/sub/status"), "the file")
        os.rename(f"{place}/sub", f"{place}/moved")
        run = finish(process)
    equal(run.err.count("cannot be written"), 1, run.err)
    equal((run.code, run.endpoint["reason"]), (0, "timeout"))


@test
def not_over_other_files():
    """They overwrite nothing that is read or written besides"""
    path = f"{folder()}/file"
    with open(path, "w", encoding="ascii") as file:
        file.write("127.0.0.1:1\n")
    for words in (("--status-file", path, "--input", path), ("--metrics", path, "--input", path),
                  ("--output", path, "--metrics", path), ("--status-file", path, "--metrics", path)):
        contains(popseal("scan", *words, "127.0.0.1:1").exits(3).err, "would overwrite")


# --- contact and rate --------------------------------------------------------


@test
def contact():
    """The contact stands in the name that is asked for, and in the dry run"""
    with FakeServer(GREEDY) as server:
        scan("--contact", "noc@example.org", server.target)
        names = {line.split()[1] for line in server.commands if line.startswith(b"USER ")}
    true(names and all(name.startswith(b"popseal-") and name.endswith(b"-noc@example.org")
                       for name in names), names)
    contains(popseal("scan", "-n", "--contact", "noc@example.org", "192.0.2.1").exits(0).out,
             "-noc@example.org")


@test
def contact_bounds():
    """A contact that is no part of a name is refused"""
    for text in ("", "a b", "x" * 23, "a\r\nQUIT", "ü", "a;b"):
        contains(popseal("scan", "-n", "--contact", text, "192.0.2.1").exits(3).err, "--contact")
    popseal("scan", "-n", "--contact", "x" * 22, "192.0.2.1").exits(0)


@test
def rate():
    """No more connections a second than --rate allows, over all workers"""
    started = time.monotonic()
    with FakeServer(REFUSES, address="") as server:
        scan("--rate", "20", "--jobs", "2", "--depth", "gentle", *server.targets(40))
        took = time.monotonic() - started
        equal(len(server.connections), 40)
    # Each worker's bucket holds a token, and a tenth of a second, at first.
    true(took >= 1.5, f"40 connections at 20/s in {took:.1f} s")


@test
def no_rate():
    """Without --rate nothing waits: 400 connections do not take the 19 s of 20 a second"""
    with FakeServer(REFUSES, address="") as server:
        run = scan("--jobs", "2", "--depth", "gentle", *server.targets(400))
        equal(len(server.connections), 400)
    true(run.seconds < 15, f"{run.seconds:.1f} s")


@test
def rate_bounds():
    """A rate is a decimal number from 0.1 to 1000000"""
    for text in ("0", "0.09", "1000001", "1e3", "-1", "fast", "", "1.2.3", "inf", "nan"):
        contains(popseal("scan", "-n", f"--rate={text}", "192.0.2.1").exits(3).err, "--rate")
    for text in ("0.1", "1000000", "2.5"):
        popseal("scan", "-n", "--rate", text, "192.0.2.1").exits(0)


main()
