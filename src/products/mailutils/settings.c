/* SPDX-License-Identifier: Apache-2.0 */
#include "products/mailutils/settings.h"

#include <string.h>

extern const struct dialect dialect_mailutils;

#define SETTLE  "pop3d --config-lint"
#define PROGRAM "pop3d"

static const char keywords[] =
	" undelete expire delete-expired scan-lines apop-database-file apop-database-owner "
	"apop-database-safety tls-mode login-delay stat-file bulletin-source bulletin-db "
	"output-buffer-size max-children mode foreground pidfile port timeout transcript ";

bool
mailutils_is_in(const char *list, const char *key)
{
	g_autofree char *word = g_strconcat(" ", key, " ", NULL);

	return strstr(list, word) != NULL;
}

const char *
mailutils_value(struct config_place place, const char *otherwise)
{
	return place.node != NULL && place.node->value != NULL ? place.node->value : otherwise;
}

/* --- tls-mode --------------------------------------------------------------------------------- */

static enum mailutils_tls
parse_mode(const char *word)
{
	static const struct {
		const char *word;
		enum mailutils_tls mode;
	} modes[] = { { "no", MAILUTILS_TLS_NO }, { "false", MAILUTILS_TLS_NO },
		{ "off", MAILUTILS_TLS_NO }, { "0", MAILUTILS_TLS_NO }, { "nil", MAILUTILS_TLS_NO },
		{ "f", MAILUTILS_TLS_NO }, { "stls", MAILUTILS_TLS_ONDEMAND },
		{ "ondemand", MAILUTILS_TLS_ONDEMAND }, { "required", MAILUTILS_TLS_REQUIRED },
		{ "connection", MAILUTILS_TLS_CONNECTION }, { "yes", MAILUTILS_TLS_CONNECTION },
		{ "true", MAILUTILS_TLS_CONNECTION }, { "on", MAILUTILS_TLS_CONNECTION } };

	for (size_t i = 0; i < G_N_ELEMENTS(modes); i++)
		if (g_str_equal(word, modes[i].word))
			return modes[i].mode;
	return MAILUTILS_TLS_UNSET;
}

bool
mailutils_has_one_value(struct config_reading *config, struct config_place place)
{
	if (place.node->value != NULL && place.node->problem == NULL &&
		place.node->words[1] == NULL)
		return true;
	proxies_refuse(config, REASON_INVALID, place, "It takes one value: pop3d does not start.",
		SETTLE);
	return false;
}

/* Takes a tls-mode; one that is no mode leaves it as it is. */
static void
take_mode(const struct mailutils_settings *settings, struct config_place place,
	struct mailutils_security *security)
{
	enum mailutils_tls mode = parse_mode(mailutils_value(place, ""));

	if (!mailutils_has_one_value(settings->config, place))
		return;
	if (mode == MAILUTILS_TLS_UNSET) {
		proxies_note(settings->config, CONFIG_NOTE_INVALID, place,
			"This is no tls-mode: Mailutils goes on as if it were not there.");
		return;
	}
	security->mode = mode;
	security->mode_place = place;
}

/* --- the tree --------------------------------------------------------------------------------- */

static void gather(struct mailutils_settings *settings, const struct config_text *text,
	const struct node *parent, unsigned depth);

static void
take_tls_block(struct mailutils_security *security, struct config_place block)
{
	security->block = block;
	for (const struct node *node = block.node->first; node != NULL; node = node->next) {
		struct config_place place = { block.text, node };

		if (node->kind != NODE_SETTING)
			continue;
		if (g_str_equal(node->key, "ssl-certificate-file"))
			security->certificate = place;
		else if (g_str_equal(node->key, "ssl-key-file"))
			security->key = place;
		else if (g_str_equal(node->key, "ssl-priorities"))
			security->priorities = place;
	}
}

static void
take_block(struct mailutils_settings *settings, struct config_place place, unsigned depth)
{
	const char *key = place.node->key, *tag = mailutils_value(place, "");

	if (g_str_equal(key, "program") && g_str_equal(tag, PROGRAM) && depth == 0) {
		settings->program = place;
		gather(settings, place.text, place.node, depth);
	} else if (g_str_equal(key, "program") && g_str_equal(tag, PROGRAM)) {
		proxies_doubt(settings->config, REASON_NOT_UNDERSTOOD, place,
			"A program block outside of the top-level file is ignored.", SETTLE);
	} else if (g_str_equal(key, "server")) {
		g_array_append_val(settings->servers, place);
	} else if (g_str_equal(key, "tls")) {
		take_tls_block(&settings->security, place);
	}
	/* One that pop3d does not know it passes over, unlike a keyword. */
}

static void
take_setting(struct mailutils_settings *settings, struct config_place place)
{
	const char *key = place.node->key;

	if (g_str_equal(key, "tls-mode"))
		take_mode(settings, place, &settings->security);
	else if (g_str_equal(key, "port") && mailutils_has_one_value(settings->config, place))
		settings->port = place;
	else if (g_str_equal(key, "mode") && mailutils_has_one_value(settings->config, place))
		settings->mode = place;
	else if (g_str_equal(key, "apop-database-file"))
		settings->apop = place;
	else if (!mailutils_is_in(keywords, key))
		proxies_refuse(settings->config, REASON_INVALID, place,
			"A keyword that pop3d does not know: it does not start.", SETTLE);
}

/* --- includes --------------------------------------------------------------------------------- */

static void
take_file(struct mailutils_settings *settings, const struct config_text *text, unsigned depth)
{
	struct tree *tree = dialect_mailutils.parse(text->bytes, text->length);

	g_ptr_array_add(settings->trees, tree);
	for (const struct node *node = tree->root.first; node != NULL;
		node = tree_next(node, &tree->root))
		if (node->kind == NODE_WRONG)
			proxies_refuse(settings->config, REASON_INVALID,
				(struct config_place){ text, node }, node->problem, SETTLE);
	gather(settings, text, &tree->root, depth);
}

/* A folder stands for the program's own file in it; names are relative to /etc. */
static void
include(struct mailutils_settings *settings, struct config_place place, unsigned depth)
{
	struct config_source *source = settings->config->source;
	g_autofree char *path = source_resolve(settings->config->root, mailutils_value(place, ""));
	const struct config_text *text;
	g_autofree char *message = NULL;
	enum source_outcome outcome;
	struct source_look look;

	source->look(source, path, &look);
	if (look.outcome == SOURCE_FOUND && look.is_folder) {
		g_autofree char *folder = g_steal_pointer(&path);

		path = g_build_filename(folder, PROGRAM, NULL);
		/* The folder need not have one. */
		if (source->read(source, path, &outcome) == NULL && outcome == SOURCE_ABSENT)
			return;
	}
	text = source->read(source, path, &outcome);
	if (text != NULL && depth < SOURCE_DEPTH_MAX && ++settings->files < SOURCE_FILES_MAX) {
		take_file(settings, text, depth + 1);
		return;
	}
	message = g_strdup_printf("%s: %s.", path,
		source_outcome_words(text != NULL ? SOURCE_TOO_LARGE : outcome));
	if (text == NULL && outcome == SOURCE_ABSENT)
		proxies_refuse(settings->config, REASON_INCLUDE_MISSING, place, message, SETTLE);
	else
		proxies_doubt(settings->config, REASON_INCLUDE_MISSING, place, message, SETTLE);
}

static void
gather(struct mailutils_settings *settings, const struct config_text *text,
	const struct node *parent, unsigned depth)
{
	for (const struct node *node = parent->first; node != NULL; node = node->next) {
		struct config_place place = { text, node };

		if (node->kind == NODE_INCLUDE)
			include(settings, place, depth);
		else if (node->kind == NODE_BLOCK)
			take_block(settings, place, depth);
		else if (node->kind == NODE_SETTING)
			take_setting(settings, place);
	}
}

/* --- what holds ------------------------------------------------------------------------------- */

bool
mailutils_settings_read(struct mailutils_settings *settings, struct config_reading *config)
{
	const struct config_text *text = config_read(config, config->root);

	*settings = (struct mailutils_settings){ .config = config };
	settings->trees = g_ptr_array_new_with_free_func((GDestroyNotify)tree_free);
	settings->servers = g_array_new(FALSE, FALSE, sizeof(struct config_place));
	if (text != NULL)
		take_file(settings, text, 0);
	return text != NULL;
}

void
mailutils_settings_clear(struct mailutils_settings *settings)
{
	g_ptr_array_unref(settings->trees);
	g_array_unref(settings->servers);
}

struct mailutils_security
mailutils_server_security(const struct mailutils_settings *settings, struct config_place server)
{
	struct mailutils_security security = settings->security;
	bool own = false;

	for (const struct node *node = server.node->first; node != NULL; node = node->next) {
		struct config_place place = { server.text, node };

		if (node->kind == NODE_SETTING && g_str_equal(node->key, "tls-mode"))
			take_mode(settings, place, &security);
		if (node->kind != NODE_BLOCK || !g_str_equal(node->key, "tls"))
			continue;
		if (!own) /* measured on 3.15: pop3d does not start with one half from here */
			security = (struct mailutils_security){
				.mode = security.mode,
				.mode_place = security.mode_place,
			};
		own = true;
		take_tls_block(&security, place);
	}
	return security;
}
