/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A line is its kind and tab-separated texts, each escaped by g_strescape, so
 * that nothing in them can end a text or a line.
 */
#include "scan/feed.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "net/sandbox.h"

enum {
	TARGET_PARTS = 7, /* target, kind, port, reporter, id, text, host */
	PROBLEM_PARTS = 2,
	FIRST_FREE_DESCRIPTOR = 3,
};

#define MARK_TARGET  '+'
#define MARK_PROBLEM '!'
#define MARK_END     '.'

struct feed {
	int fd;
	pid_t pid;
};

/* --- the feed's process ----------------------------------------------------------------------- */

static void
put_text(FILE *file, const char *text)
{
	g_autofree char *escaped = text == NULL ? NULL : g_strescape(text, NULL);

	/* A text that is not there is told from an empty one. */
	fprintf(file, "\t%s%s", text == NULL ? "" : "=", text == NULL ? "" : escaped);
}

void
feed_emit(void *user, const struct from_item *item)
{
	struct feed_output *output = user;
	const struct claim *claim = &item->claim;

	if (item->problem != NULL) {
		putc(MARK_PROBLEM, output->file);
		put_text(output->file, item->where);
		put_text(output->file, item->problem);
	} else {
		putc(MARK_TARGET, output->file);
		put_text(output->file, item->target);
		fprintf(output->file, "\t=%d\t=%u", (int)claim->kind, claim->port);
		put_text(output->file, claim->reporter);
		put_text(output->file, claim->id);
		put_text(output->file, claim->text);
		put_text(output->file, claim->host);
	}
	putc('\n', output->file);
}

/* The child keeps two descriptors: what it reads, and what it writes to. */
static void
keep_descriptors(int in, int out)
{
	int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);

	dup2(in >= 0 ? in : nothing, STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	close_range(FIRST_FREE_DESCRIPTOR, ~0U, 0);
}

/* The reader of the lines names the file anyhow. */
static const char *
without_name(const char *message, const char *name)
{
	size_t length = strlen(name);

	return strncmp(message, name, length) == 0 && strncmp(message + length, ": ", 2) == 0 ?
		message + length + 2 :
		message;
}

static void
become_feed(int in, int out, const char *name, void (*prepare)(void),
	bool (*run)(int fd, const char *name, struct feed_output *output, GError **error))
{
	struct feed_output output = { .file = stdout };
	GError *error = NULL;

	signal(SIGINT, SIG_IGN);
	signal(SIGPIPE, SIG_DFL); /* nobody reads any more: there is nothing left to do */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	keep_descriptors(in, out);
	if (prepare != NULL)
		prepare();
	sandbox_enter();
	if (!run(STDIN_FILENO, name, &output, &error)) {
		const struct from_item item = { .problem = without_name(error->message, name) };

		feed_emit(&output, &item);
		g_error_free(error);
	}
	fprintf(stdout, "%c\n", MARK_END);
	fflush(stdout);
	_exit(0);
}

/* --- its reader ------------------------------------------------------------------------------- */

struct feed *
feed_new(int fd, const char *name, void (*prepare)(void),
	bool (*run)(int fd, const char *name, struct feed_output *output, GError **error),
	GError **error)
{
	struct feed *feed;
	int ends[2] = { -1, -1 };
	pid_t pid = -1;

	if (pipe2(ends, O_CLOEXEC) == 0)
		pid = fork();
	if (pid == 0)
		become_feed(fd, ends[1], name, prepare, run);
	if (pid < 0)
		g_set_error(error, G_FILE_ERROR, g_file_error_from_errno(errno),
			"%s: cannot start a reader: %s", name, g_strerror(errno));
	if (fd >= 0)
		close(fd);
	if (ends[1] >= 0)
		close(ends[1]);
	if (pid < 0) {
		if (ends[0] >= 0)
			close(ends[0]);
		return NULL;
	}
	feed = g_new0(struct feed, 1);
	feed->fd = ends[0];
	feed->pid = pid;
	return feed;
}

void
feed_free(struct feed *feed)
{
	if (feed == NULL)
		return;
	close(feed->fd);
	kill(feed->pid, SIGKILL);
	waitpid(feed->pid, NULL, 0);
	g_free(feed);
}

int
feed_fd(const struct feed *feed)
{
	return feed->fd;
}

/* Undoes g_strescape in place: the result is never longer. False if it is no text. */
static bool
unescape(char *text)
{
	g_autofree char *plain = NULL;
	size_t slashes = 0;

	for (size_t end = strlen(text); text[end - 1] == '\\'; end--)
		slashes++;
	if (text[0] != '=' || slashes % 2 != 0)
		return false;
	plain = g_strcompress(text + 1);
	memcpy(text, plain, strlen(plain) + 1);
	return true;
}

/* Takes the texts behind the mark; false unless there are just as many. */
static bool
split(char *line, char **parts, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char *tab = strchr(line, '\t');

		if (tab == NULL)
			return false;
		*tab = '\0';
		parts[i] = line = tab + 1;
	}
	if (strchr(line, '\t') != NULL)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (parts[i][0] == '\0')
			parts[i] = NULL;
		else if (!unescape(parts[i]))
			return false;
	}
	return true;
}

static bool
read_target(char *line, struct feed_line *parts)
{
	char *texts[TARGET_PARTS];

	if (!split(line, texts, TARGET_PARTS) || texts[0] == NULL || texts[1] == NULL ||
		texts[2] == NULL)
		return false;
	parts->target = texts[0];
	parts->claim = (struct claim){
		.kind = (enum claim_kind)CLAMP(atoi(texts[1]), CLAIM_NAMED, CLAIM_CLEARTEXT),
		.port = (uint16_t)atoi(texts[2]),
		.reporter = texts[3],
		.id = texts[4],
		.text = texts[5],
		.host = texts[6],
	};
	return true;
}

bool
feed_read_line(char *line, struct feed_line *parts)
{
	char *texts[PROBLEM_PARTS];

	*parts = (struct feed_line){ 0 };
	if (line[0] == MARK_END && line[1] == '\0') {
		parts->end = true;
		return true;
	}
	if (line[0] == MARK_TARGET)
		return read_target(line, parts);
	if (line[0] != MARK_PROBLEM || !split(line, texts, PROBLEM_PARTS) || texts[1] == NULL)
		return false;
	parts->where = texts[0];
	parts->problem = texts[1];
	return true;
}
