/* clang-format off */
/* The routes about steering flows, health of services, and what needs a person: lines of the table in routes.c, inside which this is
 * included after routes_products.h, so no #pragma once. */
#define FLOW_NAME                                                                                  \
    {                                                                                              \
        .name = "name", .place = FIELD_IN_PATH, .type = FIELD_TEXT, .min = 1, .max = 40,           \
        .set = "a-z_", .help = "Name of the flow"                                                  \
    }
    { "GET",
      V1 "/flows/{name}/preview",
      ACCESS_READ,
      preview_flow,
      "What the flow's next run would do: orders, money, products; by what is stored",
      { FLOW_NAME,
        { .name = "mode",
          .place = FIELD_IN_QUERY,
          .type = FIELD_CHOICE,
          .choices = "off|dry_run|approve|auto",
          .help = "In this mode; the present one when not given" } },
      0,
      NULL,
      "FlowPreview" },
    { "PUT",
      V1 "/flows/{name}/interval",
      ACCESS_ADMIN,
      put_flow_interval,
      "How often the flow looks for work; its range stands in /flows",
      { FLOW_NAME,
        { .name = "seconds",
          .place = FIELD_IN_BODY,
          .type = FIELD_INT,
          .required = true,
          .min = 1,
          .max = 31622400,
          .help = "Between two runs" } },
      0,
      NULL,
      "Flow" },
    { "GET", V1 "/health", ACCESS_READ, get_health,
      "Each outside service, Redis and Postgres, with their limits; nothing is called for it", NO_FIELDS, 0, NULL, "Health" },
    { "GET", V1 "/needs", ACCESS_READ, get_needs,
      "What waits for a person, most urgent first; counts end at 10001", NO_FIELDS, 0, NULL, "Needs" },
    /* clang-format on */
