/* SPDX-License-Identifier: Apache-2.0 */
#include "products/cyrus/settings.h"

#include <string.h>

#include "dialect/tree.h"

extern const struct dialect dialect_imapd;

/*
 * The options that are switches (as of 3.6): a value that is none keeps Cyrus from starting.
 * Versions that do not know one of them do not look at its value.
 */
static const char *const switches[] = {
	"acl_admin_implies_write",
	"allowallsubscribe",
	"allowanonymouslogin",
	"allowapop",
	"allowdeleted",
	"allownewnews",
	"allowplaintext",
	"allowsetacl",
	"allowusermoves",
	"altnamespace",
	"annotation_allow_undefined",
	"annotation_callout_disable_append",
	"annotation_enable_legacy_commands",
	"anyoneuseracl",
	"anysievefolder",
	"archive_enabled",
	"archive_keepflagged",
	"auditlog",
	"autocreate_post",
	"autocreate_sieve_script_compile",
	"autocreate_subscribe_sharedfolders_all",
	"autoexpunge",
	"autosubscribe_all_sharedfolders",
	"backup_keep_previous",
	"caldav_accept_invalid_rrules",
	"caldav_allowattach",
	"caldav_allowcalendaradmin",
	"caldav_create_attach",
	"caldav_create_default",
	"caldav_create_sched",
	"carddav_allowaddmember",
	"carddav_allowaddressbookadmin",
	"carddav_repair_vcard",
	"chatty",
	"client_bind",
	"conversations",
	"conversations_keep_existing",
	"createonpost",
	"crossdomains",
	"crossdomains_onlyother",
	"debug",
	"delete_unsubscribe",
	"disable_shared_namespace",
	"disable_user_namespace",
	"disconnect_on_vanished_mailbox",
	"duplicatesuppression",
	"fastmailsharing",
	"flushseenstate",
	"foolstupidclients",
	"fulldirhash",
	"generate_compiled_sieve_script",
	"hashimapspool",
	"httpallowcompress",
	"httpallowtrace",
	"httpcontentmd5",
	"httpprettytelemetry",
	"ignorereference",
	"imapidresponse",
	"imapmagicplus",
	"improved_mboxlist_sort",
	"iolog",
	"ischedule_dkim_required",
	"jmap_nonstandard_extensions",
	"jmap_set_has_attachment",
	"jmap_vacation",
	"jmapsubmission_deleteonsend",
	"ldap_referrals",
	"ldap_restart",
	"ldap_sasl",
	"ldap_start_tls",
	"ldap_tls_check_peer",
	"ldap_verify_peer",
	"literalminus",
	"lmtp_downcase_rcpt",
	"lmtp_fuzzy_mailbox_match",
	"lmtp_over_quota_perm_failure",
	"lmtp_preparse",
	"lmtp_strict_quota",
	"lmtp_strict_rfc2821",
	"loginuseacl",
	"logtimestamps",
	"mailbox_legacy_dirs",
	"master_bind_errors_fatal",
	"munge8bit",
	"object_storage_enabled",
	"openio_autocreate",
	"popsubfolders",
	"popuseacl",
	"popuseimapflags",
	"prometheus_enabled",
	"proxy_compress",
	"proxyd_allow_status_referral",
	"proxyd_disable_mailbox_referrals",
	"ptskrb5_convert524",
	"ptskrb5_strip_default_realm",
	"quota_use_conversations",
	"readonly",
	"reject8bit",
	"reverseacls",
	"reverseuniqueids",
	"rfc2046_strict",
	"rfc2047_utf8",
	"rfc3028_strict",
	"search_fuzzy_always",
	"search_index_headers",
	"search_index_language",
	"search_index_parts",
	"search_query_language",
	"search_skipdiacrit",
	"search_skiphtml",
	"sieve_allowreferrals",
	"sieve_sasl_send_unsolicited_capability",
	"sieve_use_lmtp_reject",
	"sieve_utf8fileinto",
	"sieveusehomedir",
	"singleinstancestore",
	"skiplist_always_checkpoint",
	"skiplist_unsafe",
	"soft_noauth",
	"specialusealways",
	"sql_usessl",
	"srs_alwaysrewrite",
	"statuscache",
	"sync_log",
	"sync_log_chain",
	"sync_try_imap",
	"tcp_keepalive",
	"telemetry_bysessionid",
	"tls_prefer_server_ciphers",
	"tls_required",
	"unix_group_enable",
	"unixhierarchysep",
	"username_tolower",
	"xbackup_enabled",
	NULL,
};

static const char *const integers[] = { "sasl_minimum_layer", "sasl_maximum_layer", NULL };

int
cyrus_switch(const char *value)
{
	if (value[0] == '0' || value[0] == 'n' || value[0] == 'f' ||
		(value[0] == 'o' && value[1] == 'f'))
		return 0;
	if (value[0] == '1' || value[0] == 'y' || value[0] == 't' ||
		(value[0] == 'o' && value[1] == 'n'))
		return 1;
	return -1;
}

/* Whether a version (NULL: any) refuses the option's value. */
static bool
is_refused(const char *option, const char *value, const char *version)
{
	char *end;

	if (g_str_equal(option, "tls_required") && version != NULL &&
		config_version_compare(version, "3.0") < 0)
		return false;
	if (g_strv_contains(switches, option))
		return cyrus_switch(value) < 0;
	if (!g_strv_contains(integers, option))
		return false;
	g_ascii_strtoll(value, &end, 0);
	return *end != '\0';
}

/* --- finding ---------------------------------------------------------------------------------- */

const struct cyrus_setting *
cyrus_settings_find_general(const struct cyrus_settings *settings, const char *option)
{
	return g_hash_table_lookup(settings->by_key, option);
}

const struct cyrus_setting *
cyrus_settings_find(const struct cyrus_settings *settings, const char *service, const char *option)
{
	g_autofree char *prefix = service != NULL ? g_ascii_strdown(service, -1) : NULL;
	g_autofree char *key = g_strdup_printf("%s_%s", prefix != NULL ? prefix : "", option);
	const struct cyrus_setting *own =
		service != NULL ? g_hash_table_lookup(settings->by_key, key) : NULL;

	return own != NULL ? own : cyrus_settings_find_general(settings, option);
}

const struct cyrus_setting *
cyrus_settings_find_bad(const struct cyrus_settings *settings, const char *service,
	const char *version)
{
	for (size_t i = 0; switches[i] != NULL; i++) {
		const struct cyrus_setting *setting =
			cyrus_settings_find(settings, service, switches[i]);

		if (setting != NULL && is_refused(switches[i], setting->value, version))
			return setting;
	}
	for (size_t i = 0; integers[i] != NULL; i++) {
		const struct cyrus_setting *setting =
			cyrus_settings_find(settings, service, integers[i]);

		if (setting != NULL && is_refused(integers[i], setting->value, version))
			return setting;
	}
	return NULL;
}

/* --- reading ---------------------------------------------------------------------------------- */

struct reader {
	struct config_reading *reading;
	struct cyrus_settings *settings;
	bool is_masters;
	unsigned depth;
	struct location last; /* in the file being read, ... */
	size_t last_at;       /* ... and its offset */
};

/* A location at or after the last one: a file of many settings is walked through once. */
static struct location
locate(struct reader *reader, const struct config_text *text, size_t offset)
{
	const char *at = text->bytes + reader->last_at;
	size_t left = offset - reader->last_at;
	const char *newline;

	while ((newline = memchr(at, '\n', left)) != NULL) {
		left -= (size_t)(newline + 1 - at);
		at = newline + 1;
		reader->last.line++;
		reader->last.column = 1;
	}
	reader->last.column += (unsigned)left;
	reader->last_at = offset;
	return reader->last;
}

/* What makes Cyrus refuse the file. */
static void
refuse(struct reader *reader, enum reason reason, struct location location, const char *line,
	const char *message)
{
	struct facts *facts = reader->reading->facts;
	struct config_doubt *doubt;
	struct config_note *note;

	reader->settings->is_broken = true;
	if (facts->config->doubts->len >= CONFIG_DOUBTS_MAX)
		return;
	doubt = config_add_doubt(facts, reason);
	note = config_add_note(facts, CONFIG_NOTE_INVALID);
	doubt->fatal = reader->is_masters;
	doubt->location = note->location = location;
	doubt->line = note->line = line;
	doubt->message = note->message = message;
	doubt->settle = "cyr_info conf-lint; the log of Cyrus' master";
}

static void
take_setting(struct reader *reader, const struct config_text *text, const struct node *node)
{
	struct config_reading *reading = reader->reading;
	struct cyrus_setting *setting = g_new0(struct cyrus_setting, 1);
	const struct cyrus_setting *before =
		g_hash_table_lookup(reader->settings->by_key, node->key);

	setting->key = facts_keep(reading->facts, node->key, strlen(node->key));
	setting->value = facts_keep(reading->facts, node->value, strlen(node->value));
	setting->location = locate(reader, text, node->key_at.start);
	setting->line = config_line(reading, text, node->key_at.start);
	if (before != NULL) {
		g_autofree char *first = location_text(&before->location);

		refuse(reader, REASON_INVALID, setting->location, setting->line,
			facts_printf(reading->facts,
				"%s is given twice (first in %s): Cyrus does not start.",
				setting->key, first));
		g_free(setting);
		return;
	}
	if (is_refused(setting->key, setting->value, reading->version))
		refuse(reader, REASON_INVALID, setting->location, setting->line,
			facts_printf(reading->facts,
				"Cyrus does not start: it cannot read this value of %s.",
				setting->key));
	g_hash_table_insert(reader->settings->by_key, g_strdup(setting->key), setting);
}

static void read_file(struct reader *reader, const struct config_text *text);

static void
take_include(struct reader *reader, const struct config_text *text, const struct node *node)
{
	struct config_reading *reading = reader->reading;
	struct location location = locate(reader, text, node->key_at.start);
	const char *line = config_line(reading, text, node->key_at.start);
	const struct config_text *included = NULL;
	enum source_outcome outcome = SOURCE_TOO_LARGE;
	struct config_doubt *doubt;

	if (g_hash_table_contains(reader->settings->files, node->value)) {
		refuse(reader, REASON_INVALID, location, line,
			facts_printf(reading->facts, "%s is included twice: Cyrus does not start.",
				node->value));
		return;
	}
	if (node->value[0] == '/' && reader->depth < SOURCE_DEPTH_MAX)
		included = reading->source->read(reading->source, node->value, &outcome);
	if (included != NULL) {
		read_file(reader, included);
		return;
	}
	reader->settings->is_whole = false;
	if (outcome == SOURCE_ABSENT) {
		refuse(reader, REASON_INCLUDE_MISSING, location, line,
			facts_printf(reading->facts,
				"%s is included and not there: Cyrus does not start.",
				node->value));
		return;
	}
	doubt = config_add_doubt(reading->facts, REASON_UNREADABLE);
	doubt->location = location;
	doubt->line = line;
	doubt->message = facts_printf(reading->facts, "%s is included: %s.", node->value,
		node->value[0] == '/' ? source_outcome_words(outcome) :
					"a name without a folder, relative to where Cyrus runs");
	doubt->settle = "cyr_info conf-all";
}

static void
take_wrong(struct reader *reader, const struct config_text *text, const struct node *node)
{
	struct config_reading *reading = reader->reading;

	refuse(reader, REASON_INVALID, locate(reader, text, node->all.start),
		config_line(reading, text, node->all.start),
		facts_printf(reading->facts, "Cyrus does not start: %s.", node->problem));
}

static void
read_file(struct reader *reader, const struct config_text *text)
{
	struct tree *tree = dialect_imapd.parse(text->bytes, text->length);
	struct location outer = reader->last;
	size_t outer_at = reader->last_at;

	g_ptr_array_add(reader->settings->trees, tree);
	g_hash_table_add(reader->settings->files, g_strdup(text->path));
	reader->last = config_location(reader->reading, text, 0);
	reader->last_at = 0;
	reader->depth++;
	for (const struct node *node = tree->root.first; node != NULL; node = node->next) {
		struct config_note *note;

		if (node->kind == NODE_SETTING) {
			take_setting(reader, text, node);
		} else if (node->kind == NODE_INCLUDE) {
			take_include(reader, text, node);
		} else if (node->kind == NODE_WRONG) {
			take_wrong(reader, text, node);
		} else if (node->problem != NULL) {
			note = config_add_note(reader->reading->facts, CONFIG_NOTE_INVALID);
			note->location = locate(reader, text, node->all.start);
			note->line = config_line(reader->reading, text, node->all.start);
			note->message =
				facts_printf(reader->reading->facts, "Cyrus: %s.", node->problem);
		}
	}
	reader->last = outer;
	reader->last_at = outer_at;
	reader->depth--;
}

/* Cyrus has no default for it. */
static void
check_directory(struct reader *reader)
{
	const struct cyrus_settings *settings = reader->settings;

	if (settings->is_whole && !settings->is_broken &&
		!g_hash_table_contains(settings->by_key, "configdirectory"))
		refuse(reader, REASON_INVALID, (struct location){ .file = settings->shown }, NULL,
			"Cyrus does not start: configdirectory is not set.");
}

struct cyrus_settings *
cyrus_settings_read(struct config_reading *reading, const char *path, bool is_masters)
{
	struct cyrus_settings *settings = g_new0(struct cyrus_settings, 1);
	struct reader reader = {
		.reading = reading,
		.settings = settings,
		.is_masters = is_masters,
	};
	const struct config_text *text = config_read(reading, path);
	struct source_look look;

	reading->source->look(reading->source, path, &look);
	settings->path = facts_keep(reading->facts, path, strlen(path));
	settings->shown = facts_keep(reading->facts, look.shown, strlen(look.shown));
	settings->by_key = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	settings->files = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	settings->trees = g_ptr_array_new_with_free_func((GDestroyNotify)tree_free);
	settings->is_whole = text != NULL;
	if (text != NULL)
		read_file(&reader, text);
	check_directory(&reader);
	return settings;
}

void
cyrus_settings_free(struct cyrus_settings *settings)
{
	if (settings == NULL)
		return;
	g_hash_table_unref(settings->by_key);
	g_hash_table_unref(settings->files);
	g_ptr_array_unref(settings->trees);
	g_free(settings);
}
