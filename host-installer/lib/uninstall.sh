# shellcheck shell=bash
# uninstall: takes away what install put there, and nothing else. What fails is said, and the rest goes on.

uninstall_failed=no

# take_away DESCRIPTION FUNCTION [ARGUMENT...]
take_away() {
  local what=$1
  say "removing $what"
  shift
  "$@" >&2 || {
    warn "could not remove $what"
    uninstall_failed=yes
  }
}

containers_of_agents() {
  local name role
  for name in $(known_agents); do
    for role in candidate previous final; do printf '%s\n' "$(container_of "$role" "$name")"; done
  done
}

is_package_of_agent() {
  local name
  for name in $(known_agents); do
    [[ $(agent_fact "$name" agent_package) == "$1" ]] || continue
    [[ $(agent_fact "$name" agent_package_stays) == yes ]] || return 0
  done
  return 1
}

uninstall_agent() {
  local engine entry container ours package anything=no
  only_one_run
  find_system || true # what was installed can be removed whatever this host has become
  for engine in docker podman; do
    engine_works "$engine" || continue
    ours=$(our_containers "$engine")
    for container in $(containers_of_agents); do
      is_line_of "$container" "$ours" || continue
      anything=yes
      take_away "the container $container of $engine" remove_container "$engine" "$container"
    done
  done
  for entry in ${state[pulled]:-}; do
    engine_works "${entry%%|*}" && take_away "the image ${entry#*|}" remove_image "$entry"
  done
  if native_is_there; then anything=yes && take_away "$native_unit" remove_native; fi
  if [[ -f $native_candidate_file ]]; then anything=yes && take_away "$native_candidate" remove_native_candidate; fi
  if front_is_there; then anything=yes && take_away "$front_socket" remove_front; fi
  remove_unneeded_configs ''
  wanted_program=''
  remove_unneeded_programs
  if guest_trees_are_here; then anything=yes && take_away 'the folders of guests and the hook of libvirt' remove_guest_trees; fi
  if telegraf_is_ours; then anything=yes && take_away 'what host.sh has told Telegraf' remove_telegraf; fi
  if firewall_is_ours; then anything=yes && take_away 'the nftables table' remove_firewall; fi
  if [[ -f $modules_file ]]; then anything=yes && take_away "${modules_file#"$ROOT"}" rm -f "$modules_file"; fi
  if [[ ${state[podman_restart]:-} == yes ]]; then take_away "the start of podman's containers at boot" disable_boot_unit podman-restart.service; fi
  for package in ${state[packages]:-}; do
    if [[ -z $package_manager ]] && is_package_of_agent "$package"; then
      say "kept: the package $package, as host.sh does not know the package manager of this system"
    elif [[ -n ${DPKG_MAINTSCRIPT_NAME:-} ]] && is_package_of_agent "$package"; then
      # dpkg, which has started this, holds its lock.
      say "kept: the package $package, as dpkg removes another one just now: apt-get remove $package removes it"
    elif is_package_of_agent "$package"; then take_away "the package $package" remove_package "$package"; else
      say "kept: the package $package, which something else may use by now"
    fi
  done
  keep_everything
  [[ $uninstall_failed == no ]] || die 1 'not everything could be removed' 'correct what the warnings above say, and run host.sh uninstall again'
  if [[ -f $state_file ]]; then
    anything=yes
    rm -f "$state_file"
    rmdir "$state_folder" 2>/dev/null || true
  fi
  if [[ $anything == no ]]; then say 'there is nothing here that host.sh installed'; else say 'done; kernel modules stay loaded until the next boot'; fi
}
