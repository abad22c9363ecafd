/* SPDX-License-Identifier: Apache-2.0 */
#include "pop3/sasl/base64.h"

#include <string.h>

#include "model/secret.h"

void
base64_append(GString *out, const void *bytes, size_t length)
{
	size_t before = out->len;
	int state = 0, save = 0;
	size_t written;

	/* Encoding may write four octets more than there are in the end. */
	g_string_set_size(out, before + BASE64_LENGTH(length) + 4);
	written = g_base64_encode_step(bytes, length, FALSE, out->str + before, &state, &save);
	written += g_base64_encode_close(FALSE, out->str + before + written, &state, &save);
	g_string_truncate(out, before + written);
	secret_wipe(&save, sizeof(save));
}

static bool
is_base64(const char *text, size_t length)
{
	size_t end = length;

	if (length % 4 != 0)
		return false;
	while (end > 0 && length - end < 2 && text[end - 1] == '=')
		end--;
	for (size_t i = 0; i < end; i++) {
		if (!g_ascii_isalnum(text[i]) && text[i] != '+' && text[i] != '/')
			return false;
	}
	return true;
}

bool
base64_read(GString *out, const char *text, size_t length)
{
	size_t before = out->len;
	int state = 0;
	guint save = 0;
	size_t written;

	if (!is_base64(text, length))
		return false;
	g_string_set_size(out, before + length / 4 * 3 + 3);
	written = g_base64_decode_step(text, length, (guchar *)out->str + before, &state, &save);
	g_string_truncate(out, before + written);
	secret_wipe(&save, sizeof(save));
	return true;
}
