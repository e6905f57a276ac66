# shellcheck shell=bash
# The running product: database, API and job worker, each kept alive by scripts/supervise.sh. Sourced by `fieldgrid`.

PARTS=(pg api worker)

# Processes are found by the mark in their environment, not by a file with a number: a mark cannot go stale.
keepers_of() { marked "FIELDGRID_KEEPER=$ID-$1"; }
# The one that leads the session of the others; they are found in no useful order.
leader_of_keepers() {
  local one
  for one in $(keepers_of "$1"); do
    if [ "$(sed 's/.*) //' "/proc/$one/stat" 2>/dev/null | cut -d ' ' -f 4)" = "$one" ]; then
      echo "$one"
      return
    fi
  done
}
processes_of() { marked "FIELDGRID_PART=$ID-$1"; }
# As the service user: in a container even root may not look into processes of others.
marked() {
  id -u "$SERVICE_USER" >/dev/null 2>&1 || return 0
  # shellcheck disable=SC2016 # expanded by the shell that runs it
  { as_service bash -c 'grep -lzxsF -- "$1" /proc/[0-9]*/environ' marked "$1" || true; } | cut -d/ -f3
}

log_of() { if [ "$1" = pg ]; then echo "$STATE/pg.log"; else echo "$STATE/log/$1.log"; fi; }

# keep PART SIGNAL COMMAND...: starts the program under a supervisor of its own session, as the service user.
keep() {
  local part=$1 signal=$2
  shift 2
  as_service mkdir -p "$STATE/log"
  (
    cd "$CODE"
    let_go
    FIELDGRID_KEEPER=$ID-$part as_service setsid --fork "$CODE/scripts/supervise.sh" "$part" "$(log_of "$part")" "$signal" "$@"
  )
}

# Ends a part with its supervisor: first politely, then by force. Orphans of a killed supervisor go too.
stop_part() {
  local part=$1 tries keepers processes
  for ((tries = 0; tries < 300; tries++)); do
    keepers=$(keepers_of "$part")
    processes=$(processes_of "$part")
    [ -n "$keepers$processes" ] || return 0
    if [ "$tries" -eq 0 ]; then
      if [ -n "$keepers" ]; then send TERM "$keepers"; else send TERM "$processes"; fi
    elif [ "$tries" -eq 250 ]; then
      send KILL "$keepers"
      send KILL "$processes"
    fi
    sleep 0.1
  done
  die "the processes of $part do not end: $processes"
}
# shellcheck disable=SC2086 # a list of process ids
send() { [ -z "$2" ] || as_service bash -c 'kill -s "$@" 2>/dev/null' send "$1" $2 || true; }

# --- database ------------------------------------------------------------------------------------------------------------

start_database() {
  local data=$STATE/pg socket port tries
  cluster_runs pg && [ -n "$(keepers_of pg)" ] && return
  stop_database
  [ -f "$data/PG_VERSION" ] || make_cluster pg
  socket=$(socket_dir pg)
  as_service mkdir -p "$socket"
  as_service chmod 700 "$socket"
  write_cluster_settings pg "shared_buffers = '256MB'" "work_mem = '16MB'" "max_wal_size = '2GB'" "random_page_cost = 1.1" \
    "checkpoint_timeout = '15min'" "log_line_prefix = '%m [%p] %a '"
  forget_dead_postmaster "$data"
  port=$(cluster_port pg)
  if [ "$port" = 0 ] || ! port_is_free "$port"; then port=$(free_port); fi
  echo "$port" | as_service tee "$STATE/pg.port" >/dev/null
  keep pg INT "$(postgres_bin "$data")/postgres" -D "$data" -p "$port"
  for ((tries = 0; tries < 600; tries++)); do
    ! cluster_runs pg || return 0
    sleep 0.1
  done
  tail -n 15 "$STATE/pg.log" | sed 's/^/  | /' >&2
  explain_failure "$STATE/pg.log"
  return 1
}

stop_database() {
  stop_part pg
  stop_cluster pg
}

# prepare_own_database [NAME]: roles, database and extensions in the private cluster; says nothing when all is there.
prepare_own_database() {
  sql pg -v name="${1:-fieldgrid}" <<SQL
SELECT 'CREATE ROLE fieldgrid_owner LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'fieldgrid_owner') \gexec
SELECT 'CREATE ROLE fieldgrid_app LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'fieldgrid_app') \gexec
SET log_min_duration_statement = -1;
SET log_min_error_statement = panic;
ALTER ROLE fieldgrid_owner PASSWORD '$FIELDGRID_OWNER_PASSWORD';
ALTER ROLE fieldgrid_app PASSWORD '$FIELDGRID_APP_PASSWORD';
SELECT format('CREATE DATABASE %I OWNER fieldgrid_owner', :'name')
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'name') \gexec
\c :name
REVOKE ALL ON DATABASE :name FROM public;
GRANT CONNECT ON DATABASE :name TO fieldgrid_app;
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS postgis;
CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE EXTENSION IF NOT EXISTS pg_trgm;
ALTER SCHEMA public OWNER TO fieldgrid_owner;
GRANT USAGE ON SCHEMA public TO fieldgrid_app;
SQL
}

# --- settings ------------------------------------------------------------------------------------------------------------

OWN_SETTINGS=(FIELDGRID_PORT FIELDGRID_HOST DATABASE_URL FIELDGRID_APP_DATABASE_URL FIELDGRID_STORAGE_URL FIELDGRID_PUBLIC_URL)
declare -A GIVEN
for name in "${OWN_SETTINGS[@]}"; do GIVEN[$name]=${!name:-}; done

# .local/env: NAME=value lines. What stands in the environment of the command wins; `up` keeps it in the file once it has worked.
make_settings() {
  local file=$STATE/env
  if [ ! -f "$file" ]; then
    (
      umask 077
      as_service tee "$file.new" >/dev/null <<SETTINGS
# Settings of this installation, made by \`./fieldgrid up\`. Edit and run \`./fieldgrid up\` again; every setting: .env.example.
# FIELDGRID_DATA_KEY belongs to the data: without it tracking codes that people hold do not open their reports any more.
FIELDGRID_SECRET_KEY=$(random_secret)
FIELDGRID_DATA_KEY=$(random_secret)
FIELDGRID_OWNER_PASSWORD=$(random_secret 16)
FIELDGRID_APP_PASSWORD=$(random_secret 16)
SETTINGS
      as_service mv "$file.new" "$file"
    )
  fi
}

keep_given_settings() {
  local name
  for name in "${OWN_SETTINGS[@]}"; do
    [ -z "${GIVEN[$name]}" ] || keep_setting "$name" "${GIVEN[$name]}"
  done
}

keep_setting() {
  local file=$STATE/env
  grep -qxF -- "$1=$2" "$file" && return
  (umask 077 && { grep -v "^$1=" "$file"; printf '%s=%s\n' "$1" "$2"; } | as_service tee "$file.new" >/dev/null && as_service mv "$file.new" "$file")
}

# Reads .local/env as text (it is never run) and adds what follows from it.
load_settings() {
  local line name
  if [ -f "$STATE/env" ]; then
    while IFS= read -r line; do
      name=${line%%=*}
      [[ $line == *=* && $name =~ ^(FIELDGRID_[A-Z0-9_]+|DATABASE_URL|AWS_[A-Z0-9_]+)$ ]] || continue
      [ -n "${!name:-}" ] || export "$name=${line#*=}"
    done <"$STATE/env"
  fi
  export FIELDGRID_PORT=${FIELDGRID_PORT:-8000} FIELDGRID_HOST=${FIELDGRID_HOST:-127.0.0.1}
  [[ $FIELDGRID_PORT =~ ^[0-9]+$ ]] && [ "$FIELDGRID_PORT" -ge 1 ] && [ "$FIELDGRID_PORT" -le 65535 ] ||
    die "FIELDGRID_PORT must be a port number (1 to 65535), not \"$FIELDGRID_PORT\"."
  export FIELDGRID_STORAGE_URL=${FIELDGRID_STORAGE_URL:-file://$STATE/photos}
  export FIELDGRID_PUBLIC_URL=${FIELDGRID_PUBLIC_URL:-http://127.0.0.1:$FIELDGRID_PORT}
  if own_database; then
    local address
    address=@127.0.0.1:$(cluster_port pg)/fieldgrid
    export DATABASE_URL=postgresql+psycopg2://fieldgrid_owner:${FIELDGRID_OWNER_PASSWORD:-}$address
    export FIELDGRID_APP_DATABASE_URL=postgresql+psycopg2://fieldgrid_app:${FIELDGRID_APP_PASSWORD:-}$address
  else
    # One spelling of the driver: plain postgresql:// would mean another one.
    DATABASE_URL=$(sed -E 's#^postgres(ql)?(\+[a-z0-9]+)?://#postgresql+psycopg2://#' <<<"$DATABASE_URL")
    export DATABASE_URL
  fi
}

# Whether this checkout runs its own cluster; a DATABASE_URL made by load_settings itself does not count.
own_database() {
  OWN_DATABASE=${OWN_DATABASE:-$([ -z "${DATABASE_URL:-}" ] && echo yes || echo no)}
  [ "$OWN_DATABASE" = yes ]
}

# --- code ----------------------------------------------------------------------------------------------------------------

# Where the programs run from: the checkout, or a copy of it where the service user can enter.
choose_code() {
  CODE=$ROOT
  [ -z "$OUTSIDE" ] || CODE=$OUTSIDE/code
  # A virtual environment made by hand may use a Python that the service user cannot run.
  RUN_VENV=$VENV
  if [ "$EUID" -eq 0 ] && [ -z "$OUTSIDE" ] && [ -e "$VENV/bin/python" ] && ! as_service "$VENV/bin/python" -c '' 2>/dev/null; then
    RUN_VENV=/var/lib/fieldgrid/$ID/venv
  fi
}

CODE_PARTS=(app migrations grid_data api_spec docs/problems web scripts)
code_mark() {
  (
    cd "$ROOT"
    for part in "${CODE_PARTS[@]}"; do [ ! -e "$part" ] || echo "$part"; done |
      xargs -I{} find {} -type f -not -name '*.pyc' -not -path '*/node_modules/*' -not -path '*/dist/*' -not -name schema.d.ts -print0 | sort -z |
      xargs -0 sha256sum | cat - requirements/app.txt "$STATE/env" <(cat web/console/dist/.sources 2>/dev/null) <(settings_not_kept) | sha256sum | cut -c1-16
  )
}

settings_not_kept() {
  local name
  for name in "${OWN_SETTINGS[@]}"; do
    [ -z "${GIVEN[$name]}" ] || grep -qxF -- "$name=${GIVEN[$name]}" "$STATE/env" || echo "$name=${GIVEN[$name]}"
  done
}

place_code() {
  if [ "$CODE" != "$ROOT" ]; then
    rm -rf "$CODE.new" && mkdir -p "$CODE.new" &&
      (cd "$ROOT" && for part in "${CODE_PARTS[@]}"; do [ ! -e "$part" ] || echo "$part"; done |
        tar -c --exclude=node_modules --exclude=__pycache__ -T - | tar -x --no-same-owner -C "$CODE.new") &&
      rm -rf "$CODE" && mv "$CODE.new" "$CODE" || return 1
  fi
  as_owner "$RUN_VENV/bin/python" -m compileall -q "$CODE/app" "$CODE/migrations" || true
}

# The product's commands as the service user, from where the programs run.
app_cli_as_service() { (cd "$CODE" && as_service env PYTHONPATH="$CODE" PYTHONUNBUFFERED=1 "$RUN_VENV/bin/python" -P -m app.cli "$@"); }

# --- up and down ---------------------------------------------------------------------------------------------------------

# http PATH: prints the status and the body's first lines of the API's answer.
http() {
  local line
  exec 3<>"/dev/tcp/127.0.0.1/$FIELDGRID_PORT" || return 1
  printf 'GET %s HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n' "$1" >&3
  IFS=' ' read -r -t 10 _ HTTP_STATUS _ <&3 || HTTP_STATUS=0
  HTTP_BODY=
  while IFS= read -r -t 10 line <&3; do [ -n "${line%$'\r'}" ] || break; done
  IFS= read -r -t 10 -d '' -n 4000 HTTP_BODY <&3 || true
  exec 3>&-
} 2>/dev/null

ready() { http /readyz && [ "$HTTP_STATUS" = 200 ]; }

start_programs() {
  check_port
  as_service rm -rf "$STATE/metrics"
  as_service mkdir -p "$STATE/metrics" "$STATE/photos"
  # The programs never hold the owner's password.
  (
    unset DATABASE_URL FIELDGRID_OWNER_PASSWORD
    export PYTHONPATH=$CODE PYTHONUNBUFFERED=1
    # What is freed goes back to the machine, instead of lying about in an arena for each few threads.
    export MALLOC_ARENA_MAX=2 MALLOC_MMAP_THRESHOLD_=131072 MALLOC_TRIM_THRESHOLD_=131072
    PROMETHEUS_MULTIPROC_DIR=$STATE/metrics keep api TERM "$RUN_VENV/bin/granian" --interface wsgi --factory --host "$FIELDGRID_HOST" \
      --port "$FIELDGRID_PORT" --workers "$(api_processes)" --blocking-threads "${FIELDGRID_API_THREADS:-128}" \
      --respawn-failed-workers --respawn-interval 0.2 --workers-kill-timeout 10 --no-ws --http 1 --log-level warning app.factory:serve
    keep worker TERM "$RUN_VENV/bin/python" -m app.worker
  )
}

# As many processes as the machine has processors, 2 to 4; docs/adr/0007 says why 128 threads each.
api_processes() {
  local processors
  processors=$(nproc)
  echo "${FIELDGRID_API_PROCESSES:-$((processors < 2 ? 2 : processors > 4 ? 4 : processors))}"
}

check_port() {
  local socket holder own
  port_is_free "$FIELDGRID_PORT" && return
  socket=$(listening_socket "$FIELDGRID_PORT")
  own=$(processes_of api)
  # shellcheck disable=SC2086 # a list of process ids
  [ -z "$own" ] || [ -z "$(as_service bash -c "$FIND_HOLDER" holder "$socket" $own)" ] || return 0
  # shellcheck disable=SC2046 # the same
  holder=$(bash -c "$FIND_HOLDER" holder "$socket" $(cd /proc && echo [0-9]*))
  die "port $FIELDGRID_PORT is taken by $(describe_process "$holder")." \
    "Stop that program, or choose another port: FIELDGRID_PORT=$((FIELDGRID_PORT + 1)) $SELF up"
}

describe_process() {
  if [ -n "$1" ]; then
    echo "process $1 ($(tr '\0' ' ' <"/proc/$1/cmdline" | cut -c1-100 | sed 's/ *$//'))"
  else
    echo "another program"
  fi
}

# The socket that listens on a port, as the links in /proc/*/fd name it; those who hold it are found by the second.
listening_socket() {
  local inode
  inode=$(cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | awk -v port="$(printf ':%04X' "$1")" '$2 ~ port "$" && $4 == "0A" { print $10; exit }')
  echo "socket:[${inode:-none}]"
}
# shellcheck disable=SC2016 # expanded by the shell that runs it
FIND_HOLDER='socket=$1; shift; for pid; do for link in /proc/$pid/fd/*; do
  [ "$(readlink "$link" 2>/dev/null)" != "$socket" ] || { echo "$pid"; exit; }; done; done'

wait_ready() {
  local tries
  for ((tries = 0; tries < 200; tries++)); do
    ! ready || return 0
    sleep 0.2
  done
  echo "The API does not become ready. /readyz says: ${HTTP_BODY:-nothing}"
  tail -n 5 "$STATE/log/api.log" | cut -c1-2000
  return 1
}

up() {
  [ $# -eq 0 ] || die "\`up\` takes no arguments; settings are environment variables (see README.md)."
  locked up bring_up
}

bring_up() {
  local began mark
  began=$(now_ms)
  make_settings
  load_settings
  place_venv "$VENV"
  choose_code
  mark=$(code_mark)
  if [ "$(cat "$STATE/running" 2>/dev/null)" = "$mark" ] && [ -n "$(keepers_of api)" ] && [ -n "$(keepers_of worker)" ] && ready; then
    say "FieldGrid runs already (looked at in $(seconds_since "$began"))."
    ensure_papers
    welcome
    return
  fi
  if own_database; then ensure_system postgres python; else ensure_system python; fi
  ensure_papers
  ensure_service_user
  ensure_venv app "$RUN_VENV"
  # Reports come in and cases go on without pages, so that a missing package registry stops nobody's work.
  ensure_web "$RUN_VENV" || warn "the console could not be built; the API works without it, and the next \`up\` tries again."
  check_port
  [ -z "$(processes_of api)$(processes_of worker)" ] || step "API and worker: stopping those of before" -- stop_programs
  stop_programs
  step "program files" -- place_code
  if own_database; then
    enough_space "$STATE"
    step "database: starting" -- start_database || die "PostgreSQL does not start. Its log: $SELF logs pg"
    unset DATABASE_URL FIELDGRID_APP_DATABASE_URL
    load_settings
    step "database: roles and extensions" -- prepare_own_database || die "the database could not be prepared."
  else
    prepare_foreign_database
  fi
  step "database: migrations" -- app_cli_as_service migrate || die "the migrations failed; nothing was started."
  step "demo city 示范市" -- app_cli_as_service demo-city || die "the demo city could not be loaded; nothing was started."
  start_programs
  step "API and worker: starting" -- wait_ready || { stop_programs; false; } || die "the API did not start." "Its log: $SELF logs api"
  keep_given_settings
  code_mark | as_service tee "$STATE/running" >/dev/null
  say "up in $(seconds_since "$began")"
  welcome
}

prepare_foreign_database() {
  # An address of before may belong to another server.
  if [ -n "${GIVEN[DATABASE_URL]}" ] && [ -z "${GIVEN[FIELDGRID_APP_DATABASE_URL]}" ]; then unset FIELDGRID_APP_DATABASE_URL; fi
  FIELDGRID_APP_DATABASE_URL=$("$RUN_VENV/bin/python" "$ROOT/scripts/prepare_database.py") || exit 1
  export FIELDGRID_APP_DATABASE_URL
  keep_setting FIELDGRID_APP_DATABASE_URL "$FIELDGRID_APP_DATABASE_URL"
}

welcome() {
  cat <<WELCOME

  Console          $FIELDGRID_PUBLIC_URL/console/
  FieldGrid        $FIELDGRID_PUBLIC_URL
  API reference    $FIELDGRID_PUBLIC_URL/docs/

  Accounts of the demo city 示范市, password fieldgrid-demo:
    admin  operator  leader  dispatcher  supervisor  evaluator  auditor
    inspector1 … inspector9   unit1 … unit6   handler1 … handler6   street1
    citizens sign in by telephone (13800000001 …) with a code that \`$SELF outbox\` shows

  See the whole story of one photo:   $SELF demo
  Stop it:                            $SELF down     (what else there is: $SELF help)
WELCOME
}

down() {
  prepare_state
  locked up stop_all
}

stop_all() {
  load_settings
  step "API and worker: stopping" -- stop_programs
  if [ -d "$STATE/pg" ]; then step "database: stopping" -- stop_database; fi
  say "FieldGrid is down; its data stay in .local (\`$SELF up\` goes on with them)."
}

stop_programs() {
  stop_part api
  stop_part worker
}

status() {
  local part state code=0
  prepare_state
  load_settings
  for part in "${PARTS[@]}"; do
    if [ "$part" = pg ] && ! own_database; then
      printf '%-9s another server: %s\n' database "$(sed -E 's#://([^:@/]*)(:[^@]*)?@#://\1@#' <<<"$DATABASE_URL")"
      continue
    fi
    state=
    case $part in
    pg) ! cluster_runs pg || state="running on 127.0.0.1:$(cluster_port pg)" ;;
    api) [ -z "$(processes_of api)" ] || ! ready || state="ready on http://127.0.0.1:$FIELDGRID_PORT" ;;
    worker) [ -z "$(processes_of worker)" ] || state=running ;;
    esac
    [ -n "$state" ] || code=3
    printf '%-9s %s\n' "${part/pg/database}" "${state:-down}$([ -z "$(keepers_of "$part")" ] || echo " (supervised, process $(leader_of_keepers "$part"))")"
  done
  [ ! -d "$STATE/photos" ] || printf '%-9s %s\n' photos "$(du -sh "$STATE/photos" 2>/dev/null | cut -f1) in $STATE/photos"
  printf '%-9s %s free\n' disk "$(df -Ph "$ROOT" | awk 'NR == 2 { print $4 }')"
  return "$code"
}

logs() {
  local part=all follow=() files=()
  while [ $# -gt 0 ]; do
    case $1 in
    api | worker | pg) part=$1 ;;
    -f | --follow) follow=(-F) ;;
    *) die "logs knows: $SELF logs [api|worker|pg] [-f]" ;;
    esac
    shift
  done
  for one in "${PARTS[@]}"; do
    if [ "$part" = all ] || [ "$part" = "$one" ]; then [ ! -f "$(log_of "$one")" ] || files+=("$(log_of "$one")"); fi
  done
  [ -r "$STATE/." ] || prepare_state
  [ ${#files[@]} -gt 0 ] || die "there is no log yet." "Run \`$SELF up\` first."
  exec tail -n "${FIELDGRID_LOG_LINES:-100}" "${follow[@]}" "${files[@]}"
}
