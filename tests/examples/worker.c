/* A worker in a program of your own: worker REDIS_URL QUEUE.  Prints each job; "fail" is tried again, "wait" takes its seconds. */
#include <dropship_queue.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static atomic_bool stopping;

static void stop(int number)
{
    atomic_store(&stopping, number == SIGTERM);
}

static int run(void *ctx, const struct job *job, struct fail *f)
{
    if (strcmp(job->type, "fail") == 0) {
        return fail_set(f, FAIL_LATER, "told to fail");
    }
    (void)fprintf(ctx, "%s %.*s\n", job->type, (int)job->args_bytes, job->args);
    if (strcmp(job->type, "wait") == 0) {
        clock_sleep_ms(strtoll(job->args + 1, NULL, 10) * 1000);
    }
    return 0;
}

int main(int argc, char **argv)
{
    struct fail f = { .text = "usage: worker REDIS_URL QUEUE" };
    struct queue_work work = { .redis_url = argv[1],
                               .queues = { { argc == 3 ? argv[2] : NULL, 4 } },
                               .run = run,
                               .ctx = stdout,
                               .stop = &stopping };

    (void)setvbuf(stdout, NULL, _IOLBF, 0);
    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGTERM, stop);
    if (argc != 3 || queue_work(&work, &f) < 0) {
        (void)fprintf(stderr, "%s\n", f.text);
        return 2;
    }
    return 0;
}
