/* SPDX-License-Identifier: Apache-2.0 */
/*
 * XML by libxml2's push parser, whose events go straight to the format: no tree
 * is built, so that neither a long text nor a million comments take memory, and
 * all that stands before an error has come out when it is found. (Its
 * xmlTextReader keeps each text and all comments in a row, and drops the events
 * of the block that has the error.)
 *
 * A document type may be named, and must declare nothing: so there is no entity
 * that could be expanded, from here or from outside. libxml2 is never asked for
 * an encoding that it would need files for.
 */
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <string.h>

#include "model/escape.h"
#include "scan/from/format.h"

enum {
	ATTRIBUTE_FIELDS = 5, /* of startElementNs: name, prefix, URI, value, end of the value */
	ATTRIBUTES_ASKED = 16,
};

struct from_xml {
	struct from_run *run;
	xmlParserCtxtPtr parser;
	size_t depth;
	const char *names[FROM_DEPTH_MAX]; /* they live as long as the parser */
	uint64_t lines[FROM_DEPTH_MAX];
	const xmlChar **attributes; /* of the element that is opened */
	int attribute_count;
	char *values[ATTRIBUTES_ASKED];
	size_t value_count;
	char *complaint; /* libxml2's first */
	int complaint_line;
};

/* --- never anything from outside -------------------------------------------------------------- */

static xmlParserInputPtr
load_nothing(const char *url, const char *id, xmlParserCtxtPtr context)
{
	(void)url;
	(void)id;
	(void)context;
	return NULL;
}

void
from_init(void)
{
	xmlInitParser();
	xmlSetExternalEntityLoader(load_nothing);
}

/* --- what a format asks ----------------------------------------------------------------------- */

const char *
from_xml_name(const struct from_xml *xml, size_t up)
{
	return up < xml->depth ? xml->names[xml->depth - 1 - up] : "";
}

/* libxml2 leaves '&' in values as a reference, for those who expand entities later. */
static char *
plain_value(const xmlChar *start, const xmlChar *end)
{
	GString *value = g_string_new_len((const char *)start, end - start);

	g_string_replace(value, "&#38;", "&", 0);
	return g_string_free(value, FALSE);
}

const char *
from_xml_attribute(struct from_xml *xml, const char *name)
{
	g_return_val_if_fail(xml->value_count < ATTRIBUTES_ASKED, NULL);
	for (int i = 0; i < xml->attribute_count; i++) {
		const xmlChar **attribute = xml->attributes + (ptrdiff_t)i * ATTRIBUTE_FIELDS;

		if (strcmp((const char *)attribute[0], name) == 0)
			return xml->values[xml->value_count++] =
				       plain_value(attribute[3], attribute[4]);
	}
	return NULL;
}

static void
forget_attributes(struct from_xml *xml)
{
	xml->attribute_count = 0;
	while (xml->value_count > 0)
		g_free(xml->values[--xml->value_count]);
}

/* --- events ----------------------------------------------------------------------------------- */

static void
find_format(struct from_xml *xml)
{
	struct from_run *run = xml->run;
	g_autofree char *root = escape_string(from_xml_name(xml, 0));
	g_autofree char *formats = from_formats();

	for (size_t i = 0; from_format_list[i] != NULL; i++) {
		const struct from_format *format = from_format_list[i];

		if (format->is_root == NULL || !format->is_root(xml))
			continue;
		run->format = format;
		run->state = g_malloc0(format->state_size);
		return;
	}
	from_fail(run, FROM_ERROR_UNKNOWN, "the XML of no known report (<%s>); what is read: %s",
		root, formats);
}

/* What was read before libxml2 stops may still call. */
static bool
is_over(const struct from_xml *xml)
{
	return xml->run->error != NULL;
}

static void
end_event(struct from_xml *xml)
{
	if (xml->run->error != NULL)
		xmlStopParser(xml->parser);
}

static void
start_element(void *user, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
	int namespace_count, const xmlChar **namespaces, int attribute_count, int defaulted,
	const xmlChar **attributes)
{
	struct from_xml *xml = user;

	(void)prefix;
	(void)uri;
	(void)namespace_count;
	(void)namespaces;
	(void)defaulted;
	if (is_over(xml))
		return;
	if (xml->depth == FROM_DEPTH_MAX) {
		from_fail(xml->run, FROM_ERROR_BROKEN, "more than %d elements within each other",
			FROM_DEPTH_MAX);
		end_event(xml);
		return;
	}
	xml->run->line = (uint64_t)MAX(xmlSAX2GetLineNumber(xml->parser), 0);
	xml->lines[xml->depth] = xml->run->line;
	xml->names[xml->depth++] = (const char *)name;
	xml->attributes = attributes;
	xml->attribute_count = attribute_count;
	if (xml->run->format == NULL)
		find_format(xml);
	if (xml->run->error == NULL)
		xml->run->format->opened(xml->run, xml);
	forget_attributes(xml);
	end_event(xml);
}

static void
end_element(void *user, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
	struct from_xml *xml = user;

	(void)name;
	(void)prefix;
	(void)uri;
	if (is_over(xml))
		return;
	xml->run->line = xml->lines[xml->depth - 1];
	xml->run->format->closed(xml->run, xml);
	xml->depth--;
	end_event(xml);
}

static void
characters(void *user, const xmlChar *bytes, int length)
{
	struct from_xml *xml = user;

	if (is_over(xml) || xml->run->format->text == NULL)
		return;
	xml->run->format->text(xml->run, xml, (const char *)bytes, (size_t)length);
}

static void
refuse_declaration(struct from_xml *xml)
{
	from_fail(xml->run, FROM_ERROR_BROKEN,
		"a document type that declares something, which no report needs");
	end_event(xml);
}

static void
entity_declared(void *user, const xmlChar *name, int type, const xmlChar *public_id,
	const xmlChar *system_id, xmlChar *content)
{
	(void)name;
	(void)type;
	(void)public_id;
	(void)system_id;
	(void)content;
	refuse_declaration(user);
}

static void
attribute_declared(void *user, const xmlChar *element, const xmlChar *name, int type, int preset,
	const xmlChar *value, xmlEnumerationPtr tree)
{
	(void)element;
	(void)name;
	(void)type;
	(void)preset;
	(void)value;
	xmlFreeEnumeration(tree); /* it was made for this call */
	refuse_declaration(user);
}

static void
element_declared(void *user, const xmlChar *name, int type, xmlElementContentPtr content)
{
	(void)name;
	(void)type;
	(void)content;
	refuse_declaration(user);
}

static void
notation_declared(void *user, const xmlChar *name, const xmlChar *public_id,
	const xmlChar *system_id)
{
	(void)name;
	(void)public_id;
	(void)system_id;
	refuse_declaration(user);
}

static void
unparsed_declared(void *user, const xmlChar *name, const xmlChar *public_id,
	const xmlChar *system_id, const xmlChar *notation)
{
	(void)name;
	(void)public_id;
	(void)system_id;
	(void)notation;
	refuse_declaration(user);
}

static void
complain(void *user, xmlErrorPtr error)
{
	struct from_xml *xml = user;

	if (xml->complaint != NULL || error->level != XML_ERR_FATAL)
		return;
	xml->complaint =
		g_strchomp(g_strdup(error->message != NULL ? error->message : "not well-formed"));
	xml->complaint_line = error->line;
}

static const xmlSAXHandler events = {
	.initialized = XML_SAX2_MAGIC,
	.startElementNs = start_element,
	.endElementNs = end_element,
	.characters = characters,
	.cdataBlock = characters,
	.entityDecl = entity_declared,
	.attributeDecl = attribute_declared,
	.elementDecl = element_declared,
	.notationDecl = notation_declared,
	.unparsedEntityDecl = unparsed_declared,
	.serror = complain,
};

/* --- the whole -------------------------------------------------------------------------------- */

/* What is not consumed is searched again with each block: a tag that does not end is slow. */
static bool
is_bounded(struct from_xml *xml)
{
	const xmlParserInput *input = xml->parser->input;

	if (input != NULL && input->end - input->cur > FROM_MARKUP_MAX)
		from_fail(xml->run, FROM_ERROR_BROKEN, "a tag or a comment of more than %d octets",
			FROM_MARKUP_MAX);
	return xml->run->error == NULL;
}

static void
parse(struct from_xml *xml, struct from_input *input)
{
	bool whole = false;

	while (!whole && xml->run->error == NULL && xml->complaint == NULL && is_bounded(xml)) {
		whole = !from_input_fill(input);
		xmlParseChunk(xml->parser, input->block + input->at,
			(int)(input->length - input->at), whole ? 1 : 0);
		input->at = input->length;
	}
	if (input->failed != 0)
		from_fail(xml->run, FROM_ERROR_READ, "%s", g_strerror(input->failed));
}

/* An error of ours is the cause, and libxml2's its consequence. */
static void
report_complaint(struct from_xml *xml)
{
	g_autofree char *why = escape_string(xml->complaint);

	if (why != NULL)
		from_fail(xml->run, FROM_ERROR_BROKEN, "line %d: %s", xml->complaint_line, why);
	else if (!xml->parser->wellFormed)
		from_fail(xml->run, FROM_ERROR_BROKEN, "not well-formed");
}

void
from_xml_read(struct from_run *run, struct from_input *input, const char *encoding)
{
	struct from_xml xml = { .run = run };
	xmlSAXHandler handler = events;

	xml.parser = xmlCreatePushParserCtxt(&handler, &xml, NULL, 0, NULL);
	g_assert(xml.parser != NULL);
	xmlCtxtUseOptions(xml.parser, XML_PARSE_NONET | XML_PARSE_IGNORE_ENC);
	if (!g_str_equal(encoding, "UTF-8"))
		xmlSwitchToEncoding(xml.parser, xmlFindCharEncodingHandler(encoding));
	parse(&xml, input);
	report_complaint(&xml);
	xmlFreeDoc(xml.parser->myDoc); /* libxml2 makes one where entities are declared */
	xmlFreeParserCtxt(xml.parser);
	g_free(xml.complaint);
}
