/* SPDX-License-Identifier: Apache-2.0 */
/*
 * popseal scan: options and glue. The engine is scan/, the questions are
 * pop3/, the words are reports/.
 */
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "cmd/command.h"
#include "cmd/dry_run.h"
#include "cmd/options.h"
#include "cmd/output.h"
#include "cmd/progress.h"
#include "net/connection.h"
#include "net/namespace.h"
#include "scan/scan.h"

enum {
	TIMEOUT_MAX_SECONDS = 3600
};

static struct {
	char *ports;
	char *input;
	char *depth;
	gboolean one_address;
	gboolean no_credential;
	double timeout;
	char *source;
	char *netns;
	gboolean dry_run;
	gboolean transcript;
	int concurrency;
} given;

static const GOptionEntry entries[] = {
	{ "ports", 'p', 0, G_OPTION_ARG_STRING, &given.ports,
		"Ask these ports of a bare host; s = implicit TLS (default 110,995s)", "LIST" },
	{ "input", 'i', 0, G_OPTION_ARG_FILENAME, &given.input,
		"Read targets from FILE, one a line; - = standard input", "FILE" },
	{ "depth", 0, 0, G_OPTION_ARG_STRING, &given.depth,
		"gentle (no credential of any kind), or standard (default)", "DEPTH" },
	{ "no-credential", 0, 0, G_OPTION_ARG_NONE, &given.no_credential,
		"Standard depth, but without the one random credential", NULL },
	{ "one-address", 0, 0, G_OPTION_ARG_NONE, &given.one_address,
		"Ask the first address of a name only", NULL },
	{ "timeout", 't', 0, G_OPTION_ARG_DOUBLE, &given.timeout,
		"Wait S seconds for each answer (default: greeting 30, others 10)", "S" },
	{ "source", 0, 0, G_OPTION_ARG_STRING, &given.source, "Ask from this address", "ADDRESS" },
	{ "netns", 0, 0, G_OPTION_ARG_STRING, &given.netns, "Ask from this network namespace",
		"NAME" },
	{ "dry-run", 'n', 0, G_OPTION_ARG_NONE, &given.dry_run,
		"Send nothing; show the exact bytes, and what servers would log", NULL },
	{ "transcript", 0, 0, G_OPTION_ARG_NONE, &given.transcript,
		"Print the whole dialogue with every endpoint", NULL },
	{ "concurrency", 0, 0, G_OPTION_ARG_INT, &given.concurrency,
		"Ask so many endpoints at once (default 256)", "N" },
	G_OPTION_ENTRY_NULL,
};

static const struct option_set set = {
	.command = "scan",
	.arguments = "TARGET...",
	.summary =
		"Asks POP3 servers whether a client can log in without TLS, and says so with\n"
		"proof.\n"
		"A target is a host, host:port, [v6]:port, pop3://host, pop3s://host, a network\n"
		"(192.0.2.0/24), a range (192.0.2.1-9), or - for targets on standard input.",
	.entries = entries,
};

/* All that one run of the command holds. */
struct run {
	struct common_options common;
	struct scan_options options;
	struct report_options report_options;
	struct output output;
	struct progress progress;
	struct summary summary;
	GString *text;
	struct net_loop *loop;
	struct net_timer *ticks;
	struct net_signal *interrupt;
	struct net_signal *terminate;
	struct scan *scan;
	GError *error; /* what ended it before its time */
};

static bool
usage(GError **error, const char *option, const char *value, const char *why)
{
	g_set_error(error, POPSEAL_USAGE_ERROR, 0, "--%s %s: %s", option, value, why);
	return false;
}

/*
 * --- from options to scan_options ---------------------------------------------------------------
 */

static bool
read_depth(struct run *run, GError **error)
{
	enum depth *depth = &run->options.probe.depth;

	*depth = DEPTH_STANDARD;
	if (given.depth == NULL || g_str_equal(given.depth, "standard"))
		return true;
	if (g_str_equal(given.depth, "gentle")) {
		*depth = DEPTH_GENTLE;
		return true;
	}
	if (g_str_equal(given.depth, "deep"))
		return usage(error, "depth", given.depth, "not available yet; use standard");
	return usage(error, "depth", given.depth, "not one of gentle, standard");
}

static bool
read_timeout(struct run *run, GError **error)
{
	struct probe_options *probe = &run->options.probe;
	char value[G_ASCII_DTOSTR_BUF_SIZE];

	probe->greeting_timeout = PROBE_SECONDS(PROBE_GREETING_SECONDS);
	probe->step_timeout = PROBE_SECONDS(PROBE_STEP_SECONDS);
	if (given.timeout == 0)
		return true;
	if (!(given.timeout >= 0.1 && given.timeout <= TIMEOUT_MAX_SECONDS))
		return usage(error, "timeout", g_ascii_dtostr(value, sizeof(value), given.timeout),
			"not a number of seconds from 0.1 to 3600");
	probe->greeting_timeout = probe->step_timeout = (int64_t)(given.timeout * G_USEC_PER_SEC);
	return true;
}

static bool
read_ports(struct run *run, GError **error)
{
	GError *problem = NULL;

	if (ports_parse(given.ports != NULL ? given.ports : "110,995s", &run->options.ports,
		    &problem))
		return true;
	usage(error, "ports", given.ports, problem->message);
	g_error_free(problem);
	return false;
}

static bool
read_source(struct run *run, GError **error)
{
	struct address address;

	run->options.probe.source = given.source;
	if (given.source == NULL || strchr(given.source, '%') != NULL ||
		address_parse(given.source, &address))
		return true;
	return usage(error, "source", given.source, "not a numeric address");
}

static bool
read_concurrency(struct run *run, GError **error)
{
	char value[16];

	run->options.concurrency = SCAN_CONCURRENCY;
	if (given.concurrency == 0)
		return true;
	if (given.concurrency < 0 || given.concurrency > SCAN_CONCURRENCY_MAX) {
		g_snprintf(value, sizeof(value), "%d", given.concurrency);
		return usage(error, "concurrency", value, "not a number from 1 to 16384");
	}
	run->options.concurrency = (unsigned)given.concurrency;
	return true;
}

static bool
read_options(struct run *run, GError **error)
{
	run->options.one_address = given.one_address;
	run->options.probe.no_credential = given.no_credential;
	run->report_options = (struct report_options){
		.color = options_color(&run->common, STDOUT_FILENO) && run->common.output == NULL,
		.quiet = run->common.quiet,
		.verbose = run->common.verbose,
		.transcript = given.transcript,
	};
	return read_depth(run, error) && read_timeout(run, error) && read_ports(run, error) &&
		read_source(run, error) && read_concurrency(run, error);
}

/* Every word is parsed before anything is sent; a lone "-" is --input -. */
static GPtrArray *
read_targets(char **words, GError **error)
{
	g_autoptr(GPtrArray) targets = g_ptr_array_new_with_free_func((GDestroyNotify)target_free);

	for (size_t i = 0; words[i] != NULL; i++) {
		GError *problem = NULL;
		struct target *target;

		if (g_str_equal(words[i], "-")) {
			g_free(given.input);
			given.input = g_strdup("-");
			continue;
		}
		target = target_parse(words[i], &problem);
		if (target == NULL) {
			g_set_error(error, POPSEAL_USAGE_ERROR, 0, "%s: %s", words[i],
				problem->message);
			g_error_free(problem);
			return NULL;
		}
		g_ptr_array_add(targets, target);
	}
	if (targets->len > 0 || given.input != NULL)
		return g_steal_pointer(&targets);
	g_set_error(error, POPSEAL_USAGE_ERROR, 0, "no target; see 'popseal scan --help'");
	return NULL;
}

/*
 * --- while it runs ------------------------------------------------------------------------------
 */

static void
run_end(struct run *run)
{
	g_clear_pointer(&run->scan, scan_free);
	g_clear_pointer(&run->ticks, net_timer_close);
	g_clear_pointer(&run->interrupt, net_signal_close);
	g_clear_pointer(&run->terminate, net_signal_close);
	net_loop_stop(run->loop);
}

static void
run_write(struct run *run)
{
	if (run->error != NULL)
		return;
	progress_clear(&run->progress);
	output_write(&run->output, run->text, &run->error);
}

/* A reader that has gone, or a disk that is full, ends the scan: what was written stays. */
static bool
run_is_broken(const struct run *run)
{
	return run->error != NULL || run->output.gone;
}

static void
on_assessed(void *user, struct assessment *assessment)
{
	struct run *run = user;

	summary_count(&run->summary, assessment);
	run->common.report->assessment(&run->report_options, assessment, run->text);
	assessment_free(assessment);
	run_write(run);
}

/* Errors stand in the report where it has a place for them, and else on standard error. */
static void
on_failed(void *user, const struct failure *failure)
{
	struct run *run = user;

	summary_fail(&run->summary, failure);
	if (run->common.report->failure != NULL && g_strcmp0(run->common.report->name, "text") != 0)
		run->common.report->failure(&run->report_options, failure, run->text);
	progress_clear(&run->progress);
	options_print_failure("scan", failure);
	run_write(run);
}

static void
on_host_done(void *user)
{
	struct run *run = user;

	run->summary.hosts++;
}

static void
on_skipped(void *user, uint64_t count)
{
	struct run *run = user;

	run->summary.skipped += count;
	run->summary.hosts += count;
}

static void
on_hosts_found(void *user, int64_t more)
{
	struct run *run = user;

	if (run->summary.hosts_total > 0)
		run->summary.hosts_total += (uint64_t)more;
}

static void
on_finished(void *user)
{
	run_end(user);
}

static const struct scan_events scan_events = {
	.assessed = on_assessed,
	.failed = on_failed,
	.host_done = on_host_done,
	.skipped = on_skipped,
	.hosts_found = on_hosts_found,
	.finished = on_finished,
};

static void
on_interrupt(void *user)
{
	struct run *run = user;

	run->summary.interrupted = true;
	run_end(run);
}

static void
on_tick(void *user)
{
	struct run *run = user;

	if (run_is_broken(run))
		run_end(run);
	else
		progress_draw(&run->progress, run->summary.hosts, run->summary.hosts_total);
}

enum {
	TICK = G_USEC_PER_SEC / 10
};

static bool
run_begin(struct run *run, struct source *source)
{
	run->loop = net_loop_new(&run->error);
	if (run->loop == NULL) {
		source_free(source);
		return false;
	}
	run->scan = scan_new(run->loop, &run->options, source, &scan_events, run, &run->error);
	if (run->scan == NULL)
		return false;
	run->ticks = net_timer_new(run->loop, on_tick, run);
	net_timer_start(run->ticks, TICK, TICK);
	run->interrupt = net_signal_new(run->loop, SIGINT, on_interrupt, run);
	run->terminate = net_signal_new(run->loop, SIGTERM, on_interrupt, run);
	return true;
}

static void
run_scan(struct run *run, struct source *source)
{
	const struct report *report = run->common.report;
	int64_t started = g_get_monotonic_time();

	run->summary.started = g_get_real_time();
	run->summary.hosts_total = source_count(source);
	run->progress = (struct progress){
		.shown = isatty(STDERR_FILENO) && !run->common.no_progress && !run->common.quiet,
		.started = started,
	};
	report->begin(&run->report_options, run->text);
	if (run_begin(run, source))
		net_loop_run(run->loop);
	run->summary.duration = g_get_monotonic_time() - started;
	report->end(&run->report_options, &run->summary, run->text);
	run_write(run);
	net_loop_free(run->loop);
}

/*
 * --- the command --------------------------------------------------------------------------------
 */

static int
scan_targets(struct run *run, GPtrArray *targets)
{
	struct source *source;

	if (given.netns != NULL && !net_namespace_enter(given.netns, &run->error)) {
		g_ptr_array_unref(targets);
		return options_fail("scan", run->error, EXIT_OPERATIONAL);
	}
	source = source_new(targets, given.input, &run->error);
	if (source == NULL)
		return options_fail("scan", run->error, EXIT_OPERATIONAL);
	if (!output_open(&run->output, run->common.output, &run->error)) {
		source_free(source);
		return options_fail("scan", run->error, EXIT_OPERATIONAL);
	}
	run->text = g_string_new(NULL);
	run_scan(run, source);
	g_string_free(run->text, TRUE);
	output_close(&run->output, run->error == NULL ? &run->error : NULL);
	if (run->error != NULL)
		return options_fail("scan", run->error, EXIT_OPERATIONAL);
	return run->output.gone ? EXIT_OPERATIONAL : options_exit_code(&run->common, &run->summary);
}

static int
scan_words(struct run *run, char **words)
{
	GPtrArray *targets;

	if (!read_options(run, &run->error))
		return options_fail("scan", run->error, EXIT_USAGE);
	targets = read_targets(words, &run->error);
	if (targets == NULL)
		return options_fail("scan", run->error, EXIT_USAGE);
	if (!given.dry_run)
		return scan_targets(run, targets);
	dry_run_print(targets, &run->options);
	g_ptr_array_unref(targets);
	return EXIT_CLEAN;
}

static int
run_command(int argc, char **argv)
{
	struct run run = { 0 };
	g_auto(GStrv) words = options_parse(&set, &run.common, argc, argv, &run.error);
	int code = words != NULL ? scan_words(&run, words) :
				   options_fail("scan", run.error, EXIT_USAGE);

	options_clear(&run.common);
	g_free(given.ports);
	g_free(given.input);
	g_free(given.depth);
	g_free(given.source);
	g_free(given.netns);
	return code;
}

const struct command command_scan = {
	.name = "scan",
	.summary = "ask POP3 servers whether a client can log in without TLS",
	.run = run_command,
};
