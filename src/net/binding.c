/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Channel bindings: what both ends of one TLS session know, and nobody in
 * between (RFC 5929, RFC 9266).
 */
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "net/connection-private.h"
#include "net/examine-private.h"

#define EXPORTER_LABEL "EXPORTER-Channel-Binding"

enum {
	EXPORTER_LENGTH = 32
};

/*
 * With an empty context, which before TLS 1.3 is another thing than none (RFC 5705 section 4).
 * There it needs the extended master secret, or somebody in between could make two sessions alike.
 */
static bool
bind_exporter(SSL *tls, struct sasl_binding *binding)
{
	static const unsigned char context[] = "";

	if (SSL_version(tls) < TLS1_3_VERSION && SSL_get_extms_support(tls) != 1)
		return false;
	binding->type = "tls-exporter";
	binding->length = EXPORTER_LENGTH;
	return SSL_export_keying_material(tls, binding->data, EXPORTER_LENGTH, EXPORTER_LABEL,
		       strlen(EXPORTER_LABEL), context, 0, 1) == 1;
}

/* RFC 5929 section 4.1: SHA-256 instead of MD5 and SHA-1; no binding where there is no digest. */
static bool
bind_end_point(SSL *tls, struct sasl_binding *binding)
{
	X509 *certificate = SSL_get0_peer_certificate(tls);
	int digest = certificate == NULL ? NID_undef : certificate_digest(certificate);
	unsigned length = 0;

	G_STATIC_ASSERT((int)SASL_DIGEST_MAX >= EVP_MAX_MD_SIZE);
	if (digest == NID_md5 || digest == NID_sha1)
		digest = NID_sha256;
	if (digest == NID_undef || EVP_get_digestbynid(digest) == NULL)
		return false;
	binding->type = "tls-server-end-point";
	if (X509_digest(certificate, EVP_get_digestbynid(digest), binding->data, &length) != 1)
		return false;
	binding->length = length;
	return true;
}

/* The first Finished of the handshake: ours, or the server's where a session was resumed. */
static bool
bind_unique(SSL *tls, struct sasl_binding *binding)
{
	if (SSL_version(tls) >= TLS1_3_VERSION)
		return false;
	binding->type = "tls-unique";
	binding->length = SSL_session_reused(tls) == 1 ?
		SSL_get_peer_finished(tls, binding->data, sizeof binding->data) :
		SSL_get_finished(tls, binding->data, sizeof binding->data);
	return binding->length > 0 && binding->length <= sizeof binding->data;
}

size_t
connection_bindings(const struct connection *connection, struct sasl_binding *bindings, size_t room)
{
	SSL *tls = connection->tls;
	size_t count = 0;
	bool modern = false;

	if (tls == NULL || connection->state != CONNECTION_SECURE)
		return 0;
	modern = SSL_version(tls) >= TLS1_3_VERSION;
	if (modern && count < room)
		count += bind_exporter(tls, &bindings[count]);
	if (count < room)
		count += bind_end_point(tls, &bindings[count]);
	if (count < room)
		count += bind_unique(tls, &bindings[count]);
	if (!modern && count < room)
		count += bind_exporter(tls, &bindings[count]);
	ERR_clear_error();
	return count;
}
