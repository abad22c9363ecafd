/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A product's room for configuration: where its files lie, and what they mean.
 *
 * The room is given bytes: it asks its source for files by the names that the
 * server would use, reads them with a dialect, and writes facts->config. It
 * does no I/O, and what it does not understand becomes a doubt, never `refuses`.
 */
#ifndef POPSEAL_PRODUCTS_CONFIG_H
#define POPSEAL_PRODUCTS_CONFIG_H

#include "dialect/source.h"
#include "model/config_facts.h"
#include "model/facts.h"

struct config_reading {
	struct facts *facts; /* with facts->config, whose product, title and root are set */
	struct config_source *source;
	/* the file to read first, by the server's name: "/etc/nginx/nginx.conf" */
	const char *root;
	const char *version; /* of --product-version or the package; NULL: not known */
};

struct product_config {
	const char *folder; /* where it keeps its configuration: "/etc/dovecot" */
	/* the files that it may read first, in that folder; NULL-terminated */
	const char *const *roots;
	bool each_root; /* every one of them that is there is read by a server of its own */
	/* further folders on the host where it may keep it; NULL-terminated, or NULL */
	const char *const *elsewhere;
	const char *const *packages; /* names of Debian and RPM packages that hold the server */
	/* not looked for in the known places: it serves no POP3 */
	bool only_when_named;
	bool is_printed; /* its file is what a command has printed: who may write it is no matter */
	const char *dump; /* its own command that tells the effective values: "doveconf -n" */
	/*
	 * The file, in its folder, whose place the dump's output takes for --effective; NULL: the
	 * output holds the files, each behind "# configuration file NAME:" (nginx -T).
	 */
	const char *dump_for;
	/* Whether a text looks like this product's root file, whatever its name; NULL: by name. */
	bool (*recognizes)(const char *text, size_t length);
	/* Reads the root and what it includes; fills in facts->config but for the verdict. */
	void (*read)(struct config_reading *reading);
};

/* What the room sees of a file, or NULL with a doubt added: absent, unreadable, too large. */
const struct config_text *config_read(struct config_reading *reading, const char *path);

/*
 * Returns whether there is no room for further listeners, notes or doubts, with a doubt that says
 * so: who reads a configuration stops there, or a large one takes for ever.
 */
bool config_is_full(struct config_reading *reading);

/*
 * A root file that is no text (octets that no text has) and of which nothing was understood gets a
 * doubt and a note: what a server makes of it is not known.
 */
void config_check_text(struct config_reading *reading);

/* A location in a text, from an offset in its bytes. */
struct location config_location(struct config_reading *reading, const struct config_text *text,
	size_t offset);

/* The line that holds the offset, trimmed, at most CONFIG_LINE_MAX octets, in the facts. */
const char *config_line(struct config_reading *reading, const struct config_text *text,
	size_t offset);

/* Compares versions by their numbers: "2.3.19" < "2.4"; negative, 0 or positive. NULL is lowest. */
int config_version_compare(const char *a, const char *b);

#endif
