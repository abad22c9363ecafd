/* SPDX-License-Identifier: Apache-2.0 */
#include "model/config_facts.h"

#include <string.h>

#include "model/facts.h"

struct config_facts *
config_facts_new(struct facts *facts, const char *product, const char *title)
{
	struct config_facts *config = g_new0(struct config_facts, 1);

	config->product = product;
	config->title = title;
	config->listeners = g_array_new(FALSE, TRUE, sizeof(struct config_listener));
	config->notes = g_array_new(FALSE, TRUE, sizeof(struct config_note));
	config->doubts = g_array_new(FALSE, TRUE, sizeof(struct config_doubt));
	facts->config = config;
	return config;
}

void
config_facts_free(struct config_facts *config)
{
	if (config == NULL)
		return;
	g_array_unref(config->listeners);
	g_array_unref(config->notes);
	g_array_unref(config->doubts);
	g_free(config);
}

/* Appends a zeroed element, or returns the last one, zeroed, where there is no more room. */
static void *
append(GArray *array, guint most)
{
	guint size = g_array_get_element_size(array);
	void *last;

	if (array->len < most)
		g_array_set_size(array, array->len + 1);
	last = array->data + (gsize)(array->len - 1) * size;
	return memset(last, 0, size);
}

struct config_listener *
config_add_listener(struct facts *facts)
{
	facts->config->cut |= facts->config->listeners->len == CONFIG_LISTENERS_MAX;
	return append(facts->config->listeners, CONFIG_LISTENERS_MAX);
}

struct config_note *
config_add_note(struct facts *facts, enum config_note_kind kind)
{
	struct config_note *note = append(facts->config->notes, CONFIG_NOTES_MAX);

	note->kind = kind;
	return note;
}

struct config_doubt *
config_add_doubt(struct facts *facts, enum reason reason)
{
	struct config_doubt *doubt;

	facts->config->cut |= facts->config->doubts->len == CONFIG_DOUBTS_MAX;
	doubt = append(facts->config->doubts, CONFIG_DOUBTS_MAX);
	doubt->reason = reason;
	return doubt;
}

void
config_chain_add(struct config_chain *chain, struct location location, const char *line,
	const char *meaning)
{
	if (chain->count == CONFIG_CHAIN_MAX) {
		memmove(chain->steps, chain->steps + 1,
			(CONFIG_CHAIN_MAX - 1) * sizeof(chain->steps[0]));
		chain->count--;
	}
	chain->steps[chain->count++] =
		(struct config_step){ .location = location, .line = line, .meaning = meaning };
}

const struct config_step *
config_chain_last(const struct config_chain *chain)
{
	return chain->count > 0 ? &chain->steps[chain->count - 1] : NULL;
}

char *
location_text(const struct location *location)
{
	if (location->file == NULL)
		return g_strdup("");
	if (location->line == 0)
		return g_strdup(location->file);
	return g_strdup_printf("%s:%u", location->file, location->line);
}

/* --- the verdict ------------------------------------------------------------------------------ */

static bool
is_loopback(const char *address)
{
	return g_str_has_prefix(address, "127.") || g_str_equal(address, "::1") ||
		g_ascii_strcasecmp(address, "localhost") == 0;
}

static bool
is_everywhere(const char *address)
{
	return g_str_equal(address, "*") || g_str_equal(address, "0.0.0.0") ||
		g_str_equal(address, "::");
}

static struct config_listener *
listener_at(const struct config_facts *config, guint i)
{
	return &g_array_index(config->listeners, struct config_listener, i);
}

/* The worst; among equals one for all clients. NULL where there is none. */
static const struct config_listener *
worst_listener(const struct config_facts *config)
{
	const struct config_listener *worst = NULL;

	for (guint i = 0; i < config->listeners->len; i++) {
		const struct config_listener *each = listener_at(config, i);
		int more = worst == NULL ?
			1 :
			verdict_gravity(each->verdict) - verdict_gravity(worst->verdict);

		if (more > 0 || (more == 0 && worst->scope != NULL && each->scope == NULL))
			worst = each;
	}
	return worst;
}

/* The doubt that decides: one that keeps the server from loading this at all, else the first. */
static const struct config_doubt *
gravest_doubt(const struct config_facts *config)
{
	const struct config_doubt *first = NULL;

	for (guint i = 0; i < config->doubts->len; i++) {
		const struct config_doubt *doubt =
			&g_array_index(config->doubts, struct config_doubt, i);

		if (doubt->fatal)
			return doubt;
		if (first == NULL)
			first = doubt;
	}
	return first;
}

static void
take_doubt(struct facts *facts, const struct config_doubt *doubt)
{
	facts->verdict.value = VERDICT_UNDETERMINED;
	facts->verdict.reason = doubt->reason;
	facts->verdict.explanation = doubt->message;
	facts->verdict.settle = doubt->settle;
}

static void
take_listener(struct facts *facts, const struct config_listener *listener)
{
	facts->verdict.value = listener->verdict;
	facts->verdict.reason = listener->reason;
	facts->verdict.explanation = listener->explanation;
	facts->verdict.settle = listener->settle;
	facts->config->scope = listener->scope;
}

static void
take_nothing(struct facts *facts)
{
	facts->verdict.value = VERDICT_NO_SERVICE;
	facts->verdict.reason = REASON_NOT_SERVED;
	facts->verdict.explanation = facts_printf(facts, "%s serves no POP3 by this configuration.",
		facts->config->title);
}

/* --- what follows from the listeners ---------------------------------------------------------- */

static bool
same_location(const struct location *a, const struct location *b)
{
	return a->line == b->line && a->column == b->column && g_strcmp0(a->file, b->file) == 0;
}

static bool
is_noted(const struct config_facts *config, const struct config_note *wanted)
{
	for (guint i = 0; i < config->notes->len; i++) {
		const struct config_note *note =
			&g_array_index(config->notes, struct config_note, i);

		if (note != wanted && note->kind == wanted->kind &&
			same_location(&note->location, &wanted->location))
			return true;
	}
	return false;
}

/* Where the setting stands that decides; the root file for a default. */
static struct location
decided_at(const struct config_facts *config, const struct config_listener *listener)
{
	const struct config_step *decides = config_chain_last(&listener->chain);

	return decides != NULL ? decides->location : (struct location){ .file = config->root };
}

static gint
by_text(gconstpointer a, gconstpointer b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/*
 * Whom the setting at that place lets in, and on which addresses, over all listeners that follow
 * from it: in an order of its own, so that theirs does not matter. Next to one that lets in
 * everybody everywhere the others add nothing.
 */
static const char *
reach_of(struct facts *facts, const struct location *place)
{
	const struct config_facts *config = facts->config;
	g_autoptr(GPtrArray) parts = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GString) text = g_string_new(NULL);

	for (guint i = 0; i < config->listeners->len; i++) {
		const struct config_listener *each = listener_at(config, i);
		struct location at = decided_at(config, each);
		bool everywhere = is_everywhere(each->address);

		if (each->verdict != VERDICT_PERMITS || !same_location(&at, place))
			continue;
		if (everywhere && each->scope == NULL)
			return "every client";
		g_ptr_array_add(parts,
			g_strdup_printf("%s at %s",
				each->scope != NULL ? each->scope : "every client",
				everywhere                         ? "every address" :
					is_loopback(each->address) ? "loopback" :
								     each->address));
	}
	g_ptr_array_sort(parts, by_text);
	for (guint i = 0; i < parts->len; i++) {
		const char *part = g_ptr_array_index(parts, i);

		/* One for each port says the same twice. */
		if (i == 0 || !g_str_equal(part, g_ptr_array_index(parts, i - 1)))
			g_string_append_printf(text, "%s%s", i > 0 ? "; " : "", part);
	}
	return facts_keep(facts, text->str, text->len);
}

/* One note for each place, however many listeners follow from it. Returns it, or NULL. */
static struct config_note *
note_listener(struct facts *facts, enum config_note_kind kind,
	const struct config_listener *listener, const char *message, const char *remedy)
{
	const struct config_step *decides = config_chain_last(&listener->chain);
	struct config_note *note = config_add_note(facts, kind);

	note->message = message;
	note->remedy = remedy;
	note->chain = &listener->chain;
	note->location = decided_at(facts->config, listener);
	note->line = decides != NULL ? decides->line : NULL;
	if (!is_noted(facts->config, note))
		return note;
	g_array_set_size(facts->config->notes, facts->config->notes->len - 1);
	return NULL;
}

/* The same for one that lets passwords out: whom it lets out makes it another one. */
static void
note_leak(struct facts *facts, enum config_note_kind kind, const struct config_listener *listener,
	const char *message, const char *remedy)
{
	struct config_note *note = note_listener(facts, kind, listener, message, remedy);

	if (note != NULL)
		note->reach = reach_of(facts, &note->location);
}

/* What the same listener does for all clients; undetermined where it is not known. */
static enum verdict_value
verdict_for_all(const struct config_facts *config, const struct config_listener *scoped)
{
	for (guint i = 0; i < config->listeners->len; i++) {
		const struct config_listener *each = listener_at(config, i);

		if (each->scope == NULL && each->port == scoped->port &&
			g_str_equal(each->address, scoped->address))
			return each->verdict;
	}
	return VERDICT_UNDETERMINED;
}

static void
note_scope(struct facts *facts, const struct config_listener *listener)
{
	if (listener->verdict == VERDICT_PERMITS && listener->scope != NULL &&
		!is_loopback(listener->address) &&
		verdict_for_all(facts->config, listener) == VERDICT_REFUSES)
		note_leak(facts, CONFIG_NOTE_SCOPE_EXCEPTION, listener,
			facts_printf(facts,
				"Clients of %s are let in without TLS; all others are not.",
				listener->scope),
			NULL);
}

static void
note_exposed(struct facts *facts, const struct config_listener *listener)
{
	static const char what[] = "starts in clear and listens on every address.";

	if (listener->mode == MODE_POP3 && is_everywhere(listener->address) &&
		listener->scope == NULL && listener->verdict != VERDICT_NO_SERVICE)
		note_listener(facts, CONFIG_NOTE_EXPOSED_LISTENER, listener,
			listener->port != 0 ?
				facts_printf(facts, "Port %u %s", listener->port, what) :
				facts_printf(facts, "A port that is not told here %s", what),
			NULL);
}

static void
note_listeners(struct facts *facts)
{
	for (guint i = 0; i < facts->config->listeners->len; i++) {
		struct config_listener *listener = listener_at(facts->config, i);

		if (listener->verdict == VERDICT_PERMITS)
			note_leak(facts, CONFIG_NOTE_PERMITS, listener, listener->explanation,
				facts->config->remedy);
		note_scope(facts, listener);
		note_exposed(facts, listener);
	}
}

/* What is not among the listeners and doubts that were kept may be the worst of them. */
static void
doubt_the_rest(struct facts *facts)
{
	struct config_doubt *doubt;

	if (!facts->config->cut)
		return;
	doubt = config_add_doubt(facts, REASON_NOT_UNDERSTOOD);
	doubt->location.file = facts->config->root;
	doubt->message = "There is more in it than is read.";
	doubt->settle = "Audit its parts, or ask the server: popseal scan.";
}

void
config_verdict_decide(struct facts *facts)
{
	struct config_facts *config = facts->config;
	const struct config_doubt *doubt;
	const struct config_listener *worst;

	doubt_the_rest(facts);
	doubt = gravest_doubt(config);
	for (guint i = 0; i < config->listeners->len; i++) {
		struct config_listener *listener = listener_at(config, i);

		if (listener->scope == NULL && is_loopback(listener->address))
			listener->scope = "loopback only";
	}
	worst = worst_listener(config);
	if (doubt != NULL &&
		(doubt->fatal || worst == NULL ||
			verdict_gravity(worst->verdict) < verdict_gravity(VERDICT_UNDETERMINED)))
		take_doubt(facts, doubt);
	else if (worst != NULL)
		take_listener(facts, worst);
	else
		take_nothing(facts);
	if (facts->verdict.value == VERDICT_PERMITS || facts->verdict.value == VERDICT_REFUSES)
		facts->verdict.confidence = CONFIDENCE_LIKELY;
	if (doubt == NULL || !doubt->fatal)
		note_listeners(facts);
}
