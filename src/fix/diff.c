/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The shortest edit script by Myers' algorithm ("An O(ND) Difference Algorithm and Its Variations",
 * 1986): greedy, with the frontier of each step kept to walk back. What is edited here differs in
 * a few lines, so the ends that are equal are taken off first.
 */
#include "fix/diff.h"

#include <stdbool.h>
#include <string.h>

struct line {
	const char *text;
	size_t length; /* with its line end */
};

static GArray *
split(GBytes *bytes)
{
	GArray *lines = g_array_new(FALSE, FALSE, sizeof(struct line));
	gsize length;
	const char *at = g_bytes_get_data(bytes, &length), *end = at + length;

	while (at < end) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		struct line line = { at, (size_t)((newline != NULL ? newline + 1 : end) - at) };

		g_array_append_val(lines, line);
		at += line.length;
	}
	return lines;
}

static bool
same(const GArray *a, guint i, const GArray *b, guint j)
{
	const struct line *x = &g_array_index(a, struct line, i);
	const struct line *y = &g_array_index(b, struct line, j);

	return x->length == y->length && memcmp(x->text, y->text, x->length) == 0;
}

/* --- the shortest script ---------------------------------------------------------------------- */

/* What lies between the equal ends, and which of its lines stay. */
struct work {
	const GArray *a, *b;
	guint first;              /* lines that are equal at the beginning */
	guint length_a, length_b; /* lines between the ends */
	bool *gone, *come;        /* by line of a and of b */
};

static bool
same_at(const struct work *work, int x, int y)
{
	return same(work->a, work->first + (guint)x, work->b, work->first + (guint)y);
}

/* One step of the frontier `reach`, by diagonal: the furthest x with `d` changes. */
static bool
advance(const struct work *work, int *reach, int d)
{
	int n = (int)work->length_a, m = (int)work->length_b;

	for (int k = -d; k <= d; k += 2) {
		bool down = k == -d || (k != d && reach[k - 1] < reach[k + 1]);
		int x = down ? reach[k + 1] : reach[k - 1] + 1;
		int y = x - k;

		while (x < n && y < m && x >= 0 && y >= 0 && same_at(work, x, y)) {
			x++;
			y++;
		}
		reach[k] = x;
		if (x >= n && y >= m)
			return true;
	}
	return false;
}

/* Walks back from the end: each step is one line that went or came. */
static void
walk_back(struct work *work, int *const *kept, int d)
{
	int x = (int)work->length_a, y = (int)work->length_b;

	for (; d > 0; d--) {
		const int *reach = kept[d - 1] + DIFF_CHANGES_MAX + 1;
		int k = x - y;
		bool down = k == -d || (k != d && reach[k - 1] < reach[k + 1]);
		int from = down ? k + 1 : k - 1;
		int from_x = reach[from], from_y = from_x - from;

		if (down && from_y >= 0 && from_y < (int)work->length_b)
			work->come[work->first + (guint)from_y] = true;
		else if (!down && from_x >= 0 && from_x < (int)work->length_a)
			work->gone[work->first + (guint)from_x] = true;
		x = from_x;
		y = from_y;
	}
}

static void
replace_all(struct work *work)
{
	for (guint i = 0; i < work->length_a; i++)
		work->gone[work->first + i] = true;
	for (guint i = 0; i < work->length_b; i++)
		work->come[work->first + i] = true;
}

static void
find_script(struct work *work)
{
	enum {
		WIDTH = 2 * DIFF_CHANGES_MAX + 3
	};
	g_autoptr(GPtrArray) kept = g_ptr_array_new_with_free_func(g_free);
	int *reach = g_new0(int, WIDTH);

	for (int d = 0; d <= DIFF_CHANGES_MAX; d++) {
		bool done = advance(work, reach + DIFF_CHANGES_MAX + 1, d);

		if (done) {
			walk_back(work, (int *const *)kept->pdata, d);
			g_free(reach);
			return;
		}
		g_ptr_array_add(kept, g_memdup2(reach, WIDTH * sizeof(int)));
	}
	replace_all(work);
	g_free(reach);
}

/* --- writing ---------------------------------------------------------------------------------- */

static void
append_line(GString *out, char mark, const struct line *line)
{
	g_string_append_c(out, mark);
	g_string_append_len(out, line->text, (gssize)line->length);
	if (line->text[line->length - 1] != '\n')
		g_string_append(out, "\n\\ No newline at end of file\n");
}

/* "12,3", "12" for one line, "11,0" for none behind line 11. */
static char *
range(guint start, guint count)
{
	if (count == 1)
		return g_strdup_printf("%u", start + 1);
	return g_strdup_printf("%u,%u", count == 0 ? start : start + 1, count);
}

/* Where two places of the texts lie that belong together. */
struct cursor {
	guint i, j;
};

static bool
is_change(const struct work *work, struct cursor at)
{
	return (at.i < work->a->len && work->gone[at.i]) ||
		(at.j < work->b->len && work->come[at.j]);
}

static struct cursor
behind_change(const struct work *work, struct cursor at)
{
	while (at.i < work->a->len && work->gone[at.i])
		at.i++;
	while (at.j < work->b->len && work->come[at.j])
		at.j++;
	return at;
}

/* The end of the hunk that begins at a change: before more than twice the context without one. */
static struct cursor
hunk_end(const struct work *work, struct cursor at)
{
	for (;;) {
		struct cursor next = behind_change(work, at);
		guint equal = 0;

		at = next;
		while (next.i < work->a->len && equal <= 2 * DIFF_CONTEXT &&
			!is_change(work, next)) {
			next.i++;
			next.j++;
			equal++;
		}
		if (equal > 2 * DIFF_CONTEXT || !is_change(work, next))
			return at;
		at = next;
	}
}

static void
append_hunk(const struct work *work, struct cursor from, struct cursor to, GString *out)
{
	g_autofree char *old = range(from.i, to.i - from.i);
	g_autofree char *new = range(from.j, to.j - from.j);

	g_string_append_printf(out, "@@ -%s +%s @@\n", old, new);
	while (from.i < to.i || from.j < to.j) {
		if (from.i < to.i && work->gone[from.i]) {
			append_line(out, '-', &g_array_index(work->a, struct line, from.i++));
		} else if (from.j < to.j && work->come[from.j]) {
			append_line(out, '+', &g_array_index(work->b, struct line, from.j++));
		} else {
			append_line(out, ' ', &g_array_index(work->a, struct line, from.i++));
			from.j++;
		}
	}
}

static void
append_hunks(const struct work *work, GString *out)
{
	struct cursor at = { 0, 0 };
	guint written = 0; /* lines of a */

	while (at.i < work->a->len || at.j < work->b->len) {
		struct cursor from = at, to;
		guint lead, tail;

		if (!is_change(work, at)) {
			at.i++;
			at.j++;
			continue;
		}
		lead = MIN(DIFF_CONTEXT, at.i - written);
		from.i -= lead;
		from.j -= lead;
		to = hunk_end(work, at);
		tail = MIN(DIFF_CONTEXT, work->a->len - to.i);
		to.i += tail;
		to.j += tail;
		append_hunk(work, from, to, out);
		at = to;
		written = to.i;
	}
}

char *
diff_unified(const char *a, GBytes *before, const char *b, GBytes *after)
{
	g_autoptr(GString) out = g_string_new(NULL);
	g_autoptr(GArray) old = split(before);
	g_autoptr(GArray) new = split(after);
	g_autofree bool *gone = g_new0(bool, old->len + 1);
	g_autofree bool *come = g_new0(bool, new->len + 1);
	struct work work = { .a = old, .b = new, .gone = gone, .come = come };
	guint end_a = old->len, end_b = new->len;

	if (g_bytes_equal(before, after))
		return g_strdup("");
	while (work.first < end_a && work.first < end_b && same(old, work.first, new, work.first))
		work.first++;
	while (end_a > work.first && end_b > work.first && same(old, end_a - 1, new, end_b - 1)) {
		end_a--;
		end_b--;
	}
	work.length_a = end_a - work.first;
	work.length_b = end_b - work.first;
	find_script(&work);
	/* A tab ends a name that has spaces. */
	g_string_append_printf(out, "--- %s%s\n+++ %s%s\n", a, strchr(a, ' ') != NULL ? "\t" : "",
		b, strchr(b, ' ') != NULL ? "\t" : "");
	append_hunks(&work, out);
	return g_string_free(g_steal_pointer(&out), FALSE);
}
