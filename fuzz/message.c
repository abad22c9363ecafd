/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a worker that was taken over may send: any bytes as each of the
 * messages. What is read lies within them.
 */
#include <stdint.h>
#include <string.h>

#include "scan/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_text(const uint8_t *data, size_t size, const char *text)
{
	const char *begin = (const char *)data;

	/* An empty text of a message that is cut off is a constant. */
	g_assert(text == NULL || *text == '\0' ||
		(text >= begin && text + strlen(text) < begin + size));
}

static void
check_host(const uint8_t *data, size_t size)
{
	struct message_host host;

	if (!message_read_host(data, size, &host))
		return;
	check_text(data, size, host.host);
	check_text(data, size, host.address);
	g_assert(host.ports.count <= TARGET_PORTS_MAX);
	if (!host.claimed)
		return;
	check_text(data, size, host.claim.reporter);
	check_text(data, size, host.claim.text);
	check_text(data, size, host.claim.host);
}

static void
check_answers(const uint8_t *data, size_t size)
{
	struct message_result result;
	struct message_addresses addresses;
	struct message_failure failure;

	if (message_read_result(data, size, &result))
		g_assert(result.length <= size &&
			result.text + result.length == (const char *)data + size);
	if (message_read_addresses(data, size, &addresses)) {
		g_assert(addresses.count <= MESSAGE_ADDRESSES_MAX);
		check_text(data, size, addresses.why);
		for (size_t i = 0; i < addresses.count; i++)
			check_text(data, size, addresses.addresses[i]);
	}
	if (message_read_failure(data, size, &failure)) {
		check_text(data, size, failure.subject);
		check_text(data, size, failure.message);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	check_host(data, size);
	check_answers(data, size);
	return 0;
}
