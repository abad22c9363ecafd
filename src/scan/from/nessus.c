/* SPDX-License-Identifier: Apache-2.0 */
/*
 * .nessus (NessusClientData_v2): ReportHost with its HostProperties, then one
 * ReportItem for each plugin and port. The plugin of cleartext POP3 logins is
 * 15855, which some guides number 32847. Where it flags no host at all, each
 * host with a POP3 service is meant.
 */
#include <string.h>

#include "model/target.h"
#include "scan/from/format.h"

static const char *const plugins[] = { "15855", "32847", NULL };

enum {
	NAME_MAX_KEPT = CLAIM_HOST_MAX + 1 /* one more, so that a name that is too long is seen */
};

struct nessus {
	char name[NAME_MAX_KEPT + 1];
	struct from_text address; /* of the tag host-ip */
	bool in_address;
	struct {
		bool flagged;
		uint16_t port;
		enum mode mode;
		char plugin[CLAIM_ID_MAX];
		struct from_text output;
	} item;
};

static bool
is_root(struct from_xml *xml)
{
	return g_str_equal(from_xml_name(xml, 0), "NessusClientData_v2");
}

static void
open_host(struct nessus *nessus, struct from_xml *xml)
{
	const char *name = from_xml_attribute(xml, "name");

	g_strlcpy(nessus->name, name != NULL ? name : "", sizeof(nessus->name));
	from_text_set(&nessus->address, NULL);
}

/* "pop3", also with the '?' of a guess by the port's number, and "pop3s". */
static bool
is_pop3(const char *service)
{
	return service != NULL && g_ascii_strncasecmp(service, "pop3", 4) == 0 &&
		!g_str_has_prefix(service, "pop3pw");
}

static const char *
address_of(struct nessus *nessus)
{
	const char *address = from_text_trim(&nessus->address);

	return address[0] != '\0' ? address : nessus->name;
}

static void
open_item(struct from_run *run, struct nessus *nessus, struct from_xml *xml)
{
	const char *plugin = from_xml_attribute(xml, "pluginID");
	const char *service = from_xml_attribute(xml, "svc_name");
	const char *protocol = from_xml_attribute(xml, "protocol");

	nessus->item.port = from_port(from_xml_attribute(xml, "port"), '\0');
	nessus->item.flagged = plugin != NULL && g_strv_contains(plugins, plugin);
	if (nessus->item.flagged) {
		g_strlcpy(nessus->item.plugin, plugin, sizeof(nessus->item.plugin));
		from_text_set(&nessus->item.output, NULL);
		return;
	}
	if (is_pop3(service) && nessus->item.port != 0 && g_strcmp0(protocol, "udp") != 0)
		from_hold(run,
			&(struct from_found){ .kind = CLAIM_POP3,
				.mode = from_mode(service, nessus->item.port),
				.port = nessus->item.port,
				.address = address_of(nessus),
				.host = nessus->name });
}

static void
opened(struct from_run *run, struct from_xml *xml)
{
	struct nessus *nessus = run->state;
	const char *name = from_xml_name(xml, 0);

	if (g_str_equal(name, "ReportHost"))
		open_host(nessus, xml);
	else if (g_str_equal(name, "ReportItem"))
		open_item(run, nessus, xml);
	nessus->in_address = g_str_equal(name, "tag") &&
		g_strcmp0(from_xml_attribute(xml, "name"), "host-ip") == 0;
}

static void
text(struct from_run *run, const struct from_xml *xml, const char *bytes, size_t length)
{
	struct nessus *nessus = run->state;

	if (nessus->in_address)
		from_text_add(&nessus->address, bytes, length);
	else if (nessus->item.flagged && g_str_equal(from_xml_name(xml, 0), "plugin_output"))
		from_text_add(&nessus->item.output, bytes, length);
}

static void
close_item(struct from_run *run, struct nessus *nessus)
{
	const char *output = from_text_trim(&nessus->item.output);

	/* It claims that the port answers in clear, so it is asked so, whatever its number. */
	from_emit(run,
		&(struct from_found){ .kind = CLAIM_CLEARTEXT,
			.mode = MODE_POP3,
			.port = nessus->item.port,
			.address = address_of(nessus),
			.host = nessus->name,
			.id = nessus->item.plugin,
			.text = output[0] != '\0' ? output : NULL });
}

static void
closed(struct from_run *run, const struct from_xml *xml)
{
	struct nessus *nessus = run->state;

	nessus->in_address = false;
	if (nessus->item.flagged && g_str_equal(from_xml_name(xml, 0), "ReportItem")) {
		close_item(run, nessus);
		nessus->item.flagged = false;
	}
}

const struct from_format from_format_nessus = {
	.name = "nessus",
	.description = ".nessus",
	.state_size = sizeof(struct nessus),
	.is_root = is_root,
	.opened = opened,
	.text = text,
	.closed = closed,
};
