/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Targets. A word is taken apart from the outside in: scheme, port, then what
 * is left is a network, a range, an address or a name. An IPv6 address has
 * colons of its own, so that a port behind one needs brackets, or a prefix
 * length before it, behind which a colon can be nothing else.
 */
#include "model/target.h"

#include <string.h>

#include "model/escape.h"
#include "model/hostname.h"

enum {
	SHOWN_MAX = ENDPOINT_HOST_MAX
}; /* octets of a wrong part that its error repeats */

/* The pieces of a word; they point into one copy of it. */
struct pieces {
	char *host;   /* an address, a range or a name */
	char *prefix; /* what stands behind '/', or NULL */
	char *port;   /* what stands behind the last ':', or NULL */
};

G_DEFINE_QUARK(popseal - target - error - quark, target_error)

/* Sets the error `what "part" complaint`, and returns false. */
static bool
fail(GError **error, enum target_error code, const char *what, const char *part,
	const char *complaint)
{
	g_autofree char *start = g_strndup(part, SHOWN_MAX);
	g_autofree char *shown = escape_string(start);

	g_set_error(error, POPSEAL_TARGET_ERROR, (int)code, "%s \"%s\" %s", what, shown, complaint);
	return false;
}

/* Cuts the text at that place and returns what stands behind it; NULL for NULL. */
static char *
cut(char *at)
{
	if (at == NULL)
		return NULL;
	*at = '\0';
	return at + 1;
}

/* Splits "[v6]", "[v6]:port", "[v6]/bits", "[v6/bits]:port". */
static bool
split_brackets(char *text, struct pieces *pieces, GError **error)
{
	char *close = strchr(text, ']');

	if (close == NULL)
		return fail(error, TARGET_ERROR_HOST, "host", text, "lacks its closing bracket");

	char *tail = cut(close);

	pieces->host = text + 1;
	pieces->prefix = cut(strchr(pieces->host, '/'));
	if (tail[0] == '/' && pieces->prefix == NULL) {
		pieces->prefix = tail + 1;
		tail += strcspn(tail, ":");
	}
	if (tail[0] != ':' && tail[0] != '\0')
		return fail(error, TARGET_ERROR_HOST, "text", tail, "behind a bracket is no port");
	if (tail[0] == ':')
		pieces->port = cut(tail);
	if (strchr(pieces->host, ':') == NULL)
		return fail(error, TARGET_ERROR_HOST, "host", pieces->host,
			"in brackets is no IPv6 address");
	return true;
}

/* Splits what has no brackets; more than one colon makes a bare IPv6 address. */
static void
split_plain(char *text, struct pieces *pieces)
{
	char *slash = strchr(text, '/');
	char *colon = strchr(slash != NULL ? slash : text, ':');

	pieces->host = text;
	pieces->prefix = cut(slash);
	if (colon != NULL && strchr(colon + 1, ':') == NULL)
		pieces->port = cut(colon);
}

/* Takes the scheme off; what is left of a URL may be a host and a port only (RFC 2384 has more). */
static bool
parse_scheme(struct target *target, char **rest, GError **error)
{
	char *colon = strstr(*rest, "://");

	if (colon == NULL)
		return true;
	*colon = '\0';
	if (g_ascii_strcasecmp(*rest, "pop3") != 0 && g_ascii_strcasecmp(*rest, "pop3s") != 0)
		return fail(error, TARGET_ERROR_SCHEME, "scheme", *rest, "is not pop3 or pop3s");
	target->kind = TARGET_URL;
	target->scheme_given = true;
	target->mode = strlen(*rest) == strlen("pop3s") ? MODE_POP3S : MODE_POP3;
	target->port = target->mode == MODE_POP3S ? PORT_POP3S : PORT_POP3;
	*rest = colon + strlen("://");

	if (strchr(*rest, '@') != NULL) {
		/* It may hold a password: not repeated. */
		g_set_error_literal(error, POPSEAL_TARGET_ERROR, TARGET_ERROR_URL,
			"a user in the URL of a target is not supported");
		return false;
	}
	if (g_str_has_suffix(*rest, "/"))
		(*rest)[strlen(*rest) - 1] = '\0';

	const char *path = strpbrk(*rest, "/?#");

	return path == NULL ||
		fail(error, TARGET_ERROR_URL, "path", path, "in the URL of a target");
}

static bool
parse_port(struct target *target, const char *port, GError **error)
{
	if (port == NULL)
		return true;
	if (!port_parse(port, &target->port, error))
		return false;
	target->port_given = true;
	if (!target->scheme_given)
		target->mode = target->port == PORT_POP3S ? MODE_POP3S : MODE_POP3;
	return true;
}

/* Checks that first to last is a range, and not too wide a one. */
static bool
check_range(struct target *target, const char *host, GError **error)
{
	bool backwards = false;

	target->kind = TARGET_RANGE;
	if (target->first.family != target->last.family)
		return fail(error, TARGET_ERROR_RANGE, "range", host, "mixes IPv4 and IPv6");
	if (address_distance(&target->first, &target->last, &backwards) >= TARGET_RANGE_MAX &&
		!backwards)
		return fail(error, TARGET_ERROR_TOO_WIDE, "range", host,
			"has more than 4294967296 addresses");
	if (backwards)
		return fail(error, TARGET_ERROR_RANGE, "range", host, "ends before it starts");
	return true;
}

/* Parses "192.0.2.0/24". Host bits are allowed: 192.0.2.77/24 is the same network. */
static bool
parse_network(struct target *target, const char *host, const char *prefix, GError **error)
{
	guint64 bits = 0;
	struct address address;

	if (!address_parse(host, &address))
		return fail(error, TARGET_ERROR_HOST, "address", host,
			"of a network is no IP address");
	if (!g_ascii_isdigit(prefix[0]) ||
		!g_ascii_string_to_unsigned(prefix, 10, 0, address_bits(address.family), &bits,
			NULL))
		return fail(error, TARGET_ERROR_PREFIX, "prefix length", prefix,
			address.family == FAMILY_IPV4 ? "is not a number from 0 to 32" :
							"is not a number from 0 to 128");
	target->first = address_network(&address, (unsigned)bits, false);
	target->last = address_network(&address, (unsigned)bits, true);
	g_snprintf(target->host, sizeof(target->host), "%s/%u", host, (unsigned)bits);
	return check_range(target, target->host, error);
}

/* Parses the end of a range: an address, or for IPv4 the last number of one ("192.0.2.1-9"). */
static bool
parse_range_end(struct target *target, const char *text, GError **error)
{
	guint64 number = 0;

	if (address_parse(text, &target->last))
		return true;
	if (target->first.family != FAMILY_IPV4 || !g_ascii_isdigit(text[0]) ||
		!g_ascii_string_to_unsigned(text, 10, 0, UINT8_MAX, &number, NULL))
		return fail(error, TARGET_ERROR_RANGE, "range end", text, "is no IP address");
	target->last = target->first;
	target->last.bytes[3] = (uint8_t)number;
	return true;
}

/* Returns the '-' of a range, which an address stands before, or NULL. */
static const char *
range_dash(const char *host, struct address *first)
{
	const char *dash = strchr(host, '-');
	g_autofree char *before = dash != NULL ? g_strndup(host, (size_t)(dash - host)) : NULL;

	return before != NULL && address_parse(before, first) ? dash : NULL;
}

/* Parses an IPv6 address with a zone ("fe80::1%eth0", RFC 4007 section 11). */
static bool
parse_zoned(struct target *target, const char *host, GError **error)
{
	const char *percent = strchr(host, '%');
	g_autofree char *literal = g_strndup(host, (size_t)(percent - host));
	const char *zone = percent + 1;
	size_t length = strspn(zone, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "-._");

	if (!address_parse(literal, &target->first) || target->first.family != FAMILY_IPV6)
		return fail(error, TARGET_ERROR_HOST, "host", host,
			"has a zone, but no IPv6 address");
	if (length == 0 || length > TARGET_ZONE_MAX || zone[length] != '\0')
		return fail(error, TARGET_ERROR_HOST, "zone", zone, "is no interface's name");
	g_strlcpy(target->zone, zone, sizeof(target->zone));
	return true;
}

static bool
parse_name(struct target *target, const char *host, GError **error)
{
	const char *complaint = NULL;

	if (strchr(host, ':') != NULL)
		return fail(error, TARGET_ERROR_HOST, "host", host, "is no IPv6 address");
	complaint = hostname_parse(host, target->host);
	return complaint == NULL || fail(error, TARGET_ERROR_HOST, "host", host, complaint);
}

static bool
parse_host(struct target *target, const char *host, GError **error)
{
	const char *dash = range_dash(host, &target->first);

	if (dash != NULL) {
		g_strlcpy(target->host, host, sizeof(target->host));
		return parse_range_end(target, dash + 1, error) && check_range(target, host, error);
	}
	if (strchr(host, '%') != NULL) {
		if (!parse_zoned(target, host, error))
			return false;
	} else if (!address_parse(host, &target->first)) {
		return parse_name(target, host, error);
	}
	target->last = target->first;
	g_strlcpy(target->host, host, sizeof(target->host));
	return true;
}

static bool
parse_word(struct target *target, char *word, GError **error)
{
	struct pieces pieces = { NULL, NULL, NULL };

	if (!parse_scheme(target, &word, error))
		return false;
	if (word[0] != '[')
		split_plain(word, &pieces);
	else if (!split_brackets(word, &pieces, error))
		return false;
	if (pieces.host[0] == '\0') {
		g_set_error_literal(error, POPSEAL_TARGET_ERROR, TARGET_ERROR_EMPTY,
			"the host is empty");
		return false;
	}
	if (!parse_port(target, pieces.port, error))
		return false;
	if (pieces.prefix != NULL)
		return parse_network(target, pieces.host, pieces.prefix, error);
	return parse_host(target, pieces.host, error);
}

struct target *
target_parse(const char *word, GError **error)
{
	g_autoptr(target_auto) target = g_new0(struct target, 1);
	g_autofree char *copy = g_strdup(word);

	target->text = g_strdup(word);
	if (strchr(word, '@') != NULL && strstr(word, "://") == NULL) {
		/* It may hold a password: not repeated. */
		g_set_error_literal(error, POPSEAL_TARGET_ERROR, TARGET_ERROR_HOST,
			"a target has no user: nothing may stand before its host");
		return NULL;
	}
	if (!parse_word(target, copy, error))
		return NULL;
	return g_steal_pointer(&target);
}

struct target *
target_copy(const struct target *target)
{
	struct target *copy = g_memdup2(target, sizeof(*target));

	copy->text = g_strdup(target->text);
	return copy;
}

void
target_free(struct target *target)
{
	if (target == NULL)
		return;
	g_free(target->text);
	g_free(target);
}

struct port_list
target_ports(const struct target *target, const struct port_list *asked)
{
	if (!target->port_given && !target->scheme_given)
		return *asked;
	return (struct port_list){ .items = { { target->port, target->mode } }, .count = 1 };
}

uint64_t
target_count(const struct target *target)
{
	bool backwards = false;

	if (target->first.family == FAMILY_NONE)
		return 1;
	return address_distance(&target->first, &target->last, &backwards) + 1;
}

const char *
target_address(const struct target *target, uint64_t index, char buffer[ENDPOINT_ADDRESS_MAX + 1])
{
	if (target->first.family == FAMILY_NONE || index >= target_count(target))
		return NULL;

	struct address address = address_add(&target->first, index);

	address_format(&address, buffer);
	if (target->zone[0] != '\0') {
		g_strlcat(buffer, "%", ENDPOINT_ADDRESS_MAX + 1);
		g_strlcat(buffer, target->zone, ENDPOINT_ADDRESS_MAX + 1);
	}
	return buffer;
}

bool
target_is_wide(const struct target *target)
{
	return target->kind == TARGET_RANGE && target_count(target) > TARGET_WIDE;
}

bool
target_never_asked(const char *address)
{
	g_autofree char *literal = g_strndup(address, strcspn(address, "%"));
	struct address parsed;

	return address_parse(literal, &parsed) && address_never_asked(&parsed);
}
