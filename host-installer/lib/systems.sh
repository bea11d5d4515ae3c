# shellcheck shell=bash
# The operating systems that host.sh supports: one line each, and nowhere else.

# ID of os-release | name | versions | package manager | package that has the kernel modules, KERNEL being uname -r.
# The version 9 stands for 9.1, 9.2 and so on, too.
supported_systems=(
  'ubuntu|Ubuntu|22.04 24.04|apt|linux-modules-extra-KERNEL'
  'debian|Debian|12 13|apt|linux-image-amd64 (the cloud kernel has no such modules), and boot its kernel'
  'almalinux|AlmaLinux|8 9 10|dnf|kernel-modules-KERNEL'
  'rocky|Rocky Linux|8 9 10|dnf|kernel-modules-KERNEL'
  'rhel|RHEL|8 9 10|dnf|kernel-modules-KERNEL'
)

# For people: each system with its versions.
list_supported_systems() {
  local system name versions listed=()
  for system in "${supported_systems[@]}"; do
    IFS='|' read -r _ name versions _ <<<"$system"
    listed+=("$name ${versions// /, }")
  done
  join '; ' "${listed[@]}"
}
