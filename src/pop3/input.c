/* SPDX-License-Identifier: Apache-2.0 */
#include "pop3/input.h"

#include <string.h>

void
pop3_input_init(struct pop3_input *input)
{
	*input = (struct pop3_input){ .bytes = g_byte_array_new() };
}

void
pop3_input_clear(struct pop3_input *input)
{
	g_byte_array_unref(input->bytes);
	*input = (struct pop3_input){ 0 };
}

void
pop3_input_reset(struct pop3_input *input)
{
	g_byte_array_set_size(input->bytes, 0);
	*input = (struct pop3_input){ .bytes = input->bytes };
}

/* Drops what has been read, so that the buffer holds one unfinished line at most. */
static void
input_compact(struct pop3_input *input)
{
	if (input->head == 0)
		return;
	g_byte_array_remove_range(input->bytes, 0, (guint)input->head);
	input->head = 0;
}

bool
pop3_input_feed(struct pop3_input *input, const char *bytes, size_t length)
{
	if (length > POP3_CONNECTION_MAX - input->total)
		return false;
	input->total += length;
	input_compact(input);
	g_byte_array_append(input->bytes, (const guint8 *)bytes, (guint)length);
	return true;
}

void
pop3_input_end(struct pop3_input *input)
{
	input->ended = true;
}

size_t
pop3_input_waiting(const struct pop3_input *input)
{
	return input->bytes->len - input->head;
}

/* Drops the rest of a line that was cut. Returns false while its end has not come. */
static bool
input_skip(struct pop3_input *input)
{
	const guint8 *start = input->bytes->data + input->head;
	const guint8 *end;

	if (!input->skipping)
		return true;
	end = pop3_input_waiting(input) > 0 ? memchr(start, '\n', pop3_input_waiting(input)) : NULL;
	if (end == NULL) {
		input->head = input->bytes->len;
		return false;
	}
	input->head += (size_t)(end - start) + 1;
	input->skipping = false;
	return true;
}

/* Takes `length` octets as a line; `consumed` of them leave the buffer. */
static bool
input_take(struct pop3_input *input, struct pop3_line *line, size_t length, size_t consumed)
{
	const char *start = (const char *)input->bytes->data + input->head;

	if (length > 0 && length < consumed && start[length - 1] == '\r')
		length--;
	*line = (struct pop3_line){ .bytes = start, .length = length };
	if (length > POP3_LINE_MAX) {
		line->length = POP3_LINE_MAX;
		line->cut = true;
	}
	input->head += consumed;
	return true;
}

bool
pop3_input_line(struct pop3_input *input, struct pop3_line *line)
{
	size_t waiting;
	const guint8 *start, *end;

	if (!input_skip(input))
		return false;
	waiting = pop3_input_waiting(input);
	if (waiting == 0)
		return false;
	start = input->bytes->data + input->head;
	end = memchr(start, '\n', waiting);
	if (end != NULL)
		return input_take(input, line, (size_t)(end - start), (size_t)(end - start) + 1);
	if (waiting > POP3_LINE_MAX + 1) {
		input->skipping = true;
		return input_take(input, line, waiting, waiting);
	}
	return input->ended ? input_take(input, line, waiting, waiting) : false;
}
