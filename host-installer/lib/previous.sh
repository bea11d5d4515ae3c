# shellcheck shell=bash
# The agent that an earlier run installed: finding it, setting it aside, and taking it away.

previous_agent='' previous_runtime='' previous_config='' previous_address='' previous_port='' previous_rights='' previous_runs=no
previous_had_front=no

# Fails where another has a container of the name that the agent is to have.
refuse_foreign_container() { # refuse_foreign_container ENGINE OUR_CONTAINERS
  local name
  name=$(container_of final)
  if is_line_of "$name" "$2" || ! container_exists "$1" "$name"; then return 0; fi
  die 78 "$1 has a container named $name that host.sh did not make" \
    "remove it ($1 rm -f $name) or rename it ($1 rename $name $name-old)"
}

find_container() { # find_container ENGINE
  local ours name
  ours=$(our_containers "$1")
  [[ -z $agent_image ]] || refuse_foreign_container "$1" "$ours"
  for name in $(known_agents); do
    is_line_of "$(container_of final "$name")" "$ours" || continue
    previous_agent=$name previous_runtime=$1
    previous_config=$(container_config "$1" "$name")
    read -r _ previous_address previous_port previous_rights <<<"$previous_config"
    ! container_runs "$1" "$name" || previous_runs=yes
    return 0
  done
}

is_line_of() { [[ $'\n'$2$'\n' == *$'\n'"$1"$'\n'* ]]; }

find_previous() {
  local engine
  previous_agent=${installed_agent:-$agent} previous_runtime='' previous_runs=no previous_had_front=no
  ! front_is_there || ! front_listens || previous_had_front=yes
  for engine in docker podman; do
    ! engine_works "$engine" || find_container "$engine"
    [[ -z $previous_runtime ]] || return 0
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
  [[ $previous_had_front == no ]] || stop_front
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
  forget_old_guest_trees
  remove_unneeded_programs
}

is_installed() { [[ "$1 $2" == "$installed_runtime $installed_agent" ]]; }

# clean_containers ENGINE AGENT OUR_CONTAINERS: beside the agent that was installed last, another one is new and was not
# proved, or it is old.
clean_containers() {
  local role
  for role in candidate final previous; do
    is_line_of "$(container_of "$role" "$2")" "$3" || continue
    if [[ $role == candidate ]] || { [[ -n $installed_runtime ]] && ! is_installed "$1" "$2"; }; then
      remove_container "$1" "$(container_of "$role" "$2")"
    fi
  done
}

# The agent that is set aside comes back where nothing has taken its place.
restore_set_aside() { # restore_set_aside ENGINE AGENT OUR_CONTAINERS
  local final previous
  final=$(container_of final "$2") previous=$(container_of previous "$2")
  is_line_of "$previous" "$3" || return 0
  if container_exists "$1" "$final"; then remove_container "$1" "$previous"; else
    "$1" rename "$previous" "$final"
    "$1" start "$final" >/dev/null 9>&-
  fi
}

# What a run that was killed left behind.
clean_leftovers() {
  local engine ours name step
  [[ ! -f $native_candidate_file ]] || remove_native_candidate
  if [[ -n $installed_runtime && $installed_runtime != native ]] && native_is_there; then remove_native; fi
  for step in clean_containers restore_set_aside; do
    for engine in docker podman; do
      engine_works "$engine" || continue
      ours=$(our_containers "$engine")
      [[ -n $ours ]] || continue
      for name in $(known_agents); do "$step" "$engine" "$name" "$ours"; done
    done
  done
}
