# shellcheck shell=bash
# What install remembers: the options that were given, and what it put on the host that others may put there too.

state_folder=$ROOT/var/lib/opennebula-extensions
state_file=$state_folder/power-agent
state_keys=(agent runtime listen port image digest program allow telegraf firewall guest_trees old_guest_trees made_folders model host_id packages pulled podman_restart)
declare -A state=()

load_state() {
  local key value
  [[ -f $state_file ]] || return 0
  while IFS='=' read -r key value; do
    [[ " ${state_keys[*]} " != *" $key "* ]] || state[$key]=$value
  done <"$state_file"
}

state_text() {
  local key
  printf '# What host.sh of opennebula-extensions was told and has put here; host.sh uninstall reads it.\n'
  for key in "${state_keys[@]}"; do
    [[ -z ${state[$key]:-} ]] || printf '%s=%s\n' "$key" "${state[$key]}"
  done
}

save_state() {
  local text
  text=$(state_text)
  has_text "$state_file" "$text" || write_file "$state_file" "$text"
}

# wanted OPTION DEFAULT: what the flag says, else what it said the last time, else the default
wanted() {
  local option=option_$1
  printf '%s' "${!option:-${state[$1]:-$2}}"
}
