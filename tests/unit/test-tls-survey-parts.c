/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tls/survey_steps.c: weak ciphers, primes, groups and clients; and all of it
 * against OpenSSL's server, whose own list of what it takes has to be found.
 */
#include "test-tls-server.h"

/* --- weak ciphers ----------------------------------------------------------------------------- */

static void
assert_weak(const struct facts *facts, enum trial asked, const char *expected)
{
	const struct tls_survey *found = facts->probe.tls.survey;
	g_autoptr(GString) text = g_string_new(NULL);

	for (size_t i = 0; i < found->weak_count; i++)
		g_string_append_printf(text, "%s %s: %s\n",
			tls_version_word(found->weak[i].version), found->weak[i].cipher,
			found->weak[i].why);
	g_assert_cmpstr(text->str, ==, expected);
	g_assert_cmpint(found->weak_asked, ==, asked);
}

static void
test_weak(void)
{
	struct server *server = server_good();
	struct facts *facts = survey(server, TLS_SURVEY_WEAK);

	assert_weak(facts, TRIAL_REFUSED, "");
	assert_versions(facts, "RRRTT");
	g_assert_cmpuint(server->hellos, ==, 5 + 1 + 1);
	g_assert_cmpint(facts->probe.tls.survey->dh_bits, ==, 2048);
	finish(facts, server);

	server = server_good();
	server->speaks[TLS_V1_0] = server->speaks[TLS_SSLV3] = true;
	LIST(&server->ciphers, TLS13_AES, RSA_AES, RSA_3DES, RSA_RC4, 0x0003, 0x0018, 0x003b,
		0xc006);
	facts = survey(server, TLS_SURVEY_WEAK);
	assert_weak(facts, TRIAL_TAKEN,
		"TLSv1.2 TLS_RSA_WITH_3DES_EDE_CBC_SHA: 3DES\n"
		"TLSv1.2 TLS_RSA_WITH_RC4_128_SHA: RC4\n"
		"TLSv1.2 TLS_RSA_EXPORT_WITH_RC4_40_MD5: export grade\n"
		"TLSv1.2 TLS_DH_anon_WITH_RC4_128_MD5: no authentication\n"
		"TLSv1.2 TLS_RSA_WITH_NULL_SHA256: no encryption\n"
		"TLSv1.2 TLS_ECDHE_ECDSA_WITH_NULL_SHA: no encryption\n"
		"TLSv1 TLS_RSA_WITH_3DES_EDE_CBC_SHA: 3DES\n"
		"TLSv1 TLS_RSA_WITH_RC4_128_SHA: RC4\n"
		"TLSv1 TLS_RSA_EXPORT_WITH_RC4_40_MD5: export grade\n"
		"TLSv1 TLS_DH_anon_WITH_RC4_128_MD5: no authentication\n"
		"TLSv1 TLS_ECDHE_ECDSA_WITH_NULL_SHA: no encryption\n"
		"SSLv3 TLS_RSA_WITH_3DES_EDE_CBC_SHA: 3DES\n"
		"SSLv3 TLS_RSA_WITH_RC4_128_SHA: RC4\n"
		"SSLv3 TLS_RSA_EXPORT_WITH_RC4_40_MD5: export grade\n"
		"SSLv3 TLS_DH_anon_WITH_RC4_128_MD5: no authentication\n");
	finish(facts, server);

	/* TLS 1.3 alone has none, and closes are refusals. */
	server = server_good();
	server->speaks[TLS_V1_2] = false;
	server->refusal = BY_CLOSE;
	facts = survey(server, TLS_SURVEY_WEAK);
	assert_weak(facts, TRIAL_REFUSED, "");
	g_assert_cmpuint(server->hellos, ==, 5 + 1 + 1); /* with the control */
	finish(facts, server);
}

/* The last hello of each search is closed on: the control at the end says what that was. */
static void
test_searches_closed(void)
{
	for (unsigned holds = 0; holds <= 1; holds++) {
		struct server *server = server_good();
		struct facts *facts;

		server->refusal = BY_CLOSE;
		server->speaks[TLS_V1_3] = false;
		LIST(&server->ciphers, RSA_GCM, RSA_3DES);
		server->closes_from = 10; /* five versions, control, two for weak ciphers, DHE */
		server->closes_to = holds ? 10 : 0;
		facts = survey(server, TLS_SURVEY_WEAK | TLS_SURVEY_GROUPS);
		assert_versions(facts, "RRRTR");
		assert_weak(facts, holds ? TRIAL_TAKEN : TRIAL_UNCLEAR,
			"TLSv1.2 TLS_RSA_WITH_3DES_EDE_CBC_SHA: 3DES\n");
		g_assert_cmpint(facts->probe.tls.survey->groups_asked, ==,
			holds ? TRIAL_REFUSED : TRIAL_UNCLEAR);
		g_assert_cmpuint(server->hellos, ==, 11);
		finish(facts, server);
	}
}

static void
test_weak_unclear(void)
{
	struct server *server = server_good();
	struct facts *facts;

	server->refusal = BY_SILENCE;
	server->speaks[TLS_SSLV3] = server->speaks[TLS_V1_0] = server->speaks[TLS_V1_1] = true;
	LIST(&server->ciphers, TLS13_AES, RSA_AES, RSA_3DES);
	facts = survey(server, TLS_SURVEY_WEAK);
	assert_versions(facts, "TTTTT");
	assert_weak(facts, TRIAL_UNCLEAR,
		"TLSv1.2 TLS_RSA_WITH_3DES_EDE_CBC_SHA: 3DES\n"
		"TLSv1.1 TLS_RSA_WITH_3DES_EDE_CBC_SHA: 3DES\n"
		"TLSv1 TLS_RSA_WITH_3DES_EDE_CBC_SHA: 3DES\n"
		"SSLv3 TLS_RSA_WITH_3DES_EDE_CBC_SHA: 3DES\n");
	finish(facts, server);
}

/* Takes that many weak ciphers of TLS 1.2, and no other. */
static void
assert_weak_bound(size_t count, enum trial asked)
{
	struct server *server = server_good();
	struct facts *facts;
	size_t weak_count;
	const uint16_t *weak = tls_ciphers_weak(&weak_count);

	server->ciphers.count = 0;
	for (size_t i = 1; i < weak_count && server->ciphers.count < count; i++) {
		enum tls_exchange exchange = tls_cipher_exchange(weak[i]);

		if (exchange == TLS_EXCHANGE_STATIC || exchange == TLS_EXCHANGE_DHE)
			server->ciphers.list[server->ciphers.count++] = weak[i];
	}
	g_assert_cmpuint(server->ciphers.count, ==, count);
	server->speaks[TLS_V1_3] = false;
	facts = survey(server, TLS_SURVEY_WEAK);
	g_assert_cmpuint(facts->probe.tls.survey->weak_count, ==, MIN(count, TLS_WEAK_MAX));
	g_assert_cmpint(facts->probe.tls.survey->weak_asked, ==, asked);
	g_assert_cmpuint(server->hellos, ==, 5 + MIN(count, TLS_WEAK_MAX) + 1 + 1);
	finish(facts, server);
}

static void
test_weak_bound(void)
{
	assert_weak_bound(TLS_WEAK_MAX - 1, TRIAL_TAKEN);
	assert_weak_bound(TLS_WEAK_MAX, TRIAL_TAKEN);
	assert_weak_bound(TLS_WEAK_MAX + 1, TRIAL_UNCLEAR);
}

static void
test_prime(void)
{
	static const struct {
		unsigned bits;
		const char *weak;
	} rows[] = { { 1024, "TLSv1.2 TLS_DHE_RSA_WITH_AES_128_CBC_SHA: DH of 1024 bits\n" },
		{ 2047, "TLSv1.2 TLS_DHE_RSA_WITH_AES_128_CBC_SHA: DH of 2047 bits\n" },
		{ 2048, "" } };

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct server *server = server_good();
		struct facts *facts;

		server->prime = rows[i].bits;
		facts = survey(server, TLS_SURVEY_WEAK);
		assert_weak(facts, rows[i].bits < 2048 ? TRIAL_TAKEN : TRIAL_REFUSED, rows[i].weak);
		g_assert_cmpint(facts->probe.tls.survey->dh_bits, ==, (int)rows[i].bits);
		finish(facts, server);
	}

	/* The smallest counts, which an anonymous cipher told before or after. */
	for (int i = 0; i < 2; i++) {
		struct server *server = server_good();
		struct facts *facts;

		LIST(&server->ciphers, TLS13_AES, 0x0018, DHE_AES);
		server->prime = i == 0 ? 1536 : 3072;
		server->later_prime = i == 0 ? 3072 : 1536;
		facts = survey(server, TLS_SURVEY_WEAK);
		g_assert_cmpint(facts->probe.tls.survey->dh_bits, ==, 1536);
		g_assert_cmpuint(facts->probe.tls.survey->weak_count, ==, i == 0 ? 1 : 2);
		finish(facts, server);
	}

	/* No DHE at all. */
	struct server *server = server_good();
	struct facts *facts;

	LIST(&server->ciphers, TLS13_AES, ECDHE_AES);
	facts = survey(server, TLS_SURVEY_WEAK);
	assert_weak(facts, TRIAL_REFUSED, "");
	g_assert_cmpint(facts->probe.tls.survey->dh_bits, ==, 0);
	finish(facts, server);
}

/* --- groups ----------------------------------------------------------------------------------- */

static void
assert_groups(const struct facts *facts, enum trial asked, const char *expected)
{
	const struct tls_survey *found = facts->probe.tls.survey;
	g_autoptr(GString) text = g_string_new(NULL);

	for (size_t i = 0; i < found->group_count; i++)
		g_string_append_printf(text, "%s%s", i > 0 ? " " : "", found->groups[i]);
	g_assert_cmpstr(text->str, ==, expected);
	g_assert_cmpint(found->groups_asked, ==, asked);
}

static void
test_groups(void)
{
	struct server *server = server_good();
	struct facts *facts;

	LIST(&server->groups, 0x11ec, 29, 23, 256);
	facts = survey(server, TLS_SURVEY_GROUPS);
	assert_groups(facts, TRIAL_TAKEN, "X25519MLKEM768 X25519 secp256r1 ffdhe2048");
	g_assert_cmpuint(server->hellos, ==, 5 + 4 + 1);
	finish(facts, server);

	server = server_good();
	server->speaks[TLS_V1_3] = false;
	facts = survey(server, TLS_SURVEY_GROUPS);
	assert_groups(facts, TRIAL_TAKEN, "X25519 secp256r1 secp384r1");
	finish(facts, server);

	/* None: TLS 1.2 without ECDHE. Not asked: SSLv3. */
	server = server_good();
	server->speaks[TLS_V1_3] = false;
	LIST(&server->ciphers, RSA_GCM);
	facts = survey(server, TLS_SURVEY_GROUPS);
	assert_groups(facts, TRIAL_REFUSED, "");
	finish(facts, server);
	server = server_good();
	memset(server->speaks, 0, sizeof server->speaks);
	server->speaks[TLS_SSLV3] = true;
	LIST(&server->ciphers, RSA_AES);
	facts = survey(server, TLS_SURVEY_GROUPS);
	assert_groups(facts, TRIAL_NOT_MADE, "");
	finish(facts, server);
}

/* Some sign with an ECDSA certificate only where its curve is on offer. */
static void
test_groups_curve(void)
{
	static const struct {
		bool goes_by_client;
		const char *groups;
		unsigned hellos;
	} rows[] = {
		{ true, "X25519 secp256r1 secp384r1 secp521r1", 5 + 2 + 1 + 2 + 1 },
		/* It takes its first again, and tells no more. */
		{ false, "X25519 secp256r1", 5 + 2 + 1 + 1 },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct server *server = server_good();
		struct facts *facts;

		server->speaks[TLS_V1_3] = false;
		server->curve = 23;
		server->goes_by_client = rows[i].goes_by_client;
		LIST(&server->groups, 29, 23, 24, 25);
		facts = survey(server, TLS_SURVEY_GROUPS);
		assert_groups(facts, TRIAL_TAKEN, rows[i].groups);
		g_assert_cmpuint(server->hellos, ==, rows[i].hellos);
		finish(facts, server);
	}
}

static void
test_groups_odd(void)
{
	struct server *server = server_good();
	struct facts *facts;

	/* One that answers with the same group whatever is offered. */
	server->group = 23;
	facts = survey(server, TLS_SURVEY_GROUPS);
	assert_groups(facts, TRIAL_TAKEN, "secp256r1");
	finish(facts, server);

	/* One that was never offered. */
	server = server_good();
	server->group = 0x7777;
	facts = survey(server, TLS_SURVEY_GROUPS);
	assert_groups(facts, TRIAL_UNCLEAR, "");
	g_assert_cmpuint(server->hellos, ==, 6);
	finish(facts, server);

	/* It stops answering on the way. */
	server = server_good();
	server->silent_from = 7;
	facts = survey(server, TLS_SURVEY_GROUPS);
	assert_groups(facts, TRIAL_UNCLEAR, "X25519");
	finish(facts, server);
}

static void
test_groups_bound(void)
{
	static const uint16_t many[] = { 29, 23, 24, 25, 30, 22, 26, 27, 28, 21, 19, 20, 18, 13, 14,
		11, 12, 9, 10, 6, 7, 8, 4, 5, 1 };

	G_STATIC_ASSERT(G_N_ELEMENTS(many) == TLS_GROUPS_MAX + 1);
	for (size_t count = TLS_GROUPS_MAX; count <= G_N_ELEMENTS(many); count++) {
		struct server *server = server_good();
		struct facts *facts;

		server->speaks[TLS_V1_3] = false;
		list(&server->groups, many, count);
		facts = survey(server, TLS_SURVEY_GROUPS);
		g_assert_cmpuint(facts->probe.tls.survey->group_count, ==, TLS_GROUPS_MAX);
		g_assert_cmpint(facts->probe.tls.survey->groups_asked, ==, TRIAL_TAKEN);
		g_assert_cmpuint(server->hellos, ==, 5 + TLS_GROUPS_MAX);
		finish(facts, server);
	}
}

/* --- clients ---------------------------------------------------------------------------------- */

static const uint16_t old_ciphers[] = { RSA_AES, RSA_3DES };
static const uint16_t dhe_ciphers[] = { 0x8a8a, DHE_AES };
static const uint16_t new_ciphers[] = { TLS13_AES, ECDHE_AES, RSA_GCM };
static const uint16_t new_versions[] = { 0x0304, 0x0303 };
static const uint16_t new_groups[] = { 29, 23 };
static const uint16_t new_signatures[] = { 0x0403, 0x0804, 0x0401 };

static const struct tls_client clients[] = {
	{ .name = "Old",
		.sni = true,
		.same = 0,
		.offer = { .version = 0x0301, .ciphers = old_ciphers, .cipher_count = 2 },
		.lowest = 0x0300,
		.highest = 0x0301 },
	{ .name = "Strict",
		.sni = true,
		.same = 1,
		.offer = { .version = 0x0303, .ciphers = dhe_ciphers, .cipher_count = 2 },
		.lowest = 0x0303,
		.highest = 0x0303,
		.dh_bits_min = 1024 },
	{ .name = "New",
		.sni = true,
		.same = 2,
		.offer = { .version = 0x0303,
			.versions = new_versions,
			.version_count = 2,
			.ciphers = new_ciphers,
			.cipher_count = 3,
			.groups = new_groups,
			.group_count = 2,
			.signatures = new_signatures,
			.signature_count = 3 },
		.lowest = 0x0303,
		.highest = 0x0304 },
};

static struct facts *
ask_clients(struct server *server)
{
	return survey_with(server, facts_new(), TLS_SURVEY_CLIENTS, clients, G_N_ELEMENTS(clients));
}

static void
assert_client(const struct facts *facts, size_t at, const char *expected)
{
	const struct tls_client_result *client = &facts->probe.tls.survey->clients[at];
	g_autofree char *text = NULL;

	g_assert_cmpuint(facts->probe.tls.survey->client_count, ==, G_N_ELEMENTS(clients));
	g_assert_cmpstr(client->name, ==, clients[at].name);
	if (client->outcome == TRIAL_TAKEN)
		text = g_strdup_printf("taken %s %s %s", tls_version_word(client->version),
			client->cipher, client->group != NULL ? client->group : "-");
	else
		text = g_strdup_printf("%s: %s", trial_word(client->outcome), client->why);
	g_assert_true((client->cipher != NULL) == (client->outcome == TRIAL_TAKEN));
	g_assert_cmpstr(text, ==, expected);
}

static void
test_clients(void)
{
	struct server *server = server_good();
	struct facts *facts = ask_clients(server);

	assert_client(facts, 0, "refused: handshake failure");
	assert_client(facts, 1, "taken TLSv1.2 TLS_DHE_RSA_WITH_AES_128_CBC_SHA -");
	assert_client(facts, 2, "taken TLSv1.3 TLS_AES_128_GCM_SHA256 X25519");
	g_assert_cmpuint(server->hellos, ==, 3);
	g_assert_cmpint(facts->probe.tls.survey->versions[TLS_V1_2], ==, TRIAL_NOT_MADE);
	finish(facts, server);

	server = server_good();
	server->alert = 70;
	server->prime = 512;
	server->speaks[TLS_V1_3] = false;
	LIST(&server->ciphers, ECDHE_AES, DHE_AES, RSA_AES);
	facts = ask_clients(server);
	assert_client(facts, 0, "refused: protocol version");
	assert_client(facts, 1, "refused: a DH prime of 512 bits, which it refuses");
	assert_client(facts, 2, "taken TLSv1.2 TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA X25519");
	g_assert_cmpint(facts->probe.tls.survey->dh_bits, ==, 512);
	finish(facts, server);

	server = server_good();
	server->prime = 1024;
	memset(server->speaks, 0, sizeof server->speaks);
	server->speaks[TLS_SSLV3] = server->speaks[TLS_V1_0] = true;
	LIST(&server->ciphers, ECDHE_AES, DHE_AES, RSA_AES);
	facts = ask_clients(server);
	assert_client(facts, 0, "taken TLSv1 TLS_RSA_WITH_AES_128_CBC_SHA -");
	assert_client(facts, 1, "refused: the server chose TLS 1.0, which it does not speak");
	assert_client(facts, 2, "refused: the server chose TLS 1.0, which it does not speak");
	finish(facts, server);
}

static void
test_clients_prime(void)
{
	for (unsigned bits = 1023; bits <= 1024; bits++) {
		struct server *server = server_good();
		struct facts *facts;

		server->prime = bits;
		facts = ask_clients(server);
		assert_client(facts, 1,
			bits < 1024 ? "refused: a DH prime of 1023 bits, which it refuses" :
				      "taken TLSv1.2 TLS_DHE_RSA_WITH_AES_128_CBC_SHA -");
		finish(facts, server);
	}
}

static void
test_clients_odd(void)
{
	struct server *server = server_good();
	struct facts *facts;

	server->speaks[TLS_V1_3] = false;
	server->marks_downgrade = true;
	facts = ask_clients(server);
	assert_client(facts, 1, "taken TLSv1.2 TLS_DHE_RSA_WITH_AES_128_CBC_SHA -");
	assert_client(facts, 2,
		"refused: the server speaks a higher version than it chose: a downgrade");
	finish(facts, server);

	server = server_good();
	server->group = 24;
	facts = ask_clients(server);
	assert_client(facts, 2, "refused: the server chose secp384r1, which it did not offer");
	finish(facts, server);

	server = server_good();
	server->cipher = RSA_RC4;
	facts = ask_clients(server);
	assert_client(facts, 1, "unclear: chose what was not offered");
	assert_client(facts, 2, "unclear: a cipher that its version does not have");
	finish(facts, server);

	server = server_good();
	server->cipher = 0x8a8a;
	facts = ask_clients(server);
	assert_client(facts, 1, "unclear: chose what was not offered");
	finish(facts, server);

	server = server_good();
	server->refusal = BY_WORDS;
	facts = ask_clients(server);
	assert_client(facts, 0, "unclear: no TLS record");
	finish(facts, server);

	server = server_good();
	server->names_only = true;
	server->alert = 112;
	facts = ask_clients(server);
	assert_client(facts, 2, "refused: unrecognized name");
	finish(facts, server);
}

static void
test_clients_closed(void)
{
	struct server *server = server_good();
	struct facts *facts;

	server->refusal = BY_CLOSE;
	facts = ask_clients(server); /* the first closes before any has answered */
	assert_client(facts, 0, "refused: closed the connection");
	finish(facts, server);

	server = server_good();
	server->refusal = BY_CLOSE;
	memset(server->speaks, 0, sizeof server->speaks);
	facts = ask_clients(server);
	assert_client(facts, 0, "unclear: closed the connection");
	assert_client(facts, 2, "unclear: closed the connection");
	finish(facts, server);

	server = server_good();
	server->silent_from = 2;
	facts = ask_clients(server);
	assert_client(facts, 0, "refused: handshake failure");
	assert_client(facts, 1, "unclear: no answer");
	assert_client(facts, 2, "unclear: no connection");
	finish(facts, server);
}

/* Where only clients are asked for, one that was taken is the control, at the end. */
static void
test_clients_control(void)
{
	for (unsigned holds = 0; holds <= 1; holds++) {
		struct server *server = server_good();
		struct facts *facts;

		server->closes_from = 3;
		server->closes_to = holds ? 3 : 0;
		facts = ask_clients(server);
		assert_client(facts, 0, "refused: handshake failure");
		assert_client(facts, 1, "taken TLSv1.2 TLS_DHE_RSA_WITH_AES_128_CBC_SHA -");
		assert_client(facts, 2,
			holds ? "refused: closed the connection" :
				"unclear: closed the connection");
		g_assert_cmpuint(server->hellos, ==, 4);
		finish(facts, server);
	}
}

/* Who is like another is not asked for, whatever came of the other; who has no SNI sends none. */
static void
test_clients_same(void)
{
	struct tls_client twins[] = { clients[0], clients[0], clients[2], clients[0], clients[2] };
	struct server *server = server_good();
	struct facts *facts;
	const struct tls_client_result *results;

	twins[1].same = 0;
	twins[1].name = "Twin";
	twins[2].same = 2;
	twins[3].same = 0;
	twins[4].same = 4;
	twins[4].sni = false;
	server->names_only = true;
	server->refusal = BY_CLOSE;
	facts = survey_with(server, facts_new(), TLS_SURVEY_CLIENTS, twins, G_N_ELEMENTS(twins));
	results = facts->probe.tls.survey->clients;
	g_assert_cmpuint(server->hellos, ==, 3);
	g_assert_cmpstr(results[1].name, ==, "Twin");
	for (size_t i = 0; i < 4; i++) {
		g_assert_cmpint(results[i].outcome, ==, TRIAL_REFUSED);
		g_assert_cmpstr(results[i].why, ==, "closed the connection");
	}
	g_assert_cmpint(results[4].outcome, ==, TRIAL_TAKEN);
	finish(facts, server);
}

/* After silence the clients that were not asked stand there, NOT_MADE. */
static void
test_clients_not_made(void)
{
	struct server *server = server_good();
	struct facts *facts;

	server->silent_from = 1;
	facts = survey_with(server, facts_new(), TLS_SURVEY_ALL, clients, G_N_ELEMENTS(clients));
	g_assert_cmpuint(facts->probe.tls.survey->client_count, ==, 3);
	g_assert_cmpint(facts->probe.tls.survey->clients[0].outcome, ==, TRIAL_NOT_MADE);
	g_assert_cmpstr(facts->probe.tls.survey->clients[2].name, ==, "New");
	finish(facts, server);
}

static void
test_clients_bound(void)
{
	g_autofree struct tls_client *many = g_new(struct tls_client, TLS_CLIENTS_MAX + 1);
	uint16_t cipher_list[TLS_HELLO_MAX] = { 0 };

	for (size_t i = 0; i <= TLS_CLIENTS_MAX; i++) {
		many[i] = clients[2];
		many[i].same = i;
	}
	/* One whose hello is too long is left out, and the next is asked. */
	many[0].offer.ciphers = cipher_list;
	many[0].offer.cipher_count = G_N_ELEMENTS(cipher_list);
	for (size_t count = TLS_CLIENTS_MAX; count <= TLS_CLIENTS_MAX + 1; count++) {
		struct server *server = server_good();
		struct facts *facts =
			survey_with(server, facts_new(), TLS_SURVEY_CLIENTS, many, count);
		const struct tls_survey *found = facts->probe.tls.survey;

		g_assert_cmpuint(found->client_count, ==, TLS_CLIENTS_MAX);
		g_assert_cmpuint(found->hellos, ==, TLS_CLIENTS_MAX - 1);
		g_assert_cmpint(found->clients[0].outcome, ==, TRIAL_UNCLEAR);
		g_assert_cmpstr(found->clients[0].why, ==, "its hello is too long");
		g_assert_cmpint(found->clients[TLS_CLIENTS_MAX - 1].outcome, ==, TRIAL_TAKEN);
		finish(facts, server);
	}
}

/* --- OpenSSL ---------------------------------------------------------------------------------- */

static struct facts *
survey_openssl(SSL_CTX *context, size_t piece)
{
	struct facts *facts = facts_new();
	struct tls_survey_run *run = survey_begin(facts, "mail.example.com", TLS_SURVEY_ALL,
		clients, G_N_ELEMENTS(clients));
	const void *hello;
	size_t length;

	while ((hello = tls_survey_next(run, &length)) != NULL) {
		GByteArray *bytes = server_answer(context, hello, length, NULL);
		bool done = false;

		for (size_t at = 0; at < bytes->len && !done; at += piece)
			done = tls_survey_feed(run, bytes->data + at, MIN(piece, bytes->len - at));
		g_assert_true(done);
		g_byte_array_unref(bytes);
	}
	tls_survey_free(run);
	return facts;
}

/* The weak ones among the server's own ciphers, that have a key to work with. */
static size_t
count_weak(SSL_CTX *context, uint16_t version)
{
	STACK_OF(SSL_CIPHER) *all = SSL_CTX_get_ciphers(context);
	size_t count = 0;

	for (int i = 0; i < sk_SSL_CIPHER_num(all); i++) {
		const SSL_CIPHER *cipher = sk_SSL_CIPHER_value(all, i);
		int authentication = SSL_CIPHER_get_auth_nid(cipher);
		bool weak = SSL_CIPHER_get_cipher_nid(cipher) == NID_undef ||
			authentication == NID_auth_null;
		bool works = authentication == NID_auth_null || authentication == NID_auth_rsa ||
			authentication == NID_auth_ecdsa;
		int exchange = SSL_CIPHER_get_kx_nid(cipher);

		works &= exchange == NID_kx_rsa || exchange == NID_kx_dhe ||
			exchange == NID_kx_ecdhe;
		count += weak && works &&
			tls_cipher_since(SSL_CIPHER_get_protocol_id(cipher)) <= version;
	}
	return count;
}

static void
test_openssl_versions(void)
{
	static const char *const words[] = { NULL, "RTRRR", "RRTRR", "RRRTR", "RRRRT" };

	for (int version = TLS1_VERSION; version <= TLS1_3_VERSION; version++) {
		SSL_CTX *context = server_new(version, version, "both");
		struct facts *facts = survey_openssl(context, version % 2 == 0 ? 7 : NEVER);
		const struct tls_survey *found = facts->probe.tls.survey;

		assert_versions(facts, words[version - 0x0300]);
		g_assert_cmpuint(found->weak_count, ==,
			version == TLS1_3_VERSION ? 0 : count_weak(context, (uint16_t)version));
		g_assert_cmpint(found->weak_asked, ==,
			version == TLS1_3_VERSION ? TRIAL_REFUSED : TRIAL_TAKEN);
		g_assert_cmpint(found->groups_asked, ==, TRIAL_TAKEN);
		if (version < TLS1_3_VERSION)
			g_assert_cmpint(found->dh_bits, >=, 1024);
		g_assert_cmpint(found->clients[0].outcome, ==,
			version == TLS1_VERSION ? TRIAL_TAKEN : TRIAL_REFUSED);
		g_assert_cmpint(found->clients[2].outcome, ==,
			version >= TLS1_2_VERSION ? TRIAL_TAKEN : TRIAL_REFUSED);
		facts_free(facts);
		SSL_CTX_free(context);
	}
}

static void
test_openssl_weak(void)
{
	SSL_CTX *context = server_new(TLS1_2_VERSION, TLS1_3_VERSION, "RSA");
	struct facts *facts;

	SSL_CTX_set_cipher_list(context,
		"ECDHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES128-SHA:AECDH-AES128-SHA:NULL-SHA256:"
		"ADH-AES256-GCM-SHA384:@SECLEVEL=0");
	SSL_CTX_set_options(context, SSL_OP_CIPHER_SERVER_PREFERENCE);
	SSL_CTX_set1_groups_list(context, "X25519:P-384");
	server_set_small_prime(context);
	facts = survey_openssl(context, NEVER);
	assert_versions(facts, "RRRTT");
	assert_weak(facts, TRIAL_TAKEN,
		"TLSv1.2 TLS_ECDH_anon_WITH_AES_128_CBC_SHA: no authentication\n"
		"TLSv1.2 TLS_RSA_WITH_NULL_SHA256: no encryption\n"
		"TLSv1.2 TLS_DH_anon_WITH_AES_256_GCM_SHA384: no authentication\n"
		"TLSv1.2 TLS_DHE_RSA_WITH_AES_128_CBC_SHA: DH of 1024 bits\n");
	assert_groups(facts, TRIAL_TAKEN, "X25519 secp384r1");
	g_assert_cmpint(facts->probe.tls.survey->dh_bits, ==, 1024);
	assert_client(facts, 2, "taken TLSv1.3 TLS_AES_128_GCM_SHA256 X25519");
	facts_free(facts);
	SSL_CTX_free(context);
}

static void
test_openssl_ecdsa(void)
{
	SSL_CTX *context = server_new(TLS1_2_VERSION, TLS1_2_VERSION, "EC");
	struct facts *facts;

	SSL_CTX_set1_groups_list(context, "X25519:P-256:P-384:P-521:secp256k1");
	facts = survey_openssl(context, NEVER);
	assert_groups(facts, TRIAL_TAKEN, "X25519 secp256r1 secp384r1 secp521r1 secp256k1");
	facts_free(facts);
	SSL_CTX_free(context);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/tls/survey/weak", test_weak);
	g_test_add_func("/tls/survey/searches-closed", test_searches_closed);
	g_test_add_func("/tls/survey/weak-unclear", test_weak_unclear);
	g_test_add_func("/tls/survey/weak-bound", test_weak_bound);
	g_test_add_func("/tls/survey/prime", test_prime);
	g_test_add_func("/tls/survey/groups", test_groups);
	g_test_add_func("/tls/survey/groups-curve", test_groups_curve);
	g_test_add_func("/tls/survey/groups-odd", test_groups_odd);
	g_test_add_func("/tls/survey/groups-bound", test_groups_bound);
	g_test_add_func("/tls/survey/clients", test_clients);
	g_test_add_func("/tls/survey/clients-prime", test_clients_prime);
	g_test_add_func("/tls/survey/clients-odd", test_clients_odd);
	g_test_add_func("/tls/survey/clients-closed", test_clients_closed);
	g_test_add_func("/tls/survey/clients-control", test_clients_control);
	g_test_add_func("/tls/survey/clients-same", test_clients_same);
	g_test_add_func("/tls/survey/clients-not-made", test_clients_not_made);
	g_test_add_func("/tls/survey/clients-bound", test_clients_bound);
	g_test_add_func("/tls/survey/openssl-versions", test_openssl_versions);
	g_test_add_func("/tls/survey/openssl-weak", test_openssl_weak);
	g_test_add_func("/tls/survey/openssl-ecdsa", test_openssl_ecdsa);
	return g_test_run();
}
