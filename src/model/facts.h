/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Facts: what a witness saw of one subject, with where and when; never an opinion.
 *
 * The strings belong to facts->arena and live as long as the facts. What a
 * server sent stands here as raw bytes without its line end (NUL bytes
 * replaced by '?'); whoever prints it escapes it first (model/escape.h).
 */
#ifndef POPSEAL_MODEL_FACTS_H
#define POPSEAL_MODEL_FACTS_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "model/arena.h"
#include "model/config_facts.h"
#include "model/endpoint.h"
#include "model/tls_facts.h"
#include "model/verdict.h"

enum {
	FACTS_CAPABILITIES_MAX = 64, /* lines of one CAPA answer that are kept */
	FACTS_ATTEMPTS_MAX = 24,     /* USER, APOP and the SASL mechanisms that are asked */
	FACTS_MECHANISM_MAX = 20,    /* octets of a SASL mechanism's name (RFC 4422 section 3.1) */
	FACTS_TRANSCRIPT_MAX = 64 * 1024,
};

G_STATIC_ASSERT(FACTS_CAPABILITIES_MAX <= UINT8_MAX && FACTS_ATTEMPTS_MAX <= UINT8_MAX);

enum depth {
	DEPTH_GENTLE,
	DEPTH_STANDARD,
	DEPTH_DEEP,
} SMALL_ENUM;

/* How the server took a question. */
enum answer {
	ANSWER_NONE,     /* not asked */
	ANSWER_ACCEPTED, /* "+OK" to USER, "+" to AUTH */
	ANSWER_REFUSED,  /* "-ERR"; attempt.refusal says in which words */
	ANSWER_CLOSED,   /* the connection was closed or reset instead of an answer */
	ANSWER_TIMEOUT,
	ANSWER_STRANGE, /* a line that answers nothing, such as "+OK" to AUTH */
} SMALL_ENUM;

/* What the words of a refusal mean, from the product's room, then the generic patterns. */
enum refusal {
	REFUSAL_NONE,    /* it was no refusal */
	REFUSAL_UNKNOWN, /* words that nobody knows */
	REFUSAL_TLS_REQUIRED,
	REFUSAL_LOGIN_DISABLED,
	REFUSAL_TEMPORARY,   /* [SYS/TEMP], [IN-USE], [LOGIN-DELAY], "try again later" */
	REFUSAL_ACCESS,      /* an access list: this client, whatever it says */
	REFUSAL_CREDENTIALS, /* the name or the secret is wrong */
	REFUSAL_BACKEND,     /* the login reached a back end, which failed */
	REFUSAL_MECHANISM,   /* this SASL mechanism is not offered */
	REFUSAL_SYNTAX,      /* the command was not understood in this form */
	REFUSAL_UNKNOWN_COMMAND,
} SMALL_ENUM;

struct attempt {
	const char *name; /* "PLAIN", "LOGIN", "USER", "APOP", "XOAUTH2", ...; never NULL */
	enum answer answer;
	enum refusal refusal;
	bool reset;           /* of ANSWER_CLOSED: by RST, not by FIN */
	bool asked_again;     /* after a temporary refusal, or one that the order may explain */
	bool alive;           /* of ANSWER_CLOSED: after the server had shown that it is alive */
	bool first;           /* answered as the first command of its connection */
	const char *reply;    /* the server's line; NULL if there was none */
	const char *exchange; /* question and answer, escaped, "\n" between them */
};

/* Where the essential three stand in probe_facts.attempts. */
enum {
	ATTEMPT_PLAIN,
	ATTEMPT_LOGIN,
	ATTEMPT_USER,
	ATTEMPT_OTHERS, /* the first of the others */
};

enum list_state {
	LIST_NOT_ASKED,
	LIST_ANSWERED, /* "+OK" and a list, even an empty one */
	LIST_REFUSED,
	LIST_UNANSWERED, /* closed or timed out */
} SMALL_ENUM;

struct capabilities {
	enum list_state state;
	bool cut; /* something that decides may be missing: no room, or no end */
	uint8_t count;
	uint8_t room;
	const char **lines; /* capabilities_add */
};

enum connect_outcome {
	CONNECT_NOT_TRIED,
	CONNECT_OPEN,
	CONNECT_REFUSED,     /* RST, ICMP port unreachable */
	CONNECT_UNREACHABLE, /* no route, ICMP host unreachable */
	CONNECT_TIMEOUT,
} SMALL_ENUM;

enum greeting_kind {
	GREETING_NONE, /* nothing came; facts.timeout_step or closed_early says how it ended */
	GREETING_OK,
	GREETING_ERR,
	GREETING_NOT_POP3,
} SMALL_ENUM;

enum stls {
	STLS_UNTRIED, /* not asked, and CAPA did not say */
	STLS_NONE,
	STLS_OPTIONAL,
	STLS_REQUIRED,
	STLS_BROKEN,
} SMALL_ENUM;

struct credential {
	const char *mechanism; /* "USER" (PASS), "PLAIN", "LOGIN", "APOP"; NULL = none was sent */
	const char *step;      /* "pass", "sasl-response", "apop": for REASON_TIMEOUT */
	enum answer answer;    /* ACCEPTED: the random credential logged in */
	enum refusal refusal;
	const char *reply;
	const char *exchange;
};

/* In an order that leaves few holes: thousands are held at once. */
struct probe_facts {
	enum depth depth;
	enum vantage vantage;
	enum connect_outcome connect;
	enum greeting_kind greeting_kind;
	/* To USER with the same name after STLS; asked where its refusal in clear says not why. */
	enum answer user_over_tls;
	unsigned connections;
	bool no_credential;        /* the user asked for none */
	bool same_address;         /* source and destination address are equal */
	bool exempts_same_address; /* ... and the product treats that as secure */
	bool product_offers_stls;  /* it offers STLS wherever it has a certificate and TLS is on */
	bool trusted;              /* [XCLIENT], or another sign of a trusted network */
	bool greeting_temporary;   /* "-ERR [SYS/TEMP]" and the like */
	bool tls_first;            /* asked in clear, but it speaks TLS from the first byte */
	/* after it had closed on logins, it still answered CAPA on a connection of its own */
	bool alive;
	bool out_of_step; /* more answers than commands: no answer can be trusted */
	uint8_t attempt_count;
	uint8_t attempt_room;
	const char *source; /* our own address; NULL without a connection */
	const char *connect_error;
	const char *greeting;
	const char *apop; /* the timestamp in the greeting, with its angle brackets; else NULL */
	struct capabilities clear;
	struct capabilities over_tls;
	/* Of a bare AUTH, one mechanism a line; asked where CAPA told nothing. */
	struct capabilities auth_list;
	struct attempt *attempts; /* the essential three first; facts_add_attempt */
	struct credential credential;
	struct {
		bool advertised;
		bool plaintext_after; /* bytes in clear after its "+OK" */
		enum answer answer;   /* to STLS itself */
		enum stls state;
		enum injection injection; /* at deep depth: a command in the same segment as STLS */
		const char *reply;
		const char *injection_error;
		const char *injection_exchange; /* escaped, "\n" between its lines */
	} stls;
	struct tls_facts tls; /* of STLS or implicit TLS */
	/* Where it stopped answering: "connect", "greeting", "capa", "auth-plain", ... */
	const char *timeout_step;
	const char *closed_step; /* where it closed unasked, last */
	const char *product;     /* the product's name, or NULL */
	const char *product_title;
	const char *product_version; /* or NULL */
	const char *product_remedy;  /* the setting that closes it there, or NULL */
	int64_t started;             /* µs since the epoch */
	int64_t duration;            /* µs */
	GString *transcript; /* escaped lines "C: ...", "S: ...", "-- ...", each with "\n" */
};

/* What is known of the other endpoints of the same host, for rules of host scope. */
struct host_facts {
	bool implicit_tls_asked;   /* a pop3s endpoint was among the questions */
	bool implicit_tls_found;   /* ... and it speaks TLS */
	bool implicit_tls_unknown; /* ... and it did not answer */
	/* What greeted there over TLS, in these facts; NULL where nothing did. */
	const char *implicit_tls_greeting;
	const char *implicit_tls_product; /* a product's name, or NULL */
};

struct claim;
struct samples;

struct facts {
	int64_t now; /* µs since the epoch */
	struct endpoint endpoint;
	struct probe_facts probe;
	struct host_facts host;
	struct verdict verdict;
	struct config_facts *config; /* of the config witness, owned; NULL: these are the probe's */
	struct claim *claim;     /* what another tool reported (model/claim.h), owned; or NULL */
	struct samples *samples; /* what they had in common (model/samples.h), owned; or NULL */
	unsigned tries;          /* how often it was asked, until this came of it; 0 = once */
	struct arena arena;
};

/*
 * Makes empty facts, with room for the essential three attempts; free with facts_free (NULL is a
 * no-op).
 */
struct facts *facts_new(void);
void facts_free(struct facts *facts);

/* g_autoptr wants a name of one word: g_autoptr(facts_auto) x = facts_new(...). */
typedef struct facts facts_auto;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(facts_auto, facts_free)

/* Gives all lists the room that they may have at most, for who fills them by hand. */
void facts_reserve(struct facts *facts);

/* Sets the endpoint, and copies its strings. */
void facts_set_endpoint(struct facts *facts, const struct endpoint *endpoint);

/* Copies bytes into the facts, NUL bytes replaced by '?'. */
const char *facts_keep(struct facts *facts, const char *bytes, size_t length);
const char *facts_printf(struct facts *facts, const char *format, ...) G_GNUC_PRINTF(2, 3);

/*
 * Appends an attempt; its name is not copied. Returns NULL past FACTS_ATTEMPTS_MAX. Pointers to
 * attempts end with it.
 */
struct attempt *facts_add_attempt(struct facts *facts, const char *name);

/* Copies a line to the end of one of the facts' lists; false past FACTS_CAPABILITIES_MAX. */
bool capabilities_add(struct facts *facts, struct capabilities *capabilities, const char *bytes,
	size_t length);

/* Returns the attempt of that name, or NULL. */
const struct attempt *facts_attempt(const struct facts *facts, const char *name);

/* Returns whether a line is `word`, or begins with `word` and a space; ASCII case ignored. */
bool capabilities_have(const struct capabilities *capabilities, const char *word);

/* Returns whether the SASL line lists that mechanism. */
bool capabilities_have_mechanism(const struct capabilities *capabilities, const char *mechanism);

const char *stls_word(enum stls stls); /* NULL for STLS_UNTRIED */
const char *depth_word(enum depth depth);

/*
 * Returns whether the answer invites the client to send its password or token
 * in clear: USER, PLAIN, LOGIN, XOAUTH2 or OAUTHBEARER was taken.
 */
bool attempt_invites(const struct attempt *attempt);

#endif
