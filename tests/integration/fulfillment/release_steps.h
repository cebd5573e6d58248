/* Steps of the tests that release one order; to be included after cmocka. */
#pragma once

#include <string.h>

#include "common/model/orders.h"
#include "tests/integration/fulfillment/flow.h"

static int64_t id;
static int order;

static inline void expect_state(const char *state, const char *hold_code)
{
    if (strcmp(flow_of(id, "state"), state) != 0) {
        fail_msg("order is %s (%s): %s", flow_of(id, "state"), rig_fail.text,
                 rig_text("select string_agg(step || ' ' || coalesce(code, '') || ' ' || text, "
                          "E'\\n' order by id) from order_event"));
    }
    assert_string_equal(flow_of(id, "hold_code"), hold_code);
}

static inline void receive(void)
{
    order = fake_add_order();
    id = flow_check(order);
    expect_state("received", "");
}

static inline void release(void)
{
    assert_int_equal(flow_job("order.release", id), 0);
}

static inline void release_by_person(void)
{
    struct fail f;
    assert_int_equal(order_release_by(rig_other_db(), id, "ann", &f), 0);
}
