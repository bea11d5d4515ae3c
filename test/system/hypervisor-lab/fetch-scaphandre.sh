#!/usr/bin/env bash
# fetch-scaphandre.sh FOLDER: Debian 13's package scaphandre, whatever Debian this machine is. apt's own lists and cache
# are left alone.
set -euo pipefail
mkdir -p "$1"/{lists,archives/partial}
cd "$1"
[[ ! -f scaphandre.deb ]] || exit 0
cat >trixie.sources <<'SOURCES'
Types: deb
URIs: http://deb.debian.org/debian
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
