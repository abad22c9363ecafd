/* SPDX-License-Identifier: Apache-2.0 */
/*
 * /etc/default/perdition: which instances Debian's init script starts, and with which flags.
 *
 * It is a shell script that is sourced; here only plain assignments of it are read, the last of a
 * name wins, and nothing is evaluated.
 */
#include "products/perdition/defaults.h"

#include <string.h>

#define DEFAULTS "/etc/default/perdition"
#define SETTLE   "ps -o args= -C perdition.pop3,perdition.pop3s"

/* The flags that bear on the gate; as whole words or with a value behind '='. */
static const char *const matter[] = { "--protocol", "-P", "--listen_port", "-l", "--bind_address",
	"-b", "--config_file", "-f", "--login_disabled", NULL };

static void
doubt(struct config_reading *config, const struct config_text *text, size_t at, const char *message)
{
	struct config_doubt *doubt = config_add_doubt(config->facts, REASON_ELSEWHERE);

	doubt->location = config_location(config, text, at);
	doubt->line = config_line(config, text, at);
	doubt->message = message;
	doubt->settle = SETTLE;
}

/*
 * What the right side of an assignment says, where that is one plain word; NULL where the shell
 * decides. A new string; *end is where it ends, with its quotes.
 */
static char *
plain_word(const char *value, size_t *end)
{
	char quote = value[0] == '"' || value[0] == '\'' ? value[0] : '\0';
	size_t start = quote != '\0' ? 1 : 0;
	size_t length = quote == '\'' ? strcspn(value + 1, "'\n") :
		quote == '"'          ? strcspn(value + 1, "\"\\$`\n") :
					strcspn(value, " \t\r\\$`\"'#;&|<>()");
	const char *rest = value + start + length;

	if (quote != '\0' && *rest++ != quote)
		return NULL;
	*end = (size_t)(rest - value);
	rest += strspn(rest, " \t\r");
	return *rest == '\0' || *rest == '#' ? g_strndup(value + start, length) : NULL;
}

static bool
matters(const char *word)
{
	for (size_t i = 0; matter[i] != NULL; i++) {
		size_t length = strlen(matter[i]);

		if (strncmp(word, matter[i], length) == 0 &&
			(word[length] == '\0' || word[length] == '=' || length == 2))
			return true;
	}
	return false;
}

/* The right side's offset in a line, if that is an assignment of the name; else 0. */
static size_t
value_in(const char *line, const char *name)
{
	const char *word = line + strspn(line, " \t");

	if (g_str_has_prefix(word, "export "))
		word += strlen("export ");
	if (!g_str_has_prefix(word, name) || word[strlen(name)] != '=')
		return 0;
	return (size_t)(word - line) + strlen(name) + 1;
}

bool
perdition_defaults_find(const struct config_text *text, const char *name,
	struct perdition_assignment *found)
{
	bool is_there = false;

	*found = (struct perdition_assignment){ 0 };
	for (size_t start = 0; start < text->length;) {
		const char *bytes = text->bytes + start;
		const char *newline = memchr(bytes, '\n', text->length - start);
		size_t length = newline != NULL ? (size_t)(newline - bytes) : text->length - start;
		g_autofree char *line = g_strndup(bytes, length);
		size_t at = value_in(line, name), end = 0;

		if (at > 0) {
			is_there = true;
			g_free(found->word);
			found->word = plain_word(line + at, &end);
			found->at = start;
			found->value = (struct span){ start + at, start + at + end };
		}
		start += length + 1;
	}
	return is_there;
}

/* Whether a switch is on; one that cannot be read is taken as on, with a doubt. */
static bool
is_on(struct config_reading *config, const struct config_text *text, const char *name,
	bool otherwise)
{
	struct perdition_assignment found;
	bool is_there = perdition_defaults_find(text, name, &found);
	g_autofree char *word = found.word;

	if (!is_there)
		return otherwise;
	if (word == NULL)
		doubt(config, text, found.at, "The shell decides whether this instance runs.");
	/* ${POP3:=yes}: an empty one is as good as none. */
	return word == NULL || (word[0] == '\0' ? otherwise : g_str_equal(word, "yes"));
}

/* Takes the words of one --ssl_mode. */
static void
take_mode(struct config_reading *config, struct perdition_flags *flags, const char *words,
	size_t at)
{
	flags->mode = flags->mode != NULL ?
		facts_printf(config->facts, "%s,%s", flags->mode, words) :
		facts_keep(config->facts, words, strlen(words));
	flags->at = at;
}

/* Takes what flags say; false where they set what is not known here. */
static bool
take_flags(struct config_reading *config, struct perdition_flags *flags, const char *text,
	size_t at)
{
	g_auto(GStrv) words = g_strsplit_set(text, " \t", -1);

	for (size_t i = 0; words[i] != NULL; i++) {
		bool is_mode = g_str_equal(words[i], "--ssl_mode");

		if (matters(words[i]) || (is_mode && (words[i + 1] == NULL || !*words[i + 1])))
			return false;
		if (is_mode)
			take_mode(config, flags, words[++i], at);
		else if (g_str_has_prefix(words[i], "--ssl_mode="))
			take_mode(config, flags, words[i] + strlen("--ssl_mode="), at);
	}
	return true;
}

static void
check_flags(struct config_reading *config, const struct config_text *text, const char *name,
	struct perdition_flags *flags)
{
	struct perdition_assignment found;
	bool is_there = perdition_defaults_find(text, name, &found);
	g_autofree char *word = found.word;
	struct perdition_flags taken = *flags;

	if (!is_there)
		return;
	if (word != NULL && take_flags(config, &taken, word, found.at))
		*flags = taken;
	else
		doubt(config, text, found.at,
			"Perdition's command line sets what is otherwise set in its file.");
}

void
perdition_defaults_read(struct config_reading *config, struct perdition_defaults *defaults)
{
	const struct config_text *text = config->source->read(config->source, DEFAULTS, NULL);

	*defaults = (struct perdition_defaults){ .text = text, .pop3 = true };
	if (text == NULL)
		return;
	if (!is_on(config, text, "RUN_PERDITION", false)) {
		defaults->pop3 = false;
		return;
	}
	defaults->pop3 = is_on(config, text, "POP3", true);
	defaults->pop3s = is_on(config, text, "POP3S", true);
	check_flags(config, text, "FLAGS", &defaults->pop3_flags);
	defaults->pop3s_flags = defaults->pop3_flags;
	if (defaults->pop3)
		check_flags(config, text, "POP3_FLAGS", &defaults->pop3_flags);
	if (defaults->pop3s)
		check_flags(config, text, "POP3S_FLAGS", &defaults->pop3s_flags);
}
