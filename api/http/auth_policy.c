#include "api/http/auth_policy.h"

#include <pthread.h>
#include <stdlib.h>

#include "api/http/auth_priv.h"
#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/str.h"
#include "common/model/settings.h"

struct policies {
    pthread_mutex_t lock; /* guards all that follows */
    struct policy now;
    int64_t read_ms; /* last tried; 0 = never */
};

static int64_t default_of(enum setting_id id)
{
    struct fail unsaid;
    int64_t value = 0;
    int read = str_to_int(setting_rules[id].otherwise, 0, INT64_MAX, setting_rules[id].name, &value,
                          &unsaid);

    (void)read; /* a test of the settings holds that defaults fit their rules */
    return value;
}

int policies_open(struct policies **ret, struct fail *f)
{
    struct policies *p = calloc(1, sizeof *p);
    if (p == NULL) {
        return fail_memory(f);
    }
    pthread_mutex_init(&p->lock, NULL);
    p->now = (struct policy){ .key_per_minute = default_of(SETTING_API_RATE),
                              .address_per_minute = default_of(SETTING_API_RATE_ADDRESS),
                              .life = { .idle_s = default_of(SETTING_API_SESSION_IDLE_S),
                                        .max_s = default_of(SETTING_API_SESSION_MAX_S) } };
    *ret = p;
    return 0;
}

void policies_close(struct policies *p)
{
    if (p != NULL) {
        pthread_mutex_destroy(&p->lock);
        free(p);
    }
}

/* Whether the caller is the one to read them again; the others go on with what there is. */
static bool is_due(struct policies *p, struct policy *ret)
{
    int64_t now_ms = clock_mono_ms();

    pthread_mutex_lock(&p->lock);
    bool due = p->read_ms == 0 || now_ms - p->read_ms >= POLICY_MS;
    if (due) {
        p->read_ms = now_ms;
    }
    *ret = p->now;
    pthread_mutex_unlock(&p->lock);
    return due;
}

static int read_settings(struct request *rq, struct policy *ret, struct fail *f)
{
    struct settings now;

    TRY(request_take(rq, REQUEST_WRITE, f));
    TRY(db_ready(rq->db, f));
    TRY(settings_read(rq->db, &now, f));
    ret->key_per_minute = now.num[SETTING_API_RATE];
    ret->address_per_minute = now.num[SETTING_API_RATE_ADDRESS];
    ret->life.idle_s = now.num[SETTING_API_SESSION_IDLE_S];
    ret->life.max_s = now.num[SETTING_API_SESSION_MAX_S];
    str_fit(ret->origins, sizeof ret->origins, setting_text(&now, SETTING_API_CORS_ORIGINS));
    return 0;
}

void policy_now(struct request *rq, struct policy *ret)
{
    struct policies *p = rq->api->auth->policies;
    struct fail f;
    bool reachable = rq->take != NULL || rq->db != NULL; /* not in tests without servers */

    if (!is_due(p, ret) || !reachable) {
        return;
    }
    if (read_settings(rq, ret, &f) < 0) {
        log_debug("http.policy_unread", kv_fail(&f));
        return;
    }
    pthread_mutex_lock(&p->lock);
    p->now = *ret;
    pthread_mutex_unlock(&p->lock);
}
