/* SPDX-License-Identifier: Apache-2.0 */
/*
 * net/resolver.c after TLSA records, against a DNS server of our own on
 * 127.0.0.1:53 in namespaces of our own. Without the right to make these the
 * test is skipped, and says so.
 */
#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "net/resolver.h"

enum {
	MESSAGE_MAX = 4096,
	UDP_MAX = 512,
	HEADER = 12,
	DIGEST_LENGTH = 32,
	LONG_LENGTH = 700, /* of data that no UDP answer has room for */
	FLAG_AD = 0x20,
	FLAG_CUT = 0x02,
	SERVFAIL = 2,
	NXDOMAIN = 3,
};

/* --- a DNS server ----------------------------------------------------------------------------- */

static size_t
put_record(unsigned char *at, unsigned type, const void *data, size_t length)
{
	const unsigned char head[] = { 0xc0, HEADER, 0, (unsigned char)type, 0, 1, 0, 0, 0, 60,
		(unsigned char)(length >> 8), (unsigned char)length };

	memcpy(at, head, sizeof head);
	memcpy(at + sizeof head, data, length);
	return sizeof head + length;
}

/* The first label of the name says what to answer. */
static size_t
put_answers(unsigned char *message, size_t length)
{
	unsigned char tlsa[3 + LONG_LENGTH] = { 3, 1, 1 };
	const char *label = (const char *)message + HEADER + 1;

	memset(tlsa + 3, 0xab, LONG_LENGTH);
	if (g_str_has_prefix(label, "_one")) {
		message[7] = 1;
		return put_record(message + length, 52, tlsa, 3 + DIGEST_LENGTH);
	}
	if (g_str_has_prefix(label, "_long")) {
		message[7] = 1;
		return put_record(message + length, 52, tlsa, sizeof tlsa);
	}
	if (g_str_has_prefix(label, "_fail"))
		message[3] |= SERVFAIL;
	else if (g_str_has_prefix(label, "_gone"))
		message[3] |= NXDOMAIN;
	else if (g_str_has_prefix(label, "_broken"))
		message[7] = 7; /* answers, of which there are none */
	return 0;
}

/* Answers in place; returns the new length. Says AD where it was asked to, as resolvers do. */
static size_t
answer(unsigned char *message, size_t length, bool by_udp)
{
	bool asked = (message[3] & FLAG_AD) != 0;
	size_t more;

	message[2] = 0x81;
	message[3] = 0x80 | (asked ? FLAG_AD : 0);
	more = put_answers(message, length);
	if (!by_udp || length + more <= UDP_MAX)
		return length + more;
	message[2] |= FLAG_CUT;
	message[7] = 0;
	return length;
}

static void
serve_udp(int fd)
{
	unsigned char message[MESSAGE_MAX];
	struct sockaddr_in peer;
	socklen_t size = sizeof peer;
	ssize_t got = recvfrom(fd, message, UDP_MAX, 0, (struct sockaddr *)&peer, &size);

	if (got < HEADER)
		_exit(1);
	sendto(fd, message, answer(message, (size_t)got, true), 0, (struct sockaddr *)&peer, size);
}

/* One question a connection; it is small, so it comes in one piece. */
static void
serve_tcp(int listener)
{
	unsigned char message[2 + MESSAGE_MAX];
	int fd = accept(listener, NULL, NULL);
	ssize_t got = recv(fd, message, 2 + UDP_MAX, 0);

	if (got == 2)
		got += recv(fd, message + 2, UDP_MAX, 0);
	if (got > 2 + HEADER) {
		size_t length = answer(message + 2, (size_t)got - 2, false);

		message[0] = (unsigned char)(length >> 8);
		message[1] = (unsigned char)length;
		send(fd, message, 2 + length, MSG_NOSIGNAL);
	}
	close(fd);
}

static void
serve(int udp, int tcp)
{
	struct pollfd fds[] = { { .fd = udp, .events = POLLIN }, { .fd = tcp, .events = POLLIN } };

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (poll(fds, G_N_ELEMENTS(fds), -1) > 0) {
		if (fds[0].revents != 0)
			serve_udp(udp);
		if (fds[1].revents != 0)
			serve_tcp(tcp);
	}
	_exit(1);
}

/* --- a world of our own ----------------------------------------------------------------------- */

static bool
bind_file(const char *text, const char *place)
{
	char path[] = "/tmp/popseal-tlsa-XXXXXX";
	int fd = mkstemp(path);
	bool ok = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text) &&
		mount(path, place, NULL, MS_BIND, NULL) == 0;

	if (fd >= 0) {
		close(fd);
		unlink(path);
	}
	return ok;
}

static bool
raise_loopback(void)
{
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool ok = fd >= 0 && ioctl(fd, SIOCSIFFLAGS, &request) == 0;

	close(fd);
	return ok;
}

static int
open_port(int type)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_port = htons(53),
		.sin_addr = { htonl(INADDR_LOOPBACK) } };
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);

	g_assert_cmpint(bind(fd, (struct sockaddr *)&address, sizeof address), ==, 0);
	return fd;
}

/* Returns the server's pid, or 0 where no namespace can be made. */
static pid_t
enter_world(void)
{
	int udp, tcp;
	pid_t pid = 0;

	if (unshare(CLONE_NEWNET | CLONE_NEWNS) != 0 ||
		mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
		!bind_file("nameserver 127.0.0.1\n", "/etc/resolv.conf") || !raise_loopback())
		return 0;
	udp = open_port(SOCK_DGRAM);
	tcp = open_port(SOCK_STREAM);
	g_assert_cmpint(listen(tcp, 5), ==, 0);
	pid = fork();
	if (pid == 0)
		serve(udp, tcp);
	close(udp);
	close(tcp);
	return pid;
}

/* --- tests ------------------------------------------------------------------------------------ */

struct lookup {
	struct resolver *resolver;
	GString *log;
};

static void
told(void *user, const struct dns_tlsa_record *records, size_t count, bool authentic,
	const char *why)
{
	struct lookup *lookup = user;

	g_string_append_printf(lookup->log, "%zu%s", count, authentic ? " authentic" : "");
	for (size_t i = 0; i < count; i++) {
		g_string_append_printf(lookup->log, " %u-%u-%u:%zu", records[i].usage,
			records[i].selector, records[i].matching, records[i].length);
		for (size_t octet = 0; octet < records[i].length; octet++)
			g_assert_cmpuint(records[i].data[octet], ==, 0xab);
	}
	if (why != NULL)
		g_string_append_printf(lookup->log, " (%s)", why);
	g_clear_pointer(&lookup->resolver, resolver_free);
}

static void
expect(const char *owner, const char *log)
{
	struct net_loop *loop = net_loop_new(NULL);
	struct lookup lookup = { .resolver = resolver_new(loop, NULL), .log = g_string_new(NULL) };

	resolver_ask_tlsa(lookup.resolver, owner, told, &lookup);
	g_assert_cmpstr(lookup.log->str, ==, ""); /* never before resolver_ask_tlsa has returned */
	net_loop_run(loop);
	g_assert_cmpstr(lookup.log->str, ==, log);
	g_string_free(lookup.log, TRUE);
	net_loop_free(loop);
}

static void
test_answers(void)
{
	expect("_one._tcp.example.test", "1 authentic 3-1-1:32");
	expect("_one._tcp.example.test.", "1 authentic 3-1-1:32");
	expect("_none._tcp.example.test", "0 authentic");
	expect("_gone._tcp.example.test", "0 authentic");
	expect("_long._tcp.example.test", "1 authentic 3-1-1:700"); /* by TCP */
}

static void
test_failures(void)
{
	expect("_fail._tcp.example.test", "0 (no DNS server gave an answer)");
	expect("_broken._tcp.example.test", "0 (the DNS server's answer makes no sense)");
}

static void
test_no_name(void)
{
	expect("a..b", "0 (that is no valid name)");
}

/* Freed with one answer that waits and one question that is under way. */
static void
test_cancelled(void)
{
	struct net_loop *loop = net_loop_new(NULL);
	struct lookup lookup = { .log = g_string_new(NULL) };
	struct resolver *resolver = resolver_new(loop, NULL);

	resolver_ask_tlsa(resolver, "a..b", told, &lookup);
	resolver_ask_tlsa(resolver, "_one._tcp.example.test", told, &lookup);
	resolver_free(resolver);
	net_loop_run(loop);
	g_assert_cmpstr(lookup.log->str, ==, "");
	g_string_free(lookup.log, TRUE);
	net_loop_free(loop);
}

int
main(int argc, char **argv)
{
	pid_t server = 0;
	int outcome = 0;

	g_test_init(&argc, &argv, NULL);
	server = enter_world();
	g_test_add_func("/net/tlsa/no-name", test_no_name);
	g_test_add_func("/net/tlsa/cancelled", test_cancelled);
	if (server == 0) {
		g_test_message("no namespaces here: the rest is skipped");
		return g_test_run();
	}
	g_test_add_func("/net/tlsa/answers", test_answers);
	g_test_add_func("/net/tlsa/failures", test_failures);
	outcome = g_test_run();
	kill(server, SIGKILL);
	waitpid(server, NULL, 0);
	return outcome;
}
