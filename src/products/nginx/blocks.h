/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nginx' blocks as flat lists: what a block holds, with the files that it includes put in where
 * "include" stands.
 */
#ifndef POPSEAL_PRODUCTS_NGINX_BLOCKS_H
#define POPSEAL_PRODUCTS_NGINX_BLOCKS_H

#include "products/proxies.h"

/* Whose directives are known. */
enum nginx_context {
	NGINX_MAIN,
	NGINX_MAIL,
	NGINX_MAIL_SERVER,
	NGINX_STREAM,
	NGINX_STREAM_SERVER,
};

struct nginx_blocks;

struct nginx_blocks *nginx_blocks_new(struct config_reading *config);
void nginx_blocks_free(struct nginx_blocks *blocks); /* with all lists and trees */

/* The root file's list of struct config_place; NULL where it cannot be read (a doubt says so). */
const GArray *nginx_blocks_root(struct nginx_blocks *blocks);

/*
 * A block's list. Mistakes, missing includes and directives that must not stand there, or not
 * twice, become doubts.
 */
const GArray *nginx_blocks_open(struct nginx_blocks *blocks, struct config_place block,
	enum nginx_context context);

/* The last directive of that name in a list; its node is NULL where there is none. */
struct config_place nginx_blocks_find(const GArray *list, const char *key);

#endif
