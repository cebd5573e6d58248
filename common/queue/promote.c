#include <stdlib.h>
#include <string.h>

#include "common/queue/job_layout.h"
#include "common/queue/queue_priv.h"
#include "queue_lua.h"

/* A page is one script call each way: as large as pays, as small as keeps other clients waiting for a few milliseconds at most.
 * 1000 jobs of 200 bytes take Redis 2 to 3 ms. */
enum {
    PAGE_FIRST = 100,
    PAGE_GROWTH = 4,
    PAGE_MAX = 1000,
    PAGE_BYTES = 256 * 1024,
    EDIT_BYTES = 256, /* what a rewritten payload may have more than the old one, and its queue */
    IDLE_US = 1000000
};

/* One due entry: where its queue's name and its next form stand in the page's text. */
struct entry {
    size_t queue_at, next_at, next_bytes;
    bool broken; /* goes to `dead` as it is */
};

/* Due entries of one set, rewritten for their queues. */
struct page {
    redisReply
        *due; /* of the due script: {now_us, wait_us, payload, score, ...}; or payloads alone */
    size_t first, step; /* where the payloads stand in it */
    struct str text;
    struct entry entries[PAGE_MAX];
    size_t count, bytes;
};

/* One set on its way. */
struct promotion {
    struct redis *redis;
    const char *set;
    struct page *page;
    int64_t moved;
    int64_t now_us;  /* Redis' time at the last look */
    int64_t wait_us; /* as told then: until the first entry that was not looked at is due */
};

static void page_free_p(struct page **page)
{
    if (*page != NULL) {
        redis_reply_clear_p(&(*page)->due);
        str_done(&(*page)->text);
        free(*page);
    }
}

static const redisReply *payload_at(const struct page *page, size_t i)
{
    return page->due->element[page->first + page->step * i];
}

/* Whether the payload is a job that names its queue. */
static bool read_job(const redisReply *payload, struct job_layout *layout,
                     char queue[static JOB_NAME_BYTES])
{
    const struct json_span *name = &layout->fields[FIELD_QUEUE];
    struct fail ignored;

    return job_layout_read(payload->str, payload->len, layout, &ignored) == 0 &&
           name->text != NULL && name->kind == JSON_SPAN_STRING &&
           json_span_text(name->text, name->size_bytes, queue, JOB_NAME_BYTES) &&
           job_check_name(queue, "queue", &ignored) == 0;
}

/* Append queue and next form of a payload to the page's text. */
static void rewrite(struct page *page, const redisReply *payload,
                    const char now[static JOB_TIME_BYTES], struct entry *entry)
{
    const struct job_edit edit = { FIELD_ENQUEUED_AT, now };
    char queue[JOB_NAME_BYTES] = "";
    struct job_layout layout;

    entry->broken = !read_job(payload, &layout, queue);
    if (!entry->broken) {
        entry->queue_at = page->text.len;
        str_add_bytes(&page->text, queue, strlen(queue) + 1);
        entry->next_at = page->text.len;
        job_layout_edit(&layout, &edit, 1, &page->text);
        entry->next_bytes = page->text.len - entry->next_at;
    }
}

/* What is due now, and when the entry after that will be. */
static int look(struct promotion *p, size_t max, struct fail *f)
{
    scoped(words_done) struct words w = { .keys = 1 };
    struct page *page = p->page;
    int64_t wait_us;

    words_text(&w, p->set);
    words_addf(&w, "%zu", max);
    TRY(words_script(p->redis, &lua_due, &w, &page->due, f));
    TRY(reply_want_array(page->due, 2, "due jobs", f));
    page->first = 2;
    page->step = 2;
    page->count = (page->due->elements - 2) / 2;
    p->now_us = reply_int(page->due->element[0], 0);
    wait_us = reply_int(page->due->element[1], -1);
    p->wait_us = wait_us >= 0 && wait_us < IDLE_US ? wait_us : IDLE_US;
    return 0;
}

/* More of what was due then.  Without Lua, which copies each payload, and without scores, which have to be printed, this costs
 * Redis a tenth: 700 instructions a job instead of 9700. */
static int look_again(struct promotion *p, size_t max, struct fail *f)
{
    scoped(words_done) struct words w = { .items = NULL };
    struct page *page = p->page;
    char now[SCORE_BYTES];

    queue_score(p->now_us, now);
    words_text(&w, "ZRANGEBYSCORE");
    words_text(&w, p->set);
    words_text(&w, "-inf");
    words_text(&w, now);
    words_text(&w, "LIMIT");
    words_text(&w, "0");
    words_addf(&w, "%zu", max);
    TRY(words_call(p->redis, &w, &page->due, f));
    TRY(reply_want_array(page->due, 0, "due jobs", f));
    page->first = 0;
    page->step = 1;
    page->count = page->due->elements;
    return 0;
}

static int rewrite_all(struct page *page, int64_t now_us, struct fail *f)
{
    char now[JOB_TIME_BYTES];

    page->count = page->count < PAGE_MAX ? page->count : PAGE_MAX;
    page->bytes = 0;
    for (size_t i = 0; i < page->count; i++) {
        page->bytes += payload_at(page, i)->len;
    }
    str_clear(&page->text);
    page->text.max_bytes = page->bytes + page->count * EDIT_BYTES;
    job_format_time(now_us, now);
    for (size_t i = 0; i < page->count; i++) {
        rewrite(page, payload_at(page, i), now, &page->entries[i]);
    }
    return str_ok(&page->text, f);
}

static void add_entry(struct words *w, const struct page *page, size_t i, int64_t died_us)
{
    const struct entry *entry = &page->entries[i];
    const redisReply *old = payload_at(page, i);
    char score[SCORE_BYTES];

    if (entry->broken) {
        queue_score(died_us + (int64_t)i, score);
        words_text(w, "");
        words_addf(w, "%s", score);
        words_add(w, old->str, old->len);
        words_text(w, "");
    } else {
        words_text(w, page->text.data + entry->queue_at);
        words_text(w, "");
        words_add(w, old->str, old->len);
        words_add(w, page->text.data + entry->next_at, entry->next_bytes);
    }
}

static int move_page(struct promotion *p, struct fail *f)
{
    scoped(words_done) struct words w = { .keys = 3 };
    scoped(redis_reply_clear_p) redisReply *reply = NULL;
    int64_t died_us = p->now_us + queue_jitter_us();

    words_text(&w, p->set);
    words_text(&w, KEY_DEAD);
    words_text(&w, "queues");
    for (size_t i = 0; i < p->page->count; i++) {
        add_entry(&w, p->page, i, died_us);
    }
    TRY(words_script(p->redis, &lua_promote, &w, &reply, f));
    p->moved += reply_int(reply, 0);
    return 0;
}

/* The size of the page after a full one: more, while the payloads are small. */
static size_t next_size(const struct page *page)
{
    size_t grown = page->count * PAGE_GROWTH;
    size_t fitting = PAGE_BYTES / (page->bytes / page->count + 1);

    grown = grown < PAGE_MAX ? grown : PAGE_MAX;
    fitting = fitting > 0 ? fitting : 1;
    return grown < fitting ? grown : fitting;
}

/* Read, rewrite and move up to size entries; again: of those that were due at the last look. */
static int promote_page(struct promotion *p, size_t size, bool again, struct fail *f)
{
    redis_reply_clear_p(&p->page->due);
    p->page->due = NULL;
    TRY(again ? look_again(p, size, f) : look(p, size, f));
    TRY(rewrite_all(p->page, p->now_us, f));
    return p->page->count > 0 ? move_page(p, f) : 0;
}

/* Up to max entries of the set. */
static int promote_set(struct promotion *p, size_t max, struct fail *f)
{
    size_t size = PAGE_FIRST;
    bool again = false;

    for (size_t done = 0; done < max; done += p->page->count) {
        size = size < max - done ? size : max - done;
        TRY(promote_page(p, size, again, f));
        if (p->page->count == size) {
            again = true;
            size = next_size(p->page);
        } else if (again) {
            again = false; /* all of those are gone: what has come since, and when is the next? */
            size = PAGE_FIRST;
        } else {
            break;
        }
    }
    return 0;
}

/* Each set has its share, so that a storm of retries does not hold up what was scheduled. */
int queue_promote(struct redis *r, size_t max, int64_t *ret_moved, int64_t *ret_next_ms,
                  struct fail *f)
{
    scoped(page_free_p) struct page *page = calloc(1, sizeof *page);
    struct promotion retry = { .redis = r, .set = KEY_RETRY, .page = page, .wait_us = IDLE_US };
    struct promotion later = { .redis = r, .set = KEY_SCHEDULE, .page = page, .wait_us = IDLE_US };
    size_t share = max / 2 > 0 ? max / 2 : 1;

    if (page == NULL) {
        return fail_memory(f);
    }
    str_init(&page->text, 0);
    TRY(promote_set(&retry, max - max / 2, f));
    TRY(promote_set(&later, share, f));
    *ret_moved = retry.moved + later.moved;
    *ret_next_ms = ((retry.wait_us < later.wait_us ? retry.wait_us : later.wait_us) + 999) / 1000;
    return 0;
}
