/* What a flow's next run would do, before anybody changes its mode or runs it.  A look ahead by what is stored: what the outside
 * services will say is not known.  Threads: uses the caller's db. */
#pragma once

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "common/db/db.h"
#include "common/model/flow_kinds.h"

/* {"flow","mode","text","complete","steps":[{"what","count","charged":[{"minor","currency"}],"goods":[..],"goods_unknown","text"}]}
 * for the flow in this mode (NULL = its present one); "complete" is false when there was more to count than is looked at.
 * FAIL_CONFLICT when the flow is not built.  *ret_json is the caller's to free(). */
must_check int flow_preview(struct db *db, const struct flow_kind *kind, const char *mode,
                            char **ret_json, struct fail *f);
