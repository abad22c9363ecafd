/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads Dovecot's files into settings, as its parser walks through them.
 *
 * Blocks are a stack of their own: an included file may close a block of the one that includes it,
 * and what it opens stays open there.
 */
#include <string.h>

#include "products/dovecot/settings.h"

struct collector {
	struct dovecot_settings *settings;
	const struct dovecot_section *section;
	const struct config_text *text;      /* the file that is being read */
	const char *files[SOURCE_DEPTH_MAX]; /* that include it, it the last */
	size_t depth;
	size_t includes, octets, references;
	bool full; /* a bound is reached: no more is read */
	unsigned open;
};

/* --- doubts ----------------------------------------------------------------------------------- */

void
dovecot_doubt(struct dovecot_settings *settings, enum reason reason, const struct config_text *text,
	size_t at, const char *message)
{
	struct config_reading *reading = settings->reading;
	struct config_doubt *doubt = config_add_doubt(reading->facts, reason);

	doubt->location = config_location(reading, text, at);
	doubt->line = config_line(reading, text, at);
	doubt->message = message;
	doubt->settle = DOVECOT_SETTLE;
}

void
dovecot_invalid(struct dovecot_settings *settings, const struct config_text *text, size_t at,
	const char *message)
{
	struct config_reading *reading = settings->reading;
	struct config_doubt *doubt = config_add_doubt(reading->facts, REASON_INVALID);
	struct config_note *note = config_add_note(reading->facts, CONFIG_NOTE_INVALID);

	doubt->fatal = true;
	doubt->location = note->location = config_location(reading, text, at);
	doubt->line = note->line = config_line(reading, text, at);
	doubt->message = note->message = message;
	doubt->settle = DOVECOT_SETTLE;
}

struct config_step
dovecot_step(const struct dovecot_settings *settings, const struct dovecot_assignment *assignment)
{
	struct config_reading *reading = settings->reading;
	struct config_step *step = assignment->step;

	if (step->line == NULL) {
		step->location = config_location(reading, assignment->text, assignment->at);
		step->line = config_line(reading, assignment->text, assignment->at);
	}
	return *step;
}

static void
stop(struct collector *collector, const struct node *node, const char *message)
{
	if (!collector->full)
		dovecot_doubt(collector->settings, REASON_UNREADABLE, collector->text,
			node->all.start, message);
	collector->full = true;
}

/* --- filters ---------------------------------------------------------------------------------- */

static const char *
keep(struct collector *collector, const char *text)
{
	return arena_text(&collector->settings->arena, text, strlen(text));
}

static bool
same_filter(const struct dovecot_filter *a, const struct dovecot_filter *b, bool is_24)
{
	return (!is_24 || a->parent == b->parent) && g_strcmp0(a->protocol, b->protocol) == 0 &&
		g_strcmp0(a->local_name, b->local_name) == 0 &&
		g_strcmp0(a->group, b->group) == 0 && dovecot_network_same(&a->local, &b->local) &&
		dovecot_network_same(&a->remote, &b->remote);
}

/* The filter that is like this one, or this one added; NULL past the bound. */
static const struct dovecot_filter *
intern(struct collector *collector, const struct dovecot_filter *wanted)
{
	GPtrArray *filters = collector->settings->filters;
	struct dovecot_filter *filter;

	for (guint i = 0; i < filters->len; i++)
		if (same_filter(g_ptr_array_index(filters, i), wanted, collector->settings->is_24))
			return g_ptr_array_index(filters, i);
	if (filters->len == DOVECOT_FILTERS_MAX)
		return NULL;
	filter = arena_take(&collector->settings->arena, sizeof(*filter));
	*filter = *wanted;
	filter->order = filters->len;
	g_ptr_array_add(filters, filter);
	return filter;
}

/* Narrows the network; what is wrong with that, or NULL. */
static const char *
narrow(struct collector *collector, struct dovecot_network *network, const char *text)
{
	struct dovecot_network outer = *network;

	if (!dovecot_network_read_block(network, keep(collector, text)))
		return "This is no address, network or host name: Dovecot does not load the file.";
	if (outer.text != NULL && outer.bits > 0 &&
		(outer.bits > network->bits || !dovecot_network_may_meet(&outer, network)))
		return "A network within a network must be a part of it: Dovecot does not load "
		       "the file.";
	return NULL;
}

/* Fills in what the block adds to the filter around it; what is wrong, or NULL. */
static const char *
narrow_filter(struct collector *collector, struct dovecot_filter *filter, const char *key,
	const char *name)
{
	static const char order[] =
		"The blocks nest in this order only: local, local_name, remote, protocol; Dovecot "
		"does not load the file.";

	if (filter->protocol != NULL)
		return order;
	if (g_str_equal(key, "protocol")) {
		filter->protocol = keep(collector, name);
		return NULL;
	}
	if (g_str_equal(key, "remote"))
		return narrow(collector, &filter->remote, name);
	if (filter->remote.text != NULL && filter->remote.bits > 0)
		return order;
	if (g_str_equal(key, "local_name")) {
		filter->local_name = keep(collector, name);
		return NULL;
	}
	if (filter->local_name != NULL)
		return order;
	return narrow(collector, &filter->local, name);
}

static bool
is_filter(const char *key)
{
	return g_str_equal(key, "protocol") || g_str_equal(key, "remote") ||
		g_str_equal(key, "local") || g_str_equal(key, "local_name");
}

/* --- assignments ------------------------------------------------------------------------------ */

/* The name of a place: of a key, or of a list with what is in it. */
static char *
place(const struct dovecot_filter *filter, const char *key, size_t length, bool list)
{
	return g_strdup_printf("%u%c%.*s", filter->order, list ? '*' : '/', (int)length, key);
}

const GPtrArray *
dovecot_settings_under(const struct dovecot_settings *settings, const struct dovecot_filter *filter,
	const char *key, bool list)
{
	g_autofree char *name = place(filter, key, strlen(key), list);

	return g_hash_table_lookup(settings->by_place, name);
}

static void
put_in(struct dovecot_settings *settings, struct dovecot_assignment *assignment, size_t length,
	bool list)
{
	g_autofree char *name = place(assignment->filter, assignment->key, length, list);
	GPtrArray *all = g_hash_table_lookup(settings->by_place, name);

	if (all == NULL) {
		all = g_ptr_array_new();
		g_hash_table_insert(settings->by_place, g_steal_pointer(&name), all);
	}
	g_ptr_array_add(all, assignment);
}

/*
 * A key belongs to the lists of its own name and of those before its first and its last '/': a word
 * of a list may be a network.
 */
static void
put(struct dovecot_settings *settings, struct dovecot_assignment *assignment)
{
	const char *first = strchr(assignment->key, '/'), *slash = strrchr(assignment->key, '/');

	g_ptr_array_add(settings->assignments, assignment);
	put_in(settings, assignment, strlen(assignment->key), false);
	put_in(settings, assignment, strlen(assignment->key), true);
	if (slash != NULL)
		put_in(settings, assignment, (size_t)(slash - assignment->key), true);
	if (first != slash)
		put_in(settings, assignment, (size_t)(first - assignment->key), true);
}

/* Whether we have to know the value, and not only that there is one. */
static bool
is_wanted(const char *key)
{
	return dovecot_name_matters(key) || g_str_has_prefix(key, "ssl_") ||
		g_str_has_prefix(key, "service/");
}

/* Reads the file that holds the value. */
static void
read_value(struct collector *collector, struct dovecot_assignment *assignment)
{
	struct config_source *source = collector->settings->reading->source;
	g_autofree char *path = NULL;
	const struct config_text *text;
	enum source_outcome outcome;

	assignment->file = keep(collector, assignment->value);
	assignment->value = NULL;
	/* What is missing of a certificate is a matter of its own. */
	if (g_str_has_prefix(assignment->key, "ssl_"))
		return;
	path = source_resolve(collector->text->path, assignment->file);
	text = source->read(source, path, &outcome);
	if (text == NULL && outcome == SOURCE_ABSENT)
		dovecot_invalid(collector->settings, collector->text, assignment->at,
			"The file that holds the value is not there: Dovecot does not load this.");
	else if (text == NULL || text->length > CONFIG_LINE_MAX)
		assignment->problem = "The file that holds the value cannot be read.";
	else
		assignment->value =
			arena_text(&collector->settings->arena, text->bytes, text->length);
}

/* A setting about logins in a block that is not about clients. */
static const char *
misplaced(struct collector *collector, const struct dovecot_assignment *assignment)
{
	const char *key = assignment->key, *last = strrchr(key, '/');

	if (dovecot_name_matters(key) && assignment->filter->group != NULL &&
		assignment->filter->parent->order != 0)
		return "A block within a group is not understood.";
	if (last == NULL || !dovecot_name_matters(last + 1) || dovecot_name_matters(key) ||
		g_str_has_prefix(key, "plugin/") || strstr(key, "/inet_listener/") != NULL)
		return NULL;
	if (collector->settings->is_24)
		return g_str_has_prefix(key, "service/") ?
			"What this does in a service is not understood." :
			NULL;
	dovecot_invalid(collector->settings, assignment->text, assignment->at,
		"This setting is not known in this block: Dovecot does not load the file.");
	return NULL;
}

static bool
is_for_clients(const struct dovecot_filter *filter)
{
	return filter->local_name != NULL ||
		(filter->local.text != NULL && filter->local.bits > 0) ||
		(filter->remote.text != NULL && filter->remote.bits > 0);
}

/* What the assignment says that the server would refuse, or that we cannot tell. */
static void
check(struct collector *collector, const struct dovecot_assignment *assignment)
{
	struct dovecot_settings *settings = collector->settings;
	const char *problem = NULL, *place = misplaced(collector, assignment);

	if (place != NULL)
		dovecot_doubt(settings, REASON_NOT_UNDERSTOOD, assignment->text, assignment->at,
			place);
	if (strchr(assignment->key, '/') == NULL)
		problem = dovecot_name_problem(settings->is_24, assignment->key);
	if (problem == NULL && !dovecot_name_known(settings->is_24, assignment->key))
		dovecot_doubt(settings, REASON_NOT_UNDERSTOOD, assignment->text, assignment->at,
			"No setting of this name is known here, and Dovecot loads no file "
			"with one that it does not know.");
	if (problem == NULL && dovecot_name_is_auth(assignment->key) &&
		is_for_clients(assignment->filter))
		problem = "This setting cannot be for some clients only: Dovecot does not load "
			  "the file.";
	if (problem == NULL && assignment->value != NULL)
		problem =
			dovecot_value_problem(settings->is_24, assignment->key, assignment->value);
	if (problem != NULL)
		dovecot_invalid(settings, assignment->text, assignment->at, problem);
	else if (assignment->problem != NULL && dovecot_name_matters(assignment->key))
		dovecot_doubt(settings, REASON_NOT_UNDERSTOOD, assignment->text, assignment->at,
			assignment->problem);
}

/* Adds the setting that the node is, or that is taken in its place. */
static void
add_assignment(struct collector *collector, const struct node *node,
	const struct dovecot_instead *is, enum dovecot_value kind)
{
	struct dovecot_settings *settings = collector->settings;
	struct dovecot_assignment *assignment;

	if (settings->assignments->len == DOVECOT_ASSIGNMENTS_MAX) {
		stop(collector, node, "There are too many settings.");
		return;
	}
	assignment = arena_take(&settings->arena, sizeof(*assignment));
	assignment->step = arena_take(&settings->arena, sizeof(*assignment->step));
	assignment->key = keep(collector, is->key);
	assignment->value = "";
	assignment->filter = is->filter;
	assignment->text = collector->text;
	assignment->at = node->key_at.start;
	assignment->problem = node->problem;
	if (is_wanted(is->key) || strlen(is->value) < CONFIG_LINE_MAX)
		assignment->value = keep(collector, is->value);
	if (is->is_file)
		read_value(collector, assignment);
	else if (kind == DOVECOT_PLAIN && strchr("'\"", is->value[0]) == NULL &&
		strchr(is->value, '$') != NULL) {
		if (++collector->references > DOVECOT_REFERENCES_MAX)
			stop(collector, node, "There are too many references.");
		dovecot_expand(settings, collector->section, node->key, assignment);
	}
	if (kind == DOVECOT_HERE && settings->here == NULL)
		settings->here = assignment;
	put(settings, assignment);
	check(collector, assignment);
}

/* "@label = name" of 2.4. A label that is there already keeps its place. */
static void
include_group(struct collector *collector, const struct node *node)
{
	GArray *groups = collector->settings->groups;
	struct dovecot_include_group added = {
		.filter = collector->section->filter,
		.label = keep(collector, node->key + 1),
	};
	g_autofree char *name = g_strconcat(node->key + 1, "/", node->value, NULL);

	added.group = keep(collector, name);
	for (guint i = 0; i < groups->len; i++) {
		struct dovecot_include_group *each =
			&g_array_index(groups, struct dovecot_include_group, i);

		if (each->filter == added.filter && g_str_equal(each->label, added.label)) {
			*each = added;
			return;
		}
	}
	if (groups->len < DOVECOT_FILTERS_MAX)
		g_array_append_val(groups, added);
	else
		stop(collector, node, "There are too many groups.");
}

static void
add_setting(struct collector *collector, const struct node *node)
{
	const struct dovecot_section *section = collector->section;
	bool is_24 = collector->settings->is_24;
	enum dovecot_value kind = dovecot_value_of(node, collector->text->bytes);
	g_autofree char *key = dovecot_key(is_24, section, node->key);
	g_autofree char *value = g_strdup(node->value);
	struct dovecot_instead own = { section->filter, key, value, kind == DOVECOT_FILE };
	g_autoptr(GPtrArray) now = NULL;

	if (is_24 && node->key[0] == '@' && section->path[0] == '\0') {
		include_group(collector, node);
		return;
	}
	if (!is_24 && kind != DOVECOT_FILE)
		now = dovecot_replace_old(section, node->key, node->value);
	if (now == NULL)
		add_assignment(collector, node, &own, kind);
	for (guint i = 0; now != NULL && i < now->len; i++)
		add_assignment(collector, node, g_ptr_array_index(now, i), kind);
}

/* --- blocks ----------------------------------------------------------------------------------- */

static void
push(struct collector *collector, const struct dovecot_filter *filter, const char *path,
	const char *label)
{
	struct dovecot_section *section = arena_take(&collector->settings->arena, sizeof(*section));

	section->above = collector->section;
	section->filter = filter;
	section->path = keep(collector, path);
	section->label = label;
	collector->section = section;
	collector->open++;
}

static void
pop(struct collector *collector)
{
	if (collector->section->above == NULL)
		return;
	collector->section = collector->section->above;
	collector->open--;
}

static void
open_filter(struct collector *collector, const struct node *node)
{
	const struct dovecot_section *section = collector->section;
	struct dovecot_filter wanted = *section->filter;
	const struct dovecot_filter *filter;
	const char *problem;

	wanted.parent = section->filter;
	problem = narrow_filter(collector, &wanted, node->key,
		node->words != NULL ? node->words[0] : "");
	if (problem == NULL && collector->settings->is_24 && section->path[0] != '\0')
		problem = "This block is not allowed within that: Dovecot does not load the file.";
	if (problem != NULL)
		dovecot_invalid(collector->settings, collector->text, node->key_at.start, problem);
	filter = intern(collector, &wanted);
	if (filter == NULL)
		stop(collector, node, "There are too many blocks.");
	push(collector, filter != NULL ? filter : section->filter, section->path, section->label);
}

static void
open_group(struct collector *collector, const struct node *node)
{
	struct dovecot_filter wanted = *collector->section->filter;
	const struct dovecot_filter *filter;
	const char *label = node->words[0];
	g_autofree char *name = NULL;

	if (label[0] == '@')
		label++;
	name = g_strconcat(label, "/", node->words[1], NULL);
	wanted.parent = collector->section->filter;
	wanted.group = keep(collector, name);
	if (wanted.parent->order != 0 || collector->section->path[0] != '\0')
		dovecot_invalid(collector->settings, collector->text, node->key_at.start,
			"A group stands at the top only: Dovecot does not load the file.");
	filter = intern(collector, &wanted);
	if (filter == NULL)
		stop(collector, node, "There are too many blocks.");
	push(collector, filter != NULL ? filter : wanted.parent, "", keep(collector, label));
}

static void
open_block(struct collector *collector, const struct node *node)
{
	const struct dovecot_section *section = collector->section;
	g_autofree char *key = NULL, *path = NULL;
	const char *problem = NULL;

	if (is_filter(node->key)) {
		open_filter(collector, node);
		return;
	}
	if (node->words != NULL && node->words[1] != NULL) {
		open_group(collector, node);
		return;
	}
	if (!collector->settings->is_24 && section->path[0] == '\0' &&
		g_str_equal(node->key, "auth")) {
		push(collector, section->filter, "", node->key);
		return;
	}
	key = section->path[0] != '\0' ? g_strconcat(section->path, "/", node->key, NULL) :
					 g_strdup(node->key);
	if (node->words != NULL)
		path = g_strconcat(key, "/", node->words[0], NULL);
	else if (collector->settings->is_24 || g_str_equal(key, "plugin"))
		path = g_strdup(key);
	else /* each unnamed block is one of its own */
		path = g_strdup_printf("%s/#%u", key, collector->settings->assignments->len);
	if (collector->settings->is_24 && section->filter->order != 0 &&
		section->filter->group == NULL && g_str_equal(key, "service"))
		problem = "A service within a block of clients: Dovecot does not start.";
	else if (section->path[0] == '\0')
		problem = dovecot_name_problem(collector->settings->is_24, key);
	if (problem != NULL)
		dovecot_invalid(collector->settings, collector->text, node->key_at.start, problem);
	else if (section->path[0] == '\0' && !dovecot_block_known(collector->settings->is_24, key))
		dovecot_doubt(collector->settings, REASON_NOT_UNDERSTOOD, collector->text,
			node->key_at.start,
			"No block of this name is known here, and Dovecot loads no file with one "
			"that it does not know.");
	push(collector, section->filter, path, section->label);
}

/* --- files ------------------------------------------------------------------------------------ */

static void read_text(struct collector *collector, const struct config_text *text);

static void
include_file(struct collector *collector, const struct node *node, const char *path)
{
	struct config_reading *reading = collector->settings->reading;
	enum source_outcome outcome;
	const struct config_text *text;

	for (size_t i = 0; i < collector->depth; i++)
		if (g_str_equal(collector->files[i], path)) {
			dovecot_invalid(collector->settings, collector->text, node->key_at.start,
				"The file includes itself: Dovecot does not load it.");
			return;
		}
	if (collector->depth == SOURCE_DEPTH_MAX) {
		stop(collector, node, "Too many files include each other.");
		return;
	}
	text = reading->source->read(reading->source, path, &outcome);
	if (text != NULL)
		read_text(collector, text);
	else if (!node->optional || outcome != SOURCE_ABSENT)
		dovecot_doubt(collector->settings, REASON_UNREADABLE, collector->text,
			node->key_at.start,
			facts_printf(reading->facts, "%s, which is included here: %s.", path,
				source_outcome_words(outcome)));
}

/* Whether the folder of the pattern is beyond what we may look at. */
static bool
is_outside(struct config_source *source, const char *pattern)
{
	g_autofree char *folder = g_strndup(pattern, strcspn(pattern, "*?[{"));
	char *slash = strrchr(folder, '/');
	struct source_look look;

	if (slash != NULL)
		*slash = '\0';
	source->look(source, folder[0] != '\0' ? folder : "/", &look);
	return look.outcome == SOURCE_OUTSIDE;
}

/* Whether the pattern is of Debian's own protocols.d, by which its packages switch protocols on. */
static bool
is_debian(const char *pattern)
{
	return g_str_has_prefix(pattern, "/usr/share/dovecot/protocols.d/") &&
		strstr(pattern, "..") == NULL;
}

/* Nothing matches, or not all of it can be told. */
static void
doubt_include(struct collector *collector, const struct node *node, const char *pattern,
	enum source_outcome outcome)
{
	struct dovecot_settings *settings = collector->settings;
	bool outside = is_outside(settings->reading->source, pattern);
	bool protocols = outside && is_debian(pattern);

	settings->protocols_outside |= protocols;
	if (node->optional && (protocols || outcome == SOURCE_ABSENT))
		return;
	if (outcome == SOURCE_ABSENT && !outside) {
		dovecot_invalid(settings, collector->text, node->key_at.start,
			"No file matches: Dovecot does not load the file.");
		return;
	}
	dovecot_doubt(settings, outside ? REASON_INCLUDE_MISSING : REASON_UNREADABLE,
		collector->text, node->key_at.start,
		facts_printf(settings->reading->facts, "%s, which is included here: %s.", pattern,
			source_outcome_words(outside ? SOURCE_OUTSIDE : outcome)));
}

static void
include(struct collector *collector, const struct node *node)
{
	struct config_source *source = collector->settings->reading->source;
	g_autofree char *pattern = source_resolve(collector->text->path, node->value);
	enum source_outcome outcome;
	g_autoptr(GPtrArray) paths = source->match(source, pattern, true, &outcome);

	collector->settings->debian_protocols |= is_debian(pattern);
	collector->settings->other_protocols |=
		!is_debian(pattern) && strstr(pattern, "/protocols.d/") != NULL;
	if (outcome != SOURCE_FOUND)
		doubt_include(collector, node, pattern, outcome);
	for (guint i = 0; i < paths->len && !collector->full; i++)
		include_file(collector, node, g_ptr_array_index(paths, i));
}

static void
take_wrong(struct collector *collector, const struct node *node)
{
	if (g_str_equal(node->key, "}") && collector->section->above != NULL) {
		pop(collector);
		return;
	}
	dovecot_invalid(collector->settings, collector->text, node->all.start, node->problem);
}

static void
take(struct collector *collector, const struct node *node)
{
	switch (node->kind) {
	case NODE_BLANK:
		/* Continued over the end of an included file. */
		if (node->next == NULL && node->problem != NULL && collector->depth > 1)
			dovecot_doubt(collector->settings, REASON_NOT_UNDERSTOOD, collector->text,
				node->all.start, node->problem);
		break;
	case NODE_SETTING:
		add_setting(collector, node);
		break;
	case NODE_BLOCK:
		open_block(collector, node);
		break;
	case NODE_INCLUDE:
		include(collector, node);
		break;
	case NODE_WRONG:
		take_wrong(collector, node);
		break;
	}
}

static void
walk(struct collector *collector, const struct node *parent)
{
	for (const struct node *node = parent->first; node != NULL && !collector->full;
		node = node->next) {
		take(collector, node);
		if (node->kind != NODE_BLOCK)
			continue;
		walk(collector, node);
		if (node->problem == NULL)
			pop(collector);
	}
}

/* The files are known by their texts, each of which the source keeps once. */
static void
add_text(struct collector *collector, const struct config_text *text)
{
	GArray *texts = collector->settings->texts;

	for (guint i = 0; i < texts->len; i++)
		if (g_array_index(texts, const struct config_text *, i) == text)
			return;
	g_array_append_val(texts, text);
}

static void
read_text(struct collector *collector, const struct config_text *text)
{
	const struct config_text *outer = collector->text;
	const struct dialect *dialect =
		collector->settings->is_24 ? &dialect_dovecot24 : &dialect_dovecot23;
	g_autoptr(tree_auto) tree = NULL;

	collector->includes++;
	collector->octets += text->length;
	collector->text = text;
	tree = dialect->parse(text->bytes, text->length);
	if (collector->includes > DOVECOT_INCLUDES_MAX || collector->octets > DOVECOT_OCTETS_MAX) {
		stop(collector, &tree->root, "There are too many files.");
	} else {
		add_text(collector, text);
		collector->files[collector->depth++] = text->path;
		walk(collector, &tree->root);
		collector->depth--;
	}
	collector->text = outer;
}

/* In 2.4 a reference is resolved at once or at the end: a doubt where that differs. */
static void
check_references(struct dovecot_settings *settings)
{
	const struct dovecot_filter *root = g_ptr_array_index(settings->filters, 0);

	for (guint i = 0; i < settings->assignments->len; i++) {
		const struct dovecot_assignment *each = g_ptr_array_index(settings->assignments, i);
		const struct dovecot_assignment *last;
		const GPtrArray *all;

		if (each->refers == NULL || !dovecot_name_matters(each->key))
			continue;
		all = dovecot_settings_under(settings, root, each->refers, false);
		last = all != NULL ? g_ptr_array_index(all, all->len - 1) : NULL;
		if (last == NULL || each->value == NULL || last->value == NULL ||
			strstr(each->value, last->value) == NULL)
			dovecot_doubt(settings, REASON_NOT_UNDERSTOOD, each->text, each->at,
				"What the value refers to depends on the release.");
	}
}

struct dovecot_settings *
dovecot_settings_read(struct config_reading *reading, bool is_24)
{
	struct dovecot_settings *settings = g_new0(struct dovecot_settings, 1);
	struct collector collector = { .settings = settings };
	struct dovecot_section top = { .path = "" };
	const struct config_text *text = config_read(reading, reading->root);

	settings->reading = reading;
	settings->is_24 = is_24;
	settings->assignments = g_ptr_array_new();
	settings->by_place = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
		(GDestroyNotify)g_ptr_array_unref);
	settings->filters = g_ptr_array_new();
	settings->groups = g_array_new(FALSE, FALSE, sizeof(struct dovecot_include_group));
	settings->texts = g_array_new(FALSE, FALSE, sizeof(const struct config_text *));
	g_ptr_array_add(settings->filters,
		arena_take(&settings->arena, sizeof(struct dovecot_filter)));
	top.filter = g_ptr_array_index(settings->filters, 0);
	collector.section = &top;
	if (text == NULL)
		return settings;
	read_text(&collector, text);
	if (collector.open > 0 && !collector.full)
		dovecot_invalid(settings, text, 0,
			"A block is not closed: Dovecot does not load the file.");
	check_references(settings);
	return settings;
}

void
dovecot_settings_free(struct dovecot_settings *settings)
{
	if (settings == NULL)
		return;
	g_ptr_array_unref(settings->assignments);
	g_hash_table_unref(settings->by_place);
	g_ptr_array_unref(settings->filters);
	g_array_unref(settings->groups);
	g_array_unref(settings->texts);
	arena_clear(&settings->arena);
	g_free(settings);
}
