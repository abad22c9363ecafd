/* SPDX-License-Identifier: Apache-2.0 */
/*
 * zgrab2: {"ip", "domain", "data": {NAME: {"status", "protocol": "pop3", "port",
 * "result": {"banner", "starttls", "tls"}}}}, one a line.
 *
 * Older versions do not write the port. What has a TLS log without STLS was
 * then asked on 995, and everything else on 110: those are zgrab2's habits.
 */
#include "model/target.h"
#include "scan/from/format.h"

static bool
is_word(const json_t *object, const char *key, const char *word)
{
	return g_strcmp0(from_json_text(object, key), word) == 0;
}

/* One of its scans, by whatever name. */
static bool
is_scan(const json_t *scan)
{
	return from_json_text(scan, "status") != NULL && from_json_text(scan, "protocol") != NULL;
}

static bool
knows(const json_t *record)
{
	json_t *data = json_object_get(record, "data");
	void *first = json_object_iter(data);

	return first != NULL && is_scan(json_object_iter_value(first)) &&
		(from_json_text(record, "ip") != NULL || from_json_text(record, "domain") != NULL);
}

static void
take_scan(struct from_run *run, const json_t *record, const json_t *scan)
{
	const json_t *result = json_object_get(scan, "result");
	const char *banner = from_json_text(result, "banner");
	bool tls_first = json_is_object(json_object_get(result, "tls")) &&
		json_object_get(result, "starttls") == NULL;
	const char *address = from_json_text(record, "ip");
	const char *domain = from_json_text(record, "domain");
	uint16_t port = from_json_port(scan, "port");

	/* Everything else is a host where no POP3 was seen. */
	if (!is_word(scan, "status", "success") && banner == NULL && !tls_first)
		return;
	if (address == NULL && domain == NULL) {
		from_complain(run, NULL, "a record without \"ip\" and \"domain\"");
		return;
	}
	from_emit(run,
		&(struct from_found){
			.kind = banner != NULL ? CLAIM_POP3 : CLAIM_OPEN_PORT,
			.mode = tls_first ? MODE_POP3S : MODE_POP3,
			.port = port != 0 ? port :
				tls_first ? PORT_POP3S :
					    PORT_POP3,
			.address = address != NULL ? address : domain,
			.host = domain,
			.text = banner,
		});
}

static void
record(struct from_run *run, const json_t *record)
{
	json_t *data = json_object_get(record, "data");

	if (!json_is_object(data))
		from_complain(run, from_json_text(record, "ip"), "a record without \"data\"");
	for (void *at = json_object_iter(data); at != NULL; at = json_object_iter_next(data, at)) {
		const json_t *scan = json_object_iter_value(at);

		if (is_word(scan, "protocol", "pop3"))
			take_scan(run, record, scan);
	}
}

const struct from_format from_format_zgrab2 = {
	.name = "zgrab2",
	.description = "zgrab2 jsonl",
	.knows = knows,
	.record = record,
};
