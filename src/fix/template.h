/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texts that are filled in: src/fix/templates, a part of the program. What is filled in stands
 * there as "@NAME@".
 */
#ifndef POPSEAL_FIX_TEMPLATE_H
#define POPSEAL_FIX_TEMPLATE_H

#include <glib.h>

struct template_mark {
	const char *name; /* NULL ends a list */
	const char *text;
};

/* The template of that name, which is there; static. */
const char *template_text(const char *name);

/* It with each mark's text in its place; a new string. */
GString *template_fill(const char *name, const struct template_mark *marks);

#endif
