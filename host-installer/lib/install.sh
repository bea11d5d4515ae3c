# shellcheck shell=bash
# install and plan: the same steps in the same order. A step has four functions: needs_X, tell_X (what would be
# done), already_X (what there is instead), apply_X.

steps=(modules modules_file packages program image firewall guest_trees agent old_guest_trees old_port start_at_boot telegraf)

# Reads only. Whatever this host lacks is said before anything is done.
inspect() {
  require_system
  choose_listen
  choose_allow
  choose_runtime
  [[ $agent_runtime == native ]] || pin_image "$agent_runtime"
  find_host_id
  find_previous
  guard_ports
  check_port
  plan_modules
  need_package curl curl
  case $agent_runtime in
    podman) need_package podman podman ;;
    native) [[ -n $wanted_program ]] || need_package "$agent_program" "$agent_package" ;;
  esac
  [[ -z $wanted_allow ]] || need_package nft nftables
  choose_guest_trees
  choose_telegraf
}

needs_modules() { ((${#modules_to_load[@]} > 0)); }
tell_modules() { printf 'load the kernel modules %s' "$(join ', ' "${modules_to_load[@]}")"; }
already_modules() { ((${#missing_modules[@]} > 0)) || printf 'the kernel has the drivers of the energy counters'; }
apply_modules() { load_modules; }

needs_modules_file() { [[ -n $(modules_to_remember) ]] && ! modules_are_remembered; }
tell_modules_file() { printf 'load the kernel modules at each boot, by %s' "${modules_file#"$ROOT"}"; }
already_modules_file() {
  if [[ -n $(modules_to_remember) ]]; then printf 'the kernel modules are loaded at each boot'
  elif ((${#missing_modules[@]} == 0)); then printf 'the kernel has the modules built in'; fi
}
apply_modules_file() { remember_modules; }

needs_packages() { ((${#packages_to_install[@]} > 0)); }
tell_packages() { printf 'install the packages %s' "$(join ', ' "${packages_to_install[@]}")"; }
already_packages() { printf 'the packages are installed'; }
apply_packages() { install_packages; }

needs_program() { program_is_missing; }
tell_program() { printf 'put the program %s here' "$wanted_program"; }
already_program() { [[ -z $wanted_program ]] || printf 'the program %s is here' "$wanted_program"; }
apply_program() { put_program; }

needs_image() { [[ $agent_runtime != native ]] && ! { type -P "$agent_runtime" >/dev/null && image_is_there "$agent_runtime"; }; }
tell_image() { printf 'pull the image %s' "$pinned_image"; }
already_image() {
  if [[ $agent_runtime == native ]]; then printf 'no image is needed'; else printf 'the image %s is on this host' "$pinned_image"; fi
}
apply_image() { pull_image "$agent_runtime"; }

needs_firewall() { if [[ -n $wanted_allow ]]; then ! firewall_is_made; else firewall_is_ours; fi; }
tell_firewall() {
  if [[ -n $wanted_allow ]]; then
    printf 'let only %s reach port %s, by nftables' "$wanted_allow" "$(join ' and ' "${guarded_ports[@]}")"
  else printf 'remove the nftables table that limits who may reach the agent'; fi
}
already_firewall() {
  if [[ -n $wanted_allow ]]; then printf 'only %s may reach port %s' "$wanted_allow" "$listen_port"
  else printf 'host.sh lets every address reach port %s (see --allow)' "$listen_port"; fi
}
apply_firewall() { if [[ -n $wanted_allow ]]; then make_firewall; else remove_firewall; fi; }

needs_guest_trees() { [[ -n $wanted_guest_trees ]] && ! guest_trees_are_made; }
tell_guest_trees() { printf 'make the folder %s for the energy of guests, and the hook %s of libvirt' "$wanted_guest_trees" "${guest_tree_hook#"$ROOT"}"; }
already_guest_trees() { [[ -z $wanted_guest_trees ]] || printf 'guests have %s, and libvirt has the hook for it' "$wanted_guest_trees"; }
apply_guest_trees() { make_guest_trees; }

# After the agent, which wrote there.
needs_old_guest_trees() { [[ -n $old_guest_trees ]]; }
tell_old_guest_trees() { printf 'take %s away from guests' "$old_guest_trees"; }
already_old_guest_trees() { :; }
apply_old_guest_trees() { retire_guest_trees; }

needs_agent() { ! agent_is_wanted; }
tell_agent() {
  case $previous_runtime in
    '') printf 'start the agent with %s' "$agent_runtime" ;;
    *)
      if [[ $previous_agent == "$agent" ]]; then
        printf 'replace the agent that runs with %s by one that runs with %s' "$previous_runtime" "$agent_runtime"
      else
        printf 'replace %s, which runs with %s, by %s, which runs with %s' \
          "$(agent_fact "$previous_agent" agent_title)" "$previous_runtime" "$agent_title" "$agent_runtime"
      fi
      ;;
  esac
  printf ', on %s port %s, and wait until it measures' "$listen_address" "$listen_port"
}
already_agent() { printf 'the agent runs with %s, on %s port %s' "$agent_runtime" "$listen_address" "$listen_port"; }
apply_agent() { replace_agent; }

# Until the previous agent is gone, its port is guarded as well.
needs_old_port() { [[ -n $wanted_allow ]] && ((${#guarded_ports[@]} == 2)); }
tell_old_port() { printf 'remove port %s from the nftables table, now that the previous agent has left it' "$previous_port"; }
already_old_port() { :; }
apply_old_port() {
  guarded_ports=("$listen_port")
  make_firewall
}

# The unit that starts the agent after a boot, where host.sh sees to that: docker's own is the operator's affair.
boot_unit() { case $1 in podman) printf podman-restart.service ;; native) printf '%s' "$native_unit" ;; esac; }
# A native agent that is made now is enabled with it.
needs_start_at_boot() {
  case $agent_runtime in
    podman) ! systemctl is-enabled --quiet podman-restart.service 2>/dev/null ;;
    native) native_is_there && ! systemctl is-enabled --quiet "$native_unit" 2>/dev/null ;;
    docker) false ;;
  esac
}
tell_start_at_boot() { printf 'enable %s, which starts the agent after a boot' "$(boot_unit "$agent_runtime")"; }
already_start_at_boot() { printf 'the agent starts at each boot'; }
disable_boot_unit() { systemctl disable "$1"; }
apply_start_at_boot() {
  local unit
  unit=$(boot_unit "$agent_runtime")
  on_failure disable_boot_unit "$unit"
  systemctl enable "$unit"
  [[ $agent_runtime != podman ]] || state[podman_restart]=yes
}

needs_telegraf() { if [[ $wanted_telegraf == yes ]]; then ! telegraf_is_made; else telegraf_is_ours; fi; }
tell_telegraf() {
  if [[ $wanted_telegraf == yes ]]; then
    printf 'let Telegraf measure, on %s port %s, and wait until it does' "$listen_address" "$telegraf_port"
  else printf 'remove what host.sh has told Telegraf'; fi
}
already_telegraf() { [[ $wanted_telegraf == no ]] || printf 'Telegraf has its configuration, and runs'; }
apply_telegraf() { if [[ $wanted_telegraf == yes ]]; then make_telegraf; else take_telegraf_away; fi; }

# The counters are looked at as soon as the modules are there, and before anything is installed.
check_rapl_after() {
  [[ $1 == modules ]] || return 0
  check_rapl
  [[ -n $rapl_problem ]] || return 0
  [[ $agent_needs_rapl == no ]] || die_without_rapl
  if [[ $(wanted model none) == none ]]; then
    warn "this host $(describe_rapl_problem): $agent_title looks for another meter (hwmon, or the BMC by ipmitool); where it finds none, give --model IDLE,MAX"
  else
    warn "this host $(describe_rapl_problem): $agent_title looks for another meter (hwmon, or the BMC by ipmitool), and takes the watts of --model where it finds none"
  fi
  if asks_the_bmc; then need_package ipmitool ipmitool; fi
}

# Ends with 10 if install would change anything.
print_plan() {
  local step already would_change=no
  inspect
  for step in "${steps[@]}"; do
    if "needs_$step"; then
      would_change=yes
      printf 'would %s\n' "$("tell_$step")"
    else
      already=$("already_$step")
      [[ -z $already ]] || printf 'already: %s\n' "$already"
    fi
    [[ $step == modules ]] || continue
    if needs_modules; then printf 'would check that the energy counters exist and move\n'; else check_rapl_after modules; fi
  done
  [[ $would_change == yes ]] || return 0
  said_why=yes
  exit 10
}

only_one_run() {
  mkdir -p "$ROOT/run"
  exec 9>"$ROOT/run/opennebula-extensions-host.lock"
  flock --nonblock 9 || die 75 'another host.sh is running on this host' 'try again when that one has ended'
}

remember_options() {
  local name option
  for name in listen port image allow telegraf model host_id; do
    option=option_$name
    [[ -z ${!option} ]] || state[$name]=${!option}
  done
  [[ ${state[allow]:-} != none ]] || state[allow]=''
  [[ ${state[telegraf]:-} != no ]] || state[telegraf]=''
  [[ -n $wanted_allow ]] || state[firewall]=''
  state[guest_trees]=$wanted_guest_trees state[old_guest_trees]=$old_guest_trees
  [[ ${state[model]:-} != none ]] || state[model]=''
  state[agent]=$agent
  state[digest]=''
  [[ -z $pinned_image || $pinned_image == "$wanted_image" ]] || state[digest]="$wanted_image ${pinned_image##*@}"
  state[runtime]=$agent_runtime
  state[program]=$wanted_program
}

# Images that earlier runs pulled and that the agent does not need any more. One that cannot be removed now is
# tried again by the next run.
remove_unneeded_images() {
  local entry left=''
  for entry in ${state[pulled]:-}; do
    if [[ $entry == "$agent_runtime|$wanted_image" || $entry == "$agent_runtime|$pinned_image" ]] || ! remove_image "$entry" >/dev/null; then left+=" $entry"; fi
  done
  state[pulled]=${left# }
}

install_agent() {
  local step already firewall changed=no
  only_one_run
  clean_leftovers
  inspect
  for step in "${steps[@]}"; do
    if "needs_$step"; then
      current_step=$("tell_$step")
      say "$current_step"
      changed=yes
      "apply_$step"
    else
      already=$("already_$step")
      [[ -z $already ]] || say "already: $already"
    fi
    check_rapl_after "$step"
  done
  remember_options
  has_text "$state_file" "$(state_text)" || changed=yes
  save_state
  keep_everything
  forget_previous
  remove_unneeded_images
  save_state || warn "$state_file could not be written: images that are not needed may stay"
  keep_everything
  [[ $changed == yes ]] || say 'nothing had to be changed'
  [[ -z $measured_watts ]] || say "the agent measures: this host draws $measured_watts W"
  [[ -z $measured_note ]] || warn "$(describe_note "$measured_note")"
  firewall=$(other_firewall)
  [[ -z $firewall || $listen_address == 127.0.0.1 ]] || say "$firewall is active: let the front-end reach TCP port $listen_port"
  if [[ $agent_names_its_format == yes ]]; then
    say 'append this to scrape_configs of /etc/one/prometheus/prometheus.yml on the front-end:'
  else
    say 'append this to scrape_configs of /etc/one/prometheus/prometheus.yml on the front-end (Prometheus 3 also needs'
    say 'fallback_scrape_protocol: PrometheusText0.0.4 in it):'
  fi
  print_scrape_job
  tell_exporter
}

# The exporter asks port 8080 of each host; what it cannot know is said.
tell_exporter() {
  local place urls=()
  place=$(bracketed "$target_name")
  [[ $listen_port == 8080 && $wanted_telegraf == no ]] || urls+=("http://$place:$listen_port/metrics")
  [[ $wanted_telegraf == no ]] || urls+=("http://$place:$telegraf_port/metrics")
  ((${#urls[@]} > 0)) || return 0
  say "so that the exporter finds it, put this into the template of the host (onehost update $host_id):"
  say "POWER_AGENT_URL = \"$(join ' ' "${urls[@]}")\""
}
