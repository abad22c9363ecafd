/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How nginx is closed: "starttls only" where starttls is decided.
 *
 * That may be the mail block, whose other servers speak IMAP and SMTP: on port 25 they must take
 * mail without TLS. So it is changed there only if no such server takes it from there; else it is
 * put into the POP3 server's own block, which beats the one around it.
 */
#include "products/fix.h"

#include <string.h>

#include "products/nginx/blocks.h"
#include "products/nginx/config.h"
#include "products/nginx/listen.h"

#define MARK "# "

struct server {
	struct config_place block;
	const GArray *own;          /* of struct config_place */
	struct config_place listen; /* the last one of POP3; without a node where there is none */
	bool clear, tls;            /* POP3 listens of it start so */
	bool permits;
};

/* The mail block, and where its POP3 listeners stand. */
struct room {
	struct fixing *fixing;
	struct nginx_blocks *blocks;
	const GArray *mail; /* of struct config_place; NULL: there is no mail block */
	GArray *listens;    /* of struct fix_place, one for each listener that was read */
	GArray *servers;    /* of struct server */
};

/* --- what there is ---------------------------------------------------------------------------- */

static bool
is_directive(struct config_place place, const char *key)
{
	return place.node->kind == NODE_SETTING && g_str_equal(place.node->key, key);
}

/* The same line of the same file, though it be read more than once. */
static bool
is_same(struct config_place a, struct config_place b)
{
	return a.node != NULL && b.node != NULL && a.text == b.text &&
		a.node->key_at.start == b.node->key_at.start;
}

/* The listener that was read from that listen; NULL: it is not of POP3. */
static const struct config_listener *
listener_of(const struct room *room, struct config_place listen)
{
	const GArray *listeners = room->fixing->reading->facts->config->listeners;

	for (guint i = 0; i < room->listens->len; i++) {
		struct fix_place place = g_array_index(room->listens, struct fix_place, i);

		if (place.text == listen.text && place.at == listen.node->key_at.start)
			return &g_array_index(listeners, struct config_listener, i);
	}
	return NULL;
}

static void
add_server(struct room *room, struct config_place block)
{
	struct server server = { .block = block };

	server.own = nginx_blocks_open(room->blocks, block, NGINX_MAIL_SERVER);
	for (guint i = 0; i < server.own->len; i++) {
		struct config_place place = g_array_index(server.own, struct config_place, i);
		const struct config_listener *listener =
			is_directive(place, "listen") ? listener_of(room, place) : NULL;

		if (listener == NULL)
			continue;
		server.listen = place;
		server.clear |= listener->mode == MODE_POP3;
		server.tls |= listener->mode == MODE_POP3S;
		server.permits |= listener->verdict == VERDICT_PERMITS;
	}
	g_array_append_val(room->servers, server);
}

static void
open_mail(struct room *room, struct config_place block)
{
	room->mail = nginx_blocks_open(room->blocks, block, NGINX_MAIL);
	for (guint i = 0; i < room->mail->len; i++) {
		struct config_place place = g_array_index(room->mail, struct config_place, i);

		if (place.node->kind == NODE_BLOCK && g_str_equal(place.node->key, "server"))
			add_server(room, place);
	}
}

static void
open_room(struct room *room, struct fixing *fixing)
{
	const GArray *listeners = fixing->reading->facts->config->listeners;
	const GArray *top;

	*room = (struct room){ .fixing = fixing };
	room->listens = g_array_new(FALSE, FALSE, sizeof(struct fix_place));
	room->servers = g_array_new(FALSE, FALSE, sizeof(struct server));
	for (guint i = 0; i < listeners->len; i++) {
		struct fix_place place = fix_place_of(fixing,
			&g_array_index(listeners, struct config_listener, i)
				 .chain.steps[0]
				 .location);

		g_array_append_val(room->listens, place);
	}
	room->blocks = nginx_blocks_new(fixing->reading);
	top = nginx_blocks_root(room->blocks);
	for (guint i = 0; top != NULL && i < top->len && room->mail == NULL; i++) {
		struct config_place place = g_array_index(top, struct config_place, i);

		if (place.node->kind == NODE_BLOCK && g_str_equal(place.node->key, "mail"))
			open_mail(room, place);
	}
}

static void
close_room(struct room *room)
{
	nginx_blocks_free(room->blocks);
	g_array_unref(room->servers);
	g_array_unref(room->listens);
}

static struct config_place
effective(const struct room *room, const struct server *server, const char *key)
{
	struct config_place place = nginx_blocks_find(server->own, key);

	return place.node != NULL ? place : nginx_blocks_find(room->mail, key);
}

static bool
is_ssl_on(const struct room *room, const struct server *server)
{
	struct config_place ssl = effective(room, server, "ssl");

	return ssl.node != NULL && ssl.node->value != NULL &&
		g_ascii_strcasecmp(ssl.node->value, "on") == 0;
}

/* Whether a server that must keep it takes that directive: with "ssl on" starttls must be off. */
static bool
is_shared(const struct room *room, struct config_place place)
{
	for (guint i = 0; i < room->servers->len; i++) {
		const struct server *server = &g_array_index(room->servers, struct server, i);

		if ((server->listen.node == NULL || is_ssl_on(room, server)) &&
			is_same(effective(room, server, place.node->key), place))
			return true;
	}
	return false;
}

/* --- edits ------------------------------------------------------------------------------------ */

/* Puts a directive behind the server's listen. */
static void
put(const struct room *room, const struct server *server, const char *key, const char *value)
{
	struct config_place beside = server->listen;
	size_t end = beside.node->all.end;

	if (fix_is_alone(beside.text, beside.node->all, '#'))
		fix_add_line_behind(room->fixing, beside.text, end - 1, "%s %s;", key, value);
	else
		fix_replace(room->fixing, beside.text, (struct span){ end, end }, " %s %s;", key,
			value);
}

/* Takes a directive or a block out of force. */
static void
drop(const struct room *room, struct config_place place)
{
	struct span all = place.node->all;

	if (fix_is_alone(place.text, all, '#')) {
		fix_comment_out(room->fixing, place.text, all, MARK);
		return;
	}
	all.end += strspn(place.text->bytes + all.end, " \t");
	fix_replace(room->fixing, place.text, all, "%s", "");
}

/* A path as a word of nginx: in quotes where it needs them. A new string. */
static char *
word_of(const char *path)
{
	return strpbrk(path, " \t;{}\"'\\#") != NULL ? fix_quote(path) : g_strdup(path);
}

/* --- requiring TLS ---------------------------------------------------------------------------- */

static void
require_tls_of(const struct room *room, const struct server *server)
{
	struct config_place own = nginx_blocks_find(server->own, "starttls");
	struct config_place decides = effective(room, server, "starttls");
	bool shared = decides.node != NULL && is_shared(room, decides);

	if (own.node != NULL && shared)
		change_hinder(room->fixing->change,
			"%s sets starttls for servers of other protocols, too: give each its own.",
			own.text->shown);
	else if (decides.node != NULL && !shared)
		fix_replace(room->fixing, decides.text, decides.node->value_at, "only");
	else
		put(room, server, "starttls", "only");
}

static void
require_tls(const struct room *room)
{
	for (guint i = 0; i < room->servers->len; i++) {
		const struct server *server = &g_array_index(room->servers, struct server, i);

		if (server->permits)
			require_tls_of(room, server);
	}
}

/* --- certificate and key ---------------------------------------------------------------------- */

/* Where nginx has several, for several kinds of keys, the last pair is the one. */
static void
set_path(const struct room *room, const struct server *server, const char *key, const char *path)
{
	struct config_place place = effective(room, server, key);
	g_autofree char *word = word_of(path);
	guint edits = room->fixing->edits->len;

	if (place.node == NULL)
		put(room, server, key, word);
	else if (g_strcmp0(place.node->value, path) != 0)
		fix_replace(room->fixing, place.text, place.node->value_at, "%s", word);
	if (place.node != NULL && room->fixing->edits->len > edits && is_shared(room, place))
		change_warn(room->fixing->change, "%s in %s is of servers of other protocols, too.",
			key, place.text->shown);
}

static void
wire_in(const struct room *room)
{
	bool tls_only = room->fixing->change->strategy == CHANGE_TLS_ONLY_PORT;

	for (guint i = 0; i < room->servers->len; i++) {
		const struct server *server = &g_array_index(room->servers, struct server, i);

		if (server->listen.node == NULL || (tls_only && !server->tls))
			continue;
		set_path(room, server, "ssl_certificate", room->fixing->certificate);
		set_path(room, server, "ssl_certificate_key", room->fixing->key);
	}
}

/* --- closing the port, switching POP3 off ----------------------------------------------------- */

static bool
is_standard(struct config_place listen)
{
	struct nginx_listen parsed;
	bool is;

	nginx_listen_parse(listen.node->value != NULL ? listen.node->value : "", &parsed);
	is = !parsed.unix_socket && (parsed.from == 110 || parsed.from == 995);
	nginx_listen_clear(&parsed);
	return is;
}

/* Drops the listens that start in clear; those that are left must tell the protocol. */
static void
drop_clear_listens(const struct room *room, const struct server *server)
{
	bool told = nginx_blocks_find(server->own, "protocol").node != NULL;

	for (guint i = 0; i < server->own->len; i++) {
		struct config_place place = g_array_index(server->own, struct config_place, i);
		const struct config_listener *listener =
			is_directive(place, "listen") ? listener_of(room, place) : NULL;

		if (listener != NULL && listener->mode == MODE_POP3)
			drop(room, place);
		else if (listener != NULL)
			told |= is_standard(place);
	}
	if (!told)
		put(room, server, "protocol", "pop3");
}

static void
close_clear_ports(const struct room *room)
{
	for (guint i = 0; i < room->servers->len; i++) {
		const struct server *server = &g_array_index(room->servers, struct server, i);

		if (server->clear && server->tls)
			drop_clear_listens(room, server);
		else if (server->clear)
			drop(room, server->block);
	}
}

static void
disable(const struct room *room)
{
	for (guint i = 0; i < room->servers->len; i++) {
		const struct server *server = &g_array_index(room->servers, struct server, i);

		if (server->listen.node != NULL)
			drop(room, server->block);
	}
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

static const char *const units[] = { "nginx.service", NULL };

const struct product_fix nginx_fix = {
	.propose = propose,
	.check = "nginx -t -c %s",
	.reload = "nginx -s reload -c %s",
	.units = units,
};
