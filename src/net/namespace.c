/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Network namespaces: entering one before the first socket.
 *
 * Only the network changes: the hosts file and resolv.conf stay this system's,
 * unlike under `ip netns exec`, which mounts /etc/netns/NAME over /etc.
 */
#include "net/namespace.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#include "net/loop-private.h"

#define NAMESPACE_FOLDER "/var/run/netns"

static void
explain(GError **error, const char *name, const char *path, int number)
{
	switch (number) {
	case ENOENT:
		g_set_error(error, NET_ERROR, number,
			"there is no network namespace %s (no file %s)", name, path);
		break;
	case EPERM:
	case EACCES:
		g_set_error(error, NET_ERROR, number,
			"entering the network namespace %s needs root (CAP_SYS_ADMIN)", name);
		break;
	case EINVAL:
		g_set_error(error, NET_ERROR, number, "%s is no network namespace", name);
		break;
	default:
		g_set_error(error, NET_ERROR, number, "cannot enter the network namespace %s: %s",
			name, g_strerror(number));
	}
}

static bool
is_name(const char *name)
{
	return name[0] != '\0' && strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

bool
net_namespace_enter(const char *name, GError **error)
{
	g_autofree char *path = strchr(name, '/') != NULL ?
		g_strdup(name) :
		g_strdup_printf(NAMESPACE_FOLDER "/%s", name);
	int number = 0;
	int fd = -1;

	if (!is_name(name)) {
		g_set_error(error, NET_ERROR, EINVAL, "'%s' cannot name a network namespace", name);
		return false;
	}
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET) != 0)
		number = errno;
	if (fd >= 0)
		close(fd);
	if (number != 0)
		explain(error, name, path, number);
	return number == 0;
}
