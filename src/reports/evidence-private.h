/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the parts of the HTML bundle share. Titles and labels are literals of
 * ours; all other text is escaped on its way in.
 */
#ifndef POPSEAL_REPORTS_EVIDENCE_PRIVATE_H
#define POPSEAL_REPORTS_EVIDENCE_PRIVATE_H

#include "reports/evidence.h"
#include "reports/markup.h"

/* The whole of the document's style. */
extern const char evidence_style[];

/* A table with a label before each value. */
void html_facts_begin(GString *out);
void html_fact(GString *out, const char *label, const char *text); /* NULL text: no row */
void html_fact_raw(GString *out, const char *label, const char *bytes);
void html_facts_end(GString *out);

/* A table with a line of headings; the caption is what it is about. */
void html_table_begin(GString *out, const char *caption, const char *const *headings);
void html_table_end(GString *out);

/* "<td>text</td>", or with a class of ours. */
void html_cell(GString *out, const char *class, const char *text);

/* What was said or stands in a file, line by line. */
void html_lines(GString *out, const char *label, const char *lines);

void html_tls(GString *out, const struct facts *facts);

#endif
