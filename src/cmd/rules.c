/* SPDX-License-Identifier: Apache-2.0 */
/*
 * popseal rules: the rules that turn facts into findings, as a table or as
 * one record each.
 */
#include "rules/rule.h"

#include <jansson.h>

#include "cmd/command.h"
#include "cmd/options.h"
#include "cmd/output.h"

enum {
	RECORD_SCHEMA = 1
};

static const struct option_set set = {
	.command = "rules",
	.arguments = "",
	.formats = "text|jsonl",
	.summary = "Lists the rules: id, severity, whose facts they read, title. 'popseal explain\n"
		   "RULE' tells more about one.",
};

static const struct {
	enum witness witness;
	const char *word;
} witnesses[] = {
	{ WITNESS_PROBE, "probe" },
	{ WITNESS_CONFIG, "config" },
	{ WITNESS_LOGS, "logs" },
	{ WITNESS_TRAFFIC, "traffic" },
};

static json_t *
witness_words(const struct rule *rule)
{
	json_t *words = json_array();

	for (size_t i = 0; i < G_N_ELEMENTS(witnesses); i++)
		if ((rule->witnesses & (unsigned)witnesses[i].witness) != 0)
			json_array_append_new(words, json_string(witnesses[i].word));
	return words;
}

static void
append_record(GString *out, const struct rule *rule)
{
	json_t *references = json_array();
	json_t *record;
	char *line;

	for (size_t i = 0; rule->references[i] != NULL; i++)
		json_array_append_new(references, json_string(rule->references[i]));
	record = json_pack("{s:i, s:s, s:s, s:s, s:s, s:o, s:s, s:o}", "schema", RECORD_SCHEMA,
		"type", "rule", "id", rule->id, "severity", severity_word(rule->severity), "title",
		rule->title, "witnesses", witness_words(rule), "remedy", rule->remedy, "references",
		references);
	line = json_dumps(record, JSON_COMPACT | JSON_PRESERVE_ORDER);
	g_string_append_printf(out, "%s\n", line);
	free(line);
	json_decref(record);
}

static void
append_row(GString *out, const struct rule *rule)
{
	g_autoptr(GString) words = g_string_new(NULL);

	for (size_t i = 0; i < G_N_ELEMENTS(witnesses); i++)
		if ((rule->witnesses & (unsigned)witnesses[i].witness) != 0)
			g_string_append_printf(words, "%s%s", words->len > 0 ? "," : "",
				witnesses[i].word);
	g_string_append_printf(out, "%-24s%-10s%-10s%s\n", rule->id, severity_word(rule->severity),
		words->str, rule->title);
}

static int
list(char **words, const struct common_options *common)
{
	g_autoptr(GString) out = g_string_new(NULL);
	bool jsonl = g_str_equal(common->report->name, "jsonl");
	GError *error = NULL;

	if (words[0] != NULL)
		error = g_error_new(POPSEAL_USAGE_ERROR, 0,
			"'%s': no argument is taken; try 'popseal explain %s'", words[0], words[0]);
	if (error != NULL)
		return options_fail(set.command, error, EXIT_USAGE);
	for (size_t i = 0; rules[i] != NULL; i++)
		(jsonl ? append_record : append_row)(out, rules[i]);
	if (!output_print(common->output, out, &error))
		return options_fail(set.command, error, EXIT_OPERATIONAL);
	return EXIT_CLEAN;
}

static int
run(int argc, char **argv)
{
	struct common_options common = { 0 };
	GError *error = NULL;
	g_auto(GStrv) words = options_parse(&set, &common, argc, argv, &error);
	int code =
		words != NULL ? list(words, &common) : options_fail(set.command, error, EXIT_USAGE);

	options_clear(&common);
	return code;
}

const struct command command_rules = {
	.name = "rules",
	.summary = "list the rules",
	.options = &set,
	.run = run,
};
