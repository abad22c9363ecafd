/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The server of `popseal demo`: as much POP3 as shows the vulnerability. It
 * has no mailbox and lets nobody in. Sans-I/O.
 */
#ifndef POPSEAL_POP3_DEMO_H
#define POPSEAL_POP3_DEMO_H

#include <glib.h>

#define DEMO_GREETING "+OK popseal demo POP3 server ready\r\n"

struct demo_session {
	gboolean user_given;
	gboolean response_awaited; /* the next line is a SASL response */
	gboolean over;             /* close after the answer */
};

/* Appends the answer to one line (without its line end). */
void demo_answer(struct demo_session *session, const char *line, GString *out);

#endif
