/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Times as records show them. Always UTC and always to the millisecond, so
 * that they sort as text.
 */
#include "model/timestamp.h"

#include <glib.h>
#include <time.h>

#define YEAR_9999_END (G_GINT64_CONSTANT(253402300800) * G_USEC_PER_SEC - 1)

/* Puts that many digits, and what stands behind them. */
static char *
put(char *at, int number, size_t digits, char behind)
{
	for (size_t i = digits; i-- > 0; number /= 10)
		at[i] = (char)('0' + number % 10);
	at[digits] = behind;
	return at + digits + 1;
}

/* By hand, as every record has one. */
const char *
timestamp_format(int64_t time, char text[TIMESTAMP_MAX])
{
	/* RFC 3339 knows the years 0000 to 9999; no clock that works is outside of these. */
	int64_t bounded = CLAMP(time, 0, YEAR_9999_END);
	int64_t microseconds = bounded % G_USEC_PER_SEC;
	time_t seconds = (time_t)(bounded / G_USEC_PER_SEC);
	struct tm utc = { 0 };
	char *at = text;

	gmtime_r(&seconds, &utc);
	at = put(at, utc.tm_year + 1900, 4, '-');
	at = put(at, utc.tm_mon + 1, 2, '-');
	at = put(at, utc.tm_mday, 2, 'T');
	at = put(at, utc.tm_hour, 2, ':');
	at = put(at, utc.tm_min, 2, ':');
	at = put(at, utc.tm_sec, 2, '.');
	at = put(at, (int)(microseconds / 1000), 3, 'Z');
	*at = '\0';
	return text;
}
