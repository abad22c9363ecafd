/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Questions, answers and their transcript: what every step of the dialogue uses.
 */
#include <string.h>

#include "model/escape.h"
#include "pop3/probe-private.h"
#include "pop3/refusal.h"

#define QUIT_LINE "C: QUIT\n"

/* --- transcript ------------------------------------------------------------------------------ */

static bool
transcript_has_room(const struct pop3_probe *probe)
{
	return probe->facts->probe.transcript->len < FACTS_TRANSCRIPT_MAX;
}

void
transcript_add(struct pop3_probe *probe, const char *prefix, const char *bytes, size_t length)
{
	GString *transcript = probe->facts->probe.transcript;

	if (!transcript_has_room(probe))
		return;
	g_string_append(transcript, prefix);
	escape_append(transcript, bytes, length);
	g_string_append_c(transcript, '\n');
	if (!transcript_has_room(probe))
		g_string_append(transcript, "-- the transcript ends here\n");
}

void
transcript_note(struct pop3_probe *probe, const char *note)
{
	transcript_add(probe, "-- ", note, strlen(note));
}

/*
 * Returns what the transcript holds since the question under way was sent, but for a QUIT that went
 * ahead: it is not what was answered.
 */
const char *
exchange(struct pop3_probe *probe)
{
	const char *text = probe->facts->probe.transcript->str;
	const char *kept = text + probe->mark;
	size_t length = probe->facts->probe.transcript->len - probe->mark;
	g_autofree char *without_quit = NULL;

	if (length > 0 && kept[length - 1] == '\n')
		length--;
	if (probe->quit_mark > probe->mark && length > 0) {
		without_quit = g_strdup_printf("%.*s%s", (int)(probe->quit_mark - probe->mark),
			kept, text + probe->quit_mark + strlen(QUIT_LINE));
		return facts_keep(probe->facts, without_quit, length - strlen(QUIT_LINE));
	}
	return facts_keep(probe->facts, kept, length);
}

/* --- questions and answers -------------------------------------------------------------------- */

void
probe_unsay(struct pop3_probe *probe)
{
	g_clear_pointer(&probe->output, g_free);
	probe->output_length = 0;
	probe->output_taken = false;
}

void
probe_say(struct pop3_probe *probe, const char *line)
{
	size_t length = strlen(line);
	char *end;

	if (probe->output_taken)
		probe_unsay(probe);
	probe->output = g_realloc(probe->output, probe->output_length + length + sizeof("\r\n"));
	end = probe->output + probe->output_length;
	memcpy(end, line, length + 1);
	memcpy(end + length, "\r\n", sizeof("\r\n"));
	probe->output_length += (uint32_t)length + 2;
}

enum pop3_want
pop3_ask(struct pop3_probe *probe, enum pop3_step step, const char *command, const char *shown)
{
	const char *visible = shown != NULL ? shown : command;

	probe->mark = (uint32_t)probe->facts->probe.transcript->len;
	transcript_add(probe, "C: ", visible, strlen(visible));
	probe_say(probe, command);
	probe->in_list = false;
	probe->list_lines = 0;
	probe->commands++;
	probe->step = step;
	return POP3_AGAIN;
}

/* Sends the next line of the dialogue under way: no command of its own. */
enum pop3_want
respond(struct pop3_probe *probe, enum pop3_step step, const char *line, const char *shown)
{
	uint32_t mark = probe->mark;
	enum pop3_want want = pop3_ask(probe, step, line, shown);

	probe->mark = mark;
	probe->commands--;
	return want;
}

void
quit_ahead(struct pop3_probe *probe)
{
	const struct probe_facts *facts = &probe->facts->probe;
	size_t before = facts->transcript->len;

	if (probe->plan.depth != DEPTH_GENTLE || facts->clear.state != LIST_ANSWERED ||
		!capabilities_have(&facts->clear, "PIPELINING") ||
		before + strlen(QUIT_LINE) >= FACTS_TRANSCRIPT_MAX)
		return;
	transcript_add(probe, "C: ", "QUIT", strlen("QUIT"));
	probe->quit_mark = (uint32_t)before;
	probe_say(probe, "QUIT");
}

enum pop3_want
enter(struct pop3_probe *probe, enum pop3_step step)
{
	probe->step = step;
	return POP3_AGAIN;
}

bool
read_reply(struct pop3_probe *probe, struct pop3_reply *reply)
{
	if (!pop3_read_reply(&probe->input, reply))
		return false;
	transcript_add(probe, "S: ", reply->line.bytes, reply->line.length);
	return true;
}

const char *
keep_line(struct pop3_probe *probe, const struct pop3_line *line)
{
	return facts_keep(probe->facts, line->bytes, line->length);
}

enum refusal
classify(const struct pop3_probe *probe, const char *line)
{
	if (probe->plan.classify != NULL)
		return probe->plan.classify(probe->plan.user, line);
	return refusal_classify(NULL, line);
}

/* Counts the commands that this connection's server did not know. */
void
count_complaint(struct pop3_probe *probe, enum refusal refusal)
{
	if (refusal == REFUSAL_UNKNOWN_COMMAND || refusal == REFUSAL_UNKNOWN ||
		refusal == REFUSAL_SYNTAX)
		probe->complaints++;
}

enum answer
answer_from(enum reply_kind kind, enum reply_kind accepted)
{
	if (kind == accepted)
		return ANSWER_ACCEPTED;
	return kind == REPLY_ERR ? ANSWER_REFUSED : ANSWER_STRANGE;
}

/* An acceptance is never overwritten: what was granted once is not refused by a later word. */
void
attempt_answer(struct pop3_probe *probe, const struct pop3_reply *reply, enum reply_kind accepted)
{
	struct attempt *attempt = probe->asking;

	if (attempt->answer == ANSWER_ACCEPTED) {
		probe->credential_tried |= reply->kind != accepted;
		return;
	}
	attempt->answer = answer_from(reply->kind, accepted);
	attempt->reply = keep_line(probe, &reply->line);
	attempt->exchange = exchange(probe);
	attempt->refusal = REFUSAL_NONE;
	attempt->first = probe->commands == 1;
	if (attempt->answer == ANSWER_REFUSED) {
		attempt->refusal = classify(probe, attempt->reply);
		count_complaint(probe, attempt->refusal);
	}
}

void
credential_answer(struct pop3_probe *probe, enum answer answer, const struct pop3_reply *reply)
{
	struct credential *credential = &probe->facts->probe.credential;

	credential->answer = answer;
	credential->exchange = exchange(probe);
	if (reply == NULL)
		return;
	credential->reply = keep_line(probe, &reply->line);
	if (answer == ANSWER_REFUSED)
		credential->refusal = classify(probe, credential->reply);
}
