/* The same worker by the single calls of queue.h, for who needs another shape than queue_work: by_hand REDIS_URL QUEUE.  Prints each
 * job; one of class "fail" is tried again. */
#include <dropship_queue.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

enum { LEASE_MS = 10000 };
static char identity[128];
static volatile sig_atomic_t stopping;

static void stop(int number)
{
    stopping = number;
}

/* As long as the process lives: renew its lease, give lost jobs back, move those that are due. */
static void *live(void *redis)
{
    struct fail f;

    for (int64_t moved, next_ms; !stopping; clock_sleep_ms(LEASE_MS / 10)) {
        struct recovery look = { .lease_ms = LEASE_MS };

        if (queue_lease(redis, identity, LEASE_MS, &f) < 0 ||
            queue_recover(redis, clock_now_us(), &look, &f) < 0 ||
            queue_promote(redis, 1000, &moved, &next_ms, &f) < 0) {
            (void)fprintf(stderr, "%s\n", f.text);
        }
    }
    return NULL;
}

/* Do what the job says, and say how it goes on; `next` keeps its new form until that is settled. */
static void run(const struct job *job, struct settlement *s, struct str *next)
{
    struct fail f;
    int failures = 0;

    if (strcmp(job->type, "fail") != 0) {
        (void)printf("%s %.*s\n", job->type, (int)job->args_bytes, job->args);
        (void)fflush(stdout);
    } else if (job_mark_failed(job,
                               &(struct job_failure){ .queue = job->queue,
                                                      .error_class = "Example",
                                                      .error_message = "told to fail",
                                                      .at_us = clock_now_us() },
                               next, &failures, &f) == 0) {
        *s = (struct settlement){ .kind = SETTLE_RETRY,
                                  .next = next->data,
                                  .next_bytes = next->len };
        s->at_us = clock_now_us() + job_backoff_s(failures, 0) * 1000000;
        s->counts_as_failed = true;
    }
}

/* One claim of one job.  Whatever fails here may be repeated; a job that stays unsettled comes back by recovery. */
static int work(struct redis *redis, const struct claim_list *list, struct fail *f)
{
    scoped(claimed_done) struct claimed jobs = { .count = 0 };
    scoped(job_free_p) struct job *job = NULL;
    scoped(str_done) struct str next;
    struct settlement s = { .kind = SETTLE_DONE };
    const char *payload;
    size_t bytes;

    str_init(&next, 1 << 20);
    TRY(queue_claim(redis, &(struct claim_request){ list, 1, 1000 }, &jobs, f));
    if (jobs.count == 0) {
        return 0;
    }
    payload = claimed_payload(&jobs, 0, &bytes);
    if (job_parse(payload, bytes, &job, f) == 0) {
        run(job, &s, &next);
    } else { /* for people to look at */
        s = (struct settlement){ .kind = SETTLE_DEAD, .next = payload, .next_bytes = bytes };
    }
    s.payload = payload;
    s.payload_bytes = bytes;
    return queue_settle(redis, list, &(struct settle_batch){ &s, 1, clock_now_us() }, f);
}

int main(int argc, char **argv)
{
    struct redis *redis = NULL, *heart = NULL;
    struct claim_list list;
    pthread_t thread;
    struct fail f = { .text = "usage: by_hand REDIS_URL QUEUE" };

    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGTERM, stop);
    queue_identity(identity, sizeof identity);
    if (argc != 3 || redis_open(argv[1], &redis, &f) < 0 || redis_open(argv[1], &heart, &f) < 0 ||
        queue_lease(redis, identity, LEASE_MS, &f) < 0 ||
        pthread_create(&thread, NULL, live, heart) != 0) {
        (void)fprintf(stderr, "%s\n", f.text);
        return 2;
    }
    queue_claim_list(identity, argv[2], 1, &list); /* one job at a time: one list will do */
    while (!stopping) {
        if (work(redis, &list, &f) < 0) {
            (void)fprintf(stderr, "%s\n", f.text);
            clock_sleep_ms(100);
        }
    }
    (void)pthread_join(thread, NULL);
    (void)!queue_unregister(redis, identity, &f); /* what is left comes back by recovery */
    redis_close(heart);
    redis_close(redis);
    return 0;
}
