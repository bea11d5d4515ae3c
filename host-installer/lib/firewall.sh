# shellcheck shell=bash
# --allow: a table of nftables of our own. What it drops stays dropped whatever other tables accept.

firewall_unit=opennebula-power-agent-firewall.service
firewall_rules=$ROOT/etc/opennebula-extensions/power-agent.nft
firewall_unit_file=$ROOT/etc/systemd/system/$firewall_unit
wanted_allow=''

choose_allow() {
  wanted_allow=$(wanted allow '')
  [[ $wanted_allow != none ]] || wanted_allow=''
}

# networks_of 4|6: those of --allow, for a set of nftables
networks_of() {
  local cidr found=()
  for cidr in ${wanted_allow//,/ }; do
    if [[ $cidr == *:* ]]; then [[ $1 == 4 ]] || found+=("$cidr"); else [[ $1 == 6 ]] || found+=("$cidr"); fi
  done
  join ', ' "${found[@]}"
}

firewall_text() {
  local four six
  four=$(networks_of 4)
  six=$(networks_of 6)
  [[ -z $four ]] || four="ip saddr { $four } accept"
  [[ -z $six ]] || six="ip6 saddr { $six } accept"
  cat <<RULES
# Who may reach the power agent; made by host.sh of opennebula-extensions (--allow $wanted_allow).
add table inet opennebula_power_agent
delete table inet opennebula_power_agent
table inet opennebula_power_agent {
  chain input {
    type filter hook input priority 0; policy accept;
    tcp dport != $listen_port accept
    iifname "lo" accept
    $four
    $six
    counter drop
  }
}
RULES
}

firewall_unit_text() {
  sed "s|@NFT@|$(type -P nft || printf /usr/sbin/nft)|" "$here/systemd/$firewall_unit"
}

# A file alone says nothing of the table: a run may have been killed between the two.
firewall_is_made() {
  [[ ${state[firewall]:-} == "$listen_port $wanted_allow" ]] &&
    has_text "$firewall_rules" "$(firewall_text)" && has_text "$firewall_unit_file" "$(firewall_unit_text)" &&
    systemctl is-active --quiet "$firewall_unit"
}

firewall_is_ours() { [[ -f $firewall_unit_file || -f $firewall_rules ]]; }

reload_firewall() {
  systemctl daemon-reload || true
  if [[ -f $firewall_unit_file ]]; then systemctl enable "$firewall_unit" && systemctl restart "$firewall_unit"; fi
}

stop_firewall() { systemctl disable --now "$firewall_unit"; }

make_firewall() {
  local was_ours=no
  ! firewall_is_ours || was_ours=yes
  if [[ $was_ours == yes ]]; then on_failure reload_firewall; fi
  write_file "$firewall_rules" "$(firewall_text)"
  write_file "$firewall_unit_file" "$(firewall_unit_text)"
  nft --check --file "$firewall_rules" || die 78 "nftables does not accept --allow $wanted_allow" 'see its message above'
  systemctl daemon-reload
  [[ $was_ours == yes ]] || on_failure stop_firewall
  systemctl enable "$firewall_unit"
  systemctl restart "$firewall_unit"
  state[firewall]="$listen_port $wanted_allow"
}

remove_firewall() {
  on_failure reload_firewall
  stop_firewall
  remove_file "$firewall_unit_file"
  remove_file "$firewall_rules"
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
