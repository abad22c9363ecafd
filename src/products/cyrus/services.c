/* SPDX-License-Identifier: Apache-2.0 */
#include "products/cyrus/services.h"

#include <string.h>

#include "dialect/tree.h"
#include "products/proxies.h"

extern const struct dialect dialect_masterconf;

enum {
	SERVICES_MAX = 512
}; /* further ones are a doubt */

static void
refuse(struct config_reading *reading, const struct config_text *text, size_t offset,
	const char *message)
{
	struct config_doubt *doubt;
	struct config_note *note;

	if (reading->facts->config->doubts->len >= CONFIG_DOUBTS_MAX)
		return;
	doubt = config_add_doubt(reading->facts, REASON_INVALID);
	note = config_add_note(reading->facts, CONFIG_NOTE_INVALID);
	doubt->fatal = true;
	doubt->location = note->location = config_location(reading, text, offset);
	doubt->line = note->line = config_line(reading, text, offset);
	doubt->message = note->message =
		facts_printf(reading->facts, "Cyrus' master does not start: %s.", message);
	doubt->settle = "The log of Cyrus' master";
}

/* --- the command ------------------------------------------------------------------------------ */

static enum cyrus_program
program_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash != NULL ? slash + 1 : path;

	if (g_str_equal(name, "pop3d") || g_str_equal(name, "pop3proxyd"))
		return CYRUS_POP3D;
	if (g_str_equal(name, "imapd") || g_str_equal(name, "proxyd"))
		return CYRUS_IMAPD;
	return CYRUS_OTHER;
}

/* Takes one option; returns whether it has the next word as its argument. */
static bool
take_option(struct config_reading *reading, struct cyrus_service *service, const char *word,
	const char *argument)
{
	if (strlen(word) > 2) {
		service->problem = "options and arguments must be separated by blanks, so it ends "
				   "at once";
		return false;
	}
	if (word[1] == 's')
		service->tls = true;
	if (strchr("CUTp", word[1]) == NULL) {
		if (strchr("sHDX", word[1]) == NULL)
			service->problem = "an option that pop3d does not have";
		return false;
	}
	if (argument == NULL)
		service->problem = "an option lacks its argument";
	else if (word[1] == 'p')
		service->layer = (int)(guint32)g_ascii_strtoll(argument, NULL, 10); /* as atoi */
	else if (word[1] == 'C')
		service->config = facts_keep(reading->facts, argument, strlen(argument));
	return true;
}

static void
take_command(struct config_reading *reading, struct cyrus_service *service, const char *command)
{
	g_auto(GStrv) split = g_strsplit_set(command, " \t\r\n\v\f", -1);
	g_autoptr(GPtrArray) words = g_ptr_array_new();

	for (size_t i = 0; split[i] != NULL; i++)
		if (split[i][0] != '\0')
			g_ptr_array_add(words, split[i]);
	service->program = words->len > 0 ? program_of(words->pdata[0]) : CYRUS_OTHER;
	if (service->program == CYRUS_OTHER && strstr(command, "pop") != NULL)
		service->program = CYRUS_POP3_PERHAPS;
	if (service->program != CYRUS_POP3D && service->program != CYRUS_IMAPD)
		return;
	for (guint i = 1; i < words->len; i++) {
		const char *word = words->pdata[i];

		if (g_str_equal(word, "--"))
			return;
		if (word[0] == '-' && word[1] != '\0' &&
			take_option(reading, service, word,
				i + 1 < words->len ? words->pdata[i + 1] : NULL))
			i++;
	}
}

/* --- where it listens ------------------------------------------------------------------------- */

/* All addresses of the protocol's families; NULL for what is no stream. */
static const char *
everywhere(const char *proto)
{
	if (g_str_equal(proto, "tcp"))
		return "*";
	if (g_str_equal(proto, "tcp4"))
		return "0.0.0.0";
	return g_str_equal(proto, "tcp6") ? "::" : NULL;
}

/*
 * "/path", "port", "host:port", "[address]:port". Without a port after the last ':' (or the ']')
 * Cyrus takes all of it for the port's name, which does not exist: nothing listens.
 */
static void
take_listen(struct config_reading *reading, struct cyrus_service *service, const char *listen,
	const char *proto)
{
	const char *bracket = strrchr(listen, ']');
	const char *colon =
		bracket != NULL ? (bracket[1] == ':' ? bracket + 1 : NULL) : strrchr(listen, ':');
	const char *host = listen[0] == '[' ? listen + 1 : listen;
	const char *all = everywhere(proto);

	service->port_name = listen;
	if (listen[0] == '/')
		return;
	if (colon != NULL && colon[1] != '\0')
		service->port_name = colon + 1;
	else if (colon != NULL || bracket != NULL)
		return;
	service->port_name =
		facts_keep(reading->facts, service->port_name, strlen(service->port_name));
	service->port = proxies_port(service->port_name);
	service->address = all;
	if (colon != NULL && all != NULL) {
		const char *end = bracket != NULL ? bracket : colon;

		if (end > host)
			service->address = facts_keep(reading->facts, host, (size_t)(end - host));
	}
}

bool
cyrus_service_listens(const struct cyrus_service *service)
{
	return service->address != NULL;
}

/* --- entries ---------------------------------------------------------------------------------- */

/* The value of the first argument of that name, as Cyrus takes it; or NULL. */
static const char *
argument_of(const struct node *entry, const char *key)
{
	for (const struct node *node = entry->first; node != NULL; node = node->next)
		if (g_str_equal(node->key, key))
			return node->value;
	return NULL;
}

static bool
is_there(const GArray *services, const char *name)
{
	for (guint i = 0; i < services->len; i++)
		if (g_str_equal(g_array_index(services, struct cyrus_service, i).name, name))
			return true;
	return false;
}

static void
take_entry(struct config_reading *reading, const struct config_text *text, const struct node *entry,
	GArray *services)
{
	const char *command = argument_of(entry, "cmd");
	const char *listen = argument_of(entry, "listen");
	const char *proto = argument_of(entry, "proto");
	struct cyrus_service service = {
		.name = facts_keep(reading->facts, entry->key, strlen(entry->key)),
		.location = config_location(reading, text, entry->key_at.start),
		.line = config_line(reading, text, entry->key_at.start),
	};

	if (command == NULL || *command == '\0' || listen == NULL || *listen == '\0') {
		refuse(reading, text, entry->key_at.start, "a service needs cmd and listen");
		return;
	}
	if (is_there(services, service.name)) {
		refuse(reading, text, entry->key_at.start,
			"a service of this name is there before");
		return;
	}
	take_command(reading, &service, command);
	take_listen(reading, &service, facts_keep(reading->facts, listen, strlen(listen)),
		proto != NULL ? proto : "tcp");
	if (service.program == CYRUS_OTHER && (service.port == 110 || service.port == 995))
		service.program = CYRUS_POP3_PERHAPS;
	g_array_append_val(services, service);
}

/* What of a section the master would refuse, or may not see. */
static void
check(struct config_reading *reading, const struct config_text *text, const struct node *node)
{
	struct config_doubt *doubt;

	if (node->kind == NODE_WRONG && node->parent->parent != NULL) {
		refuse(reading, text, node->all.start, node->problem);
	} else if (node->problem != NULL && node->kind != NODE_BLANK &&
		reading->facts->config->doubts->len < CONFIG_DOUBTS_MAX) {
		doubt = config_add_doubt(reading->facts, REASON_NOT_UNDERSTOOD);
		doubt->location = config_location(reading, text, node->all.start);
		doubt->line = config_line(reading, text, node->all.start);
		doubt->message = facts_printf(reading->facts, "cyrus.conf: %s.", node->problem);
		doubt->settle = "master -v -v -v, which logs its services";
	}
}

GArray *
cyrus_services_read(struct config_reading *reading, const struct config_text *text)
{
	g_autoptr(tree_auto) tree = dialect_masterconf.parse(text->bytes, text->length);
	GArray *services = g_array_new(FALSE, FALSE, sizeof(struct cyrus_service));

	for (const struct node *node = tree->root.first; node != NULL;
		node = tree_next(node, &tree->root)) {
		check(reading, text, node);
		if (node->kind == NODE_BLOCK && node->parent->parent != NULL &&
			node->parent->parent->parent == NULL && node->parent != &tree->root &&
			g_str_equal(node->parent->key, "SERVICES"))
			take_entry(reading, text, node, services);
		if (services->len > SERVICES_MAX) {
			refuse(reading, text, node->all.start, "more services than are read");
			break;
		}
	}
	return services;
}
