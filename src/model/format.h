/* SPDX-License-Identifier: Apache-2.0 */
/*
 * printf for the sentences of findings, of which a scan makes a handful for every
 * endpoint: most of them are put together of texts and numbers, for which the
 * C library's printf takes ten times as long as copying them.
 */
#ifndef POPSEAL_MODEL_FORMAT_H
#define POPSEAL_MODEL_FORMAT_H

#include <glib.h>
#include <stdarg.h>

/* The same text as g_strdup_vprintf, sooner where the format holds "%s", "%u" and "%%" only. */
char *format_text(const char *format, va_list arguments) G_GNUC_PRINTF(1, 0);

#endif
