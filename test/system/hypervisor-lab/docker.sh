#!/usr/bin/env bash
# docker.sh PACKAGE CONTROL_GROUP [OPTION...]: starts a Docker daemon, with options of its own, on a made hypervisor, and
# makes its images.
set -euo pipefail
here=$(cd -- "$(dirname -- "$0")" && pwd)

dockerd --storage-driver vfs --iptables=false --bridge=none --cgroup-parent "/$2" \
  --add-runtime "lab=$here/runtime.sh" --default-runtime lab "${@:3}" </dev/null >/run/dockerd.log 2>&1 &
daemon=$!
until docker info >/dev/null 2>&1; do
  kill -0 "$daemon" 2>/dev/null || {
    cat /run/dockerd.log >&2
    exit 1
  }
  sleep 0.2
done
"$here/make-images.sh" docker "$1"
