#include "api/http/resources.h"

#include "api/http/route.h"

#define NAME_CHARS "A-Za-z0-9_.:-"
#define JID_CHARS  "A-Za-z0-9_.:-"
#define V1         "/api/v1"
#define NO_FIELDS                                                                                  \
    {                                                                                              \
        {                                                                                          \
            .name = NULL                                                                           \
        }                                                                                          \
    }

/* Fields that several routes share. */
#define ORDER_ID                                                                                   \
    {                                                                                              \
        .name = "id", .place = FIELD_IN_PATH, .type = FIELD_TEXT, .min = 1, .max = 100,            \
        .set = "A-Za-z0-9_.:/#-", .help = "Id, name (1001) or gid of the order"                    \
    }
#define QUEUE_NAME                                                                                 \
    {                                                                                              \
        .name = "queue", .place = FIELD_IN_PATH, .type = FIELD_TEXT, .min = 1, .max = 127,         \
        .set = NAME_CHARS, .help = "Name of the queue"                                             \
    }
#define IDENTITY                                                                                   \
    {                                                                                              \
        .name = "identity", .place = FIELD_IN_PATH, .type = FIELD_TEXT, .min = 1, .max = 127,      \
        .set = NAME_CHARS, .help = "Identity of the worker"                                        \
    }
#define BULK_TEXT(label, characters, sentence)                                                     \
    {                                                                                              \
        .name = (label), .place = FIELD_IN_BODY, .type = FIELD_TEXT, .min = 1, .max = 127,         \
        .set = (characters), .help = (sentence)                                                    \
    }
#define BULK_AGE(label, sentence)                                                                  \
    {                                                                                              \
        .name = (label), .place = FIELD_IN_BODY, .type = FIELD_INT, .min = 0, .max = 3200000000,   \
        .help = (sentence)                                                                         \
    }
#define JOB_ID                                                                                     \
    {                                                                                              \
        .name = "jid", .place = FIELD_IN_PATH, .type = FIELD_TEXT, .min = 1, .max = 63,            \
        .set = JID_CHARS, .help = "Id of the job"                                                  \
    }
#define LIMIT(most)                                                                                \
    {                                                                                              \
        .name = "limit", .place = FIELD_IN_QUERY, .type = FIELD_INT, .min = 1, .max = (most),      \
        .help = "Rows per page; 50 when not given"                                                 \
    }
#define CURSOR                                                                                     \
    {                                                                                              \
        .name = "cursor", .place = FIELD_IN_QUERY, .type = FIELD_TEXT, .min = 1, .max = 48,        \
        .set = "0-9-", .help = "`next` of the page before"                                         \
    }
#define SINCE                                                                                      \
    {                                                                                              \
        .name = "from", .place = FIELD_IN_QUERY, .type = FIELD_TIME,                               \
        .help = "Not before this time"                                                             \
    }
#define UNTIL                                                                                      \
    {                                                                                              \
        .name = "to", .place = FIELD_IN_QUERY, .type = FIELD_TIME, .help = "Before this time"      \
    }
#define REASON(must)                                                                               \
    {                                                                                              \
        .name = "reason", .place = FIELD_IN_BODY, .type = FIELD_TEXT, .required = (must),          \
        .min = 1, .max = 300, .help = "Why; kept in the audit"                                     \
    }

/* The filters of orders, which order_query.c reads: for their list and their file. */
/* clang-format off */
#define ORDER_FIELDS                                                                               \
    { .name = "state", .place = FIELD_IN_QUERY, .type = FIELD_CHOICE,                              \
      .choices = "received|waiting|flagged|held|approval|placing|placed|shipped|fulfilled|delivered|cancelled|ignored", \
      .help = "Only orders in this state" },                                                       \
    { .name = "q", .place = FIELD_IN_QUERY, .type = FIELD_TEXT, .min = 1, .max = 100,              \
      .help = "Part of the name or e-mail (less than three characters: a whole name, or the beginning of an e-mail); or a " \
              "whole tracking number" },                                                           \
    { .name = "view", .place = FIELD_IN_QUERY, .type = FIELD_CHOICE,                               \
      .choices = "todo|waiting|supplier|shipped|exceptions",                                       \
      .help = "Only orders of this view, when no state is given" },                                \
    { .name = "reason", .place = FIELD_IN_QUERY, .type = FIELD_TEXT, .min = 1, .max = 60, .set = "A-Z_", \
      .help = "Only those held for this, as PRICE_RISE" },                                         \
    { .name = "country", .place = FIELD_IN_QUERY, .type = FIELD_TEXT, .min = 2, .max = 2, .set = "A-Z", \
      .help = "Only those sent to this country" },                                                 \
    { .name = "risk", .place = FIELD_IN_QUERY, .type = FIELD_CHOICE, .choices = "HIGH|MEDIUM|LOW|NONE|PENDING", \
      .help = "Only of this risk" },                                                               \
    { .name = "cost", .place = FIELD_IN_QUERY, .type = FIELD_CHOICE, .choices = "unknown|unread",  \
      .help = "unknown: only those whose costs are not all known, as the figures count them; unread: of them, those of which " \
              "what was sold for how much has not been read yet" },                                \
    { .name = "currency", .place = FIELD_IN_QUERY, .type = FIELD_TEXT, .min = 3, .max = 3, .set = "A-Z", \
      .help = "Only those in this currency" },                                                     \
    SINCE, UNTIL
/* clang-format on */

/* A line ends with what it has to say: the rest is zero. */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

/* To add a route: its handler in the resource's file, declared in resources.h, and a line here; checks, 405 answers and
 * /openapi.yaml follow.  No two lines may fit the same path and method. */
const struct route routes[] = {
    { "GET", "/healthz", ACCESS_OPEN, get_healthz, "Is the program alive?", NO_FIELDS, 0, NULL,
      "Alive" },
    { "GET", "/readyz", ACCESS_OPEN, get_readyz, "Can it do its work? 503 with reasons if not",
      NO_FIELDS, 0, NULL, "200,503 Readiness" },
    { "GET", "/metrics", ACCESS_READ, get_metrics, "The whole pool as Prometheus text", NO_FIELDS,
      0, NULL, "text/plain" },
    { "GET", "/openapi.yaml", ACCESS_OPEN, get_openapi, "This description", NO_FIELDS, 0, NULL,
      "application/yaml" },

    { "GET", V1 "/status", ACCESS_READ, get_status,
      "Orders by state, queues, flows, STOP, simulated services", NO_FIELDS, 0, NULL, "Status" },

    { "GET",
      V1 "/orders",
      ACCESS_READ,
      get_orders,
      "Orders that fit, newest first or in another order",
      { ORDER_FIELDS,
        { .name = "sort",
          .place = FIELD_IN_QUERY,
          .type = FIELD_CHOICE,
          .choices = "-created|created|-total|total",
          .help = "-created when not given: newest first" },
        LIMIT(200),
        CURSOR },
      0,
      NULL,
      "OrderPage" },
    { "GET",
      V1 "/orders/{id}",
      ACCESS_READ,
      get_order,
      "One order with lines, supplier orders, parcels, effects and every step",
      { ORDER_ID },
      0,
      NULL,
      "Order" },
    { "POST",
      V1 "/orders/{id}/release",
      ACCESS_OPERATE,
      release_order,
      "Decide for the order: place it now",
      { ORDER_ID },
      0,
      NULL,
      "OrderNow" },
    { "POST",
      V1 "/orders/{id}/hold",
      ACCESS_OPERATE,
      hold_order,
      "Hold the order until somebody releases it",
      { ORDER_ID, REASON(true) },
      0,
      NULL,
      "OrderNow" },

#include "api/http/routes_gate.h"
#include "api/http/routes_products.h"
/* after those before: it uses their fields */
#include "api/http/routes_pricing.h"
#include "api/http/routes_trade.h"
#include "api/http/routes_analytics.h"
#include "api/http/routes_export.h"

#include "api/http/routes_ops.h"

#include "api/http/routes_jobs.h"

    { "GET", V1 "/settings", ACCESS_READ, get_settings, "Settings with values and rules", NO_FIELDS,
      0, NULL, "Settings" },
    { "PUT",
      V1 "/settings",
      ACCESS_ADMIN,
      put_setting,
      "Change one setting",
      { { .name = "name",
          .place = FIELD_IN_BODY,
          .type = FIELD_TEXT,
          .required = true,
          .min = 1,
          .max = 63,
          .set = "a-z0-9_.",
          .help = "Name of the setting" },
        { .name = "value",
          .place = FIELD_IN_BODY,
          .type = FIELD_SCALAR,
          .required = true,
          .min = 0,
          .max = 511,
          .help = "New value" } },
      0,
      NULL,
      "SettingNow" },
    { "GET", V1 "/flows", ACCESS_READ, get_flows, "Flows with their states, and STOP", NO_FIELDS, 0,
      NULL, "Flows" },
    { "PUT",
      V1 "/flows/{name}",
      ACCESS_ADMIN,
      put_flow,
      "Change the mode of a flow",
      { { .name = "name",
          .place = FIELD_IN_PATH,
          .type = FIELD_TEXT,
          .min = 1,
          .max = 40,
          .set = "a-z_",
          .help = "Name of the flow" },
        { .name = "mode",
          .place = FIELD_IN_BODY,
          .type = FIELD_CHOICE,
          .required = true,
          .choices = "off|dry_run|approve|auto",
          .help = "New mode" } },
      0,
      NULL,
      "Flow" },
    { "POST",
      V1 "/stop",
      ACCESS_OPERATE,
      stop_all,
      "STOP: nothing is ordered, paid or sent",
      { REASON(false) },
      0,
      NULL,
      "Stop" },
    { "POST",
      V1 "/resume-all",
      ACCESS_ADMIN,
      resume_all,
      "End STOP",
      { REASON(true) },
      0,
      NULL,
      "Stop" },
    { "GET",
      V1 "/audit",
      ACCESS_READ,
      get_audit,
      "Who changed what, newest first",
      { { .name = "who",
          .place = FIELD_IN_QUERY,
          .type = FIELD_TEXT,
          .min = 1,
          .max = 100,
          .help = "Only this actor, as key:NAME" },
        { .name = "subject",
          .place = FIELD_IN_QUERY,
          .type = FIELD_TEXT,
          .min = 1,
          .max = 100,
          .help = "Only this subject, as order:17" },
        LIMIT(200),
        CURSOR },
      0,
      NULL,
      "AuditPage" },

    { "POST", "/webhooks/shopify", ACCESS_OPEN, take_shopify_webhook,
      "Shopify tells of a changed order; signed", NO_FIELDS, 2 * 1024 * 1024, check_shopify_webhook,
      "WebhookTaken" },
};
const size_t route_count = COUNT_OF(routes);
