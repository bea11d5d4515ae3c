#!/bin/bash
# up.sh STATE REPOSITORY NODE HOST...: hosts of a lab, each with its own network, mounts, processes, users, ssh,
# libvirt and (unless SWITCH=none) Open vSwitch, on a cable of its own. The host `frontend` has no libvirt.
# RATE=200mbit shapes the cable in each direction. Nothing of it outlives down.sh.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
state=$1 repository=$2 node=$3
shift 3
export SWITCH=${SWITCH:-openvswitch} LAB_HOSTS="$*"
mkdir -p "$state/share"
ssh-keygen -q -t ed25519 -N '' -C lab -f "$state/id_ed25519"

wait_for() { # TRIES COMMAND...
  local tries=$1
  shift
  for ((; tries > 0; tries--)); do
    if "$@"; then return 0; fi
    sleep 0.05
  done
  return 1
}
is_elsewhere() { [ "$(readlink "/proc/$1/ns/net")" != "$(readlink /proc/self/ns/net)" ]; }

# Open vSwitch reads eth0 through a packet socket, whose default buffer loses packets in bursts.
buffer=$(cat /proc/sys/net/core/rmem_default)
trap 'echo "$buffer" > /proc/sys/net/core/rmem_default' EXIT
echo 8388608 > /proc/sys/net/core/rmem_default

setsid unshare --net sleep infinity < /dev/null > /dev/null 2>&1 &
wire=$!
echo "$wire" > "$state/wire.pid"
wait_for 100 is_elsewhere "$wire"
on_wire() { nsenter -t "$wire" -n -- "$@"; }
on_wire ip link add cable type bridge
on_wire ip link set cable up
for host in "$@"; do
  setsid unshare --net --mount --uts --ipc --pid --fork --kill-child \
    bash "$here/host.sh" "$state" "$repository" "$node" "$host" < /dev/null > "$state/$host.log" 2>&1 &
done
for host in "$@"; do
  wait_for 200 test -s "$state/$host.pid"
  on_wire ip link add "oxm-$host" type veth peer name eth0 netns "$(cat "$state/$host.pid")"
  on_wire ip link set "oxm-$host" master cable up
  [ -z "${RATE:-}" ] || on_wire tc qdisc add dev "oxm-$host" root tbf rate "$RATE" burst 64k limit 4m
done
for host in "$@"; do
  wait_for 600 test -e "$state/$host.ready" || { tail -20 "$state/$host.log" >&2; exit 1; }
done
