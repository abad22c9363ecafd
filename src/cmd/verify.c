/* SPDX-License-Identifier: Apache-2.0 */
/*
 * popseal verify: glue. The options are verify_options.c, one host's course is
 * verify_host.c, what is expected is model/expectation.c, the words are reports/.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "cmd/command.h"
#include "cmd/output.h"
#include "cmd/verify_options.h"
#include "model/escape.h"
#include "net/namespace.h"
#include "net/resolver.h"
#include "net/watch.h"
#include "reports/evidence.h"
#include "scan/source.h"

/* Where the next host comes from: the words, then the lines of --input. */
struct supply {
	const GPtrArray *words;
	guint word;
	uint64_t index; /* of the address within the target */
	struct source *source;
	struct target *target; /* of a line; NULL while it is a word's turn */
};

struct run {
	struct verify_command command;
	struct output output;
	GString *text; /* what is not written yet; of a document, all of it */
	struct summary summary;
	struct supply supply;
	struct net_loop *loop;
	struct resolver *resolver;
	struct net_timer *more; /* begins with further hosts */
	struct net_signal *interrupt;
	struct net_signal *terminate;
	GHashTable *hosts;       /* of struct verify_host: those under way */
	GHashTable *lookups;     /* of struct lookup */
	GQueue waiting;          /* of struct waiting: hosts whose name or address is being asked */
	GHashTable *asked;       /* a set of "NAME ADDRESS PORT MODE" */
	GHashTable *wrong;       /* see struct verify_setup */
	struct net_watch *watch; /* of the source, while there is nothing to read */
	bool awaiting;           /* there may be more lines */
	bool untrusted;          /* it has been said that no chain can be judged */
	GHashTable *trusts;      /* file name ("" = the system's) to struct net_trust */
	GPtrArray *kept;  /* of struct verify_host: for the evidence, in the order of their end */
	GArray *failures; /* of struct failure, their texts owned: likewise */
	int64_t started;  /* µs, monotonic */
	GError *error;    /* what ended it before its time */
};

/* A host that waits for its turn: one server is never asked twice at once. */
struct waiting {
	char *name;
	char *address;
	struct port_list ports;
};

struct lookup {
	struct run *run;
	char *name;
	struct port_list ports;
	bool piped; /* it came as a line */
};

/* --- output ----------------------------------------------------------------------------------- */

/* A document is written when it is whole. */
static void
flush(struct run *run)
{
	if (!run->command.common.report->document && run->error == NULL)
		output_write(&run->output, run->text, &run->error);
}

static void
failure_clear(void *data)
{
	struct failure *failure = data;

	g_free((char *)(uintptr_t)failure->subject);
	g_free((char *)(uintptr_t)failure->message);
}

static void
keep_failure(struct run *run, const struct failure *failure)
{
	struct failure kept = *failure;

	kept.subject = g_strdup(failure->subject);
	kept.message = g_strdup(failure->message);
	g_array_append_val(run->failures, kept);
	/* cppcheck-suppress memleak ; failure_clear frees them with the array */
}

static void
add_failure(struct run *run, const char *subject, const char *message, bool usage)
{
	const struct report *report = run->command.common.report;
	const struct failure failure = {
		.time = g_get_real_time(),
		.subject = subject,
		.message = message,
		.usage = usage,
	};

	summary_fail(&run->summary, &failure);
	if (run->command.evidence != NULL)
		keep_failure(run, &failure);
	options_print_failure("verify", &failure);
	if (report->failure != NULL && !g_str_equal(report->name, "text"))
		report->failure(&run->command.report_options, &failure, run->text);
	flush(run);
}

static void
add_result(struct run *run, const struct verification *result)
{
	const struct report *report = run->command.common.report;
	const struct report_options *options = &run->command.report_options;

	summary_count(&run->summary, result->assessment);
	verification_count(&run->summary, result);
	report->assessment(options, result->assessment, run->text);
	if (report->expectations != NULL)
		report->expectations(options, result, run->text);
}

/* --- hosts ------------------------------------------------------------------------------------ */

static void
on_host(void *user, struct verify_host *host)
{
	struct run *run = user;
	const GPtrArray *failures = verify_host_failures(host);

	g_hash_table_steal(run->hosts, host);
	run->summary.hosts++;
	for (guint i = 0; i < failures->len; i++)
		add_failure(run, verify_host_name(host), g_ptr_array_index(failures, i), false);
	for (size_t i = 0; i < verify_host_count(host); i++) {
		const struct verification *result = verify_host_result(host, i);

		if (result != NULL)
			add_result(run, result);
	}
	flush(run);
	/* It is freed later, as it calls from within. */
	g_ptr_array_add(run->kept, host);
	net_timer_start(run->more, 0, 0);
}

static void
waiting_free(void *data)
{
	struct waiting *waiting = data;

	g_free(waiting->name);
	g_free(waiting->address);
	g_free(waiting);
}

/* Whether a host of that name or address is being asked. */
static bool
is_busy(struct run *run, const struct waiting *waiting)
{
	GHashTableIter iter;
	void *host;

	g_hash_table_iter_init(&iter, run->hosts);
	while (g_hash_table_iter_next(&iter, &host, NULL))
		if (g_ascii_strcasecmp(verify_host_name(host), waiting->name) == 0 ||
			g_str_equal(verify_host_address(host), waiting->address))
			return true;
	return false;
}

/* Begins with those that wait, as far as their servers are free. */
static void
begin_waiting(struct run *run)
{
	GList *next;

	for (GList *link = run->waiting.head; link != NULL; link = next) {
		struct waiting *waiting = link->data;

		next = link->next;
		if (g_hash_table_size(run->hosts) >= run->command.concurrency)
			return;
		if (is_busy(run, waiting))
			continue;
		g_hash_table_add(run->hosts,
			verify_host_start(run->loop, &run->command.setup, waiting->name,
				waiting->address, &waiting->ports, on_host, run));
		g_queue_delete_link(&run->waiting, link);
		waiting_free(waiting);
	}
}

/* Takes out the ports that were asked already, as another target. */
static void
drop_doubles(struct run *run, struct waiting *waiting)
{
	struct port_list *ports = &waiting->ports;
	size_t kept = 0;

	for (size_t i = 0; i < ports->count; i++) {
		char *key = g_strdup_printf("%s %s %u %s", waiting->name, waiting->address,
			ports->items[i].port, mode_word(ports->items[i].mode));

		if (g_hash_table_add(run->asked, key))
			ports->items[kept++] = ports->items[i];
	}
	ports->count = kept;
}

/* Puts a host in line; false where all of it was asked already. */
static bool
begin_host(struct run *run, const char *name, const char *address, const struct port_list *ports)
{
	struct waiting *waiting = g_new0(struct waiting, 1);

	waiting->name = g_strdup(name);
	waiting->address = g_strdup(address);
	waiting->ports = *ports;
	drop_doubles(run, waiting);
	if (waiting->ports.count == 0) {
		waiting_free(waiting);
		return false;
	}
	run->summary.hosts_total++;
	g_queue_push_tail(&run->waiting, waiting);
	return true;
}

static void
on_resolved(void *user, const char *const *addresses, size_t count, const char *why)
{
	struct lookup *lookup = user;
	struct run *run = lookup->run;
	size_t begun = 0, skipped = 0;

	if (run->command.one_address)
		count = MIN(count, 1);
	for (size_t i = 0; i < count; i++) {
		if (lookup->piped && target_never_asked(addresses[i]))
			skipped++;
		else if (begin_host(run, lookup->name, addresses[i], &lookup->ports))
			begun++;
	}
	if (count == 0)
		add_failure(run, lookup->name, why, false);
	run->summary.targets.failed += count == 0;
	run->summary.targets.asked += begun > 0;
	run->summary.targets.skipped += count > 0 && begun == 0 && skipped > 0;
	run->summary.targets.doubles += count > 0 && begun == 0 && skipped == 0;
	g_hash_table_remove(run->lookups, lookup);
	net_timer_start(run->more, 0, 0);
}

static void
lookup_free(void *data)
{
	struct lookup *lookup = data;

	g_free(lookup->name);
	g_free(lookup);
}

static void
resolve(struct run *run, const char *name, const struct port_list *ports, bool piped)
{
	struct lookup *lookup = g_new0(struct lookup, 1);

	lookup->run = run;
	lookup->name = g_strdup(name);
	lookup->ports = *ports;
	lookup->piped = piped;
	g_hash_table_add(run->lookups, lookup);
	resolver_ask(run->resolver, name, on_resolved, lookup);
}

/* --- targets ---------------------------------------------------------------------------------- */

static void on_more(void *user);
static bool take_line(struct run *run);

static void
on_readable(void *user)
{
	struct run *run = user;

	net_watch_for(run->watch, 0);
	run->awaiting = false;
	on_more(run);
}

/* There is nothing to read now: goes on once there is. Returns false, as for an end. */
static bool
await_source(struct run *run)
{
	if (run->watch == NULL)
		run->watch =
			net_watch_new(run->loop, source_fd(run->supply.source), on_readable, run);
	if (run->watch == NULL) {
		source_wait(run->supply.source);
		return take_line(run);
	}
	net_watch_for(run->watch, NET_WATCH_READ);
	run->awaiting = true;
	return false;
}

/* Takes the next target of the lines; a bad one is reported. False where there is none now. */
static bool
take_line(struct run *run)
{
	struct source_item item = { 0 };

	while (run->supply.source != NULL) {
		switch (source_next(run->supply.source, &item)) {
		case SOURCE_TARGET:
			g_free(item.claim);
			run->supply.target = item.target;
			return true;
		case SOURCE_BAD_LINE:
			run->summary.targets.read++;
			run->summary.targets.failed++;
			add_failure(run, item.where, item.message, item.usage);
			g_free(item.where);
			g_free(item.message);
			break;
		case SOURCE_WAIT:
			return await_source(run);
		case SOURCE_END:
			g_clear_pointer(&run->supply.source, source_free);
			break;
		}
	}
	return false;
}

/* The target whose turn it is, or NULL after the last. */
static const struct target *
current_target(struct run *run)
{
	struct supply *supply = &run->supply;

	if (supply->word < supply->words->len)
		return g_ptr_array_index(supply->words, supply->word);
	if (supply->target != NULL || take_line(run))
		return supply->target;
	return NULL;
}

static void
next_target(struct supply *supply)
{
	supply->index = 0;
	if (supply->word < supply->words->len)
		supply->word++;
	else
		g_clear_pointer(&supply->target, target_free);
}

static void
begin_next(struct run *run, const struct target *target)
{
	const struct port_list ports = target_ports(target, &run->command.ports);
	bool piped = run->supply.word >= run->supply.words->len;
	char address[ENDPOINT_ADDRESS_MAX + 1];

	run->summary.targets.read++;
	if (target_address(target, run->supply.index, address) == NULL) {
		resolve(run, target->host, &ports, piped);
	} else if ((piped || target_is_wide(target)) && target_never_asked(address)) {
		run->summary.targets.skipped++;
	} else if (begin_host(run, address, address, &ports)) {
		run->summary.targets.asked++;
	} else {
		run->summary.targets.doubles++;
	}
	if (++run->supply.index >= target_count(target))
		next_target(&run->supply);
}

static void
free_kept(struct run *run)
{
	if (run->command.evidence == NULL)
		g_ptr_array_set_size(run->kept, 0);
}

static unsigned
under_way(struct run *run)
{
	return g_hash_table_size(run->hosts) + g_hash_table_size(run->lookups) +
		run->waiting.length;
}

/* Begins with hosts as far as there is room, and ends the run after the last. */
static void
on_more(void *user)
{
	struct run *run = user;
	const struct target *target = NULL;

	free_kept(run);
	while (run->error == NULL && !run->output.gone && !run->awaiting &&
		under_way(run) < run->command.concurrency) {
		target = current_target(run);
		if (target == NULL)
			break;
		begin_next(run, target);
	}
	begin_waiting(run);
	if (run->error != NULL || run->output.gone || (under_way(run) == 0 && !run->awaiting))
		net_loop_stop(run->loop);
}

static void
on_signal(void *user)
{
	struct run *run = user;

	run->summary.interrupted = true;
	net_loop_stop(run->loop);
}

/* --- the run ---------------------------------------------------------------------------------- */

static void
free_trust(void *trust)
{
	net_trust_free(trust);
}

/*
 * The anchors of a file, read once. Where the system has none, verify goes on: what rests on them
 * is undetermined.
 */
static struct net_trust *
find_trust(void *user, const char *file, GError **error)
{
	struct run *run = user;
	const char *key = file == NULL ? "" : file;
	g_autoptr(GError) problem = NULL;
	struct net_trust *trust = g_hash_table_lookup(run->trusts, key);

	if (trust != NULL)
		return trust;
	trust = net_trust_new(file, file == NULL ? &problem : error);
	if (trust == NULL) {
		g_prefix_error(error, "--ca ");
		if (problem != NULL && !run->untrusted)
			g_printerr("popseal verify: no chain can be judged: %s\n",
				problem->message);
		run->untrusted |= file == NULL;
		return NULL;
	}
	g_hash_table_insert(run->trusts, g_strdup(key), trust);
	return trust;
}

static bool
run_begin(struct run *run)
{
	struct verify_setup *setup = &run->command.setup;

	run->loop = net_loop_new(&run->error);
	run->resolver = run->loop == NULL ? NULL : resolver_new(run->loop, &run->error);
	if (run->resolver == NULL)
		return false;
	setup->probe.resolver = run->resolver;
	setup->trust = find_trust;
	setup->user = run;
	/* What the command line names has to be there before anything is asked. */
	if (setup->terms.ca != NULL && find_trust(run, setup->terms.ca, &run->error) == NULL)
		return false;
	run->more = net_timer_new(run->loop, on_more, run);
	net_timer_start(run->more, 0, 0);
	run->interrupt = net_signal_new(run->loop, SIGINT, on_signal, run);
	run->terminate = net_signal_new(run->loop, SIGTERM, on_signal, run);
	return true;
}

static void
run_end(struct run *run)
{
	g_clear_pointer(&run->more, net_timer_close);
	g_clear_pointer(&run->interrupt, net_signal_close);
	g_clear_pointer(&run->terminate, net_signal_close);
	run->summary.targets.not_done = under_way(run);
	g_queue_clear_full(&run->waiting, waiting_free);
	g_clear_pointer(&run->watch, net_watch_close);
	g_hash_table_remove_all(run->hosts);
	resolver_free(run->resolver);
	run->resolver = NULL;
	g_hash_table_remove_all(run->lookups);
}

static void
run_targets(struct run *run)
{
	const struct report *report = run->command.common.report;
	const struct report_options *options = &run->command.report_options;

	run->summary.started = g_get_real_time();
	run->started = g_get_monotonic_time();
	if (report->begin != NULL)
		report->begin(options, run->text);
	if (run_begin(run))
		net_loop_run(run->loop);
	run_end(run);
	run->summary.duration = g_get_monotonic_time() - run->started;
	if (run->summary.targets.read == 0 && run->error == NULL && !run->summary.interrupted)
		add_failure(run, "run", "there was no target", true);
	if (report->end != NULL)
		report->end(options, &run->summary, run->text);
	flush(run);
}

/* --- the evidence ----------------------------------------------------------------------------- */

static GPtrArray *
all_results(const struct run *run)
{
	GPtrArray *results = g_ptr_array_new();

	for (guint i = 0; i < run->kept->len; i++) {
		struct verify_host *host = g_ptr_array_index(run->kept, i);

		for (size_t j = 0; j < verify_host_count(host); j++)
			if (verify_host_result(host, j) != NULL)
				g_ptr_array_add(results,
					(gpointer)(uintptr_t)verify_host_result(host, j));
	}
	return results;
}

/* Readable by its owner alone: it names accounts. Written as a whole or not at all. */
static bool
write_evidence(struct run *run)
{
	g_autoptr(GPtrArray) results = all_results(run);
	g_autoptr(GString) text = g_string_new(NULL);
	const struct evidence_head head = {
		.command = run->command.line,
		.started = run->summary.started,
		.summary = &run->summary,
		.failures = (const struct failure *)(void *)run->failures->data,
		.failure_count = run->failures->len,
	};
	const struct verification *const *list = (const struct verification *const *)results->pdata;

	if (g_str_has_suffix(run->command.evidence, ".json"))
		evidence_json(list, results->len, &head, text);
	else
		evidence_html(list, results->len, &head, text);
	return g_file_set_contents_full(run->command.evidence, text->str, (gssize)text->len,
		G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600, &run->error);
}

/* --- the command ------------------------------------------------------------------------------ */

/* By the expectations only; what could not be done goes before. */
static int
exit_code(const struct run *run)
{
	const struct summary *summary = &run->summary;
	bool nagios = run->command.nagios_codes;

	if (summary->usage_errors > 0)
		return EXIT_USAGE;
	if (summary->errors > 0 || summary->interrupted || run->output.gone)
		return nagios ? EXIT_USAGE : EXIT_OPERATIONAL;
	if (summary->expectations[EXPECTATION_UNMET] > 0)
		return nagios ? EXIT_UNDETERMINED : EXIT_FINDINGS;
	if (summary->expectations[EXPECTATION_UNDETERMINED] > 0 && run->command.common.strict)
		return nagios ? EXIT_USAGE : EXIT_UNDETERMINED;
	return EXIT_CLEAN;
}

static bool
write_document(struct run *run)
{
	const char *path = run->command.common.output;

	if (!run->command.common.report->document)
		return true;
	if (path == NULL || g_str_equal(path, "-"))
		return output_print(path, run->text, &run->error);
	return g_file_set_contents_full(path, run->text->str, (gssize)run->text->len,
		G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0666, &run->error);
}

/* Asked before anything is sent: a whole run must not end in a file that cannot be written. */
static bool
can_write(const char *path, GError **error)
{
	g_autofree char *folder = path == NULL ? NULL : g_path_get_dirname(path);

	if (path == NULL || g_str_equal(path, "-") || access(folder, W_OK | X_OK) == 0)
		return true;
	g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "%s: %s", path, g_strerror(errno));
	return false;
}

/* Credentials are fetched before the network is touched, and only if a login may be wanted. */
static bool
prepare(struct run *run)
{
	struct verify_command *command = &run->command;
	struct verify_setup *setup = &command->setup;
	bool wanted = setup->terms.expectations.wanted[EXPECT_LOGIN] ||
		(!setup->expect_given && setup->policy != NULL &&
			policy_expects(setup->policy, EXPECT_LOGIN));

	setup->wrong = run->wrong;
	if (!can_write(command->evidence, &run->error) ||
		(command->common.report->document &&
			!can_write(command->common.output, &run->error)))
		return false;

	setup->credentials = credentials_new(command->netrc, wanted, &run->error);
	if (setup->credentials == NULL)
		return false;
	if (!setup->expect_given && setup->policy == NULL && credentials_any(setup->credentials))
		setup->terms.expectations.wanted[EXPECT_LOGIN] = true;
	if (command->input != NULL) {
		run->supply.source = source_open(command->input, &run->error);
		if (run->supply.source == NULL)
			return false;
	}
	run->supply.words = command->words;
	if (command->netns != NULL && !net_namespace_enter(command->netns, &run->error))
		return false;
	return command->common.report->document ||
		output_open(&run->output, command->common.output, &run->error);
}

/* A monitoring system reads the first line of standard output, whatever went wrong. */
static int
fail(struct run *run, int code)
{
	const struct report *report = run->command.common.report;
	bool plugin = report != NULL && g_str_equal(report->name, "nagios");
	g_autofree char *message = escape_again(run->error->message);

	if (plugin)
		g_print("POP3 UNKNOWN - %s\n", g_strdelimit(message, "|", '/'));
	code = options_fail("verify", g_steal_pointer(&run->error), code);
	return run->command.nagios_codes ? EXIT_USAGE : code;
}

static int
verify(struct run *run)
{
	bool opened;

	if (!prepare(run))
		return fail(run, EXIT_OPERATIONAL);
	opened = !run->command.common.report->document;
	run_targets(run);
	if (run->error == NULL)
		write_document(run);
	if (run->error == NULL && run->command.evidence != NULL)
		write_evidence(run);
	if (opened)
		output_close(&run->output, run->error == NULL ? &run->error : NULL);
	return run->error != NULL ? fail(run, EXIT_OPERATIONAL) : exit_code(run);
}

static void
free_host(void *host)
{
	verify_host_free(host);
}

static int
run_command(int argc, char **argv)
{
	struct run run = { 0 };
	int code;

	run.text = g_string_new(NULL);
	run.hosts = g_hash_table_new_full(NULL, NULL, free_host, NULL);
	run.asked = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	run.wrong = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	run.lookups = g_hash_table_new_full(NULL, NULL, lookup_free, NULL);
	run.trusts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_trust);
	run.kept = g_ptr_array_new_with_free_func(free_host);
	run.failures = g_array_new(FALSE, FALSE, sizeof(struct failure));
	g_array_set_clear_func(run.failures, failure_clear);
	if (verify_options_parse(&run.command, argc, argv, &run.error))
		code = verify(&run);
	else
		code = fail(&run,
			run.error->domain == G_FILE_ERROR ? EXIT_OPERATIONAL : EXIT_USAGE);
	g_ptr_array_unref(run.kept);
	g_array_unref(run.failures);
	g_hash_table_unref(run.hosts);
	g_hash_table_unref(run.lookups);
	g_hash_table_unref(run.trusts);
	g_hash_table_unref(run.asked);
	g_hash_table_unref(run.wrong);
	net_loop_free(run.loop);
	source_free(run.supply.source);
	target_free(run.supply.target);
	credentials_free(run.command.setup.credentials);
	g_string_free(run.text, TRUE);
	verify_options_clear(&run.command);
	return code;
}

const struct command command_verify = {
	.name = "verify",
	.summary = "say whether what you expect of POP3 servers holds, and log in to see",
	.options = &verify_option_set,
	.run = run_command,
};
