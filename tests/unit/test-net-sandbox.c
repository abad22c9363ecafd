/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sandbox from within: each question is asked by a child of its own, which
 * answers with its exit code.
 */
#include "net/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	DONE,    /* it could be done */
	DENIED,  /* EPERM or EACCES */
	FAILED,  /* another error */
	MISSING, /* this system has not that part */
};

static int
outcome(long result)
{
	if (result >= 0)
		return DONE;
	return errno == EPERM || errno == EACCES ? DENIED : FAILED;
}

/* Runs `try` in a child within the sandbox, and returns its outcome. */
static int
within(enum sandbox_part part, long (*try)(void))
{
	pid_t pid = fork();
	int status = 0;

	if (pid == 0) {
		unsigned parts = sandbox_enter();

		_exit((parts & part) == 0 ? MISSING : outcome(try()));
	}
	g_assert_cmpint(waitpid(pid, &status, 0), ==, pid);
	g_assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static bool
is_sanitized(void)
{
#ifdef __SANITIZE_ADDRESS__
	return true;
#else
	return false;
#endif
}

static void
assert_outcome(enum sandbox_part part, long (*try)(void), int wanted)
{
	int found;

	if (is_sanitized()) {
		g_test_skip("the sanitizer needs what the sandbox denies");
		return;
	}
	found = within(part, try);
	if (found == MISSING)
		g_test_skip("this system does not have that part");
	else
		g_assert_cmpint(found, ==, wanted);
}

static long
read_etc(void)
{
	return open("/etc/hosts", O_RDONLY | O_CLOEXEC);
}

static long
read_elsewhere(void)
{
	return open("/proc/version", O_RDONLY | O_CLOEXEC);
}

static long
write_file(void)
{
	return open("/tmp/popseal-sandbox-test", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
}

static long
run_program(void)
{
	char *const words[] = { NULL };

	return execve("/bin/true", words, words);
}

static long
trace_parent(void)
{
	return ptrace(PTRACE_ATTACH, getppid(), NULL, NULL);
}

static long
kill_parent(void)
{
	return kill(getppid(), 0);
}

static long
unix_socket(void)
{
	return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

static long
inet_socket(void)
{
	return socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

static long
become_root(void)
{
	return geteuid() == 0 ? 0 : setuid(0);
}

static long
listen_socket(void)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	return listen(fd, 1);
}

static const struct {
	const char *path;
	enum sandbox_part part;
	long (*try)(void);
	int wanted;
} cases[] = {
	{ "/net/sandbox/reads-etc", SANDBOX_FILES, read_etc, DONE },
	{ "/net/sandbox/reads-nothing-else", SANDBOX_FILES, read_elsewhere, DENIED },
	{ "/net/sandbox/writes-nothing", SANDBOX_FILES, write_file, DENIED },
	{ "/net/sandbox/runs-nothing", SANDBOX_SYSCALLS, run_program, DENIED },
	{ "/net/sandbox/traces-nobody", SANDBOX_SYSCALLS, trace_parent, DENIED },
	{ "/net/sandbox/kills-nobody", SANDBOX_SYSCALLS, kill_parent, DENIED },
	{ "/net/sandbox/no-unix-sockets", SANDBOX_SYSCALLS, unix_socket, DENIED },
	{ "/net/sandbox/inet-sockets", SANDBOX_SYSCALLS, inet_socket, DONE },
	{ "/net/sandbox/no-listeners", SANDBOX_SYSCALLS, listen_socket, DENIED },
	{ "/net/sandbox/not-root", SANDBOX_USER, become_root, DENIED },
};

static void
test_case(const void *data)
{
	const size_t i = GPOINTER_TO_SIZE(data);

	assert_outcome(cases[i].part, cases[i].try, cases[i].wanted);
}

static void
test_missing(void)
{
	g_autofree char *all = sandbox_missing(0);

	g_assert_cmpstr(all, ==, "a user without privileges, Landlock, seccomp");
	g_assert_null(sandbox_missing(SANDBOX_ALL));
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
		g_test_add_data_func(cases[i].path, GSIZE_TO_POINTER(i), test_case);
	g_test_add_func("/net/sandbox/missing", test_missing);
	return g_test_run();
}
