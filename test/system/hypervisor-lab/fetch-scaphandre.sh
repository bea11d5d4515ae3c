#!/usr/bin/env bash
# fetch-scaphandre.sh FOLDER: Debian 13's package scaphandre, whatever Debian this machine is. apt's own lists and cache
# are left alone.
set -euo pipefail
mkdir -p "$1"/{lists,archives/partial}
cd "$1"
[[ ! -f scaphandre.deb ]] || exit 0
# From where this machine has its own packages; apt-get fills in what it is given.
# shellcheck disable=SC2016
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -v -- -security | sort -u | sed -n 1p)
cat >trixie.sources <<SOURCES
Types: deb
URIs: $mirror
Suites: trixie
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
SOURCES
options=(-qq -o "Dir::Etc::sourcelist=$PWD/trixie.sources" -o Dir::Etc::sourceparts=-
  -o "Dir::State::lists=$PWD/lists" -o "Dir::Cache::archives=$PWD/archives"
  -o "Dir::Cache::pkgcache=" -o "Dir::Cache::srcpkgcache=" -o APT::Sandbox::User=root)
apt-get "${options[@]}" update
apt-get "${options[@]}" download scaphandre
mv scaphandre_*.deb scaphandre.deb
