/* SPDX-License-Identifier: Apache-2.0 */
#include "fix/owner.h"

#include <glib.h>
#include <string.h>

/* Looked for in the comments of a file's head, in this order. */
static const struct owner {
	const char *title;
	const char *pattern;
	const char *advice;
} owners[] = {
	{ "Ansible",
		"ansible[ _-]?managed|(managed|generated|written|deployed) (by|with|via) ansible",
		"Change the variable or template of the role, and run the playbook." },
	{ "Puppet",
		"puppet[ _-]?managed|(managed|generated|written|controlled) (by|with) puppet"
		"|(puppet).*(do not|don't) (edit|modify|change)",
		"Change the class's parameter in Hiera or the manifest, and run the agent." },
	{ "Salt",
		"salt(stack)?[ _-]?managed|(managed|generated|written) (by|with) salt(stack)?"
		"|(salt(stack)?).*(do not|don't) (edit|modify|change)",
		"Change the pillar or the state's file, and run state.apply." },
	{ "Chef",
		"chef[ _-]?managed|(managed|generated|written|dropped off) (by|with) (chef|cinc)"
		"|(chef).*(do not|don't) (edit|modify|change)",
		"Change the attribute or template of the cookbook, and run chef-client." },
	{ "a generator",
		"(this file|configuration)? ?(is|was|has been) (auto[a-z]*[ -])?generated"
		"|auto[a-z-]*[ -]?generated|(do not|don't) (edit|modify|change) (this file )?"
		"(by hand|manually|directly)|(changes|edits|modifications) (to this file )?"
		"(will|would|may) be (lost|overwritten)",
		"Change what it is generated from, and generate it again." },
};

/* The comments of the head, a line each: those lines that begin with a mark of one. */
static char *
comments_of(const char *bytes, size_t length)
{
	/* The octets of an empty file are NULL. */
	g_autofree char *head =
		g_strndup(length > 0 ? bytes : "", MIN(length, (size_t)OWNER_HEAD_MAX));
	g_auto(GStrv) lines = g_strsplit(head, "\n", -1);
	GString *comments = g_string_new(NULL);

	for (size_t i = 0; lines[i] != NULL; i++) {
		const char *line = lines[i] + strspn(lines[i], " \t");

		if (strchr("#;!/<", line[0]) != NULL && line[0] != '\0')
			g_string_append_printf(comments, "%s\n", line);
	}
	return g_string_free(comments, FALSE);
}

const char *
owner_of(const char *bytes, size_t length)
{
	g_autofree char *raw = comments_of(bytes, length);
	g_autofree char *comments = g_utf8_make_valid(raw, -1);

	for (size_t i = 0; i < G_N_ELEMENTS(owners); i++)
		if (g_regex_match_simple(owners[i].pattern, comments, G_REGEX_CASELESS, 0))
			return owners[i].title;
	return NULL;
}

const char *
owner_advice(const char *title)
{
	for (size_t i = 0; i < G_N_ELEMENTS(owners); i++)
		if (g_str_equal(owners[i].title, title))
			return owners[i].advice;
	return NULL;
}
