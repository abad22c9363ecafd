/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The `config` record: one product instance's configuration.
 */
#include "reports/jsonl.h"

void
jsonl_location(GString *out, const struct location *location)
{
	json_open(out, "location", '{');
	jsonl_raw(out, "file", location->file);
	if (location->line > 0) {
		json_number(out, "line", location->line);
		json_number(out, "column", location->column);
	} else {
		json_none(out, "line");
		json_none(out, "column");
	}
	json_close(out, '}');
}

static void
set_product(GString *out, const struct config_facts *config)
{
	json_open(out, "product", '{');
	json_text(out, "name", config->product);
	jsonl_raw(out, "version", config->version);
	json_close(out, '}');
	jsonl_raw(out, "version_source", config->version_source);
}

static void
append_step(GString *out, const struct config_step *step)
{
	json_open(out, NULL, '{');
	jsonl_location(out, &step->location);
	jsonl_raw(out, "text", step->line);
	jsonl_raw(out, "meaning", step->meaning);
	json_close(out, '}');
}

static void
append_listener(GString *out, const struct config_listener *listener)
{
	const struct config_step *decides = config_chain_last(&listener->chain);

	json_open(out, NULL, '{');
	jsonl_raw(out, "address", listener->address);
	json_number(out, "port", listener->port);
	json_text(out, "mode", mode_word(listener->mode));
	json_text(out, "verdict", verdict_word(listener->verdict));
	json_text(out, "reason", reason_word(listener->reason));
	jsonl_raw(out, "explanation", listener->explanation);
	if (listener->scope != NULL)
		jsonl_raw(out, "scope", listener->scope);
	if (decides != NULL)
		jsonl_location(out, &decides->location);
	else
		json_none(out, "location");
	json_open(out, "chain", '[');
	for (size_t i = 0; i < listener->chain.count; i++)
		append_step(out, &listener->chain.steps[i]);
	json_close(out, ']');
	json_close(out, '}');
}

void
jsonl_config(const struct assessment *assessment, GString *out)
{
	const struct facts *facts = assessment->facts;
	const struct config_facts *config = facts->config;

	jsonl_begin(out, "config", facts->now, config->root);
	jsonl_verdict(out, &facts->verdict);
	set_product(out, config);
	jsonl_raw(out, "root", config->root);
	if (config->scope != NULL)
		jsonl_raw(out, "scope", config->scope);
	json_open(out, "listeners", '[');
	for (guint i = 0; i < config->listeners->len; i++)
		append_listener(out, &g_array_index(config->listeners, struct config_listener, i));
	json_close(out, ']');
	jsonl_findings(out, assessment);
	jsonl_end(out);
}
