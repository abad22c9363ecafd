/* SPDX-License-Identifier: Apache-2.0 */
/*
 * net/rate.c: how many tokens there are, and in which order they are granted.
 */
#include <string.h>

#include "net/rate.h"

enum {
	PLACES_MAX = 64
};

struct queue {
	struct net_loop *loop;
	struct net_rate *rate;
	GString *order;
};

struct client {
	struct net_rate_place place;
	struct queue *queue;
	struct client *removes; /* leaves the line when this one is granted */
	char name;
};

static void
queue_begin(struct queue *queue, double per_second)
{
	queue->loop = net_loop_new(NULL);
	queue->rate = net_rate_new(queue->loop, per_second);
	queue->order = g_string_new("");
}

static void
queue_end(struct queue *queue)
{
	net_rate_free(queue->rate);
	net_loop_free(queue->loop);
	g_string_free(queue->order, TRUE);
}

static void
granted(void *user)
{
	struct client *client = user;

	g_assert_false(client->place.waiting);
	g_string_append_c(client->queue->order, client->name);
	if (client->removes != NULL)
		net_rate_leave(client->queue->rate, &client->removes->place);
}

static bool
client_take(struct client *client, struct queue *queue, char name, enum net_rate_line line)
{
	client->queue = queue;
	client->name = name;
	client->place.granted = granted;
	client->place.user = client;
	return net_rate_take(queue->rate, &client->place, line);
}

static unsigned
take_until_empty(struct queue *queue, struct client *last)
{
	unsigned taken = 0;

	while (client_take(last, queue, '-', NET_RATE_NEW))
		taken++;
	return taken;
}

static void
test_burst(void)
{
	static const struct {
		double per_second;
		unsigned burst;
	} cases[] = { { 0.5, 1 }, { 1, 1 }, { 10, 1 }, { 19.9, 1 }, { 20, 2 }, { 5000, 500 } };

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct queue queue;
		struct client last = { 0 };

		queue_begin(&queue, cases[i].per_second);
		g_assert_cmpuint(take_until_empty(&queue, &last), ==, cases[i].burst);
		g_assert_true(last.place.waiting);
		net_rate_leave(queue.rate, &last.place);
		net_rate_leave(queue.rate, &last.place);
		g_assert_false(last.place.waiting);
		net_loop_run(queue.loop); /* returns: with nobody in line, no timer runs */
		g_assert_cmpstr(queue.order->str, ==, "");
		queue_end(&queue);
	}
}

/* 20 tokens at 200 a second are there at once; 40 more take 200 ms. */
static void
test_pace(void)
{
	struct client clients[PLACES_MAX] = { 0 };
	struct queue queue;
	unsigned at_once = 0;
	int64_t begin = g_get_monotonic_time();

	queue_begin(&queue, 200);
	for (size_t i = 0; i < 60; i++)
		at_once += client_take(&clients[i], &queue, 'x', NET_RATE_NEW);
	net_loop_run(queue.loop);
	g_assert_cmpuint(at_once, >=, 20);
	g_assert_cmpuint(at_once, <, 30);
	g_assert_cmpuint(at_once + queue.order->len, ==, 60);
	g_assert_cmpint(g_get_monotonic_time() - begin, >=, 190 * 1000);
	g_assert_cmpint(g_get_monotonic_time() - begin, <, 2000 * 1000);
	queue_end(&queue);
}

/* Nobody overtakes within a line, and nobody new overtakes one who has begun. */
static void
test_order(void)
{
	struct client clients[8] = { 0 };
	struct queue queue;

	queue_begin(&queue, 100);
	while (client_take(&clients[0], &queue, 'a', NET_RATE_NEW))
		;
	g_assert_false(client_take(&clients[1], &queue, 'b', NET_RATE_NEW));
	g_assert_false(client_take(&clients[2], &queue, 'C', NET_RATE_BEGUN));
	g_assert_false(client_take(&clients[3], &queue, 'D', NET_RATE_BEGUN));
	g_assert_false(client_take(&clients[4], &queue, 'e', NET_RATE_NEW));
	net_loop_run(queue.loop);
	g_assert_cmpstr(queue.order->str, ==, "CDabe");
	queue_end(&queue);
}

static void
test_leave(void)
{
	struct client clients[8] = { 0 };
	struct queue queue;

	queue_begin(&queue, 100);
	while (client_take(&clients[0], &queue, 'a', NET_RATE_NEW))
		;
	client_take(&clients[1], &queue, 'b', NET_RATE_NEW);
	client_take(&clients[2], &queue, 'c', NET_RATE_NEW);
	client_take(&clients[3], &queue, 'd', NET_RATE_NEW);
	net_rate_leave(queue.rate, &clients[1].place);
	clients[0].removes = &clients[2];
	net_loop_run(queue.loop);
	g_assert_cmpstr(queue.order->str, ==, "ad");
	queue_end(&queue);
	net_rate_free(NULL);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/net/rate/burst", test_burst);
	g_test_add_func("/net/rate/pace", test_pace);
	g_test_add_func("/net/rate/order", test_order);
	g_test_add_func("/net/rate/leave", test_leave);
	return g_test_run();
}
