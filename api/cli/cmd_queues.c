/* queues, pause, resume, workers */
#include <stdio.h>
#include <string.h>

#include "api/cli/cli.h"
#include "api/cli/note.h"
#include "api/cli/out.h"
#include "api/cli/show.h"
#include "api/cli/views.h"
#include "common/base/json.h"
#include "common/model/known_queues.h"

const struct column queue_columns[QUEUE_COLUMNS] = {
    { "QUEUE", "name", CELL_TEXT },     { "WAITING", "waiting", CELL_INT },
    { "RUNNING", "running", CELL_INT }, { "NEXT WAITS", "oldest_ms", CELL_MS },
    { "PAUSED", "paused", CELL_YES },   { "THREADS", "threads", CELL_INT },
};
const struct column worker_columns[WORKER_COLUMNS] = {
    { "WORKER", "identity", CELL_TEXT }, { "BUSY", "busy", CELL_INT },
    { "OF", "concurrency", CELL_INT },   { "QUIET", "quiet", CELL_YES },
    { "ALIVE", "alive", CELL_YES },      { "OURS", "ours", CELL_YES },
    { "RSS KIB", "rss_kib", CELL_INT },  { "BEAT", "beat_at", CELL_AGE },
    { "QUEUES", "queues", CELL_JSON },
};

int cmd_queues(struct cli *c, struct fail *f)
{
    scoped(json_clear_p) json_t *queues = NULL;
    struct redis *r;

    TRY(cli_redis(c, &r, f));
    TRY(show_queues(r, &queues, f));
    if (c->json) {
        out_json(queues);
    } else {
        out_table(queues, queue_columns, QUEUE_COLUMNS);
    }
    return 0;
}

static int set_paused(struct cli *c, bool paused, struct fail *f)
{
    struct redis *r;
    const char *queue = cli_word(c, 0);
    char subject[JOB_NAME_BYTES + 8];

    TRY(job_check_name(queue, "queue", f));
    TRY(cli_redis(c, &r, f));
    TRY(known_queue_check(r, queue, f));
    TRY(queue_pause(r, queue, paused, f));
    snprintf(subject, sizeof subject, "queue:%s", queue);
    note_act(c, paused ? "queue.pause" : "queue.resume", subject, NULL);
    if (c->json) {
        scoped(json_clear_p) json_t *answer =
            json_pack("{s:s, s:b}", "queue", queue, "paused", paused);
        out_json(answer);
    } else {
        printf("%s is %s\n", queue, paused ? "paused; running jobs finish" : "served again");
    }
    return 0;
}

int cmd_pause(struct cli *c, struct fail *f)
{
    return set_paused(c, true, f);
}

int cmd_resume(struct cli *c, struct fail *f)
{
    return set_paused(c, false, f);
}

int cmd_workers(struct cli *c, struct fail *f)
{
    scoped(json_clear_p) json_t *workers = NULL;
    struct redis *r;

    TRY(cli_redis(c, &r, f));
    TRY(show_workers(r, &workers, f));
    if (c->json) {
        out_json(workers);
    } else {
        out_table(workers, worker_columns, WORKER_COLUMNS);
    }
    return 0;
}
