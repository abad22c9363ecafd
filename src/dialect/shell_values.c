/* SPDX-License-Identifier: Apache-2.0 */
#include "dialect/shell.h"

#include <string.h>

extern const struct dialect dialect_shell;

/* Variables that a shell sets by itself. */
static const char *const own[] = { "IFS", "PATH", "PWD", "OLDPWD", "PS1", "PS2", "PS4", "PPID",
	"OPTIND", "OPTARG", "LINENO", "HOME", "SHELL", "SHLVL", "UID", "EUID", "RANDOM", "SECONDS",
	"FUNCNAME", "ENV", "TERM", "_", NULL };

struct shell_values {
	GHashTable *histories; /* name to GArray of struct shell_value */
	GPtrArray *trees;
	GStringChunk *texts;
	struct shell_value spoiler; /* with a node once there is one */
	size_t sourced;             /* octets of files */
	size_t kept;                /* octets of values */
	bool clean;
	bool has_functions;
	unsigned depth;
};

struct shell_values *
shell_values_new(bool clean)
{
	struct shell_values *values = g_new0(struct shell_values, 1);

	values->histories = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
		(GDestroyNotify)g_array_unref);
	values->trees = g_ptr_array_new_with_free_func((GDestroyNotify)tree_free);
	values->texts = g_string_chunk_new(1024);
	values->clean = clean;
	return values;
}

void
shell_values_free(struct shell_values *values)
{
	if (values == NULL)
		return;
	g_hash_table_unref(values->histories);
	g_ptr_array_unref(values->trees);
	g_string_chunk_free(values->texts);
	g_free(values);
}

static void
put(struct shell_values *values, const char *name, const struct shell_value *value)
{
	GArray *history = g_hash_table_lookup(values->histories, name);

	if (history == NULL) {
		history = g_array_new(FALSE, FALSE, sizeof(struct shell_value));
		g_hash_table_insert(values->histories, g_strdup(name), history);
	}
	g_array_append_vals(history, value, 1);
}

void
shell_values_hide(struct shell_values *values, const char *name)
{
	const struct shell_value unknown = { NULL };

	put(values, name, &unknown);
}

const GArray *
shell_values_history(const struct shell_values *values, const char *name)
{
	return g_hash_table_lookup(values->histories, name);
}

const struct shell_value *
shell_values_spoiler(const struct shell_values *values)
{
	return values->spoiler.node != NULL ? &values->spoiler : NULL;
}

const struct shell_value *
shell_values_find(const struct shell_values *values, const char *name)
{
	const GArray *history = shell_values_history(values, name);

	if (values->spoiler.node != NULL)
		return &values->spoiler;
	return history == NULL ? NULL :
				 &g_array_index(history, struct shell_value, history->len - 1);
}

/* --- sourcing --------------------------------------------------------------------------------- */

/* The text of a variable; NULL where it cannot be told. */
static const char *
text_of(const struct shell_values *values, const char *name)
{
	const struct shell_value *value = shell_values_find(values, name);

	if (value != NULL)
		return value->text;
	return values->clean && !g_strv_contains(own, name) ? "" : NULL;
}

static const char *
put_together(struct shell_values *values, const struct node *node)
{
	g_autoptr(GString) text = g_string_new(NULL);

	if (node->problem != NULL)
		return NULL;
	for (const char *const *part = node->words; *part != NULL; part++) {
		const char *piece = **part == '=' ? *part + 1 : text_of(values, *part + 1);

		if (piece == NULL || text->len + strlen(piece) > SHELL_VALUE_MAX)
			return NULL;
		g_string_append(text, piece);
	}
	values->kept += text->len;
	if (values->kept > SHELL_VALUES_MAX)
		return NULL;
	return g_string_chunk_insert_const(values->texts, text->str);
}

static void
spoil(struct shell_values *values, const struct config_text *file, const struct node *node)
{
	if (values->spoiler.node == NULL)
		values->spoiler = (struct shell_value){ NULL, file, node };
}

/* Something that is not understood: what it names is unknown from here on. */
static void
take_opaque(struct shell_values *values, const struct config_text *file, const struct node *node)
{
	const struct shell_value unknown = { NULL, file, node };

	if (values->has_functions)
		spoil(values, file, node);
	for (const char *const *name = node->words; *name != NULL; name++) {
		if (g_str_equal(*name, "*"))
			spoil(values, file, node);
		else if (g_str_equal(*name, "()"))
			values->has_functions = true;
		else
			put(values, *name, &unknown);
	}
}

static void
include(struct shell_values *values, struct config_source *source, const struct config_text *file,
	const struct node *node)
{
	const struct config_text *text = NULL;

	if (node->value != NULL && values->depth < SOURCE_DEPTH_MAX && node->value[0] == '/' &&
		values->trees->len < SOURCE_FILES_MAX)
		text = source->read(source, node->value, NULL);
	if (text == NULL || values->sourced + text->length > SOURCE_TOTAL_MAX)
		spoil(values, file, node);
	else
		shell_values_source(values, source, text);
}

void
shell_values_source(struct shell_values *values, struct config_source *source,
	const struct config_text *text)
{
	struct tree *tree = dialect_shell.parse(text->bytes, text->length);

	g_ptr_array_add(values->trees, tree);
	values->depth++;
	values->sourced += text->length;
	for (const struct node *node = tree->root.first; node != NULL; node = node->next) {
		struct shell_value value = { NULL, text, node };

		if (node->kind == NODE_SETTING) {
			value.text = put_together(values, node);
			put(values, node->key, &value);
		} else if (node->kind == NODE_INCLUDE) {
			include(values, source, text, node);
		} else if (node->kind == NODE_WRONG) {
			take_opaque(values, text, node);
		}
	}
	values->depth--;
}
