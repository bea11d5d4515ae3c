#!/usr/bin/env bash
# hostname, getent, ip, ss, curl, nft
source "$STUBS/world.sh"

# Kepler's. The first one has nothing but zeros.
kepler_page() {
  local scrapes watts=83.2
  scrapes=$(($(if [[ -f $1/scrapes ]]; then printf '%s' "$(<"$1/scrapes")"; else printf 0; fi) + 1))
  printf '%s' "$scrapes" >"$1/scrapes"
  printf 'kepler_build_info{arch="amd64",branch="",goversion="go1.26.8",revision="",version="v0.11.4"} 1\n'
  [[ $2 != no-energy ]] || return 0
  if ((scrapes == 1)) || [[ $2 == no-power ]]; then watts=0; fi
  printf 'kepler_node_cpu_watts{node_name="",path="aggregated-core",zone="core"} 56.1\n'
  printf 'kepler_node_cpu_watts{node_name="",path="aggregated-package",zone="package"} %s\n' "$watts"
  printf 'kepler_process_cpu_seconds_total{comm="init",container_id="",exe="/sbin/init",node_name="",pid="1",type="regular",vm_id=""} 1.5\n'
}

# Of Telegraf: what its configuration has.
telegraf_page() {
  local config=$HOST_ROOT/etc/telegraf/telegraf.d/opennebula-extensions.conf
  [[ $1 != no-power ]] || return 0
  ! grep -q ipmi_sensor "$config" || printf 'ipmi_sensor_value{host="kvm-host",name="instantaneous_power_reading",unit="watts"} 220\n'
  ! grep -q intel_powerstat "$config" || printf 'powerstat_package_current_power_consumption_watts{host="kvm-host",package_id="0"} 58.34\n'
}

# Of opennebula-power-agent, which counts.
onepower_page() {
  local scrapes
  scrapes=$(($(if [[ -f $1/scrapes ]]; then printf '%s' "$(<"$1/scrapes")"; else printf 0; fi) + 1))
  printf '%s' "$scrapes" >"$1/scrapes"
  if [[ $2 == no-energy ]]; then
    printf 'onepower_info{version="0.1.0",meter="none"} 1\n'
    return 0
  fi
  printf 'onepower_info{version="0.1.0",meter="rapl"} 1\nonepower_host_cpus 2\n'
  printf 'onepower_host_energy_joules_total %s\n' "$((scrapes * 832)).5"
  printf 'onepower_host_cpu_seconds_total{mode="%s"} %s\n' user "$((scrapes * 5))" idle "$((scrapes * 15))"
}

# A page as Scaphandre's, as far as host.sh reads it. The first one has no power yet.
page() {
  local scrapes energy=915263040 power=83200000
  if [[ $2 == endless ]]; then cat /dev/zero; fi
  scrapes=$(($(if [[ -f $1/scrapes ]]; then printf '%s' "$(<"$1/scrapes")"; else printf 0; fi) + 1))
  printf '%s' "$scrapes" >"$1/scrapes"
  [[ $2 != no-energy ]] || energy=0 power=0
  [[ $2 == inflates ]] || printf 'scaph_host_cpu_frequency 2600\n'
  printf 'scaph_self_version 1.02\nscaph_host_energy_microjoules %s\n\n' "$energy"
  if ((scrapes == 1)) || [[ $2 == no-power ]]; then return 0; fi
  printf 'scaph_host_power_microwatts %s\n' "$power"
  printf 'scaph_process_power_consumption_microwatts{pid="7",exe="/usr/bin/qemu-system-x86_64"} %s.5\n' "$((power / 4))"
}

ask() {
  local url=${*: -1} agent address port
  address=${url#http://}
  port=${address##*:}
  port=${port%%/*}
  address=${address%:*}
  for agent in "$MADE_HOST"/engines/*/containers/* "$MADE_HOST"/units/*; do
    [[ -f $agent/serves && $(<"$agent/port") == "$port" ]] || continue
    if [[ $address == "$(<"$agent/address")" || $address == "[$(<"$agent/address")]" || $(<"$agent/address") =~ ^(0\.0\.0\.0|::)$ ]]; then
      case $(<"$agent/kind") in
        front) ask "http://127.0.0.1:$(<"$agent/behaviour")/metrics" ;;
        telegraf) telegraf_page "$(<"$agent/behaviour")" ;;
        onepower) onepower_page "$agent" "$(<"$agent/behaviour")" ;;
        kepler) kepler_page "$agent" "$(<"$agent/behaviour")" ;;
        *) page "$agent" "$(<"$agent/behaviour")" ;;
      esac
      return
    fi
  done
  fail 7 "curl: (7) Failed to connect to $address port $port"
}

case $program in
  hostname) printf '%s\n' "$(fact hostname)" ;;
  getent)
    [[ $1 == ahosts ]]
    [[ $2 == "$(fact hostname)" && -n $(fact address) ]] || exit 2
    for address in $(fact address); do printf '%-15s STREAM %s\n%-15s DGRAM\n%-15s RAW\n' "$address" "$2" "$address" "$address"; done
    ;;
  ip)
    [[ "$1 $2 $3 $4" == '-oneline address show to' ]]
    [[ " $(fact foreign-addresses) " == *" $5 "* ]] || printf '2: eth0    inet %s/24 scope global eth0\n' "$5"
    ;;
  ss)
    filter=${*: -1}
    port_users "${filter##*:}"
    ;;
  curl) ask "$@" ;;
  nft)
    table=$MADE_HOST/nft-table
    case "$1 $2" in
      '--stateless list')
        [[ -f $table ]] || fail 1 'Error: No such file or directory'
        sed '/^#\|^add \|^delete /d' "$table"
        ;;
      'delete table') act "$@"; rm "$table" ;;
      '--check --file')
        act "$@"
        [[ -f $3 ]]
        # What nft finds that a shape does not show.
        ! grep -qE 'ffff(:ffff){8}' "$3" || fail 1 'Error: Could not resolve hostname: Name or service not known'
        ;;
      *) fail 64 "nft: unexpected $*" ;;
    esac
    ;;
esac
