/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The injection trial: STLS and a command behind it in one segment. A server
 * that keeps what it has read in clear beyond the handshake answers the command
 * inside TLS, and whoever sits on the wire can put words into a client's mouth
 * (CVE-2011-0411 and its like).
 *
 * Sans I/O, driven like pop3/probe.h. It begins behind the greeting, on a connection of its own.
 */
#ifndef POPSEAL_POP3_INJECTION_H
#define POPSEAL_POP3_INJECTION_H

#include "pop3/probe.h"

struct pop3_injection;

/* Begins; the outcome goes into facts->probe.stls, the dialogue into the transcript. */
struct pop3_injection *pop3_injection_new(struct facts *facts);
void pop3_injection_free(struct pop3_injection *trial); /* NULL is a no-op */

/* POP3_WANT_INPUT, POP3_WANT_TLS or POP3_DONE, never POP3_WANT_CONNECT. */
enum pop3_want pop3_injection_run(struct pop3_injection *trial);
void pop3_injection_feed(struct pop3_injection *trial, const char *bytes, size_t length);
void pop3_injection_event(struct pop3_injection *trial, enum pop3_event event);

/*
 * Behind POP3_UNSECURED: how the handshake ended, and the first bytes that came in clear in its
 * place (length 0: none).
 */
void pop3_injection_unsecured(struct pop3_injection *trial, enum handshake handshake,
	const char *clear, size_t length);

/* Takes the bytes to be sent; valid until the next call of this room. */
const char *pop3_injection_output(struct pop3_injection *trial, size_t *length);
enum pop3_patience pop3_injection_patience(const struct pop3_injection *trial);
unsigned pop3_injection_turn(const struct pop3_injection *trial);

#endif
