/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Does what the server sent lead to an anchor?
 *
 * OpenSSL is let go on after each error, so that all of them are known: which
 * one it names last depends on the order of its checks. Names and key sizes are
 * asked for elsewhere and do not count here.
 *
 * Nor do dates: they are facts of the path. But of several paths, one whose
 * dates are right now goes first, as with the clients; so OpenSSL is asked for
 * that one before it is asked for any.
 */
#include <openssl/err.h>
#include <string.h>

#include "net/examine-private.h"

enum {
	FLAWS_MAX = 8,               /* that are told of one chain */
	DEPTH_MAX = TLS_PATH_MAX - 2 /* of issuers between the leaf and its anchor */
};

/* An error that is no want of an anchor, and which certificate of the path has it. */
struct flaw {
	int error;
	int depth;
	X509 *certificate; /* borrowed from the path; may be NULL */
};

struct path {
	bool unanchored;
	struct flaw flaws[FLAWS_MAX];
	size_t count;
};

static bool
is_want_of_anchor(int error)
{
	switch (error) {
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
	case X509_V_ERR_CERT_UNTRUSTED:
		return true;
	default:
		return false;
	}
}

static bool
is_told(const struct path *path, int error, int depth)
{
	for (size_t i = 0; i < path->count; i++) {
		if (path->flaws[i].error == error && path->flaws[i].depth == depth)
			return true;
	}
	return false;
}

/* Called by OpenSSL for each error, and for what is right. */
static int
note_error(int ok, X509_STORE_CTX *context)
{
	struct path *path = X509_STORE_CTX_get_app_data(context);
	int error = X509_STORE_CTX_get_error(context);
	int depth = X509_STORE_CTX_get_error_depth(context);

	if (ok == 1)
		return 1;
	if (is_want_of_anchor(error))
		path->unanchored = true;
	else if (path->count < FLAWS_MAX && !is_told(path, error, depth))
		path->flaws[path->count++] = (struct flaw){ .error = error,
			.depth = depth,
			.certificate = X509_STORE_CTX_get_current_cert(context) };
	return 1;
}

static void
append_flaws(GString *words, struct facts *facts, const struct path *path)
{
	for (size_t i = 0; i < path->count; i++) {
		const struct flaw *flaw = &path->flaws[i];

		g_string_append(words, words->len > 0 ? "; " : "");
		if (flaw->certificate != NULL)
			g_string_append_printf(words, "\"%s\": ",
				certificate_keep_name(facts,
					X509_get_subject_name(flaw->certificate)));
		g_string_append(words, X509_verify_cert_error_string(flaw->error));
	}
}

/* Says where a path without an anchor ends. */
static enum trust
tell_end(GString *words, struct facts *facts, X509 *last, bool is_leaf)
{
	if (!certificate_is_self_issued(last)) {
		g_string_append_printf(words,
			"the issuer \"%s\" was not sent, and is no trusted root",
			certificate_keep_name(facts, X509_get_issuer_name(last)));
		return TRUST_INCOMPLETE;
	}
	if (is_leaf) {
		g_string_append(words, "the certificate is its own issuer, and not trusted");
		return TRUST_SELF_SIGNED;
	}
	g_string_append_printf(words, "the root \"%s\" is not trusted",
		certificate_keep_name(facts, X509_get_subject_name(last)));
	return TRUST_UNKNOWN_ROOT;
}

static void
tell(struct facts *facts, X509_STORE_CTX *context, const struct path *path, bool went_through)
{
	struct tls_details *details = facts->probe.tls.details;
	STACK_OF(X509) *found = X509_STORE_CTX_get0_chain(context);
	int length = found == NULL ? 0 : sk_X509_num(found);
	g_autoptr(GString) words = g_string_new(NULL);

	details->trust = TRUST_HOLDS;
	if (path->unanchored && length > 0)
		details->trust =
			tell_end(words, facts, sk_X509_value(found, length - 1), length == 1);
	else if (!went_through || path->count > 0 || path->unanchored)
		details->trust = TRUST_BROKEN;
	append_flaws(words, facts, path);
	if (words->len == 0 && details->trust != TRUST_HOLDS)
		g_string_append(words,
			X509_verify_cert_error_string(X509_STORE_CTX_get_error(context)));
	if (words->len > 0)
		details->trust_error = facts_keep(facts, words->str, words->len);
}

/* What the path says; where it is too short, what was sent, or the certificate itself. */
static X509 *
issuer_of(X509 *leaf, X509_STORE_CTX *context, STACK_OF(X509) * sent)
{
	STACK_OF(X509) *found = X509_STORE_CTX_get0_chain(context);

	if (found != NULL && sk_X509_num(found) > 1)
		return sk_X509_value(found, 1);
	for (int i = 0; i < sk_X509_num(sent); i++) {
		if (X509_check_issued(sk_X509_value(sent, i), leaf) == X509_V_OK)
			return sk_X509_value(sent, i);
	}
	return NULL;
}

/* Returns what was kept of a certificate with the chain; else keeps it now. */
static const struct certificate_facts *
keep_of_path(struct facts *facts, X509 *certificate, STACK_OF(X509) * sent)
{
	const struct tls_details *details = facts->probe.tls.details;
	struct certificate_facts *kept;

	for (size_t i = 0; i < details->chain_count; i++) {
		if (X509_cmp(sk_X509_value(sent, (int)i), certificate) == 0)
			return &details->chain[i];
	}
	kept = arena_take(&facts->arena, sizeof(*kept));
	certificate_keep(facts, certificate, true, kept);
	return kept;
}

/* Keeps all of the path; where OpenSSL came to none, it is the server's certificate alone. */
static void
keep_path(struct facts *facts, X509_STORE_CTX *context, X509 *leaf, STACK_OF(X509) * sent)
{
	struct tls_details *details = facts->probe.tls.details;
	STACK_OF(X509) *found = X509_STORE_CTX_get0_chain(context);
	int length = found == NULL ? 0 : sk_X509_num(found);
	size_t count = (size_t)MAX(length, 1);

	details->path = arena_take(&facts->arena, count * sizeof(struct certificate_facts *));
	details->path_count = count;
	details->path[0] = keep_of_path(facts, leaf, sent);
	for (int i = 1; i < length; i++)
		details->path[i] = keep_of_path(facts, sk_X509_value(found, i), sent);
}

static X509_STORE_CTX *
prepare(const struct net_trust *trust, X509 *leaf, STACK_OF(X509) * sent, unsigned long flags)
{
	X509_STORE_CTX *context = X509_STORE_CTX_new();
	X509_VERIFY_PARAM *rules = NULL;

	if (context == NULL || X509_STORE_CTX_init(context, trust->store, leaf, sent) != 1)
		g_error("OpenSSL is out of memory");
	rules = X509_STORE_CTX_get0_param(context);
	X509_VERIFY_PARAM_set_purpose(rules, X509_PURPOSE_SSL_SERVER);
	X509_VERIFY_PARAM_set_trust(rules, X509_TRUST_SSL_SERVER);
	X509_VERIFY_PARAM_set_flags(rules,
		X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_TRUSTED_FIRST | flags);
	X509_VERIFY_PARAM_set_depth(rules, DEPTH_MAX);
	X509_VERIFY_PARAM_set_auth_level(rules, 0);
	return context;
}

X509 *
chain_check(struct facts *facts, const struct net_trust *trust, X509 *leaf, STACK_OF(X509) * sent)
{
	X509_STORE_CTX *context = prepare(trust, leaf, sent, 0);
	struct path path = { 0 };
	X509 *issuer = NULL;
	bool went_through = X509_verify_cert(context) == 1;

	if (!went_through) {
		X509_STORE_CTX_free(context);
		context = prepare(trust, leaf, sent, X509_V_FLAG_NO_CHECK_TIME);
		X509_STORE_CTX_set_app_data(context, &path);
		X509_STORE_CTX_set_verify_cb(context, note_error);
		went_through = X509_verify_cert(context) == 1;
	}
	tell(facts, context, &path, went_through);
	keep_path(facts, context, leaf, sent);
	issuer = issuer_of(leaf, context, sent);
	if (issuer != NULL)
		X509_up_ref(issuer);
	X509_STORE_CTX_free(context);
	ERR_clear_error();
	return issuer;
}
