#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Turns templates into C: embed.py OUTPUT FOLDER FILE... writes template_text() of fix/template.h.

The name of a template is its path below FOLDER. It becomes an array of characters: ISO C promises
no more than 4095 for a string literal.
"""
import pathlib
import sys

HEAD = """\
/* SPDX-License-Identifier: Apache-2.0 */
/* Made by src/fix/embed.py from src/fix/templates; do not edit. */
#include "fix/template.h"

#include <glib.h>
"""

TAIL = """\
const char *
template_text(const char *name)
{
	for (size_t i = 0; i < G_N_ELEMENTS(templates); i++)
		if (g_str_equal(templates[i].name, name))
			return templates[i].text;
	g_assert_not_reached();
}
"""


def characters(text):
    """Yields the lines of an initialiser, one for every line of the template."""
    for line in text.splitlines(keepends=True):
        yield "\t" + " ".join(f"'\\x{byte:02x}'," for byte in line)
    yield "\t'\\0',"


def main(output, folder, *paths):
    lines, table = [HEAD], []
    for number, path in enumerate(sorted(paths)):
        text = pathlib.Path(path).read_bytes()
        if b"\0" in text or max(text) > 0x7f or not text.endswith(b"\n"):
            sys.exit(f"{path}: a template is ASCII without NUL, and ends with a line end")
        name = pathlib.Path(path).resolve().relative_to(pathlib.Path(folder).resolve())
        lines += [f"static const char text_{number}[] = {{", *characters(text), "};\n"]
        table.append(f'\t{{ "{name}", text_{number} }},')
    lines += ["static const struct {", "\tconst char *name;", "\tconst char *text;",
              "} templates[] = {", *table, "};\n", TAIL]
    pathlib.Path(output).write_text("\n".join(lines), encoding="ascii")


if __name__ == "__main__":
    main(*sys.argv[1:])
