/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What verdict.c (which row holds) and explanation.c (what it says) share.
 */
#ifndef POPSEAL_POP3_VERDICT_PRIVATE_H
#define POPSEAL_POP3_VERDICT_PRIVATE_H

#include "pop3/verdict.h"

/* ATTEMPT_PLAIN, ATTEMPT_LOGIN or ATTEMPT_USER. */
const struct attempt *essential(const struct facts *facts, size_t index);

/* The bearer-token mechanism that was granted, or NULL. */
const struct attempt *taken_token(const struct facts *facts);

/* The bearer-token mechanism that is listed and was not refused, or NULL. */
const char *open_token(const struct facts *facts);

/* The first question after a password or token that was refused in that sense, or NULL. */
const struct attempt *refused_as(const struct facts *facts, enum refusal refusal);

/* The credential that travels as a password, or NULL; APOP's digest is no password. */
const struct credential *password(const struct facts *facts);

/* The first grant of AUTH; USER where there was none. */
const struct attempt *invitation(const struct facts *facts);

/* One sentence each, in facts->strings or static. */
const char *say_out_of_step(struct facts *facts);
const char *say_connection_refused(struct facts *facts);
const char *say_not_connected(struct facts *facts);
const char *say_not_pop3(struct facts *facts);
const char *say_tls_only(struct facts *facts);
const char *say_silent(struct facts *facts);
const char *say_closed_early(struct facts *facts);
const char *say_greeting(struct facts *facts);
const char *say_exempted(struct facts *facts);
const char *say_trusted(struct facts *facts);
const char *say_checked(struct facts *facts);
const char *say_continuation(struct facts *facts);
const char *say_token(struct facts *facts);
const char *say_password(struct facts *facts);
const char *say_password_unanswered(struct facts *facts);
const char *say_refused_late(struct facts *facts);
const char *say_forbidden_once(struct facts *facts);
const char *say_pass_not_tried(struct facts *facts);
const char *say_temporary(struct facts *facts);
const char *say_access(struct facts *facts);
const char *say_refused(struct facts *facts);
const char *say_timed_out(struct facts *facts);
const char *say_odd(struct facts *facts);
const char *say_not_asked(struct facts *facts);

#endif
