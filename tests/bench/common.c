/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the measuring tools share.
 */
#include "common.h"

#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
	EXIT_USAGE = 3,
	EXIT_OPERATION = 4
};

void
die(const char *what)
{
	perror(what);
	exit(EXIT_OPERATION);
}

static void G_GNUC_NORETURN
wrong_usage(const char *message)
{
	fprintf(stderr, "%s: %s\n", g_get_prgname(), message);
	exit(EXIT_USAGE);
}

void
prepare_process(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
	signal(SIGPIPE, SIG_IGN);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
}

void
read_options(int *argc, char ***argv, const char *usage, GOptionEntry *entries, int words)
{
	GOptionContext *context = g_option_context_new(usage);
	GError *error = NULL;

	g_option_context_add_main_entries(context, entries, NULL);
	if (!g_option_context_parse(context, argc, argv, &error))
		wrong_usage(error->message);
	g_option_context_free(context);
	if (*argc != words + 1)
		wrong_usage("wrong number of words; see --help");
}

unsigned
number_word(const char *word, unsigned low, unsigned high)
{
	guint64 number;

	if (!g_ascii_string_to_unsigned(word, 10, low, high, &number, NULL))
		wrong_usage("a number is out of range");
	return (unsigned)number;
}

uint32_t
loopback_word(const char *word)
{
	struct in_addr address;

	if (inet_pton(AF_INET, word, &address) != 1 || ntohl(address.s_addr) >> 24 != 127)
		wrong_usage("the address is not of 127.0.0.0/8");
	return ntohl(address.s_addr);
}

double
seconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int
begin_connect(uint32_t address, uint16_t port)
{
	const struct linger at_once = { .l_onoff = 1 };
	const struct sockaddr_in peer = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(address),
	};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	if (connect(fd, (const struct sockaddr *)&peer, sizeof(peer)) == 0 || errno == EINPROGRESS)
		return fd;
	close(fd);
	return -1;
}

void
watch(int epoll, int fd, uint32_t events, void *pointer)
{
	struct epoll_event event = { .events = events, .data.ptr = pointer };

	if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) != 0)
		die("epoll_ctl");
}
