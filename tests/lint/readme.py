#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""readme - runs the commands that README.md shows.

usage: readme.py POPSEAL ROOT

In sh and console blocks: lines that start with `$ `, `popseal` or `build/popseal` are run in an
empty folder; `make TARGET` must name a target of the Makefile, and is not run. A block with the
line `# skip-run` is left alone. A command fails by usage (3), operation (4), not being found, or
a signal: other codes are verdicts. As root it runs without a network but for loopback.
"""
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

import tree

BLOCK = re.compile(r"^```(?:sh|bash|shell|console)[^\n]*\n(.*?)^```", re.M | re.S)
RUNS_AT_LEAST = 3
BROKEN = {3, 4, 126, 127}
TIMEOUT = 120


def commands(text):
    """Each command line of the README's blocks that is not switched off, prompt removed."""
    for match in BLOCK.finditer(text):
        block = re.sub(r"\\\n\s*", " ", match[1])
        if "# skip-run" in block:
            continue
        for line in block.splitlines():
            prompted = line.startswith("$ ")
            line = line.removeprefix("$ ").strip()
            if prompted or re.match(r"(build/)?popseal\b|make\b", line):
                yield line


def check_make(line, makefile):
    words = line.split("#")[0].split()[1:]
    targets = [word for word in words if "=" not in word and not word.startswith("-")]
    for target in targets or ["all"]:
        if not re.search(rf"^(?:[^\s:=][^\n:=]*\s)?{re.escape(target)}(?:\s[^\n:=]*)?:(?!=)", makefile, re.M):
            yield f"README.md: the Makefile has no target {target}: {line}"


def isolated():
    probe = ["unshare", "--net", "true"]
    if os.geteuid() or not shutil.which("unshare") or subprocess.run(probe, capture_output=True).returncode:
        return []
    return ["unshare", "--net", "sh", "-c", 'ip link set lo up; exec "$@"', "sh"]


def run(line, popseal, folder):
    """Returns what is wrong with the outcome of one command, or None."""
    bin_dir = pathlib.Path(popseal).resolve().parent
    env = dict(os.environ, PATH=f"{bin_dir}:{os.environ['PATH']}", HOME=folder, NO_COLOR="1")
    try:
        done = subprocess.run(isolated() + ["sh", "-c", line], cwd=folder, env=env, text=True,
                              errors="replace", stdin=subprocess.DEVNULL, timeout=TIMEOUT,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    except subprocess.TimeoutExpired:
        return f"README.md: still running after {TIMEOUT} s: {line}"
    if done.returncode in BROKEN or done.returncode < 0 or done.returncode > 128:
        return f"README.md: exit {done.returncode}: {line}\n{done.stdout}"
    return None


def main():
    popseal, root = tree.argument(2, __doc__)
    readme, makefile = (pathlib.Path(root) / name for name in ("README.md", "Makefile"))
    if not readme.is_file():
        tree.finish(["README.md: missing"], 1)
    problems, ran = [], 0
    with tempfile.TemporaryDirectory() as folder:
        os.symlink(pathlib.Path(popseal).resolve().parent, pathlib.Path(folder) / "build")
        for line in commands(readme.read_text()):
            if re.match(r"make\b", line):
                problems += check_make(line, makefile.read_text())
                continue
            ran += 1
            problem = run(line, popseal, folder)
            problems += [problem] if problem else []
    if ran < RUNS_AT_LEAST:
        problems.append(f"README.md: {ran} commands were run, at least {RUNS_AT_LEAST} are wanted")
    tree.finish(problems, ran)


main()
