/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SCRAM's three messages and the check of the fourth (see scram.h).
 *
 * The channel binding flag (RFC 5802 section 6) is "y" where we could bind but the server lists no
 * -PLUS: a server that does bind sees by it that somebody has changed the list. What goes into
 * AuthMessage is made anew for each step, so that the state needs no texts.
 */
#include "pop3/sasl/scram.h"

#include <string.h>

#include "pop3/sasl/base64.h"
#include "pop3/sasl/prepare.h"

/* What the server's first message says. */
struct server_first {
	char *nonce;
	GString *salt;
	unsigned iterations;
};

/* The keys on the way from the password to proof and signature; RFC 5802 section 3. */
struct keys {
	uint8_t salted[SASL_DIGEST_MAX];
	uint8_t client[SASL_DIGEST_MAX];
	uint8_t stored[SASL_DIGEST_MAX];
	uint8_t server[SASL_DIGEST_MAX];
	uint8_t proof[SASL_DIGEST_MAX];
};

static enum sasl_result
broken(const char **why, const char *text)
{
	*why = text;
	return SASL_BROKEN;
}

/* --- the client's messages -------------------------------------------------------------------- */

static void
append_header(GString *out, const struct scram_kind *kind, const struct sasl_login *login)
{
	const struct sasl_binding *binding = sasl_binding(login);

	if (kind->binds)
		g_string_append_printf(out, "p=%s,,", binding->type);
	else
		g_string_append(out, binding != NULL && !login->server_binds ? "y,," : "n,,");
}

static bool
append_first_bare(GString *out, const struct scram *scram, const struct sasl_login *login)
{
	struct secret *name = sasl_prepare(login->user, strlen(login->user));

	if (name == NULL)
		return false;
	g_string_append(out, "n=");
	sasl_append_name(out, secret_bytes(name));
	g_string_append(out, ",r=");
	g_string_append(out, scram->nonce);
	secret_free(name);
	return true;
}

static void
append_final_bare(GString *out, const struct scram_kind *kind, const struct sasl_login *login,
	const char *nonce)
{
	const struct sasl_binding *binding = sasl_binding(login);
	g_autoptr(GString) input = g_string_new(NULL);

	append_header(input, kind, login);
	if (kind->binds)
		g_string_append_len(input, (const char *)binding->data, (gssize)binding->length);
	g_string_append(out, "c=");
	base64_append(out, input->str, input->len);
	g_string_append(out, ",r=");
	g_string_append(out, nonce);
}

static void
make_nonce(struct scram *scram, const struct sasl_login *login)
{
	uint8_t bytes[SCRAM_NONCE_OCTETS];
	g_autoptr(GString) text = g_string_new(NULL);

	if (scram->nonce[0] != '\0')
		return;
	login->crypto->random(bytes, sizeof(bytes));
	base64_append(text, bytes, sizeof(bytes));
	g_strlcpy(scram->nonce, text->str, sizeof(scram->nonce));
}

static enum sasl_result
say_first(const struct scram_kind *kind, struct scram *scram, const struct sasl_login *login,
	GString *response, const char **why)
{
	if (kind->binds && sasl_binding(login) == NULL) {
		*why = "the TLS session has no channel binding";
		return SASL_UNFIT;
	}
	make_nonce(scram, login);
	append_header(response, kind, login);
	if (!append_first_bare(response, scram, login)) {
		*why = "the name cannot be prepared for SCRAM: it is not UTF-8";
		return SASL_UNFIT;
	}
	scram->turn = SCRAM_FINAL;
	return SASL_RESPOND_OPENLY;
}

/* --- the server's messages -------------------------------------------------------------------- */

/* What the server may end the exchange with; RFC 5802 section 7. */
static const struct server_error {
	const char *word;
	enum sasl_result result;
	const char *why;
} server_errors[] = {
	{ "invalid-proof", SASL_DENIED, NULL },
	{ "unknown-user", SASL_DENIED, NULL },
	{ "channel-bindings-dont-match", SASL_BROKEN,
		"the server sees another TLS session than we do: somebody stands between" },
	{ "server-does-support-channel-binding", SASL_BROKEN,
		"the server binds channels, but the list that arrived did not say so: somebody has "
		"changed it" },
};

static enum sasl_result
read_error(struct scram *scram, const char *word, const char **why)
{
	scram->turn = SCRAM_FAILED;
	for (size_t i = 0; i < G_N_ELEMENTS(server_errors); i++) {
		if (!g_str_equal(server_errors[i].word, word))
			continue;
		*why = server_errors[i].why;
		return server_errors[i].result;
	}
	*why = "the server ends SCRAM with an error";
	return SASL_REFUSED;
}

/* Returns the text of a challenge, or NULL where it holds a NUL. */
static char *
challenge_text(const char *challenge, size_t length)
{
	if (length > 0 && memchr(challenge, '\0', length) != NULL)
		return NULL;
	return g_strndup(challenge, length);
}

/* Reads a count without sign or leading zeros; 0 where it is none, or out of bounds. */
static unsigned
read_iterations(const char *text)
{
	unsigned value = 0;

	if (*text < '1' || *text > '9')
		return 0;
	for (; *text != '\0'; text++) {
		if (!g_ascii_isdigit(*text))
			return 0;
		value = value * 10 + (unsigned)(*text - '0');
		if (value > SASL_ITERATIONS_MAX)
			return 0;
	}
	return value >= SASL_ITERATIONS_MIN ? value : 0;
}

/* The server's nonce is ours and more. */
static bool
nonce_continues(const struct scram *scram, const char *nonce)
{
	return g_str_has_prefix(nonce, scram->nonce) && strlen(nonce) > strlen(scram->nonce);
}

/* Returns the value of "x=value", or NULL. */
static const char *
value_of(const char *attribute, char name)
{
	return attribute != NULL && attribute[0] == name && attribute[1] == '=' ? attribute + 2 :
										  NULL;
}

/* Fills in what the server's first message says; NULL, or what is wrong with it. */
static const char *
read_first(const struct scram *scram, char *const *attributes, struct server_first *first)
{
	bool any = attributes[0] != NULL;
	const char *nonce = value_of(attributes[0], 'r');
	const char *salt = any ? value_of(attributes[1], 's') : NULL;
	const char *count = salt != NULL ? value_of(attributes[2], 'i') : NULL;

	if (value_of(attributes[0], 'm') != NULL)
		return "the server demands an extension of SCRAM";
	if (nonce == NULL || count == NULL)
		return "the server's first message is not SCRAM's";
	if (!nonce_continues(scram, nonce))
		return "the server's nonce is not made from ours";
	if (*salt == '\0' || !base64_read(first->salt, salt, strlen(salt)))
		return "the server's salt is no base64";
	first->iterations = read_iterations(count);
	if (first->iterations == 0)
		return "the server's iteration count is out of bounds";
	first->nonce = g_strdup(nonce);
	return NULL;
}

/* --- proofs ----------------------------------------------------------------------------------- */

static size_t
keyed(const struct scram_kind *kind, const struct sasl_login *login, const uint8_t *key,
	size_t key_length, const char *text, size_t length, uint8_t *out)
{
	return login->crypto->hmac(kind->hash, key, key_length, text, length, out);
}

/* Returns the digest's length, or 0 where there is no such hash. */
static size_t
derive(const struct scram_kind *kind, struct scram *scram, const struct sasl_login *login,
	const struct secret *password, const struct server_first *first, const GString *message,
	struct keys *keys)
{
	size_t size =
		login->crypto->pbkdf2(kind->hash, secret_bytes(password), secret_length(password),
			first->salt->str, first->salt->len, first->iterations, keys->salted);

	if (size == 0)
		return 0;
	keyed(kind, login, keys->salted, size, "Client Key", strlen("Client Key"), keys->client);
	login->crypto->digest(kind->hash, keys->client, size, keys->stored);
	keyed(kind, login, keys->stored, size, message->str, message->len, keys->proof);
	for (size_t i = 0; i < size; i++)
		keys->proof[i] ^= keys->client[i];
	keyed(kind, login, keys->salted, size, "Server Key", strlen("Server Key"), keys->server);
	keyed(kind, login, keys->server, size, message->str, message->len, scram->signature);
	scram->signature_length = size;
	return size;
}

/* Appends the client's final message; RFC 5802 section 3 has AuthMessage. */
static enum sasl_result
prove(const struct scram_kind *kind, struct scram *scram, const struct sasl_login *login,
	const char *challenge, const struct server_first *first, GString *response,
	const char **why)
{
	struct secret *password =
		sasl_prepare(secret_bytes(login->secret), secret_length(login->secret));
	g_autoptr(GString) message = g_string_new(NULL);
	struct keys keys = { 0 };
	size_t size;

	if (password == NULL) {
		*why = "the password cannot be prepared for SCRAM: it is not UTF-8";
		return SASL_UNFIT;
	}
	append_first_bare(message, scram, login);
	g_string_append_printf(message, ",%s,", challenge);
	append_final_bare(message, kind, login, first->nonce);
	append_final_bare(response, kind, login, first->nonce);
	size = derive(kind, scram, login, password, first, message, &keys);
	g_string_append(response, ",p=");
	base64_append(response, keys.proof, size);
	secret_wipe(&keys, sizeof(keys));
	secret_free(password);
	if (size == 0)
		*why = "there is no such hash here";
	return size > 0 ? SASL_RESPOND : SASL_UNFIT;
}

static enum sasl_result
say_final(const struct scram_kind *kind, struct scram *scram, const struct sasl_login *login,
	const char *challenge, GString *response, const char **why)
{
	g_auto(GStrv) attributes = g_strsplit(challenge, ",", -1);
	struct server_first first = { .salt = g_string_new(NULL) };
	const char *wrong = read_first(scram, attributes, &first);
	enum sasl_result result;

	if (wrong == NULL) {
		scram->turn = SCRAM_VERIFY;
		result = prove(kind, scram, login, challenge, &first, response, why);
	} else {
		result = broken(why, wrong);
	}
	g_string_free(first.salt, TRUE);
	g_free(first.nonce);
	return result;
}

/* Compares in a time that does not tell where they differ. */
static bool
signature_matches(const struct scram *scram, const GString *signature)
{
	unsigned char differs = 0;

	if (signature->len != scram->signature_length)
		return false;
	for (size_t i = 0; i < signature->len; i++)
		differs |= (unsigned char)signature->str[i] ^ scram->signature[i];
	return differs == 0;
}

static enum sasl_result
verify(struct scram *scram, const char *challenge, const char **why)
{
	g_auto(GStrv) attributes = g_strsplit(challenge, ",", 2);
	g_autoptr(GString) signature = g_string_new(NULL);
	const char *value = value_of(attributes[0], 'v');

	if (value == NULL || !base64_read(signature, value, strlen(value)))
		return broken(why, "the server's last message is not SCRAM's");
	if (!signature_matches(scram, signature))
		return broken(why,
			"the server's signature is wrong: it does not know the password");
	scram->turn = SCRAM_PROVEN;
	return SASL_RESPOND_OPENLY;
}

enum sasl_result
scram_step(const struct scram_kind *kind, struct scram *scram, const struct sasl_login *login,
	const char *challenge, size_t length, GString *response, const char **why)
{
	g_autofree char *text = challenge_text(challenge, length);
	const char *error = value_of(text, 'e');

	if (text == NULL)
		return broken(why, "the server's message holds a NUL octet");
	if (error != NULL && (scram->turn == SCRAM_FINAL || scram->turn == SCRAM_VERIFY))
		return read_error(scram, error, why);
	switch (scram->turn) {
	case SCRAM_FIRST:
		return say_first(kind, scram, login, response, why);
	case SCRAM_FINAL:
		return say_final(kind, scram, login, text, response, why);
	case SCRAM_VERIFY:
		return verify(scram, text, why);
	case SCRAM_PROVEN:
	case SCRAM_FAILED:
		break;
	}
	return broken(why, "the server asks for more than SCRAM has to say");
}

bool
scram_satisfied(const void *state)
{
	const struct scram *scram = state;

	return scram->turn == SCRAM_PROVEN;
}
