# shellcheck shell=bash
# Packages of the distribution that are needed and missing. What a package manager does for it stands in
# packages-NAME.sh, in the functions NAME_has, NAME_install and NAME_remove.

packages_to_install=()

need_package() { # need_package PROGRAM PACKAGE
  if ! type -P "$1" >/dev/null; then packages_to_install+=("$2"); fi
}

distribution_has() { "${package_manager}_has" "$1"; }
remove_package() { "${package_manager}_remove" "$1"; }

install_packages() {
  local package
  ((${#packages_to_install[@]} > 0)) || return 0
  for package in "${packages_to_install[@]}"; do on_failure remove_package "$package"; done
  "${package_manager}_install" "${packages_to_install[@]}" >&2
  state[packages]="${state[packages]:+${state[packages]} }${packages_to_install[*]}"
}
