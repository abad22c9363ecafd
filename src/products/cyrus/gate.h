/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cyrus' gate: whether a service takes a password before TLS.
 *
 * USER and PASS are taken unless tls_required; and then where an outer layer is declared (-p) or
 * allowplaintext is on, whose default changed with 2.3.9. AUTH follows the same. sasl_minimum_layer
 * has no say.
 */
#ifndef POPSEAL_PRODUCTS_CYRUS_GATE_H
#define POPSEAL_PRODUCTS_CYRUS_GATE_H

#include "products/cyrus/services.h"
#include "products/cyrus/settings.h"

enum cyrus_opened_by {
	CYRUS_CLOSED,
	CYRUS_OPEN_BY_LAYER,   /* -p in cyrus.conf */
	CYRUS_OPEN_BY_SETTING, /* allowplaintext */
	CYRUS_OPEN_BY_DEFAULT, /* of allowplaintext */
};

/* Where the versions differ, from the newest. */
extern const char *const cyrus_ages[];

struct cyrus_gate {
	enum cyrus_opened_by opened_by;
	const struct cyrus_setting *tls_required;   /* or NULL */
	const struct cyrus_setting *allowplaintext; /* or NULL */
	bool requires_tls;
};

/* What a version makes of the service; all switches of the settings are readable. */
struct cyrus_gate cyrus_gate_read(const struct cyrus_settings *settings,
	const struct cyrus_service *service, const char *version);

/* The version whose rules are applied: the reading's, or the newest age. */
const char *cyrus_version(const struct config_reading *reading);

/*
 * Fills in the listener of a service that runs pop3d, and notes where older versions, if the
 * version is not known, would do something else.
 */
void cyrus_judge(struct config_reading *reading, const struct cyrus_settings *settings,
	const struct cyrus_service *service, struct config_listener *listener);

#endif
