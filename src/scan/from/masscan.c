/* SPDX-License-Identifier: Apache-2.0 */
/*
 * masscan's JSON (-oJ: {"ip", "ports": [{"port", "proto", "status"}]}, and the
 * same with "service" for a banner) and its ndjson (-oD: {"ip", "port",
 * "rec_type", "data"}). Its XML (-oX) is nmap's.
 */
#include "model/target.h"
#include "scan/from/format.h"

static bool
knows(const json_t *record)
{
	return json_is_string(json_object_get(record, "ip")) &&
		(json_is_array(json_object_get(record, "ports")) ||
			json_is_string(json_object_get(record, "rec_type")));
}

/* `seen` holds "status", or "name" and "banner" of what answered. */
static void
take_port(struct from_run *run, const char *address, uint16_t port, const json_t *seen,
	const char *service)
{
	const char *status = from_json_text(seen, "status");
	bool pop3 = service != NULL && g_ascii_strncasecmp(service, "pop3", 4) == 0;

	if (!pop3 && port != PORT_POP3 && port != PORT_POP3S)
		return;
	if (status != NULL && !g_str_equal(status, "open"))
		return;
	from_emit(run,
		&(struct from_found){
			.kind = pop3 ? CLAIM_POP3 : CLAIM_OPEN_PORT,
			.mode = from_mode(service, port),
			.port = port,
			.address = address,
			.text = from_json_text(seen, "banner"),
		});
}

static bool
is_tcp(const json_t *port)
{
	const char *protocol = from_json_text(port, "proto");

	return protocol == NULL || g_ascii_strcasecmp(protocol, "tcp") == 0;
}

/* One element of "ports". */
static void
take_element(struct from_run *run, const char *address, const json_t *element)
{
	const json_t *service = json_object_get(element, "service");
	uint16_t port = from_json_port(element, "port");

	if (!is_tcp(element))
		return;
	if (port == 0)
		from_complain(run, address, "a port that is none");
	else if (service != NULL)
		take_port(run, address, port, service, from_json_text(service, "name"));
	else
		take_port(run, address, port, element, NULL);
}

static void
record(struct from_run *run, const json_t *record)
{
	const char *address = from_json_text(record, "ip");
	const json_t *ports = json_object_get(record, "ports");
	const json_t *data = json_object_get(record, "data");
	uint16_t port = from_json_port(record, "port");

	if (address == NULL) {
		from_complain(run, NULL, "a record without \"ip\"");
		return;
	}
	for (size_t i = 0; i < json_array_size(ports); i++)
		take_element(run, address, json_array_get(ports, i));
	if (ports != NULL || !is_tcp(record))
		return;
	if (port == 0)
		from_complain(run, address, "a port that is none");
	else
		take_port(run, address, port, data, from_json_text(data, "service_name"));
}

const struct from_format from_format_masscan = {
	.name = "masscan",
	.description = "masscan JSON",
	.knows = knows,
	.record = record,
};
