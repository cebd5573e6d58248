/* Backpressure on a Redis of its own with a real, small maxmemory: enqueue fails fast, claims and settlements go on,
 * and what was refused is taken again by itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/clock.h"
#include "common/queue/pressure.h"
#include "common/queue/queue.h"
#include "common/queue/unique.h"
#include "tests/support/redis_server.h"

enum { MAX_BYTES = 8 * 1024 * 1024, ARGS_BYTES = 4096, BATCH = 16 };

struct world {
    struct redis_server server;
    struct redis *redis;
    struct fail fail;
};
static struct world world;
static char args[ARGS_BYTES];
static const struct job_spec spec = { .type = "t", .queue = "q", .args = args, .max_retries = 3 };

static void check(int result, const char *what, int line)
{
    if (result != 0) {
        print_error("line %d: %s gave %d: %s\n", line, what, result, world.fail.text);
        fail();
    }
}
#define must(call) check((call), #call, __LINE__)

static int64_t ask(const char *name, const char *key, const char *more)
{
    scoped(redis_reply_clear_p) redisReply *reply = NULL;

    must(redis_do(world.redis, &reply, &world.fail, name, key, more, NULL));
    return reply->type == REDIS_REPLY_INTEGER ? reply->integer : 0;
}

static void set_maxmemory(const char *bytes)
{
    scoped(redis_reply_clear_p) redisReply *reply = NULL;

    must(redis_do(world.redis, &reply, &world.fail, "CONFIG", "SET", "maxmemory", bytes, NULL));
}

static int start_world(void **state)
{
    (void)state;
    redis_server_start(&world.server);
    memset(args, 'x', sizeof args);
    memcpy(args, "[\"", 2);
    memcpy(args + sizeof args - 3, "\"]", 3);
    return redis_open(world.server.url, &world.redis, &world.fail);
}

static int stop_world(void **state)
{
    (void)state;
    redis_close(world.redis);
    redis_server_stop(&world.server);
    return 0;
}

static int empty_world(void **state)
{
    char bytes[32];

    (void)state;
    (void)snprintf(bytes, sizeof bytes, "%d", MAX_BYTES);
    set_maxmemory(bytes);
    (void)ask("FLUSHALL", NULL, NULL);
    return 0;
}

/* One round of the scheduler's duty. */
static struct pressure look(int64_t queue_max)
{
    struct pressure p = { .queue_max = queue_max, .memory_percent = 80 };

    must(queue_pressure(world.redis, &p, &world.fail));
    return p;
}

static int enqueue(void)
{
    char jid[JOB_JID_BYTES];

    return queue_enqueue(world.redis, &spec, jid, &world.fail);
}

/* Claim up to BATCH jobs and settle them as done; returns how many. */
static size_t work(void)
{
    struct claim_list list;
    struct claimed got = { .count = 0 };
    struct settlement settled[BATCH];
    size_t count;

    queue_claim_list("host:1:aaaaaaaaaaaa", "q", 1, &list);
    must(queue_claim(world.redis, &(struct claim_request){ .list = &list, .max = BATCH }, &got,
                     &world.fail));
    count = got.count;
    for (size_t i = 0; i < count; i++) {
        settled[i] = (struct settlement){ .kind = SETTLE_DONE };
        settled[i].payload = claimed_payload(&got, i, &settled[i].payload_bytes);
    }
    must(queue_settle(world.redis, &list, &(struct settle_batch){ settled, count, clock_now_us() },
                      &world.fail));
    for (size_t i = 0; i < count; i++) {
        assert_false(settled[i].fenced);
    }
    claimed_done(&got);
    return count;
}

/* Enqueue until it is refused, the duty looking now and then; returns how many were taken. */
static int64_t fill(void)
{
    int64_t taken = 0;

    while (enqueue() == 0) {
        taken++;
        if (taken % 50 == 0) {
            (void)look(PRESSURE_QUEUE_MAX);
        }
        assert_true(taken < MAX_BYTES / ARGS_BYTES);
    }
    return taken;
}

static void a_filling_redis_refuses_new_jobs_long_before_it_is_full(void **state)
{
    struct pressure p;

    (void)state;
    assert_false(look(PRESSURE_QUEUE_MAX).full);
    assert_true(fill() > 100);
    assert_int_equal(world.fail.kind, FAIL_LATER);
    assert_string_equal(world.fail.code, "MEMORY_FULL");
    assert_non_null(strstr(world.fail.text, "of 8.0 MiB used, the threshold is 80 %"));
    assert_true(world.fail.retry_after_ms > 0);
    p = look(PRESSURE_QUEUE_MAX);
    assert_true(p.full);
    assert_int_equal(p.max_bytes, MAX_BYTES);
    assert_true(p.used_bytes >= MAX_BYTES / 100 * 80);
    assert_true(p.used_bytes < MAX_BYTES / 100 * 95);
}

static void claims_and_settlements_go_on_and_make_room(void **state)
{
    int64_t done = 0, taken;
    size_t count;

    (void)state;
    taken = fill();
    while (look(PRESSURE_QUEUE_MAX).full) {
        assert_int_equal(enqueue(), -1);
        assert_string_equal(world.fail.code, "MEMORY_FULL");
        count = work();
        assert_true(count > 0);
        done += (int64_t)count;
    }
    assert_true(done > 0 && done < taken);
    must(enqueue());
    while ((count = work()) > 0) {
        done += (int64_t)count;
    }
    assert_int_equal(done, taken + 1); /* what was refused left nothing behind */
}

static void workers_empty_a_redis_that_is_beyond_its_limit(void **state)
{
    int64_t taken, done = 0;
    size_t count;

    (void)state;
    taken = fill();
    set_maxmemory("1mb");
    assert_true(look(PRESSURE_QUEUE_MAX).full); /* the flag is set where nothing else can be */
    assert_int_equal(enqueue(), -1);
    while ((count = work()) > 0) {
        done += (int64_t)count;
    }
    assert_int_equal(done, taken);
}

static void without_a_look_the_flag_ends_by_itself(void **state)
{
    scoped(redis_reply_clear_p) redisReply *reply = NULL;

    (void)state;
    (void)fill();
    assert_in_range(ask("PTTL", KEY_MEMORY_FULL, NULL), 1, PRESSURE_FLAG_MS);
    must(redis_do(world.redis, &reply, &world.fail, "PEXPIRE", KEY_MEMORY_FULL, "1", NULL));
    for (int64_t until_ms = clock_mono_ms() + 5000; clock_mono_ms() < until_ms;) {
        if (ask("EXISTS", KEY_MEMORY_FULL, NULL) == 0) {
            break;
        }
        clock_sleep_ms(2);
    }
    must(enqueue());
}

static void a_redis_without_limit_is_never_full(void **state)
{
    (void)state;
    set_maxmemory("0");
    assert_false(look(PRESSURE_QUEUE_MAX).full);
    assert_int_equal(look(PRESSURE_QUEUE_MAX).max_bytes, 0);
}

static void a_queue_takes_no_more_than_its_limit(void **state)
{
    struct job_spec other = spec, unique = spec;
    char jid[JOB_JID_BYTES];

    (void)state;
    other.queue = "r";
    unique.unique_for_s = 60;
    (void)look(3);
    for (int i = 0; i < 3; i++) {
        must(enqueue());
    }
    assert_int_equal(enqueue(), -1);
    assert_int_equal(world.fail.kind, FAIL_LATER);
    assert_string_equal(world.fail.code, "QUEUE_FULL");
    assert_non_null(strstr(world.fail.text, "queue q is full: 3 jobs wait and the limit is 3"));
    assert_int_equal(queue_enqueue(world.redis, &unique, jid, &world.fail), -1);
    assert_string_equal(world.fail.code, "QUEUE_FULL");
    assert_int_equal(ask("LLEN", "queue:q", NULL), 3);
    must(queue_enqueue(world.redis, &other, jid, &world.fail));
    assert_int_equal(work(), 3);
    must(enqueue());
    (void)look(1);
    assert_int_equal(enqueue(), -1); /* the limit is the pool's, and changes while it runs */
}

static void a_bulk_with_one_full_queue_pushes_nothing(void **state)
{
    struct job_spec specs[] = { spec, spec, spec };

    (void)state;
    specs[0].queue = "r";
    (void)look(1);
    must(enqueue());
    assert_int_equal(queue_enqueue_bulk(world.redis, specs, COUNT_OF(specs), &world.fail), -1);
    assert_string_equal(world.fail.code, "QUEUE_FULL");
    assert_int_equal(ask("EXISTS", "queue:r", NULL), 0);
}

static void a_long_bulk_ends_at_the_group_that_is_refused(void **state)
{
    enum { COUNT = 2500, LIMIT = 900, GROUP = 1000 };
    scoped(free_p) struct job_spec *specs = calloc(COUNT, sizeof *specs);

    (void)state;
    assert_non_null(specs);
    for (size_t i = 0; i < COUNT; i++) {
        specs[i] = spec;
        specs[i].args = NULL;
    }
    (void)look(LIMIT);
    assert_int_equal(queue_enqueue_bulk(world.redis, specs, COUNT, &world.fail), -1);
    assert_string_equal(world.fail.code, "QUEUE_FULL");
    assert_int_equal(ask("LLEN", "queue:q", NULL), GROUP);
    assert_true(work() > 0); /* the connection is as before */
}

static void what_is_due_the_timetable_and_recovered_jobs_are_let_in(void **state)
{
    const struct slot slot = { .name = "tick",
                               .interval_ms = 1000,
                               .job = { .type = "tick", .queue = "q", .max_retries = 1 } };
    struct job_spec later = spec;
    char jid[JOB_JID_BYTES];
    int64_t moved = 0, wait_ms;

    (void)state;
    (void)look(1);
    must(enqueue());
    later.run_at_us = clock_now_us() + 20000;
    must(queue_enqueue(world.redis, &later, jid, &world.fail));
    for (int64_t until_ms = clock_mono_ms() + 5000; moved == 0 && clock_mono_ms() < until_ms;) {
        must(queue_promote(world.redis, 10, &moved, &wait_ms, &world.fail));
    }
    assert_int_equal(moved, 1);
    must(queue_slot(world.redis, &slot, &wait_ms, &world.fail));
    must(queue_kill(world.redis, jid, &world.fail));
    must(queue_retry(world.redis, jid, &world.fail));
    assert_int_equal(ask("LLEN", "queue:q", NULL), 3);
    assert_int_equal(enqueue(), -1);
}

#define pressure_test(f) cmocka_unit_test_setup(f, empty_world)

int main(void)
{
    const struct CMUnitTest tests[] = {
        pressure_test(a_filling_redis_refuses_new_jobs_long_before_it_is_full),
        pressure_test(claims_and_settlements_go_on_and_make_room),
        pressure_test(workers_empty_a_redis_that_is_beyond_its_limit),
        pressure_test(without_a_look_the_flag_ends_by_itself),
        pressure_test(a_redis_without_limit_is_never_full),
        pressure_test(a_queue_takes_no_more_than_its_limit),
        pressure_test(a_bulk_with_one_full_queue_pushes_nothing),
        pressure_test(a_long_bulk_ends_at_the_group_that_is_refused),
        pressure_test(what_is_due_the_timetable_and_recovered_jobs_are_let_in),
    };

    return cmocka_run_group_tests(tests, start_world, stop_world);
}
