/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/progress.h"

#include <unistd.h>

enum {
	BAR_WIDTH = 30
};

static void
append_bar(GString *out, double share)
{
	int full = (int)(share * BAR_WIDTH);

	g_string_append_c(out, '[');
	for (int i = 0; i < BAR_WIDTH; i++)
		g_string_append_c(out, i < full ? '#' : '.');
	g_string_append_printf(out, "] %3.0f%%  ", share * 100);
}

static void
append_left(GString *out, double seconds)
{
	int left = (int)(seconds + 0.5);

	if (seconds > 359999)
		return;
	g_string_append_printf(out, ", %d:%02d:%02d left", left / 3600, left / 60 % 60, left % 60);
}

void
progress_line(GString *out, uint64_t done, uint64_t total, int64_t elapsed)
{
	double seconds = (double)elapsed / G_USEC_PER_SEC;
	double rate = seconds > 0 ? (double)done / seconds : 0;

	if (total > 0)
		append_bar(out, MIN((double)done / (double)total, 1));
	g_string_append_printf(out, "%" G_GUINT64_FORMAT, done);
	if (total > 0)
		g_string_append_printf(out, "/%" G_GUINT64_FORMAT, total);
	g_string_append_printf(out, " hosts, %.1f/s", rate);
	if (total > done && rate > 0)
		append_left(out, (double)(total - done) / rate);
}

/* What a terminal does not take is no reason to stop. */
static void
print_raw(const GString *text)
{
	ssize_t ignored = write(STDERR_FILENO, text->str, text->len);

	(void)ignored;
}

void
progress_draw(struct progress *progress, uint64_t done, uint64_t total)
{
	g_autoptr(GString) line = g_string_new("\r\033[K");

	if (!progress->shown)
		return;
	progress_line(line, done, total, g_get_monotonic_time() - progress->started);
	print_raw(line);
	progress->drawn = true;
}

void
progress_clear(struct progress *progress)
{
	g_autoptr(GString) line = g_string_new("\r\033[K");

	if (!progress->drawn)
		return;
	print_raw(line);
	progress->drawn = false;
}
