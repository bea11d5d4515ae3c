# shellcheck shell=bash
# The agent whatever it runs as: which one is there, starting one that is proved, and putting it in its place.

agent_runtime='' # docker, podman or native

# The first that this host has of those that the agent can run with.
choose_runtime_alone() {
  if can_run_with docker && engine_works docker; then
    agent_runtime=docker
    return 0
  fi
  if can_run_with docker && [[ $docker_is_podman == no ]] && type -P docker >/dev/null; then
    warn 'docker is installed but does not answer, so it is not used'
  fi
  if can_run_with podman && type -P podman >/dev/null; then agent_runtime=podman
  elif can_run_with native && { ! can_run_with podman || can_be_native; }; then agent_runtime=native
  else agent_runtime=podman; fi
}

can_run_with() { is_one_of "$1" "${agent_runtimes[@]}"; }

choose_runtime() {
  agent_runtime=$(wanted runtime auto)
  [[ -z $option_kepler_binary || -n $option_runtime ]] || agent_runtime=native
  wanted_image=$(wanted image "$agent_image")
  [[ $agent_runtime == auto ]] || can_run_with "$agent_runtime" ||
    die 2 "--runtime is '$agent_runtime' but must be auto or $(join ' or ' "${agent_runtimes[@]}") for $agent_title" 'host.sh --help shows all options'
  # It was chosen for the agent that is to be replaced.
  if [[ $agent_runtime == native && -z $option_runtime && $agent != "${installed_agent:-$agent}" ]] && ! can_be_native; then agent_runtime=auto; fi
  if [[ $agent_runtime == docker && $docker_is_podman == yes ]]; then
    say 'docker is another name of podman on this host: the agent runs with podman'
    agent_runtime=podman
  fi
  [[ $agent_runtime != auto ]] || choose_runtime_alone
  case $agent_runtime in
    docker)
      engine_works docker || die 78 'docker does not work on this host: docker info fails' \
        'start it (systemctl enable --now docker), or choose another --runtime'
      ;;
    native)
      can_be_native || die_without_native
      choose_program
      ;;
  esac
}

wanted_config() {
  if [[ $agent_runtime == native ]]; then native_unit_text final "$listen_address" "$listen_port"; else
    printf '%s %s %s %s' "$pinned_image" "$listen_address" "$listen_port" "$previous_rights"
  fi
}

config_is_made() {
  local text
  text=$(agent_config_text "$agent_runtime")
  [[ -z $text ]] || has_text "$agent_config_file" "$text"
}

make_config() {
  local text
  text=$(agent_config_text "$agent_runtime")
  [[ -z $text ]] || write_file "$agent_config_file" "$text"
}

# The configuration files of all agents but the one that is here.
remove_unneeded_configs() {
  local name
  for name in $(known_agents); do
    [[ $name == "$1" ]] || rm -f "$(agent_fact "$name" agent_config_file)"
  done
  rmdir "${agent_config_file%/*}" 2>/dev/null || true
}

# A container is started after a boot if its restart policy is the one that its engine looks for.
starts_as_wanted() {
  [[ $agent_runtime == native ]] ||
    [[ $(container_value "$agent_runtime" "$(container_of final)" '{{.HostConfig.RestartPolicy.Name}}') == "$(restart_policy "$agent_runtime")" ]]
}

# One that runs and does not measure any more is replaced too.
agent_is_wanted() {
  [[ $previous_agent == "$agent" && $previous_runtime == "$agent_runtime" && $previous_runs == yes && $previous_config == "$(wanted_config)" ]] &&
    starts_as_wanted && config_is_made &&
    { [[ $agent_has_front == no ]] || front_is_made; } &&
    measures_now "$(local_url "$previous_address" "$previous_port")"
}

check_port() {
  if [[ $previous_port != "$listen_port" ]]; then check_port_is_free "$listen_port"; fi
  if [[ $agent_has_front == yes && ("$previous_agent $previous_port" != "$agent $listen_port" || -z $previous_runtime) ]]; then
    check_port_is_free "$(port_behind_front "$listen_port")"
  fi
}

check_port_is_free() {
  local users
  users=$(listeners_on "$1")
  [[ -z $users ]] || die 1 "port $1 is in use: ${users##*users:}" 'choose another with --port'
}

# unit_file_of and unit_of final|candidate
unit_file_of() { if [[ $1 == candidate ]]; then printf '%s' "$native_candidate_file"; else printf '%s' "$native_unit_file"; fi; }
unit_of() { if [[ $1 == candidate ]]; then printf '%s' "$native_candidate"; else printf '%s' "$native_unit"; fi; }

agent_runs() {
  if [[ $agent_runtime == native ]]; then native_runs "$(unit_of "$1")"; else container_runs "$agent_runtime" "$(container_of "$1")"; fi
}

show_agent_log() {
  say 'the last lines of the log of the agent:'
  if [[ $agent_runtime == native ]]; then
    journalctl --unit "$(unit_of "$1")" --lines 20 --no-pager --output cat
  else
    "$agent_runtime" container logs --tail 20 "$(container_of "$1")"
  fi 2>&1 | head -c 65536 | tr -d '\000-\010\013-\037\177' | sed 's/^/  | /' >&2 || true
}

remove_agent_if_there() {
  if [[ $agent_runtime == native ]]; then
    if [[ $1 == candidate ]]; then remove_native_candidate; elif [[ $previous_runtime != native ]]; then remove_native; fi
  elif container_exists "$agent_runtime" "$(container_of "$1")"; then
    remove_container "$agent_runtime" "$(container_of "$1")"
  fi
}

start_agent() { # start_agent ROLE ADDRESS PORT CONFINEMENT
  # Registered after a unit's file is written: the unit must be stopped before its file goes.
  if [[ $agent_runtime == native ]]; then
    write_file "$(unit_file_of "$1")" "$(native_unit_text "$1" "$2" "$3")"
  fi
  on_failure remove_agent_if_there "$1"
  if [[ $agent_runtime != native ]]; then run_container "$agent_runtime" "$1" "$2" "$3" "$4"; else
    systemctl daemon-reload
    [[ $1 == candidate ]] || systemctl enable "$native_unit"
    systemctl restart "$(unit_of "$1")"
  fi
  [[ $1 == candidate || $agent_has_front == no ]] || make_front
}

# start_proved ROLE ADDRESS PORT: starts it with the least rights, and a container with all where that measures nothing
start_proved() {
  local seconds=$most_seconds confinement=${previous_rights:-least}
  if [[ $agent_runtime != native && $confinement == least ]]; then seconds=$((most_seconds / 2)); fi
  start_agent "$1" "$2" "$3" "$confinement"
  if wait_until_measures "$(local_url "$2" "$3")" "$seconds" agent_runs "$1"; then
    previous_rights=$confinement
    return 0
  fi
  show_agent_log "$1"
  if [[ $agent_runtime == native || $confinement != least ]]; then
    die 1 'the agent does not measure' 'see its log above'
  fi
  warn 'the agent does not measure with the least rights: trying --privileged'
  remove_agent_if_there "$1"
  start_agent "$1" "$2" "$3" privileged
  if ! wait_until_measures "$(local_url "$2" "$3")" "$((most_seconds / 2))" agent_runs "$1"; then
    show_agent_log "$1"
    die 1 'the agent does not measure, not even with --privileged' 'see its log above'
  fi
  warn 'the agent runs with --privileged'
  previous_rights=privileged
}

# The previous agent keeps running until the new one has measured beside it.
replace_agent() {
  local port
  make_config
  if [[ -n $previous_runtime ]]; then
    say 'proving the new agent beside the previous one'
    port=$(free_port)
    start_proved candidate 127.0.0.1 "$port"
    remove_agent_if_there candidate
    stop_previous
  fi
  start_proved final "$listen_address" "$listen_port"
}
