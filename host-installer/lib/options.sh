# shellcheck shell=bash
# Flags. An option that is not given keeps the value it had when the agent was installed (see state.sh).

commands=(install plan status uninstall)
options=(agent runtime listen port image kepler-binary onepower-archive guest-trees model allow host-id)
command=install
option_agent='' option_runtime='' option_listen='' option_port='' option_image='' option_kepler_binary='' option_onepower_archive='' option_guest_trees='' option_model='' option_telegraf='' option_allow='' option_host_id=''

usage() {
  load_agent "$default_agent"
  cat <<USAGE
Usage: host.sh [$(join '|' "${commands[@]}")] [OPTION...]

Gives this hypervisor a power agent ($agent_title) and prints the scrape job for Prometheus.

  install     load the kernel modules, start the agent and prove that it measures (the default command)
  plan        print what install would do, and change nothing; the exit code is 10 if it would change anything
  status      show which agent is here, who may reach it and whether it measures
  uninstall   remove what install put on this host

  --agent NAME        which power agent: $(join ', ' $(known_agents)) ($default_agent)
  --runtime auto|docker|podman|native
                      how the agent runs; auto takes the first of docker, podman and native that this host has
  --listen ADDRESS    address that the agent listens on (the one that the name of this host resolves to)
  --port N            port that the agent listens on ($(list_agent_ports))
  --image REF         image of the agent, for docker and podman
                      ($agent_image)
  --kepler-binary FILE
                      the program of a release of Kepler, for --agent kepler --runtime native
  --onepower-archive FILE
                      the files of the package opennebula-extensions-node as an archive, for --agent onepower on a
                      host that cannot have the package
  --guest-trees DIRECTORY
                      with --agent onepower: give each VM a folder there, in which its guest finds its own energy, and
                      libvirt a hook that makes the folder before the VM starts; "none" takes both away
  --model IDLE,MAX    with --agent onepower, for a host on which nothing measures energy: the watts that it draws when it
                      is idle and when all its CPUs are busy, such as 85,240; "none" takes that back
  --allow CIDR[,...]  only these networks may reach the agent, by an nftables table; "none" removes the table
  --telegraf          also let the Telegraf of this host tell the power of the whole machine and of its CPUs, on
                      port $telegraf_port; --no-telegraf takes that away again
  --host-id N         id of this host in OpenNebula, if host.sh cannot find it out
  --help              show this text

An option that is not given keeps the value that it had in the last install.
Supported systems: $(list_supported_systems).
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

# The agent sees neither /home nor the /tmp of others, and a folder of the system is not its own.
can_hold_guest_trees() {
  [[ $1 =~ ^(/[A-Za-z0-9_][A-Za-z0-9_.-]*){2,}$ && ! $1 =~ ^/(home|root|tmp|var/tmp|etc|usr|boot|dev|proc|sys|run/user)(/|$) ]]
}

is_model() {
  local number='([0-9]{1,5}(\.[0-9]{1,3})?)'
  [[ $1 =~ ^$number,$number$ ]] &&
    awk -v idle="${BASH_REMATCH[1]}" -v max="${BASH_REMATCH[3]}" 'BEGIN { exit !(idle > 0 && idle <= max && max <= 10000) }'
}

# All problems of the flags, a line each.
option_problems() {
  local cidr cidrs
  if [[ -n $option_agent ]] && ! is_known_agent "$option_agent"; then
    printf '%s\n' "--agent is '$option_agent' but must be $(join ' or ' $(known_agents))"
  fi
  case ${option_runtime:-auto} in auto | docker | podman | native) ;; *)
    printf '%s\n' "--runtime is '$option_runtime' but must be auto, docker, podman or native" ;;
  esac
  if [[ $option_listen == [Ff][Ee][89AaBb]?:* || $option_listen == 169.254.* ]]; then
    printf '%s\n' "--listen is '$option_listen', a link-local address, but must be an address that the front-end can reach"
  elif [[ -n $option_listen ]] && ! is_ipv4 "$option_listen" && ! is_ipv6 "$option_listen"; then
    printf '%s\n' "--listen is '$option_listen' but must be an address such as 192.0.2.10"
  fi
  if [[ -n $option_port ]] && ! { is_number_up_to 65535 "$option_port" && ((10#$option_port > 0)); }; then
    printf '%s\n' "--port is '$option_port' but must be a number from 1 to 65535"
  fi
  if [[ -n $option_image && ! $option_image =~ ^[A-Za-z0-9][A-Za-z0-9._:/@-]*$ ]]; then
    printf '%s\n' "--image is '$option_image' but must be a reference such as registry.example.org/name:1.0"
  fi
  if [[ -n $option_kepler_binary && ${option_runtime:-native} != native ]]; then
    printf '%s\n' "--kepler-binary goes with --runtime native, and not with --runtime $option_runtime"
  fi
  if [[ -n $option_guest_trees && $option_guest_trees != none ]] && ! can_hold_guest_trees "$option_guest_trees"; then
    printf '%s\n' "--guest-trees is '$option_guest_trees' but must be none, or a folder of the agent's own such as /var/lib/libvirt/scaphandre (letters, digits, ., _ and - only; not in /home, /root, /tmp, /var/tmp, /etc, /usr, /boot, /dev, /proc, /sys or /run/user)"
  fi
  if [[ -n $option_model && $option_model != none ]] && ! is_model "$option_model"; then
    printf '%s\n' "--model is '$option_model' but must be two numbers of watts up to 10000, the second not below the first, such as 85,240"
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

is_one_of() { # is_one_of WORD ENTRY...
  local word=$1 entry
  shift
  for entry in "$@"; do [[ $word != "$entry" ]] || return 0; done
  return 1
}

parse_options() {
  local problems='' name value
  while (($# > 0)); do
    name=${1%%=*}
    if [[ $1 == --help || $1 == -h ]]; then
      usage
      exit 0
    elif is_one_of "$1" "${commands[@]}"; then command=$1
    elif [[ $1 == --telegraf ]]; then option_telegraf=yes
    elif [[ $1 == --no-telegraf ]]; then option_telegraf=no
    elif [[ $name == --* ]] && is_one_of "${name#--}" "${options[@]}"; then
      if [[ $1 == *=* ]]; then value=${1#*=}; else
        value=${2:-}
        (($# == 1)) || shift
      fi
      [[ -n $value ]] || problems+="$name needs a value"$'\n'
      name=${name#--}
      printf -v "option_${name//-/_}" '%s' "$value"
    else
      problems+="'$1' is neither a command nor an option"$'\n'
      # What follows an option that does not exist may be its value.
      [[ $1 != --* || $1 == *=* || ${2:---} == --* ]] || is_one_of "$2" "${commands[@]}" || shift
    fi
    shift
  done
  problems+=$(option_problems)
  [[ -z $problems ]] || die 2 "$(printf '%s' "${problems%$'\n'}" | sed '2,$s/^/error: /')" 'host.sh --help shows all commands and options'
}
