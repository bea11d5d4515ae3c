#!/usr/bin/env bash
# make-images.sh ENGINE PACKAGE: makes images of Debian's package for docker or podman on a made hypervisor: 1.0.2 and
# 1.0.3 measure, 9.9.9 ends at once. Nothing is pulled.
set -euo pipefail
files=$(mktemp -d)
dpkg-deb --extract "$2" "$files"
rm -r "${files:?}/usr/share"
mapfile -t libraries < <(ldd "$files/usr/bin/scaphandre" | grep -o '/[^ ]*')
for file in "${libraries[@]}" /usr/lib/no-modules.so /etc/ld.so.preload; do
  mkdir -p "$files${file%/*}"
  cp --dereference "$file" "$files$file"
done
mkdir -p "$files"/{tmp,proc,sys,dev}
for image in 1.0.2: 1.0.3: 9.9.9:,\"--no-such-option\"; do
  tar -C "$files" -c . | "$1" import --change "ENTRYPOINT [\"/usr/bin/scaphandre\"${image#*:}]" - \
    "docker.io/hubblo/scaphandre:${image%%:*}" >/dev/null
done
