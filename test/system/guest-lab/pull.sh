# Pulls, reads in a tight loop, and lets Scaphandre read.
# shellcheck shell=dash
tree=/run/power-guest
zone=$tree/class/powercap/intel-rapl:0
sh /power-guest.sh --tree=$tree --one-env=/one_env --interval=2 &
counter-reader $zone/energy_uj &
until [ -s $zone/energy_uj ]; do sleep 1; done
SCAPHANDRE_POWERCAP_PATH=$tree/class/powercap scaphandre --vm prometheus --port=8080 >/dev/null 2>&1 &
while :; do
  sleep 4
  wget -q -O /run/page http://127.0.0.1:8080/metrics || continue
  read -r up _ </proc/uptime
  power=$(sed -n 's/^scaph_host_power_microwatts[^ ]* //p' /run/page)
  energy=$(sed -n 's/^scaph_host_energy_microjoules[^ ]* //p' /run/page)
  [ -z "$power" ] || echo "SCAPHANDRE $up $power $energy"
done
