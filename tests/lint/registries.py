#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""registries - every feature has its line, its file, its page and its fixtures, and none is left over.

usage: registries.py ROOT

A feature is the file that defines `const struct KIND KIND_name`; other .c files in the room are
shared code.
"""
import pathlib
import re
from dataclasses import dataclass

import tree


@dataclass(frozen=True)
class Room:
    folder: str
    registry: str
    kind: str           # struct rule, and RULE(...) in the .def file
    key: str            # the member that repeats the name, '-' for '_'
    page: str = ""      # {} is the name with '-'; empty: no page
    fixtures: tuple = ()
    exempt: str = ""    # a feature whose file holds this needs no fixtures; empty: none
    capitals: bool = False  # the key is in capitals: a word of a protocol

    @property
    def def_file(self):
        return f"src/{self.folder}/{self.registry}"

    def word(self, name):
        """What the key of a feature with that name says."""
        word = name.replace("_", "-")
        return word.upper() if self.capitals else word


ROOMS = (
    Room("rules", "rules.def", "rule", "id", "docs/rules/{}.md",
         ("tests/rules/{}/fail*.*", "tests/rules/{}/pass*.*", "tests/rules/{}/unknown*.*")),
    Room("products", "products.def", "product", "name", "docs/products/{}.md",
         ("tests/transcripts/{}-*.txt",), exempt=r"fingerprints\[\] = \{ \{ PLACE_END, NULL, 0 \} \};"),
    Room("cmd", "commands.def", "command", "name", "docs/man/popseal-{}.1"),
    Room("reports", "reports.def", "report", "name"),
    Room("pop3/sasl", "mechanisms.def", "sasl_mechanism", "name", capitals=True),
)


def definitions(root, room):
    """Where each `const struct KIND KIND_name = {` of a room stands: name, file, value of its key."""
    pattern = re.compile(rf"^const struct {room.kind} {room.kind}_(\w+) = \{{(.*?)^\}};", re.M | re.S)
    for path in tree.under(root, f"src/{room.folder}", suffixes=(".c",)):
        for match in pattern.finditer(tree.read(root, path)):
            key = re.search(rf'^\s*\.{room.key} = "([^"]*)"', match[2], re.M)
            yield match[1], path, key and key[1]


def check_definitions(root, room, names):
    found = {}
    for name, path, key in definitions(root, room):
        folder = path.relative_to(f"src/{room.folder}").parts[0]
        if folder not in (f"{name}.c", name):
            yield f"{path}: {room.kind}_{name} belongs into src/{room.folder}/{name}.c"
        if name not in names:
            yield f"{path}: {room.kind}_{name} has no line in {room.def_file}"
        if key != room.word(name):
            yield f'{path}: .{room.key} is "{key}", not "{room.word(name)}"'
        found[name] = path
    for name in names:
        if name not in found:
            yield f"{room.def_file}: {name}: no file defines const struct {room.kind} {room.kind}_{name}"


def exempted(root, room):
    """The names that need no fixtures: a product without fingerprints is not seen on the wire."""
    for name, path, _ in definitions(root, room):
        if room.exempt and re.search(room.exempt, tree.read(root, path)):
            yield name


def check_extras(root, room, names):
    """Pages and fixtures of each name, and pages and fixture folders of no name."""
    base, words = pathlib.Path(root), [name.replace("_", "-") for name in names]
    exempt = set(exempted(root, room))
    for name, word in zip(names, words):
        pages = (room.page,) if room.page else ()
        for pattern in pages if name in exempt else pages + room.fixtures:
            if not list(base.glob(pattern.format(word))):
                yield f"{room.def_file}: {word}: no {pattern.format(word)}"
    if room.page:
        before, after = pathlib.PurePosixPath(room.page).name.split("{}")
        for path in sorted(base.glob(room.page.format("*"))):
            if path.name[len(before):len(path.name) - len(after)] not in words:
                yield f"{path.relative_to(base)}: no such {room.kind} in {room.def_file}"
    if room.kind == "rule":
        for path in sorted((base / "tests/rules").glob("*/")):
            if path.is_dir() and path.name not in words:
                yield f"{path.relative_to(base)}: no such rule in {room.def_file}"


def main():
    root, = tree.argument(1, __doc__)
    problems, counted = [], 0
    for room in ROOMS:
        names, wrong_lines = tree.registry(root, room.def_file, room.kind.upper())
        problems += wrong_lines
        problems += check_definitions(root, room, names)
        problems += check_extras(root, room, names)
        counted += len(names)
    tree.finish(problems, counted)


main()
