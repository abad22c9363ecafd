/* SPDX-License-Identifier: Apache-2.0 */
#include "products/nginx/blocks.h"

#include <string.h>

extern const struct dialect dialect_nginx;

#define SETTLE "nginx -t"

enum {
	COMPARED_MAX = 4096, /* directives of a block among which one is looked for twice */
};

struct nginx_blocks {
	struct config_reading *config;
	GPtrArray *trees; /* of struct tree */
	GPtrArray *lists; /* of GArray */
	unsigned files;
};

/* Directives of mail{} and its server{}; those ended by '+' may stand there more than once. */
static const char mail_words[] =
	" auth_http+ auth_http_header+ auth_http_pass_client_cert auth_http_timeout error_log+ "
	"imap_auth+ imap_capabilities+ imap_client_buffer max_errors pop3_auth+ pop3_capabilities+ "
	"proxy proxy_buffer proxy_pass_error_message proxy_smtp_auth proxy_timeout resolver "
	"resolver_timeout server_name smtp_auth+ smtp_capabilities+ smtp_client_buffer "
	"smtp_greeting_delay ssl ssl_certificate+ ssl_certificate_key+ ssl_ciphers "
	"ssl_client_certificate ssl_conf_command+ ssl_crl ssl_dhparam ssl_ecdh_curve "
	"ssl_password_file ssl_prefer_server_ciphers ssl_protocols+ ssl_session_cache "
	"ssl_session_ticket_key+ ssl_session_tickets ssl_session_timeout ssl_trusted_certificate "
	"ssl_verify_client ssl_verify_depth starttls tcp_nodelay timeout xclient proxy_protocol "
	"set_real_ip_from+ ";
static const char server_words[] = " listen+ protocol proxy ";

struct nginx_blocks *
nginx_blocks_new(struct config_reading *config)
{
	struct nginx_blocks *blocks = g_new0(struct nginx_blocks, 1);

	blocks->config = config;
	blocks->trees = g_ptr_array_new_with_free_func((GDestroyNotify)tree_free);
	blocks->lists = g_ptr_array_new_with_free_func((GDestroyNotify)g_array_unref);
	return blocks;
}

void
nginx_blocks_free(struct nginx_blocks *blocks)
{
	if (blocks == NULL)
		return;
	g_ptr_array_unref(blocks->trees);
	g_ptr_array_unref(blocks->lists);
	g_free(blocks);
}

struct config_place
nginx_blocks_find(const GArray *list, const char *key)
{
	for (guint i = list->len; i > 0; i--) {
		struct config_place place = g_array_index(list, struct config_place, i - 1);

		if (place.node->kind == NODE_SETTING && g_str_equal(place.node->key, key))
			return place;
	}
	return (struct config_place){ 0 };
}

/* --- includes --------------------------------------------------------------------------------- */

static void gather(struct nginx_blocks *blocks, GArray *list, const struct config_text *text,
	const struct node *parent, unsigned depth);

/* A file's tree, which the blocks own. A mistake anywhere keeps nginx from loading all of it. */
static const struct tree *
parse_file(struct nginx_blocks *blocks, const struct config_text *text)
{
	struct tree *tree = dialect_nginx.parse(text->bytes, text->length);

	g_ptr_array_add(blocks->trees, tree);
	for (const struct node *node = tree->root.first; node != NULL;
		node = tree_next(node, &tree->root)) {
		if (node->kind != NODE_WRONG)
			continue;
		proxies_refuse(blocks->config, REASON_INVALID, (struct config_place){ text, node },
			node->problem, SETTLE);
		if (config_is_full(blocks->config))
			break;
	}
	return tree;
}

static void
include_file(struct nginx_blocks *blocks, GArray *list, const char *path, unsigned depth)
{
	const struct config_text *text =
		blocks->config->source->read(blocks->config->source, path, NULL);

	if (text == NULL)
		config_read(blocks->config, path); /* for its doubt */
	else
		gather(blocks, list, text, &parse_file(blocks, text)->root, depth);
}

/* A folder of load_module lines, which say nothing about servers. */
static bool
is_module_folder(const char *path)
{
	return g_str_has_prefix(path, "/usr/share/nginx/modules/") ||
		g_str_has_prefix(path, "/etc/nginx/modules-enabled/");
}

static void
miss(struct nginx_blocks *blocks, struct config_place place, const char *path,
	enum source_outcome outcome)
{
	g_autofree char *message = g_strdup_printf("%s: %s.", path, source_outcome_words(outcome));

	if (outcome == SOURCE_ABSENT)
		proxies_refuse(blocks->config, REASON_INCLUDE_MISSING, place, message, SETTLE);
	else
		proxies_doubt(blocks->config, REASON_INCLUDE_MISSING, place, message, "nginx -T");
}

/* The folder in front of a pattern's first wildcard: a new string. */
static char *
fixed_folder(const char *pattern)
{
	g_autofree char *fixed = g_strndup(pattern, strcspn(pattern, "*?["));
	const char *slash = strrchr(fixed, '/');

	return slash != NULL ? g_strndup(fixed, MAX((gsize)(slash - fixed), 1)) : g_strdup("/");
}

static void
include_pattern(struct nginx_blocks *blocks, GArray *list, struct config_place place,
	const char *pattern, unsigned depth)
{
	struct config_source *source = blocks->config->source;
	g_autofree char *folder = fixed_folder(pattern);
	enum source_outcome outcome;
	g_autoptr(GPtrArray) paths = source->match(source, pattern, false, &outcome);
	struct source_look look;

	source->look(source, folder, &look);
	if (look.outcome == SOURCE_OUTSIDE && !is_module_folder(pattern))
		miss(blocks, place, pattern, SOURCE_OUTSIDE);
	else if (outcome != SOURCE_FOUND && outcome != SOURCE_ABSENT && !is_module_folder(pattern))
		miss(blocks, place, pattern, outcome);
	for (guint i = 0; i < paths->len; i++) {
		const char *path = g_ptr_array_index(paths, i);

		if (!is_module_folder(path) || source->read(source, path, NULL) != NULL)
			include_file(blocks, list, path, depth);
	}
}

static void
include(struct nginx_blocks *blocks, GArray *list, struct config_place place, unsigned depth)
{
	struct config_source *source = blocks->config->source;
	g_autofree char *path = NULL;
	enum source_outcome outcome = SOURCE_TOO_LARGE;

	if (place.node->value == NULL || place.node->words[1] != NULL) {
		proxies_refuse(blocks->config, REASON_INVALID, place, "include takes one name.",
			SETTLE);
		return;
	}
	/* Names are relative to the root file's folder, wherever the include stands. */
	path = source_resolve(blocks->config->root, place.node->value);
	/* NOLINTBEGIN(bugprone-branch-clone): in the order in which it is looked at */
	if (depth >= SOURCE_DEPTH_MAX || ++blocks->files > SOURCE_FILES_MAX)
		miss(blocks, place, path, outcome);
	else if (strpbrk(path, "*?[") != NULL)
		include_pattern(blocks, list, place, path, depth + 1);
	else if (source->read(source, path, &outcome) == NULL)
		miss(blocks, place, path, outcome);
	else
		include_file(blocks, list, path, depth + 1);
	/* NOLINTEND(bugprone-branch-clone) */
}

static void
gather(struct nginx_blocks *blocks, GArray *list, const struct config_text *text,
	const struct node *parent, unsigned depth)
{
	for (const struct node *node = parent->first; node != NULL; node = node->next) {
		struct config_place place = { text, node };

		if (node->kind == NODE_INCLUDE)
			include(blocks, list, place, depth);
		else if ((node->kind == NODE_SETTING || node->kind == NODE_BLOCK) &&
			list->len < TREE_NODES_MAX)
			g_array_append_val(list, place);
	}
}

const GArray *
nginx_blocks_root(struct nginx_blocks *blocks)
{
	const struct config_text *text = config_read(blocks->config, blocks->config->root);
	GArray *list;

	if (text == NULL)
		return NULL;
	list = g_array_new(FALSE, FALSE, sizeof(struct config_place));
	g_ptr_array_add(blocks->lists, list);
	gather(blocks, list, text, &parse_file(blocks, text)->root, 0);
	return list;
}

/* --- directives ------------------------------------------------------------------------------- */

/* Whether the word is in the list; *many is set where it may be there twice. */
static bool
is_in(const char *list, const char *key, bool *many)
{
	g_autofree char *once = g_strconcat(" ", key, " ", NULL);
	g_autofree char *more = g_strconcat(" ", key, "+ ", NULL);

	*many = strstr(list, more) != NULL;
	return *many || strstr(list, once) != NULL;
}

static void
check_directive(struct nginx_blocks *blocks, const GArray *list, guint i,
	enum nginx_context context)
{
	struct config_place place = g_array_index(list, struct config_place, i);
	const char *key = place.node->key;
	bool many = false, known = is_in(mail_words, key, &many);

	if (place.node->kind == NODE_BLOCK) {
		if (context != NGINX_MAIL || !g_str_equal(key, "server") ||
			place.node->words[0] != NULL)
			proxies_refuse(blocks->config, REASON_INVALID, place,
				"This block must not stand here.", SETTLE);
		return;
	}
	if (!known && context == NGINX_MAIL_SERVER)
		known = is_in(server_words, key, &many);
	if (!known) {
		proxies_doubt(blocks->config, REASON_NOT_UNDERSTOOD, place,
			"A directive that the mail proxy does not have, or not here.", SETTLE);
		proxies_note(blocks->config, CONFIG_NOTE_INVALID, place,
			"A directive that the mail proxy does not have, or not here.");
	} else if (place.node->value == NULL) {
		proxies_refuse(blocks->config, REASON_INVALID, place, "The directive has no value.",
			SETTLE);
	}
	for (guint j = 0; known && !many && j < MIN(i, COMPARED_MAX); j++)
		if (g_str_equal(g_array_index(list, struct config_place, j).node->key, key)) {
			proxies_refuse(blocks->config, REASON_INVALID, place,
				"The directive stands there twice.", SETTLE);
			return;
		}
}

const GArray *
nginx_blocks_open(struct nginx_blocks *blocks, struct config_place block,
	enum nginx_context context)
{
	GArray *list = g_array_new(FALSE, FALSE, sizeof(struct config_place));

	g_ptr_array_add(blocks->lists, list);
	gather(blocks, list, block.text, block.node, 0);
	if (context == NGINX_MAIL || context == NGINX_MAIL_SERVER)
		for (guint i = 0; i < list->len; i++)
			check_directive(blocks, list, i, context);
	return list;
}
