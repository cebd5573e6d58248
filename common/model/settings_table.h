/* clang-format off */
/* SETTING_ROW(id, name, type, min, max, choices, default, unit, help)
 * To add a setting: add a line here; CLI, API and checks follow.  Included several times, so no #pragma once. */
SETTING_ROW(FLOW_FULFILLMENT, "flow.fulfillment", SETTING_CHOICE, 0, 0, "off|dry_run|approve|auto", "approve", "",
            "Fulfillment: off, dry_run (decide, do nothing), approve (a person releases each order), auto")
SETTING_ROW(STOP, "stop", SETTING_BOOL, 0, 1, "", "0", "", "The one STOP: while on, nothing is ordered, paid or sent")
SETTING_ROW(ORDERS_CHECK_S, "orders.check_s", SETTING_INT, 5, 86400, "", "300", "s", "How often the shop is asked for changed orders")
SETTING_ROW(ORDERS_OVERLAP_S, "orders.overlap_s", SETTING_INT, 10, 86400, "", "300", "s",
            "How far each check reaches back before its cursor; covers the lag of the shop's search index")
SETTING_ROW(ORDERS_PAGE, "orders.page", SETTING_INT, 1, 250, "", "50", "", "Orders per page of a check")
SETTING_ROW(GRACE_S, "orders.grace_s", SETTING_INT, 0, 86400, "", "900", "s", "Wait after an order's creation before it is released")
SETTING_ROW(FLAG_S, "orders.flag_s", SETTING_INT, 0, 604800, "", "7200", "s", "Wait of a flagged order (score 30 to 59), from its creation")
SETTING_ROW(RISK_WAIT_S, "orders.risk_wait_s", SETTING_INT, 0, 86400, "", "7200", "s", "How long a PENDING risk is waited for, then it counts as MEDIUM")
SETTING_ROW(VALUE_HARD, "orders.value_hard_minor", SETTING_INT, 0, 1000000000, "", "50000", "minor", "Order total from which a person must look")
SETTING_ROW(VALUE_SOFT, "orders.value_soft_minor", SETTING_INT, 0, 1000000000, "", "20000", "minor", "Order total from which the value adds to the score")
SETTING_ROW(PRICE_RISE_PPM, "orders.price_rise_ppm", SETTING_INT, 0, 10000000, "", "150000", "ppm", "Supplier price rise over the snapshot that still passes")
SETTING_ROW(PROMISED_DAYS, "orders.promised_days", SETTING_INT, 1, 90, "", "15", "days", "Longest transit time a shipping method may promise")
SETTING_ROW(AMOUNT_CAP_PPM, "orders.amount_cap_ppm", SETTING_INT, 0, 1000000, "", "20000", "ppm", "How far the supplier's total may exceed our quote before payment stops")
SETTING_ROW(PAYMENT_FEE_PPM, "money.payment_fee_ppm", SETTING_INT, 0, 1000000, "", "29000", "ppm", "Payment fee of the amount charged")
SETTING_ROW(PAYMENT_FEE_FIXED, "money.payment_fee_fixed_minor", SETTING_INT, 0, 100000, "", "30", "minor", "Payment fee per order")
SETTING_ROW(RETURN_RATE_PPM, "money.return_rate_ppm", SETTING_INT, 0, 1000000, "", "60000", "ppm", "Refund probability used for the reserve")
SETTING_ROW(RETURN_COST, "money.return_cost_minor", SETTING_INT, 0, 1000000, "", "250", "minor", "Handling cost of a return")
SETTING_ROW(USD_RATE_E9, "money.usd_rate_e9", SETTING_INT, 1, 1000000000000000, "", "1000000000", "", "Shop currency per US dollar times 10^9; used to compare supplier cost with revenue")
SETTING_ROW(CONFIRM_EXACT_SKU, "mapping.confirm_exact_sku", SETTING_BOOL, 0, 1, "", "0", "",
            "Confirm a mapping by rule when exactly one supplier variant has the very SKU of the shop variant")
SETTING_ROW(TRACK_FIRST_S, "orders.track_first_s", SETTING_INT, 1, 86400, "", "3600", "s", "First look at a paid supplier order; the interval then grows by half each time")
SETTING_ROW(TRACK_MAX_S, "orders.track_max_s", SETTING_INT, 1, 604800, "", "10800", "s", "Longest interval between two looks")
SETTING_ROW(RECONCILE_S, "orders.reconcile_s", SETTING_INT, 10, 604800, "", "3600", "s", "How often shop, supplier and ledger are compared")
SETTING_ROW(SWEEP_S, "orders.sweep_s", SETTING_INT, 5, 86400, "", "60", "s", "How often rows whose job is missing get one")
SETTING_ROW(HOUSEKEEPING_S, "housekeeping_s", SETTING_INT, 60, 86400, "", "3600", "s", "How often old history is trimmed")
SETTING_ROW(HISTORY_DAYS, "history_days", SETTING_INT, 1, 3650, "", "30", "days", "How long job_run keeps a day")
SETTING_ROW(WAREHOUSE, "orders.warehouse", SETTING_TEXT, 2, 2, "", "CN", "", "Supplier warehouse country orders are shipped from")
/* clang-format on */
