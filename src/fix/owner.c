/* SPDX-License-Identifier: Apache-2.0 */
#include "fix/owner.h"

#include <glib.h>
#include <stdbool.h>
#include <string.h>

#define EDIT    "(do not|don't|never) (edit|modify|change)"
#define MADE    "(managed|maintained|generated|written|controlled|deployed|dropped off)"
#define MADE_BY MADE " (by|with|via|through|using) (the )?"
#define FILE_IS "(this|the) (configuration |config )?(file|configuration|config) (is|was|has been) "
/* What is put in front of a comment's first word. */
#define HEAD "^[^a-z0-9]*"

/* The title of what is not known by its name. */
static const char generator[] = "a generator";

/* Looked for in each comment of a file's head, in this order. */
static const struct owner {
	const char *title;
	const char *pattern;
	const char *advice;
} owners[] = {
	{ "Ansible", "ansible[ _-]?managed|" MADE_BY "ansible\\b|\\bansible\\b.*" EDIT,
		"Change the variable or template of the role, and run the playbook." },
	{ "Puppet", "puppet[ _-]?managed|" MADE_BY "puppet\\b|\\bpuppet\\b.*" EDIT,
		"Change the class's parameter in Hiera or the manifest, and run the agent." },
	{ "Salt", "salt(stack)?[ _-]managed|" MADE_BY "salt(stack)?\\b|\\bsalt(stack)?\\b.*" EDIT,
		"Change the pillar or the state's file, and run state.apply." },
	{ "Chef", "chef[ _-]?managed|" MADE_BY "(chef|cinc)\\b|\\bchef\\b.*" EDIT,
		"Change the attribute or template of the cookbook, and run chef-client." },
	{ "Terraform",
		"terraform[ _-]?managed|" MADE_BY "(terraform|opentofu)\\b|\\bterraform\\b.*" EDIT,
		"Change the template or variable of the module, and apply it." },
	{ "CFEngine", "cfengine[ _-]?managed|" MADE_BY "cfengine\\b|\\bcfengine\\b.*" EDIT,
		"Change the policy, and run cf-agent." },
	{ generator,
		FILE_IS "(auto[a-z-]*[ -]?)?(generated|created by|managed by|managed with)"
			"|" HEAD "(auto[a-z-]*[ -]?)?(generated|managed) (by|with|from)\\b"
			"|" HEAD "auto[a-z-]*[ -]?generated"
			"|" EDIT " (this file|this configuration|by hand|manually|directly)"
			"|" HEAD EDIT "[^a-z0-9]*$"
			"|(changes|edits|modifications) ((made )?(to this file|here) )?"
			"(will|would|may) be (lost|overwritten)",
		"Change what it is generated from, and generate it again." },
};

/* What says the opposite of a pattern. */
static const char denial[] = "(\\bnot|n't|no longer|never) (being |to be )?(auto[a-z-]* )?" MADE;

/* --- comments --------------------------------------------------------------------------------- */

static bool
matches(const char *pattern, const char *comment)
{
	return g_regex_match_simple(pattern, comment, G_REGEX_CASELESS, 0);
}

/* The lines of a text, which need not be UTF-8. */
static char **
lines_of(const char *bytes, size_t length)
{
	/* The octets of an empty file are NULL. */
	g_autofree char *raw = g_strndup(length > 0 ? bytes : "", length);
	g_autofree char *text = g_utf8_make_valid(raw, -1);

	return g_strsplit(text, "\n", -1);
}

static bool
is_comment(const char *line)
{
	line += strspn(line, " \t");
	return line[0] != '\0' && strchr("#;!/<", line[0]) != NULL;
}

/* --- blocks ----------------------------------------------------------------------------------- */

/* Whether the comment begins or ends a block of lines that is managed within a file of others'. */
static bool
is_mark(const char *line, const char *word)
{
	g_autofree char *pattern = g_strdup_printf(HEAD "%s\\b.*\\bmanaged (block|zone)\\b", word);

	return is_comment(line) && matches(pattern, line);
}

static bool
begins_block(const char *line)
{
	return is_mark(line, "(begin|start)");
}

static const char *
title_of_block(const char *mark)
{
	if (matches("ansible", mark))
		return owners[0].title;
	return matches("zone", mark) ? "Salt" : generator;
}

/* The next block at or behind *at, its marks with it, as a new string; NULL: there is none. */
static char *
next_block(char **lines, size_t *at)
{
	GString *block;

	while (lines[*at] != NULL && !begins_block(lines[*at]))
		(*at)++;
	if (lines[*at] == NULL)
		return NULL;
	block = g_string_new(NULL);
	do
		g_string_append_printf(block, "%s\n", lines[*at]);
	while (!is_mark(lines[(*at)++], "end") && lines[*at] != NULL);
	return g_string_free(block, FALSE);
}

const char *
owner_of_change(const char *before, size_t before_length, const char *after, size_t after_length)
{
	g_auto(GStrv) old = lines_of(before, before_length);
	g_auto(GStrv) new = lines_of(after, after_length);
	size_t at_old = 0, at_new = 0;

	for (;;) {
		g_autofree char *was = next_block(old, &at_old);
		g_autofree char *is = next_block(new, &at_new);

		if (was == NULL)
			return NULL;
		if (g_strcmp0(was, is) != 0)
			return title_of_block(was);
	}
}

/* --- files ------------------------------------------------------------------------------------ */

const char *
owner_of(const char *bytes, size_t length)
{
	g_auto(GStrv) lines = lines_of(bytes, MIN(length, (size_t)OWNER_HEAD_MAX));

	for (size_t i = 0; i < G_N_ELEMENTS(owners); i++)
		for (size_t j = 0; lines[j] != NULL; j++)
			if (is_comment(lines[j]) && matches(owners[i].pattern, lines[j]) &&
				!matches(denial, lines[j]) && !begins_block(lines[j]) &&
				!is_mark(lines[j], "end"))
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
