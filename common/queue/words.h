/* Private to common/queue: the growing word list of one Redis command or script call.  Formatted words live in
 * chunks, so that a word costs no allocation of its own.  Failure is sticky and asked for once. */
#pragma once

#include "common/redis/redis.h"

struct words_chunk;

struct words {
    const char **items;
    size_t *sizes;
    size_t count, cap;
    struct words_chunk *chunks; /* texts of words_addf; freed here */
    bool failed;
};

/* An empty list is { 0 }; `scoped(words_done) struct words w = { 0 };` */
void words_done(struct words *w);
/* Make room for `more` words at once, where their number is known. */
void words_reserve(struct words *w, size_t more);
/* Borrowed until words_done. */
void words_add(struct words *w, const char *bytes, size_t size_bytes);
void words_text(struct words *w, const char *text);
/* Formatted copy. */
void words_addf(struct words *w, const char *fmt, ...) printf_like(2, 3);
/* Run the words as one command, or as keys and arguments of a script. */
must_check int words_call(struct redis *r, const struct words *w, redisReply **ret, struct fail *f);
must_check int words_script(struct redis *r, const struct embedded *script, size_t keys,
                            const struct words *w, redisReply **ret, struct fail *f);
/* Add such a script call to a pipe, which keeps a copy. */
must_check int words_pipe(struct redis_pipe *p, const struct embedded *script, size_t keys,
                          const struct words *w, struct fail *f);
