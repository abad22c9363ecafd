/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The page of a rule, docs/rules/ID.md, built into the program.
 */
#ifndef POPSEAL_RULES_PAGE_H
#define POPSEAL_RULES_PAGE_H

/* Returns the page of that rule, byte for byte, or NULL if there is no such rule. */
const char *rule_page(const char *id);

#endif
