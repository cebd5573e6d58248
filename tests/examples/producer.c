/* A producer in a program of your own: producer REDIS_URL QUEUE CLASS ARGS.  Enqueues one job and prints its id; ARGS is the text
 * of a JSON array. */
#include <dropship_queue.h>
#include <signal.h>
#include <stdio.h>

enum { TRIES = 5, WAIT_MS = 200 };

int main(int argc, char **argv)
{
    struct fail f = { .text = "usage: producer REDIS_URL QUEUE CLASS ARGS" };
    struct redis *redis = NULL;
    char own[ID_JID_BYTES], jid[JOB_JID_BYTES];
    int result = -1;

    (void)signal(SIGPIPE, SIG_IGN);
    if (argc == 5 && redis_open(argv[1], &redis, &f) == 0) {
        id_new_jid(own); /* the same in each attempt */
        const struct job_spec spec = {
            .type = argv[3], .queue = argv[2], .args = argv[4], .jid = own, .max_retries = -1
        };
        for (int i = 0; i < TRIES && (result = queue_enqueue(redis, &spec, jid, &f)) < 0 &&
                        fail_rule(f.kind)->retry;
             i++) {
            clock_sleep_ms(f.retry_after_ms > WAIT_MS ? f.retry_after_ms : WAIT_MS);
        }
    }
    redis_close(redis);
    if (result < 0) {
        (void)fprintf(stderr, "%s\n", f.text);
        return 2;
    }
    return puts(jid) < 0 ? 1 : 0;
}
