/* SPDX-License-Identifier: Apache-2.0 */
/*
 * popseal scan: glue. The options are scan_options.c, the engine is scan/, the
 * questions are pop3/, the words are reports/.
 */
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/command.h"
#include "cmd/dry_run.h"
#include "cmd/progress.h"
#include "cmd/scan_source.h"
#include "cmd/stream.h"
#include "cmd/vitals.h"
#include "net/namespace.h"
#include "scan/checkpoint.h"

enum {
	TICK = G_USEC_PER_SEC / 10,
	CHECKPOINT_EVERY = G_USEC_PER_SEC,
	CHECKPOINT_SHARE = 20, /* writing it takes at most this part of the time */
};

/* All that one run of the command holds. */
struct run {
	struct scan_command command;
	struct output output;
	struct stream *stream;
	struct progress progress;
	struct vitals vitals;
	struct summary summary; /* once it has ended */
	struct checkpoint checkpoint;
	int64_t checkpoint_due;
	struct net_loop *loop;
	struct net_timer *ticks;
	struct net_signal *interrupt;
	struct net_signal *terminate;
	struct scan *scan;
	int64_t began;   /* µs since the epoch */
	int64_t started; /* µs, monotonic */
	bool interrupted;
	GError *error; /* what ended it before its time */
};

static void
say(struct run *run, const char *message)
{
	progress_clear(&run->progress);
	g_printerr("popseal scan: %s\n", message);
}

/* The totals up to now, those of the runs that were resumed included. */
static void
take_summary(struct run *run, struct summary *summary)
{
	int64_t before = run->checkpoint.summary.duration;

	scan_summary(run->scan, summary);
	summary->duration = before + g_get_monotonic_time() - run->started;
	summary->started = before > 0 ? run->checkpoint.summary.started : run->began;
	summary->interrupted = run->interrupted;
}

/*
 * --- the checkpoint -----------------------------------------------------------------------------
 */

/* Says where the scan stands. Whatever is counted there has been written to the output before. */
static void
save_checkpoint(struct run *run, bool finished)
{
	int64_t before = g_get_monotonic_time();
	struct checkpoint checkpoint = {
		.scan = run->command.description,
		.seed = run->command.scan.seed,
		.finished = finished,
	};

	if (run->command.checkpoint == NULL || run->error != NULL || !stream_flush(run->stream))
		return;
	checkpoint.output_length = output_length(&run->output);
	take_summary(run, &checkpoint.summary);
	scan_tell(run->scan, &checkpoint.position);
	if (fdatasync(run->output.fd) == 0 &&
		checkpoint_digest(run->output.fd, checkpoint.output_length,
			&checkpoint.output_digest))
		checkpoint_write(&checkpoint, run->command.checkpoint, &run->error);
	else
		g_set_error(&run->error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "%s: cannot be written",
			run->output.name);
	g_free(checkpoint.position.pending);
	run->checkpoint_due = g_get_monotonic_time() +
		MAX(CHECKPOINT_EVERY, CHECKPOINT_SHARE * (g_get_monotonic_time() - before));
}

static bool
is_empty(const char *path)
{
	struct stat status;

	return stat(path, &status) != 0 || status.st_size == 0;
}

/* Nothing to resume is no error, if there is no output either that would be lost. */
static bool
read_checkpoint(struct run *run, GError **error)
{
	struct scan_command *command = &run->command;
	g_autoptr(GError) problem = NULL;

	if (!command->resume)
		return true;
	if (!checkpoint_read(&run->checkpoint, command->checkpoint, &problem)) {
		if (g_error_matches(problem, G_FILE_ERROR, G_FILE_ERROR_NOENT) &&
			is_empty(command->common.output))
			return true;
		g_propagate_error(error, g_steal_pointer(&problem));
		return false;
	}
	if (!g_str_equal(run->checkpoint.scan, command->description) ||
		(command->seed_given && command->scan.seed != run->checkpoint.seed)) {
		g_set_error(error, POPSEAL_USAGE_ERROR, 0,
			"%s: is of another scan: %s --seed %" G_GUINT64_FORMAT, command->checkpoint,
			run->checkpoint.scan, (guint64)run->checkpoint.seed);
		return false;
	}
	command->scan.seed = run->checkpoint.seed;
	command->scan.resume = &run->checkpoint.position;
	command->scan.resumed = &run->checkpoint.summary;
	return true;
}

static bool
open_output(struct run *run, GError **error)
{
	const struct scan_command *command = &run->command;

	if (command->scan.resume == NULL)
		return output_open(&run->output, command->common.output, error);
	return output_reopen(&run->output, command->common.output, run->checkpoint.output_length,
		run->checkpoint.output_digest, error);
}

/*
 * --- the files that tell how it stands ----------------------------------------------------------
 */

static bool
begin_vitals(struct run *run)
{
	run->vitals.status_path = run->command.status_file;
	run->vitals.metrics_path = run->command.metrics;
	run->vitals.status.summary = run->checkpoint.summary;
	return vitals_begin(&run->vitals, &run->error);
}

/* A scan goes on without them. */
static void
write_vitals(struct run *run, enum status_state state)
{
	g_autoptr(GError) problem = NULL;

	if (!vitals_write(&run->vitals, state, &problem))
		say(run, problem->message);
}

static void
end_vitals(struct run *run)
{
	if (run->error != NULL || run->output.gone)
		write_vitals(run, STATUS_FAILED);
	else
		write_vitals(run, run->interrupted ? STATUS_INTERRUPTED : STATUS_FINISHED);
}

/*
 * --- while it runs ------------------------------------------------------------------------------
 */

static void
run_end(struct run *run)
{
	if (run->scan == NULL)
		return;
	save_checkpoint(run, false);
	take_summary(run, &run->summary);
	vitals_take(&run->vitals, run->scan, &run->summary);
	g_clear_pointer(&run->scan, scan_free);
	g_clear_pointer(&run->ticks, net_timer_close);
	g_clear_pointer(&run->interrupt, net_signal_close);
	g_clear_pointer(&run->terminate, net_signal_close);
	net_loop_stop(run->loop);
}

static void
on_records(void *user, const char *text, size_t length)
{
	struct run *run = user;

	stream_add(run->stream, text, length);
	if (stream_is_full(run->stream))
		scan_pause(run->scan, true);
}

/* Errors stand in the report where it has a place for them, and else on standard error. */
static void
on_failed(void *user, const struct failure *failure)
{
	struct run *run = user;
	const struct report *report = run->command.common.report;
	g_autoptr(GString) text = g_string_new(NULL);

	if (report->failure != NULL && g_strcmp0(report->name, "text") != 0)
		report->failure(&run->command.scan.report_options, failure, text);
	progress_clear(&run->progress);
	options_print_failure("scan", failure);
	stream_add(run->stream, text->str, text->len);
}

static void
on_note(void *user, const char *message)
{
	say(user, message);
}

static void
on_finished(void *user, const char *why)
{
	struct run *run = user;

	if (why != NULL && run->error == NULL)
		g_set_error(&run->error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "%s", why);
	run_end(run);
}

static const struct scan_events scan_events = {
	.records = on_records,
	.failed = on_failed,
	.note = on_note,
	.finished = on_finished,
};

static void
on_interrupt(void *user)
{
	struct run *run = user;

	run->interrupted = true;
	run_end(run);
}

/* A reader that has gone, or a disk that is full, ends the scan: what was written stays. */
static void
on_stream(void *user)
{
	struct run *run = user;

	if (run->scan != NULL)
		scan_pause(run->scan, stream_is_full(run->stream));
}

static void
on_tick(void *user)
{
	struct run *run = user;
	struct summary summary;

	if (run->error != NULL || stream_is_broken(run->stream)) {
		run_end(run);
		return;
	}
	if (run->command.checkpoint != NULL && g_get_monotonic_time() >= run->checkpoint_due)
		save_checkpoint(run, false);
	take_summary(run, &summary);
	if (vitals_due(&run->vitals)) {
		vitals_take(&run->vitals, run->scan, &summary);
		write_vitals(run, stream_is_full(run->stream) ? STATUS_PAUSED : STATUS_RUNNING);
	}
	progress_draw(&run->progress, summary.hosts, summary.hosts_total);
}

static bool
run_begin(struct run *run, struct source *source)
{
	struct scan_command *command = &run->command;

	run->loop = net_loop_new(&run->error);
	if (run->loop == NULL) {
		source_free(source);
		return false;
	}
	run->stream = stream_new(run->loop, &run->output, on_stream, run);
	run->scan = scan_new(run->loop, &command->scan, g_steal_pointer(&command->words), source,
		&scan_events, run, &run->error);
	if (run->scan == NULL)
		return false;
	run->ticks = net_timer_new(run->loop, on_tick, run);
	net_timer_start(run->ticks, TICK, TICK);
	run->interrupt = net_signal_new(run->loop, SIGINT, on_interrupt, run);
	run->terminate = net_signal_new(run->loop, SIGTERM, on_interrupt, run);
	return true;
}

/* What became of those that were not asked must be seen, also where no summary tells it. */
static void
say_interrupted(struct run *run)
{
	const struct target_counts *targets = &run->summary.targets;
	g_autofree char *message =
		g_strdup_printf("interrupted: %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT
				" targets%s are not done%s",
			(guint64)targets->not_done, (guint64)targets->read,
			run->summary.hosts_total > 0 ? "" : " that were read",
			run->command.checkpoint != NULL ? "; --resume goes on" : "");

	say(run, message);
}

static void
run_report_end(struct run *run)
{
	const struct report *report = run->command.common.report;
	g_autoptr(GString) text = g_string_new(NULL);

	report->end(&run->command.scan.report_options, &run->summary, text);
	stream_add(run->stream, text->str, text->len);
	if (run->interrupted || (run->error != NULL && run->summary.targets.not_done > 0))
		say_interrupted(run);
}

static void
run_scan(struct run *run, struct source *source)
{
	const struct scan_command *command = &run->command;
	g_autoptr(GString) text = g_string_new(NULL);

	run->began = g_get_real_time();
	run->started = g_get_monotonic_time();
	run->progress = (struct progress){
		.shown = isatty(STDERR_FILENO) && !command->common.no_progress &&
			!command->common.quiet,
		.started = run->started,
	};
	if (run_begin(run, source)) {
		if (command->scan.resume == NULL)
			command->common.report->begin(&command->scan.report_options, text);
		stream_add(run->stream, text->str, text->len);
		save_checkpoint(run, false); /* before there is a record to lose */
		net_loop_run(run->loop);
		progress_clear(&run->progress);
		run_report_end(run);
	}
	if (run->stream != NULL) {
		bool broken = stream_is_broken(run->stream) && !run->output.gone;

		broken |= !stream_close(run->stream, run->error == NULL ? &run->error : NULL);
		if (broken)
			say(run, "the output lacks records of targets that were asked");
	}
	net_loop_free(run->loop);
}

/* The last word: the output is whole, with its end. */
static void
finish_checkpoint(struct run *run)
{
	struct checkpoint checkpoint = { 0 };

	if (run->command.checkpoint == NULL || run->interrupted || run->error != NULL ||
		!checkpoint_read(&checkpoint, run->command.checkpoint, &run->error))
		return;
	checkpoint.finished = true;
	if (fdatasync(run->output.fd) == 0)
		checkpoint_write(&checkpoint, run->command.checkpoint, &run->error);
	checkpoint_clear(&checkpoint);
}

/*
 * --- the command --------------------------------------------------------------------------------
 */

static int
scan_targets(struct run *run)
{
	struct source *source = NULL;

	if (!scan_source_open(&run->command, &source, &run->error) || !begin_vitals(run)) {
		source_free(source);
		return options_fail("scan", run->error, EXIT_OPERATIONAL);
	}
	if (!open_output(run, &run->error)) {
		source_free(source);
		end_vitals(run);
		return options_fail("scan", run->error, EXIT_OPERATIONAL);
	}
	run_scan(run, source);
	finish_checkpoint(run);
	output_close(&run->output, run->error == NULL ? &run->error : NULL);
	end_vitals(run);
	if (run->error != NULL)
		return options_fail("scan", run->error, EXIT_OPERATIONAL);
	return run->output.gone ? EXIT_OPERATIONAL :
				  options_exit_code(&run->command.common, &run->summary);
}

static int
dry_run(struct run *run)
{
	const struct scan_command *command = &run->command;
	struct source *source = NULL;
	uint64_t bad_lines = 0;

	if (scan_source_open(&run->command, &source, &run->error) &&
		output_open(&run->output, command->common.output, &run->error)) {
		dry_run_print(command->words, source, &command->scan, &run->output, &bad_lines,
			&run->error);
		output_close(&run->output, run->error == NULL ? &run->error : NULL);
	}
	source_free(source);
	if (run->error != NULL)
		return options_fail("scan", run->error, EXIT_OPERATIONAL);
	return bad_lines > 0 ? EXIT_USAGE : EXIT_CLEAN;
}

static int
run_command_in(struct run *run)
{
	const struct scan_command *command = &run->command;

	if (command->dry_run)
		return dry_run(run);
	if (!read_checkpoint(run, &run->error))
		return options_fail("scan", run->error,
			run->error->domain == POPSEAL_USAGE_ERROR ? EXIT_USAGE : EXIT_OPERATIONAL);
	if (run->checkpoint.finished) {
		say(run, "this scan is finished: there is nothing to resume");
		return options_exit_code(&command->common, &run->checkpoint.summary);
	}
	if (command->netns != NULL && !net_namespace_enter(command->netns, &run->error))
		return options_fail("scan", run->error, EXIT_OPERATIONAL);
	return scan_targets(run);
}

static int
run_command(int argc, char **argv)
{
	struct run run = { 0 };
	int code;

	if (scan_options_parse(&run.command, argc, argv, &run.error))
		code = run_command_in(&run);
	else
		code = options_fail("scan", run.error,
			run.error->domain == G_FILE_ERROR ? EXIT_OPERATIONAL : EXIT_USAGE);
	checkpoint_clear(&run.checkpoint);
	scan_options_clear(&run.command);
	return code;
}

const struct command command_scan = {
	.name = "scan",
	.summary = "ask POP3 servers whether a client can log in without TLS",
	.options = &scan_option_set,
	.run = run_command,
};
