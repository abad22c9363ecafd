/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What net/examine.c makes of a server's certificates: net/certificate.c,
 * net/chain.c and net/identity.c, and the groups of the key exchange.
 */
#include <glib/gstdio.h>
#include <signal.h>

#include "test-net-certificate.h"

#include "net/sandbox.h"

enum {
	RSA_WEAK = 1024,
	RSA_USUAL = 2048,
	LONG_CHAIN = TLS_CHAIN_MAX + 1,
};

/* root, intermediate, server: what most of these tests are about. */
struct world {
	char *folder;
	struct entity root, middle, server;
	struct net_trust *trust; /* holds the root */
};

static void
set_up(struct world *world)
{
	world->folder = g_dir_make_tmp("popseal-examine-XXXXXX", NULL);
	world->root = entity_make(&(struct recipe){ .name = "Root", .authority = true });
	world->middle = entity_make(
		&(struct recipe){ .name = "Middle", .issuer = &world->root, .authority = true });
	world->server = entity_make(&(struct recipe){ .name = "mail.example.org",
		.issuer = &world->middle,
		.alternatives = "DNS:mail.example.org" });
	world->trust = trust_of(world->folder, &world->root.certificate, 1);
}

static void
tear_down(struct world *world)
{
	entity_clear(&world->server);
	entity_clear(&world->middle);
	entity_clear(&world->root);
	net_trust_free(world->trust);
	g_rmdir(world->folder);
	g_free(world->folder);
}

static void
expect_trust(struct tls_part part, struct net_trust *trust, enum trust expected, const char *why)
{
	g_autoptr(facts_auto) facts = examine(&part, trust, NULL);
	const struct tls_details *details = facts->probe.tls.details;

	g_assert_cmpstr(details->trust_error, ==, why);
	g_assert_cmpint(details->trust, ==, expected);
	g_assert_cmpint(details->name, ==, NAME_NOT_CHECKED);
	g_assert_null(details->reference);
}

static void
test_holds(void)
{
	struct world w;

	set_up(&w);
	expect_trust((struct tls_part){ .server = &w.server, .others = { w.middle.certificate } },
		w.trust, TRUST_HOLDS, NULL);
	expect_trust((struct tls_part){ .server = &w.server,
			     .others = { w.middle.certificate, w.root.certificate } },
		w.trust, TRUST_HOLDS, NULL);
	/* In the wrong order, and with one that has nothing to do with it. */
	expect_trust((struct tls_part){ .server = &w.server,
			     .others = { w.root.certificate, w.server.certificate,
				     w.middle.certificate } },
		w.trust, TRUST_HOLDS, NULL);
	tear_down(&w);
}

static void
test_no_anchor(void)
{
	struct world w;
	struct entity stranger =
		entity_make(&(struct recipe){ .name = "Stranger", .authority = true });
	struct net_trust *strange;

	set_up(&w);
	strange = trust_of(w.folder, &stranger.certificate, 1);
	expect_trust((struct tls_part){ .server = &w.server }, w.trust, TRUST_INCOMPLETE,
		"the issuer \"CN=Middle\" was not sent, and is no trusted root");
	expect_trust((struct tls_part){ .server = &w.server, .others = { w.root.certificate } },
		w.trust, TRUST_INCOMPLETE,
		"the issuer \"CN=Middle\" was not sent, and is no trusted root");
	expect_trust((struct tls_part){ .server = &w.server, .others = { w.middle.certificate } },
		strange, TRUST_INCOMPLETE,
		"the issuer \"CN=Root\" was not sent, and is no trusted root");
	expect_trust((struct tls_part){ .server = &w.server,
			     .others = { w.middle.certificate, w.root.certificate } },
		strange, TRUST_UNKNOWN_ROOT, "the root \"CN=Root\" is not trusted");
	expect_trust((struct tls_part){ .server = &w.root }, strange, TRUST_SELF_SIGNED,
		"the certificate is its own issuer, and not trusted");
	net_trust_free(strange);
	entity_clear(&stranger);
	tear_down(&w);
}

/* --ca may hold an intermediate, or the server's own certificate. */
static void
test_partial(void)
{
	struct world w;
	struct net_trust *middle, *own, *both;

	set_up(&w);
	middle = trust_of(w.folder, &w.middle.certificate, 1);
	own = trust_of(w.folder, &w.server.certificate, 1);
	both = trust_of(w.folder, (X509 *[]){ w.root.certificate, w.middle.certificate }, 2);
	expect_trust((struct tls_part){ .server = &w.server }, middle, TRUST_HOLDS, NULL);
	expect_trust((struct tls_part){ .server = &w.server }, own, TRUST_HOLDS, NULL);
	expect_trust((struct tls_part){ .server = &w.server }, both, TRUST_HOLDS, NULL);
	expect_trust((struct tls_part){ .server = &w.middle }, middle, TRUST_HOLDS, NULL);
	expect_trust((struct tls_part){ .server = &w.root }, w.trust, TRUST_HOLDS, NULL);
	net_trust_free(middle);
	net_trust_free(own);
	net_trust_free(both);
	tear_down(&w);
}

/* Signed by another key than its issuer's; by one that is no authority; for another purpose. */
static void
test_broken(void)
{
	struct world w;
	struct entity impostor, child, client, forged;

	set_up(&w);
	impostor = entity_make(&(struct recipe){ .name = "Middle", .authority = true });
	forged = entity_make(&(struct recipe){ .name = "forged", .issuer = &impostor });
	child = entity_make(&(struct recipe){ .name = "child", .issuer = &w.server });
	client = entity_make(
		&(struct recipe){ .name = "client", .issuer = &w.middle, .usage = "clientAuth" });
	expect_trust((struct tls_part){ .server = &forged, .others = { w.middle.certificate } },
		w.trust, TRUST_BROKEN, "\"CN=forged\": certificate signature failure");
	expect_trust((struct tls_part){ .server = &child,
			     .others = { w.server.certificate, w.middle.certificate } },
		w.trust, TRUST_BROKEN,
		"\"CN=mail.example.org\": invalid CA certificate; "
		"\"CN=mail.example.org\": unsuitable certificate purpose");
	expect_trust((struct tls_part){ .server = &client, .others = { w.middle.certificate } },
		w.trust, TRUST_BROKEN, "\"CN=client\": unsuitable certificate purpose");
	/* What has no anchor and another flaw too. */
	expect_trust((struct tls_part){ .server = &client }, w.trust, TRUST_INCOMPLETE,
		"the issuer \"CN=Middle\" was not sent, and is no trusted root; "
		"\"CN=client\": unsuitable certificate purpose");
	entity_clear(&impostor);
	entity_clear(&forged);
	entity_clear(&child);
	entity_clear(&client);
	tear_down(&w);
}

/* Dates are facts, and no matter of trust. */
static void
test_dates(void)
{
	struct world w;
	struct entity early, late;
	int64_t now = g_get_real_time();

	set_up(&w);
	late = entity_make(
		&(struct recipe){ .name = "late", .issuer = &w.middle, .ends = -5L * DAY });
	early = entity_make(
		&(struct recipe){ .name = "early", .issuer = &w.middle, .begins = 5L * DAY });
	struct tls_part parts[] = {
		{ .server = &late, .others = { w.middle.certificate } },
		{ .server = &early, .others = { w.middle.certificate } },
	};
	for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
		g_autoptr(facts_auto) facts = examine(&parts[i], w.trust, NULL);
		const struct certificate_facts *kept = facts->probe.tls.certificate;

		g_assert_cmpint(facts->probe.tls.details->trust, ==, TRUST_HOLDS);
		g_assert_true(kept == &facts->probe.tls.details->chain[0]);
		g_assert_cmpint(kept->begins, <, kept->ends);
		g_assert_true((kept->ends < now) == (i == 0));
		g_assert_true((kept->begins > now) == (i == 1));
		g_assert_cmpint(kept->ends % G_USEC_PER_SEC, ==, 0);
	}
	entity_clear(&early);
	entity_clear(&late);
	tear_down(&w);
}

/* The facts of each certificate of a chain, as it was sent. */
static void
test_chain_facts(void)
{
	struct world w;
	struct entity server;

	set_up(&w);
	server = entity_make(&(struct recipe){ .name = "mail",
		.issuer = &w.middle,
		.alternatives = "DNS:mail.example.org,otherName:1.3.6.1.5.5.7.8.7;IA5:"
				"_pop3s.example.org,IP:192.0.2.1" });
	struct tls_part part = { .server = &server,
		.others = { w.root.certificate, w.middle.certificate } };
	g_autoptr(facts_auto) facts = examine(&part, w.trust, "mail.example.org");
	const struct tls_details *details = facts->probe.tls.details;

	g_assert_cmpuint(details->chain_count, ==, 3);
	g_assert_cmpstr(details->chain[0].subject, ==, "CN=mail");
	g_assert_cmpstr(details->chain[1].subject, ==, "CN=Root");
	g_assert_cmpstr(details->chain[2].subject, ==, "CN=Middle");
	g_assert_false(details->chain[0].self_issued);
	g_assert_true(details->chain[1].self_issued);
	g_assert_cmpuint(details->chain[0].name_count, ==, 2);
	g_assert_cmpuint(details->chain[0].service_count, ==, 1);
	g_assert_cmpstr(details->chain[0].services[0], ==, "_pop3s.example.org");
	g_assert_cmpstr(details->chain[0].signature, ==, "ecdsa-with-SHA256");
	g_assert_cmpstr(details->chain[0].digest, ==, "SHA256");
	g_assert_true(g_str_has_prefix(details->chain[2].pem, "-----BEGIN CERTIFICATE-----\n"));
	g_assert_true(g_str_has_suffix(details->chain[2].pem, "-----END CERTIFICATE-----\n"));
	g_assert_cmpstr(details->reference, ==, "mail.example.org");
	g_assert_true(g_str_has_suffix(details->anchors, "/anchors.pem"));
	g_assert_cmpint(details->duration, >, 0);
	g_assert_cmpint(details->cpu, >, 0);
	g_assert_cmpint(details->staple, ==, STAPLE_NONE);
	g_assert_true(part.was_asked);
	entity_clear(&server);
	tear_down(&w);
}

/* One certificate more than is kept: the path still leads through all of them. */
static void
test_long_chain(void)
{
	struct world w;
	struct entity made[LONG_CHAIN];
	struct tls_part part = { .server = &made[LONG_CHAIN - 1] };

	set_up(&w);
	for (size_t i = 0; i < LONG_CHAIN; i++) {
		g_autofree char *name = g_strdup_printf("Number %zu", i);

		made[i] = entity_make(&(struct recipe){ .name = name,
			.issuer = i == 0 ? &w.root : &made[i - 1],
			.authority = i < LONG_CHAIN - 1,
			.ends = i == 0 ? -5L * DAY : 0 });
	}
	for (size_t i = 0; i < LONG_CHAIN - 1; i++)
		part.others[i] = made[LONG_CHAIN - 2 - i].certificate;
	g_autoptr(facts_auto) facts = examine(&part, w.trust, NULL);

	g_assert_cmpuint(facts->probe.tls.details->chain_count, ==, TLS_CHAIN_MAX);
	g_assert_cmpstr(facts->probe.tls.details->chain[TLS_CHAIN_MAX - 1].subject, ==,
		"CN=Number 1");
	g_assert_cmpint(facts->probe.tls.details->trust, ==, TRUST_HOLDS);
	g_assert_cmpuint(facts->probe.tls.details->path_count, ==, LONG_CHAIN + 1);
	g_assert_cmpstr(facts->probe.tls.details->path[LONG_CHAIN - 1]->subject, ==, "CN=Number 0");
	g_assert_cmpint(facts->probe.tls.details->path[LONG_CHAIN - 1]->ends, <, g_get_real_time());
	g_assert_cmpstr(facts->probe.tls.details->path[LONG_CHAIN]->subject, ==, "CN=Root");
	for (size_t i = 0; i < LONG_CHAIN; i++)
		entity_clear(&made[i]);
	tear_down(&w);
}

/* Weak keys and digests are facts, and no matter of trust. */
static void
test_keys(void)
{
	const struct {
		EVP_PKEY *server, *issuer;
		const char *with, *key, *signature, *digest;
		int bits;
	} cases[] = {
		{ EVP_RSA_gen(RSA_WEAK), EVP_RSA_gen(RSA_WEAK), "SHA1", "RSA",
			"sha1WithRSAEncryption", "SHA1", RSA_WEAK },
		{ EVP_RSA_gen(RSA_USUAL), EVP_RSA_gen(RSA_USUAL), "MD5", "RSA",
			"md5WithRSAEncryption", "MD5", RSA_USUAL },
		{ EVP_EC_gen("P-384"), EVP_EC_gen("P-521"), "SHA512", "EC", "ecdsa-with-SHA512",
			"SHA512", 384 },
		{ EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"),
			EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"), "", "ED25519", "ED25519", NULL,
			256 },
	};
	g_autofree char *folder = g_dir_make_tmp("popseal-examine-XXXXXX", NULL);

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct entity root = entity_make(&(struct recipe){ .name = "Root",
			.key = cases[i].issuer,
			.digest = cases[i].with,
			.authority = true });
		struct entity server = entity_make(&(struct recipe){ .name = "server",
			.key = cases[i].server,
			.digest = cases[i].with,
			.issuer = &root });
		struct net_trust *trust = trust_of(folder, &root.certificate, 1);
		struct tls_part part = { .server = &server };
		g_autoptr(facts_auto) facts = examine(&part, trust, NULL);
		const struct certificate_facts *kept = &facts->probe.tls.details->chain[0];

		g_assert_cmpint(facts->probe.tls.details->trust, ==, TRUST_HOLDS);
		g_assert_cmpstr(kept->key, ==, cases[i].key);
		g_assert_cmpint(kept->key_bits, ==, cases[i].bits);
		g_assert_cmpstr(kept->signature, ==, cases[i].signature);
		g_assert_cmpstr(kept->digest, ==, cases[i].digest);
		net_trust_free(trust);
		entity_clear(&server);
		entity_clear(&root);
	}
	g_rmdir(folder);
}

/* --- names ------------------------------------------------------------------------------------ */

static const struct {
	const char *alternatives;
	const char *reference;
	enum mode mode;
	enum name_check expected;
} names[] = {
	{ "DNS:mail.example.org", "mail.example.org", MODE_POP3S, NAME_MATCHES },
	{ "DNS:mail.example.org", "Mail.Example.ORG.", MODE_POP3S, NAME_MATCHES },
	{ "DNS:mail.example.org", "example.org", MODE_POP3S, NAME_DIFFERS },
	{ "DNS:mail.example.org", "other.example.org", MODE_POP3, NAME_DIFFERS },
	{ "DNS:mail.example.org", "org", MODE_POP3S, NAME_DIFFERS },
	/* The common name is "mail.example.org" in all of these, and never counts. */
	{ NULL, "mail.example.org", MODE_POP3S, NAME_DIFFERS },
	{ "DNS:other.example.org", "mail.example.org", MODE_POP3S, NAME_DIFFERS },
	{ "email:a@mail.example.org", "mail.example.org", MODE_POP3S, NAME_DIFFERS },
	{ "DNS:*.example.org", "mail.example.org", MODE_POP3S, NAME_MATCHES },
	{ "DNS:*.example.org", "a.mail.example.org", MODE_POP3S, NAME_DIFFERS },
	{ "DNS:*.example.org", "example.org", MODE_POP3S, NAME_DIFFERS },
	{ "DNS:m*.example.org", "mail.example.org", MODE_POP3S, NAME_DIFFERS },
	{ "DNS:*il.example.org", "mail.example.org", MODE_POP3S, NAME_DIFFERS },
	{ "DNS:mail.*.org", "mail.example.org", MODE_POP3S, NAME_DIFFERS },
	{ "DNS:*.*.org", "mail.example.org", MODE_POP3S, NAME_DIFFERS },
	{ "DNS:*", "mail.example.org", MODE_POP3S, NAME_DIFFERS },
	{ "DNS:*.org", "example.org", MODE_POP3S, NAME_DIFFERS },
	{ "DNS:xn--bcher-kva.example",
		"b\xc3\xbc"
		"cher.example",
		MODE_POP3S, NAME_MATCHES },
	{ "DNS:*.example",
		"b\xc3\xbc"
		"cher.a.example",
		MODE_POP3S, NAME_DIFFERS },
	{ "otherName:1.3.6.1.5.5.7.8.7;IA5:_pop3s.example.org", "example.org", MODE_POP3S,
		NAME_MATCHES },
	{ "otherName:1.3.6.1.5.5.7.8.7;IA5:_POP3S.Example.org", "example.org", MODE_POP3S,
		NAME_MATCHES },
	{ "otherName:1.3.6.1.5.5.7.8.7;IA5:_pop3s.example.org", "example.org", MODE_POP3,
		NAME_DIFFERS },
	{ "otherName:1.3.6.1.5.5.7.8.7;IA5:_pop3.example.org", "example.org", MODE_POP3,
		NAME_MATCHES },
	{ "otherName:1.3.6.1.5.5.7.8.7;IA5:_pop3.example.org", "example.org", MODE_POP3S,
		NAME_DIFFERS },
	{ "otherName:1.3.6.1.5.5.7.8.7;IA5:_imaps.example.org", "example.org", MODE_POP3S,
		NAME_DIFFERS },
	{ "otherName:1.3.6.1.5.5.7.8.7;IA5:_pop3s.*.org", "example.org", MODE_POP3S, NAME_DIFFERS },
	{ "otherName:1.3.6.1.5.5.7.8.7;UTF8:_pop3s.example.org", "example.org", MODE_POP3S,
		NAME_DIFFERS },
	{ "otherName:1.3.6.1.5.5.7.8.5;IA5:_pop3s.example.org", "example.org", MODE_POP3S,
		NAME_DIFFERS },
	{ "otherName:1.3.6.1.5.5.7.8.7;IA5:_pop3s.a.org,DNS:b.org", "b.org", MODE_POP3S,
		NAME_MATCHES },
	{ "IP:192.0.2.1", "192.0.2.1", MODE_POP3S, NAME_MATCHES },
	{ "IP:192.0.2.1", "192.0.2.2", MODE_POP3S, NAME_DIFFERS },
	{ "IP:2001:db8::1", "2001:DB8:0::1", MODE_POP3S, NAME_MATCHES },
	{ "IP:fe80::1", "fe80::1%eth0", MODE_POP3S, NAME_MATCHES },
	{ "IP:192.0.2.1", "2001:db8::1", MODE_POP3S, NAME_DIFFERS },
	{ "IP:192.0.2.1", "mail.example.org", MODE_POP3S, NAME_DIFFERS },
	/* An address against names only, even one that looks like it. */
	{ "DNS:mail.example.org", "192.0.2.1", MODE_POP3S, NAME_NOT_CHECKED },
	{ "DNS:192.0.2.1", "192.0.2.1", MODE_POP3S, NAME_NOT_CHECKED },
	{ NULL, "::1", MODE_POP3S, NAME_NOT_CHECKED },
	/* No names at all. */
	{ "DNS:example.org", ".example.org", MODE_POP3S, NAME_NOT_CHECKED },
	{ "DNS:example.org", "", MODE_POP3S, NAME_NOT_CHECKED },
	{ "DNS:example.org", NULL, MODE_POP3S, NAME_NOT_CHECKED },
};

static void
test_names(void)
{
	struct world w;

	set_up(&w);
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		struct entity server = entity_make(&(struct recipe){ .name = "mail.example.org",
			.alternatives = names[i].alternatives });
		struct tls_part part = { .server = &server };
		g_autoptr(facts_auto) facts = facts_new();
		struct client client = { .secure_at = "",
			.facts = facts,
			.trust = w.trust,
			.reference = names[i].reference };

		g_test_message("%s against %s", names[i].reference, names[i].alternatives);
		facts->endpoint.mode = names[i].mode;
		client_expect(&client, play_part, &part, "open up ended(closed)", "");
		g_assert_cmpint(facts->probe.tls.details->name, ==, names[i].expected);
		g_assert_cmpstr(facts->probe.tls.details->reference, ==, names[i].reference);
		entity_clear(&server);
	}
	tear_down(&w);
}

static GENERAL_NAME *
raw_name(int type, const char *bytes, int length)
{
	GENERAL_NAME *name = GENERAL_NAME_new();
	ASN1_IA5STRING *text = ASN1_IA5STRING_new();
	ASN1_TYPE *value = ASN1_TYPE_new();

	ASN1_STRING_set(text, bytes, length);
	if (type == GEN_DNS) {
		GENERAL_NAME_set0_value(name, GEN_DNS, text);
		ASN1_TYPE_free(value);
		return name;
	}
	ASN1_TYPE_set(value, V_ASN1_IA5STRING, text);
	GENERAL_NAME_set0_othername(name, OBJ_nid2obj(NID_SRVName), value);
	return name;
}

/* "example.org", a NUL, and more: as DNS-ID, SRV-ID and the other way round. */
static void
test_nul(void)
{
	static const struct {
		int type;
		const char *bytes;
		int length;
	} hostile[] = {
		{ GEN_DNS, "example.org\0.evil", 17 },
		{ GEN_DNS, "example.org\0", 12 },
		{ GEN_DNS, "*\0.org", 6 },
		{ GEN_OTHERNAME, "_pop3s.example.org\0.evil", 24 },
		{ GEN_OTHERNAME, "_pop3s.example.org\0", 19 },
		{ GEN_OTHERNAME, "", 0 },
	};
	struct world w;

	set_up(&w);
	for (size_t i = 0; i < G_N_ELEMENTS(hostile); i++) {
		const struct recipe recipe = { .name = "example.org" };
		struct entity server = entity_make(&recipe);
		GENERAL_NAMES *list = sk_GENERAL_NAME_new_null();
		struct tls_part part = { .server = &server };

		sk_GENERAL_NAME_push(list,
			raw_name(hostile[i].type, hostile[i].bytes, hostile[i].length));
		X509_add1_ext_i2d(server.certificate, NID_subject_alt_name, list, 0, 0);
		GENERAL_NAMES_free(list);
		entity_sign(&server, &recipe);
		g_autoptr(facts_auto) facts = examine(&part, w.trust, "example.org");
		g_assert_cmpint(facts->probe.tls.details->name, ==, NAME_DIFFERS);
		entity_clear(&server);
	}
	tear_down(&w);
}

/* At the bounds and past them: how many SRV-IDs are kept, and how long they are. */
static void
test_service_bounds(void)
{
	const struct recipe recipe = { .name = "many" };
	struct entity server = entity_make(&recipe);
	GENERAL_NAMES *list = sk_GENERAL_NAME_new_null();
	g_autofree char *longest = g_strnfill(ENDPOINT_HOST_MAX + 1, 'a');
	struct tls_part part = { .server = &server };
	struct world w;

	set_up(&w);
	sk_GENERAL_NAME_push(list, raw_name(GEN_OTHERNAME, longest, ENDPOINT_HOST_MAX + 1));
	sk_GENERAL_NAME_push(list, raw_name(GEN_OTHERNAME, longest, ENDPOINT_HOST_MAX));
	for (int i = 0; i < FACTS_NAMES_MAX - 1; i++)
		sk_GENERAL_NAME_push(list, raw_name(GEN_OTHERNAME, "_imap.example.org", 17));
	sk_GENERAL_NAME_push(list, raw_name(GEN_OTHERNAME, "_pop3s.example.org", 18));
	X509_add1_ext_i2d(server.certificate, NID_subject_alt_name, list, 0, 0);
	GENERAL_NAMES_free(list);
	entity_sign(&server, &recipe);

	g_autoptr(facts_auto) facts = examine(&part, w.trust, "example.org");
	const struct certificate_facts *kept = facts->probe.tls.certificate;

	g_assert_cmpuint(kept->service_count, ==, FACTS_NAMES_MAX);
	g_assert_cmpuint(strlen(kept->services[0]), ==, ENDPOINT_HOST_MAX);
	g_assert_cmpstr(kept->services[FACTS_NAMES_MAX - 1], ==, "_imap.example.org");
	g_assert_cmpint(facts->probe.tls.details->name, ==, NAME_MATCHES); /* by the last one */
	entity_clear(&server);
	tear_down(&w);
}

/* --- the session ------------------------------------------------------------------------------ */

static EVP_PKEY *
dh_group(const char *name)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "DH", NULL);
	g_autofree char *group = g_strdup(name);
	OSSL_PARAM parameters[] = { OSSL_PARAM_construct_utf8_string("group", group, 0),
		OSSL_PARAM_END };
	EVP_PKEY *key = NULL;

	g_assert_cmpint(EVP_PKEY_paramgen_init(context), ==, 1);
	g_assert_cmpint(EVP_PKEY_CTX_set_params(context, parameters), ==, 1);
	g_assert_cmpint(EVP_PKEY_paramgen(context, &key), ==, 1);
	EVP_PKEY_CTX_free(context);
	return key;
}

static void
test_groups(void)
{
	const struct {
		int version;
		const char *groups, *ciphers, *dh, *expected;
	} cases[] = {
		{ TLS1_3_VERSION, "X25519", NULL, NULL, "X25519" },
		{ TLS1_3_VERSION, "X448", NULL, NULL, "X448" },
		{ TLS1_3_VERSION, "P-256", NULL, NULL, "secp256r1" },
		{ TLS1_3_VERSION, "P-521", NULL, NULL, "secp521r1" },
		{ TLS1_3_VERSION, "ffdhe2048", NULL, NULL, "ffdhe2048" },
		{ TLS1_2_VERSION, "X25519", "ECDHE", NULL, "X25519" },
		{ TLS1_2_VERSION, "P-256", "ECDHE", NULL, "secp256r1" },
		{ TLS1_2_VERSION, "P-384", "ECDHE", NULL, "secp384r1" },
		{ TLS1_2_VERSION, NULL, "DHE", "ffdhe3072", "ffdhe3072" },
		{ TLS1_2_VERSION, NULL, "DHE", "dh_1024_160", "DH of 1024 bits" },
		{ TLS1_2_VERSION, NULL, "kRSA", NULL, NULL },
	};
	const struct recipe recipe = { .name = "server", .key = EVP_RSA_gen(RSA_USUAL) };
	struct entity server = entity_make(&recipe);
	struct world w;

	set_up(&w);
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct tls_part part = { .server = &server,
			.version = cases[i].version,
			.groups = cases[i].groups,
			.ciphers = cases[i].ciphers,
			.dh = cases[i].dh == NULL ? NULL : dh_group(cases[i].dh) };
		g_autoptr(facts_auto) facts = examine(&part, w.trust, NULL);

		g_assert_cmpstr(facts->probe.tls.details->group, ==, cases[i].expected);
		EVP_PKEY_free(part.dh);
	}
	entity_clear(&server);
	tear_down(&w);
}

/* A session without a certificate has nothing to hold against anchors. */
static void
test_anonymous(void)
{
	struct tls_part part = { .version = TLS1_2_VERSION,
		.ciphers = "AECDH-AES256-SHA:@SECLEVEL=0" };
	struct world w;

	set_up(&w);
	g_autoptr(facts_auto) facts = examine(&part, w.trust, "mail.example.org");
	const struct tls_details *details = facts->probe.tls.details;

	g_assert_cmpint(details->trust, ==, TRUST_NOT_CHECKED);
	g_assert_cmpint(details->name, ==, NAME_NOT_CHECKED);
	g_assert_cmpint(details->staple, ==, STAPLE_NOT_ASKED);
	g_assert_cmpuint(details->chain_count, ==, 0);
	g_assert_null(facts->probe.tls.certificate);
	tear_down(&w);
}

/* A careful session takes neither; one that is not takes both. */
static void
test_careful(void)
{
	static const char *const ciphers[] = { "AECDH-AES256-SHA:@SECLEVEL=0",
		"ECDHE-ECDSA-NULL-SHA:@SECLEVEL=0" };
	struct world w;

	set_up(&w);
	for (size_t i = 0; i < G_N_ELEMENTS(ciphers); i++) {
		struct tls_part part = { .server = &w.server,
			.version = TLS1_2_VERSION,
			.ciphers = ciphers[i] };
		struct client careful = { .secure_at = "", .careful = true };
		struct client other = { .secure_at = "" };

		client_expect(&careful, play_part, &part,
			"open alert(the server sent the TLS alert \"handshake failure\")", "");
		client_expect(&other, play_part, &part, "open up ended(closed)", "");
	}
	tear_down(&w);
}

/* Without anchors nothing is examined or asked for, as ever. */
static void
test_without_anchors(void)
{
	struct world w;
	struct tls_part part = { 0 };
	g_autoptr(facts_auto) facts = facts_new();
	struct client client = { .secure_at = "", .facts = facts, .reference = "mail.example.org" };

	set_up(&w);
	part.server = &w.server;
	client_expect(&client, play_part, &part, "open up ended(closed)", "");
	g_assert_null(facts->probe.tls.details);
	g_assert_false(part.was_asked);
	g_assert_cmpstr(facts->probe.tls.certificate->subject, ==, "CN=mail.example.org");
	g_assert_null(facts->probe.tls.certificate->pem);
	g_assert_null(facts->probe.tls.certificate->signature);
	g_assert_cmpint(facts->probe.tls.certificate->ends, ==, 0);
	tear_down(&w);
}

/* Once the anchors are read, no file is needed: it works where none can be opened. */
static void
examine_in_sandbox(void)
{
	struct world w;
	struct tls_part part = { 0 };
	g_autoptr(facts_auto) facts = facts_new();
	struct client client = { .secure_at = "", .facts = facts };
	struct peer peer;

	set_up(&w);
	g_rmdir(w.folder);
	part.server = &w.server;
	part.others[0] = w.middle.certificate;
	client.trust = w.trust;
	client.reference = "mail.example.org";
	peer_start(&peer, play_part, &part);
	sandbox_enter();
	client_open(&client, "127.0.0.1", peer.port);
	net_loop_run(client.loop);
	g_assert_cmpstr(client.log->str, ==, "open up ended(closed)");
	g_assert_cmpint(facts->probe.tls.details->trust, ==, TRUST_HOLDS);
	g_assert_cmpint(facts->probe.tls.details->name, ==, NAME_MATCHES);
	g_assert_cmpint(facts->probe.tls.details->cpu, >, 0);
	client_free(&client);
	peer_join(&peer);
	tear_down(&w);
}

static void
test_sandbox(void)
{
	if (g_test_subprocess()) {
		examine_in_sandbox();
		return;
	}
	g_test_trap_subprocess(NULL, 0, G_TEST_SUBPROCESS_INHERIT_STDERR);
	g_test_trap_assert_passed();
}

int
main(int argc, char **argv)
{
	/* The server side writes without MSG_NOSIGNAL, before any loop is made. */
	signal(SIGPIPE, SIG_IGN);
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/net/examine/holds", test_holds);
	g_test_add_func("/net/examine/no-anchor", test_no_anchor);
	g_test_add_func("/net/examine/partial", test_partial);
	g_test_add_func("/net/examine/broken", test_broken);
	g_test_add_func("/net/examine/dates", test_dates);
	g_test_add_func("/net/examine/chain-facts", test_chain_facts);
	g_test_add_func("/net/examine/long-chain", test_long_chain);
	g_test_add_func("/net/examine/keys", test_keys);
	g_test_add_func("/net/examine/names", test_names);
	g_test_add_func("/net/examine/nul", test_nul);
	g_test_add_func("/net/examine/service-bounds", test_service_bounds);
	g_test_add_func("/net/examine/groups", test_groups);
	g_test_add_func("/net/examine/anonymous", test_anonymous);
	g_test_add_func("/net/examine/careful", test_careful);
	g_test_add_func("/net/examine/without-anchors", test_without_anchors);
	g_test_add_func("/net/examine/sandbox", test_sandbox);
	return g_test_run();
}
