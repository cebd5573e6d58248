/* Private to common/queue: key names and small helpers that its files share. */
#pragma once

#include "common/queue/lists.h"
#include "common/queue/queue.h"
#include "common/queue/unique.h"
#include "common/queue/words.h"

#define KEY_QUEUE    "queue:"
#define KEY_CLAIMED  "dropship:claimed:"
#define KEY_LEASE    "dropship:lease:"
#define KEY_SLOT     "dropship:slot:"
#define KEY_SCHEDULE "schedule"
#define KEY_RETRY    "retry"
#define KEY_DEAD     "dead"
#define KEY_SUSPECTS "dropship:suspects" /* SHA-1 of payloads, by the time they are forgotten */
#define KEY_WATCH    "dropship:recovery" /* when recovery looked last, and since when */
#define KEY_SUSPECT  "dropship:suspect:" /* IDENTITY: the claim list that holds its suspect */

#define CANARY_IDENTITY "canary:0:000000000000"
#define CANARY_QUEUE    "dropship.canary" /* served by nobody */

enum { QUEUE_KEY_BYTES = 256, SCORE_BYTES = 32 };

/* Write the key of the list that a queue is: "queue:NAME". */
void queue_key(const char *name, char key[static QUEUE_KEY_BYTES]);
/* Epoch seconds with microseconds, for sorted sets. */
void queue_score(int64_t at_us, char text[static SCORE_BYTES]);
/* Chance of up to 50 ms, to add to the scores of one call together with each entry's index:
 * Sidekiq's buttons take out all entries of one score, so no two should be equal. */
int64_t queue_jitter_us(void);
/* A random number to spread times with, 0 when the system has none ready; not for secrets. */
uint32_t queue_random(void);

/* Identity and queue of a claim list's key; false when it is none. */
bool claim_key_split(const char *key, char *identity, size_t identity_bytes, char *queue,
                     size_t queue_bytes);

/* Claim lists by name; the caller frees with claim_keys_free. */
struct claim_key {
    char *key;
    int64_t length; /* not known of CLAIM_OWN */
};
struct claim_keys {
    struct claim_key *items;
    size_t count, cap;
};
enum claim_which {
    CLAIM_HELD, /* hold jobs; word is ignored */
    CLAIM_GONE, /* their process has no lease; word = KEY_LEASE */
    CLAIM_OWN   /* their key begins with word */
};
/* Those of the known claim lists (lists.h) that are wanted, sorted by key. */
must_check int claim_keys_read(struct redis *r, enum claim_which which, const char *word,
                               struct claim_keys *ret, struct fail *f);
/* Those that hold jobs without the canary's, for people. */
must_check int claim_keys_shown(struct redis *r, struct claim_keys *ret, struct fail *f);
/* Free the keys; empty afterwards. */
void claim_keys_free(struct claim_keys *keys);
/* Search the keyspace for lists that are not known, when one is due, for a bounded time; *found is raised by those found. */
must_check int claim_keys_search(struct redis *r, int64_t every_ms, int64_t *found, struct fail *f);

/* Clear the busy marker of a timetable entry, if it is that of job jid: the next slot may push again. */
must_check int queue_slot_done(struct redis *r, const char *name, const char *jid, struct fail *f);

/* Integer of a reply (integer or numeric text); `otherwise` for nil and anything else. */
int64_t reply_int(const redisReply *reply, int64_t otherwise);
/* Element i of an array reply, NULL when there is none. */
const redisReply *reply_at(const redisReply *reply, size_t i);
/* A string or a status; false for NULL. */
bool reply_is_text(const redisReply *reply);
/* FAIL_BUG unless the reply is an array of at least `least` elements. */
must_check int reply_want_array(const redisReply *reply, size_t least, const char *what,
                                struct fail *f);
