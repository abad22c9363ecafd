/* SPDX-License-Identifier: Apache-2.0 */
#include "fix/proof.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <jansson.h>
#include <net/if.h>
#include <string.h>
#include <unistd.h>

#include "net/command.h"
#include "net/pair.h"

#define SSH   "ssh:"
#define NETNS "netns:"

enum {
	RECORDS_MAX = 4 << 20, /* octets of records that are read */
	PAUSE_USEC = 1000 * 1000,
	BEFORE_TRIES = 2,
};

/* One endpoint that is asked. */
struct question {
	char *subject; /* "pop3://192.0.2.1:110"; owned */
	char *host;    /* its address; owned */
	bool is_tls;   /* pop3s */
	bool closed;   /* it must not answer */
	/* From the server's own address, which the product takes as secure, it tells nothing. */
	bool counts;
	bool proven, answers, permits; /* by the last answer; something speaks there; it is open */
	char *told;                    /* what was seen, or why nothing was; owned */
};

struct proof {
	const struct proof_options *options;
	const char *from;  /* the change's */
	char *digest;      /* of the certificate that the change wires in, or NULL; owned */
	GArray *questions; /* of struct question */
};

/* --- where from ------------------------------------------------------------------------------- */

/* Whether this host has the address: one can be bound to it. */
static bool
is_own(const char *text)
{
	struct sockaddr_in6 six = { .sin6_family = AF_INET6 };
	struct sockaddr_in four = { .sin_family = AF_INET };
	bool v6 = inet_pton(AF_INET6, text, &six.sin6_addr) == 1;
	int fd, result;

	if (!v6 && inet_pton(AF_INET, text, &four.sin_addr) != 1)
		return false;
	fd = socket(v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return false;
	result = v6 ? bind(fd, (struct sockaddr *)&six, sizeof six) :
		      bind(fd, (struct sockaddr *)&four, sizeof four);
	close(fd);
	return result == 0;
}

const char *
proof_from_problem(const char *from)
{
	g_autofree char *netns = NULL;

	if (from == NULL)
		return NULL;
	if (g_str_has_prefix(from, SSH))
		return from[strlen(SSH)] == '\0' || from[strlen(SSH)] == '-' ? "ssh: wants a host" :
									       NULL;
	if (g_str_has_prefix(from, NETNS)) {
		netns = g_build_filename("/var/run/netns", from + strlen(NETNS), NULL);
		return from[strlen(NETNS)] != '\0' && g_file_test(netns, G_FILE_TEST_EXISTS) ?
			NULL :
			"netns: wants the name of a network namespace";
	}
	return is_own(from) ? NULL : "not an address of this host, ssh:HOST or netns:NAME";
}

static bool
is_remote(const char *from)
{
	return from != NULL && (g_str_has_prefix(from, SSH) || g_str_has_prefix(from, NETNS));
}

static bool
is_v6(const char *address)
{
	return strchr(address, ':') != NULL;
}

/* The first address of this host that is not loopback's, nor link-local: a new string, or NULL. */
static char *
own_address(bool v6)
{
	struct ifaddrs *all = NULL;
	char *found = NULL;

	if (getifaddrs(&all) != 0)
		return NULL;
	for (const struct ifaddrs *one = all; one != NULL && found == NULL; one = one->ifa_next) {
		char text[INET6_ADDRSTRLEN];
		const void *address = NULL;

		if (one->ifa_addr == NULL || (one->ifa_flags & IFF_LOOPBACK) != 0 ||
			(one->ifa_flags & IFF_UP) == 0)
			continue;
		if (!v6 && one->ifa_addr->sa_family == AF_INET)
			address = &((const struct sockaddr_in *)(const void *)one->ifa_addr)
					   ->sin_addr;
		if (v6 && one->ifa_addr->sa_family == AF_INET6) {
			const struct in6_addr *in6 =
				&((const struct sockaddr_in6 *)(const void *)one->ifa_addr)
					 ->sin6_addr;

			address = IN6_IS_ADDR_LINKLOCAL(in6) ? NULL : in6;
		}
		if (address != NULL)
			found = g_strdup(
				inet_ntop(one->ifa_addr->sa_family, address, text, sizeof text));
	}
	freeifaddrs(all);
	return found;
}

/* The address to ask where the server listens on all: one that is reached from there. */
static char *
any_address(const char *from, bool v6)
{
	bool loopback = !is_remote(from) &&
		(from == NULL || g_str_has_prefix(from, "127.") || g_str_equal(from, "::1"));
	char *own = loopback ? NULL : own_address(v6);

	/* From that very address loopback is the other one. */
	if (own != NULL && g_strcmp0(own, from) == 0)
		g_clear_pointer(&own, g_free);
	return own != NULL ? own : g_strdup(v6 ? "::1" : "127.0.0.1");
}

/*
 * The local address to ask this one from; NULL: any. A product that takes its own address as secure
 * is asked from another one of this host: loopback has many of IPv4.
 */
static const char *
source_of(const struct proof *proof, const char *host)
{
	if (is_remote(proof->from))
		return NULL;
	if (proof->from != NULL)
		return is_v6(proof->from) == is_v6(host) ? proof->from : NULL;
	return proof->options->exempts_same_address && !is_v6(host) ? "127.0.0.2" : NULL;
}

/* Whether it is asked from another address than its own, or that does not matter. */
static bool
is_apart(const struct proof *proof, const char *host)
{
	const char *source = source_of(proof, host);

	return !proof->options->exempts_same_address || is_remote(proof->from) ||
		(source != NULL && !g_str_equal(source, host));
}

bool
proof_port_is_free(const char *endpoint)
{
	const char *host = strstr(endpoint, "://"), *colon = strrchr(endpoint, ':');
	guint64 port = colon != NULL ? g_ascii_strtoull(colon + 1, NULL, 10) : 0;
	bool v6 = host != NULL && host[3] == '[';
	struct sockaddr_in6 six = { .sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port) };
	struct sockaddr_in four = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	g_autofree char *address = NULL;
	const int on = 1;
	int fd, result;

	if (host == NULL || colon <= host || port == 0)
		return true;
	address = g_strndup(host + (v6 ? 4 : 3), (gsize)(colon - host) - (v6 ? 5 : 3));
	/* "*" is all of both families; what is no address binds to all, too. */
	inet_pton(AF_INET, address, &four.sin_addr);
	inet_pton(AF_INET6, address, &six.sin6_addr);
	fd = socket(v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return true;
	/* Connections that are long over do not count. */
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	result = v6 ? bind(fd, (struct sockaddr *)&six, sizeof six) :
		      bind(fd, (struct sockaddr *)&four, sizeof four);
	result = result != 0 && errno == EADDRINUSE ? 1 : 0;
	close(fd);
	return result == 0;
}

/* --- questions -------------------------------------------------------------------------------- */

/* Splits "pop3://[v6]:port"; "*" and the like become an address. */
static void
add_question(struct proof *proof, const char *target, bool closed)
{
	const char *mark = strstr(target, "://");
	const char *colon = strrchr(target, ':');
	struct question question = { .is_tls = g_str_has_prefix(target, "pop3s:"),
		.closed = closed };
	g_autofree char *host = NULL;

	if (mark == NULL || colon <= mark + 3)
		return;
	mark += mark[3] == '[' ? 4 : 3;
	host = g_strndup(mark, (gsize)(colon - mark) - (colon[-1] == ']'));
	if (g_str_equal(host, "*") || g_str_equal(host, "0.0.0.0"))
		question.host = any_address(proof->from,
			proof->from != NULL && is_v6(proof->from) && !is_remote(proof->from) &&
				g_str_equal(host, "*"));
	else if (g_str_equal(host, "::"))
		question.host = any_address(proof->from, true);
	else
		question.host = g_strdup(host);
	question.subject = g_strdup_printf("%s://%s%s%s%s", question.is_tls ? "pop3s" : "pop3",
		is_v6(question.host) ? "[" : "", question.host, is_v6(question.host) ? "]" : "",
		colon);
	question.counts = question.is_tls || closed || is_apart(proof, question.host);
	g_array_append_val(proof->questions, question);
}

static void
clear_question(void *data)
{
	struct question *question = data;

	g_free(question->subject);
	g_free(question->host);
	g_free(question->told);
}

static void
begin(struct proof *proof, const struct proof_options *options, const struct change *change,
	bool closed)
{
	proof->options = options;
	proof->from = change->from;
	proof->questions = g_array_new(FALSE, TRUE, sizeof(struct question));
	g_array_set_clear_func(proof->questions, clear_question);
	for (guint i = 0; i < change->targets->len; i++)
		add_question(proof, g_ptr_array_index(change->targets, i), false);
	for (guint i = 0; i < change->closed->len; i++)
		add_question(proof, g_ptr_array_index(change->closed, i), closed);
}

static void
end(struct proof *proof)
{
	g_array_unref(proof->questions);
	g_free(proof->digest);
}

/* --- asking ----------------------------------------------------------------------------------- */

/* popseal itself; by ssh the other host's, from its PATH, unless it is to be `here`. */
static GPtrArray *
command_line(const struct proof *proof, const char *action, const char *source, bool here)
{
	GPtrArray *words = g_ptr_array_new_with_free_func(g_free);
	const char *from = proof->from;
	const char *program = proof->options->program;

	if (!here && from != NULL && g_str_has_prefix(from, SSH)) {
		g_ptr_array_add(words, g_strdup("ssh"));
		g_ptr_array_add(words, g_strdup("-oBatchMode=yes"));
		g_ptr_array_add(words, g_strdup(from + strlen(SSH)));
		program = "popseal";
	}
	g_ptr_array_add(words, g_strdup(program));
	g_ptr_array_add(words, g_strdup(action));
	g_ptr_array_add(words, g_strdup("--format=jsonl"));
	if (from != NULL && g_str_has_prefix(from, NETNS))
		g_ptr_array_add(words, g_strconcat("--netns=", from + strlen(NETNS), NULL));
	if (source != NULL)
		g_ptr_array_add(words, g_strconcat("--source=", source, NULL));
	return words;
}

/* Runs it; NULL and `why` (owned) where it brought no records. */
static char *
run(GPtrArray *words, int *code, char **why)
{
	struct command command = { .seconds = PROOF_SECONDS,
		.output_max = RECORDS_MAX,
		.apart = true };
	struct command_result result;
	GError *error = NULL;
	char *output;

	g_ptr_array_add(words, NULL);
	command.words = (const char *const *)words->pdata;
	if (!command_run(&command, &result, &error)) {
		*why = g_strdup(error->message);
		g_error_free(error);
		return NULL;
	}
	*code = result.code;
	output = result.in_time ? g_steal_pointer(&result.output) : NULL;
	if (output == NULL)
		*why = g_strdup_printf("no answer within %d s", PROOF_SECONDS);
	else if (output[0] == '\0')
		*why = g_strdup(g_strstrip(result.complaint));
	command_result_clear(&result);
	return output;
}

static const char *
text_of(const json_t *record, const char *key)
{
	const char *text = json_string_value(json_object_get(record, key));

	return text != NULL ? text : "";
}

static void
judge(const struct proof *proof, struct question *question, const json_t *record)
{
	const char *verdict = text_of(record, "verdict");
	const char *reason = text_of(record, "reason");
	const char *stls = text_of(record, "stls");
	const json_t *tls = json_object_get(record, "tls");
	bool has_tls = json_is_object(tls);
	bool is_other = has_tls && proof->digest != NULL &&
		!g_str_equal(text_of(json_object_get(tls, "certificate"), "sha256"), proof->digest);
	bool is_closed =
		g_str_equal(verdict, "no-service") && g_str_equal(reason, "connection-refused");

	question->answers = !g_str_equal(verdict, "no-service") && !g_str_equal(reason, "timeout");
	g_free(question->told);
	question->told = g_strdup_printf("%s (%s)%s%s%s%s%s", verdict, reason,
		question->is_tls ? "" : ", STLS ", question->is_tls ? "" : stls,
		has_tls ? ", TLS works" : "", is_other ? ", but with another certificate" : "",
		question->counts ? "" : ", but from the server's own address");
	question->permits = g_str_equal(verdict, "permits");
	if (question->closed)
		question->proven = is_closed;
	else if (question->is_tls)
		question->proven = g_str_equal(verdict, "refuses") &&
			g_str_equal(reason, "tls-only") && has_tls;
	else
		question->proven = g_str_equal(verdict, "refuses") && !g_str_equal(stls, "broken");
	question->proven &= question->closed || !is_other;
}

static void
read_record(const struct proof *proof, const char *line)
{
	json_t *record = json_loads(line, 0, NULL);

	for (guint i = 0; record != NULL && i < proof->questions->len; i++) {
		struct question *question = &g_array_index(proof->questions, struct question, i);

		if (g_str_equal(text_of(record, "type"), "endpoint") &&
			g_str_equal(text_of(record, "subject"), question->subject))
			judge(proof, question, record);
	}
	json_decref(record);
}

/* Asks those of one family. */
static void
ask_family(const struct proof *proof, bool v6)
{
	g_autoptr(GPtrArray) words = NULL;
	g_autofree char *output = NULL, *why = NULL;
	g_auto(GStrv) lines = NULL;
	int code = 0;

	for (guint i = 0; i < proof->questions->len; i++) {
		struct question *question = &g_array_index(proof->questions, struct question, i);

		if (is_v6(question->host) != v6)
			continue;
		if (words == NULL)
			words = command_line(proof, "scan", source_of(proof, question->host),
				false);
		g_ptr_array_add(words, g_strdup(question->subject));
	}
	if (words == NULL)
		return;
	g_ptr_array_add(words, g_strdup("--no-strict"));
	output = run(words, &code, &why);
	lines = g_strsplit(output != NULL ? output : "", "\n", -1);
	for (size_t i = 0; lines[i] != NULL; i++)
		read_record(proof, lines[i]);
	for (guint i = 0; i < proof->questions->len; i++) {
		struct question *question = &g_array_index(proof->questions, struct question, i);

		if (is_v6(question->host) == v6 && question->told == NULL)
			question->told = g_strdup(
				why != NULL && why[0] != '\0' ? why : "nothing was told of it");
	}
}

/* One round; true if all that counts is proven, and something does. */
static bool
ask(const struct proof *proof)
{
	bool all = true, some = false;

	for (guint i = 0; i < proof->questions->len; i++) {
		struct question *question = &g_array_index(proof->questions, struct question, i);

		question->proven = question->answers = question->permits = false;
		g_clear_pointer(&question->told, g_free);
	}
	ask_family(proof, false);
	ask_family(proof, true);
	for (guint i = 0; i < proof->questions->len; i++) {
		const struct question *question =
			&g_array_index(proof->questions, struct question, i);

		all &= question->proven || !question->counts;
		some |= question->counts;
	}
	return all && some;
}

/* One of the ports has to speak TLS, or everybody is locked out. */
static bool
has_way_in(const struct proof *proof)
{
	bool some = false;

	for (guint i = 0; i < proof->questions->len; i++) {
		const struct question *question =
			&g_array_index(proof->questions, struct question, i);

		some |= !question->closed && question->proven &&
			strstr(question->told, "TLS works") != NULL;
	}
	return some;
}

static char *
told(const struct proof *proof)
{
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < proof->questions->len; i++) {
		const struct question *question =
			&g_array_index(proof->questions, struct question, i);

		g_string_append_printf(text, "%s%s: %s%s", i > 0 ? "\n" : "", question->subject,
			question->told, question->closed ? " (is to be closed)" : "");
	}
	if (proof->from != NULL || proof->options->exempts_same_address)
		g_string_append_printf(text, "\nasked from %s",
			proof->from != NULL ? proof->from : "127.0.0.2");
	return g_string_free(text, FALSE);
}

/* --- logging in ------------------------------------------------------------------------------- */

/* The port to log in at: one of TLS from the first byte, if there is one. */
static const struct question *
login_place(const struct proof *proof)
{
	const struct question *place = NULL;

	for (guint i = 0; i < proof->questions->len; i++) {
		const struct question *question =
			&g_array_index(proof->questions, struct question, i);

		if (!question->closed && (place == NULL || (question->is_tls && !place->is_tls)))
			place = question;
	}
	return place;
}

static char *
login_evidence(const char *output)
{
	g_auto(GStrv) lines = g_strsplit(output, "\n", -1);

	for (size_t i = 0; lines[i] != NULL; i++) {
		json_t *record = json_loads(lines[i], 0, NULL);
		char *evidence = g_str_equal(text_of(record, "type"), "expectation") ?
			g_strdup_printf("%s: %s: %s", text_of(record, "subject"),
				text_of(record, "state"), text_of(record, "evidence")) :
			NULL;

		json_decref(record);
		if (evidence != NULL)
			return evidence;
	}
	return g_strdup("nothing was told of the login");
}

static void
add_option(GPtrArray *words, const char *name, const char *value)
{
	if (value != NULL)
		g_ptr_array_add(words, g_strconcat(name, value, NULL));
}

/* From here: the netrc file is, and stays, on this host. */
static bool
log_in(const struct proof *proof, struct change *change)
{
	const struct question *place = login_place(proof);
	g_autoptr(GPtrArray) words = NULL;
	g_autofree char *output = NULL, *why = NULL, *evidence = NULL;
	int code = -1;

	if (place == NULL)
		return false;
	words = command_line(proof, "verify", source_of(proof, place->host), true);
	g_ptr_array_add(words, g_strdup("--expect=login"));
	add_option(words, "--netrc=", proof->options->netrc);
	add_option(words, "--ca=", proof->options->authority);
	add_option(words, "--tls-name=", proof->options->tls_name);
	g_ptr_array_add(words, g_strdup(place->subject));
	output = run(words, &code, &why);
	evidence = output != NULL && output[0] != '\0' ? login_evidence(output) :
							 g_strdup(why != NULL ? why : "");
	change_add_check(change, "login", code == 0 ? CHANGE_CHECK_PASSED : CHANGE_CHECK_FAILED,
		evidence);
	return code == 0;
}

/* --- what is asked of us ---------------------------------------------------------------------- */

bool
proof_take(const struct proof_options *options, struct change *change)
{
	struct proof proof = { 0 };
	g_autofree char *evidence = NULL;
	bool needs_tls = change->strategy != CHANGE_DISABLE, proven = false;

	begin(&proof, options, change, true);
	proof.digest = change->certificate != NULL ? pair_digest(change->certificate) : NULL;
	for (unsigned i = 0; i < PROOF_TRIES && !proven; i++) {
		g_usleep((gulong)i * PAUSE_USEC);
		proven = ask(&proof) && (!needs_tls || has_way_in(&proof));
	}
	evidence = told(&proof);
	change_add_check(change, "probe", proven ? CHANGE_CHECK_PASSED : CHANGE_CHECK_FAILED,
		evidence);
	if (proven && options->netrc != NULL && needs_tls)
		proven = log_in(&proof, change);
	end(&proof);
	return proven;
}

/* Subject and verdict of each, in lines: what is held against later. */
static char *
sight(const struct proof *proof)
{
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < proof->questions->len; i++) {
		const struct question *question =
			&g_array_index(proof->questions, struct question, i);

		const char *seen = question->told != NULL ? question->told : "";

		g_string_append_printf(text, "%s %.*s\n", question->subject,
			(int)strcspn(seen, " "), seen);
	}
	return g_string_free(text, FALSE);
}

static bool
any_answers(const struct proof *proof)
{
	bool answers = false;

	for (guint i = 0; i < proof->questions->len; i++)
		answers |= g_array_index(proof->questions, struct question, i).answers;
	return answers;
}

static bool
any_permits(const struct proof *proof)
{
	bool permits = false;

	for (guint i = 0; i < proof->questions->len; i++) {
		const struct question *question =
			&g_array_index(proof->questions, struct question, i);

		permits |= question->permits && question->counts;
	}
	return permits;
}

bool
proof_before(const struct proof_options *options, struct change *change)
{
	struct proof proof = { 0 };
	g_autofree char *evidence = NULL;
	bool fit = false;

	begin(&proof, options, change, false);
	for (unsigned i = 0; i < BEFORE_TRIES && !fit; i++) {
		g_usleep((gulong)i * PAUSE_USEC);
		ask(&proof);
		fit = change->strategy == CHANGE_REQUIRE_TLS ? any_permits(&proof) :
							       any_answers(&proof);
	}
	evidence = told(&proof);
	g_free(change->seen);
	change->seen = sight(&proof);
	change_add_check(change, "before", fit ? CHANGE_CHECK_PASSED : CHANGE_CHECK_FAILED,
		evidence);
	end(&proof);
	return fit;
}

bool
proof_look(const struct proof_options *options, struct change *change)
{
	struct proof proof = { 0 };
	g_autofree char *evidence = NULL;
	bool as_before = false;

	begin(&proof, options, change, false);
	for (unsigned i = 0; i < PROOF_TRIES && !as_before; i++) {
		g_autofree char *seen = NULL;

		g_usleep((gulong)i * PAUSE_USEC);
		ask(&proof);
		seen = sight(&proof);
		as_before = change->seen != NULL ? g_strcmp0(seen, change->seen) == 0 :
						   any_answers(&proof);
	}
	evidence = told(&proof);
	change_add_check(change, "as-before", as_before ? CHANGE_CHECK_PASSED : CHANGE_CHECK_FAILED,
		evidence);
	end(&proof);
	return as_before;
}
