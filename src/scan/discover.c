/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All questions are asked at once, and what comes of them is emitted in the
 * order of the questions. A mail exchanger and a usual name are guesses: those
 * without an address are left out. That SRV says "not offered" takes no guess
 * back, as a server that was forgotten is what a scan is after.
 */
#include "scan/discover.h"

#include <string.h>

#include "model/escape.h"
#include "model/hostname.h"
#include "model/target.h"
#include "net/loop.h"
#include "net/resolver.h"

static const char *const names[] = { "pop.", "pop3.", "mail.", "" };

enum {
	SERVICES = 2,
	GUESSES_MAX = RESOLVER_RECORDS_MAX + G_N_ELEMENTS(names),
};

struct service {
	const char *label;
	enum mode mode;
};

static const struct service services[SERVICES] = {
	{ "_pop3._tcp", MODE_POP3 },
	{ "_pop3s._tcp", MODE_POP3S },
};

struct guess {
	struct search *search;
	const char *id;
	char *host;
	bool exists;
};

struct declared {
	struct search *search;
	GPtrArray *targets; /* of char */
};

struct search {
	struct net_loop *loop;
	struct resolver *resolver;
	const char *domain;
	void (*emit)(void *user, const struct from_item *item);
	void *user;
	unsigned waiting; /* questions without an answer */
	struct declared services[SERVICES];
	struct guess guesses[GUESSES_MAX];
	size_t guess_count;
	GHashTable *seen; /* hosts, then targets */
	size_t found;
	const char *why; /* of the first look-up that failed */
};

/* --- what comes out --------------------------------------------------------------------------- */

static void
found(struct search *search, const char *target, const char *id)
{
	g_autofree char *where = g_strdup_printf("%s of %s", id, search->domain);
	struct from_item item = { .target = target, .where = where };
	g_autoptr(GError) error = NULL;
	g_autoptr(target_auto) parsed = target_parse(target, &error);

	if (!g_hash_table_add(search->seen, g_strdup(target)))
		return;
	item.claim = (struct claim){ .reporter = "dns", .id = id, .host = search->domain };
	if (parsed == NULL || parsed->kind == TARGET_RANGE) {
		item.target = NULL;
		item.problem = error != NULL ? error->message : "it is a range, not a host";
	} else {
		item.claim.port = parsed->port;
		search->found++;
	}
	search->emit(search->user, &item);
}

static void
failed(struct search *search, const char *name, const char *why)
{
	struct from_item item = { .where = name, .problem = why };

	if (search->why == NULL)
		search->why = why;
	search->emit(search->user, &item);
}

/* --- answers ---------------------------------------------------------------------------------- */

static void
answered(struct search *search)
{
	if (--search->waiting == 0)
		net_loop_stop(search->loop);
}

static void
services_came(void *user, const struct resolver_record *records, size_t count, const char *why)
{
	struct declared *declared = user;
	const struct service *service = &services[declared - declared->search->services];

	if (why != NULL)
		failed(declared->search, service->label, why);
	for (size_t i = 0; i < count; i++) {
		if (records[i].host[0] == '\0')
			continue;
		g_ptr_array_add(declared->targets,
			g_strdup_printf("%s://%s:%u", mode_word(service->mode), records[i].host,
				(unsigned)records[i].port));
	}
	answered(declared->search);
}

static void
address_came(void *user, const char *const *addresses, size_t count, const char *why)
{
	struct guess *guess = user;

	(void)addresses;
	guess->exists = count > 0;
	if (count == 0 && !resolver_says_none(why))
		failed(guess->search, guess->host, why);
	answered(guess->search);
}

static void
ask_guess(struct search *search, const char *id, char *host)
{
	struct guess *guess = &search->guesses[search->guess_count];

	if (search->guess_count == GUESSES_MAX || strlen(host) > ENDPOINT_HOST_MAX ||
		!g_hash_table_add(search->seen, g_strdup(host))) {
		g_free(host);
		return;
	}
	search->guess_count++;
	*guess = (struct guess){ .search = search, .id = id, .host = host };
	search->waiting++;
	resolver_ask(search->resolver, host, address_came, guess);
}

static void
exchanges_came(void *user, const struct resolver_record *records, size_t count, const char *why)
{
	struct search *search = user;

	if (why != NULL)
		failed(search, "MX", why);
	for (size_t i = 0; i < count; i++)
		if (records[i].host[0] != '\0')
			ask_guess(search, "MX", g_ascii_strdown(records[i].host, -1));
	answered(search);
}

/* --- the whole -------------------------------------------------------------------------------- */

static void
ask_all(struct search *search)
{
	for (size_t i = 0; i < SERVICES; i++) {
		g_autofree char *name = g_strdup_printf("%s.%s", services[i].label, search->domain);

		search->services[i].search = search;
		search->services[i].targets = g_ptr_array_new_with_free_func(g_free);
		search->waiting++;
		resolver_ask_records(search->resolver, RESOLVER_SRV, name, services_came,
			&search->services[i]);
	}
	search->waiting++;
	resolver_ask_records(search->resolver, RESOLVER_MX, search->domain, exchanges_came, search);
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
		ask_guess(search, "name", g_strconcat(names[i], search->domain, NULL));
}

static void
tell_all(struct search *search)
{
	static const char *const ids[SERVICES] = { "SRV _pop3._tcp", "SRV _pop3s._tcp" };

	g_hash_table_remove_all(search->seen);
	for (size_t i = 0; i < SERVICES; i++) {
		const GPtrArray *targets = search->services[i].targets;

		for (guint at = 0; at < targets->len; at++)
			found(search, g_ptr_array_index(targets, at), ids[i]);
	}
	for (size_t i = 0; i < search->guess_count; i++)
		if (search->guesses[i].exists)
			found(search, search->guesses[i].host, search->guesses[i].id);
}

static bool
run(struct search *search, GError **error)
{
	search->loop = net_loop_new(error);
	search->resolver = search->loop != NULL ? resolver_new(search->loop, error) : NULL;
	if (search->resolver == NULL) {
		net_loop_free(search->loop);
		return false;
	}
	ask_all(search);
	net_loop_run(search->loop);
	resolver_free(search->resolver);
	net_loop_run(search->loop); /* lets it close */
	net_loop_free(search->loop);
	tell_all(search);
	if (search->found > 0)
		return true;
	g_set_error(error, POPSEAL_FROM_ERROR, FROM_ERROR_UNKNOWN,
		"%s: no POP3 endpoint is to be found: %s", search->domain,
		search->why != NULL ? search->why :
				      "no SRV record, mail exchanger or usual name leads to one");
	return false;
}

bool
discover(const char *domain, void (*emit)(void *user, const struct from_item *item), void *user,
	GError **error)
{
	char name[ENDPOINT_HOST_MAX + 1] = "";
	const char *complaint = hostname_parse(domain, name);
	struct search *search = NULL;
	bool ok = false;

	if (complaint != NULL) {
		g_autofree char *shown = escape_string(domain);

		g_set_error(error, POPSEAL_FROM_ERROR, FROM_ERROR_UNKNOWN, "domain \"%s\" %s",
			shown, complaint);
		return false;
	}
	for (char *at = name; *at != '\0'; at++)
		*at = g_ascii_tolower(*at); /* so that no name is asked twice */
	search = g_new0(struct search, 1);
	search->domain = name;
	search->emit = emit;
	search->user = user;
	search->seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	ok = run(search, error);
	for (size_t i = 0; i < SERVICES; i++)
		g_clear_pointer(&search->services[i].targets, g_ptr_array_unref);
	for (size_t i = 0; i < search->guess_count; i++)
		g_free(search->guesses[i].host);
	g_hash_table_destroy(search->seen);
	g_free(search);
	return ok;
}
