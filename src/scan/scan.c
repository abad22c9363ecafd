/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Work is pulled, never pushed: whenever a host is done, pump() takes the next
 * address, so that memory holds what is under way and no more.
 */
#include "scan/scan.h"

#include <string.h>

#include "net/resolver.h"
#include "net/watch.h"
#include "rules/rule.h"

/* One address of one target, with the endpoints that are asked there. */
struct host {
	struct scan *scan;
	char name[ENDPOINT_HOST_MAX + 1];
	char address[ENDPOINT_ADDRESS_MAX + 1];
	struct port_list ports;
	struct facts *facts[TARGET_PORTS_MAX];
	unsigned pending;
	struct slot {
		struct host *host;
		unsigned index;
		struct probe *probe;
	} slots[TARGET_PORTS_MAX];
};

struct scan {
	struct net_loop *loop;
	struct scan_options options;
	struct source *source;
	const struct scan_events *events;
	void *user;
	struct resolver *resolver;
	struct net_watch *watch;
	struct net_timer *begin;
	struct target *target; /* the range or literal that is being walked through */
	uint64_t index;
	bool piped;
	bool exhausted;
	bool finished;
	unsigned lookups;
	unsigned endpoints;       /* under way */
	GQueue waiting;           /* of struct host: resolved, not yet begun */
	GHashTable *hosts;        /* of struct host: begun */
	GHashTable *lookups_open; /* of struct lookup */
};

struct lookup {
	struct scan *scan;
	struct target *target;
};

static void pump(struct scan *scan);

static void
lookup_free(void *data)
{
	struct lookup *lookup = data;

	target_free(lookup->target);
	g_free(lookup);
}

static void
host_free(void *data)
{
	struct host *host = data;

	for (unsigned i = 0; i < host->ports.count; i++) {
		if (host->slots[i].probe != NULL)
			probe_cancel(host->slots[i].probe);
		facts_free(host->facts[i]);
	}
	g_free(host);
}

static void
report_failure(struct scan *scan, const char *subject, const char *message, bool usage)
{
	const struct failure failure = {
		.time = g_get_real_time(),
		.subject = subject,
		.message = message,
		.usage = usage,
	};

	scan->events->failed(scan->user, &failure);
}

/* --- one host --------------------------------------------------------------------------------- */

static bool
speaks_tls(const struct facts *facts)
{
	enum handshake handshake = facts->probe.tls.handshake;

	return facts->endpoint.mode == MODE_POP3S &&
		(handshake == HANDSHAKE_UP || handshake == HANDSHAKE_ALERT);
}

/* What each endpoint's rules may know of the others. */
static struct host_facts
host_facts(const struct host *host)
{
	struct host_facts known = { 0 };

	for (unsigned i = 0; i < host->ports.count; i++) {
		const struct facts *facts = host->facts[i];

		if (host->ports.items[i].mode != MODE_POP3S)
			continue;
		known.implicit_tls_asked = true;
		known.implicit_tls_found |= facts != NULL && speaks_tls(facts);
		known.implicit_tls_unknown |=
			facts == NULL || facts->verdict.value == VERDICT_UNDETERMINED;
	}
	return known;
}

static void
host_finish(struct host *host)
{
	struct scan *scan = host->scan;
	struct host_facts known = host_facts(host);

	for (unsigned i = 0; i < host->ports.count; i++) {
		struct facts *facts = g_steal_pointer(&host->facts[i]);

		if (facts == NULL)
			continue;
		facts->host = known;
		scan->events->assessed(scan->user, rules_assess(facts, WITNESS_PROBE));
	}
	g_hash_table_remove(scan->hosts, host);
	scan->events->host_done(scan->user);
	pump(scan);
}

static void
on_probed(void *user, struct facts *facts, const GError *error)
{
	struct slot *slot = user;
	struct host *host = slot->host;

	slot->probe = NULL;
	host->facts[slot->index] = facts;
	host->scan->endpoints--;
	if (error != NULL)
		report_failure(host->scan, host->name, error->message, false);
	if (--host->pending == 0)
		host_finish(host);
	else
		pump(host->scan);
}

static void
host_begin(struct scan *scan, struct host *host)
{
	g_hash_table_add(scan->hosts, host);
	host->pending = (unsigned)host->ports.count;
	for (unsigned i = 0; i < host->ports.count; i++) {
		struct endpoint endpoint = {
			.port = host->ports.items[i].port,
			.mode = host->ports.items[i].mode,
		};

		g_strlcpy(endpoint.host, host->name, sizeof(endpoint.host));
		g_strlcpy(endpoint.address, host->address, sizeof(endpoint.address));
		host->slots[i] = (struct slot){ .host = host, .index = i };
		scan->endpoints++;
		host->slots[i].probe = probe_start(scan->loop, &endpoint, &scan->options.probe,
			on_probed, &host->slots[i]);
	}
}

static struct host *
host_new(struct scan *scan, const struct target *target, const char *address)
{
	struct host *host = g_new0(struct host, 1);
	const char *name = target->kind == TARGET_RANGE ? address : target->host;

	host->scan = scan;
	host->ports = target_ports(target, &scan->options.ports);
	g_strlcpy(host->name, name, sizeof(host->name));
	g_strlcpy(host->address, address, sizeof(host->address));
	return host;
}

/* --- names ------------------------------------------------------------------------------------ */

static void
on_resolved(void *user, const char *const *addresses, size_t count, const char *why)
{
	struct lookup *lookup = user;
	struct scan *scan = lookup->scan;
	size_t asked = scan->options.one_address ? MIN(count, 1) : count;

	scan->lookups--;
	for (size_t i = 0; i < asked; i++)
		g_queue_push_tail(&scan->waiting, host_new(scan, lookup->target, addresses[i]));
	scan->events->hosts_found(scan->user, (int64_t)asked - 1);
	if (count == 0) {
		g_autofree char *message = g_strdup_printf("cannot be resolved: %s", why);

		report_failure(scan, lookup->target->text, message, false);
	}
	g_hash_table_remove(scan->lookups_open, lookup);
	pump(scan);
}

static void
resolve(struct scan *scan, struct target *target)
{
	struct lookup *lookup = g_new0(struct lookup, 1);

	lookup->scan = scan;
	lookup->target = target;
	g_hash_table_add(scan->lookups_open, lookup);
	scan->lookups++;
	resolver_ask(scan->resolver, target->host, on_resolved, lookup);
}

/* --- the pump --------------------------------------------------------------------------------- */

/* Names what the user named is always asked; what ranges and pipes bring is not. */
static bool
is_passed_over(const struct scan *scan, const char *address)
{
	return (scan->piped || target_is_wide(scan->target)) && target_never_asked(address);
}

enum {
	WALK_MAX = 16384
}; /* addresses passed over in one turn of the loop */

/*
 * Begins the next address of the target that is being walked through. False
 * when it is at its end, or (scan->target is still set) goes on next turn.
 */
static bool
walk(struct scan *scan)
{
	char address[ENDPOINT_ADDRESS_MAX + 1];

	for (unsigned passed = 0; scan->target != NULL && passed < WALK_MAX; passed++) {
		if (target_address(scan->target, scan->index, address) == NULL) {
			g_clear_pointer(&scan->target, target_free);
			return false;
		}
		scan->index++;
		if (!is_passed_over(scan, address)) {
			host_begin(scan, host_new(scan, scan->target, address));
			return true;
		}
		scan->events->skipped(scan->user, 1);
	}
	if (scan->target != NULL)
		net_timer_start(scan->begin, 0, 0);
	return false;
}

static void
take_target(struct scan *scan, const struct source_item *item)
{
	if (item->target->first.family == FAMILY_NONE) {
		resolve(scan, item->target);
		return;
	}
	scan->target = item->target;
	scan->index = 0;
	scan->piped = item->piped;
}

/* Takes one item of the source. Returns false when nothing more can be taken now. */
static bool
pull(struct scan *scan)
{
	struct source_item item;

	if (scan->exhausted || scan->lookups >= SCAN_LOOKUPS_MAX)
		return false;
	switch (source_next(scan->source, &item)) {
	case SOURCE_TARGET:
		take_target(scan, &item);
		return true;
	case SOURCE_BAD_LINE:
		report_failure(scan, item.where, item.message, true);
		g_free(item.where);
		g_free(item.message);
		return true;
	case SOURCE_WAIT:
		net_watch_start(scan->watch);
		return false;
	case SOURCE_END:
		break;
	}
	scan->exhausted = true;
	return false;
}

static bool
is_finished(const struct scan *scan)
{
	return scan->exhausted && scan->target == NULL && scan->lookups == 0 &&
		scan->waiting.length == 0 && g_hash_table_size(scan->hosts) == 0;
}

static void
pump(struct scan *scan)
{
	while (scan->endpoints < scan->options.concurrency) {
		struct host *host = g_queue_pop_head(&scan->waiting);

		if (host != NULL)
			host_begin(scan, host);
		else if (!walk(scan) && (scan->target != NULL || !pull(scan)))
			break;
	}
	if (!scan->finished && is_finished(scan)) {
		scan->finished = true;
		scan->events->finished(scan->user);
	}
}

static void
on_readable(void *user)
{
	struct scan *scan = user;

	net_watch_stop(scan->watch);
	pump(scan);
}

static void
on_begin(void *user)
{
	pump(user);
}

struct scan *
scan_new(struct net_loop *loop, const struct scan_options *options, struct source *source,
	const struct scan_events *events, void *user, GError **error)
{
	struct resolver *resolver = resolver_new(loop, error);
	struct scan *scan;

	if (resolver == NULL) {
		source_free(source);
		return NULL;
	}
	scan = g_new0(struct scan, 1);
	scan->loop = loop;
	scan->options = *options;
	scan->source = source;
	scan->events = events;
	scan->user = user;
	scan->resolver = resolver;
	scan->hosts = g_hash_table_new_full(NULL, NULL, host_free, NULL);
	scan->lookups_open = g_hash_table_new_full(NULL, NULL, lookup_free, NULL);
	if (source_fd(source) >= 0)
		scan->watch = net_watch_new(loop, source_fd(source), on_readable, scan);
	scan->begin = net_timer_new(loop, on_begin, scan);
	net_timer_start(scan->begin, 0, 0);
	return scan;
}

void
scan_free(struct scan *scan)
{
	if (scan == NULL)
		return;
	net_timer_close(scan->begin);
	net_watch_close(scan->watch);
	resolver_free(scan->resolver);
	g_hash_table_unref(scan->hosts);
	g_hash_table_unref(scan->lookups_open);
	g_queue_clear_full(&scan->waiting, host_free);
	target_free(scan->target);
	source_free(scan->source);
	g_free(scan);
}
