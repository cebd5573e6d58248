#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/queue/pressure.h"
#include "common/queue/queue_priv.h"
#include "queue_lua.h"

enum {
    GROUP_MAX = 1000,
    GROUP_BYTES = 1024 * 1024, /* of args: Redis is held up for some 4 ms */
    ENQUEUE_KEYS = 4,
    FULL_RETRY_MS = 5000,
    JID_SECOND_DIGITS = 8,
    JID_CHANCE_DIGITS = ID_JID_BYTES - 1 - JID_SECOND_DIGITS,
    JIDS_AT_ONCE = 8, /* 64 random bytes per request */
    UNIQUE_WORDS = 6
};

/* Jobs on their way in one call.  Payloads stand one behind the other in `text`, and are referred to once it grows no more. */
struct group {
    struct words words;
    struct str text;
    const struct embedded *script;
    const struct job_spec *specs;
    struct enqueued *results;
    size_t *ends; /* of each payload in text */
    size_t count;
    int64_t now_us;
    bool has_unique, has_later;
};

static void group_done(struct group *g)
{
    words_done(&g->words);
    str_done(&g->text);
    free(g->ends);
}

/* Ids as id_new_jid makes them for the jobs that bring none: the second, which the search for a job
 * goes by, and chance, of which a request costs more than the bytes. */
static void name_jobs(struct group *g)
{
    char first[ID_JID_BYTES] = "";
    char hex[JID_CHANCE_DIGITS * JIDS_AT_ONCE + 1];
    size_t left = 0;

    for (size_t i = 0; i < g->count; i++) {
        char *jid = g->results[i].jid;

        if (g->specs[i].jid != NULL) {
            (void)str_fit(jid, JOB_JID_BYTES, g->specs[i].jid);
        } else if (first[0] == '\0') {
            id_new_jid(first);
            memcpy(jid, first, sizeof first);
        } else {
            if (left == 0) {
                left = JIDS_AT_ONCE;
                id_random_hex(hex, (size_t)JID_CHANCE_DIGITS / 2 * JIDS_AT_ONCE);
            }
            left--;
            memcpy(jid, first, JID_SECOND_DIGITS);
            memcpy(jid + JID_SECOND_DIGITS, hex + JID_CHANCE_DIGITS * left, JID_CHANCE_DIGITS);
            jid[ID_JID_BYTES - 1] = '\0';
        }
    }
}

static bool is_later(const struct group *g, size_t i)
{
    return g->specs[i].run_at_us > g->now_us;
}

static int write_payloads(struct group *g, struct fail *f)
{
    for (size_t i = 0; i < g->count; i++) {
        struct job_spec spec = g->specs[i];

        spec.jid = g->results[i].jid;
        TRY(job_write(&spec, g->now_us, !is_later(g, i), &g->text, f));
        g->ends[i] = g->text.len;
        g->has_unique = g->has_unique || spec.unique_for_s > 0;
        g->has_later = g->has_later || is_later(g, i);
    }
    return str_ok(&g->text, f);
}

static void add_payload(struct group *g, size_t i)
{
    size_t begin = i == 0 ? 0 : g->ends[i - 1];

    words_add(&g->words, g->text.data + begin, g->ends[i] - begin);
}

static void add_score(struct group *g, size_t i, int64_t jitter_us)
{
    char score[SCORE_BYTES];

    queue_score(g->specs[i].run_at_us + jitter_us + (int64_t)i, score);
    words_addf(&g->words, "%s", score);
}

static void add_keys(struct group *g)
{
    g->words.keys = ENQUEUE_KEYS;
    words_text(&g->words, "queues");
    words_text(&g->words, KEY_SCHEDULE);
    words_text(&g->words, KEY_MEMORY_FULL);
    words_text(&g->words, KEY_QUEUE_MAX);
    words_addf(&g->words, "%d", PRESSURE_QUEUE_MAX);
}

static bool is_same(const char *a, const char *b)
{
    return a == b || strcmp(a, b) == 0;
}

/* How many jobs from `first` on go to the same place. */
static size_t run_length(const struct group *g, size_t first)
{
    size_t end = first + 1;
    bool later = is_later(g, first);

    while (end < g->count && is_later(g, end) == later &&
           is_same(g->specs[end].queue, g->specs[first].queue)) {
        end++;
    }
    return end - first;
}

/* Words of enqueue.lua. */
static void add_blocks(struct group *g)
{
    int64_t jitter_us = g->has_later ? queue_jitter_us() : 0; /* a system call */
    size_t at = 0;

    words_reserve(&g->words, 2 * g->count + 8);
    while (at < g->count) {
        size_t length = run_length(g, at);
        bool later = is_later(g, at);

        words_text(&g->words, g->specs[at].queue);
        words_addf(&g->words, "%s%zu", later ? "-" : "", length);
        for (size_t end = at + length; at < end; at++) {
            if (later) {
                add_score(g, at, jitter_us);
            }
            add_payload(g, at);
        }
    }
}

/* Words of enqueue_unique.lua for job i. */
static int add_unique(struct group *g, size_t i, int64_t jitter_us, struct fail *f)
{
    const struct job_spec *spec = &g->specs[i];
    int64_t wait_us = is_later(g, i) ? spec->run_at_us - g->now_us : 0;
    char digest[JOB_LOCK_BYTES] = "";

    words_text(&g->words, spec->queue);
    if (is_later(g, i)) {
        add_score(g, i, jitter_us);
    } else {
        words_text(&g->words, "");
    }
    add_payload(g, i);
    if (spec->unique_for_s > 0) {
        TRY(job_unique_digest(spec, digest, f));
        words_addf(&g->words, KEY_UNIQUE "%s", digest);
    } else {
        words_text(&g->words, "");
    }
    words_text(&g->words, g->results[i].jid);
    words_addf(&g->words, "%" PRId64, (wait_us + 999999) / 1000000 + spec->unique_for_s);
    return 0;
}

static int add_uniques(struct group *g, struct fail *f)
{
    int64_t jitter_us = g->has_later ? queue_jitter_us() : 0;

    words_reserve(&g->words, UNIQUE_WORDS * g->count + 8);
    for (size_t i = 0; i < g->count; i++) {
        TRY(add_unique(g, i, jitter_us, f));
    }
    return 0;
}

/* The script's {code, ...} as a failure. */
static int refused(const redisReply *const *words, size_t count, struct fail *f)
{
    const char *code = count > 0 && reply_is_text(words[0]) ? words[0]->str : "";

    if (strcmp(code, "MEMORY_FULL") == 0 && count == 2 && reply_is_text(words[1])) {
        (void)fail_code(f, FAIL_LATER, code,
                        "Redis is nearly full (%s): new jobs are refused until workers have made "
                        "room; start more workers, or give Redis more memory",
                        words[1]->str);
    } else if (strcmp(code, "QUEUE_FULL") == 0 && count == 4 && reply_is_text(words[1])) {
        (void)fail_code(f, FAIL_LATER, code,
                        "queue %s is full: %" PRId64 " jobs wait and the limit is %" PRId64
                        "; start more workers for it, or raise DROPSHIP_QUEUE_MAX",
                        words[1]->str, reply_int(words[2], 0), reply_int(words[3], 0));
    } else {
        return fail_set(f, FAIL_BUG, "Redis answered enqueue with something else");
    }
    f->retry_after_ms = FULL_RETRY_MS;
    return -1;
}

/* What the script says of a group without unique jobs: how many, or why not. */
static int read_count(const redisReply *reply, struct fail *f)
{
    return reply->type == REDIS_REPLY_INTEGER
               ? 0
               : refused((const redisReply *const *)reply->element, reply->elements, f);
}

/* The same of one with: {1, holders}, or {0, why not}. */
static int read_holders(const redisReply *reply, struct enqueued *results, size_t count,
                        struct fail *f)
{
    TRY(reply_want_array(reply, 2, "enqueue", f));
    if (reply_int(reply->element[0], 0) != 1) {
        return refused((const redisReply *const *)reply->element + 1, reply->elements - 1, f);
    }
    TRY(reply_want_array(reply, count + 1, "enqueue", f));
    for (size_t i = 0; i < count; i++) {
        const redisReply *holder = reply->element[i + 1];

        if (reply_is_text(holder) && holder->len > 0) {
            results[i].duplicate = true;
            (void)str_fit(results[i].jid, JOB_JID_BYTES, holder->str);
        }
    }
    return 0;
}

/* Jobs that have been checked, as the words of a script call. */
static int group_init(struct group *g, const struct job_spec *specs, size_t count,
                      struct enqueued *results, struct fail *f)
{
    *g = (struct group){ .specs = specs,
                         .results = results,
                         .ends = calloc(count, sizeof *g->ends),
                         .count = count,
                         .now_us = clock_now_us() };
    str_init(&g->text, count * 2 * JOB_MAX_BYTES);
    if (g->ends == NULL) {
        return fail_memory(f);
    }
    name_jobs(g);
    TRY(write_payloads(g, f));
    add_keys(g);
    g->script = g->has_unique ? &lua_enqueue_unique : &lua_enqueue;
    if (g->has_unique) {
        return add_uniques(g, f);
    }
    add_blocks(g);
    return 0;
}

static int push_group(struct redis *r, const struct job_spec *specs, size_t count,
                      struct enqueued *results, struct fail *f)
{
    scoped(group_done) struct group g = { .count = 0 };
    scoped(redis_reply_clear_p) redisReply *reply = NULL;

    TRY(group_init(&g, specs, count, results, f));
    TRY(words_script(r, g.script, &g.words, &reply, f));
    return g.has_unique ? read_holders(reply, results, count, f) : read_count(reply, f);
}

/* A group that was sent and not answered yet. */
struct sent {
    struct enqueued *results;
    size_t count;
    bool has_unique;
};

static int await(struct redis_pipe *pipe, const struct sent *sent, struct fail *f)
{
    scoped(redis_reply_clear_p) redisReply *reply = NULL;
    int got;

    if (sent->count == 0) {
        return 0;
    }
    got = redis_pipe_next(pipe, &reply, f);
    TRY(got);
    if (got == 1 || redis_pipe_next(pipe, &(redisReply *){ NULL }, f) != 1) {
        return fail_set(f, FAIL_BUG, "a pipe of one command has not one reply");
    }
    return sent->has_unique ? read_holders(reply, sent->results, sent->count, f)
                            : read_count(reply, f);
}

/* How many of the specs go into the next group. */
static size_t group_size(const struct job_spec *specs, size_t count)
{
    size_t bytes = 0;

    for (size_t i = 0; i < count && i < GROUP_MAX; i++) {
        bytes += specs[i].args != NULL ? strlen(specs[i].args) : 0;
        if (i > 0 && bytes > GROUP_BYTES) {
            return i;
        }
    }
    return count < GROUP_MAX ? count : GROUP_MAX;
}

/* Several groups: while Redis works on one, the next is written. */
static int push_groups(struct redis *r, const struct job_spec *specs, size_t count,
                       struct enqueued *results, struct fail *f)
{
    scoped(redis_pipe_close_p) struct redis_pipe *pipe = NULL;
    struct sent sent = { .count = 0 };

    TRY(redis_pipe_open(r, &pipe, f));
    for (size_t at = 0, size; at < count; at += size) {
        scoped(group_done) struct group g = { .count = 0 };

        size = group_size(specs + at, count - at);
        TRY(group_init(&g, specs + at, size, results + at, f));
        TRY(await(pipe, &sent, f));
        TRY(words_pipe(pipe, g.script, &g.words, f));
        TRY(redis_pipe_send(pipe, f));
        sent = (struct sent){ results + at, size, g.has_unique };
    }
    return await(pipe, &sent, f);
}

int queue_enqueue(struct redis *r, const struct job_spec *spec, char ret_jid[static JOB_JID_BYTES],
                  struct fail *f)
{
    struct enqueued result = { .duplicate = false };

    TRY(job_check(spec, f));
    TRY(push_group(r, spec, 1, &result, f));
    (void)str_fit(ret_jid, JOB_JID_BYTES, result.jid);
    return result.duplicate ? 1 : 0;
}

int queue_enqueue_each(struct redis *r, const struct job_spec *specs, size_t count,
                       struct enqueued *ret, struct fail *f)
{
    for (size_t i = 0; i < count; i++) {
        if (job_check(&specs[i], f) < 0) {
            return fail_wrap(f, "job %zu", i);
        }
    }
    if (count == 0) {
        return 0;
    }
    memset(ret, 0, count * sizeof *ret);
    return group_size(specs, count) == count ? push_group(r, specs, count, ret, f)
                                             : push_groups(r, specs, count, ret, f);
}

int queue_enqueue_bulk(struct redis *r, const struct job_spec *specs, size_t count, struct fail *f)
{
    scoped(free_p) struct enqueued *results = calloc(count + 1, sizeof *results);

    return results == NULL ? fail_memory(f) : queue_enqueue_each(r, specs, count, results, f);
}
