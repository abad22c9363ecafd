/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A product's room: everything that popseal knows about one POP3 server or
 * proxy. To add one: products/NAME.c with its const struct product_NAME, one
 * line in products/products.def, docs/products/NAME.md, and a dialogue in
 * tests/transcripts/NAME-*.txt. A larger room is a folder: products/NAME/wire.c with that struct,
 * config.c, ..., and a meson.build that lists them.
 */
#ifndef POPSEAL_PRODUCTS_PRODUCT_H
#define POPSEAL_PRODUCTS_PRODUCT_H

#include "model/facts.h"
#include "pop3/refusal.h"

/* Where a fingerprint looks. */
enum place {
	PLACE_END,        /* ends a table */
	PLACE_GREETING,   /* the text behind "+OK " of the greeting */
	PLACE_CAPABILITY, /* any one line of a CAPA answer, before or over TLS */
	/*
	 * the lines of the CAPA answer (before TLS, if there was one), joined by ','
	 * ("CAPA,TOP,UIDL,...")
	 */
	PLACE_LAYOUT,
	/* the text behind "+OK "/"-ERR " of any other answer: USER, AUTH, STLS, QUIT, ... */
	PLACE_REPLY,
};

/*
 * A sign of the product; the weights of those that match add up. 100 is certain, below 50 says
 * nothing.
 */
struct fingerprint {
	enum place place;
	const char *
		/* a glob as in pop3/refusal.h; may hold one "%v" where the version stands */
		pattern;
	int weight;
};

struct product_config;
struct product_fix;

struct product {
	const char *name;                       /* the record's word: "dovecot" */
	const char *title;                      /* "Dovecot" */
	const struct fingerprint *fingerprints; /* ended by PLACE_END */
	const struct wording *refusals; /* ended by a NULL pattern; NULL = the generic ones do */
	bool exempts_same_address;      /* takes a client whose address equals its own as secure */
	/*
	 * Lists STLS on every port that starts in clear once it has a certificate and TLS is on:
	 * no setting of its own takes it away. In releases before stls_optional_since, where that
	 * is set.
	 */
	bool stls_with_certificate;
	const char *stls_optional_since; /* "3.8"; NULL = there is no such release */
	const char *logged;              /* one or two sentences: what a probe leaves in its log */
	const char *lockout; /* what fail2ban and the like, or the server itself, make of a probe */
	const char *remedy;  /* one line: the setting that closes it */
	const char *const *documentation;    /* addresses of the vendor's pages, NULL-terminated */
	const struct product_config *config; /* products/config.h; NULL: its files are not read */
	const struct product_fix *fix;       /* products/fix.h; NULL: its files are not edited */
};

/* All products in the order of products.def, NULL-terminated. */
extern const struct product *const products[];

/* Returns the product of that name, or NULL. */
const struct product *product_find(const char *name);

/*
 * Returns whether that product, in that version (NULL = not known), lists STLS wherever it has a
 * certificate, so that a missing STLS is no setting of the server's.
 */
bool product_offers_stls(const struct product *product, const char *version);

/*
 * Returns the product that the facts point to, or NULL. Sets *version (in
 * the facts) where a sign told it, else to NULL. Looks at the greeting,
 * both capability lists and all replies so far.
 */
const struct product *product_identify(struct facts *facts, const char **version);

#endif
