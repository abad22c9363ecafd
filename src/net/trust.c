/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Trust anchors out of files.
 *
 * OpenSSL's own store of the system looks files up while it verifies. Here
 * everything is read at once, as the process may be in a sandbox afterwards.
 */
#include <errno.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "net/loop-private.h"
#include "net/trust-private.h"

enum {
	TRUST_FILE_MAX =
		8 * 1024 * 1024, /* octets of one file; a system's bundle has 0.3 million */
	TRUST_FILES_MAX = 4096,  /* of a directory */
	TRUST_ANCHORS_MAX = 8192,
	READ_SIZE = 64 * 1024,
};

/* Where systems have their bundle, if OpenSSL was built for another place. */
static const char *const bundles[] = {
	"/etc/ssl/certs/ca-certificates.crt",
	"/etc/pki/tls/certs/ca-bundle.crt",
	"/etc/ssl/ca-bundle.pem",
	"/etc/ssl/cert.pem",
};

static size_t
count_anchors(const struct net_trust *trust)
{
	return (size_t)sk_X509_OBJECT_num(X509_STORE_get0_objects(trust->store));
}

static void
complain(GError **error, const char *file, const char *problem)
{
	g_set_error(error, NET_ERROR, 0, "%s: %s", file, problem);
}

/* Reads a file or pipe to its end; NULL, *error if it cannot, or if it is too long. */
static GByteArray *
read_file(const char *file, GError **error)
{
	GByteArray *bytes = g_byte_array_new();
	g_autofree guint8 *buffer = g_malloc(READ_SIZE);
	int fd = open(file, O_RDONLY | O_CLOEXEC);
	ssize_t length = fd < 0 ? -1 : 1;

	while (length > 0 && bytes->len <= TRUST_FILE_MAX) {
		length = read(fd, buffer, READ_SIZE);
		if (length > 0)
			g_byte_array_append(bytes, buffer, (guint)length);
	}
	if (length < 0)
		complain(error, file, g_strerror(errno));
	else if (length > 0)
		complain(error, file, "it is too large for a file of certificates");
	if (fd >= 0)
		close(fd);
	if (length == 0)
		return bytes;
	g_byte_array_unref(bytes);
	return NULL;
}

/* A certificate needs no pass phrase; without this OpenSSL would ask for one on the terminal. */
static int
no_pass_phrase(char *buffer, int size, int writing, void *user)
{
	(void)buffer, (void)size, (void)writing, (void)user;
	return -1;
}

/* Adds what the file holds; false, *error for what cannot be read. Passes other PEM blocks by. */
static bool
add_certificates(struct net_trust *trust, const char *file, BIO *pem, GError **error)
{
	bool whole = true;

	for (;;) {
		X509 *certificate = PEM_read_bio_X509_AUX(pem, NULL, no_pass_phrase, NULL);
		bool over = certificate == NULL &&
			ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;

		ERR_clear_error();
		if (over)
			return whole;
		if (certificate != NULL && count_anchors(trust) < TRUST_ANCHORS_MAX)
			X509_STORE_add_cert(trust->store, certificate);
		else if (whole)
			complain(error, file,
				certificate != NULL ? "it has too many certificates" :
						      "a certificate in it cannot be read");
		whole = whole && certificate != NULL;
		X509_free(certificate);
	}
}

static bool
add_file(struct net_trust *trust, const char *file, GError **error)
{
	g_autoptr(GByteArray) bytes = read_file(file, error);
	BIO *pem = NULL;
	bool whole = false;

	if (bytes == NULL)
		return false;
	pem = BIO_new_mem_buf(bytes->data, (int)bytes->len);
	whole = add_certificates(trust, file, pem, error);
	BIO_free(pem);
	return whole;
}

/* All of its files, whatever their names: OpenSSL's hashes are only for those who look up. */
static void
add_directory(struct net_trust *trust, const char *directory)
{
	GDir *files = g_dir_open(directory, 0, NULL);
	const char *name = NULL;

	if (files == NULL)
		return;
	for (int i = 0; i < TRUST_FILES_MAX && (name = g_dir_read_name(files)) != NULL; i++) {
		g_autofree char *file = g_build_filename(directory, name, NULL);

		if (g_file_test(file, G_FILE_TEST_IS_REGULAR))
			add_file(trust, file, NULL);
	}
	g_dir_close(files);
}

static void
add_directories(struct net_trust *trust, const char *list)
{
	g_auto(GStrv) directories = g_strsplit(list, G_SEARCHPATH_SEPARATOR_S, -1);

	for (size_t i = 0; directories[i] != NULL; i++)
		add_directory(trust, directories[i]);
}

/*
 * What the user named instead of the system's store. OpenSSL would go on to its
 * own directory where only a file is named; who names one means that one.
 */
static bool
add_named(struct net_trust *trust)
{
	const char *file = secure_getenv(X509_get_default_cert_file_env());
	const char *directory = secure_getenv(X509_get_default_cert_dir_env());

	if (file == NULL && directory == NULL)
		return false;
	if (file != NULL)
		add_file(trust, file, NULL);
	if (directory != NULL)
		add_directories(trust, directory);
	trust->name = g_strdup(file != NULL ? file : directory);
	return true;
}

/* A bundle has what the directory has, in one file. */
static void
add_system(struct net_trust *trust)
{
	trust->name = g_strdup("the system's store");
	add_file(trust, X509_get_default_cert_file(), NULL);
	for (size_t i = 0; count_anchors(trust) == 0 && i < G_N_ELEMENTS(bundles); i++)
		add_file(trust, bundles[i], NULL);
	if (count_anchors(trust) == 0)
		add_directories(trust, X509_get_default_cert_dir());
}

struct net_trust *
net_trust_new(const char *file, GError **error)
{
	struct net_trust *trust = g_new0(struct net_trust, 1);
	bool whole = true;

	trust->store = X509_STORE_new();
	if (trust->store == NULL)
		g_error("OpenSSL is out of memory");
	if (file != NULL) {
		trust->name = g_strdup(file);
		whole = add_file(trust, file, error);
	} else if (!add_named(trust)) {
		add_system(trust);
	}
	if (whole && count_anchors(trust) > 0)
		return trust;
	if (whole)
		complain(error, trust->name, "no certificate in PEM form is there");
	net_trust_free(trust);
	return NULL;
}

void
net_trust_free(struct net_trust *trust)
{
	if (trust == NULL)
		return;
	X509_STORE_free(trust->store);
	g_free(trust->name);
	g_free(trust);
}
