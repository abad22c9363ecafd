/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Dovecot's settings as its own parser takes them: assignments in the order of the
 * files, each under a filter (for whom it holds) and with a key that names its
 * place ("ssl", "service/pop3-login/inet_listener/pop3/port", "protocols/pop3").
 *
 * collect.c reads the files into this, expand.c the references in values, resolve.c
 * says which assignment decides for a client.
 */
#ifndef POPSEAL_PRODUCTS_DOVECOT_SETTINGS_H
#define POPSEAL_PRODUCTS_DOVECOT_SETTINGS_H

#include "dialect/dovecot.h"
#include "products/config.h"
#include "products/dovecot/network.h"

enum {
	DOVECOT_ASSIGNMENTS_MAX = 100 * 1000,
	DOVECOT_FILTERS_MAX = 256,
	DOVECOT_REFERENCES_MAX = 1000, /* "$name" that are looked up */
	DOVECOT_INCLUDES_MAX =
		SOURCE_FILES_MAX, /* files that are read, each as often as it is included */
	DOVECOT_OCTETS_MAX = SOURCE_TOTAL_MAX, /* of them */
};

/* For whom assignments hold: what encloses them, joined. */
struct dovecot_filter {
	const struct dovecot_filter *parent; /* NULL for the root */
	const char *protocol;                /* "pop3", "!imap"; NULL: every one */
	const char *local_name;              /* of TLS only: never matches before it */
	const char *group; /* "label/name" of 2.4: holds only where it is included */
	struct dovecot_network local, remote;
	unsigned order; /* 0 for the root */
};

struct dovecot_assignment {
	const char *key;
	const char *value; /* as the server takes it; NULL: not known */
	const char *file;  /* the path of the file that holds the value; NULL: it stands there */
	const char
		*refers; /* in 2.4, the setting whose value is in it, other than itself; or NULL */
	const struct dovecot_filter *filter;
	const struct config_text *text;
	size_t at;                /* of the key */
	const char *problem;      /* why the value may not be what the server takes; or NULL */
	struct config_step *step; /* where it stands, once that was asked for: dovecot_step */
};

struct dovecot_include_group {
	const struct dovecot_filter *filter; /* where it is included */
	const char *group;                   /* "label/name" */
	const char *label;
};

struct dovecot_settings {
	struct config_reading *reading;
	bool is_24;
	struct arena arena;
	GPtrArray *assignments; /* of struct dovecot_assignment, in order */
	GHashTable *by_place;   /* dovecot_place to GPtrArray of assignments, in order */
	GPtrArray *filters;     /* of struct dovecot_filter, in order; the first is the root */
	GArray *groups;         /* of struct dovecot_include_group */
	GArray *texts;          /* of const struct config_text, in the order of reading */
	const struct dovecot_assignment *here; /* the first here-document, or NULL */
	bool debian_protocols;  /* Debian's protocols.d is included: its default is none */
	bool other_protocols;   /* another one is: what its package has as default is not known */
	bool protocols_outside; /* ... and cannot be looked at */
};

/*
 * Reads the root and what it includes. What keeps the server from loading it becomes a fatal doubt
 * and a note, what is not understood a doubt, in the reading's facts.
 */
struct dovecot_settings *dovecot_settings_read(struct config_reading *reading, bool is_24);
void dovecot_settings_free(struct dovecot_settings *settings); /* NULL is a no-op */
typedef struct dovecot_settings dovecot_settings_auto;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(dovecot_settings_auto, dovecot_settings_free)

/*
 * The assignments to the key right under the filter, in order, or NULL; with `list` also those to
 * its words ("protocols/pop3").
 */
const GPtrArray *dovecot_settings_under(const struct dovecot_settings *settings,
	const struct dovecot_filter *filter, const char *key, bool list);

/* --- for whom --------------------------------------------------------------------------------- */

/* A client, before TLS. */
struct dovecot_client {
	const char *protocol;                 /* "pop3"; NULL: what is not about one */
	struct dovecot_network local, remote; /* text NULL: any that no block names */
};

/* How a value comes about for a client. */
struct dovecot_found {
	const struct dovecot_assignment *decides; /* NULL: the default */
	/* In the order in which they win, the last decides. */
	const struct dovecot_assignment *steps[CONFIG_CHAIN_MAX];
	size_t count;
	const struct dovecot_assignment *conflict; /* contradicts `decides`, and neither is above */
};

void dovecot_settings_find(const struct dovecot_settings *settings, const char *key,
	const struct dovecot_client *client, struct dovecot_found *found);

/* The value that decides, or `otherwise` where it is the default; NULL where it is not known. */
const char *dovecot_found_value(const struct dovecot_found *found, const char *otherwise);

/*
 * The words of a list for a client, with each the assignment that put it there, in order. In 2.4 a
 * list may be added to: "protocols { pop3 = yes }".
 */
struct dovecot_word {
	const char *word;                      /* the settings' */
	const struct dovecot_assignment *from; /* NULL: of the default */
};
GArray *dovecot_settings_list(struct dovecot_settings *settings, const char *key,
	const struct dovecot_client *client, const char *otherwise);

enum dovecot_list {
	DOVECOT_LIST_WORD,
	DOVECOT_LIST_END,
	DOVECOT_LIST_WRONG, /* 2.4 does not load it */
};

/* Takes the next word of a list's value; in 2.4 it may be quoted. */
enum dovecot_list dovecot_list_next(bool is_24, const char **at, GString *word);

/* The last assignment right under the filter, or in a group that is included there; or NULL. */
const struct dovecot_assignment *dovecot_settings_last(const struct dovecot_settings *settings,
	const struct dovecot_filter *filter, const char *key);

/* Whether the filter's assignments can hold for a client of that protocol before TLS. */
bool dovecot_filter_may_match(const struct dovecot_filter *filter, const char *protocol);

/* --- parts of the reading --------------------------------------------------------------------- */

/* Finds what "$name" and the like in the assignment's value stand for; sets value or problem. */
struct dovecot_section;
void dovecot_expand(struct dovecot_settings *settings, const struct dovecot_section *section,
	const char *own_key, struct dovecot_assignment *assignment);

/* A block that is open while files are read. */
struct dovecot_section {
	const struct dovecot_section *above; /* NULL: none is open */
	const struct dovecot_filter *filter;
	const char *path; /* of what it holds: "", "service/pop3-login" */
	const char
		*label; /* of a group, or "auth" of 1.x: its settings may lack "label_"; or NULL */
};

/* The key with its place: "service/pop3-login/inet_listener/pop3/port"; a new string. */
char *dovecot_key(bool is_24, const struct dovecot_section *section, const char *key);

/* What 2.2 and 2.3 take in the place of a setting of old. */
struct dovecot_instead {
	const struct dovecot_filter *filter;
	char *key, *value; /* the key with its place */
	bool is_file;      /* the value is the path of the file that holds it */
};

/* A new array of struct dovecot_instead, maybe empty; NULL where the setting stands for itself. */
GPtrArray *dovecot_replace_old(const struct dovecot_section *section, const char *key,
	const char *value);

/* The assignment as a step of a chain: where it stands, and what stands there. */
struct config_step dovecot_step(const struct dovecot_settings *settings,
	const struct dovecot_assignment *assignment);

/* Adds the doubt that keeps the server from loading it, with a note. */
void dovecot_invalid(struct dovecot_settings *settings, const struct config_text *text, size_t at,
	const char *message);

/* Adds a doubt that leaves what permits as it is. */
void dovecot_doubt(struct dovecot_settings *settings, enum reason reason,
	const struct config_text *text, size_t at, const char *message);

/* --- names ------------------------------------------------------------------------------------ */

/* Why that release refuses the key at the top of a file; NULL: as far as we know it does not. */
const char *dovecot_name_problem(bool is_24, const char *key);

/* Whether the key says who may log in how: what is not understood there is a doubt. */
bool dovecot_name_matters(const char *key);

/* Whether the setting is refused in blocks of clients and addresses. */
bool dovecot_name_is_auth(const char *key);

/* Whether it is the name of a setting in its block, or may be one of a plugin. */
bool dovecot_name_known(bool is_24, const char *key);

/* Whether it is the name of a block at the top of a file, or may be one of a plugin. */
bool dovecot_block_known(bool is_24, const char *key);

/* Whether it is a block of 2.4 whose settings may lack the "NAME_" that they begin with. */
bool dovecot_block_completes(const char *key);

/* Why the value cannot be this key's; NULL: it can. */
const char *dovecot_value_problem(bool is_24, const char *key, const char *value);

/* Reads a boolean as Dovecot does; false where it is none. */
bool dovecot_boolean(const char *value, bool *yes);

#define DOVECOT_SETTLE "doveconf -n"

#endif
