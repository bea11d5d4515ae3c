#!/usr/bin/env bash
# docker and podman
source "$STUBS/world.sh"
# Under the name docker it may be podman.
[[ $program != docker || ! -f $MADE_HOST/docker-is-podman ]] || program=podman
engine=$MADE_HOST/engines/$program
containers=$engine/containers

case $1 in
  --version) printf '%s version 4.3.1\n' "$program"; exit 0 ;;
  version) if [[ $program == podman ]]; then printf 'Client:       Podman Engine\n'; else printf 'Client: Docker Engine - Community\n'; fi; exit 0 ;;
esac
[[ -d $engine && ! -f $engine/down ]] || fail 1 "Cannot connect to the $program daemon. Is it running?"

# The digest that the registry has for a tag now: it changes when the tag is moved.
digest_of() {
  local digest
  digest=$(printf '%s %s' "$1" "$(fact "moved-tags/$(mangled "$1")")" | sha256sum)
  printf 'sha256:%s' "${digest%% *}"
}
# tag_of REF: the file of an image holds the tag that it came by, and the file of its digest as well
tag_of() { printf '%s' "$(<"$engine/images/$(mangled "$1")")"; }

needed() { [[ -d $containers/$1 ]] || fail 1 "Error: No such container: $1"; }

start_container() {
  local arguments behaviour
  read -ra arguments <"$containers/$1/command"
  behaviour=$(fact "agents/$(mangled "$(<"$containers/$1/tag")")")
  if [[ $behaviour == needs-privileged ]]; then
    behaviour=no-energy
    [[ ! -f $containers/$1/privileged ]] || behaviour=measures
  fi
  start_program "$containers/$1" "$behaviour" "${arguments[@]}"
  # An engine that starts a dead container again and again calls it running.
  if [[ -f $containers/$1/serves || $(<"$containers/$1/restart") != no ]]; then : >"$containers/$1/running"; fi
}

run_container() {
  local name='' label='' restart=no privileged=no userns=''
  while (($# > 0)); do
    case $1 in
      --name) name=$2; shift ;;
      --label) label=${2#*=}; shift ;;
      --restart) restart=$2; shift ;;
      --privileged) privileged=yes ;;
      --detach | --read-only) ;;
      --userns) userns=$2; shift ;;
      --network | --user | --pid | --cap-drop | --cap-add | --security-opt | --volume) shift ;;
      -*) fail 125 "unknown flag: $1" ;;
      *) break ;;
    esac
    shift
  done
  [[ ! -f $engine/userns-remap || $userns == host ]] ||
    fail 125 "docker: Error response from daemon: cannot share the host's network namespace when user namespaces are enabled."
  [[ ! -d $containers/$name ]] || fail 125 "Conflict. The container name \"/$name\" is already in use"
  [[ -f $engine/images/$(mangled "$1") ]] || fail 125 "Unable to find image '$1' locally"
  mkdir -p "$containers/$name"
  printf '%s' "$label" >"$containers/$name/label"
  printf '%s' "$restart" >"$containers/$name/restart"
  printf '%s' "$1" >"$containers/$name/image"
  tag_of "$1" >"$containers/$name/tag"
  [[ $privileged == no ]] || : >"$containers/$name/privileged"
  shift
  printf '%s\n' "$*" >"$containers/$name/command"
  start_container "$name"
  printf '%s\n' '0123456789abcdef'
}

remove_image() {
  local container image tag
  [[ -f $engine/images/$(mangled "$1") ]] || fail 1 "Error: No such image: $1"
  tag=$(tag_of "$1")
  for container in "$containers"/*; do
    [[ ! -d $container || $(<"$container/tag") != "$tag" ]] || fail 1 "conflict: container ${container##*/} is using $1"
  done
  for image in "$engine"/images/*; do [[ $(<"$image") != "$tag" ]] || rm "$image"; done
}

pull_image() {
  local digest image=$1
  if [[ -f $MADE_HOST/registry/$(mangled "$1") ]]; then image=$(fact "registry/$(mangled "$1")"); fi
  [[ -f $MADE_HOST/agents/$(mangled "$image") ]] || fail 1 "Error response from daemon: manifest for $1 not found"
  printf '%s' "$image" >"$engine/images/$(mangled "$1")"
  [[ $1 != *@* ]] || return 0
  digest=${1%:*}@$(digest_of "$1")
  printf '%s' "$image" >"$engine/images/$(mangled "$digest")"
  mkdir -p "$MADE_HOST/registry"
  printf '%s' "$image" >"$MADE_HOST/registry/$(mangled "$digest")"
}

inspect_image() {
  [[ -f $engine/images/$(mangled "${@: -1}") ]] || fail 1 "Error: No such image: ${*: -1}"
  if [[ $1 == --format && -f $engine/images/$(mangled "${3%:*}@$(digest_of "$3")") ]]; then printf '%s@%s\n' "${3%:*}" "$(digest_of "$3")"; fi
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
    *RestartPolicy*) printf '%s\n' "$(<"$containers/$1/restart")" ;;
    *Labels*) printf '%s\n' "$(<"$containers/$1/label")" ;;
    *) fail 64 "unexpected format: $format" ;;
  esac
}

case "$1 ${2:-}" in
  'info '*) ;;
  'container ls')
    for container in "$containers"/*; do
      [[ ! -s $container/label ]] || printf '%s\n' "${container##*/}"
    done
    ;;
  'container inspect') shift 2; inspect_container "$@" ;;
  'container logs')
    needed "${@: -1}"
    printf 'scaphandre::sensors: what the agent logged\n'
    ;;
  'image inspect') shift 2; inspect_image "$@" ;;
  'image rm') act "$@"; remove_image "$3" ;;
  'pull '*) act "$@"; pull_image "$2" ;;
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
