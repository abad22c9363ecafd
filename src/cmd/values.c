/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/values.h"

#include <string.h>

#include "cmd/options.h"
#include "model/address.h"
#include "model/target.h"

bool
value_wrong(GError **error, const char *option, const char *value, const char *why)
{
	g_set_error(error, POPSEAL_USAGE_ERROR, 0, "--%s%s%s: %s", option,
		*value == '\0' ? "" : " ", value, why);
	return false;
}

bool
value_number(const char *option, const char *text, uint64_t least, uint64_t most,
	uint64_t otherwise, uint64_t *number, GError **error)
{
	g_autofree char *why = NULL;
	guint64 value = otherwise;

	if (text != NULL && !g_ascii_string_to_unsigned(text, 10, least, most, &value, NULL)) {
		why = g_strdup_printf("not a number from %" G_GUINT64_FORMAT
				      " to %" G_GUINT64_FORMAT,
			(guint64)least, (guint64)most);
		return value_wrong(error, option, text, why);
	}
	*number = value;
	return true;
}

bool
value_unsigned(const char *option, const char *text, unsigned least, unsigned most,
	unsigned otherwise, unsigned *number, GError **error)
{
	uint64_t value = 0;

	if (!value_number(option, text, least, most, otherwise, &value, error))
		return false;
	*number = (unsigned)value;
	return true;
}

bool
value_timeout(const char *text, struct probe_options *probe, GError **error)
{
	char *end = NULL;
	double seconds;

	probe->greeting_timeout = PROBE_SECONDS(PROBE_GREETING_SECONDS);
	probe->step_timeout = PROBE_SECONDS(PROBE_STEP_SECONDS);
	if (text == NULL)
		return true;
	seconds = g_ascii_strtod(text, &end);
	if (strspn(text, "0123456789.") != strlen(text) || end == text || *end != '\0' ||
		!(seconds >= 0.1 && seconds <= TIMEOUT_MAX_SECONDS))
		return value_wrong(error, "timeout", text,
			"not a number of seconds from 0.1 to 3600");
	probe->greeting_timeout = probe->step_timeout = (int64_t)(seconds * G_USEC_PER_SEC);
	return true;
}

bool
value_depth(const char *text, enum depth otherwise, struct probe_options *probe, GError **error)
{
	probe->depth = otherwise;
	if (text == NULL)
		return true;
	for (int depth = DEPTH_GENTLE; depth <= DEPTH_DEEP; depth++) {
		if (!g_str_equal(text, depth_word((enum depth)depth)))
			continue;
		probe->depth = (enum depth)depth;
		return true;
	}
	return value_wrong(error, "depth", text, "not one of gentle, standard, deep");
}

bool
value_trust(const char *file, struct probe_options *probe, GError **error)
{
	g_autoptr(GError) problem = NULL;

	probe->trust = net_trust_new(file, &problem);
	if (probe->trust != NULL)
		return true;
	if (file != NULL) {
		g_propagate_prefixed_error(error, g_steal_pointer(&problem), "--ca ");
		return false;
	}
	g_printerr("popseal: no chain can be judged: %s\n", problem->message);
	return true;
}

bool
value_source(const char *text, struct probe_options *probe, GError **error)
{
	struct address address = { 0 };
	g_autofree char *plain = g_strdup(text);
	char *zone = plain == NULL ? NULL : strchr(plain, '%');

	probe->source = text;
	if (zone != NULL)
		*zone = '\0';
	if (plain == NULL ||
		(address_parse(plain, &address) &&
			(zone == NULL || (zone[1] != '\0' && address.family == FAMILY_IPV6))))
		return true;
	return value_wrong(error, "source", text, "not a numeric address");
}

bool
value_ports(const char *text, struct port_list *ports, GError **error)
{
	g_autoptr(GError) problem = NULL;

	if (text == NULL)
		text = "110,995s";
	return ports_parse(text, ports, &problem) ||
		value_wrong(error, "ports", text, problem->message);
}

GPtrArray *
value_targets(char *const *words, char **input, GError **error)
{
	g_autoptr(GPtrArray) targets = g_ptr_array_new_with_free_func((GDestroyNotify)target_free);

	for (size_t i = 0; words[i] != NULL; i++) {
		g_autoptr(GError) problem = NULL;
		struct target *target;

		if (g_str_equal(words[i], "-")) {
			g_free(*input);
			*input = g_strdup("-");
			continue;
		}
		target = target_parse(words[i], &problem);
		if (target == NULL) {
			/* What stands before a '@' may hold a password. */
			g_set_error(error, POPSEAL_USAGE_ERROR, 0, "%s: %s",
				strchr(words[i], '@') == NULL ? words[i] : "...", problem->message);
			return NULL;
		}
		g_ptr_array_add(targets, target);
	}
	return g_steal_pointer(&targets);
}

bool
value_product(const char *name, const struct product **product, GError **error)
{
	g_autoptr(GString) names = g_string_new(NULL);

	*product = name != NULL ? product_find(name) : NULL;
	if (name == NULL || (*product != NULL && (*product)->config != NULL))
		return true;
	for (size_t i = 0; products[i] != NULL; i++)
		if (products[i]->config != NULL)
			g_string_append_printf(names, "%s%s", names->len > 0 ? ", " : "",
				products[i]->name);
	g_set_error(error, POPSEAL_USAGE_ERROR, 0,
		"--product %s: no product whose configuration popseal reads; these are %s", name,
		names->str);
	return false;
}

/*
 * Digits with dots, and what a package's version may have around them, of which the epoch goes:
 * "1:2.3.19+dfsg-2". What is none would count as older than all, and bring in the rules of long
 * ago.
 */
bool
value_version(char *version, GError **error)
{
	static const char pattern[] =
		"^([0-9]+:)?[0-9]+([.][0-9]+)*[A-Za-z0-9]*([-+~][A-Za-z0-9.+~-]*)?\\z";
	const char *colon;

	if (version == NULL)
		return true;
	if (!g_regex_match_simple(pattern, version, 0, 0)) {
		g_set_error(error, POPSEAL_USAGE_ERROR, 0,
			"--product-version %s: a version is digits with dots, such as 2.3.19",
			version);
		return false;
	}
	colon = strchr(version, ':');
	if (colon != NULL)
		memmove(version, colon + 1, strlen(colon + 1) + 1);
	return true;
}
