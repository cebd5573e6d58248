/* Private to common/queue: the growing word list of one Redis command or script call.  Formatted words live in
 * chunks, so that a word costs no allocation of its own.  Failure is sticky and asked for once. */
#pragma once

#include "common/redis/redis.h"

struct words_chunk;

struct words {
    const char **items;
    size_t *sizes;
    size_t count, cap;
    size_t
        keys; /* how many of the first words are a script's keys; set by the owner before the call */
    struct words_chunk *chunks; /* texts of words_addf; freed here */
    bool failed;
};

/* Free the list and its formatted words; empty afterwards.  An empty list is { 0 }, for a script with two keys { .keys = 2 };
 * `scoped(words_done) struct words w = { .keys = 2 };` */
void words_done(struct words *w);
/* Make room for `more` words at once, where their number is known. */
void words_reserve(struct words *w, size_t more);
/* Borrowed until words_done. */
void words_add(struct words *w, const char *bytes, size_t size_bytes);
/* The same for text that ends with NUL. */
void words_text(struct words *w, const char *text);
/* Format a word, which is copied; that memory ran out is told by words_call. */
void words_addf(struct words *w, const char *fmt, ...) printf_like(2, 3);
/* Run the words as one command.  *ret is the caller's (freeReplyObject).  FAIL_LATER also when memory ran out while they were
 * put together. */
must_check int words_call(struct redis *r, const struct words *w, redisReply **ret, struct fail *f);
/* Run the words as keys (the first w->keys) and arguments of a script; else as words_call. */
must_check int words_script(struct redis *r, const struct embedded *script, const struct words *w,
                            redisReply **ret, struct fail *f);
/* Add such a script call to a pipe, which keeps a copy. */
must_check int words_pipe(struct redis_pipe *p, const struct embedded *script,
                          const struct words *w, struct fail *f);
