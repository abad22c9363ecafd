/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names to addresses by c-ares on the loop.
 *
 * Answers wait in a queue and are delivered by a timer of their own: c-ares
 * may answer within the question (a numeric name, the hosts file), and a `done`
 * that asks again or frees the resolver must not do so inside c-ares.
 */
#include "net/resolver.h"

#include <ares.h>
#include <netdb.h>
#include <openssl/rand.h>
#include <string.h>

#include "model/endpoint.h"
#include "net/loop-private.h"
#include "net/socket_address.h"

enum {
	RESOLVER_TIMEOUT = 5000, /* ms of the first try; c-ares doubles it for the second */
	RESOLVER_TRIES = 2,
	MILLISECOND = 1000, /* µs */
	CLASS_IN = 1,       /* RFC 1035 section 3.2 */
	TYPE_MX = 15,
	TYPE_SRV = 33,  /* RFC 2782 */
	TYPE_TLSA = 52, /* RFC 6698 */
	FLAGS_AT = 3,   /* the octet of a message that has the AD bit */
	FLAG_AD =
		0x20, /* in a question: say whether the answer is verified (RFC 6840 section 5.7) */
};

struct resolver {
	struct net_loop *loop;
	ares_channel channel;
	GHashTable *sockets; /* c-ares' sockets: descriptor to struct watch */
	GQueue answered;     /* struct question, to be delivered */
	uv_timer_t timeout;  /* c-ares' next one */
	uv_timer_t delivery;
	unsigned asked;   /* questions that c-ares has not answered */
	unsigned handles; /* libuv handles that are not closed yet */
	bool dying;
};

struct watch {
	struct resolver *resolver;
	uv_poll_t poll;
	int fd;
	int events;
};

struct question {
	struct resolver *resolver;
	void (*done)(void *user, const char *const *addresses, size_t count, const char *why);
	void *user;
	size_t count;
	char *addresses[RESOLVER_ADDRESSES_MAX];
	const char *why;
	/* Of a question after records, else NULL; their hosts are in addresses. */
	void (*records_done)(void *user, const struct resolver_record *records, size_t count,
		const char *why);
	enum resolver_type type;
	struct resolver_record records[RESOLVER_RECORDS_MAX];
	/* Of a question after TLSA records, else NULL; they stand in the message, a copy. */
	void (*tlsa_done)(void *user, const struct dns_tlsa_record *records, size_t count,
		bool authentic, const char *why);
	uint8_t *message;
	struct dns_tlsa_answer tlsa;
};

static void
question_free(struct question *question)
{
	for (size_t i = 0; i < question->count; i++)
		g_free(question->addresses[i]);
	g_free(question->message);
	g_free(question);
}

static const char no_name[] = "no such name";
static const char no_address[] = "the name has no address";

bool
resolver_says_none(const char *why)
{
	return why == no_name || why == no_address;
}

static const char *
failure_words(int status)
{
	switch (status) {
	case ARES_ENOTFOUND:
		return no_name;
	case ARES_ENODATA:
	case ARES_SUCCESS:
		return no_address;
	case ARES_EBADNAME:
		return "that is no valid name";
	case ARES_ETIMEOUT:
		return "the DNS server does not answer";
	case ARES_ECONNREFUSED: /* c-ares says so too when every server failed or refused */
	case ARES_ESERVFAIL:
	case ARES_EREFUSED:
		return "no DNS server gave an answer";
	default:
		return ares_strerror(status);
	}
}

static bool
is_known(const struct question *question, const char *address)
{
	for (size_t i = 0; i < question->count; i++) {
		if (strcmp(question->addresses[i], address) == 0)
			return true;
	}
	return false;
}

static void
collect(struct question *question, const struct ares_addrinfo *result)
{
	const struct ares_addrinfo_node *node = result == NULL ? NULL : result->nodes;

	for (; node != NULL && question->count < RESOLVER_ADDRESSES_MAX; node = node->ai_next) {
		union socket_address address;
		char text[ENDPOINT_ADDRESS_MAX + 1];

		if (socket_address_copy(node->ai_addr, &address) &&
			socket_address_text(&address, text) && !is_known(question, text))
			question->addresses[question->count++] = g_strdup(text);
	}
}

static void
tell(struct question *question)
{
	if (question->tlsa_done != NULL)
		question->tlsa_done(question->user, question->tlsa.records, question->tlsa.count,
			question->tlsa.authentic, question->why);
	else if (question->records_done != NULL)
		question->records_done(question->user, question->records, question->count,
			question->why);
	else
		question->done(question->user, (const char *const *)question->addresses,
			question->count, question->why);
}

static void
deliver(uv_timer_t *handle)
{
	struct resolver *resolver = handle->data;

	while (!resolver->dying && !g_queue_is_empty(&resolver->answered)) {
		struct question *question = g_queue_pop_head(&resolver->answered);

		tell(question);
		question_free(question);
	}
}

static void
keep_answered(struct question *question)
{
	struct resolver *resolver = question->resolver;

	g_queue_push_tail(&resolver->answered, question);
	uv_timer_start(&resolver->delivery, deliver, 0, 0);
}

/* Called by c-ares, also for each question that ares_destroy finds. */
static void
answer(void *user, int status, int timeouts, struct ares_addrinfo *result)
{
	struct question *question = user;
	struct resolver *resolver = question->resolver;

	(void)timeouts;
	resolver->asked--;
	if (!resolver->dying)
		collect(question, result);
	ares_freeaddrinfo(result);
	if (resolver->dying) {
		question_free(question);
		return;
	}
	if (question->count == 0)
		question->why = failure_words(status);
	keep_answered(question);
}

static void schedule(struct resolver *resolver);

static void
timed_out(uv_timer_t *handle)
{
	struct resolver *resolver = handle->data;

	ares_process_fd(resolver->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
	schedule(resolver);
}

/*
 * A timer that runs is left alone, though its question may be answered, because
 * ares_timeout walks through all questions.
 */
static void
schedule(struct resolver *resolver)
{
	struct timeval next;

	if (resolver->asked == 0) {
		uv_timer_stop(&resolver->timeout);
		return;
	}
	if (uv_is_active((uv_handle_t *)&resolver->timeout))
		return;
	if (ares_timeout(resolver->channel, NULL, &next) != NULL)
		loop_timer_start(&resolver->timeout, timed_out,
			next.tv_sec * G_USEC_PER_SEC + next.tv_usec + MILLISECOND, 0);
}

static void
socket_ready(uv_poll_t *handle, int status, int events)
{
	struct watch *watch = handle->data;
	struct resolver *resolver = watch->resolver;
	bool readable = status < 0 || (events & UV_READABLE) != 0;
	bool writable = status < 0 || (events & UV_WRITABLE) != 0;

	ares_process_fd(resolver->channel, readable ? watch->fd : ARES_SOCKET_BAD,
		writable ? watch->fd : ARES_SOCKET_BAD);
	/* libuv stopped polling at the error; if c-ares keeps the socket, so do we. */
	if (status < 0 && !uv_is_closing((uv_handle_t *)handle))
		uv_poll_start(handle, watch->events, socket_ready);
	schedule(resolver);
}

static void
watch_closed(uv_handle_t *handle)
{
	g_free(handle->data);
}

static void
watch_free(void *data)
{
	struct watch *watch = data;

	uv_close((uv_handle_t *)&watch->poll, watch_closed);
}

/* NULL if the system watches no more sockets; the question then times out. */
static struct watch *
watch_new(struct resolver *resolver, int fd)
{
	struct watch *watch = g_new0(struct watch, 1);

	watch->resolver = resolver;
	watch->fd = fd;
	watch->poll.data = watch;
	if (uv_poll_init(&resolver->loop->uv, &watch->poll, fd) != 0) {
		g_free(watch);
		return NULL;
	}
	g_hash_table_insert(resolver->sockets, GINT_TO_POINTER(fd), watch);
	return watch;
}

/* Called by c-ares to have a socket watched; for neither, just before it closes it. */
static void
socket_state(void *user, ares_socket_t fd, int readable, int writable)
{
	struct resolver *resolver = user;
	struct watch *watch = g_hash_table_lookup(resolver->sockets, GINT_TO_POINTER(fd));

	if (!readable && !writable) {
		g_hash_table_remove(resolver->sockets, GINT_TO_POINTER(fd));
		return;
	}
	if (watch == NULL)
		watch = watch_new(resolver, fd);
	if (watch == NULL)
		return;
	watch->events = (readable ? UV_READABLE : 0) | (writable ? UV_WRITABLE : 0);
	uv_poll_start(&watch->poll, watch->events, socket_ready);
}

static int
open_channel(struct resolver *resolver)
{
	char lookups[] = "fb"; /* the hosts file, then DNS */
	struct ares_options options = {
		.timeout = RESOLVER_TIMEOUT,
		.tries = RESOLVER_TRIES,
		.lookups = lookups,
		.sock_state_cb = socket_state,
		.sock_state_cb_data = resolver,
	};

	return ares_init_options(&resolver->channel, &options,
		ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_LOOKUPS | ARES_OPT_SOCK_STATE_CB);
}

static void
init_timer(struct resolver *resolver, uv_timer_t *timer)
{
	uv_timer_init(&resolver->loop->uv, timer);
	timer->data = resolver;
	resolver->handles++;
}

struct resolver *
resolver_new(struct net_loop *loop, GError **error)
{
	struct resolver *resolver = g_new0(struct resolver, 1);
	int status = ARES_SUCCESS;

	resolver->loop = loop;
	resolver->sockets = g_hash_table_new_full(NULL, NULL, NULL, watch_free);
	status = open_channel(resolver);
	if (status != ARES_SUCCESS) {
		g_set_error(error, NET_ERROR, 0, "no resolver: %s", ares_strerror(status));
		g_hash_table_destroy(resolver->sockets);
		g_free(resolver);
		return NULL;
	}
	g_queue_init(&resolver->answered);
	init_timer(resolver, &resolver->timeout);
	init_timer(resolver, &resolver->delivery);
	return resolver;
}

void
resolver_ask(struct resolver *resolver, const char *name,
	void (*done)(void *user, const char *const *addresses, size_t count, const char *why),
	void *user)
{
	const struct ares_addrinfo_hints hints = {
		.ai_family = AF_UNSPEC,
		.ai_socktype = SOCK_STREAM,
	};
	struct question *question = g_new0(struct question, 1);

	question->resolver = resolver;
	question->done = done;
	question->user = user;
	resolver->asked++;
	ares_getaddrinfo(resolver->channel, name, NULL, &hints, answer, question);
	schedule(resolver);
}

/* --- records ---------------------------------------------------------------------------------- */

static void
add_record(struct question *question, const char *host, struct resolver_record record)
{
	if (question->count == RESOLVER_RECORDS_MAX)
		return;
	question->addresses[question->count] = g_strdup(g_str_equal(host, ".") ? "" : host);
	record.host = question->addresses[question->count];
	question->records[question->count++] = record;
}

static int
parse_services(struct question *question, const unsigned char *bytes, int length)
{
	struct ares_srv_reply *list = NULL;
	int status = ares_parse_srv_reply(bytes, length, &list);

	for (const struct ares_srv_reply *at = list; at != NULL; at = at->next)
		add_record(question, at->host,
			(struct resolver_record){ .priority = at->priority,
				.weight = at->weight,
				.port = at->port });
	ares_free_data(list);
	return status;
}

static int
parse_exchanges(struct question *question, const unsigned char *bytes, int length)
{
	struct ares_mx_reply *list = NULL;
	int status = ares_parse_mx_reply(bytes, length, &list);

	for (const struct ares_mx_reply *at = list; at != NULL; at = at->next)
		add_record(question, at->host,
			(struct resolver_record){ .priority = at->priority });
	ares_free_data(list);
	return status;
}

/* Called by c-ares as answer is. */
static void
answer_records(void *user, int status, int timeouts, unsigned char *bytes, int length)
{
	struct question *question = user;
	struct resolver *resolver = question->resolver;

	(void)timeouts;
	resolver->asked--;
	if (resolver->dying) {
		question_free(question);
		return;
	}
	if (status == ARES_SUCCESS)
		status = question->type == RESOLVER_SRV ? parse_services(question, bytes, length) :
							  parse_exchanges(question, bytes, length);
	if (question->count == 0 && status != ARES_SUCCESS && status != ARES_ENODATA &&
		status != ARES_ENOTFOUND)
		question->why = failure_words(status);
	keep_answered(question);
}

void
resolver_ask_records(struct resolver *resolver, enum resolver_type type, const char *name,
	void (*done)(void *user, const struct resolver_record *records, size_t count,
		const char *why),
	void *user)
{
	struct question *question = g_new0(struct question, 1);

	question->resolver = resolver;
	question->records_done = done;
	question->user = user;
	question->type = type;
	resolver->asked++;
	ares_query(resolver->channel, name, CLASS_IN, type == RESOLVER_SRV ? TYPE_SRV : TYPE_MX,
		answer_records, question);
	schedule(resolver);
}

/* --- TLSA records ----------------------------------------------------------------------------- */

static const char *
read_tlsa(struct question *question, const unsigned char *bytes, int length)
{
	question->message = g_memdup2(bytes, (size_t)length);
	if (!dns_tlsa_parse(question->message, (size_t)length, &question->tlsa)) {
		question->tlsa = (struct dns_tlsa_answer){ 0 };
		return "the DNS server's answer makes no sense";
	}
	if (question->tlsa.code == DNS_CODE_OK || question->tlsa.code == DNS_CODE_NO_NAME)
		return NULL;
	question->tlsa.count = 0;
	return failure_words(ARES_EREFUSED);
}

/* Called by c-ares as answer is; the answer's code is not looked at yet. */
static void
answer_tlsa(void *user, int status, int timeouts, unsigned char *bytes, int length)
{
	struct question *question = user;
	struct resolver *resolver = question->resolver;

	(void)timeouts;
	resolver->asked--;
	if (resolver->dying) {
		question_free(question);
		return;
	}
	question->why =
		status == ARES_SUCCESS ? read_tlsa(question, bytes, length) : failure_words(status);
	keep_answered(question);
}

void
resolver_ask_tlsa(struct resolver *resolver, const char *owner,
	void (*done)(void *user, const struct dns_tlsa_record *records, size_t count,
		bool authentic, const char *why),
	void *user)
{
	struct question *question = g_new0(struct question, 1);
	unsigned char *message = NULL;
	unsigned short id = 0;
	int length = 0, status;

	question->resolver = resolver;
	question->tlsa_done = done;
	question->user = user;
	if (RAND_bytes((unsigned char *)&id, sizeof id) != 1)
		g_error("OpenSSL has no random numbers");
	status = ares_create_query(owner, CLASS_IN, TYPE_TLSA, id, 1, &message, &length, 0);
	if (status != ARES_SUCCESS) {
		question->why = failure_words(status);
		keep_answered(question);
		return;
	}
	message[FLAGS_AT] |= FLAG_AD;
	resolver->asked++;
	ares_send(resolver->channel, message, length, answer_tlsa, question);
	ares_free_string(message);
	schedule(resolver);
}

static void
handle_closed(uv_handle_t *handle)
{
	struct resolver *resolver = handle->data;

	if (--resolver->handles == 0)
		g_free(resolver);
}

void
resolver_free(struct resolver *resolver)
{
	if (resolver == NULL)
		return;
	resolver->dying = true;
	ares_destroy(resolver->channel);
	g_hash_table_destroy(resolver->sockets);
	while (!g_queue_is_empty(&resolver->answered))
		question_free(g_queue_pop_head(&resolver->answered));
	uv_close((uv_handle_t *)&resolver->timeout, handle_closed);
	uv_close((uv_handle_t *)&resolver->delivery, handle_closed);
}
