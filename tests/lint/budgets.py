#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""budgets - how long a function or a file may be, and habits that grep can see.

usage: budgets.py ROOT          (needs universal-ctags)
"""
import json
import pathlib
import re
import subprocess

import tree

FUNCTION_MAX, FUNCTION_P50, FUNCTION_P95, FILE_MAX, COLUMNS = 100, 16, 60, 800, 100

BANNED = re.compile(r"\b(strcpy|strcat|sprintf|vsprintf|gets|strtok|gmtime|localtime|system|popen)\s*\(")
# Put together, so that this file does not hold what it looks for.
MARKERS = re.compile(r"\b(" + "|".join(("TO" "DO", "FIX" "ME", "X" "XX")) + r")\b")
C_SUFFIXES = (".c", ".h")
SCRIPTS = (".py", ".sh", "")


def functions(root, files):
    """(lines, name, path) of every function, shortest first: the lines from name to closing brace."""
    out = subprocess.run(["ctags", "--languages=C", "--kinds-C=f", "--fields=+ne",
                          "--output-format=json", "-L", "-", "-f", "-"], cwd=root, check=True,
                         input="\n".join(map(str, files)), capture_output=True, text=True).stdout
    tags = (json.loads(line) for line in out.splitlines())
    return sorted((tag["end"] - tag["line"] + 1, tag["name"], tag["path"])
                  for tag in tags if "end" in tag)


def percentile(values, share):
    return values[min(len(values) - 1, int(share * len(values)))]


def check_functions(root, files):
    found = functions(root, files) if files else []
    if not found:
        yield "src: no functions found"
        return
    lengths = [length for length, _, _ in found]
    for length, name, path in found:
        if length > FUNCTION_MAX:
            yield f"{path}: {name}() has {length} lines, {FUNCTION_MAX} are allowed"
    for share, limit in ((.5, FUNCTION_P50), (.95, FUNCTION_P95)):
        if percentile(lengths, share) > limit:
            yield (f"src: {share:.0%} of the functions have up to {percentile(lengths, share)} lines,"
                   f" {limit} are allowed")


def check_line(path, line):
    """The problems of one raw line."""
    if line != line.rstrip():
        yield "white space at the end"
    if MARKERS.search(line):
        yield "unfinished: " + MARKERS.search(line)[1]
    if path.suffix in C_SUFFIXES:
        if len(line.expandtabs(8)) > COLUMNS:
            yield f"{len(line.expandtabs(8))} columns"
        if re.match(r" (?!\*)", line):
            yield "indented by spaces"


def check_code(path, line):
    """The problems of one line of C without comments and strings."""
    for name in BANNED.findall(line):
        yield f"{name}() is banned"
    if path.parts[0] == "src" and re.search(r"\btypedef\s+struct\b(?! (\w+) \1_auto;)", line):
        yield "struct x is not typedef'd"


def check_text(root, path):
    text = tree.read(root, path)
    lines = text.splitlines()
    if len(lines) > FILE_MAX:
        yield f"{path}: {len(lines)} lines, {FILE_MAX} are allowed"
    if path.suffix in C_SUFFIXES and not any("SPDX-License-" "Identifier:" in line for line in lines[:3]):
        yield f"{path}:1: no SPDX line in the first three"
    for number, line in enumerate(lines, 1):
        for problem in check_line(path, line):
            yield f"{path}:{number}: {problem}"
    if path.suffix in C_SUFFIXES:
        for number, line in enumerate(tree.code_only(text).splitlines(), 1):
            for problem in check_code(path, line):
                yield f"{path}:{number}: {problem}"


def is_script(root, path):
    return path.suffix or (pathlib.Path(root) / path).read_bytes()[:2] == b"#!"


def main():
    root, = tree.argument(1, __doc__)
    files = tree.under(root, "src", "tests", "tools", "fuzz", suffixes=C_SUFFIXES + SCRIPTS + (".def",))
    files = [path for path in files if is_script(root, path)]
    problems = list(check_functions(root, [path for path in files
                                           if path.parts[0] == "src" and path.suffix == ".c"]))
    for path in files:
        problems += check_text(root, path)
    tree.finish(problems, len(files))


main()
