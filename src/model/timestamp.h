/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POPSEAL_MODEL_TIMESTAMP_H
#define POPSEAL_MODEL_TIMESTAMP_H

#include <stdint.h>

enum {
	TIMESTAMP_MAX = 32
};

/*
 * Writes µs since the epoch as RFC 3339 in UTC, to the millisecond
 * ("2026-11-23T10:00:00.000Z"), and returns text. Times before 1970 become
 * 1970, times past the year 9999 its end.
 */
const char *timestamp_format(int64_t time, char text[TIMESTAMP_MAX]);

#endif
