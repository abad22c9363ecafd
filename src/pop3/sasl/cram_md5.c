/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CRAM-MD5 (RFC 2195): the challenge under HMAC-MD5 with the password as key. The server proves
 * nothing, and who has seen both may guess the password at leisure.
 */
#include "pop3/sasl.h"

struct cram {
	bool answered;
};

static void
append_hex(GString *out, const uint8_t *bytes, size_t length)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < length; i++) {
		g_string_append_c(out, digits[bytes[i] >> 4]);
		g_string_append_c(out, digits[bytes[i] & 0xf]);
	}
}

static enum sasl_result
step(void *state, const struct sasl_login *login, const char *challenge, size_t length,
	GString *response, const char **why)
{
	struct cram *cram = state;
	uint8_t digest[SASL_DIGEST_MAX];
	size_t size;

	if (cram->answered || length == 0) {
		*why = cram->answered ? "the server sends a second challenge" :
					"the server's challenge is empty";
		return SASL_BROKEN;
	}
	cram->answered = true;
	size = login->crypto->hmac(SASL_MD5, secret_bytes(login->secret),
		secret_length(login->secret), challenge, length, digest);
	if (size == 0) {
		*why = "there is no MD5 here";
		return SASL_UNFIT;
	}
	g_string_append(response, login->user);
	g_string_append_c(response, ' ');
	append_hex(response, digest, size);
	secret_wipe(digest, sizeof(digest));
	return SASL_RESPOND;
}

const struct sasl_mechanism sasl_mechanism_cram_md5 = {
	.name = "CRAM-MD5",
	.state_size = sizeof(struct cram),
	.step = step,
};
