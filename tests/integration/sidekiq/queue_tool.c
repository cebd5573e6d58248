/* Queue operations for tests written in other languages.  usage: queue_tool URL COMMAND
 * [ARGUMENT...]; the table below lists the commands.  Prints one line of JSON; exit code 0 done,
 * 1 failed (reason on standard error), 2 usage. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/queue/queue.h"

enum { LINE_BYTES = 4 * 1024 * 1024 };

struct tool {
    struct redis *redis;
    char **words; /* arguments of the command */
};

typedef int command_fn(struct tool *t, struct fail *f);

/* args: a text, or "-" for the first line of standard input. */
static int enqueue(struct tool *t, struct fail *f)
{
    scoped(free_p) char *line = malloc(LINE_BYTES);
    struct job_spec spec = {
        .queue = t->words[0], .type = t->words[1], .args = t->words[2], .max_retries = -1
    };
    char jid[JOB_JID_BYTES];
    int64_t in_s;

    if (line == NULL) {
        return fail_memory(f);
    }
    if (strcmp(spec.args, "-") == 0) {
        spec.args = fgets(line, LINE_BYTES, stdin) != NULL ? line : "";
        line[strcspn(line, "\n")] = '\0';
    }
    TRY(str_to_int(t->words[3], 0, 1000000, "seconds", &in_s, f));
    spec.run_at_us = in_s == 0 ? 0 : clock_now_us() + in_s * 1000000;
    TRY(queue_enqueue(t->redis, &spec, jid, f));
    printf("\"%s\"\n", jid);
    return 0;
}

static int promote(struct tool *t, struct fail *f)
{
    int64_t moved, next_ms;

    TRY(queue_promote(t->redis, 1000, &moved, &next_ms, f));
    printf("%" PRId64 "\n", moved);
    return 0;
}

/* Lists without a living lease are judged at once. */
static int recover(struct tool *t, struct fail *f)
{
    struct recovery recovery = { .lease_ms = 0 };

    TRY(queue_recover(t->redis, clock_now_us(), &recovery, f));
    printf("{\"recovered\":%" PRId64 ",\"condemned\":%" PRId64 "}\n", recovery.recovered,
           recovery.condemned);
    return 0;
}

static int retry(struct tool *t, struct fail *f)
{
    TRY(queue_retry(t->redis, t->words[0], f));
    puts("true");
    return 0;
}

static int retry_all(struct tool *t, struct fail *f)
{
    bool dead = strcmp(t->words[0], "dead") == 0;
    int64_t moved;

    TRY(queue_retry_all(t->redis, dead ? JOB_DEAD : JOB_RETRY, NULL, &moved, f));
    printf("%" PRId64 "\n", moved);
    return 0;
}

static int kill_job(struct tool *t, struct fail *f)
{
    TRY(queue_kill(t->redis, t->words[0], f));
    puts("true");
    return 0;
}

static int delete_job(struct tool *t, struct fail *f)
{
    TRY(queue_delete(t->redis, t->words[0], f));
    puts("true");
    return 0;
}

/* A heartbeat of an idle process of that identity; the signal it took. */
static int beat(struct tool *t, struct fail *f)
{
    static const char info[] =
        "{\"hostname\":\"tool\",\"started_at\":1795223335.837412,\"pid\":1,\"tag\":\"dropship\","
        "\"concurrency\":3,\"queues\":[\"q\"],\"labels\":[],\"identity\":\"tool:1:0\"}";
    const struct heartbeat now = { .identity = t->words[0], .info_json = info, .concurrency = 3 };
    char signal[16];

    TRY(queue_beat(t->redis, &now, signal, f));
    printf("\"%s\"\n", signal);
    return 0;
}

static const struct command {
    const char *name;
    int arguments;
    command_fn *run;
    const char *help;
} commands[] = {
    { "enqueue", 4, enqueue, "QUEUE CLASS ARGS|- SECONDS: prints the jid" },
    { "promote", 0, promote, "move due jobs, print how many" },
    { "recover", 0, recover, "give back what vanished processes held" },
    { "retry", 1, retry, "JID" },
    { "retry-all", 1, retry_all, "retry|dead: prints how many" },
    { "kill", 1, kill_job, "JID" },
    { "delete", 1, delete_job, "JID" },
    { "beat", 1, beat, "IDENTITY: an idle heartbeat, prints the signal it took" },
};

static int run(int argc, char **argv)
{
    scoped(redis_close_p) struct redis *redis = NULL;
    struct tool t = { .words = argv + 3 };
    struct fail f = { .text = "" };

    for (size_t i = 0; argc >= 3 && i < COUNT_OF(commands); i++) {
        if (strcmp(argv[2], commands[i].name) != 0 || argc - 3 != commands[i].arguments) {
            continue;
        }
        if (redis_open(argv[1], &redis, &f) < 0) {
            break;
        }
        t.redis = redis;
        if (commands[i].run(&t, &f) == 0) {
            return 0;
        }
        break;
    }
    if (f.text[0] != '\0') {
        fprintf(stderr, "%s\n", f.text);
        return 1;
    }
    for (size_t i = 0; i < COUNT_OF(commands); i++) {
        fprintf(stderr, "%s URL %s %s\n", argv[0], commands[i].name, commands[i].help);
    }
    return 2;
}

int main(int argc, char **argv)
{
    return run(argc, argv);
}
