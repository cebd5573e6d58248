#include "common/queue/words.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/fault_point.h"

enum { FIRST_WORDS = 32, CHUNK_BYTES = 1024 };

/* Formatted words, each NUL-terminated; the newest chunk is the list's first. */
struct words_chunk {
    struct words_chunk *next;
    size_t used, cap;
    char text[];
};

void words_done(struct words *w)
{
    struct words_chunk *chunk = w->chunks;

    while (chunk != NULL) {
        struct words_chunk *next = chunk->next;

        free(chunk);
        chunk = next;
    }
    free(w->items);
    free(w->sizes);
    *w = (struct words){ .items = NULL };
}

static bool grow(struct words *w, size_t cap)
{
    void *items = realloc(w->items, cap * sizeof *w->items);
    void *sizes;

    if (items == NULL) {
        return false;
    }
    w->items = items;
    sizes = realloc(w->sizes, cap * sizeof *w->sizes);
    if (sizes == NULL) {
        return false;
    }
    w->sizes = sizes;
    w->cap = cap;
    return true;
}

void words_reserve(struct words *w, size_t more)
{
    if (w->cap - w->count < more && !grow(w, w->count + more)) {
        w->failed = true;
    }
}

void words_add(struct words *w, const char *bytes, size_t size_bytes)
{
    if (w->failed || (w->count == w->cap && !grow(w, w->cap == 0 ? FIRST_WORDS : 2 * w->cap))) {
        w->failed = true;
        return;
    }
    w->items[w->count] = bytes;
    w->sizes[w->count] = size_bytes;
    w->count++;
}

void words_text(struct words *w, const char *text)
{
    words_add(w, text, strlen(text));
}

/* A new chunk in front, with room for a text of `length`; false without memory. */
static bool add_chunk(struct words *w, size_t length)
{
    size_t cap = length < CHUNK_BYTES ? CHUNK_BYTES : length + 1;
    struct words_chunk *chunk = malloc(sizeof *chunk + cap);

    if (chunk == NULL) {
        return false;
    }
    chunk->next = w->chunks;
    chunk->used = 0;
    chunk->cap = cap;
    w->chunks = chunk;
    return true;
}

/* Room for a text in the newest chunk. */
static size_t room(const struct words *w)
{
    return w->chunks == NULL ? 0 : w->chunks->cap - w->chunks->used;
}

void words_addf(struct words *w, const char *fmt, ...)
{
    char *place = w->chunks == NULL ? NULL : w->chunks->text + w->chunks->used;
    va_list args, again;
    int length;

    va_start(args, fmt);
    va_copy(again, args);
    length = vsnprintf(place, room(w), fmt, args);
    if (length >= 0 && (size_t)length >= room(w)) {
        if (add_chunk(w, (size_t)length)) {
            place = w->chunks->text;
            length = vsnprintf(place, room(w), fmt, again);
        } else {
            length = -1;
        }
    }
    va_end(again);
    va_end(args);
    if (length < 0) {
        w->failed = true;
        return;
    }
    w->chunks->used += (size_t)length + 1;
    words_add(w, place, (size_t)length);
}

static struct redis_args args_of(const struct words *w, size_t keys)
{
    assert(keys <= w->count || w->failed);
    return (
        struct redis_args){ .argv = w->items, .lens = w->sizes, .argc = w->count, .keys = keys };
}

int words_call(struct redis *r, const struct words *w, redisReply **ret, struct fail *f)
{
    const struct redis_args args = args_of(w, 0);
    int result;

    if (w->failed) {
        return fail_memory(f);
    }
    FAULT_POINT("before", args.argv[0]);
    result = redis_command(r, &args, ret, f);
    FAULT_POINT("after", args.argv[0]);
    return result;
}

int words_script(struct redis *r, const struct embedded *script, const struct words *w,
                 redisReply **ret, struct fail *f)
{
    const struct redis_args args = args_of(w, w->keys);
    int result;

    assert(w->keys > 0);
    if (w->failed) {
        return fail_memory(f);
    }
    FAULT_POINT("before", script->name);
    result = redis_eval(r, script, &args, ret, f);
    FAULT_POINT("after", script->name);
    return result;
}

int words_pipe(struct redis_pipe *p, const struct embedded *script, const struct words *w,
               struct fail *f)
{
    const struct redis_args args = args_of(w, w->keys);

    assert(w->keys > 0);
    FAULT_POINT("before", script->name);
    return w->failed ? fail_memory(f) : redis_pipe_eval(p, script, &args, f);
}
