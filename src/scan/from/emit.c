/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The way from what a reader found to an item: the bytes come in here, and a
 * target that target_parse takes goes out. What a report names is a host and
 * never a range, however it is written.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "model/escape.h"
#include "model/target.h"
#include "scan/from/format.h"

/* --- bytes ------------------------------------------------------------------------------------ */

bool
from_input_fill(struct from_input *input)
{
	ssize_t got = 0;

	if (input->at < input->length)
		return true;
	if (input->failed != 0)
		return false;
	do {
		got = read(input->fd, input->block, sizeof(input->block));
	} while (got < 0 && errno == EINTR);
	input->failed = got < 0 ? errno : 0;
	input->at = 0;
	input->length = got > 0 ? (size_t)got : 0;
	return got > 0;
}

/* --- texts ------------------------------------------------------------------------------------ */

void
from_text_add(struct from_text *text, const char *bytes, size_t length)
{
	size_t kept = MIN(length, FROM_TEXT_MAX - text->length);

	memcpy(text->bytes + text->length, bytes, kept);
	text->length += kept;
	text->bytes[text->length] = '\0';
}

void
from_text_set(struct from_text *text, const char *value)
{
	text->length = 0;
	text->bytes[0] = '\0';
	if (value != NULL)
		from_text_add(text, value, strlen(value));
}

const char *
from_text_trim(struct from_text *text)
{
	g_strstrip(text->bytes);
	text->length = strlen(text->bytes);
	return text->bytes;
}

uint16_t
from_port(const char *text, char end)
{
	guint64 port = 0;
	g_autofree char *digits = text != NULL && g_ascii_isdigit(text[0]) ?
		g_strndup(text, strcspn(text, (char[]){ end, '\0' })) :
		NULL;

	if (digits == NULL || !g_ascii_string_to_unsigned(digits, 10, 1, UINT16_MAX, &port, NULL))
		return 0;
	return (uint16_t)port;
}

enum mode
from_mode(const char *service, uint16_t port)
{
	if (service != NULL && g_ascii_strncasecmp(service, "pop3s", 5) == 0)
		return MODE_POP3S;
	return port == PORT_POP3S ? MODE_POP3S : MODE_POP3;
}

/* --- items ------------------------------------------------------------------------------------ */

void
from_fail(struct from_run *run, enum from_error code, const char *format, ...)
{
	va_list arguments;

	if (run->error != NULL)
		return;
	va_start(arguments, format);
	g_autofree char *why = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	g_set_error(&run->error, POPSEAL_FROM_ERROR, (int)code, "%s: %s", run->name, why);
}

/*
 * Returns whether that target was emitted just before; if not, it is now. A
 * login in clear that is reported behind less is no repetition.
 */
static bool
is_repeated(struct from_run *run, const char *target, enum claim_kind kind)
{
	/* 0 is an empty place. */
	guint hash = ((g_str_hash(target) << 1) ^ (kind == CLAIM_CLEARTEXT ? 2 : 0)) | 1;

	for (size_t i = 0; i < FROM_RECENT; i++)
		if (run->recent[i] == hash)
			return true;
	run->recent[run->recent_at++ % FROM_RECENT] = hash;
	return false;
}

static char *
target_of(const struct from_found *found)
{
	bool ipv6 = strchr(found->address, ':') != NULL;
	const char *open = ipv6 ? "[" : "";
	const char *close = ipv6 ? "]" : "";

	if (found->port == 0)
		return g_strdup_printf("%s%s%s", open, found->address, close);
	return g_strdup_printf("%s://%s%s%s:%u", mode_word(found->mode), open, found->address,
		close, (unsigned)found->port);
}

/* Returns why that is no host to be asked, or NULL; the caller frees it. */
static char *
wrong_target(const char *word)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(target_auto) target = target_parse(word, &error);

	if (target == NULL)
		return g_strdup(error->message);
	return target->kind == TARGET_RANGE ? g_strdup("it is a range, not a host") : NULL;
}

static const char *
where(const struct from_run *run, char buffer[FROM_WHERE_MAX])
{
	g_snprintf(buffer, FROM_WHERE_MAX, "%s %" G_GUINT64_FORMAT,
		run->format != NULL && run->format->record != NULL ? "record" : "line",
		(guint64)run->line);
	return buffer;
}

static void
emit(struct from_run *run, struct from_item *item)
{
	char buffer[FROM_WHERE_MAX];

	item->where = where(run, buffer);
	if (item->claim.reporter == NULL && run->format != NULL)
		item->claim.reporter = run->format->name;
	run->emit(run->user, item);
}

void
from_complain(struct from_run *run, const char *host, const char *problem)
{
	struct from_item item = { .problem = problem };

	item.claim.host = host;
	emit(run, &item);
}

void
from_emit(struct from_run *run, const struct from_found *found)
{
	g_autofree char *target = target_of(found);
	g_autofree char *problem = wrong_target(target);
	struct from_item item = {
		.target = problem == NULL ? target : NULL,
		.problem = problem,
		.claim = { .kind = found->kind,
			.port = found->port,
			.reporter = found->reporter,
			.id = found->id,
			.text = found->text,
			.host = found->host != NULL ? found->host : found->address },
	};

	if (found->kind == CLAIM_CLEARTEXT) {
		run->flagged = true;
		g_byte_array_set_size(run->held, 0);
	}
	if (!is_repeated(run, target, found->kind))
		emit(run, &item);
}

/* --- what waits for the end of the report ----------------------------------------------------- */

/* Behind each stand the two texts with their NUL bytes. */
struct held {
	uint64_t line;
	enum claim_kind kind;
	enum mode mode;
	uint16_t port;
};

void
from_hold(struct from_run *run, const struct from_found *found)
{
	const struct held held = { run->line, found->kind, found->mode, found->port };
	const char *host = found->host != NULL ? found->host : found->address;
	guint address_size = (guint)strlen(found->address) + 1;
	guint host_size = (guint)strlen(host) + 1;

	if (run->flagged)
		return;
	if (run->held->len + sizeof(held) + address_size + host_size > FROM_PENDING_MAX) {
		from_fail(run, FROM_ERROR_BROKEN,
			"too many POP3 hosts for a report that flags none of them");
		return;
	}
	g_byte_array_append(run->held, (const guint8 *)&held, sizeof(held));
	g_byte_array_append(run->held, (const guint8 *)found->address, address_size);
	g_byte_array_append(run->held, (const guint8 *)host, host_size);
}

void
from_release(struct from_run *run)
{
	guint at = 0;

	while (at < run->held->len) {
		const char *address = (const char *)run->held->data + at + sizeof(struct held);
		size_t address_size = strlen(address) + 1;
		const char *host = address + address_size;
		struct held held;

		memcpy(&held, run->held->data + at, sizeof(held));
		run->line = held.line;
		from_emit(run,
			&(struct from_found){ .kind = held.kind,
				.mode = held.mode,
				.port = held.port,
				.address = address,
				.host = host });
		at += (guint)(sizeof(held) + address_size + strlen(host) + 1);
	}
}
