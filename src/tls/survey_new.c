/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The survey with the clients of the data. A file of its own: tests have a
 * table of theirs, and need not carry the data.
 */
#include "tls/survey-private.h"

struct tls_survey_run *
tls_survey_new(struct facts *facts, const char *server_name, unsigned parts)
{
	size_t count = 0;
	const struct tls_client *clients = tls_clients(&count);
	struct tls_survey_run *run = survey_begin(facts, server_name, parts, clients, count);

	if (parts & TLS_SURVEY_CLIENTS)
		run->survey->clients_dated = tls_clients_dated();
	return run;
}
