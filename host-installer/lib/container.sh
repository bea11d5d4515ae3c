# shellcheck shell=bash
# The agent as a container of docker or podman, which take the same arguments.

container_name=scaphandre
container_candidate=scaphandre-candidate
container_previous=scaphandre-previous
container_label=org.opennebula-extensions.power-agent
wanted_image=''

container_exists() { "$1" container inspect "$2" >/dev/null 2>&1; }
container_value() { "$1" container inspect --format "$3" "$2" 2>/dev/null || true; }
container_runs() { [[ $(container_value "$1" "$2" '{{.State.Running}}') == true ]]; }
# What it was started with, in a label of ours: image, address, port, rights. Empty where it is not ours.
container_config() { container_value "$1" "$2" "{{index .Config.Labels \"$container_label\"}}" | sed 's/^<no value>$//'; }

# The least that lets it read every /proc/PID/exe and the energy counters. Newer engines mask the counters.
confinement_of() { # confinement_of RUNTIME least|privileged
  if [[ $2 == privileged ]]; then
    printf '%s\n' --privileged
    return 0
  fi
  printf '%s\n' --cap-drop ALL --cap-add SYS_PTRACE --security-opt no-new-privileges
  [[ ! -d $ROOT/sys/module/apparmor ]] || printf '%s\n' --security-opt apparmor=unconfined
  [[ ! -d $ROOT/sys/fs/selinux ]] || printf '%s\n' --security-opt label=disable
  case $1 in
    docker) printf '%s\n' --security-opt systempaths=unconfined ;;
    podman) printf '%s\n' --security-opt unmask=/sys/devices/virtual/powercap ;;
  esac
}

# run_container RUNTIME NAME ADDRESS PORT least|privileged
run_container() {
  local confinement=() restart=unless-stopped
  mapfile -t confinement < <(confinement_of "$1" "$5")
  [[ $1 != podman ]] || restart=always # what podman-restart.service starts after a boot
  [[ $2 != "$container_candidate" ]] || restart=no
  "$1" run --detach --name "$2" --restart "$restart" --network host --user 0:0 "${confinement[@]}" \
    --read-only --volume /proc:/proc:ro --volume /sys/class/powercap:/sys/class/powercap:ro \
    --label "$container_label=$wanted_image $3 $4 $5" \
    "$wanted_image" prometheus --address "$3" --port "$4" >/dev/null 9>&- # podman's monitor would keep the lock
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
