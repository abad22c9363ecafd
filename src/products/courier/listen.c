/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PORT is a list with commas of ports and "address.port"; ADDRESS is for those without their own.
 */
#include <string.h>

#include "products/courier/room.h"
#include "products/proxies.h"

/* "0" and nothing are all addresses, of both families. */
static const char *
address_of(const struct courier_room *room, const struct shell_values *values, const char *name)
{
	const struct shell_value *value = shell_values_find(values, name);

	if (value == NULL || value->text == NULL || g_str_equal(value->text, "0") ||
		value->text[0] == '\0')
		return "*";
	return facts_keep(room->reading->facts, value->text, strlen(value->text));
}

static void
add_place(const struct courier_room *room, GArray *places, const char *text, const char *address)
{
	const char *dot = strrchr(text, '.');
	struct courier_place place = {
		.address = address,
		.port = proxies_port(dot != NULL ? dot + 1 : text),
	};

	if (dot != NULL)
		place.address = facts_keep(room->reading->facts, text, (size_t)(dot - text));
	if (g_str_equal(place.address, "0"))
		place.address = "*";
	g_array_append_val(places, place);
}

GArray *
courier_places(const struct courier_room *room, const struct shell_values *values,
	const char *port_name, const char *address_name, uint16_t usual)
{
	GArray *places = g_array_new(FALSE, FALSE, sizeof(struct courier_place));
	const struct shell_value *value = shell_values_find(values, port_name);
	const char *address = address_of(room, values, address_name);
	g_auto(GStrv) words = NULL;

	if (value != NULL && value->text != NULL)
		words = g_strsplit_set(value->text, ", \t\r\n", -1);
	for (size_t i = 0; words != NULL && words[i] != NULL && i < CONFIG_LISTENERS_MAX; i++)
		if (words[i][0] != '\0')
			add_place(room, places, words[i], address);
	if (places->len == 0) {
		const struct courier_place place = { address, value == NULL ? usual : 0 };

		g_array_append_val(places, place);
	}
	return places;
}
