/* Fingerprint of what would be sent: lines and address of a shop order.  Two reads with the same fingerprint lead to the same
 * parcel.  Threads: pure functions. */
#pragma once

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "common/base/id.h"
#include "worker/providers/shopify/shopify.h"

/* Lines count by id, SKU, variant and current quantity, in any order; lines with quantity 0 and prices do not count. */
must_check int detail_hash(const struct shopify_order *o, char ret[static ID_SHA256_HEX_BYTES],
                           struct fail *f);
