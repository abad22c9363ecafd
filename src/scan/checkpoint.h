/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A checkpoint: what a scan needs to go on where it was cut off. It is written
 * after the records that it counts, and replaced as a whole, so that at any moment the file
 * speaks of records that are there; what the output holds beyond them is cut off.
 */
#ifndef POPSEAL_SCAN_CHECKPOINT_H
#define POPSEAL_SCAN_CHECKPOINT_H

#include "model/assessment.h"
#include "scan/plan.h"

enum {
	CHECKPOINT_SIZE_MAX = 16 * 1024 * 1024, /* octets of the file */
	CHECKPOINT_TAIL = 4096,                 /* octets of output by which it is known again */
};

struct checkpoint {
	char *scan; /* what was scanned, and how: must be the same; owned */
	uint64_t seed;
	struct plan_position position; /* its pending numbers are owned */
	struct summary summary;        /* of the records up to here */
	uint64_t output_length;        /* octets */
	uint64_t output_digest;        /* of the last CHECKPOINT_TAIL of them */
	bool finished;
};

/* Frees what the checkpoint owns. */
void checkpoint_clear(struct checkpoint *checkpoint);

/* Replaces the file. False and *error, which names the file. */
bool checkpoint_write(const struct checkpoint *checkpoint, const char *path, GError **error);

/*
 * Reads the file. False and *error, which names the file, and is G_FILE_ERROR_NOENT where there is
 * none.
 */
bool checkpoint_read(struct checkpoint *checkpoint, const char *path, GError **error);

/* Returns the digest of what the file holds before `length`; false and errno if it is not there. */
bool checkpoint_digest(int fd, uint64_t length, uint64_t *digest);

#endif
