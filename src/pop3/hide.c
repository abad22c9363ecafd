/* SPDX-License-Identifier: Apache-2.0 */
#include "pop3/hide.h"

#include <string.h>

/* A line, and which of its octets are to be hidden. */
struct veil {
	const char *bytes;
	size_t length;
	bool hidden[POP3_LINE_MAX];
};

static void
veil_mark(struct veil *veil, size_t from, size_t length)
{
	for (size_t i = from; i < from + length && i < veil->length; i++)
		veil->hidden[i] = true;
}

static void
find_secret(struct veil *veil, const struct secret *secret)
{
	const char *bytes = secret_bytes(secret);
	size_t length = secret_length(secret);
	const char *at = veil->bytes;
	const char *end = veil->bytes + veil->length;

	while ((at = memmem(at, (size_t)(end - at), bytes, length)) != NULL) {
		veil_mark(veil, (size_t)(at - veil->bytes), length);
		at++;
	}
}

static bool
is_base64(char character)
{
	return g_ascii_isalnum(character) || character == '+' || character == '/';
}

/* Decodes one run of base64 and looks for the secret in it; three characters for two octets. */
static void
find_decoded(struct veil *veil, size_t from, size_t length, const struct secret *secret)
{
	guchar decoded[POP3_LINE_MAX];
	int state = 0;
	guint save = 0;
	size_t written = g_base64_decode_step(veil->bytes + from, length, decoded, &state, &save);
	const guchar *at;

	/* A last group that is not whole still holds octets: padding brings them out. */
	if (length % 4 > 1)
		written += g_base64_decode_step("==", 4 - length % 4, decoded + written, &state,
			&save);
	at = memmem(decoded, written, secret_bytes(secret), secret_length(secret));
	if (at != NULL)
		veil_mark(veil, from, length);
	secret_wipe(decoded, sizeof(decoded));
	secret_wipe(&save, sizeof(save));
}

/* A run may begin anywhere within a group of four. */
static void
find_encoded(struct veil *veil, const struct secret *secret)
{
	size_t from = 0;

	while (from < veil->length) {
		size_t to = from;

		while (to < veil->length && is_base64(veil->bytes[to]))
			to++;
		for (size_t skip = 0; skip < 4 && from + skip < to; skip++)
			find_decoded(veil, from + skip, to - from - skip, secret);
		from = to + 1;
	}
}

static void
find_sent(struct veil *veil, const GString *sent)
{
	if (sent->len < HIDE_REPEATED_MIN)
		return;
	for (size_t i = 0; i + HIDE_REPEATED_MIN <= veil->length; i++) {
		if (memmem(sent->str, sent->len, veil->bytes + i, HIDE_REPEATED_MIN) != NULL)
			veil_mark(veil, i, HIDE_REPEATED_MIN);
	}
}

static void
append_veiled(GString *out, const struct veil *veil)
{
	for (size_t i = 0; i < veil->length; i++) {
		if (!veil->hidden[i])
			g_string_append_c(out, veil->bytes[i] != '\0' ? veil->bytes[i] : '?');
		else if (i == 0 || !veil->hidden[i - 1])
			g_string_append(out, HIDDEN);
	}
}

void
hide_secrets(GString *out, const struct pop3_line *line, const struct secret *secret,
	const GString *sent)
{
	struct veil veil = { .bytes = line->bytes, .length = line->length };

	if (secret_length(secret) >= HIDE_SECRET_MIN) {
		find_secret(&veil, secret);
		find_encoded(&veil, secret);
	}
	find_sent(&veil, sent);
	append_veiled(out, &veil);
}
