/* The one word for how a flow stands, and why: the first rule of a list that holds.  Pure function; any thread. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/model/flow_kinds.h"
#include "common/model/limit_view.h"

enum flow_word {
    FLOW_WORD_OFF,      /* not built, or switched off */
    FLOW_WORD_IDLE,     /* waits for its next run */
    FLOW_WORD_ACTIVE,   /* jobs of it run */
    FLOW_WORD_PAUSED,   /* a person stopped it: STOP, or its queue is paused */
    FLOW_WORD_DEGRADED, /* it goes on, but something fails or is late */
    FLOW_WORD_BLOCKED,  /* it cannot go on until something is mended or a limit starts anew */
    FLOW_WORDS
};
/* "OFF" ... */
extern const char *const flow_words[FLOW_WORDS];

/* What is looked at; texts are borrowed and may be NULL. */
struct flow_sight {
    const struct flow_kind *kind;
    int64_t now_us;
    bool built;
    bool on; /* its mode is not off */
    int64_t mode_since_us;
    bool stop;
    const char *stop_by, *stop_reason;
    int64_t stop_since_us;
    bool redis_away; /* what follows down to `next_us` is then not known */
    bool paused;
    int serving; /* worker processes that take its jobs */
    const struct limit_view *shopify, *cj;
    int64_t points_most; /* of the supplier's points of a day, how many the flow may use */
    int64_t running, running_since_us;
    int64_t next_us; /* 0 = unknown */
    bool has_shop, has_supplier;
    const char *setup; /* what the set-up check found missing at the shop */
    bool wallet_empty;
    int64_t died;   /* jobs of it that died in the last hour */
    int64_t ran_us; /* end of its last run; 0 = none */
};

enum { FLOW_REASON_BYTES = 400 };
struct flow_state {
    enum flow_word word;
    char reason[FLOW_REASON_BYTES];
    int64_t since_us; /* 0 = unknown */
};

/* Judge the flow. */
void flow_state_of(const struct flow_sight *sight, struct flow_state *ret);

/* When the timetable claims the flow's next slot: `claimed` is the last slot taken (-1 = none).  A slot that is open and not
 * claimed is due since it began, or since `on_us` (when the flow was switched on), whichever is later. */
int64_t flow_next_us(int64_t now_us, int64_t interval_s, int64_t claimed, int64_t on_us);
