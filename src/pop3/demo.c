/* SPDX-License-Identifier: Apache-2.0 */
#include "pop3/demo.h"

#include <string.h>

static void
answer_response(struct demo_session *session, const char *line, GString *out)
{
	session->response_awaited = FALSE;
	g_string_append(out,
		g_str_equal(line, "*") ? "-ERR Authentication cancelled\r\n" :
					 "-ERR [AUTH] Authentication failed\r\n");
}

static void
answer_capa(struct demo_session *session G_GNUC_UNUSED, GString *out)
{
	g_string_append(out,
		"+OK Capability list follows\r\nUSER\r\nSASL PLAIN\r\nRESP-CODES\r\n"
		"IMPLEMENTATION popseal-demo\r\n.\r\n");
}

static void
answer_auth(struct demo_session *session, GString *out)
{
	session->response_awaited = TRUE;
	g_string_append(out, "+ \r\n");
}

static void
answer_user(struct demo_session *session, GString *out)
{
	session->user_given = TRUE;
	g_string_append(out, "+OK send your password\r\n");
}

static void
answer_pass(struct demo_session *session, GString *out)
{
	g_string_append(out,
		session->user_given ? "-ERR [AUTH] Authentication failed\r\n" :
				      "-ERR USER first\r\n");
	session->user_given = FALSE;
}

static void
answer_quit(struct demo_session *session, GString *out)
{
	session->over = TRUE;
	g_string_append(out, "+OK bye\r\n");
}

static const struct {
	const char *command;
	void (*answer)(struct demo_session *session, GString *out);
} commands[] = {
	{ "CAPA", answer_capa },
	{ "AUTH PLAIN", answer_auth },
	{ "USER ", answer_user },
	{ "PASS ", answer_pass },
	{ "QUIT", answer_quit },
};

void
demo_answer(struct demo_session *session, const char *line, GString *out)
{
	if (session->response_awaited) {
		answer_response(session, line, out);
		return;
	}
	for (size_t i = 0; i < G_N_ELEMENTS(commands); i++) {
		const char *command = commands[i].command;

		if (g_ascii_strncasecmp(line, command, strlen(command)) == 0) {
			commands[i].answer(session, out);
			return;
		}
	}
	g_string_append(out, "-ERR Unknown command\r\n");
}
