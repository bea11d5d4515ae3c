#!/usr/bin/env bash
# System tests: our programs with real ones that we did not write. Needs root and Debian's packages, which it
# installs itself; all other traffic stays on loopback.
set -euo pipefail
cd "$(dirname "$0")/.."

packages=(curl iproute2 openssh-client openssl prometheus tmux victoria-metrics)
# The browser of test/system/power-page.test.ts, with letters that it can show.
packages+=(chromium fonts-dejavu-core)
# The hypervisor of test/system/hypervisor-lab.
packages+=(docker.io gcc libc6-dev libcurl4 nftables qemu-system-x86 shellcheck systemd)
# The lab of simulator/migration-lab.
packages+=(binutils iputils-ping libvirt-clients libvirt-daemon libvirt-daemon-driver-qemu openssh-server
  openvswitch-switch qemu-system-x86 qemu-utils sudo tcpdump)
# Packages, and the shells that complete.
packages+=(bash-completion debootstrap fish groff-base lintian llvm mandoc rpm shellcheck zsh)
missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
done
if ((${#missing[@]} > 0)); then
  printf 'installing %s\n' "${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  # Services must not start by themselves on the machine that tests.
  RUNLEVEL=1 apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

bash test/system/hypervisor-lab/fetch-scaphandre.sh .cache/scaphandre
bash test/system/hypervisor-lab/fetch-podman.sh .cache/podman
for release in bookworm trixie; do
  bash test/system/clean-root/fetch.sh "$release" ".cache/clean-root/$release-without-node"
done
npm run --silent build
node scripts/install.mjs packaging/private-node --force --ignore-scripts

one_by_one=(node --enable-source-maps --test --test-concurrency=1 --test-timeout=600000 --test-reporter=spec)
# Those that load the whole machine, or judge how fast an answer comes, have it for themselves.
alone=(build/test/system/{auth-biscuit-load,soak}.test.js)
# The guests of the migration lab mostly wait; beside them runs all the rest, which gives way to them.
guests=(build/test/system/live-migration*.test.js)
rest=()
for file in build/test/system/*.test.js; do
  [[ " ${alone[*]} ${guests[*]} " == *" $file "* ]] || rest+=("$file")
done

status=0
"${one_by_one[@]}" "${alone[@]}" || status=$?
output=$(mktemp)
trap 'rm -f "$output"' EXIT
"${one_by_one[@]}" "${guests[@]}" >"$output" 2>&1 &
nice -n 5 "${one_by_one[@]}" "${rest[@]}" || status=$?
wait $! || status=$?
cat "$output"
exit "$status"
