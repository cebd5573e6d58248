/* searching jobs by what they say. */
#include <stdio.h>
#include <string.h>

#include "common/queue/search.h"
#include "tests/integration/queue/fixture.h"

/* n waiting jobs of queue `a`; every third is a "rare" one whose first argument is its number. */
static void fill(struct fixture *fx, int n)
{
    char text[200];

    command(fx, "SADD", "queues", "a");
    for (int i = 0; i < n; i++) {
        (void)snprintf(text, sizeof text,
                       "{\"class\":\"%s\",\"queue\":\"a\",\"jid\":\"j%d\",\"args\":[%d,\"x%d\"]}",
                       i % 3 == 0 ? "rare" : "dull", i, i, i);
        command(fx, "LPUSH", "queue:a", text);
    }
}

static void pages_hold_what_fits_in_their_order(void **state)
{
    struct fixture *fx = *state;
    struct job_search s = { .filter = { .state = JOB_WAITING, .type = "rare" }, .limit = 4 };
    int seen = 0;

    fill(fx, 300);
    do {
        scoped(job_entries_free) struct job_entries page = { .items = NULL };

        must(queue_search(fx->redis, &s, &page, &fx->fail), fx);
        assert_int_equal(page.total, page.count);
        assert_true(page.count <= 4);
        for (size_t i = 0; i < page.count; i++, seen += 3) {
            char jid[16];

            (void)snprintf(jid, sizeof jid, "j%d", seen);
            assert_string_equal(page.items[i].job->jid, jid);
        }
        assert_int_equal(s.total, 300);
        s.first = s.next;
    } while (!s.finished);
    assert_int_equal(seen, 300);
}

static void one_call_looks_at_so_many_and_no_more(void **state)
{
    struct fixture *fx = *state;
    scoped(job_entries_free) struct job_entries page = { .items = NULL };
    scoped(job_entries_free) struct job_entries rest = { .items = NULL };
    struct job_search s = { .filter = { .state = JOB_WAITING, .type = "none" }, .limit = 10 };
    const char many[] = "for i = 1, 6000 do redis.call('LPUSH', 'queue:a', '{\"class\":\"dull\"}') "
                        "end";

    command(fx, "SADD", "queues", "a");
    command(fx, "EVAL", many, "0");
    must(queue_search(fx->redis, &s, &page, &fx->fail), fx);
    assert_int_equal(page.count, 0);
    assert_false(s.finished);
    assert_int_equal(s.looked, SEARCH_LOOK_MAX);
    s.first = s.next;
    must(queue_search(fx->redis, &s, &rest, &fx->fail), fx);
    assert_true(s.finished);
    assert_int_equal(s.looked, 6000 - SEARCH_LOOK_MAX);
}

static void an_argument_is_found_as_a_whole_word_alone(void **state)
{
    static const struct {
        const char *arg;
        int count;
    } cases[] = { { "7", 1 },   { "x7", 1 },  { "x", 0 },      { "17", 1 },
                  { "\"", 30 }, { "[7,", 1 }, { "nothing", 0 } };
    struct fixture *fx = *state;

    fill(fx, 30);
    command(fx, "LPUSH", "queue:a", "{broken");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        scoped(job_entries_free) struct job_entries page = { .items = NULL };
        struct job_search s = { .filter = { .state = JOB_WAITING },
                                .arg = cases[i].arg,
                                .limit = 1000 };

        must(queue_search(fx->redis, &s, &page, &fx->fail), fx);
        assert_int_equal(page.count, cases[i].count);
        assert_true(s.finished);
    }
}

static void sets_are_searched_by_queue_and_error_too(void **state)
{
    struct fixture *fx = *state;
    scoped(job_entries_free) struct job_entries page = { .items = NULL };
    struct job_search s = { .filter = { .state = JOB_DEAD, .queue = "b", .error_class = "Odd" },
                            .limit = 10 };

    command(fx, "ZADD", "dead", "1", "{\"class\":\"c\",\"queue\":\"b\",\"error_class\":\"Odd\"}");
    command(fx, "ZADD", "dead", "2", "{\"class\":\"c\",\"queue\":\"a\",\"error_class\":\"Odd\"}");
    command(fx, "ZADD", "dead", "3", "{\"class\":\"c\",\"queue\":\"b\",\"error_class\":\"Even\"}");
    must(queue_search(fx->redis, &s, &page, &fx->fail), fx);
    assert_int_equal(page.count, 1);
    assert_int_equal(page.items[0].at_us, 1000000);
    assert_int_equal(s.total, 3);
}

static void a_running_job_is_of_the_queue_it_was_taken_from(void **state)
{
    struct fixture *fx = *state;
    scoped(job_entries_free) struct job_entries page = { .items = NULL };
    static struct batch a, b;
    struct job_search s = { .filter = { .state = JOB_RUNNING, .queue = "a", .type = "plain" },
                            .limit = 10 };

    command(fx, "LPUSH", "queue:a", "{\"class\":\"plain\",\"jid\":\"j1\",\"args\":[]}");
    command(fx, "LPUSH", "queue:b", "{\"class\":\"plain\",\"jid\":\"j2\",\"args\":[]}");
    fixture_claim(fx, &a, "host:1:aaaaaaaaaaaa", "a", 1, 1);
    fixture_claim(fx, &b, "host:1:aaaaaaaaaaaa", "b", 1, 1);
    must(queue_search(fx->redis, &s, &page, &fx->fail), fx);
    assert_int_equal(page.count, 1);
    assert_string_equal(page.items[0].job->jid, "j1");
    assert_int_equal(s.total, 1);
    batch_free(&a);
    batch_free(&b);
}

static void what_cannot_be_is_refused(void **state)
{
    struct fixture *fx = *state;
    struct job_entries page;
    struct job_search none = { .filter = { .state = JOB_DEAD }, .limit = 0 };
    struct job_search much = { .filter = { .state = JOB_DEAD }, .limit = 1001 };

    assert_int_equal(queue_search(fx->redis, &none, &page, &fx->fail), -1);
    assert_int_equal(fx->fail.kind, FAIL_INPUT);
    assert_int_equal(queue_search(fx->redis, &much, &page, &fx->fail), -1);
    assert_int_equal(fx->fail.kind, FAIL_INPUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        queue_test(pages_hold_what_fits_in_their_order),
        queue_test(one_call_looks_at_so_many_and_no_more),
        queue_test(an_argument_is_found_as_a_whole_word_alone),
        queue_test(sets_are_searched_by_queue_and_error_too),
        queue_test(a_running_job_is_of_the_queue_it_was_taken_from),
        queue_test(what_cannot_be_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
