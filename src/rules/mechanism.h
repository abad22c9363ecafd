/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the login mechanisms stand before TLS: "USER" (with PASS), "APOP", and
 * SASL mechanisms by their names.
 */
#ifndef POPSEAL_RULES_MECHANISM_H
#define POPSEAL_RULES_MECHANISM_H

#include "rules/rule.h"

/* Returns whether CAPA's SASL line or a bare AUTH lists the mechanism before TLS. */
bool mechanism_listed(const struct facts *facts, const char *mechanism);

/*
 * How APOP or a SASL mechanism stands before TLS: FAIL = the server takes it,
 * PASS = it refuses it or does not offer it, UNKNOWN = it was not asked though
 * it may be there, or the answer says nothing.
 */
enum outcome mechanism_standing(const struct facts *facts, const char *mechanism);

/*
 * Returns those of the NULL-terminated list that stand so ("CRAM-MD5, NTLM"), or
 * NULL if none does. The caller frees it.
 */
char *mechanisms_standing(const struct facts *facts, const char *const *mechanisms, enum outcome);

/* Returns whether the one random credential went by that mechanism, and was checked. */
bool mechanism_processed(const struct facts *facts, const char *mechanism);

/* Returns the mechanism of the login that is possible or invited, proof first; or NULL. */
const char *mechanism_of_login(const struct facts *facts);

/* Returns the commands: "USER and PASS", "AUTH PLAIN", "APOP". The caller frees it. */
char *mechanism_commands(const char *mechanism);

/* Adds the exchange that shows how the server took it, if there was one. */
void mechanism_cite(const struct facts *facts, const char *mechanism, struct finding *finding);

/* Sets the telnet line that shows it by hand. */
void mechanism_reproduce(const struct facts *facts, const char *mechanism, struct finding *finding);

#endif
