/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reports of other tools as a source of targets (--from): .nessus, OpenVAS and
 * GVM XML, nmap and masscan XML, masscan JSON, zgrab2 and popseal jsonl.
 *
 * The format is told by the content, never by the name of the file. Reports
 * are streamed, and never trusted: every size in them has a bound here, no
 * entity is expanded, and no file is opened. To add a format: from/NAME.c with
 * its const struct from_format_NAME and one line in from/from.def.
 */
#ifndef POPSEAL_SCAN_FROM_H
#define POPSEAL_SCAN_FROM_H

#include <glib.h>
#include <stdbool.h>

#include "model/claim.h"

enum {
	FROM_BLOCK = 64 * 1024,              /* octets that are read at once */
	FROM_RECORD_MAX = 1024 * 1024,       /* of one JSON record */
	FROM_MARKUP_MAX = 1024 * 1024,       /* of one tag, comment or instruction of XML */
	FROM_DEPTH_MAX = 64,                 /* elements within elements */
	FROM_PENDING_MAX = 16 * 1024 * 1024, /* of endpoints that wait for the end of the report */
	FROM_RECENT = 256,                   /* endpoints back to which a repetition is noticed */
	FROM_WHERE_MAX = 48,
};

#define POPSEAL_FROM_ERROR (from_error_quark())
GQuark from_error_quark(void);

enum from_error {
	FROM_ERROR_UNKNOWN, /* no format that is known */
	FROM_ERROR_READ,    /* the descriptor could not be read */
	FROM_ERROR_BROKEN,  /* not well-formed, cut off, or past a bound */
};

/* One endpoint or host that the report names. All is valid during the call of emit only. */
struct from_item {
	const char *target; /* as target_parse takes it; NULL where there is a problem */
	struct claim claim;
	const char *where;   /* "line 12", "record 3" */
	const char *problem; /* not NULL: this entry cannot be used, and why */
};

/*
 * Makes ready what needs files or the world; from_read needs neither after it.
 * To be called once, before a sandbox closes. No more than once is harmless too.
 */
void from_init(void);

/*
 * Reads the report at fd, from where it stands to its end, and calls emit for
 * each endpoint that it names; repetitions within FROM_RECENT endpoints are
 * left out. `name` begins the messages of errors. Returns false with an error
 * of POPSEAL_FROM_ERROR if the report is of no known format or breaks off:
 * what was emitted until then holds. fd stays the caller's.
 */
bool from_read(int fd, const char *name, void (*emit)(void *user, const struct from_item *item),
	void *user, GError **error);

/* Returns the names of the formats, separated by ", ". The caller frees it. */
char *from_formats(void);

#endif
