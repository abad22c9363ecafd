/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the rules about TLS and certificates ask of the service, and how they
 * speak of a certificate. They apply at deep depth only: there, what was not
 * seen is unknown; at the other depths nobody looked.
 */
#ifndef POPSEAL_RULES_TLS_SERVICE_H
#define POPSEAL_RULES_TLS_SERVICE_H

#include "rules/service.h"

enum {
	TLS_SUBJECT_MAX = 80, /* bytes of a subject or name within a message */
	TLS_LISTED_MAX = 5,   /* names or ciphers within a message; then "and 3 more" */
};

/* Returns whether the endpoint was asked at deep depth, and is not known to have no service. */
bool tls_examined(const struct facts *facts);

/*
 * PASS: a TLS session came up. NOT_APPLICABLE: there is no TLS here, or STLS is broken, which is
 * another rule's. UNKNOWN, with a finding that says why: whether there is TLS was not seen.
 */
enum outcome tls_session(const struct facts *facts, struct finding *finding);

/* The same for a session whose certificates were examined: PASS gives *details, with a chain. */
enum outcome tls_chain(const struct facts *facts, struct finding *finding,
	const struct tls_details **details);

/* Returns whether the survey found that version taken, or the session came up with it. */
bool tls_takes(const struct facts *facts, enum tls_version version);

/* Returns "SSLv3", "TLS 1.0", ..., "TLS 1.3": for people. */
const char *tls_version_title(enum tls_version version);

/*
 * Returns 'The certificate "CN=..."', or 'Certificate 2 of the chain ("CN=...")': begins a
 * sentence. The caller frees it.
 */
char *certificate_title(const struct tls_details *details, size_t number);

/* Adds a certificate of the chain as evidence, in one line. */
void cite_certificate(struct finding *finding, const struct tls_details *details, size_t number);

/* Returns "12 days", "1 day" or "less than a day" for a span of µs. The caller frees it. */
char *days_text(int64_t span);

/* Appends untrusted text, escaped, and cut at TLS_SUBJECT_MAX. */
void append_short(GString *out, const char *text);

/*
 * Sets the openssl line that makes a session with the endpoint: by STLS where it starts in clear,
 * with the host's name. `options` go to s_client; what it prints goes to `reader` through a pipe.
 * Both may be NULL.
 */
void reproduce_session(const struct facts *facts, struct finding *finding, const char *options,
	const char *reader);

/* Sets the line by which nmap lists versions and ciphers that a current openssl cannot speak. */
void reproduce_by_nmap(const struct facts *facts, struct finding *finding);

/*
 * The same line for one certificate of the chain: openssl prints the server's own, or all that
 * were sent. `show` are options of openssl x509.
 */
void reproduce_certificate(const struct facts *facts, struct finding *finding, size_t number,
	const char *show);

/*
 * Title, evidence and line for a certificate of the path, which need not have been sent, or kept:
 * 'Certificate 3 of the path to the anchor ("CN=...")'.
 */
char *path_title(const struct tls_details *details, size_t step);
void cite_path(struct finding *finding, const struct tls_details *details, size_t step);
void reproduce_path(const struct facts *facts, struct finding *finding, size_t step,
	const char *show);

#endif
