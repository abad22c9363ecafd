/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a scan stands, as OpenMetrics text. What that format has beyond the
 * older text of Prometheus (state sets, infos) is not used, so that collectors of
 * text files take it as well.
 */
#ifndef POPSEAL_CMD_METRICS_H
#define POPSEAL_CMD_METRICS_H

#include "cmd/status.h"

/* Appends all metrics, to the "# EOF". */
void metrics_append(const struct status *status, GString *out);

#endif
