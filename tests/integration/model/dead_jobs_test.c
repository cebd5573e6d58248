/* The archive of dead jobs. */
#include "tests/integration/model/fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/attr.h"
#include "common/base/json.h"
#include "common/model/dead_jobs.h"

static int setup(void **state)
{
    static struct fixture x;

    fixture_open(&x);
    *state = &x;
    return 0;
}

static int teardown(void **state)
{
    fixture_close(*state);
    return 0;
}

static void must(int result, const struct fail *f)
{
    if (result < 0) {
        fail_msg("%s", f->text);
    }
}

static int64_t ask(struct fixture *x, const char *command, const char *key)
{
    redisReply *reply = NULL;
    struct fail f;
    int64_t value;

    must(redis_do(x->redis, &reply, &f, command, key, NULL), &f);
    value = reply->type == REDIS_REPLY_INTEGER ? reply->integer
            : reply->str != NULL               ? strtoll(reply->str, NULL, 10)
                                               : -1;
    freeReplyObject(reply);
    return value;
}

static void eval(struct fixture *x, const char *script)
{
    redisReply *reply = NULL;
    struct fail f;

    must(redis_do(x->redis, &reply, &f, "EVAL", script, "0", NULL), &f);
    freeReplyObject(reply);
}

/* 1300 dead jobs, number i died at second 1000 + i of long ago; the last 100 died today; one is no text at all. */
static void fill(struct fixture *x)
{
    fixture_clear(x);
    fixture_sql(x, "truncate dead_job restart identity");
    eval(x, "local now = redis.call('TIME')[1] for i = 0, 1299 do "
            "redis.call('ZADD', 'dead', i < 1200 and 1000 + i or now - 1300 + i, "
            "string.format('{\"class\":\"c\",\"queue\":\"q\",\"jid\":\"j%d\",\"args\":[1e-7,%d],"
            "\"error_class\":\"E\",\"error_message\":\"caf\\195\\169 \\\\u0000\"}', i, i)) end "
            "redis.call('ZADD', 'dead', 5, 'no \\255\\0 text')");
}

static int64_t archive(struct fixture *x, int64_t keep, int64_t keep_s, int64_t most)
{
    const struct dead_archiving what = { { keep, keep_s }, most };
    struct fail f;
    int64_t archived = -1;

    must(dead_jobs_archive(x->db, x->redis, &what, &archived, &f), &f);
    return archived;
}

static void the_oldest_beyond_the_limits_move_to_the_archive(void **state)
{
    struct fixture *x = *state;
    struct archive_counts counts;
    struct fail f;

    fill(x);
    assert_int_equal(archive(x, 2000, 1000000000000, 100000), 0);
    assert_int_equal(archive(x, 600, 1000000000000, 100000), 701); /* two pages */
    assert_int_equal(ask(x, "ZCARD", "dead"), 600);
    assert_int_equal(fixture_number(x, "select count(*) from dead_job"), 701);
    assert_int_equal(fixture_number(x, "select count(*) from dead_job where jid in ('j0', 'j699')"),
                     2);
    assert_int_equal(archive(x, 600, 86400, 100000), 500); /* by age: all but today's */
    assert_int_equal(ask(x, "ZCARD", "dead"), 100);
    assert_int_equal(archive(x, 600, 86400, 100000), 0);
    must(queue_archive_counts(x->redis, &counts, &f), &f);
    assert_int_equal(counts.archived, 1201);
    assert_int_equal(counts.trimmed, 0);
}

static void the_archive_keeps_every_byte(void **state)
{
    struct fixture *x = *state;

    fill(x);
    assert_int_equal(archive(x, 0, 1000000000000, 100000), 1301);
    assert_int_equal(
        fixture_number(x, "select count(*) from dead_job where payload = '\\x6e6f20ff002074657874' "
                          "and jid is null and class is null and extract(epoch from died_at) = 5"),
        1);
    assert_int_equal(
        fixture_number(
            x, "select count(*) from dead_job where jid = 'j7' and class = 'c' and queue = 'q' and "
               "error_class = 'E' and encode(payload, 'escape') like '%\"args\":[1e-7,7]%' and "
               "digest = encode(sha256(payload), 'hex') and extract(epoch from died_at) = 1007"),
        1);
}

static void what_is_archived_twice_is_kept_once(void **state)
{
    struct fixture *x = *state;

    fill(x);
    assert_int_equal(archive(x, 0, 1000000000000, 100000), 1301);
    /* As after a crash between the two stores: Redis has them still. */
    eval(
        x,
        "redis.call('ZADD', 'dead', 1007, '{\"class\":\"c\",\"queue\":\"q\",\"jid\":\"j7\","
        "\"args\":[1e-7,7],\"error_class\":\"E\",\"error_message\":\"caf\\195\\169 \\\\u0000\"}')");
    assert_int_equal(archive(x, 0, 1000000000000, 100000), 1);
    assert_int_equal(fixture_number(x, "select count(*) from dead_job"), 1301);
    assert_int_equal(ask(x, "EXISTS", "dead"), 0);
}

static void a_run_archives_no_more_than_it_may(void **state)
{
    struct fixture *x = *state;

    fill(x);
    assert_int_equal(archive(x, 0, 1000000000000, 1000), 1000);
    assert_int_equal(ask(x, "ZCARD", "dead"), 301);
}

static void without_postgres_nothing_leaves_redis(void **state)
{
    struct fixture *x = *state;
    const struct dead_archiving what = { { 0, 0 }, 100000 };
    int64_t archived;
    struct fail f;

    fill(x);
    fixture_sql(x, "alter table dead_job rename to away");
    assert_int_equal(dead_jobs_archive(x->db, x->redis, &what, &archived, &f), -1);
    fixture_sql(x, "alter table away rename to dead_job");
    assert_int_equal(ask(x, "ZCARD", "dead"), 1301);
}

static int retry(struct fixture *x, struct db *db, const char *jid, struct fail *f)
{
    scoped(db_rollback_p) struct db *tx = NULL;

    must(db_begin(db, &tx, f), f);
    if (dead_jobs_retry(tx, x->redis, jid, "cli:anna", f) < 0) {
        return -1;
    }
    return db_commit(&tx, f);
}

static void an_archived_job_is_run_again_once(void **state)
{
    struct fixture *x = *state;
    scoped(redis_reply_clear_p) redisReply *pushed = NULL;
    struct fail f;

    fill(x);
    assert_int_equal(archive(x, 0, 1000000000000, 100000), 1301);
    must(retry(x, x->db, "j7", &f), &f);
    assert_int_equal(ask(x, "LLEN", "queue:q"), 1);
    must(redis_do(x->redis, &pushed, &f, "LINDEX", "queue:q", "0", NULL), &f);
    assert_non_null(strstr(pushed->str, "\"args\":[1e-7,7]"));
    assert_int_equal(retry(x, x->other, "j7", &f), -1);
    assert_int_equal(f.kind, FAIL_MISSING);
    assert_int_equal(retry(x, x->db, "nobody", &f), -1);
    assert_int_equal(f.kind, FAIL_MISSING);
    assert_int_equal(ask(x, "LLEN", "queue:q"), 1);
    assert_int_equal(
        fixture_number(x, "select count(*) from dead_job where retried_by = 'cli:anna'"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_oldest_beyond_the_limits_move_to_the_archive),
        cmocka_unit_test(the_archive_keeps_every_byte),
        cmocka_unit_test(what_is_archived_twice_is_kept_once),
        cmocka_unit_test(a_run_archives_no_more_than_it_may),
        cmocka_unit_test(without_postgres_nothing_leaves_redis),
        cmocka_unit_test(an_archived_job_is_run_again_once),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
