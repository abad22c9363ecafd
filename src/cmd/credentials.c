/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/credentials.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "model/netrc.h"

struct credentials {
	char *path; /* of the netrc file, or NULL */
	char *text; /* of it, wiped at the end */
	size_t length;
	GHashTable *entries; /* host to struct netrc_entry: what was found in it */
	char *user;
	struct secret *password;
	struct secret *token;
};

static bool
refuse(GError **error, const char *path, const char *why)
{
	g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "--netrc %s: %s", path, why);
	return false;
}

/* What holds a secret leaves nothing behind, and nobody looks into it. */
static void
lock_down(void)
{
	const struct rlimit none = { 0, 0 };

	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	setrlimit(RLIMIT_CORE, &none);
}

/* --- the netrc file --------------------------------------------------------------------------- */

static bool
check_file(int fd, const char *path, size_t *length, GError **error)
{
	struct stat status;

	if (fstat(fd, &status) != 0)
		return refuse(error, path, g_strerror(errno));
	if (!S_ISREG(status.st_mode))
		return refuse(error, path, "not a regular file");
	if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
		return refuse(error, path,
			"others than its owner may use it: chmod 0600, then change its passwords");
	if (status.st_uid != geteuid() && status.st_uid != 0)
		return refuse(error, path, "it belongs to somebody else");
	if (status.st_size > NETRC_MAX)
		return refuse(error, path, "longer than 256 KiB");
	*length = (size_t)status.st_size;
	return true;
}

static bool
read_all(int fd, char *text, size_t length, size_t *got)
{
	ssize_t count = 1;

	while (*got < length && count > 0) {
		count = read(fd, text + *got, length - *got);
		if (count > 0)
			*got += (size_t)count;
		else if (count < 0 && errno == EINTR)
			count = 1;
	}
	return count >= 0;
}

static bool
read_netrc(struct credentials *credentials, const char *path, GError **error)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	size_t size = 0;
	bool done;

	if (fd < 0)
		return refuse(error, path, g_strerror(errno));
	done = check_file(fd, path, &size, error);
	if (done) {
		credentials->text = g_malloc0(size + 1);
		done = read_all(fd, credentials->text, size, &credentials->length) ||
			refuse(error, path, g_strerror(errno));
	}
	close(fd);
	return done;
}

static void
free_entry(void *entry)
{
	netrc_entry_clear(entry);
	g_free(entry);
}

/* Returns the machine's entry, or the default one; an empty one where there is neither. */
static struct netrc_entry *
find_entry(struct credentials *credentials, const char *machine, GError **error)
{
	struct netrc_entry *entry = g_hash_table_lookup(credentials->entries, machine);
	g_autoptr(GError) problem = NULL;

	if (entry != NULL)
		return entry;
	entry = g_new0(struct netrc_entry, 1);
	if (!netrc_find(credentials->text, credentials->length, machine, NULL, entry, &problem))
		entry->fallback = true;
	if (problem != NULL) {
		g_propagate_prefixed_error(error, g_steal_pointer(&problem),
			"--netrc %s: ", credentials->path);
		g_free(entry);
		return NULL;
	}
	g_hash_table_insert(credentials->entries, g_strdup(machine), entry);
	return entry;
}

/* --- the environment -------------------------------------------------------------------------- */

/* Takes a variable: what stood in the environment is overwritten, and gone. */
static bool
take_secret(const char *name, struct secret **secret, GError **error)
{
	char *value = getenv(name);

	if (value == NULL)
		return true;
	*secret = secret_new(value, strlen(value));
	secret_wipe(value, strlen(value));
	unsetenv(name);
	if (*secret != NULL)
		return true;
	g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "%s: longer than %d octets", name,
		SECRET_MAX);
	return false;
}

static bool
take_environment(struct credentials *credentials, GError **error)
{
	credentials->user = g_strdup(g_getenv("POPSEAL_USER"));
	if (!take_secret("POPSEAL_PASSWORD", &credentials->password, error) ||
		!take_secret("POPSEAL_TOKEN", &credentials->token, error))
		return false;
	if (credentials->user != NULL || credentials->path != NULL ||
		(credentials->password == NULL && credentials->token == NULL))
		return true;
	g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED,
		"there is a secret in the environment, but no POPSEAL_USER that it belongs to");
	return false;
}

/* --- the terminal ----------------------------------------------------------------------------- */

enum {
	ANSWER_MAX = 1024
};

/* The signal that came while a question was open; 0 = none. */
static volatile sig_atomic_t came;

/* Reads a line, without its end, into `answer` of ANSWER_MAX + 1 octets; false where none came. */
static bool
read_line(int terminal, char *answer)
{
	size_t length = 0;

	while (length < ANSWER_MAX) {
		ssize_t count = read(terminal, answer + length, 1);

		if (count <= 0 && (count == 0 || errno != EINTR || came != 0))
			return false;
		if (count > 0 && answer[length] == '\n')
			break;
		length += count > 0;
	}
	answer[length] = '\0';
	return length > 0;
}

static void
on_signal(int number)
{
	came = number;
}

static const int ending[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP };

/* Reads with echo off, and puts it on again whatever happens; then the signal does what it does. */
static bool
read_hidden(int terminal, char *answer)
{
	const struct sigaction note = { .sa_handler = on_signal }; /* no SA_RESTART: read ends */
	struct sigaction former[G_N_ELEMENTS(ending)];
	struct termios before, quiet;
	bool changed = tcgetattr(terminal, &before) == 0;
	bool got;

	came = 0;
	for (size_t i = 0; i < G_N_ELEMENTS(ending); i++)
		sigaction(ending[i], &note, &former[i]);
	if (changed) {
		quiet = before;
		quiet.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHONL);
		changed = tcsetattr(terminal, TCSAFLUSH, &quiet) == 0;
	}
	got = read_line(terminal, answer);
	if (changed)
		tcsetattr(terminal, TCSAFLUSH, &before);
	(void)!write(terminal, "\n", 1);
	for (size_t i = 0; i < G_N_ELEMENTS(ending); i++)
		sigaction(ending[i], &former[i], NULL);
	if (came != 0)
		raise(came);
	return got && came == 0;
}

static bool
ask(int terminal, const char *question, bool hidden, char *answer)
{
	if (write(terminal, question, strlen(question)) < 0)
		return false;
	return hidden ? read_hidden(terminal, answer) : read_line(terminal, answer);
}

/* Where there is no terminal, or no answer, the login stays untried, and says why. */
static void
prompt(struct credentials *credentials)
{
	char answer[ANSWER_MAX + 1];
	int terminal = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);

	if (terminal < 0)
		return;
	if (credentials->user == NULL && ask(terminal, "User: ", false, answer))
		credentials->user = g_strdup(answer);
	if (credentials->user != NULL && ask(terminal, "Password: ", true, answer))
		credentials->password = secret_new(answer, strlen(answer));
	secret_wipe(answer, sizeof(answer));
	close(terminal);
}

/* --- all of them ------------------------------------------------------------------------------ */

bool
credentials_any(const struct credentials *credentials)
{
	return credentials->text != NULL ||
		(credentials->user != NULL &&
			(credentials->password != NULL || credentials->token != NULL));
}

struct credentials *
credentials_new(const char *netrc, bool needed, GError **error)
{
	struct credentials *credentials = g_new0(struct credentials, 1);
	bool done = true;

	credentials->entries = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_entry);
	credentials->path = g_strdup(netrc);
	if (netrc != NULL || needed || g_getenv("POPSEAL_PASSWORD") != NULL ||
		g_getenv("POPSEAL_TOKEN") != NULL)
		lock_down();
	done = take_environment(credentials, error);
	if (done && netrc != NULL)
		done = read_netrc(credentials, netrc, error);
	else if (done && needed && !credentials_any(credentials))
		prompt(credentials);
	if (done)
		return credentials;
	credentials_free(credentials);
	return NULL;
}

bool
credentials_find(struct credentials *credentials, const char *host, const char *other,
	struct credential_choice *choice, GError **error)
{
	const struct netrc_entry *entry = NULL;

	*choice = (struct credential_choice){ .user = credentials->user,
		.password = credentials->password,
		.token = credentials->token };
	if (credentials->text != NULL) {
		entry = find_entry(credentials, host, error);
		if (entry != NULL && entry->fallback && other != NULL)
			entry = find_entry(credentials, other, error);
		*choice = (struct credential_choice){ 0 };
	}
	if (entry != NULL) {
		choice->user = entry->login;
		choice->password = entry->password;
	}
	return choice->user != NULL && (choice->password != NULL || choice->token != NULL);
}

void
credentials_free(struct credentials *credentials)
{
	if (credentials == NULL)
		return;
	g_hash_table_unref(credentials->entries);
	if (credentials->text != NULL)
		secret_wipe(credentials->text, credentials->length);
	g_free(credentials->text);
	g_free(credentials->path);
	g_free(credentials->user);
	secret_free(credentials->password);
	secret_free(credentials->token);
	g_free(credentials);
}
