#!/usr/bin/env bash
# fetch.sh FOLDER: the kernel and the static BusyBox of this machine's Debian, unpacked in FOLDER unless they are there.
# Nothing is installed.
set -euo pipefail
folder=$1
[[ ! -d $folder ]] || exit 0
unfinished=$(mktemp -d)
trap 'rm -rf "$unfinished"' EXIT
kernel=$(apt-cache depends linux-image-amd64 | sed -n 's/^ *Depends: \(linux-image-[^ ]*\)$/\1/p' | head -n 1)
(cd "$unfinished" && apt-get -qq -o APT::Sandbox::User=root download "$kernel" busybox-static)
for package in "$unfinished"/*.deb; do dpkg-deb -x "$package" "$unfinished/all"; done
mkdir -p "$unfinished/kept/modules"
cp "$unfinished"/all/boot/vmlinuz-* "$unfinished/kept/vmlinuz"
find "$unfinished/all" -path '*/bin/busybox' -exec cp {} "$unfinished/kept/busybox" \;
# In the order in which they are loaded; a kernel may have some of them built in.
for module in virtio_ring virtio virtio_pci_legacy_dev virtio_pci_modern_dev virtio_pci failover net_failover \
  virtio_net netfs fscache 9pnet 9pnet_virtio 9p fuse virtiofs; do
  file=$(find "$unfinished/all" -name "$module.ko*" | head -n 1)
  [[ -n $file ]] || continue
  printf '%s\n' "$module" >>"$unfinished/kept/modules/order"
  if [[ $file = *.xz ]]; then xz -dc "$file" >"$unfinished/kept/modules/$module.ko"; else cp "$file" "$unfinished/kept/modules/"; fi
done
mkdir -p "${folder%/*}"
mv -T "$unfinished/kept" "$folder"
