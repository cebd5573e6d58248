#include "common/redis/redis_wire.h"

#include <stdlib.h>
#include <string.h>

enum {
    FIRST_BYTES = 1024,
    KEPT_BYTES = 256 * 1024, /* a batch of jobs fits; more is rare and not kept */
    HEAD_BYTES = 24          /* mark, 20 digits, line end */
};

void redis_wire_clear(struct redis_wire *w)
{
    if (w->cap > KEPT_BYTES) {
        redis_wire_done(w);
    }
    w->used = 0;
    w->failed = false;
}

void redis_wire_done(struct redis_wire *w)
{
    free(w->bytes);
    *w = (struct redis_wire){ .bytes = NULL };
}

static bool reserve(struct redis_wire *w, size_t more_bytes)
{
    size_t cap = w->cap == 0 ? FIRST_BYTES : w->cap;
    char *bytes;

    if (w->failed || w->cap - w->used >= more_bytes) {
        return !w->failed;
    }
    while (cap - w->used < more_bytes) {
        cap *= 2;
    }
    bytes = realloc(w->bytes, cap);
    if (bytes == NULL) {
        w->failed = true;
        return false;
    }
    w->bytes = bytes;
    w->cap = cap;
    return true;
}

void redis_wire_raw(struct redis_wire *w, const char *bytes, size_t size_bytes)
{
    if (size_bytes > 0 && reserve(w, size_bytes)) {
        memcpy(w->bytes + w->used, bytes, size_bytes);
        w->used += size_bytes;
    }
}

/* The digits of `number` at `to`, which has room for 20; returns how many.  Nearly all words are shorter than 1000 bytes,
 * and this was a third of the time that a large batch took here. */
static size_t put_digits(char *to, size_t number)
{
    char digits[20];
    size_t at = sizeof digits;

    if (number < 10) {
        to[0] = (char)('0' + number);
        return 1;
    }
    if (number < 1000) {
        size_t count = number < 100 ? 2 : 3;

        to[count - 1] = (char)('0' + number % 10);
        to[count - 2] = (char)('0' + number / 10 % 10);
        to[0] = count == 3 ? (char)('0' + number / 100) : to[0];
        return count;
    }
    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    memcpy(to, digits + at, sizeof digits - at);
    return sizeof digits - at;
}

/* Room for HEAD_BYTES is reserved. */
static void put_head(struct redis_wire *w, char mark, size_t number)
{
    char *to = w->bytes + w->used;
    size_t count = put_digits(to + 1, number);

    to[0] = mark;
    to[count + 1] = '\r';
    to[count + 2] = '\n';
    w->used += count + 3;
}

void redis_wire_count(struct redis_wire *w, size_t count)
{
    if (reserve(w, HEAD_BYTES)) {
        put_head(w, '*', count);
    }
}

void redis_wire_word(struct redis_wire *w, const char *bytes, size_t size_bytes)
{
    if (!reserve(w, HEAD_BYTES + size_bytes + 2)) {
        return;
    }
    put_head(w, '$', size_bytes);
    if (size_bytes > 0) {
        memcpy(w->bytes + w->used, bytes, size_bytes);
    }
    memcpy(w->bytes + w->used + size_bytes, "\r\n", 2);
    w->used += size_bytes + 2;
}

void redis_wire_words(struct redis_wire *w, const struct redis_args *args)
{
    for (size_t i = 0; i < args->argc; i++) {
        redis_wire_word(w, args->argv[i],
                        args->lens != NULL ? args->lens[i] : strlen(args->argv[i]));
    }
}

void redis_wire_script(struct redis_wire *w, const char *verb, const struct embedded *what,
                       const struct redis_args *args)
{
    char keys[HEAD_BYTES];

    redis_wire_word(w, verb, strlen(verb));
    redis_wire_word(w, what->text, what->size_bytes);
    redis_wire_word(w, keys, put_digits(keys, args->keys));
}
