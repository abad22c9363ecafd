/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a worker gives up before it talks to strangers: root, the file system but
 * for what name resolution reads, and every system call that it has no use for.
 */
#ifndef POPSEAL_NET_SANDBOX_H
#define POPSEAL_NET_SANDBOX_H

#include <glib.h>
#include <stdbool.h>

enum sandbox_part {
	SANDBOX_USER = 1,     /* it was root and is nobody now; or was not root */
	SANDBOX_FILES = 2,    /* Landlock: nothing but /etc can be read, nothing written */
	SANDBOX_SYSCALLS = 4, /* seccomp */
	SANDBOX_ALL = 7,
};

/*
 * Enters, for good and for this process alone, with what the kernel has of it; returns the parts
 * that hold. Where one is missing the process goes on without it, and the caller says so.
 */
unsigned sandbox_enter(void);

/* Returns what is missing in words ("seccomp, Landlock"), or NULL; free with g_free. */
char *sandbox_missing(unsigned parts);

#endif
