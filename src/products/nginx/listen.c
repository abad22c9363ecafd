/* SPDX-License-Identifier: Apache-2.0 */
#include "products/nginx/listen.h"

#include <string.h>

#include "model/address.h"

enum {
	PORT_MAX = 65535,
};

/* --- one listen ------------------------------------------------------------------------------- */

/* The port that *text begins with, which is then behind it; 0 for none. */
static unsigned
take_port(const char **text)
{
	size_t digits = strspn(*text, "0123456789");
	guint64 port = digits > 0 ? g_ascii_strtoull(*text, NULL, 10) : 0;

	*text += digits;
	return port <= PORT_MAX ? (unsigned)port : 0;
}

static void
parse_ports(const char *text, struct nginx_listen *listen)
{
	listen->from = listen->to = take_port(&text);
	if (*text == '-') {
		text++;
		listen->to = take_port(&text);
	}
	listen->is_wrong = *text != '\0' || listen->from == 0 || listen->to < listen->from;
}

/* Whether the text is an address or a name without a port. */
static bool
is_host(const char *text)
{
	if (text[0] == '[')
		return g_str_has_suffix(text, "]");
	return strchr(text, ':') == NULL && text[strspn(text, "0123456789-")] != '\0';
}

void
nginx_listen_parse(const char *text, struct nginx_listen *listen)
{
	const char *port;

	*listen = (struct nginx_listen){ .host = NULL };
	listen->unix_socket = g_ascii_strncasecmp(text, "unix:", strlen("unix:")) == 0;
	if (listen->unix_socket || (is_host(text) && text[0] != '[')) {
		listen->host = g_strdup(text);
		return;
	}
	listen->host = proxies_split(text, &port);
	if (is_host(text))
		return;
	parse_ports(port, listen);
	/* IPv6 without brackets, or a colon with nothing in front. */
	if (text[0] == ':' || (text[0] != '[' && strchr(listen->host, ':') != NULL))
		listen->is_wrong = true;
}

void
nginx_listen_clear(struct nginx_listen *listen)
{
	g_clear_pointer(&listen->host, g_free);
}

/* --- its parameters --------------------------------------------------------------------------- */

/* Digits, and behind them at most one of the units. */
static bool
is_number(const char *text, const char *units)
{
	size_t digits = strspn(text, "0123456789");

	return digits > 0 &&
		(text[digits] == '\0' ||
			(strchr(units, text[digits]) != NULL && text[digits + 1] == '\0'));
}

/* "on", "off", or up to three of "IDLE:INTERVAL:COUNT": "30m::10", "1h30m". */
static bool
is_keepalive(const char *text)
{
	g_auto(GStrv) parts = g_strsplit(text, ":", -1);

	if (g_str_equal(text, "on") || g_str_equal(text, "off"))
		return true;
	if (strpbrk(text, "123456789") == NULL || g_strv_length(parts) > 3)
		return false;
	for (size_t i = 0; parts[i] != NULL; i++)
		if (parts[i][0] != '\0' &&
			(!g_ascii_isdigit(parts[i][0]) ||
				parts[i][strspn(parts[i], "0123456789smhdwMy")] != '\0'))
			return false;
	return true;
}

bool
nginx_listen_takes(const char *word)
{
	const char *value = strchr(word, '=');

	if (value == NULL)
		return g_str_equal(word, "ssl") || g_str_equal(word, "bind") ||
			g_str_equal(word, "proxy_protocol");
	value++;
	if (g_str_has_prefix(word, "backlog="))
		return is_number(value, "") && strspn(value, "0") < strlen(value);
	if (g_str_has_prefix(word, "rcvbuf=") || g_str_has_prefix(word, "sndbuf="))
		return is_number(value, "kKmM");
	if (g_str_has_prefix(word, "ipv6only="))
		return g_str_equal(value, "on") || g_str_equal(value, "off");
	return g_str_has_prefix(word, "so_keepalive=") && is_keepalive(value);
}

/* --- all of them ------------------------------------------------------------------------------ */

/* By address and ports; no two of them overlap. */
struct nginx_listens {
	GTree *tree; /* of struct taken, as key and value */
};

struct taken {
	char *address;
	unsigned from, to;
	struct config_place place;
};

static void
taken_free(gpointer data)
{
	struct taken *taken = data;

	g_free(taken->address);
	g_free(taken);
}

/* Ranges of one address are equal where they overlap: these are what is looked for. */
static gint
compare(gconstpointer first, gconstpointer second, gpointer unused)
{
	const struct taken *a = first, *b = second;
	int order = strcmp(a->address, b->address);

	(void)unused;
	if (order != 0)
		return order;
	return a->to < b->from ? -1 : a->from > b->to ? 1 : 0;
}

/* One text for all ways to write an address: a new string. */
static char *
same_address(const struct nginx_listen *listen)
{
	char text[ENDPOINT_ADDRESS_MAX + 1];
	struct address address;

	if (listen->unix_socket)
		return g_strconcat("unix:", listen->host + strlen("unix:"), NULL);
	if (listen->host[0] == '\0' || g_str_equal(listen->host, "*"))
		return g_strdup("0.0.0.0");
	/* What other names come to is not known here. */
	if (g_ascii_strcasecmp(listen->host, "localhost") == 0)
		return g_strdup("127.0.0.1");
	if (address_parse(listen->host, &address))
		return g_strdup(address_format(&address, text));
	return g_ascii_strdown(listen->host, -1);
}

struct nginx_listens *
nginx_listens_new(void)
{
	struct nginx_listens *listens = g_new0(struct nginx_listens, 1);

	listens->tree = g_tree_new_full(compare, NULL, taken_free, NULL);
	return listens;
}

void
nginx_listens_free(struct nginx_listens *listens)
{
	if (listens == NULL)
		return;
	g_tree_unref(listens->tree);
	g_free(listens);
}

struct config_place
nginx_listens_add(struct nginx_listens *listens, const struct nginx_listen *listen,
	struct config_place place)
{
	struct taken *taken = g_new0(struct taken, 1);
	const struct taken *before;

	taken->address = same_address(listen);
	taken->from = listen->from;
	taken->to = listen->to;
	taken->place = place;
	before = g_tree_lookup(listens->tree, taken);
	if (before == NULL) {
		g_tree_insert(listens->tree, taken, taken);
		return (struct config_place){ 0 };
	}
	taken_free(taken);
	return before->place;
}
