/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scan/message.c and scan/job.c: a worker that was taken over may send any
 * bytes; they are read as what was packed, or not at all.
 */
#include "scan/job.h"

#include <string.h>

static const struct message_result result = {
	.id = 7,
	.endpoints = 2,
	.verdicts = { 1, 1, 0, 0 },
	.findings = { 3, 0, 0, 1 },
	.text = "one\ntwo\n",
	.length = 8,
};

static void
pack_host(GByteArray *out)
{
	const struct message_host host = {
		.id = UINT64_MAX,
		.host = "mail.example",
		.address = "fe80::1%eth0",
		.at_once = 2,
		.claimed = true,
		.claim = { CLAIM_POP3, 110, "nessus", NULL, "", "h" },
		.ports = { { { 110, MODE_POP3 }, { 995, MODE_POP3S } }, 2 },
	};

	message_pack_host(out, &host);
}

static void
test_host(void)
{
	g_autoptr(GByteArray) out = g_byte_array_new();
	struct message_host host;

	pack_host(out);
	pack_host(out); /* in place of what is there */
	g_assert_true(message_read_host(out->data, out->len, &host));
	g_assert_cmpuint(host.id, ==, UINT64_MAX);
	g_assert_cmpstr(host.host, ==, "mail.example");
	g_assert_cmpstr(host.address, ==, "fe80::1%eth0");
	g_assert_cmpuint(host.at_once, ==, 2);
	g_assert_true(host.claimed);
	g_assert_cmpint(host.claim.kind, ==, CLAIM_POP3);
	g_assert_cmpstr(host.claim.reporter, ==, "nessus");
	g_assert_null(host.claim.id);
	g_assert_cmpstr(host.claim.text, ==, "");
	g_assert_cmpuint(host.ports.count, ==, 2);
	g_assert_cmpint(host.ports.items[1].mode, ==, MODE_POP3S);
}

/* As many ports as there may be, and one more. */
static void
test_ports(void)
{
	g_autoptr(GByteArray) out = g_byte_array_new();
	struct message_host host = { .host = "a", .address = "b" };
	struct asked_port one = { 110, MODE_POP3 };

	host.ports.count = TARGET_PORTS_MAX;
	message_pack_host(out, &host);
	g_assert_true(message_read_host(out->data, out->len, &host));
	g_assert_cmpuint(host.ports.count, ==, TARGET_PORTS_MAX);
	g_byte_array_append(out, (const guint8 *)&one, sizeof(one));
	g_assert_false(message_read_host(out->data, out->len, &host));
}

static void
pack_addresses(GByteArray *out, size_t count)
{
	struct message_addresses addresses = { .id = 1, .count = MESSAGE_ADDRESSES_MAX };

	for (size_t i = 0; i < MESSAGE_ADDRESSES_MAX; i++)
		addresses.addresses[i] = "10.0.0.1";
	addresses.count = MIN(count, (size_t)MESSAGE_ADDRESSES_MAX);
	message_pack_addresses(out, &addresses);
	for (; addresses.count < count; addresses.count++)
		g_byte_array_append(out, (const guint8 *)"10.0.0.1", sizeof("10.0.0.1"));
}

static void
test_addresses(void)
{
	g_autoptr(GByteArray) out = g_byte_array_new();
	struct message_addresses addresses = { .id = 1, .why = "no such name" };

	message_pack_addresses(out, &addresses);
	g_assert_true(message_read_addresses(out->data, out->len, &addresses));
	g_assert_cmpstr(addresses.why, ==, "no such name");
	g_assert_cmpuint(addresses.count, ==, 0);
	pack_addresses(out, MESSAGE_ADDRESSES_MAX);
	g_assert_true(message_read_addresses(out->data, out->len, &addresses));
	g_assert_cmpuint(addresses.count, ==, MESSAGE_ADDRESSES_MAX);
	g_assert_cmpstr(addresses.addresses[MESSAGE_ADDRESSES_MAX - 1], ==, "10.0.0.1");
	pack_addresses(out, MESSAGE_ADDRESSES_MAX + 1);
	g_assert_false(message_read_addresses(out->data, out->len, &addresses));
}

static void
test_failure(void)
{
	g_autoptr(GByteArray) out = g_byte_array_new();
	struct message_failure failure = { .id = 3, .time = -1, .subject = "s", .message = "" };

	message_pack_failure(out, &failure);
	g_assert_true(message_read_failure(out->data, out->len, &failure));
	g_assert_cmpint(failure.time, ==, -1);
	g_assert_cmpstr(failure.subject, ==, "s");
	g_assert_cmpstr(failure.message, ==, "");
	g_byte_array_append(out, (const guint8 *)"", 1);
	g_assert_false(message_read_failure(out->data, out->len, &failure));
}

/* Cut anywhere, in a block of just that size, so that a read past its end is seen. */
static void
assert_cut(const GByteArray *whole, bool (*read)(const void *bytes, size_t length), size_t least)
{
	for (size_t length = 0; length < whole->len; length++) {
		g_autofree void *copy = g_memdup2(whole->data, length);

		g_assert_true(!read(copy, length) || length >= least);
	}
}

static bool
reads_host(const void *bytes, size_t length)
{
	struct message_host host;

	return message_read_host(bytes, length, &host);
}

static bool
reads_result(const void *bytes, size_t length)
{
	struct message_result read;

	return message_read_result(bytes, length, &read);
}

static bool
reads_addresses(const void *bytes, size_t length)
{
	struct message_addresses read;

	return message_read_addresses(bytes, length, &read);
}

static bool
reads_failure(const void *bytes, size_t length)
{
	struct message_failure read;

	return message_read_failure(bytes, length, &read);
}

static void
test_cut(void)
{
	g_autoptr(GByteArray) out = g_byte_array_new();

	pack_host(out);
	assert_cut(out, reads_host, out->len - 2 * sizeof(struct asked_port));
	message_pack_result(out, &result);
	assert_cut(out, reads_result, out->len - result.length);
	pack_addresses(out, 3);
	assert_cut(out, reads_addresses, sizeof(uint64_t) + 1);
	message_pack_failure(out,
		&(struct message_failure){ .id = 1, .subject = "s", .message = "m" });
	assert_cut(out, reads_failure, out->len);
}

static void
test_random(void)
{
	for (int round = 0; round < 20000; round++) {
		size_t length = (size_t)g_test_rand_int_range(0, 200);
		g_autofree uint8_t *bytes = g_malloc(length);

		for (size_t i = 0; i < length; i++)
			bytes[i] = g_test_rand_bit() ? 0 : (uint8_t)g_test_rand_int_range(0, 256);
		reads_host(bytes, length);
		reads_result(bytes, length);
		reads_addresses(bytes, length);
		reads_failure(bytes, length);
	}
}

/* --- what fits a job -------------------------------------------------------------------------- */

static struct job *
job_of(size_t ports, unsigned failures)
{
	g_autoptr(GByteArray) packed = g_byte_array_new();
	struct message_host host = { .id = 1, .host = "a", .address = "b" };
	struct job *job;

	host.ports.count = ports;
	message_pack_host(packed, &host);
	job = job_new(NULL, &host, packed);
	for (unsigned i = 0; i < failures; i++)
		item_keep_failure(&job->failures,
			&(struct failure){ .subject = "a", .message = "b" });
	return job;
}

static bool
fits(size_t ports, unsigned failures, struct message_result said)
{
	struct job *job = job_of(ports, failures);
	bool found = job_fits(job, &said);

	g_assert_cmpuint(job_failures(job), ==, failures);
	job_free(job);
	return found;
}

static void
test_fits(void)
{
	struct message_result said = result;
	struct message_result none = { .id = 1 };

	g_assert_true(fits(2, 0, said));
	g_assert_true(fits(3, 1, said));
	g_assert_true(fits(2, 2, none));
	g_assert_false(fits(1, 0, said)); /* more than was asked */
	g_assert_false(fits(3, 0, said)); /* less */
	g_assert_false(fits(2, 0, none));
	g_assert_false(fits(2, 1, said));
	said.verdicts[0] = 2;
	g_assert_false(fits(2, 0, said));
	said.verdicts[0] = UINT64_MAX;
	said.verdicts[1] = 3; /* the sum is right, when it wraps round */
	g_assert_false(fits(2, 0, said));
	said = result;
	said.endpoints = UINT64_MAX;
	g_assert_false(fits(1, 2, said));
}

static void
test_fitting_text(void)
{
	struct message_result said = result;
	struct message_result none = { .id = 1, .text = "x\n", .length = 2 };

	said.findings[3] = 2 * JOB_FINDINGS_MAX;
	g_assert_true(fits(2, 0, said));
	said.findings[3]++;
	g_assert_false(fits(2, 0, said));
	said = result;
	said.length--; /* no line's end: the next record would stand on the same line */
	g_assert_false(fits(2, 0, said));
	said.length = 0; /* a quiet report has nothing to say */
	g_assert_true(fits(2, 0, said));
	g_assert_false(fits(2, 2, none));
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/message/host", test_host);
	g_test_add_func("/message/ports", test_ports);
	g_test_add_func("/message/addresses", test_addresses);
	g_test_add_func("/message/failure", test_failure);
	g_test_add_func("/message/cut", test_cut);
	g_test_add_func("/message/random", test_random);
	g_test_add_func("/job/fits", test_fits);
	g_test_add_func("/job/text", test_fitting_text);
	return g_test_run();
}
