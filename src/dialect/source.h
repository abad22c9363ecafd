/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a configuration's texts come from. Paths are the server's own names
 * ("/etc/dovecot/conf.d/10-auth.conf"); the source knows where they really lie
 * (an image, a folder that stands for /etc/dovecot, this host) and keeps to
 * its bounds. Who reads a configuration does no I/O of its own.
 */
#ifndef POPSEAL_DIALECT_SOURCE_H
#define POPSEAL_DIALECT_SOURCE_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	SOURCE_FILE_MAX = 8 * 1024 * 1024,   /* octets of one file */
	SOURCE_TOTAL_MAX = 64 * 1024 * 1024, /* octets of all files of one configuration */
	SOURCE_FILES_MAX = 4096,             /* files of one configuration */
	SOURCE_MATCHES_MAX = 4096,           /* files that one pattern may match */
	SOURCE_DEPTH_MAX = 10,               /* of files that include each other */
};

enum source_outcome {
	SOURCE_FOUND,
	SOURCE_ABSENT,
	SOURCE_UNREADABLE, /* no permission, an I/O error, a loop of symbolic links */
	SOURCE_NOT_A_FILE, /* a folder, a device, a pipe */
	SOURCE_TOO_LARGE,  /* one of the bounds */
	SOURCE_OUTSIDE,    /* beyond the folder or image: it may be there, and is not looked at */
};

/* A file that was read: lives as long as its source. */
struct config_text {
	const char *path;  /* the server's name */
	const char *shown; /* as the user may open it */
	const char *bytes; /* NUL-terminated; a NUL may be among them */
	size_t length;
};

/* What is known of a file without reading it. */
struct source_look {
	enum source_outcome outcome;
	bool is_folder;
	unsigned mode; /* permission bits */
	unsigned uid, gid;
	const char *owner, *group; /* names, or NULL where they have none; the source's */
	const char *shown;
};

struct config_source {
	/*
	 * Returns the text of that path, each file read once, or NULL; *outcome (unless NULL) says
	 * why.
	 */
	const struct config_text *(*read)(struct config_source *source, const char *path,
		enum source_outcome *outcome);
	/*
	 * Returns the server's names of the files that match a glob (with braces if `braces`),
	 * sorted by octets; a new array of strings (g_ptr_array_unref). *outcome (unless NULL) is
	 * SOURCE_FOUND, SOURCE_ABSENT where there are none, or why it is not whole.
	 */
	GPtrArray *(*match)(struct config_source *source, const char *pattern, bool braces,
		enum source_outcome *outcome);
	/* Looks at a file or folder; follows symbolic links within the image. */
	void (*look)(struct config_source *source, const char *path, struct source_look *look);
};

/* "no such file", "not readable", ...: for messages. */
const char *source_outcome_words(enum source_outcome outcome);

/* The path, or `path` in the folder of the file `from` where it is relative: a new string. */
char *source_resolve(const char *from, const char *path);

#endif
