#!/usr/bin/env bash
# uname, dmesg, modprobe, modinfo, sleep, systemd-detect-virt, id
source "$STUBS/world.sh"

counters() { find "$HOST_ROOT/sys/class/powercap" -name energy_uj -type f 2>/dev/null || true; }

# The tree as the kernel lays it out, of one package with its cores and its memory.
powercap_tree() {
  local tree=$HOST_ROOT/sys/class/powercap zone kind zones=(intel-rapl:0:package-0 intel-rapl:0:0:core intel-rapl:0:1:dram)
  kind=$(fact powercap)
  [[ $kind != none ]] || return 0
  [[ $kind != *-unreadable ]] || zones+=("intel-rapl:1:${kind%-unreadable}")
  for zone in "${zones[@]}"; do
    mkdir -p "$tree/${zone%:*}"
    printf '%s\n' "${zone##*:}" >"$tree/${zone%:*}/name"
    # A test may run as root, whom no right keeps from reading: a folder cannot be read by anyone.
    if [[ $kind == unreadable || $kind == "${zone##*:}-unreadable" ]]; then mkdir -p "$tree/${zone%:*}/energy_uj"; else printf '26214\n' >"$tree/${zone%:*}/energy_uj"; fi
  done
}

load() {
  [[ ! -f $MADE_HOST/refused/$1 ]] || fail 1 "modprobe: ERROR: could not insert '$1': No such device"
  [[ -f $MADE_HOST/loadable/$1 ]] || fail 1 "modprobe: FATAL: Module $1 not found in directory /lib/modules/$(fact kernel)"
  mkdir -p "$HOST_ROOT/sys/module/$1"
  if [[ $1 == intel_rapl_msr || $1 == intel_rapl ]]; then powercap_tree; fi
}

unload() {
  [[ -d $HOST_ROOT/sys/module/$1 ]] || fail 1 "modprobe: FATAL: Module $1 is not found."
  rmdir "$HOST_ROOT/sys/module/$1"
  if [[ $1 == intel_rapl_msr || $1 == intel_rapl ]]; then rm -rf "$HOST_ROOT"/sys/class/powercap/intel-rapl:*; fi
}

case $program in
  uname) [[ $* == -r ]] && printf '%s\n' "$(fact kernel)" ;;
  dmesg) fact dmesg ;;
  id) [[ $* == -u ]] && printf '%s\n' "$(fact uid)" ;;
  systemd-detect-virt)
    printf '%s\n' "$(fact virtualization)"
    [[ $(fact virtualization) != none ]]
    ;;
  modinfo) [[ -f $MADE_HOST/loadable/$1 || -f $MADE_HOST/refused/$1 ]] || fail 1 "modinfo: ERROR: Module $1 not found." ;;
  modprobe)
    [[ ${BREAK:-} != after ]] || BREAK=before # one that fails has loaded nothing
    act "$@"
    if [[ $1 == -r ]]; then unload "${@: -1}"; else load "${@: -1}"; fi
    ;;
  sleep)
    [[ $(fact powercap) != frozen ]] || exit 0
    while IFS= read -r counter; do printf '%s\n' "$(($(<"$counter") + 12345678))" >"$counter"; done < <(counters)
    ;;
  make-powercap) powercap_tree ;;
esac
