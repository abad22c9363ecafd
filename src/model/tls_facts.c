/* SPDX-License-Identifier: Apache-2.0 */
#include "model/tls_facts.h"

#include <glib.h>
#include <string.h>

static const char *const versions[] = { "SSLv3", "TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3" };

G_STATIC_ASSERT(G_N_ELEMENTS(versions) == TLS_VERSIONS);

const char *
tls_version_word(enum tls_version version)
{
	g_return_val_if_fail((size_t)version < G_N_ELEMENTS(versions), "");
	return versions[version];
}

/* "1.0" is what people write for "TLSv1". */
bool
tls_version_parse(const char *word, enum tls_version *version)
{
	const char *number = g_ascii_strncasecmp(word, "TLSv", 4) == 0 ? word + 4 : word;

	if (g_str_equal(number, "1"))
		number = "1.0";
	for (int i = TLS_SSLV3; i < TLS_VERSIONS; i++) {
		bool same = g_ascii_strcasecmp(word, versions[i]) == 0;

		if (i == TLS_V1_0)
			same |= g_str_equal(number, "1.0");
		else if (i > TLS_V1_0)
			same |= g_str_equal(number, versions[i] + 4);
		if (!same)
			continue;
		*version = (enum tls_version)i;
		return true;
	}
	return false;
}

const char *
trust_word(enum trust trust)
{
	static const char *const words[] = { NULL, "holds", "self-signed", "incomplete",
		"unknown-root", "broken" };

	return words[trust];
}

const char *
staple_word(enum staple staple)
{
	static const char *const words[] = { NULL, "none", "good", "revoked", "unknown",
		"invalid" };

	return words[staple];
}

const char *
trial_word(enum trial trial)
{
	static const char *const words[] = { NULL, "taken", "refused", "unclear" };

	return words[trial];
}

const char *
injection_word(enum injection injection)
{
	static const char *const words[] = { NULL, "none", "answered", "answered-in-clear",
		"unclear" };

	return words[injection];
}
