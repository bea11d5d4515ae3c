#!/bin/sh
# make-guest.sh FILE FILL_MIB DIRTY_PAGES_PER_TICK: a bootable raw disk of 8 MiB with the guest of guest.S.
set -eu
here=$(cd "$(dirname "$0")" && pwd) file=$1 fill=$2 dirty=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
as --32 -o "$work/object" "$here/guest.S"
ld -m elf_i386 -Ttext 0x7c00 --oformat binary -o "$work/sector" "$work/object"
[ "$(stat -c %s "$work/sector")" -eq 512 ] || { echo 'the boot sector is not 512 bytes' >&2; exit 1; }
# A number of 32 bits, lowest byte first, at an offset of the disk.
# shellcheck disable=SC2059
poke() {
  for shift in 0 8 16 24; do printf "\\$(printf %03o $((($1 >> shift) & 255)))"; done |
    dd of="$file" bs=1 seek="$2" conv=notrunc status=none
}
truncate -s 8M "$file"
dd if="$work/sector" of="$file" conv=notrunc status=none
poke "$fill" 480
poke "$dirty" 484
