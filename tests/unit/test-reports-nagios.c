/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nagios, read by a reader that was written from the Monitoring Plugins
 * Development Guidelines: the first line, its performance data, the details.
 */
#include <string.h>

#include "test-reports-verified.h"

static const struct report_options plain = { .color = true };
static const struct report_options nagios_codes = { .nagios_codes = true };

enum {
	VALUES_MAX = 16,
};

struct value {
	char label[32];
	char value[32];
	char unit[4];
	char rest[32]; /* warn;crit;min;max */
};

struct output {
	char *text; /* owned, as all others */
	char *details;
	struct value values[VALUES_MAX];
	size_t count;
};

/* Takes a label: quoted, '' for a quote in it, or bare up to the '='. */
static const char *
read_label(const char *text, struct value *value)
{
	size_t length = 0;

	if (*text != '\'') {
		length = strcspn(text, "= ");
		g_strlcpy(value->label, text, MIN(length + 1, sizeof(value->label)));
		return text + length;
	}
	for (text++; *text != '\0'; text++) {
		if (*text == '\'' && *++text != '\'')
			break;
		g_assert_cmpuint(length, <, sizeof(value->label) - 1);
		value->label[length++] = *text;
	}
	return text;
}

/* 'label'=value[UOM];[warn];[crit];[min];[max] */
static const char *
read_value(const char *text, struct value *value)
{
	size_t digits;
	size_t unit;
	size_t rest;

	*value = (struct value){ 0 };
	text = read_label(text, value);
	g_assert_cmpint(*text, ==, '=');
	text++;
	digits = strspn(text, "-0123456789.");
	g_assert_cmpuint(digits, >, 0);
	g_strlcpy(value->value, text, MIN(digits + 1, sizeof(value->value)));
	text += digits;
	unit = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ%");
	g_strlcpy(value->unit, text, MIN(unit + 1, sizeof(value->unit)));
	text += unit;
	rest = strspn(text, ";-0123456789.:@~");
	g_strlcpy(value->rest, text, MIN(rest + 1, sizeof(value->rest)));
	return text + rest;
}

static struct output *
read_output(char *out)
{
	struct output *output = g_new0(struct output, 1);
	char *end = strchr(out, '\n');
	char *pipe = strchr(out, '|');
	const char *data;

	assert_harmless(out);
	g_assert_nonnull(end);
	g_assert_nonnull(pipe);
	g_assert_true(pipe < end);
	g_assert_null(strchr(pipe + 1, '|')); /* one beginning of performance data, in all of it */
	output->text = g_strstrip(g_strndup(out, (size_t)(pipe - out)));
	output->details = g_strdup(end + 1);
	*end = '\0';
	for (data = pipe + 1; *data != '\0';) {
		g_assert_cmpint(*data, ==, ' ');
		g_assert_cmpuint(output->count, <, VALUES_MAX);
		data = read_value(data + 1, &output->values[output->count++]);
	}
	g_free(out);
	return output;
}

static void
output_free(struct output *output)
{
	g_free(output->text);
	g_free(output->details);
	g_free(output);
}

static void
assert_value(const struct output *output, const char *label, const char *value, const char *unit)
{
	for (size_t i = 0; i < output->count; i++) {
		if (!g_str_equal(output->values[i].label, label))
			continue;
		g_assert_cmpstr(output->values[i].value, ==, value);
		g_assert_cmpstr(output->values[i].unit, ==, unit);
		g_assert_cmpstr(output->values[i].rest, ==, ";;;0");
		return;
	}
	g_assert_null(value);
}

static struct output *
output_of(const struct report_options *options, struct sample_verification *sample,
	const struct summary *more)
{
	char *text =
		sample_verified_report("nagios", options, &sample, sample != NULL ? 1 : 0, more);

	if (sample != NULL)
		sample_verification_free(sample);
	return read_output(text);
}

static void
drop(struct sample_verification *sample, enum expectation_state state)
{
	GPtrArray *list = sample->verification.expectations;

	for (guint i = list->len; i > 0; i--) {
		const struct expectation *expectation = g_ptr_array_index(list, i - 1);

		if (expectation->state == state)
			g_ptr_array_remove_index(list, i - 1);
	}
}

static void
test_whole(void)
{
	struct summary more = { .duration = 1234567 };
	struct output *output = output_of(&plain, sample_verified(), &more);

	g_assert_true(report_find("nagios")->document);
	g_assert_cmpstr(output->text, ==,
		"POP3 WARNING - 1 met, 1 unmet, 1 undetermined: unmet pop3://192.0.2.1:110 "
		"refuses: It is plain.");
	g_assert_cmpstr(output->details, ==,
		"unmet pop3://192.0.2.1:110 refuses: It is plain.\n"
		"undetermined pop3://192.0.2.1:110 tls>=1.2: It is plain.\n"
		"met pop3://192.0.2.1:110 login: It is plain.\n");
	g_assert_cmpuint(output->count, ==, 5);
	assert_value(output, "days", "42", "");
	assert_value(output, "time", "1.234567", "s");
	assert_value(output, "handshake", "0.012345", "s");
	assert_value(output, "unmet", "1", "");
	assert_value(output, "undetermined", "1", "");
	output_free(output);
}

static void
assert_word(const struct report_options *options, struct sample_verification *sample,
	const struct summary *more, const char *word)
{
	struct output *output = output_of(options, sample, more);
	g_autofree char *begin = g_strdup_printf("POP3 %s - ", word);

	g_test_message("%s", output->text);
	g_assert_true(g_str_has_prefix(output->text, begin));
	output_free(output);
}

/* The first word is what Nagios makes of the exit code. */
static void
test_words(void)
{
	struct summary errors = { .errors = 1 };
	struct summary interrupted = { .interrupted = true };
	struct sample_verification *open = sample_verified();
	struct sample_verification *open_too = sample_verified();

	drop(open, EXPECTATION_UNMET);
	drop(open_too, EXPECTATION_UNMET);
	assert_word(&plain, sample_verified_calm(), NULL, "OK");
	assert_word(&nagios_codes, sample_verified_calm(), NULL, "OK");
	assert_word(&plain, sample_verified(), NULL, "WARNING");
	assert_word(&nagios_codes, sample_verified(), NULL, "CRITICAL");
	assert_word(&plain, open, NULL, "CRITICAL");
	assert_word(&nagios_codes, open_too, NULL, "UNKNOWN");
	assert_word(&plain, sample_verified(), &errors, "UNKNOWN");
	assert_word(&nagios_codes, sample_verified(), &interrupted, "UNKNOWN");
}

static void
test_calm(void)
{
	struct output *output = output_of(&plain, sample_verified_calm(), NULL);

	g_assert_cmpstr(output->text, ==, "POP3 OK - 1 met, 0 unmet, 0 undetermined");
	assert_value(output, "days", NULL, NULL);
	assert_value(output, "handshake", NULL, NULL);
	assert_value(output, "unmet", "0", "");
	output_free(output);
}

/* Nothing is left of a certificate that has expired. */
static void
test_expired(void)
{
	struct sample_verification *sample = sample_verified();
	struct output *output;

	sample->assessment->facts->now += 100 * INT64_C(86400) * G_USEC_PER_SEC;
	output = output_of(&plain, sample, NULL);
	assert_value(output, "days", "0", "");
	output_free(output);
}

/* Neither pipe nor line end nor quote of a server breaks line or data, whatever their length. */
static void
test_hostile(void)
{
	g_autofree char *pipes = g_strnfill(1024 * 1024, '|');
	g_autoptr(GString) wide = g_string_new(NULL);
	struct output *output = output_of(&plain, sample_verified_hostile(HOSTILE_MARKUP), NULL);
	g_auto(GStrv) lines = g_strsplit(output->details, "\n", -1);

	g_assert_cmpuint(output->count, ==, 5);
	g_assert_nonnull(strstr(output->text, "'\\x7ca\\n\\x1b[2J\\xe2\\x80\\xae\\xff"));
	g_assert_cmpuint(g_strv_length(lines), ==, 4);
	output_free(output);

	output = output_of(&plain, sample_verified_hostile(pipes), NULL);
	g_assert_cmpuint(strlen(output->text), ==, 403);
	g_assert_cmpuint(output->count, ==, 5);
	output_free(output);

	/* Cut, but not within a character. */
	for (int i = 0; i < 300; i++)
		g_string_append(wide, "\xe2\x82\xac");
	output = output_of(&plain, sample_verified_hostile(wide->str), NULL);
	g_assert_true(g_utf8_validate(output->text, -1, NULL));
	g_assert_cmpuint(strlen(output->text), <=, 403);
	g_assert_cmpuint(strlen(output->text), >=, 400);
	output_free(output);
}

static void
test_failure(void)
{
	const struct report *report = report_find("nagios");
	struct failure failure = { .subject = "no|\n.example", .message = "no address" };
	struct summary summary = { .errors = 1 };
	GString *out = g_string_new(NULL);
	struct output *output;

	report->begin(&plain, out);
	report->failure(&plain, &failure, out);
	report->end(&plain, &summary, out);
	output = read_output(g_string_free(out, FALSE));
	g_assert_cmpstr(output->text, ==,
		"POP3 UNKNOWN - 0 met, 0 unmet, 0 undetermined, 1 failed: failed "
		"no\\x7c\\n.example: no address");
	g_assert_cmpstr(output->details, ==, "failed no\\x7c\\n.example: no address\n");
	output_free(output);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/reports/nagios/whole", test_whole);
	g_test_add_func("/reports/nagios/words", test_words);
	g_test_add_func("/reports/nagios/calm", test_calm);
	g_test_add_func("/reports/nagios/expired", test_expired);
	g_test_add_func("/reports/nagios/hostile", test_hostile);
	g_test_add_func("/reports/nagios/failure", test_failure);
	return g_test_run();
}
