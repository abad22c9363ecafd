/* SPDX-License-Identifier: Apache-2.0 */
#include "witness/probe/login.h"

#include <string.h>

#include "net/crypto.h"
#include "pop3/login.h"
#include "witness/probe/approach.h"

enum {
	BINDINGS_MAX = 3
};

struct login_errand {
	struct net_loop *loop;
	struct facts *facts;
	struct facts *session; /* what is known of this session's TLS */
	const struct probe_options *options;
	const struct login_options *login;
	struct approach *approach;
	struct pop3_login *dialogue; /* once TLS is up */
	struct sasl_binding bindings[BINDINGS_MAX];
	struct login_result result;
	unsigned turn;
	int64_t started;
	char *why; /* what result.why points to, where the dialogue did not say it */
	void (*done)(void *user);
	void *user;
};

/* --- whether the session is worthy of a secret ------------------------------------------------ */

static bool
is_dated(const struct certificate_facts *certificate, int64_t now)
{
	return certificate->begins <= now && now < certificate->ends;
}

static char *
distrust_dates(const struct tls_details *details, int64_t now)
{
	for (size_t i = 0; i < details->chain_count; i++) {
		const struct certificate_facts *certificate = &details->chain[i];

		/* A root that is sent along, and has expired, is no part of what is trusted. */
		if (!is_dated(certificate, now) && (i == 0 || !certificate->self_issued))
			return g_strdup_printf("the certificate of %s is valid from %s to %s only",
				certificate->subject, certificate->not_before,
				certificate->not_after);
	}
	return NULL;
}

char *
login_distrust(const struct tls_facts *tls, int64_t now)
{
	const struct tls_details *details = tls->details;
	char *why;

	if (details == NULL || details->trust == TRUST_NOT_CHECKED || details->chain_count == 0)
		return g_strdup("the server's certificate was not examined");
	if (details->trust != TRUST_HOLDS)
		return g_strdup_printf("the chain does not hold: %s",
			details->trust_error != NULL ? details->trust_error :
						       trust_word(details->trust));
	why = distrust_dates(details, now);
	if (why != NULL)
		return why;
	if (details->staple == STAPLE_REVOKED)
		return g_strdup("the certificate is revoked");
	if (details->name == NAME_NOT_CHECKED)
		return g_strdup("there is no name to hold the certificate against (--tls-name)");
	if (details->name != NAME_MATCHES)
		return g_strdup_printf("the certificate is not for %s",
			details->reference != NULL ? details->reference : "this server");
	return NULL;
}

/* --- the end ---------------------------------------------------------------------------------- */

static void
finish(struct login_errand *errand)
{
	g_clear_pointer(&errand->approach, approach_close);
	errand->result.duration = net_loop_now(errand->loop) - errand->started;
	errand->done(errand->user);
}

/* Takes over `why`. */
static void
give_up(struct login_errand *errand, enum login_outcome outcome, char *why)
{
	errand->result.outcome = outcome;
	errand->why = why;
	errand->result.why = why;
	finish(errand);
}

/* --- the dialogue ----------------------------------------------------------------------------- */

static int64_t
patience(const struct login_errand *errand)
{
	const struct probe_options *options = errand->options;

	switch (pop3_login_patience(errand->dialogue)) {
	case POP3_PATIENCE_GREETING:
	case POP3_PATIENCE_CREDENTIAL:
		return MAX(options->greeting_timeout, options->step_timeout);
	case POP3_PATIENCE_GOODBYE:
		return PROBE_SECONDS(PROBE_GOODBYE_SECONDS);
	case POP3_PATIENCE_STEP:
		break;
	}
	return options->step_timeout;
}

static void
go_on(struct login_errand *errand)
{
	enum pop3_want want = pop3_login_run(errand->dialogue);
	struct connection *connection = approach_connection(errand->approach);
	size_t length;
	const char *output = pop3_login_output(errand->dialogue, &length);

	if (length > 0)
		connection_send_secret(connection, output, length);
	if (want == POP3_DONE) {
		finish(errand);
		return;
	}
	if (errand->turn == pop3_login_turn(errand->dialogue))
		return;
	errand->turn = pop3_login_turn(errand->dialogue);
	connection_deadline(connection, patience(errand));
}

static void
begin_dialogue(struct login_errand *errand)
{
	const struct login_options *login = errand->login;
	struct pop3_login_plan plan = {
		.greeting = approach_begins_tls(errand->facts),
		.mechanism = login->mechanism,
		.hide = errand->result.overridden,
		.token = login->token,
		.sasl = {
			.user = login->user,
			.secret = login->secret,
			.host = probe_server_name(errand->facts, errand->options),
			.port = errand->facts->endpoint.port,
			.crypto = &net_crypto,
			.bindings = errand->bindings,
		},
		.classify = probe_classify,
		.classify_user = errand->facts,
	};

	plan.sasl.binding_count = connection_bindings(approach_connection(errand->approach),
		errand->bindings, BINDINGS_MAX);
	errand->dialogue = pop3_login_new(&plan, &errand->result);
	errand->turn = pop3_login_turn(errand->dialogue);
	connection_deadline(approach_connection(errand->approach), patience(errand));
	go_on(errand);
}

/* --- the connection --------------------------------------------------------------------------- */

static void
on_ready(void *user)
{
	struct login_errand *errand = user;
	const char *name = probe_server_name(errand->facts, errand->options);
	const struct connection_tls how = {
		.server_name = name,
		.trust = errand->options->trust,
		.reference = name,
		.careful = true,
	};

	connection_secure(approach_connection(errand->approach), &how);
	connection_deadline(approach_connection(errand->approach), errand->options->step_timeout);
}

static void
on_secured(void *user, enum handshake handshake, const char *why, const char *clear, size_t length)
{
	struct login_errand *errand = user;
	g_autofree char *distrust = NULL;

	(void)clear, (void)length;
	if (handshake != HANDSHAKE_UP) {
		give_up(errand, LOGIN_NOT_TRIED,
			g_strdup_printf("no TLS session came up: %s", why));
		return;
	}
	connection_tls_facts(approach_connection(errand->approach), errand->session);
	distrust = login_distrust(&errand->session->probe.tls, g_get_real_time());
	if (distrust != NULL && !errand->login->insecure) {
		give_up(errand, LOGIN_NOT_TRIED, g_steal_pointer(&distrust));
		return;
	}
	errand->result.overridden = distrust != NULL;
	begin_dialogue(errand);
}

static void
on_received(void *user, const char *bytes, size_t length)
{
	struct login_errand *errand = user;

	if (errand->dialogue == NULL)
		return;
	pop3_login_feed(errand->dialogue, bytes, length);
	go_on(errand);
}

static void
lose(struct login_errand *errand, enum pop3_event event, const char *why)
{
	if (errand->dialogue == NULL) {
		errand->result.step = "stls-handshake";
		give_up(errand, LOGIN_LOST, g_strdup(why));
		return;
	}
	pop3_login_event(errand->dialogue, event);
	go_on(errand);
}

static void
on_ended(void *user, enum connection_end end)
{
	lose(user, end == CONNECTION_END_CLOSED ? POP3_CLOSED : POP3_RESET,
		"the server closed the connection within the TLS handshake");
}

static void
on_expired(void *user)
{
	lose(user, POP3_EXPIRED, "the TLS handshake was not answered in time");
}

static void
on_failed(void *user, enum connect_outcome connect, const char *why)
{
	give_up(user, connect == CONNECT_OPEN ? LOGIN_LOST : LOGIN_UNREACHABLE, g_strdup(why));
}

static const struct approach_events events = {
	.ready = on_ready,
	.secured = on_secured,
	.received = on_received,
	.ended = on_ended,
	.expired = on_expired,
	.failed = on_failed,
};

struct login_errand *
login_start(struct net_loop *loop, struct facts *facts, const struct probe_options *options,
	const struct login_options *login, void (*done)(void *user), void *user)
{
	struct login_errand *errand = g_new0(struct login_errand, 1);

	errand->loop = loop;
	errand->facts = facts;
	errand->options = options;
	errand->login = login;
	errand->done = done;
	errand->user = user;
	errand->result.messages = -1;
	errand->started = net_loop_now(loop);
	errand->session = facts_new();
	facts_set_endpoint(errand->session, &facts->endpoint);
	errand->approach = approach_start(loop, facts, options, false, &events, errand);
	return errand;
}

const struct login_result *
login_result(const struct login_errand *errand)
{
	return &errand->result;
}

void
login_free(struct login_errand *errand)
{
	if (errand == NULL)
		return;
	approach_close(errand->approach);
	pop3_login_free(errand->dialogue);
	facts_free(errand->session);
	g_free(errand->why);
	g_free(errand);
}
