# shellcheck shell=dash
# The shell half of a hook, which the hook manager starts for each event. Most events need nothing done: where that
# is certain it says so, and Node, whose start costs ten times as much, is not started. In any doubt Node decides.
set -u

# By hand, or from a template with arguments of its own.
[ $# -eq 0 ] || exec "${node:?}" "$0" "$@"

event=$(cat)

run_node() {
  printf '%s' "$event" | "$node" "$0"
  exit
}

nothing_to_do() {
  printf 'INFO: %s: %s: nothing to do\n' "${0##*[/]}" "$1" >&2
  exit 0
}

# The places of OpenNebula, which are below ONE_LOCATION where it is self-contained.
case ${ONE_LOCATION-} in
  '') etc=/etc/one var=/var/lib/one ;;
  *[!/]*) etc=$ONE_LOCATION/etc var=$ONE_LOCATION/var ;;
  *) run_node ;;
esac
configuration=${ONEEXT_CONFIG_FILE-$etc/oneext.yaml}

# Reads the lines of oneext.yaml whose meaning is plain: blank, a comment, KEY: VALUE on one line. Prints the paths
# that the key $1 is given, and ? where the key, or any other line, has another form.
paths_given() {
  LC_ALL=C sed -nE '
    /[[:cntrl:]]|\\/ b doubt
    /^ *(#|$)|^---$/ d
    s/^ *'"$1"': +("?)(\/[[:alnum:]_.\/-]*)\1( +#.*)?$/\2/p
    t
    /'"$1"'/ b doubt
    /^ *([[:alnum:]_.-]+|"[^"]*"):( +([[:alnum:]_.\/+-][[:alnum:]_.,:\/@+ -]*|"[^"]*"|\{([^]{}"'\''[]|"[^"]*")*\}))?( +#.*)?$/ d
    : doubt
    s/.*$/?/p
    q' "$configuration" 2>/dev/null || echo '?'
}

# Whether a file is certainly not there: its folders can be looked into, as far as they exist.
is_missing() {
  case $1 in /*) ;; *) return 1 ;; esac
  [ ! -e "$1" ] && [ ! -L "$1" ] || return 1
  parent=${1%/*}
  while [ -n "$parent" ] && [ ! -e "$parent" ]; do parent=${parent%/*}; done
  [ -d "${parent:-/}" ] && [ -x "${parent:-/}" ]
}

# What oneext.yaml says of the key $1, into $given.
read_paths_given() {
  given=
  [ -z "${ONEEXT_CONFIG_FILE+given}" ] && is_missing "$configuration" && return
  given=$(paths_given "$1")
  case $given in *'?'*) run_node ;; esac
}

document=$(printf '%s' "$event" | base64 -d 2>/dev/null) || run_node
