#include "tests/integration/listing/fake.h"

#include <string.h>

#include "common/base/str.h"
#include "tests/integration/listing/fake_priv.h"

struct fake *fake;
fake_ai_fn *fake_ai;

void fake_reset(void)
{
    if (fake == NULL) {
        fake = fault_memory(sizeof *fake);
    }
    memset(fake, 0, sizeof *fake);
    fake_ai = NULL;
    (void)str_fit(fake->currency, sizeof fake->currency, "USD");
    (void)str_fit(fake->scopes, sizeof fake->scopes,
                  "write_products,write_inventory,read_locations,write_publications,write_orders,"
                  "write_merchant_managed_fulfillment_orders,write_third_party_fulfillment_orders,"
                  "write_fulfillments,read_reports");
    (void)str_fit(fake->goods[0].vid, sizeof fake->goods[0].vid, "V1");
    (void)str_fit(fake->goods[1].vid, sizeof fake->goods[1].vid, "V2");
    fake->goods[0].stock = 200;
    fake->goods[1].stock = 120;
    fake->freight_cents = 420;
    fake->goods[0].cents = 850;
    fake->goods[1].cents = 900;
}

struct fake_listing *fake_sole(void)
{
    struct fake_listing *found = NULL;

    for (int i = 0; i < FAKE_PRODUCTS; i++) {
        if (fake->products[i].used) {
            if (found != NULL) {
                return NULL;
            }
            found = &fake->products[i];
        }
    }
    return found;
}

int fake_enter(const char *call, struct fail *f)
{
    return fault_enter(&fake->point, call, f);
}

int fake_leave(int result, bool write, struct fail *f)
{
    return fault_leave(&fake->point, result, write, f);
}

/* ---- the text model ---- */

int ai_desk_ask(struct job_context *c, const struct ai_ask *ask, struct ai_told *ret,
                struct fail *f)
{
    json_t *json = NULL;

    (void)c;
    *ret = (struct ai_told){ 0 };
    TRY(fake_enter("ai", f));
    if (fake_ai == NULL) {
        return AI_DESK_NO_KEY;
    }
    enum ai_desk_answer answer = fake_ai(fake->asked++, ask->task, &json);
    ret->result.json = json;
    ret->result.status = answer == AI_DESK_OK ? AI_OK : AI_REFUSED;
    (void)str_fit(ret->by, sizeof ret->by, "openai:test-model");
    int done = fake_leave(0, false, f);
    if (done < 0) {
        json_decref(ret->result.json);
        ret->result.json = NULL;
        return -1;
    }
    return (int)answer;
}
