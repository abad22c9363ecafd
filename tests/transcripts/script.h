/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A dialogue on file: what the server says, and the exact bytes that popseal
 * must send, in the form of popseal's own transcripts (scan --transcript).
 *
 *	# a comment
 *	@ expect permits proven credentials-checked
 *	-- connection 1
 *	S: +OK ready            what the server sends; "\r\n" is added
 *	S> +OK no line end      the same, bytes as they stand
 *	C: CAPA                 what popseal must have sent; "\r\n" is expected
 *	-- TLS is up
 *	-- no TLS session: alert
 *	-- closed by the server
 *	-- reset by the server
 *	-- no answer in time
 *	-- connection refused
 *	-- no route
 */
#ifndef POPSEAL_TESTS_SCRIPT_H
#define POPSEAL_TESTS_SCRIPT_H

#include <glib.h>

enum item_kind {
	ITEM_CONNECT,
	ITEM_SERVER, /* bytes to feed */
	ITEM_CLIENT, /* bytes to expect */
	ITEM_TLS,
	ITEM_NO_TLS, /* bytes: "alert", "closed", or what came in clear */
	ITEM_CLOSED,
	ITEM_RESET,
	ITEM_TIMEOUT,
	ITEM_REFUSED,
	ITEM_NO_ROUTE,
};

struct item {
	enum item_kind kind;
	GString *bytes;
	unsigned line;
};

struct script {
	char *name;
	GHashTable *expected; /* of "@ KEY VALUE" */
	GArray *items;        /* of struct item */
};

/* Reads a script; ends the test program with a message if it is malformed. */
struct script *script_read(const char *path);
void script_free(struct script *script);

#endif
