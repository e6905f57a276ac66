#!/usr/bin/env bash
# supervise.sh PART LOG SIGNAL COMMAND...: keeps one program of FieldGrid running until it is told to stop (SIGTERM).
# However the program dies, what it leaves behind (workers of a killed server, still holding the port) is ended before it
# starts again. The marks FIELDGRID_KEEPER and FIELDGRID_PART in the environment let `fieldgrid` find keeper and program.
set -mu

note() { printf '%s supervise %s: %s\n' "$(date -u +%FT%TZ)" "$part" "$*"; }
stop() {
  stopping=yes
  [ -z "$child" ] || kill -s "$signal" "$child" 2>/dev/null
}
# In a function, so that bash has read all of it before it runs: the file may be replaced meanwhile.
main() {
  part=$1 log=$2 signal=$3
  shift 3
  exec </dev/null >>"$log" 2>&1
  unset FIELDGRID_PART
  child='' stopping='' pause=0

  trap stop TERM INT HUP

  # A log grows to 50 MB, then moves aside and replaces the one before.
  (while sleep 60; do
    [ "$(stat -c %s "$log")" -lt 50000000 ] || { cp -f "$log" "$log.1" && : >"$log"; }
  done) &
  watch=$!

  while [ -z "$stopping" ]; do
    began=$SECONDS
    env -u FIELDGRID_KEEPER FIELDGRID_PART="$FIELDGRID_KEEPER" "$@" &
    child=$!
    note "started, process $child"
    # A signal interrupts `wait`; the program may still be finishing its work.
    while kill -0 "$child" 2>/dev/null; do
      wait "$child"
      code=$?
    done
    kill -KILL -- "-$child" 2>/dev/null
    child=''
    [ -z "$stopping" ] || break
    if [ $((SECONDS - began)) -ge 20 ]; then pause=0; fi
    note "ended with $code; starting again in $pause s"
    sleep "$pause" &
    wait $!
    pause=$((pause < 8 ? pause * 2 + 1 : 15))
  done
  kill -KILL -- "-$watch" 2>/dev/null
  note "stopped"
  exit 0
}
main "$@"
