#!/usr/bin/env bash
# machine.sh FOLDER BASE: as the first process of its namespaces, a machine of its own whose root is a layer in memory
# over BASE, so whatever is done in it is gone with it. No service manager runs there. It says "ready" and ends, with
# all that runs in it, when its stdin closes.
set -euo pipefail
folder=$1 base=$2

mount --make-rprivate /
mkdir "$folder"
mount -t tmpfs machine "$folder"
mkdir "$folder"/{upper,work,root}
root=$folder/root
mount -t overlay machine -o "lowerdir=$base,upperdir=$folder/upper,workdir=$folder/work" "$root"
mount -t proc proc "$root/proc"
mount -t tmpfs machine "$root/dev"
for device in null:1:3 zero:1:5 full:1:7 random:1:8 urandom:1:9 tty:5:0; do
  IFS=: read -r name major minor <<<"$device"
  mknod -m 666 "$root/dev/$name" c "$major" "$minor"
done
mkdir "$root"/dev/shm
ln -s /proc/self/fd "$root/dev/fd"
ln -s fd/0 "$root/dev/stdin"
for scratch in tmp run; do mount -t tmpfs machine "$root/$scratch"; done

hostname front-end
printf '127.0.0.1 localhost front-end\n' >"$root/etc/hosts"
ip link set lo up

cd "$root"
mkdir .machine
pivot_root . .machine
cd /
umount -l /.machine
rmdir /.machine
printf 'ready\n'
read -r _ || true
