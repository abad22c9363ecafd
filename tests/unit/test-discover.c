/* SPDX-License-Identifier: Apache-2.0 */
/*
 * --discover against a DNS server of our own, on 127.0.0.1:53 in namespaces of
 * our own with a resolv.conf that names it. Without the right to make these the
 * tests are skipped, and say so.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scan/discover.h"

enum {
	TYPE_A = 1,
	TYPE_MX = 15,
	TYPE_SRV = 33,
	MESSAGE_MAX = 512,
	HEADER = 12,
	SERVFAIL = 2,
	NXDOMAIN = 3,
};

struct record {
	const char *name;
	unsigned type;
	unsigned number; /* priority of MX, port of SRV, last octet of A */
	const char *host;
};

static const struct record zone[] = {
	{ "_pop3._tcp.full.test", TYPE_SRV, 110, "pop.full.test" },
	{ "_pop3._tcp.full.test", TYPE_SRV, 1110, "old.full.test" },
	{ "_pop3._tcp.full.test", TYPE_SRV, 110, "pop.full.test" },
	{ "_pop3s._tcp.full.test", TYPE_SRV, 995, "pop.full.test" },
	{ "full.test", TYPE_MX, 10, "Mail.full.test" },
	{ "full.test", TYPE_MX, 20, "mx.elsewhere.test" },
	{ "full.test", TYPE_MX, 30, "gone.elsewhere.test" },
	{ "pop.full.test", TYPE_A, 1, NULL },
	{ "mail.full.test", TYPE_A, 2, NULL },
	{ "mx.elsewhere.test", TYPE_A, 3, NULL },
	{ "full.test", TYPE_A, 4, NULL },
	/* It offers none, takes no mail, and has a host all the same. */
	{ "_pop3._tcp.refused.test", TYPE_SRV, 0, "" },
	{ "_pop3s._tcp.refused.test", TYPE_SRV, 0, "" },
	{ "refused.test", TYPE_MX, 0, "" },
	{ "mail.refused.test", TYPE_A, 5, NULL },
	/* What no host can be called. */
	{ "_pop3._tcp.hostile.test", TYPE_SRV, 110, "10.0.0.0/8" },
	{ "_pop3._tcp.hostile.test", TYPE_SRV, 0, "pop.hostile.test" },
	{ "_pop3._tcp.hostile.test", TYPE_SRV, 110, "user@pop.hostile.test" },
	{ "pop.hostile.test", TYPE_A, 6, NULL },
	{ "pop.broken.test", TYPE_A, 7, NULL },
};

/* --- a DNS server ----------------------------------------------------------------------------- */

static size_t
put_name(unsigned char *at, const char *name)
{
	size_t length = 0;
	g_auto(GStrv) labels = g_strsplit(name, ".", -1);

	/* The labels of 10.0.0.0/8 are labels like others. */
	for (size_t i = 0; labels[i] != NULL && labels[i][0] != '\0'; i++) {
		size_t label = strlen(labels[i]);

		at[length++] = (unsigned char)label;
		memcpy(at + length, labels[i], label);
		length += label;
	}
	at[length++] = 0;
	return length;
}

static size_t
put_number(unsigned char *at, unsigned number)
{
	at[0] = (unsigned char)(number >> 8);
	at[1] = (unsigned char)number;
	return 2;
}

static size_t
put_data(unsigned char *at, const struct record *record)
{
	unsigned char *start = at;

	if (record->type == TYPE_A) {
		memcpy(at, (unsigned char[]){ 192, 0, 2, (unsigned char)record->number }, 4);
		return 4;
	}
	if (record->type == TYPE_SRV) {
		at += put_number(at, 1); /* priority */
		at += put_number(at, 1); /* weight */
	}
	at += put_number(at, record->number);
	at += put_name(at, record->host);
	return (size_t)(at - start);
}

/* Answers the question in the message, in place; returns the new length. */
static size_t
answer(unsigned char *message, size_t length)
{
	GString *name = g_string_new(NULL);
	unsigned char *at = message + HEADER;
	unsigned type = 0, count = 0;
	bool known = false;

	while (*at != 0) {
		g_string_append_printf(name, "%s%.*s", name->len > 0 ? "." : "", *at, at + 1);
		at += *at + 1;
	}
	type = (unsigned)at[1] << 8 | at[2];
	at += 5;
	for (size_t i = 0; i < G_N_ELEMENTS(zone); i++) {
		unsigned char *data_length = NULL;

		if (g_ascii_strcasecmp(zone[i].name, name->str) != 0)
			continue;
		known = true;
		if (zone[i].type != type)
			continue;
		at += put_number(at, 0xc000 | HEADER);
		at += put_number(at, type);
		at += put_number(at, 1); /* class IN */
		at += put_number(at, 0); /* time to live */
		at += put_number(at, 60);
		data_length = at;
		at += 2;
		at += put_data(at, &zone[i]);
		put_number(data_length, (unsigned)(at - data_length - 2));
		count++;
	}
	put_number(message + 2, 0x8180 | (known ? 0 : NXDOMAIN));
	if (g_str_has_suffix(name->str, "_tcp.broken.test"))
		put_number(message + 2, 0x8180 | SERVFAIL);
	put_number(message + 6, count);
	put_number(message + 8, 0);
	put_number(message + 10, 0);
	g_string_free(name, TRUE);
	(void)length;
	return (size_t)(at - message);
}

static void
serve(int fd)
{
	unsigned char message[2 * MESSAGE_MAX];
	struct sockaddr_in peer;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;) {
		socklen_t size = sizeof(peer);
		ssize_t got =
			recvfrom(fd, message, MESSAGE_MAX, 0, (struct sockaddr *)&peer, &size);

		if (got < HEADER)
			_exit(1);
		sendto(fd, message, answer(message, (size_t)got), 0, (struct sockaddr *)&peer,
			size);
	}
}

/* --- a world of our own ----------------------------------------------------------------------- */

static bool
bind_file(const char *text, const char *place)
{
	char path[] = "/tmp/popseal-discover-XXXXXX";
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

/* Returns the server's pid, or 0 where no namespace can be made. */
static pid_t
enter_world(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_port = htons(53),
		.sin_addr = { htonl(INADDR_LOOPBACK) } };
	int fd = -1;
	pid_t pid = 0;

	if (unshare(CLONE_NEWNET | CLONE_NEWNS) != 0 ||
		mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
		!bind_file("nameserver 127.0.0.1\n", "/etc/resolv.conf") || !raise_loopback())
		return 0;
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	g_assert_cmpint(bind(fd, (struct sockaddr *)&address, sizeof(address)), ==, 0);
	pid = fork();
	if (pid == 0)
		serve(fd);
	close(fd);
	return pid;
}

/* --- tests ------------------------------------------------------------------------------------ */

static void
take(void *user, const struct from_item *item)
{
	GString *out = user;

	if (item->problem != NULL) {
		g_string_append_printf(out, "! %s: %s\n", item->where, item->problem);
		return;
	}
	g_assert_cmpint(item->claim.kind, ==, CLAIM_NAMED);
	g_assert_cmpstr(item->claim.reporter, ==, "dns");
	g_string_append_printf(out, "%s %s %s\n", item->target, item->claim.id, item->claim.host);
}

static void
assert_found(const char *domain, const char *lines, const char *why)
{
	g_autoptr(GString) out = g_string_new(NULL);
	g_autoptr(GError) error = NULL;
	bool ok = discover(domain, take, out, &error);

	g_assert_cmpstr(out->str, ==, lines);
	if (why == NULL)
		g_assert_no_error(error);
	else
		g_assert_cmpstr(error->message, ==, why);
	g_assert_true(ok == (why == NULL));
}

static void
test_full(void)
{
	assert_found("full.test",
		"pop3://pop.full.test:110 SRV _pop3._tcp full.test\n"
		"pop3://old.full.test:1110 SRV _pop3._tcp full.test\n"
		"pop3s://pop.full.test:995 SRV _pop3s._tcp full.test\n"
		"pop.full.test name full.test\n"
		"mail.full.test name full.test\n"
		"full.test name full.test\n"
		"mx.elsewhere.test MX full.test\n",
		NULL);
	assert_found("FULL.test.",
		"pop3://pop.full.test:110 SRV _pop3._tcp full.test\n"
		"pop3://old.full.test:1110 SRV _pop3._tcp full.test\n"
		"pop3s://pop.full.test:995 SRV _pop3s._tcp full.test\n"
		"pop.full.test name full.test\n"
		"mail.full.test name full.test\n"
		"full.test name full.test\n"
		"mx.elsewhere.test MX full.test\n",
		NULL);
}

static void
test_not_offered(void)
{
	assert_found("refused.test", "mail.refused.test name refused.test\n", NULL);
}

static void
test_hostile(void)
{
	g_autoptr(GString) out = g_string_new(NULL);

	g_assert_true(discover("hostile.test", take, out, NULL));
	g_test_message("%s", out->str);
	g_assert_true(g_str_has_suffix(out->str, "pop.hostile.test name hostile.test\n"));
	g_assert_cmpint(out->str[0], ==, '!');
	g_assert_null(strstr(out->str, "\npop3:"));
}

/* A look-up that fails is told; what others find holds. */
static void
test_broken(void)
{
	assert_found("broken.test",
		"! _pop3._tcp: no DNS server gave an answer\n"
		"! _pop3s._tcp: no DNS server gave an answer\n"
		"pop.broken.test name broken.test\n",
		NULL);
}

static void
test_nothing(void)
{
	assert_found("nothing.test", "",
		"nothing.test: no POP3 endpoint is to be found: no SRV record, mail exchanger or "
		"usual name leads to one");
}

static void
test_wrong(void)
{
	static const char *const wrong[] = { "", "a b", "192.0.2.0/24", "-", "a..b", "\x1b[2J" };

	for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
		g_autoptr(GString) out = g_string_new(NULL);
		g_autoptr(GError) error = NULL;

		g_assert_false(discover(wrong[i], take, out, &error));
		g_assert_cmpstr(out->str, ==, "");
		g_assert_null(strpbrk(error->message, "\x1b\n"));
	}
}

int
main(int argc, char **argv)
{
	pid_t server = 0;
	int outcome = 0;

	g_test_init(&argc, &argv, NULL);
	server = enter_world();
	g_test_add_func("/discover/wrong", test_wrong);
	if (server == 0) {
		g_test_message("no namespaces here: the rest is skipped");
		return g_test_run();
	}
	g_test_add_func("/discover/full", test_full);
	g_test_add_func("/discover/not-offered", test_not_offered);
	g_test_add_func("/discover/hostile", test_hostile);
	g_test_add_func("/discover/broken", test_broken);
	g_test_add_func("/discover/nothing", test_nothing);
	outcome = g_test_run();
	kill(server, SIGKILL);
	waitpid(server, NULL, 0);
	return outcome;
}
