/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dovecot.conf and what it includes, of 2.2 and 2.3, or of 2.4.
 *
 * The first setting tells: where it is dovecot_config_version, the file is for 2.4.
 */
#include "products/dovecot/config.h"

#include <string.h>

#include "products/dovecot/gate.h"

#define VERSION_KEY "dovecot_config_version"

/* The first node that is no comment, and where VERSION_KEY is set at the top; NULL where not. */
struct first {
	const struct node *setting, *version;
};

static struct first
find_first(const struct tree *tree)
{
	struct first first = { 0 };

	for (const struct node *node = tree->root.first; node != NULL; node = node->next) {
		if (node->kind == NODE_BLANK || node->kind == NODE_WRONG)
			continue;
		if (first.setting == NULL)
			first.setting = node;
		if (node->kind == NODE_SETTING && first.version == NULL &&
			g_str_equal(node->key, VERSION_KEY))
			first.version = node;
	}
	return first;
}

/* --- the release ------------------------------------------------------------------------------ */

static void
add_invalid(struct config_reading *reading, const struct config_text *text, size_t at,
	const char *message)
{
	struct dovecot_settings settings = { .reading = reading };

	dovecot_invalid(&settings, text, at, message);
}

/* Says whose rules are applied; returns whether these are of 2.4. */
static bool
find_release(struct config_reading *reading, const struct config_text *text)
{
	struct config_facts *config = reading->facts->config;
	g_autoptr(tree_auto) tree = dialect_dovecot24.parse(text->bytes, text->length);
	struct first first = find_first(tree);
	bool told_24 = config_version_compare(reading->version, "2.4") >= 0;

	if (first.version != NULL && first.version != first.setting)
		add_invalid(reading, text, first.version->all.start,
			VERSION_KEY
			" is not the first setting: Dovecot 2.4 does not load the file.");
	if (first.version == NULL && told_24)
		add_invalid(reading, text, first.setting != NULL ? first.setting->all.start : 0,
			"The first setting is not " VERSION_KEY
			": Dovecot 2.4 does not load the file.");
	if (first.version == NULL) {
		if (reading->version == NULL) {
			config->version = "2.3";
			config->version_source = "no " VERSION_KEY;
		}
		return false;
	}
	if (reading->version != NULL && !told_24)
		add_invalid(reading, text, first.version->all.start,
			"This is for Dovecot 2.4: an older one does not load the file.");
	if (reading->version == NULL) {
		config->version = facts_keep(reading->facts, first.version->value,
			strlen(first.version->value));
		config->version_source = VERSION_KEY;
	}
	return true;
}

/* --- lists ------------------------------------------------------------------------------------ */

/* Whether a service says that it is of that protocol. */
static bool
has_protocol(const struct dovecot_settings *settings, const char *protocol)
{
	for (guint i = 0; i < settings->assignments->len; i++) {
		const struct dovecot_assignment *each = g_ptr_array_index(settings->assignments, i);

		if (g_str_has_prefix(each->key, "service/") &&
			g_str_has_suffix(each->key, "/protocol") &&
			(each->value == NULL || g_str_equal(each->value, protocol)))
			return true;
	}
	return false;
}

static bool
is_known_protocol(const struct dovecot_settings *settings, const char *word)
{
	static const char *const known[] = { "", "imap", "lmtp", "pop3", "sieve", "submission" };

	for (size_t i = 0; i < G_N_ELEMENTS(known); i++)
		if (g_str_equal(word, known[i]))
			return true;
	return has_protocol(settings, word);
}

static const char no_protocol[] =
	"This has a word that is no protocol: Dovecot does not load the file.";

/* In 2.3 words end at a space only, "none" is no word, and blocks are looked into, too. */
static void
check_protocols_23(struct dovecot_settings *settings)
{
	for (guint i = 0; i < settings->filters->len; i++) {
		const struct dovecot_assignment *last = dovecot_settings_last(settings,
			g_ptr_array_index(settings->filters, i), "protocols");
		g_auto(GStrv) words = NULL;
		bool right = true;

		if (last == NULL || last->value == NULL || g_str_equal(last->value, "none"))
			continue;
		words = g_strsplit(last->value, " ", -1);
		for (size_t j = 0; words[j] != NULL; j++)
			right &= is_known_protocol(settings, words[j]);
		if (!right && i == 0)
			dovecot_invalid(settings, last->text, last->at, no_protocol);
		else if (!right)
			dovecot_doubt(settings, REASON_NOT_UNDERSTOOD, last->text, last->at,
				no_protocol);
	}
}

static void
check_protocols_24(struct dovecot_settings *settings)
{
	const struct dovecot_client nobody = { 0 };
	g_autoptr(GArray) words = dovecot_settings_list(settings, "protocols", &nobody, "");

	for (guint i = 0; i < words->len; i++) {
		const struct dovecot_word *word = &g_array_index(words, struct dovecot_word, i);

		if (is_known_protocol(settings, word->word))
			continue;
		dovecot_invalid(settings, word->from->text, word->from->at, no_protocol);
		return;
	}
}

static void
check_lists(struct dovecot_settings *settings)
{
	const struct dovecot_filter *root = g_ptr_array_index(settings->filters, 0);
	const struct dovecot_assignment *listen = dovecot_settings_last(settings, root, "listen");

	if (settings->is_24)
		check_protocols_24(settings);
	else
		check_protocols_23(settings);
	if (listen != NULL && listen->value != NULL && listen->value[0] == '\0')
		dovecot_invalid(settings, listen->text, listen->at,
			"There is no address to listen on: Dovecot does not start.");
}

/* --- what only 2.4 refuses -------------------------------------------------------------------- */

/* ssl = required and auth_allow_cleartext = yes in one place. */
static void
check_contradiction(struct dovecot_settings *settings, const struct dovecot_filter *filter)
{
	const struct dovecot_assignment *ssl = dovecot_settings_last(settings, filter, "ssl");
	const struct dovecot_assignment *allow =
		dovecot_settings_last(settings, filter, "auth_allow_cleartext");
	bool yes;

	if (filter->group == NULL && ssl != NULL && allow != NULL && allow->value != NULL &&
		g_strcmp0(ssl->value, "required") == 0 && dovecot_boolean(allow->value, &yes) &&
		yes)
		dovecot_invalid(settings, allow->text, allow->at,
			"auth_allow_cleartext and ssl = required contradict each other: Dovecot "
			"2.4 does not load the file.");
}

static void
check_here_document(struct dovecot_settings *settings)
{
	const struct dovecot_assignment *here = settings->here;
	const char *told = settings->reading->version;
	const char *version = told != NULL ? told : settings->reading->facts->config->version;

	if (here == NULL || config_version_compare(version, "2.4.2") >= 0)
		return;
	if (told != NULL)
		dovecot_invalid(settings, here->text, here->at,
			"Here-documents came with Dovecot 2.4.2: an older one does not load the "
			"file.");
	else
		dovecot_doubt(settings, REASON_VERSION_UNKNOWN, here->text, here->at,
			"Here-documents came with Dovecot 2.4.2: an older one does not load the "
			"file.");
}

void
dovecot_check_24(struct dovecot_settings *settings)
{
	const struct dovecot_filter *root = g_ptr_array_index(settings->filters, 0);

	for (guint i = 0; i < settings->filters->len; i++)
		check_contradiction(settings, g_ptr_array_index(settings->filters, i));
	check_lists(settings);
	check_here_document(settings);
	if (dovecot_settings_last(settings, root, "dovecot_storage_version") == NULL)
		dovecot_invalid(settings,
			g_array_index(settings->texts, const struct config_text *, 0), 0,
			"dovecot_storage_version is not set: Dovecot 2.4 does not load the file.");
}

/* --- what 2.3 finds in blocks that meet ------------------------------------------------------- */

void
dovecot_check_23(struct dovecot_settings *settings)
{
	static const char *const keys[] = { "ssl", "disable_plaintext_auth" };

	check_lists(settings);
	for (guint i = 1; i < settings->filters->len; i++) {
		const struct dovecot_filter *filter = g_ptr_array_index(settings->filters, i);
		const struct dovecot_client client = { filter->protocol, filter->local,
			filter->remote };

		for (size_t j = 0; j < G_N_ELEMENTS(keys); j++) {
			struct dovecot_found found;

			dovecot_settings_find(settings, keys[j], &client, &found);
			if (found.conflict != NULL)
				dovecot_doubt(settings, REASON_NOT_UNDERSTOOD, found.conflict->text,
					found.conflict->at,
					"Blocks contradict each other: doveconf reports it.");
		}
	}
}

/* --- reading ---------------------------------------------------------------------------------- */

/* Whether the default of the package with other files is only guessed to be none. */
static bool
is_guessed(const struct dovecot_settings *settings)
{
	return settings->other_protocols && !settings->debian_protocols;
}

GArray *
dovecot_protocols(struct dovecot_settings *settings)
{
	const struct dovecot_client nobody = { 0 };
	bool none = settings->is_24 || settings->debian_protocols || is_guessed(settings);

	return dovecot_settings_list(settings, "protocols", &nobody, none ? "" : "imap pop3 lmtp");
}

bool
dovecot_serves(struct dovecot_settings *settings, const char *protocol, bool *unclear)
{
	const struct dovecot_client nobody = { 0 };
	g_autoptr(GArray) words = dovecot_protocols(settings);
	struct dovecot_found found;

	dovecot_settings_find(settings, "protocols", &nobody, &found);
	for (guint i = 0; i < words->len; i++) {
		const char *word = g_array_index(words, struct dovecot_word, i).word;

		if (g_str_equal(word, protocol))
			return true;
	}
	*unclear |= (settings->protocols_outside || (is_guessed(settings) && !settings->is_24)) &&
		found.decides == NULL;
	*unclear |= found.decides != NULL && found.decides->value == NULL;
	return false;
}

static void
doubt_service(struct dovecot_settings *settings)
{
	struct config_reading *reading = settings->reading;
	struct config_doubt *doubt = config_add_doubt(reading->facts, REASON_ELSEWHERE);

	doubt->location.file = reading->facts->config->root;
	doubt->message =
		"Whether POP3 is served is said by a file that is not here, or by the package.";
	doubt->settle = "doveconf -h protocols";
}

static void
read_root(struct config_reading *reading)
{
	struct config_facts *config = reading->facts->config;
	const struct config_text *text = config_read(reading, reading->root);
	g_autoptr(dovecot_settings_auto) settings = NULL;
	g_autoptr(GPtrArray) services = NULL;
	bool is_24, clear = false, unclear = false, elsewhere = false;

	if (text == NULL)
		return;
	is_24 = find_release(reading, text);
	config->remedy = is_24 ?
		"Set ssl = required, and remove auth_allow_cleartext." :
		"Set ssl = required and disable_plaintext_auth = yes, and trust no network.";
	settings = dovecot_settings_read(reading, is_24);
	if (is_24)
		dovecot_check_24(settings);
	else
		dovecot_check_23(settings);
	services = dovecot_find_services(settings, &unclear, &elsewhere);
	config->served = services->len > 0 || unclear;
	if (services->len > 0)
		clear = dovecot_add_listeners(settings, services);
	if (elsewhere)
		doubt_service(settings);
	/* What is not understood may start in clear, too. */
	dovecot_add_notes(settings, clear || unclear);
}

/* --- recognizing ------------------------------------------------------------------------------ */

static bool
is_known_key(const char *key)
{
	static const char *const keys[] = { "protocols", "disable_plaintext_auth",
		"auth_mechanisms", "mail_location", "login_trusted_networks", "ssl_cert", "passdb",
		"userdb", "protocol", "service", "auth_allow_cleartext", "mail_driver" };

	for (size_t i = 0; i < G_N_ELEMENTS(keys); i++)
		if (g_str_equal(key, keys[i]))
			return true;
	return false;
}

static bool
recognizes(const char *text, size_t length)
{
	g_autoptr(tree_auto) tree = dialect_dovecot24.parse(text, length);
	unsigned known = 0;

	for (const struct node *node = tree->root.first; node != NULL; node = node->next) {
		if (node->kind == NODE_SETTING && g_str_equal(node->key, VERSION_KEY))
			return true;
		if (node->kind == NODE_WRONG)
			return false;
		if (node->kind == NODE_SETTING || node->kind == NODE_BLOCK)
			known += is_known_key(node->key);
	}
	return known >= 2;
}

static const char *const roots[] = { "dovecot.conf", NULL };
static const char *const elsewhere[] = { "/usr/local/etc/dovecot", NULL };
static const char *const packages[] = { "dovecot-core", "dovecot-pop3d", "dovecot", NULL };

const struct product_config dovecot_config = {
	.folder = "/etc/dovecot",
	.roots = roots,
	.elsewhere = elsewhere,
	.packages = packages,
	.dump = "doveconf -n",
	.dump_for = "dovecot.conf",
	.recognizes = recognizes,
	.read = read_root,
};
