/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Until when the makers of POP3 servers maintain their releases: the rows of
 * data/software-eol.tsv, built in.
 */
#ifndef POPSEAL_RULES_EOL_H
#define POPSEAL_RULES_EOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct eol_row {
	const char *product;  /* its word; NULL ends the table */
	const char *release;  /* "3.1" is 3.1 and 3.1.4, but not 3.10 */
	const char *last_day; /* "2024-06-01"; NULL = none was published */
	int64_t ends;         /* when that day is over everywhere, µs since the epoch; 0 = NULL */
	bool supported;       /* of a row without a day: it is maintained */
	const char *source;
};

extern const struct eol_row eol_rows[];

/* When the table was written down: "2026-11-27". */
extern const char eol_dated[];

#endif
