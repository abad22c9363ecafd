/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The run of a SARIF log: the tool with its rules, and the invocation.
 *
 * Failures come between results, but stand in the invocation, before them: they are put in at the
 * end of its list, which is found by what follows it. No text can hold that, as quotes are escaped.
 */
#include <string.h>

#include "config.h"
#include "model/escape.h"
#include "model/place.h"
#include "model/suppression.h"
#include "reports/configuration.h"
#include "reports/sarif.h"

#define SCHEMA "https://json.schemastore.org/sarif-2.1.0.json"

enum {
	NOTICES_MAX = 64 * 1024, /* octets of notifications: then only failures are added */
};

static const char before_notifications[] = "\"toolExecutionNotifications\":[";
static const char behind_notifications[] = "]}],\"results\":[";

const char *
sarif_level(enum severity severity)
{
	switch (severity) {
	case SEVERITY_HIGH:
		return "error";
	case SEVERITY_MEDIUM:
		return "warning";
	case SEVERITY_LOW:
	case SEVERITY_INFO:
	case SEVERITY_NONE:
		return "note";
	}
	g_return_val_if_reached("warning");
}

/* The number that GitHub sorts by. */
static const char *
score_of(enum severity severity)
{
	switch (severity) {
	case SEVERITY_HIGH:
		return "8.0";
	case SEVERITY_MEDIUM:
		return "5.5";
	case SEVERITY_LOW:
		return "3.0";
	case SEVERITY_INFO:
	case SEVERITY_NONE:
		return "0.0";
	}
	g_return_val_if_reached("5.5");
}

int
sarif_rule_index(const struct report_options *options, const char *id)
{
	for (int i = 0; options->rules != NULL && options->rules[i].id != NULL; i++)
		if (g_str_equal(options->rules[i].id, id))
			return i;
	return -1;
}

/* --- rules ------------------------------------------------------------------------------------ */

/* A page has lines, which the other texts must not have. */
static void
append_lines(GString *out, const char *key, const char *text)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	json_text(out, key, "");
	g_string_truncate(out, out->len - 1);
	for (size_t i = 0; lines[i] != NULL; i++) {
		g_autoptr(GString) line = g_string_new("[");

		json_text(line, NULL, lines[i]);
		/* Without the bracket and the quotes. */
		g_string_append_len(out, line->str + 2, (gssize)line->len - 3);
		if (lines[i + 1] != NULL)
			g_string_append(out, "\\n");
	}
	g_string_append_c(out, '"');
}

static void
append_tags(const struct report_rule *rule, GString *out)
{
	json_open(out, "properties", '{');
	json_text(out, "security-severity", score_of(rule->severity));
	json_text(out, "severity", severity_word(rule->severity));
	json_open(out, "tags", '[');
	json_text(out, NULL, "security");
	for (size_t i = 0; rule->references[i] != NULL; i++)
		json_text(out, NULL, rule->references[i]);
	json_close(out, ']');
	json_close(out, '}');
}

static void
append_text(const char *key, const char *text, GString *out)
{
	json_open(out, key, '{');
	json_text(out, "text", text);
	json_close(out, '}');
}

static void
append_rule(const struct report_rule *rule, GString *out)
{
	json_open(out, NULL, '{');
	json_text(out, "id", rule->id);
	append_text("shortDescription", rule->title, out);
	append_text("fullDescription", rule->title, out);
	json_open(out, "help", '{');
	json_text(out, "text", rule->remedy);
	if (rule->page != NULL)
		append_lines(out, "markdown", rule->page);
	json_close(out, '}');
	json_open(out, "defaultConfiguration", '{');
	json_text(out, "level", sarif_level(rule->severity));
	json_close(out, '}');
	append_tags(rule, out);
	json_close(out, '}');
}

/* --- the run ---------------------------------------------------------------------------------- */

static void
append_driver(const struct report_options *options, GString *out)
{
	json_open(out, "tool", '{');
	json_open(out, "driver", '{');
	json_text(out, "name", "popseal");
	json_text(out, "version", POPSEAL_VERSION);
	json_open(out, "rules", '[');
	for (size_t i = 0; options->rules != NULL && options->rules[i].id != NULL; i++)
		append_rule(&options->rules[i], out);
	json_close(out, ']');
	json_close(out, '}');
	json_close(out, '}');
}

void
sarif_begin(const struct report_options *options, GString *out)
{
	json_open(out, NULL, '{');
	json_text(out, "$schema", SCHEMA);
	json_text(out, "version", "2.1.0");
	json_open(out, "runs", '[');
	json_open(out, NULL, '{');
	append_driver(options, out);
	json_open(out, "automationDetails", '{');
	json_text(out, "id", "popseal-audit/");
	json_close(out, '}');
	json_text(out, "columnKind", "unicodeCodePoints");
	json_open(out, "invocations", '[');
	json_open(out, NULL, '{');
	json_open(out, "toolExecutionNotifications", '[');
	g_string_append(out, behind_notifications);
}

/* How many octets the notifications have so far. Each one moves all results. */
static size_t
notifications_length(const GString *out)
{
	const char *end = strstr(out->str, behind_notifications);
	const char *begin = g_strrstr_len(out->str, end - out->str, before_notifications);

	return (size_t)(end - begin);
}

/* Puts an object, made behind a bracket, at the end of the notifications. */
static void
insert_notification(const GString *object, GString *out)
{
	const char *end = strstr(out->str, behind_notifications);
	gssize at = end - out->str;
	bool first = out->str[at - 1] == '[';
	g_autofree char *text = g_strconcat(first ? "" : ",", object->str + 1, NULL);

	g_string_insert(out, at, text);
}

void
sarif_failure(const struct report_options *options, const struct failure *failure, GString *out)
{
	g_autoptr(GString) object = g_string_new("[");
	g_autofree char *subject = escape_again(failure->subject);
	g_autofree char *message = g_strdup_printf("%s: %s", subject, failure->message);

	(void)options;
	json_open(object, NULL, '{');
	json_text(object, "level", "error");
	append_text("message", message, object);
	json_close(object, '}');
	insert_notification(object, out);
}

void
sarif_notice(const struct report_options *options, const struct suppression *suppression,
	GString *out)
{
	g_autoptr(GString) object = g_string_new("[");
	g_autofree char *notice = configuration_notice(suppression);
	g_autofree char *file = place_relative(options->base, suppression->file);
	const struct location location = { .line = suppression->line, .column = 1 };

	if (notice == NULL || notifications_length(out) > NOTICES_MAX)
		return;
	json_open(object, NULL, '{');
	json_text(object, "level", "warning");
	append_text("message", notice, object);
	sarif_locations(file, &location, object);
	json_close(object, '}');
	insert_notification(object, out);
}

void
sarif_end(const struct summary *summary, GString *out)
{
	bool successful = summary->errors == 0 && !summary->interrupted;
	const char *end = strstr(out->str, behind_notifications);
	gssize at = end - out->str + 1;

	g_string_insert(out, at,
		successful ? ",\"executionSuccessful\":true" : ",\"executionSuccessful\":false");
	json_close(out, ']');
	json_close(out, '}');
	json_close(out, ']');
	json_close(out, '}');
	g_string_append_c(out, '\n');
}

/* --- places ----------------------------------------------------------------------------------- */

void
sarif_locations(const char *file, const struct location *location, GString *out)
{
	g_autofree char *path =
		g_uri_escape_bytes((const guint8 *)file, strlen(file), "/!$&'()*+,;=@");
	g_autofree char *uri = g_strconcat(file[0] == '/' ? "file://" : "", path, NULL);

	json_open(out, "locations", '[');
	json_open(out, NULL, '{');
	json_open(out, "physicalLocation", '{');
	json_open(out, "artifactLocation", '{');
	json_text(out, "uri", uri);
	json_close(out, '}');
	if (location->line > 0) {
		json_open(out, "region", '{');
		json_number(out, "startLine", location->line);
		json_number(out, "startColumn", MAX(location->column, 1));
		json_close(out, '}');
	}
	json_close(out, '}');
	json_close(out, '}');
	json_close(out, ']');
}
