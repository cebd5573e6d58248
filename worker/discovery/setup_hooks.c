#include "worker/discovery/setup_hooks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/log.h"
#include "common/base/str.h"
#include "worker/providers/shopify/shopify_products.h"

enum { URL_BYTES = 400 };
#define HOOK_PATH "/webhooks/shopify"

/* Those that api/http/webhook_shopify.c knows. */
static const char *const topics[] = { "ORDERS_CREATE",    "ORDERS_UPDATED",
                                      "ORDERS_PAID",      "ORDERS_EDITED",
                                      "ORDERS_CANCELLED", "ORDERS_RISK_ASSESSMENT_CHANGED" };

struct hooks {
    struct shopify_hook *rows;
    size_t count;
};
static void hooks_done(struct hooks *h)
{
    free(h->rows);
}

static bool goes_to(const struct hooks *h, const char *topic, const char *url)
{
    for (size_t i = 0; i < h->count; i++) {
        if (strcmp(h->rows[i].topic, topic) == 0 && strcmp(h->rows[i].url, url) == 0) {
            return true;
        }
    }
    return false;
}

static int subscribe(struct job_context *c, const struct hooks *h, const char *url, struct fail *f)
{
    for (size_t i = 0; i < COUNT_OF(topics); i++) {
        if (!goes_to(h, topics[i], url)) {
            TRY(shopify_hook_create(c->shopify, topics[i], url, f));
            log_info("webhook.subscribed", kv_str("topic", topics[i]), kv_str("url", url));
        }
    }
    return 0;
}

static int read_hooks(struct job_context *c, struct hooks *ret, struct fail *f)
{
    free(take_ptr(ret->rows));
    return shopify_hooks(c->shopify, &ret->rows, &ret->count, f);
}

static void say(struct setup_findings *found, const struct hooks *h, const char *url)
{
    char name[SETUP_NAME_BYTES];

    for (size_t i = 0; i < COUNT_OF(topics); i++) {
        bool there = goes_to(h, topics[i], url);
        (void)snprintf(name, sizeof name, "webhook.%.50s", topics[i]);
        setup_found(found, name, there ? SETUP_OK : SETUP_WARN,
                    "Switch STOP off and check again, or give the app access to orders.",
                    there ? "%s is subscribed." : "%s is not subscribed.", topics[i]);
    }
}

int setup_hooks(struct job_context *c, const struct settings *set, struct setup_findings *found,
                struct fail *f)
{
    scoped(hooks_done) struct hooks hooks = { 0 };
    const char *base = setting_text(set, SETTING_STORE_CALLBACK);
    size_t size = strlen(base);
    char url[URL_BYTES];

    if (strncmp(base, "https://", 8) != 0) {
        setup_found(found, "webhooks", base[0] == '\0' ? SETUP_OK : SETUP_WARN,
                    "Set store.callback_url to an https address.",
                    base[0] == '\0' ? "No public address is set: orders are found by looking "
                                      "(orders.check), not told at once."
                                    : "store.callback_url is no https address.");
        return 0;
    }
    while (size > 0 && base[size - 1] == '/') {
        size--;
    }
    (void)snprintf(url, sizeof url, "%.*s" HOOK_PATH, (int)size, base);
    TRY(read_hooks(c, &hooks, f));
    if (set->num[SETTING_STOP] == 0) {
        TRY(subscribe(c, &hooks, url, f));
        TRY(read_hooks(c, &hooks, f));
    }
    say(found, &hooks, url);
    return 0;
}
