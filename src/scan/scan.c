/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Work is pulled, never pushed: whenever a host is done, pump() takes the next
 * item of the plan, so that memory holds what is under way and no more.
 *
 * An item of the plan becomes one job, or, for a name, one that resolves it and then
 * one for each of its addresses. Its records are handed on when all are done.
 */
#include "scan/scan-private.h"

#include <string.h>

#include "model/escape.h"
#include "net/watch.h"
#include "scan/crew.h"
#include "scan/job.h"
#include "scan/recent.h"
#include "scan/worker.h"

static void pump(struct scan *scan);

/* Whoever is told frees the scan, so it is told when nothing of the scan is on the stack. */
static void
finish(struct scan *scan, const char *why)
{
	if (scan->finished)
		return;
	scan->finished = true;
	scan->why = why;
	net_timer_start(scan->begin, 0, 0);
}

/* --- items ------------------------------------------------------------------------------------ */

static struct item *
item_begin(struct scan *scan, const struct plan_item *planned)
{
	struct item *item = item_new(planned);

	g_queue_push_tail_link(&scan->items, &item->link);
	return item;
}

static void
report_failure(struct scan *scan, const struct failure *failure)
{
	summary_fail(&scan->summary, failure);
	scan->events->failed(scan->user, failure);
}

static void
report_failures(struct scan *scan, const GPtrArray *failures)
{
	for (guint i = 0; failures != NULL && i < failures->len; i++)
		report_failure(scan, g_ptr_array_index(failures, i));
}

static void
item_add_failure(struct scan *scan, struct item *item, const struct failure *failure)
{
	item->failed = true;
	if (item->part != NULL)
		item_keep_failure(&item->part->failures, failure);
	else
		report_failure(scan, failure);
}

static void
item_fail(struct scan *scan, struct item *item, const char *subject, const char *message)
{
	const struct failure failure = {
		.time = g_get_real_time(),
		.subject = subject,
		.message = message,
	};

	item_add_failure(scan, item, &failure);
}

/* Where what happens to the item is counted. */
static struct summary *
item_counts(struct scan *scan, struct item *item)
{
	return item->part != NULL ? &item->part->counts : &scan->summary;
}

static void
item_finish(struct scan *scan, struct item *item)
{
	const struct item_part *part = item->part;

	item_count(item, &scan->summary);
	if (part != NULL && part->text->len > 0)
		scan->events->records(scan->user, part->text->str, part->text->len);
	if (part != NULL)
		report_failures(scan, part->failures);
	g_queue_unlink(&scan->items, &item->link);
	item_free(item);
}

static void
item_job_done(struct scan *scan, struct item *item)
{
	if (--item->pending == 0)
		item_finish(scan, item);
}

/* --- jobs ------------------------------------------------------------------------------------- */

static unsigned
least_loaded(const struct scan *scan)
{
	unsigned best = crew_size(scan->crew);

	for (unsigned i = 0; i < crew_size(scan->crew); i++) {
		if (crew_is_alive(scan->crew, i) &&
			(best == crew_size(scan->crew) || scan->load[i] < scan->load[best]))
			best = i;
	}
	return best;
}

static void
job_send(struct scan *scan, struct job *job)
{
	unsigned worker = least_loaded(scan);

	g_hash_table_add(scan->jobs, job);
	job->begun = pace_begin(&scan->pace, job->endpoints);
	scan->lookups += job->resolves;
	job->worker = (uint16_t)worker;
	if (worker == crew_size(scan->crew))
		return; /* the last one is dead, and the scan about to end */
	scan->load[worker] += job->endpoints + job->resolves;
	crew_send(scan->crew, worker, job->resolves ? MESSAGE_RESOLVE : MESSAGE_ASK, job->message,
		job->length);
}

/* Takes a job back from its worker. */
static void
job_take_back(struct scan *scan, struct job *job)
{
	g_hash_table_steal(scan->jobs, job);
	pace_done(&scan->pace, job->begun, job->endpoints);
	scan->lookups -= job->resolves;
	if (job->worker < crew_size(scan->crew))
		scan->load[job->worker] -= job->endpoints + job->resolves;
}

/* Adds a job to the item. */
static struct job *
item_add_job(struct scan *scan, struct item *item, struct message_host *message)
{
	message->id = ++scan->last_id;
	message_pack_host(scan->message, message);
	item->pending++;
	return job_new(item, message, scan->message);
}

/* Sends those whose turn has come; job_done may bring more. */
static void
send_ready(struct scan *scan)
{
	while (scan->ready->len > 0)
		job_send(scan, g_ptr_array_steal_index_fast(scan->ready, scan->ready->len - 1));
}

static void
job_done(struct scan *scan, struct job *job)
{
	struct item *item = job->item;

	job_take_back(scan, job);
	quota_give(scan->quota, &job->ticket, scan->ready);
	job_free(job);
	send_ready(scan);
	item_job_done(scan, item);
}

/* --- hosts ------------------------------------------------------------------------------------ */

/* Begins one host, of which the item has a job then; none if all of it was asked already. */
static void
begin_host(struct scan *scan, struct item *item, const struct target *target,
	const struct claim *claim, const struct address *address, const char *name,
	const char *text)
{
	struct message_host message = {
		.host = name,
		.address = text,
		.ports = target_ports(target, &scan->options.ports),
	};
	unsigned per_host = address_is_loopback(address) ? 0 : scan->options.per_host;
	struct job *job;

	if (claim != NULL) {
		message.claimed = true;
		message.claim = *claim;
	}
	if (target->zone[0] == '\0') /* a zone tells apart what looks the same */
		recent_filter(scan->recent, address, &message.ports);
	if (message.ports.count == 0) {
		item_counts(scan, item)->hosts++;
		return;
	}
	message.at_once = (unsigned)message.ports.count;
	if (per_host > 0)
		message.at_once = MIN(message.at_once, per_host);
	job = item_add_job(scan, item, &message);
	job->ticket.address = *address;
	job->ticket.weight = message.at_once;
	if (quota_take(scan->quota, &job->ticket))
		job_send(scan, job);
}

static void
begin_item(struct scan *scan, const struct plan_item *planned)
{
	struct item *item = item_begin(scan, planned);
	char text[ENDPOINT_HOST_MAX + 1];

	walk_item_text(&planned->what, text);
	item->pending++; /* until it has all its jobs */
	if (planned->what.address.family != FAMILY_NONE) {
		const struct target *target = planned->what.target;
		const char *name = target->kind == TARGET_RANGE ? text : target->host;

		begin_host(scan, item, target, planned->claim, &planned->what.address, name, text);
	} else {
		struct message_host message = { .host = text, .address = "" };
		struct job *job = item_add_job(scan, item, &message);

		job->resolves = true;
		job_send(scan, job);
	}
	item_job_done(scan, item);
}

/* Reads an address that a name was resolved to, with or without a zone. */
static bool
parse_answer(const char *text, struct address *address)
{
	g_autofree char *literal = g_strndup(text, strcspn(text, "%"));

	return strlen(text) <= ENDPOINT_HOST_MAX && address_parse(literal, address);
}

/* A name may lead to what is excluded, and what came by a pipe does not lead everywhere. */
static void
begin_address(struct scan *scan, struct item *item, const char *text)
{
	const struct target *target = item->part->target;
	struct address address;

	if (!parse_answer(text, &address))
		return;
	if (address_set_has(exclusion_addresses(scan->options.excluded), &address))
		item->excluded = true;
	else if (item->piped && address_never_asked(&address))
		item->skipped = true;
	else {
		begin_host(scan, item, target, item->part->claim, &address, target->host, text);
		return;
	}
	item->part->counts.hosts++;
}

/*
 * --- what workers say ---------------------------------------------------------------------------
 *
 * A worker talks to strangers and may be theirs by now. What it says must fit what it was asked:
 * the totals add up whatever happens, and one that says anything else is ended.
 */

/* Returns the job of that id, if it is this worker's. */
static struct job *
job_find(const struct scan *scan, unsigned worker, uint64_t id, bool resolves)
{
	const struct job key = { .id = id };
	struct job *job = g_hash_table_lookup(scan->jobs, &key);

	return job != NULL && job->worker == worker && job->resolves == resolves ? job : NULL;
}

static bool
on_result(struct scan *scan, unsigned worker, const struct message_result *result)
{
	struct job *job = job_find(scan, worker, result->id, false);
	struct summary *counts;

	if (job == NULL || !job_fits(job, result))
		return false;
	counts = item_counts(scan, job->item);
	counts->hosts++;
	counts->endpoints += result->endpoints;
	for (size_t i = 0; i < G_N_ELEMENTS(counts->verdicts); i++)
		counts->verdicts[i] += result->verdicts[i];
	for (size_t i = 0; i < G_N_ELEMENTS(counts->findings); i++)
		counts->findings[i] += result->findings[i];
	job->item->recorded |= result->endpoints > 0;
	for (guint i = 0; i < job_failures(job); i++)
		item_add_failure(scan, job->item, g_ptr_array_index(job->failures, i));
	if (job->item->part != NULL)
		g_string_append_len(job->item->part->text, result->text, (gssize)result->length);
	else if (result->length > 0)
		scan->events->records(scan->user, result->text, result->length);
	job_done(scan, job);
	return true;
}

static bool
on_addresses(struct scan *scan, unsigned worker, const struct message_addresses *message)
{
	struct job *job = job_find(scan, worker, message->id, true);
	struct item *item = job == NULL ? NULL : job->item;
	size_t asked = scan->options.one_address ? MIN(message->count, 1) : message->count;
	struct address address;

	if (job == NULL)
		return false;
	for (size_t i = 0; i < message->count; i++) {
		if (!parse_answer(message->addresses[i], &address))
			return false;
	}
	item->part->counts.hosts_more += (int64_t)asked - 1;
	if (message->count == 0) {
		g_autofree char *why = g_strdup_printf("cannot be resolved: %s", message->why);

		item_fail(scan, item, item->part->target->text, why);
	}
	for (size_t i = 0; i < asked; i++)
		begin_address(scan, item, message->addresses[i]);
	job_done(scan, job);
	return true;
}

/* Is kept until the result comes: a worker that dies before has not said it. */
static bool
on_failure(struct scan *scan, unsigned worker, const struct message_failure *message)
{
	struct job *job = job_find(scan, worker, message->id, false);
	const struct failure failure = {
		.time = message->time,
		.subject = message->subject,
		.message = message->message,
	};

	if (job == NULL || job_failures(job) >= job->endpoints)
		return false;
	item_keep_failure(&job->failures, &failure);
	return true;
}

/* Workers have little to say to people; all say the same, and once is enough. */
static void
on_note(struct scan *scan, const char *text, size_t length)
{
	g_autofree char *note = g_strndup(text, MIN(length, SCAN_NOTE_MAX));
	g_autofree char *shown = escape_string(note);

	if (!scan->noted)
		scan->events->note(scan->user, shown);
	scan->noted = true;
}

static bool
on_clock(struct scan *scan, const void *bytes)
{
	struct probe_clock clock;

	memcpy(&clock, bytes, sizeof(clock));
	probe_clock_add(&scan->clock, &clock);
	return true;
}

/* Takes a message; false if it is none, or none that this worker may send. */
static bool
take_message(struct scan *scan, unsigned worker, unsigned type, const void *bytes, size_t length)
{
	struct message_result result;
	struct message_addresses addresses;
	struct message_failure failure;

	if (type == MESSAGE_RESULT)
		return message_read_result(bytes, length, &result) &&
			on_result(scan, worker, &result);
	if (type == MESSAGE_ADDRESSES)
		return message_read_addresses(bytes, length, &addresses) &&
			on_addresses(scan, worker, &addresses);
	if (type == MESSAGE_FAILURE)
		return message_read_failure(bytes, length, &failure) &&
			on_failure(scan, worker, &failure);
	if (type == MESSAGE_CLOCK)
		return length == sizeof(struct probe_clock) && on_clock(scan, bytes);
	if (type == MESSAGE_NOTE)
		on_note(scan, bytes, length);
	return type == MESSAGE_NOTE;
}

static bool
on_received(void *user, unsigned worker, unsigned type, const void *bytes, size_t length)
{
	struct scan *scan = user;

	if (!take_message(scan, worker, type, bytes, length))
		return false;
	pump(scan);
	return true;
}

/* --- workers that die ------------------------------------------------------------------------- */

static void
give_up(struct scan *scan, struct job *job)
{
	struct message_host message;

	message_read_host(job->message, job->length, &message);
	item_fail(scan, job->item, message.host, "given up: each worker that asked it has died");
	item_counts(scan, job->item)->hosts++;
	job_done(scan, job);
}

static GPtrArray *
jobs_of(const struct scan *scan, unsigned worker)
{
	GPtrArray *jobs = g_ptr_array_new();
	GHashTableIter iter;
	void *value;

	g_hash_table_iter_init(&iter, scan->jobs);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		struct job *job = value;

		if (job->worker == worker)
			g_ptr_array_add(jobs, job);
	}
	return jobs;
}

static void
ask_again(struct scan *scan, unsigned worker)
{
	g_autoptr(GPtrArray) jobs = jobs_of(scan, worker);

	for (guint i = 0; i < jobs->len; i++) {
		struct job *job = g_ptr_array_index(jobs, i);

		if (++job->deaths >= SCAN_DEATHS_MAX) {
			give_up(scan, job);
			continue;
		}
		job_take_back(scan, job);
		g_clear_pointer(&job->failures, g_ptr_array_unref);
		job_send(scan, job);
	}
}

static bool
is_any_alive(const struct scan *scan)
{
	return least_loaded(scan) < crew_size(scan->crew);
}

static void
on_died(void *user, unsigned worker, const char *how, bool replaced)
{
	struct scan *scan = user;
	g_autofree char *note = NULL;

	scan->deaths++;
	pace_halve(&scan->pace, crew_size(scan->crew));
	note = g_strdup_printf("worker %u has died (%s)%s; what it had not finished is asked again "
			       "(%u endpoints), with %u at once from now on",
		worker + 1, how, replaced ? " and is replaced" : "", scan->load[worker],
		scan->pace.most);
	scan->events->note(scan->user, note);
	if (is_any_alive(scan))
		ask_again(scan, worker);
	else
		finish(scan, "no worker stays alive");
	pump(scan);
}

static int
on_work(void *user, int fd)
{
	struct scan *scan = user;

	return worker_run(fd, &scan->setup);
}

static const struct crew_events crew_events = {
	.received = on_received,
	.died = on_died,
	.work = on_work,
};

/* --- the pump --------------------------------------------------------------------------------- */

enum {
	PULLS_PER_TURN = 4096, /* then the loop has its turn: signals, results, the clock */
	PULL_AGAIN = 1000,     /* µs: not 0, which would starve the loop */
};

static void
refuse_line(struct scan *scan, const struct plan_item *planned)
{
	const struct failure failure = {
		.time = g_get_real_time(),
		.subject = planned->where,
		.message = planned->message,
		.usage = planned->usage,
	};

	scan->summary.hosts_more--;
	scan->summary.targets.failed++;
	report_failure(scan, &failure);
}

static void
wait_for_source(struct scan *scan)
{
	if (scan->watch != NULL)
		net_watch_for(scan->watch, NET_WATCH_READ);
	else
		net_timer_start(scan->begin, PULL_AGAIN, 0);
}

/* Takes one item of the plan. Returns false when nothing more can be taken now. */
static bool
pull(struct scan *scan)
{
	struct plan_item planned;

	switch (plan_next(scan->plan, &planned)) {
	case PLAN_ITEM:
		begin_item(scan, &planned);
		return true;
	case PLAN_BAD_LINE:
		refuse_line(scan, &planned);
		plan_item_clear(&planned);
		return true;
	case PLAN_WAIT:
		wait_for_source(scan);
		return false;
	case PLAN_BROKEN:
		finish(scan, "the targets are not those of the run to be resumed");
		return false;
	case PLAN_END:
		break;
	}
	scan->exhausted = true;
	return false;
}

static bool
may_pull(const struct scan *scan)
{
	return !scan->exhausted && !scan->paused && !scan->finished && pace_has_room(&scan->pace) &&
		scan->lookups < SCAN_LOOKUPS_MAX && quota_waiting(scan->quota) < QUOTA_WAITING_MAX;
}

static void
pump(struct scan *scan)
{
	unsigned pulls = 0;

	if (scan->pumping)
		return;
	scan->pumping = true;
	while (may_pull(scan) && pulls < PULLS_PER_TURN && pull(scan))
		pulls++;
	scan->pumping = false;
	if (pulls == PULLS_PER_TURN)
		net_timer_start(scan->begin, PULL_AGAIN, 0);
	if (scan->exhausted && scan->items.length == 0)
		finish(scan, NULL);
}

static void
on_readable(void *user)
{
	struct scan *scan = user;

	net_watch_for(scan->watch, 0);
	pump(scan);
}

static void
on_look(void *user)
{
	struct scan *scan = user;

	if (pace_look(&scan->pace))
		pump(scan);
}

static void
on_begin(void *user)
{
	struct scan *scan = user;

	if (scan->finished)
		scan->events->finished(scan->user, scan->why);
	else
		pump(scan);
}

/* --- what others see -------------------------------------------------------------------------- */

static void
begin_summary(struct scan *scan)
{
	const struct scan_options *options = &scan->options;

	if (options->resumed != NULL)
		scan->summary = *options->resumed;
	scan->summary.seed = options->seed;
	scan->summary.shard = options->shards > 1 ? options->shard + 1 : 0;
	scan->summary.shards = options->shards > 1 ? options->shards : 0;
}

struct scan *
scan_new(struct net_loop *loop, const struct scan_options *options, GPtrArray *words,
	struct source *source, const struct scan_events *events, void *user, GError **error)
{
	struct scan *scan = g_new0(struct scan, 1);
	const struct plan_options plan_options = {
		.seed = options->seed,
		.shard = options->shard,
		.shards = options->shards,
		.excluded = options->excluded,
		.resume = options->resume,
	};

	scan->loop = loop;
	scan->options = *options;
	scan->events = events;
	scan->user = user;
	scan->pace = pace_new(options->concurrency, MAX(options->jobs, 1U));
	scan->setup = (struct worker_setup){
		.probe = options->probe,
		.ask = options->ask,
		.rate = options->rate / MAX(options->jobs, 1),
		.clock = options->clock,
		.report = options->report,
		.report_options = &scan->options.report_options,
	};
	begin_summary(scan);
	scan->plan = plan_new(words, source, &plan_options);
	scan->quota = quota_new(options->per_host, options->per_network);
	scan->recent = recent_new();
	scan->jobs = g_hash_table_new(job_hash, job_equal);
	scan->ready = g_ptr_array_new();
	scan->message = g_byte_array_new();
	scan->begin = net_timer_new(loop, on_begin, scan);
	scan->look = net_timer_new(loop, on_look, scan);
	net_timer_start(scan->look, PACE_EVERY * G_TIME_SPAN_MILLISECOND,
		PACE_EVERY * G_TIME_SPAN_MILLISECOND);
	scan->crew = crew_new(loop, options->jobs, &crew_events, scan, error);
	if (scan->crew == NULL) {
		scan_free(scan);
		return NULL;
	}
	if (plan_fd(scan->plan) >= 0)
		scan->watch = net_watch_new(loop, plan_fd(scan->plan), on_readable, scan);
	net_timer_start(scan->begin, 0, 0);
	return scan;
}

static void
free_jobs(struct scan *scan)
{
	GHashTableIter iter;
	struct quota_ticket *ticket;
	void *job;

	g_hash_table_iter_init(&iter, scan->jobs);
	while (g_hash_table_iter_next(&iter, NULL, &job))
		job_free(job);
	while ((ticket = quota_drop(scan->quota)) != NULL)
		job_free((struct job *)ticket); /* its first member */
	g_hash_table_unref(scan->jobs);
	g_ptr_array_unref(scan->ready);
}

void
scan_free(struct scan *scan)
{
	GList *link;

	if (scan == NULL)
		return;
	crew_free(scan->crew);
	net_timer_close(scan->begin);
	net_timer_close(scan->look);
	net_watch_close(scan->watch);
	free_jobs(scan);
	while ((link = g_queue_pop_head_link(&scan->items)) != NULL)
		item_free(link->data);
	quota_free(scan->quota);
	recent_free(scan->recent);
	plan_free(scan->plan);
	g_byte_array_unref(scan->message);
	g_free(scan);
}

void
scan_pause(struct scan *scan, bool paused)
{
	if (scan->paused == paused)
		return;
	scan->paused = paused;
	crew_pause(scan->crew, paused);
	if (!paused)
		net_timer_start(scan->begin, 0, 0);
}
