/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A change: one transaction on configuration files. As a plan it says what would be written and
 * run; as an entry of the journal, what was. All of its strings are its own, or NULL.
 */
#ifndef POPSEAL_MODEL_CHANGE_H
#define POPSEAL_MODEL_CHANGE_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

enum change_state {
	CHANGE_PLANNED,      /* nothing is written */
	CHANGE_APPLYING,     /* files are being replaced */
	CHANGE_APPLIED,      /* all files are in place */
	CHANGE_RELOADED,     /* the server was told */
	CHANGE_VERIFIED,     /* it was proven from outside; the confirmation is awaited */
	CHANGE_CONFIRMED,    /* it stays */
	CHANGE_ROLLING_BACK, /* files are being put back */
	CHANGE_ROLLED_BACK,  /* all is as before */
	CHANGE_CONFLICT, /* somebody else has changed a file since: a person has to look at it */
	CHANGE_STATES,   /* their number */
};

enum change_strategy {
	CHANGE_REQUIRE_TLS,
	CHANGE_TLS_ONLY_PORT,
	CHANGE_DISABLE,
	CHANGE_STRATEGIES, /* their number */
};

/* One file of it. */
struct change_file {
	char *path;     /* as the user may open it, links resolved */
	char *named;    /* the same before links were resolved */
	char *served;   /* the server's own name of it; NULL in a record */
	GBytes *before; /* NULL only in a record that lacks the contents */
	GBytes *after;
	char *diff; /* unified, or NULL */
};

enum change_check_state {
	CHANGE_CHECK_PASSED,
	CHANGE_CHECK_FAILED,
	CHANGE_CHECK_SKIPPED,
};

/* One thing that was tried: the server's own checker, its reload, a probe, a login. */
struct change_check {
	char *name; /* "check", "reload", "probe", "login", "audit", "roll-back" */
	enum change_check_state state;
	char *evidence; /* one line or more */
};

/*
 * One value that a command of the server's sets, where it keeps its configuration in no file that
 * could be edited.
 */
struct change_setting {
	char *server; /* whose; NULL: that of all servers, or the only one */
	char *name;
	char *before; /* NULL: that was not told */
	char *after;
};

/* How the configuration is found again. */
struct change_place {
	char *product; /* of --product */
	char *path;    /* as named */
	char *root;    /* of --root */
	char *version; /* of --product-version */
};

struct change {
	char *id; /* NULL for a plan */
	enum change_state state;
	int64_t planned, changed, ended; /* µs since the epoch; 0: not yet */
	char *product;                   /* the record's word */
	char *title;
	char *root;        /* the file that the server reads first, as the user may open it */
	char *served_root; /* the server's own name of it; NULL in a record */
	bool restart;      /* a reload is not enough */
	enum change_strategy strategy;
	struct change_place place;
	char *before,
		*after;      /* the configuration's verdicts, as words; after: once it is applied */
	char *explanation;   /* why it is, or is not, to be changed: a sentence */
	GPtrArray *files;    /* of struct change_file */
	GPtrArray *settings; /* of struct change_setting: for fix export only */
	GPtrArray *warnings; /* of char *: what whoever approves it should know */
	GPtrArray *obstacles; /* of char *: why it cannot be applied; empty: it can */
	GPtrArray *targets;   /* of char *: the endpoints to probe, "pop3://192.0.2.1:110" */
	GPtrArray *closed;    /* of char *: those that must not answer any more */
	GPtrArray *opened; /* of char *: those of `targets` that nothing is to listen on before */
	GPtrArray *checks; /* of struct change_check, in order */
	char *check_command, *reload_command; /* what the shell will run; NULL: nothing */
	char *restart_command;   /* where a reload fails when it is rolled back; or NULL */
	bool offline;            /* files only, nothing is run */
	char *certificate, *key; /* that were given, and are written into the configuration */
	char *seen; /* what the ports did before: a line each, subject and verdict; or NULL */
	char *from; /* --verify-from, or NULL */
	char *host; /* where it was made */
	bool smtp;  /* --smtp */
	char *certificate_as, *key_as, *authority; /* as they were given */
	char *ticket, *approved_by;
	int64_t not_before, not_after; /* µs since the epoch; 0: any time */
	int64_t confirm_by;            /* µs since the epoch; 0: no confirmation is awaited */
};

struct change *change_new(void);
void change_free(struct change *change); /* NULL is a no-op */
typedef struct change change_auto;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(change_auto, change_free)

/* Appends; returns the new one, whose fields are the caller's to fill in. */
struct change_file *change_add_file(struct change *change);
void change_add_setting(struct change *change, const char *server, const char *name,
	const char *before, const char *after);
void change_add_check(struct change *change, const char *name, enum change_check_state state,
	const char *evidence);
void change_warn(struct change *change, const char *format, ...) G_GNUC_PRINTF(2, 3);
void change_hinder(struct change *change, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* Whether it has come to its end: nothing is to be done for it, and nothing to be waited for. */
bool change_has_ended(const struct change *change);

/* The words of the records; static. */
const char *change_state_word(enum change_state state);
const char *change_strategy_word(enum change_strategy strategy);
const char *change_check_word(enum change_check_state state);

/* The value of such a word; false where it is none. */
bool change_state_parse(const char *word, enum change_state *state);
bool change_strategy_parse(const char *word, enum change_strategy *strategy);
bool change_check_parse(const char *word, enum change_check_state *state);

#endif
