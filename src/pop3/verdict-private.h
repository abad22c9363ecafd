/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What verdict.c (which row holds) and explanation.c (what it says) share.
 */
#ifndef POPSEAL_POP3_VERDICT_PRIVATE_H
#define POPSEAL_POP3_VERDICT_PRIVATE_H

#include "pop3/verdict.h"

/* ATTEMPT_PLAIN, ATTEMPT_LOGIN or ATTEMPT_USER. */
const struct attempt *essential(const struct facts *facts, size_t index);

/* Returns whether the mechanism carries a bearer token: as good as a password to who reads it. */
bool is_token(const char *mechanism);

/* The bearer-token mechanism that was granted, or NULL. */
const struct attempt *taken_token(const struct facts *facts);

/* The bearer-token mechanism that may be open and was not refused, or NULL. */
const char *open_token(const struct facts *facts);

/*
 * Returns whether the server lists the mechanism, in CAPA or as an answer to a bare AUTH, or may
 * do so in lines that did not come through.
 */
bool may_be_listed(const struct facts *facts, const char *mechanism);

/*
 * Returns whether the mechanism has to be asked for, or refused, before nobody can log in by it: it
 * may be listed; or it takes a bearer token, and is listed over TLS, as what is hidden in clear may
 * be taken there all the same; or it takes one, and no list has come at all.
 */
bool may_be_open(const struct facts *facts, const char *mechanism);

/* Returns whether it took STLS or, after a close, answered CAPA on a connection of its own. */
bool shown_alive(const struct facts *facts);

/*
 * Returns whether the refusal of a password or token may be due to the commands that went before it
 * on its connection ("bad sequence of commands"): it was not the first, its words blame nothing
 * else, and it is not refused in the words that AUTH PLAIN met.
 */
bool order_may_matter(const struct facts *facts, const struct attempt *attempt);

/* The first question after a password or token that was refused in that sense, or NULL. */
const struct attempt *refused_as(const struct facts *facts, enum refusal refusal);

/* The first of USER, AUTH PLAIN and AUTH LOGIN whose refusal is not believed; USER if all are. */
const struct attempt *unclear_refusal(const struct facts *facts);

/* The credential that travels as a password, or NULL; APOP's digest is no password. */
const struct credential *password(const struct facts *facts);

/* Returns whether the random password was checked, or met a back end that failed. */
bool password_checked(const struct facts *facts);

/* Returns whether it was refused for want of TLS, or as logins are disabled. */
bool password_forbidden(const struct facts *facts);

/* The first grant of AUTH; USER where there was none. */
const struct attempt *invitation(const struct facts *facts);

/* One sentence each, in the facts or static. */
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
const char *say_unclear(struct facts *facts);
const char *say_not_asked(struct facts *facts);

#endif
