#include "api/http/order_query.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "api/http/request.h"

/* The states that each view shows; NULL = all. */
static const char *states_of(const char *view)
{
    static const struct {
        const char *view, *states;
    } views[] = {
        { "todo", "{held,approval}" },
        { "waiting", "{received,waiting,flagged}" },
        { "supplier", "{placing,placed}" },
        { "shipped", "{shipped,fulfilled}" },
    };

    for (size_t i = 0; view != NULL && i < COUNT_OF(views); i++) {
        if (strcmp(views[i].view, view) == 0) {
            return views[i].states;
        }
    }
    return NULL;
}

/* A time in microseconds; NULL when not given. */
static const char *time_of(const struct request *rq, const char *name, char text[ORDER_QUERY_BYTES])
{
    if (request_text(rq, name) == NULL) {
        return NULL;
    }
    snprintf(text, ORDER_QUERY_BYTES, "%" PRId64, request_int(rq, name, 0));
    return text;
}

void order_query_read(const struct request *rq, struct order_query *ret)
{
    const char *state = request_text(rq, "state"), *view = request_text(rq, "view");

    *ret = (struct order_query){
        .q = request_text(rq, "q"),
        .reason = request_text(rq, "reason"),
        .country = request_text(rq, "country"),
        .risk = request_text(rq, "risk"),
        .problem = view != NULL && strcmp(view, "exceptions") == 0 ? "true" : "false",
        .cost = request_text(rq, "cost"),
        .currency = request_text(rq, "currency"),
    };
    if (state == NULL && view == NULL && ret->reason != NULL) {
        state = "held"; /* only those have one */
    }
    if (state != NULL) {
        snprintf(ret->state_text, sizeof ret->state_text, "{%s}", state);
    }
    ret->states = state != NULL ? ret->state_text : states_of(view);
    ret->since = time_of(rq, "from", ret->since_text);
    ret->until = time_of(rq, "to", ret->until_text);
}
