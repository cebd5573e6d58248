/* POST /api/v1/jobs/bulk */
#include "api/http/resources.h"

#include <stdio.h>
#include <string.h>

#include "api/http/reply.h"
#include "common/base/clock.h"
#include "common/base/json.h"
#include "common/model/audit.h"
#include "common/queue/bulk.h"

enum { BUDGET_MS = 500, MOVED_MAX = 20000 };

static unsigned index_of(const char *name, const char *const *names, unsigned count)
{
    unsigned i = 0;

    while (i + 1 < count && strcmp(names[i], name) != 0) {
        i++;
    }
    return i;
}

/* Seconds ago as an instant; 0 = not asked. */
static int64_t instant_ago(const struct request *rq, const char *name, int64_t now_us)
{
    int64_t seconds = request_int(rq, name, -1);

    return seconds < 0 ? 0 : now_us - seconds * 1000000;
}

static int read_bulk(const struct request *rq, struct bulk *b, struct fail *f)
{
    const char *cursor = request_text(rq, "cursor");
    int64_t now_us = clock_now_us();

    *b = (struct bulk){
        .act = (enum bulk_act)index_of(request_text(rq, "action"), bulk_act_names, BULK_ACTS),
        .filter = { .state = (enum job_state)index_of(request_text(rq, "state"), job_state_names,
                                                      JOB_STATES),
                    .queue = request_text(rq, "queue"),
                    .type = request_text(rq, "class"),
                    .error_class = request_text(rq, "error"),
                    .before_us = instant_ago(rq, "older_than_s", now_us),
                    .after_us = instant_ago(rq, "newer_than_s", now_us) },
        .limit = request_int(rq, "limit", 0),
    };
    TRY(queue_bulk_check(b, f));
    return cursor != NULL ? queue_bulk_resume(b, cursor, f) : 0;
}

/* As far as one request goes. */
static int run(struct redis *r, struct bulk *b, struct fail *f)
{
    int64_t end_ms = clock_mono_ms() + BUDGET_MS;

    do {
        TRY(queue_bulk_step(r, b, f));
    } while (!b->finished && b->done < MOVED_MAX && clock_mono_ms() < end_ms);
    return 0;
}

static json_t *text_or_null(const char *text)
{
    return text != NULL ? json_string(text) : json_null();
}

static int note(struct request *rq, struct db *tx, const struct bulk *b, struct fail *f)
{
    char who[REQUEST_WHO_BYTES];
    char action[32];
    const char *state = job_state_names[b->filter.state];
    scoped(json_clear_p) json_t *detail = json_pack(
        "{s:o, s:o, s:o, s:I, s:I, s:I, s:I}", "queue", text_or_null(b->filter.queue), "class",
        text_or_null(b->filter.type), "error", text_or_null(b->filter.error_class), "older_than_s",
        (json_int_t)request_int(rq, "older_than_s", -1), "newer_than_s",
        (json_int_t)request_int(rq, "newer_than_s", -1), "limit", (json_int_t)b->limit, "done",
        (json_int_t)b->done);

    request_who(rq, who);
    (void)snprintf(action, sizeof action, "jobs.%s", bulk_act_names[b->act]);
    return audit_add(tx, who, action, state, detail, f);
}

/* The transaction is opened first: without Postgres nothing is moved. */
static int run_noted(struct request *rq, struct bulk *b, struct fail *f)
{
    scoped(db_rollback_p) struct db *tx = NULL;
    struct fail why = { .kind = FAIL_NONE };
    int result;

    TRY(db_begin(rq->db, &tx, f));
    result = run(rq->redis, b, &why);
    TRY(result == 0 || b->done > 0 ? note(rq, tx, b, f) : 0);
    TRY(db_commit(&tx, f));
    if (result < 0) {
        *f = why;
    }
    return result;
}

int bulk_jobs(struct request *rq, struct reply *re, struct fail *f)
{
    char cursor[BULK_CURSOR_BYTES];
    struct bulk b;

    TRY(read_bulk(rq, &b, f));
    TRY(b.act == BULK_COUNT ? run(rq->redis, &b, f) : run_noted(rq, &b, f));
    queue_bulk_cursor(&b, cursor);
    scoped(json_clear_p) json_t *body =
        json_pack("{s:s, s:s, s:I, s:I, s:o}", "action", bulk_act_names[b.act], "state",
                  job_state_names[b.filter.state], "done", (json_int_t)b.done, "looked",
                  (json_int_t)b.looked, "cursor", b.finished ? json_null() : json_string(cursor));
    return reply_value(re, 200, body, f);
}
