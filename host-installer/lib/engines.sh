# shellcheck shell=bash
# The container engines of this host.

# Whether docker is another name of podman: the package podman-docker, or docker's client in front of podman's socket.
# They are one engine with one store, and it is called podman.
docker_is_podman=no

find_engines() {
  local told
  type -P docker >/dev/null || return 0
  told=$({ docker --version || true; docker version || true; } 2>/dev/null)
  [[ ${told,,} == *podman* ]] || return 0
  docker_is_podman=yes
  # An earlier version of host.sh took it for docker.
  [[ ${state[runtime]:-} != docker ]] || state[runtime]=podman
  state[pulled]=${state[pulled]:-}
  state[pulled]=${state[pulled]//docker|/podman|}
}

# An engine that is there and answers. One that has answered is not asked again.
working_engines=''
engine_works() {
  [[ " $working_engines " != *" $1 "* ]] || return 0
  [[ $1 != docker || $docker_is_podman == no ]] && type -P "$1" >/dev/null && "$1" info >/dev/null 2>&1 || return 1
  working_engines+=" $1"
}
