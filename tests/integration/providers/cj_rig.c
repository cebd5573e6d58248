#include "tests/integration/providers/cj_rig.h"

#include <stdio.h>

#include "common/base/str.h"

struct sandbox sandbox;
struct open_gate seen;
struct provider_gate gate;
struct cj *cj;

static struct cj_tokens tokens;

static int renew(struct open_gate *g, struct fail *f)
{
    TRY(cj_refresh(cj, tokens.refresh, &tokens, f));
    return str_fit(g->token, sizeof g->token, tokens.access) ? 0 : -1;
}

int cj_rig_start(void **state)
{
    char url[100];
    struct fail f;
    (void)state;

    sandbox_start(&sandbox);
    seen.renew = renew;
    gate = open_gate(&seen);
    if (cj_open(sandbox_url(&sandbox, "/cj", url, sizeof url), sandbox.http, &gate, &cj, &f) < 0 ||
        cj_login(cj, "CJ0000001@api@sandbox", &tokens, &f) < 0) {
        (void)fprintf(stderr, "%s\n", f.text);
        return -1;
    }
    return str_fit(seen.token, sizeof seen.token, tokens.access) ? 0 : -1;
}

int cj_rig_stop(void **state)
{
    (void)state;
    cj_close(cj);
    sandbox_stop(&sandbox);
    return 0;
}

int cj_rig_calm(void **state)
{
    (void)state;
    sandbox_no_faults(&sandbox);
    cj->deadline_ms = 0;
    seen.enters = seen.leaves = seen.unhealthy = seen.renewed = 0;
    seen.throttled_ms = seen.points_gone_ms = 0;
    return 0;
}
