/** What a VM needs so that it sees its own power: the files and units that every kind of document brings into it. */

export const ways = ['pull', 'share'] as const;
export type Way = (typeof ways)[number];
export const guestAgents = ['scaphandre', 'kepler', 'none'] as const;
export type GuestAgent = (typeof guestAgents)[number];

export interface GuestChoice {
  readonly way: Way;
  readonly agent: GuestAgent;
  /** Where the exporter serves guests; `undefined`: what the context of the VM says. */
  readonly url: string | undefined;
}

/** The files of guest/, as they stand there. */
export interface GuestSources {
  readonly script: string;
  readonly unit: string;
  readonly openrc: string;
  /** The manifests of a folder of guest/kubernetes, in the order of its kustomization. */
  readonly manifests: Readonly<Record<string, readonly string[]>>;
}

export interface GuestFile {
  readonly path: string;
  readonly mode: 0o644 | 0o755;
  readonly text: string;
}
export interface GuestUnit {
  readonly name: string;
  readonly text: string;
}

export const shareTag = 'scaphandre';
export const zone = '/run/power-guest/class/powercap';
/** Both are pinned: what runs in a guest changes when its owner wants it. */
export const images = {
  scaphandre: 'docker.io/hubblo/scaphandre:1.0.2',
  kepler: 'quay.io/sustainable_computing_io/kepler:v0.11.4',
} as const;

/** Options of power-guest.sh. */
export const scriptOptions = ({ way, url }: GuestChoice): string => {
  if (way === 'share') return `--share=${shareTag}`;
  return url === undefined ? '' : `--url=${url}`;
};

/** The unit of power-guest.sh for a script that stands elsewhere, with its options in it. */
export const powerGuestUnit = (choice: GuestChoice, { unit }: GuestSources, script: string): GuestUnit => {
  const options = scriptOptions(choice);
  // What systemd puts in place of a percent sign is no part of a URL.
  const start = `ExecStart=${script}${options === '' ? '' : ` ${options.replaceAll('%', '%%')}`} $POWER_GUEST_OPTIONS`;
  return { name: 'power-guest.service', text: unit.replace(/^ExecStart=.*$/m, () => start) };
};

/**
 * With --pid=host, /proc of the container has the processes of the VM: were that of the VM mounted there read-only, no
 * container would start under AppArmor. SELinux lets no container read /run. Kepler gives no watt at all where it may
 * not read the link /proc/PID/exe of a single process.
 */
export const containerArguments = (agent: Exclude<GuestAgent, 'none'>): readonly string[] =>
  agent === 'scaphandre'
    ? [
        '--network=host --pid=host --security-opt=label=disable',
        `--mount=type=bind,source=${zone},target=/var/scaphandre,readonly`,
        `${images.scaphandre} --vm prometheus --address 127.0.0.1`,
      ]
    : [
        '--network=host --pid=host --user=0 --volume=/proc:/host/proc:ro',
        '--cap-add=SYS_PTRACE --security-opt=apparmor=unconfined --security-opt=label=disable',
        '--mount=type=bind,source=/run/power-guest,target=/host/sys,readonly --entrypoint=/usr/bin/kepler',
        `${images.kepler} --host.procfs=/host/proc --host.sysfs=/host/sys --kube.enable=false --web.listen-address=127.0.0.1:28282`,
      ];

/** What the unit of an agent has in every system: it waits for a value, and is started again where it ends. */
export const agentUnit = (
  agent: Exclude<GuestAgent, 'none'>,
  service: string,
  needs: { readonly after: string; readonly requires: string },
): GuestUnit => ({
  name: `power-guest-${agent}.service`,
  text: `# ${agent === 'scaphandre' ? 'Scaphandre' : 'Kepler'} reads the energy of this VM, which power-guest.service keeps up to date.
[Unit]
Description=${agent === 'scaphandre' ? 'Scaphandre' : 'Kepler'} of this VM
Wants=power-guest.service network-online.target
After=power-guest.service network-online.target${needs.after}
${needs.requires}RequiresMountsFor=${zone}
StartLimitIntervalSec=0

[Service]
Type=exec
# It ends at once where there is no value yet: systemd tries again.
ExecStartPre=/usr/bin/test -s ${zone}/intel-rapl:0/energy_uj
${service}Restart=always
RestartSec=10

[Install]
WantedBy=multi-user.target
`,
});
