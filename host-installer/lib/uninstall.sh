# shellcheck shell=bash
# uninstall: takes away what install put there, and nothing else. What fails is said, and the rest goes on.

uninstall_failed=no

# take_away DESCRIPTION FUNCTION [ARGUMENT...]
take_away() {
  say "removing $1"
  shift
  "$@" >&2 || {
    warn "this failed: $*"
    uninstall_failed=yes
  }
}

uninstall_agent() {
  local engine entry name package anything=no
  only_one_run
  detect_system
  for engine in docker podman; do
    engine_works "$engine" || continue
    for name in "$container_candidate" "$container_previous" "$container_name"; do
      [[ -n $(container_config "$engine" "$name") ]] || continue
      anything=yes
      take_away "the container $name of $engine" remove_container "$engine" "$name"
    done
  done
  for entry in ${state[pulled]:-}; do
    engine_works "${entry%%|*}" && take_away "the image ${entry#*|}" remove_image "$entry"
  done
  if native_is_there; then anything=yes && take_away "$native_unit" remove_native; fi
  if [[ -f $native_candidate_file ]]; then anything=yes && take_away "$native_candidate" remove_native_candidate; fi
  if firewall_is_ours; then anything=yes && take_away 'the nftables table' remove_firewall; fi
  if [[ -f $modules_file ]]; then anything=yes && take_away "${modules_file#"$ROOT"}" rm -f "$modules_file"; fi
  if [[ ${state[podman_restart]:-} == yes ]]; then take_away "the start of podman's containers at boot" disable_boot_unit; fi
  for package in ${state[packages]:-}; do
    case $package in
      scaphandre) take_away 'the package scaphandre' remove_package scaphandre ;;
      *) say "kept: the package $package, which something else may use by now" ;;
    esac
  done
  keep_everything
  [[ $uninstall_failed == no ]] || die 1 'not everything could be removed' 'mend what is said above and run host.sh uninstall again'
  if [[ -f $state_file ]]; then
    anything=yes
    rm -f "$state_file"
    rmdir "$state_folder" 2>/dev/null || true
  fi
  if [[ $anything == no ]]; then say 'there is nothing here that host.sh installed'; else say 'done; kernel modules stay loaded until the next boot'; fi
}
