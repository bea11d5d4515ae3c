#!/usr/bin/env bash
# What `oneext hosts` runs on a hypervisor: remote.sh SUDO_RULES(yes|no) COMMAND [OPTION...], the latter as for host.sh.
# It runs for as long as its stdin is open. When that ends (Ctrl-C on the front-end, or the front-end or the connection
# is gone), host.sh is interrupted, and undoes what it did. Lines of stdout that begin with "oneext-hosts: " tell how
# far it has come.
set -uo pipefail
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

exec 3<&0 </dev/null
tell began
while_connected bash "$here/host.sh" "$command" "$@"
status=$?
tell "host.sh ended with $status"
# 2: the options are wrong; 130: the operator has ended it.
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
