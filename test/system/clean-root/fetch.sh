#!/usr/bin/env bash
# fetch.sh FOLDER: makes a Debian 13 in FOLDER, unless it is there: what `apt` calls required, and besides Node, a
# reader of manual pages, and rpm. Needs root.
set -euo pipefail
folder=$1
[[ ! -d $folder ]] || exit 0

mkdir -p "${folder%/*}"
unfinished=$(mktemp -d "$folder.XXXXXX")
trap 'rm -rf "$unfinished"' EXIT
log=$unfinished/debootstrap.log
# In namespaces of its own: whatever it mounts and starts is gone with it.
unshare --mount --pid --ipc --uts --fork --kill-child \
  debootstrap --variant=minbase --include=nodejs,man-db,rpm trixie "$unfinished/root" >"$log" 2>&1 || {
  tail -n 20 "$log" >&2
  exit 1
}
mv -T "$unfinished/root" "$folder"
