/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Targets and --ports: every form of them, and each bound with one past it.
 */
#include "model/target.h"

#include <string.h>

#include "model/hostname.h"

struct good {
	const char *word;
	enum target_kind kind;
	const char *host;
	const char *first; /* NULL for a name */
	const char *last;
	uint64_t count;
	unsigned port; /* 0 = not said: all of --ports */
	enum mode mode;
};

static const struct good good[] = {
	{ "mail.example", TARGET_HOST, "mail.example", NULL, NULL, 1, 0, MODE_POP3 },
	{ "mail.example.", TARGET_HOST, "mail.example", NULL, NULL, 1, 0, MODE_POP3 },
	{ "mail-1.example:2110", TARGET_HOST, "mail-1.example", NULL, NULL, 1, 2110, MODE_POP3 },
	{ "mail.example:995", TARGET_HOST, "mail.example", NULL, NULL, 1, 995, MODE_POP3S },
	{ "10-0-0-1.example", TARGET_HOST, "10-0-0-1.example", NULL, NULL, 1, 0, MODE_POP3 },
	{ "m\xc3\xbcnchen.example", TARGET_HOST, "xn--mnchen-3ya.example", NULL, NULL, 1, 0,
		MODE_POP3 },
	{ "my_host", TARGET_HOST, "my_host", NULL, NULL, 1, 0, MODE_POP3 },
	{ "192.0.2.1", TARGET_HOST, "192.0.2.1", "192.0.2.1", "192.0.2.1", 1, 0, MODE_POP3 },
	{ "192.0.2.1:1", TARGET_HOST, "192.0.2.1", "192.0.2.1", "192.0.2.1", 1, 1, MODE_POP3 },
	{ "192.0.2.1:65535", TARGET_HOST, "192.0.2.1", "192.0.2.1", "192.0.2.1", 1, 65535,
		MODE_POP3 },
	{ "::1", TARGET_HOST, "::1", "::1", "::1", 1, 0, MODE_POP3 },
	{ "[::1]", TARGET_HOST, "::1", "::1", "::1", 1, 0, MODE_POP3 },
	{ "[2001:DB8::1]:110", TARGET_HOST, "2001:DB8::1", "2001:db8::1", "2001:db8::1", 1, 110,
		MODE_POP3 },
	{ "[::1]:995", TARGET_HOST, "::1", "::1", "::1", 1, 995, MODE_POP3S },
	{ "fe80::1%eth0", TARGET_HOST, "fe80::1%eth0", "fe80::1%eth0", "fe80::1%eth0", 1, 0,
		MODE_POP3 },
	{ "[fe80::1%abcdefghij-_.12]:110", TARGET_HOST, "fe80::1%abcdefghij-_.12",
		"fe80::1%abcdefghij-_.12", "fe80::1%abcdefghij-_.12", 1, 110, MODE_POP3 },
	{ "pop3://mail.example", TARGET_URL, "mail.example", NULL, NULL, 1, 110, MODE_POP3 },
	{ "pop3s://mail.example", TARGET_URL, "mail.example", NULL, NULL, 1, 995, MODE_POP3S },
	{ "POP3S://mail.example/", TARGET_URL, "mail.example", NULL, NULL, 1, 995, MODE_POP3S },
	{ "pop3://mail.example:995", TARGET_URL, "mail.example", NULL, NULL, 1, 995, MODE_POP3 },
	{ "pop3s://192.0.2.1:110", TARGET_URL, "192.0.2.1", "192.0.2.1", "192.0.2.1", 1, 110,
		MODE_POP3S },
	{ "pop3s://[::1]:2995", TARGET_URL, "::1", "::1", "::1", 1, 2995, MODE_POP3S },
	{ "192.0.2.0/24", TARGET_RANGE, "192.0.2.0/24", "192.0.2.0", "192.0.2.255", 256, 0,
		MODE_POP3 },
	{ "192.0.2.77/30", TARGET_RANGE, "192.0.2.77/30", "192.0.2.76", "192.0.2.79", 4, 0,
		MODE_POP3 },
	{ "192.0.2.1/32", TARGET_RANGE, "192.0.2.1/32", "192.0.2.1", "192.0.2.1", 1, 0, MODE_POP3 },
	{ "192.0.2.0/31:995", TARGET_RANGE, "192.0.2.0/31", "192.0.2.0", "192.0.2.1", 2, 995,
		MODE_POP3S },
	{ "0.0.0.0/0", TARGET_RANGE, "0.0.0.0/0", "0.0.0.0", "255.255.255.255", TARGET_RANGE_MAX, 0,
		MODE_POP3 },
	{ "2001:db8::/96", TARGET_RANGE, "2001:db8::/96", "2001:db8::", "2001:db8::ffff:ffff",
		TARGET_RANGE_MAX, 0, MODE_POP3 },
	{ "2001:db8::7/126:110", TARGET_RANGE, "2001:db8::7/126", "2001:db8::4", "2001:db8::7", 4,
		110, MODE_POP3 },
	{ "[2001:db8::/127]:110", TARGET_RANGE, "2001:db8::/127", "2001:db8::", "2001:db8::1", 2,
		110, MODE_POP3 },
	{ "[2001:db8::]/127:110", TARGET_RANGE, "2001:db8::/127", "2001:db8::", "2001:db8::1", 2,
		110, MODE_POP3 },
	{ "[2001:db8::]/128", TARGET_RANGE, "2001:db8::/128", "2001:db8::", "2001:db8::", 1, 0,
		MODE_POP3 },
	{ "10.0.0.1-10.0.0.9", TARGET_RANGE, "10.0.0.1-10.0.0.9", "10.0.0.1", "10.0.0.9", 9, 0,
		MODE_POP3 },
	{ "10.0.0.1-9", TARGET_RANGE, "10.0.0.1-9", "10.0.0.1", "10.0.0.9", 9, 0, MODE_POP3 },
	{ "10.0.0.1-1", TARGET_RANGE, "10.0.0.1-1", "10.0.0.1", "10.0.0.1", 1, 0, MODE_POP3 },
	{ "10.0.0.0-255:110", TARGET_RANGE, "10.0.0.0-255", "10.0.0.0", "10.0.0.255", 256, 110,
		MODE_POP3 },
	{ "10.0.255.254-10.1.0.1", TARGET_RANGE, "10.0.255.254-10.1.0.1", "10.0.255.254",
		"10.1.0.1", 4, 0, MODE_POP3 },
	{ "2001:db8::1-2001:db8::5", TARGET_RANGE, "2001:db8::1-2001:db8::5", "2001:db8::1",
		"2001:db8::5", 5, 0, MODE_POP3 },
	{ "[2001:db8::1-2001:db8::5]:995", TARGET_RANGE, "2001:db8::1-2001:db8::5", "2001:db8::1",
		"2001:db8::5", 5, 995, MODE_POP3S },
	{ "::-::ffff:ffff", TARGET_RANGE, "::-::ffff:ffff", "::", "::255.255.255.255",
		TARGET_RANGE_MAX, 0, MODE_POP3 },
};

static void
check_good(const struct good *expected)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(target_auto) target = target_parse(expected->word, &error);
	char address[ENDPOINT_ADDRESS_MAX + 1];

	g_test_message("%s", expected->word);
	g_assert_no_error(error);
	g_assert_cmpstr(target->text, ==, expected->word);
	g_assert_cmpint(target->kind, ==, expected->kind);
	g_assert_cmpstr(target->host, ==, expected->host);
	g_assert_cmpuint(target_count(target), ==, expected->count);
	g_assert_cmpuint(target->port, ==, expected->port);
	g_assert_cmpint(target->mode, ==, expected->mode);
	g_assert_cmpint(target->first.family != FAMILY_NONE, ==, expected->first != NULL);
	g_assert_cmpstr(target_address(target, 0, address), ==, expected->first);
	g_assert_cmpstr(target_address(target, expected->count - 1, address), ==, expected->last);
	g_assert_null(target_address(target, expected->count, address));
}

static void
test_good(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(good); i++)
		check_good(&good[i]);
}

struct bad {
	const char *word;
	enum target_error code;
	const char *message; /* what the message has */
};

static const struct bad bad[] = {
	{ "", TARGET_ERROR_EMPTY, "empty" },
	{ ":110", TARGET_ERROR_EMPTY, "empty" },
	{ "pop3://", TARGET_ERROR_EMPTY, "empty" },
	{ "/24", TARGET_ERROR_EMPTY, "empty" },
	{ "mail.example:0", TARGET_ERROR_PORT, "\"0\"" },
	{ "mail.example:65536", TARGET_ERROR_PORT, "\"65536\"" },
	{ "mail.example:", TARGET_ERROR_PORT, "\"\"" },
	{ "mail.example:-1", TARGET_ERROR_PORT, "\"-1\"" },
	{ "mail.example:+110", TARGET_ERROR_PORT, "\"+110\"" },
	{ "mail.example:110x", TARGET_ERROR_PORT, "\"110x\"" },
	{ "mail.example:99999999999999999999", TARGET_ERROR_PORT, "65535" },
	{ "[::1]:0", TARGET_ERROR_PORT, "\"0\"" },
	{ "192.0.2.0/33", TARGET_ERROR_PREFIX, "\"33\" is not a number from 0 to 32" },
	{ "192.0.2.0/", TARGET_ERROR_PREFIX, "\"\"" },
	{ "192.0.2.0/-1", TARGET_ERROR_PREFIX, "\"-1\"" },
	{ "192.0.2.0/24/24", TARGET_ERROR_PREFIX, "\"24/24\"" },
	{ "2001:db8::/129", TARGET_ERROR_PREFIX, "\"129\" is not a number from 0 to 128" },
	{ "2001:db8::/95", TARGET_ERROR_TOO_WIDE, "4294967296" },
	{ "::/0", TARGET_ERROR_TOO_WIDE, "4294967296" },
	{ "::-::1:0:0", TARGET_ERROR_TOO_WIDE, "4294967296" },
	{ "10.0.0.9-10.0.0.1", TARGET_ERROR_RANGE, "ends before it starts" },
	{ "10.0.0.9-1", TARGET_ERROR_RANGE, "ends before it starts" },
	{ "10.0.0.1-256", TARGET_ERROR_RANGE, "\"256\"" },
	{ "10.0.0.1-", TARGET_ERROR_RANGE, "\"\"" },
	{ "10.0.0.1-mail", TARGET_ERROR_RANGE, "\"mail\"" },
	{ "10.0.0.1-::1", TARGET_ERROR_RANGE, "mixes" },
	{ "2001:db8::1-9", TARGET_ERROR_RANGE, "\"9\"" },
	{ "mail.example/24", TARGET_ERROR_HOST, "\"mail.example\"" },
	{ "256.0.0.1", TARGET_ERROR_HOST, "IPv4" },
	{ "10.1", TARGET_ERROR_HOST, "IPv4" },
	{ "1", TARGET_ERROR_HOST, "IPv4" },
	{ "0x7f000001", TARGET_ERROR_HOST, "IPv4" },
	{ "010.0.0.1", TARGET_ERROR_HOST, "IPv4" },
	{ "::g", TARGET_ERROR_HOST, "IPv6" },
	{ "[::1", TARGET_ERROR_HOST, "closing bracket" },
	{ "[::1]110", TARGET_ERROR_HOST, "behind a bracket" },
	{ "[mail.example]", TARGET_ERROR_HOST, "no IPv6 address" },
	{ "[192.0.2.1]", TARGET_ERROR_HOST, "no IPv6 address" },
	{ "192.0.2.1%eth0", TARGET_ERROR_HOST, "zone" },
	{ "fe80::1%", TARGET_ERROR_HOST, "zone" },
	{ "fe80::1%eth 0", TARGET_ERROR_HOST, "zone" },
	{ "fe80::1%abcdefghij-_.123", TARGET_ERROR_HOST, "zone" },
	{ "mail..example", TARGET_ERROR_HOST, "empty label" },
	{ ".", TARGET_ERROR_HOST, "empty label" },
	{ "-mail.example", TARGET_ERROR_HOST, "begins or ends" },
	{ "mail-.example", TARGET_ERROR_HOST, "begins or ends" },
	{ "mail example", TARGET_ERROR_HOST, "character" },
	{ "mail\x1b[2J", TARGET_ERROR_HOST, "\\x1b[2J" },
	{ "mail\xff", TARGET_ERROR_HOST, "\\xff" },
	{ "user@mail.example", TARGET_ERROR_HOST, "user" },
	{ "--help", TARGET_ERROR_HOST, "begins or ends" },
	{ "imap://mail.example", TARGET_ERROR_SCHEME, "\"imap\"" },
	{ "://mail.example", TARGET_ERROR_SCHEME, "\"\"" },
	{ "pop3://user:secret@mail.example", TARGET_ERROR_URL, "user" },
	{ "pop3://mail.example/inbox", TARGET_ERROR_URL, "\"/inbox\"" },
	{ "pop3://mail.example?x", TARGET_ERROR_URL, "\"?x\"" },
	{ "pop3://192.0.2.0/24", TARGET_ERROR_URL, "\"/24\"" },
};

static void
check_bad(const struct bad *expected)
{
	g_autoptr(GError) error = NULL;
	struct target *target = target_parse(expected->word, &error);

	g_test_message("%s", error != NULL ? error->message : expected->word);
	g_assert_null(target);
	g_assert_error(error, POPSEAL_TARGET_ERROR, (int)expected->code);
	g_assert_nonnull(strstr(error->message, expected->message));
	g_assert_null(strstr(error->message, "secret"));
}

static void
test_bad(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
		check_bad(&bad[i]);
}

/* Makes a name of that many octets from labels of 63 octets and a shorter last one. */
static char *
long_name(size_t length)
{
	GString *name = g_string_new(NULL);

	while (name->len < length)
		g_string_append_c(name, name->len % 64 == 63 ? '.' : 'a');
	return g_string_free(name, FALSE);
}

static void
check_length(const char *name, bool good_length)
{
	g_autoptr(target_auto) target = target_parse(name, NULL);

	g_assert_cmpint(target != NULL, ==, good_length);
}

static void
test_name_bounds(void)
{
	g_autofree char *label = g_strnfill(HOSTNAME_LABEL_MAX, 'a');
	g_autofree char *label_past = g_strnfill(HOSTNAME_LABEL_MAX + 1, 'a');
	g_autofree char *name = long_name(ENDPOINT_HOST_MAX);
	g_autofree char *name_root = g_strconcat(name, ".", NULL);
	g_autofree char *name_past = long_name(ENDPOINT_HOST_MAX + 1);

	check_length(label, true);
	check_length(label_past, false);
	check_length(name, true);
	check_length(name_root, true);
	check_length(name_past, false);
}

static void
test_wide(void)
{
	static const struct {
		const char *word;
		bool wide;
	} cases[] = { { "10.0.0.0/16", false }, { "10.0.0.0/15", true },
		{ "10.0.0.0-10.0.255.255", false }, { "10.0.0.0-10.1.0.0", true },
		{ "fd00::/112", false }, { "fd00::/111", true }, { "mail.example", false },
		{ "10.0.0.1", false } };

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(target_auto) target = target_parse(cases[i].word, NULL);

		g_assert_cmpint(target_is_wide(target), ==, cases[i].wide);
	}
}

static void
test_middle(void)
{
	g_autoptr(target_auto) target = target_parse("10.0.0.0/8", NULL);
	char address[ENDPOINT_ADDRESS_MAX + 1];

	g_assert_cmpstr(target_address(target, 65536 + 258, address), ==, "10.1.1.2");
	g_assert_null(target_address(target, UINT64_MAX, address));
}

static void
test_ports(void)
{
	struct port_list list;

	g_assert_true(ports_parse("110,995s", &list, NULL));
	g_assert_cmpuint(list.count, ==, 2);
	g_assert_cmpuint(list.items[0].port, ==, 110);
	g_assert_cmpint(list.items[0].mode, ==, MODE_POP3);
	g_assert_cmpuint(list.items[1].port, ==, 995);
	g_assert_cmpint(list.items[1].mode, ==, MODE_POP3S);
	g_assert_true(ports_parse(" 995, 995s ,995S", &list, NULL));
	g_assert_cmpuint(list.count, ==, 1);
	g_assert_cmpint(list.items[0].mode, ==, MODE_POP3S);
	g_assert_true(ports_parse("110,110s,110", &list, NULL));
	g_assert_cmpuint(list.count, ==, 2);
}

static void
test_ports_bad(void)
{
	static const char *const wrong[] = { "110,", ",110", "110,,995", "0", "65536", "110x", "s",
		"110ss", "-1", "110 995", "pop3" };
	struct port_list list = { .count = 7 };
	GError *error = NULL;

	g_assert_false(ports_parse("", &list, &error));
	g_assert_error(error, POPSEAL_TARGET_ERROR, TARGET_ERROR_PORTS);
	g_clear_error(&error);
	for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
		g_assert_false(ports_parse(wrong[i], &list, &error));
		g_assert_error(error, POPSEAL_TARGET_ERROR, TARGET_ERROR_PORT);
		g_clear_error(&error);
	}
	g_assert_cmpuint(list.count, ==, 7);
}

static void
test_ports_bound(void)
{
	g_autoptr(GString) text = g_string_new("110,110");
	struct port_list list;
	GError *error = NULL;

	for (unsigned port = 1; port < TARGET_PORTS_MAX; port++)
		g_string_append_printf(text, ",%u", port);
	g_assert_true(ports_parse(text->str, &list, NULL));
	g_assert_cmpuint(list.count, ==, TARGET_PORTS_MAX);
	g_string_append(text, ",65535s");
	g_assert_false(ports_parse(text->str, &list, &error));
	g_assert_error(error, POPSEAL_TARGET_ERROR, TARGET_ERROR_PORTS);
	g_error_free(error);
}

static void
check_asked(const char *word, const char *expected)
{
	g_autoptr(target_auto) target = target_parse(word, NULL);
	g_autoptr(GString) text = g_string_new(NULL);
	struct port_list asked;

	g_assert_true(ports_parse("110,995s,2110", &asked, NULL));
	asked = target_ports(target, &asked);
	for (size_t i = 0; i < asked.count; i++)
		g_string_append_printf(text, "%s:%u ", mode_word(asked.items[i].mode),
			(unsigned)asked.items[i].port);
	g_assert_cmpstr(text->str, ==, expected);
}

static void
test_asked(void)
{
	check_asked("mail.example", "pop3:110 pop3s:995 pop3:2110 ");
	check_asked("10.0.0.0/30", "pop3:110 pop3s:995 pop3:2110 ");
	check_asked("10.0.0.0/30:2995", "pop3:2995 ");
	check_asked("mail.example:995", "pop3s:995 ");
	check_asked("pop3://mail.example:995", "pop3:995 ");
	check_asked("pop3s://mail.example", "pop3s:995 ");
	check_asked("pop3://mail.example", "pop3:110 ");
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/target/good", test_good);
	g_test_add_func("/target/bad", test_bad);
	g_test_add_func("/target/name-bounds", test_name_bounds);
	g_test_add_func("/target/wide", test_wide);
	g_test_add_func("/target/middle", test_middle);
	g_test_add_func("/target/ports", test_ports);
	g_test_add_func("/target/ports-bad", test_ports_bad);
	g_test_add_func("/target/ports-bound", test_ports_bound);
	g_test_add_func("/target/asked", test_asked);
	return g_test_run();
}
