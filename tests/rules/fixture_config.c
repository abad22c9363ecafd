/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fixtures of configurations: listeners, notes and doubts as a product's room
 * would write them; the verdict follows from them.
 */
#include "fixture-source.h"
#include "rules/rule.h"

static unsigned
take_number(struct source *source, const char *group, const char *key)
{
	g_autofree char *text = source_take(source, group, key);

	return text != NULL ? (unsigned)g_ascii_strtoull(text, NULL, 10) : 0;
}

static bool
take_true(struct source *source, const char *group, const char *key)
{
	g_autofree char *text = source_take(source, group, key);

	return g_strcmp0(text, "true") == 0;
}

/* Reads "FILE:LINE:COLUMN"; the numbers may be missing. */
static struct location
read_location(struct source *source, const char *text)
{
	struct location location = { 0 };
	g_auto(GStrv) parts = g_strsplit(text != NULL ? text : "", ":", 3);

	if (parts[0] == NULL)
		return location;
	location.file = source_keep(source, parts[0]);
	if (parts[1] == NULL)
		return location;
	location.line = (unsigned)g_ascii_strtoull(parts[1], NULL, 10);
	location.column = parts[2] != NULL ? (unsigned)g_ascii_strtoull(parts[2], NULL, 10) : 1;
	return location;
}

/* Reads the steps "PLACE|LINE|MEANING" of a chain, with ";" between them. */
static void
read_chain(struct source *source, const char *group, struct config_chain *chain)
{
	g_auto(GStrv) steps = source_take_list(source, group, "chain");

	for (size_t i = 0; steps != NULL && steps[i] != NULL; i++) {
		g_auto(GStrv) parts = g_strsplit(steps[i], "|", 3);

		if (parts[0] == NULL || parts[1] == NULL)
			g_error("%s: [%s] chain: not place|line|meaning", source->path, group);
		config_chain_add(chain, read_location(source, parts[0]),
			source_keep(source, parts[1]), source_keep(source, parts[2]));
	}
}

static void
read_listener(struct source *source, const char *group)
{
	struct config_listener *listener = config_add_listener(source->facts);
	g_autofree char *reason = source_take(source, group, "reason");
	const char *address = source_take_kept(source, group, "address");
	unsigned port = take_number(source, group, "port");

	listener->address = address != NULL ? address : "*";
	listener->mode =
		(enum mode)source_take_word(source, group, "mode", source_modes, MODE_POP3);
	listener->port = (uint16_t)(port != 0 ? port : listener->mode == MODE_POP3 ? 110 : 995);
	listener->verdict = (enum verdict_value)source_take_word(source, group, "verdict",
		source_verdicts, VERDICT_UNDETERMINED);
	listener->reason = source_reason(source, reason != NULL ? reason : "setting");
	listener->scope = source_take_kept(source, group, "scope");
	listener->explanation = source_take_kept(source, group, "explanation");
	listener->settle = source_take_kept(source, group, "settle");
	read_chain(source, group, &listener->chain);
}

static void
read_note(struct source *source, const char *group)
{
	g_autofree char *id = source_take(source, group, "rule");
	g_autofree char *place = source_take(source, group, "place");
	const struct rule *rule = id != NULL ? rule_find(id) : NULL;
	struct config_note *note;

	if (rule == NULL || rule->note == CONFIG_NOTE_NONE)
		g_error("%s: [%s] rule: is none that reports notes", source->path, group);
	note = config_add_note(source->facts, rule->note);
	note->unknown = take_true(source, group, "unknown");
	note->location = read_location(source, place);
	note->line = source_take_kept(source, group, "line");
	note->message = source_take_kept(source, group, "message");
	note->remedy = source_take_kept(source, group, "remedy");
	note->settle = source_take_kept(source, group, "settle");
}

static void
read_doubt(struct source *source, const char *group)
{
	g_autofree char *reason = source_take(source, group, "reason");
	g_autofree char *place = source_take(source, group, "place");
	struct config_doubt *doubt = config_add_doubt(source->facts,
		source_reason(source, reason != NULL ? reason : "not-understood"));

	doubt->fatal = take_true(source, group, "fatal");
	doubt->location = read_location(source, place);
	doubt->line = source_take_kept(source, group, "line");
	doubt->message = source_take_kept(source, group, "message");
	doubt->settle = source_take_kept(source, group, "settle");
}

/* Reads the groups "KIND 1", "KIND 2", ... */
static void
read_each(struct source *source, const char *kind,
	void (*read)(struct source *source, const char *group))
{
	for (unsigned i = 1;; i++) {
		g_autofree char *group = g_strdup_printf("%s %u", kind, i);

		if (!g_key_file_has_group(source->keys, group))
			return;
		read(source, group);
	}
}

void
source_read_config(struct source *source)
{
	const char *product = source_take_kept(source, "config", "product");
	const char *title = source_take_kept(source, "config", "title");
	const char *root = source_take_kept(source, "config", "root");
	struct config_facts *config;

	if (!g_key_file_has_group(source->keys, "config"))
		return;
	config = config_facts_new(source->facts, product != NULL ? product : "dovecot",
		title != NULL ? title : "Dovecot");
	config->root = root != NULL ? root : "/etc/dovecot/dovecot.conf";
	config->version = source_take_kept(source, "config", "version");
	config->remedy = source_take_kept(source, "config", "remedy");
	read_each(source, "listener", read_listener);
	read_each(source, "note", read_note);
	read_each(source, "doubt", read_doubt);
	config_verdict_decide(source->facts);
}
