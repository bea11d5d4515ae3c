#!/bin/bash
# down.sh STATE: ends the lab. The first process of each host ends all others of it; mounts and links go with them.
set -uo pipefail
state=$1
for file in "$state"/*.pid; do
  [ -s "$file" ] || continue
  pid=$(cat "$file")
  # Only what is in a network of its own was started by up.sh.
  if [ -d "/proc/$pid" ] && [ "$(readlink "/proc/$pid/ns/net")" != "$(readlink /proc/self/ns/net)" ]; then
    kill -9 "$pid"
    # Gone, or waiting to be collected: then it has no network any more.
    for _ in {1..100}; do readlink "/proc/$pid/ns/net" > /dev/null && sleep 0.05; done
  fi
done
rm -rf "$state"
