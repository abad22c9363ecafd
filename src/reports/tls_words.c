/* SPDX-License-Identifier: Apache-2.0 */
#include "reports/tls_words.h"

const char *
report_tls_name_word(enum name_check check)
{
	switch (check) {
	case NAME_MATCHES:
		return "matches";
	case NAME_DIFFERS:
		return "differs";
	case NAME_NOT_CHECKED:
		break;
	}
	return NULL;
}

bool
report_tls_known(const struct tls_facts *tls)
{
	return tls->handshake == HANDSHAKE_UP || tls->certificate != NULL || tls->details != NULL ||
		tls->survey != NULL || (tls->tlsa != NULL && tls->tlsa->count > 0);
}

bool
report_tls_lists(const struct capabilities *list, const char *line)
{
	for (size_t i = 0; i < list->count; i++)
		if (g_ascii_strcasecmp(list->lines[i], line) == 0)
			return true;
	return false;
}

size_t
report_tls_clients(const struct tls_survey *survey, enum trial outcome)
{
	size_t count = 0;

	for (size_t i = 0; i < survey->client_count; i++)
		count += survey->clients[i].outcome == outcome;
	return count;
}

char *
report_tls_versions(const struct tls_survey *survey, enum trial outcome)
{
	GString *text = g_string_new(NULL);

	for (int version = 0; version < TLS_VERSIONS; version++)
		if (survey->versions[version] == outcome)
			g_string_append_printf(text, "%s%s", text->len > 0 ? " " : "",
				tls_version_word((enum tls_version)version));
	return g_string_free(text, FALSE);
}

char *
report_tls_client(const struct tls_client_result *client)
{
	return g_strdup_printf("%s %s%s%s", tls_version_word(client->version),
		client->cipher != NULL ? client->cipher : "", client->group != NULL ? " " : "",
		client->group != NULL ? client->group : "");
}
