/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numeric addresses, between text and socket.
 *
 * Unlike model/address.h these know zones and interfaces, which only this host
 * can name. getaddrinfo would do, but it takes "10.1" and "0x7f.1" for addresses
 * too, and the canonical URL of an endpoint must have one spelling.
 */
#include "net/socket_address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "model/address.h"
#include "model/endpoint.h"
#include "net/connection.h"
#include "net/loop-private.h"

enum {
	OWN_ADDRESSES_AGE = 5 * G_USEC_PER_SEC /* after which they are read again */
};

/* Returns the index of an interface named by its name or number; 0 if there is none. */
static unsigned
zone_index(const char *zone)
{
	guint64 number = 0;
	unsigned named = if_nametoindex(zone);

	if (named != 0)
		return named;
	if (!g_ascii_string_to_unsigned(zone, 10, 1, UINT32_MAX, &number, NULL))
		return 0;
	return (unsigned)number;
}

static bool
parse_zone(const char *text, const char *zone, union socket_address *address, GError **error)
{
	if (zone == NULL) {
		if (!IN6_IS_ADDR_LINKLOCAL(&address->v6.sin6_addr))
			return true;
		g_set_error(error, NET_ERROR, EINVAL,
			"the link-local address %s needs a zone, such as %s%%eth0", text, text);
		return false;
	}
	address->v6.sin6_scope_id = zone_index(zone);
	if (address->v6.sin6_scope_id != 0)
		return true;
	g_set_error(error, NET_ERROR, ENODEV, "there is no network interface %s", zone);
	return false;
}

bool
socket_address_parse(const char *text, uint16_t port, union socket_address *address, GError **error)
{
	char host[ENDPOINT_ADDRESS_MAX + 1];
	const char *zone = strchr(text, '%');

	memset(address, 0, sizeof *address);
	if (inet_pton(AF_INET, text, &address->v4.sin_addr) == 1) {
		address->v4.sin_family = AF_INET;
		address->v4.sin_port = htons(port);
		return true;
	}
	memset(address, 0, sizeof *address);
	if (strlen(text) < sizeof host) {
		g_strlcpy(host, text, zone == NULL ? sizeof host : (size_t)(zone - text) + 1);
		if (inet_pton(AF_INET6, host, &address->v6.sin6_addr) == 1) {
			address->v6.sin6_family = AF_INET6;
			address->v6.sin6_port = htons(port);
			return parse_zone(text, zone == NULL ? NULL : zone + 1, address, error);
		}
	}
	g_set_error(error, NET_ERROR, EINVAL, "'%s' is no numeric address", text);
	return false;
}

bool
socket_address_copy(const struct sockaddr *from, union socket_address *address)
{
	memset(address, 0, sizeof *address);
	if (from == NULL)
		return false;
	if (from->sa_family == AF_INET) {
		memcpy(&address->v4, from, sizeof address->v4);
		return true;
	}
	if (from->sa_family == AF_INET6) {
		memcpy(&address->v6, from, sizeof address->v6);
		return true;
	}
	return false;
}

socklen_t
socket_address_length(const union socket_address *address)
{
	return address->any.sa_family == AF_INET ? sizeof address->v4 : sizeof address->v6;
}

bool
socket_address_text(const union socket_address *address, char *text)
{
	if (address->any.sa_family == AF_INET)
		return address_format_ipv4((const uint8_t *)&address->v4.sin_addr, text) != NULL;
	return getnameinfo(&address->any, socket_address_length(address), text,
		       ENDPOINT_ADDRESS_MAX + 1, NULL, 0, NI_NUMERICHOST) == 0;
}

bool
socket_address_equal(const union socket_address *one, const union socket_address *other)
{
	if (one->any.sa_family != other->any.sa_family)
		return false;
	if (one->any.sa_family == AF_INET)
		return one->v4.sin_addr.s_addr == other->v4.sin_addr.s_addr;
	if (!IN6_ARE_ADDR_EQUAL(&one->v6.sin6_addr, &other->v6.sin6_addr))
		return false;
	return one->v6.sin6_scope_id == other->v6.sin6_scope_id || one->v6.sin6_scope_id == 0 ||
		other->v6.sin6_scope_id == 0;
}

/* Turns ::ffff:192.0.2.1 into 192.0.2.1, which is what the kernel connects to. */
static void
unmap(union socket_address *address)
{
	union socket_address v4 = { .v4.sin_family = AF_INET };

	if (address->any.sa_family != AF_INET6 || !IN6_IS_ADDR_V4MAPPED(&address->v6.sin6_addr))
		return;
	memcpy(&v4.v4.sin_addr, &address->v6.sin6_addr.s6_addr[12], sizeof v4.v4.sin_addr);
	*address = v4;
}

bool
socket_address_is_unspecified(const union socket_address *address)
{
	if (address->any.sa_family == AF_INET)
		return address->v4.sin_addr.s_addr == htonl(INADDR_ANY);
	return IN6_IS_ADDR_UNSPECIFIED(&address->v6.sin6_addr);
}

/* The loopback nets; and the unspecified addresses, to which Linux connects as to loopback. */
static bool
is_loopback(const union socket_address *address)
{
	if (socket_address_is_unspecified(address))
		return true;
	if (address->any.sa_family == AF_INET)
		return ntohl(address->v4.sin_addr.s_addr) >> IN_CLASSA_NSHIFT == IN_LOOPBACKNET;
	return IN6_IS_ADDR_LOOPBACK(&address->v6.sin6_addr);
}

/* The addresses of the interfaces, which cost several system calls to ask for. */
static struct {
	union socket_address *addresses;
	size_t count;
	int64_t read; /* when, in µs */
} own;

static void
read_interfaces(void)
{
	struct ifaddrs *interfaces = NULL;
	size_t count = 0;

	own.count = 0;
	if (getifaddrs(&interfaces) != 0)
		return;
	for (const struct ifaddrs *each = interfaces; each != NULL; each = each->ifa_next)
		count++;
	own.addresses = g_renew(union socket_address, own.addresses, count);
	for (const struct ifaddrs *each = interfaces; each != NULL; each = each->ifa_next) {
		if (socket_address_copy(each->ifa_addr, &own.addresses[own.count]))
			own.count++;
	}
	freeifaddrs(interfaces);
}

static bool
is_of_interface(const union socket_address *address)
{
	int64_t now = g_get_monotonic_time();

	if (own.addresses == NULL || now - own.read > OWN_ADDRESSES_AGE) {
		read_interfaces();
		own.read = now;
	}
	for (size_t i = 0; i < own.count; i++) {
		if (socket_address_equal(&own.addresses[i], address))
			return true;
	}
	return false;
}

bool
socket_address_is_local(const union socket_address *address)
{
	union socket_address plain = *address;

	unmap(&plain);
	return is_loopback(&plain) || is_of_interface(&plain);
}

bool
net_address_is_local(const char *text)
{
	union socket_address address;

	return socket_address_parse(text, 0, &address, NULL) && socket_address_is_local(&address);
}
