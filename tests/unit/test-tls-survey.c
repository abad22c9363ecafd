/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tls/survey.c: which versions a server takes, what closes, silence and nonsense
 * come to, and where it stops.
 */
#include "test-tls-server.h"

/* --- versions --------------------------------------------------------------------------------- */

static void
test_versions(void)
{
	static const size_t pieces[] = { 0, 1, 2, 7 };

	for (size_t i = 0; i < G_N_ELEMENTS(pieces); i++) {
		struct server *server = server_good();
		struct facts *facts;

		server->piece = pieces[i];
		facts = survey(server, TLS_SURVEY_VERSIONS);
		assert_versions(facts, "RRRTT");
		g_assert_cmpuint(server->hellos, ==, 5);
		g_assert_cmpstr(facts->probe.tls.survey->chosen[TLS_V1_2], ==,
			"TLS_RSA_WITH_AES_128_GCM_SHA256");
		g_assert_cmpstr(facts->probe.tls.survey->chosen[TLS_V1_3], ==,
			"TLS_AES_128_GCM_SHA256");
		g_assert_cmpint(facts->probe.tls.survey->weak_asked, ==, TRIAL_NOT_MADE);
		g_assert_cmpint(facts->probe.tls.survey->groups_asked, ==, TRIAL_NOT_MADE);
		g_assert_null(facts->probe.tls.survey->clients);
		finish(facts, server);
	}
}

/* What each hello of the versions holds. */
static void
test_offers(void)
{
	struct facts *facts = facts_new();
	struct tls_survey_run *run =
		survey_begin(facts, "mail.example.com", TLS_SURVEY_VERSIONS, NULL, 0);
	g_autofree struct seen *seen = g_new(struct seen, 1);
	size_t length;

	for (int version = 0; version < TLS_VERSIONS; version++) {
		const void *hello = tls_survey_next(run, &length);

		seen_read(seen, hello, length);
		g_assert_cmpuint(seen->ciphers.count, <=, 121);
		g_assert_cmphex(seen->version, ==, MIN(0x0300 + (unsigned)version, 0x0303));
		g_assert_cmphex(seen->record, ==, version == 0 ? 0x0300 : 0x0301);
		g_assert_true((seen->extensions.count == 0) == (version == TLS_SSLV3));
		g_assert_true((seen->signatures.count > 0) == (version >= TLS_V1_2));
		g_assert_cmpuint(seen->versions.count, ==, version == TLS_V1_3);
		g_assert_true(numbers_have(&seen->ciphers, 0x00ff) == (version < TLS_V1_3));
		g_assert_true(numbers_have(&seen->ciphers, TLS13_AES) == (version == TLS_V1_3));
		g_assert_true(numbers_have(&seen->ciphers, RSA_RC4) == (version < TLS_V1_3));
		g_assert_true(numbers_have(&seen->ciphers, RSA_3DES) == (version < TLS_V1_3));
		g_assert_true(numbers_have(&seen->ciphers, RSA_GCM) == (version == TLS_V1_2));
		g_assert_true(numbers_have(&seen->ciphers, ECDHE_AES) ==
			(version > TLS_SSLV3 && version < TLS_V1_3));
		if (version == TLS_SSLV3)
			g_assert_true(numbers_have(&seen->ciphers, 0x0003)); /* export */
		g_assert_true(
			numbers_have(&seen->ciphers, 0x0034) == (version < TLS_V1_3)); /* anon */
		g_assert_false(numbers_have(&seen->ciphers, 0x0000));
		tls_survey_ended(run, TLS_SURVEY_CLOSED);
	}
	tls_survey_free(run);
	facts_free(facts);
}

/* A server that only speaks the old, and answers every later version with it. */
static void
test_old(void)
{
	struct server *server = server_good();
	struct facts *facts;

	memset(server->speaks, 0, sizeof server->speaks);
	server->speaks[TLS_SSLV3] = server->speaks[TLS_V1_0] = true;
	LIST(&server->ciphers, RSA_AES);
	facts = survey(server, TLS_SURVEY_VERSIONS);
	assert_versions(facts, "TTRRR");
	finish(facts, server);
}

/* A close says something of a server only that speaks again behind it. */
static void
test_closes(void)
{
	struct server *server = server_good();
	struct facts *facts;

	server->refusal = BY_CLOSE;
	server->speaks[TLS_V1_2] = false;
	facts = survey(server, TLS_SURVEY_VERSIONS);
	assert_versions(facts, "RRRRT");
	finish(facts, server);

	server = server_good();
	server->refusal = BY_CLOSE;
	server->speaks[TLS_SSLV3] = true;
	server->speaks[TLS_V1_2] = server->speaks[TLS_V1_3] = false;
	LIST(&server->ciphers, RSA_AES);
	facts = survey(server, TLS_SURVEY_VERSIONS);
	assert_versions(facts, "TRRRR");
	g_assert_cmpuint(server->hellos, ==, TLS_VERSIONS + 1); /* with the control */
	finish(facts, server);

	server = server_good();
	memset(server->speaks, 0, sizeof server->speaks);
	server->refusal = BY_CLOSE;
	facts = survey(server, TLS_SURVEY_ALL);
	assert_versions(facts, "uuuuu");
	g_assert_cmpuint(server->hellos, ==, 5);
	g_assert_cmpint(facts->probe.tls.survey->weak_asked, ==, TRIAL_NOT_MADE);
	g_assert_cmpint(facts->probe.tls.survey->groups_asked, ==, TRIAL_NOT_MADE);
	facts_free(facts);

	/* The session of the probe is no control: it was before. */
	facts = facts_new();
	facts->probe.tls.handshake = HANDSHAKE_UP;
	server->hellos = 0;
	survey_with(server, facts, TLS_SURVEY_VERSIONS, NULL, 0);
	assert_versions(facts, "uuuuu");
	finish(facts, server);
}

/* A server that takes every version, and at times closes whatever was offered. */
static void
test_closes_control(void)
{
	static const struct {
		unsigned from, to;
		const char *versions;
		unsigned hellos;
	} rows[] = {
		{ 1, 0, "uuuuu", 5 }, /* nothing that a control could offer again */
		{ 2, 0, "Tuuuu", 6 }, /* the control is closed on */
		{ 5, 0, "TTTTu", 6 },
		{ 5, 5, "TTTTR", 6 }, /* the control holds */
		{ 2, 3, "TRRTT", 5 }, /* the next hello is control enough */
		{ 6, 0, "TTTTT", 5 },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct server *server = server_good();
		struct facts *facts;

		memset(server->speaks, true, sizeof server->speaks);
		LIST(&server->ciphers, TLS13_AES, RSA_AES);
		server->closes_from = rows[i].from;
		server->closes_to = rows[i].to;
		facts = survey(server, TLS_SURVEY_VERSIONS);
		assert_versions(facts, rows[i].versions);
		g_assert_cmpuint(server->hellos, ==, rows[i].hellos);
		finish(facts, server);
	}
}

/* The control may be answered by anything but a ServerHello, or not at all. */
static void
test_control_unanswered(void)
{
	struct server *server = server_good();
	struct facts *facts;

	server->speaks[TLS_SSLV3] = true;
	LIST(&server->ciphers, TLS13_AES, RSA_AES);
	server->closes_from = server->closes_to = 5;
	server->silent_from = 6;
	facts = survey(server, TLS_SURVEY_VERSIONS);
	assert_versions(facts, "TRRTu");
	g_assert_cmpuint(server->hellos, ==, 6);
	finish(facts, server);
}

/* It closes on what the probe's session spoke: no close is a refusal, not even an earlier one. */
static void
test_closes_session(void)
{
	static const struct {
		const char *session;
		unsigned from, to;
		const char *versions;
	} rows[] = {
		{ "TLSv1.3", 1, 0, "uuuuT" },
		{ "TLSv1.2", 4, 4, "uuTTT" }, /* SSLv3 and TLS 1.0 were settled by TLS 1.1 */
		{ "TLSv1.3", 3, 3, "RRRTT" },
		{ "TLSv1.2", 4, 5, "uuTTu" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct server *server = server_good();
		struct facts *facts = facts_new();
		const struct tls_survey *found;
		static const char letters[] = { '-', 'T', 'R', 'u' };

		facts->probe.tls.handshake = HANDSHAKE_UP;
		facts->probe.tls.version = rows[i].session;
		server->refusal = BY_CLOSE;
		server->speaks[TLS_V1_1] = true;
		LIST(&server->ciphers, TLS13_AES, RSA_AES);
		server->closes_from = rows[i].from;
		server->closes_to = rows[i].to;
		survey_with(server, facts, TLS_SURVEY_VERSIONS, NULL, 0);
		found = facts->probe.tls.survey;
		for (size_t at = 0; at < TLS_VERSIONS; at++)
			g_assert_cmpint(letters[found->versions[at]], ==, rows[i].versions[at]);
		finish(facts, server);
	}
}

/* At any moment a close is UNCLEAR until it is settled. */
static void
test_closes_meanwhile(void)
{
	static const char *const words[] = { "T----", "Tu---", "Tuu--", "Tuuu-", "Tuuuu", "TRRRR" };
	struct server *server = server_good();
	struct facts *facts = facts_new();
	struct tls_survey_run *run = survey_begin(facts, NULL, TLS_SURVEY_VERSIONS, NULL, 0);
	size_t length;

	server->closes_from = 2;
	server->closes_to = TLS_VERSIONS;
	server->speaks[TLS_SSLV3] = true;
	LIST(&server->ciphers, RSA_AES);
	for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
		const void *hello = tls_survey_next(run, &length);

		g_assert_nonnull(hello);
		play(server, run, hello, length);
		assert_versions(facts, words[i]);
	}
	g_assert_null(tls_survey_next(run, &length));
	tls_survey_free(run);
	finish(facts, server);
}

/* What breaks off in the middle, or is no TLS, is neither taken nor refused. */
static void
test_unclear(void)
{
	static const enum refusing refusals[] = { BY_CUT, BY_WORDS };

	for (size_t i = 0; i < G_N_ELEMENTS(refusals); i++) {
		struct server *server = server_good();
		struct facts *facts;

		server->refusal = refusals[i];
		facts = survey(server, TLS_SURVEY_VERSIONS);
		assert_versions(facts, "uuuTT");
		finish(facts, server);
	}
}

/* A ServerHello is a choice, even if nothing comes behind it. */
static void
test_only_hello(void)
{
	static const enum refusing ends[] = { BY_CLOSE, BY_SILENCE };

	for (size_t i = 0; i < G_N_ELEMENTS(ends); i++) {
		struct server *server = server_good();
		struct facts *facts;

		server->only_hello = true;
		server->refusal = ends[i];
		server->speaks[TLS_V1_1] = server->speaks[TLS_V1_0] = true;
		LIST(&server->ciphers, ECDHE_AES, TLS13_AES);
		facts = survey(server, TLS_SURVEY_VERSIONS);
		assert_versions(facts, ends[i] == BY_CLOSE ? "RTTTT" : "uTTTT");
		finish(facts, server);
	}
}

/* Refused for the name: the version was not even looked at. SSLv3 has no names. */
static void
test_name(void)
{
	struct server *server = server_good();
	struct facts *facts;

	server->names_only = true;
	server->alert = 112;
	server->speaks[TLS_SSLV3] = true;
	LIST(&server->ciphers, RSA_AES);
	facts = survey(server, TLS_SURVEY_ALL);
	assert_versions(facts, "Tuuuu");
	g_assert_cmpint(facts->probe.tls.survey->weak_asked, ==, TRIAL_UNCLEAR);
	finish(facts, server);
}

static void
test_not_offered(void)
{
	static const struct {
		uint16_t version;
		uint16_t cipher;
		const char *versions;
	} rows[] = {
		{ 0, 0x00ff, "uuuuu" },         /* a signal is no cipher */
		{ 0, 0x8a8a, "uuuuu" },         /* nor is GREASE */
		{ 0, 0x008c, "uuuuu" },         /* PSK */
		{ 0x0303, RSA_GCM, "uuuTu" },   /* higher than asked; to 1.3 with a 1.2 cipher */
		{ 0x0300, RSA_RC4, "TRRRu" },   /* lower than asked is a refusal */
		{ 0x0304, TLS13_AES, "uuuuT" }, /* by an extension that nobody sent */
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct server *server = server_good();
		struct facts *facts;

		server->version = rows[i].version;
		server->cipher = rows[i].cipher;
		memset(server->speaks, true, sizeof server->speaks);
		if (rows[i].version == 0)
			server->speaks[TLS_V1_3] = false;
		facts = survey(server, TLS_SURVEY_VERSIONS);
		assert_versions(facts, rows[i].versions);
		finish(facts, server);
	}
}

/* --- silence and bounds ----------------------------------------------------------------------- */

static void
test_silence(void)
{
	struct server *server = server_good();
	struct facts *facts;

	server->silent_from = 1;
	facts = survey(server, TLS_SURVEY_ALL);
	assert_versions(facts, "uuu--");
	g_assert_cmpuint(server->hellos, ==, TLS_SURVEY_SILENT_MAX);
	finish(facts, server);

	server = server_good();
	server->silent_from = 1;
	server->silent_to = TLS_SURVEY_SILENT_MAX - 1;
	facts = survey(server, TLS_SURVEY_ALL);
	assert_versions(facts, "uuRTT");
	g_assert_cmpuint(server->hellos, >, TLS_SURVEY_SILENT_MAX);
	/* Weak ciphers might be where nothing is known. */
	g_assert_cmpint(facts->probe.tls.survey->weak_asked, ==, TRIAL_UNCLEAR);
	finish(facts, server);

	/* It falls silent in the search for weak ciphers, or for groups. */
	server = server_good();
	server->silent_from = 6;
	facts = survey(server, TLS_SURVEY_ALL);
	assert_versions(facts, "RRRTT");
	g_assert_cmpint(facts->probe.tls.survey->weak_asked, ==, TRIAL_UNCLEAR);
	g_assert_cmpint(facts->probe.tls.survey->groups_asked, ==, TRIAL_UNCLEAR);
	g_assert_cmpuint(server->hellos, ==, 5 + TLS_SURVEY_SILENT_MAX);
	finish(facts, server);

	/* A close is an answer of a kind. */
	server = server_good();
	server->refusal = BY_CLOSE;
	server->silent_from = 2;
	server->silent_to = 3;
	facts = survey(server, TLS_SURVEY_VERSIONS);
	assert_versions(facts, "RuuTT");
	finish(facts, server);
}

/* Silence is counted in a row: a close in between begins anew. */
static void
test_silence_counted(void)
{
	static const enum tls_survey_end ends[TLS_VERSIONS] = { TLS_SURVEY_TIMEOUT,
		TLS_SURVEY_NO_CONNECTION, TLS_SURVEY_CLOSED, TLS_SURVEY_TIMEOUT,
		TLS_SURVEY_TIMEOUT };
	struct facts *facts = facts_new();
	struct tls_survey_run *run = survey_begin(facts, NULL, TLS_SURVEY_VERSIONS, NULL, 0);
	size_t length;

	for (size_t i = 0; i < TLS_VERSIONS; i++) {
		g_assert_nonnull(tls_survey_next(run, &length));
		tls_survey_ended(run, ends[i]);
	}
	assert_versions(facts, "uuuuu");
	tls_survey_free(run);
	facts_free(facts);
}

static void
test_hellos_max(void)
{
	struct server *server = server_good();
	struct facts *facts = facts_new();
	struct tls_survey_run *run = survey_begin(facts, NULL, TLS_SURVEY_ALL, NULL, 0);
	size_t length;

	/* All that may be asked is fewer, unless bounds are moved. */
	G_STATIC_ASSERT(TLS_VERSIONS + TLS_WEAK_MAX + 1 + TLS_V1_3 + 1 + TLS_GROUPS_MAX + 2 +
			TLS_CLIENTS_MAX + 2 <=
		TLS_SURVEY_HELLOS_MAX);
	facts->probe.tls.survey->hellos = TLS_SURVEY_HELLOS_MAX - 1;
	g_assert_nonnull(tls_survey_next(run, &length));
	g_assert_cmpuint(facts->probe.tls.survey->hellos, ==, TLS_SURVEY_HELLOS_MAX);
	tls_survey_ended(run, TLS_SURVEY_CLOSED);
	g_assert_null(tls_survey_next(run, &length));
	g_assert_cmpuint(facts->probe.tls.survey->hellos, ==, TLS_SURVEY_HELLOS_MAX);
	assert_versions(facts, "u----");
	tls_survey_free(run);
	tls_survey_free(NULL);
	finish(facts, server);
}

/* Whoever says nothing of a hello had no connection; what is said twice counts once. */
static void
test_driver(void)
{
	struct facts *facts = facts_new();
	struct tls_survey_run *run = survey_begin(facts, NULL, TLS_SURVEY_ALL, NULL, 0);
	size_t length;

	g_assert_true(tls_survey_feed(run, "x", 1));
	tls_survey_ended(run, TLS_SURVEY_CLOSED);
	g_assert_cmpuint(facts->probe.tls.survey->hellos, ==, 0);
	for (int i = 0; i < TLS_SURVEY_SILENT_MAX; i++)
		g_assert_nonnull(tls_survey_next(run, &length));
	g_assert_null(tls_survey_next(run, &length));
	assert_versions(facts, "uuu--");
	tls_survey_free(run);
	facts_free(facts);

	facts = facts_new();
	run = survey_begin(facts, NULL, TLS_SURVEY_ALL, NULL, 0);
	g_assert_nonnull(tls_survey_next(run, &length));
	g_assert_true(tls_survey_feed(run, "\x15\x03\x01\x00\x02\x02\x28", 7));
	g_assert_true(tls_survey_feed(run, "more", 4));
	tls_survey_ended(run, TLS_SURVEY_TIMEOUT);
	assert_versions(facts, "R----");
	tls_survey_free(run);
	facts_free(facts);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/tls/survey/versions", test_versions);
	g_test_add_func("/tls/survey/offers", test_offers);
	g_test_add_func("/tls/survey/old", test_old);
	g_test_add_func("/tls/survey/closes", test_closes);
	g_test_add_func("/tls/survey/closes-control", test_closes_control);
	g_test_add_func("/tls/survey/control-unanswered", test_control_unanswered);
	g_test_add_func("/tls/survey/closes-session", test_closes_session);
	g_test_add_func("/tls/survey/closes-meanwhile", test_closes_meanwhile);
	g_test_add_func("/tls/survey/unclear", test_unclear);
	g_test_add_func("/tls/survey/only-hello", test_only_hello);
	g_test_add_func("/tls/survey/name", test_name);
	g_test_add_func("/tls/survey/not-offered", test_not_offered);
	g_test_add_func("/tls/survey/silence", test_silence);
	g_test_add_func("/tls/survey/silence-counted", test_silence_counted);
	g_test_add_func("/tls/survey/hellos-max", test_hellos_max);
	g_test_add_func("/tls/survey/driver", test_driver);
	return g_test_run();
}
