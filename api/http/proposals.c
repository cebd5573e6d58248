/* /api/v1/proposals: what a person decides. */
#include "api/http/resources.h"

#include <inttypes.h>

#include "api/http/reply.h"
#include "api/http/text.h"
#include "common/base/json.h"
#include "common/model/proposals.h"

enum { PAGE_DEFAULT = 50 };

int get_proposals(struct request *rq, struct reply *re, struct fail *f)
{
    scoped(free_p) char *json = NULL;
    const char *cursor = request_text(rq, "cursor"), *state = request_text(rq, "state");
    struct proposal_filter filter = { .state = state != NULL ? state : "open",
                                      .kind = request_text(rq, "kind"),
                                      .limit = request_int(rq, "limit", PAGE_DEFAULT) };

    if (cursor != NULL && !text_to_int(cursor, 1, INT64_MAX, &filter.after)) {
        return fail_set(f, FAIL_INPUT, "cursor must be the `next` of the page before.");
    }
    TRY(proposals_page(rq->db, &filter, &json, f));
    reply_json(re, 200, json);
    return 0;
}

static int answer(struct request *rq, int said, struct reply *re, struct fail *f)
{
    scoped(free_p) char *json = NULL;

    TRY(said);
    TRY(proposal_now(rq->db, request_int(rq, "id", 0), &json, f));
    reply_json(re, 200, json);
    return 0;
}

int accept_proposal(struct request *rq, struct reply *re, struct fail *f)
{
    char who[REQUEST_WHO_BYTES];

    request_who(rq, who);
    return answer(rq, proposal_accept_by(rq->db, request_int(rq, "id", 0), who, f), re, f);
}

int reject_proposal(struct request *rq, struct reply *re, struct fail *f)
{
    char who[REQUEST_WHO_BYTES];

    request_who(rq, who);
    return answer(
        rq,
        proposal_reject_by(rq->db, request_int(rq, "id", 0), request_text(rq, "reason"), who, f),
        re, f);
}
