/* SPDX-License-Identifier: Apache-2.0 */
/*
 * main.cf: no setting of it has a say over POP3. The last of a name counts.
 *
 * Those that articles give as the remedy for POP3 (smtpd_use_tls, smtpd_tls_auth_only, ...) are
 * pointed out, at the first of them; what they leave open for SMTP AUTH is the sibling.
 */
#include "products/postfix/config.h"

#include <string.h>

#include "dialect/tree.h"

extern const struct dialect dialect_maincf;

static const char *const remedies[] = {
	"smtpd_use_tls",
	"smtpd_enforce_tls",
	"smtpd_tls_auth_only",
	"smtpd_tls_security_level",
	NULL,
};

struct postfix {
	struct config_reading *reading;
	const struct config_text *text;
	const struct tree *tree;
};

static const char *
value_of(const struct postfix *postfix, const char *name)
{
	const struct node *node = tree_find_last(&postfix->tree->root, name, false);

	return node != NULL ? node->value : "";
}

static struct config_note *
add_note(const struct postfix *postfix, enum config_note_kind kind, const struct node *node)
{
	struct config_note *note = config_add_note(postfix->reading->facts, kind);

	note->location = config_location(postfix->reading, postfix->text, node->key_at.start);
	note->line = config_line(postfix->reading, postfix->text, node->key_at.start);
	return note;
}

static void
note_wrong_file(const struct postfix *postfix)
{
	const struct node *node = postfix->tree->root.first;
	struct config_note *note;

	while (node != NULL &&
		(node->kind != NODE_SETTING || !g_strv_contains(remedies, node->key)))
		node = node->next;
	if (node == NULL)
		return;
	note = add_note(postfix, CONFIG_NOTE_WRONG_FILE, node);
	note->message = facts_printf(postfix->reading->facts,
		"%s changes SMTP only; Postfix has no POP3 service.", node->key);
	note->remedy = postfix->reading->facts->config->remedy;
}

/* SMTP AUTH without TLS: allowed unless smtpd_tls_auth_only, or TLS for all mail, is on. */
static void
note_sibling(const struct postfix *postfix)
{
	const struct node *only =
		tree_find_last(&postfix->tree->root, "smtpd_tls_auth_only", false);
	const struct node *sasl =
		tree_find_last(&postfix->tree->root, "smtpd_sasl_auth_enable", false);
	bool offered = sasl != NULL && g_ascii_strcasecmp(sasl->value, "yes") == 0;
	const struct node *node = only != NULL ? only : sasl;
	struct config_note *note;

	if (g_str_equal(value_of(postfix, "smtpd_tls_security_level"), "encrypt") ||
		(only != NULL && g_ascii_strcasecmp(only->value, "yes") == 0) ||
		(only == NULL && !offered) || strchr(node->value, '$') != NULL)
		return;
	note = add_note(postfix, CONFIG_NOTE_SIBLING, node);
	note->message = "Postfix takes SMTP AUTH without TLS: smtpd_tls_auth_only is not yes.";
	note->remedy = "main.cf: smtpd_tls_auth_only = yes";
}

static void
read_root(struct config_reading *reading)
{
	struct postfix postfix = { .reading = reading,
		.text = config_read(reading, reading->root) };
	g_autoptr(tree_auto) tree = NULL;

	if (postfix.text == NULL)
		return;
	tree = dialect_maincf.parse(postfix.text->bytes, postfix.text->length);
	postfix.tree = tree;
	note_wrong_file(&postfix);
	note_sibling(&postfix);
}

static const char *const roots[] = { "main.cf", NULL };
static const char *const packages[] = { "postfix", NULL };

const struct product_config postfix_config = {
	.folder = "/etc/postfix",
	.roots = roots,
	.packages = packages,
	.dump = "postconf -n",
	.dump_for = "main.cf",
	.only_when_named = true,
	.read = read_root,
};
