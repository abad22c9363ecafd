#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""tracked - nothing in the repository names a package registry or mirror, is a secret, or is huge.

usage: tracked.py ROOT

Where packages come from is the machine's own setting: a host name here would overrule it.
"""
import pathlib
import re

import tree

SIZE_MAX = 1 << 20

# Put together, so that this file does not hold what it looks for.
HOSTS = [r"\.".join(words) for words in (
    ("deb", "debian", "org"), ("security", "debian", "org"), ("snapshot", "debian", "org"),
    ("ftp", r"\w+", "debian", "org"), ("archive", "debian", "org"), ("archive", "ubuntu", "com"),
    ("ports", "ubuntu", "com"), ("pypi", "org"), ("pypi", "python", "org"),
    ("files", "pythonhosted", "org"), ("registry", "npmjs", "org"), ("registry", "yarnpkg", "com"),
    ("crates", "io"), ("docker", "io"), ("ghcr", "io"), ("quay", "io"), ("gcr", "io"),
    ("proxy", "golang", "org"), ("rubygems", "org"), ("repo1?", "maven", "org"),
    ("dl-cdn", "alpinelinux", "org"), ("conda", "anaconda", "org"),
)]
SECRETS = [
    "-----BEGIN [A-Z ]*" + "PRIVATE KEY-----",
    "AKI" + r"A[0-9A-Z]{16}\b",
    "gh[pousr]" + r"_[0-9A-Za-z]{36}\b",
    "glp" + r"at-[0-9A-Za-z_-]{20}\b",
]
PATTERN = re.compile(
    (r"(?<![\w.-])(?:[\w-]+\.)*(?P<host>" + "|".join(HOSTS) + r")(?![\w-])"
     r"|(?P<secret>" + "|".join(SECRETS) + ")").encode())


def check(root, path):
    data = (pathlib.Path(root) / path).read_bytes()
    if len(data) > SIZE_MAX:
        yield f"{path}: {len(data)} bytes, {SIZE_MAX} are allowed"
    for number, line in enumerate(data.split(b"\n"), 1):
        match = PATTERN.search(line)
        if match:
            kind = "a registry or mirror" if match["host"] else "a secret"
            yield f"{path}:{number}: {kind}: {match[0][:30].decode(errors='replace')}"


def main():
    root, = tree.argument(1, __doc__)
    files = tree.tracked(root)
    tree.finish([problem for path in files for problem in check(root, path)], len(files))


main()
