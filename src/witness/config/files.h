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

/* Its source, which lives as long as the files. */
struct config_source *config_files_source(struct config_files *files);

/*
 * Lays a text over a file, which is then not looked for: the output of a server's own dump. Takes
 * `bytes` over, which are NUL-terminated; `shown` is copied.
 */
void config_files_lay(struct config_files *files, const char *path, const char *shown, char *bytes,
	size_t length);

/* Whether these are the files of this host, and not of an image or a standing folder. */
bool config_files_are_own(const struct config_files *files);

/* All texts that were read, in that order: of const struct config_text, the files'. */
const GPtrArray *config_files_texts(const struct config_files *files);

#endif
