/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What else is to be said of a Cyrus configuration: TLS, its key, weak mechanisms, IMAP.
 */
#ifndef POPSEAL_PRODUCTS_CYRUS_POSTURE_H
#define POPSEAL_PRODUCTS_CYRUS_POSTURE_H

#include "products/cyrus/gate.h"

/* The certificate and key of a POP3 service, and the versions of TLS. */
void cyrus_note_tls(struct config_reading *reading, const struct cyrus_settings *settings,
	const struct cyrus_service *service);

/* APOP, CRAM-MD5 and the like before TLS, of a POP3 service that starts in clear. */
void cyrus_note_mechanisms(struct config_reading *reading, const struct cyrus_settings *settings,
	const struct cyrus_service *service);

/* That an imapd takes passwords in clear. */
void cyrus_note_sibling(struct config_reading *reading, const struct cyrus_settings *settings,
	const struct cyrus_service *service);

/* That the gate is open for a POP3 service (or what would be one) that no client reaches now. */
void cyrus_note_latent(struct config_reading *reading, const struct cyrus_settings *settings,
	const struct cyrus_service *service);

#endif
