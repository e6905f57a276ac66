# shellcheck shell=bash
# Where things are, who runs them, and how the command speaks. Sourced by `fieldgrid`; ROOT is set there.

# What root makes here the service user must be able to read; secrets narrow this where they are written.
umask 022

# Both may be links (see prepare_state); programs are given the real paths.
STATE=$(readlink -f "$ROOT/.local")
VENV=$(readlink -f "$ROOT/.venv")
SELF=./fieldgrid
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin${PATH:+:$PATH}

# What shall be seen although the output of the command at work goes to a log.
exec 8>&2

say() { printf '%s\n' "$*" >&2; }
warn() { printf 'fieldgrid: %s\n' "$*" >&2; }
# The last word of a command that cannot go on: what is wrong, and in the following arguments what to do.
die() {
  printf 'fieldgrid: %s\n' "$1" >&2
  shift
  [ $# -eq 0 ] || printf '  %s\n' "$@" >&2
  exit 1
}

now_ms() { local t=${EPOCHREALTIME/[^0-9]/}; echo $((t / 1000)); }
seconds_since() { local ms=$(($(now_ms) - $1)); printf '%d.%d s' $((ms / 1000)) $((ms % 1000 / 100)); }

# step WORDS... -- COMMAND...: runs the command with its output in a log, shows that it is at work, and its time at the end.
step() {
  local words=() began log code=0 pid shown=0
  while [ "$1" != -- ]; do words+=("$1"); shift; done
  shift
  began=$(now_ms)
  log=$(mktemp "${TMPDIR:-/tmp}/fieldgrid-step.XXXXXX")
  [ ! -t 2 ] || printf '%s ...' "${words[*]}" >&2
  # A process group of its own: Ctrl-C ends the step with all it has started, and then this command.
  set -m
  "$@" >"$log" 2>&1 </dev/null &
  pid=$!
  set +m
  trap 'kill -TERM -- "-$pid" 2>/dev/null; say "interrupted"; exit 130' INT TERM HUP
  while kill -0 "$pid" 2>/dev/null; do
    sleep 0.1
    shown=$((shown + 1))
    if [ -t 2 ]; then
      ((shown % 10)) || printf '\r\033[K%s ... %s  %s' "${words[*]}" "$(seconds_since "$began")" "$(last_line "$log")" >&2
    elif ((shown % 100 == 0)); then
      say "${words[*]} ... $(seconds_since "$began")  $(last_line "$log")"
    fi
  done
  wait "$pid" || code=$?
  trap - INT TERM HUP
  [ ! -t 2 ] || printf '\r\033[K' >&2
  if [ "$code" -eq 0 ]; then
    say "${words[*]}: done in $(seconds_since "$began")"
  else
    say "${words[*]}: failed after $(seconds_since "$began")"
    tail -n 40 "$log" | sed 's/^/  | /' >&2
    explain_failure "$log"
  fi
  rm -f "$log"
  return "$code"
}

last_line() {
  local line LC_ALL=C.UTF-8
  line=$(tail -n 1 "$1" | tr -d '\r\033')
  printf '%s' "${line:0:60}"
}

# The causes a newcomer can do something about, read from what the failed tool wrote.
explain_failure() {
  if grep -qiE 'no space left on device|ENOSPC|not enough free space|disk quota' "$1"; then
    say "  The disk is full. Free some space (2 GB are enough; \`df -h\` shows where) and run the same command again."
  elif grep -qiE 'could not resolve|temporary failure (in name resolution|resolving)|network is unreachable|connection timed out|NewConnectionError|no route to host|failed to fetch' "$1"; then
    say "  The network cannot be reached. Check the connection, the proxy settings (http_proxy, https_proxy) and the"
    say "  package sources of apt and pip, then run the same command again; what is done already is kept."
  fi
}

random_secret() { head -c "${1:-32}" /dev/urandom | od -An -vtx1 | tr -d ' \n'; }

# The name of this checkout on the machine: several checkouts can live side by side.
ID=$(printf '%s' "$ROOT" | sha256sum | cut -c1-8)

# Nothing of FieldGrid's own runs as root: not the database, not the API, not the worker. Started by root in a checkout of
# root's, they run as the system user `fieldgrid`; in somebody else's checkout as its owner; started by a person, as that person.
choose_service_user() {
  if [ "$EUID" -ne 0 ]; then
    SERVICE_USER=$(id -un)
  else
    SERVICE_USER=$(stat -c %U "$ROOT")
    case $SERVICE_USER in root | UNKNOWN) SERVICE_USER=fieldgrid ;; esac
  fi
}
choose_service_user

ensure_service_user() {
  id -u "$SERVICE_USER" >/dev/null 2>&1 && return
  useradd --system --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin "$SERVICE_USER" 2>/dev/null ||
    id -u "$SERVICE_USER" >/dev/null 2>&1 ||
    die "cannot create the system user $SERVICE_USER." "Create it by hand (useradd --system --user-group $SERVICE_USER) and run the command again."
}

as_service() {
  if [ "$EUID" -eq 0 ]; then
    setpriv --reuid="$SERVICE_USER" --regid="$SERVICE_USER" --init-groups --no-new-privs -- env HOME="$STATE" USER="$SERVICE_USER" "$@"
  else
    "$@"
  fi
}

as_root() {
  if [ "$EUID" -eq 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    die "this step needs root and sudo is not installed: $*" "Run \`$SELF up\` once as root; after that no root is needed."
  fi
}

# Where the service user cannot enter the checkout (a clone in /root), .local and .venv are links to folders it can enter.
OUTSIDE=
if [ -L "$ROOT/.local" ]; then OUTSIDE=$(dirname "$(readlink "$ROOT/.local")"); fi

# .local holds everything this checkout makes.
prepare_state() {
  if [ -d "$STATE" ]; then
    [ "$EUID" -eq 0 ] || [ -w "$STATE" ] ||
      die "$STATE belongs to $(stat -Lc %U "$STATE"), who runs this installation." "Use sudo: sudo $SELF $COMMAND"
    return
  fi
  ensure_service_user
  [ ! -L "$ROOT/.local" ] || rm -f "$ROOT/.local"
  if [ "$EUID" -eq 0 ] && ! as_service test -x "$ROOT"; then
    OUTSIDE=/var/lib/fieldgrid/$ID
    mkdir -p "$OUTSIDE/state"
    chmod 755 /var/lib/fieldgrid "$OUTSIDE"
    ln -sfn "$OUTSIDE/state" "$ROOT/.local"
  else
    mkdir -p "$ROOT/.local"
  fi
  STATE=$(readlink -f "$ROOT/.local")
  [ "$EUID" -ne 0 ] || chown "$SERVICE_USER:" "$STATE/."
  chmod 750 "$STATE/."
}

# locked NAME COMMAND...: one process at a time; the others wait.
locked() {
  local name=$1
  shift
  prepare_state
  [ -f "$STATE/$name.lock" ] || as_service touch "$STATE/$name.lock"
  exec 9<"$STATE/$name.lock"
  flock -n 9 || { say "waiting for another \`fieldgrid\` command that holds $name ..." && flock 9; }
  "$@"
  exec 9>&-
}

# let_go: in a subshell that starts a daemon. Nothing of this command may live on in it: not its terminal, not its lock, no
# pipe of its caller, who would wait for its end.
let_go() {
  local open
  exec </dev/null >/dev/null 2>&1
  for open in "/proc/$BASHPID/fd/"*; do
    open=${open##*/}
    [ "$open" -le 2 ] || [ "$open" = 255 ] || eval "exec $open>&-"
  done
}

free_port() {
  local port
  while :; do
    port=$((20000 + RANDOM % 10000))
    port_is_free "$port" && break
  done
  echo "$port"
}
port_is_free() { ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
