# shellcheck shell=bash
# What all stand-ins share. The made host's state is files below $MADE_HOST; its file tree is $HOST_ROOT.
# Stand-ins keep to what the real programs do, as far as host.sh can tell the difference.
set -euo pipefail
program=${0##*/}
PATH=${PATH#*:} # no stand-in starts another

# host.sh reads what programs print, so all of them have to speak the same language.
[[ ${LC_ALL:-} == C || $program == apt-cache ]] || {
  printf '%s: started without LC_ALL=C\n' "$program" >&2
  exit 64
}

fact() { if [[ -f $MADE_HOST/$1 ]]; then printf '%s' "$(<"$MADE_HOST/$1")"; fi; }
fail() {
  printf '%s\n' "$2" >&2
  exit "$1"
}
# mangled NAME: as a file name
mangled() {
  local name=${1//\//_}
  printf '%s' "${name//:/_}"
}

written() {
  local word line=$program
  for word in "$@"; do
    if [[ $word =~ ^[A-Za-z0-9_./:=@,+-]+$ ]]; then line+=" $word"; else line+=" '$word'"; fi
  done
  printf '%s\n' "${line//"$HOST_ROOT"/}"
}

# counted: a call that changes the host. The call whose number is $BREAK_AT is broken as $BREAK says: `before` it does
# anything, `after` it has done it, or host.sh gets a signal once it is done.
counted() {
  local number
  number=$(($(fact counted) + 1))
  printf '%s' "$number" >"$MADE_HOST/counted"
  [[ $number == "${BREAK_AT:-}" ]] || return 0
  case $BREAK in
    before) fail 1 "$program: broken before it did anything" ;;
    after) trap 'exit 1' EXIT ;;
    *) trap 'kill -s "$BREAK" "$HOST_SH_PID"' EXIT ;;
  esac
}

# act ARGUMENT...: counted, and written down
act() {
  written "$@" >>"$MADE_HOST/actions"
  counted
}

# Whether something listens on a port: a foreign program, or an agent that runs.
port_users() {
  local agent
  if [[ -f $MADE_HOST/listeners/$1 ]]; then fact "listeners/$1"; fi
  for agent in "$MADE_HOST"/engines/*/containers/* "$MADE_HOST"/units/*; do
    if [[ -f $agent/serves && $(<"$agent/port") == "$1" ]]; then printf 'users:(("scaphandre",pid=4711,fd=9))\n'; fi
  done
}

# start_program AGENT_FOLDER BEHAVIOUR ARGUMENT...: Scaphandre or Kepler, by its arguments
start_program() {
  local listen
  case $3 in
    prometheus)
      printf scaphandre >"$1/kind"
      start_agent "$1" "$2" "$5" "$7"
      ;;
    --config.file=*)
      listen=${4#--web.listen-address=}
      printf kepler >"$1/kind"
      start_agent "$1" "$2" "${listen%:*}" "${listen##*:}"
      ;;
    --web.listen-address=*)
      listen=${3#--web.listen-address=}
      printf onepower >"$1/kind"
      start_agent "$1" "$2" "${listen%:*}" "${listen##*:}"
      ;;
    *) fail 64 "unexpected arguments: ${*:3}" ;;
  esac
}

# start_agent AGENT_FOLDER BEHAVIOUR ADDRESS PORT: makes the file `serves` where it comes to listening
start_agent() {
  rm -f "$1/serves" "$1/scrapes"
  printf '%s' "$2" >"$1/behaviour"
  printf '%s' "$3" >"$1/address"
  printf '%s' "$4" >"$1/port"
  if [[ $2 == dies || $2 == "dies-on-$4" || -n $(port_users "$4") ]]; then return 0; fi
  : >"$1/serves"
}
