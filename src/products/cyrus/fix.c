/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How Cyrus is closed: in imapd.conf at the options that are there, as one that is given twice
 * keeps Cyrus from starting; in cyrus.conf at the service's command.
 *
 * tls_required is put there for the POP3 service alone where nothing sets it: for all of them it
 * would also shut out who reads mail, news and calendars by way of a proxy.
 */
#include "products/fix.h"

#include <string.h>

#include "products/cyrus/config.h"
#include "products/cyrus/gate.h"
#include "products/cyrus/known.h"

extern const struct dialect dialect_imapd, dialect_masterconf;

static const char first_closed_default[] = "2.3.9";
static const char first_server_cert[] = "2.5";
static const char first_tls_required[] = "3.0";

/* One round. What was read is read again, with facts of its own, for the settings' places. */
struct closing {
	struct fixing *fixing;
	struct config_reading reading;
	const struct config_text *text; /* cyrus.conf */
	GArray *services;
	struct cyrus_files files;
	GHashTable *added; /* "FILE:OPTION" of this round */
};

static bool
is_since(const struct closing *closing, const char *version)
{
	return config_version_compare(cyrus_version(&closing->reading), version) >= 0;
}

static const struct cyrus_service *
service_at(const struct closing *closing, guint i)
{
	return &g_array_index(closing->services, struct cyrus_service, i);
}

static const struct cyrus_settings *
settings_of(struct closing *closing, const struct cyrus_service *service)
{
	return cyrus_files_settings(&closing->files, service->config);
}

/* --- options ---------------------------------------------------------------------------------- */

/* Where a setting stands, and its spans. */
static struct fix_place
spans_of(const struct closing *closing, const struct cyrus_setting *setting, struct span *value,
	struct span *all)
{
	struct fix_place place = fix_place_of(closing->fixing, &setting->location);
	g_autoptr(tree_auto) tree = place.text != NULL ?
		dialect_imapd.parse(place.text->bytes, place.text->length) :
		NULL;
	const struct node *node = tree != NULL ? fix_node_at(tree, place.at) : NULL;

	if (node == NULL || node->kind != NODE_SETTING)
		return (struct fix_place){ 0 };
	*value = node->value_at;
	*all = node->all;
	return place;
}

static void
replace(struct closing *closing, const struct cyrus_setting *setting, const char *value)
{
	struct span at, all;
	struct fix_place place = spans_of(closing, setting, &at, &all);

	if (place.text != NULL && !g_str_equal(setting->value, value))
		fix_replace(closing->fixing, place.text, at, "%s", value);
}

/* Whether it was put into the file, or into one that it includes. */
static bool
is_added(const struct closing *closing, const struct cyrus_settings *settings, const char *option)
{
	GHashTableIter iter;
	void *path;

	g_hash_table_iter_init(&iter, settings->files);
	while (g_hash_table_iter_next(&iter, &path, NULL)) {
		g_autofree char *key = g_strdup_printf("%s:%s", (char *)path, option);

		if (g_hash_table_contains(closing->added, key))
			return true;
	}
	return false;
}

/*
 * Puts it into the file that the service reads first, which other services' files do not include:
 * behind the option `beside` where that is there, too, or at the end.
 */
static void
add_option(struct closing *closing, const struct cyrus_settings *settings,
	const struct cyrus_setting *beside, const char *option, const char *value)
{
	struct fixing *fixing = closing->fixing;
	struct span at = { 0 }, all = { 0 };
	struct fix_place place = { .text = NULL };
	const struct config_text *text = fix_text(fixing, settings->shown);

	if (text == NULL || is_added(closing, settings, option))
		return;
	g_hash_table_add(closing->added, g_strdup_printf("%s:%s", settings->path, option));
	if (beside != NULL)
		place = spans_of(closing, beside, &at, &all);
	if (place.text == text)
		fix_add_line_behind(fixing, place.text, all.end - 1, "%s: %s", option, value);
	else
		fix_append_line(fixing, text, "%s: %s", option, value);
}

/* --- requiring TLS ---------------------------------------------------------------------------- */

/* Says who else reads an option that is changed for the sake of POP3. */
static void
warn_shared(struct closing *closing, const struct cyrus_settings *settings, const char *option,
	const struct cyrus_setting *setting)
{
	g_autoptr(GString) names = g_string_new(NULL);

	if (cyrus_settings_find_general(settings, option) != setting)
		return;
	for (guint i = 0; i < closing->services->len; i++) {
		const struct cyrus_service *service = service_at(closing, i);

		if (service->program != CYRUS_POP3D && cyrus_service_listens(service) &&
			!service->tls &&
			cyrus_settings_find(settings_of(closing, service), service->name, option) ==
				setting)
			g_string_append_printf(names, "%s%s", names->len > 0 ? ", " : "",
				service->name);
	}
	if (names->len > 0)
		change_warn(closing->fixing->change,
			"%s (%s:%u) holds for other services, too: %s will take no password "
			"without TLS.",
			setting->key, setting->location.file, setting->location.line, names->str);
}

/*
 * Sets the switch of the service where it is set; where nothing sets it, as `unset` beside
 * `beside`, unless that is NULL.
 */
static void
set_switch(struct closing *closing, const struct cyrus_service *service,
	const struct cyrus_setting *beside, const char *option, bool on, const char *unset)
{
	const struct cyrus_settings *settings = settings_of(closing, service);
	const struct cyrus_setting *setting = cyrus_settings_find(settings, service->name, option);

	if (setting == NULL && unset != NULL) {
		add_option(closing, settings, beside, unset, on ? "yes" : "no");
	} else if (setting != NULL && cyrus_switch(setting->value) != on) {
		warn_shared(closing, settings, option, setting);
		replace(closing, setting, on ? "yes" : "no");
	}
}

/* The end of the blanks that begin at `at`, or of the word. */
static size_t
skip(const char *text, size_t at, bool blanks)
{
	while (text[at] != '\0' && (g_ascii_isspace(text[at]) || text[at] == '\v') == blanks)
		at++;
	return at;
}

/* Takes each `-p N` out of a command, with the blanks before it. */
static void
drop_layer_of(struct closing *closing, const struct node *command)
{
	const char *text = command->value;
	size_t end = skip(text, skip(text, 0, true), false);

	while (text[end] != '\0') {
		size_t before = end, word = skip(text, end, true);

		end = skip(text, word, false);
		if (end - word != 2 || text[word] != '-' || strchr("CUTp", text[word + 1]) == NULL)
			continue;
		end = skip(text, skip(text, end, true), false);
		if (text[word + 1] == 'p')
			fix_replace(closing->fixing, closing->text,
				(struct span){ command->value_at.start + before,
					command->value_at.start + end },
				"%s", "");
	}
}

static void
drop_layer(struct closing *closing, const struct cyrus_service *service)
{
	struct fix_place place = fix_place_of(closing->fixing, &service->location);
	g_autoptr(tree_auto) tree =
		dialect_masterconf.parse(closing->text->bytes, closing->text->length);

	for (const struct node *node = tree->root.first; node != NULL && place.text != NULL;
		node = tree_next(node, &tree->root)) {
		if (node->kind != NODE_BLOCK || node->key_at.start != place.at)
			continue;
		node = node->first;
		while (node != NULL && !g_str_equal(node->key, "cmd"))
			node = node->next;
		if (node != NULL)
			drop_layer_of(closing, node);
		break;
	}
	change_warn(closing->fixing->change,
		"The service %s loses -p %d: if something in front of it speaks TLS for its "
		"clients, send them to a service with -s instead, or they cannot log in.",
		service->name, service->layer);
}

static void
close_service(struct closing *closing, const struct cyrus_service *service)
{
	const struct cyrus_settings *settings = settings_of(closing, service);
	struct cyrus_gate gate =
		cyrus_gate_read(settings, service, cyrus_version(&closing->reading));
	g_autofree char *own = g_strdup_printf("%s_tls_required", service->name);
	/* The default is off, but in versions that this may be. */
	bool is_off = closing->reading.version != NULL && is_since(closing, first_closed_default);

	if (gate.opened_by == CYRUS_CLOSED || !settings->is_whole || settings->is_broken)
		return;
	if (gate.opened_by == CYRUS_OPEN_BY_LAYER)
		drop_layer(closing, service);
	if (is_since(closing, first_tls_required))
		set_switch(closing, service, gate.allowplaintext, "tls_required", true, own);
	set_switch(closing, service, gate.tls_required, "allowplaintext", false,
		is_off ? NULL : "allowplaintext");
	set_switch(closing, service, gate.allowplaintext, "allowapop", false, "allowapop");
}

static void
require_tls(struct closing *closing)
{
	for (guint i = 0; i < closing->services->len; i++) {
		const struct cyrus_service *service = service_at(closing, i);

		if (service->program == CYRUS_POP3D && service->problem == NULL && !service->tls &&
			cyrus_service_listens(service))
			close_service(closing, service);
	}
}

/* --- certificate and key ---------------------------------------------------------------------- */

/* The names of one of the two: of 2.5 and later, and the older one, which goes on working. */
struct file_option {
	const char *now, *old;
};

static const struct file_option certificate_option = { "tls_server_cert", "tls_cert_file" };
static const struct file_option key_option = { "tls_server_key", "tls_key_file" };

/* What a service takes it from; NULL where nothing sets it. */
static const struct cyrus_setting *
find_file(struct closing *closing, const struct cyrus_service *service,
	const struct file_option *option)
{
	const struct cyrus_settings *settings = settings_of(closing, service);
	const struct cyrus_setting *setting = NULL;

	if (is_since(closing, first_server_cert))
		setting = cyrus_settings_find(settings, service->name, option->now);
	return setting != NULL ? setting :
				 cyrus_settings_find(settings, service->name, option->old);
}

static bool
is_own(const struct cyrus_settings *settings, const struct file_option *option,
	const struct cyrus_setting *setting)
{
	return setting != NULL && setting != cyrus_settings_find_general(settings, option->now) &&
		setting != cyrus_settings_find_general(settings, option->old);
}

/*
 * Whether all services of the file that take one of the two from where this one does take the other
 * from there, too: else a new one would be put beside an old key.
 */
static bool
is_pair_general(struct closing *closing, const struct cyrus_service *service)
{
	const struct cyrus_settings *settings = settings_of(closing, service);
	const struct cyrus_setting *certificate = find_file(closing, service, &certificate_option);
	const struct cyrus_setting *key = find_file(closing, service, &key_option);

	if (is_own(settings, &certificate_option, certificate) ||
		is_own(settings, &key_option, key))
		return false;
	for (guint i = 0; i < closing->services->len; i++) {
		const struct cyrus_service *other = service_at(closing, i);

		if (settings_of(closing, other) == settings &&
			(find_file(closing, other, &certificate_option) == certificate) !=
				(find_file(closing, other, &key_option) == key))
			return false;
	}
	return true;
}

static void
set_file(struct closing *closing, const struct cyrus_service *service, bool general,
	const struct file_option *option, const char *path)
{
	const struct cyrus_settings *settings = settings_of(closing, service);
	const struct cyrus_setting *setting = find_file(closing, service, option);
	const char *name = is_since(closing, first_server_cert) ? option->now : option->old;
	g_autofree char *own = g_strdup_printf("%s_%s", service->name, name);

	if (setting != NULL && (general || is_own(settings, option, setting)))
		replace(closing, setting, path);
	else
		add_option(closing, settings, setting, general ? name : own, path);
}

static void
wire_in(struct closing *closing)
{
	const struct fixing *fixing = closing->fixing;

	for (guint i = 0; i < closing->services->len; i++) {
		const struct cyrus_service *service = service_at(closing, i);
		bool general = is_pair_general(closing, service);

		if (service->program != CYRUS_POP3D)
			continue;
		set_file(closing, service, general, &certificate_option, fixing->certificate);
		set_file(closing, service, general, &key_option, fixing->key);
	}
}

/* --- closing the port, switching POP3 off ----------------------------------------------------- */

/* Takes the services out that serve POP3: in clear, or any of them. */
static void
drop_services(struct closing *closing, bool in_tls)
{
	for (guint i = 0; i < closing->services->len; i++) {
		const struct cyrus_service *service = service_at(closing, i);
		struct fix_place place = fix_place_of(closing->fixing, &service->location);
		bool serves = service->program == CYRUS_POP3D ||
			(service->program == CYRUS_POP3_PERHAPS &&
				(service->port == 110 || service->port == 995));
		bool tls = service->tls || service->port == 995;

		if (serves && (in_tls || !tls) && place.text != NULL)
			fix_comment_out(closing->fixing, place.text,
				(struct span){ place.at, place.at + 1 }, "#");
	}
}

/* --- the room --------------------------------------------------------------------------------- */

static void
propose_by(struct closing *closing)
{
	switch (closing->fixing->change->strategy) {
	case CHANGE_REQUIRE_TLS:
		require_tls(closing);
		break;
	case CHANGE_TLS_ONLY_PORT:
		drop_services(closing, false);
		break;
	case CHANGE_DISABLE:
		drop_services(closing, true);
		return;
	case CHANGE_STRATEGIES:
		return;
	}
	if (closing->fixing->certificate != NULL)
		wire_in(closing);
}

static void
propose(struct fixing *fixing)
{
	const struct config_facts *config = fixing->reading->facts->config;
	g_autoptr(facts_auto) facts = facts_new();
	g_autofree char *path = source_resolve(fixing->reading->root, "cyrus.conf");
	struct closing closing = { .fixing = fixing, .reading = *fixing->reading };

	config_facts_new(facts, config->product, config->title);
	closing.reading.facts = facts;
	closing.text = config_read(&closing.reading, path);
	if (closing.text == NULL)
		return;
	closing.services = cyrus_services_read(&closing.reading, closing.text);
	cyrus_files_init(&closing.files, &closing.reading);
	closing.added = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	propose_by(&closing);
	g_hash_table_unref(closing.added);
	cyrus_files_clear(&closing.files);
	g_array_unref(closing.services);
}

static const char *const units[] = { "cyrus-imapd.service", NULL };

const struct product_fix cyrus_fix = {
	.propose = propose,
	/* It wants both files, is not in the path everywhere, and cyrus.conf is read first. */
	.check = "sh -c 'PATH=\"$PATH:/usr/lib/cyrus/bin:/usr/lib/cyrus-imapd\"; "
		 "cyr_info conf-lint -C \"${1%/*}/imapd.conf\" -M \"$1\"' sh %s",
	.units = units,
	.restart = true, /* services that run keep what they have read */
};
