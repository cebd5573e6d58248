/* /api/v1/analytics: the figures, as Postgres builds them from the sums per day. */
#include "api/http/resources.h"

#include <string.h>

#include "api/http/reply.h"
#include "common/base/str.h"
#include "common/model/analytics.h"

static int answer(struct request *rq, enum analytics_view view, const struct analytics_ask *more,
                  struct reply *re, struct fail *f)
{
    scoped(free_p) char *json = NULL;
    struct analytics_ask ask = *more;

    ask.from = request_text(rq, "from");
    ask.to = request_text(rq, "to");
    ask.currency = request_text(rq, "currency");
    TRY(analytics_read(rq->db, view, &ask, &json, f));
    reply_json(re, 200, json);
    return 0;
}

/* Views that know no period before. */
static int plain(struct request *rq, enum analytics_view view, struct reply *re, struct fail *f)
{
    return answer(rq, view, &(struct analytics_ask){ 0 }, re, f);
}

static int compared(struct request *rq, enum analytics_view view, struct reply *re, struct fail *f)
{
    const char *compare = request_text(rq, "compare");

    return answer(
        rq, view,
        &(struct analytics_ask){ .compare = compare != NULL && strcmp(compare, "true") == 0 }, re,
        f);
}

int get_analytics_summary(struct request *rq, struct reply *re, struct fail *f)
{
    return compared(rq, ANALYTICS_SUMMARY, re, f);
}

int get_analytics_by_date(struct request *rq, struct reply *re, struct fail *f)
{
    return compared(rq, ANALYTICS_BY_DATE, re, f);
}

int get_analytics_waterfall(struct request *rq, struct reply *re, struct fail *f)
{
    return plain(rq, ANALYTICS_WATERFALL, re, f);
}

int get_analytics_top_products(struct request *rq, struct reply *re, struct fail *f)
{
    const struct analytics_ask ask = { .by = request_text(rq, "by"),
                                       .limit = request_int(rq, "limit", 0) };

    return answer(rq, ANALYTICS_TOP_PRODUCTS, &ask, re, f);
}

int get_analytics_ads(struct request *rq, struct reply *re, struct fail *f)
{
    return plain(rq, ANALYTICS_ADS, re, f);
}

int get_analytics_conversion(struct request *rq, struct reply *re, struct fail *f)
{
    return plain(rq, ANALYTICS_CONVERSION, re, f);
}
