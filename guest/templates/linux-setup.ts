/** A VM with a usual Linux: files of its own, systemd or OpenRC. */
import {
  agentUnit,
  containerArguments,
  type GuestChoice,
  type GuestFile,
  type GuestSources,
  powerGuestUnit,
  scriptOptions,
  zone,
} from './guest-setup.ts';

const scriptPath = '/usr/local/sbin/power-guest.sh';
const agentPath = '/usr/local/sbin/power-guest-agent.sh';

/** The agent of the system where it is installed, else its image. */
const agentScript = (agent: 'scaphandre' | 'kepler'): string => {
  const native =
    agent === 'scaphandre'
      ? 'exec scaphandre --vm prometheus --address 127.0.0.1'
      : 'exec kepler --host.sysfs=/run/power-guest --kube.enable=false --web.listen-address=127.0.0.1:28282';
  return `#!/bin/sh
# Runs ${agent === 'scaphandre' ? 'Scaphandre' : 'Kepler'} on the energy of this VM: that of the system, else its image by docker or podman.
set -eu
export SCAPHANDRE_POWERCAP_PATH=${zone}
! command -v ${agent} >/dev/null 2>&1 || ${native}
for engine in docker podman; do
  command -v "$engine" >/dev/null 2>&1 || continue
  "$engine" rm --force power-guest-${agent} >/dev/null 2>&1 || :
  exec "$engine" run --rm --name=power-guest-${agent} \\
    ${containerArguments(agent).join(' \\\n    ')}
done
echo 'power-guest: neither ${agent} nor docker nor podman is installed' >&2
exit 1
`;
};

export interface LinuxSetup {
  readonly files: readonly GuestFile[];
  readonly services: readonly string[];
}

export const linuxSetup = (choice: GuestChoice, sources: GuestSources): LinuxSetup => {
  const { agent } = choice;
  const unit = powerGuestUnit(choice, sources, scriptPath);
  const options = scriptOptions(choice);
  const systemd = '/etc/systemd/system';
  const units = [
    unit,
    ...(agent === 'none'
      ? []
      : [
          agentUnit(agent, `ExecStart=${agentPath}\n`, {
            after: ' docker.service',
            requires: '',
          }),
        ]),
  ];
  return {
    files: [
      { path: scriptPath, mode: 0o755, text: sources.script },
      ...(agent === 'none' ? [] : [{ path: agentPath, mode: 0o755, text: agentScript(agent) } as const]),
      ...units.map(({ name, text }) => ({ path: `${systemd}/${name}`, mode: 0o644, text }) as const),
      { path: '/etc/init.d/power-guest', mode: 0o755, text: sources.openrc },
      { path: '/etc/conf.d/power-guest', mode: 0o644, text: `POWER_GUEST_OPTIONS="${options}"\n` },
    ],
    services: units.map(({ name }) => name.replace(/\.service$/, '')),
  };
};

/**
 * Starts what has been put there, with systemd or OpenRC; where neither runs, at the next boot of systemd. Nothing is
 * waited for: the units start after one-context, and it is one-context that runs this.
 */
export const startCommands = ({ services }: LinuxSetup): readonly string[] => [
  'if [ -d /run/systemd/system ]; then',
  '  systemctl daemon-reload',
  `  systemctl enable ${services.join(' ')}`,
  `  systemctl --no-block restart ${services.join(' ')}`,
  'elif command -v rc-update >/dev/null 2>&1; then',
  '  rc-update add power-guest default',
  '  rc-service power-guest restart',
  'elif command -v systemctl >/dev/null 2>&1; then',
  `  systemctl enable ${services.join(' ')}`,
  'else',
  "  echo 'power-guest: there is neither systemd nor OpenRC to start it' >&2",
  'fi',
];
