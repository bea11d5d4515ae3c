# shellcheck shell=bash disable=SC2034,SC2154 # host.sh has the names
# Kepler (0.10 and later): all that host.sh knows of it. It listens on loopback alone; its page reaches others with the
# pids of VMs behind it (see lib/front.sh), because no Kepler knows OpenNebula's emulator.

agent_title=Kepler
agent_homepage=https://github.com/sustainable-computing-io/kepler
agent_job=kepler
agent_port=28282
agent_runtimes=(docker podman native)
# The release whose pages the exporter was proved with.
agent_image=quay.io/sustainable_computing_io/kepler:v0.11.4
agent_has_front=yes
agent_seconds_between_scrapes=3

# agent_arguments ADDRESS PORT RUNTIME ROLE: of its program, a line each
agent_arguments() {
  local address=$1 port=$2 config=/etc/kepler/config.yaml
  [[ $3 != native ]] || config=${agent_config_file#"$ROOT"}
  if [[ $4 == final ]]; then address=127.0.0.1 port=$(port_behind_front "$2"); fi
  printf '%s\n' "--config.file=$config" "--web.listen-address=$(bracketed "$address"):$port"
}

agent_unit_lines() { printf '%s\n' MemoryMax=1G DynamicUser=yes PrivateDevices=yes MemoryDenyWriteExecute=yes; }

agent_rights() { rights_to_read_processes; }

# Kepler without the PID namespace of the host charges the CPU time of all that it does not see to the VMs.
agent_views() {
  printf '%s\n' --pid host --volume /proc:/host/proc:ro --volume /sys:/host/sys:ro \
    --volume "${agent_config_file#"$ROOT"}:/etc/kepler/config.yaml:ro"
}

# agent_config_text RUNTIME. The address stands on the command line: a trial run has another.
agent_config_text() {
  local host=/host
  [[ $1 != native ]] || host=''
  cat <<CONFIG
# Kepler's configuration; made by host.sh of opennebula-extensions.
host:
  sysfs: $host/sys
  procfs: $host/proc
exporter:
  stdout:
    enabled: false
  prometheus:
    enabled: true
    metricsLevel: [node, process, vm]
debug:
  pprof:
    enabled: false
kube:
  enabled: false
CONFIG
}

# agent_judge_page <PAGE: "ok WATTS VERSION", "no-energy" or "no-power". After a start all watts are 0 for some seconds.
agent_judge_page() {
  awk '
    function label(name) { return match($0, "[{,]" name "=\"[^\"]*\"") ? substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 4) : "" }
    BEGIN { version = "of an unknown version" }
    /^kepler_build_info\{/ { if (label("version") ~ /^[A-Za-z0-9.+-]+$/) version = label("version") }
    /^kepler_node_cpu_watts\{/ { zones += 1; watts[label("zone")] += $NF }
    /^kepler_process_cpu_seconds_total\{/ { processes += 1 }
    END {
      power = watts["psys"] > 0 ? watts["psys"] : watts["package"] + watts["dram"]
      if (zones == 0) print "no-energy"
      else if (power <= 0 || processes == 0) print "no-power"
      else printf "ok %.1f %s\n", power, version
    }'
}

# The release has no package of a distribution: it comes with --kepler-binary.
can_be_native() { [[ -n $option_kepler_binary || -n ${state[program]:-} ]]; }
die_without_native() {
  die 78 'no distribution has a package of Kepler' \
    'download the release of Kepler, unpack it and give its program with --kepler-binary FILE, or choose --runtime podman or docker'
}

native_program() { printf '%s' "$wanted_program"; }

# What --kepler-binary names, checked; or what an earlier run put here. By its digest it is named where it was put here
# before or, for plan, will be brought.
choose_program() {
  local file=${ROOT:+$ROOT/}$option_kepler_binary digest=${option_kepler_binary#sha256:}
  wanted_program=${state[program]:-}
  [[ -n $option_kepler_binary ]] || return 0
  program_source=$file
  wanted_program=${programs_folder#"$ROOT"}/kepler-${digest:0:16}
  [[ ! $option_kepler_binary =~ ^sha256:[0-9a-f]{64}$ ]] || return 0
  [[ -f $file && -r $file ]] || die 2 "--kepler-binary is '$option_kepler_binary', which is not a file that can be read" \
    'give the program kepler of the unpacked release'
  [[ $(head -c 4 "$file" | tr -d '\000') == $'\x7fELF' ]] ||
    die 2 "--kepler-binary is '$option_kepler_binary', which is not a program of Linux" \
      'unpack the release (kepler-VERSION.linux-amd64.tar.gz), and give the program kepler in it'
  wanted_program=${programs_folder#"$ROOT"}/kepler-$(sha256sum <"$file" | cut -c 1-16)
}
