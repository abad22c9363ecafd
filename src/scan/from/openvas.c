/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reports of OpenVAS and GVM: <result> with <host>, <port> ("110/tcp", of old
 * "pop3 (110/tcp)"), <nvt oid="..."> and <description>. The host's address is
 * the text before the elements in it. A result may hold others (<detection>),
 * which are about how it was found and not about a port. Where the VT of
 * cleartext POP3 logins flags no host at all, each host with POP3 is meant.
 */
#include <string.h>

#include "model/target.h"
#include "scan/from/format.h"

#define CLEARTEXT_OID "1.3.6.1.4.1.25623.1.0.15855"

struct openvas {
	size_t results; /* how deep in results */
	char oid[CLAIM_ID_MAX];
	struct from_text host;
	struct from_text port;
	struct from_text name; /* of the VT */
	struct from_text description;
};

static bool
is_root(struct from_xml *xml)
{
	const char *name = from_xml_name(xml, 0);

	if (g_str_equal(name, "get_reports_response") || g_str_equal(name, "get_results_response"))
		return true;
	return g_str_equal(name, "report") &&
		(from_xml_attribute(xml, "format_id") != NULL ||
			from_xml_attribute(xml, "id") != NULL ||
			from_xml_attribute(xml, "content_type") != NULL);
}

static void
open_result(struct openvas *openvas)
{
	if (openvas->results++ > 0)
		return;
	openvas->oid[0] = '\0';
	from_text_set(&openvas->host, NULL);
	from_text_set(&openvas->port, NULL);
	from_text_set(&openvas->name, NULL);
	from_text_set(&openvas->description, NULL);
}

/* Whether the element is one of the result's own. */
static bool
is_of_result(const struct openvas *openvas, const struct from_xml *xml)
{
	return openvas->results == 1 && g_str_equal(from_xml_name(xml, 1), "result");
}

static void
opened(struct from_run *run, struct from_xml *xml)
{
	struct openvas *openvas = run->state;
	const char *name = from_xml_name(xml, 0);

	if (g_str_equal(name, "result")) {
		open_result(openvas);
	} else if (g_str_equal(name, "nvt") && is_of_result(openvas, xml)) {
		const char *oid = from_xml_attribute(xml, "oid");

		g_strlcpy(openvas->oid, oid != NULL ? oid : "", sizeof(openvas->oid));
	}
}

static void
text(struct from_run *run, const struct from_xml *xml, const char *bytes, size_t length)
{
	struct openvas *openvas = run->state;
	const char *name = from_xml_name(xml, 0);

	if (openvas->results == 1 && g_str_equal(name, "name") &&
		g_str_equal(from_xml_name(xml, 1), "nvt"))
		from_text_add(&openvas->name, bytes, length);
	if (!is_of_result(openvas, xml))
		return;
	if (g_str_equal(name, "host"))
		from_text_add(&openvas->host, bytes, length);
	else if (g_str_equal(name, "port"))
		from_text_add(&openvas->port, bytes, length);
	else if (g_str_equal(name, "description"))
		from_text_add(&openvas->description, bytes, length);
}

/* "110/tcp", or "pop3 (110/tcp)"; 0 for "general/tcp" and what is not TCP. */
static uint16_t
port_of(const char *text)
{
	const char *open = strchr(text, '(');
	const char *number = open != NULL ? open + 1 : text;

	return strstr(number, "/tcp") != NULL ? from_port(number, '/') : 0;
}

static bool
is_pop3(const struct openvas *openvas, uint16_t port)
{
	return port == PORT_POP3 || port == PORT_POP3S ||
		g_ascii_strncasecmp(openvas->port.bytes, "pop3", 4) == 0 ||
		g_ascii_strncasecmp(openvas->name.bytes, "POP3 ", 5) == 0;
}

static void
close_result(struct from_run *run, struct openvas *openvas)
{
	const char *host = from_text_trim(&openvas->host);
	const char *description = from_text_trim(&openvas->description);
	uint16_t port = port_of(from_text_trim(&openvas->port));
	struct from_found found = { .address = host, .port = port };

	from_text_trim(&openvas->name);
	if (g_str_equal(openvas->oid, CLEARTEXT_OID)) {
		found.kind = CLAIM_CLEARTEXT;
		found.mode = MODE_POP3;
		found.id = openvas->oid;
		found.text = description[0] != '\0' ? description : NULL;
		from_emit(run, &found);
	} else if (port != 0 && is_pop3(openvas, port)) {
		found.kind = CLAIM_POP3;
		found.mode = from_mode(openvas->port.bytes, port);
		from_hold(run, &found);
	}
}

static void
closed(struct from_run *run, const struct from_xml *xml)
{
	struct openvas *openvas = run->state;

	if (!g_str_equal(from_xml_name(xml, 0), "result") || openvas->results == 0)
		return;
	if (--openvas->results == 0)
		close_result(run, openvas);
}

const struct from_format from_format_openvas = {
	.name = "openvas",
	.description = "OpenVAS and GVM XML",
	.state_size = sizeof(struct openvas),
	.is_root = is_root,
	.opened = opened,
	.text = text,
	.closed = closed,
};
