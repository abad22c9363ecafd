/* SPDX-License-Identifier: Apache-2.0 */
/*
 * net/staple.c: OCSP responses that a server sends along, right and wrong ones.
 */
#include <glib/gstdio.h>
#include <openssl/ocsp.h>
#include <signal.h>
#include <time.h>

#include "test-net-certificate.h"

enum {
	HOUR = 60 * 60, /* s */
	SKEW = 300,     /* as in net/staple.c */
	SLACK = 60,     /* that a test may take */
	/* Octets from the end of a response: ECDSA's signature on P-256 has 70 to 72. */
	BEFORE_SIGNATURE = 80,
	WITHIN_SIGNATURE = 60,
};

struct world {
	char *folder;
	struct entity root, middle, server;
	struct entity delegate; /* appointed by the middle one */
	struct net_trust *trust;
};

/* What a response says, and who says it. */
struct response {
	const struct entity *about;  /* NULL: the server */
	const struct entity *issuer; /* of that; NULL: the middle one */
	const struct entity *signer; /* NULL: the middle one */
	const EVP_MD *digest;        /* of the id; NULL: SHA-1 */
	int status;
	bool bare;        /* without the signer's certificate */
	long from, until; /* s from now */
};

static void
set_up(struct world *world)
{
	world->folder = g_dir_make_tmp("popseal-staple-XXXXXX", NULL);
	world->root = entity_make(&(struct recipe){ .name = "Root", .authority = true });
	world->middle = entity_make(
		&(struct recipe){ .name = "Middle", .issuer = &world->root, .authority = true });
	world->server = entity_make(&(struct recipe){ .name = "server", .issuer = &world->middle });
	world->delegate = entity_make(&(struct recipe){ .name = "Delegate",
		.issuer = &world->middle,
		.usage = "OCSPSigning" });
	world->trust = trust_of(world->folder, &world->root.certificate, 1);
}

static void
tear_down(struct world *world)
{
	entity_clear(&world->delegate);
	entity_clear(&world->server);
	entity_clear(&world->middle);
	entity_clear(&world->root);
	net_trust_free(world->trust);
	g_rmdir(world->folder);
	g_free(world->folder);
}

static void
part_staple(struct tls_part *part, const struct world *world, const struct response *response)
{
	const struct entity *about = response->about != NULL ? response->about : &world->server;
	const struct entity *issuer = response->issuer != NULL ? response->issuer : &world->middle;
	const struct entity *signer = response->signer != NULL ? response->signer : &world->middle;
	OCSP_BASICRESP *basic = OCSP_BASICRESP_new();
	ASN1_TIME *from = X509_gmtime_adj(NULL, response->from);
	ASN1_TIME *until = X509_gmtime_adj(NULL, response->until);
	OCSP_RESPONSE *whole = NULL;
	OCSP_CERTID *id =
		OCSP_cert_to_id(response->digest, about->certificate, issuer->certificate);

	g_assert_nonnull(OCSP_basic_add1_status(basic, id, response->status,
		OCSP_REVOKED_STATUS_KEYCOMPROMISE,
		response->status == V_OCSP_CERTSTATUS_REVOKED ? from : NULL, from, until));
	g_assert_cmpint(OCSP_basic_sign(basic, signer->certificate, signer->key, EVP_sha256(), NULL,
				response->bare ? OCSP_NOCERTS : 0),
		==, 1);
	whole = OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic);
	part->staple_length = i2d_OCSP_RESPONSE(whole, &part->staple);
	g_assert_cmpint(part->staple_length, >, 0);
	OCSP_RESPONSE_free(whole);
	OCSP_BASICRESP_free(basic);
	OCSP_CERTID_free(id);
	ASN1_TIME_free(from);
	ASN1_TIME_free(until);
}

static void
expect_part(struct tls_part *part, const struct world *world, enum staple expected, const char *why)
{
	g_autoptr(facts_auto) facts = examine(part, world->trust, NULL);

	g_assert_true(part->was_asked);
	g_assert_cmpstr(facts->probe.tls.details->staple_error, ==, why);
	g_assert_cmpint(facts->probe.tls.details->staple, ==, expected);
	OPENSSL_free(part->staple);
}

static void
expect(const struct world *world, struct response response, enum staple expected, const char *why)
{
	static const int versions[] = { TLS1_2_VERSION, TLS1_3_VERSION };

	if (response.from == 0)
		response.from = -HOUR;
	if (response.until == 0)
		response.until = HOUR;
	for (size_t i = 0; i < G_N_ELEMENTS(versions); i++) {
		struct tls_part part = { .server = &world->server,
			.others = { world->middle.certificate },
			.version = versions[i] };

		part_staple(&part, world, &response);
		expect_part(&part, world, expected, why);
	}
}

static void
test_statuses(void)
{
	struct world w;

	set_up(&w);
	expect(&w, (struct response){ .status = V_OCSP_CERTSTATUS_GOOD }, STAPLE_GOOD, NULL);
	expect(&w, (struct response){ .status = V_OCSP_CERTSTATUS_REVOKED }, STAPLE_REVOKED, NULL);
	expect(&w, (struct response){ .status = V_OCSP_CERTSTATUS_UNKNOWN }, STAPLE_UNKNOWN, NULL);
	expect(&w, (struct response){ .digest = EVP_sha256() }, STAPLE_GOOD, NULL);
	expect(&w, (struct response){ .signer = &w.delegate }, STAPLE_GOOD, NULL);
	tear_down(&w);
}

/* Within the skew, and past it. */
static void
test_dates(void)
{
	static const char *const old = "it is out of date";
	struct world w;

	set_up(&w);
	expect(&w, (struct response){ .from = -2 * HOUR, .until = -SKEW + SLACK }, STAPLE_GOOD,
		NULL);
	expect(&w, (struct response){ .from = -2 * HOUR, .until = -SKEW - SLACK }, STAPLE_INVALID,
		old);
	expect(&w, (struct response){ .from = SKEW - SLACK, .until = HOUR }, STAPLE_GOOD, NULL);
	expect(&w, (struct response){ .from = SKEW + SLACK, .until = HOUR }, STAPLE_INVALID, old);
	/* It was revoked, but nobody says so of today. */
	expect(&w,
		(struct response){ .status = V_OCSP_CERTSTATUS_REVOKED,
			.from = -2 * HOUR,
			.until = -HOUR },
		STAPLE_INVALID, old);
	tear_down(&w);
}

static void
test_strangers(void)
{
	static const char *const elsewhere = "it is about another certificate";
	static const char *const forged =
		"its signature is not of the issuer, or of whom it appointed";
	struct world w;
	struct entity other, impostor, servant;

	set_up(&w);
	other = entity_make(&(struct recipe){ .name = "other", .issuer = &w.middle });
	impostor = entity_make(&(struct recipe){ .name = "Middle", .authority = true });
	servant = entity_make(&(struct recipe){ .name = "servant", .issuer = &w.middle });
	expect(&w, (struct response){ .about = &other }, STAPLE_INVALID, elsewhere);
	/* The same number of another issuer. */
	expect(&w, (struct response){ .issuer = &impostor }, STAPLE_INVALID, elsewhere);
	expect(&w, (struct response){ .signer = &impostor }, STAPLE_INVALID, forged);
	expect(&w, (struct response){ .signer = &w.server }, STAPLE_INVALID, forged);
	expect(&w, (struct response){ .signer = &servant }, STAPLE_INVALID, forged);
	/* The root may speak for the middle one, but not for what that issued. */
	expect(&w, (struct response){ .signer = &w.root }, STAPLE_INVALID, forged);
	entity_clear(&servant);
	entity_clear(&impostor);
	entity_clear(&other);
	tear_down(&w);
}

/*
 * Changes octets of it, one at a time: nothing good may come of any. What is left out tells how
 * long the signature is, to the bit, which may be as true after the change.
 */
static void
forge(const struct tls_part *part, const struct world *world)
{
	for (int i = 0; i < part->staple_length; i += 5) {
		struct tls_part forged = *part;

		if (i > part->staple_length - BEFORE_SIGNATURE &&
			i < part->staple_length - WITHIN_SIGNATURE)
			continue;
		forged.staple = OPENSSL_memdup(part->staple, (size_t)part->staple_length);
		forged.staple[i] ^= 1;
		g_autoptr(facts_auto) facts = examine(&forged, world->trust, NULL);
		g_assert_cmpint(facts->probe.tls.details->staple, ==, STAPLE_INVALID);
		g_assert_nonnull(facts->probe.tls.details->staple_error);
		OPENSSL_free(forged.staple);
	}
}

/* Its octets are changed, or are none of a response; or there is no answer in it. */
static void
test_broken(void)
{
	struct world w;
	struct tls_part forged = { 0 }, cut = { 0 }, noise = { 0 }, later = { 0 };
	OCSP_RESPONSE *try_later = OCSP_response_create(OCSP_RESPONSE_STATUS_TRYLATER, NULL);
	const struct response good = { .bare = true, .from = -HOUR, .until = HOUR };

	set_up(&w);
	forged.server = cut.server = noise.server = later.server = &w.server;
	forged.others[0] = cut.others[0] = w.middle.certificate;
	part_staple(&forged, &w, &good);
	part_staple(&cut, &w, &good);
	forge(&forged, &w);
	OPENSSL_free(forged.staple);
	cut.staple_length--;
	expect_part(&cut, &w, STAPLE_INVALID, "it cannot be read");
	noise.staple = OPENSSL_memdup("\x30\x03\x0a\x01", 4);
	noise.staple_length = 4;
	expect_part(&noise, &w, STAPLE_INVALID, "it cannot be read");
	later.staple_length = i2d_OCSP_RESPONSE(try_later, &later.staple);
	expect_part(&later, &w, STAPLE_INVALID, "the responder gave no answer");
	OCSP_RESPONSE_free(try_later);
	tear_down(&w);
}

/* Who answers for a certificate is known from the chain, or from the anchors. */
static void
test_issuer(void)
{
	struct world w;
	struct tls_part lonely = { 0 }, anchored = { 0 };
	const struct response good = { .from = -HOUR, .until = HOUR };
	struct net_trust *middle;

	set_up(&w);
	lonely.server = anchored.server = &w.server;
	part_staple(&lonely, &w, &good);
	expect_part(&lonely, &w, STAPLE_INVALID,
		"the issuer of the certificate, who answers for it, was not sent");
	middle = trust_of(w.folder, &w.middle.certificate, 1);
	net_trust_free(w.trust);
	w.trust = middle;
	part_staple(&anchored, &w, &good);
	expect_part(&anchored, &w, STAPLE_GOOD, NULL);
	tear_down(&w);
}

int
main(int argc, char **argv)
{
	/* The server side writes without MSG_NOSIGNAL, before any loop is made. */
	signal(SIGPIPE, SIG_IGN);
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/net/staple/statuses", test_statuses);
	g_test_add_func("/net/staple/dates", test_dates);
	g_test_add_func("/net/staple/strangers", test_strangers);
	g_test_add_func("/net/staple/broken", test_broken);
	g_test_add_func("/net/staple/issuer", test_issuer);
	return g_test_run();
}
