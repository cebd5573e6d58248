/* The decision about one order: hard holds, score and waits (formulas, section "Order release, holds and fraud"), as tables of
 * pure functions over a struct of facts.  Facts are gathered elsewhere (gather.h); nothing here asks anybody anything.
 * Amounts of the shop are minor units of its currency, amounts of the supplier minor units of USD.
 * Threads: pure functions. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "worker/providers/cj/cj.h"
#include "worker/providers/shopify/shopify.h"

enum { REASON_TEXT_BYTES = 240, DECISION_REASONS_MAX = 16 };

enum risk_level { RISK_NONE, RISK_LOW, RISK_MEDIUM, RISK_HIGH, RISK_PENDING };
/* RISK_MEDIUM for an unknown word: what is not understood is not trusted. */
enum risk_level risk_parse(const char *word);
/* The word for it, as risk_parse reads it. */
const char *risk_name(enum risk_level r);

/* What a person has set. */
struct decide_limits {
    int64_t grace_s, flag_s, risk_wait_s;
    int64_t value_hard_minor, value_soft_minor;
    bool values_fit_currency; /* the two are meant for the order's currency */
    int64_t price_rise_ppm;
    int64_t promised_days;
};

/* One line that is to be shipped. */
struct line_facts {
    char line_gid[SHOPIFY_GID_BYTES], title[128], sku[128];
    int64_t quantity;
    int main_mappings;      /* confirmed supplier variants of the lowest rank */
    char candidates[160];   /* supplier variants proposed for it, "" = none */
    char vid[CJ_ID_BYTES];  /* variant chosen to be sent, "" = none */
    char gone[CJ_ID_BYTES]; /* confirmed variant that the supplier does not have, "" = none */
    int rank;               /* of the chosen one */
    int64_t stock;          /* live, of the chosen variant */
    int64_t snapshot_minor;
    bool price_known;
    int64_t price_minor; /* live */
};

struct order_facts {
    int64_t now_us, created_us;
    struct decide_limits limits;
    char financial[32];
    enum risk_level risk;
    bool recommend_cancel;
    bool total_known;
    int64_t total_minor;
    char currency[4];
    struct shopify_address ship, bill;
    char phone[24]; /* as it would be sent, "" = none */
    char email[256];

    struct line_facts *lines; /* borrowed */
    size_t line_count;
    bool
        supplier_asked; /* stock and prices of mapped lines are live; false: their rules say nothing */
    bool
        freight_asked; /* the same for methods, margin and balance: asked only when all lines are mapped */
    bool has_method;
    char method[64];
    int method_days; /* upper end of the promise, -1 unknown */
    bool method_serves_boxes, method_needs_phone;
    int methods_offered; /* of any speed */
    bool margin_known;
    int64_t margin_minor; /* CM, in the shop's currency */
    int64_t cost_minor, wallet_minor;

    char duplicate_of[64]; /* name of the other order, "" = none */
    bool edited;           /* changed since the check a release was based on */
    bool released;         /* by a person */

    bool aov_known;
    int64_t aov_minor;
    int64_t orders_24h; /* of the same e-mail or address, this one included */
    bool new_customer;
    char ip_country[8]; /* "" unknown */
    bool avs_failed, cvv_failed;
};

/* Why: a rule's code, its sentence, its number and the limit it was compared with (0, 0 where it has none). */
struct reason {
    const char *code;
    char text[REASON_TEXT_BYTES];
    int64_t number, limit;
    bool overruled; /* by a person's release */
};

enum verdict { VERDICT_WAIT, VERDICT_FLAG, VERDICT_HOLD, VERDICT_RELEASE };
/* "wait", "flag", "hold", "release". */
const char *verdict_name(enum verdict v);

struct decision {
    enum verdict verdict;
    const char *
        code; /* WAIT: "GRACE" or "RISK_PENDING"; FLAG: "FLAG"; HOLD: first reason that stops it; RELEASE: NULL */
    int64_t until_us; /* WAIT, FLAG: when to decide again */
    int score;
    struct reason holds[DECISION_REASONS_MAX]; /* all that apply, in the order of the table */
    size_t hold_count;
    struct reason points[DECISION_REASONS_MAX]; /* what made the score; number = points */
    size_t point_count;
};

/* Every hold and the score over the facts; pure, any thread. */
void decide(const struct order_facts *facts, struct decision *ret);

/* ---- the parts, for the two files that hold the tables and for tests ---- */
/* Fill *ret and return true when the rule applies. */
typedef bool hold_test_fn(const struct order_facts *o, struct reason *ret);
typedef bool score_test_fn(const struct order_facts *o, struct reason *ret);

/* All hard holds that apply, in table order; returns how many. */
size_t holds_collect(const struct order_facts *o, struct reason *ret, size_t max);
/* The score and its reasons. */
int score_collect(const struct order_facts *o, struct reason *ret, size_t max, size_t *ret_count);
/* PENDING that was waited for long enough counts as MEDIUM. */
enum risk_level risk_in_force(const struct order_facts *o);

/* ---- what a code means after the decision; also the codes that come up while placing and following ---- */
struct hold_rule {
    const char *code;
    bool overrulable; /* a person's release overrules it */
    bool heals;       /* looked at again without a person, at growing intervals */
    bool
        redecide; /* a change of the order at the shop leads to a new decision; others wait for a person */
};
/* Never NULL: an unknown code waits for a person. */
const struct hold_rule *hold_rule_find(const char *code);
