# The steps of deploy/up, in the order in which it calls them.  Sourced after lib.sh; all work on $VAR.
# shellcheck shell=bash

OWN=$ROOT/deploy/dropship.env

# As root, only what the programs write belongs to their user: neither what root runs, nor where root writes.
prepare_var() {
    umask 022
    refuse_strangers_var
    mkdir -p "$VAR" || die "$VAR cannot be made; give another folder: DROPSHIP_VAR=/FOLDER" 2
    touch "$VAR/secrets" # first: by it a folder that was cut off here, or is made by two calls at once, is known as ours
    mkdir -p "$VAR"/{run,log,redis,sandbox,app/bin}
    if is_root; then
        chown root: "$VAR" "$VAR/run"
        chown -hR root: "$VAR/app"
        chown -hR "$SERVICE_USER:" "$VAR/log"
        chown "$SERVICE_USER:" "$VAR"/{redis,sandbox}
    fi
    chmod 755 "$VAR" "$VAR/app" "$VAR/app/bin"
    chmod 711 "$VAR/run"
    chmod 700 "$VAR/redis"
    touch "$VAR/ports"
    chmod 600 "$VAR/secrets"
}

# A folder is of one user for ever: root would take it from an ordinary one.  And never one with other things in it: its modes and
# owners are set.
refuse_strangers_var() {
    local owner
    if [ ! -e "$VAR/secrets" ]; then
        [ -z "$(ls -A "$VAR" 2>/dev/null)" ] || die "$VAR is not empty and was not made by deploy/up: give it a folder of its own" 2
        return 0
    fi
    [ -d "$VAR/log" ] || return 0 # cut off before anything was in it
    owner=$(stat -c %U "$VAR/log")
    if is_root; then
        # Root: cut off before it was given to its user.
        [ "$owner" = "$SERVICE_USER" ] || [ "$owner" = root ] || die "$VAR belongs to $owner: run deploy/up as $owner, or give it a folder: DROPSHIP_VAR=/FOLDER" 2
    else
        [ -O "$VAR/log" ] || die "$VAR belongs to $owner: run deploy/up as who made it, or give it a folder: DROPSHIP_VAR=/FOLDER" 2
    fi
}

# remembered FILE NAME COMMAND...: the value kept under NAME in $VAR/FILE, made by COMMAND the first time.
remembered() {
    local file=$VAR/$1 name=$2 value
    shift 2
    value=$(sed -n "s/^$name=//p" "$file" | tail -n 1)
    if [ -z "$value" ]; then
        value=$("$@")
        printf '%s=%s\n' "$name" "$value" >>"$file"
    fi
    printf '%s\n' "$value"
}

# port_for NAME: the remembered port; another one when a stranger took it while NAME was not running.
port_for() {
    local name=$1 port
    port=$(remembered ports "$name" free_port)
    if ! is_running "$name" && ! port_is_free "$port"; then
        sed -i "/^$name=/d" "$VAR/ports"
        port=$(remembered ports "$name" free_port)
    fi
    printf '%s\n' "$port"
}

# Secrets only their owner may read; said before the long build.
check_own_mode() {
    local mode
    [ -e "$OWN" ] || return 0
    mode=$(stat -c %a "$OWN")
    case $mode in
        *00) ;;
        *) die "deploy/dropship.env holds secrets and must have mode 0600, it has 0$mode: chmod 600 deploy/dropship.env" 2 ;;
    esac
}

# deploy/dropship.env as the programs understand it: NAME=VALUE a line, secrets hidden; every mistake in it is told.
read_own_settings() {
    OWN_SETTINGS=
    [ -e "$OWN" ] || return 0
    OWN_SETTINGS=$(env -i DROPSHIP_ENV_FILE="$OWN" "$ROOT/build/release/bin/dropship" --print-config) ||
        die "deploy/dropship.env is wrong; nothing was started or stopped" 2
    if [ -n "$(own SHOPIFY_ACCESS_TOKEN)$(own SHOPIFY_CLIENT_ID)" ]; then
        [ -n "$(own SHOPIFY_SHOP)" ] || die "deploy/dropship.env has Shopify keys, but no SHOPIFY_SHOP" 2
        [ -n "$(own SHOPIFY_ACCESS_TOKEN)$(own SHOPIFY_CLIENT_SECRET)" ] ||
            die "deploy/dropship.env has SHOPIFY_CLIENT_ID, but no SHOPIFY_CLIENT_SECRET" 2
    elif [ -n "$(own SHOPIFY_CLIENT_SECRET)" ]; then
        die "deploy/dropship.env has SHOPIFY_CLIENT_SECRET, but no SHOPIFY_CLIENT_ID (or SHOPIFY_ACCESS_TOKEN)" 2
    fi
    check_own_files
}

# What the programs must be able to read; they run as another user than root.
check_own_files() {
    local name file who=
    is_root && who=" by the user $SERVICE_USER, as whom the programs run"
    for name in DROPSHIP_TLS_CERTIFICATE DROPSHIP_TLS_KEY DROPSHIP_DASHBOARD_DIR; do
        file=$(own "$name")
        [ -z "$file" ] || as_service test -r "$file" || die "$name: $file cannot be read$who" 2
    done
}

# own NAME: a value of deploy/dropship.env, "***" for a secret, "" when absent.
own() { sed -n "s/^$1=//p" <<<"$OWN_SETTINGS"; }

build_programs() {
    build_with release "$VAR/build.log" ''
    local program
    for program in "$ROOT"/build/release/bin/{dropship*,libdropship_*.so}; do
        # A running program keeps its file: replace by renaming.
        cmp -s "$program" "$VAR/app/bin/${program##*/}" && continue
        cp "$program" "$VAR/app/bin/.new" && chmod 755 "$VAR/app/bin/.new"
        mv -f "$VAR/app/bin/.new" "$VAR/app/bin/${program##*/}"
    done
}

# Where the api looks for it: beside its bin.  It reads the files once, when it starts.
install_dashboard() {
    local share=$VAR/app/share/dropship
    build_dashboard "$VAR/build.log"
    diff -qr "$ROOT/api/dashboard/dist" "$share/dashboard" >/dev/null 2>&1 && return 0
    mkdir -p "$share"
    rm -rf "$share/dashboard" "$share/.new"
    cp -R "$ROOT/api/dashboard/dist" "$share/.new"
    chmod -R a+rX "$VAR/app/share"
    mv "$share/.new" "$share/dashboard"
}

# private NAME: standard input becomes $VAR/NAME, which the service user alone may read.
private() {
    (umask 077 && cat >"$VAR/$1.new")
    if is_root; then
        chown "$SERVICE_USER:" "$VAR/$1.new"
    fi
    mv -f "$VAR/$1.new" "$VAR/$1"
}

start_redis() {
    REDIS_PORT=$(port_for redis)
    REDIS_PASSWORD=$(remembered secrets REDIS_PASSWORD random_hex 24)
    private redis.conf <<CONF
bind 127.0.0.1
port $REDIS_PORT
dir $VAR/redis
requirepass $REDIS_PASSWORD
appendonly yes
appendfsync everysec
maxmemory-policy noeviction
save ""
CONF
    start_program redis "$(command -v redis-server)" "$VAR/redis.conf"
    wait_for redis 30 redis_answers
}

redis_answers() {
    REDISCLI_AUTH=$REDIS_PASSWORD redis-cli -p "$REDIS_PORT" ping | grep -qx PONG
}

start_postgres() {
    local bin data=$VAR/postgres
    bin=$(postgres_bin)
    POSTGRES_PORT=$(port_for postgres)
    POSTGRES_PASSWORD=$(remembered secrets POSTGRES_PASSWORD random_hex 24)
    if [ ! -e "$data/PG_VERSION" ]; then
        printf '%s\n' "$POSTGRES_PASSWORD" | private pw
        rm -rf "$data.new"
        mkdir -m 700 "$data.new"
        if is_root; then
            chown "$SERVICE_USER:" "$data.new"
        fi
        logged postgres "$bin/initdb" -D "$data.new" -U dropship --auth=scram-sha-256 --pwfile="$VAR/pw" \
            --encoding=UTF8 --locale=C.UTF-8 || {
            tail -n 5 "$VAR/log/postgres.log" >&2
            die "initdb failed; its log: $VAR/log/postgres.log"
        }
        rm -f "$VAR/pw"
        mv "$data.new" "$data"
    fi
    start_program postgres "$bin/postgres" -D "$data" -p "$POSTGRES_PORT" -c listen_addresses=127.0.0.1 \
        -c unix_socket_directories= -c max_connections=200 -c shared_buffers=128MB
    wait_for postgres 60 postgres_does "select 1"
    [ "$(postgres_does "select count(*) from pg_database where datname = 'dropship'")" = 1 ] ||
        postgres_does "create database dropship" >/dev/null
}

postgres_does() {
    PGPASSWORD=$POSTGRES_PASSWORD psql -XqAt -h 127.0.0.1 -p "$POSTGRES_PORT" -U dropship -d postgres -c "$1"
}

# Each service without real keys is simulated.  Text models only for a simulated shop, and only while none is set up: a real
# shop without a text model gets texts made from templates.
choose_sandbox() {
    SIMULATED=
    if [ -z "$(own SHOPIFY_ACCESS_TOKEN)$(own SHOPIFY_CLIENT_ID)" ]; then
        SIMULATED=shopify
    fi
    if [ -z "$(own CJ_API_KEY)" ]; then
        SIMULATED=${SIMULATED:+$SIMULATED,}cj
    fi
    refuse_mixed_data
    SANDBOXED=$SIMULATED
    case $SIMULATED in *shopify*)
        if [ -z "$(own OPENAI_API_KEY)$(own ANTHROPIC_API_KEY)$(own AI_BASE_URL)" ]; then
            SANDBOXED=$SANDBOXED,openai,anthropic
        fi
    esac
}

# Simulated and real orders never meet in one database: a real parcel would be sent for an invented customer, or none at all.
refuse_mixed_data() {
    local now=${SIMULATED:-nothing} before
    before=$(remembered ports SIMULATED echo "${SIMULATED:-nothing}")
    [ "$before" != "$now" ] || return 0
    say "error: the orders in $VAR were made with $before simulated; deploy/dropship.env now says $now." >&2
    if [ "$before" = nothing ]; then
        die "they are real: put the keys back, or give the simulation a folder of its own: DROPSHIP_VAR=/FOLDER deploy/up" 2
    fi
    die "delete the old ones with deploy/down --purge, then run deploy/up; or put deploy/dropship.env back as it was" 2
}

start_sandbox() {
    [ -n "$SANDBOXED" ] || return 0
    SANDBOX_PORT=$(port_for sandbox)
    stop_if_changed sandbox 10 "$(sandbox_made_of)"
    if ! is_running sandbox; then
        npm_packages "$ROOT/tests" --omit=dev
        node "$ROOT/tests/sandbox/fetch-schema.mjs" >>"$VAR/build.log" 2>&1 ||
            die "the sandbox could not get Shopify's schema; its log: $VAR/build.log"
        rm -rf "$VAR/app/tests"
        mkdir -p "$VAR/app/tests"
        cp -R "$ROOT/tests/package.json" "$ROOT/tests/node_modules" "$ROOT/tests/sandbox" "$VAR/app/tests/"
        chmod -R a+rX "$VAR/app/tests"
    fi
    start_program sandbox "$(command -v node)" "$VAR/app/tests/sandbox/main.mjs" --port "$SANDBOX_PORT" \
        --state "$VAR/sandbox/state.json" --orders-per-minute "$(sandbox_rate)" --oddity 0.2 --cj-qps 6 --cj-points 1000000 \
        --discount-rate 0.25 --tax-rate 0.0825 --duty-rate 0.1 --gift-card-rate 0.02 --fee-rate 0.8 --edit-rate 0.03 \
        --refund-rate 0.08 --refund-after 20 --image-base "http://127.0.0.1:$SANDBOX_PORT/cj-images"
    wait_for sandbox 60 curl -fsS --max-time 5 "http://127.0.0.1:$SANDBOX_PORT/control/health"
}

# Its sources (not the schema it has fetched), its packages and its rate.
sandbox_made_of() {
    {
        sandbox_rate
        cd "$ROOT/tests" && find sandbox package-lock.json -name .cache -prune -o -type f -print | LC_ALL=C sort | xargs cksum
    } | cksum
}

# A lively little shop; to change its rate edit the line in var/ports and start again.
sandbox_rate() { remembered ports SANDBOX_ORDERS_PER_MINUTE echo 10; }

write_environment() {
    local api worker scheduler
    api=$(port_for api)
    worker=$(port_for worker)
    scheduler=$(port_for scheduler)
    API_PORT=$api
    WORKER_HEALTH_PORT=$worker
    SCHEDULER_HEALTH_PORT=$scheduler
    {
        generated_environment
        if [ -r "$OWN" ]; then
            own_lines
        fi
    } | private dropship.env
    LISTEN=$(cli --print-config | sed -n 's/^DROPSHIP_LISTEN=//p')
    SCHEME=http
    [ -z "$(own DROPSHIP_TLS_CERTIFICATE)" ] || SCHEME=https
    case $LISTEN in
        :*) LISTEN=127.0.0.1$LISTEN ;;
        0.0.0.0:*) LISTEN=127.0.0.1:${LISTEN##*:} ;;
    esac
}

generated_environment() {
    cat <<ENV
DROPSHIP_REDIS_URL=redis://:$REDIS_PASSWORD@127.0.0.1:$REDIS_PORT/0
DROPSHIP_DATABASE_URL=postgresql://dropship:$POSTGRES_PASSWORD@127.0.0.1:$POSTGRES_PORT/dropship
DROPSHIP_LISTEN=127.0.0.1:$API_PORT
ENV
    case $SANDBOXED in *shopify*)
        cat <<ENV
SHOPIFY_SHOP=sandbox
SHOPIFY_BASE_URL=http://127.0.0.1:$SANDBOX_PORT/shopify
SHOPIFY_ACCESS_TOKEN=shpat_sandbox
SHOPIFY_CLIENT_SECRET=sandbox-secret
ENV
    esac
    case $SANDBOXED in *cj*)
        cat <<ENV
CJ_BASE_URL=http://127.0.0.1:$SANDBOX_PORT/cj
CJ_API_KEY=CJ0000001@api@sandbox
CJ_POINTS_PER_DAY=1000000
ENV
    esac
    case $SANDBOXED in *openai*)
        cat <<ENV
OPENAI_BASE_URL=http://127.0.0.1:$SANDBOX_PORT/openai/v1
OPENAI_API_KEY=sk-sandbox-openai
ANTHROPIC_BASE_URL=http://127.0.0.1:$SANDBOX_PORT/anthropic/v1
ANTHROPIC_API_KEY=sk-sandbox-anthropic
ENV
    esac
    if [ -n "$SANDBOXED" ]; then
        printf 'DROPSHIP_SANDBOX=%s\n' "$SANDBOXED"
    fi
}

# The lines of deploy/dropship.env that have a value; the programs take the last line of a name.
own_lines() { sed "/^[[:space:]]*#/d; /=/!d; /=[[:space:]\"']*\$/d" "$OWN"; }

# dropship with the right configuration, as the service user.
cli() { as_service env DROPSHIP_ENV_FILE="$VAR/dropship.env" "$VAR/app/bin/dropship" "$@"; }

migrate() { cli migrate || die "the schema could not be brought up to date"; }

# Once, when nothing is real: short waits and automatic release, through ordinary settings anybody may change again.
first_settings() {
    case $SIMULATED in
        shopify,cj)
            first_order_settings
            first_discovery_settings
            ;;
        ?*) first_half_settings ;;
    esac
}

# One side real, the other not: an order let through would send a real parcel to nobody, or tell a real customer of an invented one.
first_half_settings() {
    [ ! -s "$VAR/admin.key" ] || return 0 # not the first time
    put_settings <<'SETTINGS'
flow.fulfillment dry_run
flow.discovery dry_run
SETTINGS
}

# Standard input: a setting and its value a line.
put_settings() {
    local name value
    while read -r name value; do
        cli settings "$name" "$value" >/dev/null
    done
}

first_order_settings() {
    [ ! -e "$VAR/settings.done" ] || return 0
    put_settings <<'SETTINGS'
flow.fulfillment auto
mapping.confirm_exact_sku 1
orders.check_s 10
orders.overlap_s 60
orders.grace_s 10
orders.flag_s 60
orders.risk_wait_s 45
orders.track_first_s 5
orders.track_max_s 20
orders.sweep_s 30
orders.reconcile_s 30
orders.money_s 10
analytics.sessions_s 60
SETTINGS
    sandbox_duties
    touch "$VAR/settings.done"
}

# The sandbox's customs take a tenth: without a duty rule no product can be judged and no profit of an order is known.
sandbox_duties() {
    local country
    for country in US CA GB AU DE FR; do
        cli duty set "$country" CN 2025-08-29 --percent 10 --source "the sandbox's own rate, not the real one" >/dev/null
    done
}

# The sandbox's pictures come from this machine.
first_discovery_settings() {
    [ ! -e "$VAR/discovery.done" ] || return 0
    put_settings <<'SETTINGS'
flow.discovery auto
discovery.scan_s 60
discovery.top 10
listing.image_hosts 127.0.0.1
products.sweep_s 30
stock.watch_s 30
stock.hot_s 120
stock.warm_s 300
stock.cold_s 600
store.setup_s 300
SETTINGS
    touch "$VAR/discovery.done"
}

# The admin key is made once; only its hash is in the database.
admin_key() {
    local made
    [ ! -s "$VAR/admin.key" ] || return 0
    made=$(cli key create "admin-$(random_hex 3)" --scope admin --json) || die "the admin key could not be made"
    (umask 077 && printf '%s\n' "$made" | sed -n 's/.*"key": *"\(ds_[^"]*\)".*/\1/p' >"$VAR/admin.key")
    [ -s "$VAR/admin.key" ] || die "the admin key could not be read from: dropship key create --json"
}

# What runs with another program or other settings than those of now is stopped; start_dropship starts it again.
stop_changed() {
    stop_if_changed api 15 "$(made_of api)"
    stop_if_changed worker "$(worker_patience)" "$(made_of worker)"
    stop_if_changed scheduler 15 "$(made_of scheduler)"
}

# stop_if_changed NAME SECONDS CHECKSUM: of what it would be started with now.
stop_if_changed() {
    local name=$1 seconds=$2 made=$3
    if is_running "$name" && [ "$made" != "$(cat "$VAR/run/$name.made" 2>/dev/null)" ]; then
        say "  $name: its program or settings changed"
        stop_program "$name" TERM "$seconds"
    fi
    printf '%s\n' "$made" >"$VAR/run/$name.made"
}

made_of() {
    local more=()
    [ "$1" != api ] || more=("$VAR/app/share/dropship/dashboard/index.html") # its names change with the files
    cat "$VAR/dropship.env" "$VAR/app/bin/dropship-$1" "${more[@]}" | cksum
}

start_dropship() {
    local env=(env DROPSHIP_ENV_FILE="$VAR/dropship.env")
    start_program scheduler "${env[@]}" DROPSHIP_HEALTH_LISTEN="127.0.0.1:$SCHEDULER_HEALTH_PORT" "$VAR/app/bin/dropship-scheduler"
    # What a worker runs with is what it is stopped by, whatever the settings say then.
    is_running worker || cli --print-config | sed -n 's/^DROPSHIP_DRAIN_MS=//p' >"$VAR/run/worker.drain_ms"
    start_program worker "${env[@]}" DROPSHIP_HEALTH_LISTEN="127.0.0.1:$WORKER_HEALTH_PORT" "$VAR/app/bin/dropship-worker"
    start_program api "${env[@]}" "$VAR/app/bin/dropship-api"
    wait_for scheduler 30 curl -fsS --max-time 5 "http://127.0.0.1:$SCHEDULER_HEALTH_PORT/healthz"
    wait_for worker 30 curl -fsS --max-time 5 "http://127.0.0.1:$WORKER_HEALTH_PORT/healthz"
    # Its certificate is for the name that others call it by.
    wait_for api 30 curl -fsSk --max-time 5 "$SCHEME://$LISTEN/readyz"
}

tell() {
    local at='' key curl=curl
    [ -z "${DROPSHIP_VAR:-}" ] || at="DROPSHIP_VAR=$(printf %q "$DROPSHIP_VAR") "
    key=$(printf %q "$VAR/admin.key")
    [ "$SCHEME" = http ] || curl='curl -k' # the certificate is for another name
    say ""
    say "ready: $SCHEME://$LISTEN/"
    [ -z "$SANDBOXED" ] || say "SANDBOX: simulated are $SANDBOXED; put real keys into deploy/dropship.env to replace them"
    case $SIMULATED in
        shopify) say "only CJ is real: both flows began in dry_run; let no invented order through to it" ;;
        cj) say "only the shop is real: both flows began in dry_run; let no order or product through to it" ;;
    esac
    if [ -n "$(own SHOPIFY_SHOP)" ] && [ -n "$SIMULATED" ] && [ "$SIMULATED" != cj ]; then
        say "note: deploy/dropship.env names the shop $(own SHOPIFY_SHOP), but has no keys to it"
    fi
    say "admin key: $(cat "$VAR/admin.key")   (kept in $VAR/admin.key)"
    say ""
    say "try next:"
    say "  ${at}deploy/dropship status"
    say "  ${at}deploy/dropship orders"
    say "  ${at}deploy/dropship products --sort opportunity"
    say "  $curl -H \"Authorization: Bearer \$(cat $key)\" '$SCHEME://$LISTEN/api/v1/orders?limit=3'"
}

follow_logs() {
    local reader name logs=()
    for name in scheduler worker api sandbox redis postgres; do
        [ ! -e "$VAR/log/$name.log" ] || logs+=("$VAR/log/$name.log")
    done
    tail -n 0 -F "${logs[@]}" &
    reader=$!
    # shellcheck disable=SC2064 # the number of this very reader
    trap "kill $reader 2>/dev/null; '$ROOT/deploy/down'; exit 0" INT TERM
    wait $reader || true
}

# var/redis-cli.sh: sourced by a person, it points redis-cli at the private server.
write_redis_shortcut() {
    (umask 077 && printf 'redis-cli() { REDISCLI_AUTH=%s command redis-cli -p %s "$@"; }\n' \
        "$REDIS_PASSWORD" "$REDIS_PORT" >"$VAR/redis-cli.sh")
}
