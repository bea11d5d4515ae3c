# shellcheck shell=bash
# Flags. An option that is not given keeps the value it had when the agent was installed (see state.sh).

# The release whose metrics the exporter was proved with.
default_image='docker.io/hubblo/scaphandre:1.0.2'
default_port=8080

command=install
option_runtime='' option_listen='' option_port='' option_image='' option_allow='' option_host_id=''

usage() {
  cat <<USAGE
Usage: host.sh [install|plan|status|uninstall] [OPTION...]

Gives this hypervisor a power agent (Scaphandre) and prints the scrape job for Prometheus.

  install     load kernel modules, start the agent, prove that it measures (the default)
  plan        print what install would do, and change nothing
  status      tell what is there and whether it measures
  uninstall   take away what install put there

  --runtime auto|docker|podman|native  how the agent runs (auto: what is there, in this order)
  --listen ADDRESS    address it listens on (the one that this host's name resolves to)
  --port N            port it listens on ($default_port)
  --image REF         image for docker and podman ($default_image)
  --allow CIDR[,...]  only these addresses may reach the port, by a table of nftables; "none" removes it
  --host-id N         id of this host in OpenNebula, where it cannot be found out
  --help

An option that is not given keeps the value of the last install.
USAGE
}

is_ipv4() {
  local octet
  [[ $1 =~ ^([0-9]{1,3})\.([0-9]{1,3})\.([0-9]{1,3})\.([0-9]{1,3})$ ]] || return 1
  for octet in "${BASH_REMATCH[@]:1}"; do ((10#$octet <= 255)) || return 1; done
}

# The shape only; what binds or filters by it says the rest.
is_ipv6() {
  [[ $1 =~ ^[0-9A-Fa-f:]+(:[0-9]{1,3}(\.[0-9]{1,3}){3})?$ && $1 == *:*:* && $1 != *:::* && $1 != *::*::* ]]
}

is_cidr() {
  local address=${1%%/*} prefix=
  [[ $1 != */* ]] || prefix=${1#*/}
  [[ -z $prefix && $1 != */* || $prefix =~ ^[0-9]{1,3}$ ]] || return 1
  if is_ipv4 "$address"; then ((10#${prefix:-32} <= 32)); else is_ipv6 "$address" && ((10#${prefix:-128} <= 128)); fi
}

is_number_up_to() { [[ $2 =~ ^[0-9]{1,9}$ ]] && ((10#$2 <= $1)); }

# All problems of the flags, a line each.
option_problems() {
  local cidr cidrs
  case ${option_runtime:-auto} in auto | docker | podman | native) ;; *)
    printf '%s\n' "--runtime is '$option_runtime' but must be auto, docker, podman or native" ;;
  esac
  if [[ -n $option_listen ]] && ! is_ipv4 "$option_listen" && ! is_ipv6 "$option_listen"; then
    printf '%s\n' "--listen is '$option_listen' but must be an address such as 192.0.2.10"
  fi
  if [[ -n $option_port ]] && ! { is_number_up_to 65535 "$option_port" && ((10#$option_port > 0)); }; then
    printf '%s\n' "--port is '$option_port' but must be a number from 1 to 65535"
  fi
  if [[ -n $option_image && ! $option_image =~ ^[A-Za-z0-9][A-Za-z0-9._:/@-]*$ ]]; then
    printf '%s\n' "--image is '$option_image' but must be a reference such as $default_image"
  fi
  if [[ -n $option_host_id ]] && ! is_number_up_to 999999999 "$option_host_id"; then
    printf '%s\n' "--host-id is '$option_host_id' but must be the number that onehost list shows"
  fi
  [[ -n $option_allow && $option_allow != none ]] || return 0
  [[ $option_allow != *, && $option_allow != ,* && $option_allow != *,,* ]] ||
    printf '%s\n' "--allow is '$option_allow' but holds an empty entry"
  IFS=, read -ra cidrs <<<"$option_allow"
  for cidr in "${cidrs[@]}"; do
    is_cidr "$cidr" || printf '%s\n' "--allow has '$cidr' but must have networks such as 192.0.2.0/24 or 2001:db8::/64"
  done
}

parse_options() {
  local problems='' rest name value
  while (($# > 0)); do
    name=${1%%=*}
    case $1 in
      install | plan | status | uninstall) command=$1 ;;
      --help | -h)
        usage
        exit 0
        ;;
      --runtime | --listen | --port | --image | --allow | --host-id | --runtime=* | --listen=* | --port=* | \
        --image=* | --allow=* | --host-id=*)
        if [[ $1 == *=* ]]; then value=${1#*=}; else
          value=${2:-}
          shift
        fi
        [[ -n $value ]] || problems+="$name needs a value"$'\n'
        name=${name#--}
        printf -v "option_${name//-/_}" '%s' "$value"
        (($# > 0)) || break
        ;;
      *) problems+="'$1' is neither a command nor an option"$'\n' ;;
    esac
    shift
  done
  rest=$(option_problems)
  problems+=$rest
  [[ -z $problems ]] || die 2 "$(printf '%s' "${problems%$'\n'}" | sed '2,$s/^/error: /')" 'host.sh --help tells what there is'
}
