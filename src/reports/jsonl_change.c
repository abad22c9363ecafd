/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The `change` record: a plan, or an entry of the journal.
 */
#include "model/timestamp.h"
#include "reports/jsonl.h"

/* A time in µs since the epoch, or null for none. */
static void
set_time(GString *out, const char *key, int64_t time)
{
	char text[TIMESTAMP_MAX];

	json_text(out, key, time > 0 ? timestamp_format(time, text) : NULL);
}

static void
set_digest(GString *out, const char *key, GBytes *bytes)
{
	g_autofree char *digest =
		bytes != NULL ? g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, bytes) : NULL;

	json_text(out, key, digest);
}

static void
append_file(GString *out, const struct change_file *file)
{
	json_open(out, NULL, '{');
	jsonl_raw(out, "path", file->path);
	jsonl_raw(out, "named", file->named);
	set_digest(out, "sha256_before", file->before);
	set_digest(out, "sha256_after", file->after);
	json_open(out, "diff", '[');
	jsonl_lines(out, file->diff != NULL ? file->diff : "");
	json_close(out, ']');
	json_close(out, '}');
}

static void
append_check(GString *out, const struct change_check *check)
{
	json_open(out, NULL, '{');
	json_text(out, "name", check->name);
	json_text(out, "state", change_check_word(check->state));
	jsonl_raw(out, "evidence", check->evidence);
	json_close(out, '}');
}

static void
set_texts(GString *out, const char *key, const GPtrArray *texts)
{
	jsonl_texts(out, key, (const char *const *)texts->pdata, texts->len);
}

static void
set_plan(GString *out, const struct change *change)
{
	json_open(out, "verdict", '{');
	json_text(out, "before", change->before);
	json_text(out, "after", change->after);
	json_close(out, '}');
	jsonl_raw(out, "explanation", change->explanation);
	set_texts(out, "obstacles", change->obstacles);
	set_texts(out, "warnings", change->warnings);
	json_open(out, "commands", '{');
	jsonl_raw(out, "check", change->check_command);
	jsonl_raw(out, "reload", change->reload_command);
	json_close(out, '}');
	set_texts(out, "targets", change->targets);
	set_texts(out, "closed", change->closed);
	json_flag(out, "offline", change->offline);
}

static void
set_approval(GString *out, const struct change *change)
{
	jsonl_raw(out, "ticket", change->ticket);
	jsonl_raw(out, "approved_by", change->approved_by);
	set_time(out, "not_before", change->not_before);
	set_time(out, "not_after", change->not_after);
	set_time(out, "confirm_by", change->confirm_by);
}

void
jsonl_change(const struct report_options *options, const struct change *change, GString *out)
{
	(void)options;
	jsonl_begin(out, "change", change->changed > 0 ? change->changed : change->planned,
		change->root);
	json_text(out, "id", change->id);
	json_text(out, "state", change_state_word(change->state));
	json_text(out, "product", change->product);
	json_text(out, "strategy", change_strategy_word(change->strategy));
	json_open(out, "files", '[');
	for (guint i = 0; i < change->files->len; i++)
		append_file(out, g_ptr_array_index(change->files, i));
	json_close(out, ']');
	json_open(out, "checks", '[');
	for (guint i = 0; i < change->checks->len; i++)
		append_check(out, g_ptr_array_index(change->checks, i));
	json_close(out, ']');
	set_plan(out, change);
	set_approval(out, change);
	set_time(out, "planned", change->planned);
	set_time(out, "ended", change->ended);
	jsonl_end(out);
}
