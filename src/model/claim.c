/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Claims and their words, which are an interface (docs/records.md).
 */
#include "model/claim.h"

#include <string.h>

const char *
claim_kind_word(enum claim_kind kind)
{
	switch (kind) {
	case CLAIM_NAMED:
		return "named";
	case CLAIM_OPEN_PORT:
		return "open-port";
	case CLAIM_POP3:
		return "pop3";
	case CLAIM_CLEARTEXT:
		return "cleartext-login";
	}
	g_return_val_if_reached("named");
}

const char *
ticket_answer_word(enum ticket_answer answer)
{
	switch (answer) {
	case TICKET_NOT_CLAIMED:
		return "not-claimed";
	case TICKET_UNDETERMINED:
		return "undetermined";
	case TICKET_CONFIRMED:
		return "confirmed";
	case TICKET_FALSE_POSITIVE:
		return "false-positive";
	case TICKET_FIXED:
		return "fixed";
	case TICKET_NOT_REACHABLE:
		return "not-reachable";
	}
	g_return_val_if_reached("undetermined");
}

struct claim *
claim_copy(const struct claim *claim)
{
	const char *const texts[] = { claim == NULL ? NULL : claim->reporter,
		claim == NULL ? NULL : claim->id, claim == NULL ? NULL : claim->text,
		claim == NULL ? NULL : claim->host };
	const char *kept[G_N_ELEMENTS(texts)] = { NULL };
	size_t size = sizeof(*claim);
	struct claim *copy;
	char *next;

	if (claim == NULL)
		return NULL;
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
		size += texts[i] == NULL ? 0 : strlen(texts[i]) + 1;
	copy = g_malloc(size);
	next = (char *)(copy + 1);
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		if (texts[i] == NULL)
			continue;
		kept[i] = next;
		next = g_stpcpy(next, texts[i]) + 1;
	}
	*copy = *claim;
	copy->reporter = kept[0];
	copy->id = kept[1];
	copy->text = kept[2];
	copy->host = kept[3];
	return copy;
}

/* Keeps the text, cut at `max` octets; a character of UTF-8 is not torn. */
static const char *
keep(struct facts *facts, const char *text, size_t max)
{
	if (text == NULL)
		return NULL;

	size_t length = strnlen(text, max + 1);

	if (length > max) {
		length = max;
		while (length > max - 3 && ((unsigned char)text[length] & 0xc0) == 0x80)
			length--;
	}
	return facts_keep(facts, text, length);
}

void
facts_set_claim(struct facts *facts, const struct claim *claim)
{
	g_clear_pointer(&facts->claim, g_free);
	if (claim == NULL)
		return;
	facts->claim = g_new0(struct claim, 1);
	*facts->claim = (struct claim){
		.kind = claim->kind,
		.port = claim->port,
		.reporter = keep(facts, claim->reporter, CLAIM_ID_MAX),
		.id = keep(facts, claim->id, CLAIM_ID_MAX),
		.text = keep(facts, claim->text, CLAIM_TEXT_MAX),
		.host = keep(facts, claim->host, CLAIM_HOST_MAX),
	};
}

bool
facts_accused(const struct facts *facts)
{
	const struct claim *claim = facts->claim;

	if (claim == NULL || claim->kind != CLAIM_CLEARTEXT)
		return false;
	/* Without a port it is about what starts in clear. */
	return claim->port != 0 ? claim->port == facts->endpoint.port :
				  facts->endpoint.mode == MODE_POP3;
}
