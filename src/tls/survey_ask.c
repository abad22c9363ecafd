/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the survey offers. Lists are picked from all ciphers by what their
 * names say, and sorted: a server that lets the client choose takes the first,
 * and past SURVEY_CIPHERS_MAX the least likely are left out.
 */
#include <stdlib.h>
#include <string.h>

#include "tls/cipher.h"
#include "tls/survey-private.h"

enum {
	SIGNAL_RENEGOTIATION = 0x00ff, /* RFC 5746: some servers talk to nobody without it */
	SIGNAL_FALLBACK = 0x5600,
	WEAK_COST = 10,
	SORTED_MAX = 512,
};

/* By likelihood at mail servers, and to their taste: no hybrid is made where X25519 will do. */
static const uint16_t groups_of_tls13[] = { 29, 23, 24, 25, 30, 4588, 4587, 4589, 256, 257, 258,
	259, 260, 31, 32, 33, 41, 34, 35, 36, 37, 38, 39, 40, 512, 513, 514, 4590, 25497, 25498 };
/* Below TLS 1.3 no ffdhe: who reads that there uses no prime of its own (RFC 7919). */
static const uint16_t curves[] = { 29, 23, 24, 25, 30, 22, 26, 27, 28, 21, 19, 20, 18, 13, 14, 11,
	12, 9, 10, 6, 7, 8, 4, 5, 1, 2, 3, 15, 16, 17 };

/* Every one that a certificate may be signed with, down to MD5. */
static const uint16_t signatures[] = { 0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0603,
	0x0806, 0x0601, 0x0807, 0x0808, 0x0809, 0x080a, 0x080b, 0x081a, 0x081b, 0x081c, 0x0904,
	0x0905, 0x0906, 0x0708, 0x0303, 0x0301, 0x0203, 0x0201, 0x0402, 0x0302, 0x0202, 0x0101 };

static const uint16_t only_tls13[] = { 0x0304 };

/* --- ciphers ---------------------------------------------------------------------------------- */

/* The lower, the likelier that a server wants it, and that it should. */
static unsigned
cost(uint16_t cipher)
{
	static const struct {
		const char *part;
		unsigned cost;
	} costs[] = {
		{ "DHE", 2 },
		{ "CBC", 5 },
		{ "NULL", 10 },
		{ "anon", 12 },
		{ "DSS", 15 },
		{ "CAMELLIA", 20 },
		{ "SEED", 20 },
		{ "IMIT", 30 },
		{ "OMAC", 30 },
		{ "DRAFT", 30 },
		{ "EXPORT", 50 },
		{ "EXPORT1024", 60 },
		{ "FIPS", 60 },
		{ "ARIA", 100 },
	};
	unsigned sum = tls_cipher_weakness(cipher) != NULL ? WEAK_COST : 0;

	/* Certificates with a DH or ECDH key were hardly ever made. */
	if (tls_cipher_exchange(cipher) == TLS_EXCHANGE_STATIC)
		sum += tls_cipher_has(cipher, "DH") || tls_cipher_has(cipher, "ECDH") ? 40 : 4;
	for (size_t i = 0; i < G_N_ELEMENTS(costs); i++) {
		if (tls_cipher_has(cipher, costs[i].part))
			sum += costs[i].cost;
	}
	return sum;
}

static int
compare(const void *left, const void *right)
{
	const uint32_t *a = left;
	const uint32_t *b = right;

	return (*a > *b) - (*a < *b);
}

/* All ciphers, the cheapest first: the number of each in the lower half. Made once. */
static const uint32_t *
by_cost(size_t *count)
{
	static uint32_t sorted[SORTED_MAX];
	static gsize sorted_count;
	const uint16_t *all = tls_ciphers(count);

	g_assert(*count <= SORTED_MAX);
	if (g_once_init_enter(&sorted_count)) {
		for (size_t i = 0; i < *count; i++)
			sorted[i] = cost(all[i]) << 16 | all[i];
		qsort(sorted, *count, sizeof *sorted, compare);
		g_once_init_leave(&sorted_count, *count);
	}
	return sorted;
}

/*
 * Suites of TLS 1.3 are for it alone. The NULL cipher without any key is the state before a
 * handshake, and nobody may choose it (RFC 5246 appendix A.5).
 */
static bool
suits(uint16_t cipher, enum tls_version version)
{
	uint16_t since = tls_cipher_since(cipher);

	if (cipher == 0 || tls_cipher_exchange(cipher) == TLS_EXCHANGE_SECRET)
		return false;
	if (version == TLS_V1_3)
		return since == 0x0304 && tls_cipher_weakness(cipher) == NULL;
	return since <= 0x0300 + (uint16_t)version;
}

/* Fills the list of ciphers with those that suit the version and are wanted. */
static void
pick(struct tls_survey_run *run, enum tls_version version, bool (*wants)(uint16_t cipher))
{
	size_t count;
	const uint32_t *sorted = by_cost(&count);
	size_t kept = 0;

	for (size_t i = 0; i < count && kept < SURVEY_CIPHERS_MAX - 1; i++) {
		uint16_t cipher = (uint16_t)(sorted[i] & 0xffff);

		if (suits(cipher, version) && wants(cipher))
			run->ciphers[kept++] = cipher;
	}
	if (version != TLS_V1_3)
		run->ciphers[kept++] = SIGNAL_RENEGOTIATION;
	run->offer.ciphers = run->ciphers;
	run->offer.cipher_count = kept;
}

static bool
wants_all(uint16_t cipher)
{
	(void)cipher;
	return true;
}

static bool
wants_weak(uint16_t cipher)
{
	return tls_cipher_weakness(cipher) != NULL;
}

/* Export ciphers have a prime of their own, of 512 bits; they are weak already. */
static bool
wants_dhe(uint16_t cipher)
{
	return tls_cipher_exchange(cipher) == TLS_EXCHANGE_DHE && !tls_cipher_has(cipher, "anon") &&
		!tls_cipher_has(cipher, "EXPORT") && !tls_cipher_has(cipher, "EXPORT1024");
}

static bool
wants_ecdhe(uint16_t cipher)
{
	return tls_cipher_exchange(cipher) == TLS_EXCHANGE_ECDHE;
}

/* --- offers ----------------------------------------------------------------------------------- */

static void
offer_curves(struct tls_survey_run *run, const uint16_t *groups, size_t count)
{
	memcpy(run->groups, groups, count * sizeof *groups);
	run->offer.groups = run->groups;
	run->offer.group_count = count;
}

static void
offer(struct tls_survey_run *run, enum tls_version version, bool (*wants)(uint16_t cipher))
{
	run->offer = (struct tls_offer){
		.version = (uint16_t)MIN(0x0300 + (int)version, 0x0303),
		.plain = version == TLS_SSLV3,
		.extended = true,
	};
	G_STATIC_ASSERT(G_N_ELEMENTS(groups_of_tls13) <= SURVEY_GROUPS_MAX);
	G_STATIC_ASSERT(G_N_ELEMENTS(curves) <= SURVEY_GROUPS_MAX);
	if (version == TLS_V1_3) {
		run->offer.versions = only_tls13;
		run->offer.version_count = G_N_ELEMENTS(only_tls13);
		offer_curves(run, groups_of_tls13, G_N_ELEMENTS(groups_of_tls13));
	} else if (version != TLS_SSLV3) {
		offer_curves(run, curves, G_N_ELEMENTS(curves));
	}
	if (version >= TLS_V1_2) {
		run->offer.signatures = signatures;
		run->offer.signature_count = G_N_ELEMENTS(signatures);
	}
	pick(run, version, wants);
}

void
survey_offer_version(struct tls_survey_run *run, enum tls_version version)
{
	offer(run, version, wants_all);
}

void
survey_offer_weak(struct tls_survey_run *run, enum tls_version version)
{
	offer(run, version, wants_weak);
}

void
survey_offer_dhe(struct tls_survey_run *run, enum tls_version version)
{
	offer(run, version, wants_dhe);
}

void
survey_offer_groups(struct tls_survey_run *run, enum tls_version version)
{
	offer(run, version, version == TLS_V1_3 ? wants_all : wants_ecdhe);
}

/* --- what is in an offer ---------------------------------------------------------------------- */

static size_t
find(const uint16_t *numbers, size_t count, uint16_t number)
{
	size_t i = 0;

	while (i < count && numbers[i] != number)
		i++;
	return i;
}

static bool
drop(uint16_t *numbers, size_t *count, uint16_t number)
{
	size_t at = find(numbers, *count, number);

	if (at == *count)
		return false;
	memmove(&numbers[at], &numbers[at + 1], (*count - at - 1) * sizeof *numbers);
	numbers[--*count] = number;
	return true;
}

bool
survey_drop_cipher(struct tls_survey_run *run, uint16_t cipher)
{
	return drop(run->ciphers, &run->offer.cipher_count, cipher);
}

bool
survey_drop_group(struct tls_survey_run *run, uint16_t group)
{
	return drop(run->groups, &run->offer.group_count, group);
}

/* Signals, and what clients put in to see that servers ignore it (RFC 8701). */
static bool
is_no_cipher(uint16_t number)
{
	return number == SIGNAL_RENEGOTIATION || number == SIGNAL_FALLBACK ||
		((number & 0x0f0f) == 0x0a0a && number >> 8 == (number & 0xff));
}

bool
survey_has_ciphers(const struct tls_offer *offer)
{
	for (size_t i = 0; i < offer->cipher_count; i++) {
		if (!is_no_cipher(offer->ciphers[i]))
			return true;
	}
	return false;
}

/* A server that does not know supported_versions goes by the old field, which says "up to". */
bool
survey_offered(const struct tls_offer *offer, uint16_t version, uint16_t cipher)
{
	if (version > offer->version &&
		find(offer->versions, offer->version_count, version) == offer->version_count)
		return false;
	return !is_no_cipher(cipher) &&
		find(offer->ciphers, offer->cipher_count, cipher) < offer->cipher_count;
}
