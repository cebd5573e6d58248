#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/queue/entries.h"

enum { LIST_PAGE = 200, LIST_WALK_MAX = 100000, PASSES = 2 };

/* Add the entry if it is the job; 1 = it is. */
static int add_if_match(const char *jid, const struct entry_place *place, const redisReply *payload,
                        struct job_entries *out, struct fail *f)
{
    if (!reply_is_text(payload) || memmem(payload->str, payload->len, jid, strlen(jid)) == NULL) {
        return 0;
    }
    TRY(entries_add(out, place, payload->str, payload->len, f));
    if (out->items[0].job != NULL && strcmp(out->items[0].job->jid, jid) == 0) {
        out->total = 1;
        return 1;
    }
    job_entries_free(out); /* the id stood elsewhere in the payload */
    return 0;
}

/* Walk a list from its tail. */
static int find_in_list(struct redis *r, const char *jid, const struct entry_place *place,
                        struct job_entries *out, struct fail *f)
{
    size_t got = LIST_PAGE;

    for (size_t at = 0; at < LIST_WALK_MAX && got == LIST_PAGE; at += LIST_PAGE) {
        scoped(redis_reply_clear_p) redisReply *page = NULL;
        char start[32], stop[32];

        (void)snprintf(start, sizeof start, "-%zu", at + LIST_PAGE);
        (void)snprintf(stop, sizeof stop, "-%zu", at + 1);
        TRY(redis_do(r, &page, f, "LRANGE", place->where, start, stop, NULL));
        TRY(reply_want_array(page, 0, "LRANGE", f));
        got = page->elements;
        for (size_t i = got; i-- > 0;) {
            int found = add_if_match(jid, place, page->element[i], out, f);

            if (found != 0) {
                return found;
            }
        }
    }
    return 0;
}

static int find_claimed(struct redis *r, const char *jid, struct job_entries *out, struct fail *f)
{
    scoped(claim_keys_free) struct claim_keys keys = { .items = NULL };
    int found = 0;

    TRY(claim_keys_shown(r, &keys, f));
    for (size_t i = 0; i < keys.count && found == 0; i++) {
        char worker[128], queue[JOB_NAME_BYTES];
        struct entry_place place = { JOB_RUNNING, keys.items[i], worker, 0 };

        if (claim_key_split(keys.items[i], worker, sizeof worker, queue, sizeof queue)) {
            found = find_in_list(r, jid, &place, out, f);
        }
    }
    return found;
}

static int find_waiting(struct redis *r, const char *jid, struct job_entries *out, struct fail *f)
{
    scoped(redis_reply_clear_p) redisReply *names = NULL;
    int found = 0;

    TRY(queue_names(r, &names, f));
    for (size_t i = 0; i < names->elements && found == 0; i++) {
        char key[QUEUE_KEY_BYTES];
        struct entry_place place = { JOB_WAITING, key, "", 0 };

        queue_key(names->element[i]->str, key);
        found = find_in_list(r, jid, &place, out, f);
    }
    return found;
}

/* A jid as a pattern that matches only itself, anywhere. */
static void glob_of(const char *jid, struct str *out)
{
    str_add_char(out, '*');
    for (; *jid != '\0'; jid++) {
        if (strchr("*?[]\\^-", *jid) != NULL) {
            str_add_char(out, '\\');
        }
        str_add_char(out, *jid);
    }
    str_add_char(out, '*');
}

static int find_in_set(struct redis *r, const char *jid, enum job_state state, const char *set,
                       struct job_entries *out, struct fail *f)
{
    scoped(str_done) struct str glob;
    char cursor[32] = "0";

    str_init(&glob, 4 * JOB_JID_BYTES);
    glob_of(jid, &glob);
    TRY(str_ok(&glob, f));
    do {
        scoped(redis_reply_clear_p) redisReply *page = NULL;
        const redisReply *pairs;

        TRY(redis_do(r, &page, f, "ZSCAN", set, cursor, "MATCH", glob.data, "COUNT", "1000", NULL));
        TRY(reply_want_array(page, 2, "ZSCAN", f));
        (void)str_fit(cursor, sizeof cursor, page->element[0]->str);
        pairs = page->element[1];
        for (size_t i = 0; i + 1 < pairs->elements; i += 2) {
            struct entry_place place = { state, set, "", entries_score_us(pairs->element[i + 1]) };
            int found = add_if_match(jid, &place, pairs->element[i], out, f);

            if (found != 0) {
                return found;
            }
        }
    } while (strcmp(cursor, "0") != 0);
    return 0;
}

static int find_anywhere(struct redis *r, const char *jid, struct job_entries *out, struct fail *f)
{
    static const struct {
        enum job_state state;
        const char *key;
    } sets[] = { { JOB_RETRY, KEY_RETRY },
                 { JOB_SCHEDULED, KEY_SCHEDULE },
                 { JOB_DEAD, KEY_DEAD } };
    int found = find_waiting(r, jid, out, f);

    if (found == 0) {
        found = find_claimed(r, jid, out, f);
    }
    for (size_t i = 0; i < COUNT_OF(sets) && found == 0; i++) {
        found = find_in_set(r, jid, sets[i].state, sets[i].key, out, f);
    }
    return found;
}

/* Two passes: a job may move behind the walk's back, but hardly twice. */
int queue_find(struct redis *r, const char *jid, struct job_entries *ret, struct fail *f)
{
    scoped(job_entries_free) struct job_entries entries = { .items = NULL };
    int found = 0;

    if (jid[0] == '\0' || strlen(jid) >= JOB_JID_BYTES) {
        return fail_set(f, FAIL_INPUT, "a job id has 1 to %d characters", JOB_JID_BYTES - 1);
    }
    for (int pass = 0; pass < PASSES && found == 0; pass++) {
        found = find_anywhere(r, jid, &entries, f);
    }
    TRY(found);
    if (found == 0) {
        return fail_set(f, FAIL_MISSING, "no job %s in any queue or set; it may have finished",
                        jid);
    }
    *ret = entries;
    entries = (struct job_entries){ .items = NULL };
    return 0;
}
