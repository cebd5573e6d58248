/* What is asked of a supplier's record before anything is written about it. */
#include <string.h>

#include "worker/discovery/text_check_priv.h"

enum { QUOTE_BYTES = 80 };

enum verdict { CLEAN, BLOCKED, REVIEW };

struct record {
    const char *field;
    const struct text_words *words;
};

static enum verdict judge(const struct text_group *group, const struct record *record,
                          const struct group_hit *hit, enum verdict verdict,
                          struct text_fault *fault)
{
    struct text_report report = { 0 };
    char quote[QUOTE_BYTES];

    words_quote(record->words, hit->first, hit->count, quote, sizeof quote);
    fault_add(&report, group->rule, record->field, "'%s': %s", quote, group->why);
    *fault = report.faults[0];
    return verdict;
}

static enum verdict judge_groups(const struct text_group *groups, size_t count,
                                 const struct record *record, enum verdict verdict,
                                 struct text_fault *fault)
{
    struct group_hit hit;

    for (size_t i = 0; i < count; i++) {
        if (group_find(&groups[i], record->words, NULL, 0, &hit)) {
            return judge(&groups[i], record, &hit, verdict, fault);
        }
    }
    return CLEAN;
}

/* A maker's name is blocked unless all of its places only tell of the fit. */
static enum verdict judge_devices(const struct record *record, struct text_fault *fault)
{
    struct group_hit hit = { 0 };
    enum verdict verdict = CLEAN;

    for (size_t from = 0; group_find(&group_devices, record->words, NULL, from, &hit);
         from = hit.first + hit.count) {
        if (!group_is_fit(record->words, &hit)) {
            return judge(&group_devices, record, &hit, BLOCKED, fault);
        }
        if (verdict == CLEAN) {
            verdict = judge(&group_devices, record, &hit, REVIEW, fault);
            (void)str_fit(fault->rule, sizeof fault->rule, "COMPATIBILITY");
        }
    }
    return verdict;
}

/* Name, category and facts: what the thing is. */
static enum verdict judge_record(const struct record *record, bool eu_market,
                                 struct text_fault *fault)
{
    enum verdict verdict =
        judge_groups(group_brands, COUNT_OF(group_brands), record, BLOCKED, fault);

    if (verdict == CLEAN) {
        verdict = judge_groups(&group_copies, 1, record, BLOCKED, fault);
    }
    if (verdict == CLEAN) {
        verdict = judge_groups(goods_blocked, goods_blocked_count, record, BLOCKED, fault);
    }
    if (verdict == CLEAN) {
        verdict = judge_devices(record, fault);
    }
    if (verdict == CLEAN) {
        verdict = judge_groups(goods_restricted, goods_restricted_count, record, REVIEW, fault);
    }
    if (verdict == CLEAN) {
        verdict = judge_groups(&group_orders, 1, record, REVIEW, fault);
    }
    if (verdict == CLEAN && eu_market) {
        verdict =
            judge_groups(goods_restricted_eu, goods_restricted_eu_count, record, REVIEW, fault);
    }
    return verdict;
}

/* The supplier's own words are not ours, but a name in them makes the thing doubtful. */
static enum verdict judge_source(const struct record *source, struct text_fault *fault)
{
    enum verdict verdict =
        judge_groups(group_brands, COUNT_OF(group_brands), source, REVIEW, fault);

    if (verdict == CLEAN) {
        verdict = judge_groups(&group_devices, 1, source, REVIEW, fault);
    }
    if (verdict == CLEAN) {
        verdict = judge_groups(&group_copies, 1, source, REVIEW, fault);
    }
    return verdict == CLEAN
               ? judge_groups(goods_blocked, goods_blocked_count, source, REVIEW, fault)
               : verdict;
}

int compliance_check(const struct facts *facts, bool eu_market, struct text_fault *ret_fault,
                     struct fail *f)
{
    scoped(checker_done) struct checker c = { 0 };
    enum verdict verdict = CLEAN;

    *ret_fault = (struct text_fault){ 0 };
    TRY(checker_init(&c, facts, f));
    verdict = judge_record(&(struct record){ "name", &c.name }, eu_market, ret_fault);
    if (verdict != BLOCKED) {
        struct text_fault other = { 0 };
        enum verdict whole =
            judge_record(&(struct record){ "facts", &c.record }, eu_market, &other);

        if (whole == BLOCKED || (verdict == CLEAN && whole == REVIEW)) {
            verdict = whole;
            *ret_fault = other;
        }
    }
    return verdict == CLEAN ? (int)judge_source(&(struct record){ "source", &c.source }, ret_fault)
                            : (int)verdict;
}
