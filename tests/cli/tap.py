# SPDX-License-Identifier: Apache-2.0
"""Tests in threads, results as TAP.

A test is a function that raises when it fails. Waiting dominates here (for
servers that do not answer), so tests run side by side; their results are
printed in the order in which they were written down.

usage of every test file: test_x.py [PART OF A NAME ...]
"""
import concurrent.futures
import os
import sys
import time
import traceback

JOBS = int(os.environ.get("POPSEAL_TEST_JOBS", "6"))

_tests = []


class Skip(Exception):
    """Raised by a test that cannot run here; the text says why."""


def test(function):
    """Decorator: adds the function; its docstring's first line is the test's name."""
    add(function.__doc__.splitlines()[0].rstrip("."), function)
    return function


def add(name, function, *arguments):
    """Adds one row of a table as a test."""
    _tests.append((name, function, arguments))


def known_bug(what, name, function, *arguments):
    """Adds a test that fails today: it counts as skipped, and as failed once it passes."""
    def run():
        try:
            function(*arguments)
        except Skip:
            raise
        except Exception as error:
            raise Skip(f"known bug: {what}") from error
        raise AssertionError(f"passes now, so it is known no more: {what}")
    add(name, run)


def equal(got, wanted, what="value"):
    if got != wanted:
        raise AssertionError(f"{what}: got {got!r}, wanted {wanted!r}")


def true(condition, what):
    if not condition:
        raise AssertionError(what)


def contains(text, part, what="text"):
    if part not in text:
        raise AssertionError(f"{what} lacks {part!r}: {text!r}")


def lacks(text, part, what="text"):
    if part in text:
        raise AssertionError(f"{what} has {part!r}: {text!r}")


def within(seconds, condition, what):
    """Waits until the condition holds, for so many seconds at most."""
    end = time.monotonic() + seconds
    while not condition():
        true(time.monotonic() < end, f"{what}: not within {seconds} s")
        time.sleep(0.01)


def _run(name, function, arguments):
    try:
        function(*arguments)
    except Skip as reason:
        return "ok", f"{name} # SKIP {reason}"
    except BaseException:  # a test's SystemExit must not end the others
        trace = traceback.format_exc().rstrip().replace("\n", "\n# ")
        return "not ok", f"{name}\n# {trace}"
    return "ok", name


def main(jobs=JOBS):
    """Runs what was added and ends the program: 0 if all passed, else 1."""
    parts = sys.argv[1:]
    chosen = [test for test in _tests if not parts or any(part in test[0] for part in parts)]
    failed = 0
    print(f"1..{len(chosen)}", flush=True)
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        results = [pool.submit(_run, *test) for test in chosen]
        for number, result in enumerate(results, 1):
            outcome, text = result.result()
            failed += outcome != "ok"
            print(f"{outcome} {number} - {text}", flush=True)
    sys.exit(1 if failed else 0)
