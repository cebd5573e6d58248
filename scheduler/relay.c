/* Events from Postgres to Redis: at once by NOTIFY, at the latest after a sweep. */
#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/model/outbox.h"
#include "scheduler/duty.h"

enum { BATCH = 500, SWEEP_MS = 5000, SLICE_MS = 400 };

/* In slices, so that a stop is seen soon. */
static int wait_for_event(struct hands *h, struct fail *f)
{
    int64_t until_ms = clock_mono_ms() + SWEEP_MS;

    while (!atomic_load(h->stopping) && clock_mono_ms() < until_ms) {
        int outcome = db_wait_notify(h->db, SLICE_MS, f);
        TRY(outcome);
        if (outcome == 0) {
            return 0;
        }
    }
    return 0;
}

/* One line per event, so that a trace can be followed from the request to the job's worker. */
static void tell(void *ctx, const struct outbox_event *event)
{
    const struct hands *h = ctx;

    log_context(event->jid, event->trace_id);
    log_info("event.relayed", kv_str("name", event->event), kv_str("type", event->type),
             kv_str("queue", event->queue), kv_int("waited_ms", event->waited_us / 1000));
    log_context(NULL, NULL);
    atomic_store(&h->stats->lag_us, event->waited_us);
}

static void note_full_queue(struct hands *h, const struct outbox_round *round)
{
    if (round->held > 0 && !h->relay_holds) {
        log_warn("relay.queue_full", kv_int("events", round->held), kv_fail(&round->full));
    } else if (round->held == 0 && h->relay_holds) {
        log_info("relay.queue_free", kv_int("events", round->sent));
    }
    h->relay_holds = round->held > 0;
}

int relay_round(struct hands *h, int64_t *ret_wait_ms, struct fail *f)
{
    struct outbox_round round = { .max = BATCH, .told = tell, .ctx = h };
    bool first = h->fresh;

    if (first) {
        TRY(db_ready(h->db, f));
        TRY(db_listen(h->db, "dropship_outbox", f));
    }
    TRY(outbox_relay_round(h->db, h->redis, &round, f));
    *ret_wait_ms = 0;
    note_full_queue(h, &round);
    atomic_fetch_add(&h->stats->items, round.sent);
    /* The first round ends at once: that it went well is to be seen before the first wait is over. */
    return round.sent == BATCH || first ? 0 : wait_for_event(h, f);
}
