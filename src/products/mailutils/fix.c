/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How Mailutils' pop3d is closed: "tls-mode required" in the server block that sets another one, or
 * where it is set for all of them.
 *
 * Without a certificate pop3d does not start then, and its own check (--config-lint) does not tell:
 * nor does that look into the program block of any other file than its own. So it is run by nobody.
 */
#include "products/fix.h"

#include <string.h>

#include "products/mailutils/config.h"
#include "products/mailutils/settings.h"

#define MARK    "# "
#define MODE    "tls-mode required;"
#define PROGRAM "program pop3d {"

/* What was read, and where its listeners stand. */
struct room {
	struct fixing *fixing;
	struct mailutils_settings settings;
};

/* --- what there is ---------------------------------------------------------------------------- */

/* The server block that the listener is read from; without a node where it is none's. */
static struct config_place
server_of(const struct room *room, const struct config_listener *listener)
{
	const GArray *servers = room->settings.servers;
	struct fix_place first = { 0 };

	if (listener->chain.count > 0)
		first = fix_place_of(room->fixing, &listener->chain.steps[0].location);
	for (guint i = 0; i < servers->len && first.text != NULL; i++) {
		struct config_place server = g_array_index(servers, struct config_place, i);

		if (server.text == first.text && server.node->key_at.start == first.at)
			return server;
	}
	return (struct config_place){ 0 };
}

static struct config_place
find(struct config_place block, const char *key)
{
	const struct node *node =
		block.node != NULL ? tree_find_last(block.node, key, false) : NULL;

	return (struct config_place){ block.text, node };
}

/* --- edits ------------------------------------------------------------------------------------ */

static const struct node *
last_statement(const struct node *block)
{
	const struct node *last = NULL;

	for (const struct node *node = block->first; node != NULL; node = node->next)
		if (node->kind != NODE_BLANK)
			last = node;
	return last;
}

/* Whether only a comment follows on the line of the block's '{'. */
static bool
opens_alone(struct config_place block)
{
	size_t at = block.node->inside.start;
	const char *bytes = block.text->bytes;

	while (at < block.node->inside.end && strchr(" \t\r", bytes[at]) != NULL)
		at++;
	return at < block.node->inside.end && (bytes[at] == '\n' || bytes[at] == '#');
}

/* Puts a statement at the end of a block: on a line of its own, if the others have theirs. */
static void
put(const struct room *room, struct config_place block, const char *statement)
{
	const struct node *last = last_statement(block.node);
	size_t at = last != NULL ? last->all.end : block.node->inside.start;

	if (last != NULL && fix_is_alone(block.text, last->all, '#'))
		fix_add_line_behind(room->fixing, block.text, at - 1, "%s", statement);
	else if (last == NULL && opens_alone(block))
		fix_add_line_behind(room->fixing, block.text, at - 1, "  %s", statement);
	else
		fix_replace(room->fixing, block.text, (struct span){ at, at }, " %s", statement);
}

/* Puts statements into the program's block, which is made where there is none; NULL: none. */
static void
put_global(const struct room *room, const char *mode, const char *tls)
{
	const struct config_text *root = g_ptr_array_index(room->fixing->texts, 0);
	struct config_place program = room->settings.program;

	if (mode == NULL && tls == NULL)
		return;
	if (program.node == NULL)
		fix_append_line(room->fixing, root, PROGRAM);
	if (mode != NULL && program.node != NULL)
		put(room, program, mode);
	else if (mode != NULL)
		fix_append_line(room->fixing, root, "  %s", mode);
	if (tls != NULL && program.node != NULL)
		put(room, program, tls);
	else if (tls != NULL)
		fix_append_line(room->fixing, root, "  %s", tls);
	if (program.node == NULL)
		fix_append_line(room->fixing, root, "};");
}

static void
set_value(const struct room *room, struct config_place place, const char *value)
{
	if (g_strcmp0(place.node->value, value) != 0 || place.node->words[1] != NULL)
		fix_replace(room->fixing, place.text, place.node->value_at, "%s", value);
}

static void
drop(const struct room *room, struct config_place block)
{
	if (fix_is_alone(block.text, block.node->all, '#'))
		fix_comment_out(room->fixing, block.text, block.node->all, MARK);
	else
		fix_replace(room->fixing, block.text, block.node->all, "%s", "");
}

/* --- requiring TLS ---------------------------------------------------------------------------- */

/* Other programs of Mailutils read what stands at the top of the first file, too. */
static void
warn_of_siblings(const struct room *room, struct config_place place)
{
	bool is_top = place.text == g_ptr_array_index(room->fixing->texts, 0) &&
		place.node->parent->parent == NULL;

	if (is_top)
		change_warn(room->fixing->change,
			"%s stands outside of \"" PROGRAM " }\" in %s: it holds for imap4d, too.",
			place.node->key, place.text->shown);
}

/* Returns the statement that is to be put into the program's block, or NULL. */
static const char *
require_tls_of(const struct room *room, const struct config_listener *listener)
{
	struct config_place server = server_of(room, listener);
	struct config_place own = find(server, "tls-mode");
	struct config_place global = room->settings.security.mode_place;
	guint edits = room->fixing->edits->len;

	if (own.node != NULL) {
		set_value(room, own, "required");
	} else if (global.node != NULL) {
		set_value(room, global, "required");
		if (room->fixing->edits->len > edits)
			warn_of_siblings(room, global);
	} else if (server.node != NULL) {
		put(room, server, MODE);
	} else {
		return MODE;
	}
	return NULL;
}

static const char *
require_tls(const struct room *room)
{
	const GArray *listeners = room->fixing->reading->facts->config->listeners;
	const char *mode = NULL;

	for (guint i = 0; i < listeners->len; i++) {
		const struct config_listener *listener =
			&g_array_index(listeners, struct config_listener, i);
		const char *missing = listener->verdict == VERDICT_PERMITS ?
			require_tls_of(room, listener) :
			NULL;

		mode = missing != NULL ? missing : mode;
	}
	return mode;
}

/* --- certificate and key ---------------------------------------------------------------------- */

/* A path as a word of Mailutils, in quotes where it needs them: a new string. */
static char *
word_of(const char *path)
{
	return strspn(path, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "_-./") == strlen(path) ?
		g_strdup(path) :
		fix_quote(path);
}

static void
set_path(const struct room *room, struct config_place block, struct config_place place,
	const char *key, const char *path)
{
	g_autofree char *word = word_of(path);
	g_autofree char *statement = g_strdup_printf("%s %s;", key, word);

	if (place.node == NULL)
		put(room, block, statement);
	else if (g_strcmp0(place.node->value, path) != 0)
		fix_replace(room->fixing, place.text, place.node->value_at, "%s", word);
}

/* Sets both in a tls block. */
static void
set_pair(const struct room *room, const struct mailutils_security *security)
{
	set_path(room, security->block, security->certificate, "ssl-certificate-file",
		room->fixing->certificate);
	set_path(room, security->block, security->key, "ssl-key-file", room->fixing->key);
}

/* A server's own tls block takes the place of the global one. Returns that, where it is missing. */
static char *
wire_in(const struct room *room)
{
	const struct mailutils_security *global = &room->settings.security;
	g_autofree char *certificate = word_of(room->fixing->certificate);
	g_autofree char *key = word_of(room->fixing->key);
	bool all_own = room->settings.servers->len > 0;

	for (guint i = 0; i < room->settings.servers->len; i++) {
		struct config_place server =
			g_array_index(room->settings.servers, struct config_place, i);
		struct mailutils_security security =
			mailutils_server_security(&room->settings, server);

		if (security.block.node != NULL && security.block.node->parent == server.node)
			set_pair(room, &security);
		else
			all_own = false;
	}
	if (!all_own && global->block.node != NULL)
		set_pair(room, global);
	return all_own || global->block.node != NULL ?
		NULL :
		g_strdup_printf("tls { ssl-certificate-file %s; ssl-key-file %s; };", certificate,
			key);
}

/* --- closing the port, switching POP3 off ----------------------------------------------------- */

static void
close_clear_ports(const struct room *room)
{
	const GArray *listeners = room->fixing->reading->facts->config->listeners;

	for (guint i = 0; i < listeners->len; i++) {
		const struct config_listener *listener =
			&g_array_index(listeners, struct config_listener, i);
		struct config_place server = server_of(room, listener);

		if (listener->mode != MODE_POP3)
			continue;
		if (server.node != NULL)
			drop(room, server);
		else
			change_hinder(room->fixing->change,
				"No server block makes pop3d listen on port %u, so none can be "
				"taken away: give it one for port 995, with \"tls-mode "
				"connection\".",
				listener->port);
	}
}

/* --- the room --------------------------------------------------------------------------------- */

static void
propose(struct fixing *fixing)
{
	struct room room = { .fixing = fixing };
	g_autofree char *tls = NULL;
	const char *mode = NULL;

	if (fixing->change->strategy == CHANGE_DISABLE) {
		change_hinder(fixing->change,
			"No setting keeps pop3d from serving POP3: systemctl disable --now "
			"mailutils-pop3d.service, or take its line out of inetd.conf.");
		return;
	}
	if (mailutils_settings_read(&room.settings, fixing->reading)) {
		if (fixing->change->strategy == CHANGE_REQUIRE_TLS)
			mode = require_tls(&room);
		else
			close_clear_ports(&room);
		if (fixing->certificate != NULL)
			tls = wire_in(&room);
		put_global(&room, mode, tls);
	}
	mailutils_settings_clear(&room.settings);
}

static const char *const units[] = { "mailutils-pop3d.service", NULL };

const struct product_fix mailutils_fix = {
	.propose = propose,
	.units = units,
	.restart = true,
};
