/* clang-format off */
/* JOB_ROW(name, queue, handler, deadline_ms, tries, help)
 * Every job type that exists, the one list from which worker dispatch, CLI checks and documentation are made.
 * To add one: a file worker/<area>/<name>.c with the handler, a line in its CMakeLists.txt, a line here.
 * Included several times, so no #pragma once. */
JOB_ROW("orders.check",     "fulfillment", orders_check,     300000, 5,  "Page through the shop's changed orders; with a gid: read that one")
JOB_ROW("order.release",    "fulfillment", order_release,    180000, 25, "Decide about one order and place it at the supplier")
JOB_ROW("order.track",      "fulfillment", order_track,      120000, 25, "Follow one placed order at shop and supplier")
JOB_ROW("order.fulfill",    "fulfillment", order_fulfill,    120000, 25, "Send the tracking of one order's parcels to the shop")
JOB_ROW("orders.sweep",     "fulfillment", orders_sweep,     120000, 3,  "Enqueue the missing job of rows that are overdue")
JOB_ROW("orders.reconcile", "fulfillment", orders_reconcile, 600000, 3,  "Compare shop, supplier and ledger; report missing and double")
JOB_ROW("housekeeping",     "fulfillment", housekeeping,     300000, 3,  "Trim old history, make tomorrow's partitions")
JOB_ROW("noop",             "default",     noop,             10000,  3,  "Do nothing; for trying the queue")
/* clang-format on */
