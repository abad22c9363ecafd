/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/crew.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "net/channel.h"

enum {
	LAST_WORDS = 2000, /* ms that a worker has to end by itself */
	FIRST_FREE_DESCRIPTOR = 3,
};

struct worker_process {
	struct crew *crew;
	pid_t pid; /* 0 = there is none */
	struct channel *channel;
	unsigned deaths; /* since its last message */
	bool lied;       /* it sent what is no message, and is killed for it */
};

struct crew {
	struct net_loop *loop;
	const struct crew_events *events;
	void *user;
	unsigned size;
	bool paused;
	struct worker_process workers[];
};

static void
on_received(void *user, unsigned type, const void *bytes, size_t length)
{
	struct worker_process *worker = user;
	struct crew *crew = worker->crew;

	if (worker->lied)
		return;
	worker->lied = !crew->events->received(crew->user, (unsigned)(worker - crew->workers), type,
		bytes, length);
	if (worker->lied)
		kill(worker->pid, SIGKILL);
	else
		worker->deaths = 0;
}

/* The child: nothing of the engine is its own, least of all its signals and files. */
static void
become_worker(struct crew *crew, int fd)
{
	const struct rlimit none = { 0, 0 };
	struct sigaction action = { .sa_handler = SIG_DFL };
	int nothing, code;

	for (int number = 1; number < NSIG; number++)
		sigaction(number, &action, NULL);
	signal(SIGINT, SIG_IGN); /* Ctrl-C reaches the whole group; the engine decides */
	signal(SIGPIPE, SIG_IGN);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, "popseal-worker");
	setrlimit(RLIMIT_CORE, &none);
	nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
	dup2(nothing, STDIN_FILENO);
	dup2(nothing, STDOUT_FILENO);
	dup2(fd, FIRST_FREE_DESCRIPTOR);
	fcntl(FIRST_FREE_DESCRIPTOR, F_SETFD, FD_CLOEXEC);
	close_range(FIRST_FREE_DESCRIPTOR + 1, ~0U, 0);
	code = crew->events->work(crew->user, FIRST_FREE_DESCRIPTOR);
#ifdef __SANITIZE_ADDRESS__
	exit(code); /* looks for leaks */
#endif
	_exit(code);
}

/* Reaps it, after a moment in which it may end by itself, and says how it went. */
static char *
bury(struct worker_process *worker)
{
	int status = 0;
	pid_t pid = 0;

	for (int waited = 0; pid == 0 && waited < LAST_WORDS; waited++) {
		pid = waitpid(worker->pid, &status, WNOHANG);
		if (pid == 0)
			g_usleep(G_TIME_SPAN_MILLISECOND);
	}
	if (pid == 0) {
		kill(worker->pid, SIGKILL);
		waitpid(worker->pid, &status, 0);
	}
	worker->pid = 0;
	if (worker->lied)
		return g_strdup("killed, because it sent what is no answer");
	if (WIFSIGNALED(status))
		return g_strdup_printf("signal %d, %s", WTERMSIG(status),
			strsignal(WTERMSIG(status)));
	return g_strdup_printf("exit code %d", WEXITSTATUS(status));
}

static bool worker_start(struct worker_process *worker, GError **error);

static void
on_ended(void *user)
{
	struct worker_process *worker = user;
	struct crew *crew = worker->crew;
	g_autofree char *how = NULL;
	bool replaced;

	g_clear_pointer(&worker->channel, channel_close); /* it is asked to end by this */
	how = bury(worker);
	worker->lied = false;
	replaced = ++worker->deaths < CREW_DEATHS_MAX && worker_start(worker, NULL);
	crew->events->died(crew->user, (unsigned)(worker - crew->workers), how, replaced);
}

static const struct channel_events channel_events = {
	.received = on_received,
	.ended = on_ended,
};

static bool
worker_start(struct worker_process *worker, GError **error)
{
	struct crew *crew = worker->crew;
	int fds[2];

	if (!channel_pair(fds, error))
		return false;
	worker->pid = fork();
	if (worker->pid == 0)
		become_worker(crew, fds[1]);
	close(fds[1]);
	if (worker->pid < 0) {
		worker->pid = 0;
		close(fds[0]);
		g_set_error(error, G_FILE_ERROR, g_file_error_from_errno(errno),
			"cannot start a worker: %s", g_strerror(errno));
		return false;
	}
	worker->channel = channel_new(crew->loop, fds[0], &channel_events, worker, error);
	if (worker->channel != NULL && crew->paused)
		channel_pause(worker->channel, true);
	return worker->channel != NULL;
}

struct crew *
crew_new(struct net_loop *loop, unsigned size, const struct crew_events *events, void *user,
	GError **error)
{
	struct crew *crew = g_malloc0(sizeof(*crew) + size * sizeof(crew->workers[0]));

	crew->loop = loop;
	crew->events = events;
	crew->user = user;
	crew->size = size;
	for (unsigned i = 0; i < size; i++) {
		crew->workers[i].crew = crew;
		if (worker_start(&crew->workers[i], error))
			continue;
		crew_free(crew);
		return NULL;
	}
	return crew;
}

void
crew_free(struct crew *crew)
{
	if (crew == NULL)
		return;
	for (unsigned i = 0; i < crew->size; i++)
		channel_close(crew->workers[i].channel);
	for (unsigned i = 0; i < crew->size; i++) {
		if (crew->workers[i].pid > 0)
			g_free(bury(&crew->workers[i]));
	}
	g_free(crew);
}

unsigned
crew_size(const struct crew *crew)
{
	return crew->size;
}

bool
crew_is_alive(const struct crew *crew, unsigned worker)
{
	return crew->workers[worker].channel != NULL;
}

void
crew_send(struct crew *crew, unsigned worker, unsigned type, const void *bytes, size_t length)
{
	if (crew_is_alive(crew, worker))
		channel_send(crew->workers[worker].channel, type, bytes, length);
}

void
crew_pause(struct crew *crew, bool paused)
{
	if (crew->paused == paused)
		return;
	crew->paused = paused;
	for (unsigned i = 0; i < crew->size; i++) {
		if (crew_is_alive(crew, i))
			channel_pause(crew->workers[i].channel, paused);
	}
}
