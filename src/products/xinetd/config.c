/* SPDX-License-Identifier: Apache-2.0 */
/*
 * xinetd.conf and what it includes: which services serve POP3, and what they start.
 *
 * As seen with xinetd 2.3.15: of an attribute that is set twice the first counts; one with a wrong
 * number of values is as if it were not there ("disable = yes # off" disables nothing); one with a
 * wrong value switches its service off. `enabled` in the defaults switches off what it does not
 * name, `disabled` what it does; both by id. only_from is copied from the defaults that stand
 * above; the second defaults of a file are ignored.
 */
#include "products/xinetd/config.h"

#include <string.h>

#include "dialect/lines.h"
#include "products/superserver.h"

extern const struct dialect dialect_xinetd;

enum {
	RECOGNIZE_MAX = 256 * 1024, /* octets of a file that is looked at to know it */
	SERVICES_MAX = 4096,
	LIST_MAX = 4096, /* words of one list; a full one is doubtful */
	READ_COST =
		16 * 1024, /* of reading a file, in octets: so that empty ones have an end, too */
};

enum {
	ATTRIBUTE_ID,
	ATTRIBUTE_DISABLE,
	ATTRIBUTE_SERVER,
	ATTRIBUTE_ARGUMENTS,
	ATTRIBUTE_PORT,
	ATTRIBUTE_BIND,
	ATTRIBUTE_REDIRECT,
	ATTRIBUTE_TYPE,
	ATTRIBUTE_PROTOCOL,
	ATTRIBUTE_FLAGS,
	ATTRIBUTES,
};

/* How many values it must have; 0: any number. */
static const struct {
	const char *name;
	size_t values;
} known[ATTRIBUTES] = {
	[ATTRIBUTE_ID] = { "id", 1 },
	[ATTRIBUTE_DISABLE] = { "disable", 1 },
	[ATTRIBUTE_SERVER] = { "server", 1 },
	[ATTRIBUTE_ARGUMENTS] = { "server_args", 0 },
	[ATTRIBUTE_PORT] = { "port", 1 },
	[ATTRIBUTE_BIND] = { "bind", 1 },
	[ATTRIBUTE_REDIRECT] = { "redirect", 2 },
	[ATTRIBUTE_TYPE] = { "socket_type", 1 },
	[ATTRIBUTE_PROTOCOL] = { "protocol", 1 },
	[ATTRIBUTE_FLAGS] = { "flags", 0 },
};

struct service {
	const char *name;
	const struct config_text *text;
	const struct node *at[ATTRIBUTES];
	const struct node *broken; /* an attribute that xinetd cannot take, or NULL */
	GPtrArray *only_from;      /* NULL: all */
};

struct xinetd {
	struct config_reading *reading;
	GPtrArray *trees;    /* of struct tree, which the services point into */
	GPtrArray *services; /* of struct service */
	GPtrArray *enabled, *disabled, *only_from; /* of the defaults; NULL: not set */
	const char *bind;
	unsigned depth;
	size_t octets; /* that were read, the same file as often as it is included */
};

static void read_file(struct xinetd *xinetd, const char *path);

static void
service_free(void *data)
{
	struct service *service = data;

	if (service->only_from != NULL)
		g_ptr_array_unref(service->only_from);
	g_free(service);
}

/* --- lists ------------------------------------------------------------------------------------ */

static bool
has_word(const GPtrArray *words, const char *word)
{
	for (guint i = 0; i < words->len; i++)
		if (g_ascii_strcasecmp(g_ptr_array_index(words, i), word) == 0)
			return true;
	return false;
}

static void
remove_word(GPtrArray *words, const char *word)
{
	for (guint i = words->len; i > 0; i--)
		if (g_str_equal(g_ptr_array_index(words, i - 1), word))
			g_ptr_array_remove_index(words, i - 1);
}

/* Changes a list as the setting's operator says; in the defaults '=' adds. */
static void
change_list(GPtrArray **list, const struct node *node, bool defaults)
{
	const char *sign = node->words[0];

	if (*list == NULL)
		*list = g_ptr_array_new();
	if (sign[0] == '=' && !defaults)
		g_ptr_array_set_size(*list, 0);
	for (size_t i = 1; node->words[i] != NULL; i++) {
		if (sign[0] == '-')
			remove_word(*list, node->words[i]);
		else if ((*list)->len < LIST_MAX)
			g_ptr_array_add(*list, (gpointer)(uintptr_t)node->words[i]);
	}
}

static GPtrArray *
copy_list(const GPtrArray *list)
{
	GPtrArray *copy = list != NULL ? g_ptr_array_new() : NULL;

	for (guint i = 0; list != NULL && i < list->len; i++)
		g_ptr_array_add(copy, list->pdata[i]);
	return copy;
}

/* --- reading ---------------------------------------------------------------------------------- */

static void
note_invalid(struct xinetd *xinetd, const struct config_text *text, size_t offset,
	const char *message)
{
	struct config_note *note = config_add_note(xinetd->reading->facts, CONFIG_NOTE_INVALID);

	note->location = config_location(xinetd->reading, text, offset);
	note->line = config_line(xinetd->reading, text, offset);
	note->message = message;
}

static void
doubt(struct xinetd *xinetd, enum reason reason, const char *message)
{
	struct config_doubt *doubt = config_add_doubt(xinetd->reading->facts, reason);

	doubt->message = message;
	doubt->location.file = xinetd->reading->facts->config->root;
	doubt->settle = "ss -ltnp 'sport = :110 or sport = :995'";
}

static bool
is_known(size_t which, const struct node *node)
{
	if (which == ATTRIBUTE_BIND && g_ascii_strcasecmp(node->key, "interface") == 0)
		return true;
	return g_ascii_strcasecmp(known[which].name, node->key) == 0;
}

static bool
has_wrong_value(size_t which, const struct node *node)
{
	return which == ATTRIBUTE_DISABLE && g_ascii_strcasecmp(node->words[1], "yes") != 0 &&
		g_ascii_strcasecmp(node->words[1], "no") != 0;
}

static void
take_attribute(struct service *service, const struct node *node)
{
	size_t values = lines_count(node->words) - 1;

	if (node->problem != NULL && service->broken == NULL)
		service->broken = node;
	if (g_ascii_strcasecmp(node->key, "only_from") == 0)
		change_list(&service->only_from, node, false);
	for (size_t i = 0; i < ATTRIBUTES; i++) {
		if (!is_known(i, node) || service->at[i] != NULL || node->words[0][0] != '=' ||
			(known[i].values != 0 && values != known[i].values))
			continue;
		service->at[i] = node;
		if (node->problem == NULL && has_wrong_value(i, node))
			service->broken = node;
	}
}

static void
read_service(struct xinetd *xinetd, const struct config_text *text, const struct node *block)
{
	struct service *service;

	if (xinetd->services->len == SERVICES_MAX) {
		doubt(xinetd, REASON_NOT_UNDERSTOOD, "There are more services than are read.");
		return;
	}
	service = g_new0(struct service, 1);
	service->name = block->value;
	service->text = text;
	service->only_from = copy_list(xinetd->only_from);
	for (const struct node *node = block->first; node != NULL; node = node->next)
		if (node->kind == NODE_SETTING)
			take_attribute(service, node);
	g_ptr_array_add(xinetd->services, service);
}

static void
read_defaults(struct xinetd *xinetd, const struct node *block)
{
	for (const struct node *node = block->first; node != NULL; node = node->next) {
		if (node->kind != NODE_SETTING)
			continue;
		if (node->problem != NULL)
			doubt(xinetd, REASON_INVALID, "A value in the defaults is a wrong one.");
		if (g_ascii_strcasecmp(node->key, "enabled") == 0)
			change_list(&xinetd->enabled, node, true);
		else if (g_ascii_strcasecmp(node->key, "disabled") == 0)
			change_list(&xinetd->disabled, node, true);
		else if (g_ascii_strcasecmp(node->key, "only_from") == 0)
			change_list(&xinetd->only_from, node, true);
		else if (is_known(ATTRIBUTE_BIND, node) && xinetd->bind == NULL)
			xinetd->bind = node->words[1];
	}
}

/* Whether xinetd reads that file of a folder. */
static bool
is_read(const char *path)
{
	const char *name = strrchr(path, '/') + 1;

	return strchr(name, '.') == NULL && !g_str_has_suffix(name, "~");
}

static void
read_folder(struct xinetd *xinetd, const char *folder)
{
	struct config_source *source = xinetd->reading->source;
	g_autofree char *pattern = g_build_filename(folder, "*", NULL);
	enum source_outcome outcome;
	g_autoptr(GPtrArray) paths = source->match(source, pattern, false, &outcome);
	struct source_look look;

	for (guint i = 0; i < paths->len; i++) {
		const char *path = g_ptr_array_index(paths, i);

		source->look(source, path, &look);
		if (is_read(path) && !(look.outcome == SOURCE_FOUND && look.is_folder) &&
			look.outcome != SOURCE_NOT_A_FILE)
			read_file(xinetd, path);
	}
	source->look(source, folder, &look);
	if ((outcome != SOURCE_FOUND && outcome != SOURCE_ABSENT) ||
		look.outcome == SOURCE_UNREADABLE || look.outcome == SOURCE_OUTSIDE)
		doubt(xinetd, REASON_INCLUDE_MISSING,
			facts_printf(xinetd->reading->facts, "%s is not read as a whole.", folder));
}

static void
read_include(struct xinetd *xinetd, const struct config_text *text, const struct node *node)
{
	struct source_look look;

	if (!g_path_is_absolute(node->value)) {
		doubt(xinetd, REASON_NOT_UNDERSTOOD,
			facts_printf(xinetd->reading->facts,
				"%s is relative to the folder that xinetd was started in.",
				node->value));
		return;
	}
	xinetd->reading->source->look(xinetd->reading->source, node->value, &look);
	if (look.outcome == SOURCE_ABSENT)
		note_invalid(xinetd, text, node->all.start,
			facts_printf(xinetd->reading->facts,
				"%s is not there; xinetd goes on without it.", node->value));
	else if (g_ascii_strcasecmp(node->key, "includedir") == 0)
		read_folder(xinetd, node->value);
	else
		read_file(xinetd, node->value);
}

static void
read_wrong(struct xinetd *xinetd, const struct config_text *text, const struct node *node)
{
	g_autofree char *all = g_ascii_strdown(text->bytes + node->all.start,
		(gssize)(node->all.end - node->all.start));
	const char *message;

	if (strstr(all, "pop") == NULL)
		return;
	message =
		facts_printf(xinetd->reading->facts, "xinetd drops this entry: %s.", node->problem);
	note_invalid(xinetd, text, node->all.start, message);
	doubt(xinetd, REASON_INVALID, message);
}

static void
read_file(struct xinetd *xinetd, const char *path)
{
	const struct config_text *text = NULL;
	struct tree *tree;
	bool has_defaults = false;

	if (xinetd->depth == SOURCE_DEPTH_MAX || xinetd->octets > SOURCE_TOTAL_MAX)
		doubt(xinetd, REASON_NOT_UNDERSTOOD, "Files include each other too often.");
	else
		text = config_read(xinetd->reading, path);
	if (text == NULL)
		return;
	xinetd->depth++;
	xinetd->octets += text->length + READ_COST;
	tree = dialect_xinetd.parse(text->bytes, text->length);
	g_ptr_array_add(xinetd->trees, tree);
	for (const struct node *node = tree->root.first;
		node != NULL && !config_is_full(xinetd->reading); node = node->next) {
		if (node->kind == NODE_WRONG)
			read_wrong(xinetd, text, node);
		else if (node->kind == NODE_INCLUDE)
			read_include(xinetd, text, node);
		else if (node->kind == NODE_BLOCK && g_ascii_strcasecmp(node->key, "service") == 0)
			read_service(xinetd, text, node);
		else if (node->kind == NODE_BLOCK && !has_defaults)
			read_defaults(xinetd, node);
		has_defaults |=
			node->kind == NODE_BLOCK && g_ascii_strcasecmp(node->key, "defaults") == 0;
	}
	xinetd->depth--;
}

/* --- what it comes to ------------------------------------------------------------------------- */

static const char *
value_of(const struct service *service, size_t which)
{
	return service->at[which] != NULL ? service->at[which]->words[1] : NULL;
}

static bool
is_off(const struct xinetd *xinetd, const struct service *service)
{
	const char *disable = value_of(service, ATTRIBUTE_DISABLE);
	const char *id = value_of(service, ATTRIBUTE_ID);

	id = id != NULL ? id : service->name;
	return (disable != NULL && g_ascii_strcasecmp(disable, "yes") == 0) ||
		(xinetd->enabled != NULL && !has_word(xinetd->enabled, id)) ||
		(xinetd->disabled != NULL && has_word(xinetd->disabled, id));
}

static bool
is_stream(const struct service *service)
{
	const char *type = value_of(service, ATTRIBUTE_TYPE);
	const char *protocol = value_of(service, ATTRIBUTE_PROTOCOL);

	return g_strcmp0(type, "dgram") != 0 && g_strcmp0(protocol, "udp") != 0;
}

/* "only_from 10.0.0.0/8, 127.0.0.1"; NULL for all clients. */
static const char *
scope_of(const struct xinetd *xinetd, const struct service *service)
{
	g_autoptr(GString) scope = g_string_new("only_from ");

	if (service->only_from == NULL || service->only_from->len == 0 ||
		service->only_from->len == LIST_MAX)
		return NULL;
	for (guint i = 0; i < service->only_from->len; i++) {
		const char *network = g_ptr_array_index(service->only_from, i);

		if (g_str_equal(network, "0") || g_str_has_prefix(network, "0.0.0.0") ||
			g_str_equal(network, "::/0"))
			return NULL;
		g_string_append_printf(scope, "%s%s", i > 0 ? ", " : "", network);
	}
	return facts_keep(xinetd->reading->facts, scope->str,
		MIN(scope->len, (gsize)CONFIG_LINE_MAX));
}

/* The address that the service is bound to; by default both families. */
static const char *
address_of(const struct xinetd *xinetd, const struct service *service)
{
	const char *address = value_of(service, ATTRIBUTE_BIND);
	const struct node *flags = service->at[ATTRIBUTE_FLAGS];

	if (address == NULL)
		address = xinetd->bind;
	if (address != NULL)
		return facts_keep(xinetd->reading->facts, address, strlen(address));
	for (size_t i = 1; flags != NULL && flags->words[i] != NULL; i++)
		if (g_ascii_strcasecmp(flags->words[i], "IPv4") == 0)
			return "0.0.0.0";
	return "*";
}

/* The program and its arguments, as the words of a command: free the array only. */
static const char **
command_of(const struct service *service)
{
	const struct node *arguments = service->at[ATTRIBUTE_ARGUMENTS];
	size_t count = arguments != NULL ? lines_count(arguments->words) - 1 : 0;
	const char **command = g_new0(const char *, count + 2);

	command[0] = value_of(service, ATTRIBUTE_SERVER);
	for (size_t i = 0; command[0] != NULL && i < count; i++)
		command[i + 1] = arguments->words[i + 1];
	return command;
}

static void
judge_service(struct xinetd *xinetd, const struct service *service)
{
	g_autofree const char **command = command_of(service);
	const struct node *redirect = service->at[ATTRIBUTE_REDIRECT];
	const struct node *decides = redirect != NULL ? redirect : service->at[ATTRIBUTE_SERVER];
	const char *port = value_of(service, ATTRIBUTE_PORT);
	struct superserver_service started = {
		.name = service->name,
		.command = command,
		.redirect = redirect != NULL ? facts_keep(xinetd->reading->facts, redirect->value,
						       strlen(redirect->value)) :
					       NULL,
		.text = service->text,
		.decides = decides != NULL ? decides->key_at.start : 0,
	};
	struct config_listener *listener;
	bool by_port = g_strcmp0(port, "110") == 0 || g_strcmp0(port, "995") == 0;

	if (is_off(xinetd, service) || !is_stream(service) || decides == NULL)
		return;
	if (!superserver_is_pop3(&started) && !by_port)
		return;
	if (service->broken != NULL) {
		const char *message = "xinetd switches this service off for a wrong value.";

		note_invalid(xinetd, service->text, service->broken->key_at.start, message);
		doubt(xinetd, REASON_INVALID, message);
		return;
	}
	listener = config_add_listener(xinetd->reading->facts);
	listener->address = address_of(xinetd, service);
	listener->port = superserver_port(xinetd->reading, port != NULL ? port : service->name);
	listener->scope = scope_of(xinetd, service);
	superserver_judge(xinetd->reading, &started, listener);
}

static void
read_root(struct config_reading *reading)
{
	struct xinetd xinetd = {
		.reading = reading,
		.trees = g_ptr_array_new_with_free_func((GDestroyNotify)tree_free),
		.services = g_ptr_array_new_with_free_func(service_free),
	};
	GPtrArray **lists[] = { &xinetd.enabled, &xinetd.disabled, &xinetd.only_from };

	if (g_str_has_suffix(reading->root, "/xinetd.conf")) {
		read_file(&xinetd, reading->root);
	} else {
		/* One service's file: its neighbours are read with it, as includedir would. */
		g_autofree char *folder = g_path_get_dirname(reading->root);

		if (is_read(reading->root))
			read_folder(&xinetd, folder);
		else
			read_file(&xinetd, reading->root);
	}
	for (guint i = 0; i < xinetd.services->len && !config_is_full(reading); i++)
		judge_service(&xinetd, g_ptr_array_index(xinetd.services, i));
	reading->facts->config->served = reading->facts->config->listeners->len > 0;
	if ((xinetd.enabled != NULL && xinetd.enabled->len == LIST_MAX) ||
		(xinetd.only_from != NULL && xinetd.only_from->len == LIST_MAX))
		doubt(&xinetd, REASON_NOT_UNDERSTOOD, "A list in the defaults is too long.");
	for (size_t i = 0; i < G_N_ELEMENTS(lists); i++)
		if (*lists[i] != NULL)
			g_ptr_array_unref(*lists[i]);
	g_ptr_array_unref(xinetd.services);
	g_ptr_array_unref(xinetd.trees);
}

static bool
recognizes(const char *text, size_t length)
{
	g_autoptr(tree_auto) tree = NULL;

	if (length > RECOGNIZE_MAX || strstr(text, "service") == NULL)
		return false;
	tree = dialect_xinetd.parse(text, length);
	for (const struct node *node = tree->root.first; node != NULL; node = node->next)
		if (node->kind == NODE_BLOCK &&
			(tree_find_last(node, "server", true) != NULL ||
				tree_find_last(node, "redirect", true) != NULL))
			return true;
	return false;
}

static const char *const roots[] = { "xinetd.conf", NULL };
static const char *const packages[] = { "xinetd", NULL };

const struct product_config xinetd_config = {
	.folder = "/etc",
	.roots = roots,
	.packages = packages,
	.recognizes = recognizes,
	.read = read_root,
};
