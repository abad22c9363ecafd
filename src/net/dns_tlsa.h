/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TLSA records out of a DNS answer (RFC 1035 section 4, RFC 6698 section 2.1).
 *
 * The answer may be anything: nothing is read past its end, and no name is
 * followed in circles.
 */
#ifndef POPSEAL_NET_DNS_TLSA_H
#define POPSEAL_NET_DNS_TLSA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/tls_facts.h"

enum {
	DNS_MESSAGE_MAX = 65535, /* octets (RFC 1035 section 4.2.2) */
	DNS_RECORDS_MAX = 256,   /* of an answer that are looked at */
	DNS_ALIASES_MAX = 16,    /* CNAMEs that are followed, one behind the other */
	DNS_CODE_OK = 0,         /* RFC 1035 section 4.1.1 */
	DNS_CODE_NO_NAME = 3,
};

struct dns_tlsa_record {
	uint8_t usage;
	uint8_t selector;
	uint8_t matching;
	const uint8_t *data; /* in the message */
	size_t length;
};

struct dns_tlsa_answer {
	unsigned code; /* DNS_CODE_OK, ... */
	bool authentic;
	struct dns_tlsa_record records[TLS_RECORDS_MAX]; /* the first ones, in its order */
	size_t count;
};

/* Returns false for what is no whole answer to one question. */
bool dns_tlsa_parse(const uint8_t *message, size_t length, struct dns_tlsa_answer *answer);

#endif
