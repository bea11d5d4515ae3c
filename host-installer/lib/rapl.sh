# shellcheck shell=bash
# Whether the CPU's energy counters are there, can be read, and move; and if not, why.

powercap=$ROOT/sys/class/powercap
failed_module=''
rapl_problem='' unreadable_counters=''
most_reads=5

# Counters of the zones at the top: packages of the CPU and, on some machines, psys, the whole board.
package_counters() {
  local zone
  for zone in "$powercap"/intel-rapl:*; do
    [[ ${zone##*/} == intel-rapl:*:* || ! -e $zone/energy_uj ]] || printf '%s\n' "$zone/energy_uj"
  done
}

is_package() { [[ ! -r ${1%/*}/name || $(<"${1%/*}/name") == package-* ]]; }

# describe_counter FILE: intel-rapl:1 (psys)
describe_counter() {
  local zone=${1%/*}
  printf '%s' "${zone##*/}"
  [[ ! -r $zone/name ]] || printf ' (%s)' "$(<"$zone/name")"
}

# Counters that can be read, those of packages alone where there are any. Sets rapl_problem where one of a package
# cannot be: a host of which a part is not measured would draw too little.
readable_counters=()
find_readable_counters() {
  local counter packages=() others=() unreadable=()
  while IFS= read -r counter; do
    if [[ ! $(cat "$counter" 2>/dev/null) =~ ^[0-9]+$ ]]; then
      unreadable+=("$(describe_counter "$counter")")
      if is_package "$counter"; then rapl_problem=unreadable; fi
    elif is_package "$counter"; then packages+=("$counter"); else others+=("$counter"); fi
  done < <(package_counters)
  readable_counters=("${packages[@]}")
  ((${#packages[@]} > 0)) || readable_counters=("${others[@]}")
  ((${#readable_counters[@]} > 0)) || rapl_problem=unreadable
  unreadable_counters=$(join ', ' "${unreadable[@]}")
}

# Sets rapl_problem: empty, no-tree, unreadable, frozen
check_rapl() {
  local before reads
  rapl_problem='' unreadable_counters=''
  if [[ -z $(package_counters) ]]; then rapl_problem=no-tree; return 0; fi
  find_readable_counters
  [[ -z $rapl_problem ]] || return 0
  [[ -z $unreadable_counters ]] || warn "the energy counter $unreadable_counters cannot be read: the agent measures without it"
  before=$(cat "${readable_counters[@]}" 2>/dev/null) || true
  for ((reads = 1; reads <= most_reads; reads += 1)); do
    sleep 1
    if [[ $(cat "${readable_counters[@]}" 2>/dev/null) != "$before" ]]; then return 0; fi
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
    AuthenticAMD) ((${family:-0} >= 23)) || printf 'the CPU (%s, family %s) is older than family 17h, the first that has RAPL' "$model" "$family" ;;
    *) printf 'the CPU (%s) is made neither by Intel nor by AMD' "${vendor:-of an unknown vendor}" ;;
  esac
}

needed_kernel() {
  local family
  [[ $(cpu_field vendor_id) == AuthenticAMD ]] || return 0
  family=$(cpu_field 'cpu family')
  if ((family == 23)) && ! kernel_at_least 5 8; then printf '5.8'; fi
  if ((family > 23)) && ! kernel_at_least 5 11; then printf '5.11'; fi
}

# The kernel's own word that its driver does not know this CPU: the CPU is newer, or has no RAPL.
refused_cpu() { dmesg 2>/dev/null | sed -n 's/.*driver does not support CPU \(family [0-9]* model [0-9]*\).*/\1/p' | tail -n 1; }

# die_without_tree UNSUPPORTED_CPU NEEDED_KERNEL
die_without_tree() {
  local refused
  [[ -z $1 ]] || die 78 "$1" 'power cannot be measured on this host'
  [[ -z $2 ]] || die 78 "kernel $(uname -r) is too old for the energy counters of this CPU" "boot kernel $2 or a newer one"
  if ((${#missing_modules[@]} > 0)); then
    die 78 "kernel $(uname -r) lacks the module $(join ' and ' "${missing_modules[@]}")" "install the package ${modules_package/KERNEL/$(uname -r)}"
  fi
  refused=$(refused_cpu)
  [[ -z $refused ]] || die 78 "the driver of the energy counters in kernel $(uname -r) does not know this CPU ($(cpu_field 'model name'), $refused)" \
    'boot a newer kernel: this one is older than the CPU'
  [[ -z $failed_module ]] || die 78 "the kernel module $failed_module cannot be loaded" \
    'dmesg says why: "driver does not support CPU" means that the kernel is older than the CPU, "Operation not permitted" that it is locked down; otherwise the CPU has no RAPL'
  die 78 'there is no energy counter below /sys/class/powercap' 'RAPL may be switched off in the BIOS'
}

describe_rapl_problem() {
  case $rapl_problem in
    no-tree) printf 'has no energy counters of its CPU' ;;
    unreadable) printf 'has energy counters that cannot be read (%s)' "$unreadable_counters" ;;
    frozen) printf 'has energy counters that do not move' ;;
  esac
}

die_without_rapl() {
  local hypervisor
  hypervisor=$(hypervisor_of_host)
  [[ -z $hypervisor ]] || die 78 "this host is a virtual machine of $hypervisor, which shows it no energy counters (RAPL)" \
    'install the agent on the physical host'
  case $rapl_problem in
    no-tree) die_without_tree "$(unsupported_cpu)" "$(needed_kernel)" ;;
    unreadable) die 78 "these energy counters below /sys/class/powercap cannot be read: $unreadable_counters" \
      'check the permissions of their files energy_uj, and whether a security module forbids it' ;;
    frozen) die 78 "the energy counters below /sys/class/powercap did not move for $most_reads seconds" \
      'RAPL may be switched off in the BIOS, or a hypervisor may only imitate it' ;;
  esac
}
