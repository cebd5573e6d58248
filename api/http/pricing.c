/* /api/v1/pricing-rules: how shop prices are made, with a preview before it counts. */
#include "api/http/resources.h"

#include <string.h>

#include "api/http/reply.h"
#include "common/base/json.h"
#include "common/base/str.h"
#include "common/model/pricing_rule.h"
#include "common/model/pricing_rules.h"

enum { PAGE_DEFAULT = 50 };

int get_pricing_rules(struct request *rq, struct reply *re, struct fail *f)
{
    scoped(free_p) char *json = NULL;

    TRY(pricing_rules_list(rq->db, &json, f));
    reply_json(re, 200, json);
    return 0;
}

/* The rule's numbers.  *ret is the caller's. */
static int spec_of(const struct request *rq, json_t **ret, struct fail *f)
{
    const char *spec = request_text(rq, "spec");
    return json_parse(spec, strlen(spec), "spec", ret, f);
}

int add_pricing_rule(struct request *rq, struct reply *re, struct fail *f)
{
    scoped(json_clear_p) json_t *spec = NULL;
    char who[REQUEST_WHO_BYTES];
    int64_t id = 0;

    TRY(spec_of(rq, &spec, f));
    request_who(rq, who);
    const struct pricing_new rule = {
        .name = request_text(rq, "name"), .kind = request_text(rq, "kind"), .spec = spec, .who = who
    };
    TRY(pricing_rule_add(rq->db, &rule, &id, f));
    scoped(json_clear_p) json_t *body =
        json_pack("{s:I, s:s}", "id", (json_int_t)id, "name", rule.name);
    return reply_value(re, 200, body, f);
}

int preview_pricing(struct request *rq, struct reply *re, struct fail *f)
{
    scoped(free_p) char *json = NULL;
    scoped(json_clear_p) json_t *spec = NULL;
    struct pricing_rule rule;

    TRY(spec_of(rq, &spec, f));
    TRY(pricing_rule_parse(request_text(rq, "kind"), spec, &rule, f));
    (void)str_fit(rule.name, sizeof rule.name, "preview");
    TRY(pricing_preview(rq->db, &rule, request_int(rq, "after", 0),
                        request_int(rq, "limit", PAGE_DEFAULT), &json, f));
    reply_json(re, 200, json);
    return 0;
}

int preview_pricing_rule(struct request *rq, struct reply *re, struct fail *f)
{
    scoped(free_p) char *json = NULL;

    TRY(pricing_rule_preview(rq->db, request_int(rq, "id", 0), request_int(rq, "after", 0),
                             request_int(rq, "limit", PAGE_DEFAULT), &json, f));
    reply_json(re, 200, json);
    return 0;
}

static int switch_rule(struct request *rq, bool on, struct reply *re, struct fail *f)
{
    char who[REQUEST_WHO_BYTES];
    int64_t id = request_int(rq, "id", 0), products = 0;

    request_who(rq, who);
    TRY(on ? pricing_rule_activate(rq->db, id, who, &products, f)
           : pricing_rule_deactivate(rq->db, id, who, &products, f));
    scoped(json_clear_p) json_t *body = json_pack("{s:I, s:b, s:I}", "id", (json_int_t)id, "active",
                                                  on, "products", (json_int_t)products);
    return reply_value(re, 200, body, f);
}

int activate_pricing_rule(struct request *rq, struct reply *re, struct fail *f)
{
    return switch_rule(rq, true, re, f);
}

int deactivate_pricing_rule(struct request *rq, struct reply *re, struct fail *f)
{
    return switch_rule(rq, false, re, f);
}

int remove_pricing_rule(struct request *rq, struct reply *re, struct fail *f)
{
    char who[REQUEST_WHO_BYTES];
    int64_t id = request_int(rq, "id", 0);

    request_who(rq, who);
    TRY(pricing_rule_remove(rq->db, id, who, f));
    scoped(json_clear_p) json_t *body =
        json_pack("{s:I, s:s}", "id", (json_int_t)id, "done", "pricing.remove");
    return reply_value(re, 200, body, f);
}
