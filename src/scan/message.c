/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/message.h"

#include <string.h>

static void
pack(GByteArray *out, const void *bytes, size_t length)
{
	g_byte_array_append(out, bytes, (guint)length);
}

static void
pack_number(GByteArray *out, uint64_t number)
{
	pack(out, &number, sizeof(number));
}

static void
pack_string(GByteArray *out, const char *text)
{
	pack(out, text, strlen(text) + 1);
}

/* What is left to be read of a message. */
struct rest {
	const char *bytes;
	size_t length;
	bool broken;
};

static void
take(struct rest *rest, void *into, size_t length)
{
	if (rest->length < length) {
		rest->broken = true;
		memset(into, 0, length);
		return;
	}
	memcpy(into, rest->bytes, length);
	rest->bytes += length;
	rest->length -= length;
}

static uint64_t
take_number(struct rest *rest)
{
	uint64_t number;

	take(rest, &number, sizeof(number));
	return number;
}

static const char *
take_string(struct rest *rest)
{
	const char *end = rest->length == 0 ? NULL : memchr(rest->bytes, '\0', rest->length);
	const char *text = rest->bytes;

	if (end == NULL) {
		rest->broken = true;
		return "";
	}
	rest->length -= (size_t)(end + 1 - text);
	rest->bytes = end + 1;
	return text;
}

/* A text that is not there is told from an empty one. */
static void
pack_text(GByteArray *out, const char *text)
{
	pack_number(out, text != NULL);
	if (text != NULL)
		pack_string(out, text);
}

static const char *
take_text(struct rest *rest)
{
	return take_number(rest) != 0 ? take_string(rest) : NULL;
}

static void
pack_claim(GByteArray *out, const struct claim *claim)
{
	pack_number(out, (uint64_t)claim->kind);
	pack_number(out, claim->port);
	pack_text(out, claim->reporter);
	pack_text(out, claim->id);
	pack_text(out, claim->text);
	pack_text(out, claim->host);
}

static void
take_claim(struct rest *rest, struct claim *claim)
{
	claim->kind = (enum claim_kind)take_number(rest);
	claim->port = (uint16_t)take_number(rest);
	claim->reporter = take_text(rest);
	claim->id = take_text(rest);
	claim->text = take_text(rest);
	claim->host = take_text(rest);
}

static bool
is_whole(const struct rest *rest)
{
	return !rest->broken && rest->length == 0;
}

/* One octet each, as every host under way keeps its message. */
static void
pack_small(GByteArray *out, unsigned number)
{
	const uint8_t octet = (uint8_t)number;

	pack(out, &octet, sizeof(octet));
}

static unsigned
take_small(struct rest *rest)
{
	uint8_t octet;

	take(rest, &octet, sizeof(octet));
	return octet;
}

void
message_pack_host(GByteArray *out, const struct message_host *host)
{
	bool same = strcmp(host->host, host->address) == 0;

	g_byte_array_set_size(out, 0);
	pack_number(out, host->id);
	pack_string(out, same ? "" : host->host);
	pack_string(out, host->address);
	pack_small(out, host->at_once);
	pack_small(out, host->claimed);
	if (host->claimed)
		pack_claim(out, &host->claim);
	for (size_t i = 0; i < host->ports.count; i++) {
		pack(out, &host->ports.items[i].port, sizeof(host->ports.items[i].port));
		pack_small(out, (unsigned)host->ports.items[i].mode);
	}
}

bool
message_read_host(const void *bytes, size_t length, struct message_host *host)
{
	struct rest rest = { .bytes = bytes, .length = length };

	*host = (struct message_host){ .id = take_number(&rest) };
	host->host = take_string(&rest);
	host->address = take_string(&rest);
	if (host->host[0] == '\0')
		host->host = host->address;
	host->at_once = take_small(&rest);
	host->claimed = take_small(&rest) != 0;
	if (host->claimed)
		take_claim(&rest, &host->claim);
	while (!rest.broken && rest.length > 0 && host->ports.count < TARGET_PORTS_MAX) {
		struct asked_port *port = &host->ports.items[host->ports.count++];

		take(&rest, &port->port, sizeof(port->port));
		port->mode = take_small(&rest) == MODE_POP3S ? MODE_POP3S : MODE_POP3;
	}
	return is_whole(&rest);
}

void
message_pack_result(GByteArray *out, const struct message_result *result)
{
	g_byte_array_set_size(out, 0);
	pack_number(out, result->id);
	pack_number(out, result->endpoints);
	pack(out, result->verdicts, sizeof(result->verdicts));
	pack(out, result->findings, sizeof(result->findings));
	pack(out, result->text, result->length);
}

bool
message_read_result(const void *bytes, size_t length, struct message_result *result)
{
	struct rest rest = { .bytes = bytes, .length = length };

	result->id = take_number(&rest);
	result->endpoints = take_number(&rest);
	take(&rest, result->verdicts, sizeof(result->verdicts));
	take(&rest, result->findings, sizeof(result->findings));
	result->text = rest.bytes;
	result->length = rest.length;
	return !rest.broken;
}

void
message_pack_addresses(GByteArray *out, const struct message_addresses *addresses)
{
	g_byte_array_set_size(out, 0);
	pack_number(out, addresses->id);
	pack_string(out, addresses->why != NULL ? addresses->why : "");
	for (size_t i = 0; i < addresses->count; i++)
		pack_string(out, addresses->addresses[i]);
}

bool
message_read_addresses(const void *bytes, size_t length, struct message_addresses *addresses)
{
	struct rest rest = { .bytes = bytes, .length = length };

	addresses->id = take_number(&rest);
	addresses->why = take_string(&rest);
	addresses->count = 0;
	while (!rest.broken && rest.length > 0 && addresses->count < MESSAGE_ADDRESSES_MAX)
		addresses->addresses[addresses->count++] = take_string(&rest);
	return is_whole(&rest);
}

void
message_pack_failure(GByteArray *out, const struct message_failure *failure)
{
	g_byte_array_set_size(out, 0);
	pack_number(out, failure->id);
	pack_number(out, (uint64_t)failure->time);
	pack_string(out, failure->subject);
	pack_string(out, failure->message);
}

bool
message_read_failure(const void *bytes, size_t length, struct message_failure *failure)
{
	struct rest rest = { .bytes = bytes, .length = length };

	failure->id = take_number(&rest);
	failure->time = (int64_t)take_number(&rest);
	failure->subject = take_string(&rest);
	failure->message = take_string(&rest);
	return is_whole(&rest);
}
