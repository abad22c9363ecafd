#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Turns data/software-eol.tsv into C: eol.py INPUT OUTPUT writes the table of rules/eol.h."""

import datetime
import json
import pathlib
import re
import sys

HEAD = """\
/* SPDX-License-Identifier: Apache-2.0 */
/* Made by src/rules/eol.py from data/software-eol.tsv; do not edit. */
#include "rules/eol.h"

const char eol_dated[] = %s;

const struct eol_row eol_rows[] = {
"""

TAIL = """\
	{ 0 },
};
"""

# A release ends with its last day, wherever on earth that is.
LAST_MOMENT = datetime.timedelta(days=1, hours=12)


def fail(path, number, problem):
    sys.exit(f"{path}:{number}: {problem}")


def microseconds(day):
    begin = datetime.datetime.fromisoformat(day).replace(tzinfo=datetime.timezone.utc)
    return int((begin + LAST_MOMENT).timestamp()) * 1_000_000


def row(path, number, line):
    fields = line.split("\t")
    if len(fields) != 5:
        fail(path, number, "not product, release, ends, source and checked")
    product, release, ends, source, checked = fields
    if not re.fullmatch(r"[a-z0-9-]+", product) or not re.fullmatch(r"\d+(\.\d+)*", release):
        fail(path, number, "no product's word, or no release")
    if not source.startswith("https://") or checked not in ("vendor", "quoted"):
        fail(path, number, "no address, or neither 'vendor' nor 'quoted'")
    day = re.fullmatch(r"\d{4}-\d\d-\d\d", ends)
    if not day and ends not in ("ended", "supported"):
        fail(path, number, f"'{ends}' is no day, and neither 'ended' nor 'supported'")
    words = [json.dumps(word) for word in (product, release, source)]
    return (f"\t{{ {words[0]}, {words[1]}, {json.dumps(ends) if day else 'NULL'}, "
            f"INT64_C({microseconds(ends) if day else 0}), "
            f"{'true' if ends == 'supported' else 'false'}, {words[2]} }},\n")


def main(source, output):
    text = pathlib.Path(source).read_text(encoding="ascii")
    dated = re.search(r"; dated (\d{4}-\d\d-\d\d)\.$", text, re.M)
    if not dated:
        sys.exit(f"{source}: its comment has no '; dated YYYY-MM-DD.'")
    rows = [row(source, number, line) for number, line in enumerate(text.splitlines(), 1)
            if line and not line.startswith("#")]
    pathlib.Path(output).write_text(HEAD % json.dumps(dated[1]) + "".join(rows) + TAIL,
                                    encoding="ascii")


if __name__ == "__main__":
    main(*sys.argv[1:])
