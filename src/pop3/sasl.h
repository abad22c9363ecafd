/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SASL mechanisms as a client (RFC 4422): each is one file pop3/sasl/NAME.c
 * with its const struct sasl_mechanism, and one line in pop3/sasl/mechanisms.def.
 *
 * A mechanism is given challenges and makes responses, both decoded. It does no
 * I/O and knows no library: hashing is lent to it by whoever drives it.
 */
#ifndef POPSEAL_POP3_SASL_H
#define POPSEAL_POP3_SASL_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "model/secret.h"

enum {
	SASL_MESSAGE_MAX = 16 * 1024, /* octets of a challenge or response, decoded */
	SASL_USER_MAX = 255,          /* octets of a name (RFC 4616 section 2) */
	SASL_DIGEST_MAX = 64,         /* octets of the longest digest */
	/* Of SCRAM: fewer are not safe (RFC 7677 section 4), more would keep us busy. */
	SASL_ITERATIONS_MIN = 4096,
	SASL_ITERATIONS_MAX = 1000000,
};

enum sasl_hash {
	SASL_MD5,
	SASL_SHA1,
	SASL_SHA256,
};

/* What mechanisms need of a crypto library. */
struct sasl_crypto {
	/* Each returns the digest's length, or 0: no such hash. out has SASL_DIGEST_MAX. */
	size_t (*digest)(enum sasl_hash hash, const void *bytes, size_t length, uint8_t *out);
	size_t (*hmac)(enum sasl_hash hash, const void *key, size_t key_length, const void *bytes,
		size_t length, uint8_t *out);
	/* PBKDF2 with HMAC (RFC 8018 section 5.2), for one digest's length. */
	size_t (*pbkdf2)(enum sasl_hash hash, const char *password, size_t password_length,
		const void *salt, size_t salt_length, unsigned iterations, uint8_t *out);
	void (*random)(void *out, size_t length);
};

/* Channel binding of the TLS session (RFC 5929, RFC 9266); length 0 = there is none. */
struct sasl_binding {
	const char *type; /* "tls-exporter", "tls-server-end-point", "tls-unique" */
	uint8_t data[SASL_DIGEST_MAX];
	size_t length;
};

struct sasl_login {
	const char *user;
	const struct secret *secret; /* password, or token */
	const char *host;            /* for OAUTHBEARER; may be NULL */
	unsigned port;
	const struct sasl_crypto *crypto;
	const struct sasl_binding *bindings; /* in order of preference */
	size_t binding_count;
	bool server_binds; /* the server lists the -PLUS form, too (RFC 5802 section 6) */
};

enum sasl_result {
	SASL_RESPOND,        /* send the response: it holds the secret, or what is made of it */
	SASL_RESPOND_OPENLY, /* send it: anybody may see it */
	SASL_DENIED, /* the server says that the credential is wrong: respond, and "-ERR" follows */
	SASL_REFUSED, /* the same for another reason: *why */
	SASL_UNFIT,   /* this credential cannot be sent by this mechanism, or not here: *why */
	SASL_BROKEN,  /* the challenge makes no sense, or the server failed to prove itself: *why */
};

struct sasl_mechanism {
	const char *name;  /* as CAPA lists it */
	bool first;        /* the client speaks first: its response may stand behind AUTH */
	bool token;        /* the secret is a bearer token, not a password */
	bool reveals;      /* the server, or who plays it, learns the secret by it */
	bool binds;        /* needs a channel binding */
	bool prompts;      /* challenges are words for people: not read, and need not be base64 */
	size_t state_size; /* of what it keeps between its steps; zeroed, and wiped at the end */
	/*
	 * Makes the response to a challenge (of length 0 for the first of a `first` mechanism),
	 * appended to `response`, which has room for SASL_MESSAGE_MAX: it never grows. *why is
	 * static.
	 */
	enum sasl_result (*step)(void *state, const struct sasl_login *login, const char *challenge,
		size_t length, GString *response, const char **why);
	/* Whether "+OK" may be believed now: SCRAM's server has proved itself. NULL = always. */
	bool (*satisfied)(const void *state);
};

/* All mechanisms in the order of mechanisms.def, NULL-terminated. */
extern const struct sasl_mechanism *const sasl_mechanisms[];

/* Returns the mechanism of that name (ASCII case ignored), or NULL. */
const struct sasl_mechanism *sasl_find(const char *name);

/* Returns the channel binding to use, or NULL where the session has none. */
const struct sasl_binding *sasl_binding(const struct sasl_login *login);

#endif
