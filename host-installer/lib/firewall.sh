# shellcheck shell=bash
# --allow: a table of nftables of our own. What it drops stays dropped whatever other tables accept. A unit loads it at
# boot, and again whenever it has been flushed.

firewall_unit=opennebula-power-agent-firewall.service
firewall_unit_file=$ROOT/etc/systemd/system/$firewall_unit
firewall_rules=$ROOT/etc/opennebula-extensions/power-agent.nft
firewall_keeper=$ROOT/etc/opennebula-extensions/keep-firewall.sh
wanted_allow=''
guarded_ports=()

choose_allow() {
  wanted_allow=$(wanted allow '')
  [[ $wanted_allow != none ]] || wanted_allow=''
}

# The port that is wanted, and the one that the previous agent still listens on.
guard_ports() {
  guarded_ports=("$listen_port")
  if [[ -n $previous_port && $previous_port != "$listen_port" ]]; then guarded_ports+=("$previous_port"); fi
}

firewall_text() {
  local cidr port
  printf '# Who may reach the power agent; made by host.sh of opennebula-extensions (--allow %s).\n' "$wanted_allow"
  printf '%s table inet opennebula_power_agent\n' add delete
  printf 'table inet opennebula_power_agent {\n  chain input {\n'
  printf '    type filter hook input priority 0; policy accept;\n    iifname "lo" accept\n'
  for cidr in ${wanted_allow//,/ }; do
    if [[ $cidr == *:* ]]; then printf '    ip6 saddr %s accept\n' "$cidr"; else printf '    ip saddr %s accept\n' "$cidr"; fi
  done
  for port in "${guarded_ports[@]}" $([[ $wanted_telegraf == no ]] || printf '%s' "$telegraf_port"); do printf '    tcp dport %s counter drop\n' "$port"; done
  printf '  }\n}\n'
}

# What closes the port where the table cannot be loaded. The native agent's unit does not start without the table; a
# container would, so it is stopped, and host.sh install starts it again.
close_command() {
  case $agent_runtime in
    native) printf 'systemctl try-restart --no-block %s' "$native_unit" ;;
    docker) printf '{ systemctl --quiet is-active docker.service && docker stop %s; }' "$(container_of final)" ;;
    podman) printf 'podman stop %s' "$(container_of final)" ;;
  esac
}

firewall_unit_text() {
  sed -e "s|@NFT@|$(type -P nft || printf /usr/sbin/nft)|" -e "s|@CLOSE@|$(close_command | sed 's/&/\\&/g')|" "$here/lib/firewall.service"
}

# The table as the kernel has it now; empty where there is none.
firewall_table() { nft --stateless list table inet opennebula_power_agent 2>/dev/null || true; }

checksum_of() { sha256sum <<<"$1" | cut -d ' ' -f 1; }

# What the table in the kernel is, beside the one that the last install made: absent, other, unkept or as-made.
firewall_now() {
  local table
  table=$(firewall_table)
  if [[ -z $table ]]; then printf absent
  elif [[ $(checksum_of "$table") != "${state[firewall]:-}" ]]; then printf other
  elif ! systemctl is-active --quiet "$firewall_unit"; then printf unkept
  else printf as-made; fi
}

firewall_is_made() {
  has_text "$firewall_rules" "$(firewall_text)" && has_text "$firewall_unit_file" "$(firewall_unit_text)" &&
    has_text "$firewall_keeper" "$(<"$here/lib/keep-firewall.sh")" && [[ $(firewall_now) == as-made ]]
}

firewall_is_ours() { [[ -f $firewall_unit_file || -f $firewall_rules || -f $firewall_keeper || -n $(firewall_table) ]]; }

reload_firewall() {
  systemctl daemon-reload || true
  if [[ -f $firewall_unit_file ]]; then systemctl enable "$firewall_unit" && systemctl restart "$firewall_unit"; fi
}

stop_firewall() {
  [[ ! -f $firewall_unit_file ]] || systemctl disable --now "$firewall_unit" || return 1
  [[ -z $(firewall_table) ]] || nft delete table inet opennebula_power_agent
}

make_firewall() {
  local was_ours=no table
  ! firewall_is_ours || was_ours=yes
  if [[ $was_ours == yes ]]; then on_failure reload_firewall; fi
  write_file "$firewall_rules" "$(firewall_text)"
  write_file "$firewall_keeper" "$(<"$here/lib/keep-firewall.sh")"
  write_file "$firewall_unit_file" "$(firewall_unit_text)"
  nft --check --file "$firewall_rules" || die 78 "nftables does not accept --allow $wanted_allow" 'see its message above'
  systemctl daemon-reload
  [[ $was_ours == yes ]] || on_failure stop_firewall
  systemctl enable "$firewall_unit"
  systemctl restart "$firewall_unit"
  table=$(firewall_table)
  [[ -n $table ]] || die 1 "the kernel has no table inet opennebula_power_agent after $firewall_unit was started" \
    "see: journalctl --unit $firewall_unit"
  state[firewall]=$(checksum_of "$table")
}

remove_firewall() {
  on_failure reload_firewall
  stop_firewall
  remove_file "$firewall_unit_file"
  remove_file "$firewall_rules"
  remove_file "$firewall_keeper"
  rmdir "${firewall_rules%/*}" 2>/dev/null || true
  systemctl daemon-reload
}

# A firewall of the host that may keep Prometheus out.
other_firewall() {
  local name
  for name in firewalld ufw; do
    if systemctl is-active --quiet "$name"; then printf '%s' "$name"; return 0; fi
  done
}
