/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ways to log in before TLS, as every format lists them: words such as USER,
 * PLAIN, LOGIN, APOP.
 */
#ifndef POPSEAL_REPORTS_LOGIN_H
#define POPSEAL_REPORTS_LOGIN_H

#include <glib.h>

#include "model/facts.h"

/*
 * Each returns a new array of strings, escaped, each once, in the order in
 * which the server named them or was asked; free with g_ptr_array_unref.
 */

/* What it lists before TLS: USER, its SASL mechanisms, APOP by a timestamp in the greeting. */
GPtrArray *login_advertised(const struct facts *facts);

/* What it took the first step of, when asked. */
GPtrArray *login_accepted(const struct facts *facts);

/* What it refused, or closed the connection on. */
GPtrArray *login_refused(const struct facts *facts);

#endif
