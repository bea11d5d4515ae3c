# shellcheck shell=bash
# The power agents that host.sh can install: a file each in lib/agents, which says all that is the agent's own.

default_agent=scaphandre
installed_agent='' installed_runtime='' # by an earlier run
agent=''

# The names of all, a line each.
known_agents() {
  local file
  for file in "$here"/lib/agents/*.sh; do
    file=${file##*/}
    printf '%s\n' "${file%.sh}"
  done
}

is_known_agent() { [[ $'\n'$(known_agents)$'\n' == *$'\n'"$1"$'\n'* ]]; }

# What a file in lib/agents says. Its container has the agent's name.
load_agent() {
  agent=$1
  agent_title=''
  agent_homepage=''
  agent_job='' # of Prometheus
  agent_port=''
  agent_runtimes=() # of docker, podman and native
  agent_image=''    # for containers
  agent_package='' agent_program='' agent_package_stays=no # for the native agent
  agent_seconds_between_scrapes=3
  agent_names_its_format=yes # by a Content-Type
  agent_needs_rapl=yes
  agent_has_front=no # see lib/front.sh
  # Its configuration file, where agent_config_text RUNTIME gives it one.
  agent_config_file=$ROOT/etc/opennebula-extensions/$agent.yaml
  agent_config_text() { :; }
  # The least with which it works in a container, and what it sees of the host there; a line each.
  agent_rights() { :; }
  agent_views() { :; }
  # The lines of the native agent's unit that are its own; agent_unit_lines final|candidate PORT
  agent_unit_lines() { :; }
  # Whether the native agent can be had here; where it is to be had, if not; its program; and what has to be known of it.
  can_be_native() { type -P "$agent_program" >/dev/null || distribution_has "$agent_package"; }
  die_without_native() {
    die 78 "this distribution has no package $agent_package ($system_id $system_version)" 'choose --runtime podman or docker'
  }
  unpack_program() { cp "$program_source" "$1.new" && chmod 755 "$1.new" && mv "$1.new" "$1"; }
  native_program() { type -P "$agent_program" || printf '/usr/bin/%s' "$agent_program"; }
  choose_program() { :; }
  # What is wrong with an agent of which its judge noted something beside the watts and the version.
  describe_note() { :; }
  # shellcheck source=lib/agents/scaphandre.sh
  source "$here/lib/agents/$agent.sh"
}

# A word that any agent uses: agent_fact AGENT VARIABLE
agent_fact() (
  load_agent "$1"
  printf '%s' "${!2}"
)

# For people: the default port of each agent.
list_agent_ports() {
  local name listed=()
  for name in $(known_agents); do listed+=("$name: $(agent_fact "$name" agent_port)"); done
  join ', ' "${listed[@]}"
}

# An agent that was installed before agents had names is the default one. What --agent asks for is put in its place.
choose_agent() {
  installed_agent=${state[agent]:-} installed_runtime=${state[runtime]:-}
  if [[ -z $installed_agent && -n $installed_runtime ]]; then installed_agent=$default_agent; fi
  [[ -z $installed_agent ]] || is_known_agent "$installed_agent" ||
    die 78 "$state_file names the agent $installed_agent, which this version of host.sh does not know" \
      'use the version of host.sh that installed it'
  case $command in
    install | plan) load_agent "${option_agent:-${installed_agent:-$default_agent}}" ;;
    *) load_agent "${installed_agent:-${option_agent:-$default_agent}}" ;;
  esac
  [[ -z $option_kepler_binary || $agent == kepler ]] ||
    die 2 "--kepler-binary makes no sense for $agent_title" 'give --agent kepler with it'
  [[ -z $option_onepower_archive || $agent == onepower ]] ||
    die 2 "--onepower-archive makes no sense for $agent_title" 'give --agent onepower with it'
  [[ -z ${option_guest_trees#none} || $agent == onepower ]] ||
    die 2 "--guest-trees makes no sense for $agent_title" 'give --agent onepower with it'
  [[ -z ${option_model#none} || $agent == onepower ]] ||
    die 2 "--model makes no sense for $agent_title" 'give --agent onepower with it'
  [[ -z $installed_agent || $agent == "$installed_agent" ]] || forget_options_of_other_agent
}

# Whether an agent can run in more than one way: if not, nobody has chosen how.
has_a_choice() (
  load_agent "$1"
  ((${#agent_runtimes[@]} > 1))
)

# What was said of the agent that is to be replaced is not meant for the new one.
forget_options_of_other_agent() {
  state[image]='' state[digest]='' state[program]='' state[model]=''
  is_one_of "$installed_runtime" "${agent_runtimes[@]}" && has_a_choice "$installed_agent" || state[runtime]=''
}
