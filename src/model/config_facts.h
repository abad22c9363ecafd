/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the config witness saw: one product instance's configuration, as its
 * own server would read it.
 *
 * A product's room fills this in (products/config.h); nothing in it is an
 * opinion but the verdict of each listener, which is the product's own gate
 * spelled out. The verdict over all of them is config_verdict_decide's.
 * Strings belong to the facts' arena.
 */
#ifndef POPSEAL_MODEL_CONFIG_FACTS_H
#define POPSEAL_MODEL_CONFIG_FACTS_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "model/endpoint.h"
#include "model/verdict.h"

enum {
	CONFIG_LISTENERS_MAX = 512, /* per listener and client network; the worst are kept */
	CONFIG_NOTES_MAX = 1024,
	CONFIG_DOUBTS_MAX = 64,
	CONFIG_CHAIN_MAX = 16, /* steps that lead to one value; the last ones are kept */
	CONFIG_LINE_MAX = 512, /* octets of a line that are quoted */
};

struct facts;

/* Where something stands. */
struct location {
	const char *file; /* as the user may open it; NULL: nowhere, a default */
	unsigned line;    /* from 1; 0: the file as a whole */
	unsigned column;  /* from 1, in octets; 0 with line 0 */
};

/* One setting on the way to an effective value. */
struct config_step {
	struct location location;
	const char *line;    /* what stands there, trimmed, without secrets: "ssl = yes" */
	const char *meaning; /* "offers STLS, and does not require it", "is overridden below" */
};

/* How a value came about: in the order in which the server takes the settings; the last decides. */
struct config_chain {
	struct config_step steps[CONFIG_CHAIN_MAX];
	size_t count; /* 0: a default */
};

/* One listener, for one set of clients. */
struct config_listener {
	const char *address; /* "*" for all of both families, "0.0.0.0", "::", "127.0.0.1" */
	uint16_t port;
	enum mode mode;
	enum verdict_value verdict;
	enum reason reason;
	const char *scope;       /* "remote 10.0.0.0/8"; NULL: every client */
	bool has_no_tls;         /* it neither speaks TLS nor offers STLS, for certain */
	const char *explanation; /* one sentence */
	const char *settle;      /* for undetermined: the one command that tells; else NULL */
	struct config_chain chain;
};

/* Each kind is the matter of one rule. */
enum config_note_kind {
	CONFIG_NOTE_NONE,
	CONFIG_NOTE_PERMITS, /* made by config_verdict_decide, of what decides */
	CONFIG_NOTE_TRUSTED_NETWORK,
	CONFIG_NOTE_SCOPE_EXCEPTION,
	CONFIG_NOTE_TLS_UNAVAILABLE,
	CONFIG_NOTE_DISAGREES,
	CONFIG_NOTE_TLS_VERSION,
	CONFIG_NOTE_KEY_PERMISSIONS,
	CONFIG_NOTE_WEAK_MECHANISM,
	CONFIG_NOTE_INVALID,
	CONFIG_NOTE_WRONG_FILE,
	CONFIG_NOTE_PERMISSIONS,
	CONFIG_NOTE_BACKEND_IN_CLEAR,
	CONFIG_NOTE_EXPOSED_LISTENER,
	CONFIG_NOTE_LATENT,
	CONFIG_NOTE_SIBLING,
	CONFIG_NOTES, /* their number */
};

/* Something that a rule reports. */
struct config_note {
	enum config_note_kind kind;
	bool unknown; /* it could not be told: `message` says what, `settle` what would tell */
	struct location location;
	const char *line;    /* what stands there, or NULL */
	const char *message; /* one sentence */
	const char *remedy;  /* one line; NULL: the rule's */
	const char *settle;
	const struct config_chain *chain; /* further evidence; NULL: none */
	/* whom it lets in, and where: part of its fingerprint; NULL: its line says all */
	const char *reach;
};

/* Why what was read may not be what the server does. */
struct config_doubt {
	enum reason reason;
	bool fatal; /* the server does not load this: none of what it says is in force */
	struct location location;
	const char *line;    /* what stands there, or NULL */
	const char *message; /* one sentence */
	const char *settle;  /* the one command that tells */
};

struct config_facts {
	const char *product; /* the record's word */
	const char *title;
	const char *version;        /* whose rules were applied: "2.3", "3.6.1"; NULL: not known */
	const char *version_source; /* "--product-version", "dpkg", "dovecot.conf:1"; or NULL */
	const char *root;   /* the file that the server reads first, as the user may open it */
	const char *scope;  /* for whom the verdict holds; NULL: every client */
	const char *remedy; /* the setting that closes it in this product and version */
	/* What it has for TLS, by the server's names; NULL: nothing, or that is not told. */
	const char *certificate, *key;
	bool served;       /* POP3 is served, or may be */
	bool cut;          /* there were more listeners or doubts than are kept */
	GArray *listeners; /* of struct config_listener */
	GArray *notes;     /* of struct config_note */
	GArray *doubts;    /* of struct config_doubt */
};

/* Makes facts->config, empty; freed by facts_free. Returns it. */
struct config_facts *config_facts_new(struct facts *facts, const char *product, const char *title);
void config_facts_free(struct config_facts *config); /* NULL is a no-op */

/*
 * Appends; the fields are the caller's to fill in. Past the bound the last one is given again, and
 * nothing better than undetermined is said where listeners or doubts were lost.
 */
struct config_listener *config_add_listener(struct facts *facts);
struct config_note *config_add_note(struct facts *facts, enum config_note_kind kind);
struct config_doubt *config_add_doubt(struct facts *facts, enum reason reason);

/* Appends a step; past CONFIG_CHAIN_MAX the first one goes. */
void config_chain_add(struct config_chain *chain, struct location location, const char *line,
	const char *meaning);

/* The last step, which decides; NULL for a default. */
const struct config_step *config_chain_last(const struct config_chain *chain);

/*
 * Decides facts->verdict and config->scope: the worst over all listeners and doubts (permits,
 * undetermined, refuses, no-service), `likely` at best. Adds a CONFIG_NOTE_PERMITS for each place
 * that lets a password out, a CONFIG_NOTE_SCOPE_EXCEPTION where only some clients may, and a
 * CONFIG_NOTE_EXPOSED_LISTENER for each clear listener on every address.
 */
void config_verdict_decide(struct facts *facts);

/* "FILE:LINE", or "FILE", or "" of nowhere: a new string. */
char *location_text(const struct location *location);

#endif
