/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers of pure functions that were asked for before: servers of one kind say
 * the same, and a scan asks about it a million times. What a memo holds never
 * changes an answer, only how soon it is there.
 */
#ifndef POPSEAL_MODEL_MEMO_H
#define POPSEAL_MODEL_MEMO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	MEMO_SLOTS = 256,    /* a power of two; two keys that want one slot drive each other out */
	MEMO_KEY_MAX = 2048, /* octets; what is longer is not remembered */
};

struct memo_slot {
	char *key; /* NULL: the slot is empty */
	size_t length;
	uintptr_t context;
	uintptr_t value; /* the answer: the caller's */
	char *text;      /* more of it: allocated, the memo's; NULL in a new slot */
};

/* Static, and zeroed at its beginning. */
struct memo {
	struct memo_slot slots[MEMO_SLOTS];
};

/*
 * Returns the slot of that key and context. *known tells whether it holds their answer; if not, the
 * caller has to fill it in. NULL for a key that is too long.
 */
struct memo_slot *memo_slot(struct memo *memo, uintptr_t context, const char *key, size_t length,
	bool *known);

#endif
