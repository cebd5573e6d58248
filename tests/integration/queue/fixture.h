/* What the queue's integration tests share: a database of their own on the Redis of
 * DROPSHIP_TEST_REDIS_URL, emptied before each test, and short ways to look into it.  Everything
 * here fails the running test rather than returning failures. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/queue/queue.h"

struct fixture {
    struct redis *redis;
    struct fail fail;
};

/* cmocka setup and teardown of a test; *state becomes a struct fixture. */
int fixture_setup(void **state);
int fixture_teardown(void **state);
#define queue_test(f) cmocka_unit_test_setup_teardown(f, fixture_setup, fixture_teardown)

/* Another connection to the same database; redis_close. */
struct redis *fixture_connect(void);
/* The call returned 0; otherwise the failure's text is shown. */
#define must(call, fx) fixture_must((call), &(fx)->fail, #call, __FILE__, __LINE__)
void fixture_must(int result, const struct fail *f, const char *what, const char *file, int line);

/* A command's integer, or text in a static buffer. */
int64_t fixture_int(struct fixture *fx, const char *command, const char *key, const char *more);
/* Element of a list as text; test's to free.  NULL when absent. */
char *fixture_lindex(struct fixture *fx, const char *key, const char *index);
/* Only member of a sorted set (its first). */
char *fixture_first(struct fixture *fx, const char *set);
void fixture_command(struct fixture *fx, const char *const *words, size_t count);
#define command(fx, ...)                                                                           \
    fixture_command((fx), (const char *[]){ __VA_ARGS__ },                                         \
                    sizeof((const char *[]){ __VA_ARGS__ }) / sizeof(char *))

/* Enqueue [n] of class "test.job" on a queue; jid (JOB_JID_BYTES) may be NULL. */
void fixture_enqueue(struct fixture *fx, const char *queue, int n, char *jid);

/* A claimed batch. */
struct batch {
    struct claim_list list;
    char *payloads[QUEUE_BATCH_MAX];
    size_t sizes[QUEUE_BATCH_MAX];
    size_t count;
};
/* Claim up to max jobs into b->list, waiting up to block_ms. */
must_check int fixture_take(struct redis *r, struct batch *b, size_t max, int64_t block_ms,
                            struct fail *f);
/* Claim without waiting. */
void fixture_claim(struct fixture *fx, struct batch *b, const char *identity, const char *queue,
                   unsigned serial, size_t max);
void batch_free(struct batch *b);
/* The n of fixture_enqueue in a payload. */
int payload_number(const char *payload, size_t size_bytes);
/* Settle job i of a batch; returns whether it was fenced. */
bool fixture_settle(struct fixture *fx, const struct batch *b, size_t i, enum settle_kind kind,
                    const char *next);
