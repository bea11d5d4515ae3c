#!/usr/bin/env bash
# Stands in for apt-get and apt-cache on a made hypervisor: its distribution has the package /run/scaphandre.deb, which
# dpkg installs for real. It was made for a newer Debian than the machine may be: its dependencies are not looked at.
set -euo pipefail
case "${0##*/} $1" in
  'apt-cache policy') printf '%s:\n  Candidate: 1.0.2\n' "$2" ;;
  'apt-get update') ;;
  'apt-get install') dpkg --install --force-depends --no-triggers /run/scaphandre.deb ;;
  'apt-get remove') dpkg --remove scaphandre ;;
  *)
    printf 'unexpected: %s %s\n' "${0##*/}" "$*" >&2
    exit 64
    ;;
esac
