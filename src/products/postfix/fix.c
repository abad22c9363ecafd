/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Postfix serves no POP3, so nothing of it closes POP3. With --smtp it gets for SMTP what articles
 * mean to do for POP3: TLS offered (smtpd_tls_security_level) and no AUTH without it.
 *
 * The last assignment of a name counts, so that one is edited; what is set nowhere goes to the end
 * of main.cf.
 */
#include "products/fix.h"

#include "products/postfix/config.h"

extern const struct dialect dialect_maincf;

/* main.cf, while it is edited. */
struct room {
	struct fixing *fixing;
	const struct config_text *text;
	const struct tree *tree;
};

static const char *
value_of(const struct room *room, const char *name)
{
	const struct node *node = tree_find_last(&room->tree->root, name, false);

	return node != NULL ? node->value : "";
}

static bool
is_yes(const char *value)
{
	return g_ascii_strcasecmp(value, "yes") == 0;
}

static void
set(const struct room *room, const char *name, const char *value)
{
	const struct node *node = tree_find_last(&room->tree->root, name, false);
	bool bare = node != NULL && node->value_at.start == node->value_at.end;

	if (node == NULL)
		fix_append_line(room->fixing, room->text, "%s = %s", name, value);
	else if (!g_str_equal(node->value, value))
		fix_replace(room->fixing, room->text, node->value_at, "%s%s", bare ? " " : "",
			value);
}

/* The level overrides the two older switches: what they say is not weakened by it. */
static void
offer_tls(const struct room *room)
{
	const char *level = value_of(room, "smtpd_tls_security_level");

	if (g_str_equal(level, "may") || g_str_equal(level, "encrypt"))
		return;
	set(room, "smtpd_tls_security_level",
		level[0] == '\0' && is_yes(value_of(room, "smtpd_enforce_tls")) ? "encrypt" :
										  "may");
}

/* A list of chains is taken before the pair, which is not looked at then. */
static void
wire_in(const struct room *room)
{
	const struct fixing *fixing = room->fixing;
	g_autofree char *chain = g_strdup_printf("%s, %s", fixing->key, fixing->certificate);

	if (value_of(room, "smtpd_tls_chain_files")[0] != '\0') {
		set(room, "smtpd_tls_chain_files", chain);
		return;
	}
	set(room, "smtpd_tls_cert_file", fixing->certificate);
	set(room, "smtpd_tls_key_file", fixing->key);
}

static bool
has_certificate(const struct room *room)
{
	return value_of(room, "smtpd_tls_cert_file")[0] != '\0' ||
		value_of(room, "smtpd_tls_chain_files")[0] != '\0' ||
		value_of(room, "smtpd_tls_eccert_file")[0] != '\0';
}

static void
propose(struct fixing *fixing)
{
	const struct config_text *text =
		fixing->texts->len > 0 ? g_ptr_array_index(fixing->texts, 0) : NULL;
	g_autoptr(tree_auto) tree =
		text != NULL ? dialect_maincf.parse(text->bytes, text->length) : NULL;
	const struct room room = { fixing, text, tree };

	if (text == NULL)
		return;
	if (!fixing->smtp) {
		change_hinder(fixing->change,
			"Postfix has no POP3 service, and no setting of it closes POP3. %s With "
			"--smtp popseal requires TLS for SMTP AUTH here.",
			fixing->reading->facts->config->remedy);
		return;
	}
	if (fixing->certificate != NULL)
		wire_in(&room);
	else if (!has_certificate(&room))
		change_hinder(fixing->change,
			"Postfix has no certificate (smtpd_tls_cert_file): SMTP AUTH would end. "
			"Name one, and its key, with --certificate and --key.");
	offer_tls(&room);
	if (!is_yes(value_of(&room, "smtpd_tls_auth_only")))
		set(&room, "smtpd_tls_auth_only", "yes");
	if (fixing->edits->len > 0)
		change_warn(fixing->change,
			"This is SMTP only: POP3 stays as it is. What master.cf sets by -o for a "
			"service overrides it there.");
}

static const char *const units[] = { "postfix.service", NULL };

const struct product_fix postfix_fix = {
	.propose = propose,
	.check = "sh -c 'exec postconf -c \"${0%/*}\"' %s",
	.reload = "postfix reload",
	.units = units,
	.whatever_verdict = true,
};
