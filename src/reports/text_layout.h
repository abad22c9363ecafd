/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The layout of the text report: colours, labels and lines of at most
 * TEXT_WIDTH columns.
 */
#ifndef POPSEAL_REPORTS_TEXT_LAYOUT_H
#define POPSEAL_REPORTS_TEXT_LAYOUT_H

#include "reports/report.h"

enum {
	TEXT_WIDTH = 80,
	TEXT_INDENT = 10, /* where what stands behind a label begins */
	TEXT_MARGIN = 2,  /* of the lines of an endpoint's block */
};

enum color {
	COLOR_NONE,
	COLOR_STRONG,
	COLOR_FAINT,
	COLOR_BAD,
	COLOR_WARNING,
	COLOR_NOTICE,
	COLOR_GOOD,
};

/* Appends text in that colour, if colours are wanted. Nothing is escaped. */
void text_paint(const struct report_options *options, enum color color, const char *text,
	GString *out);

/*
 * Appends text, escaped where it was not yet, from the column where the line
 * stands; longer text goes on at the column `indent` of the next lines. Breaks
 * at spaces only, so that no address, command or word is torn. Ends the line.
 */
void text_wrap(const char *text, size_t column, size_t indent, GString *out);

/*
 * Appends the label behind `margin` spaces, and text behind TEXT_INDENT, where
 * its next lines go on as well. NULL text is a no-op.
 */
void text_field(const struct report_options *options, size_t margin, const char *label,
	const char *text, GString *out);

/* Like text_field, on one line however long: a command stays one piece to copy. */
void text_command(const struct report_options *options, size_t margin, const char *label,
	const char *command, GString *out);

/* Appends at most `limit` lines behind `indent` spaces, escaped where they were not yet. */
void text_lines(const char *lines, size_t indent, size_t limit, GString *out);

/* Appends the first line of an endpoint's block, without its end. */
void text_headline(const struct report_options *options, const struct facts *facts, GString *out);

/* Whether --quiet has nothing to say of it. */
bool text_is_calm(const struct assessment *assessment);

/* Appends what --verbose tells of STLS and TLS. */
void text_tls(const struct report_options *options, const struct facts *facts, GString *out);

/* Appends the TLS session, and how long its handshake took; or why there is none. */
void text_session(const struct report_options *options, const struct tls_facts *tls, GString *out);

/* Appends which of the simulated clients cannot connect; with --verbose, what becomes of all. */
void text_clients(const struct report_options *options, const struct tls_survey *survey,
	GString *out);

/*
 * Of a configuration's finding: "known", "suppressed until 2027-01-31", ... (a new string; NULL: it
 * counts); and why it is suppressed.
 */
char *text_standing(const struct finding *finding);
void text_excuse(const struct report_options *options, const struct finding *finding, GString *out);

/* Appends what is to be told of suppressions (NULL: none), and whether there is something. */
void text_notices(const struct report_options *options, const GPtrArray *suppressions,
	GString *out);
bool text_has_notices(const GPtrArray *suppressions);

/* Appends what a baseline (NULL: none) lists in vain. */
void text_gone(const struct report_options *options, const GPtrArray *gone, GString *out);

/* Appends what became of the expectations of one endpoint. */
void text_expectations(const struct report_options *options,
	const struct verification *verification, GString *out);

/* Appends a change: its head, what is run, its checks and its diff. */
void text_change(const struct report_options *options, const struct change *change, GString *out);

/* Appends the block of one endpoint. */
void text_endpoint(const struct report_options *options, const struct assessment *assessment,
	GString *out);

#endif
