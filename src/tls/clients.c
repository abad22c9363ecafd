/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The clients, read from the text that is built in.
 *
 * A client names the TLS stack that it uses; what it does not say itself stands
 * there. The text is ours and tested, and still read with suspicion: a mistake in
 * it costs the clients, not the program.
 */
#include "tls/clients-private.h"

#include <stdlib.h>
#include <string.h>

#include "model/tls_facts.h"
#include "tls/cipher.h"

#define HEAD          "mail-clients"
#define STACK_PREFIX  "stack "
#define CLIENT_PREFIX "client "

enum {
	NAMES_MAX = 65536,
	TLS12 = 0x0303,
	TLS13 = 0x0304,
};

struct reading {
	GKeyFile *file;
	struct tls_client_list *list;
	GHashTable *ciphers; /* name to number */
	GHashTable *groups;  /* name in lower case to number */
	GHashTable *stacks;  /* those that some client uses */
	char *error;
};

/* The client that is being read, and its groups in the file. */
struct entry {
	struct tls_client *client;
	const char *group;
	char *stack;
};

/* IANA's TLS SignatureScheme, and the pairs of TLS 1.2 that have no name there. */
static const struct {
	const char *name;
	uint16_t number;
} signatures[] = {
	{ "rsa_pkcs1_md5", 0x0101 },
	{ "rsa_pkcs1_sha1", 0x0201 },
	{ "dsa_sha1", 0x0202 },
	{ "ecdsa_sha1", 0x0203 },
	{ "rsa_pkcs1_sha224", 0x0301 },
	{ "dsa_sha224", 0x0302 },
	{ "ecdsa_sha224", 0x0303 },
	{ "rsa_pkcs1_sha256", 0x0401 },
	{ "dsa_sha256", 0x0402 },
	{ "ecdsa_secp256r1_sha256", 0x0403 },
	{ "rsa_pkcs1_sha384", 0x0501 },
	{ "dsa_sha384", 0x0502 },
	{ "ecdsa_secp384r1_sha384", 0x0503 },
	{ "rsa_pkcs1_sha512", 0x0601 },
	{ "dsa_sha512", 0x0602 },
	{ "ecdsa_secp521r1_sha512", 0x0603 },
	{ "rsa_pss_rsae_sha256", 0x0804 },
	{ "rsa_pss_rsae_sha384", 0x0805 },
	{ "rsa_pss_rsae_sha512", 0x0806 },
	{ "ed25519", 0x0807 },
	{ "ed448", 0x0808 },
	{ "rsa_pss_pss_sha256", 0x0809 },
	{ "rsa_pss_pss_sha384", 0x080a },
	{ "rsa_pss_pss_sha512", 0x080b },
};

/* Keeps the first problem; false, for the caller to return. */
static bool G_GNUC_PRINTF(3, 4)
	fail(struct reading *reading, const char *group, const char *format, ...)
{
	g_autofree char *what = NULL;
	va_list arguments;

	va_start(arguments, format);
	what = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	if (reading->error == NULL)
		reading->error = g_strdup_printf("[%s]: %s", group, what);
	return false;
}

/* --- names ------------------------------------------------------------------------------------ */

static GHashTable *
name_table(const char *(*name)(uint16_t), const char *unknown)
{
	GHashTable *table = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (unsigned i = 0; i < NAMES_MAX; i++) {
		const char *word = name((uint16_t)i);

		if (!g_str_equal(word, unknown))
			g_hash_table_insert(table, g_ascii_strdown(word, -1),
				GUINT_TO_POINTER(i + 1));
	}
	return table;
}

static bool
name_find(GHashTable *table, const char *word, uint16_t *number)
{
	g_autofree char *key = g_ascii_strdown(word, -1);
	unsigned found = GPOINTER_TO_UINT(g_hash_table_lookup(table, key));

	*number = (uint16_t)(found - 1);
	return found != 0;
}

static bool
cipher_find(struct reading *reading, const char *word, uint16_t *number)
{
	return name_find(reading->ciphers, word, number);
}

static bool
group_find(struct reading *reading, const char *word, uint16_t *number)
{
	return name_find(reading->groups, word, number);
}

static bool
signature_find(G_GNUC_UNUSED struct reading *reading, const char *word, uint16_t *number)
{
	for (size_t i = 0; i < G_N_ELEMENTS(signatures); i++) {
		*number = signatures[i].number;
		if (g_str_equal(signatures[i].name, word))
			return true;
	}
	return false;
}

static bool
version_find(G_GNUC_UNUSED struct reading *reading, const char *word, uint16_t *number)
{
	enum tls_version version;

	if (!tls_version_parse(word, &version))
		return false;
	*number = (uint16_t)(0x0300 + version);
	return true;
}

/* --- values ----------------------------------------------------------------------------------- */

/* Where a key stands: with the client, else with its stack; NULL where it stands nowhere. */
static const char *
place(struct reading *reading, const struct entry *entry, const char *key)
{
	if (g_key_file_has_key(reading->file, entry->group, key, NULL))
		return entry->group;
	if (entry->stack != NULL && g_key_file_has_key(reading->file, entry->stack, key, NULL))
		return entry->stack;
	return NULL;
}

/* Of one group; in the arena. NULL where it is missing or empty. */
static const char *
text_of(struct reading *reading, const char *group, const char *key)
{
	g_autofree char *text = g_key_file_get_string(reading->file, group, key, NULL);

	if (text == NULL || *g_strstrip(text) == '\0')
		return NULL;
	return arena_text(&reading->list->arena, text, strlen(text));
}

static bool
yes_of(struct reading *reading, const char *group, const char *key, bool *value)
{
	const char *word = text_of(reading, group, key);

	if (word == NULL || (!g_str_equal(word, "yes") && !g_str_equal(word, "no")))
		return fail(reading, group, "%s must be yes or no", key);
	*value = g_str_equal(word, "yes");
	return true;
}

static bool
read_yes(struct reading *reading, const struct entry *entry, const char *key, bool *value)
{
	const char *group = place(reading, entry, key);

	if (group == NULL)
		return fail(reading, entry->group, "%s is missing", key);
	return yes_of(reading, group, key, value);
}

static bool
has_number(const uint16_t *list, size_t count, uint16_t number)
{
	for (size_t i = 0; i < count; i++) {
		if (list[i] == number)
			return true;
	}
	return false;
}

typedef bool (*find_function)(struct reading *reading, const char *word, uint16_t *number);

/* A list of names becomes one of numbers; empty where it stands nowhere, or without words. */
static bool
read_numbers(struct reading *reading, const struct entry *entry, const char *key,
	find_function find, size_t max, const uint16_t **list, size_t *count)
{
	const char *group = place(reading, entry, key);
	g_auto(GStrv) words = NULL;
	uint16_t *numbers;
	gsize length = 0;

	*count = 0;
	if (group == NULL)
		return true;
	words = g_key_file_get_string_list(reading->file, group, key, &length, NULL);
	if (length > max)
		return fail(reading, group, "%s: %zu values are allowed", key, max);
	numbers = arena_take(&reading->list->arena, length * sizeof *numbers);
	for (gsize i = 0; i < length; i++) {
		if (!find(reading, words[i], &numbers[i]))
			return fail(reading, group, "%s: %s is unknown", key, words[i]);
		if (has_number(numbers, i, numbers[i]))
			return fail(reading, group, "%s: %s stands there twice", key, words[i]);
	}
	*list = length > 0 ? numbers : NULL;
	*count = length;
	return true;
}

static bool
read_version(struct reading *reading, const struct entry *entry, const char *key, uint16_t *number)
{
	const uint16_t *list = NULL;
	size_t count;

	if (!read_numbers(reading, entry, key, version_find, 1, &list, &count))
		return false;
	if (count == 0)
		return fail(reading, entry->group, "%s is missing", key);
	*number = list[0];
	return true;
}

/* --- a client --------------------------------------------------------------------------------- */

/* supported_versions: as the data says, else all that a client of TLS 1.3 speaks, highest first. */
static bool
read_versions(struct reading *reading, const struct entry *entry)
{
	struct tls_client *client = entry->client;
	struct tls_offer *offer = &client->offer;
	uint16_t *all;

	if (!read_version(reading, entry, "lowest", &client->lowest) ||
		!read_version(reading, entry, "highest", &client->highest) ||
		!read_numbers(reading, entry, "versions", version_find, TLS_CLIENT_VERSIONS_MAX,
			&offer->versions, &offer->version_count))
		return false;
	if (client->lowest > client->highest)
		return fail(reading, entry->group, "lowest is above highest");
	offer->version = MIN(client->highest, TLS12);
	if (offer->version_count > 0 || client->highest < TLS13)
		return true;
	offer->version_count = (size_t)(client->highest - client->lowest) + 1;
	all = arena_take(&reading->list->arena, offer->version_count * sizeof *all);
	for (size_t i = 0; i < offer->version_count; i++)
		all[i] = (uint16_t)(client->highest - i);
	offer->versions = all;
	return true;
}

static bool
read_lists(struct reading *reading, const struct entry *entry)
{
	struct tls_offer *offer = &entry->client->offer;

	return read_numbers(reading, entry, "ciphers", cipher_find, TLS_CLIENT_CIPHERS_MAX,
		       &offer->ciphers, &offer->cipher_count) &&
		read_numbers(reading, entry, "groups", group_find, TLS_CLIENT_GROUPS_MAX,
			&offer->groups, &offer->group_count) &&
		read_numbers(reading, entry, "signatures", signature_find,
			TLS_CLIENT_SIGNATURES_MAX, &offer->signatures, &offer->signature_count);
}

static bool
read_dh_bits(struct reading *reading, const struct entry *entry)
{
	const char *group = place(reading, entry, "dh-bits-min");
	int bits;

	if (group == NULL || text_of(reading, group, "dh-bits-min") == NULL)
		return true;
	bits = g_key_file_get_integer(reading->file, group, "dh-bits-min", NULL);
	if (bits < TLS_CLIENT_DH_BITS_MIN || bits > TLS_CLIENT_DH_BITS_MAX)
		return fail(reading, group, "dh-bits-min is none of %d to %d",
			TLS_CLIENT_DH_BITS_MIN, TLS_CLIENT_DH_BITS_MAX);
	entry->client->dh_bits_min = bits;
	return true;
}

static bool
offers_part(const struct tls_offer *offer, const char *part)
{
	for (size_t i = 0; i < offer->cipher_count; i++) {
		if (strstr(tls_cipher_name(offer->ciphers[i]), part) != NULL)
			return true;
	}
	return false;
}

/* Those of TLS 1.3 name no key exchange. */
static bool
offers_tls13(const struct tls_offer *offer)
{
	for (size_t i = 0; i < offer->cipher_count; i++) {
		if (strstr(tls_cipher_name(offer->ciphers[i]), "_WITH_") == NULL)
			return true;
	}
	return false;
}

/* Do the parts fit each other? */
static bool
fits(struct reading *reading, const struct entry *entry)
{
	const struct tls_client *client = entry->client;
	const struct tls_offer *offer = &client->offer;
	bool tls13 = client->highest >= TLS13;

	if (offer->cipher_count == 0)
		return fail(reading, entry->group, "ciphers are missing");
	if (offers_tls13(offer) != tls13)
		return fail(reading, entry->group, "highest and the ciphers of TLS 1.3 differ");
	if (offer->version_count > 0 && offer->versions[0] != client->highest)
		return fail(reading, entry->group, "versions do not begin with highest");
	if ((tls13 || offers_part(offer, "_ECDHE_")) != (offer->group_count > 0))
		return fail(reading, entry->group, "groups are needed for ECDHE, and for it alone");
	if ((client->highest >= TLS12) != (offer->signature_count > 0))
		return fail(reading, entry->group, "signatures belong to TLS 1.2 and newer");
	if (offers_part(offer, "TLS_DHE_") != (client->dh_bits_min > 0))
		return fail(reading, entry->group, "dh-bits-min belongs to DHE");
	return true;
}

/* The client's own source, and the stack's. */
static bool
read_source(struct reading *reading, const struct entry *entry)
{
	const char *own = text_of(reading, entry->group, "source");
	const char *of_stack = text_of(reading, entry->stack, "source");
	bool stack_checked = false;
	g_autofree char *both = NULL;

	if (own == NULL || of_stack == NULL)
		return fail(reading, own == NULL ? entry->group : entry->stack,
			"source is missing");
	if (!yes_of(reading, entry->group, "checked", &entry->client->checked) ||
		!yes_of(reading, entry->stack, "checked", &stack_checked))
		return false;
	both = g_strdup_printf("%s; %s", own, of_stack);
	entry->client->source = arena_text(&reading->list->arena, both, strlen(both));
	entry->client->checked &= stack_checked;
	return true;
}

static bool
read_stack(struct reading *reading, struct entry *entry)
{
	const char *stack = text_of(reading, entry->group, "stack");

	entry->stack = g_strconcat(STACK_PREFIX, stack, NULL);
	if (stack == NULL || !g_key_file_has_group(reading->file, entry->stack))
		return fail(reading, entry->group, "its stack is unknown");
	g_hash_table_add(reading->stacks, g_strdup(entry->stack));
	return true;
}

static bool
read_client(struct reading *reading, struct entry *entry)
{
	struct tls_client *client = entry->client;
	const char *name = entry->group + strlen(CLIENT_PREFIX);

	client->name = arena_text(&reading->list->arena, name, strlen(name));
	client->released = text_of(reading, entry->group, "released");
	client->note = text_of(reading, entry->group, "note");
	if (client->name[0] == '\0' || client->released == NULL)
		return fail(reading, entry->group, "name or released is missing");
	return read_stack(reading, entry) && read_source(reading, entry) &&
		read_versions(reading, entry) && read_lists(reading, entry) &&
		read_dh_bits(reading, entry) && read_yes(reading, entry, "sni", &client->sni) &&
		read_yes(reading, entry, "staple", &client->offer.staple) && fits(reading, entry);
}

static bool
same_numbers(const uint16_t *one, size_t one_count, const uint16_t *other, size_t other_count)
{
	return one_count == other_count &&
		(one_count == 0 || memcmp(one, other, one_count * sizeof *one) == 0);
}

static bool
same_client(const struct tls_client *one, const struct tls_client *other)
{
	const struct tls_offer *a = &one->offer;
	const struct tls_offer *b = &other->offer;

	return one->lowest == other->lowest && one->highest == other->highest &&
		one->dh_bits_min == other->dh_bits_min && one->sni == other->sni &&
		a->staple == b->staple &&
		same_numbers(a->versions, a->version_count, b->versions, b->version_count) &&
		same_numbers(a->ciphers, a->cipher_count, b->ciphers, b->cipher_count) &&
		same_numbers(a->groups, a->group_count, b->groups, b->group_count) &&
		same_numbers(a->signatures, a->signature_count, b->signatures, b->signature_count);
}

static bool
add_client(struct reading *reading, const char *group)
{
	struct tls_client_list *list = reading->list;
	struct entry entry = { .group = group };
	bool read;

	if (list->count == TLS_CLIENTS_MAX)
		return fail(reading, group, "%d clients are allowed", TLS_CLIENTS_MAX);
	entry.client = &list->clients[list->count];
	read = read_client(reading, &entry);
	g_free(entry.stack);
	while (read && !same_client(&list->clients[entry.client->same], entry.client))
		entry.client->same++;
	list->count++;
	return read;
}

/* --- the whole text --------------------------------------------------------------------------- */

static bool
known_keys(struct reading *reading, const char *group, const char *const *known)
{
	g_auto(GStrv) keys = g_key_file_get_keys(reading->file, group, NULL, NULL);

	for (size_t i = 0; keys != NULL && keys[i] != NULL; i++) {
		if (!g_strv_contains(known, keys[i]))
			return fail(reading, group, "%s is no known key", keys[i]);
	}
	return true;
}

static bool
check_group(struct reading *reading, const char *group)
{
	static const char *const head[] = { "dated", NULL };
	static const char *const offer[] = { "source", "checked", "lowest", "highest", "versions",
		"ciphers", "groups", "signatures", "dh-bits-min", "sni", "staple", NULL };
	static const char *const client[] = { "stack", "released", "note", "source", "checked",
		"lowest", "highest", "versions", "ciphers", "groups", "signatures", "dh-bits-min",
		"sni", "staple", NULL };

	if (g_str_equal(group, HEAD))
		return known_keys(reading, group, head);
	if (g_str_has_prefix(group, STACK_PREFIX))
		return known_keys(reading, group, offer);
	if (g_str_has_prefix(group, CLIENT_PREFIX))
		return known_keys(reading, group, client) && add_client(reading, group);
	return fail(reading, group, "neither a stack nor a client");
}

static bool
is_date(const char *text)
{
	GDate *date = g_date_new();
	bool valid;

	valid = strlen(text) == 10 && strspn(text, "0123456789-") == 10 && text[4] == '-' &&
		text[7] == '-' &&
		g_date_valid_dmy((GDateDay)atoi(text + 8), (GDateMonth)atoi(text + 5),
			(GDateYear)atoi(text));
	g_date_free(date);
	return valid;
}

static bool
read_groups(struct reading *reading)
{
	g_auto(GStrv) groups = g_key_file_get_groups(reading->file, NULL);

	reading->list->dated = text_of(reading, HEAD, "dated");
	if (reading->list->dated == NULL || !is_date(reading->list->dated))
		return fail(reading, HEAD, "dated is no date");
	for (size_t i = 0; groups[i] != NULL; i++) {
		if (!check_group(reading, groups[i]))
			return false;
	}
	for (size_t i = 0; groups[i] != NULL; i++) {
		if (g_str_has_prefix(groups[i], STACK_PREFIX) &&
			!g_hash_table_contains(reading->stacks, groups[i]))
			return fail(reading, groups[i], "no client uses it");
	}
	return true;
}

bool
tls_client_list_read(struct tls_client_list *list, const char *text, char **error)
{
	g_autoptr(GError) syntax = NULL;
	struct reading reading = {
		.file = g_key_file_new(),
		.list = list,
		.ciphers = name_table(tls_cipher_name, "unknown cipher"),
		.groups = name_table(tls_group_name, "unknown group"),
		.stacks = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
	};
	bool read;

	*list = (struct tls_client_list){ 0 };
	list->clients = arena_take(&list->arena, TLS_CLIENTS_MAX * sizeof *list->clients);
	if (!g_key_file_load_from_data(reading.file, text, strlen(text), G_KEY_FILE_NONE, &syntax))
		read = fail(&reading, HEAD, "%s", syntax->message);
	else
		read = read_groups(&reading);
	g_key_file_free(reading.file);
	g_hash_table_unref(reading.ciphers);
	g_hash_table_unref(reading.groups);
	g_hash_table_unref(reading.stacks);
	if (!read)
		tls_client_list_clear(list);
	*error = reading.error;
	return read;
}

void
tls_client_list_clear(struct tls_client_list *list)
{
	arena_clear(&list->arena);
	*list = (struct tls_client_list){ 0 };
}

/* Where the text is broken, which its test would have shown, there are no clients. */
static const struct tls_client_list *
built_in(void)
{
	static struct tls_client_list list;
	static gsize made;

	if (g_once_init_enter(&made)) {
		g_autofree char *error = NULL;

		if (!tls_client_list_read(&list, tls_clients_text, &error))
			list.dated = "";
		g_once_init_leave(&made, 1);
	}
	return &list;
}

const struct tls_client *
tls_clients(size_t *count)
{
	*count = built_in()->count;
	return built_in()->clients;
}

const char *
tls_clients_dated(void)
{
	return built_in()->dated;
}
