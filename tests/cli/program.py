# SPDX-License-Identifier: Apache-2.0
"""Runs the program under test, apart from whatever is configured on this machine."""
import atexit
import functools
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading
import time

SOURCE = pathlib.Path(os.environ.get(
    "POPSEAL_SOURCE", pathlib.Path(__file__).resolve().parents[2]))
POPSEAL = os.environ.get("POPSEAL", str(SOURCE / "build" / "popseal"))
SANITIZED = os.environ.get("POPSEAL_SANITIZED") == "1"
# Seconds; sanitized, each allocation costs a slow unwinding.
AT_ONCE = 10.0 if SANITIZED else 1.0
HANG_SECONDS = 110  # nothing may take this long

if not os.access(POPSEAL, os.X_OK):
    sys.exit(f"cannot run {POPSEAL}: set POPSEAL to the program under test")


@functools.lru_cache(maxsize=None)
def _make_scratch():
    folder = tempfile.mkdtemp(prefix="popseal-cli-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return pathlib.Path(folder)


_making = threading.Lock()  # the cache would let each of the first threads make one


def scratch():
    """A folder for the files of this test program; gone when it ends."""
    with _making:
        return _make_scratch()


def environment(**more):
    """No colours asked for or against, and no configuration of the user's."""
    kept = {name: value for name, value in os.environ.items()
            if name in ("PATH", "TERM", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS",
                        "G_SLICE", "MALLOC_PERTURB_")}
    return {**kept, "LC_ALL": "C.UTF-8", "HOME": str(scratch()), **more}


class Run:
    """How one run of popseal went."""

    def __init__(self, words, code, out, err, seconds):
        self.words = words
        self.code = code
        self.raw = out
        self.out = out.decode("utf-8", "replace")
        self.err = err.decode("utf-8", "replace")
        self.seconds = seconds
        if code < 0 or code >= 128 or "Sanitizer" in self.err or "runtime error:" in self.err:
            raise AssertionError(f"popseal crashed: {self}")

    def __str__(self):
        return (f"{' '.join(self.words)}: exit {self.code} after {self.seconds:.1f} s\n"
                f"stdout: {self.out[:3000]}\nstderr: {self.err[:3000]}")

    @functools.cached_property
    def records(self):
        return [json.loads(line) for line in self.out.splitlines()]

    def of_type(self, kind):
        return [record for record in self.records if record["type"] == kind]

    @property
    def endpoint(self):
        """The one endpoint record."""
        endpoints = self.of_type("endpoint")
        if len(endpoints) != 1:
            raise AssertionError(f"{len(endpoints)} endpoint records: {self}")
        return endpoints[0]

    @property
    def summary(self):
        return self.records[-1]

    def exits(self, code):
        if self.code != code:
            raise AssertionError(f"exit {self.code}, wanted {code}: {self}")
        return self


def popseal(*words, stdin=b"", env=None, **options):
    """Runs it to its end; a crash or a hang is a failure whatever the test looks at."""
    words = [POPSEAL, *map(str, words)]
    started = time.monotonic()
    done = subprocess.run(words, input=stdin, capture_output=True, timeout=HANG_SECONDS,
                          env=env or environment(), check=False, **options)
    return Run(words, done.returncode, done.stdout, done.stderr, time.monotonic() - started)


def scan(*words, **options):
    """popseal scan, as records."""
    return popseal("scan", "--format", "jsonl", *words, **options)


def start(*words, **options):
    """Starts it and returns the process, with pipes for all three."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen([POPSEAL, *map(str, words)], env=environment(),
                            **{**pipes, **options})


def finish(process, seconds=20):
    """Waits for a started process; what it has left to say comes back as a Run."""
    started = time.monotonic()
    try:
        out, err = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        out, err = process.communicate()
        raise AssertionError(
            f"did not end within {seconds} s: {process.args} {out!r} {err!r}") from None
    return Run(process.args, process.returncode, out or b"", err or b"",
               time.monotonic() - started)
