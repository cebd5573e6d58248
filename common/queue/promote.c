#include <stdlib.h>
#include <string.h>

#include "common/queue/queue_priv.h"
#include "queue_lua.h"

enum { PAGE_MAX = 100, IDLE_US = 1000000 };

/* Due entries of one set, rewritten for their queues.  next[i] is empty for entries that go to
 * `dead` as they are. */
struct page {
    redisReply *due; /* {now_us, wait_us, payload, score, ...} */
    struct str next[PAGE_MAX];
    char queues[PAGE_MAX][JOB_NAME_BYTES];
    size_t count;
};

static void page_free_p(struct page **page)
{
    if (*page == NULL) {
        return;
    }
    redis_reply_clear_p(&(*page)->due);
    for (size_t i = 0; i < (*page)->count; i++) {
        str_done(&(*page)->next[i]);
    }
    free(*page);
}

static int rewrite(const redisReply *payload, int64_t now_us, struct str *next,
                   char queue[static JOB_NAME_BYTES], struct fail *f)
{
    scoped(job_free_p) struct job *job = NULL;

    queue[0] = '\0';
    if (job_parse(payload->str, payload->len, &job, f) < 0 ||
        job_check_name(job->queue, "queue", f) < 0) {
        return f->kind == FAIL_INPUT ? 0 : -1;
    }
    TRY(job_mark_enqueued(job, now_us, false, next, f));
    (void)str_fit(queue, JOB_NAME_BYTES, job->queue);
    return 0;
}

static int read_page(struct redis *r, const char *set, size_t max, struct page *page,
                     struct fail *f)
{
    scoped(words_done) struct words w = { .items = NULL };
    int64_t now_us;

    words_text(&w, set);
    words_addf(&w, "%zu", max);
    TRY(words_script(r, &lua_due, 1, &w, &page->due, f));
    TRY(reply_want_array(page->due, 2, "due jobs", f));
    now_us = reply_int(page->due->element[0], 0);
    for (size_t i = 2; i + 1 < page->due->elements && page->count < PAGE_MAX; i += 2) {
        const redisReply *payload = page->due->element[i];
        size_t at = page->count++;

        str_init(&page->next[at], payload->len + 256);
        TRY(rewrite(payload, now_us, &page->next[at], page->queues[at], f));
    }
    return 0;
}

static int move_page(struct redis *r, const char *set, const struct page *page, int64_t *moved,
                     struct fail *f)
{
    scoped(words_done) struct words w = { .items = NULL };
    scoped(redis_reply_clear_p) redisReply *reply = NULL;
    int64_t died_us = reply_int(page->due->element[0], 0) + queue_jitter_us();
    char score[SCORE_BYTES];

    words_text(&w, set);
    words_text(&w, KEY_DEAD);
    words_text(&w, "queues");
    for (size_t i = 0; i < page->count; i++) {
        const redisReply *old = page->due->element[2 + 2 * i];
        bool broken = page->queues[i][0] == '\0';

        queue_score(died_us + (int64_t)i, score);
        words_text(&w, page->queues[i]);
        words_addf(&w, "%s", score);
        words_add(&w, old->str, old->len);
        words_add(&w, broken ? old->str : page->next[i].data,
                  broken ? old->len : page->next[i].len);
    }
    TRY(words_script(r, &lua_promote, 3, &w, &reply, f));
    *moved += reply_int(reply, 0);
    return 0;
}

/* One page of one set; *ret_wait_us = until its next entry.  1 = the page was full, there may be
 * more. */
static int promote_page(struct redis *r, const char *set, size_t max, int64_t *moved,
                        int64_t *ret_wait_us, struct fail *f)
{
    scoped(page_free_p) struct page *page = calloc(1, sizeof *page);
    int64_t wait_us;

    if (page == NULL) {
        return fail_memory(f);
    }
    TRY(read_page(r, set, max, page, f));
    if (page->count > 0) {
        TRY(move_page(r, set, page, moved, f));
    }
    wait_us = reply_int(page->due->element[1], -1);
    *ret_wait_us = wait_us >= 0 && wait_us < IDLE_US ? wait_us : IDLE_US;
    return page->count == max ? 1 : 0;
}

static int promote_set(struct redis *r, const char *set, size_t max, int64_t *moved,
                       int64_t *ret_wait_us, struct fail *f)
{
    int full = 1;

    for (size_t done = 0; full == 1 && done < max; done += PAGE_MAX) {
        full = promote_page(r, set, max - done < PAGE_MAX ? max - done : PAGE_MAX, moved,
                            ret_wait_us, f);
        TRY(full);
    }
    return 0;
}

/* Each set has its share, so that a storm of retries does not hold up what was scheduled. */
int queue_promote(struct redis *r, size_t max, int64_t *ret_moved, int64_t *ret_next_ms,
                  struct fail *f)
{
    size_t share = max / 2;
    int64_t moved = 0;
    int64_t retry_us = IDLE_US, schedule_us = IDLE_US;

    TRY(promote_set(r, KEY_RETRY, max - share, &moved, &retry_us, f));
    TRY(promote_set(r, KEY_SCHEDULE, share > 0 ? share : 1, &moved, &schedule_us, f));
    *ret_moved = moved;
    *ret_next_ms = ((retry_us < schedule_us ? retry_us : schedule_us) + 999) / 1000;
    return 0;
}
