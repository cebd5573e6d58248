#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/json.h"
#include "worker/providers/cj/cj_priv.h"

#define CHECK_PRICE(text, low, high)                                                               \
    do {                                                                                           \
        struct money min_ = { 0 }, max_ = { 0 };                                                   \
        assert_int_equal(cj_parse_price((text), &min_, &max_), 0);                                 \
        assert_int_equal(min_.minor, (low));                                                       \
        assert_int_equal(max_.minor, (high));                                                      \
        assert_string_equal(min_.currency, "USD");                                                 \
        assert_string_equal(max_.currency, "USD");                                                 \
    } while (0)

static void prices_come_as_number_text_and_range(void **state)
{
    (void)state;
    CHECK_PRICE("11.85", 1185, 1185);
    CHECK_PRICE("12", 1200, 1200);
    CHECK_PRICE("1.2", 120, 120);
    CHECK_PRICE("1.20-3.40", 120, 340);
    CHECK_PRICE("8.13 -- 8.62", 813, 862);
    CHECK_PRICE("8.13--8.62", 813, 862);
    CHECK_PRICE(" 8.13 ~ 8.62 ", 813, 862);
    CHECK_PRICE("$1.20-$3.40", 120, 340);
    CHECK_PRICE("11.85 USD", 1185, 1185);
    CHECK_PRICE("3.40-1.20", 120, 340);
    CHECK_PRICE("1-2-3", 100, 300);
    CHECK_PRICE("0.00", 0, 0);
    CHECK_PRICE("999999999999.99", 99999999999999, 99999999999999);
}

static void fractions_of_a_cent_are_rounded_up(void **state)
{
    (void)state;
    CHECK_PRICE("1.2000", 120, 120);
    CHECK_PRICE("1.2001", 121, 121);
    CHECK_PRICE("0.001", 1, 1);
    CHECK_PRICE("1.231-1.239", 124, 124);
}

static void what_is_no_price_is_unknown_and_never_zero(void **state)
{
    static const char *const texts[] = { "",
                                         " ",
                                         "-",
                                         "N/A",
                                         "null",
                                         "-1.20",
                                         "1.20-",
                                         "1,234.50",
                                         "1 234.50",
                                         "11.85.3",
                                         ".5",
                                         "5.",
                                         "1e3",
                                         "0x10",
                                         "1.20 3.40",
                                         "1.20/kg",
                                         "\xe2\x82\xac 5",
                                         "1.2\n",
                                         "1234567890123" };
    (void)state;

    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        struct money min = { -7, "XXX" }, max = { -7, "XXX" };
        assert_int_equal(cj_parse_price(texts[i], &min, &max), 1);
        assert_int_equal(min.minor, -7);
        assert_int_equal(max.minor, -7);
    }
    assert_int_equal(cj_parse_price(NULL, NULL, NULL), 1);
}

static json_t *parse(const char *text)
{
    json_t *root = NULL;
    struct fail f;
    struct str quoted;

    str_init(&quoted, 1 << 20);
    cj_quote_long_integers(text, strlen(text), &quoted);
    assert_int_equal(json_parse(quoted.data, quoted.len, "test", &root, &f), 0);
    str_done(&quoted);
    return root;
}

static void amounts_come_as_numbers_or_text(void **state)
{
    scoped(json_clear_p) json_t *node = parse(
        "{\"a\":4.71,\"b\":\"4.71\",\"c\":7,\"d\":null,\"e\":\"\",\"f\":\"1.20-3.40\",\"g\":true,"
        "\"h\":2.40,\"i\":1e300}");
    struct money m = { 0 };
    (void)state;

    assert_true(cj_read_amount(node, "a", &m));
    assert_int_equal(m.minor, 471);
    assert_true(cj_read_amount(node, "b", &m));
    assert_int_equal(m.minor, 471);
    assert_true(cj_read_amount(node, "c", &m));
    assert_int_equal(m.minor, 700);
    assert_true(cj_read_amount(node, "h", &m));
    assert_int_equal(m.minor, 240);
    assert_false(cj_read_amount(node, "d", &m));
    assert_false(cj_read_amount(node, "e", &m));
    assert_false(cj_read_amount(node, "f", &m));
    assert_false(cj_read_amount(node, "g", &m));
    assert_false(cj_read_amount(node, "i", &m));
    assert_false(cj_read_amount(node, "nowhere", &m));
}

static void every_cent_up_to_a_thousand_survives_being_a_number(void **state)
{
    (void)state;
    for (int cents = 0; cents <= 100000; cents++) {
        scoped(json_clear_p) json_t *node = json_pack("{s:f}", "a", cents / 100.0);
        struct money m = { 0 };
        assert_true(cj_read_amount(node, "a", &m));
        assert_int_equal(m.minor, cents);
    }
}

static void ids_beyond_any_integer_type_stay_exact(void **state)
{
    scoped(json_clear_p) json_t *node = parse(
        "{\"small\":17,\"vid\":2509180000000000777,\"huge\":98765432109876543210987,"
        "\"text\":\"2509180000000000001\",\"uuid\":\"5E65-AB\",\"list\":[9223372036854775808],"
        "\"odd\":\"say \\\"1234567890123456789012\\\" twice\",\"price\":0.12345678901234567890}");
    char id[CJ_ID_BYTES];
    struct fail f;
    (void)state;

    assert_int_equal(cj_read_id(node, "vid", id, sizeof id, &f), 0);
    assert_string_equal(id, "2509180000000000777");
    assert_int_equal(cj_read_id(node, "huge", id, sizeof id, &f), 0);
    assert_string_equal(id, "98765432109876543210987");
    assert_int_equal(cj_read_id(node, "small", id, sizeof id, &f), 0);
    assert_string_equal(id, "17");
    assert_int_equal(cj_read_id(node, "text", id, sizeof id, &f), 0);
    assert_string_equal(id, "2509180000000000001");
    assert_int_equal(cj_read_id(node, "uuid", id, sizeof id, &f), 0);
    assert_string_equal(id, "5E65-AB");
    assert_int_equal(cj_read_id(node, "list.0", id, sizeof id, &f), 0);
    assert_string_equal(id, "9223372036854775808");
    assert_string_equal(json_text(node, "odd", ""), "say \"1234567890123456789012\" twice");
    assert_true(json_is_real(json_at(node, "price")));
}

static void an_absent_or_endless_id_is_a_bug_not_an_empty_one(void **state)
{
    scoped(json_clear_p) json_t *node =
        json_pack("{s:n, s:s, s:b}", "none", "long",
                  "123456789012345678901234567890123456789012345678", "flag", 1);
    char id[CJ_ID_BYTES];
    struct fail f;
    (void)state;

    assert_int_equal(cj_read_id(node, "none", id, sizeof id, &f), -1);
    assert_int_equal(f.kind, FAIL_BUG);
    assert_int_equal(cj_read_id(node, "long", id, sizeof id, &f), -1);
    assert_int_equal(f.kind, FAIL_BUG);
    assert_int_equal(cj_read_id(node, "flag", id, sizeof id, &f), -1);
}

static void broken_json_is_copied_and_left_to_the_parser(void **state)
{
    static const char *const texts[] = {
        "", "{", "\"", "\"\\", "-", "[1234567890123456789", "{\"a\":\"1", "<html>1</html>"
    };
    (void)state;

    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        struct str quoted;
        json_t *root = NULL;
        struct fail f;

        str_init(&quoted, 1000);
        cj_quote_long_integers(texts[i], strlen(texts[i]), &quoted);
        assert_true(quoted.len >= strlen(texts[i]));
        assert_int_equal(json_parse(quoted.data, quoted.len, "test", &root, &f), -1);
        str_done(&quoted);
    }
}

static void dates_come_in_three_forms(void **state)
{
    scoped(json_clear_p) json_t *node =
        parse("{\"iso\":\"2026-12-05T10:00:00+08:00\",\"plain\":\"2026-12-05 "
              "02:00:00\",\"ms\":1796436000000,"
              "\"msText\":\"1796436000000\",\"none\":null,\"odd\":\"soon\"}");
    int64_t at = cj_read_time(node, "iso");
    char text[CLOCK_TEXT_BYTES];
    (void)state;

    clock_format(at, text);
    assert_memory_equal(text, "2026-12-05T02:00:00", 19);
    assert_int_equal(cj_read_time(node, "plain"), at);
    assert_int_equal(cj_read_time(node, "ms"), at);
    assert_int_equal(cj_read_time(node, "msText"), at);
    assert_int_equal(cj_read_time(node, "none"), 0);
    assert_int_equal(cj_read_time(node, "odd"), 0);
    assert_int_equal(cj_read_time(node, "nowhere"), 0);
}

static void of_a_range_of_weights_the_larger_counts(void **state)
{
    scoped(json_clear_p) json_t *node =
        parse("{\"n\":140.0,\"t\":\"1500.0\",\"r\":\"120.00-1500.50\",\"i\":90,\"x\":\"heavy\"}");
    (void)state;

    assert_int_equal(cj_read_weight(node, "n"), 140);
    assert_int_equal(cj_read_weight(node, "t"), 1500);
    assert_int_equal(cj_read_weight(node, "r"), 1501);
    assert_int_equal(cj_read_weight(node, "i"), 90);
    assert_int_equal(cj_read_weight(node, "x"), -1);
    assert_int_equal(cj_read_weight(node, "nowhere"), -1);
}

static void the_united_kingdom_is_sent_as_gb(void **state)
{
    (void)state;
    assert_string_equal(cj_country("UK"), "GB");
    assert_string_equal(cj_country("uk"), "GB");
    assert_string_equal(cj_country("GB"), "GB");
    assert_string_equal(cj_country("UA"), "UA");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prices_come_as_number_text_and_range),
        cmocka_unit_test(fractions_of_a_cent_are_rounded_up),
        cmocka_unit_test(what_is_no_price_is_unknown_and_never_zero),
        cmocka_unit_test(amounts_come_as_numbers_or_text),
        cmocka_unit_test(every_cent_up_to_a_thousand_survives_being_a_number),
        cmocka_unit_test(ids_beyond_any_integer_type_stay_exact),
        cmocka_unit_test(an_absent_or_endless_id_is_a_bug_not_an_empty_one),
        cmocka_unit_test(broken_json_is_copied_and_left_to_the_parser),
        cmocka_unit_test(dates_come_in_three_forms),
        cmocka_unit_test(of_a_range_of_weights_the_larger_counts),
        cmocka_unit_test(the_united_kingdom_is_sent_as_gb),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
