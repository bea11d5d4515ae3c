# shellcheck shell=bash
# Scaphandre: all that host.sh knows of it. Another agent is another file in this folder that defines the same names.

agent_title=Scaphandre
agent_job=scaphandre # of Prometheus
agent_port=8080
# The release whose metrics the exporter was proved with.
agent_image=docker.io/hubblo/scaphandre:1.0.2
agent_container=scaphandre
agent_package=scaphandre
agent_program=scaphandre
# The template of the native agent's unit.
agent_unit=$here/lib/agents/scaphandre.service
# It stops measuring when it is asked more often than every two seconds.
agent_seconds_between_scrapes=3

# agent_arguments ADDRESS PORT: of its program, a line each
agent_arguments() { printf '%s\n' prometheus --address "$1" --port "$2"; }

# agent_rights docker|podman: the options of the least with which a container of it can read every /proc/PID/exe and the
# energy counters, a line each. Newer engines mask the counters.
agent_rights() {
  printf '%s\n' --cap-drop ALL --cap-add SYS_PTRACE --security-opt no-new-privileges
  [[ ! -d $ROOT/sys/module/apparmor ]] || printf '%s\n' --security-opt apparmor=unconfined
  [[ ! -d $ROOT/sys/fs/selinux ]] || printf '%s\n' --security-opt label=disable
  case $1 in
    docker) printf '%s\n' --security-opt systempaths=unconfined ;;
    podman) printf '%s\n' --security-opt unmask=/sys/devices/virtual/powercap ;;
  esac
}

# What a container of it sees of the host, a line each.
agent_volumes() { printf '%s\n' --volume /proc:/proc:ro --volume /sys/class/powercap:/sys/class/powercap:ro; }

# agent_judge_page <PAGE: "ok WATTS VERSION", "no-energy" or "no-power"
agent_judge_page() {
  awk '
    BEGIN { version = "of an unknown version" }
    /^scaph_host_energy_microjoules[ {]/ { energy = $NF + 0 }
    /^scaph_host_power_microwatts[ {]/ { power = $NF + 0 }
    /^scaph_self_version[ {]/ && $NF ~ /^[0-9.]+$/ { version = $NF }
    /^scaph_process_power_consumption_microwatts\{/ { processes += 1; if ($NF + 0 > 0) drawing += 1 }
    END {
      if (energy <= 0) print "no-energy"
      else if (power <= 0 || drawing == 0) print "no-power"
      else printf "ok %.1f %s\n", power / 1e6, version
    }'
}
