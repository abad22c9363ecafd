/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A TLS session as such: channel bindings at both ends, secrets that are sent,
 * and servers that break off, send garbage, or never come to an end.
 */
#include <glib/gstdio.h>
#include <signal.h>

#include "test-net-certificate.h"

#include "net/loop-private.h"

enum {
	BINDINGS_MAX = 4,
	EXPORTER_LENGTH = 32,
	STEP = 29,                   /* octets from one change of a flight to the next */
	FLIGHT_MAX = 4096,           /* no flight of these tests is longer */
	REQUESTS = 1000,             /* of a short storm */
	SHORT_PATIENCE = 200 * 1000, /* µs */
	BATCH = 1000,                /* records that are sent at once */
};

#define SECRET "correct horse battery staple"

/* --- channel bindings ------------------------------------------------------------------------- */

/* What the server's end makes of it, on its own. */
struct ends {
	unsigned char exporter[EXPORTER_LENGTH];
	unsigned char unique[SASL_DIGEST_MAX];
	size_t unique_length;
	bool extended;
	struct sasl_binding bindings[BINDINGS_MAX];
	size_t count;
};

static void
note_server_end(SSL *tls, void *data)
{
	struct ends *ends = data;

	g_assert_cmpint(SSL_export_keying_material(tls, ends->exporter, EXPORTER_LENGTH,
				"EXPORTER-Channel-Binding", 24, (const unsigned char *)"", 0, 1),
		==, 1);
	ends->unique_length = SSL_get_peer_finished(tls, ends->unique, sizeof ends->unique);
	ends->extended = SSL_get_extms_support(tls) == 1;
}

static void
note_client_end(struct client *client)
{
	struct ends *ends = client->data;
	struct sasl_binding few[2] = { { .type = "none" }, { .type = "none" } };

	ends->count = connection_bindings(client->connection, ends->bindings, BINDINGS_MAX);
	g_assert_cmpuint(connection_bindings(client->connection, few, 0), ==, 0);
	g_assert_cmpuint(connection_bindings(client->connection, few, 1), ==, 1);
	g_assert_cmpstr(few[0].type, ==, ends->bindings[0].type);
	g_assert_cmpstr(few[1].type, ==, "none");
}

static const struct sasl_binding *
find(const struct ends *ends, const char *type)
{
	for (size_t i = 0; i < ends->count; i++) {
		if (g_str_equal(ends->bindings[i].type, type))
			return &ends->bindings[i];
	}
	return NULL;
}

static void
assert_binding(const struct sasl_binding *binding, const unsigned char *bytes, size_t length)
{
	g_assert_nonnull(binding);
	g_assert_cmpuint(binding->length, ==, length);
	g_assert_true(memcmp(binding->data, bytes, length) == 0);
}

static struct ends
bind_ends(const struct entity *server, int version)
{
	struct ends ends = { 0 };
	struct tls_part part = { .server = server,
		.version = version,
		.speak = note_server_end,
		.data = &ends };
	struct client client = { .secure_at = "", .at_up = note_client_end, .data = &ends };

	client_expect(&client, play_part, &part, "open up ended(closed)", "");
	return ends;
}

static void
test_bindings(void)
{
	struct entity server = entity_make(&(struct recipe){ .name = "server" });
	struct ends modern = bind_ends(&server, TLS1_3_VERSION);
	struct ends older = bind_ends(&server, TLS1_2_VERSION);
	struct ends old = bind_ends(&server, TLS1_VERSION);

	g_assert_cmpuint(modern.count, ==, 2);
	g_assert_cmpstr(modern.bindings[0].type, ==, "tls-exporter");
	g_assert_cmpstr(modern.bindings[1].type, ==, "tls-server-end-point");
	assert_binding(&modern.bindings[0], modern.exporter, EXPORTER_LENGTH);

	g_assert_true(older.extended);
	g_assert_cmpuint(older.count, ==, 3);
	g_assert_cmpstr(older.bindings[0].type, ==, "tls-server-end-point");
	g_assert_cmpstr(older.bindings[1].type, ==, "tls-unique");
	g_assert_cmpstr(older.bindings[2].type, ==, "tls-exporter");
	g_assert_cmpuint(older.unique_length, ==, 12);
	assert_binding(&older.bindings[1], older.unique, older.unique_length);
	assert_binding(&older.bindings[2], older.exporter, EXPORTER_LENGTH);
	assert_binding(find(&old, "tls-unique"), old.unique, old.unique_length);
	entity_clear(&server);
}

/* Without the extended master secret an exporter binds nothing (RFC 9266 section 4.2). */
static void
play_without_extension(int fd, void *data)
{
	struct tls_part *part = data;
	SSL_CTX *context = part_context(part);
	SSL *tls = SSL_new(context);

	SSL_set_options(tls, SSL_OP_NO_EXTENDED_MASTER_SECRET);
	SSL_set_fd(tls, fd);
	g_assert_cmpint(SSL_accept(tls), ==, 1);
	note_server_end(tls, part->data);
	SSL_shutdown(tls);
	shutdown(fd, SHUT_WR);
	peer_drain(fd);
	SSL_free(tls);
	SSL_CTX_free(context);
}

static void
test_bindings_without_extension(void)
{
	struct entity server = entity_make(&(struct recipe){ .name = "server" });
	struct ends ends = { 0 };
	struct tls_part part = { .server = &server, .version = TLS1_2_VERSION, .data = &ends };
	struct client client = { .secure_at = "", .at_up = note_client_end, .data = &ends };

	client_expect(&client, play_without_extension, &part, "open up ended(closed)", "");
	g_assert_false(ends.extended);
	g_assert_null(find(&ends, "tls-exporter"));
	assert_binding(find(&ends, "tls-unique"), ends.unique, ends.unique_length);
	entity_clear(&server);
}

/* RFC 5929 section 4.1: the digest of the signature, but SHA-256 for MD5 and SHA-1. */
static void
test_end_point(void)
{
	static const struct {
		const char *key, *with, *digest;
	} cases[] = {
		{ "RSA", "MD5", "SHA256" },
		{ "RSA", "SHA1", "SHA256" },
		{ "RSA", "SHA256", "SHA256" },
		{ "RSA", "SHA512", "SHA512" },
		{ "EC", "SHA384", "SHA384" },
		{ "ED25519", "", NULL },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		EVP_PKEY *key = g_str_equal(cases[i].key, "RSA") ? EVP_RSA_gen(1024) :
			g_str_equal(cases[i].key, "EC")          ? EVP_EC_gen("P-256") :
							  EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
		struct entity server = entity_make(
			&(struct recipe){ .name = "server", .key = key, .digest = cases[i].with });
		struct ends ends = bind_ends(&server, TLS1_3_VERSION);
		const struct sasl_binding *binding = find(&ends, "tls-server-end-point");
		unsigned char digest[EVP_MAX_MD_SIZE];
		unsigned length = 0;

		if (cases[i].digest == NULL) {
			g_assert_null(binding);
		} else {
			X509_digest(server.certificate, EVP_get_digestbyname(cases[i].digest),
				digest, &length);
			assert_binding(binding, digest, length);
		}
		entity_clear(&server);
	}
}

static void
test_no_bindings(void)
{
	struct client client = { 0 };
	struct sasl_binding binding;

	client_open(&client, "127.0.0.1", 1);
	g_assert_cmpuint(connection_bindings(client.connection, &binding, 1), ==, 0);
	client_free(&client);
}

/* --- secrets ---------------------------------------------------------------------------------- */

static void
answer_secret(SSL *tls, void *data)
{
	char buffer[64] = "";
	int length = SSL_read(tls, buffer, sizeof buffer);

	(void)data;
	g_assert_cmpint(SSL_write(tls, buffer, length), ==, length);
}

static void
send_secret(struct client *client)
{
	g_autofree char *long_one = g_strnfill(CONNECTION_SEND_MAX + 1, 'x');

	g_assert_false(
		connection_send_secret(client->connection, long_one, CONNECTION_SEND_MAX + 1));
	g_assert_true(connection_send_secret(client->connection, SECRET, strlen(SECRET)));
}

static void
refuse_secret(struct client *client)
{
	g_assert_false(connection_send_secret(client->connection, SECRET, strlen(SECRET)));
	connection_send(client->connection, "nothing", 7);
}

/* It is sent within a careful session, and does not stay in the buffer of the loop. */
static void
test_secret(void)
{
	struct entity server = entity_make(&(struct recipe){ .name = "server" });
	struct tls_part part = { .server = &server, .speak = answer_secret };
	struct client client = { .secure_at = "", .careful = true, .at_up = send_secret };
	struct peer peer;

	peer_start(&peer, play_part, &part);
	client_open(&client, "127.0.0.1", peer.port);
	g_assert_false(connection_send_secret(client.connection, SECRET, strlen(SECRET)));
	net_loop_run(client.loop);
	g_assert_cmpstr(client.log->str, ==, "open up received ended(closed)");
	g_assert_cmpstr(client.received->str, ==, SECRET);
	g_assert_null(
		memmem(client.loop->buffer, sizeof client.loop->buffer, SECRET, strlen(SECRET)));
	client_free(&client);
	peer_join(&peer);
	entity_clear(&server);
}

static void
test_secret_refused(void)
{
	struct entity server = entity_make(&(struct recipe){ .name = "server" });
	struct tls_part part = { .server = &server, .speak = answer_secret };
	struct client client = { .secure_at = "", .at_up = refuse_secret };

	client_expect(&client, play_part, &part, "open up received ended(closed)", "nothing");
	entity_clear(&server);
}

/* --- servers that break off ------------------------------------------------------------------- */

/* A server whose octets are changed, or end, at one place. */
struct flaw {
	struct tls_part part;
	size_t at;
	bool cut;
	size_t sent;
};

/* Sends what OpenSSL has written, with the flaw; false once nothing more is to be sent. */
static bool
forward(int fd, BIO *from, struct flaw *flaw)
{
	unsigned char bytes[FLIGHT_MAX];
	int length = BIO_read(from, bytes, sizeof bytes);
	bool met = false;

	if (length <= 0)
		return true;
	met = flaw->at >= flaw->sent && flaw->at < flaw->sent + (size_t)length;
	if (met && flaw->cut)
		length = (int)(flaw->at - flaw->sent);
	else if (met)
		bytes[flaw->at - flaw->sent] ^= 0xff;
	if (send(fd, bytes, (size_t)length, MSG_NOSIGNAL) < 0)
		return false;
	flaw->sent += (size_t)length;
	return !met;
}

static void
play_flaw(int fd, void *data)
{
	struct flaw *flaw = data;
	SSL_CTX *context = part_context(&flaw->part);
	SSL *tls = SSL_new(context);
	BIO *in = BIO_new(BIO_s_mem()), *out = BIO_new(BIO_s_mem());
	char bytes[FLIGHT_MAX];
	ssize_t length = 0;

	SSL_set_bio(tls, in, out);
	while ((length = recv(fd, bytes, sizeof bytes, 0)) > 0) {
		BIO_write(in, bytes, (int)length);
		SSL_accept(tls);
		if (!forward(fd, out, flaw) || SSL_is_init_finished(tls))
			break;
	}
	shutdown(fd, SHUT_WR);
	peer_drain(fd);
	SSL_free(tls);
	SSL_CTX_free(context);
	ERR_clear_error();
}

/* Returns whether the flaw was met; the client must come to an end by itself. */
static bool
meet(struct flaw *flaw, struct net_trust *trust)
{
	g_autoptr(facts_auto) facts = facts_new();
	struct client client = { .secure_at = "",
		.facts = facts,
		.trust = trust,
		.reference = "mail.example.org" };
	struct peer peer;
	bool met;

	peer_start(&peer, play_flaw, flaw);
	client_open(&client, "127.0.0.1", peer.port);
	net_loop_run(client.loop);
	g_test_message("%zu: %s", flaw->at, client.log->str);
	g_assert_null(client.connection);
	g_assert_null(strstr(client.log->str, "expired"));
	client_free(&client);
	peer_join(&peer);
	met = flaw->cut ? flaw->sent == flaw->at : flaw->sent > flaw->at;
	return met;
}

static void
test_flaws(void)
{
	static const int versions[] = { TLS1_2_VERSION, TLS1_3_VERSION };
	g_autofree char *folder = g_dir_make_tmp("popseal-session-XXXXXX", NULL);
	struct entity root = entity_make(&(struct recipe){ .name = "Root", .authority = true });
	struct entity server = entity_make(&(struct recipe){ .name = "server",
		.issuer = &root,
		.alternatives = "DNS:mail.example.org" });
	struct net_trust *trust = trust_of(folder, &root.certificate, 1);

	for (unsigned i = 0; i < 2 * G_N_ELEMENTS(versions); i++) {
		bool met = true;
		size_t at = 0;

		for (at = 0; met && at < FLIGHT_MAX; at += STEP) {
			struct flaw flaw = { .part = { .server = &server,
						     .others = { root.certificate },
						     .version = versions[i / 2] },
				.cut = i % 2 == 1,
				.at = at };

			met = meet(&flaw, trust);
		}
		g_assert_cmpuint(at, >, 500); /* there was a flight to change */
		g_assert_cmpuint(at, <, FLIGHT_MAX);
	}
	net_trust_free(trust);
	entity_clear(&server);
	entity_clear(&root);
	g_rmdir(folder);
}

/* Takes the ClientHello, or the first part of it. */
static void
await_hello(int fd)
{
	char bytes[FLIGHT_MAX];

	g_assert_cmpint(recv(fd, bytes, sizeof bytes, 0), >, 0);
}

/* Garbage in the form of TLS records. */
static void
play_garbage(int fd, void *data)
{
	GRand *random = data;
	guint8 bytes[FLIGHT_MAX];

	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (guint8)g_rand_int(random);
	bytes[0] = (guint8)g_rand_int_range(random, 20, 24);
	bytes[1] = bytes[2] = 3;
	bytes[3] = (guint8)g_rand_int_range(random, 0, 8);
	await_hello(fd);
	send(fd, bytes, sizeof bytes, MSG_NOSIGNAL);
	shutdown(fd, SHUT_WR);
	peer_drain(fd);
}

static void
test_garbage(void)
{
	GRand *random = g_rand_new_with_seed(20261127);

	for (int i = 0; i < 50; i++) {
		struct client client = { .secure_at = "" };
		struct peer peer;

		peer_start(&peer, play_garbage, random);
		client_open(&client, "127.0.0.1", peer.port);
		net_loop_run(client.loop);
		g_assert_true(g_str_has_prefix(client.log->str, "open alert("));
		client_free(&client);
		peer_join(&peer);
	}
	g_rand_free(random);
}

/* --- servers without an end ------------------------------------------------------------------- */

static bool
request_handshake(SSL *tls)
{
	return SSL_renegotiate(tls) == 1 && SSL_do_handshake(tls) == 1;
}

static bool
request_keys(SSL *tls)
{
	return SSL_key_update(tls, SSL_KEY_UPDATE_REQUESTED) == 1 && SSL_do_handshake(tls) == 1;
}

static void
storm_and_greet(SSL *tls, void *data)
{
	(void)data;
	for (int i = 0; i < REQUESTS; i++)
		g_assert_true(SSL_version(tls) == TLS1_3_VERSION ? request_keys(tls) :
								   request_handshake(tls));
	g_assert_cmpint(SSL_write(tls, "+OK\r\n", 5), ==, 5);
}

/* A storm that ends: what stands behind it is read. */
static void
test_storm(void)
{
	static const int versions[] = { TLS1_2_VERSION, TLS1_3_VERSION };
	struct entity server = entity_make(&(struct recipe){ .name = "server" });

	for (size_t i = 0; i < G_N_ELEMENTS(versions); i++) {
		struct tls_part part = { .server = &server,
			.version = versions[i],
			.speak = storm_and_greet };
		struct client client = { .secure_at = "", .careful = true, .close_at = "received" };

		client_expect(&client, play_part, &part, "open up received", "+OK\r\n");
	}
	entity_clear(&server);
}

static void
storm_without_end(SSL *tls, void *data)
{
	(void)data;
	while (SSL_version(tls) == TLS1_3_VERSION ? request_keys(tls) : request_handshake(tls))
		;
}

static void
be_impatient(struct client *client)
{
	connection_deadline(client->connection, SHORT_PATIENCE);
}

/* A storm without an end: the deadline passes all the same. */
static void
test_storm_without_end(void)
{
	static const int versions[] = { TLS1_2_VERSION, TLS1_3_VERSION };
	struct entity server = entity_make(&(struct recipe){ .name = "server" });

	for (unsigned i = 0; i < 2 * G_N_ELEMENTS(versions); i++) {
		struct tls_part part = { .server = &server,
			.version = versions[i / 2],
			.speak = storm_without_end };
		struct client client = { .secure_at = "",
			.careful = i % 2 == 1,
			.at_up = be_impatient };
		struct peer peer;

		peer_start(&peer, play_part, &part);
		client_open(&client, "127.0.0.1", peer.port);
		net_loop_run(client.loop);
		g_assert_cmpstr(client.log->str, ==, "open up expired");
		client_free(&client);
		peer_join(&peer);
	}
	entity_clear(&server);
}

/* HelloRequests instead of a ServerHello, many in one packet, as fast as they can be sent. */
static void
play_hello_requests(int fd, void *data)
{
	static const char record[] = { 22, 3, 3, 0, 4, 0, 0, 0, 0 };
	g_autofree char *batch = g_malloc(BATCH * sizeof record);

	(void)data;
	for (size_t i = 0; i < BATCH; i++)
		memcpy(batch + i * sizeof record, record, sizeof record);
	await_hello(fd);
	while (send(fd, batch, BATCH * sizeof record, MSG_NOSIGNAL) > 0)
		;
}

static void
test_endless_handshake(void)
{
	struct client client = { .secure_at = "" };
	struct peer peer;

	peer_start(&peer, play_hello_requests, NULL);
	client_open(&client, "127.0.0.1", peer.port);
	connection_deadline(client.connection, SHORT_PATIENCE);
	net_loop_run(client.loop);
	g_assert_cmpstr(client.log->str, ==, "open expired");
	client_free(&client);
	peer_join(&peer);
}

int
main(int argc, char **argv)
{
	/* The server side writes without MSG_NOSIGNAL, before any loop is made. */
	signal(SIGPIPE, SIG_IGN);
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/net/session/bindings", test_bindings);
	g_test_add_func("/net/session/bindings-without-extension", test_bindings_without_extension);
	g_test_add_func("/net/session/end-point", test_end_point);
	g_test_add_func("/net/session/no-bindings", test_no_bindings);
	g_test_add_func("/net/session/secret", test_secret);
	g_test_add_func("/net/session/secret-refused", test_secret_refused);
	g_test_add_func("/net/session/flaws", test_flaws);
	g_test_add_func("/net/session/garbage", test_garbage);
	g_test_add_func("/net/session/storm", test_storm);
	g_test_add_func("/net/session/storm-without-end", test_storm_without_end);
	g_test_add_func("/net/session/endless-handshake", test_endless_handshake);
	return g_test_run();
}
