/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Times as records show them. Always UTC and always to the millisecond, so
 * that they sort as text.
 */
#include "model/timestamp.h"

#include <glib.h>
#include <time.h>

#define YEAR_9999_END (G_GINT64_CONSTANT(253402300800) * G_USEC_PER_SEC - 1)

const char *
timestamp_format(int64_t time, char text[TIMESTAMP_MAX])
{
	/* RFC 3339 knows the years 0000 to 9999; no clock that works is outside of these. */
	int64_t bounded = CLAMP(time, 0, YEAR_9999_END);
	int64_t microseconds = bounded % G_USEC_PER_SEC;
	time_t seconds = (time_t)(bounded / G_USEC_PER_SEC);
	struct tm utc = { 0 };

	gmtime_r(&seconds, &utc);
	g_snprintf(text, TIMESTAMP_MAX, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", utc.tm_year + 1900,
		utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec,
		(int)(microseconds / 1000));
	return text;
}
