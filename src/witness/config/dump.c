/* SPDX-License-Identifier: Apache-2.0 */
#include "witness/config/dump.h"

#include <stdlib.h>
#include <string.h>

#include "net/command.h"
#include "products/config.h"

/* How nginx -T begins each file. */
#define FILE_HEAD "# configuration file "

/* --- running a command ------------------------------------------------------------------------ */

static bool
judge(const struct command_result *result, const char *command, GError **error)
{
	g_autofree char *complaint = g_strndup(result->complaint, strcspn(result->complaint, "\n"));

	if (!result->in_time)
		g_set_error(error, CONFIG_ERROR, 0, "%s: did not end within %d s", command,
			DUMP_SECONDS);
	else if (result->length > SOURCE_FILE_MAX)
		g_set_error(error, CONFIG_ERROR, 0, "%s: printed more than %d octets", command,
			SOURCE_FILE_MAX);
	else if (result->code != 0)
		g_set_error(error, CONFIG_ERROR, 0, "%s: failed: %.*s", command, DUMP_COMPLAINT_MAX,
			complaint);
	else
		return true;
	return false;
}

/* Returns what the command printed, or NULL and *error. */
static GString *
run(const char *line, GError **error)
{
	/* The shell becomes the command: what is ended in time is that. */
	g_autofree char *script = g_strconcat("exec ", line, NULL);
	const char *const words[] = { "sh", "-c", script, NULL };
	const struct command command = {
		.words = words,
		.seconds = DUMP_SECONDS,
		.output_max = (size_t)SOURCE_FILE_MAX + 1,
		.apart = true,
	};
	struct command_result result;
	GString *text = NULL;

	if (!command_run(&command, &result, error))
		return NULL;
	if (judge(&result, line, error))
		text = g_string_new_len(result.output, (gssize)result.length);
	command_result_clear(&result);
	return text;
}

/* --- what it speaks of ------------------------------------------------------------------------ */

/*
 * The file that doveconf says it has read, in its first line: "# 2.3.19.1 (9b53102964): /PATH"; a
 * new string, or NULL of a dump that does not say.
 */
static char *
named_file(const char *text)
{
	const char *end = text + strcspn(text, "\n");
	const char *head = text[0] == '#' ? g_strstr_len(text, end - text, "): /") : NULL;

	if (head == NULL)
		return NULL;
	head += strlen("): ");
	return g_strndup(head, (gsize)(end - head));
}

/* Whether two names, which may be symbolic links, are of one file of this host. */
static bool
is_same_file(const char *a, const char *b)
{
	g_autofree char *real_a = NULL, *real_b = NULL;
	char *found;

	if (g_str_equal(a, b))
		return true;
	found = realpath(a, NULL);
	real_a = g_strdup(found);
	free(found);
	found = realpath(b, NULL);
	real_b = g_strdup(found);
	free(found);
	return real_a != NULL && g_strcmp0(real_a, real_b) == 0;
}

/* Whether there is more than comments and blank lines. */
static bool
says_something(const char *text)
{
	while (*text != '\0') {
		text += strspn(text, " \t\r\n");
		if (*text != '#')
			break;
		text += strcspn(text, "\n");
	}
	return *text != '\0';
}

/* An empty dump sets nothing only where its head says that this file does. */
static bool
is_about(const char *text, const char *path, const char *command, GError **error)
{
	g_autofree char *named = named_file(text);

	if (named != NULL && !is_same_file(named, path))
		g_set_error(error, CONFIG_ERROR, 0, "%s: it speaks of %s, and not of %s", command,
			named, path);
	else if (named == NULL && !says_something(text))
		g_set_error(error, CONFIG_ERROR, 0, "%s: printed no setting", command);
	else
		return true;
	return false;
}

/* --- laying it over the files ----------------------------------------------------------------- */

static void
lay(struct config_instance *instance, const char *path, const char *bytes, size_t length)
{
	g_autofree char *shown = g_strdup_printf("%s (%s)", path, instance->product->config->dump);

	config_files_lay(instance->files, path, shown, g_strndup(bytes, length), length);
}

/* A file in the output of nginx -T. */
struct part {
	const char *text;
	size_t length;
	char *path; /* owned */
};

/* "# configuration file /etc/nginx/nginx.conf:" and what follows, up to the next one. */
static bool
next_part(const char *at, struct part *part)
{
	const char *name = at + strlen(FILE_HEAD), *end = strchr(name, '\n'), *next;

	if (end == NULL || end == name || end[-1] != ':')
		return false;
	next = strstr(end, "\n" FILE_HEAD);
	part->path = g_strndup(name, (size_t)(end - 1 - name));
	part->text = end + 1;
	part->length = next != NULL ? (size_t)(next + 1 - part->text) : strlen(part->text);
	return true;
}

/* The first file that nginx -T prints is the one that it reads first: it must be this one's. */
static bool
lay_files(struct config_instance *instance, const GString *text, GError **error)
{
	const char *command = instance->product->config->dump;
	const char *at = strstr(text->str, FILE_HEAD);
	bool first = true;
	struct part part;

	while (at != NULL && next_part(at, &part)) {
		g_autofree char *path = part.path;
		g_autofree char *begin = g_strndup(part.text, part.length);

		if (first && !is_same_file(path, instance->root)) {
			g_set_error(error, CONFIG_ERROR, 0, "%s: it speaks of %s, and not of %s",
				command, path, instance->root);
			return false;
		}
		if (first && !is_about(begin, instance->root, command, error))
			return false;
		lay(instance, first ? instance->root : path, part.text, part.length);
		first = false;
		at = part.text[part.length] != '\0' ? part.text + part.length : NULL;
	}
	if (first)
		g_set_error(error, CONFIG_ERROR, 0, "%s: its output names no file", command);
	return !first;
}

bool
config_dump_lay(struct config_instance *instance, GError **error)
{
	const struct product_config *config = instance->product->config;
	g_autofree char *folder = NULL, *path = NULL;
	GString *text;
	bool laid;

	if (config->dump == NULL) {
		g_set_error(error, CONFIG_ERROR, 0,
			"%s has no command that tells its effective settings",
			instance->product->title);
		return false;
	}
	if (!config_files_are_own(instance->files)) {
		g_set_error(error, CONFIG_ERROR, 0,
			"%s speaks of this host's server, and this is not where that has its files",
			config->dump);
		return false;
	}
	text = run(config->dump, error);
	if (text == NULL)
		return false;
	if (config->dump_for != NULL) {
		folder = g_path_get_dirname(instance->root);
		path = g_build_filename(folder, config->dump_for, NULL);
		laid = is_about(text->str, path, config->dump, error);
		if (laid)
			lay(instance, path, text->str, text->len);
	} else {
		laid = lay_files(instance, text, error);
	}
	g_string_free(text, TRUE);
	return laid;
}
