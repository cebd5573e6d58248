#include "common/queue/unique.h"

#include <inttypes.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/queue/job_layout.h"
#include "common/queue/queue_priv.h"
#include "queue_lua.h"

/* Most jobs hold no lock: they are not parsed. */
static bool may_hold_lock(const char *payload, size_t payload_bytes)
{
    static const char no_args[] = "\"args\":[]", unique[] = "\"dropship_unique\"";

    return memmem(payload, payload_bytes, no_args, strlen(no_args)) != NULL ||
           memmem(payload, payload_bytes, unique, strlen(unique)) != NULL;
}

/* A timetable's job has its entry's name for a class and no arguments. */
static bool may_hold_slot(const struct job *job)
{
    return job->args_is_array && job->args_bytes == strlen("[]") && job->type[0] != '\0';
}

void add_job_lock(struct words *w, const char *payload, size_t payload_bytes)
{
    scoped(job_free_p) struct job *job = NULL;
    struct fail ignored; /* what cannot be read holds no lock */

    if (!may_hold_lock(payload, payload_bytes) ||
        job_parse(payload, payload_bytes, &job, &ignored) < 0 || job->jid[0] == '\0' ||
        (job->unique[0] == '\0' && !may_hold_slot(job))) {
        words_text(w, "");
        words_text(w, "");
        return;
    }
    if (job->unique[0] != '\0') {
        words_addf(w, KEY_UNIQUE "%s", job->unique);
    } else {
        words_addf(w, KEY_SLOT "%s:busy", job->type);
    }
    words_addf(w, "%s", job->jid);
}

int queue_lock_release(struct redis *r, const char *payload, size_t payload_bytes, struct fail *f)
{
    scoped(words_done) struct words w = { .keys = 1 };
    scoped(redis_reply_clear_p) redisReply *reply = NULL;

    add_job_lock(&w, payload, payload_bytes);
    if (!w.failed && w.sizes[0] == 0) {
        return 0;
    }
    return words_script(r, &lua_slot_done, &w, &reply, f);
}

int queue_unique_hold(struct redis *r, const struct job *job, int64_t until_us, struct fail *f)
{
    scoped(words_done) struct words w = { .keys = 1 };
    scoped(redis_reply_clear_p) redisReply *reply = NULL;
    int64_t wait_us = until_us - clock_now_us();

    if (job->unique[0] == '\0' || job->jid[0] == '\0' || job->unique_for_s <= 0) {
        return 0;
    }
    words_addf(&w, KEY_UNIQUE "%s", job->unique);
    words_text(&w, job->jid);
    words_addf(&w, "%" PRId64,
               job->unique_for_s + (wait_us > 0 ? (wait_us + 999999) / 1000000 : 0));
    TRY(words_script(r, &lua_unique_hold, &w, &reply, f));
    return reply_int(reply, 1) == 1 ? 0 : 1;
}
