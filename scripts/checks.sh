# shellcheck shell=bash
# What has to hold before a change is taken: checks of the sources, and the tests. Sourced by `fieldgrid`.

check() {
  local failed=0 was_running='' web said
  ensure_system postgres python
  ensure_venv dev
  cd "$ROOT"
  # Beside the others: it and the types of Python take as long as everything else together.
  said=$(mktemp)
  check_step "web (types, lint, tests)" check_web >"$said" 2>&1 &
  web=$!
  check_step "lint (ruff)" "$VENV/bin/ruff" check --no-cache . || failed=1
  check_step "format (ruff)" "$VENV/bin/ruff" format --no-cache --check . || failed=1
  check_step "types (mypy --strict)" env MYPY_CACHE_DIR="${TMPDIR:-/tmp}/fieldgrid-$ID-mypy" "$VENV/bin/mypy" || failed=1
  check_step "imports point one way (import-linter)" "$VENV/bin/lint-imports" --no-cache || failed=1
  check_step "shell scripts (shellcheck)" "$VENV/bin/shellcheck" -x fieldgrid scripts/*.sh || failed=1
  check_step "image (hadolint)" "$VENV/bin/hadolint" Dockerfile || failed=1
  prepare_state
  ! cluster_runs testpg || was_running=yes
  check_step "migrations (squawk)" check_migrations || failed=1
  [ -n "$was_running" ] || testdb stop
  check_step "API description is current" env PYTHONPATH="$ROOT" "$VENV/bin/python" -m app.cli openapi --check || failed=1
  wait "$web" || failed=1
  cat "$said"
  rm -f "$said"
  if [ "$failed" -ne 0 ]; then
    warn "a check failed; \`ruff check --fix\` and \`ruff format\` mend some of them."
    return 1
  fi
}

check_web() { ensure_venv web && ensure_node_modules "$VENV" all && npm_here "$VENV" run check; }

check_migrations() {
  local url sql code=0
  url=$(testdb start) || return 1
  sql=$(mktemp --suffix=.sql)
  FIELDGRID_TESTDB_URL=$url PYTHONPATH=$ROOT "$VENV/bin/python" "$ROOT/scripts/migration_sql.py" >"$sql" &&
    "$VENV/bin/squawk" "$sql" || code=1
  rm -f "$sql"
  return "$code"
}

# A tool that finds something is not a failed command: what it found is shown whole.
check_step() {
  local what=$1 began out code=0
  shift
  began=$(now_ms)
  out=$(mktemp)
  "$@" >"$out" 2>&1 || code=$?
  if [ "$code" -eq 0 ]; then
    say "check: $what: clean ($(seconds_since "$began"))"
  else
    say "check: $what: FAILED ($(seconds_since "$began"))"
    head -n 200 "$out" | sed 's/^/  | /' >&2
  fi
  rm -f "$out"
  return "$code"
}

# run_tests [--fast] [PYTEST ARGUMENTS]: everything CI runs, on a throw-away cluster; needs no `up`.
run_tests() {
  local fast='' checked=0 was_running='' url code=0 arguments=()
  if [ "${1:-}" = --fast ]; then
    fast=yes
    shift
  fi
  ensure_system postgres python
  ensure_papers
  ensure_browser
  ensure_venv dev
  ensure_web "$VENV" || die "the console could not be built; its tests need it."
  if [ -z "$fast" ] && [ $# -eq 0 ]; then check || checked=1; fi
  prepare_state
  ! cluster_runs testpg || was_running=yes
  url=$(testdb start) || exit 1
  [ -z "$fast" ] || arguments+=(-m "not slow")
  cd "$ROOT"
  # The tests bring their own settings; those of the caller would only disturb.
  unset DATABASE_URL "${!FIELDGRID_@}"
  keep_bytecode
  FIELDGRID_TESTDB_URL=$url "$VENV/bin/python" -m pytest -q -n 2 --dist loadgroup --no-loadscope-reorder --durations=10 "${arguments[@]}" "$@" || code=$?
  [ -n "$was_running" ] || testdb stop
  [ "$checked" -eq 0 ] || { [ "$code" -ne 0 ] || code=1; }
  exit "$code"
}

# Half of what every process of the tests does before its first test is reading sources, whose bytecode Python keeps unless
# it was told not to. In a checkout of somebody else's nothing is left that they cannot remove.
keep_bytecode() {
  [ ! -O "$ROOT" ] || unset PYTHONDONTWRITEBYTECODE
}

# screens [PAGE...]: the console's pages and papers as pictures, from a demo city of their own; needs no `up`.
screens() {
  local was_running='' url code=0
  ensure_system postgres python
  ensure_papers
  ensure_browser
  ensure_venv dev
  ensure_web "$VENV" || die "the console could not be built."
  prepare_state
  ! cluster_runs testpg || was_running=yes
  url=$(testdb start) || exit 1
  (cd "$ROOT" && FIELDGRID_TESTDB_URL=$url PYTHONPATH=$ROOT "$VENV/bin/python" -m tests.console.screens "$@") || code=$?
  [ -n "$was_running" ] || testdb stop
  exit "$code"
}

# Writes requirements/*.txt anew from requirements/*.in: the newest releases that fit together, each file with its hashes.
lock() {
  local name extra=() file
  ensure_venv dev
  cd "$ROOT"
  for name in app web dev; do
    file=requirements/$name.txt
    step "locking $file" -- env CUSTOM_COMPILE_COMMAND="./fieldgrid lock" "$VENV/bin/python" -m piptools compile --quiet --generate-hashes \
      --allow-unsafe --strip-extras --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-emit-options "${extra[@]}" "$@" \
      --output-file "$file" "requirements/$name.in" || die "the requirements could not be locked."
    extra=(--constraint requirements/app.txt)
  done
}
