/* SPDX-License-Identifier: Apache-2.0 */
/*
 * References in values: "$name" in 2.3, "$SET:name" in 2.4, "$ENV:NAME" in both.
 *
 * The value is taken apart at spaces, and a reference is a whole part. It stands for the value that
 * the setting has there and then, in the innermost block: what the blocks around say counts only
 * where a setting refers to itself (2.3.19 and 2.4.1 do so, later releases of 2.4 look at the end).
 */
#include <string.h>

#include "products/dovecot/settings.h"

/* Defaults of what is referred to in practice. */
static const char *
default_of(const struct dovecot_settings *settings, const char *name)
{
	if (settings->is_24)
		return NULL;
	if (g_str_equal(name, "protocols") && settings->other_protocols &&
		!settings->debian_protocols)
		return NULL;
	if (g_str_equal(name, "protocols"))
		return settings->debian_protocols ? "" : "imap pop3 lmtp";
	if (g_str_equal(name, "ssl") || g_str_equal(name, "disable_plaintext_auth"))
		return "yes";
	if (g_str_equal(name, "auth_mechanisms"))
		return "plain";
	if (g_str_equal(name, "listen"))
		return "*, ::";
	return g_str_equal(name, "login_trusted_networks") ? "" : NULL;
}

/* The last assignment right under the filter. */
static const struct dovecot_assignment *
last_under(const struct dovecot_settings *settings, const char *key,
	const struct dovecot_filter *filter)
{
	const GPtrArray *all = dovecot_settings_under(settings, filter, key, false);

	return all != NULL ? g_ptr_array_index(all, all->len - 1) : NULL;
}

/* The value that a reference stands for; NULL where it is not known. */
static const char *
refer(const struct dovecot_settings *settings, const struct dovecot_section *section,
	const char *name, bool to_itself)
{
	const struct dovecot_assignment *found = last_under(settings, name, section->filter);
	bool yes;

	while (found == NULL && to_itself && section->above != NULL) {
		section = section->above;
		found = last_under(settings, name, section->filter);
	}
	if (found == NULL)
		return default_of(settings, name);
	/* A switch is "yes" by then, however it was written. */
	if (found->value != NULL && g_str_equal(name, "disable_plaintext_auth") &&
		dovecot_boolean(found->value, &yes))
		return yes ? "yes" : "no";
	return found->value;
}

/* Appends what the part stands for; false where that is not known. */
static bool
append_part(struct dovecot_settings *settings, const struct dovecot_section *section,
	const char *own_key, const char *part, GString *value, struct dovecot_assignment *to)
{
	const char *name = settings->is_24 ? part + strlen("$SET:") : part + 1;
	const char *referred;

	if (g_str_has_prefix(part, "$ENV:")) {
		to->problem = "The value depends on the server's environment.";
		return false;
	}
	if (settings->is_24 ? !g_str_has_prefix(part, "$SET:") : part[0] != '$') {
		g_string_append(value, part);
		return true;
	}
	if (name[0] == '\0') {
		dovecot_invalid(settings, to->text, to->at,
			"The value refers to a setting without a name: Dovecot does not load the "
			"file.");
		return false;
	}
	referred = refer(settings, section, name, g_str_equal(name, own_key));
	if (settings->is_24 && !g_str_equal(name, own_key))
		to->refers = arena_text(&settings->arena, name, strlen(name));
	if (referred == NULL) {
		to->problem = "What the value refers to is not known.";
		return false;
	}
	g_string_append(value, referred);
	return true;
}

void
dovecot_expand(struct dovecot_settings *settings, const struct dovecot_section *section,
	const char *own_key, struct dovecot_assignment *assignment)
{
	g_autoptr(GString) value = g_string_new(NULL);
	const char *at = assignment->value;

	if (strchr(at, '$') == NULL)
		return;
	while (at != NULL) {
		const char *space = strchr(at, ' ');
		g_autofree char *part =
			space != NULL ? g_strndup(at, (gsize)(space - at)) : g_strdup(at);

		if (!append_part(settings, section, own_key, part, value, assignment)) {
			assignment->value = NULL;
			return;
		}
		if (value->len > (gsize)CONFIG_LINE_MAX * 16) {
			assignment->problem = "The value is too long.";
			assignment->value = NULL;
			return;
		}
		if (space != NULL)
			g_string_append_c(value, ' ');
		while (space != NULL && g_ascii_isspace(*space))
			space++;
		at = space;
	}
	assignment->value = arena_text(&settings->arena, value->str, value->len);
}
