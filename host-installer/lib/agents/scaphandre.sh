# shellcheck shell=bash
# Scaphandre: all that host.sh knows of it. Another agent is another file in this folder that defines the same names.

agent_title=Scaphandre
agent_homepage=https://github.com/hubblo-org/scaphandre
agent_job=scaphandre
agent_port=8080
agent_runtimes=(docker podman native)
# The release whose metrics the exporter was proved with.
agent_image=docker.io/hubblo/scaphandre:1.0.2
agent_package=scaphandre
agent_program=scaphandre
# It stops measuring when it is asked more often than every two seconds.
agent_seconds_between_scrapes=3
agent_names_its_format=no

# agent_arguments ADDRESS PORT RUNTIME ROLE: of its program, a line each
agent_arguments() { printf '%s\n' prometheus --address "$1" --port "$2"; }

# It keeps records of every process between two scrapes: 100 MB is too little for a few thousand.
agent_unit_lines() { printf '%s\n' MemoryMax=1G DynamicUser=yes PrivateDevices=yes MemoryDenyWriteExecute=yes; }

# agent_rights docker|podman: the options of the least with which a container of it can read every /proc/PID/exe and the
# energy counters, a line each. Newer engines mask the counters.
agent_rights() {
  rights_to_read_processes
  case $1 in
    docker) printf '%s\n' --security-opt systempaths=unconfined ;;
    podman) printf '%s\n' --security-opt unmask=/sys/devices/virtual/powercap ;;
  esac
}

agent_views() { printf '%s\n' --volume /proc:/proc:ro --volume /sys/class/powercap:/sys/class/powercap:ro; }

# agent_judge_page <PAGE: "ok WATTS VERSION [NOTE]", "no-energy" or "no-power". The build of Debian sid, which can give one VM the
# power of the whole host, calls itself 1.02 like others, but has no frequency of the CPU on its page.
agent_judge_page() {
  awk '
    BEGIN { version = "of an unknown version"; note = "inflates" }
    /^scaph_host_energy_microjoules[ {]/ { energy = $NF + 0 }
    /^scaph_host_power_microwatts[ {]/ { power = $NF + 0 }
    /^scaph_host_cpu_frequency[ {]/ { note = "" }
    /^scaph_self_version[ {]/ && $NF ~ /^[0-9.]+$/ { version = $NF }
    /^scaph_process_power_consumption_microwatts\{/ { processes += 1; if ($NF + 0 > 0) drawing += 1 }
    END {
      if (energy <= 0) print "no-energy"
      else if (power <= 0 || drawing == 0) print "no-power"
      else printf "ok %.1f %s %s\n", power / 1e6, version, note
    }'
}

describe_note() {
  [[ $1 != inflates ]] || printf '%s' 'this build of Scaphandre (1.0.3 of Debian sid: its page has no scaph_host_cpu_frequency) can give one VM the power of the whole host; use the package of Debian 13 (1.0.2) or a container: host.sh install --runtime podman'
}
