#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/queue/bulk_priv.h"

const char *const bulk_act_names[BULK_ACTS] = {
    [BULK_COUNT] = "count", [BULK_RETRY] = "retry", [BULK_KILL] = "kill", [BULK_DELETE] = "delete"
};

/* What can be done to jobs of which state. */
static const bool can[BULK_ACTS][JOB_STATES] = {
    [BULK_COUNT] = { [JOB_WAITING] = true,
                     [JOB_SCHEDULED] = true,
                     [JOB_RETRY] = true,
                     [JOB_DEAD] = true },
    [BULK_RETRY] = { [JOB_SCHEDULED] = true, [JOB_RETRY] = true, [JOB_DEAD] = true },
    [BULK_KILL] = { [JOB_WAITING] = true, [JOB_SCHEDULED] = true, [JOB_RETRY] = true },
    [BULK_DELETE] = { [JOB_WAITING] = true,
                      [JOB_SCHEDULED] = true,
                      [JOB_RETRY] = true,
                      [JOB_DEAD] = true },
};

int queue_bulk_check(const struct bulk *b, struct fail *f)
{
    if (!can[b->act][b->filter.state]) {
        return fail_set(f, FAIL_INPUT, "%s cannot be done to %s jobs", bulk_act_names[b->act],
                        job_state_names[b->filter.state]);
    }
    if (b->limit < 0) {
        return fail_set(f, FAIL_INPUT, "the limit must be positive");
    }
    return b->filter.queue != NULL ? job_check_name(b->filter.queue, "queue", f) : 0;
}

void bulk_weigh(struct bulk_place *at, const redisReply *page, size_t step)
{
    size_t bytes = 1, fitting;

    for (size_t i = 0; i < page->elements; i += step) {
        bytes += page->element[i]->len;
    }
    fitting = page->elements / step * BULK_PAGE_BYTES / bytes;
    at->page = fitting > BULK_PAGE_MAX ? BULK_PAGE_MAX : fitting > 0 ? fitting : 1;
}

int queue_bulk_step(struct redis *r, struct bulk *b, struct fail *f)
{
    TRY(queue_bulk_check(b, f));
    if (b->finished) {
        return 0;
    }
    if (b->at.began_us == 0) {
        TRY(redis_time_us(r, &b->at.began_us, f));
    }
    return b->filter.state == JOB_WAITING ? bulk_list_step(r, b, f) : bulk_set_step(r, b, f);
}

int queue_retry_all(struct redis *r, enum job_state from, const char *queue, int64_t *ret_moved,
                    struct fail *f)
{
    struct bulk b = { .act = BULK_RETRY, .filter = { .state = from, .queue = queue } };

    if (from != JOB_DEAD && from != JOB_RETRY) {
        return fail_set(f, FAIL_INPUT, "only retry and dead jobs can be run again");
    }
    while (!b.finished) {
        TRY(queue_bulk_step(r, &b, f));
    }
    *ret_moved = b.done;
    return 0;
}

/* ---- cursors: fields with commas between; the first tells list or set, the last how many were moved ---- */

/* No list is so long; and sums of such numbers do not overflow. */
#define PLACE_MAX (INT64_C(1) << 40)

enum { LIST_FIELDS = 10, SET_FIELDS = 6 };

void queue_bulk_cursor(const struct bulk *b, char text[static BULK_CURSOR_BYTES])
{
    const struct bulk_place *at = &b->at;

    if (b->filter.state == JOB_WAITING) {
        (void)snprintf(text, BULK_CURSOR_BYTES,
                       "w,%" PRId64 ",%s,%d,%" PRId64 ",%" PRId64 ",%" PRId64 ",%" PRIu64
                       ",%" PRIu64 ",%" PRId64,
                       at->began_us, at->queue, at->turning ? 1 : 0, at->index, at->found, at->left,
                       at->newest, at->turned, at->before + b->done);
    } else {
        (void)snprintf(text, BULK_CURSOR_BYTES, "s,%" PRId64 ",%s,%s,%" PRId64 ",%" PRId64,
                       at->began_us, at->last, at->from, at->skip, at->before + b->done);
    }
}

static int bad_cursor(struct fail *f)
{
    return fail_set(f, FAIL_INPUT, "this is no cursor of such a bulk");
}

/* Split in place; how many fields there are. */
static size_t split(char *text, char **fields, size_t max)
{
    size_t count = 0;

    while (text != NULL && count < max) {
        char *comma = strchr(text, ',');

        fields[count++] = text;
        if (comma != NULL) {
            *comma++ = '\0';
        }
        text = comma;
    }
    return text == NULL ? count : max + 1;
}

static int read_number(const char *text, int64_t *ret, struct fail *f)
{
    return str_to_int(text, 0, PLACE_MAX, "cursor", ret, f);
}

static int read_digest(const char *text, uint64_t *ret, struct fail *f)
{
    if (text[0] == '\0' || strlen(text) > 20 || strspn(text, "0123456789") != strlen(text)) {
        return bad_cursor(f);
    }
    *ret = strtoull(text, NULL, 10);
    return 0;
}

static bool read_score(const char *text, char score[static BULK_SCORE_BYTES])
{
    return text[0] != '\0' && strspn(text, "0123456789.+-einf") == strlen(text) &&
           str_fit(score, BULK_SCORE_BYTES, text);
}

static int resume_list(struct bulk_place *at, char *const *fields, struct fail *f)
{
    int64_t turning;

    TRY(job_check_name(fields[2], "queue", f));
    (void)str_fit(at->queue, sizeof at->queue, fields[2]);
    TRY(str_to_int(fields[3], 0, 1, "cursor", &turning, f));
    at->turning = turning == 1;
    TRY(read_number(fields[4], &at->index, f));
    TRY(read_number(fields[5], &at->found, f));
    TRY(read_number(fields[6], &at->left, f));
    TRY(read_digest(fields[7], &at->newest, f));
    return read_digest(fields[8], &at->turned, f);
}

static int resume_set(struct bulk_place *at, char *const *fields, struct fail *f)
{
    if (!read_score(fields[2], at->last) || !read_score(fields[3], at->from)) {
        return bad_cursor(f);
    }
    return read_number(fields[4], &at->skip, f);
}

int queue_bulk_resume(struct bulk *b, const char *text, struct fail *f)
{
    char copy[BULK_CURSOR_BYTES];
    char *fields[LIST_FIELDS];
    struct bulk_place at = { .began_us = 0 };
    bool list = b->filter.state == JOB_WAITING;
    size_t wanted = list ? LIST_FIELDS : SET_FIELDS;

    if (!str_fit(copy, sizeof copy, text) || split(copy, fields, LIST_FIELDS) != wanted ||
        strcmp(fields[0], list ? "w" : "s") != 0) {
        return bad_cursor(f);
    }
    TRY(str_to_int(fields[1], 1, INT64_MAX, "cursor", &at.began_us, f));
    TRY(list ? resume_list(&at, fields, f) : resume_set(&at, fields, f));
    TRY(read_number(fields[wanted - 1], &at.before, f));
    if (list && b->filter.queue != NULL && strcmp(b->filter.queue, at.queue) != 0) {
        return bad_cursor(f);
    }
    b->at = at;
    return 0;
}
