/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The options of popseal fix: one set for all of its actions.
 */
#include <string.h>

#include "cmd/credentials.h"
#include "cmd/fix.h"
#include "cmd/values.h"
#include "fix/proof.h"
#include "model/target.h"

enum {
	CONFIRM_SECONDS_MAX = 30 * 24 * 60 * 60,
};

static struct fix_given given;

static const GOptionEntry entries[] = {
	{ "product", 0, 0, G_OPTION_ARG_STRING, &given.product,
		"PATH is the own configuration folder of this product", "NAME" },
	{ "product-version", 0, 0, G_OPTION_ARG_STRING, &given.version,
		"Apply the rules of that version (default: by the files or the package)", "V" },
	{ "root", 0, 0, G_OPTION_ARG_FILENAME, &given.root,
		"Work on the image or backup in DIR; PATH is a name in it", "DIR" },
	{ "strategy", 0, 0, G_OPTION_ARG_STRING, &given.strategy,
		"require-tls (default), tls-only-port, disable", "S" },
	{ "certificate", 0, 0, G_OPTION_ARG_FILENAME, &given.certificate,
		"Wire in this certificate, after it was checked", "FILE" },
	{ "key", 0, 0, G_OPTION_ARG_FILENAME, &given.key, "Its private key", "FILE" },
	{ "ca", 0, 0, G_OPTION_ARG_FILENAME, &given.ca,
		"What the certificate's chain has to lead to", "FILE" },
	{ "certificate-as", 0, 0, G_OPTION_ARG_FILENAME, &given.certificate_as,
		"What is written into the configuration (default: the same)", "PATH" },
	{ "key-as", 0, 0, G_OPTION_ARG_FILENAME, &given.key_as, "The same for the key", "PATH" },
	{ "smtp", 0, 0, G_OPTION_ARG_NONE, &given.smtp,
		"Of Postfix: set what SMTP needs in the same way", NULL },
	{ "plan-output", 0, 0, G_OPTION_ARG_FILENAME, &given.plan_output,
		"Write the plan there, for approval and for fix apply", "FILE" },
	{ "logs", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &given.logs,
		"Accepted for later versions: who would break is not told yet", "FILE" },
	{ "offline", 0, 0, G_OPTION_ARG_NONE, &given.offline, "Edit files only, and run nothing",
		NULL },
	{ "state", 0, 0, G_OPTION_ARG_FILENAME, &given.state,
		"Where the journal is (default /var/lib/popseal)", "DIR" },
	{ "check-command", 0, 0, G_OPTION_ARG_STRING, &given.check_command,
		"Check the configuration by this, instead of the product's own checker", "CMD" },
	{ "reload-command", 0, 0, G_OPTION_ARG_STRING, &given.reload_command,
		"Tell the server by this, instead of systemctl", "CMD" },
	{ "verify", 0, 0, G_OPTION_ARG_STRING_ARRAY, &given.verify,
		"Probe this endpoint afterwards, instead of the configuration's listeners",
		"ENDPOINT" },
	{ "verify-from", 0, 0, G_OPTION_ARG_STRING, &given.verify_from,
		"Probe from that local address, or on another host", "ADDRESS|ssh:HOST" },
	{ "netrc", 0, 0, G_OPTION_ARG_FILENAME, &given.netrc,
		"Log in over TLS afterwards, with what FILE has (mode 0600)", "FILE" },
	{ "tls-name", 0, 0, G_OPTION_ARG_STRING, &given.tls_name,
		"The name that the certificate is held against for the login", "NAME" },
	{ "confirm-within", 0, 0, G_OPTION_ARG_STRING, &given.confirm_within,
		"Roll back unless fix confirm comes in time: 90s, 10m, 2h, 1d", "DURATION" },
	{ "wait", 0, 0, G_OPTION_ARG_NONE, &given.wait,
		"With --confirm-within: end when it is confirmed or rolled back", NULL },
	{ "not-before", 0, 0, G_OPTION_ARG_STRING, &given.not_before,
		"The change window opens then (RFC 3339)", "T" },
	{ "not-after", 0, 0, G_OPTION_ARG_STRING, &given.not_after, "... and closes then", "T" },
	{ "ticket", 0, 0, G_OPTION_ARG_STRING, &given.ticket, "Kept in the journal", "TEXT" },
	{ "approved-by", 0, 0, G_OPTION_ARG_STRING, &given.approved_by, "Kept in the journal",
		"TEXT" },
	{ "id", 0, 0, G_OPTION_ARG_STRING, &given.id, "The change to roll back", "ID" },
	{ "to", 0, 0, G_OPTION_ARG_STRING, &given.to, "What fix export writes",
		"ansible|shell|powershell|zmprov" },
	G_OPTION_ENTRY_NULL,
};

const struct option_set fix_option_set = {
	.command = "fix",
	.arguments = "[plan|apply|confirm|rollback|history|show|export] [PATH|PLAN|ID]",
	.formats = "text|jsonl",
	.summary =
		"Closes what audit has found, proves it, or puts everything back.\n"
		"\n"
		"  fix [plan] [PATH]      the smallest edit, as a diff, and what would be run;\n"
		"                         nothing is changed\n"
		"  fix apply [PLAN|PATH]  makes the change, and takes it back unless it is proven\n"
		"  fix confirm ID         it stays (--confirm-within)\n"
		"  fix rollback [PATH]    puts back what the newest change, or --id, has changed\n"
		"  fix history            all changes\n"
		"  fix show ID            one of them, with its diff\n"
		"  fix export --to FORM [PATH] DIR\n"
		"                         writes the plan into DIR as an Ansible role, or a script",
	.entries = entries,
	.strict = true,
};

/* --- reading ---------------------------------------------------------------------------------- */

/* "10m" in µs. */
static bool
read_duration(const char *option, const char *text, int64_t *duration, GError **error)
{
	static const struct {
		char unit;
		int64_t seconds;
	} units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 } };
	char *end = NULL;
	guint64 number;
	int64_t seconds = 0;

	*duration = 0;
	if (text == NULL)
		return true;
	number = g_ascii_strtoull(text, &end, 10);
	for (size_t i = 0; i < G_N_ELEMENTS(units); i++)
		if ((end[0] == units[i].unit && end[1] == '\0') || (*end == '\0' && i == 0))
			seconds = units[i].seconds;
	if (!g_ascii_isdigit(text[0]) || seconds == 0 || number == 0 ||
		number > (guint64)(CONFIRM_SECONDS_MAX / seconds))
		return value_wrong(error, option, text,
			"not a number with s, m, h or d, up to 30 days");
	*duration = (int64_t)number * seconds * G_USEC_PER_SEC;
	return true;
}

static bool
read_time(const char *option, const char *text, int64_t *time, GError **error)
{
	g_autoptr(GTimeZone) local = g_time_zone_new_local();
	g_autoptr(GDateTime) read = text != NULL ? g_date_time_new_from_iso8601(text, local) : NULL;

	*time = read != NULL ? g_date_time_to_unix(read) * G_USEC_PER_SEC : 0;
	if (text == NULL || read != NULL)
		return true;
	return value_wrong(error, option, text,
		"not a time as 2026-11-27T22:00:00Z or, by this host's clock, 2026-11-27T22:00:00");
}

static bool
check_pair(GError **error)
{
	const char *lonely = given.certificate != NULL && given.key == NULL ? "--certificate" :
		given.certificate == NULL && given.key != NULL              ? "--key" :
									      NULL;

	if (lonely != NULL) {
		g_set_error(error, POPSEAL_USAGE_ERROR, 0,
			"%s: --certificate and --key go together", lonely);
		return false;
	}
	if (given.certificate == NULL && (given.certificate_as != NULL || given.key_as != NULL)) {
		g_set_error(error, POPSEAL_USAGE_ERROR, 0,
			"--certificate-as and --key-as need --certificate and --key");
		return false;
	}
	return true;
}

/* A path that goes into a configuration must mean the same to a server elsewhere. */
static char *
absolute(const char *path)
{
	return path != NULL ? g_canonicalize_filename(path, NULL) : NULL;
}

static bool
read_plan(struct fix_run *run, GError **error)
{
	enum change_strategy strategy = CHANGE_REQUIRE_TLS;

	if (given.strategy != NULL && !change_strategy_parse(given.strategy, &strategy))
		return value_wrong(error, "strategy", given.strategy,
			"not require-tls, tls-only-port or disable");
	run->certificate = absolute(given.certificate);
	run->key = absolute(given.key);
	run->authority = absolute(given.ca);
	run->plan = (struct plan_options){
		.strategy = strategy,
		.certificate = run->certificate,
		.key = run->key,
		.authority = run->authority,
		.certificate_as = given.certificate_as,
		.key_as = given.key_as,
		.check_command = given.check_command,
		.reload_command = given.reload_command,
		.smtp = given.smtp,
		.offline = given.offline,
	};
	return true;
}

static bool
check_from(GError **error)
{
	const char *problem = proof_from_problem(given.verify_from);

	return problem == NULL || value_wrong(error, "verify-from", given.verify_from, problem);
}

/* "192.0.2.1:110", "pop3s://[2001:db8::1]:995": addresses, as names lead to several. */
static bool
read_endpoint(const char *word, GPtrArray *endpoints, GError **error)
{
	const struct port_list usual = { .items = { { .port = 110, .mode = MODE_POP3 } },
		.count = 1 };
	g_autoptr(target_auto) target = target_parse(word, NULL);
	char address[ENDPOINT_ADDRESS_MAX + 1];
	struct port_list ports;
	bool v6;

	if (target == NULL || target_count(target) != 1 ||
		target_address(target, 0, address) == NULL)
		return value_wrong(error, "verify", word,
			"not one endpoint by its address, such as pop3://192.0.2.1:110");
	ports = target_ports(target, &usual);
	v6 = strchr(address, ':') != NULL;
	g_ptr_array_add(endpoints,
		g_strdup_printf("%s://%s%s%s:%u", mode_word(ports.items[0].mode), v6 ? "[" : "",
			address, v6 ? "]" : "", ports.items[0].port));
	return true;
}

/* What would be found out when the server is changed already is found out here. */
static bool
read_proof(struct fix_run *run, GError **error)
{
	struct credentials *credentials;

	for (size_t i = 0; given.verify != NULL && given.verify[i] != NULL; i++)
		if (!read_endpoint(given.verify[i], run->verify, error))
			return false;
	if (given.wait && given.confirm_within == NULL) {
		g_set_error(error, POPSEAL_USAGE_ERROR, 0, "--wait goes with --confirm-within");
		return false;
	}
	if (given.netrc == NULL)
		return true;
	credentials = credentials_new(given.netrc, false, error);
	credentials_free(credentials);
	return credentials != NULL;
}

char **
fix_options_parse(struct fix_run *run, int argc, char **argv, GError **error)
{
	char **words = options_parse(&fix_option_set, &run->common, argc, argv, error);

	run->given = &given;
	if (words == NULL)
		return NULL;
	if (value_product(given.product, &run->product, error) &&
		value_version(given.version, error) && check_pair(error) && read_plan(run, error) &&
		check_from(error) && read_proof(run, error) &&
		read_duration("confirm-within", given.confirm_within, &run->confirm_within,
			error) &&
		read_time("not-before", given.not_before, &run->not_before, error) &&
		read_time("not-after", given.not_after, &run->not_after, error))
		return words;
	g_strfreev(words);
	return NULL;
}
