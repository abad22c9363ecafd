/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/ask.h"

#include <sys/random.h>

#include "model/spares.h"
#include "scan/weigh.h"

static struct spares spares;

struct ask {
	struct net_loop *loop;
	struct endpoint endpoint;
	const struct ask_options *options;
	const struct probe_options *probe_options;
	struct probe *probe;
	struct net_timer *wait;
	struct facts *kept;       /* the best attempt of the sample under way, or NULL */
	struct weighing *samples; /* that are done; NULL where one is all */
	uint16_t scarce;          /* times in a row that the system had no room */
	uint8_t sample;           /* from 0 */
	uint8_t retry;            /* of this sample */
	bool spent; /* the one credential has been sent, or is not to be sent any more */
	void (*done)(void *user, struct facts *facts, const GError *error);
	void *user;
};

int64_t
ask_backoff(unsigned retry, unsigned noise)
{
	int64_t seconds = retry < 5 ? INT64_C(1) << retry : ASK_BACKOFF_MAX;
	int64_t wait = seconds * G_USEC_PER_SEC;

	return wait -
		wait / 4 * (int64_t)MIN(noise, (unsigned)ASK_BACKOFF_NOISE) / ASK_BACKOFF_NOISE;
}

static unsigned
random_noise(void)
{
	uint16_t noise = 0;

	/* Without it all wait for the same time, which harms nobody. */
	if (getrandom(&noise, sizeof(noise), 0) != (ssize_t)sizeof(noise))
		return 0;
	return noise;
}

void
ask_cancel(struct ask *ask)
{
	if (ask->probe != NULL)
		probe_cancel(ask->probe);
	net_timer_close(ask->wait);
	facts_free(ask->kept);
	weighing_free(ask->samples);
	spares_give(&spares, ask);
}

static void
finish(struct ask *ask, struct facts *facts, const GError *error)
{
	ask->done(ask->user, facts, error);
	ask_cancel(ask);
}

static void on_probed(void *user, struct facts *facts, const GError *error);

static void
begin(struct ask *ask)
{
	ask->probe = probe_start(ask->loop, &ask->endpoint, ask->probe_options, ask->spent,
		on_probed, ask);
}

static void
wait_over(void *user)
{
	struct ask *ask = user;

	g_clear_pointer(&ask->wait, net_timer_close);
	begin(ask);
}

static void
wait_for(struct ask *ask, int64_t time)
{
	ask->wait = net_timer_new(ask->loop, wait_over, ask);
	net_timer_start(ask->wait, time, 0);
}

/* --- what came of it -------------------------------------------------------------------------- */

/* Keeps the better one of what is there and what came. */
static void
keep(struct ask *ask, struct facts *facts)
{
	ask->spent |= facts->probe.credential.mechanism != NULL;
	if (ask->kept != NULL && !weigh_later(ask->kept, facts)) {
		facts_free(facts);
		return;
	}
	facts_free(ask->kept);
	ask->kept = facts;
}

static struct facts *
take_sample(struct ask *ask)
{
	struct facts *facts = g_steal_pointer(&ask->kept);

	facts->tries = ask->retry > 0 ? ask->retry + 1U : 0;
	return facts;
}

/* All that could be asked was: says what came of it. */
static void
finish_samples(struct ask *ask)
{
	if (ask->samples != NULL)
		finish(ask, weighing_end(g_steal_pointer(&ask->samples)), NULL);
	else
		finish(ask, take_sample(ask), NULL);
}

static void
sample_done(struct ask *ask)
{
	if (ask->options->samples <= 1) {
		finish_samples(ask);
		return;
	}
	if (ask->samples == NULL)
		ask->samples = weighing_new();
	ask->spent |= sample_answers(ask->kept);
	weighing_add(ask->samples, take_sample(ask));
	ask->retry = 0;
	if (++ask->sample < ask->options->samples)
		begin(ask);
	else
		finish_samples(ask);
}

/*
 * The system refused. What is known by then is told; only where nothing is, the error.
 * Facts come along where the attempt had sent the credential before.
 */
static void
on_trouble(struct ask *ask, const GError *error)
{
	if (net_error_is_scarcity(error) && ++ask->scarce < ASK_SCARCE_TRIES)
		wait_for(ask, ASK_SCARCE_WAIT * G_TIME_SPAN_MILLISECOND);
	else if (ask->kept != NULL)
		sample_done(ask);
	else if (ask->samples != NULL)
		finish_samples(ask);
	else
		finish(ask, NULL, error);
}

static void
on_probed(void *user, struct facts *facts, const GError *error)
{
	struct ask *ask = user;

	ask->probe = NULL;
	if (facts != NULL)
		keep(ask, facts);
	if (error != NULL) {
		on_trouble(ask, error);
		return;
	}
	ask->scarce = 0;
	if (ask->retry < ask->options->retries && weigh_again(ask->kept))
		wait_for(ask, ask_backoff(ask->retry++, random_noise()));
	else
		sample_done(ask);
}

struct ask *
ask_start(struct net_loop *loop, const struct endpoint *endpoint, const struct ask_options *options,
	const struct probe_options *probe,
	void (*done)(void *user, struct facts *facts, const GError *error), void *user)
{
	struct ask *ask = spares_take0(&spares, sizeof(*ask));

	ask->loop = loop;
	ask->endpoint = *endpoint;
	ask->options = options;
	ask->probe_options = probe;
	ask->done = done;
	ask->user = user;
	begin(ask);
	return ask;
}
