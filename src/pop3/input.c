/* SPDX-License-Identifier: Apache-2.0 */
#include "pop3/input.h"

#include <string.h>

enum {
	ROOM_MIN = 128 /* octets; most answers are shorter */
};

void
pop3_input_clear(struct pop3_input *input)
{
	g_free(input->bytes);
	*input = (struct pop3_input){ 0 };
}

/* Most dialogues wait most of the time, and with nothing to read: they hold no buffer then. */
static void
input_release(struct pop3_input *input)
{
	g_clear_pointer(&input->bytes, g_free);
	input->head = input->end = input->room = 0;
}

/* Moves what has not been read to the front, with room for more behind it. */
static void
input_make_room(struct pop3_input *input, size_t more)
{
	size_t waiting = pop3_input_waiting(input);
	size_t room = MAX(input->room, (size_t)ROOM_MIN);
	char *bytes;

	while (room < waiting + more)
		room *= 2;
	bytes = room == input->room ? input->bytes : g_malloc(room);
	if (waiting > 0)
		memmove(bytes, input->bytes + input->head, waiting);
	if (bytes != input->bytes)
		g_free(input->bytes);
	input->bytes = bytes;
	input->room = (uint32_t)room;
	input->head = 0;
	input->end = (uint32_t)waiting;
}

bool
pop3_input_feed(struct pop3_input *input, const char *bytes, size_t length)
{
	if (length > POP3_CONNECTION_MAX - input->total)
		return false;
	input->total += (uint32_t)length;
	if (length == 0)
		return true;
	input_make_room(input, length);
	memcpy(input->bytes + input->end, bytes, length);
	input->end += (uint32_t)length;
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
	return input->end - input->head;
}

/* Drops the rest of a line that was cut. Returns false while its end has not come. */
static bool
input_skip(struct pop3_input *input)
{
	size_t waiting = pop3_input_waiting(input);
	const char *start = input->bytes + input->head;
	const char *end;

	if (!input->skipping)
		return true;
	end = waiting > 0 ? memchr(start, '\n', waiting) : NULL;
	if (end == NULL) {
		input->head = input->end;
		return false;
	}
	input->head += (uint32_t)(end - start) + 1;
	input->skipping = false;
	return true;
}

/* Takes `length` octets as a line; `consumed` of them leave the buffer. */
static bool
input_take(struct pop3_input *input, struct pop3_line *line, size_t length, size_t consumed)
{
	const char *start = input->bytes + input->head;

	if (length > 0 && length < consumed && start[length - 1] == '\r')
		length--;
	*line = (struct pop3_line){ .bytes = start, .length = length };
	if (length > POP3_LINE_MAX) {
		line->length = POP3_LINE_MAX;
		line->cut = true;
	}
	input->head += (uint32_t)consumed;
	return true;
}

bool
pop3_input_line(struct pop3_input *input, struct pop3_line *line)
{
	size_t waiting;
	const char *start, *end;

	if (!input_skip(input))
		return false;
	waiting = pop3_input_waiting(input);
	if (waiting == 0) {
		input_release(input);
		return false;
	}
	start = input->bytes + input->head;
	end = memchr(start, '\n', waiting);
	if (end != NULL)
		return input_take(input, line, (size_t)(end - start), (size_t)(end - start) + 1);
	if (waiting > POP3_LINE_MAX + 1) {
		input->skipping = true;
		return input_take(input, line, waiting, waiting);
	}
	return input->ended ? input_take(input, line, waiting, waiting) : false;
}
