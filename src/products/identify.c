/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which product is it? The rooms' fingerprints are weighed, and the heaviest room wins.
 *
 * A greeting is easily renamed, so the order of the CAPA list and the wording
 * of any reply count as well. Two rooms of the same weight mean that nobody
 * knows: a wrong room would read refusals in a wrong language.
 *
 * This is asked with every refusal of every server. So the fingerprints are
 * sorted by where they look and by their first octet, and each text meets the few
 * that may fit it, not all of them; and what the same signs meant is remembered.
 */
#include <string.h>

#include "model/memo.h"
#include "products/product.h"

enum {
	SCORE_MIN = 50,   /* below it, signs say nothing */
	REPLIES_MAX = 48, /* different replies that are looked at */
	REPLY_MAX = 160,  /* octets of each; no fingerprint is longer */
	LAYOUT_MAX = 512, /* octets of the joined CAPA list */
};

/* Everything that fingerprints look at. */
struct signs {
	const char *greeting; /* NULL: there was none */
	const struct capabilities *clear;
	const struct capabilities *over_tls;
	bool has_layout;
	char layout[LAYOUT_MAX];
	char replies[REPLIES_MAX][REPLY_MAX];
	size_t reply_count;
};

/* Returns what stands behind "+OK " or "-ERR ", or NULL if the line is no such reply. */
static const char *
behind_status(const char *line)
{
	const char *word = line[0] == '+' || line[0] == '-' ? line + 1 : line;
	size_t length = g_ascii_strncasecmp(word, "OK", 2) == 0 ? 2 :
		g_ascii_strncasecmp(word, "ERR", 3) == 0        ? 3 :
								  0;

	if (length == 0 || (word[length] != ' ' && word[length] != '\0'))
		return NULL;
	return word[length] == ' ' ? word + length + 1 : word + length;
}

static void
add_reply(struct signs *signs, const char *line)
{
	const char *text = line ? behind_status(line) : NULL;
	char *kept = signs->replies[signs->reply_count];

	if (!text || signs->reply_count == REPLIES_MAX - 1)
		return;
	g_strlcpy(kept, text, REPLY_MAX);
	for (size_t i = 0; i < signs->reply_count; i++) {
		if (strcmp(signs->replies[i], kept) == 0)
			return;
	}
	signs->reply_count++;
}

static bool
is_reply(const char *line)
{
	return strncmp(line, "S: ", 3) == 0 && (line[3] == '+' || line[3] == '-');
}

/* The transcript knows more than the attempts: what was said to CAPA, "*" and QUIT. */
static void
add_transcript(struct signs *signs, const char *at, const char *greeting)
{
	char line[REPLY_MAX];

	while (*at) {
		size_t length = (size_t)(strchrnul(at, '\n') - at);

		if (is_reply(at)) {
			g_strlcpy(line, at + 3, MIN(length - 2, sizeof(line)));
			if (!greeting || strncmp(line, greeting, sizeof(line) - 1) != 0)
				add_reply(signs, line);
		}
		at += at[length] ? length + 1 : length;
	}
}

static void
add_answers(struct signs *signs, const struct probe_facts *probe)
{
	for (size_t i = 0; i < probe->attempt_count; i++)
		add_reply(signs, probe->attempts[i].reply);
	add_reply(signs, probe->credential.reply);
	add_reply(signs, probe->stls.reply);
}

static void
add_layout(struct signs *signs, const struct capabilities *list)
{
	signs->has_layout = list->state == LIST_ANSWERED;
	for (size_t i = 0; i < list->count; i++) {
		if (i > 0)
			g_strlcat(signs->layout, ",", LAYOUT_MAX);
		g_strlcat(signs->layout, list->lines[i], LAYOUT_MAX);
	}
}

static void
gather(struct signs *signs, const struct probe_facts *probe)
{
	signs->greeting = probe->greeting ? behind_status(probe->greeting) : NULL;
	signs->clear = &probe->clear;
	signs->over_tls = &probe->over_tls;
	signs->layout[0] = '\0';
	signs->reply_count = 0;
	add_layout(signs, probe->clear.state == LIST_ANSWERED ? &probe->clear : &probe->over_tls);
	add_answers(signs, probe);
	if (probe->transcript)
		add_transcript(signs, probe->transcript->str, probe->greeting);
}

/* Whether the pattern fits. What stands at its "%v" goes into *version, if wanted and empty. */
static bool
fits(const char *pattern, const char *text, char **version)
{
	g_autofree char *found = NULL;

	/* Most patterns are anchored, and done with at their first octet, whatever its case. */
	if (*pattern && *pattern != '*' && *pattern != '%' && ((*pattern ^ *text) & ~0x20) != 0)
		return false;
	if (!strchr(pattern, '%'))
		return pattern_match(pattern, text);
	found = pattern_version(pattern, text);
	if (!found)
		return false;
	if (version && !*version)
		*version = g_steal_pointer(&found);
	return true;
}

static bool
fits_list(const char *pattern, const struct capabilities *list, char **version)
{
	for (size_t i = 0; i < list->count; i++) {
		if (fits(pattern, list->lines[i], version))
			return true;
	}
	return false;
}

static bool
fits_replies(const char *pattern, const struct signs *signs, char **version)
{
	for (size_t i = 0; i < signs->reply_count; i++) {
		if (fits(pattern, signs->replies[i], version))
			return true;
	}
	return false;
}

static bool
seen(const struct signs *signs, const struct fingerprint *fingerprint, char **version)
{
	const char *pattern = fingerprint->pattern;

	switch (fingerprint->place) {
	case PLACE_GREETING:
		return signs->greeting && fits(pattern, signs->greeting, version);
	case PLACE_CAPABILITY:
		return fits_list(pattern, signs->clear, version) ||
			fits_list(pattern, signs->over_tls, version);
	case PLACE_LAYOUT:
		return signs->has_layout && fits(pattern, signs->layout, version);
	case PLACE_REPLY:
		return fits_replies(pattern, signs, version);
	case PLACE_END:
		break;
	}
	return false;
}

/* --- the fingerprints by their first octet ---------------------------------------------------- */

enum {
	PRODUCTS_MAX = 64,
	KEYS = 256,
	KEY_ANY = 0, /* of patterns that may begin with anything */
};

struct entry {
	const struct fingerprint *fingerprint;
	struct entry *next; /* of the same place and key */
	size_t product;
	unsigned round; /* in which it was last found */
};

/* Made once in a process, and kept. */
struct lookup {
	struct entry *first[PLACE_REPLY + 1][KEYS];
	unsigned round;
};

/* Letters of either case have one key. */
static unsigned char
key_of(char octet)
{
	return (unsigned char)octet & (unsigned char)~0x20;
}

static unsigned char
key_of_pattern(const char *pattern)
{
	return *pattern == '*' || *pattern == '%' ? KEY_ANY : key_of(*pattern);
}

static void
add_entry(struct lookup *lookup, const struct fingerprint *fingerprint, size_t product)
{
	unsigned char key = key_of_pattern(fingerprint->pattern);
	struct entry **first = &lookup->first[fingerprint->place][key];
	struct entry *entry = g_new0(struct entry, 1);

	entry->fingerprint = fingerprint;
	entry->product = product;
	entry->next = *first;
	*first = entry;
}

static struct lookup *
get_lookup(void)
{
	static struct lookup *lookup;

	if (lookup != NULL)
		return lookup;
	lookup = g_new0(struct lookup, 1);
	for (size_t i = 0; products[i] != NULL; i++) {
		const struct fingerprint *fingerprint = products[i]->fingerprints;

		g_assert(i < PRODUCTS_MAX);
		for (; fingerprint->place != PLACE_END; fingerprint++)
			add_entry(lookup, fingerprint, i);
	}
	return lookup;
}

/* --- weighing --------------------------------------------------------------------------------- */

/* Adds what is found in a text to its products' scores; each fingerprint counts once. */
static void
weigh_key(struct lookup *lookup, struct entry *entry, const char *text, int *scores)
{
	for (; entry != NULL; entry = entry->next) {
		if (entry->round == lookup->round || !fits(entry->fingerprint->pattern, text, NULL))
			continue;
		entry->round = lookup->round;
		scores[entry->product] += entry->fingerprint->weight;
	}
}

static void
weigh(struct lookup *lookup, enum place place, const char *text, int *scores)
{
	unsigned char key = key_of(*text);

	weigh_key(lookup, lookup->first[place][KEY_ANY], text, scores);
	if (key != KEY_ANY)
		weigh_key(lookup, lookup->first[place][key], text, scores);
}

static void
weigh_signs(const struct signs *signs, int *scores)
{
	struct lookup *lookup = get_lookup();

	lookup->round++;
	if (signs->greeting != NULL)
		weigh(lookup, PLACE_GREETING, signs->greeting, scores);
	for (size_t i = 0; i < signs->clear->count; i++)
		weigh(lookup, PLACE_CAPABILITY, signs->clear->lines[i], scores);
	for (size_t i = 0; i < signs->over_tls->count; i++)
		weigh(lookup, PLACE_CAPABILITY, signs->over_tls->lines[i], scores);
	if (signs->has_layout)
		weigh(lookup, PLACE_LAYOUT, signs->layout, scores);
	for (size_t i = 0; i < signs->reply_count; i++)
		weigh(lookup, PLACE_REPLY, signs->replies[i], scores);
}

static const struct product *
heaviest(const struct signs *signs)
{
	const struct product *best = NULL;
	int best_score = SCORE_MIN - 1;
	int scores[PRODUCTS_MAX] = { 0 };

	weigh_signs(signs, scores);
	for (size_t i = 0; products[i]; i++) {
		if (scores[i] > best_score)
			best = products[i];
		else if (scores[i] == best_score)
			best = NULL;
		best_score = MAX(scores[i], best_score);
	}
	return best;
}

static char *
find_version(const struct signs *signs, const struct product *product)
{
	const struct fingerprint *fingerprint = product->fingerprints;
	char *version = NULL;

	for (; fingerprint->place != PLACE_END && !version; fingerprint++) {
		if (strchr(fingerprint->pattern, '%'))
			seen(signs, fingerprint, &version);
	}
	return version;
}

static const struct product *
identify(const struct probe_facts *probe, char **version)
{
	static _Thread_local struct signs signs; /* too large to be cleared each time */
	const struct product *product;

	gather(&signs, probe);
	product = heaviest(&signs);
	*version = product ? find_version(&signs, product) : NULL;
	return product;
}

/* --- what was identified before --------------------------------------------------------------- */

/* All that signs are gathered from; one octet too many if it is more than a memo remembers. */
struct key {
	size_t length;
	char bytes[MEMO_KEY_MAX + 1];
};

static void
key_add(struct key *key, const char *bytes, size_t length)
{
	length = MIN(length, sizeof(key->bytes) - key->length);
	memcpy(key->bytes + key->length, bytes, length);
	key->length += length;
}

/* No line holds a line feed, so that none is told from an empty one. */
static void
key_add_line(struct key *key, const char *line)
{
	if (line)
		key_add(key, line, strlen(line) + 1);
	else
		key_add(key, "\n", 1);
}

static void
key_add_list(struct key *key, const struct capabilities *list)
{
	key_add(key, list->state == LIST_ANSWERED ? "=" : "-", 1);
	for (size_t i = 0; i < list->count; i++)
		key_add_line(key, list->lines[i]);
	key_add_line(key, NULL);
}

static void
key_add_transcript(struct key *key, const char *at)
{
	while (*at) {
		size_t length = (size_t)(strchrnul(at, '\n') - at);

		if (is_reply(at))
			key_add(key, at, length + 1);
		at += at[length] ? length + 1 : length;
	}
}

static void
write_key(struct key *key, const struct probe_facts *probe)
{
	key->length = 0;
	key_add_line(key, probe->greeting);
	key_add_list(key, &probe->clear);
	key_add_list(key, &probe->over_tls);
	for (size_t i = 0; i < probe->attempt_count; i++)
		key_add_line(key, probe->attempts[i].reply);
	key_add_line(key, probe->credential.reply);
	key_add_line(key, probe->stls.reply);
	if (probe->transcript)
		key_add_transcript(key, probe->transcript->str);
}

const struct product *
product_identify(struct facts *facts, const char **version)
{
	static struct memo memo;
	static _Thread_local struct key key; /* as large */
	g_autofree char *found = NULL;
	const char *text;
	const struct product *product;
	struct memo_slot *slot;
	bool known;

	write_key(&key, &facts->probe);
	slot = memo_slot(&memo, 0, key.bytes, key.length, &known);
	if (known) {
		product = (const struct product *)slot->value;
		text = slot->text;
	} else {
		product = identify(&facts->probe, &found);
		text = found;
	}
	*version = text ? facts_keep(facts, text, strlen(text)) : NULL;
	if (slot && !known) {
		slot->value = (uintptr_t)product;
		slot->text = g_steal_pointer(&found);
	}
	return product;
}
