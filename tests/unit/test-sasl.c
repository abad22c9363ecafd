/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pop3/sasl: the examples of the RFCs with OpenSSL's hashes, and what the mechanisms make of
 * servers that do not keep to them.
 */
#include <string.h>

#include "net/crypto.h"
#include "pop3/hide.h"
#include "pop3/sasl/base64.h"
#include "pop3/sasl/prepare.h"
#include "pop3/sasl/scram.h"

struct exchange {
	const struct sasl_mechanism *mechanism;
	struct sasl_login login;
	struct secret *secret;
	void *state;
	GString *response;
	const char *why;
};

static void
exchange_begin(struct exchange *exchange, const char *mechanism, const char *user,
	const char *secret)
{
	*exchange = (struct exchange){ .mechanism = sasl_find(mechanism) };
	g_assert_nonnull(exchange->mechanism);
	exchange->secret = secret_new(secret, strlen(secret));
	exchange->login = (struct sasl_login){
		.user = user,
		.secret = exchange->secret,
		.crypto = &net_crypto,
	};
	exchange->state = g_malloc0(exchange->mechanism->state_size);
	exchange->response = g_string_sized_new(SASL_MESSAGE_MAX);
}

static void
exchange_end(struct exchange *exchange)
{
	secret_free(exchange->secret);
	g_free(exchange->state);
	g_string_free(exchange->response, TRUE);
}

static enum sasl_result
step_bytes(struct exchange *exchange, const char *challenge, size_t length)
{
	size_t room = exchange->response->allocated_len;
	enum sasl_result result;

	g_string_truncate(exchange->response, 0);
	exchange->why = NULL;
	result = exchange->mechanism->step(exchange->state, &exchange->login, challenge, length,
		exchange->response, &exchange->why);
	g_assert_cmpuint(exchange->response->allocated_len, ==, room);
	if (result == SASL_REFUSED || result == SASL_UNFIT || result == SASL_BROKEN)
		g_assert_nonnull(exchange->why);
	return result;
}

static enum sasl_result
step(struct exchange *exchange, const char *challenge)
{
	return step_bytes(exchange, challenge, strlen(challenge));
}

#define expect(exchange, challenge, result, text)                             \
	do {                                                                  \
		g_assert_cmpint(step((exchange), (challenge)), ==, (result)); \
		g_assert_cmpstr((exchange)->response->str, ==, (text));       \
	} while (0)

/* --- registry --------------------------------------------------------------------------------- */

static void
test_registry(void)
{
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (size_t i = 0; sasl_mechanisms[i] != NULL; i++) {
		const struct sasl_mechanism *mechanism = sasl_mechanisms[i];

		g_assert_true(g_hash_table_add(seen, g_strdup(mechanism->name)));
		g_assert_true(sasl_find(mechanism->name) == mechanism);
		g_assert_cmpuint(strlen(mechanism->name), <=, 20);
		g_assert_cmpuint(mechanism->state_size, >, 0);
		g_assert_cmpint(mechanism->binds, ==, g_str_has_suffix(mechanism->name, "-PLUS"));
	}
	g_assert_true(sasl_find("plain") == sasl_find("PLAIN"));
	g_assert_null(sasl_find("PLAI"));
	g_assert_null(sasl_find(""));
}

/* --- the RFCs' examples ----------------------------------------------------------------------- */

static void
test_plain(void)
{
	static const char message[] = "\0tim\0tanstaaftanstaaf"; /* RFC 4616 section 4 */
	struct exchange exchange;

	exchange_begin(&exchange, "PLAIN", "tim", "tanstaaftanstaaf");
	g_assert_cmpint(step(&exchange, ""), ==, SASL_RESPOND);
	g_assert_cmpuint(exchange.response->len, ==, sizeof(message) - 1);
	g_assert_cmpint(memcmp(exchange.response->str, message, sizeof(message)), ==, 0);
	g_assert_cmpint(step(&exchange, "more"), ==, SASL_BROKEN);
	exchange_end(&exchange);
}

static void
test_login(void)
{
	struct exchange exchange;

	exchange_begin(&exchange, "LOGIN", "tim", "tanstaaftanstaaf");
	expect(&exchange, "Password:", SASL_RESPOND_OPENLY, "tim");
	expect(&exchange, "Username:", SASL_RESPOND, "tanstaaftanstaaf");
	g_assert_cmpint(step(&exchange, "Password:"), ==, SASL_BROKEN);
	exchange_end(&exchange);
}

static void
test_cram_md5(void)
{
	struct exchange exchange;

	exchange_begin(&exchange, "CRAM-MD5", "tim", "tanstaaftanstaaf"); /* RFC 2195 section 2 */
	expect(&exchange, "<1896.697170952@postoffice.reston.mci.net>", SASL_RESPOND,
		"tim b913a602c7eda7a495b4e6e7334d3890");
	g_assert_cmpint(step(&exchange, "<1896.697170952@x>"), ==, SASL_BROKEN);
	exchange_end(&exchange);
	exchange_begin(&exchange, "CRAM-MD5", "tim", "tanstaaftanstaaf");
	g_assert_cmpint(step(&exchange, ""), ==, SASL_BROKEN);
	exchange_end(&exchange);
}

#define NONCE_1   "fyko+d2lbbFgONRv9qkxdawL"
#define NONCE_256 "rOprNGfwEbeRWgbNEkqO"

static void
scram_begin(struct exchange *exchange, const char *mechanism, const char *user, const char *nonce)
{
	struct scram *scram;

	exchange_begin(exchange, mechanism, user, "pencil");
	scram = exchange->state;
	g_strlcpy(scram->nonce, nonce, sizeof(scram->nonce));
}

static bool
is_satisfied(const struct exchange *exchange)
{
	return exchange->mechanism->satisfied(exchange->state);
}

static void
test_scram_sha_1(void)
{
	struct exchange exchange;

	scram_begin(&exchange, "SCRAM-SHA-1", "user", NONCE_1); /* RFC 5802 section 5 */
	expect(&exchange, "", SASL_RESPOND_OPENLY, "n,,n=user,r=" NONCE_1);
	expect(&exchange, "r=" NONCE_1 "3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096", SASL_RESPOND,
		"c=biws,r=" NONCE_1 "3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=");
	g_assert_false(is_satisfied(&exchange));
	expect(&exchange, "v=rmF9pqV8S7suAoZWja4dJRkFsKQ=", SASL_RESPOND_OPENLY, "");
	g_assert_true(is_satisfied(&exchange));
	g_assert_cmpint(step(&exchange, "v=rmF9pqV8S7suAoZWja4dJRkFsKQ="), ==, SASL_BROKEN);
	exchange_end(&exchange);
}

#define FIRST_256 "r=" NONCE_256 "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"

static void
test_scram_sha_256(void)
{
	struct exchange exchange;

	scram_begin(&exchange, "SCRAM-SHA-256", "user", NONCE_256); /* RFC 7677 section 3 */
	expect(&exchange, "", SASL_RESPOND_OPENLY, "n,,n=user,r=" NONCE_256);
	expect(&exchange, FIRST_256, SASL_RESPOND,
		"c=biws,r=" NONCE_256 "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
		"p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");
	expect(&exchange, "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=", SASL_RESPOND_OPENLY,
		"");
	g_assert_true(is_satisfied(&exchange));
	exchange_end(&exchange);
}

#define TOKEN "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg=="

/* RFC 7628 section 4.1, section 4.3 */
static void
test_oauthbearer(void)
{
	struct exchange exchange;

	exchange_begin(&exchange, "OAUTHBEARER", "user@example.com", TOKEN);
	exchange.login.host = "server.example.com";
	exchange.login.port = 143;
	expect(&exchange, "", SASL_RESPOND,
		"n,a=user@example.com,\001host=server.example.com\001port=143\001"
		"auth=Bearer " TOKEN "\001\001");
	expect(&exchange,
		"{\"status\":\"invalid_token\",\"scope\":\"example_scope\","
		"\"openid-configuration\":\"https://example.com/.well-known/openid-config\"}",
		SASL_DENIED, "\001");
	g_assert_cmpint(step(&exchange, "{}"), ==, SASL_BROKEN);
	exchange_end(&exchange);

	exchange_begin(&exchange, "OAUTHBEARER", "a,b=c", TOKEN);
	expect(&exchange, "", SASL_RESPOND, "n,a=a=2Cb=3Dc,\001auth=Bearer " TOKEN "\001\001");
	expect(&exchange, "{\"status\" : \"insufficient_scope\"}", SASL_REFUSED, "\001");
	exchange_end(&exchange);
}

static void
test_xoauth2(void)
{
	static const char *const vague[] = { "", "{}", "\"status\"", "\"status\":", "\"status\":4",
		"\"status\":\"401", "{\"status\":\"400\"}" };
	struct exchange exchange;

	exchange_begin(&exchange, "XOAUTH2", "someuser@example.com", TOKEN);
	expect(&exchange, "", SASL_RESPOND,
		"user=someuser@example.com\001auth=Bearer " TOKEN "\001\001");
	expect(&exchange, "{\"status\":\"401\",\"schemes\":\"bearer mac\"}", SASL_DENIED, "");
	exchange_end(&exchange);
	for (size_t i = 0; i < G_N_ELEMENTS(vague); i++) {
		exchange_begin(&exchange, "XOAUTH2", "someuser@example.com", TOKEN);
		g_assert_cmpint(step(&exchange, ""), ==, SASL_RESPOND);
		expect(&exchange, vague[i], SASL_REFUSED, "");
		exchange_end(&exchange);
	}
}

/* --- SCRAM's hard cases ----------------------------------------------------------------------- */

static const struct sasl_binding bindings[] = {
	{ .type = "tls-unique", .length = 0 },
	{ .type = "tls-exporter", .data = "0123456789abcdef0123456789abcdef", .length = 32 },
	{ .type = "tls-server-end-point", .data = "zzz", .length = 3 },
};

/* The flag says what we know of the server's list (RFC 5802 section 6). */
static void
test_scram_flags(void)
{
	static const struct {
		const char *mechanism;
		bool bindings, server_binds;
		const char *header;
	} rows[] = {
		{ "SCRAM-SHA-256", false, false, "n,,n=user" },
		{ "SCRAM-SHA-256", false, true, "n,,n=user" },
		{ "SCRAM-SHA-256", true, false, "y,,n=user" },
		{ "SCRAM-SHA-256", true, true, "n,,n=user" },
		{ "SCRAM-SHA-256-PLUS", true, true, "p=tls-exporter,,n=user" },
		{ "SCRAM-SHA-1-PLUS", true, true, "p=tls-exporter,,n=user" },
	};
	struct exchange exchange;

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		exchange_begin(&exchange, rows[i].mechanism, "user", "pencil");
		exchange.login.bindings = rows[i].bindings ? bindings : NULL;
		exchange.login.binding_count = rows[i].bindings ? G_N_ELEMENTS(bindings) : 0;
		exchange.login.server_binds = rows[i].server_binds;
		g_assert_cmpint(step(&exchange, ""), ==, SASL_RESPOND_OPENLY);
		g_assert_true(g_str_has_prefix(exchange.response->str, rows[i].header));
		exchange_end(&exchange);
	}
	exchange_begin(&exchange, "SCRAM-SHA-256-PLUS", "user", "pencil");
	exchange.login.bindings = bindings;
	exchange.login.binding_count = 1;
	g_assert_cmpint(step(&exchange, ""), ==, SASL_UNFIT);
	exchange_end(&exchange);
}

/* Each exchange has a nonce of its own, of characters that a nonce may have. */
static void
test_scram_nonce(void)
{
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	struct exchange exchange;

	for (int i = 0; i < 100; i++) {
		exchange_begin(&exchange, "SCRAM-SHA-256", "user", "pencil");
		g_assert_cmpint(step(&exchange, ""), ==, SASL_RESPOND_OPENLY);
		g_assert_cmpuint(exchange.response->len, ==, strlen("n,,n=user,r=") + 24);
		g_assert_true(g_hash_table_add(seen, g_strdup(exchange.response->str)));
		exchange_end(&exchange);
	}
}

#define MORE "r=" NONCE_256 "x"
#define SALT ",s=QSXCR+Q6sek8bf92"

static const struct {
	const char *first;
	enum sasl_result result;
} firsts[] = {
	{ MORE SALT ",i=4096", SASL_RESPOND },
	{ MORE SALT ",i=4096,x=future", SASL_RESPOND },
	{ MORE SALT ",i=4095", SASL_BROKEN },
	{ MORE SALT ",i=0", SASL_BROKEN },
	{ MORE SALT ",i=", SASL_BROKEN },
	{ MORE SALT ",i=-4096", SASL_BROKEN },
	{ MORE SALT ",i=+4096", SASL_BROKEN },
	{ MORE SALT ",i=04096", SASL_BROKEN },
	{ MORE SALT ",i=4096 ", SASL_BROKEN },
	{ MORE SALT ",i=1000000", SASL_RESPOND },
	{ MORE SALT ",i=1000001", SASL_BROKEN },
	{ MORE SALT ",i=4294971392", SASL_BROKEN }, /* 2^32 + 4096 */
	{ MORE SALT ",i=99999999999999999999999999", SASL_BROKEN },
	{ "r=" NONCE_256 SALT ",i=4096", SASL_BROKEN },  /* not longer than ours */
	{ "r=x" NONCE_256 SALT ",i=4096", SASL_BROKEN }, /* does not begin with ours */
	{ "r=" SALT ",i=4096", SASL_BROKEN },
	{ MORE ",s=,i=4096", SASL_BROKEN },
	{ MORE ",s=QSX,i=4096", SASL_BROKEN },
	{ MORE ",s=????,i=4096", SASL_BROKEN },
	{ MORE ",i=4096" SALT, SASL_BROKEN },
	{ MORE SALT, SASL_BROKEN },
	{ MORE, SASL_BROKEN },
	{ "m=must," MORE SALT ",i=4096", SASL_BROKEN },
	{ "", SASL_BROKEN },
	{ ",", SASL_BROKEN },
	{ "=", SASL_BROKEN },
	{ "v=rmF9pqV8S7suAoZWja4dJRkFsKQ=", SASL_BROKEN },
	{ "e=invalid-proof", SASL_DENIED },
	{ "e=unknown-user", SASL_DENIED },
	{ "e=other-error", SASL_REFUSED },
	{ "e=", SASL_REFUSED },
	{ "e=server-does-support-channel-binding", SASL_BROKEN },
	{ "e=channel-bindings-dont-match", SASL_BROKEN },
};

static unsigned derived; /* iterations */

static size_t
quick_pbkdf2(enum sasl_hash hash, const char *password G_GNUC_UNUSED,
	size_t password_length G_GNUC_UNUSED, const void *salt G_GNUC_UNUSED,
	size_t salt_length G_GNUC_UNUSED, unsigned iterations, uint8_t *out)
{
	derived = iterations;
	memset(out, 7, SASL_DIGEST_MAX);
	return hash == SASL_SHA256 ? 32 : 20;
}

static void
test_scram_first(void)
{
	struct sasl_crypto quick = net_crypto;
	struct exchange exchange;

	quick.pbkdf2 = quick_pbkdf2;
	for (size_t i = 0; i < G_N_ELEMENTS(firsts); i++) {
		enum sasl_result result;

		derived = 0;
		scram_begin(&exchange, "SCRAM-SHA-256", "user", NONCE_256);
		exchange.login.crypto = &quick;
		g_assert_cmpint(step(&exchange, ""), ==, SASL_RESPOND_OPENLY);
		result = step(&exchange, firsts[i].first);
		if (result != firsts[i].result)
			g_error("%s: %u", firsts[i].first, result);
		/* Nothing is reckoned for a server whose message is wrong. */
		g_assert_cmpint(derived != 0, ==, result == SASL_RESPOND);
		g_assert_false(is_satisfied(&exchange));
		exchange_end(&exchange);
	}
	g_assert_cmpint(SASL_ITERATIONS_MIN, ==, 4096);
	g_assert_cmpint(SASL_ITERATIONS_MAX, ==, 1000000);
}

static void
test_scram_final(void)
{
	static const struct {
		const char *text;
		enum sasl_result result;
	} rows[] = {
		{ "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=", SASL_RESPOND_OPENLY },
		{ "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=,x=y", SASL_RESPOND_OPENLY },
		{ "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G5=", SASL_RESPOND_OPENLY },
		{ "v=7rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=", SASL_BROKEN },
		{ "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl9", SASL_BROKEN },
		{ "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=AAAA", SASL_BROKEN },
		{ "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4AAAAA", SASL_BROKEN },
		{ "v=rmF9pqV8S7suAoZWja4dJRkFsKQ=", SASL_BROKEN },
		{ "v=", SASL_BROKEN },
		{ "", SASL_BROKEN },
		{ "x=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=", SASL_BROKEN },
		{ FIRST_256, SASL_BROKEN },
		{ "e=invalid-proof", SASL_DENIED },
		{ "e=no-resources", SASL_REFUSED },
	};
	struct exchange exchange;

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		enum sasl_result result;

		scram_begin(&exchange, "SCRAM-SHA-256", "user", NONCE_256);
		g_assert_cmpint(step(&exchange, ""), ==, SASL_RESPOND_OPENLY);
		g_assert_cmpint(step(&exchange, FIRST_256), ==, SASL_RESPOND);
		result = step(&exchange, rows[i].text);
		if (result != rows[i].result)
			g_error("%s: %u", rows[i].text, result);
		g_assert_cmpint(is_satisfied(&exchange), ==, result == SASL_RESPOND_OPENLY);
		exchange_end(&exchange);
	}
	scram_begin(&exchange, "SCRAM-SHA-256", "user", NONCE_256);
	g_assert_cmpint(step(&exchange, ""), ==, SASL_RESPOND_OPENLY);
	g_assert_cmpint(step_bytes(&exchange, FIRST_256 "\0x", sizeof(FIRST_256) + 1), ==,
		SASL_BROKEN);
	exchange_end(&exchange);
}

/* Names are prepared and escaped; what is no UTF-8 is not sent at all. */
static void
test_scram_names(void)
{
	struct exchange exchange;

	scram_begin(&exchange, "SCRAM-SHA-256", "a,b=c\302\255\342\205\250", NONCE_256);
	expect(&exchange, "", SASL_RESPOND_OPENLY, "n,,n=a=2Cb=3DcIX,r=" NONCE_256);
	exchange_end(&exchange);
	scram_begin(&exchange, "SCRAM-SHA-256", "\344", NONCE_256);
	g_assert_cmpint(step(&exchange, ""), ==, SASL_UNFIT);
	exchange_end(&exchange);
	exchange_begin(&exchange, "SCRAM-SHA-256", "user", "\344");
	g_assert_cmpint(step(&exchange, ""), ==, SASL_RESPOND_OPENLY);
	exchange_end(&exchange);
}

/* --- preparation ------------------------------------------------------------------------------ */

static void
check_prepared(const char *text, const char *wanted)
{
	g_autoptr(secret_auto) prepared = sasl_prepare(text, strlen(text));

	g_assert_cmpstr(prepared != NULL ? secret_bytes(prepared) : NULL, ==, wanted);
}

static void
test_prepare(void)
{
	g_autofree char *longest = g_strnfill(SECRET_MAX + 1, 'x');
	g_autoptr(secret_auto) kept = sasl_prepare(longest, SECRET_MAX);
	g_autoptr(GString) swelling = g_string_new(NULL);

	check_prepared("I\302\255X", "IX"); /* RFC 4013 section 3 */
	check_prepared("user", "user");
	check_prepared("USER", "USER");
	check_prepared("\302\252", "a");
	check_prepared("\342\205\250", "IX");
	check_prepared("\007", NULL);
	check_prepared("a\177b", NULL);
	check_prepared("a\302\240b\341\232\200c", "a b c"); /* spaces */
	check_prepared("a\314\210", "\303\244");
	check_prepared("", "");
	check_prepared("\344", NULL);
	check_prepared("\355\240\200", NULL); /* a surrogate */
	g_assert_nonnull(kept);
	g_assert_null(sasl_prepare(longest, SECRET_MAX + 1));
	for (int i = 0; i < 400; i++)
		g_string_append(swelling, "\357\267\272"); /* U+FDFA: 18 characters, 33 octets */
	g_assert_null(sasl_prepare(swelling->str, swelling->len));
	g_string_truncate(swelling, (gsize)3 * 248);
	kept = (secret_free(g_steal_pointer(&kept)), sasl_prepare(swelling->str, swelling->len));
	g_assert_cmpuint(secret_length(kept), ==, 248 * 33);
}

/* What SASLprep maps and NFKC does not: RFC 3454 table B.1, and a space of C.1.2. */
static const struct {
	gunichar from, to;
} mapped[] = {
	{ 0xAD, 0xAD },
	{ 0x34F, 0x34F },
	{ 0x1680, 0x1680 },
	{ 0x1806, 0x1806 },
	{ 0x180B, 0x180D },
	{ 0x200B, 0x200D },
	{ 0x2060, 0x2060 },
	{ 0xFE00, 0xFE0F },
	{ 0xFEFF, 0xFEFF },
};

static bool
is_mapped(gunichar rune)
{
	for (size_t i = 0; i < G_N_ELEMENTS(mapped); i++) {
		if (rune >= mapped[i].from && rune <= mapped[i].to)
			return true;
	}
	return false;
}

static void
check_normal(const GString *text)
{
	g_autofree char *normal = g_utf8_normalize(text->str, (gssize)text->len, G_NORMALIZE_NFKC);

	check_prepared(text->str, normal);
}

/* The same as GLib's, for every character behind a letter, and for many together. */
static void
test_normalize(void)
{
	g_autoptr(GRand) random = g_rand_new_with_seed(5802);
	g_autoptr(GArray) runes = g_array_new(FALSE, FALSE, sizeof(gunichar));
	g_autoptr(GString) text = g_string_new(NULL);

	for (gunichar rune = 0x80; rune <= 0x10FFFF; rune++) {
		if (!g_unichar_validate(rune) || is_mapped(rune))
			continue;
		if (g_unichar_combining_class(rune) != 0 || (rune >= 0x1100 && rune < 0x1200) ||
			rune < 0x400)
			g_array_append_val(runes, rune);
		g_string_append_c(text, 'o');
		g_string_append_unichar(text, rune);
		if (rune % 128 != 0)
			continue;
		check_normal(text);
		g_string_truncate(text, 0);
	}
	for (int i = 0; i < 5000; i++) {
		int length = g_rand_int_range(random, 1, 12);

		g_string_truncate(text, 0);
		for (int j = 0; j < length; j++) {
			gint32 at = g_rand_int_range(random, 0, (gint32)runes->len);

			g_string_append_unichar(text,
				j % 3 == 0 ? (gunichar)g_rand_int_range(random, 'A', 'z') :
					     g_array_index(runes, gunichar, at));
		}
		check_normal(text);
	}
}

/* --- base64 ----------------------------------------------------------------------------------- */

static void
test_base64(void)
{
	static const char *const wrong[] = { "A", "AA", "AAA", "AA=", "====", "A===", "AA==AAAA",
		"AA=A", "AAA ", " AAA", "AA\nA", "AA-_", "AAAA=", "AAAA====" };
	g_autoptr(GString) text = g_string_new("before ");
	g_autoptr(GString) back = g_string_new(NULL);

	base64_append(text, "f", 1);
	base64_append(text, "fo", 2);
	base64_append(text, "foo", 3);
	base64_append(text, "", 0);
	g_assert_cmpstr(text->str, ==, "before Zg==Zm8=Zm9v");
	g_assert_true(base64_read(back, "Zg==", 4));
	g_assert_true(base64_read(back, "Zm8=", 4));
	g_assert_true(base64_read(back, "Zm9v", 4));
	g_assert_true(base64_read(back, "", 0));
	g_assert_cmpstr(back->str, ==, "ffofoo");
	for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++)
		g_assert_false(base64_read(back, wrong[i], strlen(wrong[i])));
	g_assert_cmpstr(back->str, ==, "ffofoo");
}

/* --- hiding ----------------------------------------------------------------------------------- */

static void
check_hidden(const char *secret_text, const char *sent_text, const char *text, const char *wanted)
{
	g_autoptr(secret_auto) secret = secret_new(secret_text, strlen(secret_text));
	g_autoptr(GString) sent = g_string_new(sent_text);
	g_autoptr(GString) out = g_string_new(NULL);
	struct pop3_line line = { .bytes = text, .length = strlen(text) };

	hide_secrets(out, &line, secret, sent);
	g_assert_cmpstr(out->str, ==, wanted);
}

static void
test_hide(void)
{
	check_hidden("pencil", "", "-ERR no", "-ERR no");
	check_hidden("pencil", "", "", "");
	check_hidden("pencil", "", "pencil", "<secret>");
	check_hidden("pencil", "", "-ERR pencilpencil is no pencil",
		"-ERR <secret> is no <secret>");
	check_hidden("pencil", "", "-ERR penci", "-ERR penci");
	check_hidden("aaaa", "", "aaaaaa b", "<secret> b");
	check_hidden("pin", "", "-ERR pin", "-ERR pin"); /* below HIDE_SECRET_MIN */
	check_hidden("pins", "", "-ERR pins", "-ERR <secret>");
	/* base64, at each of three places in a group, whole or cut behind the secret */
	check_hidden("pencil", "", "-ERR cGVuY2ls", "-ERR <secret>");
	check_hidden("pencil", "", "-ERR AHVzZXIAcGVuY2ls?", "-ERR <secret>?");
	check_hidden("pencil", "", "-ERR eHBlbmNpbA==", "-ERR <secret>==");
	check_hidden("pencil", "", "-ERR eHhwZW5jaWw=", "-ERR <secret>=");
	check_hidden("pencil", "", "-ERR eHhwZW5jaWx4eA", "-ERR <secret>");
	check_hidden("pencil", "", "-ERR zcGVuY2ls", "-ERR z<secret>");
	/* pieces of what was sent */
	check_hidden("pencil", "0123456789abcdef", "-ERR 3456789a?", "-ERR <secret>?");
	check_hidden("pencil", "0123456789abcdef", "-ERR 3456789", "-ERR 3456789");
	check_hidden("pencil", "0123456789abcdef", "0123456789abcdef", "<secret>");
	check_hidden("pencil", "0123456", "-ERR 0123456", "-ERR 0123456");
}

/* The longest line, made of nothing but secrets. */
static void
test_hide_bound(void)
{
	g_autoptr(secret_auto) secret = secret_new("pencil", 6);
	g_autoptr(GString) sent = g_string_new(NULL);
	g_autoptr(GString) text = g_string_new(NULL);
	g_autoptr(GString) out = g_string_new(NULL);
	struct pop3_line line = { 0 };

	while (text->len < POP3_LINE_MAX)
		g_string_append(text, "cGVuY2lscGVuY2ls");
	g_assert_cmpuint(text->len, ==, POP3_LINE_MAX);
	line = (struct pop3_line){ .bytes = text->str, .length = text->len };
	hide_secrets(out, &line, secret, sent);
	g_assert_cmpstr(out->str, ==, "<secret>");
}

/* --- OpenSSL ---------------------------------------------------------------------------------- */

static void
test_crypto(void)
{
	static const char *const digests[] = { "900150983cd24fb0d6963f7d28e17f72",
		"a9993e364706816aba3e25717850c26c9cd0d89d",
		"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" };
	uint8_t out[SASL_DIGEST_MAX];
	uint8_t again[SASL_DIGEST_MAX];

	for (int hash = SASL_MD5; hash <= SASL_SHA256; hash++) {
		size_t size = net_crypto.digest((enum sasl_hash)hash, "abc", 3, out);
		g_autoptr(GString) hex = g_string_new(NULL);

		for (size_t i = 0; i < size; i++)
			g_string_append_printf(hex, "%02x", out[i]);
		g_assert_cmpstr(hex->str, ==, digests[hash]);
		/* One block of PBKDF2 with one iteration is HMAC of salt and block number. */
		g_assert_cmpuint(net_crypto.pbkdf2((enum sasl_hash)hash, "key", 3, "salt", 4, 1,
					 out),
			==, size);
		g_assert_cmpuint(net_crypto.hmac((enum sasl_hash)hash, "key", 3, "salt\0\0\0\001",
					 8, again),
			==, size);
		g_assert_cmpint(memcmp(out, again, size), ==, 0);
		g_assert_cmpuint(net_crypto.hmac((enum sasl_hash)hash, "", 0, "", 0, out), ==,
			size);
	}
	net_crypto.random(out, sizeof(out));
	net_crypto.random(again, sizeof(again));
	g_assert_cmpint(memcmp(out, again, sizeof(out)), !=, 0);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/sasl/registry", test_registry);
	g_test_add_func("/sasl/plain", test_plain);
	g_test_add_func("/sasl/login", test_login);
	g_test_add_func("/sasl/cram-md5", test_cram_md5);
	g_test_add_func("/sasl/scram-sha-1", test_scram_sha_1);
	g_test_add_func("/sasl/scram-sha-256", test_scram_sha_256);
	g_test_add_func("/sasl/oauthbearer", test_oauthbearer);
	g_test_add_func("/sasl/xoauth2", test_xoauth2);
	g_test_add_func("/sasl/scram/flags", test_scram_flags);
	g_test_add_func("/sasl/scram/nonce", test_scram_nonce);
	g_test_add_func("/sasl/scram/first", test_scram_first);
	g_test_add_func("/sasl/scram/final", test_scram_final);
	g_test_add_func("/sasl/scram/names", test_scram_names);
	g_test_add_func("/sasl/prepare", test_prepare);
	g_test_add_func("/sasl/normalize", test_normalize);
	g_test_add_func("/sasl/base64", test_base64);
	g_test_add_func("/sasl/hide", test_hide);
	g_test_add_func("/sasl/hide-bound", test_hide_bound);
	g_test_add_func("/sasl/crypto", test_crypto);
	return g_test_run();
}
