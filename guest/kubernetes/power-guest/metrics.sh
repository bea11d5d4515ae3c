#!/bin/sh
# What the VM that this node is has used, for Prometheus. Without a value there is no sample.
tree=${POWER_GUEST_TREE:-/run/power-guest}

sample() { # NAME TYPE HELP VALUE
  printf '# HELP %s %s\n# TYPE %s %s\n%s{one_vm_id="%s"} %s\n' "$1" "$3" "$1" "$2" "$1" "$vm_id" "$4"
}

printf 'Content-Type: text/plain; version=0.0.4\r\n\r\n'
read -r vm_id 2>/dev/null <"$tree/vm_id" || exit 0
case $vm_id in '' | *[!0-9]*) exit 0 ;; esac

read -r up _ </proc/uptime
known=0
read -r until 2>/dev/null <"$tree/known_until" && [ "${up%.*}" -le "$until" ] 2>/dev/null && known=1
sample opennebula_guest_measured gauge \
  'Whether the front-end has told lately what the VM uses (1) or its energy stands still because nobody knows (0)' "$known"

read -r energy 2>/dev/null <"$tree/class/powercap/intel-rapl:0/energy_uj" || exit 0
case $energy in '' | *[!0-9]*) exit 0 ;; esac
while [ "${#energy}" -lt 7 ]; do energy=0$energy; done
whole=${energy%??????}
sample opennebula_guest_energy_joules_total counter 'Energy that the VM has used, as the front-end counts it' \
  "$whole.${energy#"$whole"}"
