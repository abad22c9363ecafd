/* SPDX-License-Identifier: Apache-2.0 */
/*
 * net/trust.c: anchors out of files that are right, wrong, mixed and too large,
 * and out of the system's store.
 */
#include <glib/gstdio.h>
#include <signal.h>

#include "test-net-certificate.h"

#include "net/trust-private.h"

enum {
	TRUST_FILE_MAX = 8 * 1024 * 1024, /* as in net/trust.c */
};

struct world {
	char *folder;
	char *file;
	struct entity one, other;
};

static void
set_up(struct world *world)
{
	world->folder = g_dir_make_tmp("popseal-trust-XXXXXX", NULL);
	world->file = g_build_filename(world->folder, "anchors.pem", NULL);
	world->one = entity_make(&(struct recipe){ .name = "One", .authority = true });
	world->other = entity_make(&(struct recipe){ .name = "Other", .authority = true });
}

static void
tear_down(struct world *world)
{
	g_unlink(world->file);
	g_rmdir(world->folder);
	entity_clear(&world->one);
	entity_clear(&world->other);
	g_free(world->file);
	g_free(world->folder);
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

static int
count(const struct net_trust *trust)
{
	return sk_X509_OBJECT_num(X509_STORE_get0_objects(trust->store));
}

/* `problem` is what follows the file's name in the message, or NULL. */
static void
expect(const struct world *world, const char *text, int anchors, const char *problem)
{
	g_autoptr(GError) error = NULL;
	struct net_trust *trust;

	g_assert_true(g_file_set_contents(world->file, text, -1, NULL));
	trust = net_trust_new(world->file, &error);
	if (problem == NULL) {
		g_assert_no_error(error);
		g_assert_cmpint(count(trust), ==, anchors);
		g_assert_cmpstr(trust->name, ==, world->file);
	} else {
		g_autofree char *message = g_strdup_printf("%s: %s", world->file, problem);

		g_assert_null(trust);
		g_assert_cmpstr(error->message, ==, message);
	}
	net_trust_free(trust);
}

static void
test_file(void)
{
	struct world w;

	set_up(&w);
	g_autofree char *one = pem_of(w.one.certificate);
	g_autofree char *other = pem_of(w.other.certificate);
	g_autofree char *both = g_strconcat(one, "\n# a remark\nand more\n", other, NULL);
	g_autofree char *twice = g_strconcat(one, one, NULL);
	g_autofree char *broken = g_strdup(both);
	g_autofree char *cut = g_strndup(both, strlen(both) - 40);
	g_autofree char *parameters = g_strconcat("-----BEGIN DH PARAMETERS-----\nMAYCAQcCAQU=\n"
						  "-----END DH PARAMETERS-----\n",
		one, NULL);
	g_autofree char *locked = g_strconcat("-----BEGIN CERTIFICATE-----\nProc-Type: "
					      "4,ENCRYPTED\nDEK-Info: AES-256-CBC,"
					      "00112233445566778899AABBCCDDEEFF\n\n"
					      "AAAAAAAAAAAAAAAAAAAAAA==\n"
					      "-----END CERTIFICATE-----\n",
		one, NULL);

	memset(broken + 100, 'A', 20);
	expect(&w, one, 1, NULL);
	expect(&w, both, 2, NULL);
	expect(&w, twice, 1, NULL);
	expect(&w, parameters, 1, NULL);
	expect(&w, broken, 0, "a certificate in it cannot be read");
	expect(&w, cut, 0, "a certificate in it cannot be read");
	expect(&w, locked, 0, "a certificate in it cannot be read");
	expect(&w, "", 0, "no certificate in PEM form is there");
	expect(&w, "no PEM\n", 0, "no certificate in PEM form is there");
	tear_down(&w);
}

/* At the bound and one past it. */
static void
test_file_bound(void)
{
	struct world w;

	set_up(&w);
	g_autofree char *one = pem_of(w.one.certificate);
	g_autofree char *text = g_strnfill(TRUST_FILE_MAX + 1, '\n');

	memcpy(text, one, strlen(one));
	expect(&w, text, 0, "it is too large for a file of certificates");
	text[TRUST_FILE_MAX] = '\0';
	expect(&w, text, 1, NULL);
	tear_down(&w);
}

static void
test_no_file(void)
{
	struct world w;

	set_up(&w);
	g_autoptr(GError) none = NULL, folder = NULL;
	g_autofree char *none_message = g_strdup_printf("%s: No such file or directory", w.file);
	g_autofree char *folder_message = g_strdup_printf("%s: Is a directory", w.folder);

	g_assert_null(net_trust_new(w.file, &none));
	g_assert_cmpstr(none->message, ==, none_message);
	g_assert_null(net_trust_new(w.folder, &folder));
	g_assert_cmpstr(folder->message, ==, folder_message);
	g_assert_null(net_trust_new(w.file, NULL));
	net_trust_free(NULL);
	tear_down(&w);
}

static void
expect_named(const char *file, const char *directory, int anchors, const char *name)
{
	g_autoptr(GError) error = NULL;
	struct net_trust *trust;

	if (file != NULL)
		g_setenv("SSL_CERT_FILE", file, TRUE);
	if (directory != NULL)
		g_setenv("SSL_CERT_DIR", directory, TRUE);
	trust = net_trust_new(NULL, &error);
	g_unsetenv("SSL_CERT_FILE");
	g_unsetenv("SSL_CERT_DIR");
	if (anchors == 0) {
		g_assert_null(trust);
		g_assert_true(g_str_has_prefix(error->message, name));
		return;
	}
	g_assert_no_error(error);
	g_assert_cmpint(count(trust), ==, anchors);
	g_assert_cmpstr(trust->name, ==, name);
	net_trust_free(trust);
}

/* What the environment names takes the place of the system's store. */
static void
test_environment(void)
{
	struct world w;

	set_up(&w);
	g_autofree char *file = write_pem(w.folder, "one", &w.one.certificate, 1);
	g_autofree char *deep = g_build_filename(w.folder, "deep", NULL);
	g_autofree char *list = g_strdup_printf("/no/such:%s:%s", deep, w.folder);
	char *in_deep;

	g_assert_cmpint(g_mkdir(deep, 0700), ==, 0);
	in_deep = write_pem(deep, "other.pem", &w.other.certificate, 1);
	expect_named(file, NULL, 1, file);
	expect_named(NULL, deep, 1, deep);
	expect_named(file, deep, 2, file);
	expect_named(NULL, list, 2, list);
	expect_named(w.file, NULL, 0, w.file);
	expect_named(NULL, w.file, 0, w.file);
	/* A file beside them that is no certificate is passed by. */
	g_assert_true(g_file_set_contents(w.file, "-----BEGIN CERTIFICATE-----\nAAAA\n", -1, NULL));
	expect_named(NULL, w.folder, 1, w.folder);
	g_unlink(in_deep);
	g_free(in_deep);
	g_rmdir(deep);
	g_unlink(file);
	tear_down(&w);
}

static void
test_system(void)
{
	g_autoptr(GError) error = NULL;
	struct net_trust *trust = net_trust_new(NULL, &error);

	if (trust == NULL) {
		g_test_skip("this system has no store");
		return;
	}
	g_assert_cmpstr(trust->name, ==, "the system's store");
	g_assert_cmpint(count(trust), >, 0);
	net_trust_free(trust);
}

int
main(int argc, char **argv)
{
	g_unsetenv("SSL_CERT_FILE");
	g_unsetenv("SSL_CERT_DIR");
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/net/trust/file", test_file);
	g_test_add_func("/net/trust/file-bound", test_file_bound);
	g_test_add_func("/net/trust/no-file", test_no_file);
	g_test_add_func("/net/trust/environment", test_environment);
	g_test_add_func("/net/trust/system", test_system);
	return g_test_run();
}
