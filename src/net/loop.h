/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The event loop: timers, signals and deferred work. net/ is the only room
 * that knows libuv, OpenSSL and c-ares; nothing of theirs shows in its headers.
 */
#ifndef POPSEAL_NET_LOOP_H
#define POPSEAL_NET_LOOP_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * Returns whether the error says that the system has no room now, but may have it later:
 * descriptors, memory, local ports.
 */
bool net_error_is_scarcity(const GError *error);

struct net_loop;
struct net_timer;
struct net_signal;

/* Makes a loop of its own (not libuv's default one). NULL and *error if the system refuses. */
struct net_loop *net_loop_new(GError **error);

/* Frees the loop; whatever was opened on it must be closed before. NULL is a no-op. */
void net_loop_free(struct net_loop *loop);

/* Runs until nothing is open any more or net_loop_stop was called. */
void net_loop_run(struct net_loop *loop);
void net_loop_stop(struct net_loop *loop);

/* µs of a clock that never jumps, as of this turn of the loop. */
int64_t net_loop_now(struct net_loop *loop);

/* Calls back once after `after` µs, or every `every` µs if that is > 0. Ends by net_timer_close. */
struct net_timer *net_timer_new(struct net_loop *loop, void (*fired)(void *user), void *user);
void net_timer_start(struct net_timer *timer, int64_t after, int64_t every);
void net_timer_stop(struct net_timer *timer);

/* Closes and frees the timer; no call comes after. NULL is a no-op. */
void net_timer_close(struct net_timer *timer);

/* Calls back at every signal of that number; closed by net_signal_close. */
struct net_signal *net_signal_new(struct net_loop *loop, int number, void (*came)(void *user),
	void *user);
void net_signal_close(struct net_signal *signal);

#endif
