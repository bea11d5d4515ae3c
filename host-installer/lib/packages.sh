# shellcheck shell=bash
# Packages of the distribution that are needed and not there.

packages_to_install=()

need_package() { # need_package PROGRAM PACKAGE
  if ! type -P "$1" >/dev/null; then packages_to_install+=("$2"); fi
}

distribution_has() {
  [[ $package_manager == apt ]] && apt-cache policy "$1" 2>/dev/null | grep -q 'Candidate: [^(]'
}

remove_package() {
  if [[ $package_manager == apt ]]; then
    DEBIAN_FRONTEND=noninteractive apt-get remove --yes "$1"
  else
    dnf remove --assumeyes "$1"
  fi
}

install_packages() {
  local package
  ((${#packages_to_install[@]} > 0)) || return 0
  for package in "${packages_to_install[@]}"; do on_failure remove_package "$package"; done
  if [[ $package_manager == apt ]]; then
    apt-get update >&2
    DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends "${packages_to_install[@]}" >&2
  else
    dnf install --assumeyes "${packages_to_install[@]}" >&2
  fi
  state[packages]="${state[packages]:+${state[packages]} }${packages_to_install[*]}"
}
