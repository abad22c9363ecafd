/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What inetd and xinetd have in common: which of the services that they start are POP3, and what
 * the programs behind them do with a password in clear.
 */
#ifndef POPSEAL_PRODUCTS_SUPERSERVER_H
#define POPSEAL_PRODUCTS_SUPERSERVER_H

#include "products/config.h"
#include "products/fix.h"

/* A service as it is started. */
struct superserver_service {
	const char *name;               /* "pop3", "110" */
	const char *const *command;     /* the program and its arguments; NULL-terminated */
	const char *redirect;           /* "host port" where it is passed on; or NULL */
	const struct config_text *text; /* where it stands */
	size_t decides;                 /* the offset of the line that starts the program */
};

/* Returns whether it is POP3, by its name, its port or its program. */
bool superserver_is_pop3(const struct superserver_service *service);

/* Its port, by its name or /etc/services; 110 where neither tells. */
uint16_t superserver_port(struct config_reading *reading, const char *name);

/*
 * Fills in mode, verdict, reason, explanation and settle of a listener whose address and port are
 * set, and ends its chain with the line that starts the program.
 */
void superserver_judge(struct config_reading *reading, const struct superserver_service *service,
	struct config_listener *listener);

/*
 * Has each service switched off that starts what permits; by the strategy that switches POP3 off,
 * or closes the port, each one that starts in clear. `off` is given the place of the line that
 * starts the program, and proposes the edits.
 */
void superserver_switch_off(struct fixing *fixing,
	void (*off)(struct fixing *fixing, const struct fix_place *place));

#endif
