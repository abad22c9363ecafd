/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The `config` record: one product instance's configuration.
 */
#include "reports/jsonl.h"

#include "model/baseline.h"
#include "model/suppression.h"

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

/* --- what is known and suppressed ------------------------------------------------------------- */

static const char *const kinds[] = {
	[SUPPRESSED_NOT] = "",
	[SUPPRESSED_IN_SOURCE] = "in-source",
	[SUPPRESSED_EXTERNAL] = "external",
};

void
jsonl_standing(GString *out, const struct finding *finding)
{
	/* Only those of configurations have one. */
	if (finding->fingerprint == NULL)
		return;
	json_text(out, "fingerprint", finding->fingerprint);
	json_flag(out, "known", finding->known);
	if (finding->suppressed == SUPPRESSED_NOT) {
		json_none(out, "suppressed");
		return;
	}
	json_open(out, "suppressed", '{');
	json_text(out, "kind", kinds[finding->suppressed]);
	jsonl_raw(out, "reason", finding->reason);
	json_text(out, "until", finding->until);
	json_close(out, '}');
}

static void
append_suppression(GString *out, const struct suppression *suppression)
{
	const struct location location = { .file = suppression->file,
		.line = suppression->line,
		.column = 1 };

	json_open(out, NULL, '{');
	jsonl_location(out, &location);
	json_text(out, "kind", kinds[suppression->by]);
	json_text(out, "state", suppression_state_word(suppression->state));
	json_open(out, "rules", '[');
	for (size_t i = 0; suppression->rules != NULL && suppression->rules[i] != NULL; i++)
		jsonl_raw(out, NULL, suppression->rules[i]);
	json_close(out, ']');
	jsonl_raw(out, "reason", suppression->reason);
	json_text(out, "until", suppression->until);
	json_text(out, "message", suppression->complaint);
	json_close(out, '}');
}

void
jsonl_suppressions(GString *out, const GPtrArray *suppressions)
{
	if (suppressions == NULL)
		return;
	json_open(out, "suppressions", '[');
	for (guint i = 0; i < suppressions->len; i++)
		append_suppression(out, g_ptr_array_index(suppressions, i));
	json_close(out, ']');
}

void
jsonl_gone(GString *out, const GPtrArray *gone)
{
	if (gone == NULL)
		return;
	json_open(out, "gone", '[');
	for (guint i = 0; i < gone->len; i++) {
		const struct baseline_entry *entry = g_ptr_array_index(gone, i);

		json_open(out, NULL, '{');
		json_text(out, "rule", entry->rule);
		json_text(out, "fingerprint", entry->fingerprint);
		json_text(out, "subject", entry->subject);
		json_text(out, "file", entry->file);
		json_text(out, "message", entry->message);
		json_close(out, '}');
	}
	json_close(out, ']');
}

/* --- the record ------------------------------------------------------------------------------- */

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
	jsonl_suppressions(out, assessment->suppressions);
	jsonl_end(out);
}
