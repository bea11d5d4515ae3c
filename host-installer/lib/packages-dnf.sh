# shellcheck shell=bash
# dnf, of RHEL and its kin.

dnf_has() { dnf --quiet list --available "$1" >/dev/null 2>&1; }
dnf_remove() { dnf remove --assumeyes "$1"; }
dnf_install() { dnf install --assumeyes "$@"; }
