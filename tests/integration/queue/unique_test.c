/* Unique jobs: who gets the lock, how long it holds, and what releases it. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/queue/unique.h"
#include "tests/integration/queue/fixture.h"

#define ME "host:1:aaaaaaaaaaaa"

static const struct job_spec spec = {
    .type = "t", .queue = "q", .args = "[7]", .max_retries = 3, .unique_for_s = 60
};

/* Key of the spec's lock. */
static const char *lock_of(const struct job_spec *s)
{
    static char key[sizeof KEY_UNIQUE + JOB_LOCK_BYTES];
    char digest[JOB_LOCK_BYTES];
    struct fail f;

    fixture_must(job_unique_digest(s, digest, &f), &f, "job_unique_digest", __FILE__, __LINE__);
    (void)snprintf(key, sizeof key, KEY_UNIQUE "%s", digest);
    return key;
}

static bool is_locked(struct fixture *fx)
{
    return fixture_int(fx, "EXISTS", lock_of(&spec), NULL) == 1;
}

/* Enqueue it and claim it. */
static void start(struct fixture *fx, struct batch *b, char *jid)
{
    must(queue_enqueue(fx->redis, &spec, jid, &fx->fail), fx);
    fixture_claim(fx, b, ME, "q", 1, 1);
    assert_int_equal(b->count, 1);
    assert_true(is_locked(fx));
}

static void a_second_one_is_told_who_was_first(void **state)
{
    struct fixture *fx = *state;
    char first[JOB_JID_BYTES], second[JOB_JID_BYTES];
    struct job_spec other = spec;

    must(queue_enqueue(fx->redis, &spec, first, &fx->fail), fx);
    assert_int_equal(queue_enqueue(fx->redis, &spec, second, &fx->fail), 1);
    assert_string_equal(first, second);
    assert_int_equal(fixture_int(fx, "LLEN", "queue:q", NULL), 1);
    assert_in_range(fixture_int(fx, "TTL", lock_of(&spec), NULL), 59, 60);
    other.args = "[8]";
    must(queue_enqueue(fx->redis, &other, second, &fx->fail), fx);
    assert_string_not_equal(first, second);
    assert_int_equal(fixture_int(fx, "LLEN", "queue:q", NULL), 2);
}

static void jobs_with_the_same_key_are_the_same(void **state)
{
    struct fixture *fx = *state;
    struct job_spec one = spec, two = spec;
    char first[JOB_JID_BYTES], second[JOB_JID_BYTES];

    one.unique_key = two.unique_key = "order 42";
    two.type = "u";
    two.queue = "r";
    must(queue_enqueue(fx->redis, &one, first, &fx->fail), fx);
    assert_int_equal(queue_enqueue(fx->redis, &two, second, &fx->fail), 1);
    assert_string_equal(first, second);
}

static void the_lock_of_a_delayed_job_outlasts_the_delay(void **state)
{
    struct fixture *fx = *state;
    struct job_spec later = spec;
    char jid[JOB_JID_BYTES];

    later.run_at_us = clock_now_us() + 3600 * INT64_C(1000000);
    must(queue_enqueue(fx->redis, &later, jid, &fx->fail), fx);
    assert_in_range(fixture_int(fx, "TTL", lock_of(&spec), NULL), 3658, 3660);
    assert_int_equal(queue_enqueue(fx->redis, &spec, jid, &fx->fail), 1);
}

static void a_repeated_call_with_the_same_id_pushes_once(void **state)
{
    struct fixture *fx = *state;
    struct job_spec again = spec;
    char jid[JOB_JID_BYTES];

    again.jid = "mine";
    for (int i = 0; i < 3; i++) {
        must(queue_enqueue(fx->redis, &again, jid, &fx->fail), fx);
        assert_string_equal(jid, "mine");
    }
    assert_int_equal(fixture_int(fx, "LLEN", "queue:q", NULL), 1);
}

static void the_end_of_the_job_releases_the_lock(void **state)
{
    static const enum settle_kind ends[] = { SETTLE_DONE, SETTLE_DEAD };
    struct fixture *fx = *state;
    static struct batch b;
    char jid[JOB_JID_BYTES];

    for (size_t i = 0; i < COUNT_OF(ends); i++) {
        start(fx, &b, jid);
        assert_false(fixture_settle(fx, &b, 0, ends[i], b.payloads[0]));
        assert_false(is_locked(fx));
        batch_free(&b);
    }
}

static void a_batch_of_mixed_jobs_releases_its_locks(void **state)
{
    struct fixture *fx = *state;
    static struct batch b;
    struct settlement settled[3];
    char jid[JOB_JID_BYTES];

    for (int whole = 0; whole < 2; whole++) {
        fixture_enqueue(fx, "q", 1, NULL);
        must(queue_enqueue(fx->redis, &spec, jid, &fx->fail), fx);
        fixture_enqueue(fx, "q", 2, NULL);
        fixture_claim(fx, &b, ME, "q", 1, COUNT_OF(settled));
        assert_int_equal(b.count, COUNT_OF(settled));
        for (size_t i = 0; i < b.count; i++) {
            settled[i] = (struct settlement){ .kind = SETTLE_DONE,
                                              .payload = b.payloads[i],
                                              .payload_bytes = b.sizes[i],
                                              .no_lock = i != 1 };
        }
        assert_true(is_locked(fx));
        must((whole == 1 ? queue_settle_whole : queue_settle)(
                 fx->redis, &b.list, &(struct settle_batch){ settled, b.count, clock_now_us() },
                 &fx->fail),
             fx);
        assert_false(is_locked(fx));
        batch_free(&b);
    }
}

static void a_job_that_will_be_tried_again_keeps_its_lock(void **state)
{
    static const enum settle_kind ends[] = { SETTLE_RETRY, SETTLE_SNOOZE, SETTLE_BACK };
    struct fixture *fx = *state;
    static struct batch b;
    char first[JOB_JID_BYTES], second[JOB_JID_BYTES];

    for (size_t i = 0; i < COUNT_OF(ends); i++) {
        command(fx, "FLUSHDB");
        start(fx, &b, first);
        assert_false(fixture_settle(fx, &b, 0, ends[i], b.payloads[0]));
        assert_int_equal(queue_enqueue(fx->redis, &spec, second, &fx->fail), 1);
        assert_string_equal(first, second);
        batch_free(&b);
    }
}

static void a_fenced_job_releases_nothing(void **state)
{
    struct fixture *fx = *state;
    static struct batch b;
    char jid[JOB_JID_BYTES];

    start(fx, &b, jid);
    command(fx, "DEL", b.list.key);
    assert_true(fixture_settle(fx, &b, 0, SETTLE_DONE, NULL));
    assert_true(is_locked(fx));
    batch_free(&b);
}

static void nobody_releases_the_lock_of_another(void **state)
{
    struct fixture *fx = *state;
    static struct batch b;
    char jid[JOB_JID_BYTES];

    start(fx, &b, jid);
    command(fx, "SET", lock_of(&spec), "another", "EX", "60"); /* ours had run out */
    assert_false(fixture_settle(fx, &b, 0, SETTLE_DONE, NULL));
    assert_true(is_locked(fx));
    batch_free(&b);
}

static void deleting_or_killing_releases_the_lock(void **state)
{
    struct fixture *fx = *state;
    char jid[JOB_JID_BYTES];

    must(queue_enqueue(fx->redis, &spec, jid, &fx->fail), fx);
    must(queue_delete(fx->redis, jid, &fx->fail), fx);
    assert_false(is_locked(fx));
    must(queue_enqueue(fx->redis, &spec, jid, &fx->fail), fx);
    must(queue_kill(fx->redis, jid, &fx->fail), fx);
    assert_false(is_locked(fx));
}

static void condemning_releases_the_lock(void **state)
{
    struct fixture *fx = *state;
    static struct batch b;
    struct recovery recovery = { .lists = 0 };
    char jid[JOB_JID_BYTES];

    must(queue_enqueue(fx->redis, &spec, jid, &fx->fail), fx);
    while (recovery.condemned == 0) { /* its workers vanish, one after the other */
        assert_true(is_locked(fx));
        fixture_claim(fx, &b, ME, "q", 1, 1);
        assert_int_equal(b.count, 1);
        batch_free(&b);
        must(queue_recover(fx->redis, clock_now_us(), &recovery, &fx->fail), fx);
    }
    assert_false(is_locked(fx));
}

static void a_lock_that_was_left_behind_ends_by_itself(void **state)
{
    struct fixture *fx = *state;
    struct job_spec brief = spec;
    char jid[JOB_JID_BYTES];
    int64_t until_ms = clock_mono_ms() + 10000;

    brief.unique_for_s = 1;
    must(queue_enqueue(fx->redis, &brief, jid, &fx->fail), fx);
    command(fx, "DEL", "queue:q"); /* Sidekiq's "clear queue" knows nothing of locks */
    while (is_locked(fx) && clock_mono_ms() < until_ms) {
        clock_sleep_ms(20);
    }
    must(queue_enqueue(fx->redis, &brief, jid, &fx->fail), fx);
}

static void a_lock_can_be_held_for_longer(void **state)
{
    struct fixture *fx = *state;
    static struct batch b;
    scoped(job_free_p) struct job *job = NULL;
    char jid[JOB_JID_BYTES];

    start(fx, &b, jid);
    must(job_parse(b.payloads[0], b.sizes[0], &job, &fx->fail), fx);
    must(queue_unique_hold(fx->redis, job, clock_now_us() + 1000000000, &fx->fail), fx);
    assert_in_range(fixture_int(fx, "TTL", lock_of(&spec), NULL), 1058, 1061);
    command(fx, "DEL", lock_of(&spec));
    must(queue_unique_hold(fx->redis, job, 0, &fx->fail), fx);
    assert_in_range(fixture_int(fx, "TTL", lock_of(&spec), NULL), 59, 60);
    command(fx, "SET", lock_of(&spec), "another", "EX", "60");
    assert_int_equal(queue_unique_hold(fx->redis, job, 0, &fx->fail), 1);
    job->unique[0] = '\0';
    must(queue_unique_hold(fx->redis, job, 0, &fx->fail), fx);
    batch_free(&b);
}

static void bulk_tells_of_each_spec(void **state)
{
    struct fixture *fx = *state;
    struct job_spec specs[] = { spec, spec, spec, spec };
    struct enqueued results[COUNT_OF(specs)];

    specs[1].args = "[8]";
    specs[3].unique_for_s = 0; /* the same work, but not unique */
    must(queue_enqueue_each(fx->redis, specs, COUNT_OF(specs), results, &fx->fail), fx);
    assert_false(results[0].duplicate || results[1].duplicate || results[3].duplicate);
    assert_true(results[2].duplicate);
    assert_string_equal(results[2].jid, results[0].jid);
    assert_string_not_equal(results[3].jid, results[0].jid);
    assert_int_equal(fixture_int(fx, "LLEN", "queue:q", NULL), 3);
    must(queue_enqueue_bulk(fx->redis, specs, COUNT_OF(specs), &fx->fail), fx);
    assert_int_equal(fixture_int(fx, "LLEN", "queue:q", NULL), 4);
}

static void a_bulk_of_several_groups_finds_duplicates_in_all_of_them(void **state)
{
    enum { COUNT = 2500, DISTINCT = 1700 };
    struct fixture *fx = *state;
    scoped(free_p) struct job_spec *specs = calloc(COUNT, sizeof *specs);
    scoped(free_p) struct enqueued *results = calloc(COUNT, sizeof *results);
    scoped(free_p) char(*keys)[16] = calloc(COUNT, sizeof *keys);

    assert_true(specs != NULL && results != NULL && keys != NULL);
    for (size_t i = 0; i < COUNT; i++) {
        (void)snprintf(keys[i], sizeof keys[i], "key %zu", i % DISTINCT);
        specs[i] = spec;
        specs[i].unique_key = keys[i];
    }
    must(queue_enqueue_each(fx->redis, specs, COUNT, results, &fx->fail), fx);
    for (size_t i = 0; i < COUNT; i++) {
        assert_int_equal(results[i].duplicate, i >= DISTINCT);
        assert_string_equal(results[i].jid, results[i % DISTINCT].jid);
    }
    assert_int_equal(fixture_int(fx, "LLEN", "queue:q", NULL), DISTINCT);
    for (size_t i = 0; i < DISTINCT; i++) { /* ids of a bulk are those of any job */
        int64_t ago_s = clock_now_us() / 1000000 - id_jid_second(results[i].jid);

        assert_in_range(ago_s + 1, 0, 60);
        assert_true(i == 0 || strcmp(results[i].jid, results[i - 1].jid) != 0);
    }
    command(fx, "SCRIPT", "FLUSH"); /* the next call finds the scripts gone */
    for (size_t i = 0; i < COUNT; i++) {
        specs[i].unique_for_s = 0;
        specs[i].unique_key = NULL;
    }
    must(queue_enqueue_bulk(fx->redis, specs, COUNT, &fx->fail), fx);
    assert_int_equal(fixture_int(fx, "LLEN", "queue:q", NULL), DISTINCT + COUNT);
}

/* ---- a race ---- */

enum { RACERS = 100, ROUNDS = 5 };

struct race {
    pthread_barrier_t start;
    char jids[RACERS][JOB_JID_BYTES];
    int outcomes[RACERS];
    struct redis *redis[RACERS];
};
struct racer {
    struct race *race;
    size_t number;
};

static void *run_racer(void *arg)
{
    struct racer *me = arg;
    struct fail f;

    (void)pthread_barrier_wait(&me->race->start);
    me->race->outcomes[me->number] =
        queue_enqueue(me->race->redis[me->number], &spec, me->race->jids[me->number], &f);
    return NULL;
}

static void of_a_hundred_callers_at_once_one_wins(void **state)
{
    struct fixture *fx = *state;
    static struct race race;
    static struct racer racers[RACERS];
    pthread_t threads[RACERS];

    for (size_t i = 0; i < RACERS; i++) {
        race.redis[i] = fixture_connect();
        must(redis_connect(race.redis[i], &fx->fail), fx);
        racers[i] = (struct racer){ &race, i };
    }
    for (int round = 0; round < ROUNDS; round++) {
        int won = 0;

        command(fx, "FLUSHDB");
        pthread_barrier_init(&race.start, NULL, RACERS);
        for (size_t i = 0; i < RACERS; i++) {
            assert_int_equal(pthread_create(&threads[i], NULL, run_racer, &racers[i]), 0);
        }
        for (size_t i = 0; i < RACERS; i++) {
            assert_int_equal(pthread_join(threads[i], NULL), 0);
        }
        pthread_barrier_destroy(&race.start);
        for (size_t i = 0; i < RACERS; i++) {
            assert_in_range(race.outcomes[i], 0, 1);
            assert_string_equal(race.jids[i], race.jids[0]);
            won += race.outcomes[i] == 0;
        }
        assert_int_equal(won, 1);
        assert_int_equal(fixture_int(fx, "LLEN", "queue:q", NULL), 1);
    }
    for (size_t i = 0; i < RACERS; i++) {
        redis_close(race.redis[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        queue_test(a_second_one_is_told_who_was_first),
        queue_test(jobs_with_the_same_key_are_the_same),
        queue_test(the_lock_of_a_delayed_job_outlasts_the_delay),
        queue_test(a_repeated_call_with_the_same_id_pushes_once),
        queue_test(the_end_of_the_job_releases_the_lock),
        queue_test(a_batch_of_mixed_jobs_releases_its_locks),
        queue_test(a_job_that_will_be_tried_again_keeps_its_lock),
        queue_test(a_fenced_job_releases_nothing),
        queue_test(nobody_releases_the_lock_of_another),
        queue_test(deleting_or_killing_releases_the_lock),
        queue_test(condemning_releases_the_lock),
        queue_test(a_lock_that_was_left_behind_ends_by_itself),
        queue_test(a_lock_can_be_held_for_longer),
        queue_test(bulk_tells_of_each_spec),
        queue_test(a_bulk_of_several_groups_finds_duplicates_in_all_of_them),
        queue_test(of_a_hundred_callers_at_once_one_wins),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
