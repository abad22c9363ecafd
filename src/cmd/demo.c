/* SPDX-License-Identifier: Apache-2.0 */
/*
 * popseal demo: a vulnerable server on loopback, and what a scan says of it.
 * The server lives in the loop of the scan; nothing but its own worker talks to it.
 */
#include "pop3/demo.h"
#include "cmd/command.h"
#include "cmd/options.h"
#include "cmd/output.h"
#include "net/connection.h"
#include "net/listener.h"
#include "pop3/input.h"
#include "scan/scan.h"

static const struct option_set set = {
	.command = "demo",
	.arguments = "",
	.formats = "text|jsonl|csv|ticket|shadowserver",
	.summary = "Starts a small vulnerable POP3 server on a free loopback port, scans it, and\n"
		   "shows finding, evidence and remedy. Nothing is left behind.",
};

struct demo {
	struct common_options common;
	struct net_loop *loop;
	struct listener *listener;
	struct scan *scan;
	GPtrArray *clients; /* of struct client */
	GString *text;
	struct summary summary;
	GError *error;
};

/*
 * --- the server ---------------------------------------------------------------------------------
 */

struct client {
	struct demo *demo;
	struct connection *connection;
	struct pop3_input input;
	struct demo_session session;
};

static void
client_free(void *data)
{
	struct client *client = data;

	connection_close(client->connection);
	pop3_input_clear(&client->input);
	g_free(client);
}

static void
client_received(void *user, const char *bytes, size_t length)
{
	struct client *client = user;
	struct pop3_line line;
	g_autoptr(GString) out = g_string_new(NULL);

	pop3_input_feed(&client->input, bytes, length);
	while (!client->session.over && pop3_input_line(&client->input, &line)) {
		g_autofree char *command = g_strndup(line.bytes, line.length);

		demo_answer(&client->session, command, out);
	}
	connection_send(client->connection, out->str, out->len);
	if (client->session.over)
		g_ptr_array_remove_fast(client->demo->clients, client);
}

static void
client_ended(void *user, enum connection_end end G_GNUC_UNUSED)
{
	struct client *client = user;

	g_ptr_array_remove_fast(client->demo->clients, client);
}

static const struct connection_events client_events = {
	.received = client_received,
	.ended = client_ended,
};

static void
on_accepted(void *user, int fd)
{
	struct demo *demo = user;
	struct client *client = g_new0(struct client, 1);

	client->demo = demo;
	client->connection = connection_adopt(demo->loop, fd, &client_events, client, NULL);
	g_ptr_array_add(demo->clients, client);
	if (client->connection != NULL)
		connection_send(client->connection, DEMO_GREETING, sizeof(DEMO_GREETING) - 1);
}

/*
 * --- the scan -----------------------------------------------------------------------------------
 */

static struct report_options
report_options(const struct demo *demo)
{
	return (struct report_options){
		.color = options_color(&demo->common),
		.verbose = demo->common.verbose,
		.quiet = demo->common.quiet,
	};
}

static void
on_records(void *user, const char *text, size_t length)
{
	struct demo *demo = user;

	g_string_append_len(demo->text, text, (gssize)length);
}

static void
on_failed(void *user G_GNUC_UNUSED, const struct failure *failure)
{
	options_print_failure("demo", failure);
}

static void
on_note(void *user G_GNUC_UNUSED, const char *message)
{
	g_printerr("popseal demo: %s\n", message);
}

static void
on_finished(void *user, const char *why)
{
	struct demo *demo = user;

	if (why != NULL)
		on_note(demo, why);
	scan_summary(demo->scan, &demo->summary);
	g_clear_pointer(&demo->scan, scan_free);
	g_clear_pointer(&demo->listener, listener_close);
	g_ptr_array_set_size(demo->clients, 0);
	net_loop_stop(demo->loop);
}

static const struct scan_events scan_events = {
	.records = on_records,
	.failed = on_failed,
	.note = on_note,
	.finished = on_finished,
};

static GPtrArray *
demo_words(uint16_t port)
{
	g_autofree char *word = g_strdup_printf("pop3://127.0.0.1:%u", port);
	GPtrArray *words = g_ptr_array_new_with_free_func((GDestroyNotify)target_free);

	g_ptr_array_add(words, target_parse(word, NULL));
	return words;
}

static bool
demo_begin(struct demo *demo)
{
	const struct scan_options options = {
		.probe = {
			.depth = DEPTH_STANDARD,
			.greeting_timeout = PROBE_SECONDS(PROBE_GREETING_SECONDS),
			.step_timeout = PROBE_SECONDS(PROBE_STEP_SECONDS),
		},
		.report = demo->common.report,
		.report_options = report_options(demo),
		.jobs = 1,
		.concurrency = 1,
		.shards = 1,
	};
	uint16_t port = 0;

	demo->loop = net_loop_new(&demo->error);
	if (demo->loop == NULL)
		return false;
	demo->listener =
		listener_new(demo->loop, "127.0.0.1", &port, on_accepted, demo, &demo->error);
	if (demo->listener == NULL)
		return false;
	g_printerr("A vulnerable POP3 server now listens on 127.0.0.1 port %u. Scanning it:\n"
		   "$ popseal scan pop3://127.0.0.1:%u\n\n",
		port, port);
	demo->scan = scan_new(demo->loop, &options, demo_words(port), NULL, &scan_events, demo,
		&demo->error);
	return demo->scan != NULL;
}

static void
demo_run(struct demo *demo)
{
	struct report_options options = report_options(demo);
	int64_t started = g_get_monotonic_time();
	int64_t began = g_get_real_time();

	demo->common.report->begin(&options, demo->text);
	if (demo_begin(demo))
		net_loop_run(demo->loop);
	demo->summary.started = began;
	demo->summary.duration = g_get_monotonic_time() - started;
	demo->common.report->end(&options, &demo->summary, demo->text);
}

/* The finding is what the demo is for: it exits 0 if it was shown. */
static int
demo_end(struct demo *demo)
{
	if (demo->error == NULL)
		output_print(demo->common.output, demo->text, &demo->error);
	if (demo->error != NULL)
		return options_fail("demo", demo->error, EXIT_OPERATIONAL);
	if (demo->summary.findings[SEVERITY_HIGH] == 0)
		return EXIT_OPERATIONAL;
	g_printerr("\nThe server is gone again. Next: popseal explain cleartext-login\n");
	return EXIT_CLEAN;
}

static int
run_command(int argc, char **argv)
{
	struct demo demo = { 0 };
	g_auto(GStrv) words = options_parse(&set, &demo.common, argc, argv, &demo.error);
	int code;

	if (words == NULL)
		return options_fail("demo", demo.error, EXIT_USAGE);
	if (words[0] != NULL) {
		g_printerr("popseal demo: takes no argument: %s\n", words[0]);
		return EXIT_USAGE;
	}
	demo.text = g_string_new(NULL);
	demo.clients = g_ptr_array_new_with_free_func(client_free);
	demo_run(&demo);
	code = demo_end(&demo);
	g_ptr_array_unref(demo.clients);
	listener_close(demo.listener);
	net_loop_free(demo.loop);
	g_string_free(demo.text, TRUE);
	options_clear(&demo.common);
	return code;
}

const struct command command_demo = {
	.name = "demo",
	.summary = "start a vulnerable server on loopback, scan it, show the finding",
	.options = &set,
	.run = run_command,
};
