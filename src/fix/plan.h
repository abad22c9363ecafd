/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Planning: the smallest edit that closes a configuration, found by asking the product's room and
 * reading again what would be there, until nothing permits any more.
 */
#ifndef POPSEAL_FIX_PLAN_H
#define POPSEAL_FIX_PLAN_H

#include "model/change.h"
#include "witness/config/instance.h"

enum {
	PLAN_ROUNDS_MAX = 64, /* of edits that follow from each other */
};

struct plan_options {
	enum change_strategy strategy;
	const char *certificate, *key;       /* files to check; NULL: those of the configuration */
	const char *authority;               /* --ca; NULL: the system's */
	const char *certificate_as, *key_as; /* what is written; NULL: the same */
	const char *check_command, *reload_command; /* the user's; NULL: the product's */
	bool smtp;
	bool offline;
};

/*
 * Plans the change of one configuration; never NULL. There is nothing to do where it has no files
 * and no obstacles; where it has obstacles, it must not be applied. Nothing is written.
 */
struct change *plan_make(struct config_instance *instance, const struct config_request *request,
	const struct plan_options *options);

#endif
