/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/source.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct source {
	GPtrArray *targets;
	guint next;
	int fd; /* -1 = no file, or at its end */
	char *name;
	GString *text; /* read, not yet taken */
	uint64_t line;
	bool ended;
	bool counted; /* there is no file: the count is known */
};

static int
open_input(const char *input, GError **error)
{
	int fd = g_str_equal(input, "-") ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3) :
					   open(input, O_RDONLY | O_CLOEXEC);

	struct stat status;

	if (fd >= 0 && fstat(fd, &status) == 0 && S_ISDIR(status.st_mode)) {
		close(fd);
		fd = -1;
		errno = EISDIR;
	}
	if (fd < 0)
		g_set_error(error, G_FILE_ERROR, g_file_error_from_errno(errno),
			"%s: cannot be read: %s", input, g_strerror(errno));
	return fd;
}

struct source *
source_new(GPtrArray *targets, const char *input, GError **error)
{
	struct source *source = g_new0(struct source, 1);

	source->targets = targets;
	source->text = g_string_new(NULL);
	source->fd = -1;
	source->counted = input == NULL;
	source->ended = input == NULL;
	if (input == NULL)
		return source;
	source->name = g_strdup(g_str_equal(input, "-") ? "standard input" : input);
	source->fd = open_input(input, error);
	if (source->fd >= 0)
		return source;
	source_free(source);
	return NULL;
}

void
source_free(struct source *source)
{
	if (source == NULL)
		return;
	if (source->fd >= 0)
		close(source->fd);
	g_ptr_array_unref(source->targets);
	g_string_free(source->text, TRUE);
	g_free(source->name);
	g_free(source);
}

int
source_fd(const struct source *source)
{
	return source->fd;
}

uint64_t
source_count(const struct source *source)
{
	uint64_t count = 0;

	for (guint i = 0; source->counted && i < source->targets->len; i++)
		count += target_count(g_ptr_array_index(source->targets, i));
	return count;
}

static enum source_state
bad_line(struct source *source, struct source_item *item, const char *message)
{
	item->where = g_strdup_printf("%s:%" G_GUINT64_FORMAT, source->name, source->line);
	item->message = g_strdup(message);
	return SOURCE_BAD_LINE;
}

/* Reads some more, if that does not block. */
static enum source_state
read_more(struct source *source, struct source_item *item)
{
	struct pollfd readable = { .fd = source->fd, .events = POLLIN };
	char bytes[4096];
	ssize_t length;

	if (poll(&readable, 1, 0) == 0)
		return SOURCE_WAIT;
	length = read(source->fd, bytes, sizeof(bytes));
	if (length < 0 && errno == EINTR)
		return SOURCE_WAIT;
	if (length > 0) {
		g_string_append_len(source->text, bytes, length);
		return SOURCE_TARGET;
	}
	source->ended = true;
	if (length == 0)
		return SOURCE_TARGET;
	source->line++;
	return bad_line(source, item, g_strerror(errno));
}

/* Takes the next line out of the text; NULL if none is whole. */
static char *
take_line(struct source *source)
{
	char *end = memchr(source->text->str, '\n', source->text->len);
	size_t length = end != NULL ? (size_t)(end - source->text->str) : source->text->len;
	char *line;

	if (end == NULL && length <= SOURCE_LINE_MAX && (!source->ended || length == 0))
		return NULL;
	line = g_strndup(source->text->str, length);
	g_string_erase(source->text, 0, (gssize)length + (end != NULL));
	source->line++;
	return line;
}

static enum source_state
parse_line(struct source *source, char *line, struct source_item *item)
{
	g_autoptr(GError) problem = NULL;
	char *comment = strchr(line, '#');

	if (strlen(line) > SOURCE_LINE_MAX)
		return bad_line(source, item, "the line is too long");
	if (comment != NULL)
		*comment = '\0';
	g_strstrip(line);
	if (*line == '\0')
		return SOURCE_END; /* of this line only */
	item->piped = true;
	item->target = target_parse(line, &problem);
	return item->target != NULL ? SOURCE_TARGET : bad_line(source, item, problem->message);
}

static enum source_state
next_line(struct source *source, struct source_item *item)
{
	for (;;) {
		g_autofree char *line = take_line(source);
		enum source_state state;

		if (line == NULL && source->ended)
			return SOURCE_END;
		state = line != NULL ? parse_line(source, line, item) : read_more(source, item);
		if (state == SOURCE_WAIT || state == SOURCE_BAD_LINE || item->target != NULL)
			return state;
	}
}

enum source_state
source_next(struct source *source, struct source_item *item)
{
	*item = (struct source_item){ 0 };
	if (source->next < source->targets->len) {
		item->target = g_ptr_array_index(source->targets, source->next);
		g_ptr_array_index(source->targets, source->next++) = NULL;
		return SOURCE_TARGET;
	}
	return next_line(source, item);
}
