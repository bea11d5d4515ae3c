#!/usr/bin/env bash
# native.sh NODE: prepares a made hypervisor for the native agent. A VM runs on it whose guest is never idle, below the
# emulator's name that OpenNebula gives it, and beside it the front-end and our exporter on ports 2633 and 9925.
set -euo pipefail
here=$(cd -- "$(dirname -- "$0")" && pwd)
repository=${here%/test/system/hypervisor-lab}

for program in apt-get apt-cache; do
  rm -f "/usr/bin/$program"
  install -m 755 "$here/apt.sh" "/usr/bin/$program"
done

# What the package opennebula-extensions-node brings, as far as its agent needs it.
program=/usr/lib/opennebula-extensions-node
install -D -m 755 "$repository/dist/opennebula-power-agent" "$program/opennebula-power-agent"
install -D -m 755 "$1" "$program/node/bin/node"
printf '{ "type": "commonjs" }\n' >"$program/package.json"

# A boot sector that jumps to itself.
printf '\xeb\xfe%0508d\x55\xaa' 0 >/run/boot.img
ln -s /usr/bin/qemu-system-x86_64 /usr/bin/qemu-kvm-one
id emulator >/dev/null 2>&1 || useradd --system emulator
setpriv --reuid=emulator --regid=emulator --clear-groups nice -n 19 /usr/bin/qemu-kvm-one \
  -name guest=one-524,debug-threads=on -machine pc,accel=tcg -m 64 -smp 1 -nodefaults -display none -no-reboot \
  -drive file=/run/boot.img,format=raw,if=ide,snapshot=on \
  </dev/null >/run/vm.log 2>&1 &

cd "$repository" # where it looks for the recordings
"$1" "$repository/build/test/system/hypervisor-lab/front-end.js" </dev/null >/run/front-end.log 2>&1 &
printf 'oneadmin:opennebula\n' >/run/one_auth
ONE_AUTH=/run/one_auth ONE_XMLRPC=http://127.0.0.1:2633/RPC2 "$1" "$repository/dist/opennebula-exporter" \
  --web.listen-address=127.0.0.1:9925 --config.file=/dev/null --no-collector.server </dev/null >/run/exporter.log 2>&1 &
