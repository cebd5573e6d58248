#include "tests/unit/base/check.h"

#include <string.h>

#include "common/base/json.h"
#include "tests/unit/base/faults.h"

static json_t *parsed(const char *text)
{
    json_t *root = NULL;
    struct fail f;

    check_ok(json_parse(text, strlen(text), "test", &root, &f), &f);
    return root;
}

static void broken_documents_are_refused_without_quoting_them(void **state)
{
    static const char *const wrong[] = {
        "",    "{",        "{\"secret\"",          "[1,]",          "{'a':1}", "nul",
        "1 2", "\"\xff\"", "99999999999999999999", "{\"a\":secret}"
    };
    json_t *root = NULL;
    struct fail f;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        check_fails(json_parse(wrong[i], strlen(wrong[i]), "CJ answer", &root, &f), &f, FAIL_INPUT);
        assert_non_null(strstr(f.text, "CJ answer"));
        assert_null(strstr(f.text, "secret"));
        assert_null(root);
    }
}

static void a_document_may_be_any_value_and_the_last_duplicate_wins(void **state)
{
    scoped(json_clear_p) json_t *number = parsed(" 12 ");
    scoped(json_clear_p) json_t *twice = parsed("{\"a\":1,\"a\":2}");
    scoped(json_clear_p) json_t *nul = parsed("{\"a\":\"x\\u0000y\",\"b\":1}");

    (void)state;
    assert_int_equal(json_int(number, "", 0), 12);
    assert_int_equal(json_int(twice, "a", 0), 2);
    assert_string_equal(json_text(nul, "a", ""), "x");
    assert_int_equal(json_int(nul, "b", 0), 1);
}

static void a_path_walks_objects_and_arrays(void **state)
{
    scoped(json_clear_p) json_t *root =
        parsed("{\"data\":{\"order\":{\"nodes\":[{\"id\":5},null]},\"none\":null}}");

    (void)state;
    assert_int_equal(json_int(root, "data.order.nodes.0.id", 0), 5);
    assert_ptr_equal(json_at(root, ""), root);
    assert_null(json_at(root, "data.order.nodes.1"));
    assert_null(json_at(root, "data.order.nodes.2"));
    assert_null(json_at(root, "data.order.nodes.-1"));
    assert_null(json_at(root, "data.order.nodes.x"));
    assert_null(json_at(root, "data.none"));
    assert_null(json_at(root, "data.none.more"));
    assert_null(json_at(root, "dat"));
    assert_null(json_at(NULL, "data"));
}

static void text_is_text_or_the_other_value(void **state)
{
    scoped(json_clear_p) json_t *root = parsed("{\"a\":\"x\",\"b\":5,\"c\":null,\"d\":\"\"}");

    (void)state;
    assert_string_equal(json_text(root, "a", "?"), "x");
    assert_string_equal(json_text(root, "b", "?"), "?");
    assert_string_equal(json_text(root, "c", "?"), "?");
    assert_string_equal(json_text(root, "d", "?"), "");
    assert_null(json_text(root, "e", NULL));
}

static void ids_are_text_whatever_they_came_as(void **state)
{
    scoped(json_clear_p) json_t *root =
        parsed("{\"a\":\"0012\",\"b\":9223372036854775807,\"c\":true,\"d\":12.0,\"e\":1.5,"
               "\"long\":\"gid://shopify/Order/12345678901234567890\"}");
    char buf[32];

    (void)state;
    assert_string_equal(json_id_text(root, "a", buf, sizeof buf), "0012");
    assert_string_equal(json_id_text(root, "b", buf, sizeof buf), "9223372036854775807");
    assert_string_equal(json_id_text(root, "c", buf, sizeof buf), "");
    assert_string_equal(json_id_text(root, "d", buf, sizeof buf), "12");
    assert_string_equal(json_id_text(root, "e", buf, sizeof buf), "");
    assert_string_equal(json_id_text(root, "none", buf, sizeof buf), "");
    assert_string_equal(json_id_text(root, "long", buf, sizeof buf),
                        "gid://shopify/Order/12345678901234567890");
    assert_string_equal(json_id_text(root, "b", buf, 5), "");
}

static void integers_come_in_three_forms(void **state)
{
    scoped(json_clear_p) json_t *root =
        parsed("{\"a\":-5,\"b\":\"77\",\"c\":3.0,\"d\":3.5,\"e\":\"7x\",\"f\":1e300,\"g\":true}");

    (void)state;
    assert_int_equal(json_int(root, "a", 9), -5);
    assert_int_equal(json_int(root, "b", 9), 77);
    assert_int_equal(json_int(root, "c", 9), 3);
    assert_int_equal(json_int(root, "d", 9), 9);
    assert_int_equal(json_int(root, "e", 9), 9);
    assert_int_equal(json_int(root, "f", 9), 9);
    assert_int_equal(json_int(root, "g", 9), 9);
    assert_int_equal(json_int(root, "h", 9), 9);
}

static void truth_comes_in_many_forms(void **state)
{
    scoped(json_clear_p) json_t *root =
        parsed("[true,1,\"1\",\"true\",false,0,\"0\",\"false\",2,\"yes\",null,{}]");
    char path[4] = "0";

    (void)state;
    for (int i = 0; i < 12; i++) {
        path[0] = (char)('0' + i / 10);
        path[1] = (char)('0' + i % 10);
        assert_int_equal(json_truth(root, path, false), i < 4);
        assert_int_equal(json_truth(root, path, true), i < 4 || i >= 8);
    }
}

static void money_is_text_or_number_and_never_guessed(void **state)
{
    scoped(json_clear_p) json_t *root =
        parsed("{\"a\":\"12.34\",\"b\":12.34,\"c\":12,\"d\":null,\"e\":\"1-2\",\"f\":10.005,"
               "\"g\":0.1,\"h\":true,\"i\":1e20,\"j\":0.29}");
    static const struct {
        const char *path;
        int64_t minor;
    } good[] = { { "a", 1234 }, { "b", 1234 }, { "c", 1200 }, { "g", 10 }, { "j", 29 } };
    static const char *const wrong[] = { "d", "e", "f", "h", "i", "none" };
    struct money m;
    struct fail f;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        check_ok(json_money(root, good[i].path, "USD", &m, &f), &f);
        assert_int_equal(m.minor, good[i].minor);
    }
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        check_fails(json_money(root, wrong[i], "USD", &m, &f), &f, FAIL_INPUT);
        assert_non_null(strstr(f.text, wrong[i]));
    }
}

static void write_once(void)
{
    scoped(json_clear_p) json_t *root = NULL;
    scoped(free_p) char *text = NULL;
    struct fail f;

    if (json_parse("[1,\"a\"]", 7, "test", &root, &f) < 0 || json_write(root, &text, &f) < 0) {
        /* jansson calls a token that it had no memory for an invalid one. */
        assert_true(f.kind == FAIL_LATER || f.kind == FAIL_INPUT);
        assert_null(text);
        return;
    }
    assert_string_equal(text, "[1,\"a\"]");
}

static void writing_is_compact_and_takes_any_value(void **state)
{
    scoped(json_clear_p) json_t *text = json_string("x\"");
    scoped(free_p) char *written = NULL;
    struct fail f;

    (void)state;
    write_once();
    check_ok(json_write(text, &written, &f), &f);
    assert_string_equal(written, "\"x\\\"\"");
}

static void every_failed_allocation_is_a_failure_and_leaks_nothing(void **state)
{
    (void)state;
    json_set_alloc_funcs(malloc, free); /* jansson's own calls go through the faults, too */
    torture(write_once);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(broken_documents_are_refused_without_quoting_them),
        cmocka_unit_test(a_document_may_be_any_value_and_the_last_duplicate_wins),
        cmocka_unit_test(a_path_walks_objects_and_arrays),
        cmocka_unit_test(text_is_text_or_the_other_value),
        cmocka_unit_test(ids_are_text_whatever_they_came_as),
        cmocka_unit_test(integers_come_in_three_forms),
        cmocka_unit_test(truth_comes_in_many_forms),
        cmocka_unit_test(money_is_text_or_number_and_never_guessed),
        cmocka_unit_test(writing_is_compact_and_takes_any_value),
        cmocka_unit_test(every_failed_allocation_is_a_failure_and_leaks_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
