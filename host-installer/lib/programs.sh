# shellcheck shell=bash
# Programs that no package of the distribution has, and that host.sh puts on the host itself. The name of a file says
# what is in it, so a new one stands beside the one that runs.

programs_folder=$ROOT/usr/local/lib/opennebula-extensions/bin
wanted_program='' # without the root
program_source=''

program_is_missing() { [[ -n $program_source && ! -x $ROOT$wanted_program ]]; }

# What stands in the folder of programs for a program: a file, or a folder with what belongs to it.
entry_of_program() {
  local entry=${1#"$programs_folder"/}
  printf '%s/%s' "$programs_folder" "${entry%%/*}"
}

remove_program() { rm -rf "$1" "$1.new"; }

put_program() {
  local entry
  entry=$(entry_of_program "$ROOT$wanted_program")
  mkdir -p "$programs_folder"
  on_failure remove_program "$entry"
  unpack_program "$entry"
  # SELinux takes a program for one by where it stands, when it is told to look.
  ! type -P restorecon >/dev/null || restorecon -R "${programs_folder%/bin}"
}

# All but the one that is needed.
remove_unneeded_programs() {
  local entry needed=''
  [[ -z $wanted_program ]] || needed=$(entry_of_program "$ROOT$wanted_program")
  for entry in "$programs_folder"/*; do
    [[ ! -e $entry || $entry == "$needed" ]] || rm -rf "$entry"
  done
  rmdir "$programs_folder" "${programs_folder%/bin}" 2>/dev/null || true
}
