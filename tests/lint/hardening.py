#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""hardening - what the flags in meson.build promise, read from the program itself.

usage: hardening.py PROGRAM [sanitized]          (needs readelf)

Sanitizer builds have no fortified calls. Landing pads (IBT) are looked for at main(): the program's
own note has the bit only where the C library's start files have it too.
"""
import re
import subprocess
import sys

import tree

ENDBR64 = bytes.fromhex("f30f1efa")


def readelf(program, *options):
    return subprocess.run(["readelf", "--wide", *options, program], check=True,
                          capture_output=True, text=True).stdout


def landing_pad_at_main(program):
    """Whether main() starts with endbr64; needs the symbol table, which our builds keep."""
    symbol = re.search(r"([0-9a-f]{8,})\s+\d+ FUNC\s+\w+\s+\w+\s+\d+ main$",
                       readelf(program, "--symbols"), re.M)
    text = re.search(r"\] \.text\s+PROGBITS\s+([0-9a-f]+) ([0-9a-f]+)", readelf(program, "--sections"))
    if not symbol or not text:
        return False
    offset = int(symbol[1], 16) - int(text[1], 16) + int(text[2], 16)
    with open(program, "rb") as file:
        file.seek(offset)
        return file.read(4) == ENDBR64


def check_segments(program):
    header, segments = readelf(program, "--file-header"), readelf(program, "--segments")
    dynamic = readelf(program, "--dynamic")
    yield "PIE", "DYN (" in header and "INTERP" in segments
    yield "RELRO", "GNU_RELRO" in segments
    yield "BIND_NOW", bool(re.search(r"\(FLAGS(_1)?\).*\b(BIND_NOW|NOW)\b", dynamic))
    stack = re.search(r"GNU_STACK.* (R?W?E?)\s+0x", segments)
    yield "stack not executable", bool(stack) and "E" not in stack[1]
    yield "no segment both writable and executable", not re.search(r"^\s+LOAD.* RWE ", segments, re.M)
    yield "no run path", "RPATH" not in dynamic and "RUNPATH" not in dynamic


def check_control_flow(program):
    if "X86-64" not in readelf(program, "--file-header"):
        return
    yield "shadow stack note (SHSTK)", "SHSTK" in readelf(program, "--notes")
    yield "landing pad at main (IBT)", landing_pad_at_main(program)


def check_symbols(program, sanitized):
    symbols = readelf(program, "--dyn-syms")
    yield "stack protector", "__stack_chk_fail" in symbols
    if not sanitized:
        yield "fortified calls", bool(re.search(r"__\w+_chk\b", symbols.replace("__stack_chk", "")))


def main():
    if len(sys.argv) not in (2, 3) or sys.argv[2:] not in ([], ["sanitized"]):
        sys.exit(__doc__.strip())
    program, sanitized = sys.argv[1], len(sys.argv) == 3
    checks = [*check_segments(program), *check_control_flow(program),
              *check_symbols(program, sanitized)]
    tree.finish([f"{program}: {name}: missing" for name, holds in checks if not holds], len(checks))


main()
