#include "tests/integration/providers/shopify_rig.h"

#include <string.h>

struct sandbox sandbox;
struct open_gate seen;
struct shopify *shop;

static struct provider_gate gate;

static int renew(struct open_gate *g, struct fail *f)
{
    const struct shopify_client client = { "sandbox-client", "sandbox-secret" };
    int64_t life_s = 0;

    return shopify_grant(shop, &client, g->token, &life_s, f);
}

int shopify_rig_start(void **state)
{
    char url[100];
    struct fail f;
    (void)state;

    sandbox_start(&sandbox);
    seen.renew = renew;
    gate = open_gate(&seen);
    memcpy(seen.token, "shpat_sandbox", sizeof "shpat_sandbox");
    return shopify_open(sandbox_url(&sandbox, "/shopify", url, sizeof url), sandbox.http, &gate,
                        &shop, &f);
}

int shopify_rig_stop(void **state)
{
    (void)state;
    shopify_close(shop);
    sandbox_stop(&sandbox);
    return 0;
}

int shopify_rig_calm(void **state)
{
    (void)state;
    sandbox_no_faults(&sandbox);
    shop->deadline_ms = 0;
    seen.enters = seen.leaves = seen.unhealthy = seen.renewed = 0;
    seen.throttled_ms = 0;
    return 0;
}
