/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The list of reports, made from reports.def.
 */
#include "reports/report.h"

#define REPORT(name) extern const struct report report_##name;
#include "reports/reports.def"
#undef REPORT

const struct report *const reports[] = {
#define REPORT(name) &report_##name,
#include "reports/reports.def"
#undef REPORT
	NULL,
};

const struct report *
report_find(const char *name)
{
	for (size_t i = 0; reports[i] != NULL; i++) {
		if (g_str_equal(reports[i]->name, name))
			return reports[i];
	}
	return NULL;
}
