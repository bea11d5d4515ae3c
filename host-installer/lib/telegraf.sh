# shellcheck shell=bash
# --telegraf: what the Telegraf of this host needs to tell the power of the whole machine (the BMC, by DCMI) and of its
# CPUs (intel_powerstat), on a page beside the agent's. No password stands anywhere: the BMC of this host asks for none.

telegraf_port=9273
telegraf_config=$ROOT/etc/telegraf/telegraf.d/opennebula-extensions.conf
telegraf_sudoers=$ROOT/etc/sudoers.d/opennebula-extensions-telegraf
telegraf_unit_part=$ROOT/etc/systemd/system/telegraf.service.d/opennebula-energy-counters.conf
telegraf_user=telegraf
wanted_telegraf=no

telegraf_is_ours() { [[ -f $telegraf_config || -f $telegraf_sudoers || -f $telegraf_unit_part ]]; }

has_bmc() { [[ -e $ROOT/dev/ipmi0 || -e $ROOT/dev/ipmi/0 || -e $ROOT/dev/ipmidev/0 ]]; }
has_intel_counters() { [[ $(cpu_field vendor_id) == GenuineIntel && (-n $(package_counters) || ${#modules_to_load[@]} -gt 0) ]]; }

# Reads only. After plan_modules.
choose_telegraf() {
  wanted_telegraf=$(wanted telegraf no)
  [[ $wanted_telegraf == yes ]] || return 0
  if ! type -P telegraf >/dev/null; then
    distribution_has telegraf || die 78 'Telegraf is not on this host, and its repositories have no package telegraf' \
      'install Telegraf, then run host.sh --telegraf again: host.sh installs nothing from elsewhere'
    need_package telegraf telegraf
  fi
  has_bmc || has_intel_counters || die 78 'there is nothing here that Telegraf could measure: no BMC (/dev/ipmi0) and no energy counters of an Intel CPU' \
    'load the modules ipmi_si and ipmi_devintf if this host has a BMC, or leave out --telegraf'
  if has_bmc; then
    need_package ipmitool ipmitool
    need_package sudo sudo
  fi
  telegraf_is_ours || check_port_is_free "$telegraf_port"
}

# allowed_ranges: as --allow has them, for the page of Telegraf
allowed_ranges() {
  local cidr ranges=('"127.0.0.0/8"' '"::1/128"')
  for cidr in ${wanted_allow//,/ }; do
    [[ $cidr == */* ]] || cidr+=$(if [[ $cidr == *:* ]]; then printf /128; else printf /32; fi)
    ranges+=("\"$cidr\"")
  done
  join ', ' "${ranges[@]}"
}

telegraf_config_text() {
  printf '# The power of this host, for the exporter of opennebula-extensions; made by host.sh.\n'
  if has_bmc; then
    printf '[[inputs.ipmi_sensor]]\n  interval = "30s"\n  timeout = "20s"\n  sensors = ["dcmi_power_reading"]\n'
    printf '  path = "%s"\n  use_sudo = true\n' "$(program_path ipmitool)"
  fi
  if has_intel_counters; then
    printf '[[inputs.intel_powerstat]]\n  package_metrics = ["current_power_consumption", "current_dram_power_consumption"]\n'
  fi
  printf '[[outputs.prometheus_client]]\n  listen = "%s:%s"\n  metric_version = 2\n  expiration_interval = "90s"\n' \
    "$(bracketed "$listen_address")" "$telegraf_port"
  [[ -z $wanted_allow ]] || printf '  ip_range = [%s]\n' "$(allowed_ranges)"
  printf '  namepass = ["ipmi_sensor", "powerstat_package"]\n'
}

program_path() { type -P "$1" || printf '/usr/bin/%s' "$1"; }

telegraf_sudoers_text() {
  printf '# So that Telegraf may ask the BMC of this host for its power, and nothing else; made by host.sh of opennebula-extensions.\n'
  printf '%s ALL=(root) NOPASSWD: %s dcmi power reading\n' "$telegraf_user" "$(program_path ipmitool)"
}

telegraf_unit_part_text() {
  printf '# So that Telegraf may read the energy counters of the CPU; made by host.sh of opennebula-extensions.\n'
  printf '[Service]\nAmbientCapabilities=CAP_DAC_READ_SEARCH\n'
}

telegraf_is_made() {
  has_text "$telegraf_config" "$(telegraf_config_text)" &&
    { if has_bmc; then has_text "$telegraf_sudoers" "$(telegraf_sudoers_text)"; else [[ ! -f $telegraf_sudoers ]]; fi; } &&
    { if has_intel_counters; then has_text "$telegraf_unit_part" "$(telegraf_unit_part_text)"; else [[ ! -f $telegraf_unit_part ]]; fi; } &&
    systemctl is-active --quiet telegraf.service
}

restart_telegraf() {
  systemctl daemon-reload
  ! type -P telegraf >/dev/null || systemctl restart telegraf.service
}

# put_or_remove CONDITION FILE TEXT
put_or_remove() { if "$1"; then write_file "$2" "$3"; elif [[ -f $2 ]]; then remove_file "$2"; fi; }

# sudo reads no file whose name has a dot: a mistake would lock all of sudo.
check_telegraf_sudoers() {
  local file=$telegraf_sudoers.check accepted=yes
  mkdir -p "${file%/*}"
  telegraf_sudoers_text >"$file"
  visudo -c -q -f "$file" || accepted=no
  rm -f "$file"
  [[ $accepted == yes ]] || die 1 "visudo does not accept the rule for ${telegraf_sudoers#"$ROOT"}" 'see its message above'
}

make_telegraf() {
  on_failure restart_telegraf
  ! has_bmc || check_telegraf_sudoers
  put_or_remove has_bmc "$telegraf_sudoers" "$(telegraf_sudoers_text)"
  ! has_bmc || chmod 440 "$telegraf_sudoers"
  put_or_remove has_intel_counters "$telegraf_unit_part" "$(telegraf_unit_part_text)"
  write_file "$telegraf_config" "$(telegraf_config_text)"
  restart_telegraf
  wait_for_telegraf
}

# telegraf_judge_page <PAGE: "ok WATTS", or no-power. Of the whole machine where that is there.
telegraf_judge_page() {
  awk '
    /^ipmi_sensor_value\{.*name="instantaneous_power_reading"/ && /unit="watts"/ { machine = $NF + 0 }
    /^powerstat_package_current(_dram)?_power_consumption_watts\{/ { cpus += $NF }
    END { watts = machine > 0 ? machine : cpus; if (watts > 0) printf "ok %.1f\n", watts; else print "no-power" }'
}

most_telegraf_seconds=90
wait_for_telegraf() {
  local url waited page
  url=$(local_url "$listen_address" "$telegraf_port")
  for ((waited = 0; waited <= most_telegraf_seconds; waited += 5)); do
    progress "waiting for the page of Telegraf: $waited of $most_telegraf_seconds s"
    sleep 5
    page=$(curl --globoff --silent --fail --noproxy '*' --max-time 10 "$url" 2>/dev/null | head -c "$most_page_bytes" | telegraf_judge_page)
    if [[ $page == ok* ]]; then
      end_progress
      say "Telegraf measures: ${page#ok } W"
      return 0
    fi
  done
  end_progress
  journalctl --unit telegraf.service --lines 20 --no-pager --output cat 2>&1 | head -c 65536 | tr -d '\000-\010\013-\037\177' | sed 's/^/  | /' >&2 || true
  die 1 "Telegraf shows no power at $url within $most_telegraf_seconds seconds" 'the last lines of its log stand above'
}

remove_telegraf() {
  rm -f "$telegraf_config" "$telegraf_sudoers" "$telegraf_unit_part"
  rmdir "${telegraf_unit_part%/*}" 2>/dev/null || true
  restart_telegraf
}

take_telegraf_away() {
  on_failure restart_telegraf
  local file
  for file in "$telegraf_config" "$telegraf_sudoers" "$telegraf_unit_part"; do [[ ! -f $file ]] || remove_file "$file"; done
  restart_telegraf
}
