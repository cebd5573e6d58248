/* products.sweep: rows whose job is lost get it again. */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include "tests/integration/discovery/rig.h"

static void sweep(void)
{
    if (rig_run(products_sweep, "[]") != 0) {
        fail_msg("products.sweep: %s", rig_fail.text);
    }
}

static int64_t jobs(void)
{
    return rig_int("select count(*) from outbox");
}

static int scanned(void **state)
{
    if (rig_clear(state) != 0) {
        return -1;
    }
    rig_scan();
    rig_sql("delete from outbox");
    return 0;
}

static void a_lost_job_comes_again_and_not_at_every_sweep(void **state)
{
    (void)state;
    sweep();
    assert_int_equal(jobs(), 0); /* not overdue yet */
    rig_sql("update product set next_run_at = now() - interval '10 minutes'");
    sweep();
    assert_int_equal(jobs(), 8);
    assert_int_equal(rig_int("select count(*) from outbox o join product p on o.args = '[' || p.id "
                             "|| ']' where job_type = 'product.assess'"),
                     8);
    sweep();
    assert_int_equal(jobs(), 8);
    rig_sql("update product set swept_at = now() - interval '20 minutes'");
    sweep();
    assert_int_equal(jobs(), 16);
}

static void a_state_without_its_job_gets_it(void **state)
{
    (void)state;
    rig_sql("update product set next_job = null, next_run_at = null");
    rig_sql(
        "update product set state = 'writing' where pid = 'P001'; update product set state = "
        "'publishing' where pid = 'P002'; update product set state = 'unlisting' where pid = "
        "'P003'; update product set state = 'listed' where pid = 'P004'; update product set "
        "state = 'approval' where pid = 'P005'; update product set state = 'rejected' where pid "
        "= 'P006'; update product set state = 'assessed' where pid = 'P007'");
    sweep();
    assert_string_equal(
        rig_text("select string_agg(p.pid || ' ' || o.job_type, ', ' order by p.pid) "
                 "from outbox o join product p on o.args = '[' || p.id || ']'"),
        "P000 product.assess, P001 listing.write, P002 listing.publish, P003 "
        "listing.unlist");
}

static void what_waited_for_a_setting_goes_on_when_it_comes(void **state)
{
    (void)state;
    rig_sql(
        "update product set next_run_at = now() + interval '1 hour', waits_for = case when id <= "
        "3 then 'stop' when id <= 6 then 'auto' end");
    rig_set("stop", "1");
    sweep();
    assert_int_equal(jobs(), 0);
    rig_set("stop", "0");
    sweep();
    assert_int_equal(jobs(), 3); /* approve lets nothing go that waits for auto */
    rig_set("flow.discovery", "auto");
    sweep();
    assert_int_equal(jobs(), 6);
    assert_int_equal(rig_int("select count(*) from product where waits_for is not null"), 0);
}

static void letting_go_brings_the_sweep_at_once(void **state)
{
    (void)state;
    rig_sql("insert into setting (name, value, updated_by) values ('flow.discovery', 'dry_run', "
            "'test') on conflict (name) do update set value = 'dry_run'");
    rig_sql("delete from outbox");
    rig_sql("update setting set value = 'auto' where name = 'flow.discovery'");
    assert_string_equal(rig_text("select event || ' ' || job_type || ' ' || queue from outbox"),
                        "flow.resumed products.sweep discovery");
    rig_sql("delete from outbox; update setting set value = 'off' where name = 'flow.discovery'");
    assert_int_equal(jobs(), 0);
}

static void candidates_beyond_the_wanted_are_put_back(void **state)
{
    (void)state;
    rig_set("discovery.top", "3");
    sweep();
    assert_int_equal(rig_int("select count(*) from product where state = 'candidate'"), 3);
    assert_int_equal(rig_int("select count(*) from product where state = 'found' and next_job is "
                             "null"),
                     5);
    assert_int_equal(rig_int("select count(*) from product where state = 'found' and score_e4 > "
                             "(select min(score_e4) from product where state = 'candidate')"),
                     0);
    sweep();
    assert_int_equal(rig_int("select count(*) from product_event where code = 'SURPLUS'"), 5);
}

static void everything_comes_back_after_all_jobs_are_lost(void **state)
{
    (void)state;
    rig_sql("update product set next_run_at = now() - interval '10 minutes'");
    sweep();
    rig_assess_all();
    assert_int_equal(rig_int("select count(*) from product where state = 'writing'"), 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_lost_job_comes_again_and_not_at_every_sweep, scanned),
        cmocka_unit_test_setup(a_state_without_its_job_gets_it, scanned),
        cmocka_unit_test_setup(what_waited_for_a_setting_goes_on_when_it_comes, scanned),
        cmocka_unit_test_setup(letting_go_brings_the_sweep_at_once, scanned),
        cmocka_unit_test_setup(candidates_beyond_the_wanted_are_put_back, scanned),
        cmocka_unit_test_setup(everything_comes_back_after_all_jobs_are_lost, scanned),
    };
    return cmocka_run_group_tests_name("discovery.sweep", tests, rig_setup, rig_close);
}
