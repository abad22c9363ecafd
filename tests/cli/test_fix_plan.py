#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Golden plans: tests/configs/PRODUCT/CASE/{in,want,diff}.

`in` is a configuration, `diff` the plan for it, `want` what it comes to. `args` (if there) holds
more options, a line each; `{pair}` in it stands for a folder with a certificate and its key,
`{in}` for the configuration's. A case whose `diff` is missing must have nothing to do.

usage: test_fix_plan.py [PART OF A NAME ...]; with POPSEAL_GOLDEN=write what is planned is written
down as wanted: read it before you believe it.
"""
import os
import pathlib
import shutil
import subprocess
import tempfile

import tap
from keypair import pair
from program import SOURCE, popseal, scratch

CONFIGS = SOURCE / "tests" / "configs"


def tree(folder):
    """Its files by their names."""
    return {str(path.relative_to(folder)): path.read_bytes()
            for path in sorted(folder.rglob("*")) if path.is_file()}


def copy_of(case):
    folder = pathlib.Path(tempfile.mkdtemp(dir=scratch())) / "it"
    shutil.copytree(case / "in", folder, symlinks=True)
    return folder


def arguments(case, folder):
    path = case / "args"
    text = path.read_text("utf-8") if path.exists() else ""
    return text.format(**{"pair": pair(), "in": folder}).splitlines()


def plan(case, folder):
    run = popseal("fix", "plan", "--format", "jsonl", "--product", case.parent.name, folder,
                  *arguments(case, folder))
    changes = run.of_type("change")
    tap.equal(len(changes), 1, "plans")
    return run, changes[0]


def diff_of(case, folder):
    """As it is printed for people, which patch(1) takes."""
    run = popseal("fix", "plan", "--product", case.parent.name, folder, *arguments(case, folder))
    at = run.raw.find(b"\n--- ")
    return run.raw[at + 1:] if at >= 0 else b""


def relative(diff, folder):
    """Names below the folder, and none of this run's."""
    return diff.replace(f"{folder}/".encode(), b"").replace(str(pair()).encode(), b"{pair}")


def write(case, folder, diff):
    shutil.rmtree(case / "want", ignore_errors=True)
    (case / "diff").unlink(missing_ok=True)
    if not diff:
        return
    (case / "diff").write_bytes(diff)
    shutil.copytree(folder, case / "want", symlinks=True)
    for name, text in tree(folder).items():
        (case / "want" / name).write_bytes(text.replace(str(pair()).encode(), b"{pair}"))


def check(case):
    folder = copy_of(case)
    run, change = plan(case, folder)
    raw = diff_of(case, folder)
    diff = relative(raw, folder)
    tap.equal(tree(folder), tree(case / "in"), "what a plan has left")
    if diff:
        tap.equal(change["obstacles"], [], "obstacles")
        subprocess.run(["patch", "--binary", "-s", "-p0", "-d", "/"], input=raw, check=True,
                       capture_output=True)
    if os.environ.get("POPSEAL_GOLDEN") == "write":
        write(case, folder, diff)
    wanted = case / "diff"
    tap.equal(diff, wanted.read_bytes() if wanted.exists() else b"", "diff")
    run.exits(1 if diff else 0)
    if not diff:
        return
    want = {name: text.replace(b"{pair}", str(pair()).encode())
            for name, text in tree(case / "want").items()}
    tap.equal(tree(folder), want, "what it comes to")
    again, empty = plan(case, folder)
    tap.equal(empty["files"], [], "a second plan")
    again.exits(0)


@tap.test
def postfix_without_smtp():
    """Postfix cannot fix POP3, and says so unless --smtp asks for SMTP."""
    folder = copy_of(CONFIGS / "postfix" / "guide")
    run = popseal("fix", "plan", "--format", "jsonl", "--product", "postfix", folder).exits(1)
    change, = run.of_type("change")
    tap.equal(change["files"], [], "files")
    tap.contains(change["obstacles"][0], "no POP3 service", "obstacle")
    run = popseal("fix", "plan", "--format", "jsonl", "--product", "postfix", "--smtp", folder)
    change, = run.exits(1).of_type("change")
    tap.contains(change["obstacles"][0], "no certificate", "obstacle with --smtp")


@tap.test
def superserver_warns():
    """What has no TLS is switched off, with a word on what clients need then."""
    folder = copy_of(CONFIGS / "xinetd" / "two")
    run = popseal("fix", "plan", "--format", "jsonl", "--product", "xinetd", folder).exits(1)
    change, = run.of_type("change")
    tap.equal([warning[:9] for warning in change["warnings"]], ["Port 110 ", "Port 1110"], "ports")
    tap.contains(change["warnings"][0], "popseal gate", "warning")


for path in sorted(CONFIGS.glob("*/*/in")):
    tap.add(f"{path.parent.parent.name}/{path.parent.name}", check, path.parent)
tap.main()
