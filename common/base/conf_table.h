/* CONF_ROW(id, environment variable, type, min, max, default, unit, secret, help)
 * To add a setting: add a line here; nothing else.  Included several times, so no #pragma once. */
/* clang-format off */
CONF_ROW(REDIS_URL, "DROPSHIP_REDIS_URL", CONF_URL, 1, 1024, "redis://127.0.0.1:6379/0", "", true,
         "Redis: redis://[user:password@]host:port/db, rediss://...[?cacert=/path] where hiredis has TLS, unix:///path?db=N, "
         "or through Sentinel redis+sentinel://[user:password@]host:26379,host:26379/NAME/db[?sentinel_username=U&sentinel_password=P]")
CONF_ROW(DATABASE_URL, "DROPSHIP_DATABASE_URL", CONF_URL, 1, 1024, "postgresql:///dropship", "", true,
         "Postgres connection URI")
CONF_ROW(LISTEN, "DROPSHIP_LISTEN", CONF_TEXT, 1, 255, "127.0.0.1:8080", "", false,
         "IPV4:PORT or :PORT (all addresses) of dropship-api")
CONF_ROW(DATABASE_READ_URL, "DROPSHIP_DATABASE_READ_URL", CONF_URL, 1, 1024, NULL, "", true,
         "Read replica that dropship-api reads lists and figures from; the primary does when it is away or behind")
CONF_ROW(DATABASE_READ_LAG_MS, "DROPSHIP_DATABASE_READ_LAG_MS", CONF_INT, 0, 3600000, "5000", "ms", false,
         "A replica that is further behind is not read from")
CONF_ROW(DATABASE_CONNECTIONS, "DROPSHIP_DATABASE_CONNECTIONS", CONF_INT, 1, 200, "12", "", false,
         "Connections to Postgres that the requests of one dropship-api share")
CONF_ROW(TRUSTED_PROXIES, "DROPSHIP_TRUSTED_PROXIES", CONF_TEXT, 1, 2000, NULL, "", false,
         "Proxies whose X-Forwarded-For and X-Forwarded-Proto dropship-api believes: IPv4 addresses or networks, 10.0.0.0/8,192.0.2.7")
CONF_ROW(TLS_CERTIFICATE, "DROPSHIP_TLS_CERTIFICATE", CONF_TEXT, 1, 1024, NULL, "", false,
         "PEM file with certificate, its chain and private key: dropship-api then speaks HTTPS only")
CONF_ROW(TLS_KEY, "DROPSHIP_TLS_KEY", CONF_TEXT, 1, 1024, NULL, "", false, "PEM file with the private key, when it is a file of its own")
CONF_ROW(DASHBOARD_DIR, "DROPSHIP_DASHBOARD_DIR", CONF_TEXT, 1, 1024, NULL, "", false,
         "Folder of the built dashboard; unset: dashboard beside the program, or ../share/dropship/dashboard")
CONF_ROW(HEALTH_LISTEN, "DROPSHIP_HEALTH_LISTEN", CONF_TEXT, 1, 255, NULL, "", false,
         "IPV4:PORT, [IPV6]:PORT or :PORT (all IPv4 addresses) where a worker or scheduler answers /healthz and /metrics; unset: none")
CONF_ROW(LOG_LEVEL, "DROPSHIP_LOG_LEVEL", CONF_TEXT, 4, 5, "info", "", false, "debug, info, warn or error")
CONF_ROW(DRAIN_MS, "DROPSHIP_DRAIN_MS", CONF_INT, 0, 600000, "25000", "ms", false,
         "How long a worker waits for running jobs after TERM before it hands them back")
CONF_ROW(WORKER_QUEUES, "DROPSHIP_WORKER_QUEUES", CONF_TEXT, 1, 4000, NULL, "", false,
         "Queues and threads of a worker that is started without --queue: NAME=THREADS,NAME=THREADS; HUP reads the threads again")
CONF_ROW(LEASE_MS, "DROPSHIP_LEASE_MS", CONF_INT, 2000, 120000, "10000", "ms", false,
         "Lease of a worker process; recovery waits this long after its death")
CONF_ROW(QUEUE_MAX, "DROPSHIP_QUEUE_MAX", CONF_INT, 1, 1000000000, "10000000", "jobs", false,
         "A queue that holds so many jobs takes no new ones; the scheduler's value counts")
CONF_ROW(MEMORY_PERCENT, "DROPSHIP_MEMORY_PERCENT", CONF_INT, 10, 99, "80", "%", false,
         "At so much of Redis' maxmemory no new jobs are taken; the scheduler's value counts")
CONF_ROW(SANDBOX_NOTICE, "DROPSHIP_SANDBOX", CONF_TEXT, 0, 200, NULL, "", false,
         "Comma-separated services that are simulated; only shown in status, changes nothing else")
CONF_ROW(SHOPIFY_SHOP, "SHOPIFY_SHOP", CONF_TEXT, 1, 100, NULL, "", false, "Shop name: NAME of NAME.myshopify.com")
CONF_ROW(SHOPIFY_ACCESS_TOKEN, "SHOPIFY_ACCESS_TOKEN", CONF_TEXT, 8, 512, NULL, "", true,
         "Fixed Admin API token; or use client id and secret")
CONF_ROW(SHOPIFY_CLIENT_ID, "SHOPIFY_CLIENT_ID", CONF_TEXT, 4, 200, NULL, "", false, "Client id for the credentials grant")
CONF_ROW(SHOPIFY_CLIENT_SECRET, "SHOPIFY_CLIENT_SECRET", CONF_TEXT, 6, 200, NULL, "", true,
         "Client secret: credentials grant and webhook signatures")
CONF_ROW(SHOPIFY_BASE_URL, "SHOPIFY_BASE_URL", CONF_URL, 8, 512, NULL, "", false,
         "Replaces https://NAME.myshopify.com")
CONF_ROW(CJ_API_KEY, "CJ_API_KEY", CONF_TEXT, 8, 512, NULL, "", true, "CJdropshipping API key")
CONF_ROW(CJ_BASE_URL, "CJ_BASE_URL", CONF_URL, 8, 512, "https://developers.cjdropshipping.com/api2.0/v1", "", false,
         "CJdropshipping API 2.0 address")
CONF_ROW(CJ_POINTS_PER_DAY, "CJ_POINTS_PER_DAY", CONF_INT, 1000, 1000000000, "50000", "points", false,
         "The CJ account's daily points: 50000 plus 100 per US dollar of its best month of the last three")
CONF_ROW(OPENAI_API_KEY, "OPENAI_API_KEY", CONF_TEXT, 8, 512, NULL, "", true, "OpenAI API key")
CONF_ROW(OPENAI_BASE_URL, "OPENAI_BASE_URL", CONF_URL, 8, 512, "https://api.openai.com/v1", "", false, "OpenAI address")
CONF_ROW(ANTHROPIC_API_KEY, "ANTHROPIC_API_KEY", CONF_TEXT, 8, 512, NULL, "", true, "Anthropic API key")
CONF_ROW(ANTHROPIC_BASE_URL, "ANTHROPIC_BASE_URL", CONF_URL, 8, 512, "https://api.anthropic.com/v1", "", false, "Anthropic address")
CONF_ROW(ANTHROPIC_VERSION, "ANTHROPIC_VERSION", CONF_TEXT, 8, 20, "2026-10-21", "", false, "Version of the Anthropic API; a stand-in may know an older one only")
CONF_ROW(AI_BASE_URL, "AI_BASE_URL", CONF_URL, 8, 512, NULL, "", false, "Any OpenAI-compatible server (chat completions)")
CONF_ROW(AI_API_KEY, "AI_API_KEY", CONF_TEXT, 1, 512, NULL, "", true, "Its key, if it wants one")
/* clang-format on */
