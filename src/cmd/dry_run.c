/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/dry_run.h"

#include <string.h>

#include "model/escape.h"
#include "pop3/probe.h"
#include "products/product.h"

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

static const struct scene scenes[] = {
	{ "in clear, to a server that invites a password by AUTH (and lists more)", MODE_POP3,
		granting },
	{ "in clear, to a server that knows USER and PASS only", MODE_POP3, inviting_pass },
	{ "in clear, to a server that refuses", MODE_POP3, refusing },
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

static void
print_bytes(const char *bytes, size_t length)
{
	g_autoptr(GString) shown = g_string_new(NULL);

	escape_append(shown, bytes, length);
	g_print("    %s\n", shown->str);
}

/* Takes what the dialogue sends, prints it and answers. */
static void
play_command(const struct scene *scene, struct pop3_probe *dialogue)
{
	size_t length;
	const char *bytes = pop3_probe_output(dialogue, &length);
	g_autofree char *command = g_strndup(bytes, length);
	const char *answer;

	if (length == 0) {
		pop3_probe_event(dialogue, POP3_CLOSED);
		return;
	}
	print_bytes(command, length);
	answer = answer_to(scene, command);
	pop3_probe_feed(dialogue, answer, strlen(answer));
}

static void
play_connection(const struct scene *scene, struct pop3_probe *dialogue, unsigned number)
{
	g_print("  connection %u%s\n", number, scene->mode == MODE_POP3S ? ", TLS handshake" : "");
	pop3_probe_event(dialogue, POP3_CONNECTED);
	if (scene->mode == MODE_POP3)
		pop3_probe_feed(dialogue, "+OK\r\n", 5);
}

static void
play_handshake(const struct scene *scene, struct pop3_probe *dialogue, struct facts *facts)
{
	if (scene->mode == MODE_POP3)
		g_print("    (TLS handshake)\n");
	facts->probe.tls.handshake = HANDSHAKE_UP;
	pop3_probe_event(dialogue, POP3_SECURED);
	if (scene->mode == MODE_POP3S)
		pop3_probe_feed(dialogue, "+OK\r\n", 5);
}

static void
play(const struct scene *scene, struct facts *facts, struct pop3_probe *dialogue)
{
	unsigned connections = 0;

	for (;;) {
		enum pop3_want want = pop3_probe_run(dialogue);

		switch (want) {
		case POP3_WANT_CONNECT:
			play_connection(scene, dialogue, ++connections);
			break;
		case POP3_WANT_TLS:
			play_handshake(scene, dialogue, facts);
			break;
		case POP3_WANT_INPUT:
			play_command(scene, dialogue);
			break;
		case POP3_DONE:
		case POP3_AGAIN:
			return;
		}
	}
}

static void
print_scene(const struct scene *scene, const struct scan_options *options)
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
	g_print("\nAsked %s:\n", scene->title);
	play(scene, facts, dialogue);
	pop3_probe_free(dialogue);
}

static void
print_targets(const GPtrArray *targets, const struct scan_options *options)
{
	g_print("Nothing was sent. These endpoints would be asked, at %s depth:\n",
		depth_word(options->probe.depth));
	for (guint i = 0; i < targets->len; i++) {
		const struct target *target = g_ptr_array_index(targets, i);
		struct port_list ports = target_ports(target, &options->ports);

		g_print("  %s (%" G_GUINT64_FORMAT " address%s):", target->text,
			target_count(target), target_count(target) == 1 ? "" : "es");
		for (size_t p = 0; p < ports.count; p++)
			g_print(" %s/%u", mode_word(ports.items[p].mode), ports.items[p].port);
		g_print("\n");
	}
}

static void
print_products(void)
{
	g_print("\nThe name and the secret are random for every endpoint and exist nowhere.\n"
		"At most one credential is sent to an endpoint.\n\n"
		"What servers log, and what locks out:\n");
	for (size_t i = 0; products[i] != NULL; i++) {
		if (products[i]->logged == NULL)
			continue;
		g_print("  %s\n    logs     %s\n", products[i]->title, products[i]->logged);
		if (products[i]->lockout != NULL)
			g_print("    lockout  %s\n", products[i]->lockout);
	}
}

void
dry_run_print(const GPtrArray *targets, const struct scan_options *options)
{
	print_targets(targets, options);
	g_print("\nThe exact bytes depend on what the server answers.");
	for (size_t i = 0; i < G_N_ELEMENTS(scenes); i++)
		print_scene(&scenes[i], options);
	print_products();
}
