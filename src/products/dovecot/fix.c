/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How Dovecot is closed: at the assignments that decide, which audit's chains name.
 *
 * TLS is required (ssl = required) and the switch is shut, where each is set or beside the line
 * that decides; in 2.4 both go together, or Dovecot does not start. In 2.3 trusted networks pass
 * even ssl = required, so they go; in 2.4 they do not.
 */
#include "products/fix.h"

#include <string.h>

#include "products/dovecot/config.h"
#include "products/dovecot/gate.h"

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
close_step(struct fixing *fixing, const struct config_text *text, const struct node *node,
	enum matter matter)
{
	bool yes = false;

	switch (matter) {
	case MATTER_SWITCH:
		if (!dovecot_boolean(node->value, &yes) || yes == is_24(fixing))
			set_value(fixing, text, node, is_24(fixing) ? "no" : "yes");
		break;
	case MATTER_SSL:
		if (g_strcmp0(node->value, "required") != 0)
			set_value(fixing, text, node, "required");
		break;
	case MATTER_TRUST:
		if (is_24(fixing) || node->value == NULL || node->value[0] == '\0')
			break;
		change_warn(fixing->change,
			"%s is trusted no more: its clients log in without TLS today.",
			node->value);
		fix_replace(fixing, text, node->value_at, "%s", "");
		break;
	case MATTER_OTHER:
		break;
	}
}

/* Beside the last line of the chain; at the end of the first file where nothing is set. */
static void
add_requirement(struct fixing *fixing, struct fix_place beside)
{
	const struct config_text *root = g_ptr_array_index(fixing->texts, 0);

	if (beside.text != NULL)
		fix_add_line_behind(fixing, beside.text, beside.at, "ssl = required");
	else
		fix_append_line(fixing, root, "ssl = required");
}

/* The steps that decide are the last ones of each matter; those before are overridden. */
static void
close_listener(struct fixing *fixing, const struct config_listener *listener)
{
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
		close_step(fixing, place.text, node, matter);
		if (matter == MATTER_SWITCH)
			beside = (struct fix_place){ place.text, node->all.end - 1 };
	}
	if (!seen[MATTER_SSL])
		add_requirement(fixing, beside);
}

static void
require_tls(struct fixing *fixing)
{
	const GArray *listeners = fixing->reading->facts->config->listeners;

	for (guint i = 0; i < listeners->len; i++) {
		const struct config_listener *listener =
			&g_array_index(listeners, struct config_listener, i);

		if (listener->verdict == VERDICT_PERMITS)
			close_listener(fixing, listener);
	}
}

/* --- certificate and key ---------------------------------------------------------------------- */

/* Sets a key at the top of the files: where it is set last, or at the end of the first file. */
static void
set_top(struct fixing *fixing, const char *key, const char *value)
{
	for (guint i = fixing->texts->len; i > 0; i--) {
		const struct config_text *text = g_ptr_array_index(fixing->texts, i - 1);
		g_autoptr(tree_auto) tree = parse(fixing, text);
		const struct node *node = tree_find_last(&tree->root, key, false);

		if (node == NULL)
			continue;
		if (strncmp(text->bytes + node->value_at.start, value,
			    MAX(strlen(value), node->value_at.end - node->value_at.start)) != 0)
			set_value(fixing, text, node, value);
		return;
	}
	fix_append_line(fixing, g_ptr_array_index(fixing->texts, 0), "%s = %s", key, value);
}

static void
wire_in(struct fixing *fixing)
{
	const char *mark = is_24(fixing) ? "" : "<";
	g_autofree char *certificate = g_strconcat(mark, fixing->certificate, NULL);
	g_autofree char *key = g_strconcat(mark, fixing->key, NULL);

	set_top(fixing, is_24(fixing) ? "ssl_server_cert_file" : "ssl_cert", certificate);
	set_top(fixing, is_24(fixing) ? "ssl_server_key_file" : "ssl_key", key);
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
close_clear_ports(struct fixing *fixing)
{
	static const char block[] = "service pop3-login {\n  inet_listener pop3 {\n    port = 0\n"
				    "  }\n}";
	const GArray *listeners = fixing->reading->facts->config->listeners;

	fixing->restart = true;
	for (guint i = 0; i < listeners->len; i++) {
		const struct config_listener *listener =
			&g_array_index(listeners, struct config_listener, i);

		if (listener->mode == MODE_POP3 && !close_named_port(fixing, listener))
			fix_append_line(fixing, g_ptr_array_index(fixing->texts, 0), "%s", block);
	}
}

/* A list without POP3, in the words of the release; NULL where POP3 is not in it. */
static char *
without_pop3(const struct fixing *fixing, const char *list)
{
	g_auto(GStrv) words = g_strsplit_set(list != NULL ? list : "", " \t,", -1);
	g_autoptr(GString) rest = g_string_new(NULL);
	bool found = false;

	for (size_t i = 0; words[i] != NULL; i++) {
		bool is_pop3 = g_str_equal(words[i], "pop3") || g_str_equal(words[i], "pop3s");

		found |= is_pop3;
		if (!is_pop3 && words[i][0] != '\0')
			g_string_append_printf(rest, "%s%s", rest->len > 0 ? " " : "", words[i]);
	}
	if (rest->len == 0 && !is_24(fixing))
		g_string_assign(rest, "none");
	return found ? g_string_free(g_steal_pointer(&rest), FALSE) : NULL;
}

static void
drop_protocol(struct fixing *fixing, const struct config_text *text, const struct node *node)
{
	g_autofree char *rest = NULL;

	if (node->kind != NODE_SETTING)
		return;
	if (g_str_equal(node->key, "protocols"))
		rest = without_pop3(fixing, node->value);
	else if (g_str_equal(node->key, "pop3") && node->parent->key != NULL &&
		g_str_equal(node->parent->key, "protocols"))
		rest = g_strdup("no");
	if (rest != NULL && g_strcmp0(node->value, rest) != 0)
		set_value(fixing, text, node, rest);
}

/* Where no line lists POP3, it is there by default, or by a package's file. */
static void
drop_default_protocol(struct fixing *fixing)
{
	change_warn(fixing->change,
		"protocols is set anew, without POP3: hold it against what else is to be served.");
	fix_append_line(fixing, g_ptr_array_index(fixing->texts, 0), "protocols = imap lmtp");
}

static void
disable(struct fixing *fixing)
{
	fixing->restart = true;
	for (guint i = 0; i < fixing->texts->len; i++) {
		const struct config_text *text = g_ptr_array_index(fixing->texts, i);
		g_autoptr(tree_auto) tree = parse(fixing, text);

		for (const struct node *node = tree->root.first; node != NULL;
			node = tree_next(node, &tree->root))
			drop_protocol(fixing, text, node);
	}
	if (fixing->edits->len == 0)
		drop_default_protocol(fixing);
}

/* --- the room --------------------------------------------------------------------------------- */

static void
propose(struct fixing *fixing)
{
	switch (fixing->change->strategy) {
	case CHANGE_REQUIRE_TLS:
		require_tls(fixing);
		break;
	case CHANGE_TLS_ONLY_PORT:
		close_clear_ports(fixing);
		break;
	case CHANGE_DISABLE:
		disable(fixing);
		return;
	case CHANGE_STRATEGIES:
		return;
	}
	if (fixing->certificate != NULL)
		wire_in(fixing);
}

static const char *const units[] = { "dovecot.service", NULL };

const struct product_fix dovecot_fix = {
	.propose = propose,
	.check = "doveconf -n -c %s",
	.reload = "doveadm -c %s reload",
	.units = units,
};
