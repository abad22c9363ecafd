/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One of Perdition's instances: what its file and its command line say, and where.
 */
#ifndef POPSEAL_PRODUCTS_PERDITION_INSTANCE_H
#define POPSEAL_PRODUCTS_PERDITION_INSTANCE_H

#include "products/perdition/defaults.h"
#include "products/proxies.h"

/* What the words of ssl_mode come to. */
enum {
	PERDITION_LISTEN_TLS = 1 << 0,
	PERDITION_LISTEN_STLS = 1 << 1,
	PERDITION_LISTEN_FORCE = 1 << 2,
	PERDITION_OUTGOING = 1 << 3,
	PERDITION_SAID = 1 << 4, /* something is, be it "none" */
};

struct perdition_instance {
	struct config_reading *config;
	const struct config_text *text;
	struct tree *tree;
	const struct node *end;    /* where Perdition stops reading; NULL: not before the end */
	bool is_second;            /* it is started as perdition.pop3s */
	bool serves;               /* POP3 or POP3S, and no other protocol */
	bool pop3s, tls;           /* it speaks that protocol; it speaks TLS from the first byte */
	unsigned modes;            /* that are in force */
	struct config_chain chain; /* of ssl_mode */
};

/* Reads an instance; false where its file cannot be read. */
bool perdition_instance_open(struct perdition_instance *instance, struct config_reading *config,
	const struct perdition_defaults *defaults, bool is_second);
void perdition_instance_close(struct perdition_instance *instance);

/* The setting that is in force: the last one before the end, by its long or short name; or NULL. */
const struct node *perdition_instance_find(const struct perdition_instance *instance,
	const char *key, const char *brief);

/* What a word of ssl_mode means; false where it is none. */
bool perdition_mode(const char *word, unsigned *modes);

#endif
