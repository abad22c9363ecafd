/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the measuring tools share: the farm, and the two clients that mark the floor.
 */
#ifndef POPSEAL_BENCH_COMMON_H
#define POPSEAL_BENCH_COMMON_H

#include <glib.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/epoll.h>

/* Ends the program with exit 4 and a line on standard error: "what: the errno's words". */
void die(const char *what) G_GNUC_NORETURN;

/* Raises the limit of descriptors as far as it goes, ignores SIGPIPE, and ends with its parent. */
void prepare_process(void);

/* Reads the command line into entries; a word too many, or too few, ends it with exit 3. */
void read_options(int *argc, char ***argv, const char *usage, GOptionEntry *entries, int words);

/* A word of the command line as a number of [low, high]; exit 3 where it is none. */
unsigned number_word(const char *word, unsigned low, unsigned high);

/* The first of a row of addresses in host order; only 127.0.0.0/8 is taken, else exit 3. */
uint32_t loopback_word(const char *word);

/* Seconds of a clock that never jumps. */
double seconds_now(void);

/*
 * Begins to connect to address:port (host order). Returns the socket, non-blocking and set to
 * leave nothing behind when it is closed; -1 with errno where that fails at once.
 */
int begin_connect(uint32_t address, uint16_t port);

/* Watches fd for events, with pointer as the event's data. */
void watch(int epoll, int fd, uint32_t events, void *pointer);

#endif
