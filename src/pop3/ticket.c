/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of answers: the first row that holds decides.
 *
 * A wrong `fixed` or `false-positive` closes a ticket on an open door, so both
 * need the verdict `refuses`, and the lines of the CAPA list that the scanner's
 * rule looks at, to be known. They differ in those lines only. What was not
 * asked in clear, or not asked at all, is neither: a port that refuses the
 * connection looks the same whether the service was switched off or a firewall
 * answers for it to us alone, while the scanner got through from where it stood.
 */
#include "pop3/ticket.h"

#include "model/samples.h"
#include "pop3/scanners.h"

struct row {
	bool (*holds)(const struct facts *facts);
	struct ticket ticket;
};

/* --- what the scanner's rule fires on --------------------------------------------------------- */

static bool
is_reporter(const struct facts *facts, const char *reporter)
{
	return g_strcmp0(facts->claim->reporter, reporter) == 0;
}

bool
ticket_fires_on(const struct facts *facts, const char *line)
{
	if (facts->claim == NULL || is_reporter(facts, "popseal"))
		return false;
	return is_reporter(facts, "openvas") ? scanner_openvas_reports(line) :
					       scanner_nessus_reports(line);
}

/* popseal's own claim rests on invitations, or on what became of a credential. */
static bool
invitation_stands(const struct facts *facts)
{
	if (g_strcmp0(facts->claim->id, "continuation") != 0)
		return false;
	for (size_t i = 0; i < facts->probe.attempt_count; i++)
		if (attempt_invites(&facts->probe.attempts[i]))
			return true;
	return false;
}

/* --- the rows' conditions, in their order ----------------------------------------------------- */

static bool
not_accused(const struct facts *facts)
{
	return !facts_accused(facts);
}

static bool
permits(const struct facts *facts)
{
	return facts->verdict.value == VERDICT_PERMITS;
}

static bool
connection_refused(const struct facts *facts)
{
	return facts->verdict.reason == REASON_CONNECTION_REFUSED;
}

static bool
not_reached(const struct facts *facts)
{
	return facts->verdict.reason == REASON_TIMEOUT &&
		facts->probe.greeting_kind == GREETING_NONE;
}

static bool
no_pop3(const struct facts *facts)
{
	return facts->verdict.value == VERDICT_NO_SERVICE;
}

static bool
undetermined(const struct facts *facts)
{
	return facts->verdict.value != VERDICT_REFUSES;
}

/* What a trusted network is granted, others need not be, and the other way round. */
static bool
claimed_from_elsewhere(const struct facts *facts)
{
	return is_reporter(facts, "popseal") &&
		g_strcmp0(facts->claim->id, "trusted-network") == 0 &&
		facts->probe.vantage != VANTAGE_TRUSTED;
}

/* Several servers stand behind the address, or one of them did not answer. */
static bool
samples_differ(const struct facts *facts)
{
	const struct samples *samples = facts->samples;

	return samples != NULL &&
		(samples->difference_count > 0 || samples->answered < samples->asked);
}

static bool
tls_only(const struct facts *facts)
{
	return facts->verdict.reason == REASON_TLS_ONLY;
}

static bool
lines_stand(const struct facts *facts)
{
	const struct capabilities *clear = &facts->probe.clear;

	for (size_t i = 0; i < clear->count; i++)
		if (ticket_fires_on(facts, clear->lines[i]))
			return true;
	return is_reporter(facts, "popseal") && invitation_stands(facts);
}

static bool
late_with_lines(const struct facts *facts)
{
	return facts->verdict.reason == REASON_REFUSED_LATE && lines_stand(facts);
}

/* Not every line was read, so that none of them is known to be gone. */
static bool
lines_unknown(const struct facts *facts)
{
	const struct capabilities *clear = &facts->probe.clear;

	if (is_reporter(facts, "popseal"))
		return false;
	return clear->state == LIST_NOT_ASKED || clear->state == LIST_UNANSWERED ||
		clear->count >= FACTS_CAPABILITIES_MAX;
}

static bool
late(const struct facts *facts)
{
	return facts->verdict.reason == REASON_REFUSED_LATE;
}

static bool
always(const struct facts *facts G_GNUC_UNUSED)
{
	return true;
}

/* --- the table -------------------------------------------------------------------------------- */

#define LATE         " But the server asks for the password first: who tries has sent it in clear."
#define EXPLAIN_LATE " To spare clients that: popseal explain password-invited."

static const struct row rows[] = {
	{ not_accused,
		{ TICKET_NOT_CLAIMED, "No report claims a login in clear on this endpoint.",
			"Nothing is to be answered here; the verdict stands for itself." } },
	{ permits,
		{ TICKET_CONFIRMED, "The claim is true: the server takes logins in clear.",
			"Keep the ticket open. Require TLS before any login, or close the clear "
			"port; then ask again with popseal scan." } },
	{ connection_refused,
		{ TICKET_NOT_REACHABLE,
			"The connection is refused: seen from here, nothing listens on this port.",
			"If the service was switched off, or the port closed, on purpose, close "
			"the ticket as fixed with this proof and the change's number. Else ask "
			"again from the scanner's network: a firewall can answer like this." } },
	{ not_reached,
		{ TICKET_NOT_REACHABLE, "No dialogue with a POP3 server came about from here.",
			"Keep the ticket open. Ask again from the scanner's network, or with a "
			"longer --timeout." } },
	{ no_pop3,
		{ TICKET_UNDETERMINED,
			"Something takes the connection, but it does not speak POP3 to us.",
			"Keep the ticket open. Ask again from the scanner's network, and find out "
			"what answers on this port now." } },
	{ undetermined,
		{ TICKET_UNDETERMINED,
			"It could not be told whether the server takes logins in clear.",
			"Keep the ticket open, and do what settles it." } },
	{ claimed_from_elsewhere,
		{ TICKET_UNDETERMINED,
			"It refuses logins in clear here, but the claim is about clients of a "
			"network that the server trusts.",
			"Keep the ticket open. Ask again from the network of the claim." } },
	{ samples_differ,
		{ TICKET_UNDETERMINED,
			"It refuses logins in clear, but did not answer alike each time.",
			"Keep the ticket open. Several servers may stand behind this address: ask "
			"each of them, or with more --samples." } },
	{ tls_only,
		{ TICKET_FIXED, "The port speaks nothing but TLS: no login can travel in clear.",
			"Close the ticket as fixed, with this proof." } },
	{ late_with_lines,
		{ TICKET_FALSE_POSITIVE,
			"What the scanner's rule fires on is still there, but every login in "
			"clear is refused." LATE,
			"Close the ticket as a false positive, with this proof." EXPLAIN_LATE } },
	{ lines_stand,
		{ TICKET_FALSE_POSITIVE,
			"What the scanner's rule fires on is still there, but every login in "
			"clear is refused.",
			"Close the ticket as a false positive, with this proof. The scanner will "
			"report it again: popseal explain advertises-but-refuses." } },
	{ lines_unknown,
		{ TICKET_UNDETERMINED,
			"Every login in clear is refused, but the list that the scanner's rule "
			"looks at was not read in full.",
			"The endpoint is safe. Whether it was fixed, or never was at fault, shows "
			"when the list is read: ask again later." } },
	{ late,
		{ TICKET_FIXED,
			"What the scanner's rule fires on is gone, and every login in clear is "
			"refused." LATE,
			"Close the ticket as fixed, with this proof." EXPLAIN_LATE } },
	{ always,
		{ TICKET_FIXED,
			"What the scanner's rule fires on is gone, and every login in clear is "
			"refused.",
			"Close the ticket as fixed, with this proof." } },
};

struct ticket
ticket_decide(const struct facts *facts)
{
	const struct row *row = rows;

	while (!row->holds(facts))
		row++;
	return row->ticket;
}
