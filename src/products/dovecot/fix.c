/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How Dovecot is closed: at the assignments that decide, which audit's chains name.
 *
 * TLS is required (ssl = required) and the switch is shut, where each is set or beside the line
 * that decides; in 2.4 both go together, or Dovecot does not start. In 2.3 trusted networks pass
 * even ssl = required, so they go; in 2.4 they do not.
 *
 * What was read is read again, with facts of its own, for which assignment holds for whom.
 */
#include "products/fix.h"

#include <string.h>

#include "products/dovecot/config.h"
#include "products/dovecot/gate.h"

/* One round. */
struct closing {
	struct fixing *fixing;
	struct config_reading reading;
	struct dovecot_settings *settings;
	GPtrArray *shut; /* of const char *: protocols besides POP3 that will want TLS; not owned */
};

static bool
is_24(const struct fixing *fixing)
{
	return config_version_compare(fixing->reading->facts->config->version, "2.4") >= 0;
}

static struct tree *
parse(const struct fixing *fixing, const struct config_text *text)
{
	const struct dialect *dialect = is_24(fixing) ? &dialect_dovecot24 : &dialect_dovecot23;

	return dialect->parse(text->bytes, text->length);
}

/* Sets the value of a setting that stands there. */
static void
set_value(struct fixing *fixing, const struct config_text *text, const struct node *node,
	const char *value)
{
	bool bare = node->value_at.start == node->value_at.end &&
		node->value_at.start > node->all.start &&
		text->bytes[node->value_at.start - 1] == '=';

	fix_replace(fixing, text, node->value_at, "%s%s", bare ? " " : "", value);
}

/* The assignment that stands there, or NULL. */
static const struct dovecot_assignment *
assignment_at(const struct closing *closing, const struct config_text *text, size_t at)
{
	const GPtrArray *all = closing->settings->assignments;

	for (guint i = 0; i < all->len; i++) {
		const struct dovecot_assignment *each = g_ptr_array_index(all, i);

		if (each->at == at && g_str_equal(each->text->path, text->path))
			return each;
	}
	return NULL;
}

/* --- who else is shut out --------------------------------------------------------------------- */

/* Whether users log in by the protocol: they do not by LMTP, and POP3 is what is to be closed. */
static bool
is_other_login(const char *protocol)
{
	static const char *const others[] = { "pop3", "pop3s", "lmtp" };

	for (size_t i = 0; i < G_N_ELEMENTS(others); i++)
		if (g_str_equal(protocol, others[i]))
			return false;
	return true;
}

/*
 * Keeps the protocol's name, unless its clients have to use TLS as it is; those of networks that
 * are trusted no more had not to.
 */
static void
keep_shut(struct closing *closing, const char *key, const struct dovecot_client *client)
{
	struct dovecot_gate gate;

	dovecot_gate_find(closing->settings, client, &gate);
	if (gate.state == DOVECOT_CLOSED && !g_str_equal(key, "login_trusted_networks"))
		return;
	if (!g_ptr_array_find_with_equal_func(closing->shut, client->protocol, g_str_equal, NULL))
		g_ptr_array_add(closing->shut, (gpointer)(uintptr_t)client->protocol);
}

/* Whether both are of one place: a file may be read twice. */
static bool
is_same_place(const struct dovecot_assignment *a, const struct dovecot_assignment *b)
{
	return a != NULL && a->at == b->at && g_str_equal(a->text->path, b->text->path);
}

/* Whether a line that is put under the filter would hold for that protocol's clients. */
static bool
would_hold(const struct dovecot_filter *filter, const char *protocol,
	const struct dovecot_assignment *decides)
{
	return dovecot_filter_may_match(filter, protocol) &&
		(decides == NULL || decides->filter->order == 0);
}

/*
 * Keeps who else a setting holds for: one that stands there, or, where `assignment` is NULL, one of
 * that key that is to be put under the filter.
 */
static void
keep_who_else(struct closing *closing, const char *key, const struct dovecot_filter *filter,
	const struct dovecot_assignment *assignment)
{
	g_autoptr(GArray) words = dovecot_protocols(closing->settings);

	for (guint i = 0; i < words->len; i++) {
		const char *word = g_array_index(words, struct dovecot_word, i).word;
		const struct dovecot_client client = { word, filter->local, filter->remote };
		struct dovecot_found found;

		if (!is_other_login(word))
			continue;
		dovecot_settings_find(closing->settings, key, &client, &found);
		if (assignment != NULL ? is_same_place(found.decides, assignment) :
					 would_hold(filter, word, found.decides))
			keep_shut(closing, key, &client);
	}
}

/* Keeps who else the setting that stands there holds for. */
static void
keep_holds(struct closing *closing, const struct config_text *text, const struct node *node)
{
	const struct dovecot_assignment *assignment =
		assignment_at(closing, text, node->key_at.start);

	if (assignment != NULL)
		keep_who_else(closing, assignment->key, assignment->filter, assignment);
}

static void
warn_shut(const struct closing *closing)
{
	g_autofree char *names = NULL;

	if (closing->shut->len == 0)
		return;
	g_ptr_array_add(closing->shut, NULL);
	names = g_strjoinv(", ", (char **)closing->shut->pdata);
	change_warn(closing->fixing->change,
		"What is changed holds for other services, too: %s will take no password without "
		"TLS.",
		names);
}

/* --- requiring TLS ---------------------------------------------------------------------------- */

/* What the steps of one listener are about. */
enum matter {
	MATTER_OTHER,
	MATTER_SWITCH,
	MATTER_SSL,
	MATTER_TRUST,
};

static bool
is_in_listener(const struct node *node)
{
	for (const struct node *block = node->parent; block != NULL; block = block->parent)
		if (block->key != NULL && g_str_equal(block->key, "service"))
			return true;
	return false;
}

static enum matter
matter_of(const struct node *node)
{
	if (node == NULL || node->kind != NODE_SETTING)
		return MATTER_OTHER;
	if (g_str_equal(node->key, "disable_plaintext_auth") ||
		g_str_equal(node->key, "auth_allow_cleartext"))
		return MATTER_SWITCH;
	if (g_str_equal(node->key, "login_trusted_networks"))
		return MATTER_TRUST;
	return g_str_equal(node->key, "ssl") && !is_in_listener(node) ? MATTER_SSL : MATTER_OTHER;
}

static void
close_value(struct closing *closing, const struct config_text *text, const struct node *node,
	const char *value)
{
	set_value(closing->fixing, text, node, value);
	keep_holds(closing, text, node);
}

static void
close_step(struct closing *closing, const struct config_text *text, const struct node *node,
	enum matter matter)
{
	struct fixing *fixing = closing->fixing;
	bool yes = false;

	switch (matter) {
	case MATTER_SWITCH:
		if (!dovecot_boolean(node->value, &yes) || yes == is_24(fixing))
			close_value(closing, text, node, is_24(fixing) ? "no" : "yes");
		break;
	case MATTER_SSL:
		if (g_strcmp0(node->value, "required") != 0)
			close_value(closing, text, node, "required");
		break;
	case MATTER_TRUST:
		if (is_24(fixing) || node->value == NULL || node->value[0] == '\0')
			break;
		change_warn(fixing->change,
			"%s is trusted no more: its clients log in without TLS today.",
			node->value);
		fix_replace(fixing, text, node->value_at, "%s", "");
		keep_holds(closing, text, node);
		break;
	case MATTER_OTHER:
		break;
	}
}

/* Beside the last line of the chain; at the end of the first file where nothing is set. */
static void
add_requirement(struct closing *closing, struct fix_place beside,
	const struct dovecot_assignment *assignment)
{
	struct fixing *fixing = closing->fixing;
	const struct config_text *root = g_ptr_array_index(fixing->texts, 0);
	const struct dovecot_filter *filter = g_ptr_array_index(closing->settings->filters, 0);

	if (beside.text != NULL)
		fix_add_line_behind(fixing, beside.text, beside.at, "ssl = required");
	else
		fix_append_line(fixing, root, "ssl = required");
	keep_who_else(closing, "ssl", assignment != NULL ? assignment->filter : filter, NULL);
}

/* The steps that decide are the last ones of each matter; those before are overridden. */
static void
close_listener(struct closing *closing, const struct config_listener *listener)
{
	struct fixing *fixing = closing->fixing;
	const struct dovecot_assignment *assignment = NULL;
	bool seen[MATTER_TRUST + 1] = { false };
	struct fix_place beside = { 0 };

	for (size_t i = listener->chain.count; i > 0; i--) {
		const struct config_step *step = &listener->chain.steps[i - 1];
		struct fix_place place = fix_place_of(fixing, &step->location);
		g_autoptr(tree_auto) tree = place.text != NULL ? parse(fixing, place.text) : NULL;
		const struct node *node = tree != NULL ? fix_node_at(tree, place.at) : NULL;
		enum matter matter = matter_of(node);

		if (matter == MATTER_OTHER || seen[matter])
			continue;
		seen[matter] = true;
		close_step(closing, place.text, node, matter);
		if (matter != MATTER_SWITCH)
			continue;
		beside = (struct fix_place){ place.text, node->all.end - 1 };
		assignment = assignment_at(closing, place.text, node->key_at.start);
	}
	if (!seen[MATTER_SSL])
		add_requirement(closing, beside, assignment);
}

static void
require_tls(struct closing *closing)
{
	const GArray *listeners = closing->fixing->reading->facts->config->listeners;

	for (guint i = 0; i < listeners->len; i++) {
		const struct config_listener *listener =
			&g_array_index(listeners, struct config_listener, i);

		if (listener->verdict == VERDICT_PERMITS)
			close_listener(closing, listener);
	}
	warn_shut(closing);
}

/* --- certificate and key ---------------------------------------------------------------------- */

/* One of the two settings. */
struct wire {
	const char *key, *path;
};

/* Sets what decides; 2.3 wants the path of a file marked, but in the settings of old. */
static void
set_path(struct closing *closing, const struct wire *wire,
	const struct dovecot_assignment *assignment)
{
	struct fixing *fixing = closing->fixing;
	g_autoptr(tree_auto) tree = parse(fixing, assignment->text);
	const struct node *node = fix_node_at(tree, assignment->at);
	g_autofree char *value = NULL;

	if (node == NULL || node->kind != NODE_SETTING)
		return;
	value = g_strconcat(!is_24(fixing) && g_str_equal(node->key, wire->key) ? "<" : "",
		wire->path, NULL);
	if (g_strcmp0(node->value, value) != 0)
		set_value(fixing, assignment->text, node, value);
}

/* A name that clients ask for has a certificate of its own, which another would not fit. */
static void
warn_named(struct closing *closing, const struct dovecot_filter *filter, const char *key)
{
	const GPtrArray *all = dovecot_settings_under(closing->settings, filter, key, false);
	struct config_step step;

	if (all == NULL)
		return;
	step = dovecot_step(closing->settings, g_ptr_array_index(all, all->len - 1));
	change_warn(closing->fixing->change,
		"%s of local_name %s (%s:%u) stays as it is: who asks for that name is served it.",
		key, filter->local_name, step.location.file, step.location.line);
}

/* Of one kind of clients that a block tells apart; the first filter holds for all. */
static void
wire_filter(struct closing *closing, const struct wire *wire, const struct dovecot_filter *filter)
{
	const struct dovecot_client client = { "pop3", filter->local, filter->remote };
	const struct config_text *root = g_ptr_array_index(closing->fixing->texts, 0);
	struct dovecot_found found;

	if (filter->local_name != NULL)
		warn_named(closing, filter, wire->key);
	if (!dovecot_filter_may_match(filter, "pop3"))
		return;
	dovecot_settings_find(closing->settings, wire->key, &client, &found);
	if (found.conflict != NULL)
		set_path(closing, wire, found.conflict);
	if (found.decides != NULL)
		set_path(closing, wire, found.decides);
	else if (filter->order == 0)
		fix_append_line(closing->fixing, root, "%s = %s%s", wire->key,
			closing->settings->is_24 ? "" : "<", wire->path);
}

/* A second certificate, of another kind of key, is served to those who ask for that kind. */
static void
warn_second(struct closing *closing)
{
	const char *key = closing->settings->is_24 ? "ssl_server_alt_cert_file" : "ssl_alt_cert";
	const struct dovecot_client client = { .protocol = "pop3" };
	struct dovecot_found found;
	struct config_step step;

	dovecot_settings_find(closing->settings, key, &client, &found);
	if (found.decides == NULL)
		return;
	step = dovecot_step(closing->settings, found.decides);
	change_warn(closing->fixing->change, "%s (%s:%u) stays as it is: it is served, too.", key,
		step.location.file, step.location.line);
}

static void
wire_in(struct closing *closing)
{
	bool is_24 = closing->settings->is_24;
	const struct wire wires[] = {
		{ is_24 ? "ssl_server_cert_file" : "ssl_cert", closing->fixing->certificate },
		{ is_24 ? "ssl_server_key_file" : "ssl_key", closing->fixing->key },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(wires); i++)
		for (guint j = 0; j < closing->settings->filters->len; j++)
			wire_filter(closing, &wires[i],
				g_ptr_array_index(closing->settings->filters, j));
	warn_second(closing);
}

/* --- closing the port, switching POP3 off ----------------------------------------------------- */

static const struct node *
port_node(const struct tree *tree, size_t at)
{
	const struct node *node = fix_node_at(tree, at);

	return node != NULL && node->kind == NODE_SETTING && g_str_equal(node->key, "port") ? node :
											      NULL;
}

/* Sets the listener's port to 0 where a line names it. */
static bool
close_named_port(struct fixing *fixing, const struct config_listener *listener)
{
	for (size_t i = 0; i < listener->chain.count; i++) {
		struct fix_place place = fix_place_of(fixing, &listener->chain.steps[i].location);
		g_autoptr(tree_auto) tree = place.text != NULL ? parse(fixing, place.text) : NULL;
		const struct node *node = tree != NULL ? port_node(tree, place.at) : NULL;

		if (node == NULL)
			continue;
		set_value(fixing, place.text, node, "0");
		return true;
	}
	return false;
}

static void
close_port(struct fixing *fixing, const struct config_listener *listener)
{
	if (!close_named_port(fixing, listener))
		fix_append_line(fixing, g_ptr_array_index(fixing->texts, 0),
			"service pop3-login {\n  inet_listener %s {\n    port = 0\n  }\n}",
			mode_word(listener->mode));
}

static void
close_ports(struct fixing *fixing, bool in_tls)
{
	const GArray *listeners = fixing->reading->facts->config->listeners;

	fixing->restart = true;
	for (guint i = 0; i < listeners->len; i++) {
		const struct config_listener *listener =
			&g_array_index(listeners, struct config_listener, i);

		if (listener->mode == MODE_POP3 || in_tls)
			close_port(fixing, listener);
	}
}

static bool
is_pop3(const char *word)
{
	return g_str_equal(word, "pop3") || g_str_equal(word, "pop3s");
}

/* A list without POP3; NULL where POP3 is not in it. */
static char *
without_pop3(const char *list)
{
	g_auto(GStrv) words = g_strsplit_set(list != NULL ? list : "", " \t,", -1);
	g_autoptr(GString) rest = g_string_new(NULL);
	bool found = false;

	for (size_t i = 0; words[i] != NULL; i++) {
		found |= is_pop3(words[i]);
		if (!is_pop3(words[i]) && words[i][0] != '\0')
			g_string_append_printf(rest, "%s%s", rest->len > 0 ? " " : "", words[i]);
	}
	return found ? g_string_free(g_steal_pointer(&rest), FALSE) : NULL;
}

/* In 2.3 an empty list is "none", but not where a later line adds to it. */
static const char *
list_word(const struct closing *closing, const char *list, const struct dovecot_assignment *of)
{
	const struct dovecot_client nobody = { 0 };
	struct dovecot_found found;

	if (list[0] != '\0' || closing->settings->is_24)
		return list;
	dovecot_settings_find(closing->settings, "protocols", &nobody, &found);
	return of == NULL || found.decides == NULL || found.decides == of ? "none" : list;
}

static void
drop_protocol(struct closing *closing, const struct config_text *text, const struct node *node)
{
	g_autofree char *rest = NULL;
	const char *value;

	if (node->kind != NODE_SETTING)
		return;
	if (g_str_equal(node->key, "protocols"))
		rest = without_pop3(node->value);
	else if (g_str_equal(node->key, "pop3") && node->parent->key != NULL &&
		g_str_equal(node->parent->key, "protocols"))
		rest = g_strdup("no");
	if (rest == NULL)
		return;
	value = list_word(closing, rest, assignment_at(closing, text, node->key_at.start));
	if (g_strcmp0(node->value, value) != 0)
		set_value(closing->fixing, text, node, value);
}

/* Whether it lies in the folder of the root file: another is a package's, which writes it again. */
static bool
is_own(const struct fixing *fixing, const struct config_text *text)
{
	g_autofree char *root = g_canonicalize_filename(fixing->reading->root, "/");
	g_autofree char *path = g_canonicalize_filename(text->path, "/");
	const char *slash = strrchr(root, '/');

	return strncmp(path, root, (size_t)(slash - root) + 1) == 0;
}

/* At the end of the first file, which is read last: 2.4 takes one word out of what there is. */
static void
set_protocols(struct closing *closing)
{
	g_autoptr(GArray) words = dovecot_protocols(closing->settings);
	const struct config_text *root = g_ptr_array_index(closing->fixing->texts, 0);
	g_autoptr(GString) rest = g_string_new(NULL);

	if (closing->settings->is_24) {
		fix_append_line(closing->fixing, root, "protocols {\n  pop3 = no\n}");
		return;
	}
	for (guint i = 0; i < words->len; i++) {
		const char *word = g_array_index(words, struct dovecot_word, i).word;

		if (!is_pop3(word))
			g_string_append_printf(rest, "%s%s", rest->len > 0 ? " " : "", word);
	}
	change_warn(closing->fixing->change,
		"protocols is set anew, to what is served now without POP3: what a package adds to "
		"it later is not served.");
	fix_append_line(closing->fixing, root, "protocols = %s",
		list_word(closing, rest->str, NULL));
}

/* Whether a line lists what is served. */
static bool
is_listed(const struct closing *closing)
{
	const struct dovecot_client nobody = { 0 };
	struct dovecot_found found;

	dovecot_settings_find(closing->settings, "protocols", &nobody, &found);
	return found.decides != NULL || closing->settings->is_24;
}

/* What is served where no line says so differs between packages: to list it may switch some on. */
static void
close_default(struct fixing *fixing)
{
	change_warn(fixing->change,
		"No line lists protocols, and what is served then depends on the package: POP3's "
		"ports are closed, and protocols is left alone.");
	close_ports(fixing, true);
}

static void
disable(struct closing *closing)
{
	struct fixing *fixing = closing->fixing;

	fixing->restart = true;
	for (guint i = 0; i < fixing->texts->len; i++) {
		const struct config_text *text = g_ptr_array_index(fixing->texts, i);
		g_autoptr(tree_auto) tree = parse(fixing, text);

		for (const struct node *node = tree->root.first;
			node != NULL && is_own(fixing, text); node = tree_next(node, &tree->root))
			drop_protocol(closing, text, node);
	}
	if (fixing->edits->len > 0)
		return;
	if (is_listed(closing))
		set_protocols(closing);
	else
		close_default(fixing);
}

/* --- the room --------------------------------------------------------------------------------- */

static void
propose_by(struct closing *closing)
{
	switch (closing->fixing->change->strategy) {
	case CHANGE_REQUIRE_TLS:
		require_tls(closing);
		break;
	case CHANGE_TLS_ONLY_PORT:
		close_ports(closing->fixing, false);
		break;
	case CHANGE_DISABLE:
		disable(closing);
		return;
	case CHANGE_STRATEGIES:
		return;
	}
	if (closing->fixing->certificate != NULL)
		wire_in(closing);
}

static void
propose(struct fixing *fixing)
{
	const struct config_facts *config = fixing->reading->facts->config;
	g_autoptr(facts_auto) facts = facts_new();
	g_autoptr(dovecot_settings_auto) settings = NULL;
	g_autoptr(GPtrArray) shut = g_ptr_array_new();
	struct closing closing = { .fixing = fixing, .reading = *fixing->reading, .shut = shut };

	config_facts_new(facts, config->product, config->title);
	facts->config->root = config->root;
	closing.reading.facts = facts;
	settings = dovecot_settings_read(&closing.reading, is_24(fixing));
	closing.settings = settings;
	propose_by(&closing);
}

static const char *const units[] = { "dovecot.service", NULL };

const struct product_fix dovecot_fix = {
	.propose = propose,
	.check = "doveconf -n -c %s",
	.reload = "doveadm -c %s reload",
	.units = units,
};
