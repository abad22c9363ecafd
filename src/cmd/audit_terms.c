/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/audit_terms.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/command.h"
#include "cmd/options.h"
#include "cmd/output.h"
#include "dialect/source.h"
#include "model/baseline.h"
#include "model/fingerprint.h"
#include "model/policy.h"
#include "model/suppression.h"
#include "rules/page.h"
#include "rules/rule.h"

struct audit_terms {
	char *base;
	const char *write;
	GArray *rules;             /* of struct report_rule, and one without id */
	struct policy *policy;     /* or NULL */
	GPtrArray *suppressions;   /* the policy's; or NULL */
	struct baseline *baseline; /* or NULL */
	struct baseline *written;  /* or NULL */
};

static bool
is_rule(const char *id)
{
	const struct rule *rule = rule_find(id);

	return rule != NULL && (rule->witnesses & WITNESS_CONFIG) != 0;
}

static GArray *
collect_rules(void)
{
	GArray *list = g_array_new(TRUE, TRUE, sizeof(struct report_rule));

	for (size_t i = 0; rules[i] != NULL; i++) {
		const struct report_rule rule = {
			.id = rules[i]->id,
			.title = rules[i]->title,
			.severity = rules[i]->severity,
			.remedy = rules[i]->remedy,
			.references = rules[i]->references,
			.page = rule_page(rules[i]->id),
		};

		if ((rules[i]->witnesses & WITNESS_CONFIG) != 0)
			g_array_append_val(list, rule);
	}
	return list;
}

/* --- reading ---------------------------------------------------------------------------------- */

/* Reads a regular file (or a pipe) of at most `most` octets; a new string, or NULL and *error. */
static char *
read_file(const char *path, size_t most, gsize *length, GError **error)
{
	g_autoptr(GByteArray) bytes = g_byte_array_new();
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	guint8 part[16 * 1024];
	ssize_t got = fd < 0 ? -1 : 0;

	while (fd >= 0 && bytes->len <= most && (got = read(fd, part, sizeof(part))) > 0)
		g_byte_array_append(bytes, part, (guint)got);
	if (got < 0)
		g_set_error(error, G_FILE_ERROR, g_file_error_from_errno(errno), "%s: %s", path,
			g_strerror(errno));
	if (fd >= 0)
		close(fd);
	if (got < 0)
		return NULL;
	*length = bytes->len;
	g_byte_array_append(bytes, (const guint8 *)"", 1);
	return (char *)g_byte_array_free(g_steal_pointer(&bytes), FALSE);
}

static bool
read_policy(struct audit_terms *terms, const char *path, int *code, GError **error)
{
	gsize length = 0;
	g_autofree char *text = read_file(path, POLICY_MAX, &length, error);

	*code = EXIT_OPERATIONAL;
	if (text == NULL)
		return false;
	*code = EXIT_USAGE;
	terms->policy = policy_parse(text, length, error);
	if (terms->policy != NULL)
		terms->suppressions = policy_suppressions(terms->policy, path, is_rule, error);
	if (terms->suppressions == NULL)
		g_prefix_error(error, "%s: ", path);
	return terms->suppressions != NULL;
}

static bool
read_baseline(struct audit_terms *terms, const char *path, int *code, GError **error)
{
	gsize length = 0;
	g_autofree char *text = read_file(path, BASELINE_MAX, &length, error);

	*code = EXIT_OPERATIONAL;
	if (text == NULL)
		return false;
	*code = EXIT_USAGE;
	terms->baseline = baseline_parse(text, length, error);
	if (terms->baseline == NULL)
		g_prefix_error(error, "%s: ", path);
	return terms->baseline != NULL;
}

struct audit_terms *
audit_terms_new(const struct audit_terms_options *options, int *code, GError **error)
{
	struct audit_terms *terms = g_new0(struct audit_terms, 1);

	terms->base = g_get_current_dir();
	terms->rules = collect_rules();
	terms->write = options->write;
	if (options->write != NULL)
		terms->written = baseline_new();
	if ((options->policy == NULL || read_policy(terms, options->policy, code, error)) &&
		(options->baseline == NULL || read_baseline(terms, options->baseline, code, error)))
		return terms;
	audit_terms_free(terms);
	return NULL;
}

void
audit_terms_free(struct audit_terms *terms)
{
	if (terms == NULL)
		return;
	g_free(terms->base);
	g_array_unref(terms->rules);
	g_clear_pointer(&terms->suppressions, g_ptr_array_unref);
	policy_free(terms->policy);
	baseline_free(terms->baseline);
	baseline_free(terms->written);
	g_free(terms);
}

const char *
audit_terms_base(const struct audit_terms *terms)
{
	return terms->base;
}

const struct report_rule *
audit_terms_rules(const struct audit_terms *terms)
{
	return &g_array_index(terms->rules, struct report_rule, 0);
}

/* --- what becomes of findings ----------------------------------------------------------------- */

static GPtrArray *
judge(const struct audit_terms *terms, const struct facts *facts)
{
	struct expectations expectations = { 0 };

	if (terms->policy == NULL)
		return NULL;
	policy_apply_config(terms->policy, terms->base, facts->config->root, &expectations);
	return expectations_any(&expectations) ? expectations_judge_config(&expectations, facts) :
						 NULL;
}

GPtrArray *
audit_terms_apply(struct audit_terms *terms, struct assessment *assessment, const GPtrArray *texts)
{
	char today[SUPPRESSION_DAY_MAX];

	suppression_day(assessment->facts->now, today);
	fingerprints_make(assessment, terms->base);
	for (guint i = 0; i < texts->len; i++) {
		const struct config_text *text = g_ptr_array_index(texts, i);

		suppressions_scan(assessment, text->shown, text->bytes, text->length, is_rule);
	}
	if (assessment->suppressions != NULL)
		suppressions_apply(assessment, today);
	if (terms->policy != NULL)
		policy_suppress(terms->policy, terms->base, assessment, today);
	if (terms->baseline != NULL)
		baseline_apply(terms->baseline, assessment);
	if (terms->written != NULL)
		baseline_add(terms->written, assessment, terms->base);
	return judge(terms, assessment->facts);
}

GPtrArray *
audit_terms_gone(const struct audit_terms *terms)
{
	return terms->baseline != NULL ? baseline_gone(terms->baseline) : NULL;
}

const GPtrArray *
audit_terms_suppressions(const struct audit_terms *terms)
{
	return terms->suppressions;
}

void
audit_terms_tell_idle(const struct audit_terms *terms, const char *path)
{
	g_autoptr(GPtrArray) names = terms->policy != NULL ? policy_idle(terms->policy) : NULL;

	for (guint i = 0; names != NULL && i < names->len; i++) {
		g_autofree char *subject = g_strdup_printf("%s: [%s]", path,
			(const char *)g_ptr_array_index(names, i));
		const struct failure told = {
			.subject = subject,
			.message = "this group is about no configuration that was audited",
		};

		options_print_failure("audit", &told);
	}
}

bool
audit_terms_finish(struct audit_terms *terms, GError **error)
{
	g_autofree char *text = NULL;
	g_autoptr(GString) out = NULL;

	if (terms->written == NULL)
		return true;
	text = baseline_text(terms->written);
	out = g_string_new(text);
	return output_replace(terms->write, out, error);
}
