/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TLSA records out of any bytes. Exercises net/dns_tlsa.c. The bytes stand at the end of memory of
 * their own, so that a sanitizer sees one octet too many.
 */
#include <glib.h>
#include <stdint.h>
#include <string.h>

#include "net/dns_tlsa.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned
add_up(const uint8_t *bytes, size_t length)
{
	unsigned sum = 0;

	for (size_t i = 0; i < length; i++)
		sum += bytes[i];
	return sum;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autofree uint8_t *message = g_memdup2(data, size);
	struct dns_tlsa_answer answer;
	unsigned sum = 0;

	if (message == NULL || !dns_tlsa_parse(message, size, &answer))
		return 0;
	g_assert(answer.count <= TLS_RECORDS_MAX);
	g_assert(size <= DNS_MESSAGE_MAX);
	for (size_t i = 0; i < answer.count; i++) {
		const struct dns_tlsa_record *record = &answer.records[i];

		g_assert(record->data >= message && record->data <= message + size);
		g_assert(record->length <= (size_t)(message + size - record->data));
		sum += add_up(record->data, record->length);
	}
	return sum == UINT_MAX; /* 0: the sum is made for the sanitizer */
}
