#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""layers - who may include whom in src/ (docs/architecture.md has the picture).

usage: layers.py ROOT
"""
import pathlib
import re

import tree

RANK = {
    "model": 0,
    "pop3": 1, "tls": 1, "dialect": 1,
    "products": 2, "rules": 2, "reports": 2, "store": 2,
    "net": 3,
    "witness": 4,
    "scan": 5, "fix": 5, "gate": 5, "fleet": 5,
    "cmd": 6,
    "main.c": 7,
}
SIDEWAYS = {("fleet", "scan")}

# These rooms are given bytes and facts: no sockets, files or clock.
PURE = {"pop3", "tls", "dialect", "rules", "products", "reports"}
WORLD_HEADERS = re.compile(
    r"sys/(socket|stat|time|epoll|file)\.h|uv\.h|openssl/.*|stdio\.h|fcntl\.h|unistd\.h|time\.h"
    r"|poll\.h|ares\.h|netdb\.h|gio/.*|glib/gstdio\.h")
WORLD_CALLS = re.compile(
    r"\b(g_file_(?:get|set)_contents\w*|g_print(?:err)?|g_get_(?:real|monotonic)_time"
    r"|g_date_time_new_now\w*|g_random_\w+|g_getenv|g_spawn_\w+)\s*\(")

# Libraries that one room keeps for all.
NET_ONLY = re.compile(r"uv\.h|openssl/.*|ares\.h")

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def room(path):
    return path.parts[0]


def check_quoted(root, path, target):
    if target == "config.h":
        return None
    if not (pathlib.Path(root) / "src" / target).is_file():
        return f'"{target}" is not in src/ (paths are relative to src/)'
    ours, theirs = room(path), room(pathlib.PurePosixPath(target))
    if theirs not in RANK:
        return f"{theirs}/ is no known room"
    if ours != theirs and RANK[theirs] >= RANK[ours] and (ours, theirs) not in SIDEWAYS:
        return f"{ours} must not include {theirs}"
    return None


def check_system(path, target):
    if room(path) in PURE and WORLD_HEADERS.fullmatch(target):
        return f"{room(path)} does no I/O: <{target}>"
    if room(path) != "net" and NET_ONLY.fullmatch(target):
        return f"only net/ knows <{target}>"
    return None


def check_file(root, path):
    """The problems of one file, path relative to src/."""
    if room(path) not in RANK:
        yield 1, f"{room(path)} is no known room"
        return
    text = tree.read(root, pathlib.PurePosixPath("src") / path)
    for number, line in enumerate(text.splitlines(), 1):
        match = INCLUDE.match(line)
        if match:
            problem = (check_quoted(root, path, match[2]) if match[1] == '"'
                       else check_system(path, match[2]))
            if problem:
                yield number, problem
    if room(path) in PURE:
        for number, line in enumerate(tree.code_only(text).splitlines(), 1):
            for call in WORLD_CALLS.findall(line):
                yield number, f"{room(path)} does no I/O: {call}()"


def main():
    root, = tree.argument(1, __doc__)
    files = [path.relative_to("src") for path in tree.under(root, "src")]
    tree.finish([f"src/{path}:{number}: {problem}" for path in files
                 for number, problem in check_file(root, path)], len(files))


main()
