/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The survey of a server's TLS: which ClientHello comes next, and what the
 * answers so far mean. No sockets, no clock; every hello has a connection of
 * its own, which whoever drives it makes, and brings to the point where TLS begins.
 *
 *	while ((hello = tls_survey_next(survey, &length)) != NULL) {
 *		connect, STLS where it has to be, send hello
 *		feed what comes until tls_survey_feed returns true, or report tls_survey_ended
 *	}
 */
#ifndef POPSEAL_TLS_SURVEY_H
#define POPSEAL_TLS_SURVEY_H

#include "model/facts.h"

enum tls_survey_part {
	TLS_SURVEY_VERSIONS = 1, /* each version for itself */
	TLS_SURVEY_WEAK = 2, /* weak ciphers of every version that was taken, and the DH prime */
	TLS_SURVEY_GROUPS = 4,
	TLS_SURVEY_CLIENTS = 8, /* every client of data/mail-clients */
	TLS_SURVEY_ALL = 15,
};

enum tls_survey_end {
	TLS_SURVEY_CLOSED, /* closed or reset instead of an answer */
	TLS_SURVEY_TIMEOUT,
	TLS_SURVEY_NO_CONNECTION, /* it did not come so far that the hello could be sent */
};

enum {
	TLS_SURVEY_HELLOS_MAX = 200, /* connections of one survey at most */
	/* After so many in a row without an answer it stops; what was not asked stays NOT_MADE. */
	TLS_SURVEY_SILENT_MAX = 3,
};

struct tls_survey_run;

/*
 * Begins; results go into facts->probe.tls.survey, which is made in the facts and right at any
 * time: whoever has to stop early just frees the run. server_name (SNI) is borrowed and may be
 * NULL. `parts` are enum tls_survey_part, ored; weak ciphers and groups are asked of versions that
 * were taken, so these two bring the versions along.
 */
struct tls_survey_run *tls_survey_new(struct facts *facts, const char *server_name, unsigned parts);

/*
 * The next ClientHello, valid until the next call; NULL once all is asked. If nothing was said
 * of what came of the last one, that had no connection.
 */
const void *tls_survey_next(struct tls_survey_run *run, size_t *length);

/* Takes what the server sent. True: the answer is whole, and the connection may be closed. */
bool tls_survey_feed(struct tls_survey_run *run, const void *bytes, size_t length);

/* The answer will not come. */
void tls_survey_ended(struct tls_survey_run *run, enum tls_survey_end end);

void tls_survey_free(struct tls_survey_run *run); /* NULL is a no-op */

#endif
