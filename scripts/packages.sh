# shellcheck shell=bash
# What has to be on the machine: system packages by apt, Python packages in .venv. Sourced by `fieldgrid`.

ensure_postgres() {
  [ -n "$(find_postgres)" ] || die "PostgreSQL with PostGIS is not installed." "Run: apt-get install postgresql-15-postgis-3"
}
