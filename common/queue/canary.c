#include "common/base/clock.h"
#include "common/queue/queue_priv.h"

#define CANARY_QUEUE "dropship.canary" /* served by nobody */

int queue_canary_plant(struct redis *r, struct fail *f)
{
    static const struct job_spec spec = { .type = "dropship.canary",
                                          .queue = CANARY_QUEUE,
                                          .max_retries = 0 };
    scoped(str_done) struct str payload;
    scoped(redis_reply_clear_p) redisReply *reply = NULL;
    struct claim_list list;
    char identity[128], jid[JOB_JID_BYTES];
    int64_t now_us;

    str_init(&payload, JOB_MAX_BYTES);
    queue_identity(identity, sizeof identity); /* a process that never has a lease */
    queue_claim_list(identity, CANARY_QUEUE, 0, &list);
    TRY(redis_time_us(r, &now_us, f));
    TRY(job_build(&spec, now_us, true, &payload, jid, f));
    return redis_do(r, &reply, f, "LPUSH", list.key, payload.data, NULL);
}

int queue_canary_back(struct redis *r, int64_t *ret_age_ms, struct fail *f)
{
    scoped(redis_reply_clear_p) redisReply *reply = NULL;
    scoped(redis_reply_clear_p) redisReply *forgotten = NULL;
    scoped(job_free_p) struct job *job = NULL;
    int64_t now_us;

    TRY(redis_do(r, &reply, f, "RPOP", KEY_QUEUE CANARY_QUEUE, NULL));
    if (!reply_is_text(reply)) {
        return 1;
    }
    TRY(redis_do(r, &forgotten, f, "SREM", "queues", CANARY_QUEUE,
                 NULL)); /* not a queue for people to see */
    TRY(redis_time_us(r, &now_us, f));
    TRY(job_parse(reply->str, reply->len, &job, f));
    *ret_age_ms = (now_us - job->enqueued_us) / 1000;
    return 0;
}
