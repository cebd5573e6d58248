#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/queue/queue_priv.h"
#include "queue_lua.h"

enum { ATTEMPTS = 3, MARKER_MIN_S = 600, MARKER_SPARE_S = 900, PUSHED = 0, TAKEN = 1, OVER = 2 };

/* A slot is one job: whoever pushes it gives it the same id. */
static void slot_jid(const char *name, int64_t slot, char jid[static ID_JID_BYTES])
{
    char text[JOB_NAME_BYTES + 32];
    char hex[ID_SHA256_HEX_BYTES];

    int length = snprintf(text, sizeof text, "%s:%" PRId64, name, slot);

    id_sha256_hex(text, (size_t)length, hex);
    (void)snprintf(jid, ID_JID_BYTES, "%.24s", hex);
}

static void add_slot_keys(struct words *w, const struct slot *slot)
{
    words_addf(w, KEY_SLOT "%s", slot->name);
    words_addf(w, KEY_SLOT "%s:busy", slot->name);
    words_text(w, "queues");
    words_addf(w, KEY_QUEUE "%s", slot->job.queue);
}

/* Twice the interval, within limits: the marker of a job that was lost ends by itself. */
static int64_t marker_ttl_s(const struct slot *slot)
{
    int64_t interval_s = slot->interval_ms / 1000;
    int64_t ttl_s = 2 * interval_s < MARKER_MIN_S ? MARKER_MIN_S : 2 * interval_s;

    return ttl_s < interval_s + MARKER_SPARE_S ? ttl_s : interval_s + MARKER_SPARE_S;
}

static int try_slot(struct redis *r, const struct slot *slot, int64_t *ret_wait_ms, struct fail *f)
{
    scoped(words_done) struct words w = { .keys = 4 };
    scoped(redis_reply_clear_p) redisReply *reply = NULL;
    scoped(str_done) struct str payload;
    struct job_spec spec = slot->job;
    char jid[ID_JID_BYTES];
    int64_t now_us, number;

    str_init(&payload, 2 * JOB_MAX_BYTES);
    TRY(redis_time_us(r, &now_us, f));
    number = now_us / 1000 / slot->interval_ms;
    slot_jid(slot->name, number, jid);
    spec.jid = jid;
    spec.run_at_us = 0;
    spec.unique_for_s = 0; /* the marker is its lock */
    spec.unique_key = NULL;
    TRY(job_build(&spec, now_us, true, &payload, f));

    add_slot_keys(&w, slot);
    words_addf(&w, "%" PRId64, slot->interval_ms);
    words_addf(&w, "%" PRId64, number);
    words_addf(&w, "%" PRId64, marker_ttl_s(slot));
    words_text(&w, jid);
    words_text(&w, spec.queue);
    words_add(&w, payload.data, payload.len);
    TRY(words_script(r, &lua_slot, &w, &reply, f));
    TRY(reply_want_array(reply, 2, "a slot", f));
    *ret_wait_ms = reply_int(reply->element[1], 0);
    return (int)reply_int(reply->element[0], TAKEN);
}

int queue_slot(struct redis *r, const struct slot *slot, int64_t *ret_wait_ms, struct fail *f)
{
    int outcome = OVER;

    TRY(job_check_name(slot->name, "timetable", f));
    if (slot->interval_ms <= 0) {
        return fail_set(f, FAIL_INPUT, "timetable entry %s: the interval must be positive",
                        slot->name);
    }
    for (int i = 0; i < ATTEMPTS && outcome == OVER;
         i++) { /* the slot may end between our two calls */
        outcome = try_slot(r, slot, ret_wait_ms, f);
    }
    return outcome == OVER ? TAKEN : outcome;
}

int queue_slot_done(struct redis *r, const char *name, const char *jid, struct fail *f)
{
    scoped(words_done) struct words w = { .keys = 1 };
    scoped(redis_reply_clear_p) redisReply *reply = NULL;

    words_addf(&w, KEY_SLOT "%s:busy", name);
    words_text(&w, jid);
    return words_script(r, &lua_slot_done, &w, &reply, f);
}
