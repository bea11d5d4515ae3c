#!/bin/sh
# Notes the id of the VM for metrics.sh, and keeps the tree.
set -eu
context=/run/one-context/one_env
tree=/run/power-guest
# A start script in the context may have such a line too: its own ones are before the last.
vm_id=$(sed -n 's/^export VMID="\([0-9]\{1,\}\)"$/\1/p' "$context" | tail -n 1)
if [ -z "$vm_id" ]; then
  echo "$context of the node has no VMID: is the node a VM of OpenNebula?" >&2
  exit 1
fi
printf '%s\n' "$vm_id" >"$tree/vm_id"
exec sh /scripts/power-guest.sh --tree="$tree" --one-env="$context" "$@"
