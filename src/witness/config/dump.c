/* SPDX-License-Identifier: Apache-2.0 */
#include "witness/config/dump.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "products/config.h"

/* How nginx -T begins each file. */
#define FILE_HEAD "# configuration file "

struct running {
	GPid pid;
	int output, complaint;
	GString *text;
	GString *complaints;
	int64_t until; /* µs, monotonic */
};

/* --- running a command ------------------------------------------------------------------------ */

/* Reads what is there, up to `most` octets in all; false at the end. What is more is dropped. */
static bool
read_some(int fd, GString *text, size_t most)
{
	char buffer[16 * 1024];
	ssize_t got = read(fd, buffer, sizeof buffer);

	if (got <= 0)
		return got < 0 && (errno == EINTR || errno == EAGAIN);
	g_string_append_len(text, buffer, (gssize)MIN((size_t)got, most - MIN(most, text->len)));
	return true;
}

static bool
has_too_much(const struct running *running)
{
	return running->text->len > SOURCE_FILE_MAX;
}

/* Reads both ends until they close, or too much came, or the time is over: false. */
static bool
read_all(struct running *running)
{
	struct pollfd ends[] = {
		{ .fd = running->output, .events = POLLIN },
		{ .fd = running->complaint, .events = POLLIN },
	};

	while ((ends[0].fd >= 0 || ends[1].fd >= 0) && !has_too_much(running)) {
		int64_t left = (running->until - g_get_monotonic_time()) / 1000;

		if (left <= 0 || (poll(ends, G_N_ELEMENTS(ends), (int)left) < 0 && errno != EINTR))
			return false;
		if (ends[0].revents != 0 &&
			!read_some(ends[0].fd, running->text, (size_t)SOURCE_FILE_MAX + 1))
			ends[0].fd = -1;
		if (ends[1].revents != 0 &&
			!read_some(ends[1].fd, running->complaints, DUMP_COMPLAINT_MAX))
			ends[1].fd = -1;
	}
	return true;
}

static bool
judge(const struct running *running, bool in_time, int status, const char *command, GError **error)
{
	g_autofree char *complaint =
		g_strndup(running->complaints->str, strcspn(running->complaints->str, "\n"));

	if (!in_time)
		g_set_error(error, CONFIG_ERROR, 0, "%s: did not end within %d s", command,
			DUMP_SECONDS);
	else if (has_too_much(running))
		g_set_error(error, CONFIG_ERROR, 0, "%s: printed more than %d octets", command,
			SOURCE_FILE_MAX);
	else if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		g_set_error(error, CONFIG_ERROR, 0, "%s: failed: %s", command, complaint);
	else
		return true;
	return false;
}

/* Returns what the command printed, or NULL and *error. */
static GString *
run(const char *command, GError **error)
{
	struct running running = { .until = g_get_monotonic_time() +
			(int64_t)DUMP_SECONDS * G_USEC_PER_SEC };
	/* The shell becomes the command: what is ended in time is that. */
	g_auto(GStrv) words = g_new0(char *, 4);
	int status = 0;
	bool in_time, well;

	words[0] = g_strdup("sh");
	words[1] = g_strdup("-c");
	words[2] = g_strconcat("exec ", command, NULL);
	if (!g_spawn_async_with_pipes(NULL, words, NULL,
		    G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &running.pid, NULL,
		    &running.output, &running.complaint, error))
		return NULL;
	running.text = g_string_new(NULL);
	running.complaints = g_string_new(NULL);
	in_time = read_all(&running);
	if (!in_time || has_too_much(&running))
		kill(running.pid, SIGKILL);
	while (waitpid(running.pid, &status, 0) < 0 && errno == EINTR)
		;
	close(running.output);
	close(running.complaint);
	well = judge(&running, in_time, status, command, error);
	g_string_free(running.complaints, TRUE);
	if (!well)
		g_string_free(g_steal_pointer(&running.text), TRUE);
	return running.text;
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
