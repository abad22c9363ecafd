/* SPDX-License-Identifier: Apache-2.0 */
#include "test-reports-verified.h"

#include <string.h>

static const char pem[] = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";

static void
add_expectation(struct sample_verification *sample, enum expectation_kind kind, const char *name,
	enum expectation_state state, const char *reason, const char *text)
{
	struct expectation *expectation = g_new0(struct expectation, 1);

	expectation->kind = kind;
	g_strlcpy(expectation->name, name, sizeof(expectation->name));
	expectation->state = state;
	expectation->reason = reason;
	expectation->message = g_strdup_printf("It is %s.", text);
	expectation->evidence[0] = g_strdup_printf("C: STLS\nS: %s", text);
	expectation->evidence[1] = g_strdup("-- second");
	expectation->evidence_count = 2;
	if (state == EXPECTATION_UNDETERMINED)
		expectation->settle = g_strdup_printf("Ask %s again.", text);
	g_ptr_array_add(sample->verification.expectations, expectation);
}

static void
free_expectation(void *expectation)
{
	expectation_free(expectation);
}

static struct sample_verification *
sample_of(struct assessment *assessment)
{
	struct sample_verification *sample = g_new0(struct sample_verification, 1);

	sample->assessment = assessment;
	sample->verification = (struct verification){ .assessment = assessment,
		.logins = &sample->login,
		.expectations = g_ptr_array_new_with_free_func(free_expectation) };
	return sample;
}

/* --- deep facts ------------------------------------------------------------------------------- */

static void
add_details(struct facts *facts, const char *text)
{
	struct tls_facts *tls = &facts->probe.tls;
	struct certificate_facts *chain = arena_take(&facts->arena, 2 * sizeof(*chain));
	const struct certificate_facts **path =
		arena_take(&facts->arena, 2 * sizeof(struct certificate_facts *));
	const char **services = arena_take(&facts->arena, sizeof(*services));

	services[0] = "_pop3s.mail.example";
	chain[0] = *tls->certificate;
	chain[0].begins = facts->now - G_USEC_PER_SEC;
	chain[0].ends = facts->now + 42 * INT64_C(86400) * G_USEC_PER_SEC;
	chain[0].signature = "ecdsa-with-SHA256";
	chain[0].services = services;
	chain[0].service_count = 1;
	chain[0].pem = pem;
	chain[1] = chain[0];
	chain[1].subject = text;
	chain[1].service_count = 0;
	path[0] = &chain[0];
	path[1] = &chain[1];
	tls->details = arena_take(&facts->arena, sizeof(*tls->details));
	*tls->details = (struct tls_details){ .group = "X25519",
		.duration = 12345,
		.cpu = 678,
		.trust = TRUST_BROKEN,
		.trust_error = text,
		.anchors = text,
		.chain = chain,
		.chain_count = 2,
		.path = path,
		.path_count = 2,
		.name = NAME_DIFFERS,
		.reference = text,
		.staple = STAPLE_INVALID,
		.staple_error = text };
}

static void
add_survey(struct facts *facts, const char *text)
{
	struct tls_survey *survey = arena_take(&facts->arena, sizeof(*survey));
	struct tls_client_result *clients = arena_take(&facts->arena, 3 * sizeof(*clients));

	clients[0] = (struct tls_client_result){ .name = "Thunderbird 128",
		.outcome = TRIAL_TAKEN,
		.version = TLS_V1_3,
		.cipher = "TLS_AES_128_GCM_SHA256",
		.group = "X25519" };
	clients[1] = (struct tls_client_result){ .name = "Outlook 2010 (Windows 7)",
		.outcome = TRIAL_REFUSED,
		.why = "protocol version" };
	clients[2] = (struct tls_client_result){ .name = "K-9 Mail",
		.outcome = TRIAL_UNCLEAR,
		.why = text };
	*survey = (struct tls_survey){ .versions = { TRIAL_REFUSED, TRIAL_TAKEN, TRIAL_UNCLEAR,
					       TRIAL_TAKEN, TRIAL_NOT_MADE },
		.weak_asked = TRIAL_TAKEN,
		.weak = { { TLS_V1_0, "TLS_RSA_WITH_RC4_128_SHA", "RC4" } },
		.weak_count = 1,
		.groups = { "X25519", "secp256r1" },
		.group_count = 2,
		.groups_asked = TRIAL_TAKEN,
		.dh_bits = 1024,
		.clients = clients,
		.client_count = 3,
		.clients_dated = "2026-11-27" };
	facts->probe.tls.survey = survey;
}

static void
add_tlsa(struct facts *facts, const char *text)
{
	struct tlsa_facts *tlsa = arena_take(&facts->arena, sizeof(*tlsa));

	*tlsa = (struct tlsa_facts){ .asked = true,
		.authentic = true,
		.owner = text,
		.records = { { 3, 1, 1, "ab12", true } },
		.count = 1 };
	facts->probe.tls.tlsa = tlsa;
}

static void
go_deep(struct facts *facts, const char *text)
{
	facts->now = SAMPLE_TIME;
	facts->probe.depth = DEPTH_DEEP;
	facts->probe.source = "198.51.100.7";
	facts->probe.stls.injection = INJECTION_NONE;
	facts->probe.over_tls.state = LIST_ANSWERED;
	capabilities_add(facts, &facts->probe.over_tls, "top", strlen("top"));
	capabilities_add(facts, &facts->probe.over_tls, text, strlen(text));
	add_details(facts, text);
	add_survey(facts, text);
	add_tlsa(facts, text);
}

static struct sample_verification *
sample_with(struct assessment *assessment, const char *text)
{
	struct sample_verification *sample = sample_of(assessment);
	const char *kept = facts_keep(assessment->facts, text, strlen(text));

	go_deep(assessment->facts, kept);
	add_expectation(sample, EXPECT_REFUSES, "refuses", EXPECTATION_UNMET, "permits", kept);
	add_expectation(sample, EXPECT_TLS_VERSION, "tls>=1.2", EXPECTATION_UNDETERMINED, "unclear",
		kept);
	add_expectation(sample, EXPECT_LOGIN, "login", EXPECTATION_MET, "logged-in", kept);
	sample->verification.login_count = 1;
	sample->login = (struct login_result){ .outcome = LOGIN_OK,
		.mechanism = "PLAIN",
		.binding = "tls-exporter",
		.why = kept,
		.reply = kept,
		.messages = 3,
		.octets = 4096,
		.overridden = true,
		.duration = 23456,
		.transcript =
			facts_printf(assessment->facts, "C: AUTH PLAIN <secret>\nS: %s\n", kept) };
	return sample;
}

struct sample_verification *
sample_verified(void)
{
	return sample_with(sample_permits(), "plain");
}

struct sample_verification *
sample_verified_hostile(const char *text)
{
	struct sample_verification *sample = sample_with(sample_hostile(), text);
	struct facts *facts = sample->assessment->facts;
	const char *kept = facts_keep(facts, text, strlen(text));

	facts->probe.greeting = kept;
	facts->probe.tls.certificate->subject = kept;
	facts->probe.tls.certificate->names[0] = kept;
	facts->probe.tls.details->chain[0].subject = kept;
	facts->probe.tls.details->chain[0].issuer = kept;
	facts->probe.tls.cipher = kept;
	facts->verdict.explanation = kept;
	facts->endpoint.host = kept;
	g_string_append_printf(facts->probe.transcript, "S: %s\n", kept);
	return sample;
}

struct sample_verification *
sample_verified_calm(void)
{
	struct sample_verification *sample = sample_of(sample_refuses());

	add_expectation(sample, EXPECT_TLS, "tls", EXPECTATION_MET, "session", "there");
	return sample;
}

void
sample_verification_free(struct sample_verification *sample)
{
	assessment_free(sample->assessment);
	g_ptr_array_unref(sample->verification.expectations);
	g_free(sample);
}

char *
sample_verified_report(const char *name, const struct report_options *options,
	struct sample_verification *const *samples, size_t count, const struct summary *more)
{
	const struct report *report = report_find(name);
	struct summary summary = more != NULL ? *more : (struct summary){ 0 };
	GString *out = g_string_new(NULL);

	report->begin(options, out);
	for (size_t i = 0; i < count; i++) {
		report->assessment(options, samples[i]->assessment, out);
		report->expectations(options, &samples[i]->verification, out);
		summary_count(&summary, samples[i]->assessment);
		verification_count(&summary, &samples[i]->verification);
	}
	report->end(options, &summary, out);
	return g_string_free(out, FALSE);
}
