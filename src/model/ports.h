/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ports to ask, each with its mode: the value of --ports ("110,995s").
 */
#ifndef POPSEAL_MODEL_PORTS_H
#define POPSEAL_MODEL_PORTS_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/endpoint.h"

enum {
	PORT_POP3 = 110,
	PORT_POP3S = 995,
	TARGET_PORTS_MAX = 16, /* ports of one --ports list */
};

struct asked_port {
	uint16_t port;
	enum mode mode;
};

struct port_list {
	struct asked_port items[TARGET_PORTS_MAX];
	size_t count;
};

/*
 * Sets *port and returns true if text is a decimal number from 1 to 65535;
 * else returns false with an error of POPSEAL_TARGET_ERROR.
 */
bool port_parse(const char *text, uint16_t *port, GError **error);

/*
 * Parses a list such as "110,995s,2110": an "s" means implicit TLS, and 995
 * alone means 995s. What stands twice is asked once. Returns false with an
 * error of POPSEAL_TARGET_ERROR, and *list is as it was.
 */
bool ports_parse(const char *text, struct port_list *list, GError **error);

#endif
