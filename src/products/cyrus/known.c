/* SPDX-License-Identifier: Apache-2.0 */
#include "products/cyrus/known.h"

#include <stdlib.h>
#include <string.h>

#include "products/config.h"

enum known_kind {
	KNOWN_SWITCH,
	KNOWN_INTEGER,
	KNOWN_DURATION,
	KNOWN_WORD,  /* one of the words */
	KNOWN_WORDS, /* some of them */
	KNOWN_ALNUM, /* letters and digits */
};

struct known {
	const char *name;
	enum known_kind kind;
	const char *words;
};

#define DATABASES "skiplist twoskip zeroskip"
#define SELECT_MODES                                    \
	"random freespace-most freespace-percent-most " \
	"freespace-percent-weighted freespace-percent-weighted-delta"

/* By name. All that cyr_info of 3.6 refuses some value of; the words are those of 3.6 and 3.10. */
static const struct known known[] = {
	{ "acl_admin_implies_write", KNOWN_SWITCH, NULL },
	{ "allowallsubscribe", KNOWN_SWITCH, NULL },
	{ "allowanonymouslogin", KNOWN_SWITCH, NULL },
	{ "allowapop", KNOWN_SWITCH, NULL },
	{ "allowdeleted", KNOWN_SWITCH, NULL },
	{ "allownewnews", KNOWN_SWITCH, NULL },
	{ "allowplaintext", KNOWN_SWITCH, NULL },
	{ "allowsetacl", KNOWN_SWITCH, NULL },
	{ "allowusermoves", KNOWN_SWITCH, NULL },
	{ "altnamespace", KNOWN_SWITCH, NULL },
	{ "annotation_allow_undefined", KNOWN_SWITCH, NULL },
	{ "annotation_callout_disable_append", KNOWN_SWITCH, NULL },
	{ "annotation_db", KNOWN_WORD, DATABASES },
	{ "annotation_enable_legacy_commands", KNOWN_SWITCH, NULL },
	{ "anyoneuseracl", KNOWN_SWITCH, NULL },
	{ "anysievefolder", KNOWN_SWITCH, NULL },
	{ "archive_after", KNOWN_DURATION, NULL },
	{ "archive_days", KNOWN_DURATION, NULL },
	{ "archive_enabled", KNOWN_SWITCH, NULL },
	{ "archive_keepflagged", KNOWN_SWITCH, NULL },
	{ "archive_maxsize", KNOWN_INTEGER, NULL },
	{ "auditlog", KNOWN_SWITCH, NULL },
	{ "auth_mech", KNOWN_WORD, "unix pts krb krb5" },
	{ "autocreate_post", KNOWN_SWITCH, NULL },
	{ "autocreate_quota", KNOWN_INTEGER, NULL },
	{ "autocreate_quota_messages", KNOWN_INTEGER, NULL },
	{ "autocreate_sieve_script_compile", KNOWN_SWITCH, NULL },
	{ "autocreate_subscribe_sharedfolders_all", KNOWN_SWITCH, NULL },
	{ "autocreatequota", KNOWN_INTEGER, NULL },
	{ "autocreatequotamsg", KNOWN_INTEGER, NULL },
	{ "autoexpunge", KNOWN_SWITCH, NULL },
	{ "autosubscribe_all_sharedfolders", KNOWN_SWITCH, NULL },
	{ "backup_compact_maxsize", KNOWN_INTEGER, NULL },
	{ "backup_compact_minsize", KNOWN_INTEGER, NULL },
	{ "backup_compact_work_threshold", KNOWN_INTEGER, NULL },
	{ "backup_db", KNOWN_WORD, DATABASES " sql" },
	{ "backup_keep_previous", KNOWN_SWITCH, NULL },
	{ "backup_retention", KNOWN_DURATION, NULL },
	{ "backup_retention_days", KNOWN_DURATION, NULL },
	{ "boundary_limit", KNOWN_INTEGER, NULL },
	{ "caldav_accept_invalid_rrules", KNOWN_SWITCH, NULL },
	{ "caldav_allowattach", KNOWN_SWITCH, NULL },
	{ "caldav_allowcalendaradmin", KNOWN_SWITCH, NULL },
	{ "caldav_allowscheduling", KNOWN_WORD, "off on apple" },
	{ "caldav_create_attach", KNOWN_SWITCH, NULL },
	{ "caldav_create_default", KNOWN_SWITCH, NULL },
	{ "caldav_create_sched", KNOWN_SWITCH, NULL },
	{ "caldav_historical_age", KNOWN_DURATION, NULL },
	{ "calendar_component_set", KNOWN_WORDS,
		"VEVENT VTODO VJOURNAL VFREEBUSY VAVAILABILITY VPOLL" },
	{ "carddav_allowaddmember", KNOWN_SWITCH, NULL },
	{ "carddav_allowaddressbookadmin", KNOWN_SWITCH, NULL },
	{ "carddav_repair_vcard", KNOWN_SWITCH, NULL },
	{ "caringo_port", KNOWN_INTEGER, NULL },
	{ "chatty", KNOWN_SWITCH, NULL },
	{ "client_bind", KNOWN_SWITCH, NULL },
	{ "client_timeout", KNOWN_DURATION, NULL },
	{ "conversations", KNOWN_SWITCH, NULL },
	{ "conversations_db", KNOWN_WORD, DATABASES " sql" },
	{ "conversations_expire_after", KNOWN_DURATION, NULL },
	{ "conversations_expire_days", KNOWN_DURATION, NULL },
	{ "conversations_keep_existing", KNOWN_SWITCH, NULL },
	{ "conversations_max_guidexists", KNOWN_INTEGER, NULL },
	{ "conversations_max_guidinfolder", KNOWN_INTEGER, NULL },
	{ "conversations_max_guidrecords", KNOWN_INTEGER, NULL },
	{ "conversations_max_thread", KNOWN_INTEGER, NULL },
	{ "createonpost", KNOWN_SWITCH, NULL },
	{ "crossdomains", KNOWN_SWITCH, NULL },
	{ "crossdomains_onlyother", KNOWN_SWITCH, NULL },
	{ "dav_lock_timeout", KNOWN_DURATION, NULL },
	{ "debug", KNOWN_SWITCH, NULL },
	{ "defaultpartition", KNOWN_ALNUM, NULL },
	{ "delete_mode", KNOWN_WORD, "immediate delayed" },
	{ "delete_unsubscribe", KNOWN_SWITCH, NULL },
	{ "disable_shared_namespace", KNOWN_SWITCH, NULL },
	{ "disable_user_namespace", KNOWN_SWITCH, NULL },
	{ "disconnect_on_vanished_mailbox", KNOWN_SWITCH, NULL },
	{ "duplicate_db", KNOWN_WORD, DATABASES " sql" },
	{ "duplicatesuppression", KNOWN_SWITCH, NULL },
	{ "event_content_inclusion_mode", KNOWN_WORD, "standard message header body headerbody" },
	{ "event_content_size", KNOWN_INTEGER, NULL },
	{ "event_extra_params", KNOWN_WORDS,
		"bodyStructure clientAddress diskUsed flagNames messageContent "
		"messageSize messages modseq service timestamp uidnext "
		"vnd.cmu.midset vnd.cmu.unseenMessages vnd.cmu.envelope "
		"vnd.cmu.sessionId vnd.cmu.mailboxACL vnd.cmu.mbtype "
		"vnd.cmu.davFilename vnd.cmu.davUid vnd.fastmail.clientId "
		"vnd.fastmail.sessionId vnd.fastmail.convExists "
		"vnd.fastmail.convUnseen vnd.fastmail.cid vnd.fastmail.counters "
		"vnd.fastmail.jmapEmail vnd.fastmail.jmapStates vnd.cmu.emailid "
		"vnd.cmu.threadid" },
	{ "event_groups", KNOWN_WORDS,
		"message quota flags access mailbox subscription calendar "
		"applepushservice jmap" },
	{ "expunge_mode", KNOWN_WORD, "immediate semidelayed delayed" },
	{ "failedloginpause", KNOWN_DURATION, NULL },
	{ "fastmailsharing", KNOWN_SWITCH, NULL },
	{ "flushseenstate", KNOWN_SWITCH, NULL },
	{ "foolstupidclients", KNOWN_SWITCH, NULL },
	{ "fulldirhash", KNOWN_SWITCH, NULL },
	{ "generate_compiled_sieve_script", KNOWN_SWITCH, NULL },
	{ "hashimapspool", KNOWN_SWITCH, NULL },
	{ "http_jwt_max_age", KNOWN_DURATION, NULL },
	{ "httpallowcompress", KNOWN_SWITCH, NULL },
	{ "httpallowtrace", KNOWN_SWITCH, NULL },
	{ "httpcontentmd5", KNOWN_SWITCH, NULL },
	{ "httpkeepalive", KNOWN_DURATION, NULL },
	{ "httpmodules", KNOWN_WORDS,
		"admin caldav carddav cgi domainkey freebusy ischedule jmap "
		"prometheus rss tzdist webdav" },
	{ "httpprettytelemetry", KNOWN_SWITCH, NULL },
	{ "httptimeout", KNOWN_DURATION, NULL },
	{ "icalendar_max_size", KNOWN_INTEGER, NULL },
	{ "ignorereference", KNOWN_SWITCH, NULL },
	{ "imapidlepoll", KNOWN_DURATION, NULL },
	{ "imapidletimeout", KNOWN_DURATION, NULL },
	{ "imapidresponse", KNOWN_SWITCH, NULL },
	{ "imapmagicplus", KNOWN_SWITCH, NULL },
	{ "improved_mboxlist_sort", KNOWN_SWITCH, NULL },
	{ "iolog", KNOWN_SWITCH, NULL },
	{ "ischedule_dkim_required", KNOWN_SWITCH, NULL },
	{ "jmap_mail_max_size_attachments_per_email", KNOWN_INTEGER, NULL },
	{ "jmap_max_calls_in_request", KNOWN_INTEGER, NULL },
	{ "jmap_max_catenate_items", KNOWN_INTEGER, NULL },
	{ "jmap_max_concurrent_requests", KNOWN_INTEGER, NULL },
	{ "jmap_max_concurrent_upload", KNOWN_INTEGER, NULL },
	{ "jmap_max_delayed_send", KNOWN_DURATION, NULL },
	{ "jmap_max_objects_in_get", KNOWN_INTEGER, NULL },
	{ "jmap_max_objects_in_set", KNOWN_INTEGER, NULL },
	{ "jmap_max_size_blob_set", KNOWN_INTEGER, NULL },
	{ "jmap_max_size_request", KNOWN_INTEGER, NULL },
	{ "jmap_max_size_upload", KNOWN_INTEGER, NULL },
	{ "jmap_nonstandard_extensions", KNOWN_SWITCH, NULL },
	{ "jmap_preview_length", KNOWN_INTEGER, NULL },
	{ "jmap_pushpoll", KNOWN_DURATION, NULL },
	{ "jmap_querycache_max_age", KNOWN_DURATION, NULL },
	{ "jmap_set_has_attachment", KNOWN_SWITCH, NULL },
	{ "jmap_vacation", KNOWN_SWITCH, NULL },
	{ "jmapsubmission_deleteonsend", KNOWN_SWITCH, NULL },
	{ "ldap_deref", KNOWN_WORD, "search find always never" },
	{ "ldap_domain_scope", KNOWN_WORD, "base one sub" },
	{ "ldap_group_scope", KNOWN_WORD, "base one sub" },
	{ "ldap_member_method", KNOWN_WORD, "attribute filter" },
	{ "ldap_member_scope", KNOWN_WORD, "base one sub" },
	{ "ldap_referrals", KNOWN_SWITCH, NULL },
	{ "ldap_restart", KNOWN_SWITCH, NULL },
	{ "ldap_sasl", KNOWN_SWITCH, NULL },
	{ "ldap_scope", KNOWN_WORD, "base one sub" },
	{ "ldap_size_limit", KNOWN_INTEGER, NULL },
	{ "ldap_start_tls", KNOWN_SWITCH, NULL },
	{ "ldap_time_limit", KNOWN_DURATION, NULL },
	{ "ldap_timeout", KNOWN_DURATION, NULL },
	{ "ldap_tls_check_peer", KNOWN_SWITCH, NULL },
	{ "ldap_verify_peer", KNOWN_SWITCH, NULL },
	{ "ldap_version", KNOWN_INTEGER, NULL },
	{ "literalminus", KNOWN_SWITCH, NULL },
	{ "lmtp_downcase_rcpt", KNOWN_SWITCH, NULL },
	{ "lmtp_fuzzy_mailbox_match", KNOWN_SWITCH, NULL },
	{ "lmtp_over_quota_perm_failure", KNOWN_SWITCH, NULL },
	{ "lmtp_preparse", KNOWN_SWITCH, NULL },
	{ "lmtp_strict_quota", KNOWN_SWITCH, NULL },
	{ "lmtp_strict_rfc2821", KNOWN_SWITCH, NULL },
	{ "lmtptxn_timeout", KNOWN_DURATION, NULL },
	{ "loginuseacl", KNOWN_SWITCH, NULL },
	{ "logtimestamps", KNOWN_SWITCH, NULL },
	{ "mailbox_default_options", KNOWN_INTEGER, NULL },
	{ "mailbox_legacy_dirs", KNOWN_SWITCH, NULL },
	{ "mailbox_maxmessages_addressbook", KNOWN_INTEGER, NULL },
	{ "mailbox_maxmessages_calendar", KNOWN_INTEGER, NULL },
	{ "mailbox_maxmessages_email", KNOWN_INTEGER, NULL },
	{ "master_bind_errors_fatal", KNOWN_SWITCH, NULL },
	{ "maxargssize", KNOWN_INTEGER, NULL },
	{ "maxheaderlines", KNOWN_INTEGER, NULL },
	{ "maxliteral", KNOWN_INTEGER, NULL },
	{ "maxlogins_per_host", KNOWN_INTEGER, NULL },
	{ "maxlogins_per_user", KNOWN_INTEGER, NULL },
	{ "maxmessagesize", KNOWN_INTEGER, NULL },
	{ "maxquoted", KNOWN_INTEGER, NULL },
	{ "maxword", KNOWN_INTEGER, NULL },
	{ "mboxkey_db", KNOWN_WORD, DATABASES },
	{ "mboxlist_db", KNOWN_WORD, DATABASES " flat sql" },
	{ "metapartition_files", KNOWN_WORDS,
		"header index cache expunge squat annotations lock dav archivecache" },
	{ "munge8bit", KNOWN_SWITCH, NULL },
	{ "mupdate_config", KNOWN_WORD, "standard unified replicated" },
	{ "mupdate_connections_max", KNOWN_INTEGER, NULL },
	{ "mupdate_port", KNOWN_INTEGER, NULL },
	{ "mupdate_retry_delay", KNOWN_INTEGER, NULL },
	{ "mupdate_workers_max", KNOWN_INTEGER, NULL },
	{ "mupdate_workers_maxspare", KNOWN_INTEGER, NULL },
	{ "mupdate_workers_minspare", KNOWN_INTEGER, NULL },
	{ "mupdate_workers_start", KNOWN_INTEGER, NULL },
	{ "newsaddheaders", KNOWN_WORDS, "to replyto" },
	{ "nntptimeout", KNOWN_DURATION, NULL },
	{ "object_storage_enabled", KNOWN_SWITCH, NULL },
	{ "openio_autocreate", KNOWN_SWITCH, NULL },
	{ "openio_proxy_timeout", KNOWN_DURATION, NULL },
	{ "openio_rawx_timeout", KNOWN_DURATION, NULL },
	{ "partition_select_mode", KNOWN_WORD, SELECT_MODES },
	{ "partition_select_soft_usage_limit", KNOWN_INTEGER, NULL },
	{ "partition_select_usage_reinit", KNOWN_INTEGER, NULL },
	{ "plaintextloginpause", KNOWN_DURATION, NULL },
	{ "popexpiretime", KNOWN_DURATION, NULL },
	{ "popminpoll", KNOWN_DURATION, NULL },
	{ "poppollpadding", KNOWN_INTEGER, NULL },
	{ "popsubfolders", KNOWN_SWITCH, NULL },
	{ "poptimeout", KNOWN_DURATION, NULL },
	{ "popuseacl", KNOWN_SWITCH, NULL },
	{ "popuseimapflags", KNOWN_SWITCH, NULL },
	{ "prometheus_enabled", KNOWN_SWITCH, NULL },
	{ "prometheus_need_auth", KNOWN_WORD, "none user admin" },
	{ "prometheus_update_freq", KNOWN_DURATION, NULL },
	{ "proxy_compress", KNOWN_SWITCH, NULL },
	{ "proxyd_allow_status_referral", KNOWN_SWITCH, NULL },
	{ "proxyd_disable_mailbox_referrals", KNOWN_SWITCH, NULL },
	{ "pts_module", KNOWN_WORD, "afskrb ldap http" },
	{ "ptscache_db", KNOWN_WORD, DATABASES },
	{ "ptscache_timeout", KNOWN_DURATION, NULL },
	{ "ptskrb5_convert524", KNOWN_SWITCH, NULL },
	{ "ptskrb5_strip_default_realm", KNOWN_SWITCH, NULL },
	{ "qosmarking", KNOWN_WORD,
		"cs0 cs1 cs2 cs3 cs4 cs5 cs6 cs7 af11 af12 af13 af21 af22 af23 af31 "
		"af32 af33 af41 af42 af43 ef" },
	{ "quota_db", KNOWN_WORD, DATABASES " flat sql quotalegacy" },
	{ "quota_use_conversations", KNOWN_SWITCH, NULL },
	{ "quotawarn", KNOWN_INTEGER, NULL },
	{ "quotawarnkb", KNOWN_INTEGER, NULL },
	{ "quotawarnmsg", KNOWN_INTEGER, NULL },
	{ "readonly", KNOWN_SWITCH, NULL },
	{ "reject8bit", KNOWN_SWITCH, NULL },
	{ "reverseacls", KNOWN_SWITCH, NULL },
	{ "reverseuniqueids", KNOWN_SWITCH, NULL },
	{ "rfc2046_strict", KNOWN_SWITCH, NULL },
	{ "rfc2047_utf8", KNOWN_SWITCH, NULL },
	{ "rfc3028_strict", KNOWN_SWITCH, NULL },
	{ "rss_maxage", KNOWN_DURATION, NULL },
	{ "rss_maxitems", KNOWN_INTEGER, NULL },
	{ "rss_maxsynopsis", KNOWN_INTEGER, NULL },
	{ "sasl_maximum_layer", KNOWN_INTEGER, NULL },
	{ "sasl_minimum_layer", KNOWN_INTEGER, NULL },
	{ "search_batchsize", KNOWN_INTEGER, NULL },
	{ "search_engine", KNOWN_WORD, "none squat xapian" },
	{ "search_fuzzy_always", KNOWN_SWITCH, NULL },
	{ "search_index_headers", KNOWN_SWITCH, NULL },
	{ "search_index_language", KNOWN_SWITCH, NULL },
	{ "search_index_parts", KNOWN_SWITCH, NULL },
	{ "search_indexed_db", KNOWN_WORD, DATABASES " flat" },
	{ "search_maxsize", KNOWN_INTEGER, NULL },
	{ "search_normalisation_max", KNOWN_INTEGER, NULL },
	{ "search_query_language", KNOWN_SWITCH, NULL },
	{ "search_queryscan", KNOWN_INTEGER, NULL },
	{ "search_skipdiacrit", KNOWN_SWITCH, NULL },
	{ "search_skiphtml", KNOWN_SWITCH, NULL },
	{ "search_snippet_length", KNOWN_INTEGER, NULL },
	{ "search_whitespace", KNOWN_WORD, "skip merge keep" },
	{ "seenstate_db", KNOWN_WORD, DATABASES " flat" },
	{ "serverinfo", KNOWN_WORD, "off min on" },
	{ "serverlist_select_mode", KNOWN_WORD, SELECT_MODES },
	{ "serverlist_select_soft_usage_limit", KNOWN_INTEGER, NULL },
	{ "serverlist_select_usage_reinit", KNOWN_INTEGER, NULL },
	{ "sieve_allowreferrals", KNOWN_SWITCH, NULL },
	{ "sieve_duplicate_max_expiration", KNOWN_DURATION, NULL },
	{ "sieve_extensions", KNOWN_WORDS,
		"fileinto reject vacation vacation-seconds notify include envelope "
		"environment body relational regex subaddress copy date index "
		"imap4flags imapflags mailbox mboxmetadata servermetadata variables "
		"editheader extlists duplicate ihave fcc special-use redirect-dsn "
		"redirect-deliverby mailboxid vnd.cyrus.log x-cyrus-log "
		"vnd.cyrus.jmapquery x-cyrus-jmapquery vnd.cyrus.imip snooze "
		"vnd.cyrus.snooze x-cyrus-snooze vnd.cyrus.implicit_keep_target" },
	{ "sieve_maxscripts", KNOWN_INTEGER, NULL },
	{ "sieve_maxscriptsize", KNOWN_INTEGER, NULL },
	{ "sieve_sasl_send_unsolicited_capability", KNOWN_SWITCH, NULL },
	{ "sieve_use_lmtp_reject", KNOWN_SWITCH, NULL },
	{ "sieve_utf8fileinto", KNOWN_SWITCH, NULL },
	{ "sieve_vacation_max_response", KNOWN_DURATION, NULL },
	{ "sieve_vacation_min_response", KNOWN_DURATION, NULL },
	{ "sieveusehomedir", KNOWN_SWITCH, NULL },
	{ "singleinstancestore", KNOWN_SWITCH, NULL },
	{ "skiplist_always_checkpoint", KNOWN_SWITCH, NULL },
	{ "skiplist_unsafe", KNOWN_SWITCH, NULL },
	{ "smtp_backend", KNOWN_WORD, "host sendmail" },
	{ "soft_noauth", KNOWN_SWITCH, NULL },
	{ "sortcache_db", KNOWN_WORD, DATABASES },
	{ "specialusealways", KNOWN_SWITCH, NULL },
	{ "sql_engine", KNOWN_WORD, "mysql pgsql sqlite" },
	{ "sql_usessl", KNOWN_SWITCH, NULL },
	{ "srs_alwaysrewrite", KNOWN_SWITCH, NULL },
	{ "srs_hashlength", KNOWN_INTEGER, NULL },
	{ "statuscache", KNOWN_SWITCH, NULL },
	{ "statuscache_db", KNOWN_WORD, DATABASES " sql" },
	{ "subscription_db", KNOWN_WORD, DATABASES " flat" },
	{ "sync_batchsize", KNOWN_INTEGER, NULL },
	{ "sync_cache_db", KNOWN_WORD, DATABASES " sql" },
	{ "sync_log", KNOWN_SWITCH, NULL },
	{ "sync_log_chain", KNOWN_SWITCH, NULL },
	{ "sync_reconnect_maxwait", KNOWN_DURATION, NULL },
	{ "sync_repeat_interval", KNOWN_DURATION, NULL },
	{ "sync_timeout", KNOWN_DURATION, NULL },
	{ "sync_try_imap", KNOWN_SWITCH, NULL },
	{ "tcp_keepalive", KNOWN_SWITCH, NULL },
	{ "tcp_keepalive_cnt", KNOWN_INTEGER, NULL },
	{ "tcp_keepalive_idle", KNOWN_DURATION, NULL },
	{ "tcp_keepalive_intvl", KNOWN_DURATION, NULL },
	{ "telemetry_bysessionid", KNOWN_SWITCH, NULL },
	{ "timeout", KNOWN_DURATION, NULL },
	{ "tls_client_certs", KNOWN_WORD, "off optional require" },
	{ "tls_prefer_server_ciphers", KNOWN_SWITCH, NULL },
	{ "tls_required", KNOWN_SWITCH, NULL },
	{ "tls_session_timeout", KNOWN_DURATION, NULL },
	{ "tls_sessions_db", KNOWN_WORD, DATABASES " sql" },
	{ "tlscache_db", KNOWN_WORD, DATABASES " sql" },
	{ "uidl_format", KNOWN_WORD, "uidonly cyrus dovecot courier" },
	{ "unix_group_enable", KNOWN_SWITCH, NULL },
	{ "unixhierarchysep", KNOWN_SWITCH, NULL },
	{ "userdeny_db", KNOWN_WORD, DATABASES " flat sql" },
	{ "username_tolower", KNOWN_SWITCH, NULL },
	{ "vcard_max_size", KNOWN_INTEGER, NULL },
	{ "virtdomains", KNOWN_WORD, "off userid on" },
	{ "websocket_timeout", KNOWN_DURATION, NULL },
	{ "xbackup_enabled", KNOWN_SWITCH, NULL },
	{ "zoneinfo_db", KNOWN_WORD, DATABASES " flat" },
};

/* Words of versions before 3.6, whichever option they are of; so are all that begin with this. */
static const char old_words[] = "default imapflags sphinx timezone";
static const char old_database[] = "berkeley";

/* Another version's words, integers and durations may be others. */
static const char words_from[] = "3.6", words_until[] = "3.11";
static const char durations_from[] = "3.2";
static const char sizes_from[] = "3.7";

/* --- values ----------------------------------------------------------------------------------- */

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

static bool
is_integer(const char *value)
{
	char *end;

	g_ascii_strtoll(value, &end, 0);
	return *end == '\0';
}

/* "10", "128K", "4 MiB": what an integer may be in versions that have sizes. */
static bool
is_size(const char *value)
{
	char *end;

	g_ascii_strtoll(value, &end, 10);
	if (end == value)
		return false;
	end += strspn(end, " \t");
	if (*end != '\0' && strchr("kKmMgG", *end) != NULL) {
		end++;
		end += *end == 'i' || *end == 'I';
	}
	end += *end == 'b' || *end == 'B';
	return *end == '\0';
}

/* "30", "-1", "1h30m", "1h30". */
static bool
is_duration(const char *value)
{
	value += *value == '-';
	while (*value != '\0') {
		size_t digits = strspn(value, "0123456789");

		value += digits;
		if (digits == 0 || (*value != '\0' && strchr("dhms", *value) == NULL))
			return false;
		value += *value != '\0';
	}
	return true;
}

static bool
is_alnum(const char *value)
{
	while (g_ascii_isalnum(*value))
		value++;
	return *value == '\0';
}

static bool
has_word(const char *words, const char *word)
{
	size_t length = strlen(word);

	for (const char *at = words; *at != '\0'; at += strspn(at, " ")) {
		size_t other = strcspn(at, " ");

		if (other == length && memcmp(at, word, length) == 0)
			return true;
		at += other;
	}
	return false;
}

/* Of words "on" and "off" the other ways to write them are known; of no other word. */
static bool
is_on_off(const char *words, const char *value)
{
	return (has_word("1 yes t true", value) && has_word(words, "on")) ||
		(has_word("0 no f false", value) && has_word(words, "off"));
}

static bool
is_word(const struct known *option, const char *value, bool may_be_old)
{
	return has_word(option->words, value) || is_on_off(option->words, value) ||
		(may_be_old &&
			(has_word(old_words, value) || g_str_has_prefix(value, old_database)));
}

static bool
are_words(const struct known *option, const char *value, bool may_be_old)
{
	g_auto(GStrv) words = g_strsplit_set(value, " \t", -1);

	for (size_t i = 0; words[i] != NULL; i++)
		if (words[i][0] != '\0' && !is_word(option, words[i], may_be_old))
			return false;
	return true;
}

/* --- options ---------------------------------------------------------------------------------- */

static int
compare(const void *name, const void *option)
{
	return strcmp(name, ((const struct known *)option)->name);
}

/* Whether the version is known, and before that one. */
static bool
is_before(const char *version, const char *other)
{
	return version != NULL && config_version_compare(version, other) < 0;
}

static bool
is_refused_word(const struct known *option, const char *value, const char *version)
{
	bool may_be_old = version == NULL || is_before(version, words_from);

	if (version != NULL && !is_before(version, words_until))
		return false;
	if (option->kind == KNOWN_WORDS)
		return !are_words(option, value, may_be_old);
	return !is_word(option, value, may_be_old);
}

bool
cyrus_is_refused(const char *name, const char *value, const char *version)
{
	const struct known *option =
		bsearch(name, known, G_N_ELEMENTS(known), sizeof(known[0]), compare);

	if (option == NULL || (g_str_equal(name, "tls_required") && is_before(version, "3.0")))
		return false;
	switch (option->kind) {
	case KNOWN_SWITCH:
		return cyrus_switch(value) < 0;
	case KNOWN_INTEGER:
		return !is_integer(value) && (is_before(version, sizes_from) || !is_size(value));
	case KNOWN_DURATION:
		return !is_duration(value) &&
			(!is_before(version, durations_from) || !is_integer(value));
	case KNOWN_WORD:
	case KNOWN_WORDS:
		return is_refused_word(option, value, version);
	case KNOWN_ALNUM:
		return !is_alnum(value);
	}
	g_return_val_if_reached(false);
}

const char *
cyrus_known_option(size_t i)
{
	return i < G_N_ELEMENTS(known) ? known[i].name : NULL;
}
