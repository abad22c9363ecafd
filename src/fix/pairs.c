/* SPDX-License-Identifier: Apache-2.0 */
#include "fix/pairs.h"

#include <glob.h>
#include <string.h>

#include "net/pair.h"
#include "witness/config/instance.h"

/* The folders of certbot, by the names of certbot(1): "live" and "renewal-hooks". */
#define LIVE    "/etc/letsencrypt/live/"
#define HOOKS   "/etc/letsencrypt/renewal-hooks/deploy"
#define RENEWAL "/etc/letsencrypt/renewal"

/* A pair that is told. */
struct found {
	char *certificate, *key; /* owned */
};

static void
found_free(void *data)
{
	struct found *found = data;

	g_free(found->certificate);
	g_free(found->key);
	g_free(found);
}

static bool
is_known(const GPtrArray *pairs, const char *certificate)
{
	for (guint i = 0; i < pairs->len; i++)
		if (g_str_equal(((struct found *)g_ptr_array_index(pairs, i))->certificate,
			    certificate))
			return true;
	return false;
}

/* Adds the pair if a server could use it now. */
static void
try_pair(GPtrArray *pairs, const char *certificate, const char *key)
{
	struct found *found;

	if (pairs->len >= PAIRS_MAX || certificate == NULL || key == NULL ||
		is_known(pairs, certificate) ||
		!pair_check(certificate, key, NULL, g_get_real_time(), NULL))
		return;
	found = g_new(struct found, 1);
	*found = (struct found){ g_strdup(certificate), g_strdup(key) };
	g_ptr_array_add(pairs, found);
}

/* Those that certbot keeps up to date come first. */
static void
find_live(GPtrArray *pairs, const char *root)
{
	g_autofree char *pattern = g_strconcat(root, LIVE "*/fullchain.pem", NULL);
	glob_t found = { 0 };

	if (glob(pattern, 0, NULL, &found) == 0)
		for (size_t i = 0; i < found.gl_pathc; i++) {
			g_autofree char *folder = g_path_get_dirname(found.gl_pathv[i]);
			g_autofree char *key = g_build_filename(folder, "privkey.pem", NULL);

			try_pair(pairs, found.gl_pathv[i], key);
		}
	globfree(&found);
}

/* What the other servers of the host, as far as popseal reads them, speak TLS with. */
static void
find_configured(GPtrArray *pairs, const char *root)
{
	const struct config_request request = { .root = root[0] != '\0' ? root : NULL };
	g_autoptr(GPtrArray) gaps = g_ptr_array_new_with_free_func((GDestroyNotify)config_gap_free);
	g_autoptr(GPtrArray) instances = config_instances_find(&request, gaps, NULL);

	for (guint i = 0; instances != NULL && i < instances->len; i++) {
		struct config_instance *instance = g_ptr_array_index(instances, i);
		struct facts *facts = config_instance_read(instance, g_get_real_time(), NULL);
		const struct config_facts *config = facts->config;

		if (config->certificate != NULL && config->key != NULL) {
			g_autofree char *certificate = g_strconcat(root, config->certificate, NULL);
			g_autofree char *key = g_strconcat(root, config->key, NULL);

			try_pair(pairs, certificate, key);
		}
		facts_free(facts);
	}
}

void
pairs_suggest(struct change *change, const char *root)
{
	g_autoptr(GPtrArray) pairs = g_ptr_array_new_with_free_func(found_free);
	const char *prefix = root != NULL && !g_str_equal(root, "/") ? root : "";

	find_live(pairs, prefix);
	find_configured(pairs, prefix);
	for (guint i = 0; i < pairs->len; i++) {
		const struct found *found = g_ptr_array_index(pairs, i);

		change_warn(change, "This host has a pair: --certificate %s --key %s",
			found->certificate, found->key);
	}
	if (pairs->len == 0)
		change_warn(change,
			"No certificate with its key was found here. From Let's Encrypt: certbot "
			"certonly --standalone -d NAME. For a network of your own: openssl req "
			"-x509 -newkey rsa:3072 -nodes -days 365 -subj /CN=NAME -addext "
			"subjectAltName=DNS:NAME -keyout KEY -out CERTIFICATE.");
}

/* --- renewals --------------------------------------------------------------------------------- */

static bool
has_hook(const char *prefix)
{
	g_autofree char *hooks = g_strconcat(prefix, HOOKS, NULL);
	g_autofree char *renewal = g_strconcat(prefix, RENEWAL, NULL);
	g_autoptr(GDir) folder = g_dir_open(hooks, 0, NULL);
	g_autoptr(GDir) settings = g_dir_open(renewal, 0, NULL);
	const char *name;
	bool has = folder != NULL && g_dir_read_name(folder) != NULL;

	while (!has && settings != NULL && (name = g_dir_read_name(settings)) != NULL) {
		g_autofree char *path = g_build_filename(renewal, name, NULL);
		g_autofree char *text = NULL;

		has = g_file_get_contents(path, &text, NULL, NULL) &&
			g_regex_match_simple("^(renew|deploy|post)_hook *= *[^ \n]", text,
				G_REGEX_MULTILINE, 0);
	}
	return has;
}

void
pairs_check_renewal(struct change *change, const char *root, const char *certificate)
{
	const char *prefix = root != NULL && !g_str_equal(root, "/") ? root : "";

	if (strstr(certificate, LIVE) == NULL || has_hook(prefix))
		return;
	change_warn(change,
		"certbot renews %s, and nothing tells the server: put a script that reloads it in "
		"%s%s.",
		certificate, prefix, HOOKS);
}
