/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which assignment decides for a client.
 *
 * Under one filter the last one wins. Of the filters that match, 2.3 lets the more special win:
 * local_name, then the longer local mask, the longer remote mask, protocol; where two say different
 * things and neither is the wider one, the login fails with "Conflict in setting". 2.4 lets the one
 * win that was opened later; its documents say that the more special does. Where the two differ we
 * call it a conflict, too.
 */
#include <string.h>

#include "products/dovecot/settings.h"

static bool
protocol_matches(const char *mask, const char *protocol)
{
	if (mask == NULL)
		return true;
	if (protocol == NULL)
		return false;
	return mask[0] == '!' ? !g_str_equal(mask + 1, protocol) : g_str_equal(mask, protocol);
}

/* A mask of no bits is no condition at all: not even that of the family. */
static bool
is_for(const struct dovecot_network *filter, const struct dovecot_network *client)
{
	return filter->text == NULL || filter->bits == 0 ||
		(!dovecot_network_is_empty(filter) && dovecot_network_holds(filter, client));
}

static bool
matches(const struct dovecot_filter *filter, const struct dovecot_client *client)
{
	return filter->local_name == NULL && filter->group == NULL &&
		protocol_matches(filter->protocol, client->protocol) &&
		is_for(&filter->local, &client->local) && is_for(&filter->remote, &client->remote);
}

bool
dovecot_filter_may_match(const struct dovecot_filter *filter, const char *protocol)
{
	return filter->local_name == NULL && filter->group == NULL &&
		protocol_matches(filter->protocol, protocol);
}

static unsigned
bits_of(const struct dovecot_network *network)
{
	return network->text != NULL ? network->bits : 0;
}

/* Below 0 where a is the more special. */
static int
by_specialty(const struct dovecot_filter *a, const struct dovecot_filter *b)
{
	if (bits_of(&a->local) != bits_of(&b->local))
		return bits_of(&a->local) > bits_of(&b->local) ? -1 : 1;
	if (bits_of(&a->remote) != bits_of(&b->remote))
		return bits_of(&a->remote) > bits_of(&b->remote) ? -1 : 1;
	if ((a->protocol != NULL) != (b->protocol != NULL))
		return a->protocol != NULL ? -1 : 1;
	return 0;
}

static gint
most_special_first(gconstpointer a, gconstpointer b)
{
	const struct dovecot_filter *one = *(const struct dovecot_filter *const *)a;
	const struct dovecot_filter *other = *(const struct dovecot_filter *const *)b;
	int order = by_specialty(one, other);

	/* Those of one rank stay in their order. */
	return order != 0 ? order : (one->order < other->order ? -1 : 1);
}

static gint
last_first(gconstpointer a, gconstpointer b)
{
	const struct dovecot_filter *one = *(const struct dovecot_filter *const *)a;
	const struct dovecot_filter *other = *(const struct dovecot_filter *const *)b;

	return one->order > other->order ? -1 : 1;
}

/* Whether all that the filter `inner` is for, `outer` is for, too, as 2.3 asks. */
static bool
is_wider(const struct dovecot_filter *outer, const struct dovecot_filter *inner)
{
	return bits_of(&outer->local) <= bits_of(&inner->local) &&
		bits_of(&outer->remote) <= bits_of(&inner->remote) &&
		(outer->protocol == NULL || inner->protocol != NULL);
}

/* The filters that match the client, the one that wins first. */
static GPtrArray *
matching(const struct dovecot_settings *settings, const struct dovecot_client *client)
{
	GPtrArray *found = g_ptr_array_new();

	for (guint i = 0; i < settings->filters->len; i++)
		if (matches(g_ptr_array_index(settings->filters, i), client))
			g_ptr_array_add(found, g_ptr_array_index(settings->filters, i));
	g_ptr_array_sort(found, settings->is_24 ? last_first : most_special_first);
	return found;
}

/*
 * Calls `each` for the assignments that hold under the filter: those of the groups that are
 * included there, then its own.
 */
static void
for_each_under(const struct dovecot_settings *settings, const struct dovecot_filter *filter,
	const char *key, bool list, GFunc each, void *data)
{
	const GPtrArray *own = dovecot_settings_under(settings, filter, key, list);

	for (guint i = 0; i < settings->groups->len; i++) {
		const struct dovecot_include_group *group =
			&g_array_index(settings->groups, struct dovecot_include_group, i);

		for (guint j = 0; group->filter == filter && j < settings->filters->len; j++) {
			const struct dovecot_filter *of_group =
				g_ptr_array_index(settings->filters, j);
			const GPtrArray *all = NULL;

			if (of_group->parent != NULL && of_group->parent->order == 0 &&
				g_strcmp0(of_group->group, group->group) == 0)
				all = dovecot_settings_under(settings, of_group, key, list);
			for (guint k = 0; all != NULL && k < all->len; k++)
				each(g_ptr_array_index(all, k), data);
		}
	}
	for (guint i = 0; own != NULL && i < own->len; i++)
		each(g_ptr_array_index(own, i), data);
}

/* What one filter adds to the steps. */
struct steps {
	struct dovecot_found *found;
	const struct dovecot_assignment *last;
};

static void
add_step(void *data, void *to)
{
	struct steps *steps = to;
	struct dovecot_found *found = steps->found;

	steps->last = data;
	if (found->count == CONFIG_CHAIN_MAX) {
		for (size_t i = 1; i < CONFIG_CHAIN_MAX; i++)
			found->steps[i - 1] = found->steps[i];
		found->count--;
	}
	found->steps[found->count++] = data;
}

const struct dovecot_assignment *
dovecot_settings_last(const struct dovecot_settings *settings, const struct dovecot_filter *filter,
	const char *key)
{
	struct dovecot_found found = { 0 };
	struct steps steps = { .found = &found };

	for_each_under(settings, filter, key, false, add_step, &steps);
	return steps.last;
}

static bool
differ(const struct dovecot_assignment *a, const struct dovecot_assignment *b)
{
	bool yes_a, yes_b;

	if (a->value == NULL || b->value == NULL)
		return true;
	if (dovecot_boolean(a->value, &yes_a) && dovecot_boolean(b->value, &yes_b))
		return yes_a != yes_b;
	return !g_str_equal(a->value, b->value);
}

/* What each matching filter says, the winner last. */
struct saying {
	const struct dovecot_filter *filter;
	const struct dovecot_assignment *last;
};

/* As 2.3 merges: the winner against each other one, whose neighbour decides if it may differ. */
static void
find_conflict_23(GPtrArray *filters, const GArray *said, struct dovecot_found *found)
{
	for (guint i = 0; i + 1 < said->len; i++) {
		const struct saying *each = &g_array_index(said, struct saying, i);
		guint place;

		if (!g_ptr_array_find(filters, each->filter, &place) || place == 0)
			continue;
		/* That both say the same does not help. */
		if (!is_wider(each->filter, g_ptr_array_index(filters, place - 1)))
			found->conflict = each->last;
	}
}

/* Whether the inner filter is one of those that enclose the other. */
static bool
encloses(const struct dovecot_filter *outer, const struct dovecot_filter *inner)
{
	for (; inner != NULL; inner = inner->parent)
		if (inner == outer)
			return true;
	return false;
}

/* In 2.4: the later one won, and a more special one, which it is not within, says otherwise. */
static void
find_conflict_24(const GArray *said, struct dovecot_found *found)
{
	const struct saying *winner = &g_array_index(said, struct saying, said->len - 1);

	for (guint i = 0; i + 1 < said->len; i++) {
		const struct saying *each = &g_array_index(said, struct saying, i);
		bool nested = each->filter->order != 0 && winner->filter->parent != NULL &&
			winner->filter->parent->order != 0;

		if (encloses(each->filter, winner->filter))
			continue;
		if ((by_specialty(each->filter, winner->filter) < 0 || nested ||
			    each->filter->parent->order != 0) &&
			differ(each->last, winner->last))
			found->conflict = each->last;
	}
}

void
dovecot_settings_find(const struct dovecot_settings *settings, const char *key,
	const struct dovecot_client *client, struct dovecot_found *found)
{
	g_autoptr(GPtrArray) filters = matching(settings, client);
	g_autoptr(GArray) said = g_array_new(FALSE, FALSE, sizeof(struct saying));

	memset(found, 0, sizeof(*found));
	for (guint i = filters->len; i > 0; i--) {
		struct saying saying = { .filter = g_ptr_array_index(filters, i - 1) };
		struct steps steps = { .found = found };

		for_each_under(settings, saying.filter, key, false, add_step, &steps);
		saying.last = steps.last;
		if (saying.last != NULL)
			g_array_append_val(said, saying);
	}
	if (said->len == 0)
		return;
	found->decides = g_array_index(said, struct saying, said->len - 1).last;
	if (settings->is_24)
		find_conflict_24(said, found);
	else
		find_conflict_23(filters, said, found);
}

const char *
dovecot_found_value(const struct dovecot_found *found, const char *otherwise)
{
	return found->decides != NULL ? found->decides->value : otherwise;
}

/* --- lists ------------------------------------------------------------------------------------ */

/* A list as it grows. A word that is taken out leaves an empty place until the end. */
struct growing {
	GArray *words;
	GHashTable *places; /* of the words that are in it: where, plus one */
	struct arena *arena;
	size_t key_length;
	bool is_24;
};

static void
remove_word(struct growing *list, const char *word)
{
	guint place = GPOINTER_TO_UINT(g_hash_table_lookup(list->places, word));

	if (place == 0)
		return;
	g_array_index(list->words, struct dovecot_word, place - 1).word = NULL;
	g_hash_table_remove(list->places, word);
}

/* A word that is there already stays where it is. */
static void
add_word(struct growing *list, const char *word, const struct dovecot_assignment *from)
{
	struct dovecot_word added = { word, from };

	if (g_hash_table_contains(list->places, word))
		return;
	g_array_append_val(list->words, added);
	g_hash_table_insert(list->places, (gpointer)(uintptr_t)word,
		GUINT_TO_POINTER(list->words->len));
}

/* Takes what is left of a quoted word; false where the quote is not closed, or more is glued on. */
static bool
take_quoted(const char **at, GString *word)
{
	for (; **at != '"'; (*at)++) {
		if (**at == '\\' && (*at)[1] != '\0')
			(*at)++;
		if (**at == '\0')
			return false;
		g_string_append_c(word, **at);
	}
	(*at)++;
	return strchr(", ", **at) != NULL;
}

enum dovecot_list
dovecot_list_next(bool is_24, const char **at, GString *word)
{
	size_t length;

	*at += strspn(*at, ", ");
	g_string_truncate(word, 0);
	if (**at == '\0')
		return DOVECOT_LIST_END;
	if (is_24 && **at == '"') {
		(*at)++;
		return take_quoted(at, word) ? DOVECOT_LIST_WORD : DOVECOT_LIST_WRONG;
	}
	length = strcspn(*at, ", ");
	g_string_append_len(word, *at, (gssize)length);
	*at += length;
	return is_24 && strchr(word->str, '"') != NULL ? DOVECOT_LIST_WRONG : DOVECOT_LIST_WORD;
}

static void
add_words(struct growing *list, const char *text, const struct dovecot_assignment *from)
{
	g_autoptr(GString) word = g_string_new(NULL);

	while (dovecot_list_next(list->is_24, &text, word) == DOVECOT_LIST_WORD)
		add_word(list, arena_text(list->arena, word->str, word->len), from);
}

/* One assignment, to the list or to one word of it. */
static void
apply(void *data, void *to)
{
	const struct dovecot_assignment *assignment = data;
	struct growing *list = to;
	const char *word = assignment->key + list->key_length;
	bool yes;

	if (assignment->value == NULL)
		return;
	if (*word == '\0') {
		g_array_set_size(list->words, 0);
		g_hash_table_remove_all(list->places);
		add_words(list, assignment->value, assignment);
		return;
	}
	remove_word(list, ++word);
	if (dovecot_boolean(assignment->value, &yes) && yes)
		add_word(list, word, assignment);
}

static void
close_gaps(GArray *words)
{
	guint kept = 0;

	for (guint i = 0; i < words->len; i++)
		if (g_array_index(words, struct dovecot_word, i).word != NULL)
			g_array_index(words, struct dovecot_word, kept++) =
				g_array_index(words, struct dovecot_word, i);
	g_array_set_size(words, kept);
}

GArray *
dovecot_settings_list(struct dovecot_settings *settings, const char *key,
	const struct dovecot_client *client, const char *otherwise)
{
	g_autoptr(GPtrArray) filters = matching(settings, client);
	g_autoptr(GHashTable) places = g_hash_table_new(g_str_hash, g_str_equal);
	struct growing list = {
		.places = places,
		.words = g_array_new(FALSE, FALSE, sizeof(struct dovecot_word)),
		.arena = &settings->arena,
		.key_length = strlen(key),
		.is_24 = settings->is_24,
	};

	add_words(&list, otherwise, NULL);
	for (guint i = filters->len; i > 0; i--)
		for_each_under(settings, g_ptr_array_index(filters, i - 1), key, true, apply,
			&list);
	close_gaps(list.words);
	return list.words;
}
