# shellcheck shell=bash
# The agent that an earlier run installed: finding it, setting it aside, and taking it away.

previous_agent='' previous_runtime='' previous_config='' previous_address='' previous_port='' previous_rights='' previous_runs=no
previous_had_front=no

# find_container ENGINE AGENT: whether it is there and ours
find_container() {
  local name
  name=$(container_of final "$2")
  container_exists "$1" "$name" || return 1
  previous_config=$(container_config "$1" "$name")
  if [[ -z $previous_config ]]; then
    [[ $2 != "$agent" ]] || die 78 "$1 has a container named $name that host.sh did not make" \
      "remove it ($1 rm -f $name) or rename it ($1 rename $name $name-old)"
    return 1
  fi
  previous_agent=$2 previous_runtime=$1
  read -r _ previous_address previous_port previous_rights <<<"$previous_config"
  ! container_runs "$1" "$name" || previous_runs=yes
}

find_previous() {
  local engine name
  previous_agent=${installed_agent:-$agent} previous_runtime='' previous_runs=no previous_had_front=no
  ! front_listens || previous_had_front=yes
  for engine in docker podman; do
    engine_works "$engine" || continue
    for name in $(known_agents); do
      ! find_container "$engine" "$name" || return 0
    done
  done
  native_is_there || return 0
  previous_runtime=native
  read -r previous_address previous_port <<<"$(native_listens)"
  previous_config=$(<"$native_unit_file")
  ! native_runs "$native_unit" || previous_runs=yes
}

restore_previous() {
  if [[ $previous_runtime == native ]]; then restart_native; else restore_previous_container; fi || return 1
  [[ $previous_had_front == no ]] || start_front
}

restore_previous_container() {
  if container_exists "$previous_runtime" "$(container_of previous "$previous_agent")"; then
    "$previous_runtime" rename "$(container_of previous "$previous_agent")" "$(container_of final "$previous_agent")" || return 1
  fi
  [[ $previous_runs == no ]] || "$previous_runtime" start "$(container_of final "$previous_agent")" 9>&-
}

stop_previous() {
  on_failure restore_previous
  stop_front
  if [[ $previous_runtime == native ]]; then
    systemctl stop "$native_unit"
  else
    "$previous_runtime" rename "$(container_of final "$previous_agent")" "$(container_of previous "$previous_agent")"
    "$previous_runtime" stop "$(container_of previous "$previous_agent")" >/dev/null
  fi
}

# To be called when nothing is undone any more.
forget_previous() {
  if [[ $previous_runtime == native ]]; then
    [[ $agent_runtime == native ]] || remove_native
  elif [[ -n $previous_runtime ]] && container_exists "$previous_runtime" "$(container_of previous "$previous_agent")"; then
    remove_container "$previous_runtime" "$(container_of previous "$previous_agent")"
  fi || warn 'the previous agent could not be removed'
  if [[ $agent_has_front == no ]] && front_is_there; then remove_front || warn "$front_socket could not be removed"; fi
  remove_unneeded_configs "$agent"
  remove_unneeded_programs
}

# remove_if_ours ENGINE CONTAINER
remove_if_ours() { if [[ -n $(container_config "$1" "$2") ]]; then remove_container "$1" "$2"; fi; }

is_installed() { [[ "$1 $2" == "$installed_runtime $installed_agent" ]]; }

# clean_other_containers ENGINE AGENT: beside the agent that was installed last, another one is new and was not proved,
# or it is old.
clean_other_containers() {
  remove_if_ours "$1" "$(container_of candidate "$2")"
  [[ -n $installed_runtime ]] && ! is_installed "$1" "$2" || return 0
  remove_if_ours "$1" "$(container_of final "$2")"
  remove_if_ours "$1" "$(container_of previous "$2")"
}

# The agent that is set aside comes back where nothing has taken its place.
restore_set_aside() { # restore_set_aside ENGINE AGENT
  local final previous
  final=$(container_of final "$2") previous=$(container_of previous "$2")
  [[ -n $(container_config "$1" "$previous") ]] || return 0
  if container_exists "$1" "$final"; then remove_container "$1" "$previous"; else
    "$1" rename "$previous" "$final"
    "$1" start "$final" >/dev/null 9>&-
  fi
}

# What a run that was killed left behind.
clean_leftovers() {
  local engine name step
  [[ ! -f $native_candidate_file ]] || remove_native_candidate
  if [[ -n $installed_runtime && $installed_runtime != native ]] && native_is_there; then remove_native; fi
  for step in clean_other_containers restore_set_aside; do
    for engine in docker podman; do
      engine_works "$engine" || continue
      for name in $(known_agents); do "$step" "$engine" "$name"; done
    done
  done
}
