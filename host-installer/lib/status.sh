# shellcheck shell=bash
# status: what is there, as the kernel and the engine have it, and whether it measures. Fails where something is not as
# install left it.

status_problems=no

# On stdout: oneext reads it.
tell_problem() {
  printf 'problem: %s\n' "$1"
  status_problems=yes
}

print_allowed() {
  local now
  now=$(firewall_now)
  case $now in
    absent) printf 'allowed: everyone that reaches it\n' ;;
    other) printf 'allowed: unknown\n' ;;
    *) printf 'allowed: %s\n' "${state[allow]:-unknown}" ;;
  esac
  case $now:${state[allow]:+asked} in
    absent:asked)
      tell_problem "the nftables table for --allow ${state[allow]} is gone, so every address reaches the port; host.sh install loads it again" ;;
    other:*)
      tell_problem 'the table inet opennebula_power_agent of nftables is not the one that host.sh loaded; host.sh install puts it right' ;;
    unkept:*)
      tell_problem "$firewall_unit does not run, so nothing loads the nftables table again when it is flushed; host.sh install starts it" ;;
  esac
}

# Whether the agent comes back after a boot, where host.sh sees to that.
tell_of_boot() {
  local unit policy
  unit=$(boot_unit "$previous_runtime")
  if [[ -n $unit ]] && ! systemctl is-enabled --quiet "$unit" 2>/dev/null; then
    tell_problem "$unit is not enabled, so the agent does not start after a boot; host.sh install enables it"
  fi
  if [[ $agent_has_front == yes ]] && ! systemctl is-enabled --quiet "$front_socket" 2>/dev/null; then
    tell_problem "$front_socket is not enabled, so nobody can ask the agent after a boot; host.sh install enables it"
  fi
  [[ $previous_runtime != native ]] || return 0
  policy=$(container_value "$previous_runtime" "$(container_of final "$previous_agent")" '{{.HostConfig.RestartPolicy.Name}}')
  [[ $policy == "$(restart_policy "$previous_runtime")" ]] ||
    tell_problem "the restart policy of the container is $policy, so $previous_runtime does not start the agent after a boot; host.sh install starts it anew"
}

print_measurement() {
  if [[ $previous_runs == no ]]; then status_problems=yes; return 0; fi
  if measures_now "$1"; then
    printf 'measures: %s W (%s %s)\n' "$measured_watts" "$agent_title" "$measured_version"
    [[ -z $measured_note ]] || tell_problem "$(describe_note "$measured_note")"
  else
    printf 'measures: no (%s)\n' "$(describe_verdict "$last_verdict")"
    status_problems=yes
  fi
}

print_status() {
  local url
  find_previous
  if [[ -z $previous_runtime ]]; then
    printf 'agent: none that host.sh installed\n'
    die 1 'host.sh has installed no agent on this host' 'install one with: host.sh install'
  fi
  url=$(local_url "$previous_address" "$previous_port")
  printf 'agent: with %s, %s\n' "$previous_runtime" "$(if [[ $previous_runs == yes ]]; then printf 'runs'; else printf 'does not run'; fi)"
  [[ $previous_runtime == native ]] || printf 'image: %s, %s\n' "${previous_config%% *}" "$previous_rights rights"
  printf 'listens: %s\n' "$(url_of "$previous_address" "$previous_port")"
  print_allowed
  tell_of_boot
  print_guest_trees
  print_measurement "$url"
  [[ $status_problems == no ]] || die 1 'something is not as host.sh install leaves it' \
    'the lines above say what it is; host.sh install corrects what it can'
}
