/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
/* clang-format on */

#include "facts_fixture.h"

static struct fixture x;
static struct decision d;

static void at_minutes(int64_t minutes)
{
    x.o.now_us = CREATED_US + minutes * 60 * S;
}

static void expect(enum verdict verdict, int score, const char *code)
{
    decide(&x.o, &d);
    assert_string_equal(verdict_name(d.verdict), verdict_name(verdict));
    assert_int_equal(d.score, score);
    if (code == NULL) {
        assert_null(d.code);
    } else {
        assert_non_null(d.code);
        assert_string_equal(d.code, code);
    }
}

static void h_1_clean_order_waits_for_its_grace_and_is_released(void **state)
{
    (void)state;
    fixture_init(&x);
    at_minutes(12);
    expect(VERDICT_WAIT, 0, "GRACE");
    assert_int_equal(d.until_us, CREATED_US + 900 * S);
    at_minutes(15);
    expect(VERDICT_RELEASE, 0, NULL);
}

static void h_2_three_signals_hold(void **state)
{
    (void)state;
    fixture_init(&x);
    x.o.total_minor = 38900;
    x.o.aov_known = true;
    x.o.aov_minor = 4500;
    x.o.risk = RISK_MEDIUM;
    PUT(x.o.bill.country_code, "CA");
    expect(VERDICT_HOLD, 85, "SCORE");
}

static void h_3_medium_alone_is_released_after_two_hours(void **state)
{
    (void)state;
    fixture_init(&x);
    x.o.total_minor = 6000;
    x.o.risk = RISK_MEDIUM;
    expect(VERDICT_FLAG, 30, "FLAG");
    assert_int_equal(d.until_us, CREATED_US + 7200 * S);
    at_minutes(120);
    expect(VERDICT_RELEASE, 30, NULL);
}

static void h_4_post_box_is_not_for_a_courier(void **state)
{
    (void)state;
    fixture_init(&x);
    x.o.total_minor = 4000;
    PUT(x.o.ship.line1, "P.O. Box 12");
    PUT(x.o.method, "DHL");
    x.o.method_serves_boxes = false;
    expect(VERDICT_HOLD, 0, "ADDR_PO_BOX");
    x.o.method_serves_boxes = true;
    expect(VERDICT_RELEASE, 0, NULL);
}

static void h_5_price_above_the_limit_holds(void **state)
{
    (void)state;
    fixture_init(&x);
    x.lines[0].price_minor = 1010;
    expect(VERDICT_HOLD, 0, "PRICE_RISE");
    assert_int_equal(d.holds[0].number, 1010);
    assert_int_equal(d.holds[0].limit, 978);
}

static void h_6_price_at_the_limit_passes(void **state)
{
    (void)state;
    fixture_init(&x);
    x.lines[0].price_minor = 978;
    expect(VERDICT_RELEASE, 0, NULL);
    x.lines[0].price_minor = 979;
    expect(VERDICT_HOLD, 0, "PRICE_RISE");
}

static void h_7_value_below_three_aov_scores_nothing(void **state)
{
    (void)state;
    fixture_init(&x);
    x.o.total_minor = 21000;
    x.o.aov_known = true;
    x.o.aov_minor = 8000;
    PUT(x.o.ip_country, "CA");
    expect(VERDICT_RELEASE, 20, NULL);
}

static void h_8_value_above_three_aov_flags(void **state)
{
    (void)state;
    fixture_init(&x);
    x.o.total_minor = 25000;
    x.o.aov_known = true;
    x.o.aov_minor = 8000;
    PUT(x.o.ip_country, "CA");
    expect(VERDICT_FLAG, 45, "FLAG");
}

static void h_9_pending_risk_counts_as_medium_after_two_hours(void **state)
{
    (void)state;
    fixture_init(&x);
    x.o.risk = RISK_PENDING;
    at_minutes(20);
    expect(VERDICT_WAIT, 0, "RISK_PENDING");
    at_minutes(119);
    expect(VERDICT_WAIT, 0, "RISK_PENDING");
    assert_int_equal(d.until_us, CREATED_US + 7200 * S);
    x.o.limits.flag_s = 10800;
    at_minutes(120);
    expect(VERDICT_FLAG, 30, "FLAG");
}

static void h_10_line_with_two_supplier_variants_holds(void **state)
{
    (void)state;
    fixture_init(&x);
    PUT(x.lines[0].title, "Blue / L");
    x.lines[0].main_mappings = 2;
    expect(VERDICT_HOLD, 0, "NO_MAPPING");
}

static void flag_time_counts_from_creation_so_late_pending_goes_at_once(void **state)
{
    (void)state;
    fixture_init(&x);
    x.o.risk = RISK_PENDING;
    at_minutes(121);
    expect(VERDICT_RELEASE, 30, NULL);
}

static void without_aov_the_soft_value_alone_decides(void **state)
{
    (void)state;
    fixture_init(&x);
    x.o.total_minor = 20000;
    expect(VERDICT_RELEASE, 25, NULL);
    x.o.total_minor = 19999;
    expect(VERDICT_RELEASE, 0, NULL);
}

static void three_orders_in_a_day_include_the_order_itself(void **state)
{
    (void)state;
    fixture_init(&x);
    x.o.orders_24h = 2;
    expect(VERDICT_RELEASE, 0, NULL);
    x.o.orders_24h = 3;
    expect(VERDICT_FLAG, 40, "FLAG");
}

static void not_paid(struct order_facts *o)
{
    PUT(o->financial, "AUTHORIZED");
}
static void no_status(struct order_facts *o)
{
    o->financial[0] = '\0';
}
static void risk_high(struct order_facts *o)
{
    o->risk = RISK_HIGH;
}
static void recommend_cancel(struct order_facts *o)
{
    o->recommend_cancel = true;
}
static void value_hard(struct order_facts *o)
{
    o->total_minor = 50000;
}
static void value_unknown(struct order_facts *o)
{
    o->total_known = false;
}
static void value_unfit(struct order_facts *o)
{
    o->limits.values_fit_currency = false;
}
static void no_city(struct order_facts *o)
{
    o->ship.city[0] = '\0';
}
static void no_address(struct order_facts *o)
{
    o->ship.present = false;
}
static void locker(struct order_facts *o)
{
    PUT(o->ship.line1, "Packstation 123");
}
static void cyrillic(struct order_facts *o)
{
    PUT(o->ship.city, "Москва");
}
static void no_phone(struct order_facts *o)
{
    o->phone[0] = '\0';
}
static void unmapped(struct order_facts *o)
{
    o->lines[0].main_mappings = 0;
    o->lines[0].vid[0] = '\0';
}
static void mapped_to_nothing(struct order_facts *o)
{
    o->lines[0].vid[0] = '\0';
    PUT(o->lines[0].gone, "V-9");
}
static void no_lines(struct order_facts *o)
{
    o->line_count = 0;
}
static void no_stock(struct order_facts *o)
{
    o->lines[0].stock = 0;
}
static void shared_stock(struct order_facts *o)
{
    o->line_count = 3;
    o->lines[0].stock = o->lines[1].stock = o->lines[2].stock = 2;
}
static void price_unknown(struct order_facts *o)
{
    o->lines[0].price_known = false;
}
static void loss(struct order_facts *o)
{
    o->margin_minor = -1;
}
static void no_method(struct order_facts *o)
{
    o->has_method = false;
}
static void wallet(struct order_facts *o)
{
    o->wallet_minor = o->cost_minor - 1;
}
static void duplicate(struct order_facts *o)
{
    PUT(o->duplicate_of, "#1000");
}
static void edited(struct order_facts *o)
{
    o->edited = true;
}

/* overruled: a person's release lets the order out all the same. */
static const struct {
    const char *code;
    void (*spoil)(struct order_facts *o);
    bool overruled;
} spoiled[] = {
    { "NOT_PAID", not_paid, false },
    { "NOT_PAID", no_status, false },
    { "RISK_HIGH", risk_high, true },
    { "RISK_HIGH", recommend_cancel, true },
    { "VALUE_HARD", value_hard, true },
    { "VALUE_HARD", value_unknown, true },
    { "VALUE_HARD", value_unfit, true },
    { "ADDR_INCOMPLETE", no_city, false },
    { "ADDR_INCOMPLETE", no_address, false },
    { "ADDR_PO_BOX", locker, false },
    { "ADDR_SCRIPT", cyrillic, false },
    { "PHONE_MISSING", no_phone, false },
    { "NO_MAPPING", unmapped, false },
    { "NO_MAPPING", no_lines, false },
    { "NO_MAPPING", mapped_to_nothing, false },
    { "OUT_OF_STOCK", no_stock, false },
    { "OUT_OF_STOCK", shared_stock, false },
    { "PRICE_RISE", price_unknown, false },
    { "PRICE_RISE", loss, false },
    { "NO_METHOD", no_method, false },
    { "WALLET", wallet, false },
    { "DUPLICATE", duplicate, true },
    { "EDITED", edited, true },
};

static void every_hard_hold_stops_with_its_code_and_a_sentence(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(spoiled); i++) {
        fixture_init(&x);
        x.o.limits.value_soft_minor = 1000000; /* the score is tested by itself */
        spoiled[i].spoil(&x.o);
        expect(VERDICT_HOLD, 0, spoiled[i].code);
        assert_true(strlen(d.holds[0].text) > 10);
        assert_string_not_equal(hold_rule_find(spoiled[i].code)->code, "");
    }
}

static void a_person_overrules_judgement_but_not_facts(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(spoiled); i++) {
        fixture_init(&x);
        x.o.limits.value_soft_minor = 1000000; /* the score is tested by itself */
        spoiled[i].spoil(&x.o);
        x.o.released = true;
        expect(spoiled[i].overruled ? VERDICT_RELEASE : VERDICT_HOLD, 0,
               spoiled[i].overruled ? NULL : spoiled[i].code);
        assert_true(d.hold_count > 0); /* what was overruled stays visible */
    }
}

static void a_person_overrules_score_flag_and_pending_but_not_grace(void **state)
{
    (void)state;
    fixture_init(&x);
    x.o.released = true;
    x.o.risk = RISK_MEDIUM;
    x.o.avs_failed = x.o.cvv_failed = true;
    expect(VERDICT_RELEASE, 80, NULL);
    x.o.risk = RISK_PENDING;
    expect(VERDICT_RELEASE, 50, NULL);
    at_minutes(3);
    expect(VERDICT_WAIT, 50, "GRACE");
}

static void all_reasons_are_told_and_the_first_of_the_table_names_the_hold(void **state)
{
    (void)state;
    fixture_init(&x);
    edited(&x.o);
    no_stock(&x.o);
    not_paid(&x.o);
    wallet(&x.o);
    expect(VERDICT_HOLD, 0, "NOT_PAID");
    assert_int_equal(d.hold_count, 4);
    assert_string_equal(d.holds[1].code, "OUT_OF_STOCK");
    assert_string_equal(d.holds[2].code, "WALLET");
    assert_string_equal(d.holds[3].code, "EDITED");
}

static void overruled_reason_does_not_name_the_hold(void **state)
{
    (void)state;
    fixture_init(&x);
    x.o.released = true;
    risk_high(&x.o);
    no_stock(&x.o);
    expect(VERDICT_HOLD, 0, "OUT_OF_STOCK");
    assert_string_equal(d.holds[0].code, "RISK_HIGH");
    assert_true(d.holds[0].overruled);
}

static void supplier_rules_are_silent_until_the_supplier_was_asked(void **state)
{
    (void)state;
    fixture_init(&x);
    x.o.supplier_asked = x.o.freight_asked = x.o.has_method = false;
    x.o.margin_minor = -1;
    x.o.wallet_minor = 0;
    x.lines[0].stock = 0;
    x.lines[0].price_known = false;
    x.lines[0].main_mappings = 0;
    expect(VERDICT_RELEASE, 0, NULL);
}

static void only_passing_reasons_heal(void **state)
{
    (void)state;
    static const char *const healing[] = { "OUT_OF_STOCK", "WALLET", "NO_METHOD", "NOT_PAID" };
    for (size_t i = 0; i < COUNT_OF(healing); i++) {
        assert_true(hold_rule_find(healing[i])->heals);
    }
    assert_false(hold_rule_find("RISK_HIGH")->heals);
    assert_false(hold_rule_find("LINES_DIFFER")->redecide);
    assert_false(hold_rule_find("never heard of")->redecide);
    assert_false(hold_rule_find(NULL)->heals);
}

static void medium(struct order_facts *o)
{
    o->risk = RISK_MEDIUM;
}
static void value(struct order_facts *o)
{
    o->total_minor = 20000;
}
static void bill_country(struct order_facts *o)
{
    PUT(o->bill.country_code, "DE");
}
static void bill_name(struct order_facts *o)
{
    PUT(o->bill.name, "Bob");
    PUT(o->bill.zip, "94105");
}
static void many_of_one(struct order_facts *o)
{
    o->new_customer = true;
    o->lines[0].quantity = 5;
}
static void many_orders(struct order_facts *o)
{
    o->orders_24h = 3;
}
static void disposable(struct order_facts *o)
{
    PUT(o->email, "x@Mailinator.com");
}
static void forwarder(struct order_facts *o)
{
    PUT(o->ship.line2, "c/o Shipito LLC, Suite 5");
}
static void ip(struct order_facts *o)
{
    PUT(o->ip_country, "RO");
}
static void avs(struct order_facts *o)
{
    o->avs_failed = true;
}
static void cvv(struct order_facts *o)
{
    o->cvv_failed = true;
}

static const struct {
    const char *code;
    int points;
    void (*spoil)(struct order_facts *o);
} scored[] = {
    { "RISK_MEDIUM", 30, medium },
    { "VALUE", 25, value },
    { "BILLING_COUNTRY", 30, bill_country },
    { "BILLING_NAME", 15, bill_name },
    { "MANY_OF_ONE", 20, many_of_one },
    { "MANY_ORDERS", 40, many_orders },
    { "DISPOSABLE_MAIL", 15, disposable },
    { "FORWARDER", 25, forwarder },
    { "IP_COUNTRY", 20, ip },
    { "AVS", 25, avs },
    { "CVV", 25, cvv },
};

static void every_line_of_the_score_adds_its_points(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(scored); i++) {
        fixture_init(&x);
        scored[i].spoil(&x.o);
        decide(&x.o, &d);
        assert_int_equal(d.score, scored[i].points);
        assert_int_equal(d.point_count, 1);
        assert_string_equal(d.points[0].code, scored[i].code);
        assert_true(strlen(d.points[0].text) > 10);
    }
}

static void all_lines_of_the_score_add_up(void **state)
{
    (void)state;
    fixture_init(&x);
    for (size_t i = 0; i < COUNT_OF(scored); i++) {
        scored[i].spoil(&x.o);
    }
    expect(VERDICT_HOLD, 270, "SCORE");
    assert_int_equal(d.point_count, COUNT_OF(scored));
}

static void score_bands_end_at_29_and_59(void **state)
{
    (void)state;
    fixture_init(&x);
    avs(&x.o);
    expect(VERDICT_RELEASE, 25, NULL);
    bill_country(&x.o);
    expect(VERDICT_FLAG, 55, "FLAG");
    bill_name(&x.o);
    expect(VERDICT_HOLD, 70, "SCORE");
    fixture_init(&x);
    medium(&x.o);
    bill_country(&x.o);
    expect(VERDICT_HOLD, 60, "SCORE");
}

static void five_of_one_from_a_known_customer_score_nothing(void **state)
{
    (void)state;
    fixture_init(&x);
    x.lines[0].quantity = 5;
    expect(VERDICT_RELEASE, 0, NULL);
}

static void other_name_at_the_same_postcode_scores_nothing(void **state)
{
    (void)state;
    fixture_init(&x);
    PUT(x.o.bill.name, "Bob Example");
    expect(VERDICT_RELEASE, 0, NULL);
}

static void missing_billing_address_scores_nothing(void **state)
{
    (void)state;
    fixture_init(&x);
    x.o.bill = (struct shopify_address){ .present = false };
    expect(VERDICT_RELEASE, 0, NULL);
}

static void risk_words_are_read_and_written(void **state)
{
    (void)state;
    for (int r = RISK_NONE; r <= RISK_PENDING; r++) {
        assert_int_equal(risk_parse(risk_name((enum risk_level)r)), r);
    }
    assert_int_equal(risk_parse("purple"), RISK_MEDIUM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(h_1_clean_order_waits_for_its_grace_and_is_released),
        cmocka_unit_test(h_2_three_signals_hold),
        cmocka_unit_test(h_3_medium_alone_is_released_after_two_hours),
        cmocka_unit_test(h_4_post_box_is_not_for_a_courier),
        cmocka_unit_test(h_5_price_above_the_limit_holds),
        cmocka_unit_test(h_6_price_at_the_limit_passes),
        cmocka_unit_test(h_7_value_below_three_aov_scores_nothing),
        cmocka_unit_test(h_8_value_above_three_aov_flags),
        cmocka_unit_test(h_9_pending_risk_counts_as_medium_after_two_hours),
        cmocka_unit_test(h_10_line_with_two_supplier_variants_holds),
        cmocka_unit_test(flag_time_counts_from_creation_so_late_pending_goes_at_once),
        cmocka_unit_test(without_aov_the_soft_value_alone_decides),
        cmocka_unit_test(three_orders_in_a_day_include_the_order_itself),
        cmocka_unit_test(every_hard_hold_stops_with_its_code_and_a_sentence),
        cmocka_unit_test(a_person_overrules_judgement_but_not_facts),
        cmocka_unit_test(a_person_overrules_score_flag_and_pending_but_not_grace),
        cmocka_unit_test(all_reasons_are_told_and_the_first_of_the_table_names_the_hold),
        cmocka_unit_test(overruled_reason_does_not_name_the_hold),
        cmocka_unit_test(supplier_rules_are_silent_until_the_supplier_was_asked),
        cmocka_unit_test(only_passing_reasons_heal),
        cmocka_unit_test(every_line_of_the_score_adds_its_points),
        cmocka_unit_test(all_lines_of_the_score_add_up),
        cmocka_unit_test(score_bands_end_at_29_and_59),
        cmocka_unit_test(five_of_one_from_a_known_customer_score_nothing),
        cmocka_unit_test(other_name_at_the_same_postcode_scores_nothing),
        cmocka_unit_test(missing_billing_address_scores_nothing),
        cmocka_unit_test(risk_words_are_read_and_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
