/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records into messages, messages into a choice. A message may span records,
 * and a record hold several; alerts may come between.
 *
 * A step returns why what it read is no TLS, or NULL. Every length is held
 * against what encloses it (struct reader) before it is believed.
 */
#include "tls/answer.h"

#include <string.h>

#include "tls/cipher.h"

enum {
	RECORD_HEADER = 5,
	RECORD_MAX = 16384, /* RFC 8446 section 5.1; nothing is encrypted yet */
	RECORD_ALERT = 21,
	RECORD_HANDSHAKE = 22,
	MESSAGE_HEADER = 4,
	RANDOM_LENGTH = 32,
	SESSION_MAX = 32,
	ALERT_WARNING = 1,
	ALERT_FATAL = 2,
	CURVE_NAMED = 3,
	EXTENSION_VERSIONS = 43,
	EXTENSION_KEY_SHARE = 51,
};

enum message {
	MESSAGE_HELLO_REQUEST = 0,
	MESSAGE_SERVER_HELLO = 2,
	MESSAGE_CERTIFICATE = 11,
	MESSAGE_SERVER_KEY_EXCHANGE = 12,
	MESSAGE_CERTIFICATE_REQUEST = 13,
	MESSAGE_SERVER_HELLO_DONE = 14,
	MESSAGE_CERTIFICATE_STATUS = 22,
	MESSAGE_SUPPLEMENTAL_DATA = 23,
};

/* --- numbers and vectors ---------------------------------------------------------------------- */

struct reader {
	const uint8_t *at;
	size_t left;
	bool broken; /* something was wanted that is not there; all else is 0 or empty then */
};

static const uint8_t *
take(struct reader *reader, size_t length)
{
	const uint8_t *bytes = reader->at;

	if (reader->broken || length > reader->left) {
		reader->broken = true;
		reader->left = 0;
		return NULL;
	}
	reader->at += length;
	reader->left -= length;
	return bytes;
}

static uint32_t
take_number(struct reader *reader, size_t octets)
{
	const uint8_t *bytes = take(reader, octets);
	uint32_t number = 0;

	for (size_t i = 0; bytes != NULL && i < octets; i++)
		number = number << 8 | bytes[i];
	return number;
}

/* A length of that many octets, and what it counts. */
static struct reader
take_vector(struct reader *reader, size_t octets)
{
	struct reader inner = { .left = take_number(reader, octets) };

	inner.at = take(reader, inner.left);
	if (inner.at == NULL)
		inner = (struct reader){ .broken = true };
	return inner;
}

/* --- ServerHello ------------------------------------------------------------------------------ */

/* What stands in a ServerHello, until all of it has been read. */
struct choice {
	uint16_t version;
	uint16_t cipher;
	uint16_t group;
	bool retry;
	bool tls13; /* by supported_versions */
	bool key_share;
};

/* SHA-256 of "HelloRetryRequest" (RFC 8446 section 4.1.3). */
static const uint8_t retry_random[RANDOM_LENGTH] = { 0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11,
	0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91, 0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c,
	0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c };

static const char *
read_versions(struct choice *choice, struct reader body)
{
	if (choice->tls13)
		return "an extension that comes twice";
	choice->tls13 = true;
	if (choice->version != 0x0303 || take_number(&body, 2) != 0x0304 || body.left > 0)
		return "a version that does not exist";
	return NULL;
}

static const char *
read_key_share(struct choice *choice, struct reader body)
{
	if (choice->key_share)
		return "an extension that comes twice";
	choice->key_share = true;
	choice->group = (uint16_t)take_number(&body, 2);
	if (!choice->retry)
		take_vector(&body, 2);
	return body.broken || body.left > 0 ? "a key_share whose lengths contradict" : NULL;
}

static const char *
read_extensions(struct choice *choice, struct reader *reader)
{
	struct reader extensions = take_vector(reader, 2);
	const char *why = NULL;

	while (extensions.left > 0 && why == NULL) {
		uint32_t type = take_number(&extensions, 2);
		struct reader body = take_vector(&extensions, 2);

		if (body.broken)
			break;
		if (type == EXTENSION_VERSIONS)
			why = read_versions(choice, body);
		else if (type == EXTENSION_KEY_SHARE)
			why = read_key_share(choice, body);
	}
	if (why == NULL && (extensions.broken || reader->left > 0))
		why = "extensions whose lengths contradict";
	return why;
}

/* A ServerHello that can be believed: its parts agree with each other. */
static const char *
settle_version(struct choice *choice)
{
	uint16_t since = tls_cipher_since(choice->cipher);

	if (choice->tls13)
		choice->version = 0x0304;
	else
		choice->group = 0;
	if (choice->retry && !choice->tls13)
		return "a HelloRetryRequest below TLS 1.3";
	if (since != 0 && (since == 0x0304) != choice->tls13)
		return "a cipher that its version does not have";
	return NULL;
}

/* RFC 8446 section 4.1.3: eight octets at the end of the random. */
static bool
is_downgrade(const uint8_t *random)
{
	const uint8_t *mark = random + RANDOM_LENGTH - 8;

	return memcmp(mark, "DOWNGRD", 7) == 0 && mark[7] <= 1;
}

static const char *
read_server_hello(struct tls_answer *answer, struct reader reader)
{
	struct choice choice = { .version = (uint16_t)take_number(&reader, 2) };
	const uint8_t *random = take(&reader, RANDOM_LENGTH);
	struct reader session = take_vector(&reader, 1);
	uint32_t compression;
	const char *why = NULL;

	choice.cipher = (uint16_t)take_number(&reader, 2);
	compression = take_number(&reader, 1);
	if (reader.broken || random == NULL || session.left > SESSION_MAX)
		return "a ServerHello whose lengths contradict";
	if (choice.version < 0x0300 || choice.version > 0x0303)
		return "a version that does not exist";
	if (compression != 0)
		return "a compression that was not offered";
	choice.retry = memcmp(random, retry_random, RANDOM_LENGTH) == 0;
	if (reader.left > 0)
		why = read_extensions(&choice, &reader);
	if (why == NULL)
		why = settle_version(&choice);
	if (why != NULL)
		return why;
	answer->version = choice.version;
	answer->cipher = choice.cipher;
	answer->group = choice.group;
	answer->retry = choice.retry;
	answer->downgrade = choice.version < 0x0304 && is_downgrade(random);
	if (choice.version == 0x0304)
		answer->state = TLS_ANSWER_CHOSEN; /* what follows is encrypted */
	return NULL;
}

/* --- ServerKeyExchange ------------------------------------------------------------------------ */

static int
count_bits(struct reader number)
{
	int bits;

	while (number.left > 0 && *number.at == 0) {
		number.at++;
		number.left--;
	}
	if (number.left == 0)
		return 0;
	bits = (int)(number.left - 1) * 8;
	for (unsigned octet = *number.at; octet > 0; octet >>= 1)
		bits++;
	return bits;
}

/* RFC 5246 section 7.4.3: prime, generator, public value. */
static const char *
read_dh(struct tls_answer *answer, struct reader *reader)
{
	struct reader prime = take_vector(reader, 2);

	take_vector(reader, 2);
	take_vector(reader, 2);
	answer->dh_bits = count_bits(prime);
	return reader->broken || answer->dh_bits == 0 ? "DH parameters whose lengths contradict" :
							NULL;
}

/* RFC 8422 section 5.4. A curve that is spelled out instead of named has no number. */
static const char *
read_ecdh(struct tls_answer *answer, struct reader *reader)
{
	uint32_t type = take_number(reader, 1);

	if (type < 1 || type > CURVE_NAMED)
		return "a curve of no known kind";
	if (type != CURVE_NAMED)
		return NULL;
	answer->group = (uint16_t)take_number(reader, 2);
	take_vector(reader, 1);
	return reader->broken ? "ECDH parameters whose lengths contradict" : NULL;
}

/* The signature behind the parameters is not looked at: no key is made from them. */
static const char *
read_key_exchange(struct tls_answer *answer, struct reader reader)
{
	enum tls_exchange exchange = tls_cipher_exchange(answer->cipher);

	answer->exchanged = true;
	if (exchange == TLS_EXCHANGE_DHE)
		return read_dh(answer, &reader);
	if (exchange == TLS_EXCHANGE_ECDHE)
		return read_ecdh(answer, &reader);
	return NULL; /* export RSA keys, PSK hints, ... */
}

static const char *
read_done(struct tls_answer *answer, struct reader reader)
{
	enum tls_exchange exchange = tls_cipher_exchange(answer->cipher);
	bool wanted = exchange == TLS_EXCHANGE_DHE || exchange == TLS_EXCHANGE_ECDHE;

	if (reader.left > 0)
		return "a ServerHelloDone that is not empty";
	if (wanted && !answer->exchanged)
		return "no ServerKeyExchange, which its cipher needs";
	answer->state = TLS_ANSWER_CHOSEN;
	return NULL;
}

/* --- messages --------------------------------------------------------------------------------- */

/* Their order, from 1; 0 for those that have no place in an answer (RFC 5246 section 7.3). */
static unsigned
place_of(unsigned type)
{
	static const uint8_t order[] = { MESSAGE_SERVER_HELLO, MESSAGE_SUPPLEMENTAL_DATA,
		MESSAGE_CERTIFICATE, MESSAGE_CERTIFICATE_STATUS, MESSAGE_SERVER_KEY_EXCHANGE,
		MESSAGE_CERTIFICATE_REQUEST, MESSAGE_SERVER_HELLO_DONE };

	for (unsigned i = 0; i < G_N_ELEMENTS(order); i++) {
		if (order[i] == type)
			return i + 1;
	}
	return 0;
}

static const char *
read_message(struct tls_answer *answer, unsigned type, struct reader body)
{
	unsigned place = place_of(type);
	bool first = answer->place == 0;

	/* It may come at any time, and asks for what was just done. */
	if (type == MESSAGE_HELLO_REQUEST)
		return body.left > 0 ? "a HelloRequest that is not empty" : NULL;
	if (place <= answer->place || first != (type == MESSAGE_SERVER_HELLO))
		return "a handshake message out of its place";
	answer->place = place;
	if (type == MESSAGE_SERVER_HELLO)
		return read_server_hello(answer, body);
	if (type == MESSAGE_SERVER_KEY_EXCHANGE)
		return read_key_exchange(answer, body);
	if (type == MESSAGE_SERVER_HELLO_DONE)
		return read_done(answer, body);
	return NULL;
}

/* Keeps the last `left` octets. */
static void
keep_rest(GByteArray *bytes, size_t left)
{
	if (left < bytes->len)
		g_byte_array_remove_range(bytes, 0, bytes->len - (guint)left);
}

/* Reads the messages that are whole, and keeps the rest. */
static const char *
read_handshake(struct tls_answer *answer, const uint8_t *bytes, size_t length)
{
	struct reader reader;
	const char *why = NULL;

	g_byte_array_append(answer->messages, bytes, (guint)length);
	reader = (struct reader){ .at = answer->messages->data, .left = answer->messages->len };
	while (reader.left >= MESSAGE_HEADER && why == NULL && answer->state == TLS_ANSWER_MORE) {
		struct reader ahead = reader;
		uint32_t type = take_number(&ahead, 1);
		struct reader body = take_vector(&ahead, 3);

		if (body.broken) { /* not whole yet; that a length is absurd shows at once */
			ahead = (struct reader){ .at = reader.at + 1, .left = 3 };
			if (take_number(&ahead, 3) > TLS_ANSWER_MAX)
				why = "a handshake message that is too long";
			break;
		}
		why = read_message(answer, type, body);
		reader = ahead;
	}
	keep_rest(answer->messages, reader.left);
	return why;
}

/* --- alerts ----------------------------------------------------------------------------------- */

static const struct {
	uint8_t description;
	bool passes; /* as a warning it may come, and the handshake goes on */
	const char *words;
} alerts[] = {
	{ 0, false, "close notify" },
	{ 10, false, "unexpected message" },
	{ 20, false, "bad record MAC" },
	{ 21, false, "decryption failed" },
	{ 22, false, "record overflow" },
	{ 30, false, "decompression failure" },
	{ 40, false, "handshake failure" },
	{ 41, true, "no certificate" },
	{ 42, true, "bad certificate" },
	{ 43, true, "unsupported certificate" },
	{ 44, true, "certificate revoked" },
	{ 45, true, "certificate expired" },
	{ 46, true, "certificate unknown" },
	{ 47, false, "illegal parameter" },
	{ 48, false, "unknown CA" },
	{ 49, false, "access denied" },
	{ 50, false, "decode error" },
	{ 51, false, "decrypt error" },
	{ 52, false, "too many CIDs requested" },
	{ 60, false, "export restriction" },
	{ 70, false, "protocol version" },
	{ 71, false, "insufficient security" },
	{ 80, false, "internal error" },
	{ 86, false, "inappropriate fallback" },
	{ 90, true, "user canceled" },
	{ 100, true, "no renegotiation" },
	{ 109, false, "missing extension" },
	{ 110, false, "unsupported extension" },
	{ 111, true, "certificate unobtainable" },
	{ 112, true, "unrecognized name" },
	{ 113, true, "bad certificate status response" },
	{ 114, true, "bad certificate hash value" },
	{ 115, false, "unknown PSK identity" },
	{ 116, false, "certificate required" },
	{ 117, false, "general error" },
	{ 120, false, "no application protocol" },
	{ 121, false, "ECH required" },
};

const char *
tls_alert_words(uint8_t description)
{
	for (size_t i = 0; i < G_N_ELEMENTS(alerts); i++) {
		if (alerts[i].description == description)
			return alerts[i].words;
	}
	return "unknown alert";
}

/* What is always fatal ends it whatever its level says. */
static bool
passes(uint8_t level, uint8_t description)
{
	if (level != ALERT_WARNING)
		return false;
	for (size_t i = 0; i < G_N_ELEMENTS(alerts); i++) {
		if (alerts[i].description == description)
			return alerts[i].passes;
	}
	return true;
}

static const char *
read_alerts(struct tls_answer *answer, const uint8_t *bytes, size_t length)
{
	for (size_t i = 0; i < length && answer->state == TLS_ANSWER_MORE; i++) {
		if (answer->level == 0) {
			answer->level = bytes[i];
			if (bytes[i] != ALERT_WARNING && bytes[i] != ALERT_FATAL)
				return "an alert of no known level";
			continue;
		}
		if (!passes(answer->level, bytes[i])) {
			answer->alert = bytes[i];
			answer->state = TLS_ANSWER_ALERT;
		}
		answer->level = 0;
	}
	return NULL;
}

/* --- records ---------------------------------------------------------------------------------- */

/* As much of a record's header as is there. */
static const char *
check_header(const uint8_t *header, size_t length)
{
	size_t size;

	if (header[0] != RECORD_ALERT && header[0] != RECORD_HANDSHAKE)
		return header[0] == 20 || header[0] == 23 ? "a record out of its place" :
							    "no TLS record";
	if (length >= 2 && header[1] != 3)
		return "no TLS record";
	if (length < RECORD_HEADER)
		return NULL;
	size = (size_t)header[3] << 8 | header[4];
	if (size == 0)
		return "an empty record";
	return size > RECORD_MAX ? "a record that is too long" : NULL;
}

static const char *
read_record(struct tls_answer *answer, const uint8_t *record, size_t length)
{
	const uint8_t *content = record + RECORD_HEADER;

	return record[0] == RECORD_ALERT ? read_alerts(answer, content, length - RECORD_HEADER) :
					   read_handshake(answer, content, length - RECORD_HEADER);
}

/* Reads the records that are whole, and keeps the rest. */
static const char *
read_records(struct tls_answer *answer)
{
	const uint8_t *bytes = answer->bytes->data;
	size_t left = answer->bytes->len;
	const char *why = NULL;

	while (left > 0 && why == NULL && answer->state == TLS_ANSWER_MORE) {
		size_t length = RECORD_HEADER;

		why = check_header(bytes, left);
		if (why != NULL || left < RECORD_HEADER)
			break;
		length += (size_t)bytes[3] << 8 | bytes[4];
		if (left < length)
			break;
		why = read_record(answer, bytes, length);
		bytes += length;
		left -= length;
	}
	keep_rest(answer->bytes, left);
	return why;
}

static enum tls_answer_state
not_tls(struct tls_answer *answer, const char *why)
{
	answer->state = TLS_ANSWER_NOT_TLS;
	answer->why = why;
	return answer->state;
}

void
tls_answer_init(struct tls_answer *answer)
{
	*answer =
		(struct tls_answer){ .bytes = g_byte_array_new(), .messages = g_byte_array_new() };
}

enum tls_answer_state
tls_answer_feed(struct tls_answer *answer, const void *bytes, size_t length)
{
	size_t room = TLS_ANSWER_MAX - answer->fed;
	size_t taken = MIN(length, room);
	const char *why;

	if (answer->state != TLS_ANSWER_MORE || length == 0)
		return answer->state;
	answer->fed += taken;
	g_byte_array_append(answer->bytes, bytes, (guint)taken);
	why = read_records(answer);
	if (why == NULL && answer->state == TLS_ANSWER_MORE && length > room)
		why = "an answer that is too long";
	return why != NULL ? not_tls(answer, why) : answer->state;
}

enum tls_answer_state
tls_answer_end(struct tls_answer *answer)
{
	if (answer->state != TLS_ANSWER_MORE)
		return answer->state;
	if (answer->version != 0)
		answer->state = TLS_ANSWER_CHOSEN;
	else if (answer->bytes->len > 0 || answer->messages->len > 0 || answer->level != 0)
		not_tls(answer, "an answer that was cut");
	return answer->state;
}

void
tls_answer_clear(struct tls_answer *answer)
{
	if (answer->bytes != NULL)
		g_byte_array_unref(answer->bytes);
	if (answer->messages != NULL)
		g_byte_array_unref(answer->messages);
	*answer = (struct tls_answer){ 0 };
}
