/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nginx's mail proxy (also in front of Zimbra and in Mailu).
 *
 * With "starttls only" it calls USER and AUTH an "invalid command", as it calls
 * everything else that it does not want. A login that reaches its auth_http
 * service and fails there ("internal server error") was taken all the same.
 */
#include "products/nginx/config.h"

static const struct fingerprint fingerprints[] = {
	{ PLACE_GREETING, "POP3 ready", 40 },
	{ PLACE_GREETING, "POP3 ready <*@*>", 25 },
	{ PLACE_LAYOUT, "TOP,USER,UIDL*", 30 },
	{ PLACE_LAYOUT, "TOP,UIDL,STLS", 15 },
	{ PLACE_LAYOUT, "TOP,UIDL,EXPIRE * USER,XOIP*", 20 },
	{ PLACE_REPLY, "methods supported:", 40 },
	{ PLACE_REPLY, "internal server error", 25 },
	{ PLACE_REPLY, "invalid command", 20 },
	{ PLACE_END, NULL, 0 },
};

static const struct wording refusals[] = {
	{ "invalid command", REFUSAL_UNKNOWN_COMMAND },
	{ "internal server error", REFUSAL_BACKEND },
	{ "Invalid login or password", REFUSAL_CREDENTIALS },
	{ NULL, REFUSAL_NONE },
};

static const char *const documentation[] = {
	"https://nginx.org/en/docs/mail/ngx_mail_ssl_module.html",
	"https://nginx.org/en/docs/mail/ngx_mail_pop3_module.html",
	NULL,
};

const struct product product_nginx = {
	.name = "nginx",
	.title = "nginx mail proxy",
	.fingerprints = fingerprints,
	.refusals = refusals,
	.logged = "error_log at level info: \"client login failed: ... while in http auth state, "
		  "client: ..., login: \"popseal-...\"\", if the login was taken; the auth_http "
		  "service sees one request with the random name and password.",
	.lockout = "nginx locks nobody out; the auth_http service may delay (Auth-Wait) or count. "
		   "No stock filter of fail2ban reads nginx's mail lines.",
	.remedy = "mail or server block: starttls only; with ssl_certificate and "
		  "ssl_certificate_key, or listen 995 ssl alone.",
	.documentation = documentation,
	.config = &nginx_config,
	.fix = &nginx_fix,
};
