/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whose file it is: what configuration management or a generator has written, it writes again.
 */
#ifndef POPSEAL_FIX_OWNER_H
#define POPSEAL_FIX_OWNER_H

#include <stddef.h>

enum {
	OWNER_HEAD_MAX = 4096, /* octets at a file's beginning that are looked through */
};

/*
 * The title of what says in a comment at the beginning of the file that it owns it ("Ansible"), or
 * NULL; static.
 */
const char *owner_of(const char *bytes, size_t length);

/*
 * The title of what owns a block of lines ("# BEGIN ANSIBLE MANAGED BLOCK"), anywhere in the file,
 * that the change from `before` to `after` touches; or NULL. Static.
 */
const char *owner_of_change(const char *before, size_t before_length, const char *after,
	size_t after_length);

/* Where a change belongs that such an owner would undo: a sentence; static. */
const char *owner_advice(const char *title);

#endif
