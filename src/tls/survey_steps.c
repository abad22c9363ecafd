/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The steps of a survey in their order: what each asks, and what it makes of
 * the answers. Results are written down at once, so that they are right
 * whenever a survey ends; a search that has begun is UNCLEAR until it is whole,
 * and so is what rests on a close until that is settled (survey.c).
 */
#include "tls/cipher.h"
#include "tls/survey-private.h"

enum {
	DH_BITS_MIN = 2048, /* RFC 9325 section 4.2 */
};

static enum tls_version
version_of(const struct tls_answer *answer)
{
	return (enum tls_version)(answer->version - 0x0300);
}

/* The highest version up to `limit` that was taken; TLS_VERSIONS if none was. */
static enum tls_version
best_version(const struct tls_survey *survey, enum tls_version limit)
{
	for (int i = (int)limit; i >= 0; i--) {
		if (survey->versions[i] == TRIAL_TAKEN)
			return (enum tls_version)i;
	}
	return TLS_VERSIONS;
}

/* --- versions --------------------------------------------------------------------------------- */

/* The version that the probe's own session spoke; TLS_VERSIONS if none came up. */
static enum tls_version
session_version(const struct tls_survey_run *run)
{
	const struct tls_facts *tls = &run->facts->probe.tls;
	enum tls_version version;

	if (tls->handshake == HANDSHAKE_UP && tls->version != NULL &&
		tls_version_parse(tls->version, &version))
		return version;
	return TLS_VERSIONS;
}

/* What the session spoke is taken, whatever became of our hellos. */
static void
note_session(struct tls_survey_run *run)
{
	enum tls_version version = session_version(run);

	if (version != TLS_VERSIONS)
		run->survey->versions[version] = TRIAL_TAKEN;
}

/* Whoever closes on a version that the session spoke, closes for another reason. */
static void
note_close(struct tls_survey_run *run)
{
	if (run->at != session_version(run)) {
		run->closed_versions[run->at] = true;
		return;
	}
	run->distrusted = true;
	survey_settle_closes(run, TRIAL_UNCLEAR);
}

static bool
ask_version(struct tls_survey_run *run)
{
	if (run->at >= TLS_VERSIONS) {
		note_session(run);
		return false;
	}
	survey_offer_version(run, (enum tls_version)run->at);
	return true;
}

/* A server that answers with another version, has refused this one. */
static void
take_version(struct tls_survey_run *run, const struct survey_outcome *outcome)
{
	enum trial trial = outcome->nameless ? TRIAL_UNCLEAR : outcome->trial;

	if (trial == TRIAL_TAKEN && version_of(&run->answer) != run->at)
		trial = TRIAL_REFUSED;
	if (trial == TRIAL_TAKEN)
		run->survey->chosen[run->at] = tls_cipher_name(run->answer.cipher);
	run->survey->versions[run->at] = outcome->closed ? TRIAL_UNCLEAR : trial;
	if (outcome->closed)
		note_close(run);
	run->at++;
}

/* --- the control ------------------------------------------------------------------------------ */

/* Offers again what was taken by a ServerHello; false if nothing was. */
static bool
offer_taken(struct tls_survey_run *run)
{
	run->unnamed = false;
	for (int i = TLS_V1_3; i >= TLS_SSLV3; i--) {
		if (run->survey->chosen[i] != NULL) {
			survey_offer_version(run, (enum tls_version)i);
			return true;
		}
	}
	if (run->client_taken == 0)
		return false;
	run->offer = run->clients[run->client_taken - 1].offer;
	run->unnamed = !run->clients[run->client_taken - 1].sni;
	return true;
}

static bool
ask_control(struct tls_survey_run *run)
{
	return run->at == 0 && run->unsettled && !run->distrusted && offer_taken(run);
}

/* If it was taken, the closes are settled by that; if not, a close means nothing here. */
static void
take_control(struct tls_survey_run *run, const struct survey_outcome *outcome)
{
	run->at++;
	run->distrusted = outcome->trial != TRIAL_TAKEN;
}

/* --- weak ciphers ----------------------------------------------------------------------------- */

/* False: there is no room, and with that the search is not whole. */
static bool
add_weakness(struct tls_survey_run *run, const char *why)
{
	struct tls_survey *survey = run->survey;

	if (survey->weak_count == TLS_WEAK_MAX) {
		run->doubt = true;
		return false;
	}
	survey->weak[survey->weak_count++] = (struct tls_weakness){
		.version = version_of(&run->answer),
		.cipher = tls_cipher_name(run->answer.cipher),
		.why = why,
	};
	return true;
}

/* From TLS 1.2 down, as most clients come with the highest: where room ends, it ends below. */
static enum tls_version
weak_version(const struct tls_survey_run *run)
{
	return (enum tls_version)(TLS_V1_2 - run->at);
}

static void
next_weak_version(struct tls_survey_run *run)
{
	run->at++;
	run->loaded = false;
}

/* TLS 1.2 has more ciphers than one hello should hold: the weak ones come in a second. */
static bool
may_be_taken(const struct tls_survey *survey, enum tls_version version)
{
	return survey->versions[version] == TRIAL_TAKEN ||
		(version == TLS_V1_2 && survey->versions[version] == TRIAL_REFUSED);
}

static bool
ask_weak(struct tls_survey_run *run)
{
	for (; run->at <= TLS_V1_2; next_weak_version(run)) {
		enum tls_version version = weak_version(run);

		if (!may_be_taken(run->survey, version))
			continue;
		run->survey->weak_asked = TRIAL_UNCLEAR;
		if (!run->loaded)
			survey_offer_weak(run, version);
		run->loaded = true;
		if (survey_has_ciphers(&run->offer))
			return true;
	}
	return false;
}

static void
take_weak(struct tls_survey_run *run, const struct survey_outcome *outcome)
{
	bool here = outcome->trial == TRIAL_TAKEN && version_of(&run->answer) == weak_version(run);

	if (outcome->trial == TRIAL_UNCLEAR || outcome->nameless)
		run->doubt = true;
	run->closed_weak |= outcome->closed;
	if (!here) {
		next_weak_version(run);
		return;
	}
	if (run->survey->versions[weak_version(run)] == TRIAL_REFUSED) {
		run->survey->versions[weak_version(run)] = TRIAL_TAKEN;
		run->survey->chosen[weak_version(run)] = tls_cipher_name(run->answer.cipher);
		run->closed_versions[weak_version(run)] = false;
	}
	if (!add_weakness(run, tls_cipher_weakness(run->answer.cipher)))
		run->at = TLS_VERSIONS;
	survey_drop_cipher(run, run->answer.cipher);
}

static bool
ask_dhe(struct tls_survey_run *run)
{
	enum tls_version best = best_version(run->survey, TLS_V1_2);

	if (run->at > 0 || best == TLS_VERSIONS)
		return false;
	survey_offer_dhe(run, best);
	return true;
}

static void
take_dhe(struct tls_survey_run *run, const struct survey_outcome *outcome)
{
	int bits = run->answer.dh_bits;

	run->at++;
	if (outcome->trial == TRIAL_UNCLEAR || outcome->nameless)
		run->doubt = true;
	run->closed_weak |= outcome->closed;
	if (outcome->trial == TRIAL_TAKEN && bits > 0 && bits < DH_BITS_MIN)
		add_weakness(run, facts_printf(run->facts, "DH of %d bits", bits));
}

/* Weak ciphers may hide in a version of which nothing is known. */
static void
end_weak(struct tls_survey_run *run)
{
	struct tls_survey *survey = run->survey;
	enum trial asked;

	if (best_version(survey, TLS_V1_3) == TLS_VERSIONS)
		return;
	for (int i = TLS_SSLV3; i <= TLS_V1_2; i++)
		run->doubt |=
			survey->versions[i] != TRIAL_TAKEN && survey->versions[i] != TRIAL_REFUSED;
	asked = run->doubt ? TRIAL_UNCLEAR : survey->weak_count > 0 ? TRIAL_TAKEN : TRIAL_REFUSED;
	survey->weak_asked = run->closed_weak ? TRIAL_UNCLEAR : asked;
	run->weak_pending = run->closed_weak ? asked : TRIAL_NOT_MADE;
}

/* --- groups ----------------------------------------------------------------------------------- */

static bool
ask_groups(struct tls_survey_run *run)
{
	enum tls_version best = best_version(run->survey, TLS_V1_3);

	if (run->at > 0 || best == TLS_VERSIONS || best == TLS_SSLV3)
		return false;
	run->survey->groups_asked = TRIAL_UNCLEAR;
	if (!run->loaded)
		survey_offer_groups(run, best);
	run->loaded = true;
	return true;
}

static void
end_groups(struct tls_survey_run *run, enum trial asked)
{
	run->at++;
	run->survey->groups_asked = run->closed_groups ? TRIAL_UNCLEAR : asked;
	run->groups_pending = run->closed_groups ? asked : TRIAL_NOT_MADE;
}

static bool
is_found(const struct tls_survey *survey, uint16_t group)
{
	for (size_t i = 0; i < survey->group_count; i++) {
		if (g_str_equal(survey->groups[i], tls_group_name(group)))
			return true;
	}
	return false;
}

/* False: it is none of the offer, or known already. */
static bool
add_group(struct tls_survey_run *run, uint16_t group)
{
	struct tls_survey *survey = run->survey;

	if (is_found(survey, group) || !survey_drop_group(run, group))
		return false;
	survey->groups[survey->group_count++] = tls_group_name(group);
	run->offer.group_count += run->returned;
	return true;
}

static bool
has_new_groups(const struct tls_survey_run *run)
{
	size_t found = run->survey->group_count;

	return found < TLS_GROUPS_MAX && run->offer.group_count > (run->returned ? found : 0);
}

/*
 * Below TLS 1.3 the curve of an ECDSA certificate has to be on offer too, whatever group is
 * wanted. So the groups that were found come back once, behind those that were not.
 */
static bool
return_groups(struct tls_survey_run *run, enum tls_version best)
{
	if (run->returned || best == TLS_V1_3 || run->survey->group_count == 0)
		return false;
	run->returned = true;
	run->offer.group_count += run->survey->group_count;
	return true;
}

/* Takes a group out of the offer for each answer, until there is none that the server wants. */
static void
take_groups(struct tls_survey_run *run, const struct survey_outcome *outcome)
{
	struct tls_survey *survey = run->survey;
	enum tls_version best = best_version(survey, TLS_V1_3);
	bool here = outcome->trial == TRIAL_TAKEN && version_of(&run->answer) == best;

	run->closed_groups |= outcome->closed;
	if (outcome->trial == TRIAL_UNCLEAR || outcome->nameless) {
		end_groups(run, TRIAL_UNCLEAR);
		return;
	}
	if (here && add_group(run, run->answer.group)) {
		if (has_new_groups(run))
			return;
	} else if (here && survey->group_count == 0) {
		/* It chose, and told no group, or one of its own. */
		end_groups(run, TRIAL_UNCLEAR);
		return;
	} else if (!here && return_groups(run, best)) {
		return;
	}
	end_groups(run, survey->group_count > 0 ? TRIAL_TAKEN : TRIAL_REFUSED);
}

/* --- clients ---------------------------------------------------------------------------------- */

/* A client that offers and takes what an earlier one does gets its answer. */
static void
take_same(struct tls_survey_run *run)
{
	size_t same = run->clients[run->at].same;
	struct tls_client_result *result = &run->survey->clients[run->at];

	*result = run->survey->clients[same];
	result->name = run->clients[run->at].name;
	run->closed_clients[run->at] = run->closed_clients[same];
}

static bool
ask_client(struct tls_survey_run *run)
{
	for (; run->at < run->client_count && run->clients[run->at].same < run->at; run->at++)
		take_same(run);
	if (run->at >= run->client_count)
		return false;
	run->offer = run->clients[run->at].offer;
	run->unnamed = !run->clients[run->at].sni;
	return true;
}

static const char *
number_words(uint16_t version)
{
	static const char *const words[] = { "SSLv3", "TLS 1.0", "TLS 1.1", "TLS 1.2", "TLS 1.3" };

	return words[version - 0x0300];
}

static bool
knows_group(const struct tls_offer *offer, uint16_t group)
{
	for (size_t i = 0; i < offer->group_count; i++) {
		if (offer->groups[i] == group)
			return true;
	}
	return group == 0 || offer->group_count == 0;
}

/* Why the client would not go along with what the server chose; NULL if it would. */
static const char *
client_refuses(struct tls_survey_run *run, const struct tls_client *client)
{
	const struct tls_answer *answer = &run->answer;

	if (answer->version < client->lowest || answer->version > client->highest)
		return facts_printf(run->facts, "the server chose %s, which it does not speak",
			number_words(answer->version));
	if (answer->downgrade && client->highest >= 0x0304)
		return "the server speaks a higher version than it chose: a downgrade";
	if (!knows_group(&client->offer, answer->group))
		return facts_printf(run->facts, "the server chose %s, which it did not offer",
			tls_group_name(answer->group));
	if (answer->dh_bits > 0 && answer->dh_bits < client->dh_bits_min)
		return facts_printf(run->facts, "a DH prime of %d bits, which it refuses",
			answer->dh_bits);
	return NULL;
}

static void
take_client(struct tls_survey_run *run, const struct survey_outcome *outcome)
{
	const struct tls_client *client = &run->clients[run->at];
	struct tls_client_result *result = &run->survey->clients[run->at];
	const char *refuses =
		outcome->trial == TRIAL_TAKEN ? client_refuses(run, client) : outcome->why;

	run->closed_clients[run->at++] = outcome->closed;
	if (outcome->trial == TRIAL_TAKEN)
		run->client_taken = run->at;
	result->outcome = outcome->closed ? TRIAL_UNCLEAR : outcome->trial;
	result->why = refuses;
	if (outcome->trial != TRIAL_TAKEN)
		return;
	if (refuses != NULL) {
		result->outcome = TRIAL_REFUSED;
		return;
	}
	result->version = version_of(&run->answer);
	result->cipher = tls_cipher_name(run->answer.cipher);
	result->group = run->answer.group != 0 ? tls_group_name(run->answer.group) : NULL;
}

const struct survey_step survey_steps[] = {
	{ TLS_SURVEY_VERSIONS, ask_version, take_version, NULL },
	{ TLS_SURVEY_VERSIONS, ask_control, take_control, NULL },
	{ TLS_SURVEY_WEAK, ask_weak, take_weak, NULL },
	{ TLS_SURVEY_WEAK, ask_dhe, take_dhe, end_weak },
	{ TLS_SURVEY_GROUPS, ask_groups, take_groups, NULL },
	{ TLS_SURVEY_CLIENTS, ask_client, take_client, NULL },
	{ TLS_SURVEY_ALL, ask_control, take_control, NULL },
};
const size_t survey_step_count = G_N_ELEMENTS(survey_steps);
