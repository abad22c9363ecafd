/* SPDX-License-Identifier: Apache-2.0 */
#include "fix/plan.h"

#include <string.h>

#include "fix/diff.h"
#include "fix/draft.h"
#include "fix/owner.h"
#include "fix/pairs.h"
#include "net/command.h"
#include "net/pair.h"

enum {
	UNIT_SECONDS = 10, /* that the service manager may take to answer */
};

/* A plan while it is made. */
struct planning {
	const struct plan_options *options;
	const struct product *product;
	struct draft *draft;
	struct change *change;
};

static const struct config_facts *
config_of(const struct planning *planning)
{
	return planning->draft->facts->config;
}

/* --- when it is closed ------------------------------------------------------------------------ */

static unsigned
count_listeners(const struct config_facts *config, enum mode mode)
{
	unsigned count = 0;

	for (guint i = 0; i < config->listeners->len; i++)
		count += g_array_index(config->listeners, struct config_listener, i).mode == mode;
	return count;
}

static bool
is_loaded(const struct config_facts *config)
{
	for (guint i = 0; i < config->doubts->len; i++)
		if (g_array_index(config->doubts, struct config_doubt, i).fatal)
			return false;
	return true;
}

/* Whether nothing is left to edit for the strategy. */
static bool
is_closed(const struct planning *planning)
{
	const struct config_facts *config = config_of(planning);
	enum verdict_value verdict = planning->draft->facts->verdict.value;

	switch (planning->options->strategy) {
	case CHANGE_REQUIRE_TLS:
		return verdict == VERDICT_REFUSES || verdict == VERDICT_NO_SERVICE;
	case CHANGE_TLS_ONLY_PORT:
		return count_listeners(config, MODE_POP3) == 0 &&
			(verdict == VERDICT_REFUSES || verdict == VERDICT_NO_SERVICE);
	case CHANGE_DISABLE:
		return verdict == VERDICT_NO_SERVICE;
	case CHANGE_STRATEGIES:
		break;
	}
	return false;
}

/* Whether the room is to be asked: of Postfix always, since it is not about POP3. */
static bool
is_open(const struct planning *planning)
{
	const struct product_fix *fix = planning->product->fix;

	return !is_closed(planning) || (fix != NULL && fix->whatever_verdict);
}

/*
 * Whether it cannot be told what is in force. That one of its services is another server's matter
 * is no doubt about switching it off.
 */
static bool
is_doubtful(const struct planning *planning)
{
	return planning->draft->facts->verdict.value == VERDICT_UNDETERMINED &&
		(planning->options->strategy == CHANGE_REQUIRE_TLS ||
			config_of(planning)->doubts->len > 0);
}

/* --- rounds ----------------------------------------------------------------------------------- */

static void
hinder_by_doubt(struct planning *planning)
{
	const struct verdict *verdict = &planning->draft->facts->verdict;

	change_hinder(planning->change, "It cannot be told what it does: %s%s%s",
		verdict->explanation, verdict->settle != NULL ? " What would tell: " : "",
		verdict->settle != NULL ? verdict->settle : "");
}

/* Lets the room edit until it is closed, or nothing more is proposed. */
static void
edit(struct planning *planning)
{
	const struct plan_options *options = planning->options;
	struct fixing fixing = {
		.change = planning->change,
		.certificate = options->certificate_as,
		.key = options->key_as,
		.smtp = options->smtp,
	};
	unsigned round = 0;

	while (is_open(planning) && planning->change->obstacles->len == 0 &&
		draft_edit(planning->draft, planning->product->fix, &fixing))
		if (++round == PLAN_ROUNDS_MAX) {
			change_hinder(planning->change,
				"After %u rounds of edits there is still something open.", round);
			return;
		}
	if (is_closed(planning) || planning->change->obstacles->len > 0)
		return;
	if (planning->draft->facts->verdict.value == VERDICT_UNDETERMINED)
		hinder_by_doubt(planning);
	else
		change_hinder(planning->change, "popseal knows no edit that closes it. %s",
			config_of(planning)->remedy != NULL ? config_of(planning)->remedy : "");
}

/* --- TLS first -------------------------------------------------------------------------------- */

static const char *const certificate_help =
	"Name a certificate and its key with --certificate and --key.";

/* Whether the note is about a file that comes with --certificate-as, and need not be here. */
static bool
is_about_given(const struct planning *planning, const struct config_note *note)
{
	const struct plan_options *options = planning->options;

	return options->certificate_as != NULL && note->message != NULL &&
		(strstr(note->message, options->certificate_as) != NULL ||
			strstr(note->message, options->key_as) != NULL);
}

static void
hinder_by_notes(struct planning *planning)
{
	const GArray *notes = config_of(planning)->notes;

	for (guint i = 0; i < notes->len; i++) {
		const struct config_note *note = &g_array_index(notes, struct config_note, i);

		if (note->kind == CONFIG_NOTE_TLS_UNAVAILABLE && !note->unknown &&
			!is_about_given(planning, note))
			change_hinder(planning->change, "%s %s", note->message, certificate_help);
	}
}

static void
check_pair(struct planning *planning, const char *certificate, const char *key)
{
	int64_t now = g_get_real_time(), days;
	g_autoptr(GError) error = NULL;

	if (!pair_check(certificate, key, planning->options->authority, now, &error)) {
		/* Where it is so today it is no reason to go on without TLS. */
		if (planning->options->certificate != NULL || error->code != PAIR_OPEN_TO_ALL) {
			change_hinder(planning->change, "%s", error->message);
			return;
		}
		change_warn(planning->change, "%s", error->message);
	}
	if (planning->options->authority == NULL && !pair_is_publicly_trusted(certificate))
		change_warn(planning->change,
			"%s leads to no authority of this system: clients that check it will "
			"complain.",
			certificate);
	if (pair_days_left(certificate, now, &days) && days < 30)
		change_warn(planning->change, "%s ends in %d days.", certificate, (int)days);
}

/* The files of the configuration's own certificate and key, where they can be looked at. */
static void
check_configured(struct planning *planning)
{
	const struct config_facts *config = config_of(planning);
	const struct config_files *files = planning->draft->instance.files;
	g_autofree char *certificate = NULL, *key = NULL;

	if (config->certificate == NULL || config->key == NULL)
		return;
	certificate = config_files_real(files, config->certificate, NULL);
	key = config_files_real(files, config->key, NULL);
	if (certificate != NULL && key != NULL)
		check_pair(planning, certificate, key);
	else
		change_warn(planning->change,
			"The certificate %s and its key %s could not be looked at.",
			config->certificate, config->key);
}

static void
check_tls(struct planning *planning)
{
	const struct plan_options *options = planning->options;
	guint before;

	if (options->strategy == CHANGE_DISABLE || planning->product->fix->without_tls)
		return;
	before = planning->change->obstacles->len;
	hinder_by_notes(planning);
	if (planning->change->obstacles->len > before && options->certificate == NULL)
		pairs_suggest(planning->change, planning->change->place.root);
	if (options->certificate == NULL && planning->change->obstacles->len == 0)
		check_configured(planning);
	if (options->certificate_as != NULL)
		pairs_check_renewal(planning->change, planning->change->place.root,
			options->certificate_as);
	else if (config_of(planning)->certificate != NULL)
		pairs_check_renewal(planning->change, planning->change->place.root,
			config_of(planning)->certificate);
	if (options->strategy == CHANGE_TLS_ONLY_PORT &&
		count_listeners(config_of(planning), MODE_POP3S) == 0)
		change_hinder(planning->change,
			"No port would be left: nothing listens in TLS from the first byte.");
}

/* --- files ------------------------------------------------------------------------------------ */

static void
check_owner(struct planning *planning, const struct draft_text *text)
{
	gsize length, after_length;
	const char *bytes = g_bytes_get_data(text->before, &length);
	const char *after = g_bytes_get_data(text->after, &after_length);
	const char *owner = owner_of(bytes, length);
	const char *of_block = owner_of_change(bytes, length, after, after_length);

	if (owner != NULL)
		change_hinder(planning->change, "%s says that it is managed by %s. %s", text->shown,
			owner, owner_advice(owner));
	else if (of_block != NULL)
		change_hinder(planning->change,
			"What is to be changed in %s lies in a block that is managed by %s. %s",
			text->shown, of_block, owner_advice(of_block));
}

static void
add_file(struct planning *planning, const struct draft_text *text)
{
	struct change_file *file;
	unsigned links = 1;
	char *path = config_files_real(planning->draft->instance.files, text->path, &links);

	if (g_bytes_equal(text->before, text->after)) {
		g_free(path);
		return;
	}
	if (path == NULL)
		change_hinder(planning->change, "%s is not there any more.", text->shown);
	if (links > 1)
		change_hinder(planning->change,
			"%s has %u hard links: its other names would keep what it says now.",
			text->shown, links);
	check_owner(planning, text);
	file = change_add_file(planning->change);
	file->path = path != NULL ? path : g_strdup(text->shown);
	file->named = g_strdup(text->shown);
	file->served = g_strdup(text->path);
	file->before = g_bytes_ref(text->before);
	file->after = g_bytes_ref(text->after);
	file->diff = diff_unified(text->shown, text->before, text->shown, text->after);
}

static gint
by_path(gconstpointer a, gconstpointer b)
{
	const struct change_file *one = *(const struct change_file *const *)a;
	const struct change_file *other = *(const struct change_file *const *)b;

	return strcmp(one->path, other->path);
}

/* What two names lead to is one file: it cannot become two things. */
static void
check_doubles(struct planning *planning)
{
	const GPtrArray *files = planning->change->files;

	for (guint i = 1; i < files->len; i++) {
		const struct change_file *one = g_ptr_array_index(files, i - 1);
		const struct change_file *other = g_ptr_array_index(files, i);

		if (g_str_equal(one->path, other->path))
			change_hinder(planning->change, "%s and %s are one file.", one->named,
				other->named);
	}
}

static void
add_files(struct planning *planning)
{
	GHashTableIter iter;
	struct draft_text *text;

	g_hash_table_iter_init(&iter, planning->draft->edited);
	while (g_hash_table_iter_next(&iter, NULL, (void **)&text))
		add_file(planning, text);
	g_ptr_array_sort(planning->change->files, by_path);
	check_doubles(planning);
}

/* --- what is run and probed ------------------------------------------------------------------- */

/* "%s" in a product's command is the file that it reads first. */
static char *
fill_in(const char *command, const char *root)
{
	const char *mark = command != NULL ? strstr(command, "%s") : NULL;
	g_autofree char *quoted = g_shell_quote(root);

	if (mark == NULL)
		return g_strdup(command);
	return g_strdup_printf("%.*s%s%s", (int)(mark - command), command, quoted, mark + 2);
}

/* Whether this host's service manager has the unit. */
static bool
has_unit(const char *unit)
{
	const char *const words[] = { "systemctl", "cat", unit, NULL };
	const struct command command = { .words = words, .seconds = UNIT_SECONDS };
	struct command_result result;
	bool has;

	if (!command_run(&command, &result, NULL))
		return false;
	has = result.in_time && result.code == 0;
	command_result_clear(&result);
	return has;
}

/*
 * How the server is told: by its unit, where these are this host's own files, or by its own
 * command. NULL where neither is there.
 */
static char *
reload_command(const struct planning *planning)
{
	const struct product_fix *fix = planning->product->fix;
	const struct config_files *files = planning->draft->instance.files;
	bool restart = fix->restart || planning->draft->restart;
	g_autofree char *program = NULL, *path = NULL;

	for (size_t i = 0; fix->units != NULL && fix->units[i] != NULL; i++) {
		if (!config_files_are_own(files) || !has_unit(fix->units[i]))
			continue;
		planning->change->restart_command =
			g_strdup_printf("systemctl restart %s", fix->units[i]);
		return restart ? g_strdup(planning->change->restart_command) :
				 g_strdup_printf("systemctl reload %s", fix->units[i]);
	}
	if (fix->reload == NULL || restart || !config_files_are_own(files))
		return NULL;
	program = g_strndup(fix->reload, strcspn(fix->reload, " "));
	path = g_find_program_in_path(program);
	return path != NULL ? fill_in(fix->reload, planning->change->root) : NULL;
}

/* The product's checker, if it is installed. */
static char *
check_command(const struct planning *planning)
{
	const char *check = planning->product->fix->check;
	g_autofree char *program = check != NULL ? g_strndup(check, strcspn(check, " ")) : NULL;
	g_autofree char *path = program != NULL ? g_find_program_in_path(program) : NULL;

	if (program != NULL && path == NULL)
		change_warn(planning->change,
			"%s is not installed here: that the server loads it is popseal's own word.",
			program);
	return path != NULL ? fill_in(check, planning->change->root) : NULL;
}

static void
add_commands(struct planning *planning)
{
	const struct plan_options *options = planning->options;
	struct change *change = planning->change;

	change->restart = planning->product->fix->restart || planning->draft->restart;
	if (options->offline)
		return;
	change->check_command = options->check_command != NULL ? g_strdup(options->check_command) :
								 check_command(planning);
	change->reload_command = options->reload_command != NULL ?
		g_strdup(options->reload_command) :
		reload_command(planning);
	if (change->reload_command == NULL)
		change_warn(change,
			"It is not known how the server is told here: fix apply wants "
			"--reload-command, or --offline.");
}

static bool
has(GPtrArray *endpoints, const char *endpoint)
{
	return g_ptr_array_find_with_equal_func(endpoints, endpoint, g_str_equal, NULL);
}

/* The endpoints of the configuration as it is now, each once. */
static void
add_endpoints(const struct planning *planning, GPtrArray *endpoints)
{
	const GArray *listeners = config_of(planning)->listeners;

	for (guint i = 0; i < listeners->len; i++) {
		const struct config_listener *listener =
			&g_array_index(listeners, struct config_listener, i);
		bool is_v6 = strchr(listener->address, ':') != NULL;
		char *endpoint = g_strdup_printf("%s://%s%s%s:%u", mode_word(listener->mode),
			is_v6 ? "[" : "", listener->address, is_v6 ? "]" : "", listener->port);

		if (has(endpoints, endpoint))
			g_free(endpoint);
		else
			g_ptr_array_add(endpoints, endpoint);
	}
}

/*
 * What listens afterwards is to be probed; what listened before, and does not, is to be closed; and
 * where nothing listened before, the port has to be free.
 */
static void
add_targets(struct planning *planning)
{
	struct change *change = planning->change;
	GPtrArray *before = change->closed;

	add_endpoints(planning, change->targets);
	for (guint i = 0; i < change->targets->len; i++) {
		const char *target = g_ptr_array_index(change->targets, i);

		if (!has(before, target))
			g_ptr_array_add(change->opened, g_strdup(target));
	}
	for (guint i = before->len; i > 0; i--)
		if (has(change->targets, g_ptr_array_index(before, i - 1)))
			g_ptr_array_remove_index(before, i - 1);
}

/* A server whose files are not edited; some are set by commands, which are exported. */
static void
hinder_without_files(struct planning *planning)
{
	const struct product_fix *fix = planning->product->fix;
	struct fixing fixing = {
		.reading = &planning->draft->reading,
		.texts = config_files_texts(planning->draft->instance.files),
		.change = planning->change,
	};

	if (fix != NULL)
		fix->propose_settings(&fixing);
	change_hinder(planning->change, "popseal does not edit the files of %s. %s",
		planning->product->title,
		config_of(planning)->remedy != NULL ? config_of(planning)->remedy : "");
	if (fix == NULL || planning->change->settings->len == 0)
		return;
	change_hinder(planning->change, "popseal fix export --to %s writes what does it.",
		fix->export_to);
	add_targets(planning);
}

/* What is open for some clients only is proven closed only where they are. */
static void
warn_of_scopes(struct planning *planning)
{
	const GArray *listeners = config_of(planning)->listeners;
	const char *scope = NULL;

	for (guint i = 0; i < listeners->len; i++) {
		const struct config_listener *listener =
			&g_array_index(listeners, struct config_listener, i);

		if (listener->verdict == VERDICT_PERMITS && listener->scope == NULL)
			return;
		if (listener->verdict == VERDICT_PERMITS)
			scope = listener->scope;
	}
	if (scope != NULL && !planning->options->offline)
		change_warn(planning->change,
			"It is open for some clients only (%s): prove it from there, with "
			"--verify-from.",
			scope);
}

/* --- the plan --------------------------------------------------------------------------------- */

static void
describe(struct change *change, const struct planning *planning,
	const struct config_request *request)
{
	const struct plan_options *options = planning->options;

	change->planned = g_get_real_time();
	change->product = g_strdup(planning->product->name);
	change->title = g_strdup(planning->product->title);
	change->root = g_canonicalize_filename(config_of(planning)->root, NULL);
	change->served_root = g_strdup(planning->draft->instance.root);
	change->strategy = options->strategy;
	change->place.product = request->product != NULL ? g_strdup(request->product->name) : NULL;
	change->place.path =
		request->path != NULL ? g_canonicalize_filename(request->path, NULL) : NULL;
	change->place.root =
		request->root != NULL ? g_canonicalize_filename(request->root, NULL) : NULL;
	if (request->path != NULL && request->root != NULL) { /* a name in the image */
		g_free(change->place.path);
		change->place.path = g_strdup(request->path);
	}
	change->place.version = g_strdup(request->version);
	change->before = g_strdup(verdict_word(planning->draft->facts->verdict.value));
	change->explanation = g_strdup(planning->draft->facts->verdict.explanation);
	change->offline = options->offline;
	change->host = g_strdup(g_get_host_name());
	change->smtp = options->smtp;
	change->certificate_as = g_strdup(options->certificate_as);
	change->key_as = g_strdup(options->key_as);
	change->authority = g_strdup(options->authority);
	change->certificate = g_strdup(options->certificate);
	change->key = g_strdup(options->key);
}

static void
make(struct planning *planning)
{
	const struct plan_options *options = planning->options;
	struct change *change = planning->change;

	if (!is_open(planning))
		return;
	if (planning->product->fix == NULL || planning->product->fix->propose == NULL) {
		hinder_without_files(planning);
		return;
	}
	if (is_doubtful(planning)) {
		hinder_by_doubt(planning);
		return;
	}
	if (options->certificate != NULL)
		check_pair(planning, options->certificate, options->key);
	add_endpoints(planning, change->closed);
	warn_of_scopes(planning);
	if (change->obstacles->len == 0)
		edit(planning);
	if (change->obstacles->len == 0 && !is_loaded(config_of(planning)))
		change_hinder(change, "With it %s would not load its configuration: %s",
			planning->product->title, planning->draft->facts->verdict.explanation);
	check_tls(planning);
	add_files(planning);
	add_commands(planning);
	add_targets(planning);
}

struct change *
plan_make(struct config_instance *instance, const struct config_request *request,
	const struct plan_options *options)
{
	struct plan_options whole = *options;
	struct planning planning = {
		.options = &whole,
		.product = instance->product,
		.draft = draft_new(instance),
		.change = change_new(),
	};

	if (whole.certificate != NULL && whole.certificate_as == NULL)
		whole.certificate_as = whole.certificate;
	if (whole.key != NULL && whole.key_as == NULL)
		whole.key_as = whole.key;
	describe(planning.change, &planning, request);
	make(&planning);
	planning.change->after = g_strdup(verdict_word(planning.draft->facts->verdict.value));
	draft_free(planning.draft);
	return planning.change;
}
