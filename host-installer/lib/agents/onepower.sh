# shellcheck shell=bash disable=SC2034,SC2154 # host.sh has the names
# opennebula-power-agent, the suite's own: all that host.sh knows of it. It comes with the package
# opennebula-extensions-node, which brings the Node that runs it.

agent_title=onepower
agent_homepage=file:/usr/share/doc/opennebula-extensions-node
agent_job=onepower
agent_port=8080
agent_runtimes=(native)
agent_package=opennebula-extensions-node
agent_package_stays=yes # the sudo rules of live migration are in it as well
agent_program=$ROOT/usr/lib/opennebula-extensions-node/opennebula-power-agent
agent_needs_rapl=no
agent_seconds_between_scrapes=2

# Whether the BMC is the only meter that this host has, as far as can be seen from here.
asks_the_bmc() { [[ -n $rapl_problem && -e $ROOT/dev/ipmi0 ]]; }

run_folder_of() { if [[ $1 == final ]]; then printf opennebula-power-agent; else printf opennebula-power-agent-%s "$1"; fi; }

# agent_arguments ADDRESS PORT RUNTIME ROLE: of its program, a line each
agent_arguments() {
  local model
  printf '%s\n' "--web.listen-address=$(bracketed "$1"):$2" "--path.run=/run/$(run_folder_of "$4")"
  model=$(wanted model none)
  [[ $model == none ]] || printf '%s\n' "--model.idle-watts=${model%,*}" "--model.max-watts=${model#*,}"
  ! writes_guest_trees "$4" || printf '%s\n' "--guest-trees=$wanted_guest_trees"
}

# The one that is proved beside another leaves them to that.
writes_guest_trees() { [[ $1 == final && -n $wanted_guest_trees ]]; }

# agent_unit_lines ROLE PORT. Its counters go on when it is started again. The device of the BMC is root's own, and so are
# the folders that libvirt's hook makes for guests.
agent_unit_lines() {
  printf '%s\n' MemoryMax=256M "SocketBindDeny=any" "SocketBindAllow=tcp:$2" \
    "RuntimeDirectory=$(run_folder_of "$1")" RuntimeDirectoryMode=0700
  [[ $1 != final ]] || printf 'RuntimeDirectoryPreserve=yes\n'
  if asks_the_bmc || writes_guest_trees "$1"; then printf 'User=root\n'; else printf 'DynamicUser=yes\n'; fi
  if asks_the_bmc; then printf '%s\n' DevicePolicy=closed 'DeviceAllow=/dev/ipmi0 rw'; else printf 'PrivateDevices=yes\n'; fi
  # QEMU runs as another user and goes through the folder.
  ! writes_guest_trees "$1" || printf '%s\n' "ExecStartPre=+/bin/sh -c 'umask 022; mkdir -p $wanted_guest_trees'" "ReadWritePaths=$wanted_guest_trees"
}

native_program() { printf '%s' "${wanted_program:-${agent_program#"$ROOT"}}"; }

can_be_native() { [[ -n $option_onepower_archive || -n ${state[program]:-} || -x $agent_program ]] || distribution_has "$agent_package"; }
die_without_native() {
  die 78 "this host has no package $agent_package, and its repositories have none" \
    'install the package (it is made with the package of the front-end), then run host.sh again; or run this on the front-end, which brings the agent along: oneext hosts install --agent onepower'
}

# The files of the package as an archive, which oneext brings. Where it is named by its digest, it was unpacked before
# or, for plan, will be brought.
choose_program() {
  local file=${ROOT:+$ROOT/}$option_onepower_archive digest=${option_onepower_archive#sha256:}
  wanted_program=${state[program]:-}
  if [[ -z $option_onepower_archive ]]; then
    # The package, where it has come by now, is what gets upgrades.
    [[ ! -x $agent_program ]] || wanted_program=''
    return 0
  fi
  if [[ $option_onepower_archive != sha256:* ]]; then
    [[ -f $file && -r $file ]] || die 2 "--onepower-archive is '$option_onepower_archive', which is not a file that can be read" \
      'give an archive of the files of the package opennebula-extensions-node'
    digest=$(sha256sum <"$file" | cut -d ' ' -f 1)
  elif [[ ! $digest =~ ^[0-9a-f]{64}$ ]]; then
    die 2 "--onepower-archive is '$option_onepower_archive' but must be a file, or sha256: and 64 digits" 'host.sh --help shows all options'
  fi
  program_source=$file
  wanted_program=${programs_folder#"$ROOT"}/onepower-${digest:0:16}/opennebula-power-agent
}

unpack_program() {
  local folder=$ROOT${wanted_program%/*}
  rm -rf "$folder.new"
  mkdir -p "$folder.new"
  tar -x --no-same-owner -f "$program_source" -C "$folder.new"
  [[ -x $folder.new/opennebula-power-agent ]] ||
    die 1 "the archive $option_onepower_archive has no program opennebula-power-agent" 'give an archive of the files of the package opennebula-extensions-node'
  mv "$folder.new" "$folder"
}

# agent_judge_page <PAGE: "counter JOULES SECONDS VERSION", "no-meter" or "no-energy". The seconds are those that its CPUs
# have counted.
agent_judge_page() {
  awk '
    function label(name) { return match($0, "[{,]" name "=\"[^\"]*\"") ? substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 4) : "" }
    BEGIN { version = "of an unknown version" }
    /^onepower_info\{/ { meter = label("meter"); if (label("version") ~ /^[A-Za-z0-9.+~-]+$/) version = label("version") }
    /^onepower_host_energy_joules_total / { joules = $2; measured = 1 }
    /^onepower_host_cpus / { cpus = $2 }
    /^onepower_host_cpu_seconds_total\{/ { seconds += $NF }
    END {
      if (meter == "none") print "no-meter"
      else if (!measured || cpus <= 0) print "no-energy"
      else printf "counter %.6f %.6f %s\n", joules, seconds / cpus, version
    }'
}
