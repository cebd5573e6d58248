/* /api/v1/search: one field for everything; places of the dashboard, flows and settings are known here, the rest is Postgres'. */
#include "api/http/resources.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "api/http/reply.h"
#include "api/http/text.h"
#include "common/base/json.h"
#include "common/base/str.h"
#include "common/model/flow_kinds.h"
#include "common/model/one_json.h"
#include "common/model/settings.h"
#include "sql/ops.h"

enum { NAMED_MAX = 10, HREF_BYTES = 120 };

/* The pages of the dashboard. */
static const struct page {
    const char *id, *title, *words, *href;
} pages[] = {
    { "dashboard", "Dashboard", "home figures sales profit", "/" },
    { "products", "Products", "listings catalogue discovery", "/products" },
    { "orders", "Orders", "holds fulfillment parcels", "/orders" },
    { "ads", "Ads", "advertising campaigns", "/ads" },
    { "service", "Service", "messages customers inbox", "/service" },
    { "jobs", "Jobs", "queues workers dead retry", "/jobs" },
    { "approvals", "Approvals", "proposals approve", "/approvals" },
    { "activity", "Activity", "audit history undo", "/activity" },
    { "automation", "Automation", "flows settings limits keys stop", "/automation" },
};

static bool contains(const char *text, const char *part)
{
    return strcasestr(text, part) != NULL;
}

/* A hit of a thing that is known here, unless there are many already. */
static void add_hit(json_t *hits, const char *kind, const char *id, const char *title,
                    const char *text, const char *href)
{
    if (json_array_size(hits) < NAMED_MAX) {
        json_array_append_new(hits, json_pack("{s:s, s:s, s:s, s:s, s:s}", "kind", kind, "id", id,
                                              "title", title, "text", text, "href", href));
    }
}

static void add_named(json_t *hits, const char *query)
{
    char href[HREF_BYTES];

    for (size_t i = 0; i < COUNT_OF(pages); i++) {
        if (contains(pages[i].title, query) || contains(pages[i].words, query)) {
            add_hit(hits, "page", pages[i].id, pages[i].title, "page", pages[i].href);
        }
    }
    for (size_t i = 0; i < FLOW_KINDS; i++) {
        if (contains(flow_kinds[i].name, query) || contains(flow_kinds[i].title, query)) {
            (void)snprintf(href, sizeof href, "/automation?flow=%s", flow_kinds[i].name);
            add_hit(hits, "flow", flow_kinds[i].name, flow_kinds[i].title, flow_kinds[i].help,
                    href);
        }
    }
    for (unsigned i = 0; i < SETTING_COUNT; i++) {
        if (contains(setting_rules[i].name, query) || contains(setting_rules[i].help, query)) {
            (void)snprintf(href, sizeof href, "/automation?setting=%s", setting_rules[i].name);
            add_hit(hits, "setting", setting_rules[i].name, setting_rules[i].name,
                    setting_rules[i].help, href);
        }
    }
}

int get_search(struct request *rq, struct reply *re, struct fail *f)
{
    scoped(free_p) char *text = NULL;
    scoped(json_clear_p) json_t *hits = NULL;
    scoped(json_clear_p) json_t *named = json_array();
    const char *query = request_text(rq, "q");
    int64_t id = 0;

    const char *params[] = { query, text_to_int(query, 1, INT64_MAX, &id) ? query : NULL };
    TRY(one_json(rq->db, &sql_ops_search, params, &text, f));
    TRY(json_parse(text, strlen(text), "the hits", &hits, f));
    add_named(named, query);
    json_array_extend(hits, named);
    scoped(json_clear_p) json_t *body = json_pack("{s:O}", "hits", hits);
    return reply_value(re, 200, body, f);
}
