/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is denied is answered with EPERM and not with death: a new C library
 * that tries a new call first must not cost a verdict.
 */
#include "net/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/landlock.h>
#include <openssl/ssl.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
	NOBODY = 65534
};

/* What the loop, TLS, the resolver and the C library use; sockets are narrowed down below. */
static const int allowed[] = {
	SCMP_SYS(read),
	SCMP_SYS(readv),
	SCMP_SYS(pread64),
	SCMP_SYS(write),
	SCMP_SYS(writev),
	SCMP_SYS(close),
	SCMP_SYS(fstat),
	SCMP_SYS(newfstatat),
	SCMP_SYS(lseek),
	SCMP_SYS(openat),
	SCMP_SYS(open),
	SCMP_SYS(access),
	SCMP_SYS(faccessat),
	SCMP_SYS(faccessat2),
	SCMP_SYS(stat),
	SCMP_SYS(fcntl),
	SCMP_SYS(ioctl),
	SCMP_SYS(dup),
	SCMP_SYS(dup3),
	SCMP_SYS(connect),
	SCMP_SYS(bind),
	SCMP_SYS(sendto),
	SCMP_SYS(recvfrom),
	SCMP_SYS(sendmsg),
	SCMP_SYS(recvmsg),
	SCMP_SYS(sendmmsg),
	SCMP_SYS(recvmmsg),
	SCMP_SYS(shutdown),
	SCMP_SYS(getsockname),
	SCMP_SYS(getpeername),
	SCMP_SYS(getsockopt),
	SCMP_SYS(setsockopt),
	SCMP_SYS(poll),
	SCMP_SYS(ppoll),
	SCMP_SYS(epoll_create1),
	SCMP_SYS(epoll_ctl),
	SCMP_SYS(epoll_wait),
	SCMP_SYS(epoll_pwait),
	SCMP_SYS(eventfd2),
	SCMP_SYS(pipe2),
	SCMP_SYS(brk),
	SCMP_SYS(mmap),
	SCMP_SYS(munmap),
	SCMP_SYS(mremap),
	SCMP_SYS(madvise),
	SCMP_SYS(mprotect),
	SCMP_SYS(futex),
	SCMP_SYS(sched_yield),
	SCMP_SYS(getrandom),
	SCMP_SYS(clock_gettime),
	SCMP_SYS(clock_getres),
	SCMP_SYS(clock_nanosleep),
	SCMP_SYS(nanosleep),
	SCMP_SYS(gettimeofday),
	SCMP_SYS(time),
	SCMP_SYS(getpid),
	SCMP_SYS(gettid),
	SCMP_SYS(getuid),
	SCMP_SYS(geteuid),
	SCMP_SYS(getgid),
	SCMP_SYS(getegid),
	SCMP_SYS(rt_sigaction),
	SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(rt_sigreturn),
	SCMP_SYS(sigaltstack),
	SCMP_SYS(restart_syscall),
	SCMP_SYS(prctl),
	SCMP_SYS(tgkill),
	SCMP_SYS(uname),
	SCMP_SYS(sysinfo),
	SCMP_SYS(exit),
	SCMP_SYS(exit_group),
	SCMP_SYS(rseq),
	SCMP_SYS(getrlimit),
	SCMP_SYS(prlimit64),
	SCMP_SYS(getrusage),
	SCMP_SYS(getdents64),
};

/* Sockets are for the network, for the kernel's list of addresses, and for nothing else. */
static const int families[] = { AF_INET, AF_INET6, AF_NETLINK };

static bool
filter_syscalls(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	bool loaded = filter != NULL;

	/* A call that this machine does not have is no reason to go without. */
	for (size_t i = 0; loaded && i < G_N_ELEMENTS(allowed); i++)
		seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0);
	for (size_t i = 0; loaded && i < G_N_ELEMENTS(families); i++)
		loaded = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(socket), 1,
				 SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)families[i])) == 0;
	loaded = loaded && seccomp_load(filter) == 0;
	if (filter != NULL)
		seccomp_release(filter);
	return loaded;
}

/* Landlock has no functions in the C library of Debian 12. */
static int
landlock_ruleset(const struct landlock_ruleset_attr *attributes)
{
	return (int)syscall(SYS_landlock_create_ruleset, attributes, sizeof(*attributes), 0);
}

static bool
allow_reading(int ruleset, const char *path)
{
	struct landlock_path_beneath_attr rule = {
		.allowed_access = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR,
		.parent_fd = open(path, O_PATH | O_CLOEXEC),
	};
	bool added = rule.parent_fd >= 0 &&
		syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0;

	if (rule.parent_fd >= 0)
		close(rule.parent_fd);
	return added;
}

/* The first version of Landlock's rights, which every kernel that has it knows. */
static bool
confine_files(void)
{
	const struct landlock_ruleset_attr attributes = {
		.handled_access_fs = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE |
			LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR |
			LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE |
			LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR |
			LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK |
			LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK |
			LANDLOCK_ACCESS_FS_MAKE_SYM,
	};
	int ruleset = landlock_ruleset(&attributes);
	bool confined = ruleset >= 0 && allow_reading(ruleset, "/etc");

	if (confined)
		allow_reading(ruleset, "/run/systemd/resolve"); /* where there is one */
	confined = confined && syscall(SYS_landlock_restrict_self, ruleset, 0) == 0;

	if (ruleset >= 0)
		close(ruleset);
	return confined;
}

static bool
drop_root(void)
{
	if (geteuid() != 0)
		return true;
	if (setgroups(0, NULL) != 0 || setresgid(NOBODY, NOBODY, NOBODY) != 0 ||
		setresuid(NOBODY, NOBODY, NOBODY) != 0)
		return false;
	/* The change of user has forgotten it; a process that is stopped needs it. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	return true;
}

/* Whether this build looks for leaks at its end, for which it needs what is denied here. */
static bool
is_sanitized(void)
{
#ifdef __SANITIZE_ADDRESS__
	return true;
#else
	return false;
#endif
}

unsigned
sandbox_enter(void)
{
	unsigned parts = 0;

	if (is_sanitized())
		return SANDBOX_ALL;
	OPENSSL_init_ssl(0, NULL); /* reads its configuration, and loads what that names */
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return 0;
	if (drop_root())
		parts |= SANDBOX_USER;
	if (confine_files())
		parts |= SANDBOX_FILES;
	if (filter_syscalls())
		parts |= SANDBOX_SYSCALLS;
	return parts;
}

char *
sandbox_missing(unsigned parts)
{
	static const struct {
		unsigned part;
		const char *name;
	} names[] = {
		{ SANDBOX_USER, "a user without privileges" },
		{ SANDBOX_FILES, "Landlock" },
		{ SANDBOX_SYSCALLS, "seccomp" },
	};
	GString *text = g_string_new(NULL);

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		if ((parts & names[i].part) != 0)
			continue;
		g_string_append_printf(text, "%s%s", text->len > 0 ? ", " : "", names[i].name);
	}
	return g_string_free(text, text->len == 0);
}
