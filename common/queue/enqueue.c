#include <stdlib.h>

#include "common/base/clock.h"
#include "common/queue/queue_priv.h"
#include "queue_lua.h"

enum { GROUP_MAX = 1000 };

/* Payloads of one group; text stays in place once it is referred to by words. */
struct group {
    struct words words;
    struct str *payloads;
    size_t count;
    int64_t jitter_us; /* makes the scores of a group distinct */
};

static void group_done(struct group *g)
{
    words_done(&g->words);
    for (size_t i = 0; i < g->count; i++) {
        str_done(&g->payloads[i]);
    }
    free(g->payloads);
}

static int group_add(struct group *g, const struct job_spec *spec, int64_t now_us,
                     char ret_jid[static JOB_JID_BYTES], struct fail *f)
{
    struct str *payload = &g->payloads[g->count++];
    bool later = spec->run_at_us > now_us;
    char score[SCORE_BYTES];

    str_init(payload, 2 * JOB_MAX_BYTES);
    TRY(job_build(spec, now_us, !later, payload, ret_jid, f));
    words_text(&g->words, spec->queue);
    if (later) {
        queue_score(spec->run_at_us + g->jitter_us + (int64_t)g->count, score);
        words_addf(&g->words, "%s", score);
    } else {
        words_text(&g->words, "");
    }
    words_add(&g->words, payload->data, payload->len);
    return 0;
}

/* Build all, then push if r is given. */
static int run_group(struct redis *r, const struct job_spec *specs, size_t count,
                     char ret_jid[static JOB_JID_BYTES], struct fail *f)
{
    scoped(group_done) struct group g = { .payloads = calloc(count, sizeof *g.payloads),
                                          .jitter_us = queue_jitter_us() };
    scoped(redis_reply_clear_p) redisReply *reply = NULL;
    int64_t now_us = clock_now_us();

    if (g.payloads == NULL) {
        return fail_memory(f);
    }
    words_text(&g.words, "queues");
    words_text(&g.words, KEY_SCHEDULE);
    for (size_t i = 0; i < count; i++) {
        if (group_add(&g, &specs[i], now_us, ret_jid, f) < 0) {
            return count > 1 ? fail_wrap(f, "job %zu", i) : -1;
        }
    }
    return r == NULL ? 0 : words_script(r, &lua_enqueue, 2, &g.words, &reply, f);
}

int queue_enqueue(struct redis *r, const struct job_spec *spec, char ret_jid[static JOB_JID_BYTES],
                  struct fail *f)
{
    return run_group(r, spec, 1, ret_jid, f);
}

int queue_enqueue_bulk(struct redis *r, const struct job_spec *specs, size_t count, struct fail *f)
{
    char jid[JOB_JID_BYTES];

    for (int pass = 0; pass < 2; pass++) { /* first only check, then push */
        for (size_t at = 0; at < count; at += GROUP_MAX) {
            size_t size = count - at < GROUP_MAX ? count - at : GROUP_MAX;

            TRY(run_group(pass == 0 ? NULL : r, specs + at, size, jid, f));
        }
    }
    return 0;
}
