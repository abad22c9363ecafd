/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A target: what the user wants asked, as one word of the command line or one
 * line of --input: a host, a URL, or a range of addresses. Pure: names are
 * not resolved here.
 */
#ifndef POPSEAL_MODEL_TARGET_H
#define POPSEAL_MODEL_TARGET_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "model/address.h"
#include "model/endpoint.h"
#include "model/ports.h"

enum {
	TARGET_ZONE_MAX = 15, /* octets of an interface name (IFNAMSIZ - 1) */
	TARGET_WIDE = 65536,  /* addresses of a /16: more than these make a range wide */
};

#define TARGET_RANGE_MAX (UINT64_C(1) << 32) /* addresses of one range: the whole of IPv4 */

#define POPSEAL_TARGET_ERROR (target_error_quark())
GQuark target_error_quark(void);

enum target_error {
	TARGET_ERROR_EMPTY,
	TARGET_ERROR_HOST, /* a name or an address that cannot be one */
	TARGET_ERROR_PORT,
	TARGET_ERROR_PORTS,  /* of --ports: empty, or too many */
	TARGET_ERROR_PREFIX, /* of a network */
	TARGET_ERROR_RANGE,  /* backwards, or its ends do not fit each other */
	TARGET_ERROR_TOO_WIDE,
	TARGET_ERROR_SCHEME,
	TARGET_ERROR_URL, /* a part that the URL of a target cannot have */
};

enum target_kind {
	TARGET_HOST,  /* mail.example, 192.0.2.1:110, [2001:db8::1] */
	TARGET_URL,   /* pop3s://mail.example */
	TARGET_RANGE, /* 192.0.2.0/24, 192.0.2.1-9 */
};

struct target {
	enum target_kind kind;
	char *text; /* owned; as the user wrote it */
	/* The name or literal; for a range its text without the port. */
	char host[ENDPOINT_HOST_MAX + 1];
	char zone[TARGET_ZONE_MAX + 1]; /* of an IPv6 address: "eth0", or "" */
	struct address first;           /* FAMILY_NONE where host is a name */
	struct address last;            /* equal to first but for a range */
	uint16_t port;                  /* 0 unless port or scheme was given */
	enum mode mode;
	bool port_given;
	bool scheme_given;
};

/*
 * Parses one word. Returns a target to be freed with target_free, or NULL
 * with an error of POPSEAL_TARGET_ERROR, whose message names the part that is
 * wrong (escaped), not the whole word.
 */
struct target *target_parse(const char *word, GError **error);
struct target *target_copy(const struct target *target);
void target_free(struct target *target); /* NULL is a no-op */

/* g_autoptr wants a name of one word: g_autoptr(target_auto) x = target_parse(...). */
typedef struct target target_auto;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(target_auto, target_free)

/*
 * Says which ports of the target are asked: a scheme's, else the one that was
 * given (995 in TLS, others in clear), else all of `asked` (--ports).
 */
struct port_list target_ports(const struct target *target, const struct port_list *asked);

/* Returns the number of its addresses; 1 for a name. */
uint64_t target_count(const struct target *target);

/* Writes its index-th address, with its zone, to buffer; NULL for a name, or past the end. */
const char *target_address(const struct target *target, uint64_t index,
	char buffer[ENDPOINT_ADDRESS_MAX + 1]);

/* Returns whether it is a range of more addresses than a /16 has (TARGET_WIDE). */
bool target_is_wide(const struct target *target);

/* Like address_never_asked, for a literal address with a zone or without; else false. */
bool target_never_asked(const char *address);

#endif
