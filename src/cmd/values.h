/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values of options that several commands read alike. Each takes the word that
 * the user wrote (NULL = none), so that a message can repeat it; what is wrong
 * is a usage error: "--OPTION WORD: WHY".
 */
#ifndef POPSEAL_CMD_VALUES_H
#define POPSEAL_CMD_VALUES_H

#include <glib.h>
#include <stdbool.h>

#include "model/ports.h"
#include "products/product.h"
#include "witness/probe/probe.h"

enum {
	TIMEOUT_MAX_SECONDS = 3600
};

/* Sets a usage error and returns false. */
bool value_wrong(GError **error, const char *option, const char *value, const char *why);

/* Reads a whole number from least to most, or sets `otherwise` where none was given. */
bool value_number(const char *option, const char *text, uint64_t least, uint64_t most,
	uint64_t otherwise, uint64_t *number, GError **error);
bool value_unsigned(const char *option, const char *text, unsigned least, unsigned most,
	unsigned otherwise, unsigned *number, GError **error);

/* --timeout: both time-outs of the probe, or the defaults. */
bool value_timeout(const char *text, struct probe_options *probe, GError **error);

/* --depth: gentle, standard or deep; `otherwise` where none was given. */
bool value_depth(const char *text, enum depth otherwise, struct probe_options *probe,
	GError **error);

/*
 * --ca, for a probe that examines certificates: reads the anchors, owned by the caller as
 * probe->trust. The system's own may be missing: then *error stays unset, and nothing can be said
 * of chains. False and *error, which names the file, where the user's are.
 */
bool value_trust(const char *file, struct probe_options *probe, GError **error);

/* --source: a numeric address, with a zone or without; borrowed. */
bool value_source(const char *text, struct probe_options *probe, GError **error);

/* --ports, "110,995s" by default. */
bool value_ports(const char *text, struct port_list *ports, GError **error);

/*
 * Words of the command line as targets (GPtrArray of struct target, owned); a lone "-" sets *input
 * to "-" (the former text is freed). NULL and *error for a word that is none.
 */
GPtrArray *value_targets(char *const *words, char **input, GError **error);

/* --product: one whose configuration is read; NULL where none was named. */
bool value_product(const char *name, const struct product **product, GError **error);

/* --product-version: checks it, and takes a package's epoch off; NULL is right. */
bool value_version(char *version, GError **error);

#endif
