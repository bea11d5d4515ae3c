# shellcheck shell=bash
# The operating system, the kernel and the CPU of this host.

system_id='' system_version='' package_manager='' modules_package=''

os_release() {
  [[ ! -r $ROOT/etc/os-release ]] || sed -n "s/^$1=[\"']\{0,1\}\([^\"']*\).*/\1/p" "$ROOT/etc/os-release" | head -n 1
}

# Whether the table has this system. The package manager is known in any version of a system of the table.
find_system() {
  local system id versions version manager package
  system_id=$(os_release ID)
  system_version=$(os_release VERSION_ID)
  for system in "${supported_systems[@]}"; do
    IFS='|' read -r id _ versions manager package <<<"$system"
    [[ $id == "$system_id" ]] || continue
    package_manager=$manager modules_package=$package
    for version in $versions; do
      if [[ $system_version == "$version" || $system_version == "$version".* ]]; then return 0; fi
    done
  done
  return 1
}

require_system() {
  local found
  ! find_system || return 0
  found=$(os_release PRETTY_NAME)
  die 78 "this host runs ${found:-an unknown system} (${system_id:-no ID in /etc/os-release} $system_version)" \
    "host.sh supports $(list_supported_systems)"
}

cpu_field() { sed -n "s/^$1[[:space:]]*: //p" "$ROOT/proc/cpuinfo" 2>/dev/null | head -n 1; }

# kernel_at_least MAJOR MINOR
kernel_at_least() {
  local major minor
  IFS=. read -r major minor _ <<<"$(uname -r)"
  minor=${minor%%[!0-9]*}
  ((${major:-0} > $1 || (${major:-0} == $1 && ${minor:-0} >= $2)))
}

# The name of the hypervisor that this host runs on, if it is a virtual machine.
hypervisor_of_host() {
  local name
  if name=$(systemd-detect-virt --vm 2>/dev/null) && [[ $name != none ]]; then printf '%s' "$name"; else
    ! cpu_field flags | grep -qw hypervisor || printf 'an unnamed hypervisor'
  fi
}
