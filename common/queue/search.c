#include "common/queue/search.h"

#include <string.h>

#include "common/queue/bulk_priv.h"
#include "common/queue/entries.h"

enum { LIMIT_MAX = 1000, READ_PAGE = 100 };

/* A letter, a digit, or a part of one beyond ASCII. */
static bool in_word(char c)
{
    unsigned char byte = (unsigned char)c;

    return byte >= 0x80 || (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= 'a' && byte <= 'z') || byte == '_';
}

/* Does word stand there with nothing of a longer word before or behind it? */
static bool has_word(const char *text, size_t text_bytes, const char *word)
{
    size_t length = strlen(word);
    const char *end = text + text_bytes;

    for (const char *at = text; length > 0 && (size_t)(end - at) >= length; at++) {
        at = memmem(at, (size_t)(end - at), word, length);
        if (at == NULL) {
            return false;
        }
        bool begins = at == text || !in_word(at[-1]) || !in_word(word[0]);
        bool ends = at + length == end || !in_word(at[length]) || !in_word(word[length - 1]);
        if (begins && ends) {
            return true;
        }
    }
    return false;
}

static bool fits(const struct job_search *s, const struct job_entry *e)
{
    const struct job *job = e->job;

    if (!job_filter_fits(&s->filter, e->payload, e->payload_bytes, e->at_us)) {
        return false;
    }
    return s->arg == NULL ||
           (job != NULL && job->args != NULL && has_word(job->args, job->args_bytes, s->arg));
}

/* Compare a page of jobs, up to the last one that may still be found. */
static int sift(struct job_search *s, const struct job_entries *page, struct job_entries *found,
                struct fail *f)
{
    for (size_t i = 0; i < page->count && found->count < s->limit; i++) {
        const struct job_entry *e = &page->items[i];
        struct entry_place place = { e->state, e->where, e->worker, e->at_us };

        if (fits(s, e)) {
            TRY(entries_add(found, &place, e->payload, e->payload_bytes, f));
        }
        s->looked++;
        s->next++;
    }
    return 0;
}

/* One page more.  Sets know no queues: there it is the filter that tells. */
static int look(struct redis *r, struct job_search *s, size_t *bytes, struct job_entries *found,
                struct fail *f)
{
    scoped(job_entries_free) struct job_entries page = { .items = NULL };
    bool listed = s->filter.state == JOB_WAITING || s->filter.state == JOB_RUNNING;
    const struct job_page wanted = { s->filter.state, listed ? s->filter.queue : NULL, s->next,
                                     READ_PAGE };

    TRY(queue_jobs(r, &wanted, &page, f));
    for (size_t i = 0; i < page.count; i++) {
        *bytes += page.items[i].payload_bytes;
    }
    s->total = page.total;
    TRY(sift(s, &page, found, f));
    s->finished = page.count == 0 || (int64_t)s->next >= page.total;
    return 0;
}

int queue_search(struct redis *r, struct job_search *s, struct job_entries *ret, struct fail *f)
{
    scoped(job_entries_free) struct job_entries found = { .items = NULL };
    size_t bytes = 0;

    if (s->limit == 0 || s->limit > LIMIT_MAX || s->first > SEARCH_PLACE_MAX) {
        return fail_set(f, FAIL_INPUT, "a search ends with 1 to %d jobs, and begins at a place",
                        LIMIT_MAX);
    }
    s->looked = 0;
    s->next = s->first;
    s->finished = false;
    while (!s->finished && found.count < s->limit && s->looked < SEARCH_LOOK_MAX &&
           bytes < SEARCH_BYTES_MAX) {
        TRY(look(r, s, &bytes, &found, f));
    }
    found.total = (int64_t)found.count;
    *ret = found;
    found = (struct job_entries){ .items = NULL };
    return 0;
}
