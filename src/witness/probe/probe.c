/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Drives the dialogue over real connections. Every wait has one deadline,
 * counted from its beginning and not from the last byte, so that a server
 * that sends a byte a second holds nobody up.
 */
#include "witness/probe/probe.h"

#include <string.h>

#include "model/spares.h"
#include "net/connection.h"
#include "pop3/probe.h"
#include "witness/probe/deep.h"

#define MILLISECONDS(n) ((int64_t)(n)*G_TIME_SPAN_MILLISECOND)

struct probe {
	struct net_loop *loop;
	const struct probe_options *options;
	uint32_t greeting_timeout; /* ms, as there are thousands of probes */
	uint32_t step_timeout;     /* ms */
	struct facts *facts;
	struct pop3_probe *dialogue;
	struct connection *connection;
	struct deep *deep;            /* once the dialogue is over */
	struct net_rate_place *place; /* NULL while it waits for no token */
	int64_t started;
	int64_t total_end;     /* when the time for the whole endpoint is over */
	int64_t waiting_since; /* for the step under way, or for a token */
	unsigned turn;
	uint8_t waiting_step;
	bool waiting;           /* in waiting_step, and the clock wants to know how long */
	bool total_first;       /* the deadline that is set is that of the whole endpoint */
	struct net_timer *fail; /* to report `error` from the loop */
	GError *error;
	void (*done)(void *user, struct facts *facts, const GError *error);
	void *user;
	char name[PROBE_NAME_SIZE];
	char secret[PROBE_SECRET_SIZE];
};

G_STATIC_ASSERT(PROBE_CLOCK_STEPS <= UINT8_MAX);

static struct spares spares;

static void probe_go_on(struct probe *probe);

static void
probe_free(struct probe *probe)
{
	if (probe->place != NULL)
		net_rate_leave(probe->options->rate, probe->place);
	g_free(probe->place);
	connection_close(probe->connection);
	deep_cancel(probe->deep);
	net_timer_close(probe->fail);
	pop3_probe_free(probe->dialogue);
	facts_free(probe->facts);
	g_clear_error(&probe->error);
	explicit_bzero(probe->secret, sizeof(probe->secret));
	spares_give(&spares, probe);
}

static void
probe_finish(void *user)
{
	struct probe *probe = user;
	struct facts *facts = g_steal_pointer(&probe->facts);

	probe->deep = NULL;
	facts->probe.duration = net_loop_now(probe->loop) - probe->started;
	probe_conclude(facts);
	probe->done(probe->user, facts, NULL);
	probe_free(probe);
}

/* That a credential was sent must not be forgotten: nobody may send another one. */
static void
on_fail(void *user)
{
	struct probe *probe = user;
	struct facts *facts = NULL;

	if (probe->facts->probe.credential.mechanism != NULL) {
		facts = g_steal_pointer(&probe->facts);
		facts->probe.duration = net_loop_now(probe->loop) - probe->started;
		probe_conclude(facts);
	}
	probe->done(probe->user, facts, probe->error);
	probe_free(probe);
}

/* --- the clock -------------------------------------------------------------------------------- */

static void
clock_begin(struct probe *probe)
{
	probe->waiting = probe->options->clock != NULL;
	probe->waiting_step = (uint8_t)pop3_probe_step_number(probe->dialogue);
	probe->waiting_since = net_loop_now(probe->loop);
}

static void
clock_end(struct probe *probe)
{
	if (probe->waiting)
		probe_clock_wait(probe->options->clock, probe->waiting_step,
			net_loop_now(probe->loop) - probe->waiting_since);
	probe->waiting = false;
}

static void
clock_timeout(struct probe *probe)
{
	if (probe->waiting)
		probe_clock_timeout(probe->options->clock, probe->waiting_step);
	probe->waiting = false;
}

/* --- what happens to the connection ----------------------------------------------------------- */

static int64_t
patience(const struct probe *probe)
{
	switch (pop3_probe_patience(probe->dialogue)) {
	case POP3_PATIENCE_GREETING:
	case POP3_PATIENCE_CREDENTIAL:
		return MAX(MILLISECONDS(probe->greeting_timeout),
			MILLISECONDS(probe->step_timeout));
	case POP3_PATIENCE_GOODBYE:
		return PROBE_SECONDS(PROBE_GOODBYE_SECONDS);
	case POP3_PATIENCE_STEP:
		break;
	}
	return MILLISECONDS(probe->step_timeout);
}

/* Waits for an answer, but not for longer than the whole endpoint may take. */
static void
set_deadline(struct probe *probe, int64_t after)
{
	int64_t rest = MAX(probe->total_end - net_loop_now(probe->loop), 1);

	probe->total_first = rest < after;
	connection_deadline(probe->connection, MIN(rest, after));
}

static void
note_vantage(struct probe *probe)
{
	struct probe_facts *facts = &probe->facts->probe;
	char local[ENDPOINT_ADDRESS_MAX + 1];
	enum nearness nearness =
		connection_nearness(probe->connection, probe->facts->endpoint.address, local);

	if (facts->source == NULL && local[0] != '\0')
		facts->source = facts_keep(probe->facts, local, strlen(local));
	facts->same_address = nearness == NEARNESS_SAME_ADDRESS;
	if (nearness != NEARNESS_OTHER_HOST)
		facts->vantage = VANTAGE_SAME_HOST;
}

static void
on_connected(void *user, enum connect_outcome outcome, const char *why)
{
	struct probe *probe = user;

	if (outcome == CONNECT_OPEN) {
		note_vantage(probe);
		pop3_probe_event(probe->dialogue, POP3_CONNECTED);
	} else {
		pop3_probe_unconnected(probe->dialogue, outcome, why);
	}
	probe_go_on(probe);
}

static void
on_secured(void *user, enum handshake handshake, const char *why, const char *clear, size_t length)
{
	struct probe *probe = user;
	struct tls_facts *tls = &probe->facts->probe.tls;

	tls->handshake = handshake;
	if (handshake == HANDSHAKE_UP) {
		connection_tls_facts(probe->connection, probe->facts);
		pop3_probe_event(probe->dialogue, POP3_SECURED);
	} else {
		tls->error = facts_keep(probe->facts, why, strlen(why));
		pop3_probe_clear_bytes(probe->dialogue, clear, length);
		pop3_probe_event(probe->dialogue, POP3_UNSECURED);
	}
	probe_go_on(probe);
}

static void
on_received(void *user, const char *bytes, size_t length)
{
	struct probe *probe = user;

	pop3_probe_feed(probe->dialogue, bytes, length);
	probe_go_on(probe);
}

static void
on_ended(void *user, enum connection_end end)
{
	struct probe *probe = user;

	pop3_probe_event(probe->dialogue, end == CONNECTION_END_CLOSED ? POP3_CLOSED : POP3_RESET);
	probe_go_on(probe);
}

static bool
is_connecting(struct probe *probe)
{
	return g_str_equal(pop3_probe_step(probe->dialogue), "connect");
}

static void
on_expired(void *user)
{
	struct probe *probe = user;

	clock_timeout(probe);
	if (is_connecting(probe))
		pop3_probe_unconnected(probe->dialogue, CONNECT_TIMEOUT, "no answer in time");
	else
		pop3_probe_event(probe->dialogue,
			probe->total_first ? POP3_OUT_OF_TIME : POP3_EXPIRED);
	probe_go_on(probe);
}

static const struct connection_events connection_events = {
	.connected = on_connected,
	.secured = on_secured,
	.received = on_received,
	.ended = on_ended,
	.expired = on_expired,
};

/* --- connecting ------------------------------------------------------------------------------- */

static void
probe_open(struct probe *probe)
{
	const struct connection_request request = {
		.address = probe->facts->endpoint.address,
		.port = probe->facts->endpoint.port,
		.source = probe->options->source,
	};

	probe->connection =
		connection_open(probe->loop, &request, &connection_events, probe, &probe->error);
	if (probe->connection == NULL && probe->options->source != NULL)
		g_prefix_error(&probe->error, "from %s: ", probe->options->source);
	if (probe->connection == NULL) {
		probe->fail = net_timer_new(probe->loop, on_fail, probe);
		net_timer_start(probe->fail, 0, 0);
		return;
	}
	clock_begin(probe);
	set_deadline(probe, MILLISECONDS(probe->step_timeout));
}

static void
on_granted(void *user)
{
	struct probe *probe = user;
	int64_t waited = net_loop_now(probe->loop) - probe->waiting_since;

	probe->started += waited;
	probe->total_end += waited;
	if (probe->place->line == NET_RATE_NEW)
		probe->facts->now = probe->facts->probe.started = g_get_real_time();
	g_clear_pointer(&probe->place, g_free);
	probe_open(probe);
}

/* An endpoint that was begun goes before new ones. */
static bool
takes_token(struct probe *probe)
{
	bool begun = probe->facts->probe.connect != CONNECT_NOT_TRIED;

	if (probe->options->rate == NULL)
		return true;
	probe->place = g_new0(struct net_rate_place, 1);
	probe->place->granted = on_granted;
	probe->place->user = probe;
	if (!net_rate_take(probe->options->rate, probe->place,
		    begun ? NET_RATE_BEGUN : NET_RATE_NEW))
		return false;
	g_clear_pointer(&probe->place, g_free);
	return true;
}

static void
probe_connect(struct probe *probe)
{
	g_clear_pointer(&probe->connection, connection_close);
	if (takes_token(probe)) {
		probe_open(probe);
		return;
	}
	probe->waiting_since = net_loop_now(probe->loop);
}

static void
probe_flush(struct probe *probe)
{
	size_t length;
	const char *bytes = pop3_probe_output(probe->dialogue, &length);

	if (length > 0 && probe->connection != NULL)
		connection_send(probe->connection, bytes, length);
	pop3_probe_sent(probe->dialogue);
}

static void
probe_secure(struct probe *probe)
{
	const char *name = probe_server_name(probe->facts, probe->options);
	const struct connection_tls how = {
		.server_name = name,
		.trust = probe->options->trust,
		.reference = name,
	};

	connection_secure(probe->connection, &how);
}

/* The dialogue is over: deep depth goes on from here, on connections of its own. */
static void
probe_end(struct probe *probe)
{
	if (probe->options->depth != DEPTH_DEEP) {
		probe_finish(probe);
		return;
	}
	g_clear_pointer(&probe->connection, connection_close);
	probe->deep = deep_start(probe->loop, probe->facts, probe->options, probe_finish, probe);
}

static void
probe_go_on(struct probe *probe)
{
	enum pop3_want want = pop3_probe_run(probe->dialogue);

	if (want == POP3_WANT_CONNECT || want == POP3_DONE ||
		probe->turn != pop3_probe_turn(probe->dialogue))
		clock_end(probe);
	probe_flush(probe);
	switch (want) {
	case POP3_WANT_CONNECT:
		probe_connect(probe);
		return;
	case POP3_WANT_TLS:
		probe_secure(probe);
		break;
	case POP3_DONE:
		probe_end(probe);
		return;
	case POP3_WANT_INPUT:
	case POP3_AGAIN:
		break;
	}
	if (probe->turn != pop3_probe_turn(probe->dialogue)) {
		probe->turn = pop3_probe_turn(probe->dialogue);
		clock_begin(probe);
		set_deadline(probe, patience(probe));
	}
}

const char *
probe_server_name(const struct facts *facts, const struct probe_options *options)
{
	return options->tls_name != NULL ? options->tls_name : facts->endpoint.host;
}

struct probe *
probe_start(struct net_loop *loop, const struct endpoint *endpoint,
	const struct probe_options *options, bool spent,
	void (*done)(void *user, struct facts *facts, const GError *error), void *user)
{
	struct probe *probe = spares_take0(&spares, sizeof(*probe));
	struct pop3_plan plan = { .depth = options->depth,
		.no_credential = options->no_credential || spent,
		.brief = options->brief };

	probe->loop = loop;
	probe->options = options;
	probe->greeting_timeout = (uint32_t)(options->greeting_timeout / MILLISECONDS(1));
	probe->step_timeout = (uint32_t)(options->step_timeout / MILLISECONDS(1));
	probe->done = done;
	probe->user = user;
	probe->facts = facts_new();
	facts_set_endpoint(probe->facts, endpoint);
	probe->facts->now = probe->facts->probe.started = g_get_real_time();
	probe->started = net_loop_now(loop);
	probe->total_end = probe->started + PROBE_GREETINGS * options->greeting_timeout +
		PROBE_STEPS * options->step_timeout;
	probe_random_name(probe->name, options->contact);
	probe_random_secret(probe->secret);
	plan.nobody = probe->name;
	plan.secret = probe->secret;
	plan.classify = probe_classify;
	plan.user = probe->facts;
	probe->dialogue = pop3_probe_new(&plan, probe->facts);
	probe_go_on(probe); /* to its first connection, which never calls back at once */
	return probe;
}

void
probe_cancel(struct probe *probe)
{
	probe_free(probe);
}
