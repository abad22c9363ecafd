#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""fix_kills - a change that is killed at any step is whole after the next start: the old
configuration or the new one, and nothing beside it.

usage: fix_kills.py [RUNS]     POPSEAL_LONG_TENTH=SEED runs a tenth of them

strace kills popseal at the Nth of its system calls that touch files. What is changed are the golden
cases of three products that have several files.
"""
import os
import pathlib
import random
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "cli"))
import tap  # noqa: E402
from golden import CONFIGS, arguments, tree, wanted  # noqa: E402
from program import POPSEAL, environment, popseal, scratch  # noqa: E402

RUNS = 200
TENTH = os.environ.get("POPSEAL_LONG_TENTH")
CASES = ["dovecot/23-override", "cyrus/tls-only-port", "courier/sourced", "dovecot/24-allow",
         "cyrus/services"]
CALLS = ["fsync", "rename,renameat,renameat2", "openat", "write", "unlink,unlinkat", "fchmod",
         "fchown", "mkdir,mkdirat", "close"]

dice = random.Random(int(TENTH) if TENTH and TENTH.isdigit() else 0)


def cases():
    """Those of the list that are there, and others of these products until there are enough."""
    found = [CONFIGS / name for name in CASES if (CONFIGS / name / "diff").exists()]
    for product in ("dovecot", "cyrus", "courier"):
        others = sorted(path.parent for path in CONFIGS.glob(f"{product}/*/diff"))
        found += [path for path in others if path not in found][:2]
    return found


def metadata(folder):
    return {str(path.relative_to(folder)): (path.stat().st_mode, path.stat().st_uid,
                                            path.stat().st_gid)
            for path in sorted(folder.rglob("*"))}


class Change:
    """One run: a copy of a case, and a journal."""

    def __init__(self, case, number):
        self.case = case
        self.home = scratch() / f"kill-{number}"
        self.folder = self.home / "it"
        shutil.copytree(case / "in", self.folder, symlinks=True)
        for path in self.folder.rglob("*"):
            if path.is_file():
                os.chmod(path, 0o640)
                os.chown(path, 0, 8) if os.geteuid() == 0 else None
        self.before = tree(self.folder)
        self.after = {**self.before, **wanted(case)}
        self.metadata = metadata(self.folder)
        self.state = self.home / "state"

    def words(self, action, *more):
        return [action, *more, "--state", str(self.state)]

    def apply(self, call, count):
        """Applies it until strace kills it; whether it was killed."""
        command = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}", "-e",
                   f"inject={call}:signal=KILL:when={count}", POPSEAL, "fix",
                   *self.words("apply", "--offline",
                               *map(str, arguments(self.case, self.folder)))]
        done = subprocess.run(command, env=environment(), capture_output=True, timeout=100)
        if done.returncode not in (0, -9, 137):
            raise AssertionError(f"exit {done.returncode}: {done.stdout!r} {done.stderr!r}")
        return done.returncode != 0

    def check(self):
        """What the next start leaves."""
        popseal("fix", *self.words("history"), "--format", "jsonl").exits(0)
        found = tree(self.folder)
        tap.true(found in (self.before, self.after),
                 f"half a change: {sorted(found.items() ^ self.before.items())}")
        tap.equal(metadata(self.folder), self.metadata, "owners, modes and names")
        again = popseal("fix", *self.words("history"), "--format", "jsonl").exits(0)
        for change in again.of_type("change"):
            tap.true(change["state"] in ("applied", "rolled-back", "planned"), change["state"])
        shutil.rmtree(self.home)


def kill_anywhere(case, number, call, count):
    change = Change(case, number)
    change.apply(call, count)
    change.check()


def count_calls(case, call):
    """How many such calls an undisturbed change makes."""
    change = Change(case, f"count-{case.name}-{call.split(',')[0]}")
    log = change.home / "log"
    subprocess.run(["strace", "-f", "-qq", "-o", log, "-e", f"trace={call}", POPSEAL, "fix",
                    *change.words("apply", "--offline",
                                  *map(str, arguments(case, change.folder)))],
                   env=environment(), capture_output=True, timeout=100, check=True)
    made = len(log.read_text().splitlines())
    change.check()
    return made


def add_all(runs):
    """Every step of every case where that fits; else drawn ones."""
    steps = [(case, call, count) for case in cases() for call in CALLS
             for count in range(1, count_calls(case, call) + 1)]
    # What is read before anything is written is of no interest: the last calls are.
    dice.shuffle(steps)
    for number, (case, call, count) in enumerate(steps[:runs]):
        tap.add(f"{case.parent.name}/{case.name}: killed at {call.split(',')[0]} {count}",
                kill_anywhere, case, number, call, count)


if not shutil.which("strace"):
    def skip():
        raise tap.Skip("strace is not installed")
    tap.add("kills", skip)
else:
    wanted_runs = int(sys.argv.pop(1)) if len(sys.argv) > 1 and sys.argv[1].isdigit() else RUNS
    add_all(wanted_runs // 10 if TENTH else wanted_runs)
tap.main()
