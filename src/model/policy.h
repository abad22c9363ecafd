/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A policy: a key file that says what is expected of which endpoint, and of
 * which configuration.
 *
 *	[*]                            every endpoint
 *	expect=refuses,tls>=1.2,cert,days>=14,name
 *	[pop3://mx.example.org]         by mode and name
 *	expect=cleartext-port-closed
 *	[192.0.2.0/24]                 by network
 *	[mail.example.org:995]         by port
 *	tls-name=mail.example.org
 *	ca=/etc/ssl/private-ca.pem
 *	[/etc/dovecot]                  the configurations in that folder; also ./here
 *	expect=refuses,tls>=1.2
 *	ignore=config-exposed-listener until=2027-01-31 reason="the firewall closes it"
 *
 * All groups that match an endpoint apply in the order of the file; a later one's key takes the
 * place of an earlier one's. A group that is one host, with or without port or scheme, is also a
 * target where the command line names none.
 */
#ifndef POPSEAL_MODEL_POLICY_H
#define POPSEAL_MODEL_POLICY_H

#include "model/expectation.h"
#include "model/suppression.h"
#include "model/target.h"

enum {
	POLICY_MAX = 1024 * 1024, /* octets of a file */
	POLICY_GROUPS_MAX = 4096,
};

#define POPSEAL_POLICY_ERROR (policy_error_quark())
GQuark policy_error_quark(void);

struct policy;

/* What holds for one endpoint; the strings are the policy's. */
struct policy_terms {
	struct expectations expectations;
	const char *tls_name; /* or NULL */
	const char *ca;
	bool insecure;
};

/*
 * Reads the text of a policy; NULL and *error (of POPSEAL_POLICY_ERROR, which names line, group and
 * key, escaped) for what is wrong.
 */
struct policy *policy_parse(const char *text, size_t length, GError **error);
void policy_free(struct policy *policy); /* NULL is a no-op */

/* Fills in what the policy says of an endpoint; what it does not say stays as it is in *terms. */
void policy_apply(const struct policy *policy, const struct endpoint *endpoint,
	struct policy_terms *terms);

/* Returns whether any of its groups expects that. */
bool policy_expects(const struct policy *policy, enum expectation_kind kind);

/*
 * Returns the hosts that have a group of their own, each once, as words that target_parse takes:
 * a new array of strings (g_ptr_array_unref).
 */
GPtrArray *policy_targets(const struct policy *policy);

/* --- configurations ---
 * `base` is the folder from which paths are meant (model/place.h).
 *
 * Fills in what the policy expects of the configuration whose root is that file; what it does not
 * say stays as it is.
 */
void policy_apply_config(const struct policy *policy, const char *base, const char *root,
	struct expectations *expectations);

/*
 * The names of the groups that expect something of files, of which no configuration that was
 * applied is one; a new array, the names are the policy's.
 */
GPtrArray *policy_idle(const struct policy *policy);

/* Suppresses the findings that it ignores; `today` is "2027-01-31" in UTC. */
void policy_suppress(const struct policy *policy, const char *base, struct assessment *assessment,
	const char *today);

/*
 * Its `ignore`s, with `file` for the policy's own name: a new array (g_ptr_array_unref) of struct
 * suppression of its own. NULL and *error (of POPSEAL_POLICY_ERROR) where one is of no rule.
 */
GPtrArray *policy_suppressions(const struct policy *policy, const char *file,
	suppression_is_rule is_rule, GError **error);

#endif
