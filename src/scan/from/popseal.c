/* SPDX-License-Identifier: Apache-2.0 */
/*
 * popseal's own jsonl: every endpoint where there was something to ask, to be
 * asked again. Records of other types name no endpoint.
 */
#include "model/target.h"
#include "scan/from/format.h"

static bool
knows(const json_t *record)
{
	return json_is_integer(json_object_get(record, "schema")) &&
		json_is_string(json_object_get(record, "type"));
}

static bool
is_word(const json_t *object, const char *key, const char *word)
{
	return g_strcmp0(from_json_text(object, key), word) == 0;
}

static enum claim_kind
kind_of(const json_t *record)
{
	if (is_word(record, "verdict", "permits"))
		return CLAIM_CLEARTEXT;
	return json_is_string(json_object_get(record, "greeting")) ? CLAIM_POP3 : CLAIM_NAMED;
}

static void
record(struct from_run *run, const json_t *record)
{
	const char *address = from_json_text(record, "address");
	uint16_t port = from_json_port(record, "port");

	if (!is_word(record, "type", "endpoint") || is_word(record, "verdict", "no-service"))
		return;
	if (address == NULL || port == 0 || from_json_text(record, "mode") == NULL) {
		from_complain(run, address, "an endpoint without address, port and mode");
		return;
	}
	from_emit(run,
		&(struct from_found){
			.kind = kind_of(record),
			.mode = is_word(record, "mode", "pop3s") ? MODE_POP3S : MODE_POP3,
			.port = port,
			.address = address,
			.host = from_json_text(record, "host"),
			.id = from_json_text(record, "reason"),
			.text = from_json_text(record, "explanation"),
		});
}

const struct from_format from_format_popseal = {
	.name = "popseal",
	.description = "popseal jsonl",
	.knows = knows,
	.record = record,
};
