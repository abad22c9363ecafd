/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Policies. The file is GLib's key-file format, read line by line here: GLib
 * knows neither a group whose name has brackets of its own ([[2001:db8::1]:995])
 * nor the line that a mistake stands in, and joins groups of one name.
 *
 * What a group matches is read by target_parse, so that hosts, networks, ports
 * and schemes are written as on the command line; a pattern is checked with a
 * letter for each of its wildcards.
 */
#include "model/policy-private.h"

#include <string.h>

#include "model/escape.h"
#include "model/hostname.h"
#include "model/place.h"

enum {
	SHOWN_MAX = 96, /* octets of a wrong part that its error repeats */
};

#define BYTE_ORDER_MARK "\xef\xbb\xbf" /* some editors begin a file with it */

G_DEFINE_QUARK(popseal - policy - error - quark, policy_error)

static void
free_group(void *data)
{
	struct policy_group *group = data;

	g_free(group->name);
	g_free(group->host);
	g_free(group->zone);
	g_free(group->tls_name);
	g_free(group->ca);
	if (group->ignores != NULL)
		g_ptr_array_unref(group->ignores);
	g_free(group);
}

void
policy_free(struct policy *policy)
{
	if (policy == NULL)
		return;
	g_ptr_array_unref(policy->groups);
	g_free(policy);
}

/* --- errors ----------------------------------------------------------------------------------- */

static char *
shown(const char *text)
{
	size_t length = strlen(text);
	GString *escaped = g_string_new(NULL);

	escape_append(escaped, text, MIN(length, SHOWN_MAX));
	g_string_append(escaped, length > SHOWN_MAX ? "..." : "");
	return g_string_free(escaped, FALSE);
}

bool
policy_fail(const struct policy_reader *reader, const char *key, const char *complaint,
	GError **error)
{
	const char *name = reader->group != NULL ? reader->group->name : "";
	/* With a user in it, it may hold a password: not repeated. */
	g_autofree char *group = shown(strchr(name, '@') == NULL ? name : "...");
	g_autofree char *word = shown(key != NULL ? key : "");

	g_set_error(error, POPSEAL_POLICY_ERROR, 0, "line %u: %s%s%s%s%s: %s", reader->line,
		reader->group != NULL ? "[" : "", group, reader->group != NULL ? "]" : "",
		key != NULL && reader->group != NULL ? " " : "", word, complaint);
	return false;
}

/* --- what a group matches --------------------------------------------------------------------- */

/* Returns where the host begins, behind the scheme. */
static const char *
behind_scheme(const char *text)
{
	const char *colon = strstr(text, "://");

	return colon != NULL ? colon + strlen("://") : text;
}

static bool
is_pattern(const char *text)
{
	return strpbrk(text, "*?") != NULL;
}

/* Takes scheme and port over. A scheme alone names a mode, and no port. */
static void
take_ports(struct policy_group *group, const struct target *target)
{
	group->any_mode = !target->scheme_given;
	group->mode = target->mode;
	group->port = target->port_given ? target->port : 0;
}

static bool
read_pattern(struct policy_reader *reader, const char *text, GError **error)
{
	struct policy_group *group = reader->group;
	g_autofree char *plain = g_strdelimit(g_strdup(text), "*?", 'x');
	g_autoptr(GError) problem = NULL;
	g_autoptr(target_auto) target = target_parse(plain, &problem);
	g_autofree char *host = NULL;

	if (!g_str_is_ascii(text))
		return policy_fail(reader, NULL,
			"in a pattern, write the name as DNS has it (xn--...)", error);
	if (target == NULL || target->kind == TARGET_RANGE || target->first.family != FAMILY_NONE)
		return policy_fail(reader, NULL,
			target == NULL ? problem->message : "is no pattern of a host", error);
	take_ports(group, target);
	host = g_ascii_strdown(behind_scheme(text), -1);
	if (target->port_given)
		*strrchr(host, ':') = '\0';
	if (g_str_has_suffix(host, "/"))
		host[strlen(host) - 1] = '\0';
	group->match = MATCH_PATTERN;
	group->host = g_steal_pointer(&host);
	return true;
}

/* Takes "/24" out of the text and returns it; NULL where there is none. */
static char *
cut_prefix(char *text)
{
	char *slash = strchr(text + (behind_scheme(text) - text), '/');
	size_t digits = slash != NULL ? strspn(slash + 1, G_CSET_DIGITS) : 0;
	char *prefix = NULL;

	if (digits == 0)
		return NULL;
	prefix = g_strndup(slash + 1, digits);
	memmove(slash, slash + 1 + digits, strlen(slash + 1 + digits) + 1);
	return prefix;
}

/* A network may be wider than one that could be asked: its address alone is parsed as a target. */
static bool
read_network(struct policy_reader *reader, const struct target *target, const char *prefix,
	GError **error)
{
	struct policy_group *group = reader->group;
	guint64 bits = 0;

	if (target->kind == TARGET_RANGE || target->first.family == FAMILY_NONE)
		return policy_fail(reader, NULL,
			"is no network: no IP address stands before the \"/\"", error);
	if (!g_ascii_string_to_unsigned(prefix, 10, 0, address_bits(target->first.family), &bits,
		    NULL))
		return policy_fail(reader, NULL, "has a prefix length that is none", error);
	group->range.first = address_network(&target->first, (unsigned)bits, false);
	group->range.last = address_network(&target->first, (unsigned)bits, true);
	return true;
}

static bool
read_host(struct policy_reader *reader, const char *text, GError **error)
{
	struct policy_group *group = reader->group;
	g_autofree char *copy = g_strdup(text);
	g_autofree char *prefix = cut_prefix(copy);
	g_autoptr(GError) problem = NULL;
	g_autoptr(target_auto) target = target_parse(copy, &problem);

	if (target == NULL)
		return policy_fail(reader, NULL, problem->message, error);
	take_ports(group, target);
	if (target->first.family == FAMILY_NONE && prefix == NULL) {
		group->match = MATCH_NAME;
		group->host = g_ascii_strdown(target->host, -1);
	} else {
		group->match = MATCH_ADDRESSES;
		group->range = (struct address_range){ target->first, target->last };
		group->zone = target->zone[0] != '\0' ? g_strdup(target->zone) : NULL;
	}
	group->is_target = prefix == NULL && target->kind != TARGET_RANGE;
	return prefix == NULL || read_network(reader, target, prefix, error);
}

static bool
read_group(struct policy_reader *reader, char *line, GError **error)
{
	bool closed = g_str_has_suffix(line, "]");
	struct policy_group *group = g_new0(struct policy_group, 1);

	group->name = g_strndup(line + 1, strlen(line + 1) - closed);
	g_ptr_array_add(reader->policy->groups, group);
	reader->group = group;
	if (!closed)
		return policy_fail(reader, NULL, "the group lacks its closing bracket", error);
	if (reader->policy->groups->len > POLICY_GROUPS_MAX)
		return policy_fail(reader, NULL, "these are more than 4096 groups", error);
	if (policy_is_path(group->name)) {
		group->match = MATCH_PATH;
		group->host = g_strdup(group->name);
		return true;
	}
	return is_pattern(group->name) ? read_pattern(reader, group->name, error) :
					 read_host(reader, group->name, error);
}

/* --- keys ------------------------------------------------------------------------------------- */

static bool
read_expect(struct policy_reader *reader, const char *value, GError **error)
{
	g_autoptr(GError) problem = NULL;

	if (reader->group->has_expectations)
		return policy_fail(reader, "expect", "stands twice", error);
	if (!expectations_parse(value, &reader->group->expectations, &problem))
		return policy_fail(reader, "expect", problem->message, error);
	reader->group->has_expectations = true;
	return policy_check_files(reader, error);
}

static bool
read_tls_name(struct policy_reader *reader, const char *value, GError **error)
{
	char host[ENDPOINT_HOST_MAX + 1];
	struct address address;
	const char *complaint = address_parse(value, &address) ? NULL : hostname_parse(value, host);

	if (reader->group->tls_name != NULL)
		return policy_fail(reader, "tls-name", "stands twice", error);
	if (complaint != NULL || value[0] == '\0') {
		g_autofree char *name = shown(value);
		g_autofree char *text = g_strdup_printf("the name \"%s\" %s", name,
			complaint != NULL ? complaint : "is empty");

		return policy_fail(reader, "tls-name", text, error);
	}
	reader->group->tls_name = g_strdup(value);
	return true;
}

static bool
read_ca(struct policy_reader *reader, const char *value, GError **error)
{
	if (reader->group->ca != NULL)
		return policy_fail(reader, "ca", "stands twice", error);
	if (value[0] == '\0')
		return policy_fail(reader, "ca", "names no file", error);
	reader->group->ca = g_strdup(value);
	return true;
}

static bool
read_insecure(struct policy_reader *reader, const char *value, GError **error)
{
	if (reader->group->insecure != SAID_NOT)
		return policy_fail(reader, "insecure", "stands twice", error);
	if (g_str_equal(value, "true") || g_str_equal(value, "1"))
		reader->group->insecure = SAID_YES;
	else if (g_str_equal(value, "false") || g_str_equal(value, "0"))
		reader->group->insecure = SAID_NO;
	else
		return policy_fail(reader, "insecure", "is neither true nor false", error);
	return true;
}

static const struct {
	const char *name;
	bool (*read)(struct policy_reader *reader, const char *value, GError **error);
} keys[] = {
	{ "expect", read_expect },
	{ "tls-name", read_tls_name },
	{ "ca", read_ca },
	{ "insecure", read_insecure },
};

static bool
read_key(struct policy_reader *reader, char *line, GError **error)
{
	char *equals = strchr(line, '=');
	const char *value = equals != NULL ? g_strstrip(equals + 1) : NULL;

	if (equals != NULL)
		*equals = '\0';
	g_strchomp(line);
	if (equals == NULL)
		return policy_fail(reader, line, "is neither a group, nor a key with its value",
			error);
	if (reader->group == NULL)
		return policy_fail(reader, line, "stands before the first group", error);
	if (policy_is_ignore(line))
		return policy_read_ignore(reader, line, value, error);
	for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
		if (!g_str_equal(keys[i].name, line))
			continue;
		if (reader->group->match == MATCH_PATH && keys[i].read != read_expect)
			return policy_fail(reader, line,
				"is about endpoints, and this group is about files", error);
		return keys[i].read(reader, value, error);
	}
	return policy_fail(reader, line,
		"is no key of a policy: expect, ignore, tls-name, ca, insecure", error);
}

/* --- the file --------------------------------------------------------------------------------- */

static bool
read_line(struct policy_reader *reader, char *line, GError **error)
{
	reader->line++;
	g_strstrip(line);
	if (line[0] == '\0' || line[0] == '#')
		return true;
	return line[0] == '[' ? read_group(reader, line, error) : read_key(reader, line, error);
}

static bool
check_text(const char *text, size_t length, GError **error)
{
	const char *complaint = NULL;

	if (length > POLICY_MAX)
		complaint = "is longer than 1 MiB";
	else if (!g_utf8_validate(text, (gssize)length, NULL))
		complaint = "is no text in UTF-8"; /* a NUL is none either */
	if (complaint != NULL)
		g_set_error(error, POPSEAL_POLICY_ERROR, 0, "the policy %s", complaint);
	return complaint == NULL;
}

struct policy *
policy_parse(const char *text, size_t length, GError **error)
{
	struct policy *policy;
	struct policy_reader reader = { 0 };
	g_auto(GStrv) lines = NULL;
	g_autofree char *copy = NULL;

	if (!check_text(text, length, error))
		return NULL;
	policy = g_new0(struct policy, 1);
	policy->groups = g_ptr_array_new_with_free_func(free_group);
	reader.policy = policy;
	copy = g_strndup(length > 0 ? text : "", length);
	if (g_str_has_prefix(copy, BYTE_ORDER_MARK))
		memmove(copy, copy + strlen(BYTE_ORDER_MARK), length + 1 - strlen(BYTE_ORDER_MARK));
	lines = g_strsplit(copy, "\n", -1);
	for (size_t i = 0; lines[i] != NULL; i++) {
		if (read_line(&reader, lines[i], error))
			continue;
		policy_free(policy);
		return NULL;
	}
	return policy;
}

/* --- what holds ------------------------------------------------------------------------------- */

/* Returns the host as DNS knows it, in lower case: names are written in many ways. */
static char *
plain_host(const char *host)
{
	char name[ENDPOINT_HOST_MAX + 1];

	return g_ascii_strdown(hostname_parse(host, name) == NULL ? name : host, -1);
}

static bool
addresses_match(const struct policy_group *group, const char *address)
{
	const char *percent = strchr(address, '%');
	g_autofree char *literal = g_strndup(address, strcspn(address, "%"));
	struct address parsed;

	if (!address_parse(literal, &parsed) || parsed.family != group->range.first.family)
		return false;
	if (group->zone != NULL && (percent == NULL || !g_str_equal(percent + 1, group->zone)))
		return false;
	return address_compare(&group->range.first, &parsed) <= 0 &&
		address_compare(&parsed, &group->range.last) <= 0;
}

static bool
matches(const struct policy_group *group, const struct endpoint *endpoint, const char *host)
{
	if ((group->port != 0 && group->port != endpoint->port) ||
		(!group->any_mode && group->mode != endpoint->mode))
		return false;
	switch (group->match) {
	case MATCH_NAME:
		return g_str_equal(group->host, host);
	case MATCH_PATTERN:
		return place_matches(group->host, host) ||
			place_matches(group->host, endpoint->address);
	case MATCH_ADDRESSES:
		return addresses_match(group, endpoint->address);
	case MATCH_PATH:
		return false;
	}
	g_return_val_if_reached(false);
}

static void
apply(const struct policy_group *group, struct policy_terms *terms)
{
	if (group->has_expectations)
		terms->expectations = group->expectations;
	if (group->tls_name != NULL)
		terms->tls_name = group->tls_name;
	if (group->ca != NULL)
		terms->ca = group->ca;
	if (group->insecure != SAID_NOT)
		terms->insecure = group->insecure == SAID_YES;
}

void
policy_apply(const struct policy *policy, const struct endpoint *endpoint,
	struct policy_terms *terms)
{
	g_autofree char *host = plain_host(endpoint->host);

	for (guint i = 0; i < policy->groups->len; i++) {
		const struct policy_group *group = g_ptr_array_index(policy->groups, i);

		if (matches(group, endpoint, host))
			apply(group, terms);
	}
}

bool
policy_expects(const struct policy *policy, enum expectation_kind kind)
{
	for (guint i = 0; i < policy->groups->len; i++) {
		const struct policy_group *group = g_ptr_array_index(policy->groups, i);

		if (group->has_expectations && group->expectations.wanted[kind])
			return true;
	}
	return false;
}

GPtrArray *
policy_targets(const struct policy *policy)
{
	GPtrArray *targets = g_ptr_array_new_with_free_func(g_free);

	for (guint i = 0; i < policy->groups->len; i++) {
		const struct policy_group *group = g_ptr_array_index(policy->groups, i);

		if (group->is_target &&
			!g_ptr_array_find_with_equal_func(targets, group->name, g_str_equal, NULL))
			g_ptr_array_add(targets, g_strdup(group->name));
	}
	return targets;
}
