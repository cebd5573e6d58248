/* Private to common/redis: commands as they go over the wire, in a buffer that is kept and used again.
 * Failure (memory) is sticky and asked for once: `failed`.  Threads: a buffer belongs to one thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "common/redis/redis.h"

struct redis_wire {
    char *bytes;
    size_t used, cap;
    bool failed;
};

/* Forget the content; a buffer that grew beyond what usual commands need is given back. */
void redis_wire_clear(struct redis_wire *w);
/* Give the memory back; an empty buffer is { 0 }. */
void redis_wire_done(struct redis_wire *w);
/* Bytes that are wire format already. */
void redis_wire_raw(struct redis_wire *w, const char *bytes, size_t size_bytes);
/* "*COUNT": so many words follow. */
void redis_wire_count(struct redis_wire *w, size_t count);
/* One word, binary-safe. */
void redis_wire_word(struct redis_wire *w, const char *bytes, size_t size_bytes);
/* All words of a command, or of a script call behind its key count. */
void redis_wire_words(struct redis_wire *w, const struct redis_args *args);
/* The words of EVALSHA or EVAL (`verb`) before the keys: the verb, digest or text, and the number of keys. */
void redis_wire_script(struct redis_wire *w, const char *verb, const struct embedded *what,
                       const struct redis_args *args);
