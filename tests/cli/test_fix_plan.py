#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Golden plans: tests/configs/PRODUCT/CASE/{in,want,diff}.

`in` is a configuration, `diff` the plan for it, `want` what it comes to. `args` (if there) holds
more options, a line each; `{pair}` in it stands for a folder with a certificate and its key,
`{in}` for the configuration's, which is not named otherwise if it is
given as --root. A case whose `diff` is missing must have nothing to do; one with
`obstacle` must not be applied, for a reason that holds its text. Each line of `warnings` is part of
what is warned of; behind a "!", of nothing that is.

usage: test_fix_plan.py [PART OF A NAME ...]; with POPSEAL_GOLDEN=write what is planned is written
down as wanted: read it before you believe it.
"""
import os
import pathlib
import shutil
import subprocess
import tempfile

import tap
from golden import CONFIGS, arguments, tree, wanted
from keypair import pair
from program import SANITIZED, popseal, scratch


def copy_of(case):
    folder = pathlib.Path(tempfile.mkdtemp(dir=scratch())) / "it"
    shutil.copytree(case / "in", folder, symlinks=True)
    return folder


def plan(case, folder):
    run = popseal("fix", "plan", "--format", "jsonl", *arguments(case, folder))
    changes = run.of_type("change")
    tap.equal(len(changes), 1, "plans")
    return run, changes[0]


def diff_of(case, folder):
    """As it is printed for people, which patch(1) takes."""
    run = popseal("fix", "plan", *arguments(case, folder))
    at = run.raw.find(b"\n--- ")
    return run.raw[at + 1:] if at >= 0 else b""


def relative(diff, folder):
    """Names below the folder, and none of this run's."""
    return diff.replace(f"{folder}/".encode(), b"").replace(str(pair()).encode(), b"{pair}")


def check_warnings(case, change):
    path = case / "warnings"
    said = "\n".join(change["warnings"])
    for line in path.read_text("utf-8").splitlines() if path.exists() else []:
        if line.startswith("!"):
            tap.equal(line[1:] in said, False, f"{line[1:]!r} in {said!r}")
        else:
            tap.contains(said, line, "warnings")


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
    check_warnings(case, change)
    if diff:
        tap.equal(change["obstacles"], [], "obstacles")
        subprocess.run(["patch", "--binary", "-s", "-p0", "-d", "/"], input=raw, check=True,
                       capture_output=True)
    if os.environ.get("POPSEAL_GOLDEN") == "write":
        write(case, folder, diff)
    golden = case / "diff"
    tap.equal(diff, golden.read_bytes() if golden.exists() else b"", "diff")
    run.exits(1 if diff else 0)
    if not diff:
        return
    tap.equal(tree(folder), wanted(case), "what it comes to")
    again, empty = plan(case, folder)
    tap.equal(empty["files"], [], "a second plan")
    again.exits(0)


def check_applied(case):
    """Applied offline it is what the plan says; rolled back it is as before."""
    folder = copy_of(case)
    before = tree(folder)
    state = folder.parent / "state"
    run = popseal("fix", "apply", "--offline", "--format", "jsonl", "--state", state,
                  *arguments(case, folder)).exits(0)
    change = run.of_type("change")[0]
    tap.equal(change["state"], "applied")
    tap.equal([check["state"] for check in change["checks"]], ["passed"], "checks")
    tap.equal(tree(folder), {**before, **wanted(case)}, "what it comes to")
    back = popseal("fix", "rollback", "--format", "jsonl", "--state", state).exits(0)
    tap.equal(back.of_type("change")[0]["state"], "rolled-back")
    tap.equal(tree(folder), before, "what a roll-back has left")


def check_hindered(case):
    """It says why not, and applies nothing."""
    folder = copy_of(case)
    before = tree(folder)
    run, change = plan(case, folder)
    run.exits(2 if change["verdict"]["before"] == "undetermined" else 1)
    tap.contains("\n".join(change["obstacles"]), (case / "obstacle").read_text("utf-8").strip(),
                 "obstacles")
    state = folder.parent / "state"
    popseal("fix", "apply", "--offline", "--state", state, *arguments(case, folder)).exits(4)
    tap.equal(tree(folder), before, "what it has left")


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
    tap.equal([warning[:9] for warning in change["warnings"][:2]], ["Port 110 ", "Port 1110"],
              "ports")
    tap.contains(change["warnings"][0], "popseal gate", "warning")


for path in sorted(CONFIGS.glob("*/*/in")):
    title = f"{path.parent.parent.name}/{path.parent.name}"
    # Sanitized, each start costs: what is planned is applied there, too.
    if (path.parent / "obstacle").exists():
        tap.add(title, check_hindered, path.parent)
    elif not SANITIZED:
        tap.add(title, check, path.parent)
    if (path.parent / "diff").exists():
        tap.add(f"{title}: applied and rolled back", check_applied, path.parent)
pair()  # before the cases, which run side by side, all want to make it
tap.main()
