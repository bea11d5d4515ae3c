#!/usr/bin/env bash
# Stands in for systemctl and journalctl on a made hypervisor: starts what a unit names, with the unit's user and
# capabilities. No more of systemd than host.sh uses.
set -euo pipefail
runs=/run/made-systemd
exec 9>&- # what systemd starts inherits nothing, such as a lock, from whoever asks for it
mkdir -p "$runs"

verb=$1
unit=${*: -1}
[[ $unit == *.service ]] || unit+=.service
if [[ ${0##*/} == journalctl ]]; then
  [[ ! -f $runs/$2.log ]] || tail -n 20 "$runs/$2.log"
  exit 0
fi

file=/etc/systemd/system/$unit
[[ -f $file ]] || file=/run/systemd/system/$unit
value() { sed -n "s/^$1=//p" "$file"; }

start() {
  local command before confined=() capability granted=-all
  [[ -f $file ]] || {
    printf 'Unit %s not found.\n' "$unit" >&2
    exit 5
  }
  before=$(value ExecStartPre)
  eval "${before#+}"
  read -ra command <<<"$(value ExecStart)"
  if [[ $(value DynamicUser) == yes ]]; then
    [[ -z $(value RuntimeDirectory) ]] || install -d -m 700 -o 61184 -g 61184 "/run/$(value RuntimeDirectory)"
    for capability in $(value AmbientCapabilities); do
      capability=${capability#CAP_}
      granted+=,+${capability,,}
    done
    confined=(setpriv --reuid=61184 --regid=61184 --clear-groups --no-new-privs --bounding-set="$granted"
      --inh-caps="$granted" --ambient-caps="$granted")
  fi
  setsid "${confined[@]}" "${command[@]}" </dev/null >"$runs/$unit.log" 2>&1 &
  printf '%s' "$!" >"$runs/$unit.pid"
}

is_active() { [[ -f $runs/$unit.pid ]] && kill -0 "$(<"$runs/$unit.pid")" 2>/dev/null; }

stop() {
  local pid
  if is_active; then
    pid=$(<"$runs/$unit.pid")
    kill "$pid"
    while kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
  fi
  rm -f "$runs/$unit.pid"
}

case "$verb ${2:-}" in
  daemon-reload*) ;;
  is-active*)
    activity=inactive
    ! is_active || activity=active
    [[ $* == *--quiet* ]] || printf '%s\n' "$activity"
    [[ $activity == active ]]
    ;;
  is-enabled*) [[ -f $runs/$unit.enabled ]] ;;
  enable*) : >"$runs/$unit.enabled" ;;
  disable*)
    rm -f "$runs/$unit.enabled"
    [[ $2 != --now ]] || stop
    ;;
  start*) is_active || start ;;
  restart*) stop; start ;;
  stop*) stop ;;
  *)
    printf 'unexpected: systemctl %s\n' "$*" >&2
    exit 64
    ;;
esac
