/* SPDX-License-Identifier: Apache-2.0 */
/*
 * perdition.conf: "key value" lines; the last of a key wins.
 *
 * ssl_mode decides: a list of words, of which those without "_outgoing" are about clients. None of
 * the words that listen with TLS: all is in clear; tls_listen offers STLS; tls_listen_force
 * refuses PASS without it; ssl_listen speaks TLS from the first byte.
 */
#include "products/perdition/config.h"

#include <string.h>

#include "dialect/tree.h"

extern const struct dialect dialect_keyvalue;

struct mode_words {
	bool tls;   /* from the first byte */
	bool force; /* no password before STLS */
	bool offer; /* STLS */
};

static struct mode_words
read_modes(const char *value)
{
	struct mode_words modes = { 0 };
	g_auto(GStrv) words = g_strsplit_set(value, ", \t", -1);

	for (size_t i = 0; words[i] != NULL; i++) {
		modes.tls |=
			g_str_equal(words[i], "ssl_listen") || g_str_equal(words[i], "ssl_all");
		modes.force |= g_str_equal(words[i], "tls_listen_force") ||
			g_str_equal(words[i], "tls_all_force");
		modes.offer |=
			g_str_equal(words[i], "tls_listen") || g_str_equal(words[i], "tls_all");
	}
	return modes;
}

static void
judge(struct config_listener *listener, struct mode_words modes)
{
	listener->mode = modes.tls ? MODE_POP3S : MODE_POP3;
	listener->port = modes.tls ? 995 : 110;
	if (modes.tls) {
		listener->verdict = VERDICT_REFUSES;
		listener->reason = REASON_TLS_ONLY;
		listener->explanation = "Perdition speaks TLS from the first byte.";
	} else if (modes.force) {
		listener->verdict = VERDICT_REFUSES;
		listener->explanation = "Perdition refuses PASS until STLS.";
	} else {
		listener->verdict = VERDICT_PERMITS;
		listener->explanation = modes.offer ?
			"Perdition offers STLS, but takes passwords without it." :
			"Perdition takes passwords in clear, and offers no STLS.";
	}
}

static void
read_root(struct config_reading *reading)
{
	const struct config_text *text = config_read(reading, reading->root);
	g_autoptr(tree_auto) tree = NULL;
	const struct node *mode;
	struct config_listener *listener;

	if (text == NULL)
		return;
	tree = dialect_keyvalue.parse(text->bytes, text->length);
	mode = tree_find_last(&tree->root, "ssl_mode", false);
	reading->facts->config->served = true;
	listener = config_add_listener(reading->facts);
	listener->address = "*";
	listener->reason = mode != NULL ? REASON_SETTING : REASON_DEFAULT;
	judge(listener, read_modes(mode != NULL ? mode->value : ""));
	if (mode != NULL)
		config_chain_add(&listener->chain,
			config_location(reading, text, mode->key_at.start),
			config_line(reading, text, mode->key_at.start), NULL);
}

static const char *const roots[] = { "perdition.conf", NULL };
static const char *const packages[] = { "perdition", NULL };

const struct product_config perdition_config = {
	.folder = "/etc/perdition",
	.roots = roots,
	.packages = packages,
	.read = read_root,
};
