/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fixtures: every key is taken out of the key file as it is read; what is left
 * at the end is a slip.
 */
#include "fixture.h"

#include <string.h>

#include "model/samples.h"
#include "rules/rule.h"

/* The file under way, for messages. */
struct source {
	const char *path;
	GKeyFile *keys;
	struct facts *facts;
};

static const char *const outcome_words[] = {
	[PASS] = "pass",
	[FAIL] = "fail",
	[UNKNOWN] = "unknown",
	[NOT_APPLICABLE] = "notapplicable",
};

static const char *const verdict_words[] = {
	"undetermined",
	"permits",
	"refuses",
	"no-service",
	NULL,
};

static const char *const confidence_words[] = { "none", "likely", "proven", NULL };

static const char *const answer_words[] = {
	[ANSWER_NONE] = "none",
	[ANSWER_ACCEPTED] = "accepted",
	[ANSWER_REFUSED] = "refused",
	[ANSWER_CLOSED] = "closed",
	[ANSWER_TIMEOUT] = "timeout",
	[ANSWER_STRANGE] = "strange",
	NULL,
};

static const char *const refusal_words[] = {
	[REFUSAL_NONE] = "",
	[REFUSAL_UNKNOWN] = "unknown",
	[REFUSAL_TLS_REQUIRED] = "tls-required",
	[REFUSAL_LOGIN_DISABLED] = "login-disabled",
	[REFUSAL_TEMPORARY] = "temporary",
	[REFUSAL_ACCESS] = "access",
	[REFUSAL_CREDENTIALS] = "credentials",
	[REFUSAL_BACKEND] = "backend",
	[REFUSAL_MECHANISM] = "mechanism",
	[REFUSAL_SYNTAX] = "syntax",
	[REFUSAL_UNKNOWN_COMMAND] = "unknown-command",
	NULL,
};

static const char *const list_words[] = { "not-asked", "answered", "refused", "unanswered", NULL };

static const char *const stls_words[] = {
	"untried",
	"none",
	"optional",
	"required",
	"broken",
	NULL,
};

static const char *const handshake_words[] = {
	"not-tried",
	"up",
	"alert",
	"not-tls",
	"closed",
	"timeout",
	NULL,
};

static const char *const depth_words[] = { "gentle", "standard", "deep", NULL };

static const char *const trust_words[] = {
	"not-checked",
	"holds",
	"self-signed",
	"incomplete",
	"unknown-root",
	"broken",
	NULL,
};

static const char *const name_words[] = { "not-checked", "matches", "differs", NULL };

static const char *const staple_words[] = {
	"not-asked",
	"none",
	"good",
	"revoked",
	"unknown",
	"invalid",
	NULL,
};

static const char *const trial_words[] = { "not-made", "taken", "refused", "unclear", NULL };

static const char *const injection_words[] = {
	"not-asked",
	"none",
	"answered",
	"answered-in-clear",
	"unclear",
	NULL,
};

static const char *const mode_words[] = { "pop3", "pop3s", NULL };

int
fixture_outcome(const char *name)
{
	for (size_t i = 0; i < G_N_ELEMENTS(outcome_words); i++)
		if (g_str_has_prefix(name, outcome_words[i]))
			return (int)i;
	return -1;
}

/* Takes the key out of the file; the caller frees its value. */
static char *
take(struct source *source, const char *group, const char *key)
{
	char *value = g_key_file_get_string(source->keys, group, key, NULL);

	if (value != NULL)
		g_key_file_remove_key(source->keys, group, key, NULL);
	return value;
}

static char **
take_group_list(struct source *source, const char *group, const char *key)
{
	g_autofree char *value = take(source, group, key);

	return value != NULL ? g_strsplit(value, ";", -1) : NULL;
}

static char **
take_list(struct source *source, const char *key)
{
	return take_group_list(source, "facts", key);
}

/* The same, kept as long as the facts. */
static const char *
keep(struct source *source, const char *value)
{
	return value != NULL ? facts_keep(source->facts, value, strlen(value)) : NULL;
}

static const char *
take_group_kept(struct source *source, const char *group, const char *key)
{
	g_autofree char *value = take(source, group, key);

	return keep(source, value);
}

static const char *
take_kept(struct source *source, const char *key)
{
	return take_group_kept(source, "facts", key);
}

static unsigned
word_number(struct source *source, const char *const *words, const char *word)
{
	for (unsigned i = 0; words[i] != NULL; i++)
		if (g_str_equal(words[i], word))
			return i;
	g_error("%s: '%s' is no word that stands there", source->path, word);
}

static unsigned
take_group_word(struct source *source, const char *group, const char *key, const char *const *words,
	unsigned otherwise)
{
	g_autofree char *word = take(source, group, key);

	return word != NULL ? word_number(source, words, word) : otherwise;
}

static unsigned
take_word(struct source *source, const char *key, const char *const *words, unsigned otherwise)
{
	return take_group_word(source, "facts", key, words, otherwise);
}

/* Returns µs since the epoch; 0 for NULL. */
static int64_t
time_number(struct source *source, const char *text)
{
	g_autoptr(GDateTime) time = text != NULL ? g_date_time_new_from_iso8601(text, NULL) : NULL;

	if (text != NULL && time == NULL)
		g_error("%s: '%s' is no time", source->path, text);
	return time != NULL ?
		g_date_time_to_unix(time) * G_TIME_SPAN_SECOND + g_date_time_get_microsecond(time) :
		0;
}

static enum reason
reason_number(struct source *source, const char *word)
{
	for (unsigned i = 0; i <= REASON_ELSEWHERE; i++)
		if (g_str_equal(reason_word((enum reason)i), word))
			return (enum reason)i;
	g_error("%s: '%s' is no reason", source->path, word);
}

static void
read_endpoint(struct source *source)
{
	struct endpoint *endpoint = &source->facts->endpoint;
	g_autofree char *address = take(source, "facts", "address");
	g_autofree char *port = take(source, "facts", "port");
	g_autofree char *now = take(source, "facts", "now");
	const char *name = take_kept(source, "name");

	endpoint->mode = (enum mode)take_word(source, "mode", mode_words, MODE_POP3);
	endpoint->port = endpoint->mode == MODE_POP3 ? 110 : 995;
	if (port != NULL)
		endpoint->port = (uint16_t)g_ascii_strtoull(port, NULL, 10);
	endpoint->address = address != NULL ? keep(source, address) : "192.0.2.1";
	endpoint->host = name != NULL ? name : endpoint->address;
	source->facts->now = time_number(source, now);
}

static void
read_verdict(struct source *source)
{
	struct verdict *verdict = &source->facts->verdict;
	g_autofree char *reason = take(source, "facts", "reason");

	/* That of a configuration follows from its listeners and doubts. */
	if (!g_key_file_has_key(source->keys, "facts", "verdict", NULL) &&
		!g_key_file_has_group(source->keys, "config"))
		g_error("%s: no verdict", source->path);
	verdict->value = (enum verdict_value)take_word(source, "verdict", verdict_words, 0);
	verdict->confidence =
		(enum confidence)take_word(source, "confidence", confidence_words, CONFIDENCE_NONE);
	if (reason != NULL)
		verdict->reason = reason_number(source, reason);
	verdict->explanation = take_kept(source, "explanation");
	verdict->settle = take_kept(source, "settle");
	verdict->transcript = take_kept(source, "transcript");
}

static void
read_flags(struct source *source)
{
	struct probe_facts *probe = &source->facts->probe;
	const struct {
		const char *word;
		bool *flag;
	} flags[] = {
		{ "same-address", &probe->same_address },
		{ "exempts", &probe->exempts_same_address },
		{ "no-credential", &probe->no_credential },
		{ "tls-first", &probe->tls_first },
		{ "out-of-step", &probe->out_of_step },
		{ "offers-stls", &probe->product_offers_stls },
		{ "asked", &source->facts->host.implicit_tls_asked },
		{ "found", &source->facts->host.implicit_tls_found },
		{ "unknown", &source->facts->host.implicit_tls_unknown },
	};
	g_auto(GStrv) probe_words = take_list(source, "flags");
	g_auto(GStrv) host_words = take_list(source, "host");

	for (size_t i = 0; i < G_N_ELEMENTS(flags); i++)
		*flags[i].flag =
			(probe_words != NULL &&
				g_strv_contains((const char *const *)probe_words, flags[i].word)) ||
			(host_words != NULL &&
				g_strv_contains((const char *const *)host_words, flags[i].word));
}

static void
read_greeting(struct source *source)
{
	struct probe_facts *probe = &source->facts->probe;
	const char *greeting = take_kept(source, "greeting");

	probe->greeting = greeting != NULL ? greeting : "+OK";
	probe->greeting_kind = g_str_has_prefix(probe->greeting, "+OK") ? GREETING_OK :
		g_str_has_prefix(probe->greeting, "-ERR")               ? GREETING_ERR :
		*probe->greeting == '\0'                                ? GREETING_NONE :
									  GREETING_NOT_POP3;
	probe->apop = take_kept(source, "apop");
}

static void
read_list(struct source *source, const char *key, struct capabilities *list)
{
	g_autofree char *state_key = g_strconcat(key, "-state", NULL);
	g_auto(GStrv) lines = take_list(source, key);

	list->state = (enum list_state)take_word(source, state_key, list_words,
		lines != NULL ? LIST_ANSWERED : LIST_NOT_ASKED);
	for (size_t i = 0; lines != NULL && lines[i] != NULL && *lines[i] != '\0'; i++)
		capabilities_add(source->facts, list, lines[i], strlen(lines[i]));
}

static void
read_tls(struct source *source)
{
	struct probe_facts *probe = &source->facts->probe;
	g_autofree char *answer = take(source, "facts", "stls-answer");
	g_auto(GStrv) parts = g_strsplit(answer != NULL ? answer : "none", ":", 2);
	g_autofree char *plaintext = take(source, "facts", "stls-plaintext");

	probe->stls.answer = (enum answer)word_number(source, answer_words, parts[0]);
	probe->stls.reply = keep(source, parts[1]);
	probe->stls.plaintext_after = g_strcmp0(plaintext, "true") == 0;
	probe->stls.state = (enum stls)take_word(source, "stls", stls_words, STLS_UNTRIED);
	probe->stls.advertised = capabilities_have(&probe->clear, "STLS");
	probe->tls.handshake = (enum handshake)take_word(source, "handshake", handshake_words,
		HANDSHAKE_NOT_TRIED);
	probe->tls.error = take_kept(source, "tls-error");
}

static void
read_injection(struct source *source)
{
	struct probe_facts *probe = &source->facts->probe;

	probe->stls.injection = (enum injection)take_word(source, "injection", injection_words,
		INJECTION_NOT_ASKED);
	probe->stls.injection_error = take_kept(source, "injection-error");
	probe->stls.injection_exchange = take_kept(source, "injection-exchange");
}

static void
read_session(struct source *source)
{
	struct tls_facts *tls = &source->facts->probe.tls;
	g_auto(GStrv) parts = take_list(source, "tls");

	tls->version = parts != NULL ? keep(source, parts[0]) : NULL;
	tls->cipher = tls->version != NULL ? keep(source, parts[1]) : NULL;
}

static void
read_product(struct source *source)
{
	struct probe_facts *probe = &source->facts->probe;
	g_auto(GStrv) parts = take_list(source, "product");

	if (parts == NULL || parts[0] == NULL)
		return;
	probe->product_title = keep(source, parts[0]);
	if (parts[1] == NULL)
		return;
	probe->product_version = *parts[1] != '\0' ? keep(source, parts[1]) : NULL;
	probe->product = keep(source, parts[2]);
}

static void
read_host(struct source *source)
{
	source->facts->host.implicit_tls_greeting = take_kept(source, "host-greeting");
	source->facts->host.implicit_tls_product = take_kept(source, "host-product");
}

/* Reads a list of names, FACTS_NAMES_MAX at most. */
static size_t
read_names(struct source *source, const char *group, const char *key, const char ***names)
{
	g_auto(GStrv) list = take_group_list(source, group, key);
	size_t count = 0;

	*names = arena_take(&source->facts->arena, FACTS_NAMES_MAX * sizeof(**names));
	while (list != NULL && list[count] != NULL && count < FACTS_NAMES_MAX) {
		(*names)[count] = keep(source, list[count]);
		count++;
	}
	return count;
}

static void
read_certificate(struct source *source, const char *group, struct certificate_facts *certificate)
{
	g_auto(GStrv) key = take_group_list(source, group, "key");
	g_autofree char *self_issued = take(source, group, "self-issued");

	certificate->subject = take_group_kept(source, group, "subject");
	certificate->issuer = take_group_kept(source, group, "issuer");
	certificate->not_before = take_group_kept(source, group, "from");
	certificate->not_after = take_group_kept(source, group, "until");
	certificate->begins = time_number(source, certificate->not_before);
	certificate->ends = time_number(source, certificate->not_after);
	certificate->sha256 = take_group_kept(source, group, "sha256");
	certificate->signature = take_group_kept(source, group, "signature");
	certificate->digest = take_group_kept(source, group, "digest");
	certificate->self_issued = g_strcmp0(self_issued, "true") == 0;
	certificate->name_count = read_names(source, group, "names", &certificate->names);
	certificate->service_count = read_names(source, group, "services", &certificate->services);
	if (key == NULL || key[0] == NULL || key[1] == NULL)
		return;
	certificate->key = keep(source, key[0]);
	certificate->key_bits = (int)g_ascii_strtoll(key[1], NULL, 10);
}

/* The path: the certificates of the chain that are not `beside` it, and "anchor", if any. */
static void
read_path(struct source *source, struct tls_details *details)
{
	struct certificate_facts *anchor;

	details->path = arena_take(&source->facts->arena,
		(TLS_CHAIN_MAX + 1) * sizeof(struct certificate_facts *));
	for (size_t i = 0; i < details->chain_count; i++) {
		g_autofree char *group = g_strdup_printf("certificate %zu", i + 1);
		g_autofree char *beside = take(source, group, "beside");

		if (g_strcmp0(beside, "true") != 0)
			details->path[details->path_count++] = &details->chain[i];
	}
	if (!g_key_file_has_group(source->keys, "anchor"))
		return;
	anchor = arena_take(&source->facts->arena, sizeof(*anchor));
	read_certificate(source, "anchor", anchor);
	details->path[details->path_count++] = anchor;
}

static void
read_details(struct source *source)
{
	struct tls_details *details;

	if (!g_key_file_has_group(source->keys, "details"))
		return;
	details = arena_take(&source->facts->arena, sizeof(*details));
	details->trust = (enum trust)take_group_word(source, "details", "trust", trust_words, 0);
	details->trust_error = take_group_kept(source, "details", "trust-error");
	details->anchors = take_group_kept(source, "details", "anchors");
	details->name = (enum name_check)take_group_word(source, "details", "name", name_words, 0);
	details->reference = take_group_kept(source, "details", "reference");
	details->staple =
		(enum staple)take_group_word(source, "details", "staple", staple_words, 0);
	details->chain = arena_take(&source->facts->arena, TLS_CHAIN_MAX * sizeof(*details->chain));
	for (size_t i = 0; i < TLS_CHAIN_MAX; i++) {
		g_autofree char *group = g_strdup_printf("certificate %zu", i + 1);

		if (!g_key_file_has_group(source->keys, group))
			break;
		read_certificate(source, group, &details->chain[i]);
		details->chain_count++;
	}
	read_path(source, details);
	source->facts->probe.tls.details = details;
	if (details->chain_count > 0)
		source->facts->probe.tls.certificate = &details->chain[0];
}

static void
read_weak(struct source *source, struct tls_survey *survey)
{
	g_auto(GStrv) ciphers = g_key_file_get_keys(source->keys, "weak", NULL, NULL);

	for (size_t i = 0; ciphers != NULL && ciphers[i] != NULL; i++) {
		g_auto(GStrv) parts = take_group_list(source, "weak", ciphers[i]);

		for (size_t j = 1; parts[j] != NULL && survey->weak_count < TLS_WEAK_MAX; j++) {
			struct tls_weakness *weakness = &survey->weak[survey->weak_count++];

			weakness->cipher = keep(source, ciphers[i]);
			weakness->why = keep(source, parts[0]);
			if (!tls_version_parse(parts[j], &weakness->version))
				g_error("%s: '%s' is no version", source->path, parts[j]);
		}
	}
}

static void
read_survey(struct source *source)
{
	g_autofree char *bits = take(source, "survey", "dh-bits");
	struct tls_survey *survey;

	if (!g_key_file_has_group(source->keys, "survey"))
		return;
	survey = arena_take(&source->facts->arena, sizeof(*survey));
	for (int i = TLS_SSLV3; i < TLS_VERSIONS; i++) {
		g_autofree char *value =
			take(source, "survey", tls_version_word((enum tls_version)i));
		g_auto(GStrv) parts = g_strsplit(value != NULL ? value : "not-made", ":", 2);

		survey->versions[i] = (enum trial)word_number(source, trial_words, parts[0]);
		survey->chosen[i] = keep(source, parts[1]);
	}
	survey->weak_asked =
		(enum trial)take_group_word(source, "survey", "weak-asked", trial_words, 0);
	survey->dh_bits = bits != NULL ? (int)g_ascii_strtoll(bits, NULL, 10) : 0;
	read_weak(source, survey);
	source->facts->probe.tls.survey = survey;
}

/* Reads "answer:refusal:line" of a question. */
static void
read_answer(struct source *source, const char *group, const char *name, struct credential *read)
{
	g_autofree char *value = take(source, group, name);
	g_auto(GStrv) parts = g_strsplit(value, ":", 3);
	bool is_sasl = !g_str_equal(name, "USER") && !g_str_equal(name, "APOP");

	read->mechanism = keep(source, name);
	read->answer = (enum answer)word_number(source, answer_words, parts[0]);
	if (parts[1] != NULL)
		read->refusal = (enum refusal)word_number(source, refusal_words, parts[1]);
	if (parts[1] != NULL && parts[2] != NULL)
		read->reply = keep(source, parts[2]);
	read->exchange = facts_printf(source->facts, "C: %s%s\nS: %s", is_sasl ? "AUTH " : "", name,
		read->reply != NULL ? read->reply : "");
}

static struct attempt *
attempt_slot(struct source *source, const char *name)
{
	struct probe_facts *probe = &source->facts->probe;

	for (size_t i = 0; i < probe->attempt_count; i++)
		if (g_str_equal(probe->attempts[i].name, name))
			return &probe->attempts[i];
	return facts_add_attempt(source->facts, keep(source, name));
}

static void
read_attempts(struct source *source)
{
	g_auto(GStrv) names = g_key_file_get_keys(source->keys, "attempts", NULL, NULL);
	g_autofree char *alive = take(source, "facts", "alive");

	attempt_slot(source, "PLAIN");
	attempt_slot(source, "LOGIN");
	attempt_slot(source, "USER");
	for (size_t i = 0; names != NULL && names[i] != NULL; i++) {
		struct attempt *attempt = attempt_slot(source, names[i]);
		struct credential read = { 0 };

		read_answer(source, "attempts", names[i], &read);
		attempt->answer = read.answer;
		attempt->refusal = read.refusal;
		attempt->reply = read.reply;
		attempt->exchange = read.exchange;
		attempt->alive = g_strcmp0(alive, "true") == 0;
	}
}

static void
read_credential(struct source *source)
{
	g_auto(GStrv) names = g_key_file_get_keys(source->keys, "credential", NULL, NULL);

	if (names != NULL && names[0] != NULL)
		read_answer(source, "credential", names[0], &source->facts->probe.credential);
}

static void
read_difference(struct source *source, const char *what)
{
	struct samples *samples = source->facts->samples;
	struct difference *difference = &samples->differences[samples->difference_count++];
	g_autofree char *value = take(source, "differences", what);
	g_auto(GStrv) parts = g_strsplit(value, "|", 2);

	if (parts[0] == NULL || parts[1] == NULL)
		g_error("%s: %s: not one|another", source->path, what);
	g_strlcpy(difference->what, what, sizeof(difference->what));
	difference->one = g_strdup(parts[0]);
	difference->other = g_strdup(parts[1]);
}

static void
read_samples(struct source *source)
{
	g_auto(GStrv) names = g_key_file_get_keys(source->keys, "differences", NULL, NULL);
	g_auto(GStrv) counts = take_list(source, "samples");

	if (counts == NULL)
		return;
	if (counts[0] == NULL || counts[1] == NULL)
		g_error("%s: samples: not asked;answered", source->path);
	source->facts->samples = g_new0(struct samples, 1);
	source->facts->samples->asked = (unsigned)g_ascii_strtoull(counts[0], NULL, 10);
	source->facts->samples->answered = (unsigned)g_ascii_strtoull(counts[1], NULL, 10);
	for (size_t i = 0; names != NULL && names[i] != NULL; i++)
		read_difference(source, names[i]);
}

/* --- configurations --------------------------------------------------------------------------- */

static unsigned
take_number(struct source *source, const char *group, const char *key)
{
	g_autofree char *text = take(source, group, key);

	return text != NULL ? (unsigned)g_ascii_strtoull(text, NULL, 10) : 0;
}

static bool
take_true(struct source *source, const char *group, const char *key)
{
	g_autofree char *text = take(source, group, key);

	return g_strcmp0(text, "true") == 0;
}

/* Reads "FILE:LINE:COLUMN"; the numbers may be missing. */
static struct location
read_location(struct source *source, const char *text)
{
	struct location location = { 0 };
	g_auto(GStrv) parts = g_strsplit(text != NULL ? text : "", ":", 3);

	if (parts[0] == NULL)
		return location;
	location.file = keep(source, parts[0]);
	if (parts[1] == NULL)
		return location;
	location.line = (unsigned)g_ascii_strtoull(parts[1], NULL, 10);
	location.column = parts[2] != NULL ? (unsigned)g_ascii_strtoull(parts[2], NULL, 10) : 1;
	return location;
}

/* Reads the steps "PLACE|LINE|MEANING" of a chain, with ";" between them. */
static void
read_chain(struct source *source, const char *group, struct config_chain *chain)
{
	g_auto(GStrv) steps = take_group_list(source, group, "chain");

	for (size_t i = 0; steps != NULL && steps[i] != NULL; i++) {
		g_auto(GStrv) parts = g_strsplit(steps[i], "|", 3);

		if (parts[0] == NULL || parts[1] == NULL)
			g_error("%s: [%s] chain: not place|line|meaning", source->path, group);
		config_chain_add(chain, read_location(source, parts[0]), keep(source, parts[1]),
			keep(source, parts[2]));
	}
}

static void
read_listener(struct source *source, const char *group)
{
	struct config_listener *listener = config_add_listener(source->facts);
	g_autofree char *reason = take(source, group, "reason");
	const char *address = take_group_kept(source, group, "address");
	unsigned port = take_number(source, group, "port");

	listener->address = address != NULL ? address : "*";
	listener->mode = (enum mode)take_group_word(source, group, "mode", mode_words, MODE_POP3);
	listener->port = (uint16_t)(port != 0 ? port : listener->mode == MODE_POP3 ? 110 : 995);
	listener->verdict = (enum verdict_value)take_group_word(source, group, "verdict",
		verdict_words, VERDICT_UNDETERMINED);
	listener->reason = reason_number(source, reason != NULL ? reason : "setting");
	listener->scope = take_group_kept(source, group, "scope");
	listener->explanation = take_group_kept(source, group, "explanation");
	listener->settle = take_group_kept(source, group, "settle");
	read_chain(source, group, &listener->chain);
}

static void
read_note(struct source *source, const char *group)
{
	g_autofree char *id = take(source, group, "rule");
	g_autofree char *place = take(source, group, "place");
	const struct rule *rule = id != NULL ? rule_find(id) : NULL;
	struct config_note *note;

	if (rule == NULL || rule->note == CONFIG_NOTE_NONE)
		g_error("%s: [%s] rule: is none that reports notes", source->path, group);
	note = config_add_note(source->facts, rule->note);
	note->unknown = take_true(source, group, "unknown");
	note->location = read_location(source, place);
	note->line = take_group_kept(source, group, "line");
	note->message = take_group_kept(source, group, "message");
	note->remedy = take_group_kept(source, group, "remedy");
	note->settle = take_group_kept(source, group, "settle");
}

static void
read_doubt(struct source *source, const char *group)
{
	g_autofree char *reason = take(source, group, "reason");
	g_autofree char *place = take(source, group, "place");
	struct config_doubt *doubt = config_add_doubt(source->facts,
		reason_number(source, reason != NULL ? reason : "not-understood"));

	doubt->fatal = take_true(source, group, "fatal");
	doubt->location = read_location(source, place);
	doubt->line = take_group_kept(source, group, "line");
	doubt->message = take_group_kept(source, group, "message");
	doubt->settle = take_group_kept(source, group, "settle");
}

/* Reads the groups "KIND 1", "KIND 2", ... */
static void
read_each(struct source *source, const char *kind,
	void (*read)(struct source *source, const char *group))
{
	for (unsigned i = 1;; i++) {
		g_autofree char *group = g_strdup_printf("%s %u", kind, i);

		if (!g_key_file_has_group(source->keys, group))
			return;
		read(source, group);
	}
}

static void
read_config(struct source *source)
{
	const char *product = take_group_kept(source, "config", "product");
	const char *title = take_group_kept(source, "config", "title");
	const char *root = take_group_kept(source, "config", "root");
	struct config_facts *config;

	if (!g_key_file_has_group(source->keys, "config"))
		return;
	config = config_facts_new(source->facts, product != NULL ? product : "dovecot",
		title != NULL ? title : "Dovecot");
	config->root = root != NULL ? root : "/etc/dovecot/dovecot.conf";
	config->version = take_group_kept(source, "config", "version");
	config->remedy = take_group_kept(source, "config", "remedy");
	read_each(source, "listener", read_listener);
	read_each(source, "note", read_note);
	read_each(source, "doubt", read_doubt);
	config_verdict_decide(source->facts);
}

static void
read_expectation(struct source *source, struct fixture *fixture)
{
	fixture->severity = take(source, "expect", "severity");
	fixture->confidence = take(source, "expect", "confidence");
	fixture->message = take(source, "expect", "message");
	fixture->evidence = take(source, "expect", "evidence");
	fixture->no_evidence = take(source, "expect", "no-evidence");
	fixture->reproduce = take(source, "expect", "reproduce");
	fixture->settle = take(source, "expect", "settle");
	fixture->remedy = take(source, "expect", "remedy");
	fixture->place = take(source, "expect", "place");
}

static void
refuse_leftovers(struct source *source)
{
	g_auto(GStrv) groups = g_key_file_get_groups(source->keys, NULL);

	for (size_t i = 0; groups[i] != NULL; i++) {
		g_auto(GStrv) keys = g_key_file_get_keys(source->keys, groups[i], NULL, NULL);

		if (keys != NULL && keys[0] != NULL)
			g_error("%s: [%s] %s: nobody reads it", source->path, groups[i], keys[0]);
	}
}

struct fixture *
fixture_load(const char *path)
{
	struct fixture *fixture = g_new0(struct fixture, 1);
	g_autoptr(GKeyFile) keys = g_key_file_new();
	g_autoptr(GError) error = NULL;
	g_autofree char *name = g_path_get_basename(path);
	struct source source = { .path = path, .keys = keys, .facts = facts_new() };

	if (!g_key_file_load_from_file(keys, path, G_KEY_FILE_NONE, &error))
		g_error("%s: %s", path, error->message);
	if (fixture_outcome(name) < 0)
		g_error("%s: the name begins with no outcome", path);
	fixture->outcome = (enum outcome)fixture_outcome(name);
	fixture->facts = source.facts;
	fixture->facts->probe.depth =
		(enum depth)take_word(&source, "depth", depth_words, DEPTH_STANDARD);
	read_endpoint(&source);
	read_verdict(&source);
	read_flags(&source);
	read_greeting(&source);
	read_list(&source, "capa", &fixture->facts->probe.clear);
	read_list(&source, "auth-list", &fixture->facts->probe.auth_list);
	read_tls(&source);
	read_injection(&source);
	read_session(&source);
	read_product(&source);
	read_host(&source);
	read_details(&source);
	read_survey(&source);
	read_attempts(&source);
	read_credential(&source);
	read_samples(&source);
	read_config(&source);
	read_expectation(&source, fixture);
	refuse_leftovers(&source);
	return fixture;
}

void
fixture_free(struct fixture *fixture)
{
	if (fixture == NULL)
		return;
	facts_free(fixture->facts);
	g_free(fixture->severity);
	g_free(fixture->confidence);
	g_free(fixture->message);
	g_free(fixture->evidence);
	g_free(fixture->no_evidence);
	g_free(fixture->reproduce);
	g_free(fixture->settle);
	g_free(fixture->remedy);
	g_free(fixture->place);
	g_free(fixture);
}
