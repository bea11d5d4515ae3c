#!/usr/bin/env bash
# A hypervisor of its own: lab.sh FOLDER REPOSITORY SHIM BESIDES, as the first process of its mount, network, host name and
# process namespaces. Its root is a layer in memory over the machine's, so whatever is done in it is gone with it; it
# has a powercap tree whose counters move. BESIDES is a folder of files that the machine is to have, too. It says "ready" and ends, with all that runs in it, when its stdin closes.
set -euo pipefail
folder=$1 repository=$2 shim=$3 besides=$4

mount --make-rprivate /
mkdir "$folder"
mount -t tmpfs lab "$folder"
mkdir "$folder"/{upper,work,root}
cp -a "$besides/." "$folder/upper"
mount -t overlay lab -o "lowerdir=/,upperdir=$folder/upper,workdir=$folder/work" "$folder/root"
root=$folder/root

mount -t proc proc "$root/proc"
mount --rbind /sys "$root/sys"
mount -t tmpfs lab "$root/dev"
for device in null:1:3 zero:1:5 full:1:7 random:1:8 urandom:1:9 tty:5:0; do
  IFS=: read -r name major minor <<<"$device"
  mknod -m 666 "$root/dev/$name" c "$major" "$minor"
done
mkdir "$root"/dev/{pts,shm}
ln -s /proc/self/fd "$root/dev/fd"
# The machine may be a hypervisor, or have been one: this one is new.
rm -rf "$root"/{etc,var/lib}/opennebula-extensions "$root"/etc/{modules-load.d,sudoers.d}/opennebula-extensions* \
  "$root"/etc/systemd/system/opennebula-power-agent* "$root"/usr/bin/qemu-kvm-one "$root"/etc/containers
for scratch in tmp run var/tmp var/lib/docker var/lib/containerd var/lib/containers etc/docker; do
  mkdir -p "$root/$scratch"
  mount -t tmpfs lab "$root/$scratch"
done
mkdir -p "$root$repository"
mount --bind "$repository" "$root$repository"
mount -o remount,bind,ro "$root$repository"

# Where the kernel has no RAPL: its tree, laid out and linked as the kernel does.
mount -t tmpfs lab "$root/sys/class"
mount -t tmpfs lab "$root/sys/devices/virtual"
zones=$root/sys/devices/virtual/powercap/intel-rapl
mkdir -p "$zones/intel-rapl:0/intel-rapl:0:0" "$root/sys/class/powercap"
counters=("$zones/intel-rapl:0/energy_uj" "$zones/intel-rapl:0/intel-rapl:0:0/energy_uj")
for counter in "${counters[@]}"; do
  printf '100000\n' >"$counter"
  printf '262143328850\n' >"${counter%/*}/max_energy_range_uj"
  chmod 400 "$counter" # since Linux 5.10
done
printf 'package-0\n' >"$zones/intel-rapl:0/name"
printf 'core\n' >"$zones/intel-rapl:0/intel-rapl:0:0/name"
for zone in intel-rapl intel-rapl/intel-rapl:0 intel-rapl/intel-rapl:0/intel-rapl:0:0; do
  ln -s "../../devices/virtual/powercap/$zone" "$root/sys/class/powercap/${zone##*/}"
done
mkdir -p "$root/lib/modules/$(uname -r)"
printf 'kernel/drivers/powercap/%s.ko\n' intel_rapl_common intel_rapl_msr >"$root/lib/modules/$(uname -r)/modules.builtin"

hostname h2
printf '127.0.0.1 localhost\n192.0.2.7 h2\n' >"$root/etc/hosts"
ip link set lo up
ip address add 192.0.2.7/32 dev lo
mkdir -p "$root/var/tmp/one/im" && : >"$root/var/tmp/one/im/status_kvm_1.db"

# Scaphandre wants /proc/modules, which a kernel without modules does not have.
install -m 755 "$shim" "$root/usr/lib/no-modules.so"
printf '/usr/lib/no-modules.so\n' >"$root/etc/ld.so.preload"
rm -f "$root"/usr/{bin,sbin}/systemctl "$root"/usr/bin/{journalctl,scaphandre}
install -m 755 "$repository/test/system/hypervisor-lab/systemctl.sh" "$root/usr/bin/systemctl"
ln -s systemctl "$root/usr/bin/journalctl"

cd "$root"
mkdir -p .machine
pivot_root . .machine
cd /
umount -l /.machine
if dpkg --status scaphandre >/dev/null 2>&1; then dpkg --purge --force-all scaphandre >/dev/null 2>&1; fi

while sleep 0.2; do # 50 W
  energy=$((${energy:-100000} + 10000000))
  for counter in "${counters[@]#"$root"}"; do printf '%s\n' "$energy" >"$counter"; done
done &
printf 'ready\n'
read -r _ || true
