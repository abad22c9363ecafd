/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nmap's XML (-oX), which masscan writes too: <host> with <address>, <hostnames>
 * and <ports>. Meant are open TCP ports with service pop3 or pop3s, and 110 and
 * 995 whatever the service: its name may be a guess by the number.
 */
#include <string.h>

#include "model/target.h"
#include "scan/from/format.h"

struct nmap {
	bool masscan;
	struct from_text address;
	struct from_text host; /* the name that the user gave to nmap */
	struct {
		uint16_t number;
		bool tcp;
		bool open;
		bool pop3; /* by its service's name */
		bool seen; /* nmap talked to it */
		bool tls;
		struct from_text text; /* what it said */
	} port;
};

static bool
is_root(struct from_xml *xml)
{
	return g_str_equal(from_xml_name(xml, 0), "nmaprun");
}

static bool
is_attribute(struct from_xml *xml, const char *name, const char *value)
{
	return g_strcmp0(from_xml_attribute(xml, name), value) == 0;
}

static void
open_address(struct nmap *nmap, struct from_xml *xml)
{
	const char *type = from_xml_attribute(xml, "addrtype");

	if (nmap->address.length == 0 && (type == NULL || g_str_has_prefix(type, "ipv")))
		from_text_set(&nmap->address, from_xml_attribute(xml, "addr"));
}

static void
open_port(struct nmap *nmap, struct from_xml *xml)
{
	memset(&nmap->port, 0, sizeof(nmap->port));
	nmap->port.number = from_port(from_xml_attribute(xml, "portid"), '\0');
	nmap->port.tcp = is_attribute(xml, "protocol", "tcp");
}

/* Adds the value of an attribute, behind what stands there. */
static void
add(struct from_text *text, const char *value)
{
	if (value == NULL)
		return;
	if (text->length > 0)
		from_text_add(text, " ", 1);
	from_text_add(text, value, strlen(value));
}

static void
open_service(struct nmap *nmap, struct from_xml *xml)
{
	const char *name = from_xml_attribute(xml, "name");
	const char *banner = from_xml_attribute(xml, "banner"); /* masscan's */
	bool tls = is_attribute(xml, "tunnel", "ssl");

	nmap->port.pop3 = name != NULL && (g_str_equal(name, "pop3") || g_str_equal(name, "pop3s"));
	nmap->port.tls = tls || g_strcmp0(name, "pop3s") == 0;
	nmap->port.seen = is_attribute(xml, "method", "probed") || banner != NULL;
	add(&nmap->port.text, from_xml_attribute(xml, "product"));
	add(&nmap->port.text, from_xml_attribute(xml, "version"));
	add(&nmap->port.text, banner);
}

static void
open_script(struct nmap *nmap, struct from_xml *xml)
{
	if (!is_attribute(xml, "id", "pop3-capabilities"))
		return;
	nmap->port.seen = nmap->port.pop3 = true;
	add(&nmap->port.text, from_xml_attribute(xml, "output"));
}

static void
opened(struct from_run *run, struct from_xml *xml)
{
	struct nmap *nmap = run->state;
	const char *name = from_xml_name(xml, 0);

	if (g_str_equal(name, "nmaprun")) {
		nmap->masscan = is_attribute(xml, "scanner", "masscan");
	} else if (g_str_equal(name, "host")) {
		from_text_set(&nmap->address, NULL);
		from_text_set(&nmap->host, NULL);
	} else if (g_str_equal(name, "address")) {
		open_address(nmap, xml);
	} else if (g_str_equal(name, "hostname") && is_attribute(xml, "type", "user")) {
		from_text_set(&nmap->host, from_xml_attribute(xml, "name"));
	} else if (g_str_equal(name, "port")) {
		open_port(nmap, xml);
	} else if (g_str_equal(name, "state")) {
		nmap->port.open = is_attribute(xml, "state", "open");
	} else if (g_str_equal(name, "service")) {
		open_service(nmap, xml);
	} else if (g_str_equal(name, "script")) {
		open_script(nmap, xml);
	}
}

static bool
is_meant(const struct nmap *nmap)
{
	return nmap->port.tcp && nmap->port.open && nmap->port.number != 0 &&
		(nmap->port.pop3 || nmap->port.number == PORT_POP3 ||
			nmap->port.number == PORT_POP3S);
}

static void
closed(struct from_run *run, const struct from_xml *xml)
{
	struct nmap *nmap = run->state;

	if (!g_str_equal(from_xml_name(xml, 0), "port") || !is_meant(nmap))
		return;
	from_emit(run,
		&(struct from_found){
			.kind = nmap->port.pop3 && nmap->port.seen ? CLAIM_POP3 : CLAIM_OPEN_PORT,
			.mode = nmap->port.tls ? MODE_POP3S : from_mode(NULL, nmap->port.number),
			.port = nmap->port.number,
			.reporter = nmap->masscan ? "masscan" : "nmap",
			.address = nmap->address.bytes,
			.host = nmap->host.length > 0 ? nmap->host.bytes : nmap->address.bytes,
			.text = nmap->port.text.length > 0 ? nmap->port.text.bytes : NULL,
		});
}

const struct from_format from_format_nmap = {
	.name = "nmap",
	.description = "nmap and masscan XML",
	.state_size = sizeof(struct nmap),
	.is_root = is_root,
	.opened = opened,
	.closed = closed,
};
