/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TLS as a client that takes whatever the server has.
 *
 * OpenSSL answers a server that speaks clear text, one that sends an alert and
 * one that hangs up with much the same error. So OpenSSL may read nothing until
 * the server's first bytes were looked at (MSG_PEEK) and are a TLS record.
 *
 * OpenSSL also reads on by itself as long as messages of the handshake come, in
 * which a server may be inexhaustible (HelloRequest, KeyUpdate): so it may read
 * only so often within one call.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <openssl/err.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "net/connection-private.h"

enum {
	CLEAR_MAX = 512
}; /* bytes in clear that a failed handshake hands over */

/* A read takes a whole record, or OpenSSL would hold a rest that poll does not tell of. */
G_STATIC_ASSERT((int)CONNECTION_READ_MAX >= SSL3_RT_MAX_PLAIN_LENGTH);

/* What the server's first bytes are. */
enum first {
	FIRST_NONE,
	FIRST_TLS,
	FIRST_CLEAR,
	FIRST_CLOSED,
	FIRST_RESET,
};

/*
 * Everything is set here, so that the limits of the system's openssl.cnf, made
 * for clients that have secrets to keep, do not hide a server from the probe.
 */
static SSL_CTX *
tls_context(struct net_loop *loop)
{
	SSL_CTX *context = loop->tls;

	if (context != NULL)
		return context;
	context = SSL_CTX_new(TLS_client_method());
	if (context == NULL)
		g_error("OpenSSL makes no context: %s", ERR_reason_error_string(ERR_get_error()));
	SSL_CTX_set_security_level(context, 0);
	SSL_CTX_clear_options(context, SSL_OP_NO_SSL_MASK);
	SSL_CTX_set_min_proto_version(context, TLS1_VERSION);
	SSL_CTX_set_max_proto_version(context, 0);
	SSL_CTX_set_cipher_list(context, "ALL:COMPLEMENTOFALL:@SECLEVEL=0");
	SSL_CTX_set_ciphersuites(context, TLS_DEFAULT_CIPHERSUITES);
	SSL_CTX_set_options(context, SSL_OP_LEGACY_SERVER_CONNECT | SSL_OP_IGNORE_UNEXPECTED_EOF);
	SSL_CTX_set_mode(context,
		SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
			SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_verify(context, SSL_VERIFY_NONE, NULL);
	SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
	loop->tls = context;
	return context;
}

/* RFC 6066 section 3: a host name without a trailing dot, never an address. */
static void
set_server_name(SSL *tls, const char *name)
{
	unsigned char binary[sizeof(struct in6_addr)];
	g_autofree char *host = NULL;
	size_t length = name == NULL ? 0 : strlen(name);

	if (length > 0 && name[length - 1] == '.')
		length--;
	if (length == 0 || length > TLSEXT_MAXLEN_host_name)
		return;
	host = g_strndup(name, length);
	if (strchr(host, ':') == NULL && inet_pton(AF_INET, host, binary) != 1)
		SSL_set_tlsext_host_name(tls, host);
}

/* Called before each read of OpenSSL's: where it may not, tells it that nothing is there yet. */
static long
meter(BIO *bio, int operation, const char *bytes, size_t length, int number, long argument,
	int result, size_t *processed)
{
	struct connection *connection = (void *)BIO_get_callback_arg(bio);

	(void)bytes, (void)length, (void)number, (void)argument, (void)processed;
	if (operation != BIO_CB_READ)
		return result;
	if (connection->tls_seen && connection->tls_reads < TLS_READS_MAX) {
		connection->tls_reads++;
		return result;
	}
	BIO_set_retry_read(bio);
	return -1;
}

bool
tls_paused(const struct connection *connection)
{
	return connection->tls_reads == TLS_READS_MAX;
}

/* A session that carries a secret, and stays with the certificate that was examined. */
static void
make_careful(struct connection *connection)
{
	connection->careful = true;
	SSL_set_cipher_list(connection->tls, "ALL:!aNULL:!eNULL:@SECLEVEL=0");
	SSL_set_options(connection->tls, SSL_OP_NO_RENEGOTIATION | SSL_OP_CLEANSE_PLAINTEXT);
}

static void
prepare_examination(struct connection *connection, const struct connection_tls *how)
{
	connection->examination = g_new0(struct tls_examination, 1);
	connection->examination->trust = how->trust;
	connection->examination->reference = g_strdup(how->reference);
	SSL_set_tlsext_status_type(connection->tls, TLSEXT_STATUSTYPE_ocsp);
}

void
tls_begin(struct connection *connection, const struct connection_tls *how)
{
	connection->tls = SSL_new(tls_context(connection->loop));
	if (connection->tls == NULL || SSL_set_fd(connection->tls, connection->fd) != 1)
		g_error("OpenSSL is out of memory");
	BIO_set_callback_arg(SSL_get_rbio(connection->tls), (char *)connection);
	BIO_set_callback_ex(SSL_get_rbio(connection->tls), meter);
	SSL_set_connect_state(connection->tls);
	set_server_name(connection->tls, how->server_name);
	if (how->careful)
		make_careful(connection);
	if (how->trust != NULL)
		prepare_examination(connection, how);
	ERR_clear_error();
}

static bool
is_record(const char *bytes, size_t length)
{
	bool typed = bytes[0] >= SSL3_RT_CHANGE_CIPHER_SPEC && bytes[0] <= SSL3_RT_APPLICATION_DATA;

	return typed && (length == 1 || bytes[1] == SSL3_VERSION_MAJOR);
}

static enum first
look(struct connection *connection, size_t *ret_length)
{
	char *buffer = connection->loop->buffer;
	ssize_t length = recv(connection->fd, buffer, CLEAR_MAX, MSG_PEEK);

	if (length < 0 && socket_io(errno) == IO_WAIT)
		return FIRST_NONE;
	if (length <= 0)
		return length < 0 || connection->reset ? FIRST_RESET : FIRST_CLOSED;
	*ret_length = (size_t)length;
	return is_record(buffer, (size_t)length) ? FIRST_TLS : FIRST_CLEAR;
}

static struct tls_step
failed(enum handshake handshake, const char *why)
{
	return (struct tls_step){ .handshake = handshake, .why = why };
}

/* Looks at the first bytes, unless it has seen them. NOT_TRIED: the handshake may go on. */
static struct tls_step
look_first(struct connection *connection)
{
	struct tls_step step = { .handshake = HANDSHAKE_NOT_TRIED };
	size_t length = 0;

	if (connection->tls_seen)
		return step;
	switch (look(connection, &length)) {
	case FIRST_NONE:
		break;
	case FIRST_TLS:
		connection->tls_seen = true;
		break;
	case FIRST_CLEAR:
		step.handshake = HANDSHAKE_NOT_TLS;
		step.why = "the server answered in clear";
		step.clear = connection->loop->buffer;
		step.length = length;
		break;
	case FIRST_CLOSED:
		return failed(HANDSHAKE_CLOSED, "the server closed the connection");
	case FIRST_RESET:
		return failed(HANDSHAKE_CLOSED, "the server reset the connection");
	}
	return step;
}

/* Puts OpenSSL's first error into words; an alert of the server's by its name. */
static const char *
error_words(struct net_loop *loop)
{
	unsigned long error = ERR_get_error();
	int reason = ERR_GET_REASON(error);

	if (error == 0)
		return "the server closed the connection within the handshake";
	if (ERR_GET_LIB(error) == ERR_LIB_SSL && reason >= SSL_AD_REASON_OFFSET) {
		g_snprintf(loop->words, sizeof loop->words, "the server sent the TLS alert \"%s\"",
			SSL_alert_desc_string_long(reason - SSL_AD_REASON_OFFSET));
		return loop->words;
	}
	if (ERR_reason_error_string(error) == NULL)
		return "no TLS session came of it";
	g_strlcpy(loop->words, ERR_reason_error_string(error), sizeof loop->words);
	return loop->words;
}

/* Tells a failed handshake: by what the server sent first, else by OpenSSL's error. */
static struct tls_step
tell_failure(struct connection *connection)
{
	const char *why = error_words(connection->loop);
	struct tls_step step = look_first(connection);

	ERR_clear_error();
	if (connection->tls_seen)
		return failed(HANDSHAKE_ALERT, why);
	if (step.handshake != HANDSHAKE_NOT_TRIED)
		return step;
	return failed(HANDSHAKE_CLOSED, why);
}

/* µs of processor time that this thread has had. */
static int64_t
thread_time(void)
{
	struct timespec time = { 0 };

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
	return time.tv_sec * G_USEC_PER_SEC + time.tv_nsec / 1000;
}

/* One step of OpenSSL's, and what it took, where that is asked for. */
static int
shake_hands(struct connection *connection)
{
	struct tls_examination *examination = connection->examination;
	int64_t cpu = 0;
	int result = 0;

	if (examination == NULL)
		return SSL_do_handshake(connection->tls);
	if (examination->begun == 0)
		examination->begun = g_get_monotonic_time();
	cpu = thread_time();
	result = SSL_do_handshake(connection->tls);
	examination->cpu += thread_time() - cpu;
	examination->duration = g_get_monotonic_time() - examination->begun;
	return result;
}

struct tls_step
tls_handshake(struct connection *connection)
{
	struct tls_step step = look_first(connection);
	int result = 0;

	if (step.handshake != HANDSHAKE_NOT_TRIED)
		return step;
	ERR_clear_error();
	connection->tls_reads = 0;
	result = shake_hands(connection);
	switch (SSL_get_error(connection->tls, result)) {
	case SSL_ERROR_NONE:
		step.handshake = HANDSHAKE_UP;
		return step;
	case SSL_ERROR_WANT_WRITE:
	case SSL_ERROR_WANT_READ:
		return step;
	default:
		return tell_failure(connection);
	}
}

static enum io
tell_io(struct connection *connection, int result)
{
	int number = errno;

	switch (SSL_get_error(connection->tls, result)) {
	case SSL_ERROR_WANT_WRITE:
	case SSL_ERROR_WANT_READ:
		return IO_WAIT;
	case SSL_ERROR_ZERO_RETURN:
		return IO_CLOSED;
	case SSL_ERROR_SYSCALL:
		return socket_io(number) == IO_WAIT ? IO_FAILED : socket_io(number);
	default: /* an alert, or no TLS any more: the server broke the session off */
		return IO_RESET;
	}
}

enum io
tls_read(struct connection *connection, char *buffer, size_t size, size_t *ret_length)
{
	int result = 0;

	ERR_clear_error();
	connection->tls_reads = 0;
	errno = 0;
	result = SSL_read_ex(connection->tls, buffer, size, ret_length);
	return result == 1 ? IO_DONE : tell_io(connection, result);
}

enum io
tls_write(struct connection *connection, const char *bytes, size_t length, size_t *sent)
{
	int result = 0;

	ERR_clear_error();
	connection->tls_reads = 0;
	errno = 0;
	result = SSL_write_ex(connection->tls, bytes, length, sent);
	return result == 1 ? IO_DONE : tell_io(connection, result);
}

void
tls_end(struct connection *connection)
{
	if (connection->tls == NULL)
		return;
	if (connection->state == CONNECTION_SECURE && connection->broken == IO_DONE)
		SSL_shutdown(connection->tls);
	SSL_free(connection->tls);
	connection->tls = NULL;
	if (connection->examination != NULL)
		g_free(connection->examination->reference);
	g_clear_pointer(&connection->examination, g_free);
	ERR_clear_error();
}
