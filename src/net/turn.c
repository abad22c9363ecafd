/* SPDX-License-Identifier: Apache-2.0 */
#include "net/turn.h"

#include "net/loop-private.h"

struct net_turn {
	uv_prepare_t uv;
	void (*ended)(void *user);
	void *user;
};

static void
on_prepare(uv_prepare_t *handle)
{
	struct net_turn *turn = handle->data;

	turn->ended(turn->user);
}

static void
on_closed(uv_handle_t *handle)
{
	g_free(handle->data);
}

struct net_turn *
net_turn_new(struct net_loop *loop, void (*ended)(void *user), void *user)
{
	struct net_turn *turn = g_new0(struct net_turn, 1);

	turn->uv.data = turn;
	turn->ended = ended;
	turn->user = user;
	uv_prepare_init(&loop->uv, &turn->uv);
	uv_prepare_start(&turn->uv, on_prepare);
	uv_unref((uv_handle_t *)&turn->uv);
	return turn;
}

void
net_turn_close(struct net_turn *turn)
{
	if (turn != NULL)
		uv_close((uv_handle_t *)&turn->uv, on_closed);
}
