/* jobs, job, retry, kill, delete */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "api/cli/bulk.h"
#include "api/cli/cli.h"
#include "api/cli/note.h"
#include "api/cli/out.h"
#include "api/cli/show.h"
#include "common/base/json.h"
#include "common/model/dead_jobs.h"
#include "common/model/overview.h"

static const struct column job_columns[] = {
    { "JID", "jid", CELL_TEXT },
    { "TYPE", "type", CELL_TEXT },
    { "QUEUE", "queue", CELL_TEXT },
    { "ARGS", "args", CELL_JSON },
    { "ENQUEUED", "enqueued_at", CELL_AGE },
    { "AT", "due_at", CELL_DUE },
    { "FAILED", "failures", CELL_INT },
    { "ERROR", "error_message", CELL_TEXT },
};
static const struct column job_fields[] = {
    { "job", "jid", CELL_TEXT },
    { "type", "type", CELL_TEXT },
    { "state", "state", CELL_TEXT },
    { "where", "where", CELL_LONG },
    { "worker", "worker", CELL_LONG },
    { "args", "args", CELL_JSON },
    { "enqueued", "enqueued_at", CELL_AGE },
    { "due", "due_at", CELL_DUE },
    { "failures", "failures", CELL_INT },
    { "error", "error_class", CELL_LONG },
    { "message", "error_message", CELL_LONG },
};
static const struct column archived_columns[] = {
    { "JID", "jid", CELL_TEXT },
    { "TYPE", "type", CELL_TEXT },
    { "QUEUE", "queue", CELL_TEXT },
    { "DIED", "died_at", CELL_AGE },
    { "RETRIED", "retried_at", CELL_AGE },
    { "ERROR", "error_class", CELL_TEXT },
    { "MESSAGE", "error_message", CELL_TEXT },
};
static const struct column run_columns[] = {
    { "STARTED", "started_at", CELL_AGE }, { "ATTEMPT", "attempt", CELL_INT },
    { "OUTCOME", "outcome", CELL_TEXT },   { "TOOK", "run_ms", CELL_MS },
    { "WORKER", "worker", CELL_TEXT },     { "ERROR", "error", CELL_LONG },
};

/* Those that have left Redis. */
static int show_archived(struct cli *c, int64_t limit, int64_t offset, struct fail *f)
{
    const struct dead_jobs_page page = { .queue = cli_option(c, "queue"),
                                         .offset = offset,
                                         .limit = limit };
    scoped(json_clear_p) json_t *answer = NULL;
    scoped(free_p) char *text = NULL;
    struct db *db;

    TRY(cli_db(c, &db, f));
    TRY(dead_jobs_list(db, &page, &text, f));
    TRY(show_parsed(text, &answer, f));
    if (c->json) {
        out_json(answer);
        return 0;
    }
    printf("archived: %" PRId64 "\n", json_int(answer, "total", 0));
    out_table(json_object_get(answer, "jobs"), archived_columns, COUNT_OF(archived_columns));
    return 0;
}

int cmd_jobs(struct cli *c, struct fail *f)
{
    scoped(job_entries_free) struct job_entries page = { 0 };
    scoped(json_clear_p) json_t *answer = json_pack("{s:[]}", "jobs");
    enum job_state state = JOB_WAITING;
    int64_t limit, offset;
    struct redis *r;

    TRY(cli_option_int(c, "limit", 1000, 50, &limit, f));
    TRY(cli_option_int(c, "offset", INT32_MAX, 0, &offset, f));
    if (cli_option(c, "state") != NULL && strcmp(cli_option(c, "state"), "archived") == 0) {
        return show_archived(c, limit, offset, f);
    }
    TRY(cli_option(c, "state") != NULL ? bulk_read_state(cli_option(c, "state"), &state, f) : 0);
    TRY(cli_redis(c, &r, f));
    TRY(queue_jobs(
        r, &(struct job_page){ state, cli_option(c, "queue"), (size_t)offset, (size_t)limit },
        &page, f));
    json_object_set_new(answer, "total", json_integer(page.total));
    for (size_t i = 0; i < page.count; i++) {
        json_array_append_new(json_object_get(answer, "jobs"), show_job(&page.items[i]));
    }
    if (c->json) {
        out_json(answer);
        return 0;
    }
    printf("%s: %" PRId64 "\n", job_state_names[state], page.total);
    out_table(json_object_get(answer, "jobs"), job_columns, COUNT_OF(job_columns));
    return 0;
}

/* The history is an addition: without Postgres the place in Redis is shown all the same. */
static json_t *runs_of(struct cli *c, const char *jid)
{
    scoped(free_p) char *text = NULL;
    json_t *runs = NULL;
    struct fail f;
    struct db *db;

    if (cli_db(c, &db, &f) < 0 || overview_job_runs(db, jid, &text, &f) < 0 ||
        show_parsed(text, &runs, &f) < 0) {
        fprintf(stderr, "dropship job: no history: %s\n", f.text);
        return json_null();
    }
    return runs;
}

static int find_job(struct cli *c, const char *jid, json_t **ret, struct fail *f)
{
    scoped(job_entries_free) struct job_entries found = { 0 };
    struct redis *r;

    TRY(cli_redis(c, &r, f));
    if (queue_find(r, jid, &found, f) < 0) {
        *ret = json_null();
        return f->kind == FAIL_MISSING ? 0 : -1;
    }
    *ret = found.count > 0 ? show_job(&found.items[0]) : json_null();
    return 0;
}

int cmd_job(struct cli *c, struct fail *f)
{
    scoped(json_clear_p) json_t *answer = json_object();
    const char *jid = cli_word(c, 0);
    json_t *job = NULL;

    TRY(find_job(c, jid, &job, f));
    json_object_set_new(answer, "job", job);
    json_object_set_new(answer, "runs", runs_of(c, jid));
    const json_t *runs = json_object_get(answer, "runs");
    if (json_is_null(job) && json_array_size(runs) == 0) {
        return fail_set(f, FAIL_MISSING,
                        "no job '%.60s' in Redis or in the history (noop leaves none there)", jid);
    }
    if (c->json) {
        out_json(answer);
        return 0;
    }
    if (json_is_null(job)) {
        printf("%s is not in Redis any more: it has finished, or was deleted\n", jid);
    } else {
        out_fields(job, job_fields, COUNT_OF(job_fields));
    }
    printf("\nruns\n");
    out_table(runs, run_columns, COUNT_OF(run_columns));
    return 0;
}

typedef int steer_fn(struct redis *r, const char *jid, struct fail *f);

static void show_done(const struct cli *c, const char *jid, const char *done)
{
    if (c->json) {
        scoped(json_clear_p) json_t *answer = json_pack("{s:s, s:s}", "jid", jid, "done", done);
        out_json(answer);
    } else {
        printf("%s: %s\n", jid, done);
    }
}

/* What is done to one job. */
struct verb {
    steer_fn *steer;
    const char *action, *done; /* for the audit, and for the person */
};

static int steer_job(struct cli *c, const struct verb *verb, struct fail *f)
{
    const char *jid = cli_word(c, 0);
    struct redis *r;

    TRY(cli_redis(c, &r, f));
    TRY(verb->steer(r, jid, f));
    note_job(c, verb->action, jid, NULL);
    show_done(c, jid, verb->done);
    return 0;
}

/* From the archive, when Redis does not have the job: what is told is then that it is nowhere. */
static int retry_archived(struct cli *c, const char *jid, struct fail *f)
{
    scoped(db_rollback_p) struct db *tx = NULL;
    struct redis *r;
    struct db *db;

    TRY(cli_redis(c, &r, f));
    if (cli_db(c, &db, f) < 0) {
        return fail_wrap(f, "no job %.60s in Redis, and the archive cannot be asked", jid);
    }
    TRY(db_begin(db, &tx, f));
    TRY(dead_jobs_retry(tx, r, jid, c->who, f));
    return db_commit(&tx, f);
}

static int retry_one(struct cli *c, struct fail *f)
{
    const char *jid = cli_word(c, 0);
    struct redis *r;

    TRY(cli_redis(c, &r, f));
    if (queue_retry(r, jid, f) < 0) {
        TRY(f->kind == FAIL_MISSING ? retry_archived(c, jid, f) : -1);
    }
    note_job(c, "job.retry", jid, NULL);
    show_done(c, jid, "in its queue");
    return 0;
}

static int check_words(const struct cli *c, struct fail *f)
{
    return cli_word(c, 0) != NULL && bulk_is_asked(c)
               ? fail_set(f, FAIL_INPUT, "either one JID, or options that say which jobs")
               : 0;
}

int cmd_retry(struct cli *c, struct fail *f)
{
    TRY(check_words(c, f));
    return cli_word(c, 0) != NULL ? retry_one(c, f) : bulk_command(c, BULK_RETRY, f);
}

int cmd_kill(struct cli *c, struct fail *f)
{
    TRY(check_words(c, f));
    return cli_word(c, 0) != NULL
               ? steer_job(c, &(struct verb){ queue_kill, "job.kill", "dead" }, f)
               : bulk_command(c, BULK_KILL, f);
}

int cmd_delete(struct cli *c, struct fail *f)
{
    TRY(check_words(c, f));
    return cli_word(c, 0) != NULL
               ? steer_job(c, &(struct verb){ queue_delete, "job.delete", "deleted" }, f)
               : bulk_command(c, BULK_DELETE, f);
}
