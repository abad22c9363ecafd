/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Both scanners grep the CAPA list and never try a login unless they are given
 * a credential: what they report is a line, not what the server does.
 */
#include "pop3/scanners.h"

#include <glib.h>
#include <string.h>

static const char *const alternatives[] = { "SASL PLAIN", "SASL LOGIN", "USER" };

bool
scanner_openvas_reports(const char *line)
{
	/* Most places of a line begin with neither letter, in either case. */
	if ((*line & ~0x20) != 'S' && (*line & ~0x20) != 'U')
		return false;
	for (size_t i = 0; i < G_N_ELEMENTS(alternatives); i++)
		if (g_ascii_strncasecmp(line, alternatives[i], strlen(alternatives[i])) == 0)
			return true;
	return false;
}

bool
scanner_nessus_reports(const char *line)
{
	for (; *line != '\0'; line++)
		if (scanner_openvas_reports(line))
			return true;
	return false;
}
