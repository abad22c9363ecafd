/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Expectations about TLS and its certificate.
 *
 * What they all rest on is whether the endpoint has TLS at all: a table with
 * one row for each way that this can be seen. A port that is closed, or that
 * starts in clear and has no STLS, leaves TLS to another endpoint of its host.
 */
#include <string.h>

#include "model/escape.h"
#include "model/expectation-private.h"

#define DAY (INT64_C(24) * 60 * 60 * G_USEC_PER_SEC)

static const char ask_deep[] = "Ask with --depth deep.";

/* --- has it TLS? ------------------------------------------------------------------------------ */

enum has_tls {
	TLS_ABSENT, /* for sure */
	TLS_UNSURE,
	TLS_THERE,
};

struct tls_row {
	bool (*holds)(const struct facts *facts);
	enum has_tls has;
	const char *reason; /* NULL: the verdict's */
	const char *why;    /* the rest of a sentence about the endpoint */
};

static bool
is_up(const struct facts *facts)
{
	return facts->probe.tls.handshake == HANDSHAKE_UP;
}

static bool
is_not_tls(const struct facts *facts)
{
	return facts->probe.tls.handshake == HANDSHAKE_NOT_TLS;
}

static bool
is_refused(const struct facts *facts)
{
	return facts->probe.connect == CONNECT_REFUSED;
}

static bool
is_unreachable(const struct facts *facts)
{
	return facts->probe.connect == CONNECT_UNREACHABLE;
}

static bool
is_silent(const struct facts *facts)
{
	return facts->probe.connect == CONNECT_TIMEOUT;
}

static bool
is_not_tried(const struct facts *facts)
{
	return facts->probe.connect == CONNECT_NOT_TRIED;
}

static bool
has_failed(const struct facts *facts)
{
	enum handshake handshake = facts->probe.tls.handshake;

	return handshake == HANDSHAKE_ALERT || handshake == HANDSHAKE_CLOSED;
}

/* No version of TLS is taken from anybody: not our library's fault. */
static bool
has_failed_for_all(const struct facts *facts)
{
	const struct tls_survey *survey = facts->probe.tls.survey;

	if (!has_failed(facts) || survey == NULL)
		return false;
	for (size_t i = 0; i < TLS_VERSIONS; i++)
		if (survey->versions[i] != TRIAL_REFUSED)
			return false;
	return true;
}

static bool
has_been_slow(const struct facts *facts)
{
	return facts->probe.tls.handshake == HANDSHAKE_TIMEOUT ||
		facts->probe.stls.answer == ANSWER_TIMEOUT;
}

static bool
is_pop3s(const struct facts *facts)
{
	return facts->endpoint.mode == MODE_POP3S;
}

static bool
has_no_stls(const struct facts *facts)
{
	return facts->probe.stls.state == STLS_NONE;
}

static bool
refuses_stls(const struct facts *facts)
{
	return facts->probe.stls.answer == ANSWER_REFUSED ||
		facts->probe.stls.answer == ANSWER_STRANGE;
}

static bool
closes_on_stls(const struct facts *facts)
{
	return facts->probe.stls.answer == ANSWER_CLOSED;
}

static bool
is_not_pop3(const struct facts *facts)
{
	return facts->probe.greeting_kind == GREETING_NOT_POP3;
}

static bool
lists_stls(const struct facts *facts)
{
	return facts->probe.stls.advertised || facts->probe.stls.answer == ANSWER_ACCEPTED;
}

static bool
always(const struct facts *facts G_GNUC_UNUSED)
{
	return true;
}

/* The first row that holds decides. */
static const struct tls_row tls_rows[] = {
	{ is_up, TLS_THERE, "session", "TLS comes up" },
	{ is_not_tls, TLS_ABSENT, "not-tls", "it answers the handshake with something else" },
	{ is_refused, TLS_ABSENT, "connection-refused", "the connection is refused" },
	{ is_unreachable, TLS_UNSURE, "unreachable", "it cannot be reached from here" },
	{ is_silent, TLS_UNSURE, "timeout", "no connection came about in time" },
	{ is_not_tried, TLS_UNSURE, "not-asked", "it was not asked" },
	{ has_failed_for_all, TLS_ABSENT, "handshake-failed", "it breaks off every handshake" },
	{ has_failed, TLS_UNSURE, "handshake-failed", "it broke off our handshake" },
	{ has_been_slow, TLS_UNSURE, "timeout", "it did not answer the handshake in time" },
	{ is_pop3s, TLS_UNSURE, NULL, "no handshake came about" },
	{ has_no_stls, TLS_ABSENT, "no-stls", "it has no STLS" },
	{ refuses_stls, TLS_ABSENT, "stls-refused", "it lists STLS, but refuses it" },
	{ closes_on_stls, TLS_UNSURE, "closed", "it closes the connection on STLS" },
	{ is_not_pop3, TLS_ABSENT, "not-pop3", "it speaks something else than POP3" },
	{ lists_stls, TLS_UNSURE, "not-asked", "STLS was not tried" },
	{ always, TLS_UNSURE, NULL, "the dialogue did not come as far as STLS" },
};

static const struct tls_row *
row_of(const struct facts *facts)
{
	const struct tls_row *row = tls_rows;

	while (!row->holds(facts))
		row++;
	return row;
}

static const char *
reason_of(const struct facts *facts)
{
	const struct tls_row *row = row_of(facts);

	return row->reason != NULL ? row->reason : reason_word(facts->verdict.reason);
}

/* Returns another endpoint of the host that has TLS, or is unsure of it; or NULL. */
static const struct facts *
another(const struct judgement *judgement, enum has_tls has)
{
	for (size_t i = 0; i < judgement->count; i++) {
		const struct facts *facts = judgement->others[i].facts;

		if (facts != judgement->facts && row_of(facts)->has == has)
			return facts;
	}
	return NULL;
}

/* Nobody would look for TLS there: that is another endpoint's task. */
static bool
may_leave_it(const struct judgement *judgement)
{
	return row_of(judgement->facts)->has == TLS_ABSENT &&
		(is_refused(judgement->facts) || !is_pop3s(judgement->facts));
}

bool
tls_is_wanted_of(const struct judgement *judgement)
{
	return !may_leave_it(judgement) || another(judgement, TLS_THERE) == NULL;
}

bool
tls_is_nowhere(const struct judgement *judgement, const char **why)
{
	const struct tls_row *row = row_of(judgement->facts);

	*why = row->why;
	return row->has == TLS_ABSENT && another(judgement, TLS_UNSURE) == NULL;
}

/* --- tls -------------------------------------------------------------------------------------- */

static void
settle_tls(const struct facts *facts, struct expectation *expectation)
{
	if (has_failed(facts))
		settle(expectation,
			facts->probe.tls.survey == NULL ?
				ask_deep :
				"The server's log says why it broke off the handshake.");
	else
		settle(expectation,
			facts->verdict.settle != NULL ?
				facts->verdict.settle :
				"Ask again, from elsewhere, or with a longer --timeout.");
}

static void
cite_session(const struct facts *facts, struct expectation *expectation)
{
	const struct tls_facts *tls = &facts->probe.tls;
	g_autofree char *cipher = escape_again(tls->cipher);
	g_autofree char *error = escape_again(tls->error);
	g_autofree char *reply = escape_string(facts->probe.stls.reply);

	if (reply != NULL)
		cite(expectation, "C: STLS\nS: %s", reply);
	if (is_up(facts))
		cite(expectation, "-- TLS came up: %s %s",
			tls->version != NULL ? tls->version : "?", cipher != NULL ? cipher : "?");
	else if (error != NULL)
		cite(expectation, "-- no TLS: %s", error);
}

/* Says that it is open, for a reason of this endpoint or of another one. */
static void
leave_open(const struct facts *whose, const struct facts *subject, struct expectation *expectation)
{
	char url[ENDPOINT_URL_MAX];
	const char *why = row_of(whose)->why;

	if (whose == subject)
		conclude(expectation, EXPECTATION_UNDETERMINED, reason_of(whose),
			"Whether there is TLS is open: %s.", why);
	else
		conclude(expectation, EXPECTATION_UNDETERMINED, reason_of(whose),
			"There is no TLS here, as %s; whether there is on %s is open: %s.",
			row_of(subject)->why, endpoint_url(&whose->endpoint, url), why);
	settle_tls(whose, expectation);
}

void
judge_tls(const struct judgement *judgement, struct expectation *expectation)
{
	const struct facts *facts = judgement->facts;
	const struct tls_row *row = row_of(facts);
	const struct facts *there = another(judgement, TLS_THERE);
	const struct facts *unsure = another(judgement, TLS_UNSURE);
	char url[ENDPOINT_URL_MAX];

	if (row->has == TLS_THERE) {
		conclude(expectation, EXPECTATION_MET, row->reason, "TLS comes up%s.",
			is_pop3s(facts) || facts->probe.tls_first ? " from the first byte" :
								    " by STLS");
	} else if (there != NULL) {
		conclude(expectation, EXPECTATION_MET, "other-endpoint",
			"TLS comes up on %s of the same host.",
			endpoint_url(&there->endpoint, url));
	} else if (row->has == TLS_UNSURE) {
		leave_open(facts, facts, expectation);
	} else if (unsure != NULL) {
		leave_open(unsure, facts, expectation);
	} else {
		conclude(expectation, EXPECTATION_UNMET, row->reason, "There is no TLS: %s.",
			row->why);
	}
	cite_session(row->has != TLS_THERE && there != NULL ? there : facts, expectation);
}

/*
 * What is expected of a session where none came up. Returns false where one did.
 */
static bool
judge_without_session(const struct judgement *judgement, struct expectation *expectation)
{
	const struct tls_row *row = row_of(judgement->facts);
	const struct facts *unsure =
		may_leave_it(judgement) ? another(judgement, TLS_UNSURE) : NULL;

	if (row->has == TLS_THERE)
		return false;
	if (row->has == TLS_UNSURE || unsure != NULL)
		leave_open(unsure != NULL ? unsure : judgement->facts, judgement->facts,
			expectation);
	else
		conclude(expectation, EXPECTATION_UNMET, "no-tls", "There is no TLS: %s.",
			row->why);
	cite_session(judgement->facts, expectation);
	return true;
}

/* --- tls>=V ----------------------------------------------------------------------------------- */

/* What is known of a version: by the survey, and by the session itself. */
static enum trial
version_trial(const struct facts *facts, enum tls_version version)
{
	const struct tls_facts *tls = &facts->probe.tls;

	if (is_up(facts) && tls->version != NULL &&
		g_str_equal(tls->version, tls_version_word(version)))
		return TRIAL_TAKEN;
	return tls->survey != NULL ? tls->survey->versions[version] : TRIAL_NOT_MADE;
}

/* Returns how many of the versions from first up to (not with) end had that outcome. */
static int
count_trials(const struct facts *facts, int first, int end, enum trial outcome)
{
	int count = 0;

	for (int version = first; version < end; version++)
		count += version_trial(facts, (enum tls_version)version) == outcome;
	return count;
}

/* Returns their names: "TLSv1, TLSv1.1". */
static char *
list_trials(const struct facts *facts, int first, int end, enum trial outcome)
{
	GString *text = g_string_new(NULL);

	for (int version = first; version < end; version++)
		if (version_trial(facts, (enum tls_version)version) == outcome)
			g_string_append_printf(text, "%s%s", text->len > 0 ? ", " : "",
				tls_version_word((enum tls_version)version));
	return g_string_free(text, FALSE);
}

static void
cite_trials(const struct facts *facts, struct expectation *expectation)
{
	static const enum trial outcomes[] = { TRIAL_TAKEN, TRIAL_REFUSED, TRIAL_UNCLEAR,
		TRIAL_NOT_MADE };

	for (size_t i = 0; i < G_N_ELEMENTS(outcomes); i++) {
		g_autofree char *names = list_trials(facts, 0, TLS_VERSIONS, outcomes[i]);
		const char *word = trial_word(outcomes[i]);

		if (names[0] != '\0')
			cite(expectation, "-- %s: %s", word != NULL ? word : "not asked", names);
	}
}

static void
judge_trials(const struct facts *facts, int lowest, struct expectation *expectation)
{
	g_autofree char *low = list_trials(facts, 0, lowest, TRIAL_TAKEN);
	g_autofree char *high = list_trials(facts, lowest, TLS_VERSIONS, TRIAL_TAKEN);
	const char *wanted = tls_version_word((enum tls_version)lowest);

	if (low[0] != '\0') {
		conclude(expectation, EXPECTATION_UNMET, "older-taken",
			"The server takes %s, which is older than %s.", low, wanted);
	} else if (count_trials(facts, lowest, TLS_VERSIONS, TRIAL_REFUSED) ==
		TLS_VERSIONS - lowest) {
		conclude(expectation, EXPECTATION_UNMET, "none-taken",
			"The server takes neither %s nor anything newer.", wanted);
	} else if (high[0] != '\0' && count_trials(facts, 0, lowest, TRIAL_REFUSED) == lowest) {
		conclude(expectation, EXPECTATION_MET, "versions",
			"The server takes %s, and nothing older than %s.", high, wanted);
	} else {
		bool made = facts->probe.tls.survey != NULL;

		conclude(expectation, EXPECTATION_UNDETERMINED, made ? "unclear" : "not-asked",
			made ? "Not every version of TLS got a clear answer." :
			       "The versions of TLS were not asked for one by one.");
		settle(expectation, made ? "Ask again." : ask_deep);
	}
	cite_trials(facts, expectation);
}

void
judge_tls_version(const struct judgement *judgement, struct expectation *expectation)
{
	const struct facts *facts = judgement->facts;

	/* Our library may fail where a hello of our own got its answer. */
	if (count_trials(facts, 0, TLS_VERSIONS, TRIAL_TAKEN) > 0 ||
		!judge_without_session(judgement, expectation))
		judge_trials(facts, (int)judgement->wanted->version, expectation);
}

/* --- the certificate -------------------------------------------------------------------------- */

/* What is left open where the certificate was not examined; false where it was. */
static bool
judge_without_certificate(const struct judgement *judgement, struct expectation *expectation)
{
	const struct tls_facts *tls = &judgement->facts->probe.tls;

	if (judge_without_session(judgement, expectation))
		return true;
	if (tls->certificate == NULL) {
		/* By an anonymous cipher: what the server sends to other clients was not seen. */
		conclude(expectation, EXPECTATION_UNDETERMINED, "no-certificate",
			"The session came up by an anonymous cipher, without a certificate.");
		settle(expectation, "Disable the server's anonymous ciphers, and ask again.");
		cite_session(judgement->facts, expectation);
		return true;
	}
	if (tls->details != NULL)
		return false;
	conclude(expectation, EXPECTATION_UNDETERMINED, "not-checked",
		"The certificate was not examined.");
	settle(expectation, ask_deep);
	return true;
}

static void
cite_certificate(const struct certificate_facts *certificate, struct expectation *expectation)
{
	g_autofree char *subject = escape_again(certificate->subject);
	g_autofree char *issuer = escape_again(certificate->issuer);

	cite(expectation, "-- %s, issued by %s, from %s until %s",
		subject != NULL && subject[0] != '\0' ? subject : "(no subject)",
		issuer != NULL ? issuer : "?",
		certificate->not_before != NULL ? certificate->not_before : "?",
		certificate->not_after != NULL ? certificate->not_after : "?");
}

static void
cite_trust(const struct tls_details *details, struct expectation *expectation)
{
	const char *trust = trust_word(details->trust);
	const char *staple = staple_word(details->staple);
	g_autofree char *error = escape_again(details->trust_error);
	g_autofree char *anchors = escape_again(details->anchors);
	g_autofree char *staple_error = escape_again(details->staple_error);

	cite(expectation, "-- the chain: %s%s%s, held against %s",
		trust != NULL ? trust : "not checked", error != NULL ? ": " : "",
		error != NULL ? error : "", anchors != NULL ? anchors : "nothing");
	if (staple != NULL)
		cite(expectation, "-- the OCSP staple: %s%s%s", staple,
			staple_error != NULL ? ": " : "", staple_error != NULL ? staple_error : "");
}

/* Returns the certificate that is that far up in the path; NULL behind its end. */
static const struct certificate_facts *
path_step(const struct tls_facts *tls, size_t number)
{
	const struct tls_details *details = tls->details;

	if (details != NULL && details->path_count > 0)
		return number < details->path_count ? details->path[number] : NULL;
	return number == 0 ? tls->certificate : NULL;
}

/* Returns the first certificate of the path whose dates are wrong now, and the word for it. */
static const struct certificate_facts *
out_of_date(const struct facts *facts, const char **reason)
{
	const struct certificate_facts *step;

	for (size_t i = 0; (step = path_step(&facts->probe.tls, i)) != NULL; i++) {
		if (step->begins == 0 || step->ends == 0)
			*reason = "unreadable";
		else if (facts->now > step->ends)
			*reason = "expired";
		else if (facts->now < step->begins)
			*reason = "not-yet-valid";
		else
			continue;
		return step;
	}
	return NULL;
}

static void
judge_dates(const struct facts *facts, struct expectation *expectation)
{
	const char *reason = NULL;
	const struct certificate_facts *own = path_step(&facts->probe.tls, 0);
	const struct certificate_facts *wrong = out_of_date(facts, &reason);
	g_autofree char *subject = escape_again(wrong != NULL ? wrong->subject : NULL);
	g_autofree char *whose = wrong == own ?
		g_strdup("The certificate") :
		g_strdup_printf("A certificate of the chain (%s)", subject != NULL ? subject : "?");

	if (wrong == NULL)
		conclude(expectation, EXPECTATION_MET, "holds",
			"The chain leads to a trusted anchor, and its dates are right.");
	else if (g_str_equal(reason, "unreadable"))
		conclude(expectation, EXPECTATION_UNDETERMINED, reason,
			"%s has dates that cannot be read.", whose);
	else if (g_str_equal(reason, "expired"))
		conclude(expectation, EXPECTATION_UNMET, reason, "%s has expired on %s.", whose,
			wrong->not_after != NULL ? wrong->not_after : "?");
	else
		conclude(expectation, EXPECTATION_UNMET, reason, "%s is valid only from %s on.",
			whose, wrong->not_before != NULL ? wrong->not_before : "?");
	if (wrong != NULL && wrong != own)
		cite_certificate(wrong, expectation);
}

static const char *
trust_sentence(enum trust trust)
{
	switch (trust) {
	case TRUST_SELF_SIGNED:
		return "The server's certificate is signed by itself, and no trusted anchor.";
	case TRUST_INCOMPLETE:
		return "The chain is incomplete: the server does not send an issuer's certificate.";
	case TRUST_UNKNOWN_ROOT:
		return "The chain leads to a root that is not trusted.";
	case TRUST_BROKEN:
		return "The chain does not hold.";
	case TRUST_HOLDS:
	case TRUST_NOT_CHECKED:
		break;
	}
	return "The chain was not checked.";
}

void
judge_cert(const struct judgement *judgement, struct expectation *expectation)
{
	const struct tls_details *details = judgement->facts->probe.tls.details;

	if (judge_without_certificate(judgement, expectation))
		return;
	cite_certificate(judgement->facts->probe.tls.certificate, expectation);
	cite_trust(details, expectation);
	if (details->staple == STAPLE_REVOKED) {
		conclude(expectation, EXPECTATION_UNMET, "revoked",
			"The certificate is revoked: the server's own OCSP staple says so.");
	} else if (details->trust == TRUST_NOT_CHECKED) {
		conclude(expectation, EXPECTATION_UNDETERMINED, "not-checked", "%s",
			trust_sentence(details->trust));
		settle(expectation, "Give the trusted anchors: --ca FILE.");
	} else if (details->trust != TRUST_HOLDS) {
		conclude(expectation, EXPECTATION_UNMET, trust_word(details->trust), "%s",
			trust_sentence(details->trust));
	} else {
		judge_dates(judgement->facts, expectation);
	}
}

/* --- days>=N ---------------------------------------------------------------------------------- */

/* Returns the certificate of the path that ends first, or NULL where an end cannot be read. */
static const struct certificate_facts *
first_to_end(const struct tls_facts *tls)
{
	const struct certificate_facts *first = path_step(tls, 0);
	const struct certificate_facts *step;

	for (size_t i = 0; (step = path_step(tls, i)) != NULL; i++) {
		if (step->ends == 0)
			return NULL;
		if (step->ends < first->ends)
			first = step;
	}
	return first;
}

/* Whole days, rounded down on both sides of now. */
static int64_t
days_until(int64_t now, int64_t end)
{
	int64_t left = end - now;

	return left >= 0 ? left / DAY : -((-left + DAY - 1) / DAY);
}

bool
expectation_days_left(const struct facts *facts, int64_t *days)
{
	const struct tls_facts *tls = &facts->probe.tls;
	const struct certificate_facts *first =
		tls->certificate != NULL && tls->details != NULL ? first_to_end(tls) : NULL;

	if (first == NULL)
		return false;
	*days = days_until(facts->now, first->ends);
	return true;
}

void
judge_days(const struct judgement *judgement, struct expectation *expectation)
{
	const struct facts *facts = judgement->facts;
	const struct certificate_facts *first;
	int64_t left = 0;
	int64_t wanted = judgement->wanted->days;

	if (judge_without_certificate(judgement, expectation))
		return;
	first = first_to_end(&facts->probe.tls);
	if (!expectation_days_left(facts, &left)) {
		conclude(expectation, EXPECTATION_UNDETERMINED, "unreadable",
			"The end of a certificate cannot be read.");
		return;
	}
	if (left < 0)
		conclude(expectation, EXPECTATION_UNMET, "expired", "It has expired on %s.",
			first->not_after != NULL ? first->not_after : "?");
	else
		conclude(expectation, left >= wanted ? EXPECTATION_MET : EXPECTATION_UNMET,
			left >= wanted ? "enough-days" : "too-few-days",
			"%" G_GINT64_FORMAT " whole days are left until %s.", left,
			first->not_after != NULL ? first->not_after : "?");
	cite_certificate(first, expectation);
}

/* --- name ------------------------------------------------------------------------------------- */

static void
cite_names(const struct certificate_facts *certificate, struct expectation *expectation)
{
	g_autoptr(GString) names = g_string_new(NULL);

	for (size_t i = 0; i < certificate->name_count; i++) {
		g_string_append(names, i > 0 ? ", " : "");
		escape_append(names, certificate->names[i], strlen(certificate->names[i]));
	}
	for (size_t i = 0; i < certificate->service_count; i++) {
		g_string_append(names, names->len > 0 ? ", " : "");
		escape_append(names, certificate->services[i], strlen(certificate->services[i]));
	}
	cite(expectation, "-- the certificate is for: %s",
		names->len > 0 ? names->str : "no name at all (its CN does not count)");
}

void
judge_name(const struct judgement *judgement, struct expectation *expectation)
{
	const struct tls_facts *tls = &judgement->facts->probe.tls;
	g_autofree char *reference = NULL;

	if (judge_without_certificate(judgement, expectation))
		return;
	reference = escape_string(
		tls->details->reference != NULL ? tls->details->reference : "the host");
	switch (tls->details->name) {
	case NAME_MATCHES:
		conclude(expectation, EXPECTATION_MET, "matches", "The certificate is for %s.",
			reference);
		break;
	case NAME_DIFFERS:
		conclude(expectation, EXPECTATION_UNMET, "differs",
			"The certificate is not for %s.", reference);
		break;
	case NAME_NOT_CHECKED:
		conclude(expectation, EXPECTATION_UNDETERMINED, "not-checked",
			"There was no name to hold the certificate against.");
		settle(expectation, "Ask by name, or give it: --tls-name NAME.");
		break;
	}
	cite_names(tls->certificate, expectation);
}
