#include "api/http/hands.h"

#include <stdatomic.h>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "sql/base.h"

/* A request that waited so long for a connection is better told to come back. */
enum { TAKE_MS = 2000, REPLICA_TAKE_MS = 200, LAG_ASK_MS = 1000 };

/* A pool, and a Redis connection for each of its places. */
struct side {
    struct db_pool *pool;
    struct redis **redis;
    size_t count;
};

struct hands {
    const struct conf *conf;
    struct side primary, replica; /* replica.pool NULL = there is none */
    int64_t lag_limit_ms;
    atomic_llong asked_ms; /* when the replica was asked last; monotonic */
    atomic_bool well;      /* what that gave */
};

static void side_close(struct side *s)
{
    db_pool_close(s->pool);
    for (size_t i = 0; s->redis != NULL && i < s->count; i++) {
        redis_close(s->redis[i]);
    }
    free(s->redis);
}

static int side_open(const struct conf *conf, const char *url, struct side *s, struct fail *f)
{
    s->count = (size_t)conf_int(conf, CONF_DATABASE_CONNECTIONS);
    TRY(db_pool_open(url, "dropship-api", s->count, &s->pool, f));
    s->redis = calloc(s->count, sizeof(struct redis *));
    if (s->redis == NULL) {
        return fail_memory(f);
    }
    for (size_t i = 0; i < s->count; i++) {
        TRY(redis_open(conf_text(conf, CONF_REDIS_URL), &s->redis[i], f));
    }
    return 0;
}

static void close_p(struct hands **h)
{
    hands_close(*h);
}

int hands_open(const struct conf *conf, struct hands **ret, struct fail *f)
{
    scoped(close_p) struct hands *h = calloc(1, sizeof *h);
    const char *replica = conf_text(conf, CONF_DATABASE_READ_URL);

    if (h == NULL) {
        return fail_memory(f);
    }
    h->conf = conf;
    h->lag_limit_ms = conf_int(conf, CONF_DATABASE_READ_LAG_MS);
    h->asked_ms = -LAG_ASK_MS;
    h->well = true; /* until it is asked: the first request does */
    TRY(side_open(conf, conf_text(conf, CONF_DATABASE_URL), &h->primary, f));
    if (replica != NULL) {
        TRY(side_open(conf, replica, &h->replica, f));
    }
    *ret = take_ptr(h);
    return 0;
}

void hands_close(struct hands *h)
{
    if (h != NULL) {
        side_close(&h->primary);
        side_close(&h->replica);
        free(h);
    }
}

void hands_give(struct grip *grip)
{
    if (grip->hands != NULL) {
        db_pool_give(grip->of_replica ? grip->hands->replica.pool : grip->hands->primary.pool,
                     &grip->lent);
    }
}

/* Is the replica near enough?  One request a second asks it; the others believe what that one heard. */
static int ask_replica(struct hands *h, struct db *db, struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;

    TRY(db_ready(db, f));
    TRY(db_query(db, &sql_base_replica_lag, NULL, &rows, f));
    int64_t lag_ms = db_int(rows, 0, "lag_ms", INT64_MAX);
    return lag_ms <= h->lag_limit_ms
               ? 0
               : fail_set(f, FAIL_LATER, "the read replica is %lld ms behind", (long long)lag_ms);
}

static void note_replica(struct hands *h, bool well, const struct fail *f)
{
    bool was = atomic_exchange(&h->well, well);
    if (was && !well) {
        log_warn("api.replica_left", kv_fail(f));
    } else if (well && !was) {
        log_info("api.replica_used", kv_int("lag_limit_ms", h->lag_limit_ms));
    }
}

/* A connection to the replica that is known to be well; 1 when the primary must do. */
static int take_replica(struct grip *grip)
{
    struct hands *h = grip->hands;
    struct fail f = { .kind = FAIL_NONE };
    long long asked_ms = atomic_load(&h->asked_ms), now_ms = clock_mono_ms();
    bool ask = now_ms - asked_ms >= LAG_ASK_MS &&
               atomic_compare_exchange_strong(&h->asked_ms, &asked_ms, now_ms);

    if (h->replica.pool == NULL || (!ask && !atomic_load(&h->well)) ||
        db_pool_take(h->replica.pool, REPLICA_TAKE_MS, &grip->lent, &f) < 0) {
        return 1;
    }
    grip->of_replica = true;
    bool well = (ask ? ask_replica(h, grip->lent.db, &f) : db_ready(grip->lent.db, &f)) == 0;
    note_replica(h, well, &f);
    if (!well) {
        hands_give(grip);
    }
    return well ? 0 : 1;
}

static int take_primary(struct grip *grip, struct fail *f)
{
    grip->of_replica = false;
    return db_pool_take(grip->hands->primary.pool, TAKE_MS, &grip->lent, f);
}

int hands_take(struct grip *grip, enum request_need need, struct db **db, struct redis **redis,
               struct fail *f)
{
    bool held = grip->lent.db != NULL;
    bool fits =
        held && (need == REQUEST_WRITE ? !grip->of_replica
                                       : grip->of_replica || grip->hands->replica.pool == NULL);

    if (!fits) {
        hands_give(grip);
        if (need == REQUEST_WRITE || take_replica(grip) != 0) {
            TRY(take_primary(grip, f));
        }
    }
    const struct side *s = grip->of_replica ? &grip->hands->replica : &grip->hands->primary;
    *db = grip->lent.db;
    *redis = s->redis[grip->lent.index];
    return 0;
}

int hands_open_reader(struct hands *h, struct db **ret, struct fail *f)
{
    scoped(db_close_p) struct db *db = NULL;
    struct fail unsaid; /* the primary does */

    if (h->replica.pool != NULL) {
        TRY(db_open(conf_text(h->conf, CONF_DATABASE_READ_URL), "dropship-api", &db, f));
        if (ask_replica(h, db, &unsaid) == 0) {
            *ret = take_ptr(db);
            return 0;
        }
        db_close(take_ptr(db));
    }
    TRY(db_open(conf_text(h->conf, CONF_DATABASE_URL), "dropship-api", &db, f));
    TRY(db_ready(db, f));
    *ret = take_ptr(db);
    return 0;
}
