# shellcheck shell=bash
# What is said: progress and problems on stderr, results (the scrape job, the plan, the status) on stdout.

say() { printf '%s\n' "$*" >&2; }
warn() { printf 'warning: %s\n' "$*" >&2; }

# die EXIT_CODE MESSAGE [HINT]
said_why=no
die() {
  said_why=yes
  printf 'error: %s\n' "$2" >&2
  [[ -z ${3:-} ]] || printf '  %s\n' "$3" >&2
  exit "$1"
}

# One line that is written over and over, on a terminal only.
progress() { [[ ! -t 2 ]] || printf '\r\033[K%s' "$*" >&2; }
end_progress() { [[ ! -t 2 ]] || printf '\r\033[K' >&2; }

# join SEPARATOR WORD...
join() {
  local separator=$1 joined=${2:-} word
  shift 2 || return 0
  for word in "$@"; do joined+=$separator$word; done
  printf '%s' "$joined"
}
