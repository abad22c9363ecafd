/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/item.h"

#include <string.h>

static struct item_part *
part_new(const struct plan_item *planned)
{
	struct item_part *part = g_new0(struct item_part, 1);

	part->target = target_copy(planned->what.target);
	part->claim = claim_copy(planned->claim);
	part->text = g_string_new(NULL);
	return part;
}

struct item *
item_new(const struct plan_item *planned)
{
	struct item *item = g_new0(struct item, 1);

	item->link.data = item;
	item->sequence = planned->sequence;
	item->piped = planned->piped;
	if (planned->what.address.family == FAMILY_NONE)
		item->part = part_new(planned);
	return item;
}

static void
part_free(struct item_part *part)
{
	target_free(part->target);
	g_free(part->claim);
	g_string_free(part->text, TRUE);
	g_clear_pointer(&part->failures, g_ptr_array_unref);
	g_free(part);
}

void
item_free(struct item *item)
{
	if (item == NULL)
		return;
	g_clear_pointer(&item->part, part_free);
	g_free(item);
}

static void
count_part(const struct summary *counts, struct summary *summary)
{
	summary->hosts += counts->hosts;
	summary->hosts_more += counts->hosts_more;
	summary->endpoints += counts->endpoints;
	for (size_t i = 0; i < G_N_ELEMENTS(summary->verdicts); i++)
		summary->verdicts[i] += counts->verdicts[i];
	for (size_t i = 0; i < G_N_ELEMENTS(summary->findings); i++)
		summary->findings[i] += counts->findings[i];
}

void
item_count(const struct item *item, struct summary *summary)
{
	struct target_counts *targets = &summary->targets;

	if (item->recorded)
		targets->asked++;
	else if (item->failed)
		targets->failed++;
	else if (item->excluded)
		targets->excluded++;
	else if (item->skipped)
		targets->skipped++;
	else
		targets->doubles++;
	if (item->part != NULL)
		count_part(&item->part->counts, summary);
}

/* A failure with its texts, in one piece. */
struct kept_failure {
	struct failure failure;
	char texts[];
};

void
item_keep_failure(GPtrArray **failures, const struct failure *failure)
{
	size_t subject = strlen(failure->subject) + 1;
	size_t message = strlen(failure->message) + 1;
	struct kept_failure *kept = g_malloc(sizeof(*kept) + subject + message);

	kept->failure = *failure;
	kept->failure.subject = memcpy(kept->texts, failure->subject, subject);
	kept->failure.message = memcpy(kept->texts + subject, failure->message, message);
	if (*failures == NULL)
		*failures = g_ptr_array_new_with_free_func(g_free);
	g_ptr_array_add(*failures, kept);
}
