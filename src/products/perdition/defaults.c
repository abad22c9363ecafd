/* SPDX-License-Identifier: Apache-2.0 */
/*
 * /etc/default/perdition: which instances Debian's init script starts, and with which flags.
 *
 * It is a shell file that is sourced, and read as such (dialect/shell.h): what cannot be told of it
 * without running it is a doubt that no file of Perdition's own lifts.
 */
#include "products/perdition/defaults.h"

#include <string.h>

#include "dialect/shell.h"

extern const struct dialect dialect_shell;

#define DEFAULTS "/etc/default/perdition"
#define SETTLE   "ps -o args= -C perdition.pop3,perdition.pop3s"

/* The other flags than ssl_mode that bear on the gate: long ones, and letters. */
static const char *const matter[] = { "login_disabled", "protocol", "listen_port", "bind_address",
	"config_file", "inetd_mode", NULL };
static const char letters[] = "Plbfi";

/* Letters that take what follows for their value. */
static const char valued[] = "ADeFgILMmOpSstu";

/* The file, sourced. */
struct defaults {
	struct config_reading *config;
	struct shell_values *values;
};

/* Whatever Perdition's own files say: the flags, or whether it runs, are decided here. */
static void
doubt(const struct defaults *defaults, const struct shell_value *value, const char *message)
{
	struct config_doubt *doubt = config_add_doubt(defaults->config->facts, REASON_ELSEWHERE);

	doubt->fatal = true;
	if (value->file != NULL) {
		size_t at = value->node->kind == NODE_SETTING ? value->node->key_at.start :
								value->node->all.start;

		doubt->location = config_location(defaults->config, value->file, at);
		doubt->line = config_line(defaults->config, value->file, at);
	}
	doubt->message = message;
	doubt->settle = SETTLE;
}

/* One letter of a cluster is enough: "-nf FILE". */
static bool
has_letter(const char *cluster)
{
	size_t length = strcspn(cluster, valued);

	return strcspn(cluster, letters) < length;
}

static bool
matters(const char *word)
{
	g_autofree char *name = NULL;

	if (!g_str_has_prefix(word, "--"))
		return word[0] == '-' && has_letter(word + 1);
	name = g_strndup(word + 2, strcspn(word + 2, "="));
	return g_strv_contains(matter, name);
}

/* Whether a switch is on; one that cannot be told is taken as on. */
static bool
is_on(const struct defaults *defaults, const char *name, bool otherwise)
{
	const struct shell_value *value = shell_values_find(defaults->values, name);

	/* ${POP3:=yes}: an empty one is as good as none. */
	if (value == NULL || (value->text != NULL && value->text[0] == '\0'))
		return otherwise;
	if (value->text == NULL)
		doubt(defaults, value, "The shell decides whether this instance runs.");
	return value->text == NULL || g_str_equal(value->text, "yes");
}

/* Takes the words of one --ssl_mode. */
static void
take_mode(const struct defaults *defaults, struct perdition_flags *flags, const char *words,
	const struct shell_value *value)
{
	struct facts *facts = defaults->config->facts;

	flags->mode = flags->mode != NULL ? facts_printf(facts, "%s,%s", flags->mode, words) :
					    facts_keep(facts, words, strlen(words));
	flags->text = value->file;
	flags->at = value->node->key_at.start;
}

/* Takes what flags say; false where they set what is not known here. */
static bool
take_flags(const struct defaults *defaults, struct perdition_flags *flags,
	const struct shell_value *value)
{
	g_auto(GStrv) words = g_strsplit_set(value->text, " \t\n", -1);

	for (size_t i = 0; words[i] != NULL; i++) {
		bool is_mode = g_str_equal(words[i], "--ssl_mode");

		if (matters(words[i]) || (is_mode && (words[i + 1] == NULL || !*words[i + 1])))
			return false;
		if (is_mode)
			take_mode(defaults, flags, words[++i], value);
		else if (g_str_has_prefix(words[i], "--ssl_mode="))
			take_mode(defaults, flags, words[i] + strlen("--ssl_mode="), value);
	}
	return true;
}

static void
check_flags(const struct defaults *defaults, const char *name, struct perdition_flags *flags)
{
	const struct shell_value *value = shell_values_find(defaults->values, name);
	struct perdition_flags taken = *flags;

	if (value == NULL)
		return;
	if (value->text == NULL)
		doubt(defaults, value, "The shell decides what Perdition's command line is.");
	else if (take_flags(defaults, &taken, value))
		*flags = taken;
	else
		doubt(defaults, value,
			"Perdition's command line sets what is otherwise set in its file.");
}

static void
read_switches(const struct defaults *defaults, struct perdition_defaults *found)
{
	found->pop3 = is_on(defaults, "RUN_PERDITION", false);
	if (!found->pop3)
		return;
	found->pop3 = is_on(defaults, "POP3", true);
	found->pop3s = is_on(defaults, "POP3S", true);
	check_flags(defaults, "FLAGS", &found->pop3_flags);
	found->pop3s_flags = found->pop3_flags;
	if (found->pop3)
		check_flags(defaults, "POP3_FLAGS", &found->pop3_flags);
	if (found->pop3s)
		check_flags(defaults, "POP3S_FLAGS", &found->pop3s_flags);
}

void
perdition_defaults_read(struct config_reading *config, struct perdition_defaults *found)
{
	enum source_outcome outcome;
	const struct config_text *text = config->source->read(config->source, DEFAULTS, &outcome);
	struct defaults defaults = { .config = config };

	*found = (struct perdition_defaults){ .text = text, .pop3 = true };
	if (text == NULL) {
		if (outcome != SOURCE_ABSENT && outcome != SOURCE_OUTSIDE)
			config_read(config, DEFAULTS); /* for its doubt */
		return;
	}
	defaults.values = shell_values_new(true);
	/* Of the init script's own. */
	shell_values_hide(defaults.values, "NAME");
	shell_values_hide(defaults.values, "DAEMON");
	shell_values_source(defaults.values, config->source, text);
	read_switches(&defaults, found);
	shell_values_free(defaults.values);
}

/* --- for an edit ------------------------------------------------------------------------------ */

/* Whether something that is not followed, or another file, may set the name. */
static bool
may_set(const struct node *node, const char *name)
{
	return node->kind == NODE_INCLUDE ||
		(node->kind == NODE_WRONG &&
			(g_strv_contains(node->words, name) || g_strv_contains(node->words, "*")));
}

bool
perdition_defaults_find(const struct config_text *text, const char *name,
	struct perdition_assignment *found)
{
	g_autoptr(tree_auto) tree = dialect_shell.parse(text->bytes, text->length);
	const struct node *last = NULL;

	*found = (struct perdition_assignment){ 0 };
	for (const struct node *node = tree->root.first; node != NULL; node = node->next)
		if (node->kind == NODE_SETTING && g_str_equal(node->key, name))
			last = node;
		else if (may_set(node, name))
			last = NULL;
	if (last == NULL)
		return false;
	found->at = last->key_at.start;
	found->value = last->value_at;
	found->word = g_strdup(last->value);
	return true;
}
