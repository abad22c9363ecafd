/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The random name and secret of a probe: nothing that exists anywhere, and
 * nothing that can be guessed before it was sent.
 */
#include <pthread.h>
#include <string.h>
#include <sys/random.h>

#include "pop3/probe.h"
#include "witness/probe/probe.h"

enum {
	NAME_DIGITS = 10,
	NAME_DIGITS_WITH_CONTACT = 8, /* so that the longest contact fits */
	SECRET_DIGITS = 20,
	POOL_SIZE = 2048, /* octets fetched at once: a system call for 68 probes */
};

#define NAME_PREFIX "popseal-"

G_STATIC_ASSERT((int)PROBE_NAME_SIZE == (int)POP3_NAME_MAX + 1);
G_STATIC_ASSERT(sizeof(NAME_PREFIX "-") - 1 + NAME_DIGITS_WITH_CONTACT + PROBE_CONTACT_MAX <
	PROBE_NAME_SIZE);
G_STATIC_ASSERT((int)SECRET_DIGITS < (int)PROBE_SECRET_SIZE);

/* Of this process, which has one thread; what was taken is wiped. */
static struct {
	unsigned char bytes[POOL_SIZE];
	size_t left;
	bool watches_fork;
} pool;

/* A child that went on with its parent's pool would call itself by the names of its siblings. */
static void
forget_pool(void)
{
	explicit_bzero(pool.bytes, sizeof(pool.bytes));
	pool.left = 0;
}

static void
fill_pool(void)
{
	if (!pool.watches_fork)
		pthread_atfork(NULL, NULL, forget_pool);
	pool.watches_fork = true;
	/* EINTR, before the kernel's pool is ready; it is short only then. */
	while (getrandom(pool.bytes, POOL_SIZE, 0) != (ssize_t)POOL_SIZE)
		;
	pool.left = POOL_SIZE;
}

static void
append_random(char *text, size_t digits)
{
	size_t end = strlen(text);

	for (size_t i = 0; i < digits; i++) {
		if (pool.left == 0)
			fill_pool();
		pool.left--;
		text[end + i] = "0123456789abcdef"[pool.bytes[pool.left] % 16];
		pool.bytes[pool.left] = 0;
	}
	text[end + digits] = '\0';
}

void
probe_random_name(char name[PROBE_NAME_SIZE], const char *contact)
{
	g_strlcpy(name, NAME_PREFIX, PROBE_NAME_SIZE);
	append_random(name, contact != NULL ? NAME_DIGITS_WITH_CONTACT : NAME_DIGITS);
	if (contact == NULL)
		return;
	g_strlcat(name, "-", PROBE_NAME_SIZE);
	g_strlcat(name, contact, PROBE_NAME_SIZE);
}

void
probe_random_secret(char secret[PROBE_SECRET_SIZE])
{
	secret[0] = '\0';
	append_random(secret, SECRET_DIGITS);
}

bool
probe_contact_valid(const char *contact)
{
	size_t length = strlen(contact);

	for (size_t i = 0; i < length; i++) {
		if (!g_ascii_isalnum(contact[i]) && strchr(".-_+@", contact[i]) == NULL)
			return false;
	}
	return length >= 1 && length <= PROBE_CONTACT_MAX;
}
