#include "common/model/flow_state.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "common/base/attr.h"

enum { LATE_S = 60 };
static const int64_t US = 1000000;

const char *const flow_words[FLOW_WORDS] = {
    [FLOW_WORD_OFF] = "OFF",           [FLOW_WORD_IDLE] = "IDLE",
    [FLOW_WORD_ACTIVE] = "ACTIVE",     [FLOW_WORD_PAUSED] = "PAUSED",
    [FLOW_WORD_DEGRADED] = "DEGRADED", [FLOW_WORD_BLOCKED] = "BLOCKED",
};

/* True = it holds, and ret->reason and since_us are set. */
typedef bool rule_fn(const struct flow_sight *s, struct flow_state *ret);

static void say(struct flow_state *ret, int64_t since_us, const char *fmt, ...) printf_like(3, 4);
static void say(struct flow_state *ret, int64_t since_us, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    (void)vsnprintf(ret->reason, sizeof ret->reason, fmt, args);
    va_end(args);
    ret->since_us = since_us;
}

static bool not_built(const struct flow_sight *s, struct flow_state *ret)
{
    say(ret, 0, "not built yet");
    return !s->built;
}

static bool switched_off(const struct flow_sight *s, struct flow_state *ret)
{
    say(ret, s->mode_since_us, "switched off");
    return !s->on;
}

static bool stopped(const struct flow_sight *s, struct flow_state *ret)
{
    say(ret, s->stop_since_us, "STOP is on%s%.100s%s%.200s", s->stop_by != NULL ? ", by " : "",
        s->stop_by != NULL ? s->stop_by : "", s->stop_reason != NULL ? ": " : "",
        s->stop_reason != NULL ? s->stop_reason : "");
    return s->stop;
}

static bool queues_away(const struct flow_sight *s, struct flow_state *ret)
{
    say(ret, 0, "the queues cannot be asked just now");
    return s->redis_away;
}

static bool queue_paused(const struct flow_sight *s, struct flow_state *ret)
{
    say(ret, 0, "its queue %s is paused", s->kind->queue);
    return s->paused;
}

static bool no_shop(const struct flow_sight *s, struct flow_state *ret)
{
    say(ret, 0, "no shop is set up: SHOPIFY_SHOP and the app's client id and secret, or a token");
    return (s->kind->needs & FLOW_NEEDS_SHOPIFY) != 0 && !s->has_shop;
}

static bool no_supplier(const struct flow_sight *s, struct flow_state *ret)
{
    say(ret, 0, "no supplier is set up: CJ_API_KEY");
    return (s->kind->needs & FLOW_NEEDS_CJ) != 0 && !s->has_supplier;
}

static bool nobody_serves(const struct flow_sight *s, struct flow_state *ret)
{
    say(ret, 0, "no worker takes jobs from the queue %s", s->kind->queue);
    return s->serving == 0;
}

static bool wallet_empty(const struct flow_sight *s, struct flow_state *ret)
{
    say(ret, 0, "the supplier's wallet is too low: orders are held until it is filled");
    return (s->kind->needs & FLOW_NEEDS_WALLET) != 0 && s->wallet_empty;
}

static bool points_gone(const struct flow_sight *s, struct flow_state *ret)
{
    int64_t day_s = 86400, left_s = day_s - s->now_us / US % day_s;
    const struct limit_view *cj = s->cj;

    if ((s->kind->needs & FLOW_NEEDS_POINTS) == 0 || cj == NULL) {
        return false;
    }
    if (cj->points_gone_until_us > 0) {
        left_s = (cj->points_gone_until_us - s->now_us) / US;
    }
    say(ret, 0,
        "the supplier's points of today are used up (%" PRId64 " of %" PRId64 "); more in %" PRId64
        " min",
        cj->points_used, s->points_most, left_s / 60 + 1);
    return cj->points_gone_until_us > 0 || cj->points_used >= s->points_most;
}

static bool shop_unfit(const struct flow_sight *s, struct flow_state *ret)
{
    say(ret, 0, "the shop lacks something: %.300s", s->setup != NULL ? s->setup : "");
    return (s->kind->needs & FLOW_NEEDS_SHOPIFY) != 0 && s->setup != NULL;
}

static bool fails(const struct limit_view *v, const char *name, struct flow_state *ret)
{
    if (v == NULL || (!v->open && v->failures == 0)) {
        return false;
    }
    say(ret, v->bad_since_us,
        v->open ? "%s fails: calls are paused (%" PRId64 " failures in a row)"
                : "%s fails (%" PRId64 " in a row)",
        name, v->failures);
    return true;
}

static bool service_fails(const struct flow_sight *s, struct flow_state *ret)
{
    return ((s->kind->needs & FLOW_NEEDS_SHOPIFY) != 0 && fails(s->shopify, "the shop", ret)) ||
           ((s->kind->needs & FLOW_NEEDS_CJ) != 0 && fails(s->cj, "the supplier", ret));
}

static bool runs_late(const struct flow_sight *s, struct flow_state *ret)
{
    say(ret, s->next_us, "its run is %" PRId64 " s late: is a scheduler running?",
        s->next_us > 0 ? (s->now_us - s->next_us) / US : 0);
    return s->next_us > 0 && s->now_us - s->next_us > LATE_S * US;
}

static bool jobs_die(const struct flow_sight *s, struct flow_state *ret)
{
    say(ret, 0, "%" PRId64 " of its jobs died in the last hour", s->died);
    return s->died > 0;
}

static bool runs(const struct flow_sight *s, struct flow_state *ret)
{
    say(ret, s->running_since_us, "%" PRId64 " job%s running", s->running,
        s->running == 1 ? "" : "s");
    return s->running > 0;
}

static bool rests(const struct flow_sight *s, struct flow_state *ret)
{
    say(ret, s->ran_us, "%s", s->next_us > 0 ? "waits for its next run" : "waits");
    return true;
}

/* To add a reason: a line here; the first that holds counts. */
static const struct rule {
    rule_fn *holds;
    enum flow_word word;
} rules[] = {
    { not_built, FLOW_WORD_OFF },        { switched_off, FLOW_WORD_OFF },
    { stopped, FLOW_WORD_PAUSED },       { queues_away, FLOW_WORD_DEGRADED },
    { queue_paused, FLOW_WORD_PAUSED },  { no_shop, FLOW_WORD_BLOCKED },
    { no_supplier, FLOW_WORD_BLOCKED },  { nobody_serves, FLOW_WORD_BLOCKED },
    { wallet_empty, FLOW_WORD_BLOCKED }, { points_gone, FLOW_WORD_BLOCKED },
    { shop_unfit, FLOW_WORD_DEGRADED },  { service_fails, FLOW_WORD_DEGRADED },
    { runs_late, FLOW_WORD_DEGRADED },   { jobs_die, FLOW_WORD_DEGRADED },
    { runs, FLOW_WORD_ACTIVE },          { rests, FLOW_WORD_IDLE },
};

void flow_state_of(const struct flow_sight *sight, struct flow_state *ret)
{
    for (size_t i = 0; i < COUNT_OF(rules); i++) {
        *ret = (struct flow_state){ .word = rules[i].word };
        if (rules[i].holds(sight, ret)) {
            return;
        }
    }
}

int64_t flow_next_us(int64_t now_us, int64_t interval_s, int64_t claimed, int64_t on_us)
{
    int64_t slot = now_us / (interval_s * US), begun_us = slot * interval_s * US;

    if (claimed >= slot && claimed <= slot + 1) {
        return begun_us + interval_s * US;
    }
    return begun_us > on_us ? begun_us : on_us;
}
