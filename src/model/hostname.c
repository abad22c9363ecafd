/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Host names. Stricter than a resolver, which would take "10.1" and names of
 * any length, and laxer than RFC 952: '_' is allowed, as people use it.
 */
#include "model/hostname.h"

#include <glib.h>
#include <string.h>

#define BAD_CHARACTER "has a character that host names do not have"

static const char *
check_label(const char *label)
{
	size_t length = strlen(label);

	if (length == 0)
		return "has an empty label";
	if (length > HOSTNAME_LABEL_MAX)
		return "has a label longer than 63 octets";
	if (strspn(label, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "-_") != length)
		return BAD_CHARACTER;
	if (label[0] == '-' || label[length - 1] == '-')
		return "has a label that begins or ends with '-'";
	return NULL;
}

/* Returns whether a name that ends in this label is a number to inet_aton. */
static bool
is_number(const char *label)
{
	if (g_ascii_strncasecmp(label, "0x", 2) == 0)
		return label[2 + strspn(label + 2, G_CSET_DIGITS "abcdefABCDEF")] == '\0';
	return label[strspn(label, G_CSET_DIGITS)] == '\0';
}

static const char *
check_name(const char *name)
{
	g_auto(GStrv) labels = g_strsplit(name, ".", -1);

	if (labels[0] == NULL)
		return check_label("");
	if (strlen(name) > ENDPOINT_HOST_MAX)
		return "is longer than 253 octets";
	for (size_t i = 0; labels[i] != NULL; i++) {
		const char *complaint = check_label(labels[i]);

		if (complaint != NULL)
			return complaint;
		if (labels[i + 1] == NULL && is_number(labels[i]))
			return "is no IPv4 address";
	}
	return NULL;
}

const char *
hostname_parse(const char *name, char host[ENDPOINT_HOST_MAX + 1])
{
	bool encode = g_hostname_is_non_ascii(name);

	if (!g_utf8_validate(name, -1, NULL))
		return BAD_CHARACTER;

	g_autofree char *known = encode ? g_hostname_to_ascii(name) : g_strdup(name);

	if (known == NULL)
		return BAD_CHARACTER;
	if (g_str_has_suffix(known, "."))
		known[strlen(known) - 1] = '\0';

	const char *complaint = check_name(known);

	if (complaint == NULL)
		g_strlcpy(host, known, ENDPOINT_HOST_MAX + 1);
	return complaint;
}
