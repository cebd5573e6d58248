/* quiet, stop-worker */
#include <stdio.h>
#include <string.h>

#include "api/cli/cli.h"
#include "api/cli/note.h"
#include "api/cli/out.h"
#include "api/cli/workers.h"
#include "common/base/json.h"
#include "common/queue/queue.h"

int known_worker_check(struct redis *r, const char *identity, struct fail *f)
{
    struct process_info *processes = NULL;
    size_t count = 0;
    bool known = false;

    TRY(queue_processes(r, &processes, &count, f));
    for (size_t i = 0; i < count; i++) {
        known = known || strcmp(processes[i].identity, identity) == 0;
    }
    queue_processes_free(processes, count);
    return known ? 0
                 : fail_set(f, FAIL_MISSING,
                            "there is no worker '%.120s'; dropship workers lists "
                            "them",
                            identity);
}

/* What to ask a process for. */
struct wish {
    const char *verb, *signal, *action;
};

static int ask(struct redis *r, const struct wish *wish, const char *identity, json_t *asked,
               struct fail *f)
{
    TRY(queue_signal(r, identity, wish->signal, f));
    json_array_append_new(asked, out_lossy(identity, strlen(identity)));
    return 0;
}

static int ask_all(struct redis *r, const struct wish *wish, json_t *asked, struct fail *f)
{
    struct process_info *processes = NULL;
    size_t count = 0;
    int result = 0;

    TRY(queue_processes(r, &processes, &count, f));
    for (size_t i = 0; i < count && result == 0; i++) {
        result = ask(r, wish, processes[i].identity, asked, f);
    }
    queue_processes_free(processes, count);
    return result;
}

static void note_asked(struct cli *c, const struct wish *wish, const json_t *asked)
{
    for (size_t i = 0; i < json_array_size(asked); i++) {
        char subject[160];

        snprintf(subject, sizeof subject, "worker:%s", json_string_value(json_array_get(asked, i)));
        note_act(c, wish->action, subject, NULL);
    }
}

static int ask_workers(struct cli *c, const struct wish *wish, struct fail *f)
{
    scoped(json_clear_p) json_t *asked = json_array();
    const char *identity = cli_word(c, 0);
    struct redis *r;

    if ((identity != NULL) == (cli_option(c, "all") != NULL)) {
        return fail_set(f, FAIL_INPUT, "either the identity of one worker, or --all");
    }
    TRY(cli_redis(c, &r, f));
    TRY(identity != NULL ? known_worker_check(r, identity, f) : 0);
    int result = identity != NULL ? ask(r, wish, identity, asked, f) : ask_all(r, wish, asked, f);
    note_asked(c, wish, asked); /* also those that were asked before it failed */
    TRY(result);
    if (c->json) {
        scoped(json_clear_p) json_t *answer =
            json_pack("{s:O, s:s}", "workers", asked, "asked", wish->verb);
        out_json(answer);
    } else {
        printf("asked %zu workers to %s; each sees this at its next heartbeat\n",
               json_array_size(asked), wish->verb);
    }
    return 0;
}

int cmd_quiet(struct cli *c, struct fail *f)
{
    return ask_workers(c, &(struct wish){ "quiet", "TSTP", "worker.quiet" }, f);
}

int cmd_stop_worker(struct cli *c, struct fail *f)
{
    return ask_workers(c, &(struct wish){ "stop", "TERM", "worker.stop" }, f);
}
