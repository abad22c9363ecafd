/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/audit_against.h"

#include "cmd/options.h"
#include "model/target.h"
#include "net/loop.h"
#include "net/resolver.h"
#include "witness/probe/probe.h"

struct asking {
	struct net_loop *loop;
	struct endpoint endpoint;
	struct probe_options options;
	char *address;
	struct facts *facts;
	GError *error;
};

static void
on_probed(void *user, struct facts *facts, const GError *error)
{
	struct asking *asking = user;

	asking->facts = facts;
	if (error != NULL)
		asking->error = g_error_copy(error);
	net_loop_stop(asking->loop);
}

static void
begin(struct asking *asking)
{
	asking->endpoint.address = asking->address;
	probe_start(asking->loop, &asking->endpoint, &asking->options, false, on_probed, asking);
}

static void
on_resolved(void *user, const char *const *addresses, size_t count, const char *why)
{
	struct asking *asking = user;

	if (count > 0) {
		asking->address = g_strdup(addresses[0]);
		begin(asking);
		return;
	}
	g_set_error(&asking->error, g_quark_from_static_string("popseal-against"), 0, "%s: %s",
		asking->endpoint.host, why);
	net_loop_stop(asking->loop);
}

static void
ask(struct asking *asking, const struct target *target)
{
	char address[ENDPOINT_ADDRESS_MAX + 1];
	struct resolver *resolver = NULL;

	if (target_address(target, 0, address) != NULL) {
		asking->address = g_strdup(address);
		begin(asking);
	} else {
		resolver = resolver_new(asking->loop, &asking->error);
		if (resolver == NULL)
			return;
		resolver_ask(resolver, target->host, on_resolved, asking);
	}
	net_loop_run(asking->loop);
	resolver_free(resolver);
}

struct facts *
against_ask(const char *word, GError **error)
{
	g_autoptr(target_auto) target = target_parse(word, error);
	const struct port_list usual = { .items = { { .port = 110, .mode = MODE_POP3 } },
		.count = 1 };
	struct asking asking = {
		.options = {
			.depth = DEPTH_STANDARD,
			.greeting_timeout = PROBE_SECONDS(PROBE_GREETING_SECONDS),
			.step_timeout = PROBE_SECONDS(PROBE_STEP_SECONDS),
		},
	};
	struct port_list ports;

	if (target == NULL || target_count(target) != 1) {
		if (target != NULL)
			g_set_error(error, POPSEAL_USAGE_ERROR, 0, "names more than one endpoint");
		g_prefix_error(error, "--against %s: ", word);
		return NULL;
	}
	ports = target_ports(target, &usual);
	asking.endpoint = (struct endpoint){
		.host = target->host,
		.port = ports.items[0].port,
		.mode = ports.items[0].mode,
	};
	asking.loop = net_loop_new(error);
	if (asking.loop == NULL)
		return NULL;
	ask(&asking, target);
	net_loop_free(asking.loop);
	g_free(asking.address);
	if (asking.error != NULL)
		g_propagate_prefixed_error(error, asking.error, "--against: ");
	return asking.facts;
}
