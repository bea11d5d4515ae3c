# shellcheck shell=bash
# apt, of Debian and Ubuntu.

apt_has() { apt-cache policy "$1" 2>/dev/null | grep 'Candidate: [^(]' >/dev/null; }
apt_remove() { DEBIAN_FRONTEND=noninteractive apt-get remove --yes "$1"; }

apt_install() {
  apt-get update
  DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends "$@"
}
