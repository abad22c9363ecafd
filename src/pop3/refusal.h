/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The refusal classifier: what do the words of an "-ERR" line mean?
 *
 * The product's own wordings are asked first, then the generic ones; within a
 * table the first match wins. A pattern (pattern.h) is held against the whole
 * text behind "-ERR ": "*TLS required*".
 */
#ifndef POPSEAL_POP3_REFUSAL_H
#define POPSEAL_POP3_REFUSAL_H

#include <stdbool.h>

#include "model/facts.h"
#include "pop3/pattern.h"

struct wording {
	const char *pattern;
	enum refusal refusal;
};

/*
 * Classifies the server's line (with or without its "-ERR"). `room` is the
 * product's table, ended by a NULL pattern, or NULL for an unknown product.
 * A response code ([SYS/TEMP], [IN-USE], [LOGIN-DELAY]; RFC 2449, RFC 3206)
 * goes before any words.
 */
enum refusal refusal_classify(const struct wording *room, const char *line);

enum blame {
	BLAME_OPEN,    /* the words do not say */
	BLAME_NAME,    /* "this account has been suspended": another name may be taken */
	BLAME_COMMAND, /* USER is refused whatever the name */
};

/*
 * Returns what a refusal of USER is due to, by its words and what they were classified as. Words
 * that nobody has seen before are BLAME_OPEN: only a small vocabulary blames the command.
 */
enum blame refusal_blames(enum refusal refusal, const char *line);

/*
 * Returns whether the words may mean that the command came at the wrong time ("bad sequence of
 * commands", "not valid in this state"): words that nobody knows may, and a reply without words,
 * but not those that a product's room classified otherwise.
 */
bool refusal_may_mean_order(enum refusal refusal, const char *line);

#endif
