# shellcheck shell=bash
# What this run has done, to be undone newest first should it fail or be ended.

undo_functions=()
undo_arguments=()

# on_failure FUNCTION [ARGUMENT]: said before the thing is done where it could be done by half, so FUNCTION bears
# that it was not done.
on_failure() {
  undo_functions+=("$1")
  undo_arguments+=("${2:-}")
}

# From here on nothing is undone any more.
keep_everything() {
  undo_functions=()
  undo_arguments=()
  file_before=() files_remembered=()
}

declare -A file_before=() files_remembered=()

restore_file() {
  mkdir -p "${1%/*}"
  rm -f "$1.new"
  if [[ -v file_before[$1] ]]; then printf '%s' "${file_before[$1]%x}" >"$1"; else rm -f "$1"; fi
}

# As it was before this run, however often the run writes it.
remember_file() {
  [[ ! -v files_remembered[$1] ]] || return 0
  files_remembered[$1]=yes
  [[ ! -f $1 ]] || file_before[$1]=$(cat "$1" && printf x)
  on_failure restore_file "$1"
}

# write_file PATH TEXT: whole or not at all. Not in a pipe: what is to be undone would be lost with its subshell.
write_file() {
  mkdir -p "${1%/*}"
  remember_file "$1"
  printf '%s\n' "$2" >"$1.new" && chmod 644 "$1.new" && mv "$1.new" "$1"
}

remove_file() {
  remember_file "$1"
  rm -f "$1"
}

# has_text PATH TEXT
has_text() { [[ -f $1 && $(<"$1") == "$2" ]]; }

current_step=''

undo_all() {
  local status=$? at
  trap - EXIT
  trap '' INT TERM HUP PIPE
  set +e
  end_progress
  # A program that failed has told why; its exit code is its own affair.
  if [[ $said_why == no ]] && ((status != 0 && status != 129 && status != 130 && status != 143)); then
    say "error: this failed: ${current_step:-what was asked for} (exit status $status, its message is above)"
    status=1
  fi
  if ((status != 0 && ${#undo_functions[@]} > 0)); then
    # Where nobody hears it any more (a connection that broke), what undoes must not fail of that.
    say 'undoing what this run did' || exec >/dev/null 2>&1
    for ((at = ${#undo_functions[@]} - 1; at >= 0; at -= 1)); do
      "${undo_functions[at]}" "${undo_arguments[at]}" >&2 || warn "could not ${undo_functions[at]//_/ } ${undo_arguments[at]}"
    done
  fi
  exit "$status"
}

trap undo_all EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 141' PIPE
trap 'exit 143' TERM
