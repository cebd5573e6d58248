/* /api/v1/audit */
#include "api/http/resources.h"

#include <inttypes.h>
#include <stdio.h>

#include "api/http/reply.h"
#include "api/http/text.h"
#include "common/model/one_json.h"
#include "sql/api.h"

enum { PAGE_DEFAULT = 50 };

int get_audit(struct request *rq, struct reply *re, struct fail *f)
{
    scoped(free_p) char *json = NULL;
    char limit[24];
    const char *cursor = request_text(rq, "cursor");
    int64_t unused;

    if (cursor != NULL && !text_to_int(cursor, 1, INT64_MAX, &unused)) {
        return fail_set(f, FAIL_INPUT, "cursor must be the `next` of the page before.");
    }
    snprintf(limit, sizeof limit, "%" PRId64, request_int(rq, "limit", PAGE_DEFAULT));
    const char *params[] = { request_text(rq, "who"), request_text(rq, "subject"), limit, cursor };
    TRY(one_json(rq->db, &sql_api_audit_page, params, &json, f));
    reply_json(re, 200, json);
    return 0;
}
