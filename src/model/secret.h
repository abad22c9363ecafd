/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A secret: a password or token that must not outlive its use, and never
 * reaches a log, a transcript, swap or a core dump.
 *
 * It stands in pages of its own (locked where the limit allows, left out of
 * core dumps), and is wiped when it is freed.
 */
#ifndef POPSEAL_MODEL_SECRET_H
#define POPSEAL_MODEL_SECRET_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

enum {
	SECRET_MAX = 8192, /* octets; bearer tokens are long */
};

struct secret;

/* Copies bytes (0 to SECRET_MAX, any but NUL); NULL where they are too long or hold a NUL. */
struct secret *secret_new(const char *bytes, size_t length);

/* The bytes, with a NUL behind them; valid until secret_free. */
const char *secret_bytes(const struct secret *secret);
size_t secret_length(const struct secret *secret);

void secret_free(struct secret *secret); /* wipes it; NULL is a no-op */

typedef struct secret secret_auto;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(secret_auto, secret_free)

/* Overwrites memory, whatever the compiler thinks of it, and a GString or GByteArray likewise. */
void secret_wipe(void *bytes, size_t length);
void secret_wipe_string(GString *text);

#endif
