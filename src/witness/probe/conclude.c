/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a finished dialogue to facts that are whole: which product it was, and
 * what its refusals mean in its own words. Pure: transcript tests and fuzzers
 * conclude without a network.
 */
#include "pop3/verdict.h"
#include "products/product.h"
#include "witness/probe/probe.h"

static enum refusal
classify_for(const struct product *product, const char *line)
{
	return refusal_classify(product != NULL ? product->refusals : NULL, line);
}

enum refusal
probe_classify(void *user, const char *line)
{
	struct facts *facts = user;
	const char *version;

	return classify_for(product_identify(facts, &version), line);
}

static const struct product *
name_product(struct facts *facts)
{
	struct probe_facts *probe = &facts->probe;
	const struct product *product = product_identify(facts, &probe->product_version);

	probe->product = product != NULL ? product->name : NULL;
	probe->product_title = product != NULL ? product->title : NULL;
	probe->product_remedy = product != NULL ? product->remedy : NULL;
	probe->exempts_same_address = product != NULL && product->exempts_same_address;
	probe->product_offers_stls = product_offers_stls(product, probe->product_version);
	return product;
}

static void
read_refusals(struct facts *facts, const struct product *product)
{
	struct probe_facts *probe = &facts->probe;

	for (size_t i = 0; i < probe->attempt_count; i++) {
		struct attempt *attempt = &probe->attempts[i];

		if (attempt->answer == ANSWER_REFUSED)
			attempt->refusal = classify_for(product, attempt->reply);
	}
	if (probe->credential.answer == ANSWER_REFUSED)
		probe->credential.refusal = classify_for(product, probe->credential.reply);
}

void
probe_conclude(struct facts *facts)
{
	read_refusals(facts, name_product(facts));
	verdict_decide(facts);
}
