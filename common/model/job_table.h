/* clang-format off */
/* JOB_ROW(name, queue, handler, deadline_ms, tries, without, help); without: enum job_without of worker/core/job_types.h, 0 = wants everything
 * Every job type that exists, the one list from which worker dispatch, CLI checks and documentation are made.
 * To add one: a file worker/<area>/<name>.c with the handler, a line in its CMakeLists.txt, a line here.
 * Included several times, so no #pragma once. */
JOB_ROW("orders.check",     "fulfillment", orders_check,     300000, 5,  0,         "Page through the shop's changed orders; with a gid: read that one")
JOB_ROW("order.release",    "fulfillment", order_release,    180000, 25, 0,         "Decide about one order and place it at the supplier")
JOB_ROW("order.track",      "fulfillment", order_track,      120000, 25, 0,         "Follow one placed order at shop and supplier")
JOB_ROW("order.fulfill",    "fulfillment", order_fulfill,    120000, 25, 0,         "Send the tracking of one order's parcels to the shop")
JOB_ROW("orders.sweep",     "fulfillment", orders_sweep,     120000, 3,  0,         "Enqueue the missing job of rows that are overdue")
JOB_ROW("orders.reconcile", "fulfillment", orders_reconcile, 600000, 3,  0,         "Compare shop, supplier and ledger; report missing and double")
JOB_ROW("orders.money",     "fulfillment", orders_money,     300000, 3,  0,         "Read the money of finished, held and old orders again when it changed")
JOB_ROW("analytics.sessions", "fulfillment", analytics_sessions, 120000, 5, 0,       "Read the visits to the store of the last days")
JOB_ROW("cj.event",         "fulfillment", cj_event,         60000,  5,  0,         "Look at the order or product that the supplier told of")
JOB_ROW("housekeeping",     "fulfillment", housekeeping,     300000, 3,  0,         "Trim old history, make tomorrow's partitions")
JOB_ROW("discovery.scan",   "discovery",   discovery_scan,   600000, 3,  0,         "Search the supplier's catalogue and pick candidates")
JOB_ROW("product.assess",   "discovery",   product_assess,   180000, 25, 0,         "Judge one candidate: cost, price, margin, rules")
JOB_ROW("products.sweep",   "discovery",   products_sweep,   120000, 3,  0,         "Enqueue the missing job of products that are overdue")
JOB_ROW("listing.write",    "discovery",   listing_write,    600000, 25, 0,         "Write the texts of one product, by a text model or a template")
JOB_ROW("listing.publish",  "discovery",   listing_publish,  600000, 25, 0,         "Bring one product into the shop, read back, live; or its new texts")
JOB_ROW("listing.unlist",   "discovery",   listing_unlist,   180000, 25, 0,         "Take one product out of the shop")
JOB_ROW("product.reprice",  "discovery",   product_reprice,  180000, 25, 0,         "Price one live product anew, by the rules or as a person said")
JOB_ROW("product.hold",     "discovery",   product_hold,     180000, 25, 0,         "Set the shop's quantities of a product on hold to 0")
JOB_ROW("stock.watch",      "discovery",   stock_watch,      900000, 3,  0,         "Look at stock and price of live products that are due")
JOB_ROW("store.setup",      "discovery",   store_setup,      180000, 3,  0,         "Check what the shop must have, and say how to mend it")
JOB_ROW("noop",             "default",     noop,             10000,  3,  JOB_LIGHT, "Do nothing; for trying the queue")
/* clang-format on */
