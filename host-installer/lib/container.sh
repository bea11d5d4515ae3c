# shellcheck shell=bash
# The agent as a container of docker or podman, which take the same arguments.

container_label=org.opennebula-extensions.power-agent
wanted_image=''

# container_of final|candidate|previous: its name
container_of() { if [[ $1 == final ]]; then printf '%s' "$agent_container"; else printf '%s-%s' "$agent_container" "$1"; fi; }

container_exists() { "$1" container inspect "$2" >/dev/null 2>&1; }
container_value() { "$1" container inspect --format "$3" "$2" 2>/dev/null || true; }
container_runs() { [[ $(container_value "$1" "$2" '{{.State.Running}}') == true ]]; }
# What it was started with, in a label of ours: image, address, port, rights. Empty where it is not ours.
container_config() { container_value "$1" "$2" "{{index .Config.Labels \"$container_label\"}}" | sed 's/^<no value>$//'; }

# run_container RUNTIME ROLE ADDRESS PORT least|privileged
run_container() {
  local rights=(--privileged) volumes arguments restart=unless-stopped
  [[ $5 == privileged ]] || mapfile -t rights < <(agent_rights "$1")
  mapfile -t volumes < <(agent_volumes)
  mapfile -t arguments < <(agent_arguments "$3" "$4")
  [[ $1 != podman ]] || restart=always # what podman-restart.service starts after a boot
  [[ $2 != candidate ]] || restart=no
  "$1" run --detach --name "$(container_of "$2")" --restart "$restart" --network host --user 0:0 "${rights[@]}" \
    --read-only "${volumes[@]}" --label "$container_label=$wanted_image $3 $4 $5" \
    "$wanted_image" "${arguments[@]}" >/dev/null 9>&- # podman's monitor would keep the lock
}

remove_container() { "$1" container rm --force "$2" >/dev/null; }

image_is_there() { "$1" image inspect "$wanted_image" >/dev/null 2>&1; }

pull_image() {
  on_failure remove_image "$1|$wanted_image"
  "$1" pull "$wanted_image" >&2
  state[pulled]="${state[pulled]:+${state[pulled]} }$1|$wanted_image"
}

# remove_image ENGINE|REF, as the state has it
remove_image() {
  local engine=${1%%|*} image=${1#*|}
  ! "$engine" image inspect "$image" >/dev/null 2>&1 || "$engine" image rm "$image"
}
