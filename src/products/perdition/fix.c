/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How Perdition is closed: tls_listen_force for its POP3 instance, and for no other one.
 *
 * Debian starts up to five instances that read one file. With tls_listen_force in it those on ports
 * 995 and 993 would not speak TLS from the first byte any more. So an instance that has no file of
 * its own gets it on its command line, in /etc/default/perdition: that takes the place of what the
 * file says of ssl_mode, so what that says of the server behind it is repeated there.
 */
#include "products/fix.h"

#include <string.h>

#include "products/perdition/config.h"
#include "products/perdition/instance.h"

struct room {
	struct fixing *fixing;
	struct perdition_defaults defaults;
	struct perdition_instance instances[2]; /* POP3, POP3S */
	bool runs[2];
};

static const char *const switches[] = { "POP3", "POP3S" };
static const char *const flags[] = { "POP3_FLAGS", "POP3S_FLAGS" };

static void
open_room(struct room *room, struct fixing *fixing)
{
	*room = (struct room){ .fixing = fixing };
	perdition_defaults_read(fixing->reading, &room->defaults);
	for (size_t i = 0; i < G_N_ELEMENTS(room->instances); i++) {
		struct perdition_instance *instance = &room->instances[i];

		if (i == 0 ? room->defaults.pop3 : room->defaults.pop3s)
			room->runs[i] = perdition_instance_open(instance, fixing->reading,
						&room->defaults, i == 1) &&
				instance->serves;
	}
}

static void
close_room(struct room *room)
{
	for (size_t i = 0; i < G_N_ELEMENTS(room->instances); i++)
		perdition_instance_close(&room->instances[i]);
}

/* --- lists of ssl_mode ------------------------------------------------------------------------ */

/* Appends what a list says of the server behind; what is no word of it, too, if `all`. */
static void
add_outgoing(GString *words, const char *list, bool all)
{
	g_auto(GStrv) parts = g_strsplit(list != NULL ? list : "", ",", -1);

	for (size_t i = 0; parts[i] != NULL; i++) {
		g_auto(GStrv) halves = g_strsplit(parts[i], "_all", 2);
		g_autofree char *outgoing = g_strjoinv("_outgoing", halves);
		unsigned modes = 0;

		if (perdition_mode(parts[i], &modes) ? (modes & PERDITION_OUTGOING) != 0 : all)
			g_string_append_printf(words, ",%s", outgoing);
	}
}

/* Appends what the instance's file says of the server behind. */
static void
add_outgoing_of(GString *words, const struct perdition_instance *instance)
{
	for (const struct node *node = instance->tree->root.first; node != instance->end;
		node = node->next)
		if (node->kind == NODE_SETTING && g_str_equal(node->key, "ssl_mode"))
			add_outgoing(words, node->value, false);
}

/* --- edits of its file ------------------------------------------------------------------------ */

/* Where a new setting is read: before what stops Perdition, or what is lost without a line end. */
static size_t
place_for_setting(const struct perdition_instance *instance)
{
	const struct config_text *text = instance->text;
	size_t at = text->length;

	if (instance->end != NULL)
		return instance->end->all.start;
	while (at > 0 && text->bytes[at - 1] != '\n')
		at--;
	return at;
}

/* A path as a value of Perdition, in quotes where it needs them: a new string. */
static char *
value_of(const char *path)
{
	return strpbrk(path, " \t#'\"\\") != NULL ? fix_quote(path) : g_strdup(path);
}

static void
set(const struct room *room, const struct perdition_instance *instance, const char *key,
	const char *value)
{
	const struct node *node = perdition_instance_find(instance, key, key);
	g_autofree char *written = value_of(value);
	size_t at = place_for_setting(instance);

	if (node != NULL && g_strcmp0(node->value, value) == 0)
		return;
	if (node != NULL)
		fix_replace(room->fixing, instance->text, node->value_at, "%s", written);
	else if (at == instance->text->length)
		fix_append_line(room->fixing, instance->text, "%s %s", key, written);
	else
		fix_replace(room->fixing, instance->text, (struct span){ at, at }, "%s %s\n", key,
			written);
}

/* All lines add up; the last one is as good as any. */
static void
set_mode_in_file(const struct room *room, const struct perdition_instance *instance,
	const char *listen)
{
	const struct node *node = perdition_instance_find(instance, "ssl_mode", "ssl_mode");
	g_autoptr(GString) words = g_string_new(listen);

	if (node != NULL)
		add_outgoing(words, node->value, true);
	set(room, instance, "ssl_mode", words->str);
}

/* --- edits of its command line ---------------------------------------------------------------- */

/* Sets a variable of /etc/default/perdition, in the quotes that it has. */
static void
assign(const struct room *room, const char *name, const char *value, const char *quote)
{
	const struct config_text *text = room->defaults.text;
	struct perdition_assignment found;

	if (!perdition_defaults_find(text, name, &found)) {
		fix_append_line(room->fixing, text, "%s=%s%s%s", name, quote, value, quote);
		return;
	}
	if (text->bytes[found.value.start] == '\'')
		quote = "'";
	if (g_strcmp0(found.word, value) != 0)
		fix_replace(room->fixing, text, found.value, "%s%s%s", quote, value, quote);
	g_free(found.word);
}

/* The flags with another way to listen: a new string. *had: they said one. */
static char *
flags_with(const char *old, const char *listen, bool *had)
{
	g_auto(GStrv) words = g_strsplit_set(old != NULL ? old : "", " \t", -1);
	bool is_value = false;

	*had = false;
	for (size_t i = 0; words[i] != NULL; i++) {
		bool assigned = g_str_has_prefix(words[i], "--ssl_mode=");
		g_autoptr(GString) list = g_string_new(assigned ? "--ssl_mode=" : "");

		g_string_append(list, listen);
		if (assigned || is_value) {
			add_outgoing(list, assigned ? words[i] + strlen("--ssl_mode=") : words[i],
				true);
			g_free(words[i]);
			words[i] = g_string_free(g_steal_pointer(&list), FALSE);
			*had = true;
		}
		is_value = g_str_equal(words[i], "--ssl_mode");
	}
	return g_strjoinv(" ", words);
}

static const struct perdition_flags *
said_of(const struct room *room, const struct perdition_instance *instance)
{
	return instance->is_second ? &room->defaults.pop3s_flags : &room->defaults.pop3_flags;
}

static void
set_mode_in_flags(const struct room *room, const struct perdition_instance *instance,
	const char *listen)
{
	const char *name = flags[instance->is_second ? 1 : 0];
	g_autoptr(GString) words = g_string_new(NULL);
	g_autofree char *old = NULL, *changed = NULL;
	struct perdition_assignment found;
	bool had = false;

	perdition_defaults_find(room->defaults.text, name, &found);
	old = found.word;
	changed = flags_with(old, listen, &had);
	g_string_assign(words, changed);
	if (!had) {
		g_string_append_printf(words, "%s--ssl_mode %s", words->len > 0 ? " " : "", listen);
		if (said_of(room, instance)->mode == NULL)
			add_outgoing_of(words, instance);
	}
	assign(room, name, words->str, "\"");
}

/* --- requiring TLS ---------------------------------------------------------------------------- */

static bool
has_own_file(const struct perdition_instance *instance)
{
	return !g_str_equal(instance->text->path, instance->config->root) ||
		!g_str_has_suffix(instance->config->root, "/perdition.conf");
}

static void
require_tls_of(const struct room *room, const struct perdition_instance *instance)
{
	/* What is there for TLS from the first byte has lost it by another word of ssl_mode. */
	const char *listen = instance->pop3s && (instance->modes & PERDITION_LISTEN_STLS) == 0 ?
		"ssl_listen" :
		"tls_listen_force";
	bool by_flags = room->defaults.text != NULL &&
		(!has_own_file(instance) || said_of(room, instance)->mode != NULL);

	if (by_flags) {
		set_mode_in_flags(room, instance, listen);
		return;
	}
	set_mode_in_file(room, instance, listen);
	if (!has_own_file(instance))
		change_warn(room->fixing->change,
			"Whichever instances of Perdition read %s wait for STLS then: one for IMAP "
			"or on port 995 that is to go on as before needs a file of its own.",
			instance->text->shown);
}

static void
require_tls(const struct room *room)
{
	for (size_t i = 0; i < G_N_ELEMENTS(room->instances); i++) {
		const struct perdition_instance *instance = &room->instances[i];

		if (room->runs[i] && !instance->tls &&
			(instance->modes & PERDITION_LISTEN_FORCE) == 0)
			require_tls_of(room, instance);
	}
}

/* --- certificate and key ---------------------------------------------------------------------- */

static void
wire_in(const struct room *room)
{
	bool tls_only = room->fixing->change->strategy == CHANGE_TLS_ONLY_PORT;

	for (size_t i = 0; i < G_N_ELEMENTS(room->instances); i++) {
		if (!room->runs[i] || (tls_only && i == 0))
			continue;
		set(room, &room->instances[i], "ssl_cert_file", room->fixing->certificate);
		set(room, &room->instances[i], "ssl_key_file", room->fixing->key);
	}
}

/* --- closing the port, switching POP3 off ----------------------------------------------------- */

/* Whether it is told which instances run. */
static bool
is_told(const struct room *room)
{
	if (room->defaults.text == NULL)
		change_hinder(room->fixing->change,
			"There is no /etc/default/perdition to say which instances run: see that "
			"whatever starts perdition.pop3 does not start it any more (systemctl "
			"disable --now UNIT).");
	return room->defaults.text != NULL;
}

static void
close_clear_ports(const struct room *room)
{
	if (!is_told(room))
		return;
	if (room->runs[0] && !room->instances[0].tls)
		assign(room, switches[0], "no", "");
	if (room->runs[1] && !room->instances[1].tls)
		set_mode_in_flags(room, &room->instances[1], "ssl_listen");
}

static void
disable(const struct room *room)
{
	if (!is_told(room))
		return;
	for (size_t i = 0; i < G_N_ELEMENTS(room->instances); i++)
		if (room->runs[i])
			assign(room, switches[i], "no", "");
}

/* --- the room --------------------------------------------------------------------------------- */

static void
propose(struct fixing *fixing)
{
	struct room room;

	open_room(&room, fixing);
	switch (fixing->change->strategy) {
	case CHANGE_REQUIRE_TLS:
		require_tls(&room);
		break;
	case CHANGE_TLS_ONLY_PORT:
		close_clear_ports(&room);
		break;
	case CHANGE_DISABLE:
		disable(&room);
		break;
	case CHANGE_STRATEGIES:
		break;
	}
	if (fixing->certificate != NULL && fixing->change->strategy != CHANGE_DISABLE)
		wire_in(&room);
	close_room(&room);
}

static const char *const units[] = { "perdition.service", NULL };

const struct product_fix perdition_fix = {
	.propose = propose,
	.units = units,
	.restart = true,
};
