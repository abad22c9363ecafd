/* SPDX-License-Identifier: Apache-2.0 */
#include "products/proxies.h"

#include <string.h>

#include "products/config_access.h"

enum {
	MODE_OTHERS_READ = 04,
	PORT_DIGITS_MAX = 5,
};

static const char *
keep(struct config_reading *reading, const char *text)
{
	return facts_keep(reading->facts, text, strlen(text));
}

void
proxies_step(struct config_reading *reading, struct config_chain *chain, struct config_place place,
	const char *meaning)
{
	if (place.node == NULL)
		return;
	config_chain_add(chain, config_location(reading, place.text, place.node->key_at.start),
		config_line(reading, place.text, place.node->key_at.start), meaning);
}

void
proxies_note(struct config_reading *reading, enum config_note_kind kind, struct config_place place,
	const char *message)
{
	struct location location = { .file = reading->facts->config->root };
	struct config_note *note;

	if (place.node != NULL)
		location = config_location(reading, place.text, place.node->key_at.start);
	note = config_note_once(reading, kind, location, keep(reading, message));
	if (note != NULL && place.node != NULL)
		note->line = config_line(reading, place.text, place.node->key_at.start);
}

struct config_doubt *
proxies_doubt(struct config_reading *reading, enum reason reason, struct config_place place,
	const char *message, const char *settle)
{
	struct config_doubt *doubt = config_add_doubt(reading->facts, reason);

	doubt->message = keep(reading, message);
	doubt->settle = settle;
	if (place.node != NULL) {
		doubt->location = config_location(reading, place.text, place.node->key_at.start);
		doubt->line = config_line(reading, place.text, place.node->key_at.start);
	} else {
		doubt->location.file = reading->facts->config->root;
	}
	return doubt;
}

void
proxies_refuse(struct config_reading *reading, enum reason reason, struct config_place place,
	const char *message, const char *settle)
{
	proxies_doubt(reading, reason, place, message, settle)->fatal = true;
	proxies_note(reading, CONFIG_NOTE_INVALID, place, message);
}

/* Looks at a file of TLS; returns whether it is there, and notes where it certainly is not. */
static bool
look_at(struct config_reading *reading, struct config_place place, const char *path,
	struct source_look *look)
{
	g_autofree char *message = NULL;

	if (path[0] != '/')
		return false;
	reading->source->look(reading->source, path, look);
	if (look->outcome == SOURCE_ABSENT) {
		message = g_strdup_printf("%s is not there: TLS cannot work.", look->shown);
		proxies_note(reading, CONFIG_NOTE_TLS_UNAVAILABLE, place, message);
	}
	return look->outcome == SOURCE_FOUND;
}

void
proxies_check_certificate(struct config_reading *reading, struct config_place place,
	const char *path)
{
	struct source_look look;

	config_keep_pair(reading, false, path);
	look_at(reading, place, path, &look);
}

void
proxies_check_key(struct config_reading *reading, struct config_place place, const char *path)
{
	g_autofree char *message = NULL;
	struct source_look look;

	config_keep_pair(reading, true, path);
	if (!look_at(reading, place, path, &look) || (look.mode & MODE_OTHERS_READ) == 0)
		return;
	message = g_strdup_printf("%s (mode %03o) may be read by every user.", look.shown,
		look.mode & 0777);
	proxies_note(reading, CONFIG_NOTE_KEY_PERMISSIONS, place, message);
}

bool
proxies_is_local(const char *host)
{
	return host[0] == '/' || g_str_has_prefix(host, "127.") ||
		g_ascii_strncasecmp(host, "unix", 4) == 0 ||
		g_ascii_strcasecmp(host, "localhost") == 0 ||
		g_ascii_strcasecmp(host, "ip6-localhost") == 0 || g_str_equal(host, "::1") ||
		g_str_equal(host, "[::1]");
}

uint16_t
proxies_port(const char *text)
{
	static const struct {
		const char *name;
		uint16_t number;
	} names[] = { { "pop3", 110 }, { "pop-3", 110 }, { "pop3s", 995 }, { "spop3", 995 },
		{ "imap", 143 }, { "imap2", 143 }, { "imaps", 993 } };
	size_t digits = strspn(text, "0123456789");

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
		if (g_str_equal(text, names[i].name))
			return names[i].number;
	if (digits == 0 || digits > PORT_DIGITS_MAX || text[digits] != '\0' ||
		g_ascii_strtoull(text, NULL, 10) > G_MAXUINT16)
		return 0;
	return (uint16_t)g_ascii_strtoull(text, NULL, 10);
}

char *
proxies_split(const char *address, const char **port)
{
	const char *colon = strrchr(address, ':'), *bracket = strrchr(address, ']');

	if (bracket != NULL && address[0] == '[') {
		*port = bracket[1] == ':' ? bracket + 2 : "";
		return g_strndup(address + 1, (gsize)(bracket - address - 1));
	}
	if (colon == NULL) {
		*port = address;
		return g_strdup("");
	}
	*port = colon + 1;
	return g_strndup(address, (gsize)(colon - address));
}
