/* clang-format off */
/* SETTING_ROW(id, name, type, min, max, choices, default, unit, help)
 * To add a setting: add a line here; CLI, API and checks follow.  choices: of a CHOICE its words; of a TEXT the name of its form,
 * which stands in settings_forms.c.  Included several times, so no #pragma once. */
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
SETTING_ROW(RATES, "money.rates", SETTING_TEXT, 0, 300, "rates", "", "",
            "Shop currency per unit of other currencies times 10^9 as CODE:RATE, comma-separated (EUR:1080000000); for duties set in them")
SETTING_ROW(CONFIRM_EXACT_SKU, "mapping.confirm_exact_sku", SETTING_BOOL, 0, 1, "", "0", "",
            "Confirm a mapping by rule when exactly one supplier variant has the very SKU of the shop variant")
SETTING_ROW(TRACK_FIRST_S, "orders.track_first_s", SETTING_INT, 1, 86400, "", "3600", "s", "First look at a paid supplier order; the interval then grows by half each time")
SETTING_ROW(TRACK_MAX_S, "orders.track_max_s", SETTING_INT, 1, 604800, "", "10800", "s", "Longest interval between two looks")
SETTING_ROW(RECONCILE_S, "orders.reconcile_s", SETTING_INT, 10, 604800, "", "3600", "s", "How often shop, supplier and ledger are compared")
SETTING_ROW(ORDERS_MONEY_S, "orders.money_s", SETTING_INT, 1, 86400, "", "60", "s",
            "How often refunds and changes of orders outside the flow are read, at most 50 each time")
SETTING_ROW(SESSIONS_S, "analytics.sessions_s", SETTING_INT, 10, 86400, "", "3600", "s", "How often the visits to the store are read from the shop's statistics")
SETTING_ROW(SWEEP_S, "orders.sweep_s", SETTING_INT, 5, 86400, "", "60", "s", "How often rows whose job is missing get one")
SETTING_ROW(HOUSEKEEPING_S, "housekeeping_s", SETTING_INT, 60, 86400, "", "3600", "s", "How often old history is trimmed")
SETTING_ROW(HISTORY_DAYS, "history_days", SETTING_INT, 1, 3650, "", "30", "days", "How long job_run keeps a day")
SETTING_ROW(DEAD_KEEP, "dead.keep", SETTING_INT, 0, 1000000, "", "100000", "", "Dead jobs that stay in Redis; older ones move to the archive")
SETTING_ROW(DEAD_KEEP_DAYS, "dead.keep_days", SETTING_INT, 1, 3650, "", "180", "days", "How long dead jobs stay in Redis, then they move to the archive")
SETTING_ROW(WAREHOUSE, "orders.warehouse", SETTING_TEXT, 2, 2, "country", "CN", "", "Supplier warehouse country orders are shipped from")
SETTING_ROW(FLOW_DISCOVERY, "flow.discovery", SETTING_CHOICE, 0, 0, "off|dry_run|approve|auto", "approve", "",
            "Discovery and listing: off, dry_run (find and judge only), approve (a person sees each product before it is listed), auto")
SETTING_ROW(DISCOVERY_S, "discovery.scan_s", SETTING_INT, 10, 604800, "", "3600", "s", "How often the supplier's catalogue is searched")
SETTING_ROW(DISCOVERY_CATEGORIES, "discovery.categories", SETTING_TEXT, 0, 500, "ids", "", "",
            "Supplier category ids to search, comma-separated; empty: every category")
SETTING_ROW(DISCOVERY_KEYWORDS, "discovery.keywords", SETTING_TEXT, 0, 500, "words", "", "", "Words to search for, comma-separated; empty: none")
SETTING_ROW(DISCOVERY_PAGES, "discovery.pages", SETTING_INT, 1, 60, "", "3", "", "Pages of 100 products per search; each page costs 50 points")
SETTING_ROW(DISCOVERY_TOP, "discovery.top", SETTING_INT, 1, 1000, "", "20", "", "Candidates that are assessed after each scan")
SETTING_ROW(DISCOVERY_RECHECK_DAYS, "discovery.recheck_days", SETTING_INT, 1, 365, "", "7", "days",
            "Products rejected by a rule, or short of data, may become candidates again after this")
SETTING_ROW(PRICE_BAND_MIN, "discovery.price_min_minor", SETTING_INT, 0, 1000000000, "", "900", "minor", "Lowest shop price of a listing")
SETTING_ROW(PRICE_BAND_MAX, "discovery.price_max_minor", SETTING_INT, 1, 1000000000, "", "12000", "minor", "Highest shop price of a listing")
SETTING_ROW(DISCOVERY_STOCK_MIN, "discovery.stock_min", SETTING_INT, 0, 1000000, "", "20", "", "Stock a variant must have to be listed")
SETTING_ROW(DISCOVERY_VELOCITY_MIN_E2, "discovery.listings_per_day_min_e2", SETTING_INT, 0, 1000000, "", "0", "",
            "Least new listings a day times 100 (the stand-in for sales of products that are not ours yet); 0: not asked")
SETTING_ROW(MARKETS, "discovery.markets", SETTING_TEXT, 2, 200, "countries", "US", "", "Countries we sell to, comma-separated; each stands in table market")
SETTING_ROW(TARGET_MARGIN_PPM, "money.target_margin_ppm", SETTING_INT, 0, 900000, "", "300000", "ppm", "Contribution margin a listing must reach")
SETTING_ROW(MARGIN_MIN, "money.margin_min_minor", SETTING_INT, 0, 10000000, "", "500", "minor", "Contribution per order a listing must reach")
SETTING_ROW(FX_FEE_PPM, "money.fx_fee_ppm", SETTING_INT, 0, 1000000, "", "15000", "ppm", "Fee of paying the supplier in a foreign currency")
SETTING_ROW(SALVAGE_PPM, "money.salvage_ppm", SETTING_INT, 0, 1000000, "", "0", "ppm", "Part of the landed cost the supplier gives back for a return")
SETTING_ROW(COST_FACTOR_MAX, "money.price_per_cost_max", SETTING_INT, 2, 1000, "", "10", "", "A price above this many times the supplier's is taken for a misread cost")
SETTING_ROW(ENDINGS, "money.endings", SETTING_TEXT, 0, 60, "endings", "100:99", "",
            "Price endings as PERIOD:ENDING,ENDING in minor units (1000:490,990); empty: none")
SETTING_ROW(QUOTE_HOURS, "discovery.quote_hours", SETTING_INT, 1, 720, "", "24", "h", "How long a freight quote counts")
SETTING_ROW(AI_PROVIDER, "ai.provider", SETTING_CHOICE, 0, 0, "auto|openai|anthropic|compatible|none", "auto", "",
            "Who writes texts; auto: the first with a key, the other when it fails; none: templates from the supplier's facts")
SETTING_ROW(AI_OPENAI_MODEL, "ai.openai_model", SETTING_TEXT, 1, 100, "model", "gpt-6-luna", "", "Model at OpenAI")
SETTING_ROW(AI_ANTHROPIC_MODEL, "ai.anthropic_model", SETTING_TEXT, 1, 100, "model", "claude-haiku-5-5", "", "Model at Anthropic")
SETTING_ROW(AI_COMPATIBLE_MODEL, "ai.compatible_model", SETTING_TEXT, 0, 100, "model", "", "", "Model at the OpenAI-compatible server")
SETTING_ROW(AI_PRICES, "ai.prices", SETTING_TEXT, 0, 500, "prices", "gpt-6-luna:100000:500000,claude-haiku-5-5:100000:500000", "",
            "MODEL:IN:OUT in 10^-6 US dollars per million tokens, comma-separated; a model without a price counts as unknown cost")
SETTING_ROW(AI_TOKENS_DAY, "ai.tokens_per_day", SETTING_INT, 0, 1000000000, "", "2000000", "", "Tokens of all text calls per UTC day")
SETTING_ROW(AI_COST_DAY, "ai.cost_per_day_micro", SETTING_INT, 0, 1000000000000, "", "2000000", "", "Cost of all text calls per UTC day, in 10^-6 US dollars")
SETTING_ROW(WATCH_S, "stock.watch_s", SETTING_INT, 5, 86400, "", "300", "s", "How often products whose check is due are looked for")
SETTING_ROW(WATCH_HOT_S, "stock.hot_s", SETTING_INT, 10, 86400, "", "3600", "s", "Check of products that sold in 7 days, are advertised or run short")
SETTING_ROW(WATCH_WARM_S, "stock.warm_s", SETTING_INT, 10, 604800, "", "21600", "s", "Check of live products")
SETTING_ROW(WATCH_COLD_S, "stock.cold_s", SETTING_INT, 10, 604800, "", "86400", "s", "Check of live products nobody bought for 30 days")
SETTING_ROW(SAFETY_STOCK, "stock.safety", SETTING_INT, 0, 100000, "", "5", "", "Below this the shop's quantity becomes 0")
SETTING_ROW(RESTORE_STOCK, "stock.restore_above", SETTING_INT, 0, 100000, "", "10", "", "Above this, in two checks in a row, the quantity comes back")
SETTING_ROW(ON_OUT_OF_STOCK, "stock.on_out_of_stock", SETTING_CHOICE, 0, 0, "do|propose|notify", "do", "", "A variant ran out: set its quantity to 0, propose it, or only tell")
SETTING_ROW(ON_PRICE_RISE, "stock.on_price_change", SETTING_CHOICE, 0, 0, "do|propose|notify", "do", "", "The supplier's price changed: reprice within the limits, propose it, or only tell")
SETTING_ROW(ON_UNPROFITABLE, "stock.on_unprofitable", SETTING_CHOICE, 0, 0, "do|propose|notify", "do", "", "A product no longer pays: quantity 0 and its ads paused, propose it, or only tell")
SETTING_ROW(REPRICE_STEP_PPM, "stock.reprice_step_ppm", SETTING_INT, 0, 1000000, "", "200000", "ppm", "Largest change of a price that needs no approval")
SETTING_ROW(REPRICE_LANDED_PPM, "stock.reprice_landed_ppm", SETTING_INT, 0, 1000000, "", "30000", "ppm", "Change of the landed cost from which a price is computed anew")
SETTING_ROW(SETUP_S, "store.setup_s", SETTING_INT, 10, 604800, "", "21600", "s", "How often the store's set-up is checked")
SETTING_ROW(PRODUCTS_SWEEP_S, "products.sweep_s", SETTING_INT, 5, 86400, "", "60", "s", "How often product rows whose job is missing get one")
SETTING_ROW(IMAGE_HOSTS, "listing.image_hosts", SETTING_TEXT, 0, 500, "hosts", "cf.cjdropshipping.com,oss-cf.cjdropshipping.com,cc-west-usa.oss-us-west-1.aliyuncs.com,cbu01.alicdn.com",
            "", "Hosts product images may come from over https, comma-separated, HOST or HOST:PORT; this machine only if listed itself (localhost, 127.0.0.1)")
SETTING_ROW(LISTING_VENDOR, "listing.vendor", SETTING_TEXT, 0, 100, "line", "", "", "Vendor shown on listings; empty: the shop's name")
SETTING_ROW(STORE_CALLBACK, "store.callback_url", SETTING_TEXT, 0, 300, "url", "", "",
            "Public https address of this system's API; order webhooks are subscribed to it + /webhooks/shopify; empty: none are")
SETTING_ROW(API_RATE, "api.rate_per_minute", SETTING_INT, 60, 1000000000, "", "12000", "", "Requests a minute of one API key, also through its logins; more are answered 429")
SETTING_ROW(API_RATE_ADDRESS, "api.rate_per_minute_address", SETTING_INT, 10, 1000000000, "", "1200", "", "Requests a minute of one address that show no valid key")
SETTING_ROW(API_SESSION_IDLE_S, "api.session_idle_s", SETTING_INT, 300, 2592000, "", "28800", "s", "A login nobody uses for so long ends: by default one whose browser was closed in the evening")
SETTING_ROW(API_SESSION_MAX_S, "api.session_max_s", SETTING_INT, 300, 31536000, "", "604800", "s", "A login ends after so long, however much it is used")
SETTING_ROW(API_CORS_ORIGINS, "api.cors_origins", SETTING_TEXT, 0, 500, "origins", "", "",
            "Origins whose pages may call the API from a browser, comma-separated and exact (https://shop.example.com); empty: none")
/* clang-format on */
