/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How Courier is closed: at the last assignment of each variable, wherever a shell that sources
 * pop3d and then pop3d-ssl has met it; one that is nowhere goes to the end of pop3d-ssl.
 *
 * Its daemons are units of their own, which no file keeps from listening: to close a port is to
 * disable one.
 */
#include "products/fix.h"

#include <string.h>

#include "products/courier/config.h"
#include "products/courier/room.h"

/* One round. */
struct closing {
	struct fixing *fixing;
	const struct config_text *tls; /* pop3d-ssl */
	struct shell_values *daemon;   /* what the daemons get */
};

/* The variable's value; "" where nothing sets it, NULL where it cannot be told. */
static const char *
text_of(const struct closing *closing, const char *name)
{
	const struct shell_value *value = shell_values_find(closing->daemon, name);

	return value != NULL ? value->text : "";
}

/* As a word of the shell: in quotes where it holds more than a path does. */
static char *
word_of(const char *text)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				    "/._-+:,@%=";

	return text[strspn(text, plain)] == '\0' ? g_strdup(text) : g_shell_quote(text);
}

/* A shell takes the '\r' of a line end for part of the value, so this line has none. */
static void
append(struct closing *closing, const char *name, const char *word)
{
	const struct config_text *text = closing->tls;
	const struct span end = { text->length, text->length };

	if (memchr(text->bytes, '\r', text->length) == NULL)
		fix_append_line(closing->fixing, text, "%s=%s", name, word);
	else
		fix_replace(closing->fixing, text, end, "%s%s=%s\n",
			text->bytes[text->length - 1] == '\n' ? "" : "\n", name, word);
}

static void
set(struct closing *closing, const char *name, const char *text)
{
	const struct shell_value *value = shell_values_find(closing->daemon, name);
	const struct config_text *file = NULL;
	g_autofree char *word = word_of(text);

	if (value != NULL && g_strcmp0(value->text, text) == 0)
		return;
	if (value != NULL && value->file != NULL && value->node->kind == NODE_SETTING)
		file = fix_text(closing->fixing, value->file->shown);
	if (file != NULL)
		fix_replace(closing->fixing, file, value->node->value_at, "%s", word);
	else if (value == NULL)
		append(closing, name, word);
}

/* --- requiring TLS ---------------------------------------------------------------------------- */

static bool
permits(const struct fixing *fixing)
{
	const GArray *listeners = fixing->reading->facts->config->listeners;

	for (guint i = 0; i < listeners->len; i++)
		if (g_array_index(listeners, struct config_listener, i).verdict == VERDICT_PERMITS)
			return true;
	return false;
}

/* What cannot be told stays: then what the daemon does cannot be told either. */
static void
require_tls(struct closing *closing)
{
	const char *required = text_of(closing, "POP3_TLS_REQUIRED");
	const char *offer = text_of(closing, "POP3_STARTTLS");

	if (!permits(closing->fixing))
		return;
	if (required != NULL && courier_number(required) == 0)
		set(closing, "POP3_TLS_REQUIRED", "1");
	if (offer != NULL && offer[0] != 'y' && offer[0] != 'Y')
		set(closing, "POP3_STARTTLS", "YES");
}

/* --- certificate and key ---------------------------------------------------------------------- */

static void
wire_in(struct closing *closing)
{
	struct fixing *fixing = closing->fixing;

	set(closing, "TLS_CERTFILE", fixing->certificate);
	set(closing, "TLS_PRIVATE_KEYFILE", fixing->key);
	change_warn(fixing->change,
		"Courier reads %s and %s as its user courier: they must be readable to it, and the "
		"key to nobody else.",
		fixing->certificate, fixing->key);
	change_warn(fixing->change,
		"pop3d-ssl takes the new certificate when it is restarted, too: systemctl restart "
		"courier-pop-ssl.service.");
}

/* --- the room --------------------------------------------------------------------------------- */

static void
propose_by(struct closing *closing)
{
	struct change *change = closing->fixing->change;

	switch (change->strategy) {
	case CHANGE_REQUIRE_TLS:
		require_tls(closing);
		if (closing->fixing->certificate != NULL)
			wire_in(closing);
		break;
	case CHANGE_TLS_ONLY_PORT:
		change_hinder(change,
			"No file of Courier's closes port 110 (POP3DSTART is for some init scripts "
			"only): systemctl disable --now courier-pop.service. courier-pop-ssl, a "
			"unit of its own, goes on.");
		break;
	case CHANGE_DISABLE:
		change_hinder(change,
			"No file of Courier's switches POP3 off (POP3DSTART is for some init "
			"scripts only): systemctl disable --now courier-pop.service "
			"courier-pop-ssl.service.");
		break;
	case CHANGE_STRATEGIES:
		break;
	}
}

static void
propose(struct fixing *fixing)
{
	struct config_source *source = fixing->reading->source;
	g_autofree char *clear_path = source_resolve(fixing->reading->root, "pop3d");
	g_autofree char *tls_path = source_resolve(fixing->reading->root, "pop3d-ssl");
	const struct config_text *clear = source->read(source, clear_path, NULL);
	struct closing closing = {
		.fixing = fixing,
		.tls = source->read(source, tls_path, NULL),
	};

	if (clear == NULL || closing.tls == NULL) /* then it does not start */
		return;
	closing.daemon = courier_source(fixing->reading, true, clear, closing.tls);
	propose_by(&closing);
	shell_values_free(closing.daemon);
}

static const char *const units[] = { "courier-pop.service", "courier-imap.service", NULL };

const struct product_fix courier_fix = {
	.propose = propose,
	.check = "sh -n %s",
	.units = units,
	.restart = true, /* a connection's environment is that of the start */
};
