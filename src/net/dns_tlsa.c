/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A cursor over the message, which fails for good at the first octet that is
 * not there. Names are held in their wire form, unpacked and in lower case, so
 * that two are equal where their octets are.
 */
#include "net/dns_tlsa.h"

#include <string.h>

enum {
	NAME_MAX_OCTETS = 255, /* with the root's (RFC 1035 section 2.3.4) */
	LABEL_MAX = 63,
	POINTER = 0xc0, /* RFC 1035 section 4.1.4 */
	FLAG_ANSWER = 0x8000,
	FLAG_CUT = 0x0200,
	FLAG_AUTHENTIC = 0x0020, /* RFC 4035 section 3.2.3 */
	CODE_MASK = 0x000f,
	TYPE_CNAME = 5,
	TYPE_TLSA = 52,
	CLASS_IN = 1,
	TLSA_HEAD = 3, /* octets before the data */
};

struct cursor {
	const uint8_t *message;
	size_t length;
	size_t at;
	bool failed;
};

struct name {
	uint8_t octets[NAME_MAX_OCTETS];
	size_t length;
};

struct record {
	struct name owner;
	unsigned type;
	unsigned class;
	size_t at; /* of its data in the message */
	size_t length;
};

static unsigned
take_octet(struct cursor *cursor)
{
	if (cursor->failed || cursor->at >= cursor->length) {
		cursor->failed = true;
		return 0;
	}
	return cursor->message[cursor->at++];
}

static unsigned
take_number(struct cursor *cursor)
{
	unsigned high = take_octet(cursor);

	return high << 8 | take_octet(cursor);
}

static void
skip(struct cursor *cursor, size_t octets)
{
	if (cursor->failed || octets > cursor->length - cursor->at)
		cursor->failed = true;
	else
		cursor->at += octets;
}

static uint8_t
lower(unsigned octet)
{
	return (uint8_t)(octet >= 'A' && octet <= 'Z' ? octet + ('a' - 'A') : octet);
}

/* Copies a label, or the root, whose length octet was taken. */
static void
take_label(struct cursor *cursor, unsigned length, struct name *name)
{
	if (length > LABEL_MAX || name->length + 1 + length > NAME_MAX_OCTETS) {
		cursor->failed = true;
		return;
	}
	name->octets[name->length++] = (uint8_t)length;
	for (unsigned i = 0; i < length; i++)
		name->octets[name->length++] = lower(take_octet(cursor));
}

/*
 * Takes a name, and leaves the cursor behind it. A pointer must lead to before
 * the place that the last one led to, so that there is an end.
 */
static void
take_name(struct cursor *cursor, struct name *name)
{
	struct cursor reader = *cursor;
	size_t start = cursor->at;
	bool jumped = false;
	unsigned length;

	name->length = 0;
	do {
		length = take_octet(&reader);
		if ((length & POINTER) != POINTER) {
			take_label(&reader, length, name);
		} else {
			size_t target = (length & ~(unsigned)POINTER) << 8 | take_octet(&reader);

			if (!jumped)
				cursor->at = reader.at;
			jumped = true;
			if (target >= start)
				reader.failed = true;
			reader.at = start = target;
		}
	} while (!reader.failed && length != 0);
	if (!jumped)
		cursor->at = reader.at;
	cursor->failed |= reader.failed;
}

static bool
is_same(const struct name *one, const struct name *other)
{
	return one->length == other->length && memcmp(one->octets, other->octets, one->length) == 0;
}

static void
take_record(struct cursor *cursor, struct record *record)
{
	take_name(cursor, &record->owner);
	record->type = take_number(cursor);
	record->class = take_number(cursor);
	skip(cursor, 4); /* its time to live */
	record->length = take_number(cursor);
	record->at = cursor->at;
	skip(cursor, record->length);
}

/* A name may be packed with what stands outside of the record, but it must end within it. */
static bool
read_alias(const struct cursor *answers, const struct record *record, struct name *target)
{
	struct cursor reader = *answers;

	reader.at = record->at;
	take_name(&reader, target);
	return !reader.failed && reader.at == record->at + record->length;
}

/* Goes through the answers once; true where `name` has an alias, which it then is. */
static bool
follow_alias(struct cursor answers, unsigned count, struct name *name)
{
	struct record record;
	struct name target;

	for (unsigned i = 0; i < count; i++) {
		take_record(&answers, &record);
		if (record.type != TYPE_CNAME || record.class != CLASS_IN ||
			!is_same(&record.owner, name))
			continue;
		if (!read_alias(&answers, &record, &target))
			continue;
		*name = target;
		return true;
	}
	return false;
}

static void
keep_record(const struct cursor *answers, const struct record *record,
	struct dns_tlsa_answer *answer)
{
	const uint8_t *data = answers->message + record->at;

	if (record->length < TLSA_HEAD || answer->count == TLS_RECORDS_MAX)
		return;
	answer->records[answer->count++] = (struct dns_tlsa_record){
		.usage = data[0],
		.selector = data[1],
		.matching = data[2],
		.data = data + TLSA_HEAD,
		.length = record->length - TLSA_HEAD,
	};
}

static void
collect(struct cursor answers, unsigned count, const struct name *owner,
	struct dns_tlsa_answer *answer)
{
	struct record record;

	for (unsigned i = 0; i < count; i++) {
		take_record(&answers, &record);
		if (record.type == TYPE_TLSA && record.class == CLASS_IN &&
			is_same(&record.owner, owner))
			keep_record(&answers, &record, answer);
	}
}

static bool
is_whole(struct cursor answers, unsigned count)
{
	struct record record;

	for (unsigned i = 0; i < count; i++)
		take_record(&answers, &record);
	return !answers.failed;
}

/* Takes the header; returns how many answers there are. */
static unsigned
take_header(struct cursor *cursor, struct dns_tlsa_answer *answer)
{
	unsigned flags, questions, answers;

	skip(cursor, 2); /* its id */
	flags = take_number(cursor);
	questions = take_number(cursor);
	answers = take_number(cursor);
	skip(cursor, 4); /* how many there are of what stands behind the answers */
	answer->code = flags & CODE_MASK;
	answer->authentic = (flags & FLAG_AUTHENTIC) != 0;
	if ((flags & FLAG_ANSWER) == 0 || (flags & FLAG_CUT) != 0 || questions != 1 ||
		answers > DNS_RECORDS_MAX)
		cursor->failed = true;
	return answers;
}

bool
dns_tlsa_parse(const uint8_t *message, size_t length, struct dns_tlsa_answer *answer)
{
	struct cursor cursor = { .message = message, .length = length };
	struct name owner;
	unsigned count, type, class;

	memset(answer, 0, sizeof(*answer));
	count = take_header(&cursor, answer);
	take_name(&cursor, &owner);
	type = take_number(&cursor);
	class = take_number(&cursor);
	if (cursor.failed || length > DNS_MESSAGE_MAX || type != TYPE_TLSA || class != CLASS_IN ||
		!is_whole(cursor, count))
		return false;
	for (int i = 0; i < DNS_ALIASES_MAX && follow_alias(cursor, count, &owner); i++)
		;
	collect(cursor, count, &owner, answer);
	return true;
}
