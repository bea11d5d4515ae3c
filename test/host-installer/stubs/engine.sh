#!/usr/bin/env bash
# docker and podman
source "$STUBS/world.sh"
engine=$MADE_HOST/engines/$program
containers=$engine/containers

[[ -d $engine && ! -f $engine/down ]] || fail 1 "Cannot connect to the $program daemon. Is it running?"

needed() { [[ -d $containers/$1 ]] || fail 1 "Error: No such container: $1"; }

start_container() {
  local arguments behaviour
  read -ra arguments <"$containers/$1/command"
  behaviour=$(fact "agents/$(mangled "$(<"$containers/$1/image")")")
  if [[ $behaviour == needs-privileged ]]; then
    behaviour=no-energy
    [[ ! -f $containers/$1/privileged ]] || behaviour=measures
  fi
  start_scaphandre "$containers/$1" "$behaviour" "${arguments[2]}" "${arguments[4]}"
  # An engine that starts a dead container again and again calls it running.
  if [[ -f $containers/$1/serves || $(<"$containers/$1/restart") != no ]]; then : >"$containers/$1/running"; fi
}

run_container() {
  local name='' label='' restart=no privileged=no
  while (($# > 0)); do
    case $1 in
      --name) name=$2; shift ;;
      --label) label=${2#*=}; shift ;;
      --restart) restart=$2; shift ;;
      --privileged) privileged=yes ;;
      --detach | --read-only) ;;
      --network | --user | --cap-drop | --cap-add | --security-opt | --volume) shift ;;
      -*) fail 125 "unknown flag: $1" ;;
      *) break ;;
    esac
    shift
  done
  [[ ! -d $containers/$name ]] || fail 125 "Conflict. The container name \"/$name\" is already in use"
  [[ -f $engine/images/$(mangled "$1") ]] || fail 125 "Unable to find image '$1' locally"
  mkdir -p "$containers/$name"
  printf '%s' "$label" >"$containers/$name/label"
  printf '%s' "$restart" >"$containers/$name/restart"
  printf '%s' "$1" >"$containers/$name/image"
  [[ $privileged == no ]] || : >"$containers/$name/privileged"
  shift
  printf '%s\n' "$*" >"$containers/$name/command"
  start_container "$name"
  printf '%s\n' '0123456789abcdef'
}

remove_image() {
  local container
  [[ -f $engine/images/$(mangled "$1") ]] || fail 1 "Error: No such image: $1"
  for container in "$containers"/*; do
    [[ ! -d $container || $(<"$container/image") != "$1" ]] || fail 1 "conflict: container ${container##*/} is using $1"
  done
  rm "$engine/images/$(mangled "$1")"
}

inspect_container() {
  local format=''
  if [[ $1 == --format ]]; then
    format=$2
    shift 2
  fi
  needed "$1"
  case $format in
    '') printf '[{"Name": "/%s"}]\n' "$1" ;;
    *State.Running*) if [[ -f $containers/$1/running ]]; then printf 'true\n'; else printf 'false\n'; fi ;;
    *Privileged*) if [[ -f $containers/$1/privileged ]]; then printf 'true\n'; else printf 'false\n'; fi ;;
    *Labels*) printf '%s\n' "$(<"$containers/$1/label")" ;;
    *) fail 64 "unexpected format: $format" ;;
  esac
}

case "$1 ${2:-}" in
  'info '*) ;;
  'container inspect') shift 2; inspect_container "$@" ;;
  'container logs')
    needed "${@: -1}"
    printf 'scaphandre::sensors: what the agent logged\n'
    ;;
  'image inspect') [[ -f $engine/images/$(mangled "$3") ]] || fail 1 "Error: No such image: $3" ;;
  'image rm') act "$@"; remove_image "$3" ;;
  'pull '*)
    act "$@"
    [[ -f $MADE_HOST/agents/$(mangled "$2") ]] || fail 1 "Error response from daemon: manifest for $2 not found"
    : >"$engine/images/$(mangled "$2")"
    ;;
  'run '*) act "$@"; shift; run_container "$@" ;;
  'rename '*)
    act "$@"
    needed "$2"
    [[ ! -d $containers/$3 ]] || fail 1 "Conflict. The container name \"/$3\" is already in use"
    command -p mv "$containers/$2" "$containers/$3"
    ;;
  'stop '*) act "$@"; needed "$2"; rm -f "$containers/$2"/{running,serves} ;;
  'start '*) act "$@"; needed "$2"; start_container "$2" ;;
  'container rm') act "$@"; [[ $3 == --force ]]; needed "$4"; rm -r "${containers:?}/$4" ;;
  *) fail 64 "$program: unexpected $*" ;;
esac
