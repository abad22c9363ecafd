/* SPDX-License-Identifier: Apache-2.0 */
#include "reports/csv_cell.h"

#include <string.h>

#include "model/escape.h"

void
csv_cell(GString *out, const char *text)
{
	g_autofree char *clean = escape_again(text != NULL ? text : "");
	const char *guard = clean[0] != '\0' && strchr("=+-@", clean[0]) != NULL ? "'" : "";

	if (text != NULL && text[0] == '\t')
		guard = "'";
	if (strpbrk(clean, ",\"") == NULL) {
		g_string_append_printf(out, "%s%s,", guard, clean);
		return;
	}

	g_auto(GStrv) parts = g_strsplit(clean, "\"", -1);
	g_autofree char *doubled = g_strjoinv("\"\"", parts);

	g_string_append_printf(out, "\"%s%s\",", guard, doubled);
}

void
csv_number(GString *out, int64_t number)
{
	g_string_append_printf(out, "%" G_GINT64_FORMAT ",", number);
}

void
csv_end_line(GString *out)
{
	out->str[out->len - 1] = '\n';
}
