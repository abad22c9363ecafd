/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/verify_options.h"

#include <string.h>

#include "cmd/values.h"
#include "pop3/sasl.h"
#include "tls/survey.h"

#define EXPECTED_BY_DEFAULT "refuses,tls,tls>=1.2,cert,name"

static struct {
	char *expect;
	char *policy;
	char *netrc;
	char *mechanism;
	char *ca;
	char *tls_name;
	gboolean insecure;
	char *evidence;
	char *ports;
	char *input;
	char *depth;
	gboolean no_credential;
	gboolean one_address;
	char *timeout;
	char *retries;
	char *samples;
	char *source;
	char *netns;
	gboolean transcript;
	char *concurrency;
	char *exit_codes;
} given;

static const GOptionEntry entries[] = {
	{ "expect", 'e', 0, G_OPTION_ARG_STRING, &given.expect,
		"What has to hold: refuses, tls, tls>=V, cert, days>=N, name, login, "
		"cleartext-port-closed (default " EXPECTED_BY_DEFAULT
		", and login where there are credentials)",
		"LIST" },
	{ "policy", 0, 0, G_OPTION_ARG_FILENAME, &given.policy,
		"Read what has to hold of which endpoint from FILE", "FILE" },
	{ "netrc", 0, 0, G_OPTION_ARG_FILENAME, &given.netrc,
		"Log in with what FILE holds for the host; it must be readable by its owner only",
		"FILE" },
	{ "mechanism", 0, 0, G_OPTION_ARG_STRING, &given.mechanism,
		"Log in by these, one login each; all = each that the server lists (default: the "
		"best)",
		"LIST" },
	{ "ca", 0, 0, G_OPTION_ARG_FILENAME, &given.ca,
		"Judge chains by the certificates in FILE (default: the system's)", "FILE" },
	{ "tls-name", 0, 0, G_OPTION_ARG_STRING, &given.tls_name,
		"The name that the certificate must be for (default: the target's)", "NAME" },
	{ "insecure", 0, 0, G_OPTION_ARG_NONE, &given.insecure,
		"Send the password although chain or name do not hold; the record says so", NULL },
	{ "evidence", 0, 0, G_OPTION_ARG_FILENAME, &given.evidence,
		"Write all that was asked and answered into FILE.html or FILE.json", "FILE" },
	{ "ports", 'p', 0, G_OPTION_ARG_STRING, &given.ports,
		"Ask these ports of a bare host; s = implicit TLS (default 110,995s)", "LIST" },
	{ "input", 'i', 0, G_OPTION_ARG_FILENAME, &given.input,
		"Read targets from FILE, one a line; - = standard input", "FILE" },
	{ "depth", 0, 0, G_OPTION_ARG_STRING, &given.depth,
		"gentle, standard (one TLS session), or deep (default: versions, ciphers, clients)",
		"DEPTH" },
	{ "no-credential", 0, 0, G_OPTION_ARG_NONE, &given.no_credential,
		"Ask in clear without the one random credential", NULL },
	{ "one-address", 0, 0, G_OPTION_ARG_NONE, &given.one_address,
		"Ask the first address of a name only", NULL },
	{ "timeout", 't', 0, G_OPTION_ARG_STRING, &given.timeout,
		"Wait S seconds for each answer (default: greeting 30, others 10)", "S" },
	{ "retries", 0, 0, G_OPTION_ARG_STRING, &given.retries,
		"Ask up to N times again where there is no answer, or none now (default 0)", "N" },
	{ "samples", 0, 0, G_OPTION_ARG_STRING, &given.samples,
		"Ask each endpoint N times, for servers behind a load balancer (default 1)", "N" },
	{ "source", 0, 0, G_OPTION_ARG_STRING, &given.source, "Ask from this address", "ADDRESS" },
	{ "netns", 0, 0, G_OPTION_ARG_STRING, &given.netns, "Ask from this network namespace",
		"NAME" },
	{ "transcript", 0, 0, G_OPTION_ARG_NONE, &given.transcript,
		"Print the whole dialogue with every endpoint", NULL },
	{ "concurrency", 0, 0, G_OPTION_ARG_STRING, &given.concurrency,
		"Verify so many hosts at once (default 16)", "N" },
	{ "exit-codes", 0, 0, G_OPTION_ARG_STRING, &given.exit_codes,
		"nagios: exit 2 (CRITICAL) for unmet, 3 (UNKNOWN) for undetermined", "WHOSE" },
	G_OPTION_ENTRY_NULL,
};

const struct option_set verify_option_set = {
	.command = "verify",
	.arguments = "TARGET...",
	.formats = "text|jsonl|junit|nagios|ticket",
	.summary =
		"Says whether what you expect of POP3 servers holds: cleartext logins refused,\n"
		"TLS there, certificates right, and people can still log in.\n"
		"A target is a host, host:port, [v6]:port, pop3://host, pop3s://host, a network,\n"
		"a range, or - for targets on standard input.",
	.entries = entries,
	.strict = true,
};

static bool
read_expectations(struct verify_command *command, GError **error)
{
	g_autoptr(GError) problem = NULL;
	const char *text = given.expect;

	command->setup.expect_given = text != NULL;
	if (text == NULL && given.policy == NULL)
		text = EXPECTED_BY_DEFAULT;
	if (text == NULL || expectations_parse(text, &command->setup.terms.expectations, &problem))
		return true;
	return value_wrong(error, "expect", text, problem->message);
}

static bool
read_policy(struct verify_command *command, GError **error)
{
	g_autofree char *text = NULL;
	gsize length = 0;

	if (given.policy == NULL)
		return true;
	if (!g_file_get_contents(given.policy, &text, &length, error)) {
		g_prefix_error(error, "--policy ");
		return false;
	}
	command->policy = policy_parse(text, length, error);
	command->setup.policy = command->policy;
	g_prefix_error(error, "--policy %s: ", given.policy);
	return command->policy != NULL;
}

/* A word that is no mechanism would look like a server that lacks it. */
static bool
read_mechanisms(struct verify_command *command, GError **error)
{
	char **words;

	if (given.mechanism == NULL)
		return true;
	words = g_strsplit(given.mechanism, ",", VERIFY_MECHANISMS_MAX);
	command->setup.mechanisms = words;
	for (size_t i = 0; words[i] != NULL; i++) {
		g_strstrip(words[i]);
		if (g_ascii_strcasecmp(words[i], "all") != 0 &&
			g_ascii_strcasecmp(words[i], "USER") != 0 && sasl_find(words[i]) == NULL)
			return value_wrong(error, "mechanism", words[i],
				"not all, USER, or a SASL mechanism that popseal knows");
	}
	return true;
}

static bool
read_exit_codes(struct verify_command *command, GError **error)
{
	command->nagios_codes = given.exit_codes != NULL && g_str_equal(given.exit_codes, "nagios");
	return given.exit_codes == NULL || command->nagios_codes ||
		value_wrong(error, "exit-codes", given.exit_codes, "not nagios");
}

static bool
read_evidence(struct verify_command *command, GError **error)
{
	command->evidence = given.evidence;
	return given.evidence == NULL || g_str_has_suffix(given.evidence, ".html") ||
		g_str_has_suffix(given.evidence, ".json") ||
		value_wrong(error, "evidence", given.evidence, "neither .html nor .json");
}

static bool
read_tls_name(struct verify_command *command, GError **error)
{
	g_autoptr(target_auto) target = NULL;

	command->setup.terms.tls_name = given.tls_name;
	if (given.tls_name == NULL)
		return true;
	target = target_parse(given.tls_name, NULL);
	return (target != NULL && target->kind == TARGET_HOST && !target->port_given) ||
		value_wrong(error, "tls-name", given.tls_name, "not the name of a host");
}

static bool
read_targets(struct verify_command *command, char **words, GError **error)
{
	command->words = value_targets(words, &given.input, error);
	if (command->words == NULL)
		return false;
	if (command->words->len == 0 && given.input == NULL && command->policy != NULL) {
		g_autoptr(GPtrArray) named = policy_targets(command->policy);

		g_ptr_array_add(named, NULL);
		g_ptr_array_unref(command->words);
		command->words = value_targets((char **)named->pdata, &given.input, error);
		if (command->words == NULL)
			return false;
	}
	command->input = given.input;
	if (command->words->len > 0 || given.input != NULL)
		return true;
	g_set_error(error, POPSEAL_USAGE_ERROR, 0, "no target; see 'popseal verify --help'");
	return false;
}

static void
read_plain(struct verify_command *command)
{
	struct verify_setup *setup = &command->setup;

	setup->terms.ca = given.ca;
	setup->terms.insecure = given.insecure;
	setup->probe.no_credential = given.no_credential;
	if (setup->probe.depth == DEPTH_DEEP)
		setup->probe.survey = TLS_SURVEY_ALL;
	command->netrc = given.netrc;
	command->netns = given.netns;
	command->one_address = given.one_address;
	command->report_options = (struct report_options){
		.color = options_color(&command->common),
		.quiet = command->common.quiet,
		.verbose = command->common.verbose,
		.transcript = given.transcript,
		.lenient = !command->common.strict,
		.nagios_codes = command->nagios_codes,
	};
}

static bool
read_all(struct verify_command *command, char **words, GError **error)
{
	struct verify_setup *setup = &command->setup;

	if (!read_expectations(command, error) || !read_policy(command, error) ||
		!read_mechanisms(command, error) || !read_exit_codes(command, error) ||
		!read_evidence(command, error) || !read_tls_name(command, error) ||
		!value_depth(given.depth, DEPTH_DEEP, &setup->probe, error) ||
		!value_timeout(given.timeout, &setup->probe, error) ||
		!value_source(given.source, &setup->probe, error) ||
		!value_ports(given.ports, &command->ports, error) ||
		!value_unsigned("retries", given.retries, 0, ASK_RETRIES_MAX, 0,
			&setup->ask.retries, error) ||
		!value_unsigned("samples", given.samples, 1, SAMPLES_MAX, 1, &setup->ask.samples,
			error) ||
		!value_unsigned("concurrency", given.concurrency, 1, VERIFY_CONCURRENCY_MAX,
			VERIFY_CONCURRENCY, &command->concurrency, error))
		return false;
	read_plain(command);
	return read_targets(command, words, error);
}

bool
verify_options_parse(struct verify_command *command, int argc, char **argv, GError **error)
{
	g_auto(GStrv) words = NULL;
	g_autofree char *line = g_strjoinv(" ", argv);

	command->line = g_strdup_printf("popseal %s", line);
	words = options_parse(&verify_option_set, &command->common, argc, argv, error);
	return words != NULL && read_all(command, words, error);
}

void
verify_options_clear(struct verify_command *command)
{
	char **const texts[] = { &given.expect, &given.policy, &given.netrc, &given.mechanism,
		&given.ca, &given.tls_name, &given.evidence, &given.ports, &given.input,
		&given.depth, &given.timeout, &given.retries, &given.samples, &given.source,
		&given.netns, &given.concurrency, &given.exit_codes };

	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
		g_clear_pointer(texts[i], g_free);
	g_strfreev(command->setup.mechanisms);
	policy_free(command->policy);
	g_free(command->line);
	if (command->words != NULL)
		g_ptr_array_unref(command->words);
	options_clear(&command->common);
}
