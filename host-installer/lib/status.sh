# shellcheck shell=bash
# status: what is there, and whether it measures. Fails when it does not.

print_status() {
  local url verdict address
  detect_system
  find_previous
  if [[ -z $previous_runtime ]]; then
    printf 'agent: none that host.sh installed\n'
    return 1
  fi
  if [[ $previous_runtime == native ]]; then address=$(native_value address); else
    address=${previous_config% *}
    address=${address##* }
  fi
  url=$(local_url "$address" "$previous_port")
  printf 'agent: with %s, %s\n' "$previous_runtime" "$(if [[ $previous_runs == yes ]]; then printf 'runs'; else printf 'does not run'; fi)"
  [[ $previous_runtime == native ]] || printf 'image: %s, %s\n' "${previous_config%% *}" "${state[confinement]:-least} rights"
  printf 'listens: %s\n' "$url"
  printf 'allowed: %s\n' "${state[allow]:-everyone that reaches it}"
  [[ $previous_runs == yes ]] || return 1
  verdict=$(measure_once "$url")
  if [[ $verdict == no-power ]]; then # the first scrape after a start has none
    sleep "$seconds_between_scrapes"
    verdict=$(measure_once "$url")
  fi
  if [[ $verdict == ok* ]]; then
    read -r _ measured_watts measured_version <<<"$verdict"
    printf 'measures: %s W (Scaphandre %s)\n' "$measured_watts" "$measured_version"
    return 0
  fi
  printf 'measures: no (%s)\n' "$verdict"
  return 1
}
