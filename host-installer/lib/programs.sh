# shellcheck shell=bash
# Programs that no package of the distribution has, and that host.sh puts on the host itself. The name of a file says
# what is in it, so a new one stands beside the one that runs.

programs_folder=$ROOT/usr/local/lib/opennebula-extensions/bin
wanted_program='' # without the root
program_source=''

program_is_missing() { [[ -n $program_source && ! -x $ROOT$wanted_program ]]; }

remove_program() { rm -f "$1" "$1.new"; }

put_program() {
  local file=$ROOT$wanted_program
  mkdir -p "$programs_folder"
  on_failure remove_program "$file"
  cp "$program_source" "$file.new"
  chmod 755 "$file.new"
  mv "$file.new" "$file"
  # SELinux takes a program for one by where it stands, when it is told to look.
  ! type -P restorecon >/dev/null || restorecon -R "${programs_folder%/bin}"
}

# All but the one that is needed.
remove_unneeded_programs() {
  local file
  for file in "$programs_folder"/*; do
    [[ ! -f $file || $file == "$ROOT${wanted_program:-/}" ]] || rm -f "$file"
  done
  rmdir "$programs_folder" "${programs_folder%/bin}" 2>/dev/null || true
}
