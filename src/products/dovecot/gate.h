/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Dovecot's gate: whether a password is taken before TLS, for a kind of client.
 */
#ifndef POPSEAL_PRODUCTS_DOVECOT_GATE_H
#define POPSEAL_PRODUCTS_DOVECOT_GATE_H

#include "products/dovecot/settings.h"

enum dovecot_state {
	DOVECOT_CLOSED,
	DOVECOT_OPEN,
	DOVECOT_UNCLEAR, /* `why` */
};

struct dovecot_gate {
	enum dovecot_state state;
	bool required;   /* ssl = required */
	const char *why; /* of DOVECOT_UNCLEAR, and where something bars: a sentence */
	const struct dovecot_assignment *bars; /* what lets no password in, if closed; or NULL */
	struct dovecot_found ssl;
	struct dovecot_found cleartext; /* disable_plaintext_auth or auth_allow_cleartext */
};

void dovecot_gate_find(struct dovecot_settings *settings, const struct dovecot_client *client,
	struct dovecot_gate *gate);

/* The name of the switch in this release. */
const char *dovecot_gate_switch(const struct dovecot_settings *settings);

/* The assignment that lets the password out of an open gate. */
const struct dovecot_assignment *dovecot_gate_decides(const struct dovecot_gate *gate);

/* Adds what led to the gate's state, what decides last; `last` (or NULL) comes after all. */
void dovecot_gate_explain(const struct dovecot_settings *settings, const struct dovecot_gate *gate,
	const struct dovecot_assignment *last, struct config_chain *chain);

/*
 * The networks that login_trusted_networks lets pass for that client; a new array of words. Dovecot
 * reads up to the first word that is no network: *wrong is who wrote that, or NULL.
 */
GArray *dovecot_trusted(struct dovecot_settings *settings, const struct dovecot_client *client,
	const struct dovecot_gate *gate, const struct dovecot_assignment **wrong);

/*
 * The names of the services that run pop3-login and are started: a new array of new strings. Of one
 * that may be such a service the doubt is added, and *unclear set; *elsewhere where a file that is
 * not here says whether one is started.
 */
GPtrArray *dovecot_find_services(struct dovecot_settings *settings, bool *unclear, bool *elsewhere);

/* Adds their listeners with their verdicts; returns whether one of them starts in clear. */
bool dovecot_add_listeners(struct dovecot_settings *settings, const GPtrArray *services);

/* Adds what is to be said beside the verdict. */
void dovecot_add_notes(struct dovecot_settings *settings, bool clear_listener);

/* Adds the conflicts between blocks that 2.3 finds when it reads them. */
void dovecot_check_23(struct dovecot_settings *settings);

/* Adds what 2.4 alone refuses, once all is read. */
void dovecot_check_24(struct dovecot_settings *settings);

/* The protocols that are served: a new array of struct dovecot_word. */
GArray *dovecot_protocols(struct dovecot_settings *settings);

/* Whether the protocol is served; sets *unclear where that is not to be told. */
bool dovecot_serves(struct dovecot_settings *settings, const char *protocol, bool *unclear);

#endif
