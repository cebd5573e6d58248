/* Driving the listing jobs against the fake and a real database.
 * Include after cmocka.  Threads: one. */
#pragma once

#include <stdint.h>

#include "tests/integration/listing/fake.h"
#include "tests/support/job_rig.h"
#include "worker/discovery/listing_jobs.h"

/* cmocka group set-up (tear-down: rig_close): job_rig.h, a host of pictures. */
int stage_setup(void **state);
/* cmocka test set-up: empty tables, a fresh fake, mode auto. */
int stage_clear(void **state);

/* The job that handlers are told of; after stage_clear it has not failed yet. */
extern struct job stage_payload;

/* A product as product.assess leaves it, in `state` with `next_job` (NULL = none): two variants V1 and V2 of one option Color, at
 * 21.99 and 22.99.  Its id. */
int64_t stage_product(const char *state, const char *next_job);
/* The same, through listing.write and listing.publish: live at the fake shop. */
int64_t stage_live(void);

/* Run `type` for a product, at once; in a child process while the fault that is armed kills. */
int stage_job(const char *type, int64_t id);
/* Run whatever the product's row asks for, until nothing or until `state` (NULL = nothing); at most 40 runs. */
void stage_drive(int64_t id, const char *state);

/* A column of a product. */
const char *stage_of(int64_t id, const char *column);

/* stock.watch with every live product due; fails the test when it fails. */
void stage_look(void);
/* The same where no price was looked at for a day. */
void stage_look_at_prices(void);
/* How many of a variant the one product at the shop offers. */
int64_t stage_offered(int variant);
/* The facts of every product here, as text checks want them. */
json_t *stage_detail(void);
