# shellcheck shell=bash
# Looking into the data, keeping copies of them, and throwing them away. Sourced by `fieldgrid`.

# Exports what psql, pg_dump and pg_restore read; a password on a command line would be seen by everybody.
pg_environment() {
  local line
  while IFS= read -r line; do export "${line?}"; done < <(
    "$RUN_VENV/bin/python" - <<'PY'
import os
from sqlalchemy import make_url
url = make_url(os.environ["DATABASE_URL"])
found = {"PGHOST": url.host, "PGPORT": url.port, "PGUSER": url.username, "PGPASSWORD": url.password, "PGDATABASE": url.database}
for name, value in found.items():
    if value:
        print(f"{name}={value}")
for name, value in url.query.items():
    print(f"PG{name.upper()}={value}")
PY
  )
  [ -n "${PGDATABASE:-}" ] || die "DATABASE_URL names no database."
  PG_BIN=$(postgres_bin "$STATE/pg")
  [ -n "$PG_BIN" ] || PG_BIN=$(dirname "$(command -v pg_dump || true)")
  [ -x "$PG_BIN/pg_dump" ] || die "the programs of PostgreSQL's client are not installed." "Run: apt-get install postgresql-client"
}

# needs_installation: settings, code and Python are there; own database running.
needs_installation() {
  prepare_state
  [ -f "$STATE/env" ] || die "nothing is installed here yet." "Run \`$SELF up\` first."
  load_settings
  choose_code
  [ -x "$RUN_VENV/bin/python" ] || die "the virtual environment is missing." "Run \`$SELF up\` first."
  if own_database && ! cluster_runs pg; then die "the database is not running." "Run \`$SELF up\` first."; fi
}

open_psql() {
  needs_installation
  pg_environment
  exec "$PG_BIN/psql" -X "$@"
}

# --- commands of the product's code --------------------------------------------------------------------------------------

# They run as the service user, so that what they make belongs to the right one; the capability lets them read the
# checkout of root. Only when root names a file that the service user cannot reach, they run as root, and what they have put
# among the photos is given to the service user afterwards. `-P`: the folder they are called from is not searched for code.
app_cli() {
  local caller=(env) code=0
  needs_installation
  export PYTHONPATH=$ROOT PYTHONDONTWRITEBYTECODE=1
  if [ "$EUID" -eq 0 ] && ! names_file_of_root "$@"; then
    caller=(setpriv "--reuid=$SERVICE_USER" "--regid=$SERVICE_USER" --init-groups --inh-caps=+dac_override --ambient-caps=+dac_override --
      env "HOME=$STATE")
  fi
  "${caller[@]}" "$RUN_VENV/bin/python" -P -m app.cli "$@" || code=$?
  if [ "$EUID" -eq 0 ] && [ "${caller[0]}" = env ] && [ -d "$STATE/photos" ]; then
    find "$STATE/photos" -user root -exec chown -h "$SERVICE_USER:" {} +
  fi
  return "$code"
}

# Whether an argument is a file that the service user cannot read, or a file to be made where it cannot write.
names_file_of_root() {
  local argument
  for argument in "$@"; do
    case $argument in -* | '') continue ;; esac
    if [ -e "$argument" ]; then
      as_service test -r "$argument" || return 0
    elif [[ $argument =~ (/|\.[a-z]{2,7}$) ]] && [ -d "$(dirname "$argument")" ]; then
      as_service test -w "$(dirname "$argument")" || return 0
    fi
  done
  return 1
}

# --- copies --------------------------------------------------------------------------------------------------------------

photo_folder() {
  case $FIELDGRID_STORAGE_URL in
  file://*) echo "${FIELDGRID_STORAGE_URL#file://}" ;;
  /*) echo "$FIELDGRID_STORAGE_URL" ;;
  esac
}

# A folder for this command alone, gone when it ends however it ends.
working_folder() {
  WORK=$(mktemp -d "$STATE/$1.XXXXXX")
  trap 'rm -rf "$WORK"' EXIT
}

backup() {
  local file=${1:-} photos began parts=(about keys database.dump)
  [ $# -eq 1 ] || die "say where to: $SELF backup FILE"
  case $file in /*) ;; *) file=$PWD/$file ;; esac
  [ -d "$(dirname "$file")" ] || die "there is no folder $(dirname "$file")."
  needs_installation
  pg_environment
  began=$(now_ms)
  umask 077
  working_folder backup
  # The database first: photos that come meanwhile are in the copy although no row of it names them, never the other way round.
  step "backup: database" -- "$PG_BIN/pg_dump" -Fc --no-owner -f "$WORK/database.dump" || die "the database could not be copied."
  grep -E '^FIELDGRID_(DATA|SECRET)_KEY=' "$STATE/env" >"$WORK/keys"
  printf 'fieldgrid-backup 1\nmade %s\nstorage %s\n' "$(date -u +%FT%TZ)" "$FIELDGRID_STORAGE_URL" >"$WORK/about"
  photos=$(photo_folder)
  if [ -n "$photos" ]; then
    [ -d "$photos" ] || as_service mkdir -p "$photos"
    parts+=(-C "$(dirname "$photos")" --transform "s#^$(basename "$photos")#photos#S" "$(basename "$photos")")
  else
    say "The photos are in $FIELDGRID_STORAGE_URL and are not part of this copy: back them up there."
  fi
  # Half-written photos (names that begin with a point) come and go while the copy is made.
  step "backup: writing $file" -- tar -cf "$file.part" --exclude='.*.*' --exclude=.probe --warning=no-file-changed -C "$WORK" "${parts[@]}" ||
    { rm -f "$file.part"; die "the copy could not be written to $file."; }
  mv "$file.part" "$file"
  say "$file: $(du -h "$file" | cut -f1) in $(seconds_since "$began"). It holds the keys of this installation: keep it like a password."
}

restore() {
  local file='' yes='' argument
  for argument in "$@"; do
    case $argument in --yes) yes=yes ;; *) file=$argument ;; esac
  done
  [ -n "$file" ] || die "say what from: $SELF restore FILE [--yes]"
  [ -r "$file" ] || die "there is no file $file that can be read."
  needs_installation
  umask 077
  working_folder restore
  tar -xf "$file" -C "$WORK" --no-same-owner about keys database.dump 2>/dev/null && grep -qx 'fieldgrid-backup 1' "$WORK/about" ||
    die "$file is no backup made by \`$SELF backup\`, or it is damaged."
  pg_environment
  # Extensions and what belongs to them need rights that the owner of a database may not have; they are there already.
  "$PG_BIN/pg_restore" -l "$WORK/database.dump" 2>/dev/null |
    grep -vE ' (EXTENSION|COMMENT - EXTENSION|TABLE DATA public spatial_ref_sys|SCHEMA - public|COMMENT - SCHEMA public|ACL - SCHEMA public)' >"$WORK/list" ||
    die "the database in $file is damaged; nothing was changed."
  confirm "$yes" "This replaces the data of this installation with those of $(sed -n 's/^made //p' "$WORK/about"). Go on?"
  locked up put_back "$file"
}

put_back() {
  local file=$1 photos name value began
  began=$(now_ms)
  photos=$(photo_folder)
  if [ -n "$photos" ]; then
    step "photos: unpacking" -- unpack_photos "$file" "$photos" || die "the photos in $file cannot be read; nothing was changed."
  fi
  if own_database; then restore_own_database; else restore_foreign_database; fi
  if [ -n "$photos" ]; then rm -rf "$photos" && mv "$photos.restoring" "$photos"; fi
  while IFS='=' read -r name value; do keep_setting "$name" "$value"; done <"$WORK/keys"
  unset FIELDGRID_SECRET_KEY FIELDGRID_DATA_KEY
  umask 022
  say "restored in $(seconds_since "$began")"
  bring_up
}

# A backup from before there was a feed has nothing to start afresh.
RESTART_FEED="DO \$\$ BEGIN IF to_regproc('restart_feed') IS NOT NULL THEN PERFORM restart_feed(); END IF; END \$\$"
# Beside the database in use, which gives way only when the new one is whole.
restore_own_database() {
  step "database: preparing" -- prepare_restored || die "the database could not be prepared; nothing was changed."
  step "database: restoring" -- "$PG_BIN/pg_restore" --no-owner --exit-on-error -L "$WORK/list" -d fieldgrid_restored "$WORK/database.dump" ||
    die "the database could not be restored; nothing was changed."
  # Phones and streams that remember a place in the feed have to read everything afresh.
  step "change feed: starting afresh" -- sql pg -d fieldgrid_restored -c "$RESTART_FEED" || die "the change feed could not be started afresh; nothing was changed."
  step "API and worker: stopping" -- stop_programs
  step "database: changing over" -- sql pg -c 'DROP DATABASE IF EXISTS fieldgrid WITH (FORCE)' -c 'ALTER DATABASE fieldgrid_restored RENAME TO fieldgrid' ||
    die "the restored database could not take its place." "It is there as fieldgrid_restored; run the command again."
}

prepare_restored() {
  sql pg -c 'DROP DATABASE IF EXISTS fieldgrid_restored WITH (FORCE)' && prepare_own_database fieldgrid_restored
}

restore_foreign_database() {
  step "API and worker: stopping" -- stop_programs
  step "database: restoring" -- "$PG_BIN/pg_restore" --no-owner --clean --if-exists --exit-on-error --single-transaction \
    -L "$WORK/list" -d "$PGDATABASE" "$WORK/database.dump" || die "the database could not be restored; it is as it was." "\`$SELF up\` starts the program again."
  step "change feed: starting afresh" -- "$PG_BIN/psql" -X -q -v ON_ERROR_STOP=1 -d "$PGDATABASE" -c "$RESTART_FEED" || die "the change feed could not be started afresh: run \`$SELF restore\` again."
}

unpack_photos() {
  rm -rf "$2.restoring" &&
    as_service mkdir -p "$2.restoring" &&
    tar -xf "$1" -C "$2.restoring" --strip-components=1 --no-same-owner photos/ &&
    { [ "$EUID" -ne 0 ] || chown -R "$SERVICE_USER:" "$2.restoring"; }
}

confirm() {
  local answer
  [ "$1" != yes ] || return 0
  [ -t 0 ] || die "$2" "There is nobody to ask: add --yes."
  read -r -p "$2 [y/N] " answer
  case $answer in y | Y | yes | YES) ;; *) die "nothing was changed." ;; esac
}

reset() {
  case ${1:-} in --yes | '') ;; *) die "reset knows: $SELF reset [--yes]" ;; esac
  prepare_state
  load_settings
  own_database || die "the database belongs to another server and is not ours to delete." \
    "Drop and create it there, remove $STATE, and run \`$SELF up\`."
  confirm "$([ "${1:-}" = --yes ] && echo yes)" "This deletes all data of this installation: cases, people, photos, settings. Go on?"
  locked up delete_all
}

delete_all() {
  step "API and worker: stopping" -- stop_programs
  step "database: stopping" -- stop_database
  rm -rf "$STATE/pg" "$STATE/pg.new" "$STATE/pg.port" "$STATE/pg.log" "$STATE/pg.log.1" "$STATE/pg.sock" "$STATE/photos" "$STATE/metrics" \
    "$STATE/log" "$STATE/env" "$STATE/running" "$STATE/accounts"
  say "All data are deleted. \`$SELF up\` begins anew."
}
