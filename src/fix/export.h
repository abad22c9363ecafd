/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exporters: a plan as something that another tool runs. To add one: fix/export_NAME.c with its
 * const struct exporter_NAME and one line in fix/exporters.def. They are given a plan and make
 * texts; they do no I/O.
 */
#ifndef POPSEAL_FIX_EXPORT_H
#define POPSEAL_FIX_EXPORT_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "model/change.h"
#include "products/product.h"

struct export_request {
	const struct change *change; /* a plan */
	const struct product *product;
	const char *check_command, *reload_command; /* the user's, for the shell; or NULL */
};

/* One file of what comes out. */
struct export_file {
	char *name; /* below the folder: "tasks/main.yml" */
	GString *text;
	bool executable;
};

struct exporter {
	const char *name; /* the word of --to */
	bool settings;    /* it writes a plan's settings, not its files */
	/* Adds the files; false and *error where the plan cannot be said in this way. */
	bool (*write)(const struct export_request *request, GPtrArray *files, GError **error);
};

/* All in the order of exporters.def, NULL-terminated. */
extern const struct exporter *const exporters[];

const struct exporter *exporter_find(const char *name); /* NULL: none */

/*
 * Writes the plan by the exporter: a new array of struct export_file (g_ptr_array_unref), or NULL
 * and *error.
 */
GPtrArray *export_write(const struct exporter *exporter, const struct export_request *request,
	GError **error);

/* --- for exporters ---------------------------------------------------------------------------- */

enum export_error {
	EXPORT_ERROR_KIND, /* it is not for this plan */
	EXPORT_ERROR_TEXT, /* there are octets that it cannot carry */
};

#define EXPORT_ERROR (export_error_quark())
GQuark export_error_quark(void);

/* Adds a file, and takes its text. */
void export_add(GPtrArray *files, const char *name, GString *text, bool executable);

/* One endpoint that is asked afterwards. */
struct export_endpoint {
	char *address;  /* NULL: every one of the server's */
	bool is_inside; /* a loopback address: it is asked on the server itself */
	char *mode;     /* "pop3", "pop3s", or "closed": nothing is to listen there */
	uint16_t port;
};

/* Those of the plan; a new array. */
GPtrArray *export_endpoints(const struct change *change);

/* "Closes ...": one line. A new string. */
char *export_summary(const struct change *change);

/* Twelve hexadecimal digits that are the same for the same change only. A new string. */
char *export_id(const struct change *change);

/* The warnings, each line with that in front of it; a new string. */
char *export_warnings(const struct change *change, const char *front);

/* The diffs of all files, each line with that in front of it; a new string. */
char *export_diffs(const struct change *change, const char *front);

/*
 * The command for the shell with which the server checks the file that it reads first; `root` is
 * how the shell writes that. "" where there is none; a new string.
 */
char *export_check(const struct export_request *request, const char *root);

/* The SHA-256 of the octets, in hexadecimal digits; a new string. */
char *export_sum(GBytes *bytes);

#endif
