# shellcheck shell=bash
# PostgreSQL clusters of this checkout's own: .local/pg for the product, .local/testpg for tests. Sourced by `fieldgrid`.
# Other clusters of the machine are never touched.

# The newest PostgreSQL (15 or later) on the machine that has PostGIS; empty when there is none.
find_postgres() {
  local dir
  for dir in $(printf '%s\n' /usr/lib/postgresql/*/ | sort -rV); do
    dir=${dir%/}
    [ "${dir##*/}" != '*' ] && [ "${dir##*/}" -ge 15 ] 2>/dev/null || continue
    [ -x "$dir/bin/initdb" ] && [ -e "$dir/lib/postgis-3.so" ] && [ -e "/usr/share/postgresql/${dir##*/}/extension/postgis.control" ] &&
      { echo "$dir/bin"; return; }
  done
}

# A cluster goes on with the version that made it, whatever else is installed later.
postgres_bin() {
  local data=$1 version
  if [ -f "$data/PG_VERSION" ]; then
    version=$(cat "$data/PG_VERSION")
    [ -x "/usr/lib/postgresql/$version/bin/postgres" ] ||
      die "the data in $data were written by PostgreSQL $version, which is not installed." \
        "Install it (apt-get install postgresql-$version postgresql-$version-postgis-3) and run the command again."
    echo "/usr/lib/postgresql/$version/bin"
  else
    find_postgres
  fi
}

# Socket paths longer than 107 bytes do not work; a deep checkout gets a folder in /tmp.
socket_dir() {
  local dir
  dir=$STATE/$1.sock
  [ ${#dir} -le 80 ] || dir=/tmp/fieldgrid-$ID-$1
  echo "$dir"
}

# pg DATA COMMAND...: a PostgreSQL program as the service user, away from folders it may not enter.
pg() {
  local bin
  bin=$(postgres_bin "$1")
  shift
  (cd / && as_service "$bin/$1" "${@:2}") 9>&-
}

# sql NAME [psql options]: as superuser of the cluster .local/NAME, through its socket.
sql() {
  local name=$1
  shift
  pg "$STATE/$name" psql -X -q -v ON_ERROR_STOP=1 -h "$(socket_dir "$name")" -p "$(cluster_port "$name")" -U postgres -d postgres "$@"
}

cluster_port() { cat "$STATE/$1.port" 2>/dev/null || echo 0; }

cluster_runs() {
  [ -f "$STATE/$1/postmaster.pid" ] && pg "$STATE/$1" pg_isready -q -t 2 -h "$(socket_dir "$1")" -p "$(cluster_port "$1")"
}

# make_cluster NAME: initdb. Local superuser access is for the service user alone, by the socket; all else needs a password.
make_cluster() {
  local data
  data=$STATE/$1
  rm -rf "$data.new"
  [ -d "$data" ] && die "$data exists but is no PostgreSQL cluster." "Move it away and run the command again."
  pg "$data" initdb -D "$data.new" -U postgres --auth-local=peer --auth-host=scram-sha-256 --encoding=UTF8 --locale=C.UTF-8 --no-sync 2>&1 |
    as_service tee "$STATE/initdb.log" >/dev/null ||
    { sed 's/^/  | /' "$STATE/initdb.log" >&2; explain_failure "$STATE/initdb.log"; die "cannot make the PostgreSQL cluster $data."; }
  {
    echo "local all postgres peer map=fieldgrid"
    echo "local all all scram-sha-256"
    echo "host all all 127.0.0.1/32 scram-sha-256"
    echo "host all all ::1/128 scram-sha-256"
  } >"$data.new/pg_hba.conf"
  echo "fieldgrid $SERVICE_USER postgres" >"$data.new/pg_ident.conf"
  mv "$data.new" "$data"
}

# start_cluster NAME [SETTING...]: starts it if it does not run, on its port of last time or another free one.
start_cluster() {
  local name=$1 data socket port try
  shift
  cluster_runs "$name" && return
  data=$STATE/$name
  socket=$(socket_dir "$name")
  [ -f "$data/PG_VERSION" ] || make_cluster "$name"
  as_service mkdir -p "$socket"
  as_service chmod 700 "$socket"
  forget_dead_postmaster "$data"
  write_cluster_settings "$name" "$@"
  for try in 1 2 3 4 5; do
    port=$(cluster_port "$name")
    # The processes of a killed server need a moment to go; only then can the next one start.
    [ "$try" -eq 1 ] || sleep 1
    if [ "$port" = 0 ] || [ "$try" -gt 2 ] || ! port_is_free "$port"; then port=$(free_port); fi
    echo "$port" | as_service tee "$STATE/$name.port" >/dev/null
    trim_log "$STATE/$name.log"
    # A session of its own: the terminal's Ctrl-C is not meant for the database.
    (let_go && pg "$data" pg_ctl -D "$data" -l "$data.log" -o "-p $port" -w -t 60 -s start) && return
  done
  tail -n 15 "$data.log" | sed 's/^/  | /' >&2
  explain_failure "$data.log"
  die "PostgreSQL does not start." "Its log: $data.log"
}

write_cluster_settings() {
  local name=$1
  shift
  printf '%s\n' "listen_addresses = '127.0.0.1'" "unix_socket_directories = '$(socket_dir "$name")'" "timezone = 'UTC'" "log_timezone = 'UTC'" \
    "log_min_duration_statement = 1000" "logging_collector = off" "jit = off" "max_connections = 200" "max_locks_per_transaction = 256" "$@" |
    as_service tee "$STATE/$name/postgresql.auto.conf" >/dev/null
}

# After a power cut the number in postmaster.pid may belong to another program by now.
forget_dead_postmaster() {
  local pid
  pid=$(head -n 1 "$1/postmaster.pid" 2>/dev/null || true)
  [ -n "$pid" ] || return 0
  [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = postgres ] || rm -f "$1/postmaster.pid"
}

stop_cluster() {
  [ -f "$STATE/$1/postmaster.pid" ] || return 0
  pg "$STATE/$1" pg_ctl -D "$STATE/$1" -m fast -w -t 60 -s stop >/dev/null 2>&1 || true
}

trim_log() {
  [ ! -f "$1" ] || [ "$(stat -Lc %s "$1")" -lt 20000000 ] || { tail -c 1000000 "$1" | as_service tee "$1.1" >/dev/null && as_service mv "$1.1" "$1"; }
}

start_testpg() {
  start_cluster testpg "fsync = off" "synchronous_commit = off" "full_page_writes = off" "shared_buffers = '256MB'" \
    "wal_level = minimal" "max_wal_senders = 0" "max_wal_size = '2GB'" "checkpoint_timeout = '30min'"
}

# One roof for tests: a throw-away cluster that forgets durability and is shared by all test processes of this checkout.
# The three roles have one password, so that a URL of one is a URL of the others with the name changed.
testdb_start() {
  local password
  if ! cluster_runs testpg; then
    ensure_postgres
    # Without fsync a crash of the machine can break the files; nothing in them is worth keeping.
    (start_testpg 2>/dev/null) || { rm -rf "$STATE/testpg/"; start_testpg; }
  fi
  if [ ! -s "$STATE/testpg/fieldgrid.password" ]; then
    password=$(random_secret 16)
    sql testpg >/dev/null <<SQL
ALTER ROLE postgres PASSWORD '$password';
DO \$\$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'fieldgrid_owner') THEN CREATE ROLE fieldgrid_owner; END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'fieldgrid_app') THEN CREATE ROLE fieldgrid_app; END IF;
END \$\$;
ALTER ROLE fieldgrid_owner LOGIN CREATEDB PASSWORD '$password';
ALTER ROLE fieldgrid_app LOGIN PASSWORD '$password';
SQL
    (umask 077 && printf '%s' "$password" | as_service tee "$STATE/testpg/fieldgrid.password.new" >/dev/null)
    as_service mv "$STATE/testpg/fieldgrid.password.new" "$STATE/testpg/fieldgrid.password"
  fi
}

testdb() {
  case ${1:-start} in
  start)
    locked testdb testdb_start
    printf 'postgresql+psycopg2://postgres:%s@127.0.0.1:%s/postgres\n' "$(cat "$STATE/testpg/fieldgrid.password")" "$(cluster_port testpg)"
    ;;
  stop)
    locked testdb stop_cluster testpg
    ;;
  *) die "testdb knows \`$SELF testdb\` and \`$SELF testdb stop\`." ;;
  esac
}
