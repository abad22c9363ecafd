/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What it prints goes into files without a name, not pipes: a daemon that it starts keeps those
 * open for ever, and nobody would see the end of them.
 */
#include "net/command.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	POLL_MS = 20, /* between looks, where the kernel has no pidfd */
};

static int
new_file(void)
{
	return memfd_create("popseal-command", MFD_CLOEXEC);
}

/* Waits until the child has ended, or the time is up. */
static bool
wait_end(pid_t pid, unsigned seconds, int *status)
{
	int64_t until = g_get_monotonic_time() + (int64_t)seconds * G_USEC_PER_SEC;
	int handle = (int)syscall(SYS_pidfd_open, pid, 0);
	struct pollfd end = { .fd = handle, .events = POLLIN };
	pid_t ended = 0;

	for (;;) {
		int64_t left = until - g_get_monotonic_time();

		ended = waitpid(pid, status, WNOHANG);
		if (ended == pid || (ended < 0 && errno != EINTR) || left <= 0)
			break;
		poll(&end, handle >= 0 ? 1 : 0, handle >= 0 ? (int)(left / 1000) + 1 : POLL_MS);
	}
	if (handle >= 0)
		close(handle);
	return ended == pid;
}

static char *
read_file(int fd, size_t most, size_t *length, bool *cut)
{
	off_t size = lseek(fd, 0, SEEK_END);
	size_t wanted = size > 0 ? MIN((size_t)size, most) : 0;
	char *text = g_malloc(wanted + 1);
	ssize_t got = wanted > 0 ? pread(fd, text, wanted, 0) : 0;

	*length = got > 0 ? (size_t)got : 0;
	*cut |= size > 0 && (size_t)size > most;
	text[*length] = '\0';
	return text;
}

struct child {
	const struct command *command;
};

/* In the child: a group of its own, so that all of it can be ended. */
static void
set_up(void *user)
{
	const struct child *child = user;

	setpgid(0, 0);
	if (child->command->prepare != NULL)
		child->command->prepare(child->command->user);
}

static void
collect(const struct command *command, int output, int complaint, int status,
	struct command_result *result)
{
	size_t length;

	result->output = read_file(output, command->output_max, &result->length, &result->cut);
	if (command->apart)
		result->complaint =
			read_file(complaint, command->output_max, &length, &result->cut);
	result->code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

bool
command_run(const struct command *command, struct command_result *result, GError **error)
{
	struct child child = { command };
	int output = new_file(), complaint = command->apart ? new_file() : dup(output), status = 0;
	g_auto(GStrv) words = g_strdupv((char **)(uintptr_t)command->words);
	GPid pid = 0;
	bool started;

	*result = (struct command_result){ 0 };
	started = g_spawn_async_with_fds(NULL, words, NULL,
		G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD, set_up, &child, &pid, -1, output,
		complaint, error);
	if (started) {
		result->in_time = wait_end(pid, command->seconds, &status);
		if (!result->in_time) {
			kill(-pid, SIGKILL);
			while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
				;
		}
		collect(command, output, complaint, status, result);
	}
	close(output);
	close(complaint);
	return started;
}

void
command_result_clear(struct command_result *result)
{
	g_clear_pointer(&result->output, g_free);
	g_clear_pointer(&result->complaint, g_free);
}
