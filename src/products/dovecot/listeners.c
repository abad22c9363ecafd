/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The listeners of the services that run pop3-login, each for every kind of client that a block or
 * a trusted network tells apart.
 *
 * A scope is written down only where it is judged otherwise than all clients, or by another line.
 */
#include <string.h>

#include "products/dovecot/gate.h"

enum {
	NAMES_MAX = 64,
	ADDRESSES_MAX = 64,
	NETWORKS_MAX = 64, /* of each kind that blocks name */
	JUDGEMENTS_MAX = 20 * 1000,
	TRUSTED_MAX = 100 * 1000, /* words of login_trusted_networks, over all scopes */
};

/* An inet_listener. */
struct inet {
	const char *place; /* "service/pop3-login/inet_listener/pop3" */
	uint16_t port;
	bool tls, haproxy;
	const struct dovecot_assignment *runs, *port_from, *tls_from, *haproxy_from;
};

/* What the listeners are made from. */
struct maker {
	struct dovecot_settings *settings;
	GArray *locals, *remotes; /* of struct dovecot_network; the first has no text */
	size_t judged;
	size_t trusted; /* words that were looked at */
	bool has_clear;
	bool no_tls;  /* ssl = no: what would speak TLS is not opened */
	bool cut;     /* there is more than is judged */
	bool doubted; /* what a listener says is not understood, and that was told */
	const struct dovecot_assignment *told; /* a list of networks of which there is a doubt */
};

static const struct dovecot_client nobody; /* the server itself, which serves all protocols */

/* --- inet_listener ---------------------------------------------------------------------------- */

/* The listeners that are there by default. */
static const struct {
	const char *service, *name, *port;
	bool tls, only_24;
} built_in[] = {
	{ "pop3-login", "pop3", "110", false, false },
	{ "pop3-login", "pop3s", "995", true, false },
	{ "imap-login", "imap", "143", false, false },
	{ "imap-login", "imaps", "993", true, false },
	{ "submission-login", "submission", "587", false, false },
	{ "submission-login", "submissions", "465", true, true },
	{ "managesieve-login", "sieve", "4190", false, false },
};

static bool
is_built_in(const struct maker *maker, size_t row, const char *service)
{
	return g_str_equal(built_in[row].service, service) &&
		(maker->settings->is_24 || !built_in[row].only_24);
}

/* "service/pop3-login/inet_listener/" and the listener's name: a new string. */
static char *
place_of(const char *service, const char *name)
{
	return g_strconcat("service/", service, "/inet_listener/", name, NULL);
}

static void
find_field(struct maker *maker, const struct inet *inet, const char *field,
	struct dovecot_found *found)
{
	g_autofree char *key = g_strconcat(inet->place, "/", field, NULL);
	const struct dovecot_assignment *decides;

	dovecot_settings_find(maker->settings, key, &nobody, found);
	decides = found->decides;
	/* Of the service that is called pop3-login, the reading has its doubt already. */
	if (decides == NULL || dovecot_name_matters(key) || maker->doubted ||
		(decides->value != NULL && decides->problem == NULL && decides->refers == NULL))
		return;
	maker->doubted = true;
	dovecot_doubt(maker->settings, REASON_NOT_UNDERSTOOD, decides->text, decides->at,
		"What this listener of a service that runs pop3-login says is not understood.");
}

static bool
read_flag(struct maker *maker, const struct inet *inet, const char *field, bool otherwise,
	const struct dovecot_assignment **from)
{
	struct dovecot_found found;
	const char *value;
	bool yes;

	find_field(maker, inet, field, &found);
	*from = found.decides;
	value = dovecot_found_value(&found, otherwise ? "yes" : "no");
	/* What is no boolean, or not known, has its doubt already. */
	return value != NULL && dovecot_boolean(value, &yes) && yes;
}

static struct inet
read_inet(struct maker *maker, const char *service, const char *place)
{
	struct inet inet = { .place = place };
	const char *port_text = "0", *value;
	struct dovecot_found found;
	bool tls = false;
	guint64 port;

	for (size_t i = 0; i < G_N_ELEMENTS(built_in); i++) {
		g_autofree char *each = place_of(built_in[i].service, built_in[i].name);

		if (is_built_in(maker, i, service) && g_str_equal(each, place)) {
			port_text = built_in[i].port;
			tls = built_in[i].tls;
		}
	}
	find_field(maker, &inet, "port", &found);
	inet.port_from = found.decides;
	value = dovecot_found_value(&found, port_text);
	if (value != NULL && g_ascii_string_to_unsigned(value, 10, 0, 65535, &port, NULL))
		inet.port = (uint16_t)port;
	inet.tls = read_flag(maker, &inet, "ssl", tls, &inet.tls_from);
	inet.haproxy = read_flag(maker, &inet, "haproxy", false, &inet.haproxy_from);
	return inet;
}

static void
add_place(struct maker *maker, GPtrArray *places, const char *place, size_t length)
{
	g_autofree char *added = g_strndup(place, length);

	if (g_ptr_array_find_with_equal_func(places, added, g_str_equal, NULL))
		return;
	if (places->len < NAMES_MAX)
		g_ptr_array_add(places, g_steal_pointer(&added));
	else
		maker->cut = true;
}

/* The places of all inet_listeners of the service: a new array of new strings. */
static GPtrArray *
find_places(struct maker *maker, const char *service)
{
	const struct dovecot_settings *settings = maker->settings;
	GPtrArray *places = g_ptr_array_new_with_free_func(g_free);
	g_autofree char *prefix = place_of(service, "");

	for (size_t i = 0; i < G_N_ELEMENTS(built_in); i++)
		if (is_built_in(maker, i, service))
			g_ptr_array_add(places, place_of(service, built_in[i].name));
	for (guint i = 0; i < settings->assignments->len; i++) {
		const struct dovecot_assignment *each = g_ptr_array_index(settings->assignments, i);
		const char *end;

		if (!g_str_has_prefix(each->key, prefix))
			continue;
		end = strrchr(each->key + strlen(prefix), '/');
		if (end != NULL)
			add_place(maker, places, each->key, (size_t)(end - each->key));
	}
	return places;
}

/* As Dovecot reads the address: without brackets, and all four numbers. */
static const char *
canonical(struct maker *maker, const char *word)
{
	struct facts *facts = maker->settings->reading->facts;
	char text[ENDPOINT_ADDRESS_MAX + 1];
	struct dovecot_network own;

	if (strchr(word, '/') == NULL && dovecot_network_read(&own, word))
		word = address_format(&own.address, text);
	return facts_keep(facts, word, strlen(word));
}

/* The addresses that the listener is on: a new array of const char *. */
static GArray *
find_addresses(struct maker *maker, const struct inet *inet)
{
	const char *const ipv4 = "0.0.0.0", *const all = "*";
	GArray *addresses = g_array_new(FALSE, FALSE, sizeof(const char *));
	const char *field = maker->settings->is_24 ? "listen" : "address";
	g_autofree char *key = g_strconcat(inet->place, "/", field, NULL);
	g_autoptr(GArray) words = dovecot_settings_list(maker->settings, key, &nobody, "");
	bool has_4 = false, has_6 = false;

	if (words->len == 0) {
		g_array_unref(words);
		words = dovecot_settings_list(maker->settings, "listen", &nobody, "*, ::");
	}
	maker->cut |= words->len > ADDRESSES_MAX;
	for (guint i = 0; i < words->len && addresses->len < ADDRESSES_MAX; i++) {
		const char *word = g_array_index(words, struct dovecot_word, i).word;

		word = g_str_equal(word, "*") ? ipv4 : canonical(maker, word);
		has_4 |= g_str_equal(word, ipv4);
		has_6 |= g_str_equal(word, "::");
		g_array_append_val(addresses, word);
	}
	if (has_4 && has_6) {
		g_array_set_size(addresses, 0);
		g_array_append_val(addresses, all);
	}
	return addresses;
}

/* --- scopes ----------------------------------------------------------------------------------- */

static void
add_network(GArray *networks, const struct dovecot_network *network)
{
	if (network->text == NULL || network->bits == 0 || dovecot_network_is_empty(network))
		return;
	for (guint i = 1; i < networks->len; i++)
		if (dovecot_network_same(&g_array_index(networks, struct dovecot_network, i),
			    network))
			return;
	if (networks->len < NETWORKS_MAX)
		g_array_append_val(networks, *network);
}

/* Finds the networks that settings about logins are told apart by. */
static void
find_networks(struct maker *maker)
{
	const struct dovecot_settings *settings = maker->settings;
	struct dovecot_network any = { 0 };

	g_array_append_val(maker->locals, any);
	g_array_append_val(maker->remotes, any);
	for (guint i = 0; i < settings->assignments->len; i++) {
		const struct dovecot_assignment *each = g_ptr_array_index(settings->assignments, i);

		if (each->filter->order == 0 || !dovecot_name_matters(each->key) ||
			!dovecot_filter_may_match(each->filter, "pop3"))
			continue;
		add_network(maker->locals, &each->filter->local);
		add_network(maker->remotes, &each->filter->remote);
	}
	for (guint i = 0; i < settings->groups->len; i++) {
		const struct dovecot_filter *filter =
			g_array_index(settings->groups, struct dovecot_include_group, i).filter;

		add_network(maker->locals, &filter->local);
		add_network(maker->remotes, &filter->remote);
	}
	if (maker->locals->len == NETWORKS_MAX || maker->remotes->len == NETWORKS_MAX)
		dovecot_doubt(maker->settings, REASON_NOT_UNDERSTOOD,
			g_array_index(settings->texts, const struct config_text *, 0), 0,
			"There are too many blocks of networks.");
}

/* A name may be any address: which blocks hold for it, only the server knows. */
static void
doubt_names(struct maker *maker, const GArray *networks)
{
	for (guint i = 1; i < networks->len; i++)
		for (guint j = 1; j < networks->len; j++) {
			const struct dovecot_network *name =
				&g_array_index(networks, struct dovecot_network, i);

			if (i == j || name->address.family != FAMILY_NONE ||
				!dovecot_network_may_meet(name,
					&g_array_index(networks, struct dovecot_network, j)))
				continue;
			dovecot_doubt(maker->settings, REASON_NOT_UNDERSTOOD,
				g_array_index(maker->settings->texts, const struct config_text *,
					0),
				0,
				facts_printf(maker->settings->reading->facts,
					"Which other blocks hold for %s depends on its address.",
					name->text));
			return;
		}
}

static const char *
network_text(struct maker *maker, const struct dovecot_network *network)
{
	const char *slash = strchr(network->text, '/');
	char text[ENDPOINT_ADDRESS_MAX + 1];

	if (network->address.family == FAMILY_NONE)
		return network->text;
	return facts_printf(maker->settings->reading->facts, "%s%s",
		address_format(&network->address, text), slash != NULL ? slash : "");
}

/* "local 1.2.3.4, remote 10.0.0.0/8", or NULL for every client. */
static const char *
scope_text(struct maker *maker, const struct dovecot_network *local,
	const struct dovecot_network *remote)
{
	struct facts *facts = maker->settings->reading->facts;
	const char *here = local->text != NULL ? network_text(maker, local) : NULL;
	const char *there = remote->text != NULL ? network_text(maker, remote) : NULL;

	if (here != NULL && there != NULL)
		return facts_printf(facts, "local %s, remote %s", here, there);
	if (here != NULL)
		return facts_printf(facts, "local %s", here);
	return there != NULL ? facts_printf(facts, "remote %s", there) : NULL;
}

/* The family of who may come to the listener; none: of both, or not known. */
static enum family
family_of(const char *address)
{
	struct dovecot_network own;

	return dovecot_network_read(&own, address) ? own.address.family : FAMILY_NONE;
}

/* Whether addresses of that family may lie in the network. */
static bool
is_possible(enum family family, const struct dovecot_network *network)
{
	return family == FAMILY_NONE || network->address.family == FAMILY_NONE ||
		network->address.family == family;
}

/* --- judging ---------------------------------------------------------------------------------- */

static const char *
open_text(const struct dovecot_settings *settings, const struct dovecot_gate *gate)
{
	bool offers = g_strcmp0(dovecot_found_value(&gate->ssl, "yes"), "no") != 0;

	if (settings->is_24)
		return offers ?
			"auth_allow_cleartext is on, and ssl is not required: Dovecot offers "
			"TLS, but takes passwords without it." :
			"auth_allow_cleartext is on: Dovecot takes passwords in clear, and TLS is "
			"switched off.";
	return offers ?
		"disable_plaintext_auth is off, and ssl is not required: Dovecot offers "
		"TLS, but takes passwords without it." :
		"disable_plaintext_auth is off: Dovecot takes passwords in clear, and TLS is "
		"switched off.";
}

static const char *
closed_text(const struct dovecot_settings *settings, const struct dovecot_gate *gate)
{
	if (gate->bars != NULL)
		return gate->why;
	if (gate->required)
		return "ssl is required: Dovecot refuses any login before TLS.";
	if (gate->cleartext.decides == NULL)
		return settings->is_24 ?
			"auth_allow_cleartext is off by default: Dovecot refuses passwords before "
			"TLS." :
			"disable_plaintext_auth is on by default: Dovecot refuses passwords before "
			"TLS.";
	return settings->is_24 ?
		"auth_allow_cleartext is off: Dovecot refuses passwords before TLS." :
		"disable_plaintext_auth is on: Dovecot refuses passwords before TLS.";
}

static void
judge(struct maker *maker, const struct dovecot_gate *gate, struct config_listener *listener)
{
	switch (gate->state) {
	case DOVECOT_OPEN:
		listener->verdict = VERDICT_PERMITS;
		listener->reason = REASON_SETTING;
		listener->explanation = open_text(maker->settings, gate);
		break;
	case DOVECOT_CLOSED:
		listener->verdict = VERDICT_REFUSES;
		listener->reason =
			dovecot_gate_decides(gate) != NULL ? REASON_SETTING : REASON_DEFAULT;
		listener->explanation = closed_text(maker->settings, gate);
		break;
	case DOVECOT_UNCLEAR:
		listener->verdict = VERDICT_UNDETERMINED;
		listener->reason = REASON_NOT_UNDERSTOOD;
		listener->explanation = gate->why;
		listener->settle = DOVECOT_SETTLE;
		break;
	}
}

static void
add_step(struct maker *maker, struct config_listener *listener,
	const struct dovecot_assignment *assignment, const char *meaning)
{
	struct config_step step;

	if (assignment == NULL)
		return;
	step = dovecot_step(maker->settings, assignment);
	config_chain_add(&listener->chain, step.location, step.line, meaning);
}

static struct config_listener *
add_listener(struct maker *maker, const struct inet *inet, const char *address)
{
	struct config_listener *listener = config_add_listener(maker->settings->reading->facts);

	listener->address = address;
	listener->port = inet->port;
	listener->mode = inet->tls ? MODE_POP3S : MODE_POP3;
	add_step(maker, listener, inet->runs, "speaks POP3");
	add_step(maker, listener, inet->port_from, "is the port");
	if (!inet->tls)
		add_step(maker, listener, inet->tls_from, "starts in clear there");
	return listener;
}

static void
add_tls_listener(struct maker *maker, const struct inet *inet, const char *address)
{
	struct config_listener *listener = add_listener(maker, inet, address);

	listener->verdict = VERDICT_REFUSES;
	listener->reason = REASON_TLS_ONLY;
	listener->explanation = "Dovecot speaks TLS from the first byte.";
	add_step(maker, listener, inet->tls_from, "speaks TLS from the first byte");
}

/* --- trust ------------------------------------------------------------------------------------ */

static void
doubt_networks(struct maker *maker, const struct dovecot_assignment *about, const char *message)
{
	if (about == NULL || about == maker->told)
		return;
	maker->told = about;
	dovecot_doubt(maker->settings, REASON_NOT_UNDERSTOOD, about->text, about->at, message);
}

/* Whether a block within the client's networks is for all of this one: what it says holds there. */
static bool
is_of_block(const struct maker *maker, const struct dovecot_client *client,
	const struct dovecot_network *network)
{
	for (guint i = 1; i < maker->remotes->len; i++) {
		const struct dovecot_network *block =
			&g_array_index(maker->remotes, struct dovecot_network, i);

		if (!dovecot_network_same(block, &client->remote) &&
			dovecot_network_holds(&client->remote, block) &&
			dovecot_network_holds(block, network))
			return true;
	}
	return false;
}

/* Finds the clients of this kind that the word trusts; false where there are none. */
static bool
find_trusted(struct maker *maker, enum family family, const struct dovecot_client *client,
	const struct dovecot_word *word, struct dovecot_network *network)
{
	bool by_name = client->remote.text != NULL && client->remote.address.family == FAMILY_NONE;

	/* This host's own clients Dovecot takes as secure anyway. */
	if (!dovecot_network_read(network, word->word) || dovecot_network_is_loopback(network) ||
		dovecot_network_is_empty(network) || !is_possible(family, network) ||
		!is_possible(client->local.address.family, network))
		return false;
	if (by_name && dovecot_network_same(&word->from->filter->remote, &client->remote) &&
		dovecot_network_may_meet(network, &client->remote))
		doubt_networks(maker, word->from,
			"Whether this block's host is in a network that is trusted there depends "
			"on its address.");
	if (dovecot_network_holds(&client->remote, network))
		return !is_of_block(maker, client, network);
	if (!dovecot_network_holds(network, &client->remote))
		return false;
	*network = client->remote;
	return true;
}

/* Adds the listener as it is for the trusted network; returns whether that is for anybody. */
static bool
add_trusted_listener(struct maker *maker, const struct inet *inet, const char *address,
	const struct dovecot_client *client, const struct dovecot_gate *gate,
	const struct dovecot_word *word)
{
	struct dovecot_network network;
	struct config_listener *listener;

	if (!find_trusted(maker, family_of(address), client, word, &network))
		return false;
	listener = add_listener(maker, inet, address);
	listener->verdict = VERDICT_PERMITS;
	listener->reason = REASON_TRUSTED_NETWORK;
	listener->scope = scope_text(maker, &client->local, &network);
	listener->explanation = maker->settings->is_24 ?
		"Clients of a trusted network log in without TLS." :
		"Clients of a trusted network log in without TLS, even where ssl is required.";
	dovecot_gate_explain(maker->settings, gate, word->from, &listener->chain);
	return true;
}

/* The list is read anew for each scope, so that what is read in all has a bound. */
static void
add_trusted(struct maker *maker, const struct inet *inet, const char *address,
	const struct dovecot_client *client, const struct dovecot_gate *gate)
{
	const struct dovecot_assignment *wrong;
	g_autoptr(GArray) words = NULL;
	unsigned added = 0;

	if (maker->trusted > TRUSTED_MAX) {
		maker->cut = true;
		return;
	}
	words = dovecot_trusted(maker->settings, client, gate, &wrong);
	doubt_networks(maker, wrong,
		"This has a word that is no network: Dovecot reads no further, or lets nobody in.");
	maker->trusted += words->len;
	for (guint i = 0; i < words->len && added < NETWORKS_MAX; i++)
		added += add_trusted_listener(maker, inet, address, client, gate,
			&g_array_index(words, struct dovecot_word, i));
	maker->cut |= added == NETWORKS_MAX;
}

/* --- listeners for clients -------------------------------------------------------------------- */

static bool
same_judgement(const struct dovecot_gate *a, const struct dovecot_gate *b)
{
	return a->state == b->state && dovecot_gate_decides(a) == dovecot_gate_decides(b);
}

/* The PROXY protocol makes any client secure in 2.4, unless ssl is required. */
static bool
add_proxied(struct maker *maker, const struct inet *inet, const char *address,
	const struct dovecot_client *client, const struct dovecot_gate *gate)
{
	struct config_listener *listener;

	if (!maker->settings->is_24 || !inet->haproxy || gate->required || gate->bars != NULL ||
		gate->state == DOVECOT_OPEN)
		return false;
	listener = add_listener(maker, inet, address);
	listener->verdict = VERDICT_PERMITS;
	listener->reason = REASON_SETTING;
	listener->scope = scope_text(maker, &client->local, &client->remote);
	listener->explanation =
		"Dovecot 2.4 takes what comes by the PROXY protocol as secure, and ssl is not "
		"required.";
	dovecot_gate_explain(maker->settings, gate, inet->haproxy_from, &listener->chain);
	return true;
}

/* `known` are the judgements for wider scopes: the same one is not written down again. */
static void
add_for_client(struct maker *maker, const struct inet *inet, const char *address,
	const struct dovecot_client *client, const struct dovecot_gate *gate, GPtrArray *known)
{
	struct config_listener *listener;
	bool again = false;

	for (guint i = 0; i < known->len; i++)
		again |= same_judgement(g_ptr_array_index(known, i), gate);
	if (!again && !add_proxied(maker, inet, address, client, gate)) {
		listener = add_listener(maker, inet, address);
		listener->scope = scope_text(maker, &client->local, &client->remote);
		judge(maker, gate, listener);
		dovecot_gate_explain(maker->settings, gate, NULL, &listener->chain);
	}
	if (gate->state != DOVECOT_OPEN)
		add_trusted(maker, inet, address, client, gate);
}

/* The local networks that a listener on this address may be asked at. */
static GArray *
local_scopes(struct maker *maker, const char *address)
{
	GArray *scopes = g_array_new(FALSE, TRUE, sizeof(struct dovecot_network));
	enum family family = family_of(address);
	struct dovecot_network own;

	if (family != FAMILY_NONE && !g_str_equal(address, "0.0.0.0") &&
		!g_str_equal(address, "::")) {
		dovecot_network_read(&own, address);
		g_array_append_val(scopes, own);
		return scopes;
	}
	for (guint i = 0; i < maker->locals->len; i++)
		if (is_possible(family, &g_array_index(maker->locals, struct dovecot_network, i)))
			g_array_append_val(scopes,
				g_array_index(maker->locals, struct dovecot_network, i));
	return scopes;
}

/* `base` is the judgement that holds for all clients, once there is one. */
static void
add_for_scope(struct maker *maker, const struct inet *inet, const char *address,
	struct dovecot_client *client, GPtrArray *base)
{
	g_autofree struct dovecot_gate *gate = g_new(struct dovecot_gate, 1);

	maker->judged++;
	dovecot_gate_find(maker->settings, client, gate);
	if (family_of(address) != FAMILY_NONE && client->local.text == address)
		client->local.text =
			NULL; /* that is the listener's, and not for some clients only */
	add_for_client(maker, inet, address, client, gate, base);
	if (base->len == 0)
		g_ptr_array_add(base, g_steal_pointer(&gate));
}

static void
add_for_all(struct maker *maker, const struct inet *inet, const char *address)
{
	g_autoptr(GArray) locals = local_scopes(maker, address);
	g_autoptr(GPtrArray) base = g_ptr_array_new_with_free_func(g_free);

	for (guint i = 0; i < locals->len; i++)
		for (guint j = 0; j < maker->remotes->len; j++) {
			struct dovecot_client client = {
				.protocol = "pop3",
				.local = g_array_index(locals, struct dovecot_network, i),
				.remote = g_array_index(maker->remotes, struct dovecot_network, j),
			};

			if (!is_possible(family_of(address), &client.remote) ||
				!is_possible(client.local.address.family, &client.remote))
				continue;
			add_for_scope(maker, inet, address, &client, base);
			if (maker->judged > JUDGEMENTS_MAX)
				return;
		}
}

static void
add_inet(struct maker *maker, const struct inet *inet)
{
	g_autoptr(GArray) addresses = find_addresses(maker, inet);

	if (inet->port == 0 || (inet->tls && maker->no_tls))
		return;
	for (guint i = 0; i < addresses->len && maker->judged <= JUDGEMENTS_MAX; i++) {
		const char *address = g_array_index(addresses, const char *, i);

		if (inet->tls)
			add_tls_listener(maker, inet, address);
		else
			add_for_all(maker, inet, address);
	}
	maker->has_clear |= !inet->tls && addresses->len > 0;
}

static void
add_service(struct maker *maker, const char *service)
{
	g_autoptr(GPtrArray) places = find_places(maker, service);
	g_autofree char *key = g_strconcat("service/", service, "/executable", NULL);
	struct dovecot_found runs;

	dovecot_settings_find(maker->settings, key, &nobody, &runs);
	for (guint i = 0; i < places->len; i++) {
		struct inet inet = read_inet(maker, service, g_ptr_array_index(places, i));

		inet.runs = runs.decides;
		add_inet(maker, &inet);
	}
}

bool
dovecot_add_listeners(struct dovecot_settings *settings, const GPtrArray *services)
{
	g_autoptr(GArray) locals = g_array_new(FALSE, TRUE, sizeof(struct dovecot_network));
	g_autoptr(GArray) remotes = g_array_new(FALSE, TRUE, sizeof(struct dovecot_network));
	struct maker maker = { .settings = settings, .locals = locals, .remotes = remotes };
	struct dovecot_found ssl;

	dovecot_settings_find(settings, "ssl", &nobody, &ssl);
	maker.no_tls =
		ssl.conflict == NULL && g_strcmp0(dovecot_found_value(&ssl, "yes"), "no") == 0;
	find_networks(&maker);
	doubt_names(&maker, maker.locals);
	doubt_names(&maker, maker.remotes);
	for (guint i = 0; i < services->len; i++)
		add_service(&maker, g_ptr_array_index(services, i));
	if (maker.cut || maker.judged > JUDGEMENTS_MAX ||
		settings->reading->facts->config->listeners->len >= CONFIG_LISTENERS_MAX)
		dovecot_doubt(settings, REASON_NOT_UNDERSTOOD,
			g_array_index(settings->texts, const struct config_text *, 0), 0,
			"There are too many listeners and networks.");
	return maker.has_clear;
}
