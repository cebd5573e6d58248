#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "common/model/api_key.h"
#include "common/model/job_catalog.h"
#include "common/queue/job.h"

static void every_job_type_can_be_enqueued_as_it_stands(void **state)
{
    (void)state;
    for (size_t i = 0; i < job_kind_count; i++) {
        struct fail f = { 0 };
        assert_int_equal(job_check_name(job_kinds[i].name, "class", &f), 0);
        assert_int_equal(job_check_name(job_kinds[i].queue, "queue", &f), 0);
        assert_true(job_kinds[i].deadline_ms > 0);
        assert_in_range(job_kinds[i].tries, 0, 25);
        assert_ptr_equal(job_kind_find(job_kinds[i].name), &job_kinds[i]);
    }
    assert_null(job_kind_find("no.such"));
}

static void scopes_are_ordered_and_read_by_name(void **state)
{
    (void)state;
    assert_int_equal(api_scope_parse("read"), API_SCOPE_READ);
    assert_int_equal(api_scope_parse("operate"), API_SCOPE_OPERATE);
    assert_int_equal(api_scope_parse("admin"), API_SCOPE_ADMIN);
    assert_int_equal(api_scope_parse("Admin"), API_SCOPES);
    assert_int_equal(api_scope_parse(""), API_SCOPES);
    assert_true(API_SCOPE_READ < API_SCOPE_OPERATE && API_SCOPE_OPERATE < API_SCOPE_ADMIN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_job_type_can_be_enqueued_as_it_stands),
        cmocka_unit_test(scopes_are_ordered_and_read_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
