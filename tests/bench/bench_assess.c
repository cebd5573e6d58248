/* bench-assess: judges the candidates of which a file holds the supplier's recorded answers (tests/bench/lib/answers.mjs writes
 * it), as product.assess does without its network and database: read the answers, take the detail apart, judge, ask for stock and
 * quotes as far as the rules want them, write the decision.
 *   bench-assess FILE [PASSES]
 * Prints a line of JSON per pass: {"candidates","seconds","cpu_s","facts_s","judging_s","points","passed","rejected","needs_data","rules":{},
 * "decision_bytes","rss_kb","peak_kb","watch":{"points","capacity","warm_s"}}; the parts are CPU time; watch: what looking after those that passed, all of
 * them WARM, would take of a day's 50,000 points. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/base/clock.h"
#include "common/base/json.h"
#include "common/base/str.h"
#include "common/model/watch_plan.h"
#include "worker/discovery/assess.h"
#include "worker/discovery/budget.h"
#include "worker/discovery/gather.h"
#include "worker/providers/cj/products_priv.h"

enum { LINES_MAX = 8192, RULES_MAX = 48, ROUNDS_MAX = 4, MARKETS = 2 };

/* ---- the file ---- */

struct answers { /* about one product: its lines as they stand in the file */
    char *lines[LINES_MAX];
    size_t count;
};

static void answers_done(struct answers *a)
{
    for (size_t i = 0; i < a->count; i++) {
        free(a->lines[i]);
    }
    a->count = 0;
}

/* 0; 1 at the end of the file. */
static int answers_next(FILE *file, struct answers *a, struct fail *f)
{
    for (;;) {
        char *line = NULL;
        size_t room = 0;
        ssize_t size = getline(&line, &room, file);

        if (size <= 1) {
            free(line);
            return size < 0 && a->count == 0 ? 1 : 0;
        }
        if (a->count == LINES_MAX) {
            free(line);
            return fail_set(f, FAIL_INPUT, "more than %d answers about one product", LINES_MAX);
        }
        a->lines[a->count++] = line;
    }
}

/* The body behind the given words at the start of a line, as the client takes it: 0, or 1 when CJ says the thing is gone. */
static int body_of(const struct answers *a, const char *words, json_t **ret, struct fail *f)
{
    enum { GONE_FIRST = 1602001, GONE_LAST = 1602003 };
    size_t size = strlen(words);

    for (size_t i = 0; i < a->count; i++) {
        if (strncmp(a->lines[i], words, size) != 0) {
            continue;
        }
        const char *body = strchr(a->lines[i] + size, '{');
        if (body == NULL) {
            break;
        }
        TRY(json_parse(body, strlen(body), "an answer", ret, f));
        int64_t code = json_int(*ret, "code", -1);
        return code >= GONE_FIRST && code <= GONE_LAST ? 1 : 0;
    }
    return fail_set(f, FAIL_MISSING, "no answer '%s'", words);
}

/* Of this process, in user and system. */
static int64_t cpu_us(void)
{
    struct timespec t = { 0 };

    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* ---- one candidate ---- */

struct candidate {
    const struct answers *answers; /* borrowed */
    struct cj_product product;
    json_t *detail;
    struct assess_variant *variants;
    struct assess_market markets[MARKETS];
    struct pricing_rule pricing;
    struct text_fault fault;
    struct assess_inputs in;
    int64_t points, facts_us;
};

static void candidate_done(struct candidate *c)
{
    cj_product_done(&c->product);
    json_decref(c->detail);
    free(c->variants);
}

/* Duties and taxes of the project's own examples; a shop that sells in dollars. */
static void set_markets(struct candidate *c)
{
    const struct sale_terms terms = {
        .fee_ppm = 29000, .fee_fixed = 30, .return_ppm = 60000, .return_cost = 250
    };

    c->markets[0] = (struct assess_market){ .country = "US", .terms = terms };
    c->markets[0].duty = (struct duty_rule){ .ad_valorem_ppm = 100000, .currency = "USD" };
    c->markets[0].duty_max_minor = -1;
    c->markets[1] = (struct assess_market){ .country = "NL", .eu = true, .terms = terms };
    c->markets[1].terms.tax_mode = TAX_INCLUSIVE;
    c->markets[1].terms.tax_ppm = 210000;
    c->markets[1].duty = (struct duty_rule){ .fixed_minor = 300, .currency = "EUR" };
    c->markets[1].duty_fixed_minor = 324;
    c->markets[1].duty_max_minor = 16200;
    for (size_t i = 0; i < MARKETS; i++) {
        c->markets[i].duty_known = c->markets[i].duty_rate_known = true;
    }
}

static void set_inputs(struct candidate *c)
{
    c->pricing = (struct pricing_rule){ .name = "settings",
                                        .kind = PRICING_TARGET,
                                        .target_ppm = 300000,
                                        .least_margin = 500,
                                        .endings = { .period = 100, .ends = { 99 }, .count = 1 } };
    c->in = (struct assess_inputs){
        .variants = c->variants,
        .variant_count = c->product.variant_count,
        .markets = c->markets,
        .market_count = MARKETS,
        .pricing = &c->pricing,
        .limits = { .target_ppm = 300000,
                    .least_margin = 500,
                    .price_min = 900,
                    .price_max = 12000,
                    .stock_min = 20,
                    .promised_days = 15,
                    .cost_factor_max = 10 },
        .demand = { .velocity_e2 = ASSESS_UNKNOWN, .return_ppm = 60000 },
        .currency = "USD",
        .usd_rate_e9 = 1000000000,
        .origin = "CN",
        .hs_code = c->product.hs_code,
        .on_sale = c->product.on_sale,
        .compliance_rule = c->fault.rule,
        .compliance_text = c->fault.text,
        .score_e4 = 500000,
        .label = "STABLE",
        .now_us = clock_now_us(),
    };
}

static int set_variants(struct candidate *c, struct fail *f)
{
    c->variants = calloc(c->product.variant_count + 1, sizeof *c->variants);
    if (c->variants == NULL) {
        return fail_memory(f);
    }
    for (size_t i = 0; i < c->product.variant_count; i++) {
        const struct cj_product_variant *v = &c->product.variants[i];

        c->variants[i] =
            (struct assess_variant){ .vid = v->vid,
                                     .sku = v->sku,
                                     .name = v->name,
                                     .cost_usd_minor =
                                         v->price_known ? v->price.minor : ASSESS_UNKNOWN,
                                     .weight_g = v->weight_g >= 0 ? v->weight_g : ASSESS_UNKNOWN,
                                     .stock = ASSESS_UNKNOWN,
                                     .key_ambiguous = v->key_ambiguous };
    }
    return 0;
}

static int check_compliance(struct candidate *c, struct fail *f)
{
    static const enum assess_compliance results[] = { ASSESS_CLEAN, ASSESS_BLOCKED,
                                                      ASSESS_RESTRICTED };
    scoped(facts_done) struct facts facts = { 0 };
    int64_t began = cpu_us();

    TRY(facts_of(c->detail, &facts, f));
    int result = compliance_check(&facts, true, &c->fault, f);
    TRY(result);
    c->in.compliance = results[result];
    c->facts_us = cpu_us() - began;
    return 0;
}

static int take_product(struct candidate *c, struct fail *f)
{
    scoped(json_clear_p) json_t *body = NULL;
    int gone = body_of(c->answers, "P ", &body, f);

    TRY(gone);
    c->points += POINTS_DETAIL;
    if (gone == 0) {
        TRY(cj_read_product(json_at(body, "data"), &c->product, f));
        TRY(gather_detail(&c->product, NULL, &c->detail, f));
    }
    TRY(set_variants(c, f));
    set_markets(c);
    set_inputs(c);
    return c->detail != NULL ? check_compliance(c, f) : 0;
}

static int take_stock(struct candidate *c, struct fail *f)
{
    scoped(json_clear_p) json_t *body = NULL;
    scoped(cj_stock_list_done) struct cj_stock_list list = { 0 };

    TRY(body_of(c->answers, "S ", &body, f));
    TRY(cj_read_stock_rows(json_at(body, "data"), "CN", &list, f));
    c->points += POINTS_STOCK;
    for (size_t i = 0; i < list.count; i++) {
        for (size_t v = 0; v < c->product.variant_count; v++) {
            if (strcmp(c->variants[v].vid, list.rows[i].vid) == 0) {
                c->variants[v].stock = list.rows[i].quantity;
            }
        }
    }
    c->in.stock_asked = true;
    return 0;
}

static int choose(struct candidate *c, const struct cj_freight *list, size_t count,
                  struct assess_quote *ret, struct fail *f)
{
    scoped(free_p) struct assess_method *methods = calloc(count + 1, sizeof *methods);

    if (methods == NULL) {
        return fail_memory(f);
    }
    for (size_t i = 0; i < count; i++) {
        methods[i] = (struct assess_method){ list[i].name, list[i].price.minor, list[i].days_min,
                                             list[i].days_max };
    }
    assess_choose_method(methods, count, c->in.limits.promised_days, ret);
    return 0;
}

static int take_quotes(struct candidate *c, struct fail *f)
{
    size_t at =
        assess_representative(c->variants, c->product.variant_count, c->in.limits.stock_min);

    for (size_t i = 0; i < MARKETS; i++) {
        scoped(json_clear_p) json_t *body = NULL;
        scoped(free_p) struct cj_freight *list = NULL;
        char words[96];
        size_t count = 0;

        (void)snprintf(words, sizeof words, "Q %s %s", c->variants[at].vid, c->markets[i].country);
        TRY(body_of(c->answers, words, &body, f));
        TRY(cj_read_freight(json_at(body, "data"), &list, &count, f));
        c->points += POINTS_QUOTE;
        TRY(choose(c, list, count, &c->markets[i].quote, f));
    }
    return 0;
}

/* ---- a pass over the file ---- */

struct tally {
    int64_t candidates, points, wall_us, cpu_us, facts_us, judging_us, decision_bytes;
    int64_t verdicts[ASSESS_NEEDS_DATA + 1];
    char rules[RULES_MAX][ASSESS_RULE_BYTES];
    int64_t ruled[RULES_MAX];
};

static int note_rule(struct tally *t, const char *rule, struct fail *f)
{
    size_t i = 0;

    while (i < RULES_MAX && t->rules[i][0] != '\0' && strcmp(t->rules[i], rule) != 0) {
        i++;
    }
    if (i == RULES_MAX) {
        return fail_set(f, FAIL_INPUT, "more than %d rules", RULES_MAX);
    }
    (void)str_fit(t->rules[i], sizeof t->rules[i], rule);
    t->ruled[i]++;
    return 0;
}

static int conclude(struct candidate *c, const struct assessment *a, struct tally *t,
                    struct fail *f)
{
    scoped(json_clear_p) json_t *decision = NULL;
    scoped(free_p) char *text = NULL;

    TRY(assess_json(&c->in, a, &decision, f));
    TRY(json_write(decision, &text, f));
    t->decision_bytes += (int64_t)strlen(text);
    t->candidates++;
    t->points += c->points;
    t->facts_us += c->facts_us;
    t->verdicts[a->verdict]++;
    return note_rule(t, c->in.compliance == ASSESS_BLOCKED ? "COMPLIANCE" : a->rule, f);
}

static int judge(struct candidate *c, struct tally *t, struct fail *f)
{
    for (int round = 0; round < ROUNDS_MAX; round++) {
        scoped(assessment_done) struct assessment a = { 0 };
        int64_t began = cpu_us();

        TRY(assess_decide(&c->in, &a, f));
        t->judging_us += cpu_us() - began;
        if (a.verdict == ASSESS_MORE_STOCK) {
            TRY(take_stock(c, f));
        } else if (a.verdict == ASSESS_MORE_QUOTES) {
            TRY(take_quotes(c, f));
        } else {
            return conclude(c, &a, t, f);
        }
    }
    return fail_set(f, FAIL_BUG, "the judgement asks for the same again and again");
}

static int assess_all(FILE *file, struct tally *t, struct fail *f)
{
    for (;;) {
        scoped(answers_done) struct answers answers = { 0 };
        scoped(candidate_done) struct candidate c = { .answers = &answers };
        int end = answers_next(file, &answers, f);

        TRY(end);
        if (end != 0) {
            return 0;
        }
        TRY(take_product(&c, f));
        if (judge(&c, t, f) < 0) {
            return fail_wrap(f, "%.60s", answers.lines[0]);
        }
    }
}

/* A line of /proc/self/status in KiB; -1 when there is none. */
static int64_t memory_kb(const char *name)
{
    scoped(free_p) char *line = NULL;
    size_t room = 0;
    int64_t kb = -1;
    FILE *status = fopen("/proc/self/status", "r");

    while (status != NULL && kb < 0 && getline(&line, &room, status) > 0) {
        if (strncmp(line, name, strlen(name)) == 0) {
            (void)sscanf(line + strlen(name), ": %" SCNd64, &kb);
        }
    }
    if (status != NULL) {
        (void)fclose(status);
    }
    return kb;
}

static json_t *watch_json(int64_t warm)
{
    const struct watch_load load = { .count = { [WATCH_WARM] = warm },
                                     .wanted_s = { 3600, 6 * 3600, 24 * 3600 },
                                     .points_per_look = 10,
                                     .allowance = 50000,
                                     .orders_ppm = 200000,
                                     .discovery_ppm = 200000 };
    struct watch_plan plan = { 0 };
    struct fail f;

    if (watch_plan_make(&load, &plan, &f) < 0) {
        return NULL;
    }
    return json_pack("{s:I,s:I,s:I}", "points", (json_int_t)plan.points, "capacity",
                     (json_int_t)plan.capacity, "warm_s", (json_int_t)plan.interval_s[WATCH_WARM]);
}

static json_t *counts_json(const struct tally *t)
{
    json_t *rules = json_object();

    for (size_t i = 0; i < RULES_MAX && t->rules[i][0] != '\0'; i++) {
        (void)json_object_set_new(rules, t->rules[i], json_integer(t->ruled[i]));
    }
    return json_pack(
        "{s:I,s:I,s:I,s:I,s:I,s:I,s:o,s:o}", "candidates", (json_int_t)t->candidates, "points",
        (json_int_t)t->points, "passed", (json_int_t)t->verdicts[ASSESS_PASS], "rejected",
        (json_int_t)t->verdicts[ASSESS_REJECTED], "needs_data",
        (json_int_t)t->verdicts[ASSESS_NEEDS_DATA], "decision_bytes", (json_int_t)t->decision_bytes,
        "rules", rules, "watch", watch_json(t->verdicts[ASSESS_PASS]));
}

static int print_pass(const struct tally *t, struct fail *f)
{
    scoped(json_clear_p) json_t *out = counts_json(t);
    scoped(json_clear_p) json_t *figures =
        json_pack("{s:f,s:f,s:f,s:f,s:I,s:I}", "seconds", (double)t->wall_us / 1e6, "cpu_s",
                  (double)t->cpu_us / 1e6, "facts_s", (double)t->facts_us / 1e6, "judging_s",
                  (double)t->judging_us / 1e6, "rss_kb", (json_int_t)memory_kb("VmRSS"), "peak_kb",
                  (json_int_t)memory_kb("VmHWM"));
    scoped(free_p) char *text = NULL;

    if (out == NULL || figures == NULL || json_object_update(out, figures) < 0) {
        return fail_memory(f);
    }
    TRY(json_write(out, &text, f));
    (void)puts(text);
    return fflush(stdout) == 0 ? 0 : fail_set(f, FAIL_LATER, "the figures cannot be written");
}

static int run_pass(const char *path, struct fail *f)
{
    FILE *file = fopen(path, "r");
    struct tally t = { .wall_us = -clock_mono_us(), .cpu_us = -cpu_us() };

    if (file == NULL) {
        return fail_set(f, FAIL_INPUT, "%.200s cannot be read", path);
    }
    int outcome = assess_all(file, &t, f);
    (void)fclose(file);
    TRY(outcome);
    t.wall_us += clock_mono_us();
    t.cpu_us += cpu_us();
    return print_pass(&t, f);
}

int main(int argc, char **argv)
{
    struct fail f = { 0 };
    int64_t passes = 1;

    if (argc < 2 || argc > 3 ||
        (argc == 3 && str_to_int(argv[2], 1, 1000, "PASSES", &passes, &f) < 0)) {
        fprintf(stderr, "usage: bench-assess FILE [PASSES]\n");
        return 2;
    }
    for (int64_t i = 0; i < passes; i++) {
        if (run_pass(argv[1], &f) < 0) {
            fprintf(stderr, "bench-assess: %s\n", f.text);
            return 1;
        }
    }
    return 0;
}
