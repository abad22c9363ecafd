/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What several rules ask of the service before TLS, and the sentences for
 * "cannot tell", each with the command that would settle it.
 */
#ifndef POPSEAL_RULES_SERVICE_H
#define POPSEAL_RULES_SERVICE_H

#include "rules/rule.h"

/*
 * Returns whether the endpoint starts in clear and is not known to have no
 * POP3 service. Elsewhere, rules about the dialogue before TLS do not apply.
 */
bool service_in_clear(const struct facts *facts);

/* Returns whether there was a dialogue before TLS, with answers that can be relied on. */
bool service_answers(const struct facts *facts);

/* Returns whether the server may take us as secure because we asked from its own address. */
bool service_exempts_us(const struct facts *facts);

/* The product's title and version, or "The server": begins a sentence. The caller frees it. */
char *service_name(const struct facts *facts);

/* Adds what the server sent as evidence, escaped; NULL is a no-op. */
void cite_bytes(struct finding *finding, const char *bytes);

/* Adds a command and its answer (as the server sent it, or NULL for none) as evidence. */
void cite_exchange(struct finding *finding, const char *command, const char *answer);

/* Sets the openssl line that begins TLS: by STLS on the endpoint's port, or at once on `port`. */
void reproduce_stls(const struct facts *facts, struct finding *finding);
void reproduce_implicit_tls(const struct facts *facts, struct finding *finding, unsigned port);

/* There was no dialogue to judge, for the verdict's reason. Returns UNKNOWN. */
enum outcome unknown_dialogue(const struct facts *facts, struct finding *finding);

/* A question was not asked, or not answered; `format` says which. Returns UNKNOWN. */
enum outcome unknown_question(const struct facts *facts, struct finding *finding,
	const char *format, ...) G_GNUC_PRINTF(3, 4);

/* The answer does not count, because we asked from the server's own host. Returns UNKNOWN. */
enum outcome unknown_vantage(const struct facts *facts, struct finding *finding);

#endif
