/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fixtures: every key is taken out of the key file as it is read; what is left
 * at the end is a slip.
 */
#include "fixture.h"

#include <string.h>

#include "fixture-source.h"
#include "model/samples.h"

static const char *const outcome_words[] = {
	[PASS] = "pass",
	[FAIL] = "fail",
	[UNKNOWN] = "unknown",
	[NOT_APPLICABLE] = "notapplicable",
};

const char *const source_verdicts[] = {
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

const char *const source_modes[] = { "pop3", "pop3s", NULL };

int
fixture_outcome(const char *name)
{
	for (size_t i = 0; i < G_N_ELEMENTS(outcome_words); i++)
		if (g_str_has_prefix(name, outcome_words[i]))
			return (int)i;
	return -1;
}

/* Takes the key out of the file; the caller frees its value. */
char *
source_take(struct source *source, const char *group, const char *key)
{
	char *value = g_key_file_get_string(source->keys, group, key, NULL);

	if (value != NULL)
		g_key_file_remove_key(source->keys, group, key, NULL);
	return value;
}

char **
source_take_list(struct source *source, const char *group, const char *key)
{
	g_autofree char *value = source_take(source, group, key);

	return value != NULL ? g_strsplit(value, ";", -1) : NULL;
}

static char **
take_list(struct source *source, const char *key)
{
	return source_take_list(source, "facts", key);
}

/* The same, kept as long as the facts. */
const char *
source_keep(struct source *source, const char *value)
{
	return value != NULL ? facts_keep(source->facts, value, strlen(value)) : NULL;
}

const char *
source_take_kept(struct source *source, const char *group, const char *key)
{
	g_autofree char *value = source_take(source, group, key);

	return source_keep(source, value);
}

static const char *
take_kept(struct source *source, const char *key)
{
	return source_take_kept(source, "facts", key);
}

static unsigned
word_number(struct source *source, const char *const *words, const char *word)
{
	for (unsigned i = 0; words[i] != NULL; i++)
		if (g_str_equal(words[i], word))
			return i;
	g_error("%s: '%s' is no word that stands there", source->path, word);
}

unsigned
source_take_word(struct source *source, const char *group, const char *key,
	const char *const *words, unsigned otherwise)
{
	g_autofree char *word = source_take(source, group, key);

	return word != NULL ? word_number(source, words, word) : otherwise;
}

static unsigned
take_word(struct source *source, const char *key, const char *const *words, unsigned otherwise)
{
	return source_take_word(source, "facts", key, words, otherwise);
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

enum reason
source_reason(struct source *source, const char *word)
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
	g_autofree char *address = source_take(source, "facts", "address");
	g_autofree char *port = source_take(source, "facts", "port");
	g_autofree char *now = source_take(source, "facts", "now");
	const char *name = take_kept(source, "name");

	endpoint->mode = (enum mode)take_word(source, "mode", source_modes, MODE_POP3);
	endpoint->port = endpoint->mode == MODE_POP3 ? 110 : 995;
	if (port != NULL)
		endpoint->port = (uint16_t)g_ascii_strtoull(port, NULL, 10);
	endpoint->address = address != NULL ? source_keep(source, address) : "192.0.2.1";
	endpoint->host = name != NULL ? name : endpoint->address;
	source->facts->now = time_number(source, now);
}

static void
read_verdict(struct source *source)
{
	struct verdict *verdict = &source->facts->verdict;
	g_autofree char *reason = source_take(source, "facts", "reason");

	/* That of a configuration follows from its listeners and doubts. */
	if (!g_key_file_has_key(source->keys, "facts", "verdict", NULL) &&
		!g_key_file_has_group(source->keys, "config"))
		g_error("%s: no verdict", source->path);
	verdict->value = (enum verdict_value)take_word(source, "verdict", source_verdicts, 0);
	verdict->confidence =
		(enum confidence)take_word(source, "confidence", confidence_words, CONFIDENCE_NONE);
	if (reason != NULL)
		verdict->reason = source_reason(source, reason);
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
	g_autofree char *answer = source_take(source, "facts", "stls-answer");
	g_auto(GStrv) parts = g_strsplit(answer != NULL ? answer : "none", ":", 2);
	g_autofree char *plaintext = source_take(source, "facts", "stls-plaintext");

	probe->stls.answer = (enum answer)word_number(source, answer_words, parts[0]);
	probe->stls.reply = source_keep(source, parts[1]);
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

	tls->version = parts != NULL ? source_keep(source, parts[0]) : NULL;
	tls->cipher = tls->version != NULL ? source_keep(source, parts[1]) : NULL;
}

static void
read_product(struct source *source)
{
	struct probe_facts *probe = &source->facts->probe;
	g_auto(GStrv) parts = take_list(source, "product");

	if (parts == NULL || parts[0] == NULL)
		return;
	probe->product_title = source_keep(source, parts[0]);
	if (parts[1] == NULL)
		return;
	probe->product_version = *parts[1] != '\0' ? source_keep(source, parts[1]) : NULL;
	probe->product = source_keep(source, parts[2]);
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
	g_auto(GStrv) list = source_take_list(source, group, key);
	size_t count = 0;

	*names = arena_take(&source->facts->arena, FACTS_NAMES_MAX * sizeof(**names));
	while (list != NULL && list[count] != NULL && count < FACTS_NAMES_MAX) {
		(*names)[count] = source_keep(source, list[count]);
		count++;
	}
	return count;
}

static void
read_certificate(struct source *source, const char *group, struct certificate_facts *certificate)
{
	g_auto(GStrv) key = source_take_list(source, group, "key");
	g_autofree char *self_issued = source_take(source, group, "self-issued");

	certificate->subject = source_take_kept(source, group, "subject");
	certificate->issuer = source_take_kept(source, group, "issuer");
	certificate->not_before = source_take_kept(source, group, "from");
	certificate->not_after = source_take_kept(source, group, "until");
	certificate->begins = time_number(source, certificate->not_before);
	certificate->ends = time_number(source, certificate->not_after);
	certificate->sha256 = source_take_kept(source, group, "sha256");
	certificate->signature = source_take_kept(source, group, "signature");
	certificate->digest = source_take_kept(source, group, "digest");
	certificate->self_issued = g_strcmp0(self_issued, "true") == 0;
	certificate->name_count = read_names(source, group, "names", &certificate->names);
	certificate->service_count = read_names(source, group, "services", &certificate->services);
	if (key == NULL || key[0] == NULL || key[1] == NULL)
		return;
	certificate->key = source_keep(source, key[0]);
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
		g_autofree char *beside = source_take(source, group, "beside");

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
	details->trust = (enum trust)source_take_word(source, "details", "trust", trust_words, 0);
	details->trust_error = source_take_kept(source, "details", "trust-error");
	details->anchors = source_take_kept(source, "details", "anchors");
	details->name = (enum name_check)source_take_word(source, "details", "name", name_words, 0);
	details->reference = source_take_kept(source, "details", "reference");
	details->staple =
		(enum staple)source_take_word(source, "details", "staple", staple_words, 0);
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
		g_auto(GStrv) parts = source_take_list(source, "weak", ciphers[i]);

		for (size_t j = 1; parts[j] != NULL && survey->weak_count < TLS_WEAK_MAX; j++) {
			struct tls_weakness *weakness = &survey->weak[survey->weak_count++];

			weakness->cipher = source_keep(source, ciphers[i]);
			weakness->why = source_keep(source, parts[0]);
			if (!tls_version_parse(parts[j], &weakness->version))
				g_error("%s: '%s' is no version", source->path, parts[j]);
		}
	}
}

static void
read_survey(struct source *source)
{
	g_autofree char *bits = source_take(source, "survey", "dh-bits");
	struct tls_survey *survey;

	if (!g_key_file_has_group(source->keys, "survey"))
		return;
	survey = arena_take(&source->facts->arena, sizeof(*survey));
	for (int i = TLS_SSLV3; i < TLS_VERSIONS; i++) {
		g_autofree char *value =
			source_take(source, "survey", tls_version_word((enum tls_version)i));
		g_auto(GStrv) parts = g_strsplit(value != NULL ? value : "not-made", ":", 2);

		survey->versions[i] = (enum trial)word_number(source, trial_words, parts[0]);
		survey->chosen[i] = source_keep(source, parts[1]);
	}
	survey->weak_asked =
		(enum trial)source_take_word(source, "survey", "weak-asked", trial_words, 0);
	survey->dh_bits = bits != NULL ? (int)g_ascii_strtoll(bits, NULL, 10) : 0;
	read_weak(source, survey);
	source->facts->probe.tls.survey = survey;
}

/* Reads "answer:refusal:line" of a question. */
static void
read_answer(struct source *source, const char *group, const char *name, struct credential *read)
{
	g_autofree char *value = source_take(source, group, name);
	g_auto(GStrv) parts = g_strsplit(value, ":", 3);
	bool is_sasl = !g_str_equal(name, "USER") && !g_str_equal(name, "APOP");

	read->mechanism = source_keep(source, name);
	read->answer = (enum answer)word_number(source, answer_words, parts[0]);
	if (parts[1] != NULL)
		read->refusal = (enum refusal)word_number(source, refusal_words, parts[1]);
	if (parts[1] != NULL && parts[2] != NULL)
		read->reply = source_keep(source, parts[2]);
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
	return facts_add_attempt(source->facts, source_keep(source, name));
}

static void
read_attempts(struct source *source)
{
	g_auto(GStrv) names = g_key_file_get_keys(source->keys, "attempts", NULL, NULL);
	g_autofree char *alive = source_take(source, "facts", "alive");

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
	g_autofree char *value = source_take(source, "differences", what);
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

static void
read_expectation(struct source *source, struct fixture *fixture)
{
	fixture->severity = source_take(source, "expect", "severity");
	fixture->confidence = source_take(source, "expect", "confidence");
	fixture->message = source_take(source, "expect", "message");
	fixture->evidence = source_take(source, "expect", "evidence");
	fixture->no_evidence = source_take(source, "expect", "no-evidence");
	fixture->reproduce = source_take(source, "expect", "reproduce");
	fixture->settle = source_take(source, "expect", "settle");
	fixture->remedy = source_take(source, "expect", "remedy");
	fixture->place = source_take(source, "expect", "place");
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
	source_read_config(&source);
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
