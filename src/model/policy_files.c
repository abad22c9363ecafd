/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The half of a policy that is about configurations: what is expected of them,
 * and which findings are excused without a word in their files.
 */
#include <string.h>

#include "model/place.h"
#include "model/policy-private.h"

bool
policy_is_path(const char *name)
{
	static const char *const beginnings[] = { "/", "./", "../", "*/" };

	for (size_t i = 0; i < G_N_ELEMENTS(beginnings); i++)
		if (g_str_has_prefix(name, beginnings[i]))
			return true;
	return false;
}

/* --- reading ---------------------------------------------------------------------------------- */

/* The group of everything is about files, too. */
static bool
is_about_files(const struct policy_group *group)
{
	return group->match == MATCH_PATH || g_str_equal(group->name, "*");
}

bool
policy_is_ignore(const char *key)
{
	return g_str_equal(key, "ignore") || g_str_has_prefix(key, "ignore-");
}

static void
free_suppression(void *suppression)
{
	suppression_free(suppression);
}

bool
policy_read_ignore(struct policy_reader *reader, const char *key, const char *value, GError **error)
{
	struct policy_group *group = reader->group;
	struct suppression *suppression;

	if (!is_about_files(group))
		return policy_fail(reader, key,
			"is about files: their groups begin with \"/\", \"./\" or \"*/\"", error);
	suppression = suppression_parse(value, NULL);
	suppression->by = SUPPRESSED_EXTERNAL;
	suppression->line = reader->line;
	if (group->ignores == NULL)
		group->ignores = g_ptr_array_new_with_free_func(free_suppression);
	g_ptr_array_add(group->ignores, suppression);
	if (suppression->state == SUPPRESSION_MALFORMED)
		return policy_fail(reader, key, suppression->complaint, error);
	if (group->ignores->len > SUPPRESSIONS_MAX)
		return policy_fail(reader, key, "is the 1025th of its group", error);
	return true;
}

bool
policy_check_files(struct policy_reader *reader, GError **error)
{
	const struct expectations *expectations = &reader->group->expectations;

	for (int kind = 0; reader->group->match == MATCH_PATH && kind < EXPECT_KINDS; kind++)
		if (expectations->wanted[kind] && kind != EXPECT_REFUSES && kind != EXPECT_TLS &&
			kind != EXPECT_TLS_VERSION)
			return policy_fail(reader, "expect",
				"of files only refuses, tls and tls>=V can be expected", error);
	return true;
}

/* --- what holds ------------------------------------------------------------------------------- */

/* A path without a pattern is also that of all that is in it. */
static bool
matches(const struct policy_group *group, const char *base, const char *file)
{
	const char *from = base != NULL ? base : "/";
	g_autofree char *whole = g_canonicalize_filename(file, from);
	g_autofree char *pattern = group->host[0] == '*' ?
		g_strdup(group->host) :
		g_canonicalize_filename(group->host, from);
	g_autofree char *inside = g_strconcat(pattern, "/*", NULL);

	return place_matches(pattern, whole) || place_matches(inside, whole);
}

void
policy_apply_config(const struct policy *policy, const char *base, const char *root,
	struct expectations *expectations)
{
	for (guint i = 0; i < policy->groups->len; i++) {
		struct policy_group *group = g_ptr_array_index(policy->groups, i);

		if (!group->has_expectations || !is_about_files(group) ||
			!matches(group, base, root))
			continue;
		*expectations = group->expectations;
		group->is_used = true;
	}
}

GPtrArray *
policy_idle(const struct policy *policy)
{
	GPtrArray *names = g_ptr_array_new();

	for (guint i = 0; i < policy->groups->len; i++) {
		const struct policy_group *group = g_ptr_array_index(policy->groups, i);

		if (group->match == MATCH_PATH && group->has_expectations && !group->is_used)
			g_ptr_array_add(names, group->name);
	}
	return names;
}

/* The group is about the whole configuration, or about the file that the finding is in. */
static bool
is_about(const struct policy_group *group, const char *base, const char *root,
	const struct finding *finding)
{
	const char *file = finding->location.file;

	return matches(group, base, root) || (file != NULL && matches(group, base, file));
}

static void
suppress_by(const struct policy_group *group, const char *base, struct assessment *assessment,
	const char *today)
{
	const char *root = assessment->facts->config->root;

	for (guint i = 0; i < assessment->findings->len; i++) {
		struct finding *finding = g_ptr_array_index(assessment->findings, i);

		if (!is_about(group, base, root, finding))
			continue;
		for (guint j = 0; j < group->ignores->len; j++)
			suppression_excuse(g_ptr_array_index(group->ignores, j), finding, today);
	}
}

void
policy_suppress(const struct policy *policy, const char *base, struct assessment *assessment,
	const char *today)
{
	for (guint i = 0; i < policy->groups->len; i++) {
		const struct policy_group *group = g_ptr_array_index(policy->groups, i);

		for (guint j = 0; group->ignores != NULL && j < group->ignores->len; j++)
			suppression_expire(g_ptr_array_index(group->ignores, j), today);
		if (group->ignores != NULL)
			suppress_by(group, base, assessment, today);
	}
}

static bool
check_rules(const struct policy_group *group, const struct suppression *suppression,
	suppression_is_rule is_rule, GError **error)
{
	const struct policy_reader reader = {
		.group = (struct policy_group *)(uintptr_t)group,
		.line = suppression->line,
	};

	for (size_t i = 0; suppression->rules[i] != NULL; i++)
		if (!is_rule(suppression->rules[i]))
			return policy_fail(&reader, suppression->rules[i],
				"is no rule; 'popseal rules' lists them all", error);
	return true;
}

GPtrArray *
policy_suppressions(const struct policy *policy, const char *file, suppression_is_rule is_rule,
	GError **error)
{
	g_autoptr(GPtrArray) list = g_ptr_array_new();

	for (guint i = 0; i < policy->groups->len; i++) {
		const struct policy_group *group = g_ptr_array_index(policy->groups, i);

		for (guint j = 0; group->ignores != NULL && j < group->ignores->len; j++) {
			struct suppression *each = g_ptr_array_index(group->ignores, j);

			if (!check_rules(group, each, is_rule, error))
				return NULL;
			g_free(each->file);
			each->file = g_strdup(file);
			g_ptr_array_add(list, each);
		}
	}
	return g_steal_pointer(&list);
}
