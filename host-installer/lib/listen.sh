# shellcheck shell=bash
# The address and port that the agent listens on, and the name that Prometheus is given for it.

listen_address='' listen_port='' target_name=''

choose_listen() {
  local name address
  listen_port=$((10#$(wanted port "$agent_port")))
  listen_address=$(wanted listen '')
  target_name=$listen_address
  [[ -z $listen_address ]] || { warn_if_open; return 0; }
  name=$(hostname)
  address=$(getent ahosts "$name" 2>/dev/null | awk 'NR == 1 { print $1 }') || true
  if [[ -z $address || $address == 127.* || $address == ::1 ]]; then
    warn "the name of this host, $name, resolves to ${address:-nothing}: the agent will listen on 127.0.0.1 only"
    say '  the exporter on the front-end cannot reach it there; give the management address with --listen'
    listen_address=127.0.0.1
  else
    listen_address=$address
  fi
  target_name=$name
  [[ $listen_address != 127.0.0.1 ]] || target_name=127.0.0.1
}

warn_if_open() {
  [[ $listen_address != 0.0.0.0 && $listen_address != :: ]] ||
    warn "the agent will listen on every address of this host ($listen_address)"
  [[ $listen_address != 0.0.0.0 && $listen_address != :: ]] || target_name=$(hostname)
}

# bracketed ADDRESS: as it stands in URLs
bracketed() { if [[ $1 == *:* ]]; then printf '[%s]' "$1"; else printf '%s' "$1"; fi; }

# Where the agent is asked from this host.
local_url() {
  local address=$1
  [[ $address != 0.0.0.0 ]] || address=127.0.0.1
  [[ $address != :: ]] || address=::1
  printf 'http://%s:%s/metrics' "$(bracketed "$address")" "$2"
}

listeners_on() { ss -Hltnp "sport = :$1" 2>/dev/null || true; }

free_port() {
  local port
  for ((port = listen_port + 1; port <= listen_port + 50 && port <= 65535; port += 1)); do
    if [[ -z $(listeners_on "$port") ]]; then
      printf '%s' "$port"
      return 0
    fi
  done
  die 1 "no port from $((listen_port + 1)) to $((listen_port + 50)) is free for a trial run of the agent" 'free one of them'
}
