#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <string.h>

#include "common/base/json.h"
#include "common/base/log.h"
#include "common/model/outbox.h"
#include "tests/integration/model/fixture.h"

static struct fixture x;

static int clear(void **state)
{
    (void)state;
    fixture_clear(&x);
    return 0;
}

static const struct job_spec spec = { .type = "order.release",
                                      .queue = "fulfillment",
                                      .args = "[17]",
                                      .trace_id = "0123456789abcdef0123456789abcdef" };

static void add(int count)
{
    struct fail f = { 0 };
    for (int i = 0; i < count; i++) {
        assert_int_equal(outbox_add(x.db, "order.received", &spec, &f), 0);
    }
}

static int64_t relay(size_t max)
{
    struct fail f = { 0 };
    int64_t sent = -1;
    if (outbox_relay(x.db, x.redis, max, &sent, &f) < 0) {
        fail_msg("%s", f.text);
    }
    return sent;
}

static void an_event_of_a_rolled_back_transaction_never_was(void **state)
{
    (void)state;
    struct fail f = { 0 };
    {
        scoped(db_rollback_p) struct db *tx = NULL;
        assert_int_equal(db_begin(x.db, &tx, &f), 0);
        assert_int_equal(outbox_add(tx, "order.received", &spec, &f), 0);
    }
    assert_int_equal(relay(10), 0);
    assert_int_equal(fixture_number(&x, "select count(*) from outbox"), 0);
}

static void a_relayed_event_is_a_job_and_its_row_is_sent(void **state)
{
    (void)state;
    add(1);
    assert_int_equal(relay(10), 1);
    assert_int_equal(relay(10), 0);
    scoped(json_clear_p) json_t *jobs = fixture_list(&x, "queue:fulfillment");
    assert_int_equal(json_array_size(jobs), 1);
    const json_t *job = json_array_get(jobs, 0);
    assert_string_equal(json_text(job, "class", ""), "order.release");
    assert_int_equal(json_integer_value(json_array_get(json_object_get(job, "args"), 0)), 17);
    assert_string_equal(json_text(job, "dropship_trace", ""), spec.trace_id);
    assert_int_equal(fixture_number(&x, "select count(*) from outbox where sent_at is not null"),
                     1);
}

struct heard {
    int events;
    int64_t waited_us;
    char jid[JOB_JID_BYTES], trace_id[64];
};

static void hear(void *ctx, const struct outbox_event *event)
{
    struct heard *heard = ctx;

    heard->events++;
    heard->waited_us = event->waited_us;
    (void)str_fit(heard->jid, sizeof heard->jid, event->jid);
    (void)str_fit(heard->trace_id, sizeof heard->trace_id, event->trace_id);
    assert_string_equal(event->event, "order.received");
    assert_string_equal(event->type, spec.type);
    assert_string_equal(event->queue, spec.queue);
}

static void a_round_tells_of_each_event_with_its_trace(void **state)
{
    struct heard heard = { .events = 0 };
    struct outbox_round round = { .max = 10, .told = hear, .ctx = &heard };
    struct fail f = { 0 };

    (void)state;
    add(3);
    assert_int_equal(outbox_relay_round(x.db, x.redis, &round, &f), 0);
    assert_int_equal(round.sent, 3);
    assert_int_equal(heard.events, 3);
    assert_in_range(heard.waited_us, 1, 60000000);
    assert_string_equal(heard.trace_id, spec.trace_id);
    scoped(json_clear_p) json_t *jobs = fixture_list(&x, "queue:fulfillment");
    assert_string_equal(json_text(json_array_get(jobs, 0), "jid", ""), heard.jid); /* the newest */
}

static void what_is_accepted_is_never_refused_by_the_relay(void **state)
{
    (void)state;
    /* Around the limit, where the thread's trace id makes the difference. */
    static char args[JOB_MAX_BYTES + 8];
    struct job_spec large = { .type = "noop", .queue = "lots", .args = args, .max_retries = 3 };
    int accepted = 0;

    log_context(NULL, spec.trace_id);
    for (size_t size = JOB_MAX_BYTES - 300; size < JOB_MAX_BYTES; size += 10) {
        struct fail f = { 0 };
        memset(args, 'a', size);
        memcpy(args, "[\"", 2);
        memcpy(args + size - 2, "\"]", 3);
        accepted += outbox_add(x.db, "e", &large, &f) == 0;
    }
    log_context(NULL, NULL);
    assert_in_range(accepted, 1, 29);
    assert_int_equal(relay(100), accepted);
    scoped(json_clear_p) json_t *jobs = fixture_list(&x, "queue:lots");
    assert_int_equal(json_array_size(jobs), accepted);
    assert_int_equal(
        fixture_number(&x, "select count(*) from audit where action = 'outbox.refused'"), 0);
}

static void rows_go_oldest_first_and_in_batches(void **state)
{
    (void)state;
    struct fail f = { 0 };
    char args[16];
    for (int i = 0; i < 5; i++) {
        struct job_spec numbered = spec;
        snprintf(args, sizeof args, "[%d]", i);
        numbered.args = args;
        assert_int_equal(outbox_add(x.db, "order.received", &numbered, &f), 0);
    }
    assert_int_equal(relay(3), 3);
    assert_int_equal(relay(3), 2);
    scoped(json_clear_p) json_t *jobs = fixture_list(&x, "queue:fulfillment");
    for (size_t i = 0; i < 5; i++) { /* the tail runs next */
        const json_t *job = json_array_get(jobs, 4 - i);
        assert_int_equal(json_integer_value(json_array_get(json_object_get(job, "args"), 0)), i);
    }
}

static void a_relay_that_dies_between_push_and_mark_repeats_the_same_job(void **state)
{
    (void)state;
    struct fail f = { 0 };
    int64_t sent = 0;

    add(2);
    fixture_sql(&x,
                "create function die() returns trigger language plpgsql as $$ begin raise "
                "exception 'crash'; end $$;"
                "create trigger die before update on outbox for each row execute function die()");
    assert_int_equal(outbox_relay(x.db, x.redis, 10, &sent, &f), -1);
    fixture_sql(&x, "drop trigger die on outbox; drop function die");
    assert_int_equal(relay(10), 2);

    scoped(json_clear_p) json_t *jobs = fixture_list(&x, "queue:fulfillment");
    assert_int_equal(json_array_size(jobs), 4);
    assert_string_equal(json_text(json_array_get(jobs, 0), "jid", "?"),
                        json_text(json_array_get(jobs, 2), "jid", ""));
    assert_string_equal(json_text(json_array_get(jobs, 1), "jid", "?"),
                        json_text(json_array_get(jobs, 3), "jid", ""));
    assert_string_not_equal(json_text(json_array_get(jobs, 0), "jid", ""),
                            json_text(json_array_get(jobs, 1), "jid", ""));
}

static void a_row_that_can_never_be_a_job_is_told_and_blocks_nobody(void **state)
{
    (void)state;
    add(1);
    fixture_sql(&x, "insert into outbox (event, job_type, queue, args) values ('broken', 'bad "
                    "type!', 'fulfillment', '[]'),"
                    " ('broken', 'noop', 'fulfillment', '{\"no\":\"array\"}')");
    add(1);
    assert_int_equal(relay(10), 4);
    scoped(json_clear_p) json_t *jobs = fixture_list(&x, "queue:fulfillment");
    assert_int_equal(json_array_size(jobs), 2);
    assert_int_equal(
        fixture_number(&x, "select count(*) from audit where action = 'outbox.refused'"), 2);
    assert_int_equal(relay(10), 0);
}

static void what_could_not_be_relayed_is_refused_at_once(void **state)
{
    (void)state;
    struct fail f = { 0 };
    const struct job_spec bad[] = { { .type = "bad type!", .queue = "q" },
                                    { .type = "noop", .queue = "q", .args = "{}" },
                                    { .type = "noop", .queue = "" } };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        assert_int_equal(outbox_add(x.db, "x", &bad[i], &f), -1);
        assert_int_equal(f.kind, FAIL_INPUT);
    }
    assert_int_equal(fixture_number(&x, "select count(*) from outbox"), 0);
}

static void rows_wait_in_postgres_while_redis_takes_no_more(void **state)
{
    static const struct {
        const char *key, *value, *code;
    } limits[] = { { "dropship:queue_max", "2", "QUEUE_FULL" },
                   { "dropship:memory_full", "7 of 8 MiB", "MEMORY_FULL" } };

    (void)state;
    add(2);
    assert_int_equal(relay(10), 2);
    for (size_t i = 0; i < COUNT_OF(limits); i++) {
        scoped(redis_reply_clear_p) redisReply *set = NULL;
        scoped(redis_reply_clear_p) redisReply *unset = NULL;
        scoped(json_clear_p) json_t *before = fixture_list(&x, "queue:fulfillment");
        struct fail f = { 0 };
        int64_t sent = 0;

        add(3);
        assert_int_equal(redis_do(x.redis, &set, &f, "SET", limits[i].key, limits[i].value, NULL),
                         0);
        assert_int_equal(outbox_relay(x.db, x.redis, 10, &sent, &f), -1);
        assert_int_equal(f.kind, FAIL_LATER);
        assert_string_equal(f.code, limits[i].code);
        assert_int_equal(fixture_number(&x, "select count(*) from outbox where sent_at is null"),
                         3);
        assert_int_equal(redis_do(x.redis, &unset, &f, "DEL", limits[i].key, NULL), 0);
        assert_int_equal(relay(10), 3);
        scoped(json_clear_p) json_t *after = fixture_list(&x, "queue:fulfillment");
        assert_int_equal(json_array_size(after), json_array_size(before) + 3);
    }
}

static void insert_rows(const char *queue, int from, int to)
{
    char sql[256];

    snprintf(
        sql, sizeof sql,
        "insert into outbox (event, job_type, queue, args) select 'e', 'noop', '%s', '[' || n || "
        "']' from generate_series(%d, %d) n",
        queue, from, to);
    fixture_sql(&x, sql);
}

static void limit_queues(const char *jobs)
{
    scoped(redis_reply_clear_p) redisReply *set = NULL;
    struct fail f = { 0 };

    assert_int_equal(redis_do(x.redis, &set, &f, "SET", "dropship:queue_max", jobs, NULL), 0);
}

static int64_t unsent(const char *queue)
{
    char sql[128];

    snprintf(sql, sizeof sql, "select count(*) from outbox where sent_at is null and queue = '%s'",
             queue);
    return fixture_number(&x, sql);
}

static size_t waiting(const char *key)
{
    scoped(json_clear_p) json_t *jobs = fixture_list(&x, key);

    return json_array_size(jobs);
}

static void no_event_waits_behind_a_full_queue(void **state)
{
    struct outbox_round round = { .max = 100 };
    struct fail f = { 0 };

    (void)state;
    insert_rows("crowded", 1, 5);
    assert_int_equal(relay(100), 5);
    limit_queues("5");
    insert_rows("crowded", 6, 7);
    insert_rows("free", 1, 2);
    insert_rows("crowded", 8, 8);
    insert_rows("other", 3, 3);
    assert_int_equal(outbox_relay_round(x.db, x.redis, &round, &f), 0);
    assert_int_equal(round.sent, 3);
    assert_int_equal(round.held, 3);
    assert_string_equal(round.full.code, "QUEUE_FULL");
    assert_int_equal(waiting("queue:free"), 2);
    assert_int_equal(waiting("queue:other"), 1);
    assert_int_equal(unsent("crowded"), 3);
    assert_int_equal(outbox_relay_round(x.db, x.redis, &round, &f), -1); /* nothing else is left */
    assert_string_equal(f.code, "QUEUE_FULL");
    assert_int_equal(round.held, 3);
    limit_queues("100");
    assert_int_equal(relay(100), 3);
    assert_int_equal(unsent("crowded"), 0);
    scoped(json_clear_p) json_t *jobs = fixture_list(&x, "queue:crowded");
    assert_int_equal(json_array_size(jobs), 8);
    for (size_t i = 0; i < 8; i++) { /* each once, and in the order of the rows */
        const json_t *args = json_object_get(json_array_get(jobs, 7 - i), "args");
        assert_int_equal(json_integer_value(json_array_get(args, 0)), i + 1);
    }
}

/* More rows of full queues than a round takes stand in front. */
static void a_flood_of_events_for_full_queues_blocks_nobody(void **state)
{
    struct heard heard = { .events = 0 };
    struct outbox_round round = { .max = 10, .told = hear, .ctx = &heard };
    struct fail f = { 0 };

    (void)state;
    insert_rows("full-1", 1, 1);
    insert_rows("full-2", 1, 1);
    assert_int_equal(relay(100), 2);
    limit_queues("1");
    insert_rows("full-1", 2, 50);
    insert_rows("full-2", 2, 50);
    add(1);
    assert_int_equal(outbox_relay_round(x.db, x.redis, &round, &f), 0);
    assert_int_equal(round.sent, 1);
    assert_int_equal(heard.events, 1);
    assert_int_equal(waiting("queue:fulfillment"), 1);
    assert_int_equal(unsent("full-1") + unsent("full-2"), 98);
}

static void a_row_that_can_never_be_a_job_does_not_hold_others_of_a_full_queue(void **state)
{
    struct outbox_round round = { .max = 10 };
    struct fail f = { 0 };

    (void)state;
    insert_rows("full", 1, 1);
    assert_int_equal(relay(100), 1);
    limit_queues("1");
    fixture_sql(&x, "insert into outbox (event, job_type, queue, args) values ('broken', 'bad "
                    "type!', 'full', '[]')");
    insert_rows("full", 2, 2);
    insert_rows("free", 1, 1);
    assert_int_equal(outbox_relay_round(x.db, x.redis, &round, &f), 0);
    assert_int_equal(round.sent, 2); /* the broken one was told, and is done with */
    assert_int_equal(unsent("full"), 1);
    assert_int_equal(waiting("queue:free"), 1);
    assert_int_equal(
        fixture_number(&x, "select count(*) from audit where action = 'outbox.refused'"), 1);
}

static void a_later_event_goes_to_the_schedule(void **state)
{
    (void)state;
    struct fail f = { 0 };
    struct job_spec later = spec;
    later.run_at_us = INT64_C(4102444800000000); /* 2100 */
    assert_int_equal(outbox_add(x.db, "order.received", &later, &f), 0);
    assert_int_equal(relay(10), 1);
    scoped(redis_reply_clear_p) redisReply *score = NULL;
    assert_int_equal(
        redis_do(x.redis, &score, &f, "ZCOUNT", "schedule", "4102444800", "4102444801", NULL), 0);
    assert_int_equal(score->integer, 1);
}

static void *relay_thread(void *arg)
{
    struct db *db = NULL;
    struct redis *r = NULL;
    struct fail f = { 0 };
    int64_t sent = 0, *total = arg;

    if (db_open(fixture_database_url(), "relay", &db, &f) == 0 &&
        redis_open(fixture_redis_url(), &r, &f) == 0 && db_ready(db, &f) == 0) {
        do {
            if (outbox_relay(db, r, 20, &sent, &f) < 0) {
                *total = -1;
                break;
            }
            *total += sent;
        } while (sent > 0);
    }
    db_close(db);
    redis_close(r);
    return NULL;
}

static void two_relays_at_once_send_each_row_once(void **state)
{
    (void)state;
    enum { RELAYS = 3, ROWS = 400 };
    pthread_t threads[RELAYS];
    int64_t totals[RELAYS] = { 0 }, all = 0;

    fixture_sql(&x, "insert into outbox (event, job_type, queue, args) select 'e', 'noop', "
                    "'fulfillment', '[' || n || ']' "
                    "from generate_series(1, 400) n");
    for (size_t i = 0; i < RELAYS; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, relay_thread, &totals[i]), 0);
    }
    for (size_t i = 0; i < RELAYS; i++) {
        pthread_join(threads[i], NULL);
        assert_true(totals[i] >= 0);
        all += totals[i];
    }
    all += relay(1000); /* a relay ends when the rows left are in another's hands */
    assert_int_equal(all, ROWS);
    scoped(json_clear_p) json_t *jobs = fixture_list(&x, "queue:fulfillment");
    assert_int_equal(json_array_size(jobs), ROWS);
}

static void adding_an_event_wakes_who_listens(void **state)
{
    (void)state;
    struct fail f = { 0 };
    assert_int_equal(db_listen(x.other, "dropship_outbox", &f), 0);
    assert_int_equal(db_wait_notify(x.other, 50, &f), 1);
    add(1);
    assert_int_equal(db_wait_notify(x.other, 5000, &f), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(an_event_of_a_rolled_back_transaction_never_was, clear),
        cmocka_unit_test_setup(a_relayed_event_is_a_job_and_its_row_is_sent, clear),
        cmocka_unit_test_setup(a_round_tells_of_each_event_with_its_trace, clear),
        cmocka_unit_test_setup(what_is_accepted_is_never_refused_by_the_relay, clear),
        cmocka_unit_test_setup(rows_go_oldest_first_and_in_batches, clear),
        cmocka_unit_test_setup(a_relay_that_dies_between_push_and_mark_repeats_the_same_job, clear),
        cmocka_unit_test_setup(a_row_that_can_never_be_a_job_is_told_and_blocks_nobody, clear),
        cmocka_unit_test_setup(what_could_not_be_relayed_is_refused_at_once, clear),
        cmocka_unit_test_setup(rows_wait_in_postgres_while_redis_takes_no_more, clear),
        cmocka_unit_test_setup(no_event_waits_behind_a_full_queue, clear),
        cmocka_unit_test_setup(a_flood_of_events_for_full_queues_blocks_nobody, clear),
        cmocka_unit_test_setup(a_row_that_can_never_be_a_job_does_not_hold_others_of_a_full_queue,
                               clear),
        cmocka_unit_test_setup(a_later_event_goes_to_the_schedule, clear),
        cmocka_unit_test_setup(two_relays_at_once_send_each_row_once, clear),
        cmocka_unit_test_setup(adding_an_event_wakes_who_listens, clear),
    };
    fixture_open(&x);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    fixture_close(&x);
    return failed;
}
