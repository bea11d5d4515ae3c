# shellcheck shell=bash
# A folder for each VM, in which its guest finds its own energy (--guest-trees): onepower writes there, and a hook of
# libvirt makes the folder before the VM starts.

guest_tree_hook=$ROOT/etc/libvirt/hooks/qemu.d/opennebula-guest-tree
wanted_guest_trees='' # without the root
old_guest_trees=''    # what an earlier run was told, and this one was not

guest_tree_hook_text() {
  local text
  text=$(<"$here/libvirt/guest-tree.sh")
  printf '%s' "${text//\/var\/lib\/libvirt\/scaphandre/"$wanted_guest_trees"}"
}

choose_guest_trees() {
  wanted_guest_trees=''
  [[ $agent != onepower ]] || wanted_guest_trees=$(wanted guest_trees '')
  [[ $wanted_guest_trees != none ]] || wanted_guest_trees=''
  old_guest_trees=${state[old_guest_trees]:-}
  if [[ -n ${state[guest_trees]:-} && ${state[guest_trees]} != "$wanted_guest_trees" ]]; then old_guest_trees=${state[guest_trees]}; fi
  [[ $old_guest_trees != "$wanted_guest_trees" ]] || old_guest_trees=''
  [[ -n $wanted_guest_trees ]] || return 0
  if [[ -e $guest_tree_hook || -L $guest_tree_hook ]] && ! hook_is_ours; then
    die 78 "${guest_tree_hook#"$ROOT"} is there, and host.sh did not make it" 'rename it, or give --guest-trees none'
  fi
  if [[ -L $ROOT$wanted_guest_trees || -e $ROOT$wanted_guest_trees && ! -d $ROOT$wanted_guest_trees ]]; then
    die 78 "$wanted_guest_trees of --guest-trees is there, and it is not a folder" 'name another folder with --guest-trees'
  fi
}

hook_is_ours() { [[ ! -L $guest_tree_hook ]] && grep -qs '^# Hook of libvirt, of opennebula-extensions: ' "$guest_tree_hook"; }
guest_trees_are_made() {
  [[ -d $ROOT$wanted_guest_trees && -x $guest_tree_hook ]] && has_text "$guest_tree_hook" "$(guest_tree_hook_text)"
}

# Whether libvirt has hooks for VMs of somebody else: if so, it looks for new ones too.
has_other_hooks() {
  local file
  for file in "${guest_tree_hook%.d/*}" "${guest_tree_hook%/*}"/*; do
    [[ $file == "$guest_tree_hook" || ! -f $file || ! -x $file ]] || return 0
  done
  return 1
}

remove_empty_folder() { [[ ! -d $1 ]] || rmdir "$1"; }
make_hook_executable() { [[ ! -f $1 ]] || chmod 755 "$1"; }

# make_folder PATH: with those above it that are missing; uninstall removes what it made
make_folder() {
  [[ ! -d $1 ]] || return 0
  make_folder "${1%/*}"
  on_failure remove_empty_folder "$1"
  mkdir -m 755 "$1"
  state[made_folders]="${1#"$ROOT"}${state[made_folders]:+ ${state[made_folders]}}"
}

make_guest_trees() {
  local is_first=no
  has_other_hooks || [[ -e $guest_tree_hook ]] || is_first=yes
  make_folder "$ROOT$wanted_guest_trees"
  make_folder "${guest_tree_hook%/*}"
  on_failure make_hook_executable "$guest_tree_hook"
  write_file "$guest_tree_hook" "$(guest_tree_hook_text)"
  chmod 755 "$guest_tree_hook"
  [[ $is_first == no ]] ||
    say 'libvirt looks for hooks when it starts, and had none: restart it while no VM migrates (systemctl restart libvirtd, or virtqemud)'
}

# The folders themselves go once nothing is undone any more.
retire_guest_trees() {
  [[ -z $wanted_guest_trees ]] && hook_is_ours || return 0
  on_failure make_hook_executable "$guest_tree_hook"
  remove_file "$guest_tree_hook"
}

# discard_guest_trees DIRECTORY: what the agent and the hook have put there. A guest may have put links there: rm follows
# none.
discard_guest_trees() {
  local folder=$ROOT$1
  rm -rf "$folder/.arriving"
  for folder in "$ROOT$1"/*; do
    [[ -d $folder && ! -L $folder && -d $folder/class ]] || continue
    rm -rf "$folder/class"
    rmdir "$folder" || say "kept: $folder, which holds files that are not of host.sh"
  done
}

# Deepest first. What somebody else has put something into stays.
remove_made_folders() {
  local folder left=''
  for folder in ${state[made_folders]:-}; do
    if [[ $folder == "$wanted_guest_trees" || -n $wanted_guest_trees && ($wanted_guest_trees == "$folder"/* || ${guest_tree_hook#"$ROOT"} == "$folder"/*) ]]; then
      left+=" $folder"
    else rmdir "$ROOT$folder" 2>/dev/null || true; fi
  done
  state[made_folders]=${left# }
}

forget_old_guest_trees() {
  if [[ -n $old_guest_trees ]]; then
    discard_guest_trees "$old_guest_trees"
    say "a VM whose template shares a folder below $old_guest_trees does not start on this host any more"
  fi
  state[old_guest_trees]=''
  remove_made_folders
}

guest_trees_are_here() { [[ -n ${state[guest_trees]:-}${state[old_guest_trees]:-} ]] || hook_is_ours; }
remove_guest_trees() {
  wanted_guest_trees=''
  ! hook_is_ours || rm -f "$guest_tree_hook" || return 1
  for old_guest_trees in ${state[guest_trees]:-} ${state[old_guest_trees]:-}; do forget_old_guest_trees; done
  remove_made_folders
}

# For status.
print_guest_trees() {
  wanted_guest_trees=${state[guest_trees]:-}
  [[ -n $wanted_guest_trees ]] || return 0
  printf 'guest trees: %s\n' "$wanted_guest_trees"
  [[ -d $ROOT$wanted_guest_trees ]] ||
    tell_problem "the folder $wanted_guest_trees of --guest-trees is gone, so guests cannot read their energy; host.sh install makes it again"
  [[ -x $guest_tree_hook ]] && has_text "$guest_tree_hook" "$(guest_tree_hook_text)" ||
    tell_problem "${guest_tree_hook#"$ROOT"} is not the hook that host.sh put there, so a VM that shares its folder may not start; host.sh install puts it right"
}
