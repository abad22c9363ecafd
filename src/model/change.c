/* SPDX-License-Identifier: Apache-2.0 */
#include "model/change.h"

#include <stdarg.h>

static const char *const states[] = {
	[CHANGE_PLANNED] = "planned",
	[CHANGE_APPLYING] = "applying",
	[CHANGE_APPLIED] = "applied",
	[CHANGE_RELOADED] = "reloaded",
	[CHANGE_VERIFIED] = "verified",
	[CHANGE_CONFIRMED] = "confirmed",
	[CHANGE_ROLLING_BACK] = "rolling-back",
	[CHANGE_ROLLED_BACK] = "rolled-back",
	[CHANGE_CONFLICT] = "conflict",
};

static const char *const strategies[] = {
	[CHANGE_REQUIRE_TLS] = "require-tls",
	[CHANGE_TLS_ONLY_PORT] = "tls-only-port",
	[CHANGE_DISABLE] = "disable",
};

static const char *const check_states[] = {
	[CHANGE_CHECK_PASSED] = "passed",
	[CHANGE_CHECK_FAILED] = "failed",
	[CHANGE_CHECK_SKIPPED] = "skipped",
};

/* The place of the word in the list; `count` where it is not in it. */
static size_t
find_word(const char *word, const char *const *words, size_t count)
{
	size_t at = 0;

	while (at < count && g_strcmp0(word, words[at]) != 0)
		at++;
	return at;
}

const char *
change_state_word(enum change_state state)
{
	return states[state];
}

const char *
change_strategy_word(enum change_strategy strategy)
{
	return strategies[strategy];
}

const char *
change_check_word(enum change_check_state state)
{
	return check_states[state];
}

bool
change_state_parse(const char *word, enum change_state *state)
{
	size_t at = find_word(word, states, G_N_ELEMENTS(states));

	*state = (enum change_state)at;
	return at < G_N_ELEMENTS(states);
}

bool
change_strategy_parse(const char *word, enum change_strategy *strategy)
{
	size_t at = find_word(word, strategies, G_N_ELEMENTS(strategies));

	*strategy = (enum change_strategy)at;
	return at < G_N_ELEMENTS(strategies);
}

bool
change_check_parse(const char *word, enum change_check_state *state)
{
	size_t at = find_word(word, check_states, G_N_ELEMENTS(check_states));

	*state = (enum change_check_state)at;
	return at < G_N_ELEMENTS(check_states);
}

/* --- life ------------------------------------------------------------------------------------- */

static void
file_free(void *data)
{
	struct change_file *file = data;

	g_free(file->path);
	g_free(file->named);
	g_free(file->served);
	g_clear_pointer(&file->before, g_bytes_unref);
	g_clear_pointer(&file->after, g_bytes_unref);
	g_free(file->diff);
	g_free(file);
}

static void
setting_free(void *data)
{
	struct change_setting *setting = data;

	g_free(setting->server);
	g_free(setting->name);
	g_free(setting->before);
	g_free(setting->after);
	g_free(setting);
}

static void
check_free(void *data)
{
	struct change_check *check = data;

	g_free(check->name);
	g_free(check->evidence);
	g_free(check);
}

struct change *
change_new(void)
{
	struct change *change = g_new0(struct change, 1);

	change->files = g_ptr_array_new_with_free_func(file_free);
	change->settings = g_ptr_array_new_with_free_func(setting_free);
	change->checks = g_ptr_array_new_with_free_func(check_free);
	change->warnings = g_ptr_array_new_with_free_func(g_free);
	change->obstacles = g_ptr_array_new_with_free_func(g_free);
	change->targets = g_ptr_array_new_with_free_func(g_free);
	change->closed = g_ptr_array_new_with_free_func(g_free);
	change->opened = g_ptr_array_new_with_free_func(g_free);
	return change;
}

void
change_free(struct change *change)
{
	if (change == NULL)
		return;
	char *const texts[] = { change->id, change->product, change->title, change->root,
		change->place.product, change->place.path, change->place.root,
		change->place.version, change->before, change->after, change->explanation,
		change->check_command, change->reload_command, change->restart_command,
		change->certificate, change->key, change->ticket, change->approved_by,
		change->served_root, change->seen, change->host, change->from,
		change->certificate_as, change->key_as, change->authority };
	GPtrArray *const arrays[] = { change->files, change->checks, change->warnings,
		change->obstacles, change->targets, change->closed, change->opened,
		change->settings };

	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
		g_free(texts[i]);
	for (size_t i = 0; i < G_N_ELEMENTS(arrays); i++)
		g_ptr_array_unref(arrays[i]);
	g_free(change);
}

struct change_file *
change_add_file(struct change *change)
{
	struct change_file *file = g_new0(struct change_file, 1);

	g_ptr_array_add(change->files, file);
	return file;
}

void
change_add_setting(struct change *change, const char *server, const char *name, const char *before,
	const char *after)
{
	struct change_setting *setting = g_new0(struct change_setting, 1);

	setting->server = g_strdup(server);
	setting->name = g_strdup(name);
	setting->before = g_strdup(before);
	setting->after = g_strdup(after);
	g_ptr_array_add(change->settings, setting);
}

void
change_add_check(struct change *change, const char *name, enum change_check_state state,
	const char *evidence)
{
	struct change_check *check = g_new0(struct change_check, 1);

	check->name = g_strdup(name);
	check->state = state;
	check->evidence = g_strdup(evidence);
	g_ptr_array_add(change->checks, check);
}

/* Each is said once. */
static void
add_text(GPtrArray *texts, const char *format, va_list arguments)
{
	g_autofree char *text = g_strdup_vprintf(format, arguments);

	if (!g_ptr_array_find_with_equal_func(texts, text, g_str_equal, NULL))
		g_ptr_array_add(texts, g_steal_pointer(&text));
}

void
change_warn(struct change *change, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	add_text(change->warnings, format, arguments);
	va_end(arguments);
}

void
change_hinder(struct change *change, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	add_text(change->obstacles, format, arguments);
	va_end(arguments);
}

bool
change_has_ended(const struct change *change)
{
	static const bool is_end[CHANGE_STATES] = {
		[CHANGE_PLANNED] = true,
		[CHANGE_CONFIRMED] = true,
		[CHANGE_ROLLED_BACK] = true,
		[CHANGE_CONFLICT] = true,
	};

	if (change->state == CHANGE_APPLIED)
		return change->offline && change->confirm_by == 0;
	return is_end[change->state];
}
