/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the two halves of a policy share: policy.c (the file, and endpoints) and
 * policy_files.c (configurations).
 */
#ifndef POPSEAL_MODEL_POLICY_PRIVATE_H
#define POPSEAL_MODEL_POLICY_PRIVATE_H

#include "model/address_set.h"
#include "model/policy.h"
#include "model/suppression.h"

enum policy_match {
	MATCH_NAME,
	MATCH_PATTERN, /* with * and ? */
	MATCH_ADDRESSES,
	MATCH_PATH, /* files of configurations, with * and ? */
};

enum policy_said {
	SAID_NOT,
	SAID_NO,
	SAID_YES,
};

struct policy_group {
	char *name; /* as the file has it */
	enum policy_match match;
	char *host; /* of MATCH_NAME and MATCH_PATTERN, in lower case; of MATCH_PATH the path */
	struct address_range range;
	char *zone;    /* of one IPv6 address, or NULL */
	uint16_t port; /* 0 = every port */
	bool any_mode;
	enum mode mode;
	bool is_target; /* one host: a target of its own */
	bool has_expectations;
	bool is_used; /* of MATCH_PATH: a configuration was among its files */
	struct expectations expectations;
	char *tls_name;
	char *ca;
	enum policy_said insecure;
	GPtrArray *ignores; /* of struct suppression, owned; or NULL */
};

struct policy {
	GPtrArray *groups; /* of struct policy_group, owned */
};

/* Where the reader stands. */
struct policy_reader {
	struct policy *policy;
	struct policy_group *group; /* the one that the lines belong to; NULL before the first */
	unsigned line;
};

/* Sets the error `line N: [group] key: complaint` (key may be NULL), and returns false. */
bool policy_fail(const struct policy_reader *reader, const char *key, const char *complaint,
	GError **error);

/* Whether the name of a group is a path: it begins with "/", "./", "../" or a star and "/". */
bool policy_is_path(const char *name);

/* Whether the key is "ignore", or "ignore-" with something. */
bool policy_is_ignore(const char *key);

/* Reads the value of such a key into the group. */
bool policy_read_ignore(struct policy_reader *reader, const char *key, const char *value,
	GError **error);

/* Checks that what a group of files expects can be told of one. */
bool policy_check_files(struct policy_reader *reader, GError **error);

#endif
