# shellcheck shell=bash
# For an agent whose page needs something behind it: systemd listens on the agent's port and starts a script for each
# request, which asks the agent on a loopback port and adds which process is which VM (see kepler-page/serve-page.sh).

front_socket=opennebula-power-agent-page.socket
front_socket_file=$ROOT/etc/systemd/system/$front_socket
front_service_file=$ROOT/etc/systemd/system/opennebula-power-agent-page@.service
front_script=$ROOT/etc/opennebula-extensions/serve-page.sh

port_behind_front() { if (($1 < 65535)); then printf '%s' $(($1 + 1)); else printf '%s' $(($1 - 1)); fi; }

front_is_there() { [[ -f $front_socket_file || -f $front_service_file || -f $front_script ]]; }
front_listens() { systemctl is-active --quiet "$front_socket"; }

# front_text TEMPLATE
front_text() {
  local text
  text=$(<"$here/lib/$1")
  text=${text//@LISTEN@/"$(bracketed "$listen_address"):$listen_port"}
  printf '%s' "${text//@PORT@/"$(port_behind_front "$listen_port")"}"
}

front_is_made() {
  has_text "$front_socket_file" "$(front_text front.socket)" && has_text "$front_service_file" "$(front_text front.service)" &&
    has_text "$front_script" "$(<"$here/kepler-page/serve-page.sh")" && systemctl is-enabled --quiet "$front_socket" && front_listens
}

reload_units() { systemctl daemon-reload; }
stop_front() { ! front_listens || systemctl stop "$front_socket"; }
start_front() {
  systemctl daemon-reload
  systemctl start "$front_socket"
}
discard_front() { systemctl disable --now "$front_socket"; }

make_front() {
  local undo=stop_front
  front_is_there || undo=discard_front
  on_failure reload_units
  write_file "$front_script" "$(<"$here/kepler-page/serve-page.sh")"
  write_file "$front_service_file" "$(front_text front.service)"
  write_file "$front_socket_file" "$(front_text front.socket)"
  on_failure "$undo"
  systemctl daemon-reload
  systemctl enable "$front_socket"
  systemctl restart "$front_socket"
}

remove_front() {
  [[ ! -f $front_socket_file ]] || systemctl disable --now "$front_socket" || return 1
  rm -f "$front_socket_file" "$front_service_file" "$front_script"
  rmdir "${front_script%/*}" 2>/dev/null || true
  systemctl daemon-reload
}
