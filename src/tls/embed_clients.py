#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Turns the clients' data into C: embed_clients.py OUTPUT data/mail-clients.ini.

There an indented line continues the one above: a list has one word a line. GLib's
key-file format has no such lines, so lists are joined by ';' and prose by spaces.
A group or key that stands there twice ends the build; what it says is checked by
tests/unit/test-tls-clients.c. It becomes an array of characters: ISO C promises no
more than 4095 for a string literal.
"""

import configparser
import pathlib
import sys

HEAD = """\
/* SPDX-License-Identifier: Apache-2.0 */
/* Made by src/tls/embed_clients.py from data/mail-clients.ini; do not edit. */
#include "tls/clients-private.h"

const char tls_clients_text[] = {
"""

PROSE = ("source", "note")


def joined(key, value):
    lines = [line.strip() for line in value.splitlines() if line.strip()]
    return (" " if key in PROSE else ";").join(lines)


def key_file(path):
    """The lines of the same data in GLib's format."""
    parser = configparser.ConfigParser(interpolation=None, delimiters=("=",),
                                       comment_prefixes=("#",), empty_lines_in_values=False)
    parser.optionxform = str
    try:
        parser.read_string(path.read_text(encoding="ascii"), str(path))
    except (configparser.Error, UnicodeDecodeError) as error:
        sys.exit(f"{path}: {error}")
    for group in parser.sections():
        yield f"[{group}]"
        yield from (f"{key}={joined(key, value)}" for key, value in parser[group].items())


def main(output, path):
    lines = [HEAD]
    for line in key_file(pathlib.Path(path)):
        lines += ["\t" + " ".join(f"'\\x{byte:02x}'," for byte in line.encode() + b"\n") + "\n"]
    lines += ["\t'\\0',\n", "};\n"]
    pathlib.Path(output).write_text("".join(lines), encoding="ascii")


if __name__ == "__main__":
    main(*sys.argv[1:])
