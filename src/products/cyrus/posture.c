/* SPDX-License-Identifier: Apache-2.0 */
#include "products/cyrus/posture.h"

#include <string.h>

#include "products/config_access.h"
#include "products/cyrus/known.h"

static const char *const weak[] = { "CRAM-MD5", "DIGEST-MD5", "NTLM", "SCRAM-MD5", NULL };
static const char *const old_versions[] = { "ssl2", "ssl3", "tls1_0", "tls1_1", NULL };

static struct location
whole(const struct cyrus_settings *settings)
{
	return (struct location){ .file = settings->shown };
}

static void
note_setting(struct config_reading *reading, enum config_note_kind kind,
	const struct cyrus_setting *setting, const char *message)
{
	struct config_note *note = config_note_once(reading, kind, setting->location, message);

	if (note != NULL)
		note->line = setting->line;
}

/* --- TLS -------------------------------------------------------------------------------------- */

/* The certificate or key: by its name of 2.5 and later, or its older one, which goes on working. */
static const struct cyrus_setting *
find_file(const struct config_reading *reading, const struct cyrus_settings *settings,
	const char *service, const char *option, const char *old_option)
{
	const struct cyrus_setting *setting = NULL;

	if (reading->version == NULL || config_version_compare(reading->version, "2.5") >= 0)
		setting = cyrus_settings_find(settings, service, option);
	if (setting == NULL)
		setting = cyrus_settings_find(settings, service, old_option);
	if (setting != NULL && g_ascii_strcasecmp(setting->value, "disabled") == 0)
		return NULL;
	return setting;
}

/* The path that a setting names: a new string. */
static char *
path_of(const struct cyrus_settings *settings, const struct cyrus_setting *setting)
{
	static const char directory[] = "{configdirectory}";
	const struct cyrus_setting *base = cyrus_settings_find_general(settings, "configdirectory");

	if (base != NULL && g_ascii_strncasecmp(setting->value, directory, strlen(directory)) == 0)
		return g_strconcat(base->value, setting->value + strlen(directory), NULL);
	return g_strdup(setting->value);
}

static void
check_file(struct config_reading *reading, const struct cyrus_settings *settings,
	const struct cyrus_setting *setting, bool is_key)
{
	g_autofree char *path = path_of(settings, setting);
	struct source_look look;

	if (path[0] != '/')
		return;
	config_keep_pair(reading, is_key, path);
	reading->source->look(reading->source, path, &look);
	if (look.outcome == SOURCE_ABSENT)
		note_setting(reading, CONFIG_NOTE_TLS_UNAVAILABLE, setting,
			facts_printf(reading->facts,
				"The %s %s is not there: TLS cannot be started.",
				is_key ? "key" : "certificate", path));
	if (is_key)
		config_note_key(reading, path, setting->location, setting->line);
}

static void
check_versions(struct config_reading *reading, const struct cyrus_settings *settings,
	const struct cyrus_service *service)
{
	const struct cyrus_setting *setting =
		cyrus_settings_find(settings, service->name, "tls_versions");
	g_auto(GStrv) words = NULL;

	if (setting == NULL) {
		config_note_once(reading, CONFIG_NOTE_TLS_VERSION, whole(settings),
			"tls_versions is not set: by default TLS 1.0 and 1.1 are allowed, where "
			"the "
			"system's TLS library has them.");
		return;
	}
	words = g_strsplit_set(setting->value, " \t", -1);
	for (size_t i = 0; words[i] != NULL; i++)
		if (g_strv_contains(old_versions, words[i]))
			note_setting(reading, CONFIG_NOTE_TLS_VERSION, setting,
				facts_printf(reading->facts, "tls_versions allows %s.", words[i]));
}

void
cyrus_note_tls(struct config_reading *reading, const struct cyrus_settings *settings,
	const struct cyrus_service *service)
{
	const struct cyrus_setting *certificate =
		find_file(reading, settings, service->name, "tls_server_cert", "tls_cert_file");
	const struct cyrus_setting *key =
		find_file(reading, settings, service->name, "tls_server_key", "tls_key_file");

	if (!settings->is_whole)
		return;
	if (certificate == NULL || key == NULL) {
		config_note_once(reading, CONFIG_NOTE_TLS_UNAVAILABLE, whole(settings),
			facts_printf(reading->facts, "The service %s has no %s: it offers no TLS.",
				service->name,
				certificate == NULL ? "certificate (tls_server_cert)" :
						      "key (tls_server_key)"));
		return;
	}
	check_file(reading, settings, certificate, false);
	check_file(reading, settings, key, true);
	check_versions(reading, settings, service);
}

/* --- mechanisms ------------------------------------------------------------------------------- */

static void
note_apop(struct config_reading *reading, const struct cyrus_settings *settings,
	const struct cyrus_service *service)
{
	static const char message[] =
		"APOP is allowed without TLS: its answer can be guessed from offline.";
	const struct cyrus_setting *apop =
		cyrus_settings_find(settings, service->name, "allowapop");

	if (apop == NULL)
		config_note_once(reading, CONFIG_NOTE_WEAK_MECHANISM, whole(settings),
			"APOP is allowed without TLS, by the default of allowapop: its answer can "
			"be "
			"guessed from offline.");
	else if (cyrus_switch(apop->value) == 1)
		note_setting(reading, CONFIG_NOTE_WEAK_MECHANISM, apop, message);
}

void
cyrus_note_mechanisms(struct config_reading *reading, const struct cyrus_settings *settings,
	const struct cyrus_service *service)
{
	const struct cyrus_setting *list =
		cyrus_settings_find(settings, service->name, "sasl_mech_list");
	g_auto(GStrv) words = NULL;

	if (!settings->is_whole ||
		cyrus_gate_read(settings, service, cyrus_version(reading)).requires_tls)
		return;
	note_apop(reading, settings, service);
	if (list == NULL)
		return;
	words = g_strsplit_set(list->value, " \t,", -1);
	for (size_t i = 0; words[i] != NULL; i++) {
		g_autofree char *mechanism = g_ascii_strup(words[i], -1);

		if (g_strv_contains(weak, mechanism))
			note_setting(reading, CONFIG_NOTE_WEAK_MECHANISM, list,
				facts_printf(reading->facts, "%s is allowed without TLS.",
					mechanism));
	}
}

/* --- other services --------------------------------------------------------------------------- */

/* Notes it at what opens the gate; nothing where it is closed. */
static void
note_open(struct config_reading *reading, const struct cyrus_settings *settings,
	const struct cyrus_service *service, enum config_note_kind kind, const char *message)
{
	struct cyrus_gate gate = cyrus_gate_read(settings, service, cyrus_version(reading));
	struct config_note *note;

	if (gate.opened_by == CYRUS_CLOSED)
		return;
	if (gate.opened_by == CYRUS_OPEN_BY_SETTING) {
		note_setting(reading, kind, gate.allowplaintext, message);
		return;
	}
	note = config_note_once(reading, kind,
		gate.opened_by == CYRUS_OPEN_BY_LAYER ? service->location : whole(settings),
		message);
	if (note != NULL && gate.opened_by == CYRUS_OPEN_BY_LAYER)
		note->line = service->line;
}

void
cyrus_note_sibling(struct config_reading *reading, const struct cyrus_settings *settings,
	const struct cyrus_service *service)
{
	if (!service->tls && cyrus_service_listens(service))
		note_open(reading, settings, service, CONFIG_NOTE_SIBLING,
			facts_printf(reading->facts,
				"The service %s (IMAP) takes passwords in clear, too.",
				service->name));
}

void
cyrus_note_latent(struct config_reading *reading, const struct cyrus_settings *settings,
	const struct cyrus_service *service)
{
	note_open(reading, settings, service, CONFIG_NOTE_LATENT,
		"Passwords would be taken in clear as soon as a service runs pop3d without -s.");
}
