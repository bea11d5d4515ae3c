#!/usr/bin/env bash
# fetch-podman.sh FOLDER: Debian's package podman, with what it needs and this machine does not have. It is not installed:
# on a machine with podman, host.sh would choose it where a test has no engine. apt's own lists and cache are left alone.
set -euo pipefail
mkdir -p "$1"/{lists,archives}/partial
cd "$1"
[[ -z $(find archives -name 'podman_*.deb') ]] || exit 0
options=(-qq -o "Dir::State::lists=$PWD/lists" -o "Dir::Cache::archives=$PWD/archives"
  -o "Dir::Cache::pkgcache=" -o "Dir::Cache::srcpkgcache=" -o APT::Sandbox::User=root)
apt-get "${options[@]}" update
apt-get "${options[@]}" install --yes --download-only --no-install-recommends --reinstall podman >/dev/null
