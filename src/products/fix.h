/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A product's room for fixes: which octets of its configuration to change, what its own checker is
 * and how it is told.
 *
 * The room is given what was read with its verdict and proposes edits; the engine (fix/plan.h)
 * puts them in, reads again, and asks again until it is closed or nothing is proposed. A room looks
 * at one state at a time, and what it proposed is proven by the same reading that found the fault.
 */
#ifndef POPSEAL_PRODUCTS_FIX_H
#define POPSEAL_PRODUCTS_FIX_H

#include "dialect/tree.h"
#include "model/change.h"
#include "products/config.h"

enum {
	FIX_EDITS_MAX = 4096, /* of one round */
};

struct fix_edit {
	const struct config_text *text;
	struct span at; /* empty: `bytes` are put there */
	char *bytes;    /* owned */
};

struct fixing {
	struct config_reading
		*reading;       /* of what was read, edits so far included; with its verdict */
	const GPtrArray *texts; /* all texts that were read, in that order */
	struct change *change;  /* the plan: its strategy; for warnings and obstacles */
	const char *certificate,
		*key;  /* to be written into the configuration; NULL: what is there */
	bool smtp;     /* --smtp */
	bool restart;  /* set by the room: a reload is not enough for what was changed */
	GArray *edits; /* of struct fix_edit, in no order */
};

struct product_fix {
	/* Proposes the edits that close it by the strategy; none where it knows none. Or NULL. */
	void (*propose)(struct fixing *fixing);
	/*
	 * For a server whose configuration is in no file: adds change_add_setting's that close it.
	 * Such a room has no propose, and popseal fix export writes what sets them.
	 */
	void (*propose_settings)(struct fixing *fixing);
	const char *export_to; /* of such a room: the word of --to that writes it */
	/*
	 * The server's own checker: words; "%s" is the file that is read first. NULL: it has none.
	 */
	const char *check;
	const char *reload;       /* words of its own command; NULL: systemd's only */
	const char *const *units; /* of systemd, one of which is there; NULL-terminated */
	bool restart;             /* it reads its configuration when it starts, only */
	bool without_tls;         /* it has none: no port in TLS is asked for where it is closed */
	/*
	 * It is asked whatever the verdict on POP3 is: it serves another protocol, for --smtp.
	 */
	bool whatever_verdict;
};

/* The text that is shown to the user by that name; NULL where none was read. */
const struct config_text *fix_text(const struct fixing *fixing, const char *shown);

/* The text and offset of a location; the text is NULL where it is of no line of a file. */
struct fix_place {
	const struct config_text *text;
	size_t at;
};
struct fix_place fix_place_of(const struct fixing *fixing, const struct location *location);

/* The node of the tree whose key stands there, or on the same line; or NULL. */
const struct node *fix_node_at(const struct tree *tree, size_t offset);

/*
 * Whether nothing else stands on the lines of the span but blanks, and a comment behind it, which
 * `mark` begins.
 */
bool fix_is_alone(const struct config_text *text, struct span at, char mark);

/* The text in double quotes, with '\' in front of those and of '\' within it: a new string. */
char *fix_quote(const char *text);

/* Puts a text in the place of the span, unless an edit of this round has something there. */
void fix_replace(struct fixing *fixing, const struct config_text *text, struct span at,
	const char *format, ...) G_GNUC_PRINTF(4, 5);

/*
 * Puts a line behind the one that holds the offset, or in front of it, with the blanks that it
 * begins with and the line ends of the file.
 */
void fix_add_line_behind(struct fixing *fixing, const struct config_text *text, size_t offset,
	const char *format, ...) G_GNUC_PRINTF(4, 5);
void fix_add_line_before(struct fixing *fixing, const struct config_text *text, size_t offset,
	const char *format, ...) G_GNUC_PRINTF(4, 5);

/*
 * Puts a line at the end of the file, which need not end in a line end; where the last one ends in
 * '\\', and so would go on, behind an empty one.
 */
void fix_append_line(struct fixing *fixing, const struct config_text *text, const char *format, ...)
	G_GNUC_PRINTF(3, 4);

/* Puts `mark` in front of each line of the span, behind the blanks that it begins with. */
void fix_comment_out(struct fixing *fixing, const struct config_text *text, struct span at,
	const char *mark);

/* Takes away the whole lines that the span lies in. */
void fix_remove_lines(struct fixing *fixing, const struct config_text *text, struct span at);

#endif
