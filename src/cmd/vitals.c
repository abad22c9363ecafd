/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/vitals.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/metrics.h"

/* --- files ------------------------------------------------------------------------------------ */

static bool
fail(const char *path, GError **error)
{
	int number = errno;

	g_set_error(error, G_FILE_ERROR, g_file_error_from_errno(number),
		"%s: cannot be written: %s", path, g_strerror(number));
	return false;
}

/* A device or a pipe must not be replaced by a file. */
static bool
may_be_replaced(const char *path)
{
	struct stat status;

	if (stat(path, &status) != 0 || S_ISREG(status.st_mode))
		return true;
	errno = S_ISDIR(status.st_mode) ? EISDIR : EINVAL;
	return false;
}

static bool
write_all(int fd, const GString *text)
{
	size_t done = 0;

	while (done < text->len) {
		ssize_t written = write(fd, text->str + done, text->len - done);

		if (written < 0 && errno != EINTR)
			return false;
		done += written > 0 ? (size_t)written : 0;
	}
	return true;
}

/*
 * Whoever watches is often another user, so it can be read by all. It is not forced to the disk: it
 * is worth nothing after a crash of the system, and waiting for the disk would hold the scan up.
 */
static bool
replace(const char *path, const GString *text, GError **error)
{
	g_autofree char *temporary = g_strconcat(path, ".XXXXXX", NULL);
	int fd = may_be_replaced(path) ? g_mkstemp_full(temporary, O_WRONLY | O_CLOEXEC, 0644) : -1;
	bool written;

	if (fd < 0)
		return fail(path, error);
	written = write_all(fd, text);
	written = close(fd) == 0 && written;
	if (written && rename(temporary, path) == 0)
		return true;
	fail(path, error);
	unlink(temporary);
	return false;
}

static bool
write_files(const struct vitals *vitals, GError **error)
{
	g_autoptr(GString) text = g_string_new(NULL);

	if (vitals->status_path != NULL) {
		status_append(&vitals->status, text);
		if (!replace(vitals->status_path, text, error))
			return false;
	}
	if (vitals->metrics_path == NULL)
		return true;
	g_string_truncate(text, 0);
	metrics_append(&vitals->status, text);
	return replace(vitals->metrics_path, text, error);
}

/* --- what they tell --------------------------------------------------------------------------- */

bool
vitals_begin(struct vitals *vitals, GError **error)
{
	vitals->began = g_get_monotonic_time();
	vitals->due = vitals->began;
	vitals->hosts_before = vitals->status.summary.hosts;
	vitals->status.started = g_get_real_time();
	vitals->status.left = -1;
	vitals->past[0].time = vitals->began;
	vitals->past[0].hosts = vitals->hosts_before;
	vitals->seen = 1;
	return vitals_write(vitals, STATUS_RUNNING, error);
}

bool
vitals_due(const struct vitals *vitals)
{
	return (vitals->status_path != NULL || vitals->metrics_path != NULL) &&
		g_get_monotonic_time() >= vitals->due;
}

static double
rate_since(int64_t now, int64_t time, uint64_t hosts)
{
	return now > time ? (double)hosts * G_USEC_PER_SEC / (double)(now - time) : 0;
}

static void
take_rates(struct vitals *vitals, int64_t now)
{
	const size_t size = G_N_ELEMENTS(vitals->past);
	struct status *status = &vitals->status;
	const struct summary *summary = &status->summary;
	size_t oldest = vitals->seen < size ? 0 : vitals->seen % size;
	uint64_t left = summary->hosts_total - MIN(summary->hosts, summary->hosts_total);

	status->rate = rate_since(now, vitals->began, summary->hosts - vitals->hosts_before);
	status->rate_recent = rate_since(now, vitals->past[oldest].time,
		summary->hosts - vitals->past[oldest].hosts);
	vitals->past[vitals->seen % size].time = now;
	vitals->past[vitals->seen % size].hosts = summary->hosts;
	vitals->seen++;
	status->left = -1;
	if (summary->hosts_total > 0 && left == 0)
		status->left = 0;
	else if (summary->hosts_total > 0 && status->rate > 0)
		status->left = (double)left / status->rate;
}

void
vitals_take(struct vitals *vitals, const struct scan *scan, const struct summary *summary)
{
	int64_t now = g_get_monotonic_time();

	vitals->due = now + G_USEC_PER_SEC;
	vitals->status.summary = *summary;
	vitals->status.clock = *scan_clock(scan);
	scan_state(scan, &vitals->status.engine);
	take_rates(vitals, now);
}

bool
vitals_write(struct vitals *vitals, enum status_state state, GError **error)
{
	bool troubled = vitals->troubled;

	vitals->status.state = state;
	vitals->status.updated = g_get_real_time();
	if (state != STATUS_RUNNING && state != STATUS_PAUSED)
		vitals->status.engine.endpoints = 0;
	vitals->troubled = !write_files(vitals, troubled ? NULL : error);
	return !vitals->troubled || troubled;
}
