/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A change for people: what it does, the diff as patch(1) takes it, and what will be, or was, run.
 */
#include <string.h>

#include "model/escape.h"
#include "model/timestamp.h"
#include "reports/text_layout.h"

enum {
	EVIDENCE_LINES = 400, /* of one check: a conflict shows two diffs */
};

static const enum color state_colors[] = {
	[CHANGE_PLANNED] = COLOR_STRONG,
	[CHANGE_APPLYING] = COLOR_WARNING,
	[CHANGE_APPLIED] = COLOR_GOOD,
	[CHANGE_RELOADED] = COLOR_WARNING,
	[CHANGE_VERIFIED] = COLOR_WARNING,
	[CHANGE_CONFIRMED] = COLOR_GOOD,
	[CHANGE_ROLLING_BACK] = COLOR_WARNING,
	[CHANGE_ROLLED_BACK] = COLOR_BAD,
	[CHANGE_CONFLICT] = COLOR_BAD,
};

/* The line that is also all of an entry in a list. */
static void
headline(const struct report_options *options, const struct change *change, GString *out)
{
	g_autofree char *root = escape_again(change->root);
	char time[TIMESTAMP_MAX];

	if (change->id != NULL)
		g_string_append_printf(out, "%s  %s  ", change->id,
			timestamp_format(change->changed > 0 ? change->changed : change->planned,
				time));
	text_paint(options, state_colors[change->state], change_state_word(change->state), out);
	g_string_append_printf(out, "  %s  %s  %s", change->title != NULL ? change->title : "",
		change_strategy_word(change->strategy), root);
	if (change->ticket != NULL) {
		g_autofree char *ticket = escape_again(change->ticket);

		g_string_append_printf(out, "  ticket %s", ticket);
	}
	g_string_append_c(out, '\n');
}

static void
field_time(const struct report_options *options, const char *label, int64_t time, GString *out)
{
	char text[TIMESTAMP_MAX];

	if (time > 0)
		text_field(options, TEXT_MARGIN, label, timestamp_format(time, text), out);
}

static void
fields(const struct report_options *options, const char *label, const GPtrArray *texts,
	GString *out)
{
	for (guint i = 0; i < texts->len; i++)
		text_field(options, TEXT_MARGIN, label, g_ptr_array_index(texts, i), out);
}

/* A terminal gets no control characters of a file's; a pipe gets the octets, for patch(1). */
static void
append_diff(const struct report_options *options, const char *diff, GString *out)
{
	g_auto(GStrv) lines = g_strsplit(diff, "\n", -1);

	for (size_t i = 0; lines[i] != NULL; i++) {
		g_autofree char *line = options->color ? escape_again(lines[i]) : NULL;
		const char *shown = line != NULL ? line : lines[i];
		bool is_head = g_str_has_prefix(shown, "---") || g_str_has_prefix(shown, "+++");
		enum color color = is_head ? COLOR_STRONG :
			shown[0] == '+'    ? COLOR_GOOD :
			shown[0] == '-'    ? COLOR_BAD :
			shown[0] == '@'    ? COLOR_FAINT :
					     COLOR_NONE;

		if (lines[i + 1] == NULL && shown[0] == '\0')
			break;
		text_paint(options, color, shown, out);
		g_string_append_c(out, '\n');
	}
}

static void
append_check(const struct report_options *options, const struct change_check *check, GString *out)
{
	static const enum color colors[] = { COLOR_GOOD, COLOR_BAD, COLOR_FAINT };

	g_string_append(out, "  ");
	text_paint(options, colors[check->state], change_check_word(check->state), out);
	g_string_append_printf(out, "  %s\n", check->name);
	if (check->evidence != NULL && check->evidence[0] != '\0')
		text_lines(check->evidence, TEXT_INDENT, EVIDENCE_LINES, out);
}

static void
append_plan(const struct report_options *options, const struct change *change, GString *out)
{
	g_autofree char *verdict = g_strdup_printf("%s -> %s", change->before, change->after);

	if (change->before != NULL && change->after != NULL)
		text_field(options, TEXT_MARGIN, "verdict", verdict, out);
	text_field(options, TEXT_MARGIN, "why", change->explanation, out);
	fields(options, "cannot", change->obstacles, out);
	fields(options, "mind", change->warnings, out);
	if (change->files->len == 0)
		return;
	text_command(options, TEXT_MARGIN, "check", change->check_command, out);
	text_command(options, TEXT_MARGIN, "reload", change->reload_command, out);
	if (!change->offline)
		fields(options, "probe", change->targets, out);
	else
		text_field(options, TEXT_MARGIN, "run", "nothing (--offline)", out);
}

static void
append_approval(const struct report_options *options, const struct change *change, GString *out)
{
	text_field(options, TEXT_MARGIN, "by", change->approved_by, out);
	field_time(options, "from", change->not_before, out);
	field_time(options, "until", change->not_after, out);
	if (change->state == CHANGE_VERIFIED)
		field_time(options, "confirm", change->confirm_by, out);
}

void
text_change(const struct report_options *options, const struct change *change, GString *out)
{
	if (options->quiet && change->files->len == 0 && change->obstacles->len == 0)
		return;
	headline(options, change, out);
	if (options->brief)
		return;
	append_plan(options, change, out);
	append_approval(options, change, out);
	for (guint i = 0; i < change->checks->len; i++)
		append_check(options, g_ptr_array_index(change->checks, i), out);
	for (guint i = 0; i < change->files->len; i++) {
		const struct change_file *file = g_ptr_array_index(change->files, i);

		if (file->diff != NULL)
			append_diff(options, file->diff, out);
	}
	if (change->files->len == 0 && change->obstacles->len == 0)
		text_field(options, TEXT_MARGIN, "fix", "nothing to do", out);
}
