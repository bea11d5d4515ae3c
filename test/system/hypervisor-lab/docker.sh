#!/usr/bin/env bash
# docker.sh PACKAGE CONTROL_GROUP: starts a Docker daemon on a made hypervisor and makes its images of Debian's package: 1.0.2 and
# 1.0.3 measure, 9.9.9 ends at once. Nothing is pulled.
set -euo pipefail
here=$(cd -- "$(dirname -- "$0")" && pwd)

dockerd --storage-driver vfs --iptables=false --bridge=none --cgroup-parent "/$2" \
  --add-runtime "lab=$here/runtime.sh" --default-runtime lab </dev/null >/run/dockerd.log 2>&1 &
daemon=$!
until docker info >/dev/null 2>&1; do
  kill -0 "$daemon" 2>/dev/null || {
    cat /run/dockerd.log >&2
    exit 1
  }
  sleep 0.2
done

files=$(mktemp -d)
dpkg-deb --extract "$1" "$files"
rm -r "${files:?}/usr/share"
mapfile -t libraries < <(ldd "$files/usr/bin/scaphandre" | grep -o '/[^ ]*')
for file in "${libraries[@]}" /usr/lib/no-modules.so /etc/ld.so.preload; do
  mkdir -p "$files${file%/*}"
  cp --dereference "$file" "$files$file"
done
mkdir -p "$files"/{tmp,proc,sys,dev}
for image in 1.0.2: 1.0.3: 9.9.9:,\"--no-such-option\"; do
  tar -C "$files" -c . | docker import --change "ENTRYPOINT [\"/usr/bin/scaphandre\"${image#*:}]" - \
    "docker.io/hubblo/scaphandre:${image%%:*}" >/dev/null
done
