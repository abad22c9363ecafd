/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The inside of a survey: survey.c runs it, survey_steps.c says what is asked
 * and what an answer means, survey_ask.c puts offers together.
 */
#ifndef POPSEAL_TLS_SURVEY_PRIVATE_H
#define POPSEAL_TLS_SURVEY_PRIVATE_H

#include "tls/answer.h"
#include "tls/clients.h"
#include "tls/hello.h"
#include "tls/survey.h"

enum {
	/*
	 * Ciphers of one hello, with the signal of RFC 5746: there are servers that read no more
	 * than 128.
	 */
	SURVEY_CIPHERS_MAX = 121,
	SURVEY_GROUPS_MAX = 64,
};

/* What came of one hello. */
struct survey_outcome {
	enum trial trial;
	bool closed;     /* instead of an answer: a refusal only once a control has held */
	bool nameless;   /* refused for the name that was asked for, whatever else was offered */
	const char *why; /* for REFUSED and UNCLEAR */
};

struct tls_survey_run {
	struct facts *facts;
	struct tls_survey *survey;
	const char *server_name;
	unsigned parts;
	const struct tls_client *clients;
	size_t client_count; /* TLS_CLIENTS_MAX at most */
	size_t step;         /* in survey_steps */
	size_t at;           /* how far the step is: counted by the step itself */
	bool loaded;         /* of the step: the list that is asked through is made */
	bool returned;       /* the groups that were found stand on offer again, at the end */
	bool doubt;          /* the search for weak ciphers is not whole */
	struct tls_offer offer;
	bool unnamed; /* the hello goes without a server name */
	uint16_t ciphers[SURVEY_CIPHERS_MAX];
	uint16_t groups[SURVEY_GROUPS_MAX];
	GByteArray *hello;
	struct tls_answer answer;
	bool waiting;        /* a hello is out, and nothing was said yet of what came of it */
	bool taken;          /* a ServerHello has answered one of the hellos */
	bool unsettled;      /* a hello was closed on, and none was taken since */
	bool distrusted;     /* it closes on what it takes: no close is a refusal any more */
	size_t client_taken; /* a client that was, counted from 1; 0 = none yet */
	unsigned silent;     /* hellos without an answer, in a row */
	bool closed_versions[TLS_VERSIONS];
	bool closed_clients[TLS_CLIENTS_MAX];
	bool closed_weak; /* the search rests on a close that is not settled */
	bool closed_groups;
	enum trial weak_pending; /* what weak_asked becomes if the closes are refusals */
	enum trial groups_pending;
};

struct survey_step {
	unsigned part;
	/* Sets run->offer to what comes next; false once there is nothing left. */
	bool (*ask)(struct tls_survey_run *run);
	/* Writes down what came of it, and goes on: ask never asks the same twice. */
	void (*take)(struct tls_survey_run *run, const struct survey_outcome *outcome);
	void (*end)(struct tls_survey_run *run); /* once ask has nothing left; or NULL */
};

extern const struct survey_step survey_steps[];
extern const size_t survey_step_count;

/* What the closes so far come to: TRIAL_REFUSED or TRIAL_UNCLEAR. */
void survey_settle_closes(struct tls_survey_run *run, enum trial trial);

/* As tls_survey_new, with clients of the caller's; both are borrowed. */
struct tls_survey_run *survey_begin(struct facts *facts, const char *server_name, unsigned parts,
	const struct tls_client *clients, size_t client_count);

/* --- what is offered (survey_ask.c) ----------------------------------------------------------- */

/* Each sets run->offer, and fills its lists. */
void survey_offer_version(struct tls_survey_run *run, enum tls_version version);
void survey_offer_weak(struct tls_survey_run *run, enum tls_version version);
void survey_offer_dhe(struct tls_survey_run *run, enum tls_version version);
void survey_offer_groups(struct tls_survey_run *run, enum tls_version version);

/*
 * Take it out of the lists of run->offer; false if it is not in there. It stands behind the end
 * of the list then, where those stand that were dropped before.
 */
bool survey_drop_cipher(struct tls_survey_run *run, uint16_t cipher);
bool survey_drop_group(struct tls_survey_run *run, uint16_t group);

/* Whether the offer holds a real cipher, and not signals only. */
bool survey_has_ciphers(const struct tls_offer *offer);

/* Whether a server may choose that: a version that is not above the offer's, a cipher of it. */
bool survey_offered(const struct tls_offer *offer, uint16_t version, uint16_t cipher);

#endif
