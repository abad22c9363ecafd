#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fixes of real servers: vulnerable, applied, refused from outside, and put back.

usage: fix.py [--jobs N] [--list] [NAME ...]       (as root, after tools/lab)

popseal runs where an operator would run it: inside the server's own root, beside the server. The
proof comes from the client's namespace. A supervisor in place of a service manager keeps the server
up, and a stand-in `systemctl` tells it.
"""
import argparse
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import traceback

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import lab  # noqa: E402
from fix_servers import CASES, FAILURES  # noqa: E402

PROGRAM = "/lab/popseal/popseal"


def make_program(popseal, folder):
    """popseal with its libraries, to run in any root."""
    folder.mkdir()
    shutil.copy(popseal, folder / "popseal")
    listing = subprocess.run(["ldd", popseal], capture_output=True, text=True, check=True).stdout
    for path in re.findall(r"=> (/\S+)", listing):
        if not re.search(r"/(libc|libm|libpthread|ld-linux.*)\.so", path):
            shutil.copy(path, folder)
    # DT_RPATH, so that the libraries find each other, and no child of popseal's is told.
    subprocess.run(["patchelf", "--force-rpath", "--set-rpath", "/lab/popseal",
                    folder / "popseal"], check=True)
    return folder


class Host:
    """The server's world, with popseal in it."""

    def __init__(self, instance, program):
        self.instance = instance
        self.pid = self._first_process()
        self.root = pathlib.Path(f"/proc/{self.pid}/root")
        shutil.copytree(program, self.root / "lab" / "popseal")

    def _first_process(self):
        for process in pathlib.Path("/proc").iterdir():
            if process.name.isdigit() and self._is_ours(process):
                return process.name
        raise lab.LabError("no process of the server has its root")

    def _is_ours(self, process):
        try:
            if not (process / "root" / "lab" / "start.sh").exists():
                return False
        except OSError:
            return False
        done = subprocess.run(["ip", "netns", "identify", process.name], capture_output=True,
                              text=True)
        return self.instance.server_ns in done.stdout.split()

    def run(self, *words, **options):
        return subprocess.run(
            ["nsenter", "-t", self.pid, "-m", "-n", "-p", "-u", "-i", f"--root={self.root}",
             "--wd=/", "env", "-i", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:"
             "/bin", "HOME=/root", *words], capture_output=True, text=True, timeout=300, **options)

    def fix(self, *words):
        done = self.run(PROGRAM, "fix", *words, "--format", "jsonl")
        done.records = [json.loads(line) for line in done.stdout.splitlines()]
        done.changes = [record for record in done.records if record["type"] == "change"]
        return done

    def read(self, path):
        return (self.root / path.lstrip("/")).read_bytes()

    def state_of(self, paths):
        """Octets, owner, mode and extended attributes of files."""
        found = {}
        for path in paths:
            listing = self.run("sh", "-c", f"stat -c '%u %g %a' {path}; cat {path}")
            found[path] = hashlib.sha256(listing.stdout.encode()).hexdigest()
        return found


def scan(popseal, instance, port, mode="pop3"):
    done = subprocess.run(
        [popseal, "scan", "--format", "jsonl", "--no-store", "--netns", instance.client_ns,
         f"{mode}://{instance.address}:{port}"], capture_output=True, text=True)
    return [json.loads(line) for line in done.stdout.splitlines()][0]


def wire(popseal, instance):
    return scan(popseal, instance, lab.CLEAR_PORT)["verdict"]


def log_in(popseal, instance):
    """A login over TLS, and how many messages are there."""
    done = subprocess.run(
        [popseal, "verify", "--format", "jsonl", "--no-store", "--netns", instance.client_ns,
         "--expect", "login", "--ca", str(lab.LAB / "tls" / "cert.pem"), "--tls-name",
         "pop.lab.test", f"{instance.address}"],
        capture_output=True, text=True,
        env={"POPSEAL_USER": lab.USER, "POPSEAL_PASSWORD": lab.PASSWORD, "PATH": "/usr/bin:/bin"})
    return done.returncode == 0, done.stdout + done.stderr


def expect(condition, what, *more):
    if not condition:
        raise lab.LabError(": ".join([what, *map(str, more)]))


# ---- the life of a change

def check(case, popseal, program):
    """Vulnerable, fixed and proven, rolled back."""
    with lab.running(case.variant) as instance:
        host = Host(instance, program)
        expect(wire(popseal, instance) == "permits", "before", instance.log())
        plan = host.fix("plan", *case.place, *case.options)
        expect(plan.returncode == 1, "plan", plan.stdout, plan.stderr)
        paths = [file["path"] for file in plan.changes[0]["files"]]
        before = host.state_of(paths)

        done = host.fix("apply", *case.place, *case.options, *case.run)
        expect(done.returncode == 0 and done.changes[-1]["state"] == "confirmed", "apply",
               done.stdout, done.stderr, instance.log())
        expect(wire(popseal, instance) == case.after, "after", instance.log())
        works, told = log_in(popseal, instance)
        expect(works, "login", told, instance.log())
        again = host.fix("plan", *case.place, *case.options)
        expect(again.returncode == 0 and not again.changes[0]["files"], "a second plan",
               again.stdout)

        back = host.fix("rollback")
        expect(back.returncode == 0 and back.changes[-1]["state"] == "rolled-back", "rollback",
               back.stdout, back.stderr, instance.log())
        expect(host.state_of(paths) == before, "what it has left", paths)
        expect(wire(popseal, instance) == "permits", "after the roll-back", back.stdout,
               instance.log())


def check_failure(failure, popseal, program):
    """What fails ends rolled back, with exit 5, and the server is there as before."""
    with lab.running(failure.variant) as instance:
        host = Host(instance, program)
        if failure.prepare:
            done = host.run("sh", "-ec", failure.prepare)
            expect(done.returncode == 0, "prepare", done.stderr)
        expect(wire(popseal, instance) == "permits", "before", instance.log())
        plan = host.fix("plan", *failure.place, *failure.options)
        paths = [file["path"] for file in plan.changes[0]["files"]]
        before = host.state_of(paths)
        done = host.fix("apply", *failure.place, *failure.options, *failure.run)
        expect(done.returncode == 5, "exit", done.returncode, done.stdout, done.stderr,
               instance.log())
        expect(done.changes[-1]["state"] == "rolled-back", "state", done.stdout)
        failed = [check["name"] for check in done.changes[-1]["checks"]
                  if check["state"] == "failed"]
        expect(failure.fails in failed, "what failed", failed, done.stdout)
        expect(host.state_of(paths) == before, "what it has left", paths)
        expect(wire(popseal, instance) == "permits", "afterwards", done.stdout, instance.log())


# ---- running them

def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=3)
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--popseal", default=os.environ.get("POPSEAL")
                        or str(lab.REPO / "build" / "popseal"))
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    tests = [(f"fix {case.variant.title}{case.note}", check, case) for case in CASES] + \
            [(f"fails {failure.variant.title}: {failure.title}", check_failure, failure)
             for failure in FAILURES]
    tests = [test for test in tests
             if not options.names or any(name in test[0] for name in options.names)]
    if os.environ.get("POPSEAL_SANITIZED") == "1" and not options.names:
        tests = tests[::3]  # most of the time is waiting for servers that never answer
    if options.list:
        print("\n".join(title for title, _, _ in tests))
        return 0
    why = lab.unusable()
    if why or not shutil.which("patchelf"):
        print(f"1..0 # SKIP {why or 'patchelf is not installed'}")
        return 0
    lab.install_cleanup()
    print(f"1..{len(tests)}", flush=True)
    failed = 0
    with tempfile.TemporaryDirectory() as folder, \
            concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        program = make_program(options.popseal, pathlib.Path(folder) / "popseal")
        runs = [(title, pool.submit(function, test, options.popseal, program))
                for title, function, test in tests]
        for number, (title, run) in enumerate(runs, 1):
            try:
                run.result()
                print(f"ok {number} - {title}", flush=True)
            except Exception:  # noqa: BLE001
                failed += 1
                print(f"not ok {number} - {title}")
                print("".join(f"# {line}\n" for line in traceback.format_exc().splitlines()),
                      flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
