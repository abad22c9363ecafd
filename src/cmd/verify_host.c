/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/verify_host.h"

#include <string.h>

#include "model/host.h"
#include "pop3/sasl.h"
#include "rules/rule.h"
#include "witness/probe/login.h"

enum {
	LOGINS_MAX = 16 /* of one endpoint: a mechanism each */
};

/* One endpoint. */
struct slot {
	struct verify_host *host;
	struct asked_port port;
	struct probe_options probe;
	struct policy_terms terms;
	struct ask *ask;
	struct facts *facts;   /* the assessment's, once there is one */
	GPtrArray *mechanisms; /* of char *: what is to be tried; NULL stands for the best */
	struct credential_choice choice;
	struct login_options login;
	struct login_errand *errands[LOGINS_MAX];
	struct login_result logins[LOGINS_MAX];
	size_t login_count;
	struct assessment *assessment;
	struct verification verification;
};

struct verify_host {
	struct net_loop *loop;
	const struct verify_setup *setup;
	char *name;
	char *address;
	size_t count;
	size_t at; /* the slot that is under way */
	struct slot slots[TARGET_PORTS_MAX];
	GPtrArray *failures;
	struct net_timer *next; /* goes on from the loop */
	verify_host_done done;
	void *user;
};

static void
host_fail(struct verify_host *host, const char *message)
{
	g_ptr_array_add(host->failures, g_strdup(message));
}

static void
go_on(struct verify_host *host)
{
	net_timer_start(host->next, 0, 0);
}

/* --- what holds for an endpoint --------------------------------------------------------------- */

static struct endpoint
endpoint_of(const struct slot *slot)
{
	return (struct endpoint){
		.host = slot->host->name,
		.address = slot->host->address,
		.port = slot->port.port,
		.mode = slot->port.mode,
	};
}

/* The policy first; the command line stands above it. */
static bool
set_terms(struct slot *slot)
{
	const struct verify_setup *setup = slot->host->setup;
	const struct endpoint endpoint = endpoint_of(slot);
	g_autoptr(GError) error = NULL;

	slot->terms = setup->terms;
	if (setup->policy != NULL) {
		policy_apply(setup->policy, &endpoint, &slot->terms);
		if (setup->expect_given)
			slot->terms.expectations = setup->terms.expectations;
		if (setup->terms.tls_name != NULL)
			slot->terms.tls_name = setup->terms.tls_name;
		if (setup->terms.ca != NULL)
			slot->terms.ca = setup->terms.ca;
		slot->terms.insecure |= setup->terms.insecure;
	}
	slot->probe = setup->probe;
	slot->probe.tls_name = slot->terms.tls_name;
	slot->probe.trust = setup->trust(setup->user, slot->terms.ca, &error);
	if (error != NULL)
		host_fail(slot->host, error->message);
	if (!expectations_any(&slot->terms.expectations)) {
		char url[ENDPOINT_URL_MAX];
		g_autofree char *message = g_strdup_printf(
			"nothing is expected of %s: no group of the policy that matches says what",
			endpoint_url(&endpoint, url));

		host_fail(slot->host, message);
		return false;
	}
	return error == NULL;
}

/* --- logins ----------------------------------------------------------------------------------- */

/* Every mechanism that the server lists over TLS and we know; USER where it lists that. */
static void
add_listed(struct slot *slot)
{
	const struct capabilities *listed = &slot->facts->probe.over_tls;

	for (size_t i = 0; sasl_mechanisms[i] != NULL; i++)
		if (capabilities_have_mechanism(listed, sasl_mechanisms[i]->name) &&
			sasl_mechanisms[i]->token == (slot->choice.token != NULL))
			g_ptr_array_add(slot->mechanisms, g_strdup(sasl_mechanisms[i]->name));
	if (capabilities_have(listed, "USER") && slot->choice.token == NULL)
		g_ptr_array_add(slot->mechanisms, g_strdup("USER"));
}

static void
plan_logins(struct slot *slot)
{
	char *const *given = slot->host->setup->mechanisms;

	slot->mechanisms = g_ptr_array_new_with_free_func(g_free);
	for (size_t i = 0; given != NULL && given[i] != NULL; i++) {
		if (g_ascii_strcasecmp(given[i], "all") == 0)
			add_listed(slot);
		else
			g_ptr_array_add(slot->mechanisms, g_strdup(given[i]));
	}
	if (slot->mechanisms->len == 0)
		g_ptr_array_add(slot->mechanisms, NULL);
}

/* A result of a login that was not begun. */
static void
login_not_tried(struct slot *slot, enum login_outcome outcome, const char *why)
{
	slot->logins[slot->login_count++] =
		(struct login_result){ .outcome = outcome, .why = why, .messages = -1 };
}

static bool
is_token_mechanism(const char *name)
{
	const struct sasl_mechanism *mechanism = name == NULL ? NULL : sasl_find(name);

	return mechanism != NULL && mechanism->token;
}

static const char *
account_key(const struct slot *slot, char **key)
{
	*key = g_strdup_printf("%s %s", slot->host->name, slot->choice.user);
	return *key;
}

/* No secret is sent again where the server has said that it is wrong: accounts get locked. */
static bool
was_wrong(const struct slot *slot)
{
	g_autofree char *key = NULL;

	return g_hash_table_contains(slot->host->setup->wrong, account_key(slot, &key));
}

static void
note_wrong(const struct slot *slot)
{
	char *key;

	for (size_t i = 0; i < slot->login_count; i++)
		if (slot->logins[i].outcome == LOGIN_OK)
			return; /* the secret is right; it was the mechanism */
	g_hash_table_add(slot->host->setup->wrong, (char *)(uintptr_t)account_key(slot, &key));
}

static void
on_login(void *user)
{
	struct slot *slot = user;
	size_t index = slot->login_count;

	slot->logins[index] = *login_result(slot->errands[index]);
	slot->login_count++;
	if (slot->logins[index].outcome == LOGIN_WRONG)
		note_wrong(slot);
	go_on(slot->host);
}

/* The mechanism decides whether password or token is sent; without one a token goes first. */
static bool
choose_secret(struct slot *slot)
{
	const struct credential_choice *choice = &slot->choice;
	const char *mechanism = slot->login.mechanism;

	slot->login.user = choice->user;
	slot->login.token =
		mechanism != NULL ? is_token_mechanism(mechanism) : choice->token != NULL;
	slot->login.secret =
		slot->login.token && choice->token != NULL ? choice->token : choice->password;
	return slot->login.secret != NULL;
}

static void
login_begin(struct slot *slot)
{
	size_t index = slot->login_count;

	slot->login.mechanism = g_ptr_array_index(slot->mechanisms, index);
	if (!choose_secret(slot)) {
		login_not_tried(slot, LOGIN_NOT_TRIED, "there is no password to log in with");
		go_on(slot->host);
		return;
	}
	if (was_wrong(slot)) {
		login_not_tried(slot, LOGIN_WRONG,
			"the server said before that name or secret are wrong: they were not sent "
			"again");
		go_on(slot->host);
		return;
	}
	slot->errands[index] = login_start(slot->host->loop, slot->facts, &slot->probe,
		&slot->login, on_login, slot);
}

/* Finds out what to log in with; false where none is to be tried: then there is a result. */
static bool
prepare_login(struct slot *slot)
{
	g_autoptr(GError) error = NULL;
	bool found = credentials_find(slot->host->setup->credentials, slot->host->name,
		slot->terms.tls_name, &slot->choice, &error);

	if (error != NULL)
		host_fail(slot->host, error->message);
	if (slot->facts->probe.tls.handshake != HANDSHAKE_UP) {
		login_not_tried(slot, LOGIN_NOT_TRIED,
			"no TLS session came up, and a password is not sent without");
		return false;
	}
	if (!found) {
		login_not_tried(slot, LOGIN_NOT_TRIED, "there are no credentials for this host");
		return false;
	}
	slot->login.insecure = slot->terms.insecure;
	plan_logins(slot);
	return true;
}

/* --- one endpoint after the other ------------------------------------------------------------- */

static void
slot_over(struct slot *slot)
{
	slot->host->at++;
	go_on(slot->host);
}

/* The dialogue is over: log in where that is wanted. */
static void
slot_probed(struct slot *slot)
{
	if (!slot->terms.expectations.wanted[EXPECT_LOGIN] || !prepare_login(slot))
		slot_over(slot);
	else
		go_on(slot->host);
}

static void
on_asked(void *user, struct facts *facts, const GError *error)
{
	struct slot *slot = user;

	slot->ask = NULL;
	slot->facts = facts;
	if (error != NULL)
		host_fail(slot->host, error->message);
	if (facts == NULL)
		slot_over(slot);
	else
		slot_probed(slot);
}

static void
slot_begin(struct slot *slot)
{
	const struct endpoint endpoint = endpoint_of(slot);

	if (!set_terms(slot)) {
		slot_over(slot);
		return;
	}
	slot->ask = ask_start(slot->host->loop, &endpoint, &slot->host->setup->ask, &slot->probe,
		on_asked, slot);
}

/* --- the judgement ---------------------------------------------------------------------------- */

/* Of several logins the one that counts: what is unmet, then what cannot be told, then success. */
static int
login_rank(const struct login_result *login)
{
	switch (login->outcome) {
	case LOGIN_WRONG:
	case LOGIN_NO_MECHANISM:
	case LOGIN_BROKEN:
		return 2;
	case LOGIN_NOT_TRIED:
	case LOGIN_REFUSED:
	case LOGIN_LOST:
	case LOGIN_UNREACHABLE:
		return 1;
	case LOGIN_OK:
		break;
	}
	return 0;
}

static const struct login_result *
decisive_login(const struct slot *slot)
{
	const struct login_result *worst = NULL;

	for (size_t i = 0; i < slot->login_count; i++)
		if (worst == NULL || login_rank(&slot->logins[i]) > login_rank(worst))
			worst = &slot->logins[i];
	return worst;
}

static void
tell(struct verify_host *host)
{
	struct host_endpoint endpoints[TARGET_PORTS_MAX];

	for (size_t i = 0; i < host->count; i++)
		endpoints[i] = (struct host_endpoint){ .mode = host->slots[i].port.mode,
			.facts = host->slots[i].facts };
	host_tell(endpoints, host->count);
}

static void
judge(struct verify_host *host)
{
	struct verified all[TARGET_PORTS_MAX];
	size_t count = 0, at = 0;

	tell(host);
	for (size_t i = 0; i < host->count; i++)
		if (host->slots[i].facts != NULL)
			all[count++] = (struct verified){ .facts = host->slots[i].facts,
				.login = decisive_login(&host->slots[i]) };
	for (size_t i = 0; i < host->count; i++) {
		struct slot *slot = &host->slots[i];

		if (slot->facts == NULL)
			continue;
		slot->assessment = rules_assess(slot->facts, WITNESS_PROBE);
		slot->verification = (struct verification){
			.assessment = slot->assessment,
			.logins = slot->logins,
			.login_count = slot->login_count,
			.expectations = expectations_judge(&slot->terms.expectations, &all[at++],
				all, count),
		};
	}
}

static void
on_next(void *user)
{
	struct verify_host *host = user;
	struct slot *slot = host->at < host->count ? &host->slots[host->at] : NULL;

	if (slot == NULL) {
		judge(host);
		host->done(host->user, host);
	} else if (slot->facts == NULL && slot->ask == NULL) {
		slot_begin(slot);
	} else if (slot->mechanisms != NULL && slot->login_count < slot->mechanisms->len &&
		slot->login_count < LOGINS_MAX) {
		login_begin(slot);
	} else {
		slot_over(slot);
	}
}

struct verify_host *
verify_host_start(struct net_loop *loop, const struct verify_setup *setup, const char *name,
	const char *address, const struct port_list *ports, verify_host_done done, void *user)
{
	struct verify_host *host = g_new0(struct verify_host, 1);

	host->loop = loop;
	host->setup = setup;
	host->name = g_strdup(name);
	host->address = g_strdup(address);
	host->count = ports->count;
	host->failures = g_ptr_array_new_with_free_func(g_free);
	host->done = done;
	host->user = user;
	for (size_t i = 0; i < ports->count; i++) {
		host->slots[i].host = host;
		host->slots[i].port = ports->items[i];
	}
	host->next = net_timer_new(loop, on_next, host);
	go_on(host);
	return host;
}

size_t
verify_host_count(const struct verify_host *host)
{
	return host->count;
}

const struct verification *
verify_host_result(const struct verify_host *host, size_t index)
{
	return host->slots[index].assessment != NULL ? &host->slots[index].verification : NULL;
}

const GPtrArray *
verify_host_failures(const struct verify_host *host)
{
	return host->failures;
}

const char *
verify_host_name(const struct verify_host *host)
{
	return host->name;
}

const char *
verify_host_address(const struct verify_host *host)
{
	return host->address;
}

static void
slot_clear(struct slot *slot)
{
	if (slot->ask != NULL)
		ask_cancel(slot->ask);
	for (size_t i = 0; i < LOGINS_MAX; i++)
		login_free(slot->errands[i]);
	if (slot->mechanisms != NULL)
		g_ptr_array_unref(slot->mechanisms);
	if (slot->verification.expectations != NULL)
		g_ptr_array_unref(slot->verification.expectations);
	if (slot->assessment != NULL)
		assessment_free(slot->assessment);
	else
		facts_free(slot->facts);
}

void
verify_host_free(struct verify_host *host)
{
	if (host == NULL)
		return;
	for (size_t i = 0; i < host->count; i++)
		slot_clear(&host->slots[i]);
	net_timer_close(host->next);
	g_ptr_array_unref(host->failures);
	g_free(host->name);
	g_free(host->address);
	g_free(host);
}
