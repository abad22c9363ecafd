/* SPDX-License-Identifier: Apache-2.0 */
/*
 * popseal audit: reads configurations and says whether they let a password out,
 * and by which line. What is where is witness/config's, what it means the
 * products' rooms'.
 */
#include <string.h>

#include "cmd/audit_against.h"
#include "cmd/audit_terms.h"
#include "cmd/command.h"
#include "cmd/options.h"
#include "cmd/output.h"
#include "cmd/values.h"
#include "model/target.h"
#include "witness/config/dump.h"
#include "witness/config/instance.h"

static struct {
	char *product;
	char *version;
	char *root;
	char *against;
	gboolean effective;
	struct audit_terms_options terms;
} given;

static const GOptionEntry entries[] = {
	{ "product", 0, 0, G_OPTION_ARG_STRING, &given.product,
		"PATH is the own configuration folder of this product", "NAME" },
	{ "product-version", 0, 0, G_OPTION_ARG_STRING, &given.version,
		"Apply the rules of that version (default: by the files or the package)", "V" },
	{ "root", 0, 0, G_OPTION_ARG_FILENAME, &given.root,
		"Look in the image, backup or container that lies in DIR; PATH is a name in it",
		"DIR" },
	{ "effective", 0, 0, G_OPTION_ARG_NONE, &given.effective,
		"Take the effective settings from the server's own command (doveconf -n, ...)",
		NULL },
	{ "against", 0, 0, G_OPTION_ARG_STRING, &given.against,
		"Probe the running server, too, and say where the two disagree", "ENDPOINT" },
	{ "policy", 0, 0, G_OPTION_ARG_FILENAME, &given.terms.policy,
		"Judge by what FILE expects of which file, and ignore what it excuses", "FILE" },
	{ "baseline", 0, 0, G_OPTION_ARG_FILENAME, &given.terms.baseline,
		"Findings that FILE lists are known, and do not count", "FILE" },
	{ "write-baseline", 0, 0, G_OPTION_ARG_FILENAME, &given.terms.write,
		"Write the findings of this run into FILE, for --baseline", "FILE" },
	G_OPTION_ENTRY_NULL,
};

static const struct option_set set = {
	.command = "audit",
	.arguments = "[PATH...]",
	.formats = "text|jsonl|sarif|junit|github|gitlab|checkstyle",
	.summary =
		"Reads the configuration of POP3 servers and says whether it lets a password out\n"
		"without TLS, for whom, and by which line of which file. PATH is a file or a\n"
		"folder; without one the known places of this host, or of --root, are read.",
	.entries = entries,
	.strict = true,
};

struct audit {
	struct common_options common;
	struct output output;
	struct report_options report;
	struct summary summary;
	struct facts *wire;  /* of --against, or NULL */
	bool wire_undecided; /* whether some configuration holds there could not be told */
	struct audit_terms *terms;
	GString *text;
	GError *error; /* of the output */
};

static void
flush(struct audit *audit)
{
	if (!audit->common.report->document && audit->error == NULL)
		output_write(&audit->output, audit->text, &audit->error);
}

/* --- one path --------------------------------------------------------------------------------- */

static void
fail(struct audit *audit, const char *subject, const GError *error, bool usage)
{
	const struct failure failure = {
		.time = g_get_real_time(),
		.subject = subject,
		.message = error->message,
		.usage = usage,
	};

	summary_fail(&audit->summary, &failure);
	audit->common.report->failure(&audit->report, &failure, audit->text);
	options_print_failure("audit", &failure);
	flush(audit);
}

/* `wire`, if not NULL, is what to hold it against. */
static void
assess(struct audit *audit, struct config_instance *instance, const struct facts *wire)
{
	const struct report *report = audit->common.report;
	g_autoptr(assessment_auto) assessment = NULL;
	g_autoptr(GPtrArray) expectations = NULL;
	struct verification verification = { 0 };

	assessment = config_instance_assess(instance, g_get_real_time(), wire);
	expectations =
		audit_terms_apply(audit->terms, assessment, config_files_texts(instance->files));
	verification.assessment = assessment;
	verification.expectations = expectations;

	audit->wire_undecided |= assessment_unknown(assessment, "config-disagrees") != NULL;
	summary_count(&audit->summary, assessment);
	report->assessment(&audit->report, assessment, audit->text);
	if (expectations != NULL) {
		for (size_t i = 0; i < G_N_ELEMENTS(audit->summary.expectations); i++)
			audit->summary.expectations[i] +=
				verification_states(&verification, (enum expectation_state)i);
		if (report->expectations != NULL)
			report->expectations(&audit->report, &verification, audit->text);
	}
	flush(audit);
}

/* What was not looked through may hold a configuration. */
static void
fail_at_gap(struct audit *audit, const struct config_gap *gap)
{
	g_autoptr(GError) error = g_error_new_literal(CONFIG_ERROR, 0, gap->why);

	fail(audit, gap->path, error, false);
}

/* What could not be dumped is read from the files, and said. */
static void
lay_dump(struct audit *audit, struct config_instance *instance)
{
	g_autoptr(GError) error = NULL;

	if (given.effective && !config_dump_lay(instance, &error))
		fail(audit, instance->root, error, false);
}

/* One port is one server's: where some have it, the others do not deny what was seen there. */
static void
assess_all(struct audit *audit, const GPtrArray *instances)
{
	g_autofree bool *has_port = g_new0(bool, instances->len);
	bool some = false;

	for (guint i = 0; i < instances->len; i++)
		lay_dump(audit, g_ptr_array_index(instances, i));
	for (guint i = 0; audit->wire != NULL && i < instances->len; i++)
		some |= has_port[i] = config_instance_has_port(g_ptr_array_index(instances, i),
			audit->wire->endpoint.port);
	for (guint i = 0; i < instances->len; i++)
		assess(audit, g_ptr_array_index(instances, i),
			some && !has_port[i] ? NULL : audit->wire);
}

static void
audit_path(struct audit *audit, const struct product *product, const char *path)
{
	const struct config_request request = {
		.product = product,
		.path = path,
		.root = given.root,
		.version = given.version,
	};
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) gaps = g_ptr_array_new_with_free_func((GDestroyNotify)config_gap_free);
	g_autoptr(GPtrArray) instances = config_instances_find(&request, gaps, &error);

	for (guint i = 0; i < gaps->len; i++)
		fail_at_gap(audit, g_ptr_array_index(gaps, i));
	if (instances == NULL) {
		fail(audit,
			path != NULL               ? path :
				given.root != NULL ? given.root :
						     "this host",
			error, false);
		return;
	}
	assess_all(audit, instances);
}

/* --- the run ---------------------------------------------------------------------------------- */

/* A dump speaks of this host's server, and of no other tree. */
static bool
check_effective(GError **error)
{
	if (!given.effective || (given.root == NULL && given.product == NULL))
		return true;
	g_set_error(error, POPSEAL_USAGE_ERROR, 0,
		"--effective asks this host's server: it does not go with --root or --product");
	return false;
}

/*
 * A policy's expectations count beside the findings: they come right before what is not known, as
 * which counts what the wire, where it was asked, did not tell.
 */
static int
exit_code(struct audit *audit)
{
	const uint64_t *expectations = audit->summary.expectations;
	int code = options_exit_code(&audit->common, &audit->summary);

	if (code != EXIT_CLEAN && code != EXIT_UNDETERMINED)
		return code;
	if (expectations[EXPECTATION_UNMET] > 0)
		return EXIT_FINDINGS;
	if ((expectations[EXPECTATION_UNDETERMINED] > 0 || audit->wire_undecided) &&
		audit->common.strict)
		return EXIT_UNDETERMINED;
	return code;
}

/* A document is written when it is whole, and takes the place of what was there. */
static void
finish_output(struct audit *audit)
{
	bool document = audit->common.report->document;

	if (document && audit->error == NULL)
		output_replace(audit->common.output, audit->text, &audit->error);
	else if (!document)
		output_close(&audit->output, audit->error == NULL ? &audit->error : NULL);
	/* What could not be looked at would be missing in it. */
	if (audit->error == NULL && audit->summary.errors == 0)
		audit_terms_finish(audit->terms, &audit->error);
}

static int
audit_all(struct audit *audit, const struct product *product, char **paths)
{
	g_autoptr(GPtrArray) gone = NULL;

	audit->summary.started = g_get_real_time();
	audit->common.report->begin(&audit->report, audit->text);
	for (size_t i = 0; paths[i] != NULL; i++)
		audit_path(audit, product, paths[i]);
	if (paths[0] == NULL)
		audit_path(audit, product, NULL);
	gone = audit_terms_gone(audit->terms);
	audit->summary.gone = gone;
	audit->summary.suppressions = audit_terms_suppressions(audit->terms);
	if (!audit->common.quiet)
		audit_terms_tell_idle(audit->terms, given.terms.policy);
	audit->summary.duration = g_get_real_time() - audit->summary.started;
	audit->common.report->end(&audit->report, &audit->summary, audit->text);
	flush(audit);
	finish_output(audit);
	if (audit->error != NULL)
		return options_fail("audit", g_steal_pointer(&audit->error), EXIT_OPERATIONAL);
	return exit_code(audit);
}

static int
open_all(struct audit *audit)
{
	GError *error = NULL;
	int code = EXIT_CLEAN;

	audit->terms = audit_terms_new(&given.terms, &code, &error);
	if (audit->terms == NULL)
		return options_fail("audit", error, code);
	if (!audit->common.report->document &&
		!output_open(&audit->output, audit->common.output, &error))
		return options_fail("audit", error, EXIT_OPERATIONAL);
	audit->report = (struct report_options){
		.color = options_color(&audit->common),
		.quiet = audit->common.quiet,
		.verbose = audit->common.verbose,
		.fail_on = audit->common.fail_on,
		.baseline = given.terms.baseline != NULL,
		.base = audit_terms_base(audit->terms),
		.rules = audit_terms_rules(audit->terms),
	};
	return EXIT_CLEAN;
}

static int
run(int argc, char **argv)
{
	struct audit audit = { 0 };
	const struct product *product = NULL;
	GError *error = NULL;
	g_auto(GStrv) paths = options_parse(&set, &audit.common, argc, argv, &error);
	int code;

	if (paths == NULL || !value_product(given.product, &product, &error) ||
		!value_version(given.version, &error) || !check_effective(&error))
		return options_fail("audit", error, EXIT_USAGE);
	if (given.against != NULL && (audit.wire = against_ask(given.against, &error)) == NULL)
		return options_fail("audit", error,
			error->domain == POPSEAL_USAGE_ERROR ||
					error->domain == POPSEAL_TARGET_ERROR ?
				EXIT_USAGE :
				EXIT_OPERATIONAL);
	audit.text = g_string_new(NULL);
	code = open_all(&audit);
	if (code == EXIT_CLEAN)
		code = audit_all(&audit, product, paths);
	audit_terms_free(audit.terms);
	facts_free(audit.wire);
	g_string_free(audit.text, TRUE);
	options_clear(&audit.common);
	return code;
}

const struct command command_audit = {
	.name = "audit",
	.summary = "read configurations: which line lets the password out",
	.options = &set,
	.run = run,
};
