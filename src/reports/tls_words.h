/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the formats share in telling of TLS.
 */
#ifndef POPSEAL_REPORTS_TLS_WORDS_H
#define POPSEAL_REPORTS_TLS_WORDS_H

#include <glib.h>

#include "model/facts.h"

/* "matches", "differs"; NULL for NAME_NOT_CHECKED. */
const char *report_tls_name_word(enum name_check check);

/* Whether there is anything to tell. */
bool report_tls_known(const struct tls_facts *tls);

/* Whether the list has that line (ASCII case ignored). */
bool report_tls_lists(const struct capabilities *list, const char *line);

/* Returns how many of the simulated clients had that outcome. */
size_t report_tls_clients(const struct tls_survey *survey, enum trial outcome);

/* Returns the versions that had that outcome, "TLSv1.2 TLSv1.3"; the caller frees it. */
char *report_tls_versions(const struct tls_survey *survey, enum trial outcome);

/* Returns "TLSv1.3 TLS_AES_128_GCM_SHA256 X25519" for a client that connects; likewise. */
char *report_tls_client(const struct tls_client_result *client);

#endif
