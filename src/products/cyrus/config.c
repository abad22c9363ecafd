/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cyrus: cyrus.conf says what runs, imapd.conf what each service does; both are one configuration.
 *
 * The master reads the imapd.conf beside cyrus.conf, a service that of its `-C`.
 */
#include "products/cyrus/config.h"

#include <string.h>

#include "dialect/shell.h"
#include "products/config_access.h"
#include "products/cyrus/posture.h"

static const char remedy_now[] =
	"imapd.conf: tls_required: yes and allowplaintext: no (replace the lines that are there: "
	"an "
	"option that is given twice stops Cyrus), with tls_server_cert and tls_server_key; no "
	"pop3d -p.";
static const char remedy_old[] =
	"imapd.conf: allowplaintext: no and allowapop: no (replace the lines that are there: an "
	"option "
	"that is given twice stops Cyrus), with a certificate and key; no pop3d -p.";

struct room {
	struct config_reading *reading;
	struct cyrus_files files;
	bool has_clear; /* a listener that starts in clear */
};

/* --- services --------------------------------------------------------------------------------- */

static void
cannot_tell(struct config_listener *listener, const struct cyrus_service *service,
	enum reason reason, const char *explanation)
{
	listener->verdict = VERDICT_UNDETERMINED;
	listener->reason = reason;
	listener->explanation = explanation;
	listener->settle = "popseal scan the port";
	config_chain_add(&listener->chain, service->location, service->line, NULL);
}

/* Whether something keeps the service from running; then it is noted, and cannot be told. */
static bool
is_failing(struct room *room, const struct cyrus_settings *settings,
	const struct cyrus_service *service, struct config_listener *listener)
{
	struct facts *facts = room->reading->facts;
	const struct cyrus_setting *bad = service->problem == NULL ?
		cyrus_settings_find_bad(settings, service->name, room->reading->version) :
		NULL;
	struct config_note *note;
	const char *message;

	if (service->problem == NULL && bad == NULL)
		return false;
	message = bad == NULL ?
		facts_printf(facts, "The service %s: %s.", service->name, service->problem) :
		facts_printf(facts, "The service %s ends at once: it cannot read this value of %s.",
			service->name, bad->key);
	cannot_tell(listener, service, REASON_INVALID, message);
	if (bad != NULL)
		config_chain_add(&listener->chain, bad->location, bad->line, NULL);
	note = config_note_once(room->reading, CONFIG_NOTE_INVALID,
		bad != NULL ? bad->location : service->location, message);
	if (note != NULL)
		note->line = bad != NULL ? bad->line : service->line;
	return true;
}

static void
judge(struct room *room, const struct cyrus_settings *settings, const struct cyrus_service *service,
	struct config_listener *listener)
{
	if (service->program == CYRUS_POP3_PERHAPS) {
		cannot_tell(listener, service, REASON_NOT_UNDERSTOOD,
			facts_printf(room->reading->facts,
				"The service %s starts a program that is not Cyrus' pop3d.",
				service->name));
	} else if (is_failing(room, settings, service, listener)) {
		return;
	} else if (service->tls) {
		listener->verdict = VERDICT_REFUSES;
		listener->reason = REASON_TLS_ONLY;
		listener->explanation = "pop3d -s speaks TLS from the first byte.";
		config_chain_add(&listener->chain, service->location, service->line, NULL);
	} else if (!settings->is_whole || settings->is_broken) {
		cannot_tell(listener, service,
			settings->is_broken ? REASON_INVALID : REASON_UNREADABLE,
			facts_printf(room->reading->facts,
				"Not all that the service %s reads could be read.", service->name));
	} else {
		cyrus_judge(room->reading, settings, service, listener);
	}
}

static void
take_pop3(struct room *room, const struct cyrus_service *service)
{
	const struct cyrus_settings *settings = cyrus_files_settings(&room->files, service->config);
	struct config_listener *listener;

	room->reading->facts->config->served = true;
	if (service->program == CYRUS_POP3D)
		cyrus_note_tls(room->reading, settings, service);
	if (!cyrus_service_listens(service))
		return;
	listener = config_add_listener(room->reading->facts);
	listener->address = service->address;
	listener->port = service->port;
	listener->mode = service->tls ? MODE_POP3S : MODE_POP3;
	judge(room, settings, service, listener);
	room->has_clear |= !service->tls;
	if (!service->tls && service->program == CYRUS_POP3D)
		cyrus_note_mechanisms(room->reading, settings, service);
}

static void
take_services(struct room *room, const GArray *services)
{
	struct cyrus_service latent = { .name = "pop3", .program = CYRUS_POP3D };

	for (guint i = 0; i < services->len; i++) {
		const struct cyrus_service *service =
			&g_array_index(services, struct cyrus_service, i);

		if (service->program == CYRUS_POP3D || service->program == CYRUS_POP3_PERHAPS)
			take_pop3(room, service);
		else if (service->program == CYRUS_IMAPD)
			cyrus_note_sibling(room->reading,
				cyrus_files_settings(&room->files, service->config), service);
		if (service->program == CYRUS_POP3D && !cyrus_service_listens(service))
			latent = *service;
	}
	if (!room->has_clear)
		cyrus_note_latent(room->reading, cyrus_files_settings(&room->files, NULL), &latent);
}

/* --- which files ------------------------------------------------------------------------------ */

/* Debian's unit takes the files' names from there. */
static void
check_default(struct room *room, const char *name, const char *read)
{
	static const char path[] = "/etc/default/cyrus-imapd";
	struct config_reading *reading = room->reading;
	const struct config_text *text = reading->source->read(reading->source, path, NULL);
	g_autoptr(shell_values_auto) values = shell_values_new(false);
	const struct shell_value *value;
	struct config_doubt *doubt;

	if (text == NULL || !g_str_has_prefix(read, "/etc/"))
		return;
	shell_values_source(values, reading->source, text);
	value = shell_values_find(values, name);
	if (value == NULL || (value->text != NULL && g_str_equal(value->text, read)))
		return;
	doubt = config_add_doubt(reading->facts, REASON_ELSEWHERE);
	doubt->location = config_location(reading, value->file, value->node->all.start);
	doubt->line = config_line(reading, value->file, value->node->all.start);
	doubt->message = facts_printf(reading->facts,
		"Cyrus may be started with another file than %s (%s).", read, name);
	doubt->settle = "The command line of the running master";
}

static void
read_root(struct config_reading *reading)
{
	struct room room = { .reading = reading };
	g_autofree char *services_path = source_resolve(reading->root, "cyrus.conf");
	const struct config_text *text = config_read(reading, services_path);
	g_autoptr(GArray) services = NULL;
	bool is_old =
		reading->version != NULL && config_version_compare(reading->version, "3.0") < 0;

	reading->facts->config->remedy = is_old ? remedy_old : remedy_now;
	cyrus_files_init(&room.files, reading);
	services = text != NULL ? cyrus_services_read(reading, text) :
				  g_array_new(FALSE, FALSE, sizeof(struct cyrus_service));
	cyrus_files_settings(&room.files, NULL);
	take_services(&room, services);
	check_default(&room, "MASTERCONF", services_path);
	check_default(&room, "CONF", room.files.main_path);
	cyrus_files_clear(&room.files);
}

static const char *const roots[] = { "cyrus.conf", "imapd.conf", NULL };
static const char *const elsewhere[] = { "/usr/local/etc", NULL };
static const char *const packages[] = { "cyrus-pop3d", "cyrus-imapd", "cyrus-common", NULL };

const struct product_config cyrus_config = {
	.folder = "/etc",
	.roots = roots,
	.elsewhere = elsewhere,
	.packages = packages,
	.dump = "cyr_info conf-all",
	.dump_for = "imapd.conf",
	.read = read_root,
};
