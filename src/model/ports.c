/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The --ports list. Order is kept: endpoints of a host are asked and reported
 * in the order in which the user wrote them.
 */
#include "model/ports.h"

#include <string.h>

#include "model/escape.h"
#include "model/target.h"

bool
port_parse(const char *text, uint16_t *port, GError **error)
{
	guint64 number = 0;

	if (!g_ascii_isdigit(text[0]) ||
		!g_ascii_string_to_unsigned(text, 10, 1, UINT16_MAX, &number, NULL)) {
		g_autofree char *shown = escape_string(text);

		g_set_error(error, POPSEAL_TARGET_ERROR, TARGET_ERROR_PORT,
			"port \"%s\" is not a number from 1 to 65535", shown);
		return false;
	}
	*port = (uint16_t)number;
	return true;
}

/* Parses one word of the list: "110", "995s". */
static bool
item_parse(char *word, struct asked_port *item, GError **error)
{
	size_t length = strlen(word);
	bool tls = length > 1 && (word[length - 1] == 's' || word[length - 1] == 'S');

	if (tls)
		word[length - 1] = '\0';
	if (!port_parse(word, &item->port, error))
		return false;
	item->mode = tls || item->port == PORT_POP3S ? MODE_POP3S : MODE_POP3;
	return true;
}

static bool
has_item(const struct port_list *list, const struct asked_port *item)
{
	for (size_t i = 0; i < list->count; i++) {
		if (list->items[i].port == item->port && list->items[i].mode == item->mode)
			return true;
	}
	return false;
}

static bool
list_add(struct port_list *list, const struct asked_port *item, GError **error)
{
	if (has_item(list, item))
		return true;
	if (list->count == TARGET_PORTS_MAX) {
		g_set_error(error, POPSEAL_TARGET_ERROR, TARGET_ERROR_PORTS,
			"the list has more than %d ports", TARGET_PORTS_MAX);
		return false;
	}
	list->items[list->count++] = *item;
	return true;
}

bool
ports_parse(const char *text, struct port_list *list, GError **error)
{
	g_auto(GStrv) words = g_strsplit(text, ",", -1);
	struct port_list parsed = { .count = 0 };

	for (size_t i = 0; words[i] != NULL; i++) {
		struct asked_port item;

		if (!item_parse(g_strstrip(words[i]), &item, error) ||
			!list_add(&parsed, &item, error))
			return false;
	}
	if (parsed.count == 0) {
		g_set_error_literal(error, POPSEAL_TARGET_ERROR, TARGET_ERROR_PORTS,
			"the list of ports is empty");
		return false;
	}
	*list = parsed;
	return true;
}
