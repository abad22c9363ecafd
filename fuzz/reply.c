/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines and status lines out of any bytes, fed in two pieces. Exercises
 * pop3/input.c, pop3/reply.c, pop3/refusal.c and model/escape.c.
 */
#include <stdint.h>
#include <string.h>

#include "model/escape.h"
#include "pop3/refusal.h"
#include "pop3/reply.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_line(const struct pop3_reply *reply)
{
	g_autofree char *text = g_strndup(reply->line.bytes, reply->line.length);
	g_autoptr(GString) escaped = g_string_new(NULL);

	g_assert(reply->line.length <= POP3_LINE_MAX);
	g_assert(memchr(reply->line.bytes, '\n', reply->line.length) == NULL);
	escape_append(escaped, reply->line.bytes, reply->line.length);
	g_assert(g_utf8_validate(escaped->str, (gssize)escaped->len, NULL));
	refusal_classify(NULL, text);
}

static void
take_lines(struct pop3_input *input)
{
	struct pop3_reply reply;

	while (pop3_read_reply(input, &reply))
		check_line(&reply);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pop3_input input = { 0 };
	size_t first = size > 0 ? data[0] % (size + 1) : 0;

	pop3_input_feed(&input, (const char *)data, first);
	take_lines(&input);
	pop3_input_feed(&input, (const char *)data + first, size - first);
	take_lines(&input);
	pop3_input_end(&input);
	take_lines(&input);
	g_assert(pop3_input_waiting(&input) == 0);
	pop3_input_clear(&input);
	return 0;
}
