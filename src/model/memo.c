/* SPDX-License-Identifier: Apache-2.0 */
#include "model/memo.h"

#include <glib.h>
#include <string.h>

#define FNV_PRIME UINT64_C(0x100000001b3)

/* FNV by eight octets at a time, which are mixed before the next. */
static uint64_t
mix(uint64_t hash, uint64_t word)
{
	hash = (hash ^ word) * FNV_PRIME;
	return hash ^ hash >> 32;
}

static size_t
place(uintptr_t context, const char *key, size_t length)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325) ^ context;
	uint64_t word = 0;

	for (; length >= sizeof(word); length -= sizeof(word), key += sizeof(word)) {
		memcpy(&word, key, sizeof(word));
		hash = mix(hash, word);
	}
	for (; length > 0; length--)
		hash = mix(hash, (unsigned char)*key++);
	return (size_t)hash % MEMO_SLOTS;
}

struct memo_slot *
memo_slot(struct memo *memo, uintptr_t context, const char *key, size_t length, bool *known)
{
	struct memo_slot *slot;

	*known = false;
	if (length > MEMO_KEY_MAX)
		return NULL;
	slot = &memo->slots[place(context, key, length)];
	*known = slot->key != NULL && slot->length == length && slot->context == context &&
		memcmp(slot->key, key, length) == 0;
	if (*known)
		return slot;
	g_free(slot->key);
	g_free(slot->text);
	*slot = (struct memo_slot){
		.key = g_memdup2(key, MAX(length, 1)),
		.length = length,
		.context = context,
	};
	return slot;
}
