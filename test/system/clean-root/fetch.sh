#!/usr/bin/env bash
# fetch.sh RELEASE FOLDER: makes a Debian of that release in FOLDER, unless it is there: what `apt` calls required, and
# besides a reader of manual pages, rpm, and the authorities that a system trusts. Needs root.
set -euo pipefail
release=$1 folder=$2
[[ ! -d $folder ]] || exit 0

mkdir -p "${folder%/*}"
unfinished=$(mktemp -d "$folder.XXXXXX")
trap 'rm -rf "$unfinished"' EXIT
log=$unfinished/debootstrap.log
# In namespaces of its own: whatever it mounts and starts is gone with it.
unshare --mount --pid --ipc --uts --fork --kill-child \
  debootstrap --variant=minbase --include=ca-certificates,man-db,rpm "$release" "$unfinished/root" >"$log" 2>&1 || {
  tail -n 20 "$log" >&2
  exit 1
}
mv -T "$unfinished/root" "$folder"
