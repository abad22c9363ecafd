/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/dry_run.h"

#include <string.h>

#include "cmd/options.h"
#include "model/escape.h"
#include "pop3/probe.h"
#include "products/product.h"
#include "tls/survey.h"

enum {
	TEXT_MAX = 64 * 1024 /* octets of a list of targets that are held back */
};

/* One line of a pretended server: the first command that the line begins with gets the answer. */
struct line {
	const char *command;
	const char *answer;
};

struct scene {
	const char *title;
	enum mode mode;
	const struct line *lines;
};

#define CAPABILITIES "+OK\r\nUSER\r\nSASL PLAIN LOGIN XOAUTH2 CRAM-MD5\r\nSTLS\r\n.\r\n"

static const struct line granting[] = {
	{ "CAPA", CAPABILITIES },
	{ "AUTH", "+ \r\n" },
	{ "*", "-ERR cancelled\r\n" },
	{ "USER", "+OK\r\n" },
	{ "QUIT", "+OK\r\n" },
	{ "STLS", "+OK\r\n" },
	{ "", "-ERR [AUTH] authentication failed\r\n" },
};

static const struct line inviting_pass[] = {
	{ "CAPA", "+OK\r\nUSER\r\n.\r\n" },
	{ "USER", "+OK\r\n" },
	{ "QUIT", "+OK\r\n" },
	{ "PASS", "-ERR [AUTH] authentication failed\r\n" },
	{ "", "-ERR unknown command\r\n" },
};

static const struct line refusing[] = {
	{ "CAPA", "+OK\r\nSTLS\r\n.\r\n" },
	{ "QUIT", "+OK\r\n" },
	{ "STLS", "+OK\r\n" },
	{ "", "-ERR TLS required\r\n" },
};

static const struct line pipelining[] = {
	{ "CAPA", "+OK\r\nSTLS\r\nPIPELINING\r\n.\r\n" },
	{ "QUIT", "+OK\r\n" },
	{ "STLS", "+OK\r\n" },
	{ "", "-ERR TLS required\r\n" },
};

static const struct scene scenes[] = {
	{ "in clear, to a server that invites a password by AUTH (and lists more)", MODE_POP3,
		granting },
	{ "in clear, to a server that knows USER and PASS only", MODE_POP3, inviting_pass },
	{ "in clear, to a server that refuses", MODE_POP3, refusing },
	{ "in clear, to a server that refuses, and lists PIPELINING", MODE_POP3, pipelining },
	{ "in TLS from the first byte", MODE_POP3S, refusing },
};

static const char *
answer_to(const struct scene *scene, const char *command)
{
	const struct line *line = scene->lines;

	while (!g_str_has_prefix(command, line->command))
		line++;
	return line->answer;
}

/* Takes what the dialogue sends, prints it and answers. */
static void
play_command(const struct scene *scene, struct pop3_probe *dialogue, GString *text)
{
	size_t length;
	const char *bytes = pop3_probe_output(dialogue, &length);
	g_autofree char *sent = g_strndup(bytes, length);

	if (length == 0) {
		pop3_probe_event(dialogue, POP3_CLOSED);
		return;
	}
	g_string_append(text, "    ");
	escape_append(text, sent, length);
	g_string_append_c(text, '\n');
	for (const char *command = sent; *command != '\0'; command = strchr(command, '\n') + 1) {
		const char *answer = answer_to(scene, command);

		pop3_probe_feed(dialogue, answer, strlen(answer));
	}
}

static void
play_connection(const struct scene *scene, struct pop3_probe *dialogue, unsigned number,
	GString *text)
{
	g_string_append_printf(text, "  connection %u%s\n", number,
		scene->mode == MODE_POP3S ? ", TLS handshake" : "");
	pop3_probe_event(dialogue, POP3_CONNECTED);
	if (scene->mode == MODE_POP3)
		pop3_probe_feed(dialogue, "+OK\r\n", 5);
}

static void
play_handshake(const struct scene *scene, struct pop3_probe *dialogue, struct facts *facts,
	GString *text)
{
	if (scene->mode == MODE_POP3)
		g_string_append_printf(text, "    (TLS handshake)\n");
	facts->probe.tls.handshake = HANDSHAKE_UP;
	pop3_probe_event(dialogue, POP3_SECURED);
	if (scene->mode == MODE_POP3S)
		pop3_probe_feed(dialogue, "+OK\r\n", 5);
}

static void
play(const struct scene *scene, struct facts *facts, struct pop3_probe *dialogue, GString *text)
{
	unsigned connections = 0;

	for (;;) {
		enum pop3_want want = pop3_probe_run(dialogue);

		switch (want) {
		case POP3_WANT_CONNECT:
			play_connection(scene, dialogue, ++connections, text);
			break;
		case POP3_WANT_TLS:
			play_handshake(scene, dialogue, facts, text);
			break;
		case POP3_WANT_INPUT:
			play_command(scene, dialogue, text);
			break;
		case POP3_DONE:
		case POP3_AGAIN:
			return;
		}
	}
}

static void
append_scene(const struct scene *scene, const struct scan_options *options, GString *text)
{
	g_autoptr(facts_auto) facts = facts_new();
	char name[PROBE_NAME_SIZE], secret[PROBE_SECRET_SIZE];
	struct pop3_plan plan = {
		.depth = options->probe.depth,
		.no_credential = options->probe.no_credential,
		.nobody = name,
		.secret = secret,
	};
	struct pop3_probe *dialogue;

	probe_random_name(name, options->probe.contact);
	probe_random_secret(secret);
	facts->endpoint.mode = scene->mode;
	dialogue = pop3_probe_new(&plan, facts);
	g_string_append_printf(text, "\nAsked %s:\n", scene->title);
	play(scene, facts, dialogue, text);
	pop3_probe_free(dialogue);
}

/* --- deep depth ------------------------------------------------------------------------------- */

static void
append_hex(const uint8_t *bytes, size_t length, GString *text)
{
	for (size_t i = 0; i < length; i++)
		g_string_append_printf(text, "%s%02x", i % 32 == 0 ? "\n  " : "", bytes[i]);
	g_string_append_c(text, '\n');
}

/* The hellos that a server which refuses them all gets; one that takes some gets more. */
static void
append_hellos(unsigned parts, GString *text)
{
	g_autoptr(facts_auto) facts = facts_new();
	struct tls_survey_run *run = tls_survey_new(facts, "mail.example.org", parts);
	const void *hello;
	size_t length;

	while ((hello = tls_survey_next(run, &length)) != NULL) {
		g_string_append_printf(text, "\nA ClientHello of %zu octets:", length);
		append_hex(hello, length, text);
		tls_survey_ended(run, TLS_SURVEY_CLOSED);
	}
	tls_survey_free(run);
}

static void
append_deep(const struct scan_options *options, GString *text)
{
	if (options->probe.depth != DEPTH_DEEP)
		return;
	g_string_append(text,
		"\nWhere a server has TLS, deep depth then makes further connections, one after\n"
		"the other: behind \"STLS\", or at once on a port with implicit TLS, one\n"
		"ClientHello each, for the name of the target, and nothing else. A server that\n"
		"refuses them all gets these; one that takes some is asked further, up to\n");
	g_string_append_printf(text, "%d connections in all.\n", TLS_SURVEY_HELLOS_MAX);
	append_hellos(options->probe.survey, text);
	g_string_append(text,
		"\nAnd where STLS works, \"STLS\\r\\nCAPA\\r\\n\" in one segment, then \"QUIT\" "
		"over TLS.\nServers log these as connections that ended within the TLS handshake, "
		"without a login.\n");
}

/* --- the list of targets -------------------------------------------------------------------- */

static void
append_target(const struct target *target, const struct scan_options *options, GString *text)
{
	struct port_list ports = target_ports(target, &options->ports);
	guint64 count = target_count(target);

	g_string_append_printf(text, "  %s ", target->text);
	if (target->first.family == FAMILY_NONE)
		g_string_append(text,
			options->one_address ? "(its first address):" : "(all its addresses):");
	else
		g_string_append_printf(text, "(%" G_GUINT64_FORMAT " address%s):", count,
			count == 1 ? "" : "es");
	for (size_t p = 0; p < ports.count; p++)
		g_string_append_printf(text, " %s/%u", mode_word(ports.items[p].mode),
			ports.items[p].port);
	g_string_append_c(text, '\n');
}

static void
report_line(struct source_item *item, uint64_t *bad_lines)
{
	const struct failure failure = { .subject = item->where, .message = item->message };

	options_print_failure("scan", &failure);
	++*bad_lines;
	g_free(item->where);
	g_free(item->message);
}

/* The list may be longer than memory: it is written as it is read. */
static bool
print_source(struct source *source, const struct scan_options *options, struct output *output,
	GString *text, uint64_t *bad_lines, GError **error)
{
	for (;;) {
		struct source_item item = { 0 };

		switch (source_next(source, &item)) {
		case SOURCE_TARGET:
			append_target(item.target, options, text);
			target_free(item.target);
			g_free(item.claim);
			break;
		case SOURCE_BAD_LINE:
			report_line(&item, bad_lines);
			break;
		case SOURCE_WAIT:
			source_wait(source);
			break;
		case SOURCE_END:
			return true;
		}
		if (text->len > TEXT_MAX && !output_write(output, text, error))
			return false;
		if (output->gone)
			return true;
	}
}

/* What keeps some of these from being asked. */
static void
append_limits(const struct source *source, const struct scan_options *options, GString *text)
{
	if (options->excluded != NULL)
		g_string_append(text, "What the file of --exclude names is left out of these.\n");
	if (source != NULL)
		g_string_append(text,
			"Of what was read, networks that are never asked are passed over.\n");
	if (options->shards > 1)
		g_string_append_printf(text,
			"Of all these, share %u of %u is asked, in an order of its own.\n",
			options->shard + 1, options->shards);
}

static void
append_products(GString *text)
{
	g_string_append_printf(text,
		"\nThe name and the secret are random for every endpoint and exist nowhere.\n"
		"At most one credential is sent to an endpoint.\n\n"
		"What servers log, and what locks out:\n");
	for (size_t i = 0; products[i] != NULL; i++) {
		if (products[i]->logged == NULL)
			continue;
		g_string_append_printf(text, "  %s\n    logs     %s\n", products[i]->title,
			products[i]->logged);
		if (products[i]->lockout != NULL)
			g_string_append_printf(text, "    lockout  %s\n", products[i]->lockout);
	}
}

bool
dry_run_print(const GPtrArray *targets, struct source *source, const struct scan_options *options,
	struct output *output, uint64_t *bad_lines, GError **error)
{
	g_autoptr(GString) text = g_string_new(NULL);

	g_string_append_printf(text,
		"Nothing was sent. These endpoints would be asked, at %s depth:\n",
		depth_word(options->probe.depth));
	for (guint i = 0; i < targets->len; i++)
		append_target(g_ptr_array_index(targets, i), options, text);
	if (source != NULL && !print_source(source, options, output, text, bad_lines, error))
		return false;
	append_limits(source, options, text);
	g_string_append(text, "\nThe exact bytes depend on what the server answers.");
	for (size_t i = 0; i < G_N_ELEMENTS(scenes); i++)
		append_scene(&scenes[i], options, text);
	append_deep(options, text);
	append_products(text);
	return output_write(output, text, error);
}
