/* Making and checking a text when memory runs out at each allocation in turn: a failure that says so, nothing leaked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

#include "common/base/json.h"
#include "tests/support/fault/fault.h"
#include "worker/discovery/template_text.h"

enum { IMAGES = 2, ENOUGH = 100000 };

static const char record[] =
    "{\"name\":\"Folding Bowl for Dogs\",\"category\":\"Pets / "
    "Bowls\",\"material\":\"Silicone\",\"weight_g\":1400,"
    "\"options\":{\"Color\":[\"Black\",\"Blue\"]},\"dimensions_mm\":[300,400,60],\"notes\":[\"Seen "
    "by us\"],"
    "\"description_html\":\"<p>Capacity: 350ml</p><ul><li>3 pcs</li></ul>\"}";

/* All of it, with *detail read beforehand.  0, or -1 with *f. */
static int run(const json_t *detail, struct text_report *report, struct fail *f)
{
    scoped(facts_done) struct facts facts = { 0 };
    scoped(made_text_done) struct made_text made = { 0 };
    struct text_fault fault;

    TRY(facts_of(detail, &facts, f));
    TRY(compliance_check(&facts, true, &fault, f));
    TRY(template_text(&facts, IMAGES, &made, f));
    return listing_text_check(&made.text, &facts, report, f);
}

static void a_lack_of_memory_is_told_and_nothing_is_lost(void **unused)
{
    scoped(json_clear_p) json_t *detail = NULL;
    struct text_report report;
    struct fail f;
    long at = 0, failed = 0;
    bool fired = true;

    (void)unused;
    assert_int_equal(json_parse(record, strlen(record), "record", &detail, &f), 0);
    while (fired && at < ENOUGH) {
        f = (struct fail){ 0 };
        fault_arm(FAULT_ALLOC, at++);
        int result = run(detail, &report, &f);

        fired = fault_disarm();
        if (result < 0) {
            assert_int_equal(f.kind, FAIL_LATER);
            failed++;
        } else {
            assert_int_equal(report.count, 0);
        }
    }
    assert_true(at < ENOUGH);
    assert_true(failed > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_lack_of_memory_is_told_and_nothing_is_lost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
