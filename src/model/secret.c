/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Secrets in pages of their own (see secret.h).
 *
 * The model does no I/O, and this is none; but it asks the kernel for pages rather than the heap,
 * because only pages can be locked against swap and left out of a core dump, and because a page
 * that is given back is nobody's next buffer. Locking may fail (RLIMIT_MEMLOCK): the secret is as
 * usable then, and the limit is its owner's choice.
 */
#include "model/secret.h"

#include <string.h>
#include <sys/mman.h>

struct secret {
	size_t mapped; /* octets of the pages */
	size_t length;
	char bytes[];
};

struct secret *
secret_new(const char *bytes, size_t length)
{
	size_t mapped = sizeof(struct secret) + length + 1;
	struct secret *secret;

	if (length > SECRET_MAX || (length > 0 && memchr(bytes, '\0', length) != NULL))
		return NULL;
	/* cppcheck-suppress invalidFunctionArg ; -1 is what MAP_ANONYMOUS wants */
	secret = mmap(NULL, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (secret == MAP_FAILED)
		g_error("no memory for a secret");
	(void)mlock(secret, mapped);
	(void)madvise(secret, mapped, MADV_DONTDUMP);
	secret->mapped = mapped;
	secret->length = length;
	if (length > 0)
		memcpy(secret->bytes, bytes, length);
	return secret;
}

const char *
secret_bytes(const struct secret *secret)
{
	return secret->bytes;
}

size_t
secret_length(const struct secret *secret)
{
	return secret->length;
}

void
secret_free(struct secret *secret)
{
	size_t mapped;

	if (secret == NULL)
		return;
	mapped = secret->mapped;
	secret_wipe(secret, mapped);
	munmap(secret, mapped);
}

void
secret_wipe(void *bytes, size_t length)
{
	if (length > 0)
		explicit_bzero(bytes, length);
}

void
secret_wipe_string(GString *text)
{
	if (text == NULL)
		return;
	secret_wipe(text->str, text->allocated_len);
	text->len = 0;
}
