/* SPDX-License-Identifier: Apache-2.0 */
#include "products/superserver.h"

#include <string.h>

/* A program that speaks POP3, or stands before one that does. */
struct program {
	const char *name; /* of its file; may hold '*' */
	const char *title;
	bool permits;      /* it has no TLS: takes every password in clear, whatever its settings */
	bool only_pop3;    /* so that it is POP3 on whatever port */
	const char *where; /* what decides instead; NULL where it permits */
};

static const struct program programs[] = {
	{ "popa3d", "popa3d", true, true, NULL },
	{ "in.popa3d", "popa3d", true, true, NULL },
	{ "solid-pop3d", "Solid POP3", true, true, NULL },
	{ "spop3d", "Solid POP3", true, true, NULL },
	{ "ipop3d", "UW ipop3d", false, true, "its build (SSLTYPE) or /etc/c-client.cf" },
	{ "*qpopper*", "qpopper", false, true, "its build, its flags or its own file" },
	{ "*popper", "qpopper", false, true, "its build, its flags or its own file" },
	{ "perdition*", "Perdition", false, true, "perdition.conf (ssl_mode)" },
	{ "pop3-login", "Dovecot", false, true, "dovecot.conf" },
	{ "pop3login", "Courier", false, true, "pop3d and pop3d-ssl" },
	{ "courierpop3login", "Courier", false, true, "pop3d and pop3d-ssl" },
	{ "gnu-pop3d", "GNU pop3d", false, true, "its build or its own file" },
	{ "teapop", "Teapop", false, true, "its build or its own file" },
	{ "cucipop", "cucipop", false, true, "its build or its own file" },
	{ "in.pop3d", "a pop3d", false, true, "which server this is" },
	{ "pop3d", "mailutils, Cyrus or Courier", false, true, "that server's own configuration" },
	{ "stunnel*", "stunnel", false, false, "stunnel's own file" },
	{ "tcps", "tcps", false, false, "what is behind it" },
	{ "sslwrap", "sslwrap", false, false, "what is behind it" },
};

static const struct {
	const char *name;
	uint16_t port;
} services[] = {
	{ "pop3", 110 },
	{ "pop-3", 110 },
	{ "pop3s", 995 },
	{ "spop3", 995 },
	{ "110", 110 },
	{ "995", 995 },
};

static const char *
last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

/* The name of the program that is started in the end: behind tcpd, which is no gate. */
static const char *
program_name(const struct superserver_service *service)
{
	const char *const *word = service->command;

	if (word == NULL || word[0] == NULL)
		return "";
	if (g_str_equal(last_part(word[0]), "tcpd") && word[1] != NULL)
		word++;
	return last_part(word[0]);
}

static const struct program *
find_program(const struct superserver_service *service)
{
	const char *name = program_name(service);

	for (size_t i = 0; i < G_N_ELEMENTS(programs); i++)
		if (g_pattern_match_simple(programs[i].name, name))
			return &programs[i];
	return NULL;
}

static uint16_t
known_port(const char *name)
{
	for (size_t i = 0; i < G_N_ELEMENTS(services); i++)
		if (g_ascii_strcasecmp(services[i].name, name) == 0)
			return services[i].port;
	return 0;
}

bool
superserver_is_pop3(const struct superserver_service *service)
{
	const struct program *program = find_program(service);

	return known_port(service->name) != 0 || (program != NULL && program->only_pop3);
}

/* "name port/tcp alias..." */
static uint16_t
port_of_line(const char *line, size_t length, const char *name)
{
	g_autofree char *text = g_strndup(line, length);
	g_auto(GStrv) words = NULL;
	uint16_t port = 0;

	text[strcspn(text, "#")] = '\0';
	words = g_strsplit_set(text, " \t\r", -1);
	for (size_t i = 0; words[i] != NULL; i++)
		if (g_str_has_suffix(words[i], "/tcp"))
			port = (uint16_t)g_ascii_strtoull(words[i], NULL, 10);
	return g_strv_contains((const char *const *)words, name) ? port : 0;
}

static uint16_t
listed_port(const struct config_text *text, const char *name)
{
	for (size_t at = 0; at < text->length;) {
		const char *line = text->bytes + at;
		size_t length = strcspn(line, "\n");
		uint16_t port =
			g_strstr_len(line, (gssize)MIN(length, text->length - at), name) != NULL ?
			port_of_line(line, length, name) :
			0;

		if (port != 0)
			return port;
		at += length + 1;
	}
	return 0;
}

uint16_t
superserver_port(struct config_reading *reading, const char *name)
{
	guint64 number = 0;
	uint16_t port = known_port(name);
	const struct config_text *text;

	if (port != 0)
		return port;
	if (g_ascii_string_to_unsigned(name, 10, 1, UINT16_MAX, &number, NULL))
		return (uint16_t)number;
	text = reading->source->read(reading->source, "/etc/services", NULL);
	port = text != NULL ? listed_port(text, name) : 0;
	return port != 0 ? port : 110;
}

static void
judge_unknown(struct config_reading *reading, const struct superserver_service *service,
	const struct program *program, struct config_listener *listener)
{
	listener->verdict = VERDICT_UNDETERMINED;
	listener->reason = REASON_ELSEWHERE;
	listener->settle = facts_printf(reading->facts, "popseal scan HOST:%u", listener->port);
	if (service->redirect != NULL)
		listener->explanation = facts_printf(reading->facts,
			"Connections are passed on to %s, which decides.", service->redirect);
	else if (program != NULL)
		listener->explanation =
			facts_printf(reading->facts, "It starts %s (%s); what decides is %s.",
				program_name(service), program->title, program->where);
	else
		listener->explanation = facts_printf(reading->facts,
			"It starts %s, which popseal does not know.", program_name(service));
}

void
superserver_judge(struct config_reading *reading, const struct superserver_service *service,
	struct config_listener *listener)
{
	const struct program *program = find_program(service);

	listener->mode = listener->port == 995 && (program == NULL || !program->permits) ?
		MODE_POP3S :
		MODE_POP3;
	if (program != NULL && program->permits && service->redirect == NULL) {
		listener->verdict = VERDICT_PERMITS;
		listener->reason = REASON_SETTING;
		listener->has_no_tls = true;
		listener->explanation = facts_printf(reading->facts,
			"It starts %s, which has no TLS and takes every password in clear.",
			program->title);
	} else {
		judge_unknown(reading, service, program, listener);
	}
	config_chain_add(&listener->chain,
		config_location(reading, service->text, service->decides),
		config_line(reading, service->text, service->decides), NULL);
}

/* --- switching off ---------------------------------------------------------------------------- */

static bool
is_to_go(const struct config_listener *listener, enum change_strategy strategy)
{
	switch (strategy) {
	case CHANGE_REQUIRE_TLS:
		return listener->verdict == VERDICT_PERMITS;
	case CHANGE_TLS_ONLY_PORT:
		return listener->verdict == VERDICT_PERMITS || listener->mode == MODE_POP3;
	case CHANGE_DISABLE:
		return true;
	case CHANGE_STRATEGIES:
		break;
	}
	return false;
}

static void
warn(struct fixing *fixing, const struct config_listener *listener)
{
	if (fixing->change->strategy == CHANGE_DISABLE)
		return;
	change_warn(fixing->change,
		"Port %u is closed, since what answers there cannot be made to require TLS here: "
		"clients then need a port with TLS, as of a gateway in front of it (popseal gate).",
		listener->port);
	if (fixing->certificate != NULL)
		change_warn(fixing->change,
			"The certificate is written nowhere: it is for that gateway.");
}

void
superserver_switch_off(struct fixing *fixing,
	void (*off)(struct fixing *fixing, const struct fix_place *place))
{
	const GArray *listeners = fixing->reading->facts->config->listeners;

	for (guint i = 0; i < listeners->len; i++) {
		const struct config_listener *listener =
			&g_array_index(listeners, struct config_listener, i);
		const struct config_step *starts = config_chain_last(&listener->chain);
		struct fix_place place = { 0 };

		if (starts != NULL && is_to_go(listener, fixing->change->strategy))
			place = fix_place_of(fixing, &starts->location);
		if (place.text == NULL)
			continue;
		off(fixing, &place);
		warn(fixing, listener);
	}
}
