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
static const char *const matter[] = { "--ssl_mode", "--protocol", "-P", "--listen_port", "-l",
	"--bind_address", "-b", "--config_file", "-f", "--login_disabled", NULL };

static void
doubt(struct config_reading *config, const struct config_text *text, size_t at, const char *message)
{
	struct config_doubt *doubt = config_add_doubt(config->facts, REASON_ELSEWHERE);

	doubt->location = config_location(config, text, at);
	doubt->line = config_line(config, text, at);
	doubt->message = message;
	doubt->settle = SETTLE;
}

/* The word that a plain assignment's right side says; NULL where it is none: a new string. */
static char *
plain_word(const char *value)
{
	char quote = value[0] == '"' || value[0] == '\'' ? value[0] : '\0';
	size_t start = quote != '\0' ? 1 : 0;
	size_t length = quote == '\'' ? strcspn(value + 1, "'\n") :
		quote == '"'          ? strcspn(value + 1, "\"\\$`\n") :
					strcspn(value, " \t\r\\$`\"'#;&|<>()");
	const char *rest = value + start + length;

	if (quote != '\0' && *rest++ != quote)
		return NULL;
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

static bool
flags_matter(const char *flags)
{
	g_auto(GStrv) words = g_strsplit_set(flags, " \t", -1);

	for (size_t i = 0; words[i] != NULL; i++)
		if (matters(words[i]))
			return true;
	return false;
}

/* The last assignment of that name: its value as it stands there, a new string; NULL for none. */
static char *
find(const struct config_text *text, const char *name, size_t *at)
{
	g_autofree char *prefix = g_strconcat(name, "=", NULL);
	g_autofree char *found = NULL;

	for (size_t start = 0; start < text->length;) {
		const char *line = text->bytes + start;
		const char *newline = memchr(line, '\n', text->length - start);
		size_t length = newline != NULL ? (size_t)(newline - line) : text->length - start;
		g_autofree char *copy = g_strndup(line, length);
		const char *word = g_strstrip(copy);

		if (g_str_has_prefix(word, "export "))
			word += strlen("export ");
		if (g_str_has_prefix(word, prefix)) {
			g_free(found);
			found = g_strdup(word + strlen(prefix));
			*at = start;
		}
		start += length + 1;
	}
	return g_steal_pointer(&found);
}

/* Whether a switch is on; one that cannot be read is taken as on, with a doubt. */
static bool
is_on(struct config_reading *config, const struct config_text *text, const char *name,
	bool otherwise)
{
	size_t at = 0;
	g_autofree char *value = find(text, name, &at);
	g_autofree char *word = value != NULL ? plain_word(value) : NULL;

	if (value == NULL)
		return otherwise;
	if (word == NULL)
		doubt(config, text, at, "The shell decides whether this instance runs.");
	/* ${POP3:=yes}: an empty one is as good as none. */
	return word == NULL || (word[0] == '\0' ? otherwise : g_str_equal(word, "yes"));
}

static void
check_flags(struct config_reading *config, const struct config_text *text, const char *name)
{
	size_t at = 0;
	g_autofree char *value = find(text, name, &at);
	g_autofree char *word = value != NULL ? plain_word(value) : NULL;

	if (value != NULL && (word == NULL || flags_matter(word)))
		doubt(config, text, at,
			"Perdition's command line sets what is otherwise set in its file.");
}

void
perdition_defaults_read(struct config_reading *config, struct perdition_defaults *defaults)
{
	const struct config_text *text = config->source->read(config->source, DEFAULTS, NULL);

	*defaults = (struct perdition_defaults){ .pop3 = true };
	if (text == NULL)
		return;
	if (!is_on(config, text, "RUN_PERDITION", false)) {
		defaults->pop3 = false;
		return;
	}
	defaults->pop3 = is_on(config, text, "POP3", true);
	defaults->pop3s = is_on(config, text, "POP3S", true);
	check_flags(config, text, "FLAGS");
	if (defaults->pop3)
		check_flags(config, text, "POP3_FLAGS");
	if (defaults->pop3s)
		check_flags(config, text, "POP3S_FLAGS");
}
