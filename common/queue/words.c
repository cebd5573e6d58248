#include "common/queue/words.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void words_done(struct words *w)
{
    for (size_t i = 0; i < w->count; i++) {
        if (w->owned[i]) {
            free((void *)(uintptr_t)w->items[i]);
        }
    }
    free(w->items);
    free(w->sizes);
    free(w->owned);
    *w = (struct words){ .items = NULL };
}

static bool grow(struct words *w)
{
    size_t cap = w->cap == 0 ? 32 : 2 * w->cap;
    void *items = realloc(w->items, cap * sizeof *w->items);
    void *sizes, *owned;

    if (items == NULL) {
        return false;
    }
    w->items = items;
    sizes = realloc(w->sizes, cap * sizeof *w->sizes);
    if (sizes == NULL) {
        return false;
    }
    w->sizes = sizes;
    owned = realloc(w->owned, cap * sizeof *w->owned);
    if (owned == NULL) {
        return false;
    }
    w->owned = owned;
    w->cap = cap;
    return true;
}

void words_add(struct words *w, const char *bytes, size_t size_bytes)
{
    if (w->failed || (w->count == w->cap && !grow(w))) {
        w->failed = true;
        return;
    }
    w->items[w->count] = bytes;
    w->sizes[w->count] = size_bytes;
    w->owned[w->count] = false;
    w->count++;
}

void words_text(struct words *w, const char *text)
{
    words_add(w, text, strlen(text));
}

void words_addf(struct words *w, const char *fmt, ...)
{
    char *text = NULL;
    va_list args;
    int length;

    va_start(args, fmt);
    length = vasprintf(&text, fmt, args);
    va_end(args);
    if (length < 0) {
        w->failed = true;
        return;
    }
    words_add(w, text, (size_t)length);
    if (w->failed) {
        free(text);
        return;
    }
    w->owned[w->count - 1] = true;
}

int words_call(struct redis *r, const struct words *w, redisReply **ret, struct fail *f)
{
    return w->failed ? fail_memory(f) : redis_call(r, w->count, w->items, w->sizes, ret, f);
}

int words_script(struct redis *r, const struct embedded *script, size_t keys, const struct words *w,
                 redisReply **ret, struct fail *f)
{
    return w->failed ? fail_memory(f)
                     : redis_script(r, script, keys, w->count, w->items, w->sizes, ret, f);
}
