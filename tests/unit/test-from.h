/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads a report out of memory and writes each item down as a line:
 * "TARGET kind reporter id host where", "-" for what is missing; a problem as
 * "! HOST: PROBLEM (where)"; an error at the end as "error: MESSAGE".
 */
#ifndef POPSEAL_TESTS_FROM_H
#define POPSEAL_TESTS_FROM_H

#include "scan/from/from.h"

struct reading {
	GString *lines;
	GString *texts; /* claim.text, a "|" behind each */
	size_t items;
	bool ok;
	GError *error;
};

struct reading *read_bytes(const char *bytes, size_t length);
struct reading *read_text(const char *text);
struct reading *read_sample(const char *name);
struct reading *read_fd(int fd);
void reading_free(struct reading *reading);

#endif
