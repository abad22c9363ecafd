/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/scan_source.h"

#include "scan/discover.h"
#include "scan/feed.h"
#include "scan/from/from.h"

static bool
run_from(int fd, const char *name, struct feed_output *output, GError **error)
{
	return from_read(fd, name, feed_emit, output, error);
}

static struct source *
open_report(const char *path, GError **error)
{
	int fd = source_open_file(path, error);
	const char *name = g_str_equal(path, "-") ? "standard input" : path;
	struct feed *feed = fd < 0 ? NULL : feed_new(fd, name, from_init, run_from, error);

	return feed == NULL ? NULL : source_of_feed(feed, name);
}

static bool
run_discover(int fd G_GNUC_UNUSED, const char *domain, struct feed_output *output, GError **error)
{
	return discover(domain, feed_emit, output, error);
}

static struct source *
open_domain(const char *domain, GError **error)
{
	struct feed *feed = feed_new(-1, domain, NULL, run_discover, error);

	return feed == NULL ? NULL : source_of_feed(feed, domain);
}

bool
scan_source_open(const struct scan_command *command, struct source **source, GError **error)
{
	*source = NULL;
	if (command->from != NULL)
		*source = open_report(command->from, error);
	else if (command->discover != NULL)
		*source = open_domain(command->discover, error);
	else if (command->input != NULL)
		*source = source_open(command->input, error);
	else
		return true;
	return *source != NULL;
}
