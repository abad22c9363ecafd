/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A certificate and its private key in files, before a server is told to speak TLS with them.
 */
#ifndef POPSEAL_NET_PAIR_H
#define POPSEAL_NET_PAIR_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define PAIR_ERROR (pair_error_quark())
GQuark pair_error_quark(void);

enum pair_problem {
	PAIR_UNREADABLE,  /* a file cannot be read, or holds no certificate or key */
	PAIR_MISMATCH,    /* the key is not the certificate's */
	PAIR_NOT_VALID,   /* before or behind its dates */
	PAIR_UNANCHORED,  /* it leads to no certificate of the authority */
	PAIR_OPEN_TO_ALL, /* others than owner and group may read the key */
};

/*
 * Whether the PEM files hold a certificate (with its chain) and the key of it that can be used at
 * `now` (µs since the epoch): they match, the dates hold, with `authority` (a PEM file) the chain
 * leads to it, and the key is not for everybody to read, which is looked at last. False and *error,
 * which names the file and whose code is an enum pair_problem. A key with a pass phrase counts as
 * unreadable.
 */
bool pair_check(const char *certificate, const char *key, const char *authority, int64_t now,
	GError **error);

/* The SHA-256 of the first certificate's DER, in lower-case digits: a new string, or NULL. */
char *pair_digest(const char *certificate);

/* Whether the certificate's chain leads to one of the system's store. */
bool pair_is_publicly_trusted(const char *certificate);

/*
 * How long the certificate is valid from `now`, in whole days; below zero: it has ended. False
 * where the file holds none.
 */
bool pair_days_left(const char *certificate, int64_t now, int64_t *days);

#endif
