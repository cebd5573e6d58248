#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/queue/job_layout.h"
#include "common/queue/job_scan.h"
#include "common/queue/queue_priv.h"
#include "queue_lua.h"

/* Sidekiq's Ruby code obeys whatever stands in the list; we obey these. */
static const char *const known_signals[] = { "TSTP", "TERM", "TTIN" };

int queue_lease(struct redis *r, const char *identity, int64_t lease_ms, struct fail *f)
{
    scoped(words_done) struct words w = { .keys = 1 };
    scoped(redis_reply_clear_p) redisReply *reply = NULL;

    words_addf(&w, KEY_LEASE "%s", identity);
    words_addf(&w, "%" PRId64, lease_ms);
    return words_script(r, &lua_lease, &w, &reply, f);
}

/* Ruby's reader follows 100 levels, the job's own object included. */
enum { SHOWN_MAX_BYTES = 4 * JOB_MAX_BYTES, SHOWN_MAX_DEPTH = 100 };

/* Sidekiq's pages walk the tags; anything but an array breaks them. */
static void check_tags(void *context, const char *name, size_t name_bytes,
                       const struct json_span *value)
{
    bool *showable = context;

    if (name_bytes == 4 && memcmp(name, "tags", 4) == 0) {
        *showable = value->kind == JSON_SPAN_ARRAY || value->kind == JSON_SPAN_NULL;
    }
}

static bool is_showable(const char *payload, size_t size_bytes)
{
    bool showable = true;
    const struct json_visitor visitor = { check_tags, &showable };
    struct json_scanned unused;

    return json_scan(payload, size_bytes, SHOWN_MAX_DEPTH, &visitor, &unused) == 0 && showable;
}

/* A job without arguments that says why the real one is not shown. */
static void add_stand_in(const char *note, const char *jid, struct str *out)
{
    scoped(str_done) struct str text;

    str_init(&text, JOB_MAX_BYTES);
    str_addf(&text, "{\"class\":\"%s\",\"args\":[],\"jid\":", note);
    job_add_json_string(&text, jid, JOB_JID_BYTES);
    str_add_char(&text, '}');
    job_add_json_string(out, text.failed ? "{}" : text.data, SIZE_MAX);
}

/* The payload as Sidekiq's readers see it.  They parse it, so bytes that are no job would break
 * their page, and a huge one would be sent with every beat: both are shown by a stand-in. */
static void add_shown_payload(const char *payload, struct str *out)
{
    scoped(job_free_p) struct job *job = NULL;
    size_t size_bytes = strlen(payload);
    struct fail ignored; /* shown as unreadable; the worker reports why */

    int parsed = job_parse(payload, size_bytes, &job, &ignored);
    if (size_bytes > SHOWN_MAX_BYTES) {
        add_stand_in("(too large to show)", parsed == 0 ? job->jid : "", out);
    } else if (parsed < 0) {
        add_stand_in("(unreadable)", "", out);
    } else if (!is_showable(payload, size_bytes)) {
        add_stand_in("(not showable)", job->jid, out);
    } else {
        job_add_json_string(out, payload, SIZE_MAX);
    }
}

/* {"queue":Q,"payload":"<the job as a string>","run_at":SECONDS} */
static int work_json(const struct heartbeat_work *work, struct str *out, struct fail *f)
{
    str_add(out, "{\"queue\":");
    job_add_json_string(out, work->queue, JOB_NAME_BYTES);
    str_add(out, ",\"payload\":");
    add_shown_payload(work->payload, out);
    str_addf(out, ",\"run_at\":%" PRId64 "}", work->run_at_us / 1000000);
    return str_ok(out, f);
}

static void add_process(struct words *w, const struct heartbeat *b)
{
    words_text(w, "processes");
    words_text(w, b->identity);
    words_addf(w, "%s:work", b->identity);
    words_addf(w, "%s:workers", b->identity);
    words_addf(w, "%s-signals", b->identity);
    words_text(w, b->identity);
    words_text(w, b->info_json);
    words_addf(w, "%d", b->busy);
    words_addf(w, "%d", b->concurrency);
    words_text(w, b->quiet ? "true" : "false");
    words_addf(w, "%" PRId64, b->rss_kib);
    words_addf(w, "%" PRId64, b->rtt_us);
}

static void read_signal(const redisReply *reply, char signal[static 16])
{
    signal[0] = '\0';
    for (size_t i = 0; reply_is_text(reply) && i < COUNT_OF(known_signals); i++) {
        if (reply->len == strlen(known_signals[i]) && strcmp(reply->str, known_signals[i]) == 0) {
            (void)str_fit(signal, 16, known_signals[i]);
        }
    }
}

int queue_beat(struct redis *r, const struct heartbeat *beat, char signal[static 16],
               struct fail *f)
{
    scoped(words_done) struct words w = { .keys = 5 };
    scoped(redis_reply_clear_p) redisReply *reply = NULL;
    scoped(str_done) struct str text;

    str_init(&text, 4 * 1024 * 1024);
    add_process(&w, beat);
    for (size_t i = 0; i < beat->work_count; i++) {
        str_clear(&text);
        TRY(work_json(&beat->work[i], &text, f));
        words_text(&w, beat->work[i].thread_id);
        words_addf(&w, "%s", text.data);
    }
    TRY(words_script(r, &lua_beat, &w, &reply, f));
    read_signal(reply, signal);
    return 0;
}

int queue_unregister(struct redis *r, const char *identity, struct fail *f)
{
    scoped(claim_keys_free) struct claim_keys lists = { .items = NULL };
    scoped(words_done) struct words w = { .keys = 5 };
    scoped(redis_reply_clear_p) redisReply *reply = NULL;
    char own[QUEUE_KEY_BYTES];

    (void)snprintf(own, sizeof own, KEY_CLAIMED "%s:", identity);
    TRY(claim_keys_read(r, CLAIM_OWN, own, &lists, f));
    words_text(&w, "processes");
    words_addf(&w, "%s:work", identity);
    words_addf(&w, "%s:workers", identity);
    words_addf(&w, KEY_LEASE "%s", identity);
    words_text(&w, KEY_LISTS);
    words_text(&w, identity);
    for (size_t i = 0; i < lists.count; i++) {
        words_text(&w, lists.items[i].key);
    }
    return words_script(r, &lua_unregister, &w, &reply, f);
}
