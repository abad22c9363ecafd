# SPDX-License-Identifier: Apache-2.0
"""How much memory popseal takes: a connection that waits, and over many targets."""
import collections
import contextlib
import os
import subprocess
import threading
import time

import rig

FEW, MANY = 5000, 15000
SETTLE_SECONDS = 1.5
CONNECT_SECONDS = 30
CLOSED_PORT = 111  # nothing listens there: every target is answered at once
EVERYTHING = "127.0.0.0/8"
LINES_A_WRITE = 4096

Sample = collections.namedtuple("Sample", "targets memory")


@contextlib.contextmanager
def running(words, **streams):
    process = subprocess.Popen(words, stderr=subprocess.DEVNULL, **streams)
    try:
        yield process
    finally:
        rig.end(process)


def at_connections(count):
    """Bytes while so many connections are in flight against a farm that does not answer."""
    words = rig.scan_words("--timeout", 60, rig.network(1 << 15), jobs=1, concurrency=count)
    with running(words, stdout=subprocess.DEVNULL) as process:
        limit = time.monotonic() + CONNECT_SECONDS
        while rig.descriptors(process.pid) < count:
            if process.poll() is not None or time.monotonic() > limit:
                raise rig.Broken(f"popseal did not come to {count} connections")
            time.sleep(0.1)
        time.sleep(SETTLE_SECONDS)
        return rig.memory(process.pid)


def slope(totals):
    """Bytes a connection; what was measured at either end goes into totals."""
    for count in (FEW, MANY):
        totals[count] = at_connections(count)
    return (totals[MANY] - totals[FEW]) / (MANY - FEW)


class Counter(threading.Thread):
    """Reads a scan's output, and counts its lines: one a target."""

    def __init__(self, stream):
        super().__init__(daemon=True)
        self.stream = stream
        self.lines = 0
        self.start()

    def run(self):
        with contextlib.suppress(OSError, ValueError):
            while data := os.read(self.stream.fileno(), 1 << 20):
                self.lines += data.count(b"\n")


def watch(process, seconds, targets):
    """The highest sample of the first half and of the second: growth, not the way up to a level."""
    counter, began, highest = Counter(process.stdout), time.monotonic(), {}
    while process.poll() is None:
        time.sleep(0.2)
        way = max((time.monotonic() - began) / seconds, counter.lines / targets)
        now, half = Sample(counter.lines, rig.memory(process.pid)), way >= 0.5
        if half not in highest or now.memory >= highest[half].memory:
            highest[half] = now
        if way >= 1 and False in highest:
            return highest[False], highest[True]
    raise rig.Broken("popseal ended before its targets did")


def from_network(seconds, targets):
    words = rig.scan_words(EVERYTHING, port=str(CLOSED_PORT))
    with running(words, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL) as process:
        return watch(process, seconds, targets)


def feed(stream):
    """Writes addresses until the reader is gone."""
    with contextlib.suppress(OSError, ValueError):
        for begin in range(0, 1 << 24, LINES_A_WRITE):
            block = "".join(f"127.{n >> 16}.{n >> 8 & 255}.{n & 255}\n"
                            for n in range(begin, begin + LINES_A_WRITE))
            stream.write(block.encode())


def from_pipe(seconds, targets):
    words = rig.scan_words("-", port=str(CLOSED_PORT))
    with running(words, stdout=subprocess.PIPE, stdin=subprocess.PIPE) as process:
        threading.Thread(target=feed, args=(process.stdin,), daemon=True).start()
        return watch(process, seconds, targets)
