#include "api/cli/bulk.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "api/cli/note.h"
#include "api/cli/out.h"
#include "common/base/clock.h"
#include "common/base/json.h"
#include "common/base/str.h"

enum { PROGRESS_MS = 500 };

static const char *const narrowing[] = { "queue",      "class",      "error",
                                         "older-than", "newer-than", "limit" };
static const char *const done_words[BULK_ACTS] = { [BULK_COUNT] = "found",
                                                   [BULK_RETRY] = "in their queues now",
                                                   [BULK_KILL] = "dead now",
                                                   [BULK_DELETE] = "deleted" };

static bool is_narrowed(const struct cli *c)
{
    for (size_t i = 0; i < COUNT_OF(narrowing); i++) {
        if (cli_option(c, narrowing[i]) != NULL) {
            return true;
        }
    }
    return false;
}

bool bulk_is_asked(const struct cli *c)
{
    return is_narrowed(c) || cli_option(c, "all") != NULL || cli_option(c, "state") != NULL ||
           cli_option(c, "dry-run") != NULL;
}

int bulk_read_state(const char *name, enum job_state *ret, struct fail *f)
{
    for (unsigned state = 0; state < JOB_STATES; state++) {
        if (strcmp(job_state_names[state], name) == 0) {
            *ret = (enum job_state)state;
            return 0;
        }
    }
    return fail_set(f, FAIL_INPUT, "no job state '%.40s'", name);
}

/* Seconds ago as an instant; 0 = not asked. */
static int read_age(const struct cli *c, const char *name, int64_t *ret_us, struct fail *f)
{
    const char *text = cli_option(c, name);
    double seconds;

    *ret_us = 0;
    if (text != NULL) {
        TRY(str_to_double(text, 0, 100.0 * 366 * 86400, name, &seconds, f));
        *ret_us = clock_now_us() - (int64_t)(seconds * 1e6);
    }
    return 0;
}

static int read_filter(const struct cli *c, struct bulk *b, struct fail *f)
{
    b->filter.queue = cli_option(c, "queue");
    b->filter.type = cli_option(c, "class");
    b->filter.error_class = cli_option(c, "error");
    TRY(read_age(c, "older-than", &b->filter.before_us, f));
    TRY(read_age(c, "newer-than", &b->filter.after_us, f));
    TRY(cli_option_int(c, "limit", INT64_MAX, 0, &b->limit, f));
    if (cli_option(c, "limit") != NULL && b->limit == 0) {
        return fail_set(f, FAIL_INPUT, "--limit must be at least 1");
    }
    return 0;
}

/* Whoever forgets the filter should not lose a million jobs. */
static int check_breadth(const struct cli *c, enum bulk_act act, struct fail *f)
{
    if (cli_option(c, "state") == NULL && (act != BULK_RETRY || cli_option(c, "all") == NULL)) {
        return fail_set(f, FAIL_INPUT, "either one JID, or --state and what narrows it");
    }
    if (act != BULK_RETRY && cli_option(c, "all") == NULL && cli_option(c, "dry-run") == NULL &&
        !is_narrowed(c)) {
        return fail_set(f, FAIL_INPUT,
                        "nothing narrows this to less than every job of the state: add --all if "
                        "that is meant");
    }
    return 0;
}

static void show_progress(const struct bulk *b, const char *verb)
{
    fprintf(
        stderr, "dropship %s: %" PRId64 " of about %" PRId64 " %s jobs looked at, %" PRId64 " %s\n",
        verb, b->looked, b->total, job_state_names[b->filter.state], b->done, done_words[b->act]);
}

static volatile sig_atomic_t asked_to_end;

static void on_end(int signal_number)
{
    (void)signal_number;
    asked_to_end = 1;
}

/* Who interrupts a bulk shall find its line in the audit: the step under way is finished.  A second time ends at once. */
static void watch_for_end(void)
{
    const struct sigaction action = { .sa_handler = on_end, .sa_flags = (int)SA_RESETHAND };

    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
}

static int run(struct redis *r, struct bulk *b, const char *verb, struct fail *f)
{
    int64_t next_ms = clock_mono_ms() + PROGRESS_MS;

    watch_for_end();
    while (!b->finished) {
        if (asked_to_end) {
            return fail_set(f, FAIL_LATER,
                            "interrupted after %" PRId64 " jobs; the rest is as it was", b->done);
        }
        if (queue_bulk_step(r, b, f) < 0) {
            return b->done > 0 ? fail_wrap(f, "after %" PRId64 " jobs", b->done) : -1;
        }
        if (!b->finished && clock_mono_ms() >= next_ms) {
            show_progress(b, verb);
            next_ms += PROGRESS_MS;
        }
    }
    return 0;
}

static json_t *text_or_null(const char *text)
{
    return text != NULL ? out_lossy(text, strlen(text)) : json_null();
}

static void note_bulk(struct cli *c, const struct bulk *b)
{
    const struct job_filter *filter = &b->filter;
    char action[32];

    snprintf(action, sizeof action, "jobs.%s", bulk_act_names[b->act]);
    scoped(json_clear_p) json_t *detail =
        json_pack("{s:o, s:o, s:o, s:o, s:o, s:I, s:I}", "queue", text_or_null(filter->queue),
                  "class", text_or_null(filter->type), "error", text_or_null(filter->error_class),
                  "before", out_instant(filter->before_us), "after", out_instant(filter->after_us),
                  "limit", (json_int_t)b->limit, "done", (json_int_t)b->done);
    note_act(c, action, job_state_names[filter->state], detail);
}

/* One state; *ret_done = how many. */
static int run_state(struct cli *c, enum bulk_act act, enum job_state state, int64_t *ret_done,
                     struct fail *f)
{
    bool dry = cli_option(c, "dry-run") != NULL;
    struct bulk b = { .act = act, .filter = { .state = state } };
    struct redis *r;

    TRY(read_filter(c, &b, f));
    if (dry) { /* refuse what the act itself would refuse, then only count */
        TRY(queue_bulk_check(&b, f));
        b.act = BULK_COUNT;
    }
    TRY(cli_redis(c, &r, f));
    int result = run(r, &b, bulk_act_names[act], f);
    if (!dry && (result == 0 || b.done > 0)) { /* also what was done before it failed */
        note_bulk(c, &b);
    }
    *ret_done = b.done;
    return result;
}

static int run_all_failed(struct cli *c, struct fail *f)
{
    bool dry = cli_option(c, "dry-run") != NULL;
    int64_t dead = 0, retry = 0;

    if (cli_option(c, "limit") != NULL) {
        return fail_set(f, FAIL_INPUT, "--limit wants a --state");
    }
    TRY(run_state(c, BULK_RETRY, JOB_DEAD, &dead, f));
    TRY(run_state(c, BULK_RETRY, JOB_RETRY, &retry, f));
    if (c->json) {
        scoped(json_clear_p) json_t *answer =
            json_pack("{s:I, s:I}", "dead", (json_int_t)dead, "retry", (json_int_t)retry);
        out_json(answer);
    } else {
        printf("%" PRId64 " dead and %" PRId64 " retry jobs %s\n", dead, retry,
               dry ? "would be run again" : "are in their queues now");
    }
    return 0;
}

int bulk_command(struct cli *c, enum bulk_act act, struct fail *f)
{
    bool dry = cli_option(c, "dry-run") != NULL;
    enum job_state state = JOB_WAITING;
    int64_t done = 0;

    TRY(check_breadth(c, act, f));
    if (cli_option(c, "state") == NULL) {
        return run_all_failed(c, f);
    }
    TRY(bulk_read_state(cli_option(c, "state"), &state, f));
    TRY(run_state(c, act, state, &done, f));
    if (c->json) {
        scoped(json_clear_p) json_t *answer =
            json_pack("{s:s, s:s, s:I, s:b}", "act", bulk_act_names[act], "state",
                      job_state_names[state], "done", (json_int_t)done, "dry_run", dry);
        out_json(answer);
    } else {
        printf("%" PRId64 " %s jobs %s\n", done, job_state_names[state],
               dry ? "fit" : done_words[act]);
    }
    return 0;
}
