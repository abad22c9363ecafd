/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the formats for pipelines share: they tell of configurations alone, and
 * of files as the pipeline knows them.
 */
#ifndef POPSEAL_REPORTS_CONFIGURATION_H
#define POPSEAL_REPORTS_CONFIGURATION_H

#include "reports/report.h"

struct suppression;

/*
 * Where a finding (or what is unknown) of that configuration stands, from the folder that paths are
 * told from: bytes as the file system has them. A new string.
 */
char *configuration_file(const struct report_options *options, const struct config_facts *config,
	const struct finding *finding);

/* Its message, and what closes it, or settles what is unknown: one line, escaped. A new string. */
char *configuration_message(const struct finding *finding);

/*
 * What is to be told of a suppression: one sentence, escaped; NULL where it does what it is there
 * for. A new string.
 */
char *configuration_notice(const struct suppression *suppression);

#endif
