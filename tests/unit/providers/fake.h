/* A stand-in for HTTP, the clock and the gate: answers are scripted, requests and reports
 * recorded.  The test programs are linked with --wrap for http_call, clock_sleep_ms and
 * clock_mono_ms, so nothing is sent and nobody waits.
 * Threads: one. */
#pragma once

#include "common/http/http.h"
#include "worker/providers/gate.h"

enum { FAKE_MAX = 64 };

struct fake {
    /* script */
    struct {
        int status; /* 0 = no answer */
        enum fail_kind silence;
        int64_t retry_after_ms;
        const char *body;
        const char *version;
    } answers[FAKE_MAX];
    size_t answer_count;
    enum fail_kind gate_refuses; /* FAIL_NONE = lets everybody in */
    enum fail_kind token_refuses;
    /* record */
    struct {
        char method[8], url[512];
        char *body; /* "" when none */
        char headers[1024];
    } requests[FAKE_MAX];
    size_t request_count;
    struct {
        char operation[64];
        double cost;
        int64_t at_ms;
    } enters[FAKE_MAX];
    size_t enter_count, leave_count, token_count, renew_count;
    bool healthy[FAKE_MAX];
    int64_t throttled_ms[FAKE_MAX];
    double available, maximum, restore_per_s;
    size_t bucket_count;
    int64_t points_gone_ms;
    int64_t slept_ms, now_ms;
};
extern struct fake fake;
extern const struct provider_gate fake_gate;

/* Setup and teardown for cmocka. */
int fake_setup(void **state);
int fake_teardown(void **state);
/* Script the next answers. */
void fake_answer(int status, const char *body);
void fake_answer_later(int status, const char *body, int64_t retry_after_ms);
void fake_silence(enum fail_kind kind);
