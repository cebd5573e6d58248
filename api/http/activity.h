/* One entry of the activity by its id, for the list and for undoing.  Threads: as the request. */
#pragma once

#include <jansson.h>

#include "api/http/request.h"
#include "common/base/attr.h"
#include "common/base/fail.h"

/* The entry "audit-12", "order-7" or "product-9" as it stands in the list.  FAIL_INPUT for another form, FAIL_MISSING when it is not
 * there.  *ret is the caller's (json_decref). */
must_check int activity_entry(struct request *rq, const char *id, json_t **ret, struct fail *f);
