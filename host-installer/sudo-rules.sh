#!/usr/bin/env bash
# The sudo rules that live migration through tunnels needs on a hypervisor: sudo-rules.sh install|plan|uninstall FILE.
# FILE becomes /etc/sudoers.d/opennebula-extensions once visudo has accepted it; uninstall removes what is FILE byte for
# byte, and keeps all else.
set -euo pipefail
export LC_ALL=C # as in host.sh: what programs print is read
command=$1 rules=$2
# As in host.sh: an image, or a test's tree.
folder=${HOST_ROOT:-}/etc/sudoers.d
target=$folder/opennebula-extensions
shown=/etc/sudoers.d/opennebula-extensions

say() { printf '%s\n' "$*" >&2; }
die() { # die EXIT_CODE MESSAGE
  printf 'error: %s\n' "$2" >&2
  exit "$1"
}

is_installed() {
  [[ -f $target && $(stat -c '%a %u %g' -- "$target") == '440 0 0' ]] && cmp -s -- "$rules" "$target"
}

install_rules() {
  local temporary
  if is_installed; then
    say "already: $shown has the sudo rules of live migration"
    return
  fi
  if [[ ! -d $folder ]] || ! type -P visudo >/dev/null; then die 78 'sudo is not installed, or has no /etc/sudoers.d'; fi
  temporary=$(mktemp "$folder/.opennebula-extensions.XXXXXX") # sudo passes over names with a dot
  # shellcheck disable=SC2064
  trap "rm -f -- $(printf %q "$temporary")" EXIT
  cat -- "$rules" >"$temporary"
  chown 0:0 -- "$temporary"
  chmod 0440 -- "$temporary"
  visudo -c -f "$temporary" >/dev/null || die 1 "visudo does not accept the sudo rules: $shown is as it was"
  if [[ -f $target ]] && ! cmp -s -- "$rules" "$target"; then
    say "$shown is replaced; the old one is kept as opennebula-extensions~, which sudo ignores"
    cp -p -- "$target" "$target~"
  fi
  say "put the sudo rules of live migration into $shown"
  mv -f -- "$temporary" "$target"
}

# Ends with 10 if install would change anything, as host.sh does.
plan_rules() {
  if is_installed; then
    printf 'already: %s has the sudo rules of live migration\n' "$shown"
  else
    printf 'would put the sudo rules of live migration into %s\n' "$shown"
    exit 10
  fi
}

# Whichever package manager there is knows; the other one is not there, or knows nothing.
is_of_package() { { dpkg-query -S "$shown" || rpm -qf "$shown"; } >/dev/null 2>&1; }

uninstall_rules() {
  if [[ ! -e $target ]]; then return; fi
  if is_of_package; then
    say "kept: $shown, which belongs to the package opennebula-extensions-node"
    return
  fi
  if cmp -s -- "$rules" "$target"; then
    say "removing $shown"
    rm -f -- "$target"
  else
    say "warning: kept: $shown is not the file that this version of oneext installs"
  fi
}

case $command in
  install) install_rules ;;
  plan) plan_rules ;;
  uninstall) uninstall_rules ;;
  *) die 2 "there is no command $command" ;;
esac
