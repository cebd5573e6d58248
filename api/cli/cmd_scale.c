/* scale */
#include <stdio.h>
#include <string.h>

#include "api/cli/cli.h"
#include "api/cli/note.h"
#include "api/cli/out.h"
#include "api/cli/show.h"
#include "api/cli/workers.h"
#include "common/base/json.h"
#include "common/base/str.h"
#include "common/model/known_queues.h"
#include "common/queue/scale.h"
#include "common/queue/serving.h"

static const struct column scale_columns[] = {
    { "QUEUE", "queue", CELL_TEXT },
    { "WORKER", "worker", CELL_TEXT },
    { "THREADS", "threads", CELL_INT },
    { "WANTED", "wanted", CELL_INT },
};

/* One argument: QUEUE=THREADS, or QUEUE with --reset. */
struct request {
    char queue[JOB_NAME_BYTES];
    int threads;
};

static int read_request(const char *word, bool reset, struct request *ret, struct fail *f)
{
    const char *equals = strchr(word, '=');
    size_t length = equals != NULL ? (size_t)(equals - word) : strlen(word);
    int64_t threads = SCALE_NOT_SET;

    if (reset != (equals == NULL)) {
        return fail_set(f, FAIL_INPUT, "'%.60s': QUEUE=THREADS is wanted, or QUEUE with --reset",
                        word);
    }
    if (length >= sizeof ret->queue) {
        return fail_set(f, FAIL_INPUT, "'%.60s...': no queue has so long a name", word);
    }
    memcpy(ret->queue, word, length);
    ret->queue[length] = '\0';
    TRY(job_check_name(ret->queue, "queue", f));
    if (equals != NULL) {
        TRY(str_to_int(equals + 1, 1, SCALE_THREADS_MAX, "the number of threads", &threads, f));
    }
    ret->threads = (int)threads;
    return 0;
}

/* A queue may be served before its first job comes. */
static int check_queue(struct redis *r, const char *queue, struct fail *f)
{
    struct serving serving = { .queue = queue };

    TRY(queue_serving(r, &serving, 1, f));
    return serving.processes > 0 ? 0 : known_queue_check(r, queue, f);
}

/* All are looked at before the first is set. */
static int read_requests(const struct cli *c, struct redis *r, struct request *requests,
                         struct fail *f)
{
    bool reset = cli_option(c, "reset") != NULL;

    for (size_t i = 0; i < c->word_count; i++) {
        TRY(read_request(cli_word(c, i), reset, &requests[i], f));
    }
    for (size_t i = 0; i < c->word_count; i++) {
        TRY(reset ? 0 : check_queue(r, requests[i].queue, f));
    }
    return 0;
}

static int apply(struct cli *c, struct redis *r, const struct request *request, struct fail *f)
{
    const char *worker = cli_option(c, "worker");
    char subject[JOB_NAME_BYTES + 16];

    TRY(queue_scale_set(r, worker, request->queue, request->threads, f));
    snprintf(subject, sizeof subject, "queue:%s", request->queue);
    scoped(json_clear_p) json_t *detail = json_pack(
        "{s:o, s:o}", "worker", worker != NULL ? out_lossy(worker, strlen(worker)) : json_null(),
        "threads", request->threads > 0 ? json_integer(request->threads) : json_null());
    note_act(c, "queue.scale", subject, detail);
    return 0;
}

/* Every wish for the worker, or for all. */
static int reset_all(struct cli *c, struct redis *r, struct fail *f)
{
    scoped(free_p) struct scale_wish *wishes = NULL;
    const char *worker = cli_option(c, "worker");
    size_t count = 0;

    TRY(queue_scale_list(r, &wishes, &count, f));
    for (size_t i = 0; i < count; i++) {
        struct request request = { .threads = SCALE_NOT_SET };

        (void)str_fit(request.queue, sizeof request.queue, wishes[i].queue);
        if (strcmp(wishes[i].identity, worker != NULL ? worker : "") == 0) {
            TRY(apply(c, r, &request, f));
        }
    }
    return 0;
}

static int change(struct cli *c, struct redis *r, struct fail *f)
{
    struct request requests[CLI_WORDS_MAX];

    if (cli_option(c, "worker") != NULL) {
        TRY(known_worker_check(r, cli_option(c, "worker"), f));
    }
    TRY(read_requests(c, r, requests, f));
    for (size_t i = 0; i < c->word_count; i++) {
        TRY(apply(c, r, &requests[i], f));
    }
    return c->word_count == 0 && cli_option(c, "reset") != NULL ? reset_all(c, r, f) : 0;
}

int cmd_scale(struct cli *c, struct fail *f)
{
    scoped(json_clear_p) json_t *rows = NULL;
    struct redis *r;

    if (c->word_count == 0 && cli_option(c, "worker") != NULL && cli_option(c, "reset") == NULL) {
        return fail_set(f, FAIL_INPUT, "--worker wants QUEUE=THREADS or --reset");
    }
    TRY(cli_redis(c, &r, f));
    TRY(change(c, r, f));
    TRY(show_scale(r, &rows, f));
    if (c->json) {
        out_json(rows);
    } else {
        out_table(rows, scale_columns, COUNT_OF(scale_columns));
        if (c->word_count > 0) {
            printf("workers follow at their next heartbeat\n");
        }
    }
    return 0;
}
