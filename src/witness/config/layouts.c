/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Layouts whose files are whole need no line here: Mailcow's data/conf/dovecot with its
 * dovecot.conf stands for /etc/dovecot, and iRedMail keeps to /etc/dovecot; both are found by their
 * root file.
 */
#include "witness/config/layouts.h"

#include <string.h>
#include <unistd.h>

#include "products/product.h"

const struct config_layout config_layouts[] = {
	/*
	 * Copied to /etc/dovecot/local.conf, the last file that dovecot.conf includes. The folder
	 * is docker-data/dms/config, in older versions config.
	 * https://docker-mailserver.github.io/docker-mailserver/latest/config/
	 * advanced/override-defaults/dovecot/
	 */
	{ "docker-mailserver", "dovecot", "config/dovecot.cf", "/etc/dovecot/local.conf", NULL,
		"docker exec mailserver doveconf -n" },
	/*
	 * dovecot.conf ends with "!include_try /etc/dovecot/extra.conf", and is in the same folder
	 * of a checkout; a copy of the changes alone has this file only.
	 * https://docs.mailcow.email/manual-guides/Dovecot/u_e-dovecot-extra_conf/
	 */
	{ "Mailcow", "dovecot", "data/conf/dovecot/extra.conf", "/etc/dovecot/extra.conf",
		"dovecot.conf", "docker compose exec dovecot-mailcow doveconf -n" },
	/*
	 * The folder overrides/dovecot is mounted as /overrides, whose dovecot.conf the image's own
	 * includes; in older versions it was overrides itself.
	 * https://mailu.io/2.0/faq.html#how-can-i-override-settings
	 */
	{ "Mailu", "dovecot", "overrides/dovecot/dovecot.conf", "/overrides/dovecot.conf", NULL,
		"docker compose exec imap doveconf -n" },
	{ "Mailu", "dovecot", "overrides/dovecot.conf", "/overrides/dovecot.conf", NULL,
		"docker compose exec imap doveconf -n" },
	{ NULL, NULL, NULL, NULL, NULL, NULL },
};

/* Whether the path ends with that one, at a '/'. */
static bool
ends_with(const char *path, const char *end)
{
	size_t length = strlen(path), end_length = strlen(end);

	return length > end_length && path[length - end_length - 1] == '/' &&
		g_str_equal(path + length - end_length, end);
}

static bool
has_neighbour(const char *path, const char *name)
{
	g_autofree char *folder = g_path_get_dirname(path);
	g_autofree char *other = g_build_filename(folder, name, NULL);

	return access(other, F_OK) == 0;
}

const struct config_layout *
config_layout_find(const char *path)
{
	for (size_t i = 0; config_layouts[i].title != NULL; i++) {
		const struct config_layout *layout = &config_layouts[i];

		if (ends_with(path, layout->path) &&
			(layout->unless == NULL || !has_neighbour(path, layout->unless)))
			return layout;
	}
	return NULL;
}

/* Whether a setting of the fragment lets the password out, and not a default. */
static bool
permits_itself(const struct config_listener *listener)
{
	return listener->verdict == VERDICT_PERMITS && listener->chain.count > 0;
}

void
config_layout_judge(const struct config_layout *layout, struct facts *facts)
{
	struct config_facts *config = facts->config;
	struct config_doubt *doubt;

	for (guint i = config->listeners->len; i > 0; i--)
		if (!permits_itself(
			    &g_array_index(config->listeners, struct config_listener, i - 1)))
			g_array_remove_index(config->listeners, i - 1);
	/* That it is no whole configuration is no news here. */
	g_array_set_size(config->doubts, 0);
	doubt = config_add_doubt(facts, REASON_ELSEWHERE);
	doubt->location.file = config->root;
	doubt->message = facts_printf(facts,
		"This is only what %s adds to the configuration in its image, which decides.",
		layout->title);
	doubt->settle = layout->settle;
}
