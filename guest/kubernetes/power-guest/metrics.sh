#!/bin/sh
# What the VM that this node is has used, for Prometheus. Without a value there is no sample.
tree=${POWER_GUEST_TREE:-/run/power-guest}
printf 'Content-Type: text/plain; version=0.0.4\r\n\r\n'
printf '# HELP opennebula_guest_energy_joules_total Energy that the VM has used, as the front-end counts it\n'
printf '# TYPE opennebula_guest_energy_joules_total counter\n'
read -r vm_id 2>/dev/null <"$tree/vm_id" || exit 0
read -r energy 2>/dev/null <"$tree/class/powercap/intel-rapl:0/energy_uj" || exit 0
for number in "$vm_id" "$energy"; do
  case $number in '' | *[!0-9]*) exit 0 ;; esac
done
while [ "${#energy}" -lt 7 ]; do energy=0$energy; done
whole=${energy%??????}
printf 'opennebula_guest_energy_joules_total{one_vm_id="%s"} %s.%s\n' "$vm_id" "$whole" "${energy#"$whole"}"
