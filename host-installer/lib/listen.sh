# shellcheck shell=bash
# The address and port that the agent listens on, and the name that Prometheus is given for it.

listen_address='' listen_port='' target_name=''

is_of_this_host() { ! type -P ip >/dev/null || [[ -n $(ip -oneline address show to "$1" 2>/dev/null) ]]; }

# Why the agent cannot be reached at an address; empty where it can.
fault_of_address() {
  case $1 in
    127.* | ::1) printf 'a loopback address' ;;
    169.254.* | [Ff][Ee][89AaBb]?:*) printf 'a link-local address' ;;
    *) is_of_this_host "$1" || printf 'not an address of this host' ;;
  esac
}

# The first address of this host's name that others can reach.
choose_address_of_name() {
  local address fault faults=()
  while IFS= read -r address; do
    fault=$(fault_of_address "$address")
    if [[ -z $fault ]]; then
      listen_address=$address
      return 0
    fi
    faults+=("$address ($fault)")
  done < <(getent ahosts "$1" 2>/dev/null | awk '!seen[$1]++ { print $1 }')
  listen_address=127.0.0.1
  warn "the name of this host, $1, resolves to $(join ', ' "${faults[@]:-nothing}"): the agent will listen on 127.0.0.1 only"
  say '  the exporter on the front-end cannot reach it there; give the management address with --listen'
}

choose_listen() {
  listen_port=$((10#$(wanted port "$agent_port")))
  listen_address=$(wanted listen '')
  target_name=$listen_address
  if [[ -z $listen_address ]]; then
    target_name=$(hostname)
    choose_address_of_name "$target_name"
    [[ $listen_address != 127.0.0.1 ]] || target_name=127.0.0.1
  elif [[ $listen_address == 0.0.0.0 || $listen_address == :: ]]; then
    warn "the agent will listen on every address of this host ($listen_address)"
    target_name=$(hostname)
  else
    is_of_this_host "$listen_address" || die 78 "no interface of this host has the address $listen_address of --listen" \
      'ip -brief address shows the addresses of this host'
  fi
}

# bracketed ADDRESS: as it stands in URLs
bracketed() { if [[ $1 == *:* ]]; then printf '[%s]' "$1"; else printf '%s' "$1"; fi; }

url_of() { printf 'http://%s:%s/metrics' "$(bracketed "$1")" "$2"; } # url_of ADDRESS PORT

# Where the agent is asked from this host.
local_url() {
  local address=$1
  [[ $address != 0.0.0.0 ]] || address=127.0.0.1
  [[ $address != :: ]] || address=::1
  url_of "$address" "$2"
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
