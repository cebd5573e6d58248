/* The threads of queue_work that run jobs. */
#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/queue/cancel.h"
#include "common/queue/unique.h"
#include "common/queue/work_priv.h"

enum {
    BLOCK_MS = 500,    /* a thread that waits for a job sees `stop` within this */
    BATCH_US = 5000,   /* so long a batch should take, */
    BATCH_MAX_MS = 50, /* and after so long the rest of it goes back */
    LONG_MS = 1000,    /* a job that runs for longer holds up nothing of its batch */
    REST_MS = 50,
    BACKOFF_MIN_MS = 50,
    BACKOFF_MAX_MS = 2000,
    HOPELESS_MAX = 5,
    ADVICE_MAX_MS = 24 * 3600 * 1000,
    SLACK_BYTES = 64 * 1024 /* what a failure may add to a payload */
};

/* One job on its way from its bytes to its settlement. */
struct turn {
    struct work_thread *thread;
    struct settlement item;
    char *form; /* of item.next */
    bool cancelled;
    int64_t now_us;
    struct fail fail;
    struct work_note note;
};

static void new_list(struct work_thread *t)
{
    t->serial += (unsigned)t->pool->thread_count;
    queue_claim_list(t->pool->identity, t->queue, t->serial, &t->list);
}

/* Told once until it is over. */
static void back_off(struct work_thread *t, const struct fail *f)
{
    if (t->backoff_ms == 0) {
        work_tell(t->pool, &(struct work_note){ .event = WORK_TROUBLE, .fail = f });
    }
    t->backoff_ms = t->backoff_ms == 0 ? BACKOFF_MIN_MS : t->backoff_ms * 2;
    t->backoff_ms = t->backoff_ms < BACKOFF_MAX_MS ? t->backoff_ms : BACKOFF_MAX_MS;
    clock_sleep_ms(t->backoff_ms);
}

/* ---- one job ---- */

/* The stored form with the failure in it; without memory for that, the payload as it is. */
static void mark(struct turn *turn, const struct job *job, const char *error_class)
{
    scoped(str_done) struct str form;
    const struct job_failure failure = { .queue = turn->thread->queue,
                                         .error_class = error_class,
                                         .error_message = turn->fail.text,
                                         .at_us = turn->now_us };
    struct fail ignored = { 0 };
    int failures = 0;

    str_init(&form, job->payload_bytes + SLACK_BYTES);
    if (job_mark_failed(job, &failure, &form, &failures, &ignored) == 0 &&
        str_ok(&form, &ignored) == 0) {
        turn->item.next_bytes = form.len;
        turn->form = str_steal(&form);
    }
}

static void end_dead(struct turn *turn)
{
    turn->note.event = WORK_DEAD;
    turn->note.fail = &turn->fail;
    turn->item.kind = SETTLE_DEAD;
    turn->item.counts_as_failed = true;
    turn->item.next = turn->item.payload;
    turn->item.next_bytes = turn->item.payload_bytes;
}

/* What is no job is kept as it is, for people to look at.  But JSON that is no object breaks Sidekiq's pages where it stands in
 * `dead`; that becomes the only argument of a job that can be shown. */
static void bury(struct turn *turn)
{
    scoped(str_done) struct str args;
    scoped(str_done) struct str text;
    scoped(job_free_p) struct job *job = NULL;
    struct fail ignored = { 0 };

    end_dead(turn);
    str_init(&args, JOB_MAX_BYTES);
    str_init(&text, JOB_MAX_BYTES + SLACK_BYTES);
    str_add_char(&args, '[');
    str_add_bytes(&args, turn->item.payload, turn->item.payload_bytes);
    str_add_char(&args, ']');
    const struct job_spec spec = {
        .type = "BadPayload", .queue = turn->thread->queue, .args = args.data, .max_retries = 0
    };
    if (str_ok(&args, &ignored) == 0 &&
        job_build(&spec, turn->now_us, true, &text, &ignored) == 0 &&
        job_parse(text.data, text.len, &job, &ignored) == 0) {
        mark(turn, job, "BadPayload");
    }
}

static void end_failed(struct turn *turn, const struct job *job)
{
    const struct queue_work *setup = &turn->thread->pool->setup;
    const struct fail_rule *rule =
        fail_rule(turn->fail.kind == FAIL_NONE ? FAIL_BUG : turn->fail.kind);
    int max = job->max_retries >= 0 ? job->max_retries
              : setup->tries > 0    ? setup->tries
                                    : JOB_DEFAULT_RETRIES;
    int failures = job->retry_count < 0 ? 0 : job->retry_count + 1;
    uint32_t random = (uint32_t)clock_mono_us() * 2654435761U >> 8; /* spreads, no more */

    end_dead(turn);
    mark(turn, job, rule->error_class);
    if (!rule->retry || failures >= max) {
        return;
    }
    int64_t advice_ms =
        turn->fail.retry_after_ms < ADVICE_MAX_MS ? turn->fail.retry_after_ms : ADVICE_MAX_MS;
    int64_t wait_ms = advice_ms > 0 ? advice_ms + (int64_t)random % (advice_ms / 5 + 1)
                                    : job_backoff_s(failures, random) * 1000;
    turn->note.event = WORK_RETRY;
    turn->note.wait_ms = wait_ms;
    turn->item.kind = SETTLE_RETRY;
    turn->item.in_us = wait_ms * 1000;
    /* Unless this can be told, a retry that is far away loses its lock: the TTL is the rule then. */
    (void)!queue_unique_hold(turn->thread->redis, job, turn->now_us + turn->item.in_us,
                             &(struct fail){ 0 });
}

static void run(struct turn *turn, const struct job *job)
{
    const struct queue_work *setup = &turn->thread->pool->setup;
    struct fail ignored = { 0 };

    if (job->type[0] == '\0' || !job->args_is_array) {
        fail_set(&turn->fail, FAIL_INPUT, "the job has no class, or args that are no array");
        end_dead(turn);
        mark(turn, job, "BadPayload");
        return;
    }
    (void)!queue_unique_hold(turn->thread->redis, job, 0,
                             &ignored); /* somebody else's by now: at worst two run */
    int64_t began_us = clock_mono_us();
    int result = setup->run(setup->ctx, job, &turn->fail);
    turn->note.run_us = clock_mono_us() - began_us;
    turn->now_us = clock_now_us();
    if (result < 0) {
        end_failed(turn, job);
    }
}

static void take_turn(struct turn *turn)
{
    scoped(job_free_p) struct job *job = NULL;

    int parsed = job_parse(turn->item.payload, turn->item.payload_bytes, &job, &turn->fail);
    if (parsed < 0 && turn->fail.kind != FAIL_INPUT) {
        back_off(turn->thread, &turn->fail); /* no memory: it goes back */
        return;
    }
    turn->item.kind = SETTLE_DONE;
    turn->note.event = WORK_DONE;
    if (parsed < 0) {
        bury(turn);
    } else if (turn->cancelled) {
        turn->note.event = WORK_CANCELLED;
    } else if (job->expires_us > 0 && turn->now_us > job->expires_us) {
        turn->note.event = WORK_EXPIRED;
    } else {
        run(turn, job);
    }
    if (turn->form != NULL) {
        turn->item.next = turn->form;
    }
    turn->item.no_lock = job != NULL && !queue_job_locks(job);
    turn->note.job = job;
    work_tell(turn->thread->pool, &turn->note);
}

/* ---- a batch ---- */

/* As many as are done in BATCH_US. */
static size_t batch_size(const struct work_thread *t)
{
    int64_t fit = t->average_us < 0 ? 1 : BATCH_US / (t->average_us + 1);

    return fit < 1 ? 1 : fit > WORK_BATCH_MAX ? WORK_BATCH_MAX : (size_t)fit;
}

static int claim(struct work_thread *t, struct fail *f)
{
    const struct claim_request request = { .list = &t->list,
                                           .max = batch_size(t),
                                           .block_ms = BLOCK_MS };

    TRY(queue_claim(t->redis, &request, &t->claimed, f));
    t->next = 0;
    t->repeated = false;
    t->count = t->claimed.count;
    for (size_t i = 0; i < t->count; i++) {
        t->items[i] = (struct settlement){ .kind = SETTLE_BACK };
        t->items[i].payload = claimed_payload(&t->claimed, i, &t->items[i].payload_bytes);
        t->forms[i] = NULL;
        t->cancelled[i] = false;
    }
    return 0;
}

/* When that is not to be learnt they are started; their handlers may ask. */
static void ask_cancelled(struct work_thread *t)
{
    struct job *jobs[WORK_BATCH_MAX] = { NULL };
    const char *jids[WORK_BATCH_MAX];
    struct fail ignored = { 0 };

    for (size_t i = 0; i < t->count; i++) {
        int parsed = job_parse(t->items[i].payload, t->items[i].payload_bytes, &jobs[i], &ignored);
        jids[i] = parsed == 0 ? jobs[i]->jid : "";
    }
    if (queue_cancelled_each(t->redis, jids, t->count, t->cancelled, &ignored) < 0) {
        memset(t->cancelled, 0, sizeof t->cancelled);
    }
    for (size_t i = 0; i < t->count; i++) {
        job_free(jobs[i]);
    }
}

/* False = the batch ends here, run or not. */
static bool start(struct work_thread *t, int64_t began_ms, struct turn *turn)
{
    int64_t now_ms = clock_mono_ms();

    *turn = (struct turn){ .thread = t, .now_us = clock_now_us() };
    pthread_mutex_lock(&t->lock);
    bool go = t->next < t->count && work_may_start(t->pool) && now_ms - began_ms < BATCH_MAX_MS;
    if (go) {
        t->present = t->next++;
        t->run_at_ms = now_ms;
        t->run_at_us = turn->now_us;
        turn->item = t->items[t->present];
        turn->cancelled = t->cancelled[t->present];
    }
    pthread_mutex_unlock(&t->lock);
    return go;
}

static void run_batch(struct work_thread *t)
{
    int64_t began_ms = clock_mono_ms();
    int64_t began_us = clock_mono_us();
    struct turn turn;

    while (start(t, began_ms, &turn)) {
        take_turn(&turn);
        pthread_mutex_lock(&t->lock);
        t->items[t->present] = turn.item; /* it may have moved */
        t->forms[t->present] = turn.form;
        t->run_at_ms = 0;
        pthread_mutex_unlock(&t->lock);
        int64_t now_us = clock_mono_us();
        t->average_us =
            t->average_us < 0 ? now_us - began_us : (t->average_us * 7 + now_us - began_us) / 8;
        began_us = now_us;
    }
}

/* After the settlement of some: say what was not ours any more, and let go of the bytes. */
static void conclude(struct work_thread *t, size_t from)
{
    for (size_t i = from; i < t->count; i++) {
        scoped(job_free_p) struct job *job = NULL;
        struct fail ignored = { 0 };

        free(take_ptr(t->forms[i]));
        /* After a repetition that may be the first attempt's doing. */
        if (t->items[i].fenced && !t->repeated && t->items[i].kind != SETTLE_BACK &&
            job_parse(t->items[i].payload, t->items[i].payload_bytes, &job, &ignored) == 0) {
            work_tell(t->pool, &(struct work_note){ .event = WORK_FENCED, .job = job });
        }
    }
    t->count = from;
}

/* Whether to leave the batch in its list: recovery takes it from there when this process has gone. */
static bool give_up(const struct work_thread *t, const struct fail *f, int *hopeless)
{
    *hopeless += f->kind != FAIL_LATER && f->kind != FAIL_UNKNOWN ? 1 : 0;
    return *hopeless >= HOPELESS_MAX ||
           (work_ending(t->pool) && clock_mono_ms() >= atomic_load(&t->pool->leased_until_ms));
}

static int settle_now(struct work_thread *t, struct fail *f)
{
    const struct settle_batch batch = { t->items, t->count, clock_now_us() };

    return queue_settle_whole(t->redis, &t->list, &batch, f);
}

static void settle(struct work_thread *t)
{
    struct fail f = { 0 };
    int hopeless = 0;

    while (settle_now(t, &f) < 0) {
        t->repeated = true;
        if (give_up(t, &f, &hopeless)) {
            (void)fail_wrap(&f, "%zu jobs stay unsettled", t->count);
            work_tell(t->pool, &(struct work_note){ .event = WORK_TROUBLE, .fail = &f });
            new_list(t);
            break;
        }
        back_off(t, &f);
    }
    conclude(t, 0);
}

void work_relieve(struct work_thread *t, struct redis *redis)
{
    struct fail ignored = { 0 }; /* it stays as it is, for the next time or for the thread itself */

    pthread_mutex_lock(&t->lock);
    if (t->run_at_ms > 0 && t->count > 1 && clock_mono_ms() - t->run_at_ms > LONG_MS) {
        struct settlement first = t->items[0];
        char *form = t->forms[0];

        t->items[0] = t->items[t->present];
        t->items[t->present] = first;
        t->forms[0] = t->forms[t->present];
        t->forms[t->present] = form;
        t->present = 0;
        t->next = t->count;
        const struct settle_batch others = { t->items + 1, t->count - 1, clock_now_us() };
        if (queue_settle(redis, &t->list, &others, &ignored) < 0) {
            t->repeated = true;
        } else {
            conclude(t, 1);
            t->next = 1;
        }
    }
    pthread_mutex_unlock(&t->lock);
}

static void do_batch(struct work_thread *t)
{
    if (t->count > 0) {
        if (t->claimed.ask_cancelled) {
            ask_cancelled(t);
        }
        run_batch(t);
        settle(t);
    }
    claimed_done(&t->claimed);
}

void *work_thread_main(void *arg)
{
    struct work_thread *t = arg;
    struct fail f = { 0 };
    int64_t released = 0;

    t->average_us = -1;
    new_list(t);
    while (!work_ending(t->pool)) {
        if (!work_may_start(t->pool)) {
            clock_sleep_ms(REST_MS);
        } else if (claim(t, &f) < 0) {
            back_off(t, &f); /* the same list again: it may hold jobs whose reply was lost */
        } else {
            t->backoff_ms = 0;
            do_batch(t);
        }
    }
    if (queue_claim_release(t->redis, &t->list, &released, &f) < 0) {
        work_tell(t->pool, &(struct work_note){ .event = WORK_TROUBLE, .fail = &f });
    }
    atomic_fetch_sub(&t->pool->living, 1);
    return NULL;
}
