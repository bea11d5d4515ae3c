# shellcheck shell=bash
# The power agents that host.sh can install: a file each in lib/agents, which says all that is the agent's own.

default_agent=scaphandre
agent='' agent_title='' agent_job='' agent_port='' agent_image='' agent_container='' agent_package='' agent_program=''
agent_unit='' agent_seconds_between_scrapes=''

# The names of all, a line each.
known_agents() {
  local file
  for file in "$here"/lib/agents/*.sh; do
    file=${file##*/}
    printf '%s\n' "${file%.sh}"
  done
}

is_known_agent() { [[ $'\n'$(known_agents)$'\n' == *$'\n'"$1"$'\n'* ]]; }

load_agent() {
  agent=$1
  # shellcheck source=lib/agents/scaphandre.sh
  source "$here/lib/agents/$agent.sh"
}

# A host has one agent from host.sh. An agent that was installed before agents had names is the default one.
choose_agent() {
  local installed=${state[agent]:-}
  if [[ -z $installed && -n ${state[runtime]:-} ]]; then installed=$default_agent; fi
  if [[ -n $option_agent && -n $installed && $option_agent != "$installed" ]]; then
    die 78 "host.sh has installed the agent $installed on this host, and --agent asks for $option_agent" \
      'remove the installed agent first: host.sh uninstall'
  fi
  installed=${installed:-${option_agent:-$default_agent}}
  is_known_agent "$installed" || die 78 "$state_file names the agent $installed, which this version of host.sh does not know" \
    'use the version of host.sh that installed it'
  load_agent "$installed"
}
