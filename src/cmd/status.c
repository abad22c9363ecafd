/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/status.h"

#include <unistd.h>

#include "model/timestamp.h"
#include "reports/jsonl.h"

const char *
status_word(enum status_state state)
{
	switch (state) {
	case STATUS_RUNNING:
		return "running";
	case STATUS_PAUSED:
		return "paused";
	case STATUS_FINISHED:
		return "finished";
	case STATUS_INTERRUPTED:
		return "interrupted";
	case STATUS_FAILED:
		return "failed";
	}
	g_return_val_if_reached("failed");
}

static void
set_moment(GString *out, const char *key, int64_t time)
{
	char text[TIMESTAMP_MAX];

	json_text(out, key, timestamp_format(time, text));
}

static void
set_rate(GString *out, const struct status *status)
{
	json_open(out, "rate", '{');
	json_decimal(out, "overall", status->rate);
	json_decimal(out, "last_10s", status->rate_recent);
	json_close(out, '}');
	if (status->left < 0)
		json_none(out, "eta_seconds");
	else
		json_decimal(out, "eta_seconds", status->left);
}

void
status_append(const struct status *status, GString *out)
{
	const struct scan_state *engine = &status->engine;

	jsonl_begin(out, "status", status->updated, "run");
	json_text(out, "state", status_word(status->state));
	json_number(out, "pid", getpid());
	set_moment(out, "started", status->started);
	set_moment(out, "updated", status->updated);
	jsonl_totals(out, &status->summary);
	set_rate(out, status);
	json_number(out, "jobs", engine->jobs);
	json_number(out, "concurrency", engine->concurrency);
	json_number(out, "in_flight", engine->endpoints);
	json_number(out, "worker_deaths", engine->deaths);
	jsonl_end(out);
}
