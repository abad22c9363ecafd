/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A server made up for the tests of the survey: it takes what it is told to
 * take, refuses the rest in every way there is, and plays a whole survey.
 */
#ifndef POPSEAL_TEST_TLS_SERVER_H
#define POPSEAL_TEST_TLS_SERVER_H

#include "test-tls.h"

#include "tls/cipher.h"
#include "tls/survey-private.h"

enum {
	RSA_3DES = 0x000a,
	RSA_RC4 = 0x0005,
	RSA_AES = 0x002f,
	RSA_GCM = 0x009c,
	DHE_AES = 0x0033,
	ECDHE_AES = 0xc013,
	TLS13_AES = 0x1301,
	NEVER = 100000,
};

/* How a server behaves that finds nothing in a hello that it would take. */
enum refusing {
	BY_ALERT,
	BY_CLOSE,
	BY_SILENCE,
	BY_CUT, /* half an alert, then a close */
	BY_WORDS,
};

struct server {
	const char *name;
	bool speaks[TLS_VERSIONS];
	struct numbers ciphers;
	struct numbers groups;
	unsigned prime;
	unsigned later_prime; /* from the seventh hello on, unless 0 */
	enum refusing refusal;
	uint8_t alert;        /* 0 = handshake_failure */
	bool names_only;      /* refuses every hello with a name */
	bool only_hello;      /* closes behind its ServerHello */
	bool marks_downgrade; /* in every answer */
	uint16_t cipher;      /* chosen whatever was offered, unless 0 */
	uint16_t version;     /* so too */
	uint16_t group;       /* so too */
	uint16_t curve;       /* of its certificate: without it on offer there is no ECDHE; or 0 */
	bool goes_by_client;  /* takes the first of the client's groups, not of its own */
	unsigned
		silent_from; /* from that hello on, counted from 1, there is no answer; 0 = never */
	unsigned silent_to;  /* up to and including that; 0 = for ever */
	unsigned closes_from; /* so too, but it closes */
	unsigned closes_to;
	unsigned hellos;
	size_t piece; /* octets that are fed at once, 0 = all */
};

static inline void
list(struct numbers *numbers, const uint16_t *list, size_t count)
{
	numbers->count = count;
	memcpy(numbers->list, list, count * sizeof *list);
}

#define LIST(numbers, ...)                               \
	list(numbers, (const uint16_t[]){ __VA_ARGS__ }, \
		sizeof((const uint16_t[]){ __VA_ARGS__ }) / sizeof(uint16_t))

/* --- the server ------------------------------------------------------------------------------- */

static inline int
choose_version(const struct server *server, const struct seen *seen)
{
	int limit = MIN(seen->version, 0x0303) - 0x0300;

	if (server->version != 0)
		return server->version - 0x0300;
	if (server->speaks[TLS_V1_3] && numbers_have(&seen->versions, 0x0304))
		return TLS_V1_3;
	while (limit >= 0 && !server->speaks[limit])
		limit--;
	return limit;
}

static inline uint16_t
choose_group(const struct server *server, const struct seen *seen)
{
	const struct numbers *order = server->goes_by_client ? &seen->groups : &server->groups;
	const struct numbers *other = server->goes_by_client ? &server->groups : &seen->groups;

	if (server->group != 0)
		return server->group;
	if (server->curve != 0 && !numbers_have(&seen->groups, server->curve))
		return 0;
	for (size_t i = 0; i < order->count; i++) {
		if (other->count == 0 || numbers_have(other, order->list[i]))
			return order->list[i];
	}
	return 0;
}

static inline uint16_t
choose_cipher(const struct server *server, const struct seen *seen, int version, uint16_t group)
{
	if (server->cipher != 0)
		return server->cipher;
	for (size_t i = 0; i < server->ciphers.count; i++) {
		uint16_t cipher = server->ciphers.list[i];
		uint16_t since = tls_cipher_since(cipher);

		if (!numbers_have(&seen->ciphers, cipher) || since > 0x0300 + version ||
			(since == 0x0304) != (version == TLS_V1_3))
			continue;
		if (tls_cipher_exchange(cipher) != TLS_EXCHANGE_ECDHE || group != 0)
			return cipher;
	}
	return 0;
}

static GByteArray *
speak(const struct server *server, int version, uint16_t cipher, uint16_t group)
{
	GByteArray *messages = g_byte_array_new();
	GByteArray *out = g_byte_array_new();
	enum tls_exchange exchange = tls_cipher_exchange(cipher);

	if (version == TLS_V1_3) {
		wire_retry_request(messages, cipher, group);
		wire_records(out, 22, messages, RECORD_PLAIN_MAX);
		return out;
	}
	wire_hello(messages, (uint16_t)(0x0300 + version), cipher);
	if (server->marks_downgrade)
		memcpy(messages->data + 4 + 2 + 24, "DOWNGRD\x01", 8);
	if (!server->only_hello) {
		wire_certificate(messages, 800);
		if (exchange == TLS_EXCHANGE_DHE)
			wire_dh(messages, server->prime);
		else if (exchange == TLS_EXCHANGE_ECDHE)
			wire_ecdh(messages, group);
		wire_done(messages);
	}
	wire_alert(out, 1, 112); /* it does not know the name, and goes on */
	wire_records(out, 22, messages, 500);
	return out;
}

static GByteArray *
refuse(const struct server *server)
{
	GByteArray *out = g_byte_array_new();

	if (server->refusal == BY_ALERT)
		wire_alert(out, 2, server->alert != 0 ? server->alert : 40);
	else if (server->refusal == BY_CUT)
		g_byte_array_append(out, (const guint8 *)"\x15\x03\x01\x00\x02\x02", 6);
	else if (server->refusal == BY_WORDS)
		g_byte_array_append(out, (const guint8 *)"-ERR no TLS today\r\n", 19);
	return out;
}

static GByteArray *
answer(const struct server *server, const void *hello, size_t length)
{
	g_autofree struct seen *seen = g_new(struct seen, 1);
	int version;
	uint16_t group;
	uint16_t cipher;

	seen_read(seen, hello, length);
	if (server->names_only && seen->name[0] != '\0')
		return refuse(server);
	version = choose_version(server, seen);
	group = choose_group(server, seen);
	cipher = version >= 0 ? choose_cipher(server, seen, version, group) : 0;
	if (version < 0 || cipher == 0 || (version == TLS_V1_3 && group == 0))
		return refuse(server);
	return speak(server, version, cipher, group);
}

static inline bool
is_silent(const struct server *server)
{
	return server->silent_from != 0 && server->hellos >= server->silent_from &&
		(server->silent_to == 0 || server->hellos <= server->silent_to);
}

static inline bool
closes_now(const struct server *server)
{
	return server->closes_from != 0 && server->hellos >= server->closes_from &&
		(server->closes_to == 0 || server->hellos <= server->closes_to);
}

/* Plays one hello. */
static inline void
play(struct server *server, struct tls_survey_run *run, const void *hello, size_t length)
{
	GByteArray *bytes;
	size_t piece = server->piece > 0 ? server->piece : NEVER;
	bool done = false;

	if (++server->hellos > 6 && server->later_prime != 0)
		server->prime = server->later_prime;
	if (is_silent(server)) {
		tls_survey_ended(run,
			server->hellos % 2 == 0 ? TLS_SURVEY_TIMEOUT : TLS_SURVEY_NO_CONNECTION);
		return;
	}
	if (closes_now(server)) {
		tls_survey_ended(run, TLS_SURVEY_CLOSED);
		return;
	}
	bytes = answer(server, hello, length);
	for (size_t at = 0; at < bytes->len && !done; at += piece)
		done = tls_survey_feed(run, bytes->data + at, MIN(piece, bytes->len - at));
	if (!done)
		tls_survey_ended(run,
			server->refusal == BY_SILENCE ? TLS_SURVEY_TIMEOUT : TLS_SURVEY_CLOSED);
	g_byte_array_unref(bytes);
}

/* A survey from its beginning to its end. */
static inline struct facts *
survey_with(struct server *server, struct facts *facts, unsigned parts,
	const struct tls_client *clients, size_t count)
{
	struct tls_survey_run *run = survey_begin(facts, server->name, parts, clients, count);
	const void *hello;
	size_t length;

	while ((hello = tls_survey_next(run, &length)) != NULL)
		play(server, run, hello, length);
	g_assert_null(tls_survey_next(run, &length));
	tls_survey_free(run);
	g_assert_cmpuint(facts->probe.tls.survey->hellos, ==, server->hellos);
	g_assert_cmpuint(server->hellos, <=, TLS_SURVEY_HELLOS_MAX);
	return facts;
}

static inline struct facts *
survey(struct server *server, unsigned parts)
{
	return survey_with(server, facts_new(), parts, NULL, 0);
}

/* A server as there are many: TLS 1.2 and 1.3, nothing weak. */
static inline struct server *
server_good(void)
{
	struct server *server = g_new0(struct server, 1);

	server->name = "mail.example.com";
	server->speaks[TLS_V1_2] = server->speaks[TLS_V1_3] = true;
	server->prime = 2048;
	LIST(&server->ciphers, TLS13_AES, RSA_GCM, DHE_AES, ECDHE_AES);
	LIST(&server->groups, 29, 23, 24);
	return server;
}

static inline void
finish(struct facts *facts, struct server *server)
{
	facts_free(facts);
	g_free(server);
}

static inline void
assert_versions(const struct facts *facts, const char *expected)
{
	static const char letters[] = { '-', 'T', 'R', 'u' };
	const struct tls_survey *found = facts->probe.tls.survey;
	char word[TLS_VERSIONS + 1] = { 0 };

	for (size_t i = 0; i < TLS_VERSIONS; i++) {
		word[i] = letters[found->versions[i]];
		g_assert_true((found->chosen[i] != NULL) == (found->versions[i] == TRIAL_TAKEN));
	}
	g_assert_cmpstr(word, ==, expected);
}

#endif
