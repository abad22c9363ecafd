/* SPDX-License-Identifier: Apache-2.0 */
#include "pop3/reply.h"

#include <string.h>

/* Returns whether the line begins with that word, and the word ends there. */
static bool
begins_with(const char *bytes, size_t length, const char *word)
{
	size_t n = strlen(word);

	if (length < n || g_ascii_strncasecmp(bytes, word, n) != 0)
		return false;
	return length == n || !g_ascii_isalnum(bytes[n]);
}

static bool
is_continuation(const char *bytes, size_t length)
{
	return length > 0 && bytes[0] == '+' &&
		(length == 1 || bytes[1] == ' ' || bytes[1] == '\t');
}

enum reply_kind
pop3_reply_kind(const struct pop3_line *line)
{
	const char *bytes = line->bytes;
	size_t length = line->length;

	while (length > 0 && (*bytes == ' ' || *bytes == '\t')) {
		bytes++;
		length--;
	}
	if (begins_with(bytes, length, "+OK"))
		return REPLY_OK;
	if (begins_with(bytes, length, "-ERR") || begins_with(bytes, length, "ERR") ||
		begins_with(bytes, length, "+ERR"))
		return REPLY_ERR;
	return is_continuation(bytes, length) ? REPLY_CONTINUE : REPLY_OTHER;
}

bool
pop3_read_reply(struct pop3_input *input, struct pop3_reply *reply)
{
	if (!pop3_input_line(input, &reply->line))
		return false;
	reply->kind = pop3_reply_kind(&reply->line);
	return true;
}
