#include "api/http/openapi_tags.h"

#include <string.h>

#include "api/http/openapi_schema.h"

#define V1 "/api/v1/"

/* What a resource is.  To add one: a line; without, its name has to say it. */
static const struct {
    const char *name, *help;
} resources[] = {
    { "program", "The program itself: probes, metrics, pages, webhooks, this description" },
    { "session", "Who is logged in" },
    { "keys", "Keys to the API" },
    { "status", "Everything at a glance" },
    { "health", "Outside services: how they answer, and their limits" },
    { "needs", "What waits for a person" },
    { "analytics", "Figures of sales, profit and ads, by shop days" },
    { "orders", "Orders, and a person's word about one" },
    { "order-views", "How orders are spread over the views of the list" },
    { "products", "Products, and a person's word about one" },
    { "proposals", "What the program proposes" },
    { "approvals", "Everything that waits for a yes or no, in one list" },
    { "pricing-rules", "How shop prices are made" },
    { "flows", "What runs by itself, and how far it may go" },
    { "stop", "STOP: nothing is ordered, paid or sent" },
    { "resume-all", "The end of STOP" },
    { "queues", "Where jobs wait" },
    { "jobs", "Jobs, and what to do with them" },
    { "job-runs", "What became of jobs" },
    { "job-stats", "How many, how fast, how often they fail" },
    { "job-errors", "Why jobs fail, like with like" },
    { "workers", "Processes that run jobs" },
    { "settings", "What a person tunes while it runs" },
    { "audit", "Who changed what" },
    { "activity", "Who or which rule did what, and how to undo it" },
    { "search", "One field for everything" },
    { "messages", "What customers wrote" },
    { "live", "Word of changes as they happen" },
    { "export", "Whole lists as files" },
};

size_t openapi_tag(const struct route *route, const char **ret)
{
    if (strncmp(route->path, V1, sizeof V1 - 1) != 0) {
        *ret = resources[0].name;
        return strlen(*ret);
    }
    *ret = route->path + sizeof V1 - 1;
    return strcspn(*ret, "/");
}

static bool seen(const struct route *table, size_t index)
{
    const char *tag, *other;
    size_t length = openapi_tag(&table[index], &tag);

    for (size_t i = 0; i < index; i++) {
        if (openapi_tag(&table[i], &other) == length && memcmp(tag, other, length) == 0) {
            return true;
        }
    }
    return false;
}

static void add_tag(struct str *out, const char *tag, size_t length)
{
    const char *help = NULL;

    for (size_t i = 0; i < COUNT_OF(resources) && help == NULL; i++) {
        bool same =
            strlen(resources[i].name) == length && memcmp(resources[i].name, tag, length) == 0;
        help = same ? resources[i].help : NULL;
    }
    str_addf(out, "  - name: %.*s\n    description: ", (int)length, tag);
    openapi_quote(out, help != NULL ? help : "As its name says");
    str_add_char(out, '\n');
}

void openapi_tags(struct str *out, const struct route *table, size_t count)
{
    const char *tag;

    str_add(out, "tags:\n");
    for (size_t i = 0; i < count; i++) {
        if (!seen(table, i)) {
            size_t length = openapi_tag(&table[i], &tag);
            add_tag(out, tag, length);
        }
    }
}
