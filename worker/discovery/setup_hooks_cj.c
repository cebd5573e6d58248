#include "worker/discovery/setup_hooks_cj.h"

#include <stdio.h>
#include <string.h>

#include "common/base/log.h"
#include "worker/providers/cj/cj.h"

#define HOOK_PATH "/webhooks/cj"
#define FINDING   "webhook.cj"

enum { URL_BYTES = 400 };

static bool complete(const struct cj_hooks *h)
{
    return h->orders && h->logistics;
}

static int look(struct job_context *c, const struct settings *set, const char *url,
                struct cj_hooks *ret, struct fail *f)
{
    TRY(cj_hooks_read(c->cj, url, ret, f));
    if (complete(ret) || set->num[SETTING_STOP] != 0) {
        return 0;
    }
    TRY(cj_hooks_set(c->cj, url, f));
    log_info("webhook.subscribed", kv_str("source", "cj"), kv_str("url", url));
    return cj_hooks_read(c->cj, url, ret, f);
}

void setup_hooks_cj(struct job_context *c, const struct settings *set, struct setup_findings *found)
{
    const char *base = setting_text(set, SETTING_STORE_CALLBACK);
    size_t size = strlen(base);
    struct cj_hooks hooks = { .orders = false };
    struct fail f = { 0 };
    char url[URL_BYTES];

    if (c->cj == NULL || strncmp(base, "https://", 8) != 0) {
        return;
    }
    while (size > 0 && base[size - 1] == '/') {
        size--;
    }
    (void)snprintf(url, sizeof url, "%.*s" HOOK_PATH, (int)size, base);
    if (look(c, set, url, &hooks, &f) < 0) {
        setup_found(found, FINDING, SETUP_WARN,
                    "Check again later; parcels are looked at by the clock.",
                    "The supplier's webhooks could not be set: %s", f.text);
        return;
    }
    setup_found(found, FINDING, complete(&hooks) ? SETUP_OK : SETUP_WARN,
                "Switch STOP off and check again.",
                complete(&hooks) ? "The supplier tells of orders and parcels."
                                 : "The supplier does not tell of orders and parcels.");
}
