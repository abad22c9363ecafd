# SPDX-License-Identifier: Apache-2.0
"""When each record of a scan comes out, where some hosts say nothing."""
import collections
import json
import os
import subprocess
import time

import rig

EVERY = 1000
TIMEOUT = 3

Outcome = collections.namedtuple("Outcome", "last_answer whole wrong")


def arrivals(words):
    """(seconds, bytes) of every read of popseal's output, and the seconds of the whole run."""
    began, reads = time.monotonic(), []
    with subprocess.Popen(words, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL) as process:
        try:
            while data := os.read(process.stdout.fileno(), 1 << 20):
                reads.append((time.monotonic() - began, data))
            code = process.wait(10)
        finally:
            rig.end(process)
    if code not in (0, 1, 2):
        raise rig.Broken(f"popseal: exit {code}")
    return reads, time.monotonic() - began


def records(reads):
    """(seconds, record) of every line, when its last byte came."""
    waiting = b""
    for seconds, data in reads:
        *lines, waiting = (waiting + data).split(b"\n")
        for line in lines:
            yield seconds, json.loads(line)


def scan(plan, silent):
    words = rig.scan_words("--timeout", TIMEOUT, rig.network(plan.hosts), jobs=plan.jobs)
    reads, whole = arrivals(words)
    found = list(records(reads))
    last = max((seconds for seconds, record in found
                if record["type"] == "endpoint" and record["reason"] != "timeout"), default=whole)
    wrong = rig.wrong_records([record for _, record in found], rig.NETWORK, plan.hosts, silent)
    return Outcome(last, whole, wrong)
