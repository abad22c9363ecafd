/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ciphers and groups by number. Nothing but the name is written down of a
 * cipher: TLS_DH_anon_EXPORT_WITH_RC4_40_MD5 says itself what is wrong with it.
 */
#include "tls/cipher.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

struct named {
	uint16_t number;
	const char *name;
};

#define CIPHER(number, name) { number, name },
static const struct named ciphers[] = {
#include "tls/ciphers.def"
};
#undef CIPHER

/* Brainpool's and secp curves are of RFC 8422 and RFC 7027, ffdhe of RFC 7919. */
static const struct named groups[] = {
	{ 1, "sect163k1" },
	{ 2, "sect163r1" },
	{ 3, "sect163r2" },
	{ 4, "sect193r1" },
	{ 5, "sect193r2" },
	{ 6, "sect233k1" },
	{ 7, "sect233r1" },
	{ 8, "sect239k1" },
	{ 9, "sect283k1" },
	{ 10, "sect283r1" },
	{ 11, "sect409k1" },
	{ 12, "sect409r1" },
	{ 13, "sect571k1" },
	{ 14, "sect571r1" },
	{ 15, "secp160k1" },
	{ 16, "secp160r1" },
	{ 17, "secp160r2" },
	{ 18, "secp192k1" },
	{ 19, "secp192r1" },
	{ 20, "secp224k1" },
	{ 21, "secp224r1" },
	{ 22, "secp256k1" },
	{ 23, "secp256r1" },
	{ 24, "secp384r1" },
	{ 25, "secp521r1" },
	{ 26, "brainpoolP256r1" },
	{ 27, "brainpoolP384r1" },
	{ 28, "brainpoolP512r1" },
	{ 29, "X25519" },
	{ 30, "X448" },
	{ 31, "brainpoolP256r1tls13" },
	{ 32, "brainpoolP384r1tls13" },
	{ 33, "brainpoolP512r1tls13" },
	{ 34, "GC256A" },
	{ 35, "GC256B" },
	{ 36, "GC256C" },
	{ 37, "GC256D" },
	{ 38, "GC512A" },
	{ 39, "GC512B" },
	{ 40, "GC512C" },
	{ 41, "curveSM2" },
	{ 256, "ffdhe2048" },
	{ 257, "ffdhe3072" },
	{ 258, "ffdhe4096" },
	{ 259, "ffdhe6144" },
	{ 260, "ffdhe8192" },
	{ 512, "MLKEM512" },
	{ 513, "MLKEM768" },
	{ 514, "MLKEM1024" },
	{ 4587, "SecP256r1MLKEM768" },
	{ 4588, "X25519MLKEM768" },
	{ 4589, "SecP384r1MLKEM1024" },
	{ 4590, "curveSM2MLKEM768" },
	{ 25497, "X25519Kyber768Draft00" },
	{ 25498, "SecP256r1Kyber768Draft00" },
};

/* What a name says, read once. */
struct traits {
	const char *weakness;
	enum tls_exchange exchange;
	uint16_t since;
};

static struct traits traits[G_N_ELEMENTS(ciphers)];
static uint16_t all[G_N_ELEMENTS(ciphers)];
static uint16_t weak[G_N_ELEMENTS(ciphers)];
static size_t all_count;
static size_t weak_count;

/* --- reading a name --------------------------------------------------------------------------- */

static bool
has_part(const char *name, const char *part)
{
	size_t length = strlen(part);

	while (name != NULL) {
		if (strncmp(name, part, length) == 0 &&
			(name[length] == '_' || name[length] == '\0'))
			return true;
		name = strchr(name, '_');
		name = name != NULL ? name + 1 : NULL;
	}
	return false;
}

static bool
has_any(const char *name, const char *const *parts)
{
	for (size_t i = 0; parts[i] != NULL; i++) {
		if (has_part(name, parts[i]))
			return true;
	}
	return false;
}

/* The two signals that stand among the ciphers (RFC 5746, RFC 7507). */
static bool
is_signal(const char *name)
{
	return has_part(name, "SCSV");
}

/* RFC 9150: TLS 1.3 with the hash of a handshake for a cipher, which encrypts nothing. */
static bool
only_hashes(const char *name)
{
	return g_str_has_prefix(name, "TLS_SHA");
}

/* Of what is wrong with a cipher the worst is told. */
static const char *
read_weakness(const char *name)
{
	static const struct {
		const char *part;
		const char *why;
	} weaknesses[] = {
		{ "NULL", "no encryption" },
		{ "anon", "no authentication" },
		{ "EXPORT", "export grade" },
		{ "EXPORT1024", "export grade" },
		{ "DES", "DES" },
		{ "RC2", "RC2" },
		{ "RC4", "RC4" },
		{ "IDEA", "IDEA" },
		{ "3DES", "3DES" },
		{ "MD5", "MD5" },
	};

	if (only_hashes(name))
		return "no encryption";
	for (size_t i = 0; i < G_N_ELEMENTS(weaknesses); i++) {
		if (has_part(name, weaknesses[i].part))
			return weaknesses[i].why;
	}
	return NULL;
}

/* Since TLS 1.3 a name tells no key exchange; GOST's are known by their mode (RFC 9367). */
static bool
is_tls13(const char *name)
{
	return !has_part(name, "WITH") || has_part(name, "MGM");
}

static enum tls_exchange
read_exchange(const char *name)
{
	static const char *const secrets[] = { "PSK", "SRP", "KRB5", "ECCPWD", "KEA", NULL };
	bool anonymous = has_part(name, "anon");

	if (is_tls13(name))
		return TLS_EXCHANGE_GROUP;
	if (has_any(name, secrets))
		return TLS_EXCHANGE_SECRET;
	if (has_part(name, "DHE") || (anonymous && has_part(name, "DH")))
		return TLS_EXCHANGE_DHE;
	if (has_part(name, "ECDHE") || (anonymous && has_part(name, "ECDH")))
		return TLS_EXCHANGE_ECDHE;
	return TLS_EXCHANGE_STATIC;
}

/*
 * TLS 1.2 brought AEAD, and hashes other than MD5 and SHA-1; elliptic curves need an extension,
 * which SSLv3 has not (RFC 8422).
 */
static uint16_t
read_since(const char *name)
{
	static const char *const tls12[] = { "SHA256", "SHA384", "GCM", "CCM", "POLY1305", "OMAC",
		NULL };
	static const char *const curves[] = { "ECDHE", "ECDH", "IMIT", "GOSTR3411", NULL };

	if (is_tls13(name))
		return 0x0304;
	if (has_any(name, tls12))
		return 0x0303;
	return has_any(name, curves) ? 0x0301 : 0x0300;
}

static void
read_names(void)
{
	static gsize done;

	if (!g_once_init_enter(&done))
		return;
	for (size_t i = 0; i < G_N_ELEMENTS(ciphers); i++) {
		const char *name = ciphers[i].name;

		if (is_signal(name))
			continue;
		traits[i].weakness = read_weakness(name);
		traits[i].exchange = read_exchange(name);
		traits[i].since = read_since(name);
		all[all_count++] = ciphers[i].number;
		if (traits[i].weakness != NULL)
			weak[weak_count++] = ciphers[i].number;
	}
	g_once_init_leave(&done, 1);
}

/* --- by number -------------------------------------------------------------------------------- */

static int
compare(const void *key, const void *entry)
{
	return *(const uint16_t *)key - ((const struct named *)entry)->number;
}

/* Returns NULL for a number that is not in the table. */
static const struct named *
find(const struct named *table, size_t count, uint16_t number)
{
	return bsearch(&number, table, count, sizeof *table, compare);
}

static const struct named *
find_cipher(uint16_t number)
{
	return find(ciphers, G_N_ELEMENTS(ciphers), number);
}

/* Of a number that nobody lists, and of a signal, all is 0. */
static const struct traits *
find_traits(uint16_t number)
{
	static const struct traits none;
	const struct named *cipher = find_cipher(number);

	read_names();
	return cipher != NULL ? &traits[cipher - ciphers] : &none;
}

const char *
tls_cipher_name(uint16_t number)
{
	const struct named *cipher = find_cipher(number);

	return cipher != NULL ? cipher->name : "unknown cipher";
}

const char *
tls_group_name(uint16_t number)
{
	const struct named *group = find(groups, G_N_ELEMENTS(groups), number);

	return group != NULL ? group->name : "unknown group";
}

bool
tls_cipher_has(uint16_t number, const char *part)
{
	const struct named *cipher = find_cipher(number);

	return cipher != NULL && has_part(cipher->name, part);
}

const char *
tls_cipher_weakness(uint16_t number)
{
	return find_traits(number)->weakness;
}

enum tls_exchange
tls_cipher_exchange(uint16_t number)
{
	return find_traits(number)->exchange;
}

uint16_t
tls_cipher_since(uint16_t number)
{
	return find_traits(number)->since;
}

const uint16_t *
tls_ciphers(size_t *count)
{
	read_names();
	*count = all_count;
	return all;
}

const uint16_t *
tls_ciphers_weak(size_t *count)
{
	read_names();
	*count = weak_count;
	return weak;
}
