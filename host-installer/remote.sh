#!/usr/bin/env bash
# What `oneext hosts` runs on a hypervisor: remote.sh SUDO_RULES(yes|no) COMMAND [OPTION...], the latter as for host.sh.
# It runs for as long as its stdin is open. When that ends (Ctrl-C on the front-end, or the front-end or the connection
# is gone), host.sh is interrupted, and undoes what it did. Lines of stdout that begin with "oneext-hosts: " tell how
# far it has come.
set -uo pipefail
export LC_ALL=C # as in host.sh: what programs print is read
set -m # each job is a process group of its own: it is interrupted as a whole, and the signal is not ignored in it
trap '' PIPE

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
sudo_rules=$1 command=$2
shift 2

tell() { printf 'oneext-hosts: %s\n' "$*"; }

# while_connected ARGV...: runs it; its exit status
while_connected() {
  local job lifeline status
  (trap - PIPE && exec "$@") 3<&- </dev/null &
  job=$!
  { cat <&3 >/dev/null && kill -s INT -- "-$job"; } >/dev/null 2>&1 &
  lifeline=$!
  wait "$job"
  status=$?
  kill -- "-$lifeline" 2>/dev/null
  wait "$lifeline" 2>/dev/null
  return "$status"
}

# What oneext brings besides, where an option says brought:BYTES:SHA256:MACHINE. What has come of it stays when the
# connection breaks, and the next run asks for the rest.
cache=${HOST_ROOT:-}/var/cache/opennebula-extensions
programs=${HOST_ROOT:-}/usr/local/lib/opennebula-extensions/bin

refuse() { # refuse MESSAGE HINT
  printf 'error: %s\n  %s\n' "$1" "$2" >&2
  tell 'host.sh ended with 78'
  exit 78
}

receive() { # receive BYTES SHA256: its file in the cache
  local file=$cache/$2 have=0
  mkdir -p "$cache" && chmod 700 "$cache"
  [[ ! -f $file ]] || have=$(wc -c <"$file")
  if ((have < $1)); then
    tell "wants $have"
    head -c "$(($1 - have))" <&3 >>"$file"
    have=$(wc -c <"$file")
  fi
  ((have >= $1)) || refuse "the connection ended after $have of $1 bytes of the agent" 'run the same command again with --resume: it sends the rest'
  [[ $(sha256sum <"$file" | cut -d ' ' -f 1) == "$2" ]] || {
    rm -f "$file"
    refuse 'the agent that oneext sent has not arrived as it was sent' 'run the same command again'
  }
}

# brought OPTION BYTES SHA256 MACHINE: what the option says to host.sh, in `value`; empty where this host needs nothing
bring() {
  local name=${1#--}
  name=${name%%-*}
  value=''
  if [[ $name == onepower && -x ${HOST_ROOT:-}/usr/lib/opennebula-extensions-node/opennebula-power-agent ]]; then return 0; fi
  [[ $4 == any || $4 == "$(uname -m)" ]] ||
    refuse "the front-end has the agent for $4, and this host is $(uname -m)" 'install the package opennebula-extensions-node for this host there'
  if [[ $command == plan || -e $programs/$name-${3:0:16} ]]; then value=sha256:$3; else
    receive "$2" "$3"
    value=${cache#"${HOST_ROOT:-}"}/$3
  fi
}

exec 3<&0 </dev/null
tell began
arguments=()
while (($# > 0)); do
  if [[ ${2:-} =~ ^brought:([0-9]+):([0-9a-f]{64}):([A-Za-z0-9_]+)$ ]]; then
    bring "$1" "${BASH_REMATCH[@]:1}"
    [[ -z $value ]] || arguments+=("$1" "$value")
    shift 2
  else
    arguments+=("$1")
    shift
  fi
done
set -- "${arguments[@]}"
while_connected bash "$here/host.sh" "$command" "$@"
status=$?
tell "host.sh ended with $status"
# 2: the options are wrong; 130: the operator has ended it.
[[ $status != 0 || $command != install ]] || rm -rf "$cache"
if [[ $sudo_rules == yes && $status != 2 && $status != 130 ]]; then
  while_connected bash "$here/sudo-rules.sh" "$command" "$here/sudoers.d/opennebula-extensions"
  rules=$?
  tell "sudo rules ended with $rules"
  # 10: plan found something to change.
  [[ $status != 0 && $status != 10 || $rules == 0 ]] || status=$rules
fi
# What the table of `oneext hosts install` shows of the agent.
if [[ $command == install && $status == 0 ]]; then while_connected bash "$here/host.sh" status || true; fi
exit "$status"
