/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A configuration's files: the source (dialect/source.h) over a host, an image
 * or a folder. Symbolic links are followed within the image or folder only, by
 * the kernel (openat2), and nothing but regular files is opened.
 */
#ifndef POPSEAL_WITNESS_CONFIG_FILES_H
#define POPSEAL_WITNESS_CONFIG_FILES_H

#include "dialect/source.h"

struct config_files;

struct config_files_options {
	const char *root;   /* the image's folder; NULL or "/": this host */
	const char *folder; /* the product's own folder, which `stands` stands for; NULL: none */
	const char *stands; /* a folder as the user named it: only what is in it is looked at */
	bool is_all;        /* what is elsewhere does not exist, so that no pattern matches it */
};

#define CONFIG_ERROR (config_error_quark())
GQuark config_error_quark(void);

/* NULL and *error (of CONFIG_ERROR) where the root or folder cannot be opened. */
struct config_files *config_files_new(const struct config_files_options *options, GError **error);
void config_files_free(struct config_files *files); /* NULL is a no-op */

/* The same place, of which nothing is read yet. */
struct config_files *config_files_again(const struct config_files *files);

/*
 * The name on this host of a file or folder of that server's name, links resolved: a new string, or
 * NULL where it is not there or outside. *links, unless NULL, is the number of its hard links.
 */
char *config_files_real(const struct config_files *files, const char *path, unsigned *links);

/* Its source, which lives as long as the files. */
struct config_source *config_files_source(struct config_files *files);

/*
 * Lays a text over a file, which is then not looked for: the output of a server's own dump. Takes
 * `bytes` over, which are NUL-terminated; `shown` is copied.
 */
void config_files_lay(struct config_files *files, const char *path, const char *shown, char *bytes,
	size_t length);

/*
 * Puts octets, which are copied, in the place of a file that is read when it is asked for: a change
 * that is not made yet.
 */
void config_files_hold(struct config_files *files, const char *path, const char *shown,
	const char *bytes, size_t length);

/* Whether these are the files of this host, and not of an image or a standing folder. */
bool config_files_are_own(const struct config_files *files);

/* All texts that were read, in that order: of const struct config_text, the files'. */
const GPtrArray *config_files_texts(const struct config_files *files);

#endif
