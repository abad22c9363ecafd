/* SPDX-License-Identifier: Apache-2.0 */
#include "model/fingerprint.h"

#include <string.h>

#include "model/place.h"
#include "model/suppression.h"

#define VERSION "popseal 1" /* another one makes every finding a new one */

/* The end of each part is hashed, too, so that no two lists of parts look the same. */
static void
add(GChecksum *checksum, const char *text)
{
	g_checksum_update(checksum, (const guchar *)text, (gssize)strlen(text) + 1);
}

static char *
make(const struct config_facts *config, const struct finding *finding, const char *base,
	unsigned ordinal)
{
	g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
	const char *file = finding->location.file != NULL ? finding->location.file : config->root;
	g_autofree char *path = place_relative(base, file);
	g_autofree char *count = g_strdup_printf("%u", ordinal);
	/* That somebody excuses a line does not make it another one. */
	g_autofree char *text = finding->line != NULL ?
		g_strndup(finding->line, suppression_before(finding->line)) :
		g_strdup(finding->message);

	add(checksum, VERSION);
	add(checksum, finding->rule);
	add(checksum, config->product);
	add(checksum, path);
	add(checksum, text);
	/* The same line may let in more than when somebody accepted it. */
	if (finding->reach != NULL)
		add(checksum, finding->reach);
	add(checksum, count);
	return g_strdup(g_checksum_get_string(checksum));
}

/* A hash table's number of texts: how many of these stood before. */
static unsigned
count_before(GHashTable *counts, const char *text)
{
	unsigned before = GPOINTER_TO_UINT(g_hash_table_lookup(counts, text));

	g_hash_table_replace(counts, g_strdup(text), GUINT_TO_POINTER(before + 1));
	return before;
}

static void
make_all(const struct config_facts *config, const GPtrArray *findings, const char *base)
{
	g_autoptr(GHashTable) counts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (guint i = 0; i < findings->len; i++) {
		struct finding *finding = g_ptr_array_index(findings, i);
		g_autofree char *first = make(config, finding, base, 0);
		unsigned before = count_before(counts, first);

		g_free(finding->fingerprint);
		finding->fingerprint =
			before == 0 ? g_steal_pointer(&first) : make(config, finding, base, before);
	}
}

void
fingerprints_make(struct assessment *assessment, const char *base)
{
	const struct config_facts *config = assessment->facts->config;

	if (config == NULL)
		return;
	make_all(config, assessment->findings, base);
	make_all(config, assessment->unknowns, base);
}
