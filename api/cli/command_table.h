/* clang-format off */
/* COMMAND(name, function, usage, fewest words, most words, options, help)
 * To add a command: its function in one of cmd_*.c, a line here; help and argument checks follow.  Every command also knows
 * --json and --help.  Included several times, so no #pragma once. */
COMMAND("status", cmd_status, "", 0, 0, "", "Modes, orders, queues, workers, what is waited for, the last reconciliation")
COMMAND("orders", cmd_orders, "[--state S] [--text T] [--limit N] [--after CURSOR]", 0, 0, "state= text= limit= after=",
        "The latest orders with state and reason")
COMMAND("order", cmd_order, "NAME|ID", 1, 1, "", "Every step of one order with its reasons")
COMMAND("order-release", cmd_order_release, "NAME|ID", 1, 1, "", "Release an order that waits or is held")
COMMAND("order-hold", cmd_order_hold, "NAME|ID REASON", 2, 2, "", "Hold an order that is not placed yet")
COMMAND("products", cmd_products, "[--state S] [--label L] [--category C] [--text T] [--score N] [--sort newest|opportunity] [--limit N] [--after CURSOR]", 0, 0,
        "state= label= category= text= score= sort= limit= after=", "Products with trend, sum and reason, and how many are in each state")
COMMAND("product", cmd_product, "ID|PID|HANDLE", 1, 1, "", "All about one product: the whole sum behind its decision, checks, texts, stock, every step")
COMMAND("product-approve", cmd_product_approve, "ID [--texts FILE]", 1, 1, "texts=", "List a product that waits for a person, with texts of your own (JSON) when given; - is standard input")
COMMAND("product-reject", cmd_product_reject, "ID REASON", 2, 2, "", "Reject a product for good")
COMMAND("product-edit", cmd_product_edit, "ID FILE", 2, 2, "", "New texts from a JSON file: title, description_html, seo_title, meta_description, tags, alt_texts; - is standard input")
COMMAND("product-unlist", cmd_product_unlist, "ID [REASON]", 1, 2, "", "Take a product out of the shop")
COMMAND("product-reprice", cmd_product_reprice, "ID [PRICE]", 1, 2, "", "Price a live product anew by the rules, or at a price in the shop's currency")
COMMAND("proposals", cmd_proposals, "[--state open|accepted|rejected|withdrawn] [--kind K] [--limit N] [--after ID]", 0, 0, "state= kind= limit= after=",
        "What waits for a yes or no")
COMMAND("proposal-accept", cmd_proposal_accept, "ID", 1, 1, "", "Do what is proposed")
COMMAND("proposal-reject", cmd_proposal_reject, "ID REASON", 2, 2, "", "Do not do it")
COMMAND("pricing", cmd_pricing, "[list | add NAME KIND NUMBERS | preview RULE [--after ID] | activate RULE | deactivate RULE | remove RULE]", 0, 4, "after=",
        "How shop prices are made; KIND: multiplier, fixed, tiers, target_margin; NUMBERS: JSON as {\"factor_e3\": 2500, \"endings\": \"100:99\"}")
COMMAND("duty", cmd_duty, "[list | set TO FROM DAY --source WHERE [--percent P] [--fixed AMOUNT] [--max VALUE] [--currency CUR]]", 0, 4,
        "source= percent= fixed= max= currency=", "Duties by destination, origin and first day; a rule holds until the next one begins")
COMMAND("discovery-run", cmd_discovery_run, "", 0, 0, "", "Search the supplier's catalogue now")
COMMAND("analytics", cmd_analytics, "summary [--from DAY] [--to DAY] [--currency CUR] | rebuild [--check]", 1, 1, "from= to= currency= check",
        "The figures of shop days, both in the range (without any: the last 30, today included, as the dashboard opens); or compute all sums, and the totals of the status, from the facts anew and put right what differs, or only say how much (--check)")
COMMAND("queues", cmd_queues, "", 0, 0, "", "Queues: waiting, running, age of the next job, paused")
COMMAND("pause", cmd_pause, "QUEUE", 1, 1, "", "Workers take nothing more from this queue")
COMMAND("resume", cmd_resume, "QUEUE", 1, 1, "", "Workers take from this queue again")
COMMAND("workers", cmd_workers, "", 0, 0, "", "Worker processes: busy threads, queues, last heartbeat")
COMMAND("scale", cmd_scale, "[QUEUE=THREADS ...] [--worker IDENTITY] [--reset [QUEUE ...]]", 0, 16, "worker= reset",
        "Threads per queue: show them; or change them in all workers, or in one, while they run; --reset: as the workers were started")
COMMAND("quiet", cmd_quiet, "IDENTITY | --all", 0, 1, "all", "A worker, or all, take no more jobs and finish those they have; for good: stop-worker, then start one anew")
COMMAND("stop-worker", cmd_stop_worker, "IDENTITY | --all", 0, 1, "all", "A worker, or all, end as after SIGTERM (the one STOP of spending is: stop)")
COMMAND("enqueue", cmd_enqueue, "TYPE [ARGS] [--in SECONDS | --at TIME] [--queue Q] [--expires-in SECONDS] [--unique-for SECONDS [--unique-key K]] [--traceparent TP]",
        1, 2, "in= at= queue= expires-in= unique-for= unique-key= traceparent=",
        "Enqueue a job; ARGS is a JSON array.  Unique: not while another with the same type, queue and ARGS, or the same key, is there")
COMMAND("cancel", cmd_cancel, "JID", 1, 1, "", "Ask for the end of a job: one that waits is not started, one that runs is told")
COMMAND("jobs", cmd_jobs, "[--state waiting|running|scheduled|retry|dead|archived] [--queue Q] [--limit N] [--offset N]", 0, 0,
        "state= queue= limit= offset=", "Jobs of a state, next to run first; archived: dead ones that have left Redis")
COMMAND("job", cmd_job, "JID", 1, 1, "", "Where a job is, and its runs")
COMMAND("retry", cmd_retry, "JID | --all [--queue Q] ... | " BULK_USAGE, 0, 1, BULK_OPTIONS,
        "Run a scheduled, retry, dead or archived job now, or all that fit (--error: the class of the latest failure); --all without --state: every dead and retry job that fits")
COMMAND("kill", cmd_kill, "JID | " BULK_USAGE " [--all]", 0, 1, BULK_OPTIONS,
        "Move a job that does not run to dead, or all that fit; --all when nothing narrows them")
COMMAND("delete", cmd_delete, "JID | " BULK_USAGE " [--all]", 0, 1, BULK_OPTIONS,
        "Remove a job that does not run, or all that fit; --all when nothing narrows them")
COMMAND("flow", cmd_flow, "[NAME [off|dry_run|approve|auto]]", 0, 2, "", "The flows: mode, state, next and last run")
COMMAND("stop", cmd_stop, "[REASON]", 0, 1, "", "The one STOP: nothing is ordered, paid or sent any more; read back part by part")
COMMAND("resume-all", cmd_resume_all, "[REASON]", 0, 1, "", "End STOP: the flows go on in their modes")
COMMAND("settings", cmd_settings, "[NAME [VALUE]]", 0, 2, "", "What is tuned while the system runs")
COMMAND("mapping", cmd_mapping, "[list | add SKU VID SUPPLIER_SKU PRICE | confirm SKU VID | first SKU VID | remove SKU VID]", 0, 5, "currency=",
        "Which supplier variant is sent for a shop SKU")
COMMAND("key", cmd_key, "create NAME [--scope read|operate|admin] | list | revoke NAME", 1, 2, "scope=", "API keys; a new one is shown once")
COMMAND("migrate", cmd_migrate, "", 0, 0, "", "Bring the database to the schema of this program")
COMMAND("doctor", cmd_doctor, "", 0, 0, "", "Check configuration, Redis, Postgres and workers, and say how to mend what is wrong")
/* clang-format on */
