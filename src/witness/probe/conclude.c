/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a finished dialogue to facts that are whole: which product it was, and
 * what its refusals mean in its own words. Pure: transcript tests and fuzzers
 * conclude without a network.
 */
#include "pop3/verdict.h"
#include "products/product.h"
#include "witness/probe/probe.h"

enum refusal
probe_classify(void *user, const char *line)
{
	struct facts *facts = user;
	const char *version;
	const struct product *product = product_identify(facts, &version);

	return refusal_classify(product != NULL ? product->refusals : NULL, line);
}

/* The product's own words for refusals; it was named before. */
static const struct wording *
words_of(const struct facts *facts)
{
	const struct product *product =
		facts->probe.product != NULL ? product_find(facts->probe.product) : NULL;

	return product != NULL ? product->refusals : NULL;
}

static void
name_product(struct facts *facts)
{
	struct probe_facts *probe = &facts->probe;
	const struct product *product = product_identify(facts, &probe->product_version);

	probe->product = product != NULL ? product->name : NULL;
	probe->product_title = product != NULL ? product->title : NULL;
	probe->product_remedy = product != NULL ? product->remedy : NULL;
	probe->exempts_same_address = product != NULL && product->exempts_same_address;
}

static void
read_refusals(struct facts *facts)
{
	struct probe_facts *probe = &facts->probe;
	const struct wording *words = words_of(facts);

	for (size_t i = 0; i < probe->attempt_count; i++) {
		struct attempt *attempt = &probe->attempts[i];

		if (attempt->answer == ANSWER_REFUSED)
			attempt->refusal = refusal_classify(words, attempt->reply);
	}
	if (probe->credential.answer == ANSWER_REFUSED)
		probe->credential.refusal = refusal_classify(words, probe->credential.reply);
}

void
probe_conclude(struct facts *facts)
{
	name_product(facts);
	read_refusals(facts);
	verdict_decide(facts);
}
