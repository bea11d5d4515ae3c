# shellcheck shell=dash
[ -x "${node:?}" ] || {
  printf 'ERROR: %s: %s is missing: install the package of opennebula-extensions again\n' "${0##*[/]}" "$node" >&2
  exit 1
}
