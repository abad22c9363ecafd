/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which files are fragments of a distribution's configuration, and what a fragment may say.
 */
#include "witness/config/layouts.h"

#include <glib/gstdio.h>

#include "model/facts.h"

static void
test_find(void)
{
	static const struct {
		const char *path, *title;
	} cases[] = {
		{ "/srv/mail/docker-data/dms/config/dovecot.cf", "docker-mailserver" },
		{ "/srv/mail/config/dovecot.cf", "docker-mailserver" },
		{ "/srv/otherconfig/dovecot.cf", NULL },
		{ "/nowhere/data/conf/dovecot/extra.conf", "Mailcow" },
		{ "/mailu/overrides/dovecot/dovecot.conf", "Mailu" },
		{ "/mailu/overrides/dovecot.conf", "Mailu" },
		{ "/etc/dovecot/dovecot.conf", NULL },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		const struct config_layout *layout = config_layout_find(cases[i].path);

		g_assert_cmpstr(layout != NULL ? layout->title : NULL, ==, cases[i].title);
	}
}

/* Beside its dovecot.conf, Mailcow's extra.conf is part of a whole. */
static void
test_whole(void)
{
	g_autofree char *top = g_dir_make_tmp("popseal-layouts-XXXXXX", NULL);
	g_autofree char *folder = g_build_filename(top, "data", "conf", "dovecot", NULL);
	g_autofree char *extra = g_build_filename(folder, "extra.conf", NULL);
	g_autofree char *whole = g_build_filename(folder, "dovecot.conf", NULL);
	g_autofree char *command = g_strdup_printf("rm -r %s", top);

	g_assert_cmpint(g_mkdir_with_parents(folder, 0700), ==, 0);
	g_assert_nonnull(config_layout_find(extra));
	g_assert_true(g_file_set_contents(whole, "", 0, NULL));
	g_assert_null(config_layout_find(extra));
	g_assert_true(g_spawn_command_line_sync(command, NULL, NULL, NULL, NULL));
}

static struct facts *
judged(enum verdict_value verdict, bool by_setting)
{
	struct facts *facts = facts_new();
	struct config_listener *listener;

	config_facts_new(facts, "dovecot", "Dovecot");
	listener = config_add_listener(facts);
	listener->address = "*";
	listener->verdict = verdict;
	if (by_setting)
		config_chain_add(&listener->chain, (struct location){ "f", 1, 1 }, "x", NULL);
	config_add_doubt(facts, REASON_INVALID)->fatal = true;
	config_layout_judge(&config_layouts[0], facts);
	config_verdict_decide(facts);
	return facts;
}

static void
test_judge(void)
{
	g_autoptr(facts_auto) permits = judged(VERDICT_PERMITS, true);
	g_autoptr(facts_auto) by_default = judged(VERDICT_PERMITS, false);
	g_autoptr(facts_auto) refuses = judged(VERDICT_REFUSES, true);

	g_assert_cmpint(permits->verdict.value, ==, VERDICT_PERMITS);
	g_assert_cmpint(by_default->verdict.value, ==, VERDICT_UNDETERMINED);
	g_assert_cmpint(refuses->verdict.value, ==, VERDICT_UNDETERMINED);
	g_assert_cmpint(refuses->verdict.reason, ==, REASON_ELSEWHERE);
	g_assert_nonnull(refuses->verdict.settle);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/layouts/find", test_find);
	g_test_add_func("/layouts/whole", test_whole);
	g_test_add_func("/layouts/judge", test_judge);
	return g_test_run();
}
