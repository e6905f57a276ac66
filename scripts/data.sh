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

# They run as the service user, so that what they make belongs to the right one, but with root's reach to the files that
# root names on the command line. `-P`: the folder the command is called from is not searched for code.
app_cli() {
  local caller
  needs_installation
  caller=(env)
  if [ "$EUID" -eq 0 ]; then
    caller=(setpriv "--reuid=$SERVICE_USER" "--regid=$SERVICE_USER" --init-groups --inh-caps=+dac_override --ambient-caps=+dac_override --
      env "HOME=$STATE")
  fi
  export PYTHONPATH=$ROOT PYTHONDONTWRITEBYTECODE=1 FIELDGRID_COMMAND=$SELF
  exec "${caller[@]}" "$RUN_VENV/bin/python" -P -m app.cli "$@"
}

# --- copies --------------------------------------------------------------------------------------------------------------

photo_folder() {
  case $FIELDGRID_STORAGE_URL in
  file://*) echo "${FIELDGRID_STORAGE_URL#file://}" ;;
  /*) echo "$FIELDGRID_STORAGE_URL" ;;
  esac
}

backup() {
  local file=${1:-} work photos began
  [ $# -eq 1 ] || die "say where to: $SELF backup FILE"
  case $file in /*) ;; *) file=$PWD/$file ;; esac
  [ -d "$(dirname "$file")" ] || die "there is no folder $(dirname "$file")."
  needs_installation
  pg_environment
  began=$(now_ms)
  work=$(mktemp -d "$STATE/backup.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  # The database first: photos that come meanwhile are in the copy although no row of it names them, never the other way round.
  step "backup: database" -- "$PG_BIN/pg_dump" -Fc --no-owner -f "$work/database.dump" || die "the database could not be copied."
  grep -E '^FIELDGRID_(DATA|SECRET)_KEY=' "$STATE/env" >"$work/keys"
  printf 'fieldgrid-backup 1\nmade %s\nstorage %s\n' "$(date -u +%FT%TZ)" "$FIELDGRID_STORAGE_URL" >"$work/about"
  photos=$(photo_folder)
  if [ -n "$photos" ] && [ -d "$photos" ]; then
    (umask 077 && step "backup: photos" -- tar -cf "$file.part" -C "$work" about keys database.dump -C "$(dirname "$photos")" --transform "s#^$(basename "$photos")#photos#S" "$(basename "$photos")") ||
      die "the copy could not be written to $file."
  else
    (umask 077 && step "backup: writing" -- tar -cf "$file.part" -C "$work" about keys database.dump) || die "the copy could not be written to $file."
    say "The photos are in $FIELDGRID_STORAGE_URL and are not part of this copy: back them up there."
  fi
  mv "$file.part" "$file"
  say "$file: $(du -h "$file" | cut -f1) in $(seconds_since "$began"). It holds the keys of this installation: keep it like a password."
}

restore() {
  local file='' yes='' work photos name value began clean=()
  for name in "$@"; do
    case $name in --yes) yes=yes ;; *) file=$name ;; esac
  done
  [ -n "$file" ] || die "say what from: $SELF restore FILE [--yes]"
  [ -r "$file" ] || die "there is no file $file that can be read."
  needs_installation
  work=$(mktemp -d "$STATE/restore.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  tar -xf "$file" -C "$work" --no-same-owner about keys database.dump 2>/dev/null && grep -qx 'fieldgrid-backup 1' "$work/about" ||
    die "$file is no backup made by \`$SELF backup\`, or it is damaged."
  pg_environment
  "$PG_BIN/pg_restore" -l "$work/database.dump" >"$work/list.all" 2>/dev/null || die "the database in $file is damaged; nothing was changed."
  confirm "$yes" "This replaces the data of this installation with those of $(sed -n 's/^made //p' "$work/about"). Go on?"
  began=$(now_ms)
  step "API and worker: stopping" -- stop_programs
  if own_database; then
    step "database: emptying" -- empty_own_database || die "the database could not be emptied."
  else
    clean=(--clean --if-exists)
  fi
  # Extensions need rights that the owner of a database may not have; they are there already.
  grep -vE ' (EXTENSION|COMMENT - EXTENSION|SCHEMA - public|COMMENT - SCHEMA public|ACL - SCHEMA public)' "$work/list.all" >"$work/list"
  step "database: restoring" -- "$PG_BIN/pg_restore" --no-owner --exit-on-error --single-transaction "${clean[@]}" \
    -L "$work/list" -d "$PGDATABASE" "$work/database.dump" || die "the database could not be restored; the program stays down." "Run the command again with a good copy."
  photos=$(photo_folder)
  if [ -n "$photos" ] && tar -tf "$file" photos/ >/dev/null 2>&1; then
    step "photos: restoring" -- restore_photos "$file" "$photos" || die "the photos could not be restored from $file."
  fi
  while IFS='=' read -r name value; do keep_setting "$name" "$value"; done <"$work/keys"
  unset FIELDGRID_SECRET_KEY FIELDGRID_DATA_KEY
  say "restored in $(seconds_since "$began")"
  locked up bring_up
}

empty_own_database() {
  sql pg -c 'DROP DATABASE IF EXISTS fieldgrid WITH (FORCE)' && prepare_own_database &&
    sql pg -d fieldgrid -c 'GRANT USAGE ON SCHEMA public TO fieldgrid_app'
}

restore_photos() {
  rm -rf "$2.restoring" &&
    as_service mkdir -p "$2.restoring" &&
    tar -xf "$1" -C "$2.restoring" --strip-components=1 --no-same-owner photos/ &&
    { [ "$EUID" -ne 0 ] || chown -R "$SERVICE_USER:" "$2.restoring"; } &&
    rm -rf "$2" &&
    mv "$2.restoring" "$2"
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
