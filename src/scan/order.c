/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/order.h"

uint64_t
order_mix(uint64_t x)
{
	x ^= x >> 33;
	x *= UINT64_C(0xff51afd7ed558ccd);
	x ^= x >> 33;
	x *= UINT64_C(0xc4ceb9fe1a85ec53);
	return x ^ x >> 33;
}

void
order_init(struct order *order, uint64_t count, uint64_t seed)
{
	order->count = count;
	order->half = 1;
	while (order->half < 31 && UINT64_C(1) << (2 * order->half) < count)
		order->half++;
	for (unsigned i = 0; i < ORDER_ROUNDS; i++)
		order->keys[i] = order_mix(seed + (i + 1) * UINT64_C(0x9e3779b97f4a7c15));
}

static uint64_t
encrypt(const struct order *order, uint64_t x)
{
	uint64_t mask = (UINT64_C(1) << order->half) - 1;
	uint64_t left = x >> order->half;
	uint64_t right = x & mask;

	for (unsigned i = 0; i < ORDER_ROUNDS; i++) {
		uint64_t next = left ^ (order_mix(right ^ order->keys[i]) & mask);

		left = right;
		right = next;
	}
	return left << order->half | right;
}

uint64_t
order_at(const struct order *order, uint64_t place)
{
	uint64_t x = place;

	do
		x = encrypt(order, x);
	while (x >= order->count);
	return x;
}
