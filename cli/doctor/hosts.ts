/** Hypervisors over ssh: what tunnels need there, what migrations have left, and the clock. */
import { judgeClock } from './clock.ts';
import { failure, ok, skipped, type Verdict, warning } from './finding.ts';
import { judgeSudo, type SudoAnswer } from './sudo.ts';

export interface HostLook {
  readonly host: string;
  /** Why it could not be asked. */
  readonly problem: string | undefined;
  readonly sudo: readonly SudoAnswer[];
  readonly hasOpenVswitch: boolean;
  readonly hasKernelVxlan: boolean;
  /** The stock script `migrate`, which tunnels start. */
  readonly hasStockMigrate: boolean;
  /** Devices of tunnels whose migration has gone. */
  readonly leftovers: readonly string[];
  readonly aheadMs: number | undefined;
}

export interface HostFacts {
  readonly why: 'not-asked' | 'not-oneadmin' | undefined;
  /** Whether migrations go through tunnels; `undefined` where oned.conf cannot be read. */
  readonly tunnels: boolean | undefined;
  readonly looks: readonly HostLook[];
}

/** What would make a tunnel there; `undefined` where nothing would. */
const tunnelMakerOf = ({ hasOpenVswitch, hasKernelVxlan, sudo }: HostLook): string | undefined => {
  const isVswitchRefused = sudo.some(({ right, isPermitted }) => right === 'vswitch' && !isPermitted);
  if (hasOpenVswitch && !isVswitchRefused) return 'Open vSwitch';
  return hasKernelVxlan ? 'the kernel' : undefined;
};

const judgePrerequisites = (look: HostLook): readonly Verdict[] => {
  const { host: subject, hasOpenVswitch, hasStockMigrate, sudo } = look;
  return [
    ...judgeSudo(subject, sudo).filter(({ level }) => level !== 'ok'),
    ...(tunnelMakerOf(look) !== undefined
      ? []
      : [
          failure(
            hasOpenVswitch
              ? 'sudo does not permit ovs-vsctl there, and its kernel has no VXLAN: no tunnel can be made'
              : 'has neither Open vSwitch nor VXLAN in its kernel: no tunnel can be made',
            hasOpenVswitch ? 'install opennebula-node-kvm there' : 'modprobe vxlan there',
            {
              subject,
              group: 'hosts without VXLAN',
            },
          ),
        ]),
    ...(hasStockMigrate
      ? []
      : [
          failure('has no stock script migrate', 'onehost sync --force', {
            subject,
            group: 'hosts without migrate',
          }),
        ]),
  ];
};

const judgeHost = (look: HostLook, tunnels: boolean | undefined): readonly Verdict[] => {
  const { host: subject, problem, leftovers, aheadMs } = look;
  if (problem !== undefined)
    return [
      failure(problem, `sudo -u oneadmin ssh ${subject} true`, { subject, group: 'hosts not reached' }),
    ];
  const clock = judgeClock({ subject, aheadMs });
  const found = [
    ...(tunnels === false ? [] : judgePrerequisites(look)),
    ...leftovers.map((device) =>
      warning(`${device} is left of a migration that has gone`, 'oneext tunnel clean', {
        subject,
        group: 'tunnels left',
      }),
    ),
    ...(clock === undefined ? [] : [clock]),
  ];
  if (found.length > 0) return found;
  const message =
    tunnels === false
      ? 'can be reached, and nothing is left of migrations'
      : `is ready for tunnels made by ${tunnelMakerOf(look)}`;
  return [ok(message, { subject, group: 'hosts in order' })];
};

export const judgeHosts = ({ why, tunnels, looks }: HostFacts): readonly Verdict[] => {
  if (why === 'not-asked')
    return [skipped('hypervisors are looked at with --hosts all, or --hosts NAME,...')];
  if (why === 'not-oneadmin')
    return [
      skipped('only oneadmin reaches the hypervisors as OpenNebula does', {
        next: 'sudo -u oneadmin oneext doctor --only hosts --hosts all',
      }),
    ];
  if (looks.length === 0) return [skipped('there is no KVM host')];
  return looks.flatMap((look) => judgeHost(look, tunnels));
};
