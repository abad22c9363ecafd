/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Status lines and lists (RFC 1939 section 3, RFC 2449, RFC 5034).
 */
#ifndef POPSEAL_POP3_REPLY_H
#define POPSEAL_POP3_REPLY_H

#include "pop3/input.h"

enum reply_kind {
	REPLY_OK,       /* "+OK", in any case */
	REPLY_ERR,      /* "-ERR", and the typing errors that servers ship: "ERR", "+ERR" */
	REPLY_CONTINUE, /* "+" alone or with a space behind it (RFC 5034 section 4) */
	REPLY_OTHER,
};

struct pop3_reply {
	enum reply_kind kind;
	struct pop3_line line;
};

enum {
	POP3_LIST_MAX = 512
}; /* lines of a list that are read before it counts as endless */

enum list_end {
	LIST_MORE, /* the "." has not come yet */
	LIST_DONE,
	LIST_ENDLESS, /* POP3_LIST_MAX lines and no end */
};

/* Says what kind of status line it is; leading white space is passed over. */
enum reply_kind pop3_reply_kind(const struct pop3_line *line);

/* Takes a status line, or returns false if none is whole yet. */
bool pop3_read_reply(struct pop3_input *input, struct pop3_reply *reply);

#endif
