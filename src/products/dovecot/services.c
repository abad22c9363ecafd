/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The services that run pop3-login: it speaks POP3 whatever the service is called, and it is served
 * where `protocols` has the service's protocol, or where the service has none.
 */
#include <string.h>

#include "products/dovecot/gate.h"

#define PROGRAM   "pop3-login"
#define PREFIX    "service/"
#define LISTENERS "/inet_listener/"

enum {
	SERVICES_MAX = 64, /* that may run the program */
};

static const struct dovecot_client nobody; /* the server itself, which serves all protocols */

/* The services that are there by default, and start only with their protocol. */
static const struct {
	const char *name, *protocol;
} built_in[] = {
	{ PROGRAM, "pop3" },
	{ "imap-login", "imap" },
	{ "imap-urlauth-login", "imap" },
	{ "submission-login", "submission" },
	{ "managesieve-login", "sieve" },
	{ "pop3", "pop3" },
	{ "imap", "imap" },
	{ "submission", "submission" },
	{ "managesieve", "sieve" },
	{ "lmtp", "lmtp" },
};

/* What the service's protocol is by default. */
static const char *
default_protocol(const char *name)
{
	for (size_t i = 0; i < G_N_ELEMENTS(built_in); i++)
		if (g_str_equal(built_in[i].name, name))
			return built_in[i].protocol;
	return "";
}

static void
find_field(const struct dovecot_settings *settings, const char *name, const char *field,
	struct dovecot_found *found)
{
	g_autofree char *key = g_strconcat(PREFIX, name, "/", field, NULL);

	dovecot_settings_find(settings, key, &nobody, found);
}

static void
doubt(struct dovecot_settings *settings, const struct dovecot_assignment *about,
	const char *message)
{
	dovecot_doubt(settings, REASON_NOT_UNDERSTOOD, about->text, about->at, message);
}

static bool
is_certain(const struct dovecot_assignment *assignment)
{
	return assignment->value != NULL && assignment->problem == NULL &&
		assignment->refers == NULL;
}

/* Whether the command's program is pop3-login, in any folder and with any arguments. */
static bool
runs_program(const char *command)
{
	g_autofree char *program = g_strndup(command, strcspn(command, " \t"));
	const char *slash = strrchr(program, '/');

	return g_str_equal(slash != NULL ? slash + 1 : program, PROGRAM);
}

/* Whether something is said of a listener of the service. */
static bool
has_listener(const struct dovecot_settings *settings, const char *name)
{
	g_autofree char *place = g_strconcat(PREFIX, name, LISTENERS, NULL);

	for (guint i = 0; i < settings->assignments->len; i++) {
		const struct dovecot_assignment *each = g_ptr_array_index(settings->assignments, i);

		if (g_str_has_prefix(each->key, place))
			return true;
	}
	return g_str_has_suffix(name, "-login");
}

/*
 * Whether the service runs pop3-login; where that is not to be told of one that has listeners, the
 * doubt is added and *unclear set.
 */
static bool
is_pop3(struct dovecot_settings *settings, const char *name, bool *unclear)
{
	bool is_own = g_str_equal(name, PROGRAM);
	struct dovecot_found found;
	const char *command;

	find_field(settings, name, "executable", &found);
	command = dovecot_found_value(&found, is_own ? PROGRAM : "");
	if (found.decides == NULL)
		return is_own;
	if (is_certain(found.decides) && found.conflict == NULL && runs_program(command))
		return true;
	/* A wrapper, or what may be one; another program is no business of ours. */
	if ((is_own || !is_certain(found.decides) || strstr(command, PROGRAM) != NULL) &&
		has_listener(settings, name)) {
		doubt(settings, found.decides,
			"What this service runs is not understood: it may serve POP3.");
		*unclear = true;
	}
	return false;
}

/*
 * Whether the service is started; sets *elsewhere where a file that is not here says that, and adds
 * a doubt and sets *unclear where it is not to be told.
 */
static bool
is_started(struct dovecot_settings *settings, const char *name, bool *unclear, bool *elsewhere)
{
	const char *usual = default_protocol(name), *protocol;
	struct dovecot_found found;

	find_field(settings, name, "protocol", &found);
	protocol = dovecot_found_value(&found, usual);
	if (found.decides == NULL)
		return usual[0] == '\0' || dovecot_serves(settings, usual, elsewhere);
	if (is_certain(found.decides) && found.conflict == NULL) {
		if (protocol[0] == '\0' || dovecot_serves(settings, protocol, elsewhere))
			return true;
		if (g_str_equal(protocol, usual))
			return false;
	}
	doubt(settings, found.decides, "Whether this service starts is not understood.");
	*unclear = true;
	return false;
}

/* Whether the assignment says what a service runs, and what it says may be pop3-login. */
static bool
is_candidate(const struct dovecot_assignment *assignment)
{
	return g_str_has_prefix(assignment->key, PREFIX) &&
		g_str_has_suffix(assignment->key, "/executable") &&
		(!is_certain(assignment) || strstr(assignment->value, PROGRAM) != NULL);
}

/* The names of the services that may run pop3-login: a new array of new strings. */
static GPtrArray *
find_candidates(struct dovecot_settings *settings)
{
	GPtrArray *names = g_ptr_array_new_with_free_func(g_free);

	g_ptr_array_add(names, g_strdup(PROGRAM));
	for (guint i = 0; i < settings->assignments->len; i++) {
		const struct dovecot_assignment *each = g_ptr_array_index(settings->assignments, i);
		const char *name = each->key + strlen(PREFIX);
		g_autofree char *own = NULL;

		if (!is_candidate(each) || strlen(name) <= strlen("/executable"))
			continue;
		own = g_strndup(name, strlen(name) - strlen("/executable"));
		if (g_ptr_array_find_with_equal_func(names, own, g_str_equal, NULL))
			continue;
		if (names->len == SERVICES_MAX) {
			doubt(settings, each, "There are too many services.");
			break;
		}
		g_ptr_array_add(names, g_steal_pointer(&own));
	}
	return names;
}

/*
 * Whether the key is of listeners, but not in one of a service: 2.4 lets any setting stand further
 * out, in "service pop3-login { }" or at the top, where it beats what a listener has by default.
 */
static bool
is_outside(const char *key, GPtrArray *services)
{
	const char *last = strrchr(key, '/'), *in_service;
	g_autofree char *service = NULL;

	last = last != NULL ? last + 1 : key;
	if (!g_str_has_prefix(key, PREFIX))
		return g_str_has_prefix(key, "inet_listener");
	in_service = strchr(key + strlen(PREFIX), '/');
	if (in_service == NULL)
		return g_str_has_prefix(last, "inet_listener");
	service = g_strndup(key + strlen(PREFIX), (gsize)(in_service - key) - strlen(PREFIX));
	return (g_str_has_prefix(last, "inet_listener_") || g_str_equal(in_service, "/listen")) &&
		g_ptr_array_find_with_equal_func(services, service, g_str_equal, NULL);
}

/* What of the listeners is said outside of them, so that they are not to be told; or NULL. */
static const struct dovecot_assignment *
find_outside(const struct dovecot_settings *settings, GPtrArray *services)
{
	for (guint i = 0; settings->is_24 && i < settings->assignments->len; i++) {
		const struct dovecot_assignment *each = g_ptr_array_index(settings->assignments, i);

		if (each->filter->protocol == NULL && each->filter->local.text == NULL &&
			each->filter->remote.text == NULL && is_outside(each->key, services))
			return each;
	}
	return NULL;
}

GPtrArray *
dovecot_find_services(struct dovecot_settings *settings, bool *unclear, bool *elsewhere)
{
	g_autoptr(GPtrArray) candidates = find_candidates(settings);
	GPtrArray *services = g_ptr_array_new_with_free_func(g_free);
	const struct dovecot_assignment *outside;

	for (guint i = 0; i < candidates->len; i++) {
		const char *name = g_ptr_array_index(candidates, i);
		bool is_unclear = false, runs = is_pop3(settings, name, &is_unclear);

		if (!runs && !is_unclear)
			continue;
		if (is_started(settings, name, &is_unclear, elsewhere) && runs)
			g_ptr_array_add(services, g_strdup(name));
		*unclear |= is_unclear;
	}
	outside = find_outside(settings, services);
	if (outside != NULL && services->len > 0) {
		doubt(settings, outside,
			"This is for listeners, but stands in none: what listens is not "
			"understood.");
		*unclear = true;
		g_ptr_array_set_size(services, 0);
	}
	return services;
}
