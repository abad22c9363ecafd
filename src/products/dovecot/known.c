/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The names of all settings, as `doveconf -a` of 2.3.19 and 2.4.1 prints them, and three of older
 * releases; but for those that begin with a word of `open_ended`.
 */
#include <string.h>

#include "products/dovecot/settings.h"

static const char *const known_23[] = {
	" auth_anonymous_username auth_cache_negative_ttl auth_cache_size auth_cache_ttl ",
	" auth_cache_verify_password_with_worker auth_debug auth_debug_passwords ",
	" auth_default_realm auth_failure_delay auth_gssapi_hostname auth_krb5_keytab ",
	" auth_master_user_separator auth_mechanisms auth_policy_check_after_auth ",
	" auth_policy_check_before_auth auth_policy_hash_mech auth_policy_hash_nonce ",
	" auth_policy_hash_truncate auth_policy_log_only auth_policy_reject_on_fail ",
	" auth_policy_report_after_auth auth_policy_request_attributes ",
	" auth_policy_server_api_header auth_policy_server_timeout_msecs ",
	" auth_policy_server_url auth_proxy_self auth_realms auth_socket_path ",
	" auth_ssl_require_client_cert auth_ssl_username_from_cert auth_stats auth_use_winbind ",
	" auth_username_chars auth_username_format auth_username_translation auth_verbose ",
	" auth_verbose_passwords auth_winbind_helper_path auth_worker_max_count base_dir ",
	" config_cache_size debug_log_path default_client_limit default_idle_kill ",
	" default_internal_group default_internal_user default_login_user ",
	" default_process_limit default_vsz_limit deliver_log_format disable_plaintext_auth ",
	" dotlock_use_excl first_valid_gid first_valid_uid haproxy_timeout ",
	" haproxy_trusted_networks hostname import_environment info_log_path instance_name ",
	" last_valid_gid last_valid_uid libexec_dir listen lock_method master_user_separator ",
	" mbox_dirty_syncs mbox_dotlock_change_timeout mbox_lazy_writes mbox_lock_timeout ",
	" mbox_md5 mbox_min_index_size mbox_read_locks mbox_very_dirty_syncs mbox_write_locks ",
	" mmap_disable pop3_client_workarounds pop3_delete_type pop3_deleted_flag ",
	" pop3_enable_last pop3_fast_size_lookups pop3_lock_session pop3_logout_format ",
	" pop3_no_flag_updates pop3_reuse_xuidl pop3_save_uidl pop3_uidl_duplicates ",
	" pop3_uidl_format pop3c_features pop3c_host pop3c_master_user pop3c_password ",
	" pop3c_port pop3c_quick_received_date pop3c_rawlog_dir pop3c_ssl pop3c_ssl_verify ",
	" pop3c_user postmaster_address process_shutdown_filter protocols rawlog_dir ",
	" recipient_delimiter rejection_reason rejection_subject sendmail_path service ",
	" shutdown_clients ssl ssl_alt_cert ssl_alt_key ssl_ca ssl_cert ",
	" ssl_cert_username_field ssl_cipher_list ssl_cipher_suites ssl_client_ca_dir ",
	" ssl_client_ca_file ssl_client_cert ssl_client_key ssl_client_require_valid_cert ",
	" ssl_crypto_device ssl_curve_list ssl_dh ssl_dh_parameters_length ssl_key ",
	" ssl_key_password ssl_min_protocol ssl_options ssl_parameters_regenerate ",
	" ssl_prefer_server_ciphers ssl_protocols ssl_require_crl ssl_verify_client_cert ",
	" state_dir syslog_facility valid_chroot_dirs verbose_proctitle verbose_ssl ",
	" version_ignore ",
	" login_access_sockets login_greeting login_log_format login_log_format_elements ",
	" login_plugin_dir login_plugins login_source_ips login_trusted_networks ",
	/* Of 1.x and 2.0, taken with a warning; without login_executable: we do not follow it. */
	" auth_chroot auth_count auth_executable auth_process_size auth_user dbox_rotate_days ",
	" dbox_rotate_min_size fsync_disable login_chroot login_dir login_max_connections ",
	" login_max_processes_count login_process_per_connection login_process_size ",
	" login_processes_count max_mail_processes ",
};

static const char *const known_24[] = {
	" apparmor_hats auth_allow_cleartext auth_allow_weak_schemes auth_anonymous_username ",
	" auth_cache_negative_ttl auth_cache_size auth_cache_ttl ",
	" auth_cache_verify_password_with_worker auth_debug auth_debug_passwords ",
	" auth_default_domain auth_failure_delay auth_gssapi_hostname ",
	" auth_internal_failure_delay auth_krb5_keytab auth_master_user_separator ",
	" auth_mechanisms auth_policy_check_after_auth auth_policy_check_before_auth ",
	" auth_policy_hash_mech auth_policy_hash_nonce auth_policy_log_only ",
	" auth_policy_reject_on_fail auth_policy_report_after_auth ",
	" auth_policy_request_attributes auth_policy_server_api_header auth_policy_server_url ",
	" auth_proxy_self auth_realms auth_socket_path auth_ssl_require_client_cert ",
	" auth_ssl_username_from_cert auth_use_winbind auth_username_chars ",
	" auth_username_format auth_verbose auth_verbose_passwords auth_winbind_helper_path ",
	" charset_aliases compress_bz2_block_size_100k compress_deflate_level ",
	" compress_gz_level compress_zstd_level crypt_acl_require_secure_key_sharing ",
	" crypt_global_public_key_file crypt_private_key_file crypt_private_key_name ",
	" crypt_private_key_password crypt_user_key_curve crypt_user_key_password ",
	" crypt_user_key_require_encrypted crypt_write_algorithm debug_log_path ",
	" default_client_limit default_idle_kill_interval default_internal_group ",
	" default_internal_user default_login_user default_process_limit default_vsz_limit ",
	" deliver_log_format dotlock_use_excl dovecot_config_version dovecot_storage_version ",
	" execute_args execute_driver execute_fork_path execute_name execute_tcp_host ",
	" execute_tcp_port execute_unix_socket_path fifo_listener_group fifo_listener_mode ",
	" fifo_listener_path fifo_listener_type fifo_listener_user first_valid_gid ",
	" first_valid_uid fs_compress_read_plain_fallback fs_compress_write_method ",
	" fs_crypt_read_plain_fallback fs_dict_value_encoding fs_driver fs_name ",
	" fs_posix_accurate_mtime fs_posix_fsync fs_posix_lock_method fs_posix_mode ",
	" fs_posix_prefix fs_randomfail_ops fs_sis_queue_path haproxy_timeout ",
	" haproxy_trusted_networks hostname http_client_connect_timeout ",
	" http_client_delete_request_max_attempts http_client_delete_request_timeout ",
	" http_client_max_connect_attempts http_client_max_idle_time ",
	" http_client_max_parallel_connections http_client_max_pipelined_requests ",
	" http_client_proxy_password http_client_proxy_socket_path ",
	" http_client_proxy_ssl_tunnel http_client_proxy_url http_client_proxy_username ",
	" http_client_rawlog_dir http_client_read_request_max_attempts ",
	" http_client_read_request_timeout http_client_request_absolute_timeout ",
	" http_client_request_max_attempts http_client_request_max_redirects ",
	" http_client_request_timeout http_client_write_request_max_attempts ",
	" http_client_write_request_timeout http_server_max_client_idle_time ",
	" http_server_max_pipelined_requests http_server_rawlog_dir import_environment ",
	" inet_listener_haproxy inet_listener_name inet_listener_port inet_listener_reuse_port ",
	" inet_listener_ssl inet_listener_type info_log_path instance_name language_default ",
	" language_filter_normalizer_icu_id language_filter_stopwords_dir language_filters ",
	" language_name language_tokenizer_address_token_maxlen ",
	" language_tokenizer_generic_algorithm language_tokenizer_generic_explicit_prefix ",
	" language_tokenizer_generic_token_maxlen language_tokenizer_generic_wb5a ",
	" language_tokenizers last_login_key last_login_precision last_valid_gid ",
	" last_valid_uid listen lock_method mbox_dirty_syncs mbox_dotlock_change_timeout ",
	" mbox_lazy_writes mbox_lock_timeout mbox_read_locks mbox_very_dirty_syncs ",
	" mbox_write_locks mmap_disable pop3_client_workarounds pop3_delete_type ",
	" pop3_deleted_flag pop3_enable_last pop3_fast_size_lookups pop3_lock_session ",
	" pop3_logout_format pop3_migration_all_mailboxes pop3_migration_ignore_extra_uidls ",
	" pop3_migration_ignore_missing_uidls pop3_migration_mailbox ",
	" pop3_migration_skip_size_check pop3_migration_skip_uidl_cache pop3_no_flag_updates ",
	" pop3_reuse_xuidl pop3_save_uidl pop3_uidl_duplicates pop3_uidl_format pop3c_features ",
	" pop3c_host pop3c_master_user pop3c_password pop3c_port pop3c_quick_received_date ",
	" pop3c_rawlog_dir pop3c_ssl pop3c_ssl_verify pop3c_user postmaster_address ",
	" process_shutdown_filter protocols rawlog_dir recipient_delimiter redis_db_id ",
	" redis_expire redis_host redis_key_prefix redis_password redis_port ",
	" redis_request_timeout redis_socket_path rejection_reason rejection_subject ",
	" sendmail_path service_chroot service_client_limit service_drop_priv_before_exec ",
	" service_executable service_extra_groups service_group service_idle_kill_interval ",
	" service_name service_privileged_group service_process_limit ",
	" service_process_min_avail service_protocol service_restart_request_count ",
	" service_type service_user service_vsz_limit shutdown_clients ssl ssl_cipher_list ",
	" ssl_cipher_suites ssl_client_ca_dir ssl_client_ca_file ssl_client_cert_file ",
	" ssl_client_key_file ssl_client_key_password ssl_client_require_valid_cert ",
	" ssl_crypto_device ssl_curve_list ssl_min_protocol ssl_options ",
	" ssl_server_alt_cert_file ssl_server_alt_key_file ssl_server_ca_file ",
	" ssl_server_cert_file ssl_server_cert_username_field ssl_server_dh_file ",
	" ssl_server_key_file ssl_server_key_password ssl_server_prefer_ciphers ",
	" ssl_server_request_client_cert ssl_server_require_crl syslog_facility ",
	" textcat_config_path unix_listener_group unix_listener_mode unix_listener_path ",
	" unix_listener_type unix_listener_user valid_chroot_dirs verbose_proctitle ",
	" login_greeting login_log_format login_log_format_elements login_plugin_dir ",
	" login_plugins login_socket_path login_source_ips login_trusted_networks ",
	" version_ignore ",
};

/* What names of plugins, of delivery and of back ends begin with: nobody has a list of these. */
static const char *const open_ended[] = { "acl", "dict", "director", "doveadm", "dsync", "event",
	"fts", "imap", "lazy", "ldap", "lda", "lmtp", "log_", "login_proxy", "lua", "mail",
	"managesieve", "mdbox", "metric", "namespace", "notify", "oauth2", "old_stats", "passdb",
	"passwd", "plugin", "push", "quota", "replic", "sdbox", "sieve", "sql", "stats",
	"submission", "test", "trash", "userdb", "virtual", "welcome", "zlib" };

static bool
has_word(const char *const *lines, size_t count, const char *word)
{
	g_autofree char *wanted = g_strconcat(" ", word, " ", NULL);

	for (size_t i = 0; i < count; i++)
		if (strstr(lines[i], wanted) != NULL)
			return true;
	return false;
}

static bool
top_known(bool is_24, const char *key)
{
	for (size_t i = 0; i < G_N_ELEMENTS(open_ended); i++)
		if (g_str_has_prefix(key, open_ended[i]))
			return true;
	return is_24 ? has_word(known_24, G_N_ELEMENTS(known_24), key) :
		       has_word(known_23, G_N_ELEMENTS(known_23), key);
}

/* The names in blocks of 2.2 and 2.3, by what the block's place begins with and what is in it. */
static const struct {
	const char *first, *within;
	const char *names;
} inner_23[] = {
	{ "service/", "/inet_listener/", " address haproxy name port reuse_port ssl " },
	{ "service/", "/unix_listener/", " group mode path user " },
	{ "service/", "/fifo_listener/", " group mode path user " },
	{ "service/", "/",
		" chroot client_limit drop_priv_before_exec executable extra_groups group "
		"idle_kill name privileged_group process_limit process_min_avail protocol "
		"service_count type user vsz_limit " },
	{ "passdb/", "/",
		" args auth_verbose default_fields deny driver master mechanisms name "
		"override_fields pass result_failure result_internalfail result_success skip "
		"username_filter " },
	{ "userdb/", "/",
		" args auth_verbose default_fields driver name override_fields result_failure "
		"result_internalfail result_success skip " },
	{ "namespace/", "/mailbox/",
		" auto autoexpunge autoexpunge_max_mails comment driver name special_use " },
	{ "namespace/", "/",
		" alias_for disabled hidden ignore_on_failure inbox list location name order "
		"prefix separator subscriptions type " },
};

static bool
inner_known_23(const char *key, const char *name)
{
	g_autofree char *wanted = g_strconcat(" ", name, " ", NULL);

	for (size_t i = 0; i < G_N_ELEMENTS(inner_23); i++)
		if (g_str_has_prefix(key, inner_23[i].first) &&
			strstr(key, inner_23[i].within) != NULL)
			return strstr(inner_23[i].names, wanted) != NULL;
	return true;
}

/* Names of 2.4 in blocks that have a name, without the "BLOCK_" that they begin with. */
static const struct {
	const char *block;
	const char *names;
} inner_24[] = {
	{ "passdb",
		" default_password_scheme deny driver fields fields_import_all master "
		"mechanisms_filter name pam_failure_show_msg pam_max_requests pam_service_name "
		"pam_session pam_setcred result_failure result_internalfail result_success skip "
		"sql_query sql_update_query static_password use_cache use_worker "
		"username_filter " },
	{ "userdb",
		" driver fields fields_import_all name result_failure result_internalfail "
		"result_success skip sql_iterate_query sql_query static_allow_all_users use_cache "
		"use_worker " },
	{ "namespace",
		" alias_for disabled hidden ignore_on_failure inbox list name order prefix "
		"separator subscriptions type " },
};

static bool
inner_has(size_t row, const char *name)
{
	g_autofree char *wanted = g_strconcat(" ", name, " ", NULL);
	g_autofree char *before = g_strconcat(inner_24[row].block, "_", NULL);

	return strstr(inner_24[row].names, wanted) != NULL || g_str_has_prefix(name, before) ||
		top_known(true, name);
}

/* Dovecot tries the name as it is, and behind the block's own: "password" in "passdb static". */
static bool
block_knows(size_t row, const char *key, const char *name)
{
	const char *own = key + strlen(inner_24[row].block) + 1;
	g_autofree char *whole = g_strdup_printf("%.*s_%s", (int)strcspn(own, "/"), own, name);

	g_strdelimit(whole, "-", '_');
	return inner_has(row, name) || inner_has(row, whole);
}

/* Whether the key stands right in a block with a name: "BLOCK/name/key". */
static bool
is_right_in(const char *key, const char *block)
{
	size_t length = strlen(block);
	const char *slash;

	if (!g_str_has_prefix(key, block) || key[length] != '/')
		return false;
	slash = strchr(key + length + 1, '/');
	return slash != NULL && strchr(slash + 1, '/') == NULL;
}

/* In a service: its own names have the block's before them. */
static bool
service_knows_24(const char *key, const char *name)
{
	static const char *const kinds[] = { "inet_listener", "unix_listener", "fifo_listener",
		"service" };

	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
		g_autofree char *place = g_strconcat("/", kinds[i], "/", NULL);
		g_autofree char *whole = g_strconcat(kinds[i], "_", name, NULL);

		if (g_str_equal(kinds[i], "service") || strstr(key, place) != NULL)
			return top_known(true, whole);
	}
	return true;
}

/* In 2.4 any setting may stand in any block. */
static bool
inner_known_24(const char *key, const char *name)
{
	if (top_known(true, name))
		return true;
	if (g_str_has_prefix(key, "service/"))
		return service_knows_24(key, name);
	for (size_t i = 0; i < G_N_ELEMENTS(inner_24); i++)
		if (is_right_in(key, inner_24[i].block))
			return block_knows(i, key, name);
	return true;
}

/* The blocks of 2.4 that are none of open_ended, with those of drivers. */
static const char *const blocks_24[] = {
	" auth_policy cassandra crypt_global_private_key crypt_user_key_encryption_key execute ",
	" fifo_listener fs inet_listener language last_login layout_fs layout_imapc ",
	" layout_imapdir layout_index mbox mysql pgsql pop3c service sqlite ssl_client ssl_server ",
	" unix_listener ",
};

bool
dovecot_block_completes(const char *key)
{
	return has_word(blocks_24, G_N_ELEMENTS(blocks_24), key);
}

bool
dovecot_block_known(bool is_24, const char *key)
{
	static const char names_23[] =
		" dict event_exporter metric namespace passdb plugin service userdb ";
	g_autofree char *wanted = g_strconcat(" ", key, " ", NULL);

	if (!is_24)
		return strstr(names_23, wanted) != NULL;
	return dovecot_block_completes(key) || top_known(true, key);
}

bool
dovecot_name_known(bool is_24, const char *key)
{
	const char *slash = strrchr(key, '/');
	g_autofree char *first = g_strndup(key, strcspn(key, "/"));

	if (slash == NULL)
		return top_known(is_24, key);
	if (!is_24)
		return inner_known_23(key, slash + 1);
	return dovecot_block_known(true, first) && inner_known_24(key, slash + 1);
}
