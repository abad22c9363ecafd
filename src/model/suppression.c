/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Comments are found by their marker alone, in every kind of file: a wrong
 * guess makes a notice of something that popseal reads as a comment, and never
 * hides a finding that nobody named.
 */
#include "model/suppression.h"

#include <string.h>

#define WORD "popseal:"

static const char *const markers[] = { "#", ";", "//", "<!--" };

void
suppression_free(struct suppression *suppression)
{
	if (suppression == NULL)
		return;
	g_free(suppression->file);
	g_strfreev(suppression->rules);
	g_free(suppression->until);
	g_free(suppression->reason);
	g_free(suppression->complaint);
	g_free(suppression);
}

static void
free_suppression(void *suppression)
{
	suppression_free(suppression);
}

const char *
suppression_state_word(enum suppression_state state)
{
	static const char *const words[] = { "unused", "used", "expired", "malformed" };

	g_return_val_if_fail((size_t)state < G_N_ELEMENTS(words), "malformed");
	return words[state];
}

/* --- what it says ----------------------------------------------------------------------------- */

/* Makes it malformed; the first complaint stays. */
static void
complain(struct suppression *suppression, const char *complaint)
{
	if (suppression->complaint == NULL)
		suppression->complaint = g_strdup(complaint);
	suppression->state = SUPPRESSION_MALFORMED;
}

static const char *
skip_blanks(const char *text)
{
	return text + strspn(text, " \t");
}

static bool
is_day(const char *text)
{
	unsigned parts[3] = { 0 };
	size_t part = 0;

	if (strlen(text) != strlen("2027-01-31") || text[4] != '-' || text[7] != '-')
		return false;
	for (const char *c = text; *c != '\0'; c++) {
		if (c == text + 4 || c == text + 7) {
			part++;
			continue;
		}
		if (!g_ascii_isdigit(*c))
			return false;
		parts[part] = parts[part] * 10 + (unsigned)(*c - '0');
	}
	return g_date_valid_dmy((GDateDay)parts[2], (GDateMonth)parts[1], (GDateYear)parts[0]);
}

static bool
is_rule_word(const char *word)
{
	size_t length = strspn(word, "abcdefghijklmnopqrstuvwxyz0123456789-");

	return length > 0 && word[length] == '\0';
}

/* Takes the rules over: all words up to the first key. Returns what follows. */
static const char *
take_rules(struct suppression *suppression, const char *text, suppression_is_rule is_rule)
{
	g_autoptr(GPtrArray) rules = g_ptr_array_new_with_free_func(g_free);

	for (;;) {
		size_t length = strcspn(text += strspn(text, " \t,"), " \t,=\"");
		g_autofree char *word = g_strndup(text, length);

		if (length == 0 || text[length] == '=')
			break;
		if (!is_rule_word(word) || (is_rule != NULL && !is_rule(word)))
			complain(suppression, "it names a rule that popseal has not");
		if (rules->len == SUPPRESSION_RULES_MAX)
			complain(suppression, "it names more than 32 rules");
		else
			g_ptr_array_add(rules, g_steal_pointer(&word));
		text += length;
	}
	if (rules->len == 0)
		complain(suppression, "it names no rule");
	g_ptr_array_add(rules, NULL);
	suppression->rules = (char **)g_ptr_array_free(g_steal_pointer(&rules), FALSE);
	return text;
}

/* Takes a text in quotes; a backslash takes the next character as it is. NULL without its end. */
static char *
take_quoted(const char **text)
{
	g_autoptr(GString) value = g_string_new(NULL);
	const char *c = *text + 1;

	for (; *c != '\0' && *c != '"'; c++) {
		if (*c == '\\' && c[1] != '\0')
			c++;
		g_string_append_c(value, *c);
	}
	if (*c != '"')
		return NULL;
	*text = c + 1;
	return g_strdup(g_strstrip(value->str));
}

static const char *
take_reason(struct suppression *suppression, const char *text)
{
	g_autofree char *reason = *text == '"' ? take_quoted(&text) : NULL;

	if (suppression->reason != NULL)
		complain(suppression, "reason= stands twice");
	else if (*text != '\0' && reason == NULL)
		complain(suppression, "the reason has to stand in quotes");
	else if (reason != NULL && reason[0] != '\0')
		suppression->reason = g_steal_pointer(&reason);
	return text;
}

static const char *
take_until(struct suppression *suppression, const char *text)
{
	size_t length = strcspn(text, " \t");
	g_autofree char *day = g_strndup(text, length);

	if (suppression->until != NULL)
		complain(suppression, "until= stands twice");
	else if (!is_day(day))
		complain(suppression, "until= takes a day such as 2027-01-31");
	else
		suppression->until = g_steal_pointer(&day);
	return text + length;
}

struct suppression *
suppression_parse(const char *text, suppression_is_rule is_rule)
{
	struct suppression *suppression = g_new0(struct suppression, 1);

	text = take_rules(suppression, text, is_rule);
	while (*(text = skip_blanks(text)) != '\0' && suppression->complaint == NULL) {
		if (g_str_has_prefix(text, "reason="))
			text = take_reason(suppression, text + strlen("reason="));
		else if (g_str_has_prefix(text, "until="))
			text = take_until(suppression, text + strlen("until="));
		else
			complain(suppression, "after the rules only until= and reason= may stand");
	}
	if (suppression->reason == NULL)
		complain(suppression, "it has no reason=\"...\"");
	return suppression;
}

/* --- where it stands -------------------------------------------------------------------------- */

/* The length of the comment's marker that the text begins with; 0: none. */
static size_t
marker_length(const char *text)
{
	for (size_t i = 0; i < G_N_ELEMENTS(markers); i++)
		if (g_str_has_prefix(text, markers[i]))
			return strlen(markers[i]);
	return 0;
}

/* Whether the text that ends there ends in a comment's marker, and blanks; *start is where. */
static bool
ends_in_marker(const char *line, const char *end, const char **start)
{
	while (end > line && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	for (size_t i = 0; i < G_N_ELEMENTS(markers); i++) {
		size_t length = strlen(markers[i]);

		if ((size_t)(end - line) < length || memcmp(end - length, markers[i], length) != 0)
			continue;
		*start = end - length;
		return true;
	}
	return false;
}

/* The text behind "popseal:" of the line's comment, or NULL; *start is where the comment begins. */
static const char *
find_comment(const char *line, const char **start)
{
	for (const char *at = line; (at = strstr(at, WORD)) != NULL; at += strlen(WORD))
		if (ends_in_marker(line, at, start))
			return skip_blanks(at + strlen(WORD));
	return NULL;
}

size_t
suppression_before(const char *line)
{
	const char *start = NULL;
	size_t length = find_comment(line, &start) != NULL ? (size_t)(start - line) : strlen(line);

	while (length > 0 && g_ascii_isspace(line[length - 1]))
		length--;
	return length;
}

static struct suppression *
read_comment(const char *text, suppression_is_rule is_rule)
{
	static const char ignore[] = "ignore";
	size_t length = strcspn(text, " \t");
	g_autofree char *copy = g_strdup(text);
	struct suppression *suppression;

	g_strchomp(copy);
	if (g_str_has_suffix(copy, "-->"))
		copy[strlen(copy) - strlen("-->")] = '\0';
	if (length == strlen(ignore) && strncmp(copy, ignore, length) == 0 &&
		strlen(copy) <= SUPPRESSION_TEXT_MAX)
		return suppression_parse(copy + length, is_rule);
	suppression = g_new0(struct suppression, 1);
	complain(suppression,
		strlen(copy) > SUPPRESSION_TEXT_MAX ?
			"it is longer than 1024 octets" :
			"the only word that may stand behind \"popseal:\" is \"ignore\"");
	return suppression;
}

/* Where the reader of a file stands. */
struct scan {
	struct assessment *assessment;
	const char *file;
	suppression_is_rule is_rule;
	unsigned line;
	bool in_head;  /* nothing but comments and blank lines so far */
	guint waiting; /* index of the first one that waits for the next line */
};

static void
add(struct scan *scan, struct suppression *suppression, bool alone)
{
	GPtrArray *list = scan->assessment->suppressions;

	suppression->by = SUPPRESSED_IN_SOURCE;
	suppression->file = g_strdup(scan->file);
	suppression->line = scan->line;
	suppression->covers = alone ? 0 : scan->line;
	suppression->covers_file = alone && scan->in_head;
	g_ptr_array_add(list, suppression);
	if (!alone)
		scan->waiting = list->len;
	if (list->len == SUPPRESSIONS_MAX)
		complain(suppression, "it is the 1024th; those behind it are not read");
}

/* A line that is no suppression of its own: those above it are about this one. */
static void
settle_waiting(struct scan *scan)
{
	GPtrArray *list = scan->assessment->suppressions;

	for (; scan->waiting < list->len; scan->waiting++) {
		struct suppression *suppression = g_ptr_array_index(list, scan->waiting);

		suppression->covers = scan->line;
	}
}

static void
scan_line(struct scan *scan, const char *line)
{
	const char *first = skip_blanks(line);
	const char *start = NULL;
	const char *text = find_comment(line, &start);
	bool room = scan->assessment->suppressions->len < SUPPRESSIONS_MAX;

	scan->line++;
	if (text != NULL && start == first) {
		if (room)
			add(scan, read_comment(text, scan->is_rule), true);
		return;
	}
	scan->in_head = scan->in_head &&
		(*first == '\0' || marker_length(first) > 0 || g_str_has_prefix(first, "<?"));
	settle_waiting(scan);
	if (text != NULL && room)
		add(scan, read_comment(text, scan->is_rule), false);
}

void
suppressions_scan(struct assessment *assessment, const char *file, const char *bytes, size_t length,
	suppression_is_rule is_rule)
{
	struct scan scan = {
		.assessment = assessment,
		.file = file,
		.is_rule = is_rule,
		.in_head = true,
	};
	const char *end = bytes + length;

	if (assessment->suppressions == NULL)
		assessment->suppressions = g_ptr_array_new_with_free_func(free_suppression);
	scan.waiting = assessment->suppressions->len;
	/* Most files have none: this spares the copies. */
	if (length == 0 || memmem(bytes, length, WORD, strlen(WORD)) == NULL)
		return;
	while (bytes < end) {
		const char *newline = memchr(bytes, '\n', (size_t)(end - bytes));
		const char *stop = newline != NULL ? newline : end;
		g_autofree char *line = g_strndup(bytes, (size_t)(stop - bytes));

		scan_line(&scan, g_strchomp(line));
		bytes = newline != NULL ? newline + 1 : end;
	}
}

/* --- what it does ----------------------------------------------------------------------------- */

void
suppression_expire(struct suppression *suppression, const char *today)
{
	if (suppression->state != SUPPRESSION_MALFORMED && suppression->until != NULL &&
		strcmp(suppression->until, today) < 0)
		suppression->state = SUPPRESSION_EXPIRED;
}

bool
suppression_excuse(struct suppression *suppression, struct finding *finding, const char *today)
{
	suppression_expire(suppression, today);
	if (suppression->state == SUPPRESSION_MALFORMED ||
		suppression->state == SUPPRESSION_EXPIRED)
		return false;
	if (!g_strv_contains((const char *const *)suppression->rules, finding->rule))
		return false;
	suppression->state = SUPPRESSION_USED;
	finding_suppress(finding, suppression->by, suppression->reason, suppression->until);
	return true;
}

static bool
is_about(const struct suppression *suppression, const struct location *location)
{
	if (location->file == NULL || !g_str_equal(location->file, suppression->file))
		return false;
	return location->line == 0 ? suppression->covers_file :
				     location->line == suppression->covers;
}

void
suppressions_apply(struct assessment *assessment, const char *today)
{
	for (guint i = 0; i < assessment->suppressions->len; i++) {
		struct suppression *suppression = g_ptr_array_index(assessment->suppressions, i);

		suppression_expire(suppression, today);
		for (guint j = 0; j < assessment->findings->len; j++) {
			struct finding *finding = g_ptr_array_index(assessment->findings, j);

			if (is_about(suppression, &finding->location))
				suppression_excuse(suppression, finding, today);
		}
	}
}

const char *
suppression_day(int64_t time, char buffer[SUPPRESSION_DAY_MAX])
{
	g_autoptr(GDateTime) then = g_date_time_new_from_unix_utc(time / G_USEC_PER_SEC);
	g_autofree char *text = then != NULL ? g_date_time_format(then, "%Y-%m-%d") : NULL;

	/* Of a clock that is out of range: a day that is later than all, so that nothing holds. */
	g_strlcpy(buffer, text != NULL ? text : "9999-12-31", SUPPRESSION_DAY_MAX);
	return buffer;
}
