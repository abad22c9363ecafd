/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "products/config_access.h"
#include "products/courier/room.h"

static void
note(const struct courier_room *room, enum config_note_kind kind, const char *name,
	const char *message)
{
	const struct shell_value *value = shell_values_find(room->daemon, name);
	const char *line = NULL;
	struct location location = { .file = room->shown };
	struct config_note *made;

	if (value != NULL)
		location = courier_location(room, value, &line);
	made = config_note_once(room->reading, kind, location, message);
	if (made != NULL)
		made->line = line;
}

/* --- TLS -------------------------------------------------------------------------------------- */

/* STLS needs a word that begins with 'y', and the program that does TLS. */
static void
check_offer(const struct courier_room *room)
{
	const char *offer = courier_text(room, "POP3_STARTTLS");
	const char *program = courier_text(room, "COURIERTLS");

	if (offer != NULL && offer[0] != 'y' && offer[0] != 'Y')
		note(room, CONFIG_NOTE_TLS_UNAVAILABLE, "POP3_STARTTLS",
			"POP3_STARTTLS is not YES: STLS is not offered.");
	else if (program != NULL && program[0] == '\0' &&
		shell_values_find(room->daemon, "COURIERTLS") != NULL)
		note(room, CONFIG_NOTE_TLS_UNAVAILABLE, "COURIERTLS",
			"COURIERTLS is empty: STLS is not offered.");
}

static void
check_certificate(const struct courier_room *room)
{
	const char *certificate = courier_text(room, "TLS_CERTFILE");
	const char *key = courier_text(room, "TLS_PRIVATE_KEYFILE");
	const char *key_name =
		key != NULL && key[0] != '\0' ? "TLS_PRIVATE_KEYFILE" : "TLS_CERTFILE";
	struct source_look look;
	struct location location;
	const char *line;

	if (certificate == NULL)
		return;
	if (certificate[0] == '\0') {
		note(room, CONFIG_NOTE_TLS_UNAVAILABLE, "TLS_CERTFILE",
			"TLS_CERTFILE is not set: there is no certificate, so no TLS.");
		return;
	}
	if (certificate[0] != '/')
		return;
	config_keep_pair(room->reading, false, certificate);
	config_keep_pair(room->reading, true, key != NULL && key[0] == '/' ? key : certificate);
	room->reading->source->look(room->reading->source, certificate, &look);
	if (look.outcome == SOURCE_ABSENT)
		note(room, CONFIG_NOTE_TLS_UNAVAILABLE, "TLS_CERTFILE",
			facts_printf(room->reading->facts,
				"The certificate %s is not there: TLS cannot be started.",
				certificate));
	if (key == NULL || (key[0] != '/' && key[0] != '\0'))
		return;
	location = courier_location(room, shell_values_find(room->daemon, key_name), &line);
	config_note_key(room->reading, key[0] != '\0' ? key : certificate, location, line);
}

/* "TLSv1", "TLSv1.1++", "TLS1" and the like; OpenSSL builds take them as the lowest version. */
static bool
is_old_version(const char *text)
{
	return g_str_has_prefix(text, "SSL") || g_str_equal(text, "TLSv1") ||
		g_str_equal(text, "TLS1") || g_str_equal(text, "TLSv1++") ||
		g_str_has_prefix(text, "TLSv1.0") || g_str_has_prefix(text, "TLSv1.1");
}

static void
check_versions(const struct courier_room *room)
{
	static const char *const names[] = { "TLS_PROTOCOL", "TLS_STARTTLS_PROTOCOL", NULL };
	const char *priority = courier_text(room, "TLS_PRIORITY");

	for (size_t i = 0; names[i] != NULL; i++) {
		const char *text = courier_text(room, names[i]);

		if (text != NULL && is_old_version(text))
			note(room, CONFIG_NOTE_TLS_VERSION, names[i],
				facts_printf(room->reading->facts,
					"%s allows versions of TLS before 1.2.", names[i]));
	}
	if (priority != NULL &&
		(strstr(priority, "+VERS-TLS1.0") != NULL ||
			strstr(priority, "+VERS-TLS1.1") != NULL ||
			strstr(priority, "+VERS-SSL") != NULL ||
			strstr(priority, "+VERS-TLS-ALL") != NULL))
		note(room, CONFIG_NOTE_TLS_VERSION, "TLS_PRIORITY",
			"TLS_PRIORITY allows versions of TLS before 1.2.");
}

void
courier_note_tls(const struct courier_room *room)
{
	if (shell_values_spoiler(room->daemon) != NULL)
		return;
	check_offer(room);
	check_certificate(room);
	check_versions(room);
}

/* --- mechanisms and siblings ------------------------------------------------------------------ */

void
courier_note_mechanisms(const struct courier_room *room)
{
	const char *list = courier_text(room, "POP3AUTH");
	g_auto(GStrv) words = list != NULL ? g_strsplit_set(list, " \t", -1) : NULL;

	for (size_t i = 0; words != NULL && words[i] != NULL; i++)
		if (g_ascii_strncasecmp(words[i], "CRAM-", 5) == 0)
			note(room, CONFIG_NOTE_WEAK_MECHANISM, "POP3AUTH",
				facts_printf(room->reading->facts,
					"%s is allowed without TLS: its answer can be guessed from "
					"offline.",
					words[i]));
}

void
courier_note_sibling(const struct courier_room *room, const char *path)
{
	struct config_reading *reading = room->reading;
	const struct config_text *text = reading->source->read(reading->source, path, NULL);
	g_autoptr(shell_values_auto) values = shell_values_new(true);
	const struct shell_value *value;
	struct location location = { 0 };
	const char *line = NULL;
	struct config_note *made;

	if (text == NULL)
		return;
	location.file = facts_keep(reading->facts, text->shown, strlen(text->shown));
	shell_values_source(values, reading->source, text);
	value = shell_values_find(values, "IMAP_TLS_REQUIRED");
	if (value != NULL && (value->text == NULL || courier_number(value->text) != 0))
		return;
	if (value != NULL)
		location = courier_location(room, value, &line);
	made = config_note_once(reading, CONFIG_NOTE_SIBLING, location,
		"Courier's IMAP takes passwords in clear, too.");
	if (made != NULL)
		made->line = line;
}
