#include "api/cli/show_discovery.h"

#include <inttypes.h>
#include <stdio.h>

#include "api/cli/out.h"
#include "common/base/clock.h"
#include "common/base/json.h"
#include "common/model/products.h"

enum { MICRO = 1000000, MICRO_SHOWN = 100 };

static void show_run(const json_t *discovery)
{
    static const struct column started = { "", "run.started_at", CELL_AGE };
    const char *problem = json_text(discovery, "run.problem", NULL);
    char age[OUT_CELL_BYTES];

    if (json_at(discovery, "run") == NULL) {
        printf("last scan    none yet\n");
        return;
    }
    out_cell(discovery, &started, clock_now_us(), age);
    printf("last scan    %s ago: %" PRId64 " searches, %" PRId64 " points, %" PRId64
           " seen, %" PRId64 " new, %" PRId64 " candidates%s\n",
           age, json_int(discovery, "run.searches", 0), json_int(discovery, "run.points", 0),
           json_int(discovery, "run.seen", 0), json_int(discovery, "run.added", 0),
           json_int(discovery, "run.candidates", 0),
           json_at(discovery, "run.finished_at") == NULL ? " so far" : "");
    if (problem != NULL) {
        static const struct column why = { "", "run.problem", CELL_LONG };
        out_cell(discovery, &why, 0, age);
        printf("             %s\n", age);
    }
}

static void show_ai(const json_t *discovery)
{
    int64_t micro = json_int(discovery, "ai.cost_micro", 0);

    printf("points       today: searches %" PRId64 "  assessments %" PRId64 "\n",
           json_int(discovery, "points_today.search", 0),
           json_int(discovery, "points_today.assess", 0));
    printf("AI           today: %" PRId64 " calls, %" PRId64 " failed, %" PRId64 " tokens, %" PRId64
           ".%04" PRId64 " USD%s\n",
           json_int(discovery, "ai.calls", 0), json_int(discovery, "ai.failed", 0),
           json_int(discovery, "ai.tokens", 0), micro / MICRO, micro % MICRO / MICRO_SHOWN,
           json_int(discovery, "ai.cost_unknown", 0) > 0 ? " and calls without a known price" : "");
}

void show_discovery(const json_t *discovery)
{
    const json_t *products = json_object_get(discovery, "products");

    printf("\nproducts     %s", json_object_size(products) == 0 ? "none yet" : "");
    for (const char *const *state = product_states; *state != NULL; state++) {
        if (json_int(products, *state, 0) > 0) {
            printf("%s %" PRId64 "  ", *state, json_int(products, *state, 0));
        }
    }
    printf("\nto look at   problems %" PRId64 "  proposals %" PRId64 "\n",
           json_int(discovery, "problems", 0), json_int(discovery, "proposals", 0));
    show_run(discovery);
    show_ai(discovery);
}
