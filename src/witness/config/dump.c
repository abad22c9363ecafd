/* SPDX-License-Identifier: Apache-2.0 */
#include "witness/config/dump.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
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

/* --- laying it over the files ----------------------------------------------------------------- */

static void
lay(struct config_instance *instance, const char *path, const char *bytes, size_t length)
{
	g_autofree char *shown = g_strdup_printf("%s (%s)", path, instance->product->config->dump);

	config_files_lay(instance->files, path, shown, g_strndup(bytes, length), length);
}

/* "# configuration file /etc/nginx/nginx.conf:" and what follows, up to the next one. */
static bool
lay_files(struct config_instance *instance, const GString *text)
{
	const char *at = strstr(text->str, FILE_HEAD);
	bool any = false;

	while (at != NULL) {
		const char *name = at + strlen(FILE_HEAD);
		const char *end = strchr(name, '\n');
		const char *next;

		if (end == NULL || end == name || end[-1] != ':')
			break;
		next = strstr(end, "\n" FILE_HEAD);
		g_autofree char *path = g_strndup(name, (size_t)(end - 1 - name));

		lay(instance, path, end + 1,
			next != NULL ? (size_t)(next + 1 - (end + 1)) : strlen(end + 1));
		any = true;
		at = next != NULL ? next + 1 : NULL;
	}
	return any;
}

bool
config_dump_lay(struct config_instance *instance, GError **error)
{
	const struct product_config *config = instance->product->config;
	g_autofree char *path = NULL;
	GString *text;
	bool laid = true;

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
		path = g_build_filename(config->folder, config->dump_for, NULL);
		lay(instance, path, text->str, text->len);
	} else if (!lay_files(instance, text)) {
		laid = false;
		g_set_error(error, CONFIG_ERROR, 0, "%s: its output names no file", config->dump);
	}
	g_string_free(text, TRUE);
	return laid;
}
