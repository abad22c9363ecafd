/* SPDX-License-Identifier: Apache-2.0 */
/*
 * net/dns_tlsa.c: TLSA records out of DNS answers, hostile ones among them, and
 * net/dane.c: such records against a chain.
 */
#include <openssl/evp.h>
#include <string.h>

#include "net/dane.h"
#include "net/dns_tlsa.h"

#include "test-net-certificate.h"

enum {
	TYPE_CNAME = 5,
	TYPE_RRSIG = 46,
	TYPE_TLSA = 52,
	ANSWER = 0x8180,
	AUTHENTIC = 0x0020,
	CUT = 0x0200,
	CODE_REFUSED = 5,
	NAME_LABELS_MAX = 127, /* one octet each, and the root's: 255 */
	QUESTION_AT = 12,
};

#define OWNER  "\4_995\4_tcp\4mail\7example\3org"
#define DIGEST "0123456789abcdef0123456789abcdef"

/* A message that is put together; its count of answers is kept right. */
struct message {
	GByteArray *bytes;
	unsigned answers;
};

static void
put(struct message *message, const void *bytes, size_t length)
{
	g_byte_array_append(message->bytes, bytes, (guint)length);
}

static void
put_number(struct message *message, unsigned number)
{
	put(message, (guint8[]){ (guint8)(number >> 8), (guint8)number }, 2);
}

static struct message
message_new(unsigned flags)
{
	struct message message = { .bytes = g_byte_array_new() };

	put_number(&message, 0x1234);
	put_number(&message, flags);
	put_number(&message, 1);
	put_number(&message, 0);
	put_number(&message, 0);
	put_number(&message, 0);
	put(&message, OWNER, sizeof OWNER);
	put_number(&message, TYPE_TLSA);
	put_number(&message, 1);
	return message;
}

static void
put_record(struct message *message, const void *owner, size_t owner_length, unsigned type,
	const void *data, size_t length)
{
	put(message, owner, owner_length);
	put_number(message, type);
	put_number(message, 1);
	put_number(message, 0);
	put_number(message, 60);
	put_number(message, (unsigned)length);
	put(message, data, length);
	message->answers++;
	message->bytes->data[6] = (guint8)(message->answers >> 8);
	message->bytes->data[7] = (guint8)message->answers;
}

#define PUT(message, owner, type, data) \
	put_record(&(message), owner, sizeof(owner) - 1, type, data, sizeof(data) - 1)

/* Parses a copy that has nothing behind it, and frees the message. */
static bool
parse(struct message *message, struct dns_tlsa_answer *answer, uint8_t **copy)
{
	bool ok;

	*copy = g_memdup2(message->bytes->data, message->bytes->len);
	ok = dns_tlsa_parse(*copy, message->bytes->len, answer);
	g_byte_array_unref(message->bytes);
	return ok;
}

static void
assert_count(struct message message, size_t count)
{
	g_autofree uint8_t *copy = NULL;
	struct dns_tlsa_answer answer;

	g_assert_true(parse(&message, &answer, &copy));
	g_assert_cmpuint(answer.count, ==, count);
}

static void
assert_broken(struct message message)
{
	g_autofree uint8_t *copy = NULL;
	struct dns_tlsa_answer answer;

	g_assert_false(parse(&message, &answer, &copy));
}

static void
test_records(void)
{
	struct message message = message_new(ANSWER | AUTHENTIC);
	g_autofree uint8_t *copy = NULL;
	struct dns_tlsa_answer answer;

	PUT(message, "\xc0\x0c", TYPE_TLSA, "\3\1\1" DIGEST);
	PUT(message, "\xc0\x0c", TYPE_RRSIG, "a signature");
	PUT(message, "\4_995\4_TCP\4Mail\xc0\x1b", TYPE_TLSA, "\2\0\2");
	PUT(message, "\4_110\4_tcp\4mail\7example\3org\0", TYPE_TLSA, "\3\1\1" DIGEST);
	g_assert_true(parse(&message, &answer, &copy));
	g_assert_true(answer.authentic);
	g_assert_cmpuint(answer.code, ==, DNS_CODE_OK);
	g_assert_cmpuint(answer.count, ==, 2);
	g_assert_cmpuint(answer.records[0].usage, ==, 3);
	g_assert_cmpuint(answer.records[0].selector, ==, 1);
	g_assert_cmpuint(answer.records[0].matching, ==, 1);
	g_assert_cmpuint(answer.records[0].length, ==, strlen(DIGEST));
	g_assert_true(memcmp(answer.records[0].data, DIGEST, strlen(DIGEST)) == 0);
	g_assert_cmpuint(answer.records[1].usage, ==, 2);
	g_assert_cmpuint(answer.records[1].matching, ==, 2);
	g_assert_cmpuint(answer.records[1].length, ==, 0);
}

static void
test_codes(void)
{
	static const unsigned codes[] = { DNS_CODE_OK, DNS_CODE_NO_NAME, CODE_REFUSED };

	for (size_t i = 0; i < G_N_ELEMENTS(codes); i++) {
		struct message message = message_new(ANSWER | codes[i]);
		g_autofree uint8_t *copy = NULL;
		struct dns_tlsa_answer answer;

		g_assert_true(parse(&message, &answer, &copy));
		g_assert_cmpuint(answer.code, ==, codes[i]);
		g_assert_false(answer.authentic);
		g_assert_cmpuint(answer.count, ==, 0);
	}
}

/* In whatever order they stand; names may be packed. */
static void
test_aliases(void)
{
	struct message message = message_new(ANSWER);
	struct message circle = message_new(ANSWER);
	struct message overlong = message_new(ANSWER);

	PUT(message, "\1b\4test\0", TYPE_TLSA, "\3\1\1" DIGEST);
	PUT(message, "\1a\4test\0", TYPE_CNAME, "\1b\4test\0");
	PUT(message, "\xc0\x0c", TYPE_CNAME, "\1A\4test\0");
	PUT(message, "\xc0\x0c", TYPE_TLSA, "\3\1\1" DIGEST); /* not of the alias */
	PUT(message, "\1b\4test\0", TYPE_TLSA, "\3\1\2" DIGEST);
	assert_count(message, 2);
	PUT(circle, "\xc0\x0c", TYPE_CNAME, "\1a\4test\0");
	PUT(circle, "\1a\4test\0", TYPE_CNAME, "\xc0\x0c");
	assert_count(circle, 0);
	PUT(overlong, "\xc0\x0c", TYPE_CNAME, "\1a\4test\0 and more");
	PUT(overlong, "\1a\4test\0", TYPE_TLSA, "\3\1\1" DIGEST);
	assert_count(overlong, 0);
}

/* At the bounds and past them: aliases, records that are kept, records that are looked at. */
static void
test_bounds(void)
{
	for (int more = 0; more <= 1; more++) {
		struct message aliases = message_new(ANSWER);
		struct message kept = message_new(ANSWER);
		struct message looked = message_new(ANSWER);

		PUT(aliases, "\xc0\x0c", TYPE_CNAME, "\1a\0");
		for (char i = 1; i < DNS_ALIASES_MAX + more; i++)
			put_record(&aliases, (char[]){ 1, (char)('a' + i - 1), 0 }, 3, TYPE_CNAME,
				(char[]){ 1, (char)('a' + i), 0 }, 3);
		put_record(&aliases, (char[]){ 1, (char)('a' + DNS_ALIASES_MAX - 1 + more), 0 }, 3,
			TYPE_TLSA, "\3\1\1", 3);
		assert_count(aliases, more == 0 ? 1 : 0);
		for (int i = 0; i < TLS_RECORDS_MAX + more; i++)
			PUT(kept, "\xc0\x0c", TYPE_TLSA, "\3\1\1" DIGEST);
		assert_count(kept, TLS_RECORDS_MAX);
		for (int i = 0; i < DNS_RECORDS_MAX + more; i++)
			PUT(looked, "\xc0\x0c", TYPE_RRSIG, "");
		if (more == 0)
			assert_count(looked, 0);
		else
			assert_broken(looked);
	}
}

/* The longest name, and one that is an octet longer. */
static void
test_name_bound(void)
{
	for (int more = 0; more <= 1; more++) {
		GString *owner = g_string_new(NULL);
		struct message message = message_new(ANSWER);

		if (more == 1)
			g_string_append_len(owner, "\2bb", 3);
		for (int i = more; i < NAME_LABELS_MAX; i++)
			g_string_append_len(owner, "\1a", 2);
		g_string_append_c(owner, '\0');
		put_record(&message, owner->str, owner->len, TYPE_TLSA, "\3\1\1", 3);
		if (more == 0)
			assert_count(message, 0);
		else
			assert_broken(message);
		g_string_free(owner, TRUE);
	}
}

static void
test_hostile_names(void)
{
	static const struct {
		const char *owner;
		size_t length;
	} owners[] = {
		{ "\xc0\x2c", 2 },    /* itself */
		{ "\1a\xc0\x2c", 4 }, /* itself, a label longer each time */
		{ "\xc0\xff", 2 },
		{ "\xff\xff", 2 }, /* what stands behind it */
		{ "\x40"
		  "a",
			2 },
		{ "\x80"
		  "a",
			2 }, /* no kind of label */
		{ "\xc0", 1 },
		{ "\x3f", 1 },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(owners); i++) {
		struct message message = message_new(ANSWER);

		g_assert_cmpuint(message.bytes->len, ==, 0x2c);
		put_record(&message, owners[i].owner, owners[i].length, TYPE_TLSA, "\3\1\1", 3);
		assert_broken(message);
	}
}

/* Each beginning of an answer is broken, and so is each with a wrong length or count. */
static void
test_hostile_lengths(void)
{
	struct message whole = message_new(ANSWER);
	struct dns_tlsa_answer answer;

	PUT(whole, "\xc0\x0c", TYPE_TLSA, "\3\1\1" DIGEST);
	for (size_t length = 0; length < whole.bytes->len; length++) {
		g_autofree uint8_t *copy = g_memdup2(whole.bytes->data, length);

		g_assert_false(dns_tlsa_parse(copy, length, &answer));
	}
	/* Whatever octet is changed to whatever value: nothing is read past the end. */
	for (size_t at = 0; at < whole.bytes->len; at++) {
		for (unsigned value = 0; value <= UINT8_MAX; value++) {
			g_autofree uint8_t *copy = g_memdup2(whole.bytes->data, whole.bytes->len);

			copy[at] = (uint8_t)value;
			if (!dns_tlsa_parse(copy, whole.bytes->len, &answer) || answer.count == 0)
				continue;
			g_assert_true(answer.records[0].data + answer.records[0].length <=
				copy + whole.bytes->len);
		}
	}
	g_byte_array_unref(whole.bytes);
}

static void
test_no_answer(void)
{
	struct message short_data = message_new(ANSWER);
	struct message question = message_new(0);
	struct message cut = message_new(ANSWER | CUT);
	struct message two = message_new(ANSWER);
	struct message other = message_new(ANSWER);
	struct message longest = message_new(ANSWER);
	g_autofree char *padding = g_malloc0(DNS_MESSAGE_MAX);

	PUT(short_data, "\xc0\x0c", TYPE_TLSA, "\3\1");
	assert_count(short_data, 0);
	assert_broken(question);
	assert_broken(cut);
	two.bytes->data[5] = 2;
	assert_broken(two);
	other.bytes->data[QUESTION_AT + sizeof OWNER + 1] = TYPE_CNAME;
	assert_broken(other);
	/* What stands behind the answers is no matter, up to the bound of a message. */
	put(&longest, padding, DNS_MESSAGE_MAX - longest.bytes->len);
	assert_count((struct message){ .bytes = g_byte_array_ref(longest.bytes) }, 0);
	put(&longest, padding, 1);
	assert_broken(longest);
}

/* --- matching --------------------------------------------------------------------------------- */

static char *
to_hex(const unsigned char *bytes, size_t length)
{
	GString *hex = g_string_new(NULL);

	for (size_t i = 0; i < length; i++)
		g_string_append_printf(hex, "%02x", bytes[i]);
	return g_string_free(hex, FALSE);
}

/* What a zone would have for it. */
static char *
data_of(X509 *certificate, uint8_t selector, uint8_t matching)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned char *der = NULL;
	unsigned size = 0;
	int length = selector == 0 ? i2d_X509(certificate, &der) :
				     i2d_PUBKEY(X509_get0_pubkey(certificate), &der);
	char *hex;

	g_assert_cmpint(length, >, 0);
	if (matching != 0)
		EVP_Digest(der, (size_t)length, digest, &size,
			matching == 1 ? EVP_sha256() : EVP_sha512(), NULL);
	hex = matching == 0 ? to_hex(der, (size_t)length) : to_hex(digest, size);
	OPENSSL_free(der);
	return hex;
}

static char *
pem_of(X509 *certificate)
{
	BIO *memory = BIO_new(BIO_s_mem());
	char *bytes = NULL;
	char *text;
	long length;

	PEM_write_bio_X509(memory, certificate);
	length = BIO_get_mem_data(memory, &bytes);
	text = g_strndup(bytes, (size_t)length);
	BIO_free(memory);
	return text;
}

static void
test_match(void)
{
	struct entity root = entity_make(&(struct recipe){ .name = "root", .authority = true });
	struct entity server = entity_make(&(struct recipe){ .name = "server", .issuer = &root });
	g_autofree char *root_pem = pem_of(root.certificate);
	g_autofree char *server_pem = pem_of(server.certificate);
	struct certificate_facts chain[] = { { .pem = server_pem },
		{ .pem = root_pem, .self_issued = true } };
	struct tls_details details = { .chain = chain, .chain_count = 2 };
	g_autoptr(facts_auto) facts = facts_new();

	facts->probe.tls.details = &details;
	for (uint8_t selector = 0; selector <= 1; selector++) {
		for (uint8_t matching = 0; matching <= 2; matching++) {
			g_autofree char *of_server =
				data_of(server.certificate, selector, matching);
			g_autofree char *of_root = data_of(root.certificate, selector, matching);

			for (uint8_t usage = 0; usage <= 4; usage++) {
				struct tlsa_record record = { .usage = usage,
					.selector = selector,
					.matching = matching,
					.data = of_server };

				g_assert_true(net_tlsa_match(&record, facts) ==
					(usage == 1 || usage == 3));
				record.data = of_root;
				g_assert_true(net_tlsa_match(&record, facts) ==
					(usage == 0 || usage == 2));
				/* As another selector or matching type, and cut by an octet. */
				record.selector ^= 1;
				g_assert_false(net_tlsa_match(&record, facts));
				record.selector ^= 1;
				record.matching = (uint8_t)(matching + 1);
				g_assert_false(net_tlsa_match(&record, facts));
				record.matching = matching;
				record.data = of_root + 2;
				g_assert_false(net_tlsa_match(&record, facts));
			}
		}
	}
	entity_clear(&server);
	entity_clear(&root);
}

static void
test_match_values(void)
{
	struct entity alone = entity_make(&(struct recipe){ .name = "alone" });
	g_autofree char *pem = pem_of(alone.certificate);
	g_autofree char *data = data_of(alone.certificate, 0, 1);
	struct certificate_facts chain[] = { { .pem = pem, .self_issued = true } };
	struct tls_details details = { .chain = chain, .chain_count = 1 };
	struct tlsa_record record = { .usage = 2, .matching = 1, .data = data };
	g_autoptr(facts_auto) facts = facts_new();

	g_assert_false(net_tlsa_match(&record, facts)); /* nothing was examined */
	facts->probe.tls.details = &details;
	g_assert_true(net_tlsa_match(&record, facts)); /* it is its own issuer */
	record.matching = 3;
	g_assert_false(net_tlsa_match(&record, facts));
	record.matching = 1;
	record.selector = 2;
	g_assert_false(net_tlsa_match(&record, facts));
	record.selector = 0;
	record.usage = UINT8_MAX;
	g_assert_false(net_tlsa_match(&record, facts));
	record.usage = 3;
	record.data = "";
	g_assert_false(net_tlsa_match(&record, facts));
	record.data = data;
	chain[0].pem = NULL;
	g_assert_false(net_tlsa_match(&record, facts));
	chain[0].pem = "no certificate";
	g_assert_false(net_tlsa_match(&record, facts));
	entity_clear(&alone);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/tlsa/records", test_records);
	g_test_add_func("/tlsa/codes", test_codes);
	g_test_add_func("/tlsa/aliases", test_aliases);
	g_test_add_func("/tlsa/bounds", test_bounds);
	g_test_add_func("/tlsa/name-bound", test_name_bound);
	g_test_add_func("/tlsa/hostile-names", test_hostile_names);
	g_test_add_func("/tlsa/hostile-lengths", test_hostile_lengths);
	g_test_add_func("/tlsa/no-answer", test_no_answer);
	g_test_add_func("/dane/match", test_match);
	g_test_add_func("/dane/match-values", test_match_values);
	return g_test_run();
}
