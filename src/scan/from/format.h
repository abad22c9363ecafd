/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the readers of reports share: the bytes, the events of XML, the records
 * of JSON, and the one way out. A format is a const struct with callbacks; its
 * state is a block of fixed size, so that no report can make it grow.
 */
#ifndef POPSEAL_SCAN_FROM_FORMAT_H
#define POPSEAL_SCAN_FROM_FORMAT_H

#include <jansson.h>
#include <stdint.h>

#include "model/endpoint.h"
#include "scan/from/from.h"

/* --- bytes ------------------------------------------------------------------------------------ */

struct from_input {
	int fd;
	int failed; /* errno of a read that failed */
	size_t at;
	size_t length;
	char block[FROM_BLOCK];
};

/* Fills an empty block. Returns whether there is a byte; at the end, and after an error, not. */
bool from_input_fill(struct from_input *input);

/* --- a bounded text --------------------------------------------------------------------------- */

enum {
	/* More than a claim keeps, so that the cut at a whole character is left to it. */
	FROM_TEXT_MAX = CLAIM_TEXT_MAX + 4,
};

struct from_text {
	size_t length;
	char bytes[FROM_TEXT_MAX + 1];
};

/* Appends what fits; the rest is cut off. */
void from_text_add(struct from_text *text, const char *bytes, size_t length);
void from_text_set(struct from_text *text, const char *value); /* NULL: "" */

/* Takes white space off both ends, and returns the bytes. */
const char *from_text_trim(struct from_text *text);

/* --- the way out ------------------------------------------------------------------------------ */

struct from_format;

struct from_run {
	const struct from_format *format;
	void *state; /* of the format, state_size octets, zero at the beginning */
	const char *name;
	void (*emit)(void *user, const struct from_item *item);
	void *user;
	GError *error; /* ends the reading */
	uint64_t line; /* of XML, or the number of the record */
	bool flagged;  /* a login in clear was reported */
	GByteArray *held;
	guint recent[FROM_RECENT]; /* hashes of the targets that were emitted last */
	size_t recent_at;
};

/* What a reader found. */
struct from_found {
	enum claim_kind kind;
	enum mode mode;
	uint16_t port;       /* 0: none was reported, so the host is asked as usual */
	const char *address; /* what is to be asked: an address, or a name */
	const char *host;    /* what the report calls it; NULL: the address */
	const char *reporter;
	const char *id;
	const char *text;
};

void from_emit(struct from_run *run, const struct from_found *found);

/* Keeps it for the end, where it is emitted if no login in clear was reported by then. */
void from_hold(struct from_run *run, const struct from_found *found);
void from_release(struct from_run *run);

/* Emits an entry that cannot be used, and why. */
void from_complain(struct from_run *run, const char *host, const char *problem);

/* Ends the reading with an error, once. */
void from_fail(struct from_run *run, enum from_error code, const char *format, ...)
	G_GNUC_PRINTF(3, 4);

/* Returns the port of a decimal number that ends at `end` or the text's end; 0: it is none. */
uint16_t from_port(const char *text, char end);

/* Returns how an open port of POP3 is asked: "pop3s", and port 995, in TLS. */
enum mode from_mode(const char *service, uint16_t port);

/* --- XML -------------------------------------------------------------------------------------- */

struct from_xml;

/* Returns the name of the element, or of the one so many levels up; "" above the root. */
const char *from_xml_name(const struct from_xml *xml, size_t up);

/* Returns the value, which holds while the element is opened, or NULL. */
const char *from_xml_attribute(struct from_xml *xml, const char *name);

/* Reads the rest of the input, whose encoding was found to be that. */
void from_xml_read(struct from_run *run, struct from_input *input, const char *encoding);

/* --- JSON ------------------------------------------------------------------------------------- */

void from_json_read(struct from_run *run, struct from_input *input);

/* Returns the text of the key, or NULL; NULL for no object. */
const char *from_json_text(const json_t *object, const char *key);

/* Returns the number of the key, also where it is a text, as a port; 0: it is none. */
uint16_t from_json_port(const json_t *object, const char *key);

/* --- a format --------------------------------------------------------------------------------- */

struct from_format {
	const char *name;
	const char *description;
	size_t state_size;
	/*
	 * XML; is_root is asked with the root element opened. A text comes in pieces,
	 * which may end within a character. NULL: the format wants none.
	 */
	bool (*is_root)(struct from_xml *xml);
	void (*opened)(struct from_run *run, struct from_xml *xml);
	void (*text)(struct from_run *run, const struct from_xml *xml, const char *bytes,
		size_t length);
	void (*closed)(struct from_run *run, const struct from_xml *xml);
	/* JSON; knows is asked with the first record. */
	bool (*knows)(const json_t *record);
	void (*record)(struct from_run *run, const json_t *record);
};

/* All formats in the order of from.def, NULL-terminated. */
extern const struct from_format *const from_format_list[];

#endif
