/* A worker in a program of your own: worker REDIS_URL QUEUE.  Prints each job; one of class "fail" is tried again, one of
 * class "wait" takes so many seconds. */
#include <dropship_queue.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static atomic_bool stopping;

static void stop(int number)
{
    (void)number;
    atomic_store(&stopping, true);
}

/* One job, in one of the threads.  Its args are the text of a JSON array. */
static int run(void *ctx, const struct job *job, struct fail *f)
{
    (void)ctx;
    if (strcmp(job->type, "fail") == 0) {
        return fail_set(f, FAIL_LATER, "told to fail");
    }
    (void)printf("%s %.*s\n", job->type, (int)job->args_bytes, job->args);
    (void)fflush(stdout);
    if (strcmp(job->type, "wait") == 0) {
        clock_sleep_ms(strtoll(job->args + 1, NULL, 10) * 1000);
    }
    return 0;
}

static void note(void *ctx, const struct work_note *n)
{
    (void)ctx;
    if (n->fail != NULL) {
        (void)fprintf(stderr, "%s: %s\n", n->job != NULL ? n->job->jid : "queue", n->fail->text);
    }
}

int main(int argc, char **argv)
{
    struct fail f = { .text = "usage: worker REDIS_URL QUEUE" };

    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGTERM, stop);
    if (argc != 3 || queue_work(&(struct queue_work){ .redis_url = argv[1],
                                                      .queues = { { argv[2], 4 } },
                                                      .run = run,
                                                      .note = note,
                                                      .stop = &stopping },
                                &f) < 0) {
        (void)fprintf(stderr, "%s\n", f.text);
        return 2;
    }
    return 0;
}
