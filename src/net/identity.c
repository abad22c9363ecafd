/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Is a certificate of the name that was asked for? (RFC 7817 section 3, RFC 6125)
 *
 * Names are held against the certificate itself, not against the facts, which
 * keep some of them only.
 */
#include <arpa/inet.h>
#include <string.h>

#include "model/hostname.h"
#include "net/examine-private.h"

static const unsigned FLAGS =
	X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS;

/* Takes "fe80::1%eth0" for an address too, and leaves the zone out. */
static bool
read_address(const char *reference, char address[ENDPOINT_ADDRESS_MAX + 1])
{
	size_t length = strcspn(reference, "%");
	unsigned char binary[sizeof(struct in6_addr)];

	if (length > ENDPOINT_ADDRESS_MAX)
		return false;
	memcpy(address, reference, length);
	address[length] = '\0';
	return inet_pton(strchr(address, ':') != NULL ? AF_INET6 : AF_INET, address, binary) == 1;
}

static bool
names_address(const GENERAL_NAMES *names)
{
	for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
		if (sk_GENERAL_NAME_value(names, i)->type == GEN_IPADD)
			return true;
	}
	return false;
}

/* Compares all octets, so that a name with a NUL in it matches nothing. */
static bool
is_service(const ASN1_IA5STRING *name, const char *service)
{
	size_t length = strlen(service);

	return (size_t)ASN1_STRING_length(name) == length &&
		g_ascii_strncasecmp((const char *)ASN1_STRING_get0_data(name), service, length) ==
		0;
}

static bool
names_service(const GENERAL_NAMES *names, const char *service)
{
	for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
		const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
		const ASN1_IA5STRING *text =
			name->type != GEN_OTHERNAME ? NULL : certificate_service(name->d.otherName);

		if (text != NULL && is_service(text, service))
			return true;
	}
	return false;
}

static enum name_check
check_address(X509 *leaf, const GENERAL_NAMES *names, const char *address)
{
	if (!names_address(names))
		return NAME_NOT_CHECKED;
	return X509_check_ip_asc(leaf, address, FLAGS) == 1 ? NAME_MATCHES : NAME_DIFFERS;
}

static enum name_check
check_host(X509 *leaf, const GENERAL_NAMES *names, const char *host, enum mode mode)
{
	g_autofree char *service =
		g_strdup_printf("%s.%s", mode == MODE_POP3S ? "_pop3s" : "_pop3", host);

	if (names_service(names, service))
		return NAME_MATCHES;
	return X509_check_host(leaf, host, strlen(host), FLAGS, NULL) == 1 ? NAME_MATCHES :
									     NAME_DIFFERS;
}

enum name_check
identity_check(X509 *leaf, const char *reference, enum mode mode)
{
	char address[ENDPOINT_ADDRESS_MAX + 1] = "";
	char host[ENDPOINT_HOST_MAX + 1] = "";
	enum name_check check = NAME_NOT_CHECKED;
	GENERAL_NAMES *names = NULL;

	if (reference == NULL)
		return NAME_NOT_CHECKED;
	names = X509_get_ext_d2i(leaf, NID_subject_alt_name, NULL, NULL);
	if (read_address(reference, address))
		check = check_address(leaf, names, address);
	else if (hostname_parse(reference, host) == NULL)
		check = check_host(leaf, names, host, mode);
	GENERAL_NAMES_free(names);
	return check;
}
