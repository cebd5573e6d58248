#include <stdlib.h>
#include <string.h>

#include "common/redis/redis_priv.h"

enum { COMMANDS_MAX = 65536 };

/* One command of a pipe, and where it stands in the pipe's bytes. */
struct piped {
    const struct embedded *script; /* NULL = a plain command */
    size_t keys, argc;             /* of a script call */
    size_t args_at, end;           /* its keys and arguments in wire format: for EVAL */
    redisReply *reply;             /* read before it was asked for */
    bool again;                    /* to be run by EVAL */
    char name[24];                 /* for failures */
};

struct redis_pipe {
    struct redis *redis;
    struct redis_wire wire;
    struct piped *items;
    size_t count, cap;
    size_t next; /* whose reply the caller gets next */
    size_t read; /* replies below were read */
    bool sent;
    bool drop;        /* a reply said that this session will not become right */
    struct fail lost; /* why replies will not come; kind FAIL_NONE while they may */
};

int redis_pipe_open(struct redis *r, struct redis_pipe **ret, struct fail *f)
{
    struct redis_pipe *p = calloc(1, sizeof *p);

    if (p == NULL) {
        return fail_memory(f);
    }
    p->redis = r;
    *ret = p;
    return 0;
}

static void forget(struct redis_pipe *p)
{
    for (size_t i = p->next; i < p->count; i++) {
        redis_reply_clear_p(&p->items[i].reply);
    }
    redis_wire_clear(&p->wire);
    p->count = p->next = p->read = 0;
    p->sent = p->drop = false;
    p->lost.kind = FAIL_NONE;
}

void redis_pipe_close(struct redis_pipe *p)
{
    if (p == NULL) {
        return;
    }
    if (p->sent && p->lost.kind == FAIL_NONE && p->read < p->count) {
        redis_drop(p->redis);
    }
    forget(p);
    redis_wire_done(&p->wire);
    free(p->items);
    free(p);
}

/* Room for one more; the new item is at p->count and counted by finish(). */
static int start(struct redis_pipe *p, struct fail *f)
{
    size_t cap = p->cap == 0 ? 16 : 2 * p->cap;
    struct piped *items;

    if (p->sent || p->count == COMMANDS_MAX) {
        return fail_set(f, FAIL_BUG,
                        p->sent ? "a Redis pipe takes no command while replies are to be read"
                                : "too many commands in one Redis pipe");
    }
    if (p->count == p->cap) {
        items = realloc(p->items, cap * sizeof *items);
        if (items == NULL) {
            return fail_memory(f);
        }
        p->items = items;
        p->cap = cap;
    }
    p->items[p->count] = (struct piped){ .script = NULL };
    return 0;
}

/* `from` is where the wire ended before this command. */
static int finish(struct redis_pipe *p, size_t from, struct fail *f)
{
    if (p->wire.failed) {
        p->wire.used = from;
        p->wire.failed = false;
        return fail_memory(f);
    }
    p->items[p->count++].end = p->wire.used;
    return 0;
}

int redis_pipe_command(struct redis_pipe *p, const struct redis_args *args, struct fail *f)
{
    size_t from = p->wire.used;

    TRY(start(p, f));
    strncpy(p->items[p->count].name, args->argv[0], sizeof p->items[p->count].name - 1);
    redis_wire_count(&p->wire, args->argc);
    redis_wire_words(&p->wire, args);
    return finish(p, from, f);
}

int redis_pipe_eval(struct redis_pipe *p, const struct embedded *script,
                    const struct redis_args *args, struct fail *f)
{
    size_t from = p->wire.used;
    char hex[REDIS_SHA1_HEX_BYTES];
    const struct embedded digest = { script->name, hex, sizeof hex - 1, NULL };
    struct piped *item;

    TRY(start(p, f));
    TRY(redis_script_sha(p->redis, script, hex, f));
    item = &p->items[p->count];
    item->script = script;
    item->keys = args->keys;
    item->argc = args->argc;
    strncpy(item->name, script->name, sizeof item->name - 1);
    redis_wire_count(&p->wire, args->argc + 3);
    redis_wire_script(&p->wire, "EVALSHA", &digest, args);
    item->args_at = p->wire.used;
    redis_wire_words(&p->wire, args);
    return finish(p, from, f);
}

int redis_pipe_send(struct redis_pipe *p, struct fail *f)
{
    if (p->sent || p->count == 0) {
        return 0;
    }
    TRY(redis_begin(p->redis, f));
    p->sent = true;
    if (redis_write(p->redis, &p->wire, "a pipe", f) < 0) {
        p->lost = *f;
        return -1;
    }
    p->redis->unread = p->count;
    return 0;
}

/* The next reply of the connection; a connection that ends here takes all further ones along. */
static int read_one(struct redis_pipe *p, struct piped *item)
{
    struct redis *r = p->redis;
    struct fail why;

    if (redis_read(r, item->name, &item->reply, &why) < 0) {
        p->lost = why;
        return -1;
    }
    r->unread--;
    item->again = item->script != NULL && item->reply->type == REDIS_REPLY_ERROR &&
                  strncmp(item->reply->str, "NOSCRIPT", strlen("NOSCRIPT")) == 0;
    return 0;
}

static int read_until(struct redis_pipe *p, size_t end)
{
    while (p->read < end) {
        TRY(read_one(p, &p->items[p->read]));
        p->read++;
    }
    return 0;
}

/* By EVAL what the server had forgotten, in one further round trip.  All replies have been read. */
static int run_again(struct redis_pipe *p)
{
    struct redis *r = p->redis;
    struct redis_wire *w = &r->wire;
    size_t count = 0;

    redis_wire_clear(w);
    for (size_t i = p->next; i < p->count; i++) {
        const struct piped *item = &p->items[i];

        if (item->again) {
            redis_wire_count(w, item->argc + 3);
            redis_wire_script(w, "EVAL", item->script, &(struct redis_args){ .keys = item->keys });
            redis_wire_raw(w, p->wire.bytes + item->args_at, item->end - item->args_at);
            count++;
        }
    }
    if (w->failed) {
        return fail_memory(&p->lost);
    }
    TRY(redis_write(r, w, "a pipe", &p->lost));
    r->unread = count;
    for (size_t i = p->next; i < p->count; i++) {
        if (p->items[i].again) {
            redis_reply_clear_p(&p->items[i].reply);
            p->items[i].reply = NULL;
            TRY(read_one(p, &p->items[i]));
            p->items[i].again = false;
        }
    }
    return 0;
}

/* What becomes of the reply of p->items[p->next]. */
static int settle(struct redis_pipe *p, redisReply **ret, struct fail *f)
{
    struct piped *item = &p->items[p->next];
    const struct redis_error_rule *rule;

    if (item->again || item->reply == NULL) {
        *f = p->lost;
        return -1;
    }
    if (item->reply->type != REDIS_REPLY_ERROR) {
        *ret = take_ptr(item->reply);
        return 0;
    }
    (void)redis_refused(p->redis, item->name, item->reply, &rule, f);
    p->drop = p->drop || rule->drop;
    return -1;
}

static void finish_reading(struct redis_pipe *p)
{
    if (p->lost.kind == FAIL_NONE && p->read == p->count &&
        p->drop) { /* not before the other replies are here */
        redis_drop(p->redis);
        p->drop = false;
    }
}

int redis_pipe_next(struct redis_pipe *p, redisReply **ret, struct fail *f)
{
    struct piped *item;
    int result;

    if (redis_pipe_send(p, f) < 0 &&
        !p->sent) { /* nobody would send it again: each command failed so */
        p->sent = true;
        p->lost = *f;
    }
    if (p->next == p->count) {
        forget(p);
        return 1;
    }
    item = &p->items[p->next];
    if (p->lost.kind == FAIL_NONE && read_until(p, p->next + 1) == 0 && item->again &&
        read_until(p, p->count) == 0) {
        (void)run_again(p); /* what failed is in p->lost */
    }
    result = settle(p, ret, f);
    redis_reply_clear_p(&item->reply);
    item->reply = NULL;
    p->next++;
    finish_reading(p);
    return result;
}
