# shellcheck shell=bash
# The agent as a container of docker or podman, which take the same arguments.

container_label=org.opennebula-extensions.power-agent
wanted_image=''

# container_of final|candidate [AGENT]: its name. The previous agent is set aside under the name of role previous.
container_of() { if [[ $1 == final ]]; then printf '%s' "${2:-$agent}"; else printf '%s-%s' "${2:-$agent}" "$1"; fi; }

container_exists() { "$1" container inspect "$2" >/dev/null 2>&1; }
container_value() { "$1" container inspect --format "$3" "$2" 2>/dev/null || true; }
container_runs() { [[ $(container_value "$1" "$2" '{{.State.Running}}') == true ]]; }
# The names of those that host.sh made, a line each.
our_containers() { "$1" container ls --all --filter "label=$container_label" --format '{{.Names}}' 2>/dev/null || true; }
# What it was started with, in a label of ours: image, address, port, rights. Empty where it is not ours.
container_config() { container_value "$1" "$2" "{{index .Config.Labels \"$container_label\"}}" | sed 's/^<no value>$//'; }

# What an engine starts after a boot: docker.service all that an operator did not stop, podman-restart.service these.
restart_policy() { if [[ $1 == podman ]]; then printf always; else printf unless-stopped; fi; }

# What a container needs to see the program of every process of the host.
rights_to_read_processes() {
  printf '%s\n' --cap-drop ALL --cap-add SYS_PTRACE --security-opt no-new-privileges
  [[ ! -d $ROOT/sys/module/apparmor ]] || printf '%s\n' --security-opt apparmor=unconfined
  [[ ! -d $ROOT/sys/fs/selinux ]] || printf '%s\n' --security-opt label=disable
}

# run_container RUNTIME ROLE ADDRESS PORT least|privileged
run_container() {
  local rights=(--privileged) views arguments restart
  [[ $5 == privileged ]] || mapfile -t rights < <(agent_rights "$1")
  mapfile -t views < <(agent_views)
  mapfile -t arguments < <(agent_arguments "$3" "$4" "$1" "$2")
  restart=$(restart_policy "$1")
  [[ $2 != candidate ]] || restart=no
  # The host's user ids: an engine that maps them (userns-remap) refuses the host's network to all others.
  "$1" run --detach --name "$(container_of "$2")" --restart "$restart" --network host --userns host --user 0:0 \
    "${rights[@]}" --read-only "${views[@]}" --label "$container_label=$pinned_image $3 $4 $5" \
    "$pinned_image" "${arguments[@]}" >/dev/null 9>&- # podman's monitor would keep the lock
}

remove_container() { "$1" container rm --force "$2" >/dev/null; }

image_is_there() { "$1" image inspect "$pinned_image" >/dev/null 2>&1; }

# The image that is wanted, by the digest that its tag stood for when it came: a tag may come to stand for another
# image, which nobody has proved. One that was built here has no digest.
pinned_image=''
pin_image() { # pin_image ENGINE
  local digest=''
  pinned_image=$wanted_image
  [[ $wanted_image != *@* ]] || return 0
  if [[ ${state[digest]:-} == "$wanted_image "* ]]; then digest=${state[digest]##* }; else
    digest=$("$1" image inspect --format '{{range .RepoDigests}}{{println .}}{{end}}' "$wanted_image" 2>/dev/null |
      sed -n 's/.*@\(sha256:[0-9a-f]*\)$/\1/p' | head -n 1) || true
  fi
  [[ -z $digest ]] || pinned_image=$(without_tag "$wanted_image")@$digest
}

# A colon before the last slash belongs to a registry's port.
without_tag() { if [[ ${1##*/} == *:* ]]; then printf '%s' "${1%:*}"; else printf '%s' "$1"; fi; }

pull_image() {
  on_failure remove_image "$1|$pinned_image"
  "$1" pull "$pinned_image" >&2
  state[pulled]="${state[pulled]:+${state[pulled]} }$1|$pinned_image"
  pin_image "$1"
}

# remove_image ENGINE|REF, as the state has it
remove_image() {
  local engine=${1%%|*} image=${1#*|}
  ! "$engine" image inspect "$image" >/dev/null 2>&1 || "$engine" image rm "$image"
}
