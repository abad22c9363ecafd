/* SPDX-License-Identifier: Apache-2.0 */
/*
 * net/chain.c: which certificates lead from a server's to its anchor, and are
 * therefore those whose dates count.
 */
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>

#include "test-net-certificate.h"

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
expect_path(struct tls_part *part, struct net_trust *trust, const char *subjects)
{
	g_autoptr(facts_auto) facts = examine(part, trust, NULL);
	const struct tls_details *details = facts->probe.tls.details;
	g_autoptr(GString) seen = g_string_new(NULL);

	for (size_t i = 0; i < details->path_count; i++) {
		g_string_append_printf(seen, "%s%s", i > 0 ? " " : "", details->path[i]->subject);
		g_assert_cmpint(details->path[i]->begins, !=, 0);
		g_assert_cmpint(details->path[i]->ends, !=, 0);
	}
	g_assert_cmpstr(seen->str, ==, subjects);
	g_assert_true(details->path[0] == &details->chain[0]);
}

/* The path holds what was used of what was sent, and its anchor; without one, what there is. */
static void
test_path(void)
{
	struct world w;
	struct entity beside;

	set_up(&w);
	beside = entity_make(&(struct recipe){ .name = "Beside",
		.issuer = &w.root,
		.authority = true,
		.ends = -5L * DAY });
	struct tls_part part = { .server = &w.server,
		.others = { beside.certificate, w.middle.certificate } };
	struct tls_part alone = { .server = &w.server };
	struct tls_part root = { .server = &w.root };

	expect_path(&part, w.trust, "CN=mail.example.org CN=Middle CN=Root");
	expect_path(&alone, w.trust, "CN=mail.example.org");
	expect_path(&root, w.trust, "CN=Root");
	entity_clear(&beside);
	tear_down(&w);
}

/* Of two issuers that are one but for their dates, the path leads through the one that is valid. */
static void
test_path_in_date(void)
{
	struct world w;
	struct entity old;

	set_up(&w);
	EVP_PKEY_up_ref(w.middle.key);
	old = entity_make(&(struct recipe){ .name = "Middle",
		.issuer = &w.root,
		.key = w.middle.key,
		.authority = true,
		.begins = -90L * DAY,
		.ends = -5L * DAY });
	for (int i = 0; i < 3; i++) {
		struct tls_part part = { .server = &w.server };

		part.others[0] = i == 0 ? w.middle.certificate : old.certificate;
		part.others[1] = i == 0 ? old.certificate : i == 1 ? w.middle.certificate : NULL;
		g_autoptr(facts_auto) facts = examine(&part, w.trust, NULL);
		const struct tls_details *details = facts->probe.tls.details;

		g_assert_cmpint(details->trust, ==, TRUST_HOLDS);
		g_assert_cmpuint(details->path_count, ==, 3);
		g_assert_true(details->path[1] == &details->chain[i == 1 ? 2 : 1]);
		g_assert_true((details->path[1]->ends < g_get_real_time()) == (i == 2));
	}
	entity_clear(&old);
	tear_down(&w);
}

/* The date of an anchor is one of the path's, sent or not. */
static void
test_path_old_anchor(void)
{
	struct world w;
	struct entity root, server;
	struct net_trust *trust;

	set_up(&w);
	root = entity_make(
		&(struct recipe){ .name = "Old Root", .authority = true, .ends = -5L * DAY });
	server = entity_make(&(struct recipe){ .name = "mail", .issuer = &root });
	trust = trust_of(w.folder, &root.certificate, 1);
	for (int i = 0; i < 2; i++) {
		struct tls_part part = { .server = &server };

		part.others[0] = i == 0 ? NULL : root.certificate;
		g_autoptr(facts_auto) facts = examine(&part, trust, NULL);
		const struct tls_details *details = facts->probe.tls.details;

		g_assert_cmpint(details->trust, ==, TRUST_HOLDS);
		g_assert_cmpuint(details->path_count, ==, 2);
		g_assert_cmpstr(details->path[1]->subject, ==, "CN=Old Root");
		g_assert_cmpint(details->path[1]->ends, <, g_get_real_time());
	}
	net_trust_free(trust);
	entity_clear(&server);
	entity_clear(&root);
	tear_down(&w);
}

/* At the bound and one past it: root, issuers, and the server's own at the end. */
static void
test_path_bound(void)
{
	struct world w;
	struct entity made[TLS_PATH_MAX];

	set_up(&w);
	for (size_t i = 0; i < TLS_PATH_MAX; i++) {
		g_autofree char *name = g_strdup_printf("Number %zu", i);

		made[i] = entity_make(&(struct recipe){ .name = name,
			.issuer = i == 0 ? &w.root : &made[i - 1],
			.authority = true });
	}
	for (size_t length = TLS_PATH_MAX; length <= TLS_PATH_MAX + 1; length++) {
		struct tls_part part = { .server = &made[length - 2] };

		for (size_t i = 0; i < length - 2; i++)
			part.others[i] = made[length - 3 - i].certificate;
		g_autoptr(facts_auto) facts = examine(&part, w.trust, NULL);
		const struct tls_details *details = facts->probe.tls.details;

		g_assert_true((details->trust == TRUST_HOLDS) == (length == TLS_PATH_MAX));
		g_assert_cmpuint(details->path_count, <=, TLS_PATH_MAX);
		if (length == TLS_PATH_MAX)
			g_assert_cmpuint(details->path_count, ==, length);
		else
			g_assert_nonnull(
				strstr(details->trust_error, "certificate chain too long"));
	}
	for (size_t i = 0; i < TLS_PATH_MAX; i++)
		entity_clear(&made[i]);
	tear_down(&w);
}

int
main(int argc, char **argv)
{
	/* The server side writes without MSG_NOSIGNAL, before any loop is made. */
	signal(SIGPIPE, SIG_IGN);
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/net/path/whole", test_path);
	g_test_add_func("/net/path/bound", test_path_bound);
	g_test_add_func("/net/path/in-date", test_path_in_date);
	g_test_add_func("/net/path/old-anchor", test_path_old_anchor);
	return g_test_run();
}
