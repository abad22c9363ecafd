/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Weighing what several attempts at one endpoint brought home: which is kept,
 * and what the verdict over several samples is. Pure: no I/O, no clock.
 *
 * Neither may make more of the server than was seen. A server that refuses in
 * one attempt and invites a password in another refuses nothing.
 */
#ifndef POPSEAL_SCAN_WEIGH_H
#define POPSEAL_SCAN_WEIGH_H

#include "model/samples.h"

/*
 * Returns whether asking again may help: there was no answer, or "not now", or the connection was
 * closed before a byte came.
 */
bool weigh_again(const struct facts *facts);

/*
 * Returns whether a later attempt is to be kept in place of an earlier one. The one that knows more
 * is: permits (proven, then likely), refuses, a dialogue (with more of USER, AUTH PLAIN and AUTH
 * LOGIN answered), a greeting, a connection that stayed silent, one that was closed, one that was
 * refused, none. Among equals the earlier one; and always the earlier one
 *
 * - that invited a password, if the later one did not and does not permit either;
 * - whose password was not judged, if the later one was merely invited to send one.
 */
bool weigh_later(const struct facts *earlier, const struct facts *later);

/* The samples of one endpoint, one by one. */
struct weighing;

struct weighing *weighing_new(void);

/* Takes over the facts of the next sample. */
void weighing_add(struct weighing *weighing, struct facts *facts);

/*
 * Returns the facts of the sample that decides, with the verdict over all of them and
 * facts->samples; NULL if there was none. The caller frees it; the weighing is gone.
 *
 * It permits if any sample does; has the first sample's verdict if all have it; is undetermined if
 * they do not agree.
 */
struct facts *weighing_end(struct weighing *weighing);

/* Frees it with all facts; NULL is a no-op. */
void weighing_free(struct weighing *weighing);

#endif
