#include "api/http/request.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/base/log.h"
#include "common/base/str.h"
#include "common/base/trace.h"

void request_start(struct request *rq)
{
    id_new_trace(rq->id);
    if (request_header_count(rq, "traceparent") != 1 ||
        !trace_take(request_header(rq, "traceparent"), rq->trace)) {
        memcpy(rq->trace, rq->id, sizeof rq->trace);
    }
    rq->unread_bytes = rq->expected_bytes;
    log_context(NULL, rq->trace);
}

void request_done(struct request *rq)
{
    for (size_t i = 0; i < ROUTE_FIELDS_MAX; i++) {
        free(rq->values[i].text);
        rq->values[i].text = NULL;
    }
    free(rq->body);
    rq->body = NULL;
    log_context(NULL, NULL);
}

int request_take(struct request *rq, enum request_need need, struct fail *f)
{
    return rq->take != NULL ? rq->take(rq, need, f) : 0;
}

void request_give(struct request *rq)
{
    if (rq->give != NULL) {
        rq->give(rq);
    }
}

const char *request_header(const struct request *rq, const char *name)
{
    for (size_t i = 0; i < rq->header_count; i++) {
        if (strcasecmp(rq->headers[i].name, name) == 0) {
            return rq->headers[i].value;
        }
    }
    return NULL;
}

size_t request_header_count(const struct request *rq, const char *name)
{
    size_t count = 0;
    for (size_t i = 0; i < rq->header_count; i++) {
        count += strcasecmp(rq->headers[i].name, name) == 0;
    }
    return count;
}

/* A handler asks only for fields that its route has. */
static const struct value *value_of(const struct request *rq, const char *name)
{
    size_t i = 0, count = route_fields(rq->route);
    while (i < count && strcmp(rq->route->fields[i].name, name) != 0) {
        i++;
    }
    assert(i < count);
    return &rq->values[i];
}

const char *request_text(const struct request *rq, const char *name)
{
    return value_of(rq, name)->text;
}

int64_t request_int(const struct request *rq, const char *name, int64_t otherwise)
{
    const struct value *v = value_of(rq, name);
    return v->text != NULL ? v->num : otherwise;
}

void request_who(const struct request *rq, char who[static REQUEST_WHO_BYTES])
{
    snprintf(who, REQUEST_WHO_BYTES, "key:%s", rq->key.name);
}
