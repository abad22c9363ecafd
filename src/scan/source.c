/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/source.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DIGEST_START UINT64_C(0xcbf29ce484222325)
#define DIGEST_PRIME UINT64_C(0x100000001b3)

enum {
	READ_SIZE = 16 * 1024
};

struct source {
	int fd;
	struct feed *feed; /* or NULL; fd is its own */
	size_t line_max;
	char *name;
	char text[READ_SIZE + FEED_LINE_MAX + 2]; /* read, not yet taken: from begin to end */
	size_t begin;
	size_t end;
	uint64_t line;
	uint64_t digest;
	uint64_t expected_lines;
	uint64_t expected_digest;
	bool differs;
	bool whole; /* the feed has said its last line */
	bool cut;   /* the rest of a line that was too long is still to come */
	bool ended;
};

int
source_open_file(const char *input, GError **error)
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
source_open(const char *input, GError **error)
{
	int fd = source_open_file(input, error);
	struct source *source = NULL;

	if (fd < 0)
		return NULL;
	source = g_new0(struct source, 1);
	source->fd = fd;
	source->name = g_strdup(g_str_equal(input, "-") ? "standard input" : input);
	source->line_max = SOURCE_LINE_MAX;
	source->digest = DIGEST_START;
	return source;
}

struct source *
source_of_feed(struct feed *feed, const char *name)
{
	struct source *source = g_new0(struct source, 1);

	source->feed = feed;
	source->fd = feed_fd(feed);
	source->line_max = FEED_LINE_MAX;
	source->name = g_strdup(name);
	source->digest = DIGEST_START;
	return source;
}

void
source_free(struct source *source)
{
	if (source == NULL)
		return;
	if (source->feed == NULL)
		close(source->fd);
	feed_free(source->feed);
	g_free(source->name);
	g_free(source);
}

int
source_fd(const struct source *source)
{
	return source->fd;
}

void
source_wait(const struct source *source)
{
	struct pollfd readable = { .fd = source->fd, .events = POLLIN };

	poll(&readable, 1, -1);
}

uint64_t
source_lines(const struct source *source)
{
	return source->line;
}

uint64_t
source_digest(const struct source *source)
{
	return source->digest;
}

void
source_expect(struct source *source, uint64_t lines, uint64_t digest)
{
	source->expected_lines = lines;
	source->expected_digest = digest;
}

bool
source_differs(const struct source *source)
{
	return source->differs || (source->ended && source->line < source->expected_lines);
}

static enum source_state
bad_line(struct source *source, struct source_item *item, const char *message)
{
	item->where = g_strdup_printf("%s:%" G_GUINT64_FORMAT, source->name, source->line);
	item->message = g_strdup(message);
	item->usage = source->feed == NULL;
	return SOURCE_BAD_LINE;
}

/* What goes wrong in reading is nobody's mistake. */
static enum source_state
failure(struct source *source, struct source_item *item, const char *message)
{
	bad_line(source, item, message);
	item->usage = false;
	return SOURCE_BAD_LINE;
}

/* Reads some more, if that does not block. SOURCE_TARGET says: look again. */
static enum source_state
read_more(struct source *source, struct source_item *item)
{
	struct pollfd readable = { .fd = source->fd, .events = POLLIN };
	ssize_t length;

	if (poll(&readable, 1, 0) == 0)
		return SOURCE_WAIT;
	memmove(source->text, source->text + source->begin, source->end - source->begin);
	source->end -= source->begin;
	source->begin = 0;
	length = read(source->fd, source->text + source->end, sizeof(source->text) - source->end);
	if (length < 0 && errno == EINTR)
		return SOURCE_WAIT;
	if (length > 0) {
		source->end += (size_t)length;
		return SOURCE_TARGET;
	}
	source->ended = true;
	if (length == 0)
		return SOURCE_TARGET;
	source->line++;
	return failure(source, item, g_strerror(errno));
}

static void
digest_line(struct source *source, const char *line, size_t length)
{
	for (size_t i = 0; i < length; i++)
		source->digest = (source->digest ^ (uint8_t)line[i]) * DIGEST_PRIME;
	source->digest = (source->digest ^ '\n') * DIGEST_PRIME;
	source->line++;
	if (source->line == source->expected_lines && source->digest != source->expected_digest)
		source->differs = true;
}

/* Passes over the rest of a line that was too long. */
static void
drop_rest(struct source *source)
{
	const char *start = source->text + source->begin;
	const char *newline = memchr(start, '\n', source->end - source->begin);

	source->begin = newline != NULL ? (size_t)(newline + 1 - source->text) : source->end;
	source->cut = newline == NULL;
}

/* Takes the next line, cut after line_max + 1 octets; NULL if none is whole. */
static char *
take_line(struct source *source, size_t *length)
{
	const char *start = source->text + source->begin;
	size_t size = source->end - source->begin;
	const char *newline = memchr(start, '\n', size);
	char *line;

	*length = newline != NULL ? (size_t)(newline - start) : size;
	if (newline == NULL && *length <= source->line_max && (!source->ended || *length == 0))
		return NULL;
	*length = MIN(*length, source->line_max + 1);
	line = g_strndup(start, *length);
	digest_line(source, start, *length);
	source->begin += *length;
	if (newline == start + *length)
		source->begin++;
	else
		source->cut = *length > source->line_max;
	return line;
}

/* A line of a feed. That none comes any more must not look like the end of the targets. */
static enum source_state
parse_feed_line(struct source *source, char *line, struct source_item *item)
{
	g_autoptr(GError) problem = NULL;
	struct feed_line parts;

	if (!feed_read_line(line, &parts))
		return bad_line(source, item, "the reader of it sent what is no line");
	if (parts.end) {
		source->whole = true;
		return SOURCE_END; /* of this line only */
	}
	if (parts.problem != NULL) {
		item->where = parts.where == NULL ?
			g_strdup(source->name) :
			g_strdup_printf("%s: %s", source->name, parts.where);
		item->message = g_strdup(parts.problem);
		return SOURCE_BAD_LINE;
	}
	item->target = target_parse(parts.target, &problem);
	if (item->target == NULL)
		return bad_line(source, item, problem->message);
	item->claim = claim_copy(&parts.claim);
	return SOURCE_TARGET;
}

static enum source_state
parse_line(struct source *source, char *line, size_t length, struct source_item *item)
{
	g_autoptr(GError) problem = NULL;
	char *comment = strchr(line, '#');

	if (length > source->line_max)
		return bad_line(source, item, "the line is too long");
	if (source->feed != NULL)
		return parse_feed_line(source, line, item);
	if (strlen(line) < length)
		return bad_line(source, item, "the line holds a NUL byte");
	if (comment != NULL)
		*comment = '\0';
	g_strstrip(line);
	if (*line == '\0')
		return SOURCE_END; /* of this line only */
	item->target = target_parse(line, &problem);
	return item->target != NULL ? SOURCE_TARGET : bad_line(source, item, problem->message);
}

static enum source_state
end(struct source *source, struct source_item *item)
{
	if (source->feed == NULL || source->whole)
		return SOURCE_END;
	source->whole = true;
	return bad_line(source, item, "the reader of it has died: what comes behind this is lost");
}

enum source_state
source_next(struct source *source, struct source_item *item)
{
	*item = (struct source_item){ 0 };
	for (;;) {
		g_autofree char *line = NULL;
		size_t length = 0;
		enum source_state state;

		if (source->cut)
			drop_rest(source);
		if (!source->cut)
			line = take_line(source, &length);
		if (line == NULL && source->ended)
			return end(source, item);
		state = line != NULL ? parse_line(source, line, length, item) :
				       read_more(source, item);
		if (state == SOURCE_WAIT || state == SOURCE_BAD_LINE || item->target != NULL)
			return state;
	}
}
