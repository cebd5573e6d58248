#include "common/queue/unique.h"

#include <string.h>

#include "common/queue/job_layout.h"
#include "common/queue/queue_priv.h"
#include "queue_lua.h"

/* A timetable's job has its entry's name for a class and no arguments. */
static bool may_hold_slot(const struct job *job)
{
    return job->args_is_array && job->args_bytes == strlen("[]") && job->type[0] != '\0' &&
           job->jid[0] != '\0';
}

void add_job_lock(struct words *w, const char *payload, size_t payload_bytes)
{
    static const char no_args[] = "\"args\":[]"; /* most jobs have some: they are not parsed */
    scoped(job_free_p) struct job *job = NULL;
    struct fail ignored; /* what cannot be read holds no lock */

    if (memmem(payload, payload_bytes, no_args, strlen(no_args)) == NULL ||
        job_parse(payload, payload_bytes, &job, &ignored) < 0 || !may_hold_slot(job)) {
        words_text(w, "");
        words_text(w, "");
        return;
    }
    words_addf(w, KEY_SLOT "%s:busy", job->type);
    words_addf(w, "%s", job->jid);
}

int queue_lock_release(struct redis *r, const char *payload, size_t payload_bytes, struct fail *f)
{
    scoped(words_done) struct words w = { .items = NULL };
    scoped(redis_reply_clear_p) redisReply *reply = NULL;

    add_job_lock(&w, payload, payload_bytes);
    if (w.count == 2 && w.sizes[0] == 0) {
        return 0;
    }
    return words_script(r, &lua_slot_done, 1, &w, &reply, f);
}
