/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What Dovecot's configuration says beside the verdict: certificates and who may read their keys,
 * versions of TLS, weak mechanisms, trust, and what the same settings do to IMAP.
 */
#include <string.h>

#include "products/config_access.h"
#include "products/dovecot/gate.h"

static const struct dovecot_client pop3_client = { .protocol = "pop3" };

/* Adds a note about an assignment, or about the root where there is none. */
static struct config_note *
add_note(struct dovecot_settings *settings, enum config_note_kind kind,
	const struct dovecot_assignment *about, const char *message)
{
	struct config_note *note = config_add_note(settings->reading->facts, kind);

	note->message = message;
	note->location.file = settings->reading->facts->config->root;
	if (about != NULL) {
		struct config_step step = dovecot_step(settings, about);

		note->location = step.location;
		note->line = step.line;
	}
	return note;
}

/* The last assignment to the key under any filter: certificates may be for one address only. */
static const struct dovecot_assignment *
find_anywhere(const struct dovecot_settings *settings, const char *key)
{
	for (guint i = settings->filters->len; i > 0; i--) {
		const GPtrArray *all = dovecot_settings_under(settings,
			g_ptr_array_index(settings->filters, i - 1), key, false);

		if (all != NULL)
			return g_ptr_array_index(all, all->len - 1);
	}
	return NULL;
}

/* --- certificate and key ---------------------------------------------------------------------- */

/* The path of a certificate or key, or NULL where the assignment names none. */
static char *
path_of(const struct dovecot_settings *settings, const struct dovecot_assignment *assignment)
{
	const char *path = assignment->file;

	if (path == NULL && settings->is_24)
		path = assignment->value;
	return path != NULL && path[0] != '\0' ? source_resolve(assignment->text->path, path) :
						 NULL;
}

static void
note_missing(struct dovecot_settings *settings, const struct dovecot_assignment *about,
	const struct source_look *look)
{
	struct facts *facts = settings->reading->facts;

	add_note(settings, CONFIG_NOTE_TLS_UNAVAILABLE, about,
		facts_printf(facts, "%s: %s, so there is no TLS.", look->shown,
			source_outcome_words(look->outcome)));
}

static void
note_key(struct dovecot_settings *settings, const struct dovecot_assignment *about,
	const struct source_look *look)
{
	struct facts *facts = settings->reading->facts;
	const char *who = (look->mode & 0007) != 0 ? "everybody" : "its group, to change it,";

	if ((look->mode & 0027) != 0)
		add_note(settings, CONFIG_NOTE_KEY_PERMISSIONS, about,
			facts_printf(facts, "%s has the mode %04o: %s may open the private key.",
				look->shown, look->mode, who));
	else if (look->uid != 0 && look->owner != NULL)
		add_note(settings, CONFIG_NOTE_KEY_PERMISSIONS, about,
			facts_printf(facts, "%s belongs to %s, not to root.", look->shown,
				look->owner));
}

/* Notes what is wrong with the file; returns whether that keeps TLS away. */
static bool
check_file(struct dovecot_settings *settings, const char *key, bool is_key)
{
	const struct dovecot_assignment *found = find_anywhere(settings, key);
	g_autofree char *path = found != NULL ? path_of(settings, found) : NULL;
	struct source_look look;
	bool is_empty = found == NULL ||
		(path == NULL && (found->value == NULL || found->value[0] == '\0'));

	if (is_empty) {
		if (!is_key)
			add_note(settings, CONFIG_NOTE_TLS_UNAVAILABLE, found,
				"No certificate is configured: there is no TLS.");
		return !is_key;
	}
	if (path == NULL || strchr(path, '%') != NULL)
		return false;
	config_keep_pair(settings->reading, is_key, path);
	settings->reading->source->look(settings->reading->source, path, &look);
	if (look.outcome == SOURCE_ABSENT || look.outcome == SOURCE_NOT_A_FILE)
		note_missing(settings, found, &look);
	if (look.outcome == SOURCE_FOUND && is_key)
		note_key(settings, found, &look);
	return look.outcome == SOURCE_ABSENT;
}

static void
note_tls(struct dovecot_settings *settings)
{
	struct dovecot_found ssl;

	dovecot_settings_find(settings, "ssl", &pop3_client, &ssl);
	if (g_strcmp0(dovecot_found_value(&ssl, "yes"), "no") == 0) {
		add_note(settings, CONFIG_NOTE_TLS_UNAVAILABLE, ssl.decides,
			"ssl = no: Dovecot offers no TLS.");
		return;
	}
	if (!check_file(settings, settings->is_24 ? "ssl_server_cert_file" : "ssl_cert", false))
		check_file(settings, settings->is_24 ? "ssl_server_key_file" : "ssl_key", true);
}

/* --- versions of TLS -------------------------------------------------------------------------- */

/* What a setting, or a default, does about the versions before TLS 1.2. */
enum old_tls {
	OLD_TLS_REFUSED,
	OLD_TLS_ALLOWED,
	OLD_TLS_UNCLEAR,
};

/* ssl_min_protocol */
static enum old_tls
judge_minimum(const char *value)
{
	static const char *const old[] = { "ANY", "SSLv2", "SSLv3", "TLSv1", "TLSv1.0", "TLSv1.1" };
	static const char *const current[] = { "TLSv1.2", "TLSv1.3", "LATEST" };

	for (size_t i = 0; i < G_N_ELEMENTS(old); i++)
		if (g_ascii_strcasecmp(value, old[i]) == 0)
			return OLD_TLS_ALLOWED;
	for (size_t i = 0; i < G_N_ELEMENTS(current); i++)
		if (g_ascii_strcasecmp(value, current[i]) == 0)
			return OLD_TLS_REFUSED;
	return OLD_TLS_UNCLEAR;
}

static bool
has_version(char **words, const char *before, const char *version)
{
	g_autofree char *wanted = g_strconcat(before, version, NULL);

	for (size_t i = 0; words[i] != NULL; i++)
		if (g_ascii_strcasecmp(words[i], wanted) == 0)
			return true;
	return false;
}

/*
 * ssl_protocols of 2.2, which 2.3 still reads: what is listed is taken, and nothing else; where all
 * words begin with '!', what is not listed. '!' takes away what is listed, too.
 */
static enum old_tls
judge_list(const char *value)
{
	static const char *const old[] = { "SSLv3", "TLSv1", "TLSv1.1" };
	g_auto(GStrv) words = g_strsplit_set(value, ", ", -1);
	bool lists = false;

	for (size_t i = 0; words[i] != NULL; i++)
		lists |= words[i][0] != '\0' && words[i][0] != '!';
	for (size_t i = 0; i < G_N_ELEMENTS(old); i++)
		if ((!lists || has_version(words, "", old[i])) && !has_version(words, "!", old[i]))
			return OLD_TLS_ALLOWED;
	return OLD_TLS_REFUSED;
}

/*
 * What the release does where nothing is set. 2.3.0 takes TLS 1.0, 2.3.19 does not; between them,
 * and where the release is only guessed, we do not know.
 */
static enum old_tls
judge_default(const struct dovecot_settings *settings)
{
	const char *version = settings->reading->version;
	const char *dot = version != NULL ? strchr(version, '.') : NULL;

	if (settings->is_24)
		return OLD_TLS_REFUSED;
	if (dot == NULL)
		return OLD_TLS_UNCLEAR;
	if (config_version_compare(version, "2.3") < 0)
		return OLD_TLS_ALLOWED;
	if (config_version_compare(version, "2.3.19") >= 0)
		return OLD_TLS_REFUSED;
	return strchr(dot + 1, '.') != NULL && config_version_compare(version, "2.3.0") == 0 ?
		OLD_TLS_ALLOWED :
		OLD_TLS_UNCLEAR;
}

static void
note_default_version(struct dovecot_settings *settings)
{
	enum old_tls old = judge_default(settings);
	struct config_note *note;

	if (old == OLD_TLS_REFUSED)
		return;
	note = add_note(settings, CONFIG_NOTE_TLS_VERSION, NULL,
		old == OLD_TLS_ALLOWED ?
			"No setting says so, and by default this release allows TLS 1.0 and 1.1." :
			"No setting says which versions of TLS are allowed, and the default "
			"depends on the release: 2.3.0 and before allow TLS 1.0.");
	note->unknown = old == OLD_TLS_UNCLEAR;
	note->settle = note->unknown ? "doveconf -h ssl_min_protocol" : NULL;
}

/* Notes what the assignment allows, once. */
static void
note_version_setting(struct dovecot_settings *settings, const struct dovecot_assignment *found,
	GArray *seen)
{
	enum old_tls old = OLD_TLS_UNCLEAR;
	struct config_note *note;

	for (guint i = 0; i < seen->len; i++)
		if (g_array_index(seen, const struct dovecot_assignment *, i) == found)
			return;
	if (found == NULL)
		return;
	g_array_append_val(seen, found);
	if (found->value != NULL && found->problem == NULL && found->refers == NULL)
		old = g_str_equal(found->key, "ssl_protocols") ? judge_list(found->value) :
								 judge_minimum(found->value);
	if (old == OLD_TLS_REFUSED)
		return;
	note = add_note(settings, CONFIG_NOTE_TLS_VERSION, found,
		old == OLD_TLS_UNCLEAR ?
			"The versions of TLS that this allows are not understood." :
			facts_printf(settings->reading->facts,
				"%s = %s allows versions of TLS that RFC 8996 forbids.", found->key,
				found->value));
	note->unknown = old == OLD_TLS_UNCLEAR;
	note->settle = note->unknown ? "doveconf -h ssl_min_protocol" : NULL;
}

/* Drops that of the two which 2.3 overwrites: to it both are one setting. */
static void
keep_later(const struct dovecot_settings *settings, struct dovecot_found *a,
	struct dovecot_found *b)
{
	guint place_a, place_b;

	if (a->decides == NULL || b->decides == NULL || a->decides->filter != b->decides->filter ||
		!g_ptr_array_find(settings->assignments, a->decides, &place_a) ||
		!g_ptr_array_find(settings->assignments, b->decides, &place_b))
		return;
	if (place_a < place_b)
		a->decides = NULL;
	else
		b->decides = NULL;
}

/* For every kind of client that a block tells apart; the first filter holds for all. */
static void
note_tls_version(struct dovecot_settings *settings)
{
	g_autoptr(GArray) seen =
		g_array_new(FALSE, FALSE, sizeof(const struct dovecot_assignment *));

	for (guint i = 0; i < settings->filters->len; i++) {
		const struct dovecot_filter *filter = g_ptr_array_index(settings->filters, i);
		const struct dovecot_client client = { "pop3", filter->local, filter->remote };
		struct dovecot_found minimum, list, ssl;

		if (!dovecot_filter_may_match(filter, "pop3"))
			continue;
		dovecot_settings_find(settings, "ssl_min_protocol", &client, &minimum);
		dovecot_settings_find(settings, "ssl_protocols", &client, &list);
		dovecot_settings_find(settings, "ssl", &client, &ssl);
		if (i == 0 && minimum.decides == NULL && list.decides == NULL &&
			g_strcmp0(dovecot_found_value(&ssl, "yes"), "no") != 0)
			note_default_version(settings);
		keep_later(settings, &minimum, &list);
		note_version_setting(settings, minimum.decides, seen);
		note_version_setting(settings, minimum.conflict, seen);
		note_version_setting(settings, list.decides, seen);
		note_version_setting(settings, list.conflict, seen);
	}
}

/* --- logins ----------------------------------------------------------------------------------- */

static void
note_mechanisms(struct dovecot_settings *settings, const struct dovecot_gate *gate)
{
	static const char *const weak[] = { "apop", "cram-md5", "digest-md5", "ntlm" };
	g_autoptr(GArray) words =
		dovecot_settings_list(settings, "auth_mechanisms", &pop3_client, "plain");

	for (guint i = 0; i < words->len && !gate->required; i++) {
		const struct dovecot_word *word = &g_array_index(words, struct dovecot_word, i);

		for (size_t j = 0; j < G_N_ELEMENTS(weak); j++)
			if (g_ascii_strcasecmp(word->word, weak[j]) == 0)
				add_note(settings, CONFIG_NOTE_WEAK_MECHANISM, word->from,
					facts_printf(settings->reading->facts,
						"%s is allowed without TLS, as ssl is not "
						"required.",
						word->word));
	}
}

static void
note_trusted(struct dovecot_settings *settings, const struct dovecot_gate *gate)
{
	const struct dovecot_assignment *wrong;
	g_autoptr(GArray) words = dovecot_trusted(settings, &pop3_client, gate, &wrong);

	for (guint i = 0; i < words->len; i++) {
		const struct dovecot_word *word = &g_array_index(words, struct dovecot_word, i);
		struct dovecot_network network;

		if (dovecot_network_read(&network, word->word) &&
			!dovecot_network_is_loopback(&network) &&
			!dovecot_network_is_empty(&network))
			add_note(settings, CONFIG_NOTE_TRUSTED_NETWORK, word->from,
				facts_printf(settings->reading->facts,
					"Clients of %s are taken as secure without TLS%s.",
					word->word,
					gate->required ? ", though ssl is required" : ""));
	}
}

static void
note_sibling(struct dovecot_settings *settings, const char *protocol, const char *message)
{
	const struct dovecot_client client = { .protocol = protocol };
	struct dovecot_gate gate;
	bool unclear = false;

	if (!dovecot_serves(settings, protocol, &unclear))
		return;
	dovecot_gate_find(settings, &client, &gate);
	if (gate.state == DOVECOT_OPEN)
		add_note(settings, CONFIG_NOTE_SIBLING, dovecot_gate_decides(&gate), message);
}

void
dovecot_add_notes(struct dovecot_settings *settings, bool clear_listener)
{
	const struct config_facts *config = settings->reading->facts->config;
	struct dovecot_gate gate;

	dovecot_gate_find(settings, &pop3_client, &gate);
	if (config->served) {
		note_tls(settings);
		note_tls_version(settings);
		note_trusted(settings, &gate);
	}
	if (config->served && clear_listener)
		note_mechanisms(settings, &gate);
	if (gate.state == DOVECOT_OPEN && !clear_listener)
		add_note(settings, CONFIG_NOTE_LATENT, dovecot_gate_decides(&gate),
			"Passwords would be taken without TLS, but POP3 has no listener that "
			"starts in clear now.");
	note_sibling(settings, "imap", "IMAP takes passwords without TLS by the same setting.");
	note_sibling(settings, "submission",
		"Submission takes passwords without TLS by the same setting.");
}
