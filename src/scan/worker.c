/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/worker.h"

#include <malloc.h>
#include <sched.h>
#include <string.h>

#include "model/host.h"
#include "net/channel.h"
#include "net/resolver.h"
#include "net/sandbox.h"
#include "rules/rule.h"
#include "scan/message.h"

struct worker {
	const struct worker_setup *setup;
	struct probe_options probe; /* with what is this worker's own */
	struct probe_clock clock;   /* since it was sent last */
	struct net_timer *clock_timer;
	struct net_loop *loop;
	struct channel *channel;
	struct resolver *resolver;
	GHashTable *hosts;   /* of struct host */
	GHashTable *lookups; /* of struct lookup */
	GByteArray *message; /* the one that is being made */
	GString *text;       /* of the host that is being written */
};

/* One endpoint of a host. */
struct slot {
	struct host *host;
	struct ask *ask;
	struct facts *facts;
	uint16_t port;
	enum mode mode;
};

struct host {
	struct worker *worker;
	uint64_t id;
	char *name; /* both stand behind the slots */
	char *address;
	struct claim *claim; /* or NULL */
	unsigned begun;      /* slots */
	unsigned pending;    /* slots that are not done */
	unsigned count;
	struct slot slots[];
};

struct lookup {
	struct worker *worker;
	uint64_t id;
};

/* --- one host --------------------------------------------------------------------------------- */

static void
host_free(void *data)
{
	struct host *host = data;

	for (unsigned i = 0; i < host->count; i++) {
		if (host->slots[i].ask != NULL)
			ask_cancel(host->slots[i].ask);
		facts_free(host->slots[i].facts);
	}
	g_free(host->claim);
	g_free(host);
}

/* Tells each endpoint what is known of the others; they are freed one after the other. */
static void
tell(const struct host *host)
{
	g_autofree struct host_endpoint *endpoints = g_new(struct host_endpoint, host->count);

	for (unsigned i = 0; i < host->count; i++)
		endpoints[i] = (struct host_endpoint){ .mode = host->slots[i].mode,
			.facts = host->slots[i].facts };
	host_tell(endpoints, host->count);
}

/* Writes the host's records, and counts them. */
static void
host_write(struct host *host, struct message_result *result)
{
	const struct worker_setup *setup = host->worker->setup;
	struct summary counts = { 0 };

	tell(host);
	g_string_truncate(host->worker->text, 0);
	for (unsigned i = 0; i < host->count; i++) {
		struct facts *facts = g_steal_pointer(&host->slots[i].facts);
		struct assessment *assessment;

		if (facts == NULL)
			continue;
		facts_set_claim(facts, host->claim);
		assessment = rules_assess(facts, WITNESS_PROBE);
		summary_count(&counts, assessment);
		setup->report->assessment(setup->report_options, assessment, host->worker->text);
		assessment_free(assessment);
	}
	result->endpoints = counts.endpoints;
	memcpy(result->verdicts, counts.verdicts, sizeof(result->verdicts));
	memcpy(result->findings, counts.findings, sizeof(result->findings));
	result->text = host->worker->text->str;
	result->length = host->worker->text->len;
}

static void
send_clock(struct worker *worker)
{
	static const struct probe_clock nothing;

	if (memcmp(&worker->clock, &nothing, sizeof(nothing)) == 0)
		return;
	channel_send(worker->channel, MESSAGE_CLOCK, &worker->clock, sizeof(worker->clock));
	worker->clock = nothing;
}

/* While the engine takes nothing, one is as good as many. */
static void
on_clock(void *user)
{
	struct worker *worker = user;

	if (channel_unsent(worker->channel) == 0)
		send_clock(worker);
}

/* The last host's result may be the last that the engine waits for: the clock goes before it. */
static void
host_finish(struct host *host)
{
	struct worker *worker = host->worker;
	struct message_result result = { .id = host->id };

	if (g_hash_table_size(worker->hosts) == 1)
		send_clock(worker);
	host_write(host, &result);
	message_pack_result(worker->message, &result);
	channel_send(worker->channel, MESSAGE_RESULT, worker->message->data, worker->message->len);
	g_hash_table_remove(worker->hosts, host);
}

static void
send_failure(struct worker *worker, uint64_t id, const char *subject, const char *message)
{
	const struct message_failure failure = {
		.id = id,
		.time = g_get_real_time(),
		.subject = subject,
		.message = message,
	};

	message_pack_failure(worker->message, &failure);
	channel_send(worker->channel, MESSAGE_FAILURE, worker->message->data, worker->message->len);
}

static void slot_begin(struct slot *slot);

static void
slot_done(struct slot *slot)
{
	struct host *host = slot->host;

	if (--host->pending == 0)
		host_finish(host);
	else if (host->begun < host->count)
		slot_begin(&host->slots[host->begun++]);
}

static void
on_asked(void *user, struct facts *facts, const GError *error)
{
	struct slot *slot = user;
	struct host *host = slot->host;

	slot->ask = NULL;
	slot->facts = facts;
	if (error != NULL)
		send_failure(host->worker, host->id, host->name, error->message);
	slot_done(slot);
}

static void
slot_begin(struct slot *slot)
{
	struct host *host = slot->host;
	const struct endpoint endpoint = {
		.host = host->name,
		.address = host->address,
		.port = slot->port,
		.mode = slot->mode,
	};

	slot->ask = ask_start(host->worker->loop, &endpoint, &host->worker->setup->ask,
		&host->worker->probe, on_asked, slot);
}

static void
ask(struct worker *worker, const struct message_host *message)
{
	unsigned count = (unsigned)message->ports.count;
	size_t size = sizeof(struct host) + count * sizeof(struct slot);
	size_t length = strlen(message->address) + 1;
	bool same = strcmp(message->host, message->address) == 0;
	struct host *host = g_malloc0(size + length + (same ? 0 : strlen(message->host) + 1));

	host->worker = worker;
	host->id = message->id;
	host->address = memcpy((char *)host + size, message->address, length);
	host->name = same ?
		host->address :
		memcpy(host->address + length, message->host, strlen(message->host) + 1);
	host->claim = message->claimed ? claim_copy(&message->claim) : NULL;
	host->count = host->pending = count;
	g_hash_table_add(worker->hosts, host);
	for (unsigned i = 0; i < count; i++) {
		host->slots[i].host = host;
		host->slots[i].port = message->ports.items[i].port;
		host->slots[i].mode = message->ports.items[i].mode;
	}
	while (host->begun < MIN(message->at_once, count))
		slot_begin(&host->slots[host->begun++]);
	if (count == 0 || message->at_once == 0)
		host_finish(host);
}

/* --- names ------------------------------------------------------------------------------------ */

static void
on_resolved(void *user, const char *const *addresses, size_t count, const char *why)
{
	struct lookup *lookup = user;
	struct worker *worker = lookup->worker;
	struct message_addresses message = { .id = lookup->id, .why = why };

	message.count = MIN(count, (size_t)MESSAGE_ADDRESSES_MAX);
	for (size_t i = 0; i < message.count; i++)
		message.addresses[i] = addresses[i];
	message_pack_addresses(worker->message, &message);
	channel_send(worker->channel, MESSAGE_ADDRESSES, worker->message->data,
		worker->message->len);
	g_hash_table_remove(worker->lookups, lookup);
}

static void
resolve(struct worker *worker, const struct message_host *message)
{
	struct lookup *lookup = g_new0(struct lookup, 1);

	lookup->worker = worker;
	lookup->id = message->id;
	g_hash_table_add(worker->lookups, lookup);
	resolver_ask(worker->resolver, message->host, on_resolved, lookup);
}

/* --- the process ------------------------------------------------------------------------------ */

static void
on_received(void *user, unsigned type, const void *bytes, size_t length)
{
	struct worker *worker = user;
	struct message_host message;

	g_return_if_fail(message_read_host(bytes, length, &message));
	if (type == MESSAGE_RESOLVE)
		resolve(worker, &message);
	else
		ask(worker, &message);
}

static void
on_ended(void *user)
{
	struct worker *worker = user;

	net_loop_stop(worker->loop);
}

static const struct channel_events channel_events = {
	.received = on_received,
	.ended = on_ended,
};

static bool
worker_begin(struct worker *worker, int fd, GError **error)
{
	worker->loop = net_loop_new(error);
	if (worker->loop == NULL)
		return false;
	worker->resolver = resolver_new(worker->loop, error);
	if (worker->resolver == NULL)
		return false;
	worker->channel = channel_new(worker->loop, fd, &channel_events, worker, error);
	return worker->channel != NULL;
}

/* What the probes of this process share. */
static void
worker_prepare(struct worker *worker)
{
	const struct worker_setup *setup = worker->setup;

	worker->probe = setup->probe;
	worker->probe.resolver = worker->resolver;
	if (setup->rate > 0)
		worker->probe.rate = net_rate_new(worker->loop, setup->rate);
	if (!setup->clock)
		return;
	worker->probe.clock = &worker->clock;
	worker->clock_timer = net_timer_new(worker->loop, on_clock, worker);
	net_timer_start(worker->clock_timer, G_USEC_PER_SEC, G_USEC_PER_SEC);
}

static void
enter_sandbox(struct worker *worker)
{
	g_autofree char *missing = sandbox_missing(sandbox_enter());
	g_autofree char *note = NULL;

	if (missing == NULL)
		return;
	note = g_strdup_printf("this system confines no worker by %s", missing);
	channel_send(worker->channel, MESSAGE_NOTE, note, strlen(note));
}

/*
 * Who wakes for an answer goes behind who is running: the engine, which hands out the targets and
 * writes, gets the processor at once (docs/adr/0013-workers-that-push-nobody-aside.md). A policy
 * that the user has chosen stays.
 */
static void
push_nobody_aside(void)
{
	const struct sched_param none = { 0 };

	if (sched_getscheduler(0) == SCHED_OTHER)
		sched_setscheduler(0, SCHED_BATCH, &none);
}

enum {
	KEPT_MEMORY = 64 * 1024 * 1024 /* octets that are not given back to the system at once */
};

int
worker_run(int fd, const struct worker_setup *setup)
{
	struct worker worker = { .setup = setup };
	GError *error = NULL;

	push_nobody_aside();
	mallopt(M_TRIM_THRESHOLD, KEPT_MEMORY);
	worker.hosts = g_hash_table_new_full(NULL, NULL, host_free, NULL);
	worker.lookups = g_hash_table_new_full(NULL, NULL, g_free, NULL);
	worker.message = g_byte_array_new();
	worker.text = g_string_new(NULL);
	if (worker_begin(&worker, fd, &error)) {
		worker_prepare(&worker);
		enter_sandbox(&worker);
		net_loop_run(worker.loop);
	}
	g_hash_table_unref(worker.hosts);
	net_rate_free(worker.probe.rate);
	net_timer_close(worker.clock_timer);
	resolver_free(worker.resolver);
	g_hash_table_unref(worker.lookups);
	channel_close(worker.channel);
	net_loop_free(worker.loop);
	g_byte_array_unref(worker.message);
	g_string_free(worker.text, TRUE);
	if (error == NULL)
		return 0;
	g_printerr("popseal: a worker cannot begin: %s\n", error->message);
	g_error_free(error);
	return 1;
}
