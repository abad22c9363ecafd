/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines out of a stream that was split anywhere.
 *
 * A line ends with LF; a CR before it is dropped (RFC 1939 demands CRLF, old
 * servers send LF alone). All that a server can send is bounded here.
 */
#ifndef POPSEAL_POP3_INPUT_H
#define POPSEAL_POP3_INPUT_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

enum {
	POP3_LINE_MAX = 4096,             /* octets of a line that are kept; RFC 1939 allows 512 */
	POP3_CONNECTION_MAX = 256 * 1024, /* octets of one connection that are read at all */
};

struct pop3_line {
	const char *bytes; /* without its line end; valid until the next call */
	size_t length;
	bool cut; /* it was longer than POP3_LINE_MAX */
};

struct pop3_input {
	char *bytes;    /* NULL while there is nothing to read */
	uint32_t room;  /* of bytes; like the others, no more than twice POP3_CONNECTION_MAX */
	uint32_t head;  /* where the next line begins */
	uint32_t end;   /* of what was fed */
	uint32_t total; /* octets fed on this connection */
	bool skipping;  /* the rest of a cut line is being dropped */
	bool ended;     /* no more bytes will come: a last line needs no LF */
};

/* Frees what it holds; a zeroed input, and a cleared one, is ready for a new connection. */
void pop3_input_clear(struct pop3_input *input);

/* Adds bytes. Returns false, and adds nothing, past POP3_CONNECTION_MAX. */
bool pop3_input_feed(struct pop3_input *input, const char *bytes, size_t length);

/* Says that the peer has closed: what stands without a line end counts as a line. */
void pop3_input_end(struct pop3_input *input);

/* Takes the next line, or returns false if none is whole yet. */
bool pop3_input_line(struct pop3_input *input, struct pop3_line *line);

/* Returns how many octets wait to be read. */
size_t pop3_input_waiting(const struct pop3_input *input);

#endif
