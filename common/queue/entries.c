#include "common/queue/entries.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int grow(struct job_entries *entries, struct fail *f)
{
    /* Capacity is the next power of two: count tells when it is reached. */
    size_t count = entries->count;
    struct job_entry *items;

    if (count != 0 && (count & (count - 1)) != 0) {
        return 0;
    }
    items = realloc(entries->items, (count == 0 ? 1 : 2 * count) * sizeof *items);
    if (items == NULL) {
        return fail_memory(f);
    }
    entries->items = items;
    return 0;
}

int entries_add(struct job_entries *entries, const struct entry_place *place, const char *bytes,
                size_t size_bytes, struct fail *f)
{
    scoped(free_p) char *payload = malloc(size_bytes + 1);
    scoped(job_free_p) struct job *job = NULL;
    struct job_entry *entry;
    struct fail why;

    if (payload == NULL) {
        return fail_memory(f);
    }
    memcpy(payload, bytes, size_bytes);
    payload[size_bytes] = '\0';
    if (job_parse(bytes, size_bytes, &job, &why) < 0 && why.kind != FAIL_INPUT) {
        *f = why;
        return -1;
    }
    TRY(grow(entries, f));
    entry = &entries->items[entries->count++];
    *entry = (struct job_entry){ .state = place->state,
                                 .at_us = place->at_us,
                                 .payload_bytes = size_bytes };
    (void)str_fit(entry->where, sizeof entry->where, place->where);
    (void)str_fit(entry->worker, sizeof entry->worker, place->worker);
    entry->job = take_ptr(job);
    entry->payload = take_ptr(payload);
    return 0;
}

void job_entries_free(struct job_entries *entries)
{
    if (entries == NULL) {
        return;
    }
    for (size_t i = 0; i < entries->count; i++) {
        job_free(entries->items[i].job);
        free(entries->items[i].payload);
    }
    free(entries->items);
    *entries = (struct job_entries){ .items = NULL };
}

int64_t entries_score_us(const redisReply *score)
{
    double seconds = reply_is_text(score) ? strtod(score->str, NULL) : 0.0;

    return isfinite(seconds) && fabs(seconds) < 9e12 ? llround(seconds * 1e6) : 0;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp((*(redisReply *const *)a)->str, (*(redisReply *const *)b)->str);
}

int queue_names(struct redis *r, redisReply **ret_reply, struct fail *f)
{
    redisReply *reply = NULL;

    TRY(redis_do(r, &reply, f, "SMEMBERS", "queues", NULL));
    *ret_reply = reply;
    TRY(reply_want_array(reply, 0, "SMEMBERS", f));
    if (reply->elements > 0) {
        qsort(reply->element, reply->elements, sizeof *reply->element, compare_names);
    }
    return 0;
}
