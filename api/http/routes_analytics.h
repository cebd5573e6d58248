/* clang-format off */
/* The routes about figures: lines of the table in routes.c, inside which this is included, so no #pragma once. */
#define SHOP_DAY(label, sentence)                                                                  \
    {                                                                                              \
        .name = (label), .place = FIELD_IN_QUERY, .type = FIELD_TEXT, .min = 10, .max = 10,        \
        .set = "0-9-", .help = (sentence)                                                          \
    }
#define RANGE_FIELDS                                                                               \
    SHOP_DAY("from", "First shop day, 2026-11-20; 29 days before the last when not given"),                    \
    SHOP_DAY("to", "Last shop day, in the range; today when not given"),                       \
    { .name = "currency", .place = FIELD_IN_QUERY, .type = FIELD_TEXT, .min = 3, .max = 3,         \
      .set = "A-Z", .help = "Only what was sold in it; the shop's when not given" }
#define COMPARE                                                                                    \
    { .name = "compare", .place = FIELD_IN_QUERY, .type = FIELD_CHOICE, .choices = "true|false",   \
      .help = "true: with the period of equal length before" }
    { "GET", V1 "/analytics/summary", ACCESS_READ, get_analytics_summary,
      "Sales, profit, orders, ad spend, returns on it, conversion: each with its formula, reason when it is null, and change",
      { RANGE_FIELDS, COMPARE }, 0, NULL, "AnalyticsSummary" },
    { "GET", V1 "/analytics/by-date", ACCESS_READ, get_analytics_by_date, "Sales and profit of each shop day",
      { RANGE_FIELDS, COMPARE }, 0, NULL, "AnalyticsByDate" },
    { "GET", V1 "/analytics/waterfall", ACCESS_READ, get_analytics_waterfall, "From net revenue to profit, step by step",
      { RANGE_FIELDS }, 0, NULL, "AnalyticsWaterfall" },
    { "GET", V1 "/analytics/top-products", ACCESS_READ, get_analytics_top_products, "What sold best",
      { RANGE_FIELDS,
        { .name = "by", .place = FIELD_IN_QUERY, .type = FIELD_CHOICE, .choices = "profit|units|net_revenue",
          .help = "profit (after allocated ads) when not given" },
        { .name = "limit", .place = FIELD_IN_QUERY, .type = FIELD_INT, .min = 1, .max = 100, .help = "Products; 10 when not given" } },
      0, NULL, "AnalyticsTopProducts" },
    { "GET", V1 "/analytics/ads", ACCESS_READ, get_analytics_ads, "Ad spend, where it went, and what came of it, by day and campaign",
      { RANGE_FIELDS }, 0, NULL, "AnalyticsAds" },
    { "GET", V1 "/analytics/conversion", ACCESS_READ, get_analytics_conversion,
      "Visits that became orders by day: of store sessions, else of ad clicks, never mixed",
      { RANGE_FIELDS }, 0, NULL, "AnalyticsConversion" },
    /* clang-format on */
