# Shared by deploy/up, deploy/down and the commands of tests/: packages, builds, the unprivileged user, processes with pid files.
# Sourced by bash with `set -euo pipefail`; defines functions and ROOT only.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
SERVICE_USER=dropship

say() { printf '%s\n' "$*"; }
die() { printf 'error: %s\n' "$1" >&2; exit "${2:-1}"; } # TEXT [EXIT_CODE]

is_root() { [ "$(id -u)" -eq 0 ]; }

# packages_of KIND...: names from deploy/packages.
packages_of() {
    local kind
    for kind in "$@"; do
        awk -v kind="$kind" '$1 == kind { print $2 }' "$ROOT/deploy/packages"
    done
}

# A tool that is here already, from whatever source, needs no package.
package_is_here() {
    case $1 in
        nodejs) command -v node >/dev/null ;;
        npm) command -v npm >/dev/null ;;
        build-essential) command -v cc >/dev/null && command -v make >/dev/null ;;
        *) dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null | grep -qx installed ;;
    esac
}

# missing_packages KIND...: those that are not here, one a line.
missing_packages() {
    local name
    for name in $(packages_of "$@"); do
        package_is_here "$name" || printf '%s\n' "$name"
    done
}

# install_packages KIND...: install what is missing; asks for sudo only when something is.
install_packages() {
    local missing as_root=()
    mapfile -t missing < <(missing_packages "$@")
    if [ ${#missing[@]} -eq 0 ]; then
        return 0
    fi
    command -v apt-get >/dev/null ||
        die "missing packages (${missing[*]}) and no apt-get here: install them, then run this again"
    if ! is_root; then
        command -v sudo >/dev/null || die "missing packages (${missing[*]}): install them as root, then run this again"
        as_root=(sudo)
    fi
    say "installing: ${missing[*]}"
    # Private servers are started below; Debian's own need not start.
    local policy=/usr/sbin/policy-rc.d made_policy=
    if [ ! -e "$policy" ]; then
        printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" >/dev/null
        "${as_root[@]}" chmod 755 "$policy"
        made_policy=1
    fi
    # What packages say while they are set up is of interest only when they could not be.
    local failed= log
    log=$(mktemp)
    "${as_root[@]}" apt-get -q update >"$log" 2>&1 || true
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends -o DPkg::Lock::Timeout=300 \
        "${missing[@]}" >>"$log" 2>&1 || failed=1
    if [ -n "$made_policy" ]; then
        "${as_root[@]}" rm -f "$policy"
    fi
    [ -z "$failed" ] || tail -n 20 "$log" >&2
    rm -f "$log"
    [ -z "$failed" ] || die "apt-get could not install: ${missing[*]}"
}

# npm_packages DIR [--omit=dev]: install what DIR/package-lock.json names, unless that very lock is installed.
npm_packages() {
    local dir=$1 all=$1/node_modules/.installed stamp=$1/node_modules/.installed${2:-}
    if cmp -s "$dir/package-lock.json" "$all" || cmp -s "$dir/package-lock.json" "$stamp"; then
        return 0
    fi
    (cd "$dir" && npm ci ${2:-} --no-audit --no-fund --no-update-notifier --loglevel=error >/dev/null) || die "npm ci failed in $dir"
    cp "$dir/package-lock.json" "$stamp"
}

# build_with PRESET LOG TARGETS [CMAKE_OPTION...]: into build/PRESET, or where an option -B says; all programs when TARGETS is empty.
build_with() {
    local preset=$1 log=$2 targets=$3 folder=build/$1
    shift 3
    [ "${1:-}" != -B ] || folder=$2
    say "building ($folder)"
    mkdir -p "$ROOT/build"
    # shellcheck disable=SC2086 # targets are words
    (cd "$ROOT" && cmake --preset "$preset" "$@" >"$log" 2>&1 && cmake --build "$folder" ${targets:+--target $targets} >>"$log" 2>&1) || {
        tail -n 30 "$log" >&2
        die "the build failed; its log: $log"
    }
}

# What tests of any kind need: packages, those of npm, the shop's schema, and a build with sanitizers.
prepare_tests() {
    install_packages build run test
    npm_packages "$ROOT/tests"
    node "$ROOT/tests/sandbox/fetch-schema.mjs"
    build_with dev "$ROOT/build/dev.log" ''
}

# build_dashboard LOG: api/dashboard/dist, when its sources have changed; when not, the network is not needed.
build_dashboard() {
    local dir=$ROOT/api/dashboard stamp=$ROOT/api/dashboard/node_modules/.built made
    made=$(cd "$dir" && find src index.html package-lock.json tsconfig.json vite.config.js -type f -print | LC_ALL=C sort | xargs cksum | cksum)
    if [ -e "$dir/dist/index.html" ] && [ "$made" = "$(cat "$stamp" 2>/dev/null)" ]; then
        return 0
    fi
    say "building the dashboard (api/dashboard/dist)"
    npm_packages "$dir"
    (cd "$dir" && npm run build >>"$1" 2>&1) || {
        tail -n 20 "$1" >&2
        die "the dashboard's build failed; its log: $1"
    }
    printf '%s\n' "$made" >"$stamp"
}

# The newest installed Postgres' programs.
postgres_bin() {
    local dir
    dir=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
    [ -n "$dir" ] || die "no Postgres server under /usr/lib/postgresql: install the package postgresql"
    printf '%s\n' "$dir"
}

ensure_service_user() {
    is_root || return 0
    id "$SERVICE_USER" >/dev/null 2>&1 ||
        useradd --system --user-group --home-dir /nonexistent --no-create-home --shell /usr/sbin/nologin "$SERVICE_USER"
}

# Run a command as the unprivileged user when we are root, as ourselves otherwise; nothing of our environment goes along.
as_service() {
    if is_root; then
        # setpriv becomes the command itself; runuser would stay as a second process.
        setpriv --reuid="$SERVICE_USER" --regid="$SERVICE_USER" --init-groups env -i PATH="$PATH" LANG=C.UTF-8 HOME="$VAR" "$@"
    else
        env -i PATH="$PATH" LANG=C.UTF-8 HOME="$VAR" "$@"
    fi
}

# A folder all of whose parents the service user may enter.
reachable_by_service() {
    is_root || return 0
    setpriv --reuid="$SERVICE_USER" --regid="$SERVICE_USER" --init-groups test -x "$1"
}

# Where data, logs and pid files live: var/ beside the sources, or below /var/lib when the service user cannot get there.
choose_var() {
    if [ -n "${DROPSHIP_VAR:-}" ]; then
        VAR=$(realpath -m -- "$DROPSHIP_VAR")
    elif reachable_by_service "$ROOT"; then
        VAR=$ROOT/var
    else
        VAR=/var/lib/dropship-$(printf '%s' "$ROOT" | cksum | cut -d ' ' -f 1)
    fi
}

# The folder's lock, held until this script ends, however it ends: a second deploy/up or deploy/down of the same folder waits.  False
# when the folder is not there, or was deleted while we waited for it.
lock_var() {
    { exec 9<"$VAR"; } 2>/dev/null || return 1
    flock -n 9 || {
        say "waiting for another deploy/up or deploy/down of $VAR"
        flock 9
    }
    [ "$VAR" -ef /dev/fd/9 ]
}

unlock_var() { exec 9<&-; }

# ---- processes: a pid file holds "PID STARTTIME", so that a reused pid is never taken for ours ----

start_time_of() { awk '{ sub(/^.*\) /, ""); print $20 }' "/proc/$1/stat" 2>/dev/null; }

# Whose processes these are: the owner of the logs, a folder that root alone, or the one user of it all, has made.
is_ours() { [ "$(awk '$1 == "Uid:" { print $2 }' "/proc/$1/status" 2>/dev/null)" = "$(stat -c %u "$VAR/log")" ]; }

pid_of() {
    local pid started
    [ -r "$VAR/run/$1.pid" ] || return 1
    read -r pid started <"$VAR/run/$1.pid" || return 1
    # No start time: it had ended before its number was written down.
    [ -n "$pid" ] && [ -n "$started" ] && [ "$(start_time_of "$pid")" = "$started" ] || return 1
    [ "$(awk '{ sub(/^.*\) /, ""); print $1 }' "/proc/$pid/stat" 2>/dev/null)" != Z ] || return 1
    # Never signal a stranger, whatever the file says.
    is_ours "$pid" || return 1
    printf '%s\n' "$pid"
}

is_running() { pid_of "$1" >/dev/null; }

# For sh -c: COMMAND... becomes the process, its output goes to the file named first.
LOGGED='exec "$@" >>"$0" 2>&1'

# logged NAME COMMAND...: as the service user, with its output in $VAR/log/NAME.log.
logged() {
    local log=$VAR/log/$1.log
    shift
    as_service sh -c "$LOGGED" "$log" "$@"
}

# start_program NAME COMMAND...: in its own session, log in $VAR/log/NAME.log; does nothing when it runs already.
start_program() {
    local name=$1 pid note=$VAR/run/$1
    shift
    if is_running "$name"; then
        say "  $name: already runs (pid $(pid_of "$name"))"
        return 0
    fi
    # The shell of this function call stays as the parent and reaps the program when it dies: the init of a container may not,
    # and Postgres takes a dead one that nobody reaped for a running server.
    rm -f "$note.new"
    # The number comes through a file that we opened; the log is opened by the program's own user, whose folder that is.
    {
        unlock_var
        as_service setsid sh -c "echo \$\$; $LOGGED" "$VAR/log/$name.log" "$@"
    } >"$note.new" 2>"$note.err" </dev/null &
    local tries=0
    until [ -s "$note.new" ]; do
        tries=$((tries + 1))
        [ $tries -lt 100 ] || { cat "$note.err" >&2; die "$name did not start; see $VAR/log/$name.log"; }
        sleep 0.05
    done
    pid=$(cat "$note.new")
    printf '%s %s\n' "$pid" "$(start_time_of "$pid")" >"$note.pid"
    rm -f "$note.new" "$note.err"
    say "  $name: started (pid $pid)"
}

# stop_program NAME SIGNAL SECONDS: ask, wait, then kill.
stop_program() {
    local name=$1 signal=$2 seconds=$3 pid waited=0
    if ! pid=$(pid_of "$name"); then
        rm -f "$VAR/run/$name.pid"
        return 0
    fi
    kill -s "$signal" "$pid" 2>/dev/null || true
    while is_running "$name"; do
        if [ $waited -ge $((seconds * 10)) ]; then
            say "  $name: did not stop within $seconds s, killed"
            kill -s KILL "$pid" 2>/dev/null || true
            sleep 0.2
            break
        fi
        waited=$((waited + 1))
        sleep 0.1
    done
    rm -f "$VAR/run/$name.pid"
    STOPPED=1
    say "  $name: stopped"
}

# Seconds a worker may take to stop: the drain it was started with, and what handing back takes.
worker_patience() {
    local drain_ms
    drain_ms=$(cat "$VAR/run/worker.drain_ms" 2>/dev/null) || true
    printf '%s\n' $(((${drain_ms:-25000} + 999) / 1000 + 15))
}

# wait_for NAME SECONDS COMMAND...: until the command succeeds; names the log when it never does.
wait_for() {
    local name=$1 seconds=$2 until_s
    shift 2
    until_s=$((SECONDS + seconds))
    until "$@" >/dev/null 2>&1; do
        if [ -e "$VAR/run/$name.pid" ] && ! is_running "$name"; then
            tail -n 5 "$VAR/log/$name.log" >&2
            die "$name ended at once; its log: $VAR/log/$name.log"
        fi
        if [ "$SECONDS" -ge "$until_s" ]; then
            tail -n 5 "$VAR/log/$name.log" >&2 || true
            die "$name was not ready within $seconds s; its log: $VAR/log/$name.log"
        fi
        sleep 0.2
    done
}

port_is_free() { ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# A loopback port nobody listens on, below those the kernel gives to outgoing connections (from 32768): one of these could
# take it while the program is down.
free_port() {
    local port
    while :; do
        port=$((20000 + RANDOM % 12000))
        if port_is_free "$port"; then
            printf '%s\n' "$port"
            return 0
        fi
    done
}

random_hex() { od -An -N "$1" -tx1 /dev/urandom | tr -d ' \n'; }
