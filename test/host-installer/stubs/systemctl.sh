#!/usr/bin/env bash
# systemctl, journalctl. A unit that was started stays as it was then until daemon-reload, as systemd has it.
source "$STUBS/world.sh"
units=$MADE_HOST/units

[[ $program == systemctl ]] || {
  printf 'scaphandre::sensors: what the agent logged\n'
  exit 0
}

file_of() {
  local folder
  for folder in etc run usr/lib; do
    if [[ -f $HOST_ROOT/$folder/systemd/system/$1 ]]; then printf '%s' "$HOST_ROOT/$folder/systemd/system/$1"; return; fi
  done
}

reload() {
  local unit file
  for unit in "$units"/*; do
    file=$(file_of "${unit##*/}")
    [[ -f $unit/loaded ]] || continue
    if [[ -n $file ]]; then cp "$file" "$unit/loaded"; elif [[ ! -f $unit/active ]]; then rm "$unit/loaded"; fi
  done
}

loaded() {
  local file
  file=$(file_of "$1")
  [[ -n $file || -f $units/$1/loaded ]] || fail 5 "Unit $1 not loaded."
  mkdir -p "$units/$1"
  [[ -f $units/$1/loaded ]] || cp "$file" "$units/$1/loaded"
}

value() { sed -n "s|^$2=||p" "$units/$1/loaded"; }

# A socket unit whose requests are answered with the page behind it.
listen_socket() {
  local listen page
  listen=$(value "$1" ListenStream)
  page=$(sed -n 's|^ExecStart=.* http://127.0.0.1:\([0-9]*\)/metrics$|\1|p' "$HOST_ROOT/etc/systemd/system/${1%.socket}@.service")
  [[ -n $page && -z $(port_users "${listen##*:}") ]] || fail 1 "Job for $1 failed."
  printf front >"$units/$1/kind"
  start_agent "$units/$1" "$page" "${listen%:*}" "${listen##*:}"
  : >"$units/$1/active"
}

start_unit() {
  local command rules listen
  loaded "$1"
  read -ra command <<<"$(value "$1" ExecStart)"
  rm -f "$units/$1/active"
  if [[ $1 == *.socket ]]; then
    listen_socket "$1"
    return
  fi
  case ${command[0]##*/} in
    telegraf)
      : >"$units/$1/active"
      listen=$(sed -n 's/^  listen = "\(.*\)"$/\1/p' "$HOST_ROOT"/etc/telegraf/telegraf.d/*.conf 2>/dev/null || true)
      [[ -z $listen ]] || printf telegraf >"$units/$1/kind"
      [[ -z $listen ]] || start_agent "$units/$1" "$(fact agents/telegraf)" "${listen%:*}" "${listen##*:}"
      ;;
    kepler-*)
      [[ -x $HOST_ROOT${command[0]} && -f $HOST_ROOT${command[1]#*=} ]] || return 0
      start_program "$units/$1" "$(fact agents/kepler)" "${command[@]:1}"
      [[ ! -f $units/$1/serves ]] || : >"$units/$1/active"
      ;;
    opennebula-power-agent)
      [[ -x $HOST_ROOT${command[0]} ]] || return 0
      start_program "$units/$1" "$(fact agents/onepower)" "${command[@]:1}"
      [[ ! -f $units/$1/serves ]] || : >"$units/$1/active"
      ;;
    scaphandre)
      [[ -e ${command[0]} ]] || return 0 # a simple service is started before its program is there
      start_program "$units/$1" "$(fact agents/scaphandre)" "${command[@]:1}"
      [[ ! -f $units/$1/serves ]] || : >"$units/$1/active"
      ;;
    bash) # what keeps the firewall
      rules=$(value "$1" ExecStartPre)
      rules=$HOST_ROOT${rules##* }
      [[ -f $rules && -f $HOST_ROOT${command[1]} ]] || fail 1 "Job for $1 failed."
      cp "$rules" "$MADE_HOST/nft-table"
      : >"$units/$1/active"
      ;;
    *) : >"$units/$1/active" ;;
  esac
}

stop_unit() {
  loaded "$1"
  rm -f "$units/$1"/{active,loaded,serves,scrapes,behaviour,address,port,kind}
}

# It is stopped as it was loaded, and is started so too.
restart_unit() {
  if [[ -f $units/$1/active ]]; then
    cp "$units/$1/loaded" "$units/$1/stale"
    stop_unit "$1"
    command -p mv "$units/$1/stale" "$units/$1/loaded"
  fi
  start_unit "$1"
}

enable_unit() {
  [[ -n $(file_of "$1") ]] || fail 1 "Failed to enable unit: Unit file $1 does not exist."
  mkdir -p "$units/$1"
  : >"$units/$1/enabled"
}

disable_unit() {
  [[ -n $(file_of "$1") || -f $units/$1/enabled ]] || fail 1 "Failed to disable unit: Unit file $1 does not exist."
  rm -f "$units/$1/enabled"
}

verb=$1
unit=${*: -1}
[[ $unit == *.* ]] || unit+=.service
case $verb in
  is-active)
    activity=inactive
    # One that has died is started again and again.
    [[ ! -f $units/$unit/loaded ]] || activity=activating
    [[ ! -f $units/$unit/active ]] || activity=active
    [[ $* == *--quiet* ]] || printf '%s\n' "$activity"
    [[ $activity == active ]]
    ;;
  is-enabled) [[ -f $units/$unit/enabled ]] ;;
  *)
    act "$@"
    case "$verb ${2:-}" in
      daemon-reload*) reload ;;
      'enable --now') enable_unit "$unit"; start_unit "$unit" ;;
      enable*) enable_unit "$unit" ;;
      'disable --now') disable_unit "$unit"; stop_unit "$unit" ;;
      disable*) disable_unit "$unit" ;;
      start*) [[ -f $units/$unit/active ]] || start_unit "$unit" ;;
      restart*) restart_unit "$unit" ;;
      stop*) stop_unit "$unit" ;;
      *) fail 64 "systemctl: unexpected $*" ;;
    esac
    ;;
esac
