/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tls/answer.c: answers made by hand, in pieces of 1, 2, 7 and whole, right and
 * wrong; and OpenSSL's answers to our hellos, read as OpenSSL itself means them.
 */
#include "test-tls.h"

#include "tls/cipher.h"

enum {
	RSA_AES = 0x002f,
	DHE_AES = 0x0033,
	ECDHE_AES = 0xc013,
	TLS13_AES = 0x1301,
};

/* --- building blocks -------------------------------------------------------------------------- */

static void
assert_same(const struct tls_answer *a, const struct tls_answer *b)
{
	g_assert_cmpint(a->state, ==, b->state);
	g_assert_cmphex(a->version, ==, b->version);
	g_assert_cmphex(a->cipher, ==, b->cipher);
	g_assert_cmphex(a->group, ==, b->group);
	g_assert_cmpint(a->dh_bits, ==, b->dh_bits);
	g_assert_cmpuint(a->alert, ==, b->alert);
	g_assert_true(a->retry == b->retry);
	g_assert_true(a->downgrade == b->downgrade);
	g_assert_cmpstr(a->why, ==, b->why);
}

/* Feeds it whole, and asserts that pieces say the same. */
static struct tls_answer
read_all(const GByteArray *bytes)
{
	static const size_t sizes[] = { 1, 2, 7 };
	struct tls_answer whole;

	feed_pieces(&whole, bytes, 0);
	for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
		struct tls_answer pieces;

		feed_pieces(&pieces, bytes, sizes[i]);
		assert_same(&pieces, &whole);
		tls_answer_clear(&pieces);
	}
	return whole;
}

/* Wraps messages into records of that size, and frees them. */
static GByteArray *
in_records(GByteArray *messages, size_t size)
{
	GByteArray *out = g_byte_array_new();

	wire_records(out, 22, messages, size);
	return out;
}

static void
assert_chosen(GByteArray *bytes, uint16_t version, uint16_t cipher, uint16_t group, int dh_bits)
{
	struct tls_answer answer = read_all(bytes);

	g_assert_cmpstr(answer.why, ==, NULL);
	g_assert_cmpint(answer.state, ==, TLS_ANSWER_CHOSEN);
	g_assert_cmphex(answer.version, ==, version);
	g_assert_cmphex(answer.cipher, ==, cipher);
	g_assert_cmphex(answer.group, ==, group);
	g_assert_cmpint(answer.dh_bits, ==, dh_bits);
	tls_answer_clear(&answer);

	/* Without its last octet it is not whole. */
	g_byte_array_set_size(bytes, bytes->len - 1);
	answer = read_all(bytes);
	g_assert_cmpint(answer.state, ==, TLS_ANSWER_MORE);
	tls_answer_clear(&answer);
	g_byte_array_unref(bytes);
}

static void
assert_not_tls(GByteArray *bytes, const char *why)
{
	struct tls_answer answer = read_all(bytes);

	g_assert_cmpstr(answer.why, ==, why);
	g_assert_cmpint(answer.state, ==, TLS_ANSWER_NOT_TLS);
	g_assert_cmpint(tls_answer_feed(&answer, "x", 1), ==, TLS_ANSWER_NOT_TLS);
	g_assert_cmpint(tls_answer_end(&answer), ==, TLS_ANSWER_NOT_TLS);
	tls_answer_clear(&answer);
	g_byte_array_unref(bytes);
}

static GByteArray *
octets(const char *bytes, size_t length)
{
	return g_byte_array_append(g_byte_array_new(), (const guint8 *)bytes, (guint)length);
}

#define OCTETS(literal) octets(literal, sizeof(literal) - 1)

/* --- what servers send ------------------------------------------------------------------------ */

static GByteArray *
flight(uint16_t version, uint16_t cipher)
{
	GByteArray *out = g_byte_array_new();

	wire_hello(out, version, cipher);
	wire_certificate(out, 900);
	return out;
}

/* The same flight, however it is cut into records. */
static void
test_records(void)
{
	static const size_t sizes[] = { 1, 3, 4, 5, 38, 42, 100, RECORD_PLAIN_MAX };

	for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
		GByteArray *messages = flight(0x0303, ECDHE_AES);

		wire_message(messages, 22, OCTETS("\x01\x00\x00\x01\x30"));
		wire_ecdh(messages, 29);
		wire_message(messages, 13, OCTETS("\x01\x01\x00\x00\x00\x00"));
		wire_done(messages);
		assert_chosen(in_records(messages, sizes[i]), 0x0303, ECDHE_AES, 29, 0);
	}
}

static void
test_exchanges(void)
{
	static const unsigned primes[] = { 512, 768, 1024, 1023, 2041, 2048, 4096, 8192 };
	GByteArray *messages = flight(0x0300, RSA_AES);

	wire_done(messages);
	assert_chosen(in_records(messages, 100), 0x0300, RSA_AES, 0, 0);
	for (size_t i = 0; i < G_N_ELEMENTS(primes); i++) {
		messages = flight(0x0301, DHE_AES);
		wire_dh(messages, primes[i]);
		wire_done(messages);
		assert_chosen(in_records(messages, 100), 0x0301, DHE_AES, 0, (int)primes[i]);
	}

	/* Anonymous: no certificate. A prime with zeros before it is no longer for them. */
	messages = g_byte_array_new();
	wire_hello(messages, 0x0302, 0x0034);
	wire_message(messages, 12, OCTETS("\x00\x04\x00\x00\x01\x03\x00\x01\x02\x00\x01\x05"));
	wire_done(messages);
	assert_chosen(in_records(messages, 100), 0x0302, 0x0034, 0, 9);

	/* A curve that is spelled out has no number. */
	messages = flight(0x0303, ECDHE_AES);
	wire_message(messages, 12, OCTETS("\x01\x01\x02\x03\x04"));
	wire_done(messages);
	assert_chosen(in_records(messages, 100), 0x0303, ECDHE_AES, 0, 0);

	/* An export RSA key, and a PSK hint: nothing that counts. */
	messages = flight(0x0300, 0x0003);
	wire_message(messages, 12, OCTETS("\x00\x01\x02\x00\x01\x03\x00\x00"));
	wire_done(messages);
	assert_chosen(in_records(messages, 100), 0x0300, 0x0003, 0, 0);
	messages = g_byte_array_new();
	wire_hello(messages, 0x0303, 0x008c);
	wire_message(messages, 12, OCTETS("\x00\x01h"));
	wire_done(messages);
	assert_chosen(in_records(messages, 100), 0x0303, 0x008c, 0, 0);
}

/* A cipher that nobody lists is still a choice; HelloRequests are passed over. */
static void
test_odd_but_right(void)
{
	GByteArray *messages = g_byte_array_new();

	wire_message(messages, 0, g_byte_array_new());
	wire_hello(messages, 0x0303, 0xfafa);
	wire_message(messages, 23, OCTETS("\x00\x00\x00"));
	wire_certificate(messages, 3);
	wire_message(messages, 0, g_byte_array_new());
	wire_done(messages);
	assert_chosen(in_records(messages, 7), 0x0303, 0xfafa, 0, 0);
}

static GByteArray *
hello13(const uint8_t *random, uint16_t version, const char *extensions, size_t length)
{
	GByteArray *out = g_byte_array_new();
	GByteArray *hello = g_byte_array_new();

	wire_number(hello, 2, version);
	if (random != NULL)
		g_byte_array_append(hello, random, 32);
	else
		wire_fill(hello, 7, 32);
	wire_number(hello, 1, 32);
	wire_fill(hello, 9, 32);
	wire_number(hello, 2, TLS13_AES);
	wire_number(hello, 1, 0);
	wire_vector(hello, 2, octets(extensions, length));
	wire_message(out, 2, hello);
	return in_records(out, RECORD_PLAIN_MAX);
}

#define HELLO13(random, version, literal) hello13(random, version, literal, sizeof(literal) - 1)
#define VERSION13                         "\x00\x2b\x00\x02\x03\x04"

static void
test_tls13(void)
{
	GByteArray *messages = g_byte_array_new();
	struct tls_answer answer;

	wire_retry_request(messages, 0x1303, 0x11ec);
	answer = read_all(messages);
	tls_answer_clear(&answer);
	messages = in_records(messages, 9);
	answer = read_all(messages);
	g_assert_true(answer.retry);
	tls_answer_clear(&answer);
	assert_chosen(messages, 0x0304, 0x1303, 0x11ec, 0);
	assert_chosen(HELLO13(NULL, 0x0303, VERSION13 "\x00\x33\x00\x06\x00\x1d\x00\x02xx"), 0x0304,
		TLS13_AES, 29, 0);
	/* By a secret alone, and after a cookie: no group. */
	assert_chosen(HELLO13(NULL, 0x0303, "\x00\x29\x00\x02\x00\x00" VERSION13), 0x0304,
		TLS13_AES, 0, 0);
	assert_chosen(HELLO13(wire_retry, 0x0303, VERSION13 "\x00\x2c\x00\x03\x00\x01x"), 0x0304,
		TLS13_AES, 0, 0);
}

static void
test_tls13_wrong(void)
{
	static const char version[] = "a version that does not exist";
	static const char lengths[] = "extensions whose lengths contradict";
	static const char share[] = "a key_share whose lengths contradict";

	assert_not_tls(HELLO13(NULL, 0x0303, "\x00\x2b\x00\x02\x03\x03"), version);
	assert_not_tls(HELLO13(NULL, 0x0303, "\x00\x2b\x00\x02\x7f\x1c"), version);
	assert_not_tls(HELLO13(NULL, 0x0302, VERSION13), version);
	assert_not_tls(HELLO13(NULL, 0x0303, "\x00\x2b\x00\x03\x03\x04\x00"), version);
	assert_not_tls(HELLO13(NULL, 0x0303, "\x00\x2b\x00\x01\x03"), version);
	assert_not_tls(HELLO13(NULL, 0x0303, VERSION13 VERSION13), "an extension that comes twice");
	assert_not_tls(HELLO13(wire_retry, 0x0303,
			       VERSION13 "\x00\x33\x00\x02\x00\x1d\x00\x33\x00\x02\x00\x1d"),
		"an extension that comes twice");
	assert_not_tls(HELLO13(NULL, 0x0303, VERSION13 "\x00"), lengths);
	assert_not_tls(HELLO13(NULL, 0x0303, VERSION13 "\x00\x99\x00\x01"), lengths);
	assert_not_tls(HELLO13(NULL, 0x0303, VERSION13 "\x00\x33\x00\x02\x00\x1d"), share);
	assert_not_tls(HELLO13(NULL, 0x0303, VERSION13 "\x00\x33\x00\x05\x00\x1d\x00\x02x"), share);
	assert_not_tls(HELLO13(wire_retry, 0x0303, VERSION13 "\x00\x33\x00\x03\x00\x1d\x00"),
		share);
	assert_not_tls(HELLO13(wire_retry, 0x0303, "\xff\x01\x00\x01\x00"),
		"a HelloRetryRequest below TLS 1.3");
	assert_not_tls(HELLO13(NULL, 0x0303, "\xff\x01\x00\x01\x00"),
		"a cipher that its version does not have");
}

/* The other way round: TLS 1.3 with a cipher of TLS 1.2. */
static void
test_cipher_of_another_version(void)
{
	GByteArray *messages = g_byte_array_new();

	wire_retry_request(messages, ECDHE_AES, 29);
	assert_not_tls(in_records(messages, 100), "a cipher that its version does not have");
}

static void
test_downgrade(void)
{
	static const struct {
		const char *mark;
		bool is;
	} rows[] = { { "DOWNGRD\x01", true }, { "DOWNGRD\x00", true }, { "DOWNGRD\x02", false },
		{ "DOWNGRX\x01", false } };

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		GByteArray *messages = flight(0x0303, RSA_AES);
		struct tls_answer answer;

		wire_done(messages);
		memcpy(messages->data + 4 + 2 + 24, rows[i].mark, 8);
		messages = in_records(messages, 100);
		answer = read_all(messages);
		g_assert_cmpint(answer.state, ==, TLS_ANSWER_CHOSEN);
		g_assert_true(answer.downgrade == rows[i].is);
		tls_answer_clear(&answer);
		g_byte_array_unref(messages);
	}
}

/* --- alerts ----------------------------------------------------------------------------------- */

static void
assert_alert(GByteArray *bytes, uint8_t alert, uint16_t version)
{
	struct tls_answer answer = read_all(bytes);

	g_assert_cmpint(answer.state, ==, TLS_ANSWER_ALERT);
	g_assert_cmpuint(answer.alert, ==, alert);
	g_assert_cmphex(answer.version, ==, version);
	tls_answer_clear(&answer);
	g_byte_array_unref(bytes);
}

static void
test_alerts(void)
{
	GByteArray *bytes;

	assert_alert(OCTETS("\x15\x03\x00\x00\x02\x02\x28"), 40, 0);
	assert_alert(OCTETS("\x15\x03\x01\x00\x02\x01\x00"), 0, 0);  /* close_notify */
	assert_alert(OCTETS("\x15\x03\x01\x00\x02\x01\x28"), 40, 0); /* always fatal */
	assert_alert(OCTETS("\x15\x03\x01\x00\x02\x02\x70"), 112, 0);
	assert_alert(OCTETS("\x15\x03\x03\x00\x04\x01\x70\x02\x46"), 70, 0); /* two in a record */
	assert_alert(OCTETS("\x15\x03\x03\x00\x01\x02\x15\x03\x03\x00\x01\x56"), 86,
		0); /* in two */

	/* After a ServerHello: it chose, and gave up. */
	bytes = in_records(flight(0x0302, DHE_AES), 100);
	wire_alert(bytes, 2, 80);
	assert_alert(bytes, 80, 0x0302);
}

/* A warning, and the handshake goes on; even within a message that is not whole yet. */
static void
test_warnings(void)
{
	GByteArray *bytes = g_byte_array_new();
	GByteArray *messages = flight(0x0303, RSA_AES);

	wire_done(messages);
	for (int i = 0; i < 3; i++)
		wire_alert(bytes, 1, 112);
	wire_records(bytes, 22, octets((const char *)messages->data, 50), 100);
	wire_alert(bytes, 1, 90);
	wire_alert(bytes, 1, 200); /* that nobody knows */
	wire_records(bytes, 22, octets((const char *)messages->data + 50, messages->len - 50),
		RECORD_PLAIN_MAX);
	g_byte_array_unref(messages);
	assert_chosen(bytes, 0x0303, RSA_AES, 0, 0);

	/* A flood of them ends at the bound. */
	bytes = g_byte_array_new();
	for (int i = 0; i <= TLS_ANSWER_MAX / 7; i++)
		wire_alert(bytes, 1, 112);
	assert_not_tls(bytes, "an answer that is too long");
}

static void
test_words(void)
{
	g_assert_cmpstr(tls_alert_words(0), ==, "close notify");
	g_assert_cmpstr(tls_alert_words(40), ==, "handshake failure");
	g_assert_cmpstr(tls_alert_words(70), ==, "protocol version");
	g_assert_cmpstr(tls_alert_words(112), ==, "unrecognized name");
	g_assert_cmpstr(tls_alert_words(255), ==, "unknown alert");
	g_assert_cmpstr(tls_alert_words(1), ==, "unknown alert");
}

/* --- what is no TLS --------------------------------------------------------------------------- */

static void
test_no_record(void)
{
	assert_not_tls(OCTETS("+OK ready\r\n"), "no TLS record");
	assert_not_tls(OCTETS("\x80\x03\x00\x00\x01"), "no TLS record"); /* SSLv2's error */
	assert_not_tls(OCTETS("\x16\x02\x00\x00\x01"), "no TLS record");
	assert_not_tls(OCTETS("\x18\x03\x00\x00\x01"), "no TLS record");
	assert_not_tls(OCTETS("\x14\x03\x03\x00\x01\x01"), "a record out of its place");
	assert_not_tls(OCTETS("\x17\x03\x03\x00\x01\x01"), "a record out of its place");
	assert_not_tls(OCTETS("\x16\x03\x03\x00\x00"), "an empty record");
	assert_not_tls(OCTETS("\x15\x03\x03\x00\x00"), "an empty record");
	assert_not_tls(OCTETS("\x16\x03\x03\x40\x01"), "a record that is too long");
	assert_not_tls(OCTETS("\x15\x03\x03\x00\x02\x03\x28"), "an alert of no known level");
	assert_not_tls(OCTETS("\x15\x03\x03\x00\x02\x00\x28"), "an alert of no known level");
}

static GByteArray *
message(uint8_t type, const char *bytes, size_t length)
{
	GByteArray *out = g_byte_array_new();

	wire_message(out, type, octets(bytes, length));
	return in_records(out, RECORD_PLAIN_MAX);
}

#define MESSAGE(type, literal) message(type, literal, sizeof(literal) - 1)
#define THIRTY_TWO             "01234567890123456789012345678901"

static void
test_hello_wrong(void)
{
	static const char lengths[] = "a ServerHello whose lengths contradict";
	static const char version[] = "a version that does not exist";

	assert_not_tls(MESSAGE(2, ""), lengths);
	assert_not_tls(MESSAGE(2, "\x03\x03"), lengths);
	assert_not_tls(MESSAGE(2, "\x03\x03" THIRTY_TWO), lengths);
	assert_not_tls(MESSAGE(2, "\x03\x03" THIRTY_TWO "\x00\x00\x2f"), lengths);
	assert_not_tls(MESSAGE(2, "\x03\x03" THIRTY_TWO "\x05\x00\x2f\x00"), lengths);
	assert_not_tls(MESSAGE(2, "\x03\x03" THIRTY_TWO "\x21" THIRTY_TWO "x\x00\x2f\x00"),
		lengths);
	assert_not_tls(MESSAGE(2, "\x02\x00" THIRTY_TWO "\x00\x00\x2f\x00"), version);
	assert_not_tls(MESSAGE(2, "\x03\x04" THIRTY_TWO "\x00\x13\x01\x00"), version);
	assert_not_tls(MESSAGE(2, "\x03\x03" THIRTY_TWO "\x00\x00\x2f\x01"),
		"a compression that was not offered");
	assert_not_tls(MESSAGE(2, "\x03\x03" THIRTY_TWO "\x00\x00\x2f\x00\x00"),
		"extensions whose lengths contradict");
	assert_not_tls(MESSAGE(2, "\x03\x03" THIRTY_TWO "\x00\x00\x2f\x00\x00\x05\xff\x01\x00\x00"),
		"extensions whose lengths contradict");
	assert_not_tls(MESSAGE(2, "\x03\x03" THIRTY_TWO "\x00\x00\x2f\x00\x00\x00x"),
		"extensions whose lengths contradict");
}

/* One message after a ServerHello with that cipher. */
static GByteArray *
after(uint16_t cipher, uint8_t type, const char *bytes, size_t length)
{
	GByteArray *messages = flight(0x0303, cipher);

	wire_message(messages, type, octets(bytes, length));
	return in_records(messages, RECORD_PLAIN_MAX);
}

#define AFTER(cipher, type, literal) after(cipher, type, literal, sizeof(literal) - 1)

static void
test_exchange_wrong(void)
{
	static const char dh[] = "DH parameters whose lengths contradict";
	static const char ecdh[] = "ECDH parameters whose lengths contradict";

	assert_not_tls(AFTER(DHE_AES, 12, ""), dh);
	assert_not_tls(AFTER(DHE_AES, 12, "\x00\x05\x01"), dh);
	assert_not_tls(AFTER(DHE_AES, 12, "\x00\x01\x07\x00\x01\x02"), dh);
	assert_not_tls(AFTER(DHE_AES, 12, "\x00\x01\x07\x00\x01\x02\xff\xff\x02"), dh);
	assert_not_tls(AFTER(DHE_AES, 12, "\x00\x00\x00\x01\x02\x00\x01\x02"), dh); /* no prime */
	assert_not_tls(AFTER(DHE_AES, 12, "\x00\x02\x00\x00\x00\x01\x02\x00\x01\x02"), dh);
	assert_not_tls(AFTER(ECDHE_AES, 12, ""), "a curve of no known kind");
	assert_not_tls(AFTER(ECDHE_AES, 12, "\x04\x00\x1d\x00"), "a curve of no known kind");
	assert_not_tls(AFTER(ECDHE_AES, 12, "\x03\x00"), ecdh);
	assert_not_tls(AFTER(ECDHE_AES, 12, "\x03\x00\x1d"), ecdh);
	assert_not_tls(AFTER(ECDHE_AES, 12, "\x03\x00\x1d\x20\x01"), ecdh);
	assert_not_tls(AFTER(ECDHE_AES, 14, ""), "no ServerKeyExchange, which its cipher needs");
	assert_not_tls(AFTER(DHE_AES, 14, ""), "no ServerKeyExchange, which its cipher needs");
	assert_not_tls(AFTER(RSA_AES, 14, "x"), "a ServerHelloDone that is not empty");
}

static void
test_order_wrong(void)
{
	static const char place[] = "a handshake message out of its place";
	GByteArray *messages = flight(0x0303, RSA_AES);

	assert_not_tls(MESSAGE(11, "\x00"), place);
	assert_not_tls(MESSAGE(14, ""), place);
	assert_not_tls(MESSAGE(1, "\x03\x03"), place);
	assert_not_tls(MESSAGE(3, "\xfe\xff\x00"), place); /* DTLS */
	assert_not_tls(MESSAGE(0, "x"), "a HelloRequest that is not empty");
	wire_hello(messages, 0x0303, RSA_AES);
	assert_not_tls(in_records(messages, 100), place);
	assert_not_tls(AFTER(RSA_AES, 11, "\x00"), place);
	assert_not_tls(AFTER(RSA_AES, 20, "\x00"), place);
	messages = flight(0x0303, ECDHE_AES);
	wire_ecdh(messages, 29);
	wire_message(messages, 22, OCTETS("\x01"));
	assert_not_tls(in_records(messages, 100), place);
	messages = in_records(flight(0x0303, RSA_AES), 100);
	g_byte_array_append(messages, (const guint8 *)"\x14\x03\x03\x00\x01\x01", 6);
	assert_not_tls(messages, "a record out of its place");
}

/* --- bounds and ends -------------------------------------------------------------------------- */

/* A flight of exactly that many octets, in records of at most 16384. */
static GByteArray *
flight_of(size_t size)
{
	GByteArray *messages = g_byte_array_new();
	size_t records = (size + RECORD_PLAIN_MAX + 4) / (RECORD_PLAIN_MAX + 5);

	wire_hello(messages, 0x0303, RSA_AES);
	wire_certificate(messages, size - 5 * records - messages->len - 4 - 4);
	wire_done(messages);
	messages = in_records(messages, RECORD_PLAIN_MAX);
	g_assert_cmpuint(messages->len, ==, size);
	return messages;
}

static void
test_bounds(void)
{
	assert_chosen(flight_of(TLS_ANSWER_MAX), 0x0303, RSA_AES, 0, 0);
	assert_not_tls(flight_of(TLS_ANSWER_MAX + 1), "an answer that is too long");
	/* A message of TLS_ANSWER_MAX octets is waited for; that one is longer shows at once. */
	assert_not_tls(OCTETS("\x16\x03\x03\x00\x04\x02\x01\x00\x01"),
		"a handshake message that is too long");

	struct tls_answer answer;
	GByteArray *bytes = OCTETS("\x16\x03\x03\x00\x04\x02\x01\x00\x00");

	answer = read_all(bytes);
	g_assert_cmpint(answer.state, ==, TLS_ANSWER_MORE);
	tls_answer_clear(&answer);
	g_byte_array_unref(bytes);
}

static enum tls_answer_state
ended(GByteArray *bytes)
{
	struct tls_answer answer = read_all(bytes);
	enum tls_answer_state state;

	g_assert_cmpint(answer.state, ==, TLS_ANSWER_MORE);
	state = tls_answer_end(&answer);
	g_assert_true((answer.why != NULL) == (state == TLS_ANSWER_NOT_TLS));
	tls_answer_clear(&answer);
	g_byte_array_unref(bytes);
	return state;
}

static void
test_ends(void)
{
	GByteArray *messages = g_byte_array_new();

	g_assert_cmpint(ended(g_byte_array_new()), ==, TLS_ANSWER_MORE);
	g_assert_cmpint(ended(OCTETS("\x16")), ==, TLS_ANSWER_NOT_TLS);
	g_assert_cmpint(ended(OCTETS("\x15\x03\x03\x00\x01\x02")), ==, TLS_ANSWER_NOT_TLS);
	g_assert_cmpint(ended(OCTETS("\x16\x03\x03\x00\x01\x02")), ==, TLS_ANSWER_NOT_TLS);
	/* A warning alone is no answer, and cut neither. */
	g_assert_cmpint(ended(OCTETS("\x15\x03\x03\x00\x02\x01\x70")), ==, TLS_ANSWER_MORE);
	wire_hello(messages, 0x0301, ECDHE_AES);
	g_assert_cmpint(ended(in_records(messages, 100)), ==, TLS_ANSWER_CHOSEN);
	messages = flight(0x0303, ECDHE_AES);
	wire_number(messages, 1, 12);
	g_assert_cmpint(ended(in_records(messages, 100)), ==, TLS_ANSWER_CHOSEN);

	/* One that was never begun may be cleared. */
	struct tls_answer answer = { 0 };

	tls_answer_clear(&answer);
}

/* Each octet of a right answer turned over: whatever that is, pieces agree, and nothing breaks. */
static void
test_turned(void)
{
	GByteArray *messages = flight(0x0303, DHE_AES);

	wire_dh(messages, 1024);
	wire_done(messages);
	messages = in_records(messages, 200);
	for (guint i = 0; i < messages->len; i++) {
		static const uint8_t masks[] = { 0x01, 0x80, 0xff };

		for (size_t j = 0; j < G_N_ELEMENTS(masks); j++) {
			struct tls_answer answer;

			messages->data[i] ^= masks[j];
			answer = read_all(messages);
			tls_answer_clear(&answer);
			messages->data[i] ^= masks[j];
		}
	}
	g_byte_array_unref(messages);
}

/* --- OpenSSL ---------------------------------------------------------------------------------- */

/* OpenSSL's short name of a group that both know. */
static const char *
short_name(uint16_t group)
{
	static const struct {
		uint16_t number;
		int nid;
	} rows[] = { { 19, NID_X9_62_prime192v1 }, { 21, NID_secp224r1 }, { 22, NID_secp256k1 },
		{ 23, NID_X9_62_prime256v1 }, { 24, NID_secp384r1 }, { 25, NID_secp521r1 },
		{ 26, NID_brainpoolP256r1 }, { 29, NID_X25519 }, { 30, NID_X448 },
		{ 256, NID_ffdhe2048 }, { 257, NID_ffdhe3072 } };

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		if (rows[i].number == group)
			return OBJ_nid2sn(rows[i].nid);
	}
	return "?";
}

/* Asks an OpenSSL server for one cipher, and holds our reading against its own. */
static void
ask_openssl(SSL_CTX *context, const struct tls_offer *offer)
{
	g_autoptr(GByteArray) hello = g_byte_array_new();
	struct tls_answer answer;
	SSL *tls = NULL;
	GByteArray *bytes;
	const SSL_CIPHER *cipher;

	g_assert_true(tls_hello_append(offer, "mail.example.com", hello));
	bytes = server_answer(context, hello->data, hello->len, &tls);
	answer = read_all(bytes);
	cipher = SSL_get_pending_cipher(tls);
	g_assert_cmpstr(answer.why, ==, NULL);
	g_assert_cmpint(answer.state, ==, TLS_ANSWER_CHOSEN);
	g_assert_cmpint(answer.version, ==, SSL_version(tls));
	g_assert_cmphex(answer.cipher, ==, SSL_CIPHER_get_protocol_id(cipher));
	g_assert_true(answer.retry == (answer.version == TLS1_3_VERSION));
	/* While it waits for the second hello there is no session to ask for its group. */
	if (answer.retry)
		g_assert_cmpstr(short_name(answer.group), ==,
			OBJ_nid2sn((int)SSL_get_shared_group(tls, 0)));
	else if (tls_cipher_exchange(answer.cipher) == TLS_EXCHANGE_ECDHE)
		g_assert_cmpstr(short_name(answer.group), ==,
			OBJ_nid2sn((int)SSL_get_negotiated_group(tls)));
	else
		g_assert_cmphex(answer.group, ==, 0);
	g_assert_true(
		(answer.dh_bits > 0) == (tls_cipher_exchange(answer.cipher) == TLS_EXCHANGE_DHE));
	tls_answer_clear(&answer);
	g_byte_array_unref(bytes);
	SSL_free(tls);
}

static const uint16_t signatures[] = { 0x0804, 0x0401, 0x0403, 0x0201, 0x0203 };
static const uint16_t groups[] = { 29, 23, 24, 25, 30 };

/* Every cipher that OpenSSL has for a certificate or for nobody, in each version that has it. */
static void
test_openssl_ciphers(void)
{
	unsigned asked = 0;

	for (int version = TLS1_VERSION; version <= TLS1_2_VERSION; version++) {
		SSL_CTX *context = server_new(version, version, "both");
		STACK_OF(SSL_CIPHER) *all = SSL_CTX_get_ciphers(context);

		for (int i = 0; i < sk_SSL_CIPHER_num(all); i++) {
			uint16_t cipher = SSL_CIPHER_get_protocol_id(sk_SSL_CIPHER_value(all, i));
			uint16_t since = tls_cipher_since(cipher);
			const struct tls_offer offer = { .version = (uint16_t)version,
				.ciphers = &cipher,
				.cipher_count = 1,
				.groups = groups,
				.group_count = G_N_ELEMENTS(groups),
				.signatures = signatures,
				.signature_count = G_N_ELEMENTS(signatures),
				.extended = true };

			if (tls_cipher_exchange(cipher) == TLS_EXCHANGE_SECRET ||
				tls_cipher_has(cipher, "DSS") || since > version)
				continue;
			g_test_message("%s", tls_cipher_name(cipher));
			ask_openssl(context, &offer);
			asked++;
		}
		SSL_CTX_free(context);
	}
	g_assert_cmpuint(asked, >, 80);
}

static void
test_openssl_groups(void)
{
	static const uint16_t one_by_one[] = { 23, 24, 25, 29, 30, 256, 257, 22, 21, 19, 26 };
	static const uint16_t tls13[] = { 0x0304 };
	static const uint16_t ciphers[] = { TLS13_AES, ECDHE_AES };
	SSL_CTX *context = server_new(TLS1_2_VERSION, TLS1_3_VERSION, "RSA");

	SSL_CTX_set1_groups_list(context,
		"P-256:P-384:P-521:X25519:X448:ffdhe2048:ffdhe3072:secp256k1:secp224r1:prime192v1:"
		"brainpoolP256r1");
	for (size_t i = 0; i < G_N_ELEMENTS(one_by_one); i++) {
		struct tls_offer offer = { .version = 0x0303,
			.ciphers = ciphers,
			.cipher_count = 2,
			.groups = &one_by_one[i],
			.group_count = 1,
			.signatures = signatures,
			.signature_count = G_N_ELEMENTS(signatures) };

		if (one_by_one[i] < 256)
			ask_openssl(context, &offer);
		offer.versions = tls13;
		offer.version_count = 1;
		if (one_by_one[i] >= 23 && one_by_one[i] != 26)
			ask_openssl(context, &offer);
	}
	SSL_CTX_free(context);
}

static void
test_openssl_prime(void)
{
	static const uint16_t cipher = DHE_AES;
	static const struct tls_offer offer = { .version = 0x0302,
		.ciphers = &cipher,
		.cipher_count = 1 };
	g_autoptr(GByteArray) hello = g_byte_array_new();
	SSL_CTX *context = server_new(TLS1_VERSION, TLS1_3_VERSION, "RSA");
	GByteArray *bytes;

	server_set_small_prime(context);
	tls_hello_append(&offer, NULL, hello);
	bytes = server_answer(context, hello->data, hello->len, NULL);

	struct tls_answer answer = read_all(bytes);

	g_assert_cmpint(answer.state, ==, TLS_ANSWER_CHOSEN);
	g_assert_cmpint(answer.dh_bits, ==, 1024);
	g_assert_true(answer.downgrade); /* it speaks TLS 1.3 */
	tls_answer_clear(&answer);
	g_byte_array_unref(bytes);
	SSL_CTX_free(context);
}

static void
test_openssl_refuses(void)
{
	static const uint16_t ciphers[] = { 0x0004, 0xc011 }; /* RC4, which is gone */
	struct tls_offer offer = { .version = 0x0303, .ciphers = ciphers, .cipher_count = 2 };
	SSL_CTX *context = server_new(TLS1_2_VERSION, TLS1_3_VERSION, "RSA");

	for (unsigned version = 0x0300; version <= 0x0303; version++) {
		g_autoptr(GByteArray) hello = g_byte_array_new();
		GByteArray *bytes;

		offer.version = (uint16_t)version;
		tls_hello_append(&offer, NULL, hello);
		bytes = server_answer(context, hello->data, hello->len, NULL);
		/* It is built without SSLv3, and says so in its own way. */
		assert_alert(bytes, version == 0x0301 || version == 0x0302 ? 70 : 40, 0);
	}
	SSL_CTX_free(context);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/tls/answer/records", test_records);
	g_test_add_func("/tls/answer/exchanges", test_exchanges);
	g_test_add_func("/tls/answer/odd-but-right", test_odd_but_right);
	g_test_add_func("/tls/answer/tls13", test_tls13);
	g_test_add_func("/tls/answer/tls13-wrong", test_tls13_wrong);
	g_test_add_func("/tls/answer/cipher-of-another-version", test_cipher_of_another_version);
	g_test_add_func("/tls/answer/downgrade", test_downgrade);
	g_test_add_func("/tls/answer/alerts", test_alerts);
	g_test_add_func("/tls/answer/warnings", test_warnings);
	g_test_add_func("/tls/answer/words", test_words);
	g_test_add_func("/tls/answer/no-record", test_no_record);
	g_test_add_func("/tls/answer/hello-wrong", test_hello_wrong);
	g_test_add_func("/tls/answer/exchange-wrong", test_exchange_wrong);
	g_test_add_func("/tls/answer/order-wrong", test_order_wrong);
	g_test_add_func("/tls/answer/bounds", test_bounds);
	g_test_add_func("/tls/answer/ends", test_ends);
	g_test_add_func("/tls/answer/turned", test_turned);
	g_test_add_func("/tls/answer/openssl-ciphers", test_openssl_ciphers);
	g_test_add_func("/tls/answer/openssl-groups", test_openssl_groups);
	g_test_add_func("/tls/answer/openssl-prime", test_openssl_prime);
	g_test_add_func("/tls/answer/openssl-refuses", test_openssl_refuses);
	return g_test_run();
}
