#include "common/queue/pressure.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/queue/queue_priv.h"
#include "queue_lua.h"

enum { MIB = 1024 * 1024 };

/* A number of INFO; 0 when it is not there. */
static int64_t info_number(const char *info, const char *name)
{
    size_t length = strlen(name);
    const char *line = info;

    while ((line = strstr(line, name)) != NULL) {
        if ((line == info || line[-1] == '\n') && line[length] == ':') {
            return strtoll(line + length + 1, NULL, 10);
        }
        line += length;
    }
    return 0;
}

/* What Redis compares with maxmemory leaves the buffers of replicas and of the AOF out. */
static int read_memory(struct redis *r, struct pressure *p, struct fail *f)
{
    scoped(redis_reply_clear_p) redisReply *reply = NULL;

    TRY(redis_do(r, &reply, f, "INFO", "memory", NULL));
    if (reply->str == NULL) {
        return fail_set(f, FAIL_BUG, "Redis answered INFO with something else");
    }
    p->max_bytes = info_number(reply->str, "maxmemory");
    p->used_bytes = info_number(reply->str, "used_memory") -
                    info_number(reply->str, "mem_not_counted_for_evict");
    return 0;
}

/* Percent of maxmemory in use; 0 when there is no limit. */
static double used_percent(const struct pressure *p)
{
    return p->max_bytes > 0 ? 100.0 * (double)p->used_bytes / (double)p->max_bytes : 0.0;
}

static const char *judge(const struct pressure *p)
{
    double used = used_percent(p);

    if (p->max_bytes <= 0 || used < (double)(p->memory_percent - PRESSURE_SLACK_PERCENT)) {
        return "free";
    }
    return used >= (double)p->memory_percent ? "full" : "slack";
}

int queue_pressure(struct redis *r, struct pressure *p, struct fail *f)
{
    scoped(words_done) struct words w = { .keys = 2 };
    scoped(redis_reply_clear_p) redisReply *reply = NULL;

    if (p->queue_max <= 0 || p->memory_percent <= 0) {
        return fail_set(f, FAIL_BUG, "limits of pressure must be positive");
    }
    TRY(read_memory(r, p, f));
    words_text(&w, KEY_MEMORY_FULL);
    words_text(&w, KEY_QUEUE_MAX);
    words_text(&w, judge(p));
    words_addf(&w, "%.1f of %.1f MiB used, the threshold is %" PRId64 " %%",
               (double)p->used_bytes / MIB, (double)p->max_bytes / MIB, p->memory_percent);
    words_addf(&w, "%d", PRESSURE_FLAG_MS);
    words_addf(&w, "%" PRId64, p->queue_max);
    TRY(words_script(r, &lua_pressure, &w, &reply, f));
    p->full = reply_int(reply, 0) == 1;
    return 0;
}
