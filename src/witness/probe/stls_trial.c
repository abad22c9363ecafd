/* SPDX-License-Identifier: Apache-2.0 */
#include "witness/probe/stls_trial.h"

#include "pop3/injection.h"
#include "witness/probe/approach.h"

struct stls_trial {
	struct facts *facts;
	const struct probe_options *options;
	struct pop3_injection *dialogue;
	struct approach *approach;
	unsigned turn;
	void (*done)(void *user);
	void *user;
};

void
stls_trial_cancel(struct stls_trial *trial)
{
	if (trial == NULL)
		return;
	approach_close(trial->approach);
	pop3_injection_free(trial->dialogue);
	g_free(trial);
}

static void
finish(struct stls_trial *trial)
{
	trial->done(trial->user);
	stls_trial_cancel(trial);
}

static int64_t
patience(const struct stls_trial *trial)
{
	return pop3_injection_patience(trial->dialogue) == POP3_PATIENCE_GOODBYE ?
		PROBE_SECONDS(PROBE_GOODBYE_SECONDS) :
		trial->options->step_timeout;
}

static void
go_on(struct stls_trial *trial)
{
	const struct connection_tls how = {
		.server_name = probe_server_name(trial->facts, trial->options),
	};
	enum pop3_want want = pop3_injection_run(trial->dialogue);
	struct connection *connection = approach_connection(trial->approach);
	size_t length;
	const char *output = pop3_injection_output(trial->dialogue, &length);

	if (want == POP3_DONE) {
		finish(trial);
		return;
	}
	if (length > 0)
		connection_send(connection, output, length);
	if (want == POP3_WANT_TLS)
		connection_secure(connection, &how);
	if (trial->turn == pop3_injection_turn(trial->dialogue))
		return;
	trial->turn = pop3_injection_turn(trial->dialogue);
	connection_deadline(connection, patience(trial));
}

static void
on_ready(void *user)
{
	go_on(user);
}

static void
on_secured(void *user, enum handshake handshake, const char *why, const char *clear, size_t length)
{
	struct stls_trial *trial = user;

	(void)why;
	if (handshake == HANDSHAKE_UP)
		pop3_injection_event(trial->dialogue, POP3_SECURED);
	else
		pop3_injection_unsecured(trial->dialogue, handshake, clear, length);
	go_on(trial);
}

static void
on_received(void *user, const char *bytes, size_t length)
{
	struct stls_trial *trial = user;

	pop3_injection_feed(trial->dialogue, bytes, length);
	go_on(trial);
}

static void
on_ended(void *user, enum connection_end end)
{
	struct stls_trial *trial = user;

	pop3_injection_event(trial->dialogue,
		end == CONNECTION_END_CLOSED ? POP3_CLOSED : POP3_RESET);
	go_on(trial);
}

static void
on_expired(void *user)
{
	struct stls_trial *trial = user;

	pop3_injection_event(trial->dialogue, POP3_EXPIRED);
	go_on(trial);
}

static void
on_failed(void *user, enum connect_outcome connect, const char *why)
{
	struct stls_trial *trial = user;

	(void)connect;
	trial->facts->probe.stls.injection = INJECTION_UNCLEAR;
	trial->facts->probe.stls.injection_error = facts_printf(trial->facts, "%s", why);
	finish(trial);
}

static const struct approach_events events = {
	.ready = on_ready,
	.secured = on_secured,
	.received = on_received,
	.ended = on_ended,
	.expired = on_expired,
	.failed = on_failed,
};

struct stls_trial *
stls_trial_start(struct net_loop *loop, struct facts *facts, const struct probe_options *options,
	void (*done)(void *user), void *user)
{
	struct stls_trial *trial = g_new0(struct stls_trial, 1);

	trial->facts = facts;
	trial->options = options;
	trial->dialogue = pop3_injection_new(facts);
	trial->done = done;
	trial->user = user;
	trial->approach = approach_start(loop, facts, options, true, &events, trial);
	return trial;
}
