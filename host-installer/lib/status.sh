# shellcheck shell=bash
# status: what is there, and whether it measures. Fails when it does not.

print_status() {
  local url
  detect_system
  find_previous
  if [[ -z $previous_runtime ]]; then
    printf 'agent: none that host.sh installed\n'
    return 1
  fi
  url=$(local_url "$previous_address" "$previous_port")
  printf 'agent: with %s, %s\n' "$previous_runtime" "$(if [[ $previous_runs == yes ]]; then printf 'runs'; else printf 'does not run'; fi)"
  [[ $previous_runtime == native ]] || printf 'image: %s, %s\n' "${previous_config%% *}" "$previous_rights rights"
  printf 'listens: %s\n' "$url"
  printf 'allowed: %s\n' "${state[allow]:-everyone that reaches it}"
  [[ $previous_runs == yes ]] || return 1
  if measures_now "$url"; then
    printf 'measures: %s W (%s %s)\n' "$measured_watts" "$agent_title" "$measured_version"
    return 0
  fi
  printf 'measures: no (%s)\n' "$(describe_verdict "$last_verdict")"
  return 1
}
