/* SPDX-License-Identifier: Apache-2.0 */
/*
 * model/netrc: what is found for which machine and login, and what is wrong with broken files.
 */
#include <string.h>

#include "model/netrc.h"

struct row {
	const char *text;
	const char *machine;
	const char *login;    /* that is asked for, or NULL */
	const char *found;    /* the login that is found, "-" for none; NULL: no entry */
	const char *password; /* NULL: the entry has none */
};

#define A "machine a.example login ann password one\n"
#define B "machine b.example login bob password two\n"

static const struct row rows[] = {
	{ "", "a.example", NULL, NULL, NULL },
	{ "\n \t\r\n", "a.example", NULL, NULL, NULL },
	{ A B, "a.example", NULL, "ann", "one" },
	{ A B, "b.example", NULL, "bob", "two" },
	{ A B, "B.Example", NULL, "bob", "two" },
	{ A B, "c.example", NULL, NULL, NULL },
	{ A B, "a.example", "ann", "ann", "one" },
	{ A B, "a.example", "bob", NULL, NULL },
	{ A B, "a.example", "Ann", NULL, NULL },
	/* the first of several, or the one with the login */
	{ A "machine a.example login bob password two", "a.example", NULL, "ann", "one" },
	{ A "machine a.example login bob password two", "a.example", "bob", "bob", "two" },
	/* an entry without a login serves any */
	{ "machine a.example password one", "a.example", "bob", "-", "one" },
	{ "machine a.example password one", "a.example", NULL, "-", "one" },
	{ "machine a.example", "a.example", NULL, "-", NULL },
	{ "machine a.example login ann", "a.example", NULL, "ann", NULL },
	{ "machine a.example login ann\n" B, "a.example", NULL, "ann", NULL },
	/* default, wherever it stands */
	{ A "default login any password three", "c.example", NULL, "any", "three" },
	{ "default login any password three\n" A, "a.example", NULL, "ann", "one" },
	{ A "default login any password three", "a.example", "any", "any", "three" },
	{ A "default login any password three", "c.example", "ann", NULL, NULL },
	/* order, other words, lines */
	{ "machine a.example password one login ann", "a.example", "ann", "ann", "one" },
	{ "machine a.example account x user ann passwd one", "a.example", NULL, "ann", "one" },
	{ "MACHINE a.example LOGIN ann PASSWORD one", "a.example", NULL, "ann", "one" },
	{ "machine\na.example\n\tlogin\r\n ann\npassword\n\none\n", "a.example", NULL, "ann",
		"one" },
	{ "machine a.example\r\nlogin ann\r\npassword one\r\n", "a.example", NULL, "ann", "one" },
	{ "machine a.example login x login ann password x password one", "a.example", "ann", "ann",
		"one" },
	{ "machine login login password password machine", "login", NULL, "password", "machine" },
	/* quotes and backslashes */
	{ "machine a.example login \"ann lee\" password \"o n e\"", "a.example", NULL, "ann lee",
		"o n e" },
	{ "machine a.example login ann password \"a\\\"b\\\\c\\td\\ne\\rf\\g\"", "a.example", NULL,
		"ann", "a\"b\\c\td\ne\rfg" },
	{ "machine a.example login ann password a\\ b\\\\c\\n\\\"", "a.example", NULL, "ann",
		"a b\\cn\"" },
	{ "machine a.example login ann password o\"n\"e", "a.example", NULL, "ann", "o\"n\"e" },
	{ "machine a.example login ann password \"\"", "a.example", NULL, "ann", "" },
	{ "machine \"a.example\" login ann password \"login\"", "a.example", NULL, "ann", "login" },
	{ "machine a.example login ann password p\303\244ss", "a.example", NULL, "ann",
		"p\303\244ss" },
	/* comments: where a keyword may stand, and nowhere else */
	{ "# machine a.example password no\n" A "#", "a.example", NULL, "ann", "one" },
	{ "machine a.example # login no\n login ann #x\n password one", "a.example", NULL, "ann",
		"one" },
	{ "machine a.example login ann password #one", "a.example", NULL, "ann", "#one" },
	{ "machine a.example login ann password o#ne # no", "a.example", NULL, "ann", "o#ne" },
	/* macros go to an empty line */
	{ "macdef init\ncd /pub\nmachine a.example password no\n\n" A, "a.example", NULL, "ann",
		"one" },
	{ "macdef init\r\nget x\r\n\r\n" A, "a.example", NULL, "ann", "one" },
	{ "macdef init\nget \"x\n \t\n" A, "a.example", NULL, "ann", "one" },
	{ "macdef init\n\n" A, "a.example", NULL, "ann", "one" },
	{ A "macdef init\nmachine b.example", "b.example", NULL, NULL, NULL },
	{ "machine a.example login ann macdef m\nx\n\npassword one", "a.example", NULL, "ann",
		"one" },
};

static void
check_row(const struct row *row)
{
	struct netrc_entry entry;
	GError *error = NULL;
	bool found =
		netrc_find(row->text, strlen(row->text), row->machine, row->login, &entry, &error);

	g_test_message("%s", row->text);
	g_assert_no_error(error);
	g_assert_cmpint(found, ==, row->found != NULL);
	if (found) {
		g_assert_cmpstr(entry.login != NULL ? entry.login : "-", ==, row->found);
		g_assert_cmpstr(entry.password != NULL ? secret_bytes(entry.password) : NULL, ==,
			row->password);
	}
	netrc_entry_clear(&entry);
	g_assert_null(entry.login);
	g_assert_null(entry.password);
}

static void
test_found(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
		check_row(&rows[i]);
}

static const struct {
	const char *text;
	const char *where;
} wrong[] = {
	{ "login hunter2", "line 1: no machine stands before it" },
	{ "\n\npassword hunter2", "line 3: no machine stands before it" },
	{ A "hunter2 x", "line 2: a word is no keyword" },
	{ "machine a.example login ann password hunter2 hunter2", "line 1: a word is no keyword" },
	{ "machine a.example \"login\" ann", "line 1: a word is no keyword" },
	{ A "machine", "line 2: a keyword has no value" },
	{ A "\nmachine x\npassword\n\n\n", "line 4: a keyword has no value" },
	{ "machine a.example password \"hunter2", "line 1: a quotation mark is missing" },
	{ "machine a.example password \"hunter2\n\"", "line 1: a quotation mark is missing" },
	{ "machine a.example\npassword \"hun\"ter2", "line 2: something stands right behind" },
	{ "machine a.example password hunter2\\", "line 1: there is nothing behind a backslash" },
	{ "machine a.example password hunter2\\\nlogin", "line 1: there is nothing behind" },
	{ "macdef", "line 1: a keyword has no value" },
	{ "macdef init\nx\n\nhunter2", "line 4: a word is no keyword" },
};

/* An error is told wherever it stands, and quotes nothing. */
static void
test_broken(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
		struct netrc_entry entry;
		g_autoptr(GError) error = NULL;
		bool found = netrc_find(wrong[i].text, strlen(wrong[i].text), "a.example", NULL,
			&entry, &error);

		g_assert_false(found);
		g_assert_error(error, POPSEAL_NETRC_ERROR, 0);
		if (!g_str_has_prefix(error->message, wrong[i].where))
			g_error("\"%s\" is told for \"%s\"", error->message, wrong[i].text);
		g_assert_null(strstr(error->message, "hunter2"));
		g_assert_null(entry.login);
		g_assert_null(entry.password);
	}
}

/* Looks for machine "m" in a text; returns the length of its password, or -1 with an error. */
static gssize
length_of(const GString *text)
{
	struct netrc_entry entry;
	g_autoptr(GError) error = NULL;
	bool found = netrc_find(text->str, text->len, "m", NULL, &entry, &error);
	gssize length = found ? (gssize)secret_length(entry.password) : -1;

	g_assert_cmpint(found, ==, error == NULL);
	netrc_entry_clear(&entry);
	return length;
}

static void
test_bounds(void)
{
	g_autoptr(GString) text = g_string_new("machine m password ");
	g_autofree char *longest = g_strnfill(SECRET_MAX, 'x');
	size_t before;

	g_string_append(text, longest);
	g_assert_cmpint(length_of(text), ==, SECRET_MAX);
	g_string_append_c(text, 'x');
	g_assert_cmpint(length_of(text), ==, -1);

	g_string_assign(text, "machine m password x ");
	before = text->len;
	g_string_set_size(text, NETRC_MAX);
	memset(text->str + before, '\n', NETRC_MAX - before);
	g_assert_cmpint(length_of(text), ==, 1);
	g_string_append_c(text, '\n');
	g_assert_cmpint(length_of(text), ==, -1);

	g_string_assign(text, "machine m password x ");
	g_string_append_c(text, '\0');
	g_assert_cmpint(length_of(text), ==, -1);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/netrc/found", test_found);
	g_test_add_func("/netrc/broken", test_broken);
	g_test_add_func("/netrc/bounds", test_bounds);
	return g_test_run();
}
