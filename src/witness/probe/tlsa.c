/* SPDX-License-Identifier: Apache-2.0 */
#include "witness/probe/tlsa.h"

#include "net/dane.h"

struct tlsa {
	struct facts *facts; /* NULL once it was cancelled: the resolver still holds it */
	void (*done)(void *user);
	void *user;
};

static const char *
keep_hex(struct facts *facts, const uint8_t *bytes, size_t length)
{
	g_autoptr(GString) text = g_string_sized_new(length * 2);

	for (size_t i = 0; i < length; i++)
		g_string_append_printf(text, "%02x", bytes[i]);
	return facts_keep(facts, text->str, text->len);
}

static void
keep(struct facts *facts, const struct dns_tlsa_record *records, size_t count)
{
	struct tlsa_facts *kept = facts->probe.tls.tlsa;

	kept->count = MIN(count, (size_t)TLS_RECORDS_MAX);
	for (size_t i = 0; i < kept->count; i++) {
		kept->records[i] = (struct tlsa_record){
			.usage = records[i].usage,
			.selector = records[i].selector,
			.matching = records[i].matching,
			.data = keep_hex(facts, records[i].data, records[i].length),
		};
		kept->records[i].matches = net_tlsa_match(&kept->records[i], facts);
	}
}

static void
on_records(void *user, const struct dns_tlsa_record *records, size_t count, bool authentic,
	const char *why)
{
	struct tlsa *tlsa = user;

	if (tlsa->facts != NULL) {
		struct tlsa_facts *kept = tlsa->facts->probe.tls.tlsa;

		kept->authentic = authentic;
		kept->error = why == NULL ? NULL : facts_printf(tlsa->facts, "%s", why);
		keep(tlsa->facts, records, count);
		tlsa->done(tlsa->user);
	}
	g_free(tlsa);
}

struct tlsa *
tlsa_start(struct facts *facts, const struct probe_options *options, void (*done)(void *user),
	void *user)
{
	struct tlsa *tlsa = g_new0(struct tlsa, 1);
	struct tlsa_facts *kept = arena_take(&facts->arena, sizeof(*kept));

	kept->asked = true;
	kept->owner = facts_printf(facts, "_%u._tcp.%s", (unsigned)facts->endpoint.port,
		probe_server_name(facts, options));
	facts->probe.tls.tlsa = kept;
	tlsa->facts = facts;
	tlsa->done = done;
	tlsa->user = user;
	resolver_ask_tlsa(options->resolver, kept->owner, on_records, tlsa);
	return tlsa;
}

void
tlsa_cancel(struct tlsa *tlsa)
{
	if (tlsa != NULL)
		tlsa->facts = NULL;
}
