/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Courier: pop3d and pop3d-ssl, shell files that its start scripts source.
 *
 * POP3_TLS_REQUIRED decides, as a number: "YES" is 0. POP3_TLS, which pop3d-ssl's script sets for
 * connections that are within TLS already, changes nothing of it where a file sets it (measured).
 * Whether the daemons run is not here: POP3DSTART is for the init scripts of some systems.
 */
#include "products/courier/config.h"

#include <stdlib.h>
#include <string.h>

#include "products/config_access.h"
#include "products/courier/room.h"

static const char settle_unit[] = "systemctl is-active courier-pop (or popseal scan the port)";
/* What Courier's scripts set before they source the files; where they are built decides. */
static const char *const preset[] = { "prefix", "exec_prefix", "sbindir", "bindir", "libexecdir",
	"sysconfdir", NULL };

struct location
courier_location(const struct courier_room *room, const struct shell_value *value,
	const char **line)
{
	size_t at;

	*line = NULL;
	if (value->file == NULL)
		return (struct location){ .file = room->shown };
	at = value->node->kind == NODE_SETTING ? value->node->key_at.start : value->node->all.start;
	*line = config_line(room->reading, value->file, at);
	return config_location(room->reading, value->file, at);
}

const char *
courier_text(const struct courier_room *room, const char *name)
{
	const struct shell_value *value = shell_values_find(room->daemon, name);

	return value != NULL ? value->text : "";
}

int
courier_number(const char *text)
{
	/* As glibc's atoi: what is beyond an int loses its upper half, so 4294967296 is 0. */
	return (int)(guint32)g_ascii_strtoll(text, NULL, 10);
}

/* --- the gate --------------------------------------------------------------------------------- */

/* The assignments to a variable, the last one with its meaning. */
static void
add_history(const struct courier_room *room, struct config_chain *chain, const char *name,
	const char *meaning)
{
	const GArray *history = shell_values_history(room->daemon, name);

	guint first = history != NULL && history->len > CONFIG_CHAIN_MAX ?
		history->len - CONFIG_CHAIN_MAX :
		0;

	for (guint i = first; history != NULL && i < history->len; i++) {
		const struct shell_value *value = &g_array_index(history, struct shell_value, i);
		const char *line;
		struct location location = courier_location(room, value, &line);

		config_chain_add(chain, location, line,
			i + 1 < history->len ? "is overridden below" : meaning);
	}
}

static void
cannot_tell(const struct courier_room *room, struct config_listener *listener)
{
	const struct shell_value *value = shell_values_find(room->daemon, "POP3_TLS_REQUIRED");
	g_autofree char *clear = source_resolve(room->reading->root, "pop3d");
	g_autofree char *tls = source_resolve(room->reading->root, "pop3d-ssl");
	const char *line;
	struct location location = courier_location(room, value, &line);

	listener->verdict = VERDICT_UNDETERMINED;
	listener->reason = REASON_NOT_UNDERSTOOD;
	listener->settle = facts_printf(room->reading->facts,
		"sh -c '. %s; . %s; echo \"$POP3_TLS_REQUIRED\"'", clear, tls);
	listener->explanation =
		"POP3_TLS_REQUIRED cannot be told without running the shell's commands.";
	config_chain_add(&listener->chain, location, line,
		value->node != NULL ? value->node->problem : NULL);
}

/* What POP3_TLS_REQUIRED=`required` comes to. */
static void
judge_number(const struct courier_room *room, struct config_listener *listener,
	const char *required)
{
	bool is_required = courier_number(required) != 0;

	listener->reason = shell_values_find(room->daemon, "POP3_TLS_REQUIRED") != NULL ?
		REASON_SETTING :
		REASON_DEFAULT;
	listener->verdict = VERDICT_PERMITS;
	if (!is_required) {
		bool is_word = required[0] != '\0' && !g_ascii_isdigit(required[0]);

		add_history(room, &listener->chain, "POP3_TLS_REQUIRED",
			is_word ? "is no number, so it counts as 0" : "TLS is not required");
		listener->explanation = is_word ?
			"POP3_TLS_REQUIRED must be a number: a word counts as 0, and passwords are "
			"taken without TLS." :
			"POP3_TLS_REQUIRED is 0: passwords are taken without TLS.";
		return;
	}
	add_history(room, &listener->chain, "POP3_TLS_REQUIRED", "refuses every login before STLS");
	listener->verdict = VERDICT_REFUSES;
	listener->explanation = "POP3_TLS_REQUIRED refuses USER and AUTH until STLS.";
}

/* POP3DSTART is what some init scripts look at; where it says no, only they or a unit know. */
static void
doubt_start(const struct courier_room *room, struct config_listener *listener)
{
	const struct shell_value *start = shell_values_find(room->daemon, "POP3DSTART");
	const char *line;
	struct location location;

	if (listener->verdict != VERDICT_PERMITS || start == NULL || start->text == NULL ||
		start->text[0] == 'y' || start->text[0] == 'Y')
		return;
	location = courier_location(room, start, &line);
	config_chain_add(&listener->chain, location, line,
		"keeps some init scripts from starting pop3d; systemd's unit starts it all the "
		"same");
	listener->verdict = VERDICT_UNDETERMINED;
	listener->reason = REASON_ELSEWHERE;
	listener->settle = settle_unit;
	listener->explanation =
		"Passwords would be taken in clear, but POP3DSTART is not YES: whether pop3d runs "
		"is "
		"decided by its unit or init script.";
}

static void
judge(const struct courier_room *room, struct config_listener *listener)
{
	const char *required = courier_text(room, "POP3_TLS_REQUIRED");

	if (required == NULL)
		cannot_tell(room, listener);
	else
		judge_number(room, listener, required);
	doubt_start(room, listener);
}

/* --- listeners -------------------------------------------------------------------------------- */

static void
add_clear(const struct courier_room *room)
{
	g_autoptr(GArray) places = courier_places(room, room->clear_at, "PORT", "ADDRESS", 110);
	bool is_open = false;

	for (guint i = 0; i < places->len; i++) {
		const struct courier_place *place = &g_array_index(places, struct courier_place, i);
		struct config_listener *listener = config_add_listener(room->reading->facts);

		listener->address = place->address;
		listener->port = place->port;
		listener->mode = MODE_POP3;
		judge(room, listener);
		is_open |= listener->verdict != VERDICT_REFUSES;
	}
	if (is_open)
		courier_note_mechanisms(room);
}

/* Its script requires no TLS and offers no STLS, as the connection is within TLS: that is right. */
static void
add_tls(const struct courier_room *room)
{
	const char *start = courier_text(room, "POP3DSSLSTART");
	g_autoptr(GArray) places = courier_places(room, room->tls_at, "SSLPORT", "SSLADDRESS", 995);

	if (start != NULL && (start[0] == 'n' || start[0] == 'N'))
		return;
	for (guint i = 0; i < places->len; i++) {
		const struct courier_place *place = &g_array_index(places, struct courier_place, i);
		struct config_listener *listener = config_add_listener(room->reading->facts);

		listener->address = place->address;
		listener->port = place->port;
		listener->mode = MODE_POP3S;
		listener->verdict = VERDICT_REFUSES;
		listener->reason = REASON_TLS_ONLY;
		listener->explanation = "pop3d-ssl speaks TLS from the first byte.";
	}
}

/* --- files ------------------------------------------------------------------------------------ */

/* Both daemons' scripts end where one of the files is not there. */
static const struct config_text *
read_file(struct config_reading *reading, const char *path)
{
	enum source_outcome outcome;
	const struct config_text *text = reading->source->read(reading->source, path, &outcome);
	struct config_doubt *doubt;
	struct source_look look;

	if (text != NULL || outcome != SOURCE_ABSENT)
		return text != NULL ? text : config_read(reading, path);
	reading->source->look(reading->source, path, &look);
	doubt = config_add_doubt(reading->facts, REASON_INCLUDE_MISSING);
	doubt->fatal = true;
	doubt->location.file = facts_keep(reading->facts, look.shown, strlen(look.shown));
	doubt->message = facts_printf(reading->facts,
		"%s is not there: Courier's start scripts end without it.", look.shown);
	doubt->settle = settle_unit;
	return NULL;
}

struct shell_values *
courier_source(const struct config_reading *reading, bool clean, const struct config_text *first,
	const struct config_text *second)
{
	struct shell_values *values = shell_values_new(clean);

	for (size_t i = 0; preset[i] != NULL; i++)
		shell_values_hide(values, preset[i]);
	if (first != NULL)
		shell_values_source(values, reading->source, first);
	if (second != NULL)
		shell_values_source(values, reading->source, second);
	return values;
}

static void
read_root(struct config_reading *reading)
{
	g_autofree char *clear_path = source_resolve(reading->root, "pop3d");
	g_autofree char *tls_path = source_resolve(reading->root, "pop3d-ssl");
	g_autofree char *imap_path = source_resolve(reading->root, "imapd-ssl");
	const struct config_text *clear = read_file(reading, clear_path);
	const struct config_text *tls = read_file(reading, tls_path);
	struct courier_room room = {
		.reading = reading,
		.shown = tls != NULL ? facts_keep(reading->facts, tls->shown, strlen(tls->shown)) :
				       reading->facts->config->root,
		.daemon = courier_source(reading, true, clear, tls),
		.clear_at = courier_source(reading, false, tls, clear),
		.tls_at = courier_source(reading, false, clear, tls),
	};

	reading->facts->config->served = true;
	if (clear != NULL && tls != NULL) {
		add_clear(&room);
		add_tls(&room);
		courier_note_tls(&room);
		courier_note_sibling(&room, imap_path);
	}
	shell_values_free(room.daemon);
	shell_values_free(room.clear_at);
	shell_values_free(room.tls_at);
}

static const char *const roots[] = { "pop3d-ssl", "pop3d", NULL };
static const char *const elsewhere[] = { "/usr/lib/courier-imap/etc", "/usr/local/etc/courier-imap",
	"/usr/lib/courier/etc", NULL };
static const char *const packages[] = { "courier-pop", "courier-pop-ssl", "courier-imap", NULL };

const struct product_config courier_config = {
	.folder = "/etc/courier",
	.roots = roots,
	.elsewhere = elsewhere,
	.packages = packages,
	.read = read_root,
};
