/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cells of a table, as RFC 4180 says (section 2), each with its comma behind it.
 */
#ifndef POPSEAL_REPORTS_CSV_CELL_H
#define POPSEAL_REPORTS_CSV_CELL_H

#include <glib.h>
#include <stdint.h>

/*
 * Appends the text, escaped where it was not yet; NULL is an empty cell. What a
 * spreadsheet would run as a formula is made text by a leading apostrophe:
 * part of what stands in a table was chosen by the server.
 */
void csv_cell(GString *out, const char *text);
void csv_number(GString *out, int64_t number);

/* Makes a line end of the last comma. */
void csv_end_line(GString *out);

#endif
