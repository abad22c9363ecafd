#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""man - the manual pages and --help tell the same, both ways.

usage: man.py POPSEAL ROOT          (needs mandoc)

Options that every command has may stand in popseal.1 alone.
"""
import pathlib
import re
import subprocess

import tree

OPTION = re.compile(r"(?<![\w-])--([a-z][a-z0-9-]+)")
# An entry of an option list, as mandoc prints it: the line starts with the option.
ENTRY = re.compile(r"^ +(?:-\w,? +)?--[a-z].*$", re.M)
COMMAND = re.compile(r"^ {1,4}([a-z][a-z0-9-]*)(?: {2,}|$)", re.M)
OVERSTRIKE = re.compile(r".\x08")


def help_text(popseal, *command):
    done = subprocess.run([popseal, *command, "--help"], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=60)
    if done.returncode != 0:
        return f"(exit {done.returncode})"
    return done.stdout


def page(path):
    """The text of a manual page, as wide as mandoc goes; options broken at a hyphen are joined."""
    out = subprocess.run(["mandoc", "-T", "ascii", "-O", "width=1000", str(path)],
                         capture_output=True, text=True).stdout
    return re.sub(r"-\n +", "-", OVERSTRIKE.sub("", out))


def mentioned(text):
    return set(OPTION.findall(text))


def listed(text):
    return {option for entry in ENTRY.findall(text) for option in mentioned(entry)}


def lint(path):
    done = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", path.name], cwd=path.parent,
                          capture_output=True, text=True)
    return (done.stdout + done.stderr).splitlines() if done.returncode else []


def check_command(popseal, command, path, shared):
    helped, text = mentioned(help_text(popseal, command)), page(path)
    if not helped:
        yield f"popseal {command} --help lists no option"
    for option in sorted(helped - mentioned(text) - shared):
        yield f"{path.name}: --{option} of popseal {command} --help is missing"
    for option in sorted(listed(text) - helped):
        yield f"{path.name}: --{option} is unknown to popseal {command} --help"


def check_top(popseal, commands, path):
    overview = help_text(popseal)
    said = set(COMMAND.findall(overview))
    for command in sorted(set(commands) - said):
        yield f"popseal --help lacks {command}"
    for command in sorted(said - set(commands)):
        yield f"popseal --help lists {command}, which commands.def lacks"
    known = mentioned(overview).union(*(mentioned(help_text(popseal, command)) for command in commands))
    for option in sorted(listed(page(path)) - known):
        yield f"{path.name}: --{option} is unknown to every command"


def main():
    popseal, root = tree.argument(2, __doc__)
    folder = pathlib.Path(root) / "docs/man"
    names, problems = tree.registry(root, "src/cmd/commands.def", "COMMAND")
    commands = [name.replace("_", "-") for name in names]
    top = folder / "popseal.1"
    shared = listed(page(top)) if top.is_file() else set()
    problems += list(check_top(popseal, commands, top)) if top.is_file() else [f"{top}: missing"]
    for command in commands:
        path = folder / f"popseal-{command}.1"
        problems += (check_command(popseal, command, path, shared) if path.is_file()
                     else [f"{path}: missing"])
    pages = sorted(folder.glob("*.[1-9]"))
    for path in pages:
        problems += lint(path)
    tree.finish(problems, len(pages))


main()
