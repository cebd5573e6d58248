/* Which supplier variant is sent for a line.  Threads: as the context. */
#pragma once

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "worker/fulfillment/decide.h"
#include "worker/fulfillment/run.h"

/* Fill main_mappings, candidates and, with exactly one main mapping, vid, rank, stock, snapshot and live price of the line; a
 * variant that the supplier does not have is passed over and named in `gone`.  `need` pieces are wanted of it in all.  An unknown SKU is looked up at the supplier and what is found is proposed; by
 * setting, a single exact match is confirmed by rule. */
must_check int mapping_resolve(struct order_run *r, struct line_facts *line, int64_t need,
                               struct fail *f);
