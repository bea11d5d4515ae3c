# shellcheck shell=bash
# The agent that an earlier run installed: finding it, setting it aside, and taking it away.

previous_runtime='' previous_config='' previous_address='' previous_port='' previous_rights='' previous_runs=no

find_previous() {
  local engine
  previous_runtime='' previous_runs=no
  for engine in docker podman; do
    engine_works "$engine" && container_exists "$engine" "$(container_of final)" || continue
    previous_config=$(container_config "$engine" "$(container_of final)")
    [[ -n $previous_config ]] || die 78 "$engine has a container named $agent_container that host.sh did not make" \
      "remove it ($engine rm -f $agent_container) or rename it ($engine rename $agent_container $agent_container-old)"
    previous_runtime=$engine
    read -r _ previous_address previous_port previous_rights <<<"$previous_config"
    ! container_runs "$engine" "$(container_of final)" || previous_runs=yes
    return 0
  done
  native_is_there || return 0
  previous_runtime=native
  read -r previous_address previous_port <<<"$(native_listens)"
  previous_config=$(<"$native_unit_file")
  ! native_runs "$native_unit" || previous_runs=yes
}

restore_previous() {
  if [[ $previous_runtime == native ]]; then
    restart_native
    return $?
  fi
  if container_exists "$previous_runtime" "$(container_of previous)"; then
    "$previous_runtime" rename "$(container_of previous)" "$(container_of final)" || return 1
  fi
  [[ $previous_runs == no ]] || "$previous_runtime" start "$(container_of final)" 9>&-
}

stop_previous() {
  on_failure restore_previous
  if [[ $previous_runtime == native ]]; then
    systemctl stop "$native_unit"
  else
    "$previous_runtime" rename "$(container_of final)" "$(container_of previous)"
    "$previous_runtime" stop "$(container_of previous)" >/dev/null
  fi
}

# To be called when nothing is undone any more.
forget_previous() {
  if [[ $previous_runtime == native ]]; then
    [[ $agent_runtime == native ]] || remove_native
  elif [[ -n $previous_runtime ]] && container_exists "$previous_runtime" "$(container_of previous)"; then
    remove_container "$previous_runtime" "$(container_of previous)"
  fi || warn 'the previous agent could not be removed'
}

# What a run that was killed left behind.
clean_leftovers() {
  local engine
  for engine in docker podman; do
    engine_works "$engine" || continue
    if [[ -n $(container_config "$engine" "$(container_of candidate)") ]]; then remove_container "$engine" "$(container_of candidate)"; fi
    [[ -n $(container_config "$engine" "$(container_of previous)") ]] || continue
    if container_exists "$engine" "$(container_of final)"; then remove_container "$engine" "$(container_of previous)"; else
      "$engine" rename "$(container_of previous)" "$(container_of final)"
      "$engine" start "$(container_of final)" >/dev/null 9>&-
    fi
  done
  [[ ! -f $native_candidate_file ]] || remove_native_candidate
  # The agent of another runtime than the one that was installed last: it is new and was not proved, or it is old.
  for engine in docker podman; do
    [[ -n ${state[runtime]:-} && ${state[runtime]} != "$engine" ]] && engine_works "$engine" || continue
    if [[ -n $(container_config "$engine" "$(container_of final)") ]]; then remove_container "$engine" "$(container_of final)"; fi
  done
  if [[ -n ${state[runtime]:-} && ${state[runtime]} != native ]] && native_is_there; then remove_native; fi
}
