/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The output while a loop runs: what a pipe or a terminal does not take yet is
 * kept, so that a slow reader slows the scan down, but does not stop its clock.
 */
#ifndef POPSEAL_CMD_STREAM_H
#define POPSEAL_CMD_STREAM_H

#include "cmd/output.h"
#include "net/loop.h"

enum {
	STREAM_BACKLOG = 1024 * 1024 /* octets: with more of them waiting the stream is full */
};

struct stream;

/*
 * `changed` is called when the stream has become full, or has room again, or has failed. The
 * output stays the caller's and must live as long.
 */
struct stream *stream_new(struct net_loop *loop, struct output *output, void (*changed)(void *user),
	void *user);

/* Writes what waits, however long that takes, and frees. False and *error if it cannot be. */
bool stream_close(struct stream *stream, GError **error);

/* Adds text, which is written at the end of the loop's turn. */
void stream_add(struct stream *stream, const char *text, size_t length);

bool stream_is_full(const struct stream *stream);

/* Whether nothing can be written any more: an error, or the reader has gone. */
bool stream_is_broken(const struct stream *stream);

/* Writes what waits if that does not block, and returns whether nothing waits any more. */
bool stream_flush(struct stream *stream);

#endif
