# shellcheck shell=bash
# The agent as a service of systemd.

native_unit=opennebula-power-agent.service
native_candidate=opennebula-power-agent-candidate.service
native_unit_file=$ROOT/etc/systemd/system/$native_unit
native_candidate_file=$ROOT/run/systemd/system/$native_candidate

# native_unit_text ROLE ADDRESS PORT
native_unit_text() {
  local text program arguments lines
  mapfile -t arguments < <(agent_arguments "$2" "$3" native "$1")
  lines=$(agent_unit_lines "$1" "$3")
  program=$(native_program)
  text=$(<"$here/lib/agent.service")
  text=${text//@PROGRAM@/"$program"}
  text=${text//@ARGUMENTS@/"${arguments[*]}"}
  text=${text//@ADDRESS@/"$2"}
  text=${text//@PORT@/"$3"}
  text=${text//@TITLE@/"$agent_title"}
  text=${text//@HOMEPAGE@/"$agent_homepage"}
  printf '%s' "${text//@LINES@/"$lines"}"
}

native_is_there() { [[ -f $native_unit_file ]]; }
# Also one that starts again and again.
unit_is_up() {
  local activity
  activity=$(systemctl is-active "$1" 2>/dev/null) || true
  [[ $activity == active || $activity == activating || $activity == deactivating ]]
}
native_runs() { systemctl is-active --quiet "$1"; }

# native_listens: the address and the port that its unit was made with. Units of earlier versions say so by flags alone.
native_listens() {
  sed -n -e 's/^# It listens on \([^ ]*\), port \([0-9]*\)\.$/\1 \2/p' \
    -e 's/^ExecStart=.* --address \([^ ]*\) --port \([^ ]*\).*/\1 \2/p' "$native_unit_file" | head -n 1
}

restart_native() {
  systemctl daemon-reload
  systemctl restart "$native_unit"
}

remove_native() {
  systemctl disable --now "$native_unit" || return 1
  rm -f "$native_unit_file"
  rm -rf "$ROOT"/run/opennebula-power-agent "$ROOT"/run/private/opennebula-power-agent
  systemctl daemon-reload
}

remove_native_candidate() {
  ! unit_is_up "$native_candidate" || systemctl stop "$native_candidate" || return 1
  rm -f "$native_candidate_file"
  systemctl daemon-reload
}
