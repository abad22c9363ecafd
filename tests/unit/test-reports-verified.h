/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Verifications for the tests of reports: one with all that there is to tell,
 * and the same with hostile text wherever somebody else's text stands.
 */
#ifndef POPSEAL_TESTS_REPORTS_VERIFIED_H
#define POPSEAL_TESTS_REPORTS_VERIFIED_H

#include "test-reports.h"

/* Markup, the end of CDATA, a bidi override, a pipe, control bytes and bytes that are no UTF-8. */
#define HOSTILE_MARKUP \
	"<script>alert(1)</script>]]>&amp;\"'|a\n\x1b[2J\xe2\x80\xae\xff\xef\xbf\xbe\x01=1;2\\"

struct sample_verification {
	struct verification verification;
	struct assessment *assessment;
	struct login_result login;
};

/* Three expectations, one in each state, on 192.0.2.1:110, and a login. */
struct sample_verification *sample_verified(void);

/* The same, with that text (copied) in place of every text from outside. */
struct sample_verification *sample_verified_hostile(const char *text);

/* The same as a server made it that is right: nothing but `tls` expected, and met. */
struct sample_verification *sample_verified_calm(void);

void sample_verification_free(struct sample_verification *sample);

/* Returns what the report makes of assessment and expectations, from begin to end. */
char *sample_verified_report(const char *name, const struct report_options *options,
	struct sample_verification *const *samples, size_t count, const struct summary *more);

#endif
