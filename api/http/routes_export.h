/* clang-format off */
/* The routes that give whole lists as files: lines of the table in routes.c, inside which this is included after routes_analytics.h,
 * so no #pragma once. */
#define FORMAT                                                                                     \
    { .name = "format", .place = FIELD_IN_QUERY, .type = FIELD_CHOICE, .choices = "csv|json",      \
      .help = "csv when not given" }
#define EXACTLY(label, sentence)                                                                   \
    { .name = (label), .place = FIELD_IN_QUERY, .type = FIELD_TEXT, .min = 1, .max = 200,          \
      .help = (sentence) }
    { "GET", V1 "/live", ACCESS_READ, get_live, "Server-Sent Events: which topics changed, as they change; at most 32 listen at once",
      NO_FIELDS, 0, NULL, "text/event-stream" },
    { "GET", V1 "/export/orders", ACCESS_READ, export_orders, "All orders that fit, as a file, newest first",
      { FORMAT, ORDER_FIELDS }, 0, NULL, "text/csv|application/json" },
    { "GET", V1 "/export/products", ACCESS_READ, export_products, "All products that fit, as a file, newest first",
      { FORMAT,
        EXACTLY("state", "Only products in this state"), EXACTLY("label", "Only products of this label"),
        EXACTLY("category", "Id or name of the supplier's category"),
        EXACTLY("q", "Part of the name; or supplier's id, SKU or handle"),
        { .name = "score_min", .place = FIELD_IN_QUERY, .type = FIELD_INT, .min = 0, .max = 100, .help = "Least trend score" } },
      0, NULL, "text/csv|application/json" },
    { "GET", V1 "/export/activity", ACCESS_READ, export_activity, "The audit, as a file, newest first",
      { FORMAT, EXACTLY("who", "Only of this person, key or rule"), EXACTLY("what", "Only this action"),
        EXACTLY("object", "Only about this"), SINCE, UNTIL }, 0, NULL, "text/csv|application/json" },
    { "GET", V1 "/export/sales", ACCESS_READ, export_sales, "Sales and profit of each shop day, as a file",
      { FORMAT, RANGE_FIELDS }, 0, NULL, "text/csv|application/json" },
    { "GET", V1 "/export/jobs", ACCESS_READ, export_jobs, "Runs of jobs, as a file, newest first",
      { FORMAT, EXACTLY("type", "Only this type"), EXACTLY("queue", "Only of this queue"),
        { .name = "outcome", .place = FIELD_IN_QUERY, .type = FIELD_CHOICE, .choices = "done|retry|snooze|dead|fenced|back",
          .help = "Only runs that ended so" },
        SINCE, UNTIL }, 0, NULL, "text/csv|application/json" },
    /* clang-format on */
