/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How mechanisms stand. An answer that only this client gets, or only now
 * (access list, temporary failure), says nothing about the mechanism.
 */
#include "rules/mechanism.h"

static bool
says_nothing(enum refusal refusal)
{
	return refusal == REFUSAL_TEMPORARY || refusal == REFUSAL_ACCESS;
}

bool
mechanism_listed(const struct facts *facts, const char *mechanism)
{
	return capabilities_have_mechanism(&facts->probe.clear, mechanism) ||
		capabilities_have(&facts->probe.auth_list, mechanism);
}

/* A server that does not know AUTH has no SASL mechanism at all (popa3d, qmail-pop3d). */
static bool
auth_is_unknown(const struct facts *facts)
{
	const struct attempt *plain = facts_attempt(facts, "PLAIN");

	return plain != NULL && plain->answer == ANSWER_REFUSED &&
		plain->refusal == REFUSAL_UNKNOWN_COMMAND;
}

static enum outcome
unasked_standing(const struct facts *facts, const char *mechanism)
{
	if (mechanism_listed(facts, mechanism))
		return UNKNOWN;
	if (facts->probe.clear.state == LIST_ANSWERED ||
		facts->probe.auth_list.state == LIST_ANSWERED)
		return PASS;
	return auth_is_unknown(facts) ? PASS : UNKNOWN;
}

/*
 * The greeting's timestamp offers APOP (RFC 1939 section 7), but some servers
 * print one and refuse the command, so only a processed digest is proof.
 */
static enum outcome
apop_standing(const struct facts *facts)
{
	const struct credential *credential = &facts->probe.credential;

	if (facts->probe.apop == NULL)
		return PASS;
	if (mechanism_processed(facts, "APOP"))
		return FAIL;
	if (g_strcmp0(credential->mechanism, "APOP") != 0)
		return facts->verdict.value == VERDICT_PERMITS ? FAIL : UNKNOWN;
	if (credential->answer != ANSWER_REFUSED || says_nothing(credential->refusal))
		return UNKNOWN;
	return credential->refusal == REFUSAL_UNKNOWN ? UNKNOWN : PASS;
}

static enum outcome
sasl_standing(const struct facts *facts, const char *mechanism)
{
	const struct attempt *attempt = facts_attempt(facts, mechanism);

	switch (attempt != NULL ? attempt->answer : ANSWER_NONE) {
	case ANSWER_NONE:
		return unasked_standing(facts, mechanism);
	case ANSWER_ACCEPTED:
		return FAIL;
	case ANSWER_REFUSED:
		return says_nothing(attempt->refusal) ? UNKNOWN : PASS;
	case ANSWER_CLOSED:
		return attempt->alive ? PASS : UNKNOWN;
	case ANSWER_TIMEOUT:
	case ANSWER_STRANGE:
		return UNKNOWN;
	}
	g_return_val_if_reached(UNKNOWN);
}

enum outcome
mechanism_standing(const struct facts *facts, const char *mechanism)
{
	return g_str_equal(mechanism, "APOP") ? apop_standing(facts) :
						sasl_standing(facts, mechanism);
}

char *
mechanisms_standing(const struct facts *facts, const char *const *mechanisms, enum outcome standing)
{
	GString *names = NULL;

	for (size_t i = 0; mechanisms[i] != NULL; i++) {
		if (mechanism_standing(facts, mechanisms[i]) != standing)
			continue;
		if (names == NULL)
			names = g_string_new(mechanisms[i]);
		else
			g_string_append_printf(names, ", %s", mechanisms[i]);
	}
	return names != NULL ? g_string_free(names, FALSE) : NULL;
}

bool
mechanism_processed(const struct facts *facts, const char *mechanism)
{
	const struct credential *credential = &facts->probe.credential;

	if (g_strcmp0(credential->mechanism, mechanism) != 0)
		return false;
	if (credential->answer == ANSWER_ACCEPTED)
		return true;
	return credential->answer == ANSWER_REFUSED &&
		(credential->refusal == REFUSAL_CREDENTIALS ||
			credential->refusal == REFUSAL_BACKEND);
}

const char *
mechanism_of_login(const struct facts *facts)
{
	static const char *const in_clear[] = {
		"PLAIN",
		"LOGIN",
		"USER",
		"XOAUTH2",
		"OAUTHBEARER",
	};

	for (size_t i = 0; i < G_N_ELEMENTS(in_clear); i++)
		if (mechanism_processed(facts, in_clear[i]))
			return in_clear[i];
	for (size_t i = 0; i < G_N_ELEMENTS(in_clear); i++) {
		const struct attempt *attempt = facts_attempt(facts, in_clear[i]);

		if (attempt != NULL && attempt_invites(attempt))
			return in_clear[i];
	}
	return NULL;
}

char *
mechanism_commands(const char *mechanism)
{
	if (g_str_equal(mechanism, "USER"))
		return g_strdup("USER and PASS");
	if (g_str_equal(mechanism, "APOP"))
		return g_strdup("APOP");
	return g_strconcat("AUTH ", mechanism, NULL);
}

void
mechanism_cite(const struct facts *facts, const char *mechanism, struct finding *finding)
{
	const struct credential *credential = &facts->probe.credential;
	const struct attempt *attempt = facts_attempt(facts, mechanism);

	if (attempt != NULL)
		finding_cite(finding, attempt->exchange);
	if (g_strcmp0(credential->mechanism, mechanism) == 0)
		finding_cite(finding, credential->exchange);
}

/* What to type, and what shows it. */
static const char *
typed(const char *mechanism)
{
	if (g_str_equal(mechanism, "USER"))
		return "USER nobody, then: PASS x (a refusal of the name or password, not of the "
		       "missing TLS, is the proof)";
	if (g_str_equal(mechanism, "APOP"))
		return "APOP nobody 00000000000000000000000000000000 (a refusal of the name or "
		       "digest, not of the missing TLS, is the proof)";
	return "(a \"+\" is the proof; cancel with \"*\")";
}

void
mechanism_reproduce(const struct facts *facts, const char *mechanism, struct finding *finding)
{
	g_autofree char *commands = mechanism_commands(mechanism);
	bool sasl = g_str_has_prefix(commands, "AUTH ");

	finding_reproduce(finding, "telnet %s %u, then: %s%s%s", facts->endpoint.address,
		(unsigned)facts->endpoint.port, sasl ? commands : "", sasl ? " " : "",
		typed(mechanism));
}
