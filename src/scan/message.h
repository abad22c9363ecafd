/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the engine and its workers say to each other. Both are one program, so
 * numbers stand in the machine's own form; but a worker talks to strangers and
 * may have been taken over, so that whoever reads checks every length.
 */
#ifndef POPSEAL_SCAN_MESSAGE_H
#define POPSEAL_SCAN_MESSAGE_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "model/assessment.h"
#include "model/claim.h"
#include "model/ports.h"

enum message_type {
	/* To a worker. */
	MESSAGE_ASK,     /* a host: message_host */
	MESSAGE_RESOLVE, /* a name: message_host without address and ports */
	/* From a worker. */
	MESSAGE_RESULT,    /* a host is done: message_result */
	MESSAGE_ADDRESSES, /* a name is resolved: message_addresses */
	MESSAGE_FAILURE,   /* of the host whose result follows: message_failure */
	MESSAGE_CLOCK,     /* latencies since the last one: struct probe_clock */
	MESSAGE_NOTE,      /* a line for people */
};

enum {
	MESSAGE_ADDRESSES_MAX = 64 /* of one name */
};

struct message_host {
	uint64_t id;
	const char *host;    /* the name or address as the user wrote it */
	const char *address; /* numeric, with zone */
	unsigned at_once;    /* endpoints */
	bool claimed;        /* there is a claim */
	struct claim claim;
	struct port_list ports;
};

struct message_result {
	uint64_t id;
	uint64_t endpoints;
	uint64_t verdicts[4];
	uint64_t findings[4];
	const char *text; /* the records; not NUL-terminated */
	size_t length;
};

struct message_addresses {
	uint64_t id;
	const char *addresses[MESSAGE_ADDRESSES_MAX];
	size_t count;
	const char *why; /* there are none */
};

struct message_failure {
	uint64_t id;
	int64_t time;
	const char *subject;
	const char *message;
};

/* Each writes the message into `out`, in place of what is there. */
void message_pack_host(GByteArray *out, const struct message_host *host);
void message_pack_result(GByteArray *out, const struct message_result *result);
void message_pack_addresses(GByteArray *out, const struct message_addresses *addresses);
void message_pack_failure(GByteArray *out, const struct message_failure *failure);

/* Each reads one and returns false if it is none; strings point into bytes. */
bool message_read_host(const void *bytes, size_t length, struct message_host *host);
bool message_read_result(const void *bytes, size_t length, struct message_result *result);
bool message_read_addresses(const void *bytes, size_t length, struct message_addresses *addresses);
bool message_read_failure(const void *bytes, size_t length, struct message_failure *failure);

#endif
