/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reports of other tools. Exercises scan/from: what comes out of any bytes is a
 * host that target_parse takes, or a problem, and never a range.
 */
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include "model/escape.h"
#include "model/target.h"
#include "scan/from/from.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(void *user, const struct from_item *item)
{
	g_autoptr(facts_auto) facts = facts_new();

	(void)user;
	g_assert(item->where != NULL && item->claim.reporter != NULL);
	g_assert((item->target == NULL) == (item->problem != NULL));
	facts_set_claim(facts, &item->claim);
	if (item->target == NULL)
		return;

	g_autoptr(target_auto) target = target_parse(item->target, NULL);

	g_assert(target != NULL && target->kind != TARGET_RANGE);
	g_assert(item->claim.host != NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("report", MFD_CLOEXEC);
	g_autoptr(GError) error = NULL;

	g_assert(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	g_assert(lseek(fd, 0, SEEK_SET) == 0);
	if (!from_read(fd, "report", check, NULL, &error)) {
		g_autofree char *shown = escape_again(error->message);

		g_assert(g_str_has_prefix(shown, "report: "));
	}
	close(fd);
	return 0;
}
