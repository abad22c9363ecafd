/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the wire showed of a server's TLS: the session of the probe, the
 * certificates, and at deep depth what else the server would have taken.
 *
 * The strings belong to the facts' arena. What stands in a certificate is the
 * server's word: bounded, control characters escaped, and never trusted.
 */
#ifndef POPSEAL_MODEL_TLS_FACTS_H
#define POPSEAL_MODEL_TLS_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/small.h"

enum {
	FACTS_NAMES_MAX = 16, /* subject alternative names that are kept */
	TLS_CHAIN_MAX = 10,   /* certificates of a chain that are kept */
	TLS_PATH_MAX = 102,   /* certificates of a path; a longer one does not hold */
	TLS_WEAK_MAX = 32,    /* weak ciphers that are kept */
	TLS_GROUPS_MAX = 24,  /* key exchange groups that are kept */
	TLS_CLIENTS_MAX = 64, /* simulated clients */
	TLS_RECORDS_MAX = 8,  /* TLSA records that are kept */
};

enum handshake {
	HANDSHAKE_NOT_TRIED,
	HANDSHAKE_UP,
	HANDSHAKE_ALERT, /* the server spoke TLS, but no session came of it */
	HANDSHAKE_NOT_TLS,
	HANDSHAKE_CLOSED,
	HANDSHAKE_TIMEOUT,
} SMALL_ENUM;

struct certificate_facts {
	const char *subject; /* RFC 2253 form */
	const char *issuer;
	const char *not_before; /* RFC 3339, UTC */
	const char *not_after;
	const char *sha256; /* lower-case hex of the DER */
	const char *key;    /* "RSA", "EC", ... */
	int key_bits;
	const char **names; /* DNS and IP subject alternative names; FACTS_NAMES_MAX at most */
	size_t name_count;
	/* What stands below is filled in with tls_details only. */
	int64_t begins; /* not_before and not_after in µs since the epoch; 0 = unreadable */
	int64_t ends;
	const char *signature; /* as OpenSSL names it: "sha256WithRSAEncryption" */
	const char *digest;    /* of the signature: "SHA256"; NULL where it has none (Ed25519) */
	bool self_issued;      /* subject and issuer are equal */
	const char **services; /* SRV-IDs (RFC 4985): "_pop3s.example.org"; FACTS_NAMES_MAX */
	size_t service_count;
	const char *pem;
};

/* Does the chain lead to an anchor that is trusted? Dates and name are asked for apart. */
enum trust {
	TRUST_NOT_CHECKED,
	TRUST_HOLDS,
	TRUST_SELF_SIGNED,  /* the server's own certificate is its own issuer, and no anchor */
	TRUST_INCOMPLETE,   /* an issuer is neither sent nor an anchor: a missing intermediate */
	TRUST_UNKNOWN_ROOT, /* the chain is whole, but its root is no anchor */
	TRUST_BROKEN,       /* anything else: signature, constraint, purpose, ...: trust_error */
};

enum name_check {
	NAME_NOT_CHECKED, /* there was no name to hold it against, only an address */
	NAME_MATCHES,
	NAME_DIFFERS,
};

enum staple {
	STAPLE_NOT_ASKED,
	STAPLE_NONE,
	STAPLE_GOOD,
	STAPLE_REVOKED,
	STAPLE_UNKNOWN, /* the responder does not know the certificate */
	STAPLE_INVALID, /* unreadable, out of date, of another certificate, not signed rightly */
};

/* What is kept of the session where certificates are to be judged (deep, verify). */
struct tls_details {
	const char *group; /* of the key exchange: "X25519", "secp256r1"; NULL = RSA, or unknown */
	int64_t duration;  /* µs from the ClientHello to the end of the handshake */
	int64_t cpu;       /* µs of processor time that it took on our side */
	enum trust trust;
	const char *trust_error; /* why it does not hold, in words; or NULL */
	const char *anchors;     /* what it was held against: "the system's store", or a file */
	struct certificate_facts *chain; /* as the server sent it, its own certificate first */
	size_t chain_count;
	/*
	 * The path that was held against the anchors: the server's certificate, its issuer, and so
	 * on; the last is the anchor, where it holds. Whole, TLS_PATH_MAX at most: these are the
	 * certificates whose dates count. What was sent, and is kept, stands in `chain`.
	 */
	const struct certificate_facts **path;
	size_t path_count;
	enum name_check name;
	const char *reference; /* the name or address that it was held against, or NULL */
	enum staple staple;
	const char *staple_error; /* for STAPLE_INVALID */
};

/* The protocol versions that are asked for one by one, in rising order. */
enum tls_version {
	TLS_SSLV3,
	TLS_V1_0,
	TLS_V1_1,
	TLS_V1_2,
	TLS_V1_3,
	TLS_VERSIONS,
};

enum trial {
	TRIAL_NOT_MADE,
	TRIAL_TAKEN,   /* a ServerHello chose it */
	TRIAL_REFUSED, /* an alert, a close, or a ServerHello with something else */
	TRIAL_UNCLEAR, /* no answer, no connection, or something that is no TLS */
};

struct tls_weakness {
	enum tls_version version;
	const char *cipher; /* IANA's name, static: "TLS_RSA_WITH_RC4_128_SHA" */
	const char
		*why; /* static: "RC4", "no encryption", "no authentication", "DH of 1024 bits" */
};

struct tls_client_result {
	const char *name;   /* static: "Outlook 2016 (Windows 10)" */
	enum trial outcome; /* TAKEN: a handshake would come up */
	enum tls_version version;
	const char *cipher; /* IANA's name, static; NULL unless TAKEN */
	const char *group;  /* static; NULL = RSA key transport, or not told */
	const char *why;    /* for REFUSED and UNCLEAR, in words */
};

/* What the server takes beside the session of the probe, by ClientHellos of our own. */
struct tls_survey {
	enum trial versions[TLS_VERSIONS];
	const char *chosen[TLS_VERSIONS]; /* the cipher that it chose there; static, or NULL */
	enum trial weak_asked; /* TAKEN or REFUSED: the search for weak ciphers is whole */
	struct tls_weakness weak[TLS_WEAK_MAX];
	size_t weak_count;
	const char *groups[TLS_GROUPS_MAX]; /* that it takes; static */
	size_t group_count;
	enum trial groups_asked;
	int dh_bits;                       /* the smallest DH prime seen; 0 = none */
	struct tls_client_result *clients; /* TLS_CLIENTS_MAX at most */
	size_t client_count;
	const char *clients_dated; /* when their data was written down: "2026-11-27" */
	unsigned hellos;           /* connections that this took */
};

/* STLS with a command behind it in the same segment (CVE-2011-0411 and its like). */
enum injection {
	INJECTION_NOT_ASKED,
	INJECTION_NONE,     /* the command was dropped, or the handshake failed for it */
	INJECTION_ANSWERED, /* ... was answered inside TLS */
	INJECTION_IN_CLEAR, /* ... was answered in clear, behind the "+OK" of STLS */
	INJECTION_UNCLEAR,  /* the trial came to no end: `injection_error` */
} SMALL_ENUM;

/* A TLSA record of the endpoint (RFC 6698), as DNS has it. */
struct tlsa_record {
	uint8_t usage;
	uint8_t selector;
	uint8_t matching;
	const char *data; /* lower-case hex */
	bool matches;     /* the chain that was seen */
};

struct tlsa_facts {
	bool asked;
	bool authentic;    /* DNS said that it is signed (AD); believed, not proven */
	const char *owner; /* "_995._tcp.mail.example.org" */
	const char *error; /* why nothing is known; NULL where DNS answered */
	struct tlsa_record records[TLS_RECORDS_MAX];
	size_t count;
};

struct tls_facts {
	enum handshake handshake;
	const char *version; /* "TLSv1.3" */
	const char *cipher;
	const char *error;                     /* why no session came up */
	struct certificate_facts *certificate; /* in the facts; NULL = none was sent */
	/* At deep depth and for verify; else NULL. In the facts. */
	struct tls_details *details;
	struct tls_survey *survey;
	struct tlsa_facts *tlsa;
};

/* Returns "SSLv3", "TLSv1", "TLSv1.1", "TLSv1.2" or "TLSv1.3". */
const char *tls_version_word(enum tls_version version);

/* Reads one of these words, or "1.2" and the like; false for anything else. */
bool tls_version_parse(const char *word, enum tls_version *version);

/* "holds", "self-signed", "incomplete", "unknown-root", "broken"; NULL for TRUST_NOT_CHECKED. */
const char *trust_word(enum trust trust);

/* "none", "good", "revoked", "unknown", "invalid"; NULL for STAPLE_NOT_ASKED. */
const char *staple_word(enum staple staple);

/* "taken", "refused", "unclear"; NULL for TRIAL_NOT_MADE. */
const char *trial_word(enum trial trial);

/* "none", "answered", "answered-in-clear", "unclear"; NULL for INJECTION_NOT_ASKED. */
const char *injection_word(enum injection injection);

#endif
