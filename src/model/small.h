/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POPSEAL_MODEL_SMALL_H
#define POPSEAL_MODEL_SMALL_H

/* Behind an enum of what is held thousands of times: it takes as few octets as its values need. */
#define SMALL_ENUM __attribute__((packed))

#endif
