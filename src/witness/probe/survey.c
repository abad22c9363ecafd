/* SPDX-License-Identifier: Apache-2.0 */
#include "witness/probe/survey.h"

#include "tls/survey.h"
#include "witness/probe/approach.h"

struct survey {
	struct net_loop *loop;
	struct facts *facts;
	const struct probe_options *options;
	struct tls_survey_run *run;
	struct approach *approach;
	struct net_timer *begin; /* for the first hello, from the loop */
	const void *hello;
	size_t length;
	void (*done)(void *user);
	void *user;
};

static void go_on(struct survey *survey);

void
survey_cancel(struct survey *survey)
{
	if (survey == NULL)
		return;
	approach_close(survey->approach);
	net_timer_close(survey->begin);
	tls_survey_free(survey->run);
	g_free(survey);
}

/* There is no answer, for one reason or another: on with the next hello. */
static void
end(struct survey *survey, enum tls_survey_end how)
{
	tls_survey_ended(survey->run, how);
	go_on(survey);
}

static void
on_ready(void *user)
{
	struct survey *survey = user;
	struct connection *connection = approach_connection(survey->approach);

	connection_send(connection, survey->hello, survey->length);
	connection_deadline(connection, survey->options->step_timeout);
}

static void
on_received(void *user, const char *bytes, size_t length)
{
	struct survey *survey = user;

	if (tls_survey_feed(survey->run, bytes, length))
		go_on(survey);
}

static void
on_ended(void *user, enum connection_end how)
{
	(void)how;
	end(user, TLS_SURVEY_CLOSED);
}

static void
on_expired(void *user)
{
	end(user, TLS_SURVEY_TIMEOUT);
}

static void
on_failed(void *user, enum connect_outcome connect, const char *why)
{
	(void)connect, (void)why;
	end(user, TLS_SURVEY_NO_CONNECTION);
}

/* TLS is never begun on these connections: a hello is bytes like any others. */
static const struct approach_events events = {
	.ready = on_ready,
	.received = on_received,
	.ended = on_ended,
	.expired = on_expired,
	.failed = on_failed,
};

static void
go_on(struct survey *survey)
{
	g_clear_pointer(&survey->approach, approach_close);
	survey->hello = tls_survey_next(survey->run, &survey->length);
	if (survey->hello != NULL) {
		survey->approach = approach_start(survey->loop, survey->facts, survey->options,
			false, &events, survey);
		return;
	}
	survey->done(survey->user);
	survey_cancel(survey);
}

static void
on_begin(void *user)
{
	go_on(user);
}

struct survey *
survey_start(struct net_loop *loop, struct facts *facts, const struct probe_options *options,
	unsigned parts, void (*done)(void *user), void *user)
{
	struct survey *survey = g_new0(struct survey, 1);

	survey->loop = loop;
	survey->facts = facts;
	survey->options = options;
	survey->done = done;
	survey->user = user;
	survey->run = tls_survey_new(facts, probe_server_name(facts, options), parts);
	survey->begin = net_timer_new(loop, on_begin, survey);
	net_timer_start(survey->begin, 0, 0);
	return survey;
}
