# shellcheck shell=bash
# The operating system, the kernel and the CPU of this host.

supported_systems='Ubuntu 22.04 and 24.04, Debian 12 and 13, AlmaLinux, Rocky Linux and RHEL 8, 9 and 10'
system_id='' system_version='' package_manager=''

os_release() {
  [[ ! -r $ROOT/etc/os-release ]] || sed -n "s/^$1=[\"']\{0,1\}\([^\"']*\).*/\1/p" "$ROOT/etc/os-release" | head -n 1
}

detect_system() {
  local found
  system_id=$(os_release ID)
  system_version=$(os_release VERSION_ID)
  found=$(os_release PRETTY_NAME)
  case $system_id:$system_version in
    ubuntu:22.04 | ubuntu:24.04 | debian:12 | debian:13) package_manager=apt ;;
    almalinux:8* | almalinux:9* | almalinux:10* | rocky:8* | rocky:9* | rocky:10* | rhel:8* | rhel:9* | rhel:10*)
      package_manager=dnf
      ;;
    *) die 78 "this host runs ${found:-an unknown system} (${system_id:-no ID in /etc/os-release} $system_version)" \
      "supported are $supported_systems" ;;
  esac
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
