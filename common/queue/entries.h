/* Private to common/queue: collecting job_entry records page by page. */
#pragma once

#include "common/queue/queue_priv.h"

struct entry_place {
    enum job_state state;
    const char *where;  /* key */
    const char *worker; /* identity or "" */
    int64_t at_us;
};
/* Append one entry; the bytes are copied and parsed. */
must_check int entries_add(struct job_entries *entries, const struct entry_place *place,
                           const char *bytes, size_t size_bytes, struct fail *f);
/* Score text to microseconds. */
int64_t entries_score_us(const redisReply *score);

/* Names of all known queues, sorted: an array reply, the caller's even after a failure. */
must_check int queue_names(struct redis *r, redisReply **ret_reply, struct fail *f);
