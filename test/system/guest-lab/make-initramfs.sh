#!/usr/bin/env bash
# make-initramfs.sh FOLDER SCAPHANDRE FILES OUTPUT: an initramfs of a small Linux that runs guest-init.sh: BusyBox and the
# modules of FOLDER (see fetch.sh), the package SCAPHANDRE with the libraries that it needs, and what is in FILES.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd) folder=$1 scaphandre=$2 files=$3 output=$4
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
mkdir -p "$root"/{bin,dev,etc,modules,mnt,proc,run,sys,tmp}
cp "$folder/busybox" "$root/bin/busybox"
cp "$folder"/modules/* "$root/modules/"
install -m 755 "$here/guest-init.sh" "$root/init"
gcc -static -O2 -Wall -Werror -o "$root/bin/counter-reader" "$here/counter-reader.c"
dpkg-deb -x "$scaphandre" "$root/package"
mv "$root/package/usr/bin/scaphandre" "$root/bin/scaphandre"
rm -r "$root/package"
ldd "$root/bin/scaphandre" | sed -n 's#.* \(/[^ ]*\) (.*#\1#p; s#^\t\(/[^ ]*\) (.*#\1#p' | sort -u | while read -r library; do
  install -D "$library" "$root$library"
done
cp -r "$files/." "$root/"
(cd "$root" && find . | ./bin/busybox cpio -o -H newc 2>/dev/null) >"$output"
