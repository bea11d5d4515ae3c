# shellcheck shell=bash
# Whether the CPU's energy counters are there, can be read, and move; and if not, why.

powercap=$ROOT/sys/class/powercap
failed_module=''
rapl_problem=''
most_reads=5

package_counters() {
  local zone
  for zone in "$powercap"/intel-rapl:*; do
    [[ ${zone##*/} == intel-rapl:*:* || ! -e $zone/energy_uj ]] || printf '%s\n' "$zone/energy_uj"
  done
}

read_counters() { package_counters | while IFS= read -r counter; do cat "$counter" || return 1; done; }

# Sets rapl_problem: empty, no-tree, unreadable, frozen
check_rapl() {
  local before now reads
  rapl_problem=''
  if [[ -z $(package_counters) ]]; then rapl_problem=no-tree; return 0; fi
  if ! before=$(read_counters 2>/dev/null) || [[ ! $before =~ ^[0-9]+($'\n'[0-9]+)*$ ]]; then
    rapl_problem=unreadable
    return 0
  fi
  for ((reads = 1; reads <= most_reads; reads += 1)); do
    sleep 1
    now=$(read_counters 2>/dev/null) || true
    if [[ $now != "$before" ]]; then return 0; fi
  done
  rapl_problem=frozen
}

# Why this CPU or kernel has no counters, if it is one of the known reasons.
unsupported_cpu() {
  local vendor family model
  vendor=$(cpu_field vendor_id)
  family=$(cpu_field 'cpu family')
  model=$(cpu_field 'model name')
  case $vendor in
    GenuineIntel) ((${family:-0} >= 6)) || printf 'the CPU (%s, family %s) is older than RAPL' "$model" "$family" ;;
    AuthenticAMD) ((${family:-0} >= 23)) || printf 'the CPU (%s, family %s) is older than 17h, the first with RAPL' "$model" "$family" ;;
    *) printf 'the CPU (%s) is neither of Intel nor of AMD' "${vendor:-of an unknown vendor}" ;;
  esac
}

needed_kernel() {
  local family
  [[ $(cpu_field vendor_id) == AuthenticAMD ]] || return 0
  family=$(cpu_field 'cpu family')
  if ((family == 23)) && ! kernel_at_least 5 8; then printf '5.8'; fi
  if ((family > 23)) && ! kernel_at_least 5 11; then printf '5.11'; fi
}

# die_without_tree UNSUPPORTED_CPU NEEDED_KERNEL
die_without_tree() {
  [[ -z $1 ]] || die 78 "$1" 'power cannot be measured on this host'
  [[ -z $2 ]] || die 78 "kernel $(uname -r) is too old for the energy counters of this CPU" "boot kernel $2 or a newer one"
  if ((${#missing_modules[@]} > 0)); then
    die 78 "kernel $(uname -r) lacks the module $(join ' and ' "${missing_modules[@]}")" "install the package ${modules_package/KERNEL/$(uname -r)}"
  fi
  [[ -z $failed_module ]] || die 78 "the kernel module $failed_module cannot be loaded" \
    'see dmesg: "No such device" is a CPU without RAPL, "Operation not permitted" a locked-down kernel'
  die 78 'there is no energy counter below /sys/class/powercap' 'RAPL may be switched off in the BIOS'
}

die_without_rapl() {
  local hypervisor
  hypervisor=$(hypervisor_of_host)
  [[ -z $hypervisor ]] || die 78 "this host is a virtual machine of $hypervisor, which shows it no energy counters (RAPL)" \
    'install the agent on the physical host'
  case $rapl_problem in
    no-tree) die_without_tree "$(unsupported_cpu)" "$(needed_kernel)" ;;
    unreadable) die 78 'the energy counters below /sys/class/powercap cannot be read' \
      'see the rights of energy_uj, and whether a security module forbids it' ;;
    frozen) die 78 "the energy counters below /sys/class/powercap did not move for $most_reads seconds" \
      'RAPL may be switched off in the BIOS, or be made up by a hypervisor' ;;
  esac
}
