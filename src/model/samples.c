/* SPDX-License-Identifier: Apache-2.0 */
#include "model/samples.h"

#include <string.h>

#include "model/escape.h"

enum {
	WORD_MAX = 20 /* letters; what is longer is an id */
};

/* One comparison under way. */
struct comparison {
	struct samples *samples;
	const struct probe_facts *one;
	const struct probe_facts *other;
	enum likeness likeness;
};

static bool
is_known(const struct samples *samples, const char *what)
{
	for (size_t i = 0; i < samples->difference_count; i++)
		if (g_str_equal(samples->differences[i].what, what))
			return true;
	return false;
}

/* Takes over both texts. */
static void
add_difference(struct comparison *comparison, const char *what, char *one, char *other)
{
	struct samples *samples = comparison->samples;
	struct difference *difference = &samples->differences[samples->difference_count];

	comparison->likeness = LIKENESS_NONE;
	if (is_known(samples, what) || samples->difference_count == SAMPLES_DIFFERENCES_MAX) {
		g_free(one);
		g_free(other);
		return;
	}
	g_strlcpy(difference->what, what, sizeof(difference->what));
	difference->one = one;
	difference->other = other;
	samples->difference_count++;
}

/*
 * Whether a question can be compared: both told something. Where one of them alone did, the samples
 * are not equal, but do not differ either.
 */
static bool
both_tell(struct comparison *comparison, bool one, bool other)
{
	if (one != other && comparison->likeness == LIKENESS_EQUAL)
		comparison->likeness = LIKENESS_PARTLY;
	return one && other;
}

/* --- connection and greeting ------------------------------------------------------------------ */

static bool
connect_tells(const struct probe_facts *probe)
{
	return probe->connect == CONNECT_OPEN || probe->connect == CONNECT_REFUSED;
}

static char *
connect_text(const struct probe_facts *probe)
{
	return g_strdup(probe->connect == CONNECT_OPEN ? "-- connected" : "-- connection refused");
}

static void
compare_connections(struct comparison *comparison)
{
	const struct probe_facts *one = comparison->one, *other = comparison->other;

	if (both_tell(comparison, connect_tells(one), connect_tells(other)) &&
		one->connect != other->connect)
		add_difference(comparison, "connection", connect_text(one), connect_text(other));
}

/* A connection that is closed before a byte came is an answer; one that stays silent is none. */
static bool
greeting_tells(const struct probe_facts *probe)
{
	if (probe->connect != CONNECT_OPEN)
		return false;
	return probe->greeting_kind != GREETING_NONE ||
		(probe->timeout_step == NULL && probe->tls.handshake == HANDSHAKE_NOT_TRIED);
}

static bool
is_date_word(const char *word)
{
	static const char *const words[] = { "mon", "tue", "wed", "thu", "fri", "sat", "sun", "jan",
		"feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec", "am",
		"pm", NULL };

	return g_strv_contains(words, word);
}

/*
 * What stays the same in every greeting of one server: the words that consist of letters alone.
 * Ids, times and full host names have digits, dots, or are long. The caller frees it.
 */
static char *
greeting_words(const char *greeting)
{
	g_autofree char *lower = g_ascii_strdown(greeting, -1);
	g_auto(GStrv) words = g_strsplit_set(lower, " \t", -1);
	GString *kept = g_string_new(NULL);

	for (size_t i = 0; words[i] != NULL; i++) {
		char *word = words[i] + strspn(words[i], "+-([\"'");
		size_t length = strcspn(word, ".,:;!)]\"'");
		size_t tail = strspn(word + length, ".,:;!)]\"'");

		if (word[length + tail] != '\0' || length == 0 || length > WORD_MAX)
			continue;
		word[length] = '\0';
		if (strspn(word, "abcdefghijklmnopqrstuvwxyz") == length && !is_date_word(word))
			g_string_append_printf(kept, "%s ", word);
	}
	return g_string_free(kept, FALSE);
}

static bool
greetings_differ(const struct probe_facts *one, const struct probe_facts *other)
{
	g_autofree char *words = NULL, *other_words = NULL;

	if (one->greeting_kind != other->greeting_kind ||
		(one->apop == NULL) != (other->apop == NULL))
		return true;
	if (one->greeting == NULL || other->greeting == NULL)
		return false;
	words = greeting_words(one->greeting);
	other_words = greeting_words(other->greeting);
	return !g_str_equal(words, other_words);
}

static char *
greeting_text(const struct probe_facts *probe)
{
	g_autofree char *escaped = escape_string(probe->greeting);

	if (probe->greeting_kind == GREETING_NONE)
		return g_strdup("-- closed before a byte came");
	return g_strdup_printf("S: %s", escaped != NULL ? escaped : "");
}

static void
compare_greetings(struct comparison *comparison)
{
	const struct probe_facts *one = comparison->one, *other = comparison->other;

	if (both_tell(comparison, greeting_tells(one), greeting_tells(other)) &&
		greetings_differ(one, other))
		add_difference(comparison, "greeting", greeting_text(one), greeting_text(other));
}

static char *
product_text(const struct probe_facts *probe)
{
	g_autofree char *version = escape_string(probe->product_version);

	return g_strdup_printf("-- product: %s%s%s", probe->product, version != NULL ? " " : "",
		version != NULL ? version : "");
}

/* A product that was not recognised says nothing: signs may be missing. */
static void
compare_products(struct comparison *comparison)
{
	const struct probe_facts *one = comparison->one, *other = comparison->other;
	bool versions = one->product_version != NULL && other->product_version != NULL;

	if (one->product == NULL || other->product == NULL)
		return;
	if (!g_str_equal(one->product, other->product) ||
		(versions && !g_str_equal(one->product_version, other->product_version)))
		add_difference(comparison, "product", product_text(one), product_text(other));
}

/* --- lists ------------------------------------------------------------------------------------ */

static gint
by_text(gconstpointer a, gconstpointer b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static char *
sorted(char **parts, const char *separator)
{
	qsort(parts, g_strv_length(parts), sizeof(*parts), by_text);
	return g_strjoinv(separator, parts);
}

/* The order of lines, and of mechanisms in a line, means nothing; the product stands elsewhere. */
static char *
list_canon(const struct capabilities *list)
{
	g_autoptr(GStrvBuilder) lines = g_strv_builder_new();
	g_auto(GStrv) all = NULL;

	for (size_t i = 0; i < list->count; i++) {
		g_autofree char *upper = g_ascii_strup(list->lines[i], -1);
		g_auto(GStrv) words = g_strsplit(upper, " ", -1);
		g_autofree char *line = sorted(words, " ");

		if (!g_str_has_prefix(upper, "IMPLEMENTATION"))
			g_strv_builder_add(lines, line);
	}
	all = g_strv_builder_end(lines);
	return sorted(all, "\n");
}

static bool
list_tells(const struct capabilities *list)
{
	return list->state == LIST_ANSWERED || list->state == LIST_REFUSED;
}

static char *
list_text(const struct capabilities *list, const char *command)
{
	GString *text = g_string_new(NULL);

	g_string_printf(text, "C: %s", command);
	if (list->state == LIST_REFUSED)
		g_string_append(text, "\n-- refused");
	for (size_t i = 0; i < list->count; i++) {
		g_string_append(text, "\nS: ");
		escape_append(text, list->lines[i], strlen(list->lines[i]));
	}
	return g_string_free(text, FALSE);
}

static void
compare_lists(struct comparison *comparison, const char *what, const char *command,
	const struct capabilities *one, const struct capabilities *other)
{
	g_autofree char *canon = NULL, *other_canon = NULL;

	if (!both_tell(comparison, list_tells(one), list_tells(other)))
		return;
	canon = list_canon(one);
	other_canon = list_canon(other);
	if (one->state != other->state || !g_str_equal(canon, other_canon))
		add_difference(comparison, what, list_text(one, command),
			list_text(other, command));
}

/* --- logins ----------------------------------------------------------------------------------- */

/* "Not now" is no answer to the question. */
static bool
attempt_tells(const struct attempt *attempt)
{
	switch (attempt->answer) {
	case ANSWER_ACCEPTED:
	case ANSWER_CLOSED:
	case ANSWER_STRANGE:
		return true;
	case ANSWER_REFUSED:
		return attempt->refusal != REFUSAL_TEMPORARY;
	case ANSWER_NONE:
	case ANSWER_TIMEOUT:
		return false;
	}
	g_return_val_if_reached(false);
}

static char *
attempt_text(const struct attempt *attempt)
{
	if (attempt->exchange != NULL)
		return g_strdup(attempt->exchange);
	return g_strdup_printf("-- %s: no answer", attempt->name);
}

static bool
attempts_differ(const struct attempt *one, const struct attempt *other)
{
	return one->answer != other->answer ||
		(one->answer == ANSWER_REFUSED && one->refusal != other->refusal);
}

static void
compare_attempts(struct comparison *comparison, const struct attempt *one,
	const struct attempt *other)
{
	g_autofree char *name = g_ascii_strdown(one->name, -1);
	g_autofree char *what =
		g_strconcat(g_str_equal(one->name, "USER") ? "" : "auth-", name, NULL);

	if (both_tell(comparison, attempt_tells(one), attempt_tells(other)) &&
		attempts_differ(one, other))
		add_difference(comparison, what, attempt_text(one), attempt_text(other));
}

/* What only one of them was asked follows from lists that differ. APOP takes the credential. */
static void
compare_logins(struct comparison *comparison)
{
	static const struct attempt none = { .answer = ANSWER_NONE };

	for (size_t i = 0; i < comparison->one->attempt_count; i++) {
		const struct attempt *one = &comparison->one->attempts[i];
		const struct attempt *match = &none;

		for (size_t other = 0; other < comparison->other->attempt_count; other++)
			if (g_str_equal(comparison->other->attempts[other].name, one->name))
				match = &comparison->other->attempts[other];
		if (!g_str_equal(one->name, "APOP"))
			compare_attempts(comparison, one, match);
	}
}

/* --- TLS -------------------------------------------------------------------------------------- */

static bool
stls_tells(const struct probe_facts *probe)
{
	return probe->stls.answer != ANSWER_NONE && probe->stls.answer != ANSWER_TIMEOUT;
}

static char *
stls_text(const struct probe_facts *probe)
{
	g_autofree char *reply = escape_string(probe->stls.reply);

	return g_strdup_printf("C: STLS\n%s%s", reply != NULL ? "S: " : "-- closed",
		reply != NULL ? reply : "");
}

static bool
handshake_tells(const struct probe_facts *probe)
{
	return probe->tls.handshake != HANDSHAKE_NOT_TRIED &&
		probe->tls.handshake != HANDSHAKE_TIMEOUT;
}

static char *
handshake_text(const struct probe_facts *probe)
{
	g_autofree char *error = escape_string(probe->tls.error);

	if (probe->tls.handshake == HANDSHAKE_UP)
		return g_strdup("-- TLS is up");
	return g_strdup_printf("-- no TLS%s%s", error != NULL ? ": " : "",
		error != NULL ? error : "");
}

static void
compare_tls(struct comparison *comparison)
{
	const struct probe_facts *one = comparison->one, *other = comparison->other;

	if (both_tell(comparison, stls_tells(one), stls_tells(other)) &&
		one->stls.answer != other->stls.answer)
		add_difference(comparison, "stls", stls_text(one), stls_text(other));
	if (both_tell(comparison, handshake_tells(one), handshake_tells(other)) &&
		one->tls.handshake != other->tls.handshake)
		add_difference(comparison, "tls", handshake_text(one), handshake_text(other));
}

/* --- all of it -------------------------------------------------------------------------------- */

bool
sample_answers(const struct facts *facts)
{
	const struct probe_facts *probe = &facts->probe;

	return probe->connect == CONNECT_REFUSED || greeting_tells(probe) || handshake_tells(probe);
}

enum likeness
samples_compare(struct samples *samples, const struct facts *one, const struct facts *other)
{
	struct comparison comparison = {
		.samples = samples,
		.one = &one->probe,
		.other = &other->probe,
	};

	compare_connections(&comparison);
	compare_greetings(&comparison);
	compare_products(&comparison);
	compare_lists(&comparison, "capa", "CAPA", &one->probe.clear, &other->probe.clear);
	compare_lists(&comparison, "capa-over-tls", "CAPA", &one->probe.over_tls,
		&other->probe.over_tls);
	compare_lists(&comparison, "auth", "AUTH", &one->probe.auth_list, &other->probe.auth_list);
	compare_logins(&comparison);
	compare_tls(&comparison);
	return comparison.likeness;
}

void
samples_free(struct samples *samples)
{
	for (size_t i = 0; samples != NULL && i < samples->difference_count; i++) {
		g_free(samples->differences[i].one);
		g_free(samples->differences[i].other);
	}
	g_free(samples);
}
