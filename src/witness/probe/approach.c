/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Greeting and STLS, and nothing else: what the server said to them is known
 * from the probe, so here a reply that is not "+OK" is a failure.
 */
#include "witness/probe/approach.h"

#include "pop3/reply.h"

enum stage {
	STAGE_WAITING, /* for a token of the rate, or to report a failure */
	STAGE_CONNECTING,
	STAGE_GREETING,
	STAGE_STLS,
	STAGE_READY,
};

struct approach {
	struct net_loop *loop;
	const struct facts *facts;
	const struct probe_options *options;
	bool greeted_only;
	const struct approach_events *events;
	void *user;
	enum stage stage;
	struct connection *connection;
	struct pop3_input input;
	struct net_rate_place place;
	struct net_timer *fail; /* to report from the loop what failed at once */
	char *why;
};

static void
fail(struct approach *approach, enum connect_outcome connect, const char *why)
{
	approach->events->failed(approach->user, connect, why);
}

static void
become_ready(struct approach *approach)
{
	approach->stage = STAGE_READY;
	connection_deadline(approach->connection, 0);
	approach->events->ready(approach->user);
}

static void
wait_for(struct approach *approach, enum stage stage, int64_t patience)
{
	approach->stage = stage;
	connection_deadline(approach->connection, patience);
}

static void
on_connected(void *user, enum connect_outcome outcome, const char *why)
{
	struct approach *approach = user;

	if (outcome != CONNECT_OPEN)
		fail(approach, outcome, why);
	else if (approach_begins_tls(approach->facts))
		become_ready(approach);
	else
		wait_for(approach, STAGE_GREETING, approach->options->greeting_timeout);
}

static void
on_secured(void *user, enum handshake handshake, const char *why, const char *clear, size_t length)
{
	struct approach *approach = user;

	approach->events->secured(approach->user, handshake, why, clear, length);
}

/* The greeting has come. */
static void
greeted(struct approach *approach)
{
	static const char stls[] = "STLS\r\n";

	if (approach->greeted_only) {
		become_ready(approach);
		return;
	}
	connection_send(approach->connection, stls, sizeof(stls) - 1);
	wait_for(approach, STAGE_STLS, approach->options->step_timeout);
}

static void
take_reply(struct approach *approach, const struct pop3_reply *reply)
{
	bool greeting = approach->stage == STAGE_GREETING;

	if (reply->kind != REPLY_OK)
		fail(approach, CONNECT_OPEN,
			greeting ? "the greeting refused us" : "STLS was refused");
	else if (greeting)
		greeted(approach);
	else if (pop3_input_waiting(&approach->input) > 0)
		fail(approach, CONNECT_OPEN, "plaintext stood behind the answer to STLS");
	else
		become_ready(approach);
}

static void
on_received(void *user, const char *bytes, size_t length)
{
	struct approach *approach = user;
	struct pop3_reply reply;

	if (approach->stage == STAGE_READY) {
		approach->events->received(approach->user, bytes, length);
		return;
	}
	if (!pop3_input_feed(&approach->input, bytes, length))
		fail(approach, CONNECT_OPEN, "the server sent too much");
	else if (pop3_read_reply(&approach->input, &reply))
		take_reply(approach, &reply);
}

static void
on_ended(void *user, enum connection_end end)
{
	struct approach *approach = user;

	if (approach->stage == STAGE_READY)
		approach->events->ended(approach->user, end);
	else
		fail(approach, CONNECT_OPEN,
			approach->stage == STAGE_GREETING ?
				"the server closed the connection instead of a greeting" :
				"the server closed the connection instead of an answer to STLS");
}

static void
on_expired(void *user)
{
	struct approach *approach = user;

	if (approach->stage == STAGE_READY)
		approach->events->expired(approach->user);
	else if (approach->stage == STAGE_CONNECTING)
		fail(approach, CONNECT_TIMEOUT, "no answer in time");
	else
		fail(approach, CONNECT_OPEN,
			approach->stage == STAGE_GREETING ? "no greeting in time" :
							    "STLS was not answered in time");
}

static const struct connection_events connection_events = {
	.connected = on_connected,
	.secured = on_secured,
	.received = on_received,
	.ended = on_ended,
	.expired = on_expired,
};

static void
on_fail(void *user)
{
	struct approach *approach = user;

	fail(approach, CONNECT_NOT_TRIED, approach->why);
}

static void
open_connection(struct approach *approach)
{
	const struct connection_request request = {
		.address = approach->facts->endpoint.address,
		.port = approach->facts->endpoint.port,
		.source = approach->options->source,
	};
	g_autoptr(GError) error = NULL;

	approach->connection =
		connection_open(approach->loop, &request, &connection_events, approach, &error);
	if (approach->connection != NULL) {
		wait_for(approach, STAGE_CONNECTING, approach->options->step_timeout);
		return;
	}
	approach->why = g_strdup(error->message);
	approach->fail = net_timer_new(approach->loop, on_fail, approach);
	net_timer_start(approach->fail, 0, 0);
}

static void
on_granted(void *user)
{
	open_connection(user);
}

bool
approach_begins_tls(const struct facts *facts)
{
	return facts->endpoint.mode == MODE_POP3S || facts->probe.tls_first;
}

struct approach *
approach_start(struct net_loop *loop, const struct facts *facts,
	const struct probe_options *options, bool greeted_only,
	const struct approach_events *events, void *user)
{
	struct approach *approach = g_new0(struct approach, 1);

	approach->loop = loop;
	approach->facts = facts;
	approach->options = options;
	approach->greeted_only = greeted_only;
	approach->events = events;
	approach->user = user;
	approach->place.granted = on_granted;
	approach->place.user = approach;
	if (options->rate == NULL || net_rate_take(options->rate, &approach->place, NET_RATE_BEGUN))
		open_connection(approach);
	return approach;
}

struct connection *
approach_connection(struct approach *approach)
{
	g_return_val_if_fail(approach->stage == STAGE_READY, NULL);
	return approach->connection;
}

void
approach_close(struct approach *approach)
{
	if (approach == NULL)
		return;
	if (approach->options->rate != NULL)
		net_rate_leave(approach->options->rate, &approach->place);
	connection_close(approach->connection);
	net_timer_close(approach->fail);
	pop3_input_clear(&approach->input);
	g_free(approach->why);
	g_free(approach);
}
