#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""kills - a scan that is killed again and again and resumed finds what an undisturbed one finds.

usage: kills.py [KILLS]     POPSEAL_LONG_TENTH=SEED kills a tenth as often
"""
import json
import os
import pathlib
import random
import signal
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "cli"))
import tap  # noqa: E402
from fakeserver import FakeServer, Pop3, capa  # noqa: E402
from program import POPSEAL, environment, scratch  # noqa: E402

KILLS = 100  # of each kind of input
HOSTS = 1024
RATE = 400   # hosts a second, so that a scan takes long enough to be killed
TENTH = os.environ.get("POPSEAL_LONG_TENTH")
REFUSES = {"CAPA": capa("UIDL"), "USER": "-ERR TLS required", "AUTH": "-ERR TLS required"}

dice = random.Random(int(TENTH) if TENTH and TENTH.isdigit() else 0)


def addresses():
    return [f"127.8.{i // 256}.{i % 256}" for i in range(HOSTS)]


class Scan:
    """One way to name the targets, and the files of its scan."""

    def __init__(self, name, port, words, lines=None):
        self.output = scratch() / f"{name}.jsonl"
        self.checkpoint = scratch() / f"{name}.checkpoint"
        self.stdin = None if lines is None else "\n".join(lines).encode() + b"\n"
        self.words = [POPSEAL, "scan", "--format", "jsonl", "--depth", "gentle", "--timeout", "5",
                      "--rate", str(RATE), "--ports", str(port), *words]

    def run(self, seconds=None, number=signal.SIGKILL):
        """Runs it, and kills it after so many seconds. Returns its exit code, or None."""
        words = [*self.words, "--output", str(self.output), "--checkpoint", str(self.checkpoint),
                 "--resume"]
        process = subprocess.Popen(words, env=environment(), stdin=subprocess.PIPE,
                                   stderr=subprocess.PIPE)
        try:
            _, err = process.communicate(self.stdin, timeout=seconds)
        except subprocess.TimeoutExpired:
            process.send_signal(number)
            process.communicate()
            return None
        tap.true(process.returncode in (0, 1, 3), f"exit {process.returncode}: {err!r}")
        return process.returncode

    def found(self):
        """Subject and verdict of every record, and the summary."""
        records = [json.loads(line) for line in self.output.read_text().splitlines()]
        tap.equal(records[-1]["type"], "summary", "the last record")
        endpoints = [r for r in records if r["type"] == "endpoint"]
        verdicts = {r["subject"]: (r["verdict"], r["reason"]) for r in endpoints}
        tap.equal(len(verdicts), len(endpoints), "endpoints that are there twice")
        tap.equal(sum(r["type"] == "summary" for r in records), 1, "summaries")
        tap.equal(sum(r["type"] == "error" for r in records), records[-1]["errors"], "errors")
        return verdicts, records[-1]


def killed(name, port, words, lines, kills):
    """Kills a scan so often, lets it end, and holds it against one that nobody disturbed."""
    whole = Scan(f"{name}-whole", port, words, lines)
    whole.run()
    torn = Scan(name, port, words, lines)
    done = 0
    while done < kills:
        if torn.run(dice.uniform(0.02, 1.2), dice.choice([signal.SIGKILL] * 4 +
                                                         [signal.SIGTERM])) is None:
            done += 1
            continue
        compare(torn, whole)  # it ended between two kills: the next one begins anew
        torn.output.unlink()
        torn.checkpoint.unlink()
    torn.run()
    compare(torn, whole)


def compare(torn, whole):
    found, summary = torn.found()
    wanted, undisturbed = whole.found()
    tap.equal(found, wanted, "records")
    tap.equal(len(found), HOSTS, "endpoints")
    for key in ("targets", "verdicts", "endpoints", "errors", "hosts", "hosts_total"):
        tap.equal(summary[key], undisturbed[key], key)


def main():
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else KILLS // (10 if TENTH else 1)
    server = FakeServer(Pop3(REFUSES), address="127.8.0.7")
    lines = [*addresses()[:500], "no such line", *addresses()[500:]]
    tap.add(f"a network, {kills} kills", killed, "network", server.port, ["127.8.0.0/22"], None,
            kills)
    tap.add(f"a pipe with a bad line, {kills} kills", killed, "pipe", server.port, ["-"], lines,
            kills)
    tap.main()


main()
