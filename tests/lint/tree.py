# SPDX-License-Identifier: Apache-2.0
"""What the lints share: the files of a tree, and one way to say what is wrong with it."""
import pathlib
import re
import subprocess
import sys

C_NOISE = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)


def tracked(root):
    """The files of a tree, relative to it: what git tracks, or all where it is no repository."""
    root = pathlib.Path(root)
    if (root / ".git").exists():
        names = subprocess.run(["git", "-c", "safe.directory=*", "ls-files", "-z"], cwd=root,
                               check=True, capture_output=True, text=True).stdout.split("\0")
        paths = [pathlib.PurePosixPath(name) for name in names if name]
    else:
        paths = [path.relative_to(root) for path in root.rglob("*")]
    return sorted(path for path in paths if (root / path).is_file())


def under(root, *folders, suffixes=(".c", ".h")):
    """The files in these folders with these suffixes, whether committed yet or not."""
    root = pathlib.Path(root)
    found = (path.relative_to(root) for folder in folders for path in (root / folder).rglob("*"))
    return sorted(path for path in found
                  if path.suffix in suffixes and (root / path).is_file())


def read(root, path):
    return (pathlib.Path(root) / path).read_text(encoding="utf-8", errors="replace")


def code_only(text):
    """C text without comments and string contents; line numbers stay."""
    def blank(match):
        kept = '""' if match[0][0] == '"' else "0" if match[0][0] == "'" else " "
        return kept + "\n" * match[0].count("\n")
    return C_NOISE.sub(blank, text)


def registry(root, path, macro):
    """The names in a .def file, in order, and what is wrong with its lines."""
    names, problems = [], []
    if not (pathlib.Path(root) / path).is_file():
        return names, [f"{path}: missing"]
    for number, line in enumerate(code_only(read(root, path)).splitlines(), 1):
        match = re.fullmatch(rf"\s*{macro}\((\w+)\)\s*", line)
        if match and match[1] in names:
            problems.append(f"{path}:{number}: {match[1]} stands there twice")
        elif match:
            names.append(match[1])
        elif line.strip():
            problems.append(f"{path}:{number}: not {macro}(name): {line.strip()}")
    return names, problems


def finish(problems, counted):
    """Prints the problems and ends the program: 1 when there are any, or nothing was looked at."""
    for problem in problems:
        print(problem)
    print(f"{counted} checked, {len(problems)} problems")
    sys.exit(1 if problems or not counted else 0)


def argument(count, usage):
    """The command line, or the usage message."""
    if len(sys.argv) != count + 1:
        sys.exit(usage.strip())
    return sys.argv[1:]
