#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Turns pages into C: embed.py OUTPUT PAGE... writes rule_page() of rules/page.h.

The id of a page is its file name without ".md". A page becomes an array of
characters: ISO C promises no more than 4095 for a string literal.
"""

import pathlib
import sys

HEAD = """\
/* SPDX-License-Identifier: Apache-2.0 */
/* Made by src/rules/embed.py from docs/rules; do not edit. */
#include "rules/page.h"

#include <stddef.h>
#include <string.h>
"""

TAIL = """\
const char *
rule_page(const char *id)
{
	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++)
		if (strcmp(pages[i].id, id) == 0)
			return pages[i].text;
	return NULL;
}
"""


def characters(page):
    """Yields the lines of an initialiser, one for every line of the page."""
    for line in page.splitlines(keepends=True):
        yield "\t" + " ".join(f"'\\x{byte:02x}'," for byte in line)
    yield "\t'\\0',"


def main(output, *pages):
    lines = [HEAD]
    table = []
    for path in map(pathlib.Path, sorted(pages)):
        page = path.read_bytes()
        if b"\0" in page or not page.endswith(b"\n"):
            sys.exit(f"{path}: a page has no NUL byte and ends with a line end")
        name = "page_" + path.stem.replace("-", "_")
        lines += [f"static const char {name}[] = {{", *characters(page), "};\n"]
        table.append(f'\t{{ "{path.stem}", {name} }},')
    lines += ["static const struct {", "\tconst char *id;", "\tconst char *text;", "} pages[] = {"]
    lines += [*table, "};\n", TAIL]
    pathlib.Path(output).write_text("\n".join(lines), encoding="ascii")


if __name__ == "__main__":
    main(*sys.argv[1:])
