/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SASLprep (see prepare.h). g_utf8_normalize() does the same, but leaves copies of what it was
 * given on the heap; so the three steps of NFKC stand here: decompose, order, compose. Unicode's
 * tables are GLib's.
 */
#include "pop3/sasl/prepare.h"

#include <string.h>

/* Characters on their way, with room for whatever they decompose to. */
struct runes {
	gunichar *at;
	size_t count;
	size_t room;
};

bool
sasl_has_control(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (g_ascii_iscntrl(text[i]))
			return true;
	}
	return false;
}

static bool
is_ascii(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if ((unsigned char)text[i] >= 0x80)
			return false;
	}
	return true;
}

/* RFC 3454 table B.1: commonly mapped to nothing. */
static bool
is_nothing(gunichar rune)
{
	return rune == 0xAD || rune == 0x34F || rune == 0x1806 ||
		(rune >= 0x180B && rune <= 0x180D) || (rune >= 0x200B && rune <= 0x200D) ||
		rune == 0x2060 || (rune >= 0xFE00 && rune <= 0xFE0F) || rune == 0xFEFF;
}

/* RFC 3454 table C.1.2, but for what B.1 has too: spaces that are none of ASCII. */
static bool
is_space(gunichar rune)
{
	return rune == 0xA0 || rune == 0x1680 || (rune >= 0x2000 && rune <= 0x200A) ||
		rune == 0x202F || rune == 0x205F || rune == 0x3000;
}

static void
decompose(struct runes *runes, const char *text, size_t length)
{
	const char *end = text + length;

	for (; text < end; text = g_utf8_next_char(text)) {
		gunichar rune = g_utf8_get_char(text);

		if (is_nothing(rune))
			continue;
		runes->count += g_unichar_fully_decompose(is_space(rune) ? ' ' : rune, TRUE,
			runes->at + runes->count, runes->room - runes->count);
	}
}

/* Puts combining characters into the order of their classes; a stable insertion sort. */
static void
order(struct runes *runes)
{
	for (size_t i = 1; i < runes->count; i++) {
		gunichar rune = runes->at[i];
		int class = g_unichar_combining_class(rune);
		size_t to = i;

		while (class != 0 && to > 0 &&
			g_unichar_combining_class(runes->at[to - 1]) > class) {
			runes->at[to] = runes->at[to - 1];
			to--;
		}
		runes->at[to] = rune;
	}
}

/* A character joins the starter before it, unless one of its class or a higher stands between. */
static void
compose(struct runes *runes)
{
	gunichar *starter = NULL;
	size_t kept = 0;
	int last = 0;

	for (size_t i = 0; i < runes->count; i++) {
		gunichar rune = runes->at[i];
		gunichar both;
		int class = g_unichar_combining_class(rune);

		if (starter != NULL && (last == 0 || last < class) &&
			g_unichar_compose(*starter, rune, &both)) {
			*starter = both;
			continue;
		}
		runes->at[kept] = rune;
		if (class == 0)
			starter = &runes->at[kept];
		last = class;
		kept++;
	}
	runes->count = kept;
}

static struct secret *
encode(const struct runes *runes)
{
	enum {
		RUNE_MAX = 6
	};
	char *text = g_malloc(SECRET_MAX + RUNE_MAX);
	struct secret *secret = NULL;
	size_t length = 0;

	for (size_t i = 0; i < runes->count && length <= SECRET_MAX; i++)
		length += (size_t)g_unichar_to_utf8(runes->at[i], text + length);
	secret = secret_new(text, length);
	secret_wipe(text, SECRET_MAX + RUNE_MAX);
	g_free(text);
	return secret;
}

struct secret *
sasl_prepare(const char *text, size_t length)
{
	struct runes runes = { 0 };
	struct secret *secret;

	if (length > SECRET_MAX || sasl_has_control(text, length))
		return NULL;
	if (is_ascii(text, length))
		return secret_new(text, length);
	if (!g_utf8_validate(text, (gssize)length, NULL))
		return NULL;
	runes.room =
		(size_t)g_utf8_strlen(text, (gssize)length) * G_UNICHAR_MAX_DECOMPOSITION_LENGTH;
	runes.at = g_new0(gunichar, runes.room);
	decompose(&runes, text, length);
	order(&runes);
	compose(&runes);
	secret = encode(&runes);
	secret_wipe(runes.at, runes.room * sizeof(*runes.at));
	g_free(runes.at);
	return secret;
}

void
sasl_append_name(GString *out, const char *name)
{
	for (; *name != '\0'; name++) {
		if (*name == ',')
			g_string_append(out, "=2C");
		else if (*name == '=')
			g_string_append(out, "=3D");
		else
			g_string_append_c(out, *name);
	}
}
