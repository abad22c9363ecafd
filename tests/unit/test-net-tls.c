/* SPDX-License-Identifier: Apache-2.0 */
/*
 * net/tls.c and net/certificate.c, against OpenSSL's own server side and
 * against servers that speak something else.
 */
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <signal.h>

#include "test-net-peer.h"

enum {
	CLEAR_MAX = 512, /* as in net/tls.c */
	FLOOD = 300 * 1000,
	SUBJECT_MAX = 512,
};

/* A server's part: what it says before TLS, which TLS it speaks, what it says within. */
struct part {
	const char *before; /* said in clear; then a line is awaited and "+OK\r\n" answered */
	int version;        /* the only one, or 0 */
	const char *within;
	size_t flood; /* bytes after that */
	bool echo;
	bool abrupt; /* ends without close_notify */
	X509 *certificate;
	EVP_PKEY *key;
	char *seen_name; /* the client's SNI */
};

static void
add_name(X509_NAME *name, const char *field, const char *text)
{
	g_assert_cmpint(X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8,
				(const unsigned char *)text, -1, -1, 0),
		==, 1);
}

static void
add_alternatives(X509 *certificate, const char *alternatives)
{
	X509_EXTENSION *extension =
		X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, alternatives);

	g_assert_nonnull(extension);
	g_assert_cmpint(X509_add_ext(certificate, extension, -1), ==, 1);
	X509_EXTENSION_free(extension);
}

static void
part_certify(struct part *part, const char *organisation, const char *alternatives)
{
	X509 *certificate = X509_new();
	X509_NAME *name = X509_get_subject_name(certificate);

	part->key = EVP_EC_gen("P-256");
	X509_set_version(certificate, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
	ASN1_TIME_set_string_X509(X509_getm_notBefore(certificate), "20200229000000Z");
	ASN1_TIME_set_string_X509(X509_getm_notAfter(certificate), "20991231235959Z");
	add_name(name, "O", organisation);
	add_name(name, "CN", "mail.example.com");
	X509_set_issuer_name(certificate, name);
	X509_set_pubkey(certificate, part->key);
	if (alternatives != NULL)
		add_alternatives(certificate, alternatives);
	g_assert_cmpint(X509_sign(certificate, part->key, EVP_sha256()), >, 0);
	part->certificate = certificate;
}

static void
part_clear(struct part *part)
{
	X509_free(part->certificate);
	EVP_PKEY_free(part->key);
	g_free(part->seen_name);
}

static SSL *
serve(int fd, struct part *part)
{
	SSL_CTX *context = SSL_CTX_new(TLS_server_method());
	SSL *tls = NULL;

	SSL_CTX_set_security_level(context, 0);
	SSL_CTX_set_min_proto_version(context, part->version);
	SSL_CTX_set_max_proto_version(context, part->version);
	SSL_CTX_use_certificate(context, part->certificate);
	SSL_CTX_use_PrivateKey(context, part->key);
	tls = SSL_new(context);
	SSL_CTX_free(context);
	SSL_set_fd(tls, fd);
	return tls;
}

static void
speak(SSL *tls, const struct part *part)
{
	g_autofree char *bytes = g_strnfill(part->flood, 'x');
	char buffer[4096];
	int length = 0;

	if (part->within != NULL)
		g_assert_cmpint(SSL_write(tls, part->within, (int)strlen(part->within)), >, 0);
	if (part->flood > 0)
		g_assert_cmpint(SSL_write(tls, bytes, (int)part->flood), ==, (int)part->flood);
	if (!part->echo)
		return;
	length = SSL_read(tls, buffer, sizeof buffer);
	g_assert_cmpint(SSL_write(tls, buffer, length), ==, length);
}

static void
play_tls(int fd, void *data)
{
	struct part *part = data;
	char buffer[64];
	SSL *tls = NULL;

	if (part->before != NULL) {
		peer_say(fd, part->before);
		g_assert_cmpint(recv(fd, buffer, sizeof buffer, 0), >, 0);
		peer_say(fd, "+OK\r\n");
	}
	tls = serve(fd, part);
	if (SSL_accept(tls) == 1) {
		part->seen_name = g_strdup(SSL_get_servername(tls, TLSEXT_NAMETYPE_host_name));
		speak(tls, part);
		if (!part->abrupt)
			SSL_shutdown(tls);
	}
	shutdown(fd, SHUT_WR);
	peer_drain(fd);
	SSL_free(tls);
}

static void
test_up(void)
{
	struct part part = { .within = "+OK hello\r\n" };
	struct client client = { .secure_at = "", .name = "mail.example.com." };

	part_certify(&part, "Example", NULL);
	client_expect(&client, play_tls, &part, "open up received ended(closed)", "+OK hello\r\n");
	g_assert_cmpstr(part.seen_name, ==, "mail.example.com");
	part_clear(&part);
}

static void
test_no_name_for_address(void)
{
	static const char *const addresses[] = { "192.0.2.1", "2001:db8::1", "fe80::1%eth0", "" };

	for (size_t i = 0; i < G_N_ELEMENTS(addresses); i++) {
		struct part part = { .within = "+OK\r\n" };
		struct client client = { .secure_at = "", .name = addresses[i] };

		part_certify(&part, "Example", NULL);
		client_expect(&client, play_tls, &part, "open up received ended(closed)", NULL);
		g_assert_cmpstr(part.seen_name, ==, NULL);
		part_clear(&part);
	}
}

static void
test_stls(void)
{
	struct part part = { .before = "+OK hello\r\n", .echo = true };
	struct client client = { .secure_at = "+OK\r\n", .hello = "STLS\r\n" };

	part_certify(&part, "Example", NULL);
	client_expect(&client, play_tls, &part, "open received up received ended(closed)",
		"+OK hello\r\n+OK\r\nSTLS\r\n");
	part_clear(&part);
}

/* A FIN without close_notify is a plain end, as many POP3 servers do it. */
static void
test_abrupt(void)
{
	struct part part = { .within = "+OK\r\n", .abrupt = true };
	struct client client = { .secure_at = "" };

	part_certify(&part, "Example", NULL);
	client_expect(&client, play_tls, &part, "open up received ended(closed)", "+OK\r\n");
	part_clear(&part);
}

static void
test_flood(void)
{
	struct part part = { .flood = FLOOD };
	struct client client = { .secure_at = "" };
	struct peer peer;

	part_certify(&part, "Example", NULL);
	peer_start(&peer, play_tls, &part);
	client_open(&client, "127.0.0.1", peer.port);
	net_loop_run(client.loop);
	g_assert_cmpstr(client.log->str, ==, "open up received ended(closed)");
	g_assert_cmpuint(client.received->len, ==, FLOOD);
	g_assert_cmpuint(client.largest, <=, CONNECTION_READ_MAX);
	client_free(&client);
	peer_join(&peer);
	part_clear(&part);
}

/* What OpenSSL's own defaults, and Debian's, would refuse to speak to. */
static void
test_old_versions(void)
{
	static const struct {
		int number;
		const char *word;
	} versions[] = {
		{ TLS1_VERSION, "TLSv1" },
		{ TLS1_1_VERSION, "TLSv1.1" },
		{ TLS1_2_VERSION, "TLSv1.2" },
		{ TLS1_3_VERSION, "TLSv1.3" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(versions); i++) {
		struct part part = { .version = versions[i].number };
		g_autoptr(facts_auto) facts = facts_new();
		struct client client = { .secure_at = "", .facts = facts };

		part_certify(&part, "Example", NULL);
		client_expect(&client, play_tls, &part, "open up ended(closed)", "");
		g_assert_cmpstr(facts->probe.tls.version, ==, versions[i].word);
		g_assert_nonnull(facts->probe.tls.cipher);
		part_clear(&part);
	}
}

static void
test_close_within(void)
{
	struct part part = { 0 };
	struct client client = { .secure_at = "", .close_at = "up" };

	part_certify(&part, "Example", NULL);
	client_expect(&client, play_tls, &part, "open up", "");
	part_clear(&part);
}

/* Raw parts: bytes before the ClientHello, bytes after it, and how to end. */
struct raw {
	const char *before;
	const char *after;
	size_t after_length;
	bool reset;
	bool stay;
};

static void
play_raw(int fd, void *data)
{
	const struct raw *raw = data;
	char buffer[4096];

	if (raw->before != NULL)
		peer_say(fd, raw->before);
	/* A client that has read `before` may be gone, so that these two fail. */
	if (recv(fd, buffer, sizeof buffer, 0) > 0 && raw->after != NULL)
		send(fd, raw->after, raw->after_length, MSG_NOSIGNAL);
	if (raw->reset)
		peer_reset(fd);
	else
		shutdown(fd, SHUT_WR);
	if (raw->stay)
		peer_drain(fd);
}

static void
expect_raw(struct raw raw, const char *log, const char *clear)
{
	struct client client = { .secure_at = "" };

	client_expect(&client, play_raw, &raw, log, clear);
}

#define BYTES(text) .after = (text), .after_length = sizeof(text) - 1

static void
test_not_tls(void)
{
	expect_raw((struct raw){ .before = "+OK hello\r\n", .stay = true },
		"open not-tls(the server answered in clear)", "+OK hello\r\n");
	expect_raw((struct raw){ BYTES("HTTP/1.1 400 Bad Request\r\n"), .stay = true },
		"open not-tls(the server answered in clear)", "HTTP/1.1 400 Bad Request\r\n");
	expect_raw((struct raw){ BYTES("\x15\x01 no record") },
		"open not-tls(the server answered in clear)", "\x15\x01 no record");
}

static void
test_not_tls_bound(void)
{
	g_autofree char *text = g_strnfill(CLEAR_MAX + 1, 'x');
	g_autofree char *clear = g_strndup(text, CLEAR_MAX);

	expect_raw((struct raw){ .after = text, .after_length = CLEAR_MAX, .stay = true },
		"open not-tls(the server answered in clear)", clear);
	expect_raw((struct raw){ .after = text, .after_length = CLEAR_MAX + 1, .stay = true },
		"open not-tls(the server answered in clear)", clear);
}

static void
test_alert(void)
{
	expect_raw((struct raw){ BYTES("\x15\x03\x01\x00\x02\x02\x28"), .stay = true },
		"open alert(the server sent the TLS alert \"handshake failure\")", "");
	expect_raw((struct raw){ BYTES("\x15\x03\x03\x00\x02\x02\x46") },
		"open alert(the server sent the TLS alert \"protocol version\")", "");
}

/* It began to speak TLS and went no further. */
static void
test_half_handshake(void)
{
	struct client client = { .secure_at = "" };
	struct raw broken = { BYTES("\x16\x03\x03\x00\x04\x0b\x00\x00\x00"), .stay = true };
	struct peer peer;

	expect_raw((struct raw){ BYTES("\x16") },
		"open alert(the server closed the connection within the handshake)", "");
	expect_raw((struct raw){ BYTES("\x16\x03\x03\x00\x80") },
		"open alert(the server closed the connection within the handshake)", "");
	peer_start(&peer, play_raw, &broken);
	client_open(&client, "127.0.0.1", peer.port);
	net_loop_run(client.loop);
	g_assert_true(g_str_has_prefix(client.log->str, "open alert("));
	client_free(&client);
	peer_join(&peer);
}

static void
test_closed(void)
{
	expect_raw((struct raw){ 0 }, "open closed(the server closed the connection)", "");
	expect_raw((struct raw){ .reset = true }, "open closed(the server reset the connection)",
		"");
}

static void
stay_silent(int fd, void *data)
{
	(void)data;
	peer_drain(fd);
}

static void
test_silent(void)
{
	struct client client = { .secure_at = "" };
	struct peer peer;

	peer_start(&peer, stay_silent, NULL);
	client_open(&client, "127.0.0.1", peer.port);
	connection_deadline(client.connection, A_MOMENT);
	net_loop_run(client.loop);
	g_assert_cmpstr(client.log->str, ==, "open expired");
	client_free(&client);
	peer_join(&peer);
}

static void
check_certificate(const struct part *part, struct facts *facts)
{
	struct client client = { .secure_at = "", .facts = facts };
	struct part copy = *part;

	client_expect(&client, play_tls, &copy, "open up ended(closed)", "");
	g_free(copy.seen_name);
	g_assert_nonnull(facts->probe.tls.certificate);
}

static void
test_certificate(void)
{
	g_autoptr(facts_auto) facts = facts_new();
	const struct certificate_facts *kept;
	struct part part = { 0 };

	part_certify(&part,
		"B\xc3\xbc"
		"cher, Inc.",
		"DNS:mail.example.com,email:a@example.com,IP:192.0.2.1,IP:2001:db8::1");
	check_certificate(&part, facts);
	kept = facts->probe.tls.certificate;
	g_assert_cmpstr(kept->subject, ==,
		"CN=mail.example.com,O=B\xc3\xbc"
		"cher\\, Inc.");
	g_assert_cmpstr(kept->issuer, ==, kept->subject);
	g_assert_cmpstr(kept->not_before, ==, "2020-02-29T00:00:00Z");
	g_assert_cmpstr(kept->not_after, ==, "2099-12-31T23:59:59Z");
	g_assert_cmpstr(kept->key, ==, "EC");
	g_assert_cmpint(kept->key_bits, ==, 256);
	g_assert_cmpuint(strlen(kept->sha256), ==, 64);
	g_assert_cmpuint(kept->name_count, ==, 3);
	g_assert_cmpstr(kept->names[0], ==, "mail.example.com");
	g_assert_cmpstr(kept->names[1], ==, "192.0.2.1");
	g_assert_cmpstr(kept->names[2], ==, "2001:db8::1");
	part_clear(&part);
}

/* At the bounds and past them: names, their lengths, and the subject, cut between characters. */
static void
test_certificate_bounds(void)
{
	g_autoptr(facts_auto) facts = facts_new();
	const struct certificate_facts *kept;
	g_autofree char *longest = g_strnfill(ENDPOINT_HOST_MAX, 'b');
	GString *alternatives = g_string_new(NULL);
	GString *organisation = g_string_new(NULL);
	struct part part = { 0 };

	g_string_append_printf(alternatives, "DNS:a%s,DNS:%s", longest, longest);
	for (int i = 0; i < FACTS_NAMES_MAX; i++)
		g_string_append_printf(alternatives, ",DNS:host%d", i);
	for (int i = 0; i < 60; i++)
		g_string_append(organisation, "\xf0\x9f\x94\x91");
	part_certify(&part, organisation->str, alternatives->str);
	for (int i = 0; i < 4; i++)
		add_name(X509_get_subject_name(part.certificate), "OU", organisation->str);
	X509_sign(part.certificate, part.key, EVP_sha256());
	check_certificate(&part, facts);
	kept = facts->probe.tls.certificate;
	g_assert_cmpuint(kept->name_count, ==, FACTS_NAMES_MAX);
	g_assert_cmpstr(kept->names[0], ==, longest);
	g_assert_cmpstr(kept->names[FACTS_NAMES_MAX - 1], ==, "host14");
	g_assert_cmpuint(strlen(kept->subject), <=, SUBJECT_MAX);
	g_assert_cmpuint(strlen(kept->subject), >, SUBJECT_MAX - 4);
	g_assert_true(g_utf8_validate(kept->subject, -1, NULL));
	part_clear(&part);
	g_string_free(alternatives, TRUE);
	g_string_free(organisation, TRUE);
}

/* Control characters in the subject are escaped, a NUL within a name is replaced. */
static void
test_certificate_hostile(void)
{
	g_autoptr(facts_auto) facts = facts_new();
	const struct certificate_facts *kept;
	struct part part = { 0 };
	GENERAL_NAMES *names = sk_GENERAL_NAME_new_null();
	GENERAL_NAME *name = GENERAL_NAME_new();
	ASN1_IA5STRING *text = ASN1_IA5STRING_new();

	part_certify(&part, "Example", NULL);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(part.certificate), "OU", MBSTRING_UTF8,
		(const unsigned char *)"\x1b[2J\n", -1, -1, 0);
	ASN1_STRING_set(text, "good.example\0.evil", 18);
	GENERAL_NAME_set0_value(name, GEN_DNS, text);
	sk_GENERAL_NAME_push(names, name);
	X509_add1_ext_i2d(part.certificate, NID_subject_alt_name, names, 0, 0);
	X509_sign(part.certificate, part.key, EVP_sha256());
	check_certificate(&part, facts);
	kept = facts->probe.tls.certificate;
	g_assert_nonnull(strstr(kept->subject, "\\1B[2J\\0A"));
	g_assert_cmpstr(kept->names[0], ==, "good.example?.evil");
	GENERAL_NAMES_free(names);
	part_clear(&part);
}

/* Without TLS there is nothing to tell. */
static void
test_facts_without_tls(void)
{
	g_autoptr(facts_auto) facts = facts_new();
	struct client client = { 0 };

	client_open(&client, "127.0.0.1", 1);
	connection_tls_facts(client.connection, facts);
	g_assert_null(facts->probe.tls.version);
	g_assert_null(facts->probe.tls.certificate);
	client_free(&client);
}

int
main(int argc, char **argv)
{
	/* The server side writes without MSG_NOSIGNAL, before any loop is made. */
	signal(SIGPIPE, SIG_IGN);
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/net/tls/up", test_up);
	g_test_add_func("/net/tls/no-name-for-address", test_no_name_for_address);
	g_test_add_func("/net/tls/stls", test_stls);
	g_test_add_func("/net/tls/abrupt", test_abrupt);
	g_test_add_func("/net/tls/flood", test_flood);
	g_test_add_func("/net/tls/old-versions", test_old_versions);
	g_test_add_func("/net/tls/close-within", test_close_within);
	g_test_add_func("/net/tls/not-tls", test_not_tls);
	g_test_add_func("/net/tls/not-tls-bound", test_not_tls_bound);
	g_test_add_func("/net/tls/alert", test_alert);
	g_test_add_func("/net/tls/half-handshake", test_half_handshake);
	g_test_add_func("/net/tls/closed", test_closed);
	g_test_add_func("/net/tls/silent", test_silent);
	g_test_add_func("/net/tls/certificate", test_certificate);
	g_test_add_func("/net/tls/certificate-bounds", test_certificate_bounds);
	g_test_add_func("/net/tls/certificate-hostile", test_certificate_hostile);
	g_test_add_func("/net/tls/facts-without-tls", test_facts_without_tls);
	return g_test_run();
}
