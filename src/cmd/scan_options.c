/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers are taken as words and checked here, so that a message can repeat
 * what the user wrote, and 0 is not taken for "not given".
 */
#include "cmd/scan_options.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/values.h"
#include "tls/survey.h"

static struct {
	char *ports;
	char *input;
	char *from;
	char *discover;
	char *depth;
	gboolean one_address;
	gboolean no_credential;
	char *timeout;
	char *source;
	char *netns;
	gboolean dry_run;
	gboolean transcript;
	char *concurrency;
	char *jobs;
	char *per_host;
	char *per_network;
	char *seed;
	char *shard;
	char *checkpoint;
	gboolean resume;
	char *exclude;
	char *samples;
	char *retries;
	char *contact;
	char *rate;
	char *status_file;
	char *metrics;
	char *ca;
} given;

static const GOptionEntry entries[] = {
	{ "ports", 'p', 0, G_OPTION_ARG_STRING, &given.ports,
		"Ask these ports of a bare host; s = implicit TLS (default 110,995s)", "LIST" },
	{ "input", 'i', 0, G_OPTION_ARG_FILENAME, &given.input,
		"Read targets from FILE, one a line; - = standard input", "FILE" },
	{ "from", 0, 0, G_OPTION_ARG_FILENAME, &given.from,
		"Ask what another tool's report names: Nessus, OpenVAS, nmap, masscan, ...",
		"REPORT" },
	{ "discover", 0, 0, G_OPTION_ARG_STRING, &given.discover,
		"Ask the POP3 servers of DOMAIN: SRV, MX, and the usual names", "DOMAIN" },
	{ "exclude", 0, 0, G_OPTION_ARG_FILENAME, &given.exclude,
		"Never ask the addresses, networks and names in FILE, one a line", "FILE" },
	{ "depth", 0, 0, G_OPTION_ARG_STRING, &given.depth,
		"gentle (no credential of any kind), standard (default), or deep (TLS too)",
		"DEPTH" },
	{ "ca", 0, 0, G_OPTION_ARG_FILENAME, &given.ca,
		"Deep depth: judge chains by the certificates in FILE (default: the system's)",
		"FILE" },
	{ "no-credential", 0, 0, G_OPTION_ARG_NONE, &given.no_credential,
		"Standard depth, but without the one random credential", NULL },
	{ "one-address", 0, 0, G_OPTION_ARG_NONE, &given.one_address,
		"Ask the first address of a name only", NULL },
	{ "timeout", 't', 0, G_OPTION_ARG_STRING, &given.timeout,
		"Wait S seconds for each answer (default: greeting 30, others 10)", "S" },
	{ "retries", 0, 0, G_OPTION_ARG_STRING, &given.retries,
		"Ask up to N times again where there is no answer, or none now (default 0)", "N" },
	{ "samples", 0, 0, G_OPTION_ARG_STRING, &given.samples,
		"Ask each endpoint N times, for servers behind a load balancer (default 1)", "N" },
	{ "source", 0, 0, G_OPTION_ARG_STRING, &given.source, "Ask from this address", "ADDRESS" },
	{ "netns", 0, 0, G_OPTION_ARG_STRING, &given.netns, "Ask from this network namespace",
		"NAME" },
	{ "dry-run", 'n', 0, G_OPTION_ARG_NONE, &given.dry_run,
		"Send nothing; show the exact bytes, and what servers would log", NULL },
	{ "transcript", 0, 0, G_OPTION_ARG_NONE, &given.transcript,
		"Print the whole dialogue with every endpoint", NULL },
	{ "contact", 0, 0, G_OPTION_ARG_STRING, &given.contact,
		"Put TEXT into the random name, for administrators who wonder who asks", "TEXT" },
	{ "rate", 0, 0, G_OPTION_ARG_STRING, &given.rate,
		"Open at most N connections a second, over all workers (default: no limit)", "N" },
	{ "concurrency", 0, 0, G_OPTION_ARG_STRING, &given.concurrency,
		"Ask at most so many endpoints at once (default 4096, or what descriptors allow)",
		"N" },
	{ "jobs", 'j', 0, G_OPTION_ARG_STRING, &given.jobs,
		"Use so many worker processes (default: one a core)", "N" },
	{ "per-host", 0, 0, G_OPTION_ARG_STRING, &given.per_host,
		"At most N connections at once to one address (default 2; 0 = no limit)", "N" },
	{ "per-network", 0, 0, G_OPTION_ARG_STRING, &given.per_network,
		"At most N connections at once to one /24 or IPv6 /48 (default 128)", "N" },
	{ "seed", 0, 0, G_OPTION_ARG_STRING, &given.seed,
		"Visit targets in the random order that belongs to N", "N" },
	{ "shard", 0, 0, G_OPTION_ARG_STRING, &given.shard,
		"Ask the I-th of N equal parts of the targets (the same seed for all)", "I/N" },
	{ "checkpoint", 0, 0, G_OPTION_ARG_FILENAME, &given.checkpoint,
		"Keep in FILE how far the scan has come; needs --output", "FILE" },
	{ "resume", 0, 0, G_OPTION_ARG_NONE, &given.resume,
		"Go on where the checkpoint stands, with the same targets and output", NULL },
	{ "status-file", 0, 0, G_OPTION_ARG_FILENAME, &given.status_file,
		"Tell in FILE, as JSON, how the scan stands; rewritten every second", "FILE" },
	{ "metrics", 0, 0, G_OPTION_ARG_FILENAME, &given.metrics,
		"The same in FILE as OpenMetrics, with the latency of each step", "FILE" },
	G_OPTION_ENTRY_NULL,
};

const struct option_set scan_option_set = {
	.command = "scan",
	.arguments = "TARGET...",
	.formats = "text|jsonl|csv|ticket|shadowserver",
	.summary =
		"Asks POP3 servers whether a client can log in without TLS, and says so with\n"
		"proof.\n"
		"A target is a host, host:port, [v6]:port, pop3://host, pop3s://host, a network\n"
		"(192.0.2.0/24), a range (192.0.2.1-9), or - for targets on standard input.",
	.entries = entries,
};

/* --- the probe -------------------------------------------------------------------------------- */

static bool
read_ask(struct ask_options *ask, GError **error)
{
	return value_unsigned("retries", given.retries, 0, ASK_RETRIES_MAX, 0, &ask->retries,
		       error) &&
		value_unsigned("samples", given.samples, 1, SAMPLES_MAX, 1, &ask->samples, error);
}

static bool
read_contact(struct scan_options *scan, GError **error)
{
	scan->probe.contact = given.contact;
	return given.contact == NULL || probe_contact_valid(given.contact) ||
		value_wrong(error, "contact", given.contact,
			"not 1 to 22 letters, digits or . - _ + @");
}

static bool
read_rate(struct scan_options *scan, GError **error)
{
	char *end = NULL;

	if (given.rate == NULL)
		return true;
	scan->rate = g_ascii_strtod(given.rate, &end);
	return (strspn(given.rate, "0123456789.") == strlen(given.rate) && end != given.rate &&
		       *end == '\0' && scan->rate >= SCAN_RATE_MIN &&
		       scan->rate <= SCAN_RATE_MAX) ||
		value_wrong(error, "rate", given.rate,
			"not a number of connections a second from 0.1 to 1000000");
}

/* --- the engine ------------------------------------------------------------------------------- */

/* The cores that this process may use. */
static unsigned
core_count(void)
{
	cpu_set_t cores;

	if (sched_getaffinity(0, sizeof(cores), &cores) != 0)
		return 1;
	return CLAMP((unsigned)CPU_COUNT(&cores), 1U, (unsigned)SCAN_JOBS_MAX);
}

static bool
read_concurrency(struct scan_options *scan, GError **error)
{
	unsigned limit;

	if (!value_unsigned("jobs", given.jobs, 1, SCAN_JOBS_MAX, core_count(), &scan->jobs, error))
		return false;
	limit = scan_concurrency_limit(scan->jobs);
	return value_unsigned("concurrency", given.concurrency, 1, SCAN_CONCURRENCY_MAX,
		       MIN(SCAN_CONCURRENCY, limit), &scan->concurrency, error) &&
		value_unsigned("per-host", given.per_host, 0, SCAN_LIMIT_MAX, SCAN_PER_HOST,
			&scan->per_host, error) &&
		value_unsigned("per-network", given.per_network, 0, SCAN_LIMIT_MAX,
			SCAN_PER_NETWORK, &scan->per_network, error);
}

static bool
read_shard(struct scan_options *scan, GError **error)
{
	const char *slash = given.shard == NULL ? NULL : strchr(given.shard, '/');
	g_autofree char *first =
		slash == NULL ? NULL : g_strndup(given.shard, (size_t)(slash - given.shard));
	guint64 shard = 1, shards = 1;

	scan->shards = 1;
	if (given.shard == NULL)
		return true;
	if (slash == NULL ||
		!g_ascii_string_to_unsigned(slash + 1, 10, 1, PLAN_SHARDS_MAX, &shards, NULL) ||
		!g_ascii_string_to_unsigned(first, 10, 1, shards, &shard, NULL))
		return value_wrong(error, "shard", given.shard,
			"not I/N, where N is at most 65536 and I from 1 to N");
	scan->shard = (unsigned)shard - 1;
	scan->shards = (unsigned)shards;
	return true;
}

/* Shards that know nothing of each other must agree on an order: without --seed it is that of 0. */
static bool
read_seed(struct scan_command *command, GError **error)
{
	uint64_t otherwise = 0;

	command->seed_given = given.seed != NULL || given.shard != NULL;
	if (!command->seed_given &&
		getrandom(&otherwise, sizeof(otherwise), 0) != (ssize_t)sizeof(otherwise))
		otherwise = (uint64_t)g_get_real_time();
	return value_number("seed", given.seed, 0, INT64_MAX, otherwise & INT64_MAX,
		&command->scan.seed, error);
}

static bool
read_exclusion(struct scan_options *scan, GError **error)
{
	struct exclusion *excluded;

	if (given.exclude == NULL)
		return true;
	excluded = exclusion_read(given.exclude, error);
	if (excluded == NULL)
		g_prefix_error(error, "--exclude ");
	scan->excluded = excluded;
	return excluded != NULL;
}

static bool
read_checkpoint(struct scan_command *command, GError **error)
{
	const struct common_options *common = &command->common;

	command->checkpoint = given.checkpoint;
	command->resume = given.resume;
	if (given.resume && given.checkpoint == NULL)
		return value_wrong(error, "resume", "", "needs --checkpoint FILE");
	if (given.checkpoint == NULL)
		return true;
	if (common->output == NULL || g_str_equal(common->output, "-"))
		return value_wrong(error, "checkpoint", given.checkpoint,
			"needs --output FILE, which it speaks of");
	if (common->report->document || g_str_equal(common->report->name, "text"))
		return value_wrong(error, "checkpoint", given.checkpoint,
			"needs a format that is written line by line, such as --format jsonl");
	return true;
}

static bool
is_same_file(const char *one, const char *other)
{
	struct stat a, b;

	if (one == NULL || other == NULL || g_str_equal(one, "-") || g_str_equal(other, "-"))
		return false;
	if (stat(one, &a) != 0 || stat(other, &b) != 0)
		return g_str_equal(one, other);
	return S_ISREG(a.st_mode) && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

/* What is written must not destroy what is read, nor what else is written. */
static bool
check_files(const struct common_options *common, GError **error)
{
	const struct {
		const char *option;
		const char *path;
	} files[] = { { "output", common->output }, { "checkpoint", given.checkpoint },
		{ "status-file", given.status_file }, { "metrics", given.metrics },
		{ "input", given.input }, { "from", given.from }, { "exclude", given.exclude },
		{ "config", common->config } };
	enum {
		WRITTEN = 4 /* of these */
	};

	for (size_t i = 0; i < WRITTEN; i++)
		for (size_t j = i + 1; j < G_N_ELEMENTS(files); j++)
			if (is_same_file(files[i].path, files[j].path)) {
				g_autofree char *why =
					g_strdup_printf("would overwrite the file of --%s",
						files[j].option);

				return value_wrong(error, files[i].option, files[i].path, why);
			}
	return true;
}

/* What would be asked is told in prose only. */
static bool
read_dry_run(struct scan_command *command, GError **error)
{
	command->dry_run = given.dry_run;
	return !given.dry_run || g_str_equal(command->common.report->name, "text") ||
		value_wrong(error, "format", command->common.format,
			"a dry run is told as text only");
}

/* --- the targets ------------------------------------------------------------------------------ */

static bool
has_source(void)
{
	return given.input != NULL || given.from != NULL || given.discover != NULL;
}

/* There is one place to read targets from. */
static bool
check_sources(GError **error)
{
	g_autoptr(target_auto) domain = NULL;

	if (given.from != NULL && given.input != NULL)
		return value_wrong(error, "from", given.from,
			"cannot be read together with --input");
	if (given.discover == NULL)
		return true;
	if (given.from != NULL || given.input != NULL)
		return value_wrong(error, "discover", given.discover,
			"cannot be used together with --input or --from");
	domain = target_parse(given.discover, NULL);
	if (domain != NULL && domain->kind == TARGET_HOST && !domain->port_given &&
		domain->first.family == FAMILY_NONE)
		return true;
	return value_wrong(error, "discover", given.discover, "not the name of a domain");
}

static GPtrArray *
read_targets(char **words, GError **error)
{
	g_autoptr(GPtrArray) targets = value_targets(words, &given.input, error);

	if (targets == NULL || !check_sources(error))
		return NULL;
	if (targets->len > 0 || has_source())
		return g_steal_pointer(&targets);
	g_set_error(error, POPSEAL_USAGE_ERROR, 0, "no target; see 'popseal scan --help'");
	return NULL;
}

static void
describe(GString *text, const char *name, const char *value)
{
	if (value != NULL)
		g_string_append_printf(text, " --%s %s", name, value);
}

/* All that decides which records there will be, in one line. The seed has a place of its own. */
static char *
description(const struct scan_command *command)
{
	GString *text = g_string_new(command->common.report->name);

	describe(text, "ports", given.ports);
	describe(text, "depth", given.depth);
	describe(text, "samples", given.samples);
	describe(text, "shard", given.shard);
	if (command->scan.excluded != NULL)
		g_string_append_printf(text, " --exclude %016" G_GINT64_MODIFIER "x",
			(guint64)exclusion_digest(command->scan.excluded));
	if (given.one_address)
		describe(text, "one-address", "");
	if (given.no_credential)
		describe(text, "no-credential", "");
	describe(text, "input", given.input != NULL ? "" : NULL);
	describe(text, "from", given.from != NULL ? "" : NULL);
	describe(text, "discover", given.discover);
	for (guint i = 0; i < command->words->len; i++) {
		const struct target *target = g_ptr_array_index(command->words, i);

		g_string_append_printf(text, " %s", target->text);
	}
	return g_string_free(text, FALSE);
}

/* What deep depth asks beyond the others; clients are simulated by verify. */
static bool
read_deep(struct scan_options *scan, GError **error)
{
	if (scan->probe.depth != DEPTH_DEEP)
		return given.ca == NULL || value_wrong(error, "ca", given.ca, "needs --depth deep");
	scan->probe.survey = TLS_SURVEY_VERSIONS | TLS_SURVEY_WEAK | TLS_SURVEY_GROUPS;
	return value_trust(given.ca, &scan->probe, error);
}

static bool
read_all(struct scan_command *command, char **words, GError **error)
{
	struct scan_options *scan = &command->scan;

	scan->one_address = given.one_address;
	scan->probe.no_credential = given.no_credential;
	scan->probe.brief = !given.transcript && !command->common.verbose;
	scan->report = command->common.report;
	scan->report_options = (struct report_options){
		.color = options_color(&command->common),
		.quiet = command->common.quiet,
		.verbose = command->common.verbose,
		.transcript = given.transcript,
	};
	if (!value_depth(given.depth, DEPTH_STANDARD, &scan->probe, error) ||
		!read_deep(scan, error) || !value_timeout(given.timeout, &scan->probe, error) ||
		!value_ports(given.ports, &scan->ports, error) ||
		!value_source(given.source, &scan->probe, error) || !read_ask(&scan->ask, error) ||
		!read_contact(scan, error) || !read_rate(scan, error) ||
		!read_concurrency(scan, error) || !read_shard(scan, error) ||
		!read_seed(command, error) || !read_exclusion(scan, error) ||
		!read_checkpoint(command, error) || !read_dry_run(command, error) ||
		!check_files(&command->common, error))
		return false;
	command->words = read_targets(words, error);
	if (command->words == NULL)
		return false;
	command->input = given.input;
	command->from = given.from;
	command->discover = given.discover;
	command->netns = given.netns;
	command->status_file = given.status_file;
	command->metrics = given.metrics;
	scan->clock = given.metrics != NULL;
	command->description = description(command);
	return true;
}

bool
scan_options_parse(struct scan_command *command, int argc, char **argv, GError **error)
{
	g_auto(GStrv) words = options_parse(&scan_option_set, &command->common, argc, argv, error);

	return words != NULL && read_all(command, words, error);
}

void
scan_options_clear(struct scan_command *command)
{
	char **const texts[] = { &given.ports, &given.input, &given.depth, &given.timeout,
		&given.source, &given.netns, &given.concurrency, &given.jobs, &given.per_host,
		&given.per_network, &given.seed, &given.shard, &given.checkpoint, &given.exclude,
		&given.from, &given.discover, &given.samples, &given.retries, &given.contact,
		&given.rate, &given.status_file, &given.metrics, &given.ca };

	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
		g_clear_pointer(texts[i], g_free);
	g_clear_pointer(&command->description, g_free);
	if (command->words != NULL)
		g_ptr_array_unref(command->words);
	exclusion_free(command->scan.excluded);
	net_trust_free(command->scan.probe.trust);
	options_clear(&command->common);
}
