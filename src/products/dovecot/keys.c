/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The key of a setting by the block that it stands in, and what became of names of 1.x and 2.0:
 * 2.2 and 2.3 still take them, and put other settings in their place there and then.
 */
#include <string.h>

#include "products/dovecot/settings.h"

/* --- keys ------------------------------------------------------------------------------------- */

/* In 2.4, "inet_listener_port" within an inet_listener is its "port". */
static const char *
without_prefix(const char *path, const char *key)
{
	if (strstr(path, "/inet_listener/") != NULL && g_str_has_prefix(key, "inet_listener_"))
		return key + strlen("inet_listener_");
	if (g_str_has_prefix(path, "service/") && g_str_has_prefix(key, "service_"))
		return key + strlen("service_");
	return key;
}

/* In 2.4, "cert_file" in "ssl_server { }" or in a group @ssl_server is ssl_server_cert_file. */
static char *
with_prefix(const char *prefix, const char *key)
{
	g_autofree char *whole = g_strconcat(prefix, "_", key, NULL);

	if (dovecot_name_matters(whole) || g_str_has_prefix(whole, "ssl_server_") ||
		g_str_has_prefix(whole, "inet_listener_") || g_str_equal(whole, "ssl_min_protocol"))
		return g_steal_pointer(&whole);
	return NULL;
}

char *
dovecot_key(bool is_24, const struct dovecot_section *section, const char *key)
{
	bool in_block = section->path[0] != '\0';
	char *whole = NULL;
	const char *last;

	if (!is_24 && section->label != NULL && !in_block)
		return g_strconcat(section->label, "_", key, NULL);
	if (!is_24)
		return in_block ? g_strconcat(section->path, "/", key, NULL) : g_strdup(key);
	if (section->label != NULL && !in_block)
		whole = with_prefix(section->label, key);
	if (whole == NULL && in_block && strchr(section->path, '/') == NULL)
		whole = g_str_has_prefix(key, section->path) && key[strlen(section->path)] == '_' ?
			g_strdup(key) :
			(dovecot_block_completes(section->path) ? with_prefix(section->path, key) :
								  NULL);
	if (whole != NULL)
		return whole;
	whole = in_block ? g_strconcat(section->path, "/", key, NULL) : g_strdup(key);
	last = strrchr(whole, '/');
	if (last != NULL) {
		g_autofree char *path = g_strndup(whole, (gsize)(last + 1 - whole));
		char *plain = g_strconcat(path, without_prefix(path, last + 1), NULL);

		g_free(whole);
		whole = plain;
	}
	return whole;
}

/* --- names of old ----------------------------------------------------------------------------- */

#define LOGIN(protocol) "service/" protocol "-login/inet_listener/" protocol

/* What the old setting of addresses is for a protocol, with "s" before the last part for TLS. */
static const struct {
	const char *protocol, *listener;
} logins[] = {
	{ "imap", LOGIN("imap") },
	{ "pop3", LOGIN("pop3") },
};

static void
add(GPtrArray *now, const struct dovecot_filter *filter, bool is_file, char *key, char *value)
{
	struct dovecot_instead *instead = g_new(struct dovecot_instead, 1);

	*instead = (struct dovecot_instead){ filter, key, value, is_file };
	g_ptr_array_add(now, instead);
}

/* "pop3s" without "pop3" is POP3 whose clear listener is closed. */
static void
replace_protocols(const struct dovecot_filter *filter, const char *value, GPtrArray *now)
{
	g_auto(GStrv) words = g_strsplit(value, " ", -1);
	g_autoptr(GString) kept = g_string_new(NULL);
	bool old = false;

	for (size_t i = 0; words[i] != NULL; i++) {
		bool sieve = g_str_equal(words[i], "managesieve");
		bool tls = g_str_equal(words[i], "imaps") || g_str_equal(words[i], "pop3s");

		old |= sieve || tls;
		if (words[i][0] != '\0' && !tls)
			g_string_append_printf(kept, "%s%s", kept->len > 0 ? " " : "",
				sieve ? "sieve" : words[i]);
	}
	for (size_t i = 0; i < G_N_ELEMENTS(logins); i++) {
		const char *name = logins[i].protocol;
		g_autofree char *tls = g_strconcat(name, "s", NULL);

		if (!g_strv_contains((const char *const *)words, tls) ||
			g_strv_contains((const char *const *)words, name))
			continue;
		g_string_append_printf(kept, "%s%s", kept->len > 0 ? " " : "", name);
		add(now, filter, false, g_strconcat(logins[i].listener, "/port", NULL),
			g_strdup("0"));
	}
	if (old)
		add(now, filter, false, g_strdup("protocols"), g_strdup(kept->str));
}

/* Whether one of the addresses has a port behind it. */
static bool
has_port(const char *value)
{
	g_auto(GStrv) words = g_strsplit_set(value, ", ", -1);

	for (size_t i = 0; words[i] != NULL; i++) {
		struct dovecot_network network;

		if (strchr(words[i], ':') != NULL && !g_str_equal(words[i], "::") &&
			!g_str_equal(words[i], "[::]") && !dovecot_network_read(&network, words[i]))
			return true;
	}
	return false;
}

/* listen with a port or in a block of a protocol, and ssl_listen: of the listeners. */
static void
replace_listen(const struct dovecot_section *section, const char *value, bool tls, GPtrArray *now)
{
	const struct dovecot_filter *filter = section->filter;
	bool at_top = filter->order == 0, port = has_port(value);
	g_autofree char *addresses = g_strdup(value);
	char *colon = port ? strrchr(addresses, ':') : NULL;

	/* A block of a protocol alone is left for the top; any other is for no listener. */
	while (filter->protocol != NULL && filter->parent != NULL)
		filter = filter->parent;
	if (colon != NULL)
		*colon++ = '\0';
	for (size_t i = 0; i < G_N_ELEMENTS(logins) && value[0] != '\0'; i++) {
		const char *listener = logins[i].listener, *end = tls ? "s" : "";

		if (!at_top && !dovecot_filter_may_match(section->filter, logins[i].protocol))
			continue;
		if (port)
			add(now, filter, false, g_strconcat(listener, end, "/port", NULL),
				g_strdup(colon));
		if (!at_top || tls)
			add(now, filter, false, g_strconcat(listener, end, "/address", NULL),
				g_strdup(addresses));
	}
	if (at_top && !tls)
		add(now, filter, false, g_strdup("listen"), g_strdup(addresses));
}

static void
free_instead(void *data)
{
	struct dovecot_instead *instead = data;

	g_free(instead->key);
	g_free(instead->value);
	g_free(instead);
}

GPtrArray *
dovecot_replace_old(const struct dovecot_section *section, const char *key, const char *value)
{
	static const char *const files[] = { "ssl_ca_file", "ssl_cert_file", "ssl_key_file" };
	const struct dovecot_filter *filter = section->filter;
	GPtrArray *now = g_ptr_array_new_with_free_func(free_instead);
	bool old = section->path[0] == '\0' && section->label == NULL;

	if (old && g_str_equal(key, "protocols")) {
		replace_protocols(filter, value, now);
		old = now->len > 0;
	} else if (old && g_str_equal(key, "ssl_disable")) {
		bool yes = g_ascii_strcasecmp(value, "yes") == 0;
		bool no = g_ascii_strcasecmp(value, "no") == 0;

		add(now, filter, false, g_strdup("ssl"), g_strdup(yes ? "no" : no ? "yes" : value));
	} else if (old &&
		(g_str_equal(key, "ssl_listen") ||
			(g_str_equal(key, "listen") && (filter->order != 0 || has_port(value))))) {
		replace_listen(section, value, key[0] == 's', now);
	} else {
		bool file = false;

		for (size_t i = 0; i < G_N_ELEMENTS(files); i++)
			file |= g_str_equal(key, files[i]);
		old &= file;
		if (old && value[0] != '\0')
			add(now, filter, true, g_strndup(key, strlen(key) - strlen("_file")),
				g_strdup(value));
	}
	if (old)
		return now;
	g_ptr_array_unref(now);
	return NULL;
}
