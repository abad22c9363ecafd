/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The clients that are built in are whole, and whatever is wrong with such a
 * text is told instead of believed.
 */
#include <glib.h>
#include <string.h>

#include "model/tls_facts.h"
#include "tls/cipher.h"
#include "tls/clients-private.h"

#define HEAD "[mail-clients]\ndated=2026-11-27\n"
#define STACK                                                                              \
	"[stack one]\nsource=a page\nchecked=yes\nlowest=TLSv1\nhighest=TLSv1.2\n"         \
	"ciphers=TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256;TLS_DHE_RSA_WITH_AES_128_CBC_SHA\n" \
	"groups=x25519;secp256r1\nsignatures=rsa_pkcs1_sha256\ndh-bits-min=1024\n"         \
	"sni=yes\nstaple=no\n"
#define CLIENT "[client Mail 1]\nstack=one\nreleased=2001\nsource=a book\nchecked=yes\n"

static void
read_well(struct tls_client_list *list, const char *text)
{
	char *error = NULL;

	if (!tls_client_list_read(list, text, &error))
		g_error("not read: %s", error);
	g_assert_null(error);
}

/* --- what is built in ------------------------------------------------------------------------- */

static void
test_built_in(void)
{
	struct tls_client_list list;
	size_t count = 0;

	/* Read here too, since tls_clients() keeps what is wrong to itself. */
	read_well(&list, tls_clients_text);
	g_assert_nonnull(tls_clients(&count));
	g_assert_cmpuint(count, ==, list.count);
	g_assert_cmpuint(count, >, 40);
	g_assert_cmpuint(count, <=, TLS_CLIENTS_MAX);
	g_assert_cmpstr(tls_clients_dated(), ==, list.dated);
	tls_client_list_clear(&list);
}

static void
known_numbers(const struct tls_offer *offer)
{
	for (size_t i = 0; i < offer->cipher_count; i++)
		g_assert_cmpstr(tls_cipher_name(offer->ciphers[i]), !=, "unknown cipher");
	for (size_t i = 0; i < offer->group_count; i++)
		g_assert_cmpstr(tls_group_name(offer->groups[i]), !=, "unknown group");
	for (size_t i = 0; i < offer->version_count; i++) {
		g_assert_cmphex(offer->versions[i], >=, 0x0300);
		g_assert_cmphex(offer->versions[i], <=, 0x0304);
	}
}

static void
test_whole(void)
{
	size_t count = 0;
	const struct tls_client *clients = tls_clients(&count);

	for (size_t i = 0; i < count; i++) {
		const struct tls_client *client = &clients[i];
		const struct tls_offer *offer = &client->offer;

		g_test_message("%s", client->name);
		g_assert_cmpuint(strlen(client->name), >, 0);
		g_assert_cmpuint(strlen(client->source), >, 0);
		g_assert_cmpint(g_ascii_strtoll(client->released, NULL, 10), >=, 2009);
		g_assert_cmphex(client->lowest, <=, client->highest);
		g_assert_cmphex(offer->version, ==, MIN(client->highest, 0x0303));
		g_assert_cmpuint(offer->cipher_count, >, 0);
		g_assert_cmpuint(client->same, <=, i);
		g_assert_cmpuint(clients[client->same].same, ==, client->same);
		g_assert_false(offer->plain);
		known_numbers(offer);
	}
}

/* A name stands once: two lines of one client would tell nobody anything. */
static void
test_names_once(void)
{
	g_autoptr(GHashTable) names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	size_t count = 0;
	const struct tls_client *clients = tls_clients(&count);

	for (size_t i = 0; i < count; i++)
		g_assert_true(g_hash_table_add(names, g_strdup(clients[i].name)));
}

/* A hello with its SNI has to fit TLS_HELLO_MAX: two octets a value, and 400 for all else. */
static void
test_fits_a_hello(void)
{
	size_t count = 0;
	const struct tls_client *clients = tls_clients(&count);

	for (size_t i = 0; i < count; i++) {
		const struct tls_offer *offer = &clients[i].offer;
		size_t values = offer->version_count + offer->cipher_count + offer->group_count +
			offer->signature_count;

		g_assert_cmpuint(2 * values + 400 + 255, <=, TLS_HELLO_MAX);
	}
}

static void
same_list(const uint16_t *list, size_t count, const uint16_t *wanted, size_t wanted_count)
{
	g_assert_cmpuint(count, ==, wanted_count);
	for (size_t i = 0; i < count; i++)
		g_assert_cmphex(list[i], ==, wanted[i]);
}

/* --- reading ---------------------------------------------------------------------------------- */

static void
test_reads(void)
{
	static const uint16_t ciphers[] = { 0xc02f, 0x0033 };
	static const uint16_t groups[] = { 29, 23 };
	static const uint16_t signatures[] = { 0x0401 };
	struct tls_client_list list;
	const struct tls_client *client;

	read_well(&list, HEAD STACK CLIENT "note=a note\n");
	g_assert_cmpstr(list.dated, ==, "2026-11-27");
	g_assert_cmpuint(list.count, ==, 1);
	client = &list.clients[0];
	g_assert_cmpstr(client->name, ==, "Mail 1");
	g_assert_cmpstr(client->released, ==, "2001");
	g_assert_cmpstr(client->source, ==, "a book; a page");
	g_assert_cmpstr(client->note, ==, "a note");
	g_assert_true(client->checked);
	g_assert_true(client->sni);
	g_assert_false(client->offer.staple);
	g_assert_cmphex(client->lowest, ==, 0x0301);
	g_assert_cmphex(client->highest, ==, 0x0303);
	g_assert_cmphex(client->offer.version, ==, 0x0303);
	g_assert_cmpuint(client->offer.version_count, ==, 0);
	g_assert_cmpint(client->dh_bits_min, ==, 1024);
	same_list(client->offer.ciphers, client->offer.cipher_count, ciphers,
		G_N_ELEMENTS(ciphers));
	same_list(client->offer.groups, client->offer.group_count, groups, G_N_ELEMENTS(groups));
	same_list(client->offer.signatures, client->offer.signature_count, signatures,
		G_N_ELEMENTS(signatures));
	tls_client_list_clear(&list);
}

/* What a client says itself goes before its stack, and both have to be checked. */
static void
test_own_values(void)
{
	static const uint16_t versions[] = { 0x0304, 0x0303, 0x0302 };
	struct tls_client_list list;
	const struct tls_client *client;

	read_well(&list,
		HEAD STACK
		"[client Mail 2]\nstack=one\nreleased=2002\nsource=heard of\nchecked=no\n"
		"lowest=1.1\nhighest=TLSv1.3\nciphers=TLS_AES_128_GCM_SHA256\ndh-bits-min=\n"
		"staple=yes\nsni=no\n"
		"[client Mail 3]\nstack=two\nreleased=2003\nsource=seen\nchecked=yes\n"
		"[stack two]\nsource=nowhere\nchecked=no\nlowest=SSLv3\nhighest=SSLv3\n"
		"ciphers=TLS_RSA_WITH_RC4_128_SHA\nsni=no\nstaple=no\n");
	client = &list.clients[0];
	g_assert_false(client->checked);
	g_assert_true(client->offer.staple);
	g_assert_false(client->sni);
	g_assert_null(client->note);
	g_assert_cmphex(client->offer.version, ==, 0x0303);
	same_list(client->offer.versions, client->offer.version_count, versions,
		G_N_ELEMENTS(versions));
	client = &list.clients[1];
	g_assert_false(client->checked);
	g_assert_cmphex(client->offer.version, ==, 0x0300);
	g_assert_cmpuint(client->offer.group_count, ==, 0);
	g_assert_cmpuint(client->offer.signature_count, ==, 0);
	tls_client_list_clear(&list);
}

/* Two that offer and take the same need one connection; any difference makes it two. */
static void
test_same(void)
{
	static const char *const differences[] = { "sni=no\n", "staple=yes\n", "lowest=SSLv3\n",
		"highest=TLSv1.1\nsignatures=\n", "dh-bits-min=1025\n", "groups=secp256r1\n",
		"signatures=rsa_pkcs1_sha512\n",
		"ciphers=TLS_DHE_RSA_WITH_AES_128_CBC_SHA\ngroups=\n", "versions=TLSv1.2\n" };

	for (size_t i = 0; i < G_N_ELEMENTS(differences); i++) {
		g_autofree char *text = g_strconcat(HEAD STACK CLIENT,
			"[client Mail 2]\nstack=one\nreleased=2\nsource=b\nchecked=no\n",
			differences[i],
			"[client Mail 3]\nstack=one\nreleased=3\nsource=c\nchecked=no\n", NULL);
		struct tls_client_list list;

		g_test_message("%s", differences[i]);
		read_well(&list, text);
		g_assert_cmpuint(list.clients[0].same, ==, 0);
		g_assert_cmpuint(list.clients[1].same, ==, 1);
		g_assert_cmpuint(list.clients[2].same, ==, 0);
		tls_client_list_clear(&list);
	}
}

/* --- what is wrong ---------------------------------------------------------------------------- */

static void
read_badly(const char *text, const char *told)
{
	struct tls_client_list list;
	g_autofree char *error = NULL;

	g_test_message("%s", told);
	g_assert_false(tls_client_list_read(&list, text, &error));
	g_assert_nonnull(error);
	if (strstr(error, told) == NULL)
		g_error("\"%s\" does not say \"%s\"", error, told);
	g_assert_null(list.clients);
	g_assert_cmpuint(list.count, ==, 0);
}

/* One line of a good text is put in another's place. */
static void
test_broken(void)
{
	static const struct {
		const char *line;
		const char *instead;
		const char *told;
	} rows[] = {
		{ "[mail-clients]", "[mail", "mail-clients" },
		{ "dated=2026-11-27", "", "dated is no date" },
		{ "dated=2026-11-27", "dated=2026-11-31", "dated is no date" },
		{ "dated=2026-11-27", "dated=27.11.2026", "dated is no date" },
		{ "dated=2026-11-27", "dated=2026-11-27\nfor=you", "for is no known key" },
		{ "[stack one]", "[stock one]", "neither a stack nor a client" },
		{ "[stack one]", "[stack two]", "its stack is unknown" },
		{ "stack=one", "", "its stack is unknown" },
		{ "stack=one", "stack=one\n[stack two]\nsource=x", "released is missing" },
		{ "released=2001", "", "released is missing" },
		{ "released=2001", "released= ", "released is missing" },
		{ "[client Mail 1]", "[client ]", "name or released is missing" },
		{ "source=a book", "", "source is missing" },
		{ "source=a page", "", "source is missing" },
		{ "checked=yes\nlowest", "checked=true\nlowest", "checked must be yes or no" },
		{ "checked=yes\nlowest", "lowest", "checked must be yes or no" },
		{ "lowest=TLSv1\n", "", "lowest is missing" },
		{ "lowest=TLSv1\n", "lowest=TLSv1.3\n", "lowest is above highest" },
		{ "lowest=TLSv1\n", "lowest=TLSv2\n", "TLSv2 is unknown" },
		{ "highest=TLSv1.2", "highest=TLSv1.2;TLSv1.1", "1 values are allowed" },
		{ "highest=TLSv1.2", "highest=TLSv1.3", "ciphers of TLS 1.3 differ" },
		{ "highest=TLSv1.2", "highest=TLSv1.1", "signatures belong to TLS 1.2" },
		{ "highest=TLSv1.2", "highest=TLSv1.2\nversions=TLSv1.1", "do not begin" },
		{ "highest=TLSv1.2", "highest=TLSv1.2\nhighes=TLSv1.3", "no known key" },
		{ "ciphers=", "ciphers=TLS_AES_128_GCM_SHA256;", "TLS 1.3 differ" },
		{ "ciphers=", "ciphers=TLS_RSA_WITH_ROT13_SHA;", "TLS_RSA_WITH_ROT13_SHA is" },
		{ "ciphers=", "ciphers=;", "is unknown" },
		{ "ciphers=", "ciphers=TLS_DHE_RSA_WITH_AES_128_CBC_SHA;", "twice" },
		{ "ciphers=", "ciphers=\n#", "ciphers are missing" },
		{ "groups=", "groups=x25518;", "x25518 is unknown" },
		{ "groups=", "groups=secp256r1;", "secp256r1 stands there twice" },
		{ "groups=", "#", "groups are needed" },
		{ "signatures=rsa_pkcs1_sha256", "", "signatures belong" },
		{ "signatures=", "signatures=rsa;", "rsa is unknown" },
		{ "dh-bits-min=1024", "", "dh-bits-min belongs to DHE" },
		{ "dh-bits-min=1024", "dh-bits-min=", "dh-bits-min belongs to DHE" },
		{ "dh-bits-min=1024", "dh-bits-min=many", "dh-bits-min is none of" },
		{ "dh-bits-min=1024", "dh-bits-min=255", "dh-bits-min is none of" },
		{ "dh-bits-min=1024", "dh-bits-min=8193", "dh-bits-min is none of" },
		{ "sni=yes", "", "sni is missing" },
		{ "staple=no", "staple=perhaps", "staple must be yes or no" },
		{ CLIENT, "", "no client uses it" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_auto(GStrv) around = g_strsplit(HEAD STACK CLIENT, rows[i].line, 2);
		g_autofree char *text = g_strjoinv(rows[i].instead, around);

		g_assert_nonnull(around[1]);
		read_badly(text, rows[i].told);
	}
	read_badly("", "dated is no date");
	read_badly("no key file", "mail-clients");
}

/* --- bounds ----------------------------------------------------------------------------------- */

static char *
many_clients(unsigned count)
{
	GString *text = g_string_new(HEAD STACK);

	for (unsigned i = 0; i < count; i++)
		g_string_append_printf(text,
			"[client Mail %u]\nstack=one\nreleased=2001\nsource=x\nchecked=no\n", i);
	return g_string_free(text, FALSE);
}

static void
test_clients_max(void)
{
	g_autofree char *most = many_clients(TLS_CLIENTS_MAX);
	g_autofree char *more = many_clients(TLS_CLIENTS_MAX + 1);
	struct tls_client_list list;

	read_well(&list, most);
	g_assert_cmpuint(list.count, ==, TLS_CLIENTS_MAX);
	g_assert_cmpstr(list.clients[TLS_CLIENTS_MAX - 1].name, ==, "Mail 63");
	tls_client_list_clear(&list);
	read_badly(more, "64 clients are allowed");
}

/* The first of IANA's list, among which no ECDHE is. */
static char *
many_ciphers(unsigned count)
{
	GString *text = g_string_new(HEAD CLIENT);

	g_string_append(text,
		"[stack one]\nsource=x\nchecked=yes\nlowest=SSLv3\nhighest=SSLv3\n"
		"sni=no\nstaple=no\ndh-bits-min=512\nciphers=");
	for (unsigned number = 0; number <= 0xffff && count > 0; number++) {
		const char *name = tls_cipher_name((uint16_t)number);

		if (strstr(name, "_WITH_") == NULL)
			continue;
		g_string_append_printf(text, "%s;", name);
		count--;
	}
	g_assert_cmpuint(count, ==, 0);
	return g_string_free(text, FALSE);
}

static void
test_ciphers_max(void)
{
	g_autofree char *most = many_ciphers(TLS_CLIENT_CIPHERS_MAX);
	g_autofree char *more = many_ciphers(TLS_CLIENT_CIPHERS_MAX + 1);
	struct tls_client_list list;

	read_well(&list, most);
	g_assert_cmpuint(list.clients[0].offer.cipher_count, ==, TLS_CLIENT_CIPHERS_MAX);
	tls_client_list_clear(&list);
	read_badly(more, "ciphers: 128 values are allowed");
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/tls/clients/built-in", test_built_in);
	g_test_add_func("/tls/clients/whole", test_whole);
	g_test_add_func("/tls/clients/names-once", test_names_once);
	g_test_add_func("/tls/clients/fits-a-hello", test_fits_a_hello);
	g_test_add_func("/tls/clients/reads", test_reads);
	g_test_add_func("/tls/clients/own-values", test_own_values);
	g_test_add_func("/tls/clients/same", test_same);
	g_test_add_func("/tls/clients/broken", test_broken);
	g_test_add_func("/tls/clients/clients-max", test_clients_max);
	g_test_add_func("/tls/clients/ciphers-max", test_ciphers_max);
	return g_test_run();
}
