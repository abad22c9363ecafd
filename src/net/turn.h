/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is done once in every turn of the loop, right before it waits again:
 * writing together what the turn has brought.
 */
#ifndef POPSEAL_NET_TURN_H
#define POPSEAL_NET_TURN_H

#include "net/loop.h"

struct net_turn;

/* Calls back at the end of every turn; does not keep the loop running. */
struct net_turn *net_turn_new(struct net_loop *loop, void (*ended)(void *user), void *user);

/* Closes and frees; no call comes after. NULL is a no-op. */
void net_turn_close(struct net_turn *turn);

#endif
