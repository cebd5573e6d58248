#include "worker/fulfillment/decide.h"

#include <stdio.h>
#include <string.h>

enum { SCORE_FLAG = 30, SCORE_HOLD = 60, RISK_LOOK_S = 300 };

static const int64_t US = 1000000;

static const char *const risk_names[] = {
    [RISK_NONE] = "NONE", [RISK_LOW] = "LOW",         [RISK_MEDIUM] = "MEDIUM",
    [RISK_HIGH] = "HIGH", [RISK_PENDING] = "PENDING",
};

enum risk_level risk_parse(const char *word)
{
    for (size_t i = 0; i < COUNT_OF(risk_names); i++) {
        if (strcmp(risk_names[i], word) == 0) {
            return (enum risk_level)i;
        }
    }
    return RISK_MEDIUM;
}

const char *risk_name(enum risk_level r)
{
    return risk_names[r];
}

const char *verdict_name(enum verdict v)
{
    static const char *const names[] = {
        [VERDICT_WAIT] = "wait",
        [VERDICT_FLAG] = "flag",
        [VERDICT_HOLD] = "hold",
        [VERDICT_RELEASE] = "release",
    };
    return names[v];
}

enum risk_level risk_in_force(const struct order_facts *o)
{
    bool waited = o->now_us >= o->created_us + o->limits.risk_wait_s * US;

    return o->risk == RISK_PENDING && waited ? RISK_MEDIUM : o->risk;
}

static void wait_until(struct decision *d, enum verdict verdict, const char *code, int64_t until_us)
{
    d->verdict = verdict;
    d->code = code;
    d->until_us = until_us;
}

/* The code of what stops it, NULL when nothing does.  A score of 60 is appended as the last reason. */
static const char *what_stops(const struct order_facts *o, struct decision *d)
{
    if (d->score >= SCORE_HOLD && d->hold_count < DECISION_REASONS_MAX) {
        struct reason *r = &d->holds[d->hold_count++];
        *r = (struct reason){
            .code = "SCORE", .number = d->score, .limit = SCORE_HOLD, .overruled = o->released
        };
        (void)snprintf(r->text, sizeof r->text, "The score is %d; from %d a person must look.",
                       d->score, SCORE_HOLD);
    }
    for (size_t i = 0; i < d->hold_count; i++) {
        if (!d->holds[i].overruled) {
            return d->holds[i].code;
        }
    }
    return NULL;
}

/* A PENDING risk is asked for again every few minutes until its time is over. */
static int64_t risk_look(const struct order_facts *o)
{
    int64_t end_us = o->created_us + o->limits.risk_wait_s * US;
    int64_t next_us = o->now_us + RISK_LOOK_S * US;

    return next_us < end_us ? next_us : end_us;
}

void decide(const struct order_facts *o, struct decision *ret)
{
    int64_t grace_us = o->created_us + o->limits.grace_s * US;
    int64_t flag_us = o->created_us + o->limits.flag_s * US;

    *ret = (struct decision){ .verdict = VERDICT_RELEASE };
    ret->hold_count = holds_collect(o, ret->holds, DECISION_REASONS_MAX);
    ret->score = score_collect(o, ret->points, DECISION_REASONS_MAX, &ret->point_count);
    if (o->now_us < grace_us) {
        wait_until(ret, VERDICT_WAIT, "GRACE", grace_us);
        return;
    }
    ret->code = what_stops(o, ret);
    if (ret->code != NULL) {
        ret->verdict = VERDICT_HOLD;
    } else if (!o->released && risk_in_force(o) == RISK_PENDING) {
        wait_until(ret, VERDICT_WAIT, "RISK_PENDING", risk_look(o));
    } else if (!o->released && ret->score >= SCORE_FLAG && o->now_us < flag_us) {
        wait_until(ret, VERDICT_FLAG, "FLAG", flag_us);
    }
}
