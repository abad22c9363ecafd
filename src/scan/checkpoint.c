/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/checkpoint.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <string.h>
#include <unistd.h>

#define CHECKPOINT_FORMAT 1

enum {
	READ_SIZE = 16 * 1024
};

/* The numbers of a summary that are kept, by name; they are what a later run adds to. */
static const struct field {
	const char *name;
	size_t offset;
} fields[] = {
	{ "hosts", offsetof(struct summary, hosts) },
	{ "hosts_more", offsetof(struct summary, hosts_more) },
	{ "endpoints", offsetof(struct summary, endpoints) },
	{ "permits", offsetof(struct summary, verdicts[VERDICT_PERMITS]) },
	{ "refuses", offsetof(struct summary, verdicts[VERDICT_REFUSES]) },
	{ "no_service", offsetof(struct summary, verdicts[VERDICT_NO_SERVICE]) },
	{ "undetermined", offsetof(struct summary, verdicts[VERDICT_UNDETERMINED]) },
	{ "info", offsetof(struct summary, findings[SEVERITY_INFO]) },
	{ "low", offsetof(struct summary, findings[SEVERITY_LOW]) },
	{ "medium", offsetof(struct summary, findings[SEVERITY_MEDIUM]) },
	{ "high", offsetof(struct summary, findings[SEVERITY_HIGH]) },
	{ "errors", offsetof(struct summary, errors) },
	{ "usage_errors", offsetof(struct summary, usage_errors) },
	{ "read", offsetof(struct summary, targets.read) },
	{ "asked", offsetof(struct summary, targets.asked) },
	{ "skipped", offsetof(struct summary, targets.skipped) },
	{ "excluded", offsetof(struct summary, targets.excluded) },
	{ "doubles", offsetof(struct summary, targets.doubles) },
	{ "failed", offsetof(struct summary, targets.failed) },
	{ "started", offsetof(struct summary, started) },
	{ "duration", offsetof(struct summary, duration) },
};

void
checkpoint_clear(struct checkpoint *checkpoint)
{
	g_clear_pointer(&checkpoint->scan, g_free);
	g_clear_pointer(&checkpoint->position.pending, g_free);
	checkpoint->position.pending_count = 0;
}

static bool
fail(GError **error, const char *path, const char *what, int number)
{
	g_set_error(error, G_FILE_ERROR, g_file_error_from_errno(number), "%s: %s%s%s", path, what,
		number != 0 ? ": " : "", number != 0 ? g_strerror(number) : "");
	return false;
}

/* --- writing ---------------------------------------------------------------------------------- */

static json_t *
number(uint64_t value)
{
	return json_integer((json_int_t)value);
}

static json_t *
counts_of(const struct summary *summary)
{
	json_t *counts = json_object();

	for (size_t i = 0; i < G_N_ELEMENTS(fields); i++) {
		uint64_t value;

		memcpy(&value, (const char *)summary + fields[i].offset, sizeof(value));
		json_object_set_new(counts, fields[i].name, number(value));
	}
	return counts;
}

static json_t *
pending_of(const struct plan_position *position)
{
	json_t *pending = json_array();

	for (size_t i = 0; i < position->pending_count; i++)
		json_array_append_new(pending, number(position->pending[i]));
	return pending;
}

bool
checkpoint_write(const struct checkpoint *checkpoint, const char *path, GError **error)
{
	const struct plan_position *position = &checkpoint->position;
	json_t *root = json_pack("{si ss sb sI sI sI sI sI sI so so}", "checkpoint",
		CHECKPOINT_FORMAT, "scan", checkpoint->scan, "finished", checkpoint->finished,
		"seed", (json_int_t)checkpoint->seed, "next", (json_int_t)position->next, "lines",
		(json_int_t)position->lines, "lines_digest", (json_int_t)position->digest,
		"output_length", (json_int_t)checkpoint->output_length, "output_digest",
		(json_int_t)checkpoint->output_digest, "pending", pending_of(position), "counts",
		counts_of(&checkpoint->summary));
	char *text = json_dumps(root, JSON_COMPACT);
	bool written;

	json_decref(root);
	if (text == NULL)
		return fail(error, path, "the checkpoint cannot be encoded", 0);
	written = g_file_set_contents_full(path, text, (gssize)strlen(text),
		G_FILE_SET_CONTENTS_CONSISTENT, 0600, error);
	free(text); /* jansson's */
	return written;
}

/* --- reading ---------------------------------------------------------------------------------- */

static void
read_counts(const json_t *counts, struct summary *summary)
{
	for (size_t i = 0; i < G_N_ELEMENTS(fields); i++) {
		uint64_t value =
			(uint64_t)json_integer_value(json_object_get(counts, fields[i].name));

		memcpy((char *)summary + fields[i].offset, &value, sizeof(value));
	}
}

/* False unless it is a list of numbers in order, all of which had been handed out. */
static bool
read_pending(const json_t *list, struct plan_position *position)
{
	size_t count = json_array_size(list);
	uint64_t least = 0;

	position->pending = g_new0(uint64_t, MAX(count, 1));
	for (size_t i = 0; i < count; i++) {
		const json_t *item = json_array_get(list, i);
		uint64_t value = (uint64_t)json_integer_value(item);

		if (!json_is_integer(item) || value < least || value >= position->next)
			return false;
		position->pending[i] = value;
		least = value + 1;
	}
	position->pending_count = count;
	return true;
}

static bool
read_root(json_t *root, struct checkpoint *checkpoint)
{
	struct plan_position *position = &checkpoint->position;
	const char *scan = NULL;
	const json_t *pending = NULL, *counts = NULL;
	json_int_t seed, next, lines, digest, length, tail;
	int format = 0, finished = 0;

	if (json_unpack(root, "{si ss sb sI sI sI sI sI sI so so}", "checkpoint", &format, "scan",
		    &scan, "finished", &finished, "seed", &seed, "next", &next, "lines", &lines,
		    "lines_digest", &digest, "output_length", &length, "output_digest", &tail,
		    "pending", &pending, "counts", &counts) != 0 ||
		format != CHECKPOINT_FORMAT || seed < 0 || next < 0 || lines < 0 || length < 0)
		return false;
	position->next = (uint64_t)next;
	if (!read_pending(pending, position))
		return false;
	checkpoint->scan = g_strdup(scan);
	checkpoint->finished = finished != 0;
	checkpoint->seed = (uint64_t)seed;
	position->lines = (uint64_t)lines;
	position->digest = (uint64_t)digest;
	checkpoint->output_length = (uint64_t)length;
	checkpoint->output_digest = (uint64_t)tail;
	read_counts(counts, &checkpoint->summary);
	return true;
}

/* Whatever the path leads to, no more than one octet past the bound is read. */
static GByteArray *
read_file(const char *path, GError **error)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	GByteArray *text = g_byte_array_new();
	ssize_t length = fd < 0 ? -1 : 1;
	int number;

	while (length > 0 && text->len <= CHECKPOINT_SIZE_MAX) {
		char part[READ_SIZE];

		length = read(fd, part, sizeof(part));
		g_byte_array_append(text, (const guint8 *)part, (guint)MAX(length, 0));
	}
	number = errno;
	if (fd >= 0)
		close(fd);
	if (length >= 0 && text->len <= CHECKPOINT_SIZE_MAX)
		return text;
	g_byte_array_unref(text);
	if (length < 0)
		fail(error, path, "cannot be read", number);
	else
		fail(error, path, "too large for a checkpoint", 0);
	return NULL;
}

bool
checkpoint_read(struct checkpoint *checkpoint, const char *path, GError **error)
{
	g_autoptr(GByteArray) text = read_file(path, error);
	json_t *root;
	bool whole;

	*checkpoint = (struct checkpoint){ 0 };
	if (text == NULL)
		return false;
	root = json_loadb((const char *)text->data, text->len, 0, NULL);
	whole = root != NULL && read_root(root, checkpoint);
	json_decref(root);
	if (whole)
		return true;
	checkpoint_clear(checkpoint);
	return fail(error, path, "not a checkpoint of this program", 0);
}

bool
checkpoint_digest(int fd, uint64_t length, uint64_t *digest)
{
	char tail[CHECKPOINT_TAIL];
	size_t size = (size_t)MIN(length, (uint64_t)sizeof(tail));
	ssize_t got = pread(fd, tail, size, (off_t)(length - size));

	if (got != (ssize_t)size) {
		errno = got < 0 ? errno : ENODATA;
		return false;
	}
	*digest = UINT64_C(0xcbf29ce484222325);
	for (size_t i = 0; i < size; i++)
		*digest = (*digest ^ (uint8_t)tail[i]) * UINT64_C(0x100000001b3);
	return true;
}
