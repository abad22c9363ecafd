/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What popseal takes Dovecot's settings to be, for config_dovecot.py to hold against doveconf.
 *
 * usage: dovecot-values ROOT < QUESTIONS
 *
 * A question is a line "PATH 23|24 LOCAL|- REMOTE|-", PATH below ROOT. The answer has a line
 * "KEY VALUE" for each setting that is set, the value escaped as in C; "KEY?" where it is not
 * known, "KEY!" where blocks contradict each other, "fatal" where the server would not load it,
 * and "." at its end.
 */
#include <stdio.h>
#include <string.h>

#include "model/facts.h"
#include "products/dovecot/gate.h"
#include "witness/config/files.h"

#define LISTENER "service/pop3-login/inet_listener/"

static const char *const plain[] = { "ssl", "login_greeting", "ssl_min_protocol",
	"disable_plaintext_auth", "auth_allow_cleartext", NULL };
static const char *const lists[] = { "login_trusted_networks", "protocols", "auth_mechanisms",
	"listen", NULL };
static const char *const listener[] = { LISTENER "pop3/port", LISTENER "pop3/ssl",
	LISTENER "pop3/address", LISTENER "pop3s/port", LISTENER "pop3s/address", NULL };

static void
print_value(const struct dovecot_settings *settings, const char *key,
	const struct dovecot_client *client)
{
	struct dovecot_found found;
	const char *value;

	dovecot_settings_find(settings, key, client, &found);
	if (found.decides == NULL)
		return;
	value = dovecot_found_value(&found, NULL);
	if (found.conflict != NULL) {
		printf("%s!\n", key);
	} else if (value == NULL) {
		printf("%s?\n", key);
	} else {
		g_autofree char *escaped = g_strescape(value, NULL);

		printf("%s %s\n", key, escaped);
	}
}

/* 2.4 has lists of words; those of the default are not known here. */
static void
print_list(struct dovecot_settings *settings, const char *key, const struct dovecot_client *client)
{
	g_autoptr(GArray) words = dovecot_settings_list(settings, key, client, "(default)");
	bool is_default = false;

	for (guint i = 0; i < words->len; i++)
		is_default |= g_array_index(words, struct dovecot_word, i).from == NULL;
	if (is_default && (words->len == 1 || !g_str_equal(key, "protocols")))
		return;
	printf("%s", key);
	for (guint i = 0; i < words->len; i++)
		if (g_array_index(words, struct dovecot_word, i).from != NULL)
			printf(" %s", g_array_index(words, struct dovecot_word, i).word);
	printf("\n");
}

static void
print_doubts(const struct config_facts *config)
{
	for (guint i = 0; i < config->doubts->len; i++) {
		const struct config_doubt *doubt =
			&g_array_index(config->doubts, struct config_doubt, i);

		if (doubt->fatal)
			printf("fatal %u %s\n", doubt->location.line, doubt->message);
		else
			printf("doubt %u %s\n", doubt->location.line, doubt->message);
	}
}

static void
answer(struct config_source *source, const char *path, bool is_24,
	const struct dovecot_client *client)
{
	static const struct dovecot_client nobody;
	g_autoptr(facts_auto) facts = facts_new();
	struct config_reading reading = { .facts = facts, .source = source, .root = path };
	g_autoptr(dovecot_settings_auto) settings = NULL;

	config_facts_new(facts, "dovecot", "Dovecot")->root = path;
	settings = dovecot_settings_read(&reading, is_24);
	if (is_24)
		dovecot_check_24(settings);
	else
		dovecot_check_23(settings);
	print_doubts(facts->config);
	for (size_t i = 0; plain[i] != NULL; i++)
		print_value(settings, plain[i], client);
	for (size_t i = 0; listener[i] != NULL; i++)
		print_value(settings, listener[i], &nobody);
	for (size_t i = 0; lists[i] != NULL; i++)
		if (is_24)
			print_list(settings, lists[i], client);
		else
			print_value(settings, lists[i], client);
	printf(".\n");
}

int
main(int argc, char **argv)
{
	const struct config_files_options options = { .root = argc == 2 ? argv[1] : NULL };
	char path[512], release[8], local[64], remote[64];

	if (argc != 2) {
		fputs("usage: dovecot-values ROOT < QUESTIONS\n", stderr);
		return 3;
	}
	while (scanf("%511s %7s %63s %63s", path, release, local, remote) == 4) {
		struct config_files *files = config_files_new(&options, NULL);
		struct dovecot_client client = { .protocol = "pop3" };

		if (files == NULL)
			return 4;
		if (local[0] != '-')
			dovecot_network_read(&client.local, local);
		if (remote[0] != '-')
			dovecot_network_read(&client.remote, remote);
		answer(config_files_source(files), path, strcmp(release, "24") == 0, &client);
		config_files_free(files);
	}
	return 0;
}
