#!/usr/bin/env bash
# Gives this hypervisor a power agent and prints the scrape job for Prometheus. See README.md.
set -euo pipefail

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
# Everything of the host that is read or written stands below this folder: an image, or a test's tree.
ROOT=${HOST_ROOT:-}
# Whatever language this host speaks: what programs print is read here.
export LC_ALL=C

# shellcheck source=lib/output.sh
source "$here/lib/output.sh"
# shellcheck source=lib/undo.sh
source "$here/lib/undo.sh"
# shellcheck source=lib/systems.sh
source "$here/lib/systems.sh"
# shellcheck source=lib/agents.sh
source "$here/lib/agents.sh"
# shellcheck source=lib/options.sh
source "$here/lib/options.sh"
# shellcheck source=lib/state.sh
source "$here/lib/state.sh"
# shellcheck source=lib/system.sh
source "$here/lib/system.sh"
# shellcheck source=lib/kernel-modules.sh
source "$here/lib/kernel-modules.sh"
# shellcheck source=lib/rapl.sh
source "$here/lib/rapl.sh"
# shellcheck source=lib/listen.sh
source "$here/lib/listen.sh"
# shellcheck source=lib/host-id.sh
source "$here/lib/host-id.sh"
# shellcheck source=lib/packages.sh
source "$here/lib/packages.sh"
# shellcheck source=lib/packages-apt.sh
source "$here/lib/packages-apt.sh"
# shellcheck source=lib/packages-dnf.sh
source "$here/lib/packages-dnf.sh"
# shellcheck source=lib/firewall.sh
source "$here/lib/firewall.sh"
# shellcheck source=lib/engines.sh
source "$here/lib/engines.sh"
# shellcheck source=lib/container.sh
source "$here/lib/container.sh"
# shellcheck source=lib/programs.sh
source "$here/lib/programs.sh"
# shellcheck source=lib/front.sh
source "$here/lib/front.sh"
# shellcheck source=lib/native.sh
source "$here/lib/native.sh"
# shellcheck source=lib/verify.sh
source "$here/lib/verify.sh"
# shellcheck source=lib/previous.sh
source "$here/lib/previous.sh"
# shellcheck source=lib/agent.sh
source "$here/lib/agent.sh"
# shellcheck source=lib/telegraf.sh
source "$here/lib/telegraf.sh"
# shellcheck source=lib/guest-trees.sh
source "$here/lib/guest-trees.sh"
# shellcheck source=lib/scrape-job.sh
source "$here/lib/scrape-job.sh"
# shellcheck source=lib/install.sh
source "$here/lib/install.sh"
# shellcheck source=lib/status.sh
source "$here/lib/status.sh"
# shellcheck source=lib/uninstall.sh
source "$here/lib/uninstall.sh"

main() {
  parse_options "$@"
  [[ $(id -u) == 0 ]] || die 77 'host.sh was not started as root' "start it with: sudo $0${*:+ $*}"
  load_state
  find_engines
  choose_agent
  case $command in
    install) install_agent ;;
    plan) print_plan ;;
    status) print_status ;;
    uninstall) uninstall_agent ;;
  esac
}

main "$@"
