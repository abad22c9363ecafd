/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names and values that Dovecot refuses.
 *
 * An unknown setting keeps it from loading the file. Of these names that is certain: those that 2.4
 * has no more (asked of doveconf 2.4.1 one by one), those that came with it, and what is nearly a
 * name that matters. Of others that known.c does not have it is likely.
 */
#include <string.h>

#include "products/dovecot/settings.h"

/* In 2.3, but not in 2.4. */
static const char *const removed[] = {
	"auth_default_realm",
	"auth_policy_server_timeout_msecs",
	"auth_stats",
	"auth_worker_max_count",
	"config_cache_size",
	"default_idle_kill",
	"dict_db_config",
	"director_flush_socket",
	"director_mail_servers",
	"director_max_parallel_kicks",
	"director_max_parallel_moves",
	"director_output_buffer_size",
	"director_ping_idle_timeout",
	"director_ping_max_timeout",
	"director_servers",
	"director_user_expire",
	"director_user_kick_delay",
	"director_username_hash",
	"disable_plaintext_auth",
	"doveadm_http_rawlog_dir",
	"imap_id_log",
	"imapc_ssl_verify",
	"login_access_sockets",
	"mail_attachment_dir",
	"mail_attachment_fs",
	"mail_attachment_hash",
	"mail_attachment_min_size",
	"mail_attribute_dict",
	"mail_location",
	"master_user_separator",
	"old_stats_carbon_interval",
	"old_stats_carbon_name",
	"old_stats_carbon_server",
	"old_stats_command_min_time",
	"old_stats_domain_min_time",
	"old_stats_ip_min_time",
	"old_stats_memory_limit",
	"old_stats_session_min_time",
	"old_stats_user_min_time",
	"replication_dsync_parameters",
	"replication_full_sync_interval",
	"replication_max_conns",
	"replicator_host",
	"replicator_port",
	"ssl_alt_cert",
	"ssl_alt_key",
	"ssl_ca",
	"ssl_cert",
	"ssl_cert_username_field",
	"ssl_client_cert",
	"ssl_client_key",
	"ssl_dh",
	"ssl_key",
	"ssl_key_password",
	"ssl_prefer_server_ciphers",
	"ssl_require_crl",
	"ssl_verify_client_cert",
	"stats_http_rawlog_dir",
	"verbose_ssl",
	"plugin",
};

/* In 2.4, but not in 2.3. */
static const char *const added[] = {
	"auth_allow_cleartext",
	"dovecot_config_version",
	"dovecot_storage_version",
	"mail_driver",
	"mail_path",
	"passwd_file_path",
	"ssl_server_ca_file",
	"ssl_server_cert_file",
	"ssl_server_dh_file",
	"ssl_server_key_file",
	"ssl_server_prefer_ciphers",
};

/* What decides who may log in how; what is nearly one of these is a slip. */
static const char *const matters[] = {
	"auth_allow_cleartext",
	"auth_mechanisms",
	"disable_plaintext_auth",
	"listen",
	"login_trusted_networks",
	"protocols",
	"ssl",
};

static bool
is_in(const char *key, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (g_str_equal(key, names[i]))
			return true;
	return false;
}

bool
dovecot_name_matters(const char *key)
{
	const char *slash = strchr(key, '/');
	g_autofree char *first = slash != NULL ? g_strndup(key, (gsize)(slash - key)) : NULL;

	/* Of a service that only runs pop3-login, listeners.c asks for itself. */
	if (g_str_has_prefix(key, "service/pop3-login/inet_listener/"))
		return true;
	return is_in(first != NULL ? first : key, matters, G_N_ELEMENTS(matters));
}

enum {
	SLIP_LENGTH_MAX = 40,
	SLIP_LENGTH_MIN = 14,
	SLIPS_MAX = 2,
};

/* Whether one word becomes the other by one or two octets changed, put in or left out. */
static bool
is_slip(const char *word, const char *wanted)
{
	size_t length = strlen(word), width = strlen(wanted);
	unsigned row[SLIP_LENGTH_MAX + 1];

	if (length > SLIP_LENGTH_MAX || width > SLIP_LENGTH_MAX || width < SLIP_LENGTH_MIN ||
		length > width + SLIPS_MAX || width > length + SLIPS_MAX)
		return false;
	for (size_t j = 0; j <= width; j++)
		row[j] = (unsigned)j;
	for (size_t i = 1; i <= length; i++) {
		unsigned corner = row[0], least = (unsigned)i;

		row[0] = (unsigned)i;
		for (size_t j = 1; j <= width; j++) {
			unsigned change = corner + (g_ascii_tolower(word[i - 1]) != wanted[j - 1]);

			corner = row[j];
			row[j] = MIN(change, MIN(row[j], row[j - 1]) + 1);
			least = MIN(least, row[j]);
		}
		/* From row to row the least never falls. */
		if (least > SLIPS_MAX)
			return false;
	}
	return row[width] <= SLIPS_MAX;
}

const char *
dovecot_name_problem(bool is_24, const char *key)
{
	if (is_24 && is_in(key, removed, G_N_ELEMENTS(removed)))
		return "Dovecot 2.4 does not know this setting, and does not load the file.";
	if (!is_24 && is_in(key, added, G_N_ELEMENTS(added)))
		return "This setting came with Dovecot 2.4: an older one does not load the file.";
	if (is_in(key, matters, G_N_ELEMENTS(matters)))
		return NULL;
	for (size_t i = 0; i < G_N_ELEMENTS(matters); i++)
		if (is_slip(key, matters[i]))
			return "There is no setting of this name: Dovecot does not load the file.";
	return NULL;
}

/* Settings of the authentication process, which knows no clients. */
bool
dovecot_name_is_auth(const char *key)
{
	static const char *const others[] = { "auth_allow_cleartext", "auth_socket_path" };
	static const char *const more[] = { "first_valid_gid", "first_valid_uid", "last_valid_gid",
		"last_valid_uid", "verbose_proctitle" };

	if (is_in(key, more, G_N_ELEMENTS(more)))
		return true;
	return g_str_has_prefix(key, "auth_") && strchr(key, '/') == NULL &&
		!is_in(key, others, G_N_ELEMENTS(others));
}

/* --- values ----------------------------------------------------------------------------------- */

bool
dovecot_boolean(const char *value, bool *yes)
{
	*yes = g_ascii_strcasecmp(value, "yes") == 0 || g_ascii_strcasecmp(value, "y") == 0 ||
		g_str_equal(value, "1");
	return *yes || g_ascii_strcasecmp(value, "no") == 0;
}

static bool
is_boolean_key(const char *key)
{
	static const char *const keys[] = { "auth_allow_cleartext", "disable_plaintext_auth" };

	if (is_in(key, keys, G_N_ELEMENTS(keys)) || g_str_has_prefix(key, "protocols/"))
		return true;
	return strstr(key, "/inet_listener/") != NULL &&
		(g_str_has_suffix(key, "/ssl") || g_str_has_suffix(key, "/haproxy"));
}

/* In 2.4 these are lists, whose words may be quoted. */
static bool
is_wrong_list(const char *key, const char *value)
{
	static const char *const lists[] = { "auth_mechanisms", "listen", "login_trusted_networks",
		"protocols" };
	g_autoptr(GString) word = g_string_new(NULL);
	const char *slash = strrchr(key, '/');
	enum dovecot_list next = DOVECOT_LIST_WORD;

	if (!is_in(slash != NULL ? slash + 1 : key, lists, G_N_ELEMENTS(lists)))
		return false;
	while (next == DOVECOT_LIST_WORD)
		next = dovecot_list_next(true, &value, word);
	return next == DOVECOT_LIST_WRONG;
}

/* The numbers of a service; in 2.4 two may be "unlimited". */
static bool
is_number_key(const char *key)
{
	static const char *const names[] = { "client_limit", "process_limit", "process_min_avail",
		"restart_request_count", "service_count" };
	const char *slash = strrchr(key, '/');

	return slash != NULL && g_str_has_prefix(key, "service/") &&
		is_in(slash + 1, names, G_N_ELEMENTS(names));
}

const char *
dovecot_value_problem(bool is_24, const char *key, const char *value)
{
	static const char *const ssl_words[] = { "yes", "no", "required" };
	guint64 port, number;
	bool yes;

	if (is_24 && is_wrong_list(key, value))
		return "A quote stands wrong in this list: Dovecot does not load the file.";
	if (is_boolean_key(key) && !dovecot_boolean(value, &yes))
		return "This is neither yes nor no: Dovecot does not load the file.";
	if (g_str_equal(key, "ssl") && !is_in(value, ssl_words, G_N_ELEMENTS(ssl_words)))
		return "This is none of yes, no and required: Dovecot does not load the file.";
	if (strstr(key, "/inet_listener/") != NULL && g_str_has_suffix(key, "/port") &&
		!g_ascii_string_to_unsigned(value, 10, 0, 65535, &port, NULL))
		return "This is no port number: Dovecot does not load the file.";
	if (is_number_key(key) && !(is_24 && g_str_equal(value, "unlimited")) &&
		!g_ascii_string_to_unsigned(value, 10, 0, G_MAXUINT32, &number, NULL))
		return "This is no number: Dovecot does not load the file.";
	return NULL;
}
