/** What sudo lets oneadmin do on a hypervisor: `sudo -n -l COMMAND` says so without running it. */
import type { Argv } from '../../lib/remote-command.ts';
import { failure, ok, skipped, type Verdict } from './finding.ts';

export interface SudoAnswer {
  readonly right: keyof typeof sudoRights;
  readonly isPermitted: boolean;
}

/** A command of each kind that tunnels need, and who permits it. */
export const sudoRights = {
  address: {
    argv: ['ip', 'address', 'add', '198.18.0.1/30', 'dev', 'omig0', 'noprefixroute'],
    from: 'sudoers.d/opennebula-extensions',
  },
  reset: {
    argv: ['ip', 'address', 'add', '198.18.0.1/32', 'dev', 'lo', 'label', 'lo:omig0'],
    from: 'sudoers.d/opennebula-extensions',
  },
  link: { argv: ['ip', 'link', 'delete', 'dev', 'omig0'], from: 'ONE_NET of OpenNebula' },
  vswitch: { argv: ['ovs-vsctl', '--timeout=10', 'show'], from: 'ONE_OVS of OpenNebula' },
} as const;

/** @param asRoot asks for oneadmin */
export const sudoListArgv = (right: SudoAnswer['right'], asRoot: boolean): Argv => [
  'sudo',
  '-n',
  ...(asRoot ? ['-U', 'oneadmin'] : []),
  '-l',
  ...sudoRights[right].argv,
];

/** @param answers those that could be had; Open vSwitch is not needed where the kernel makes tunnels */
export const judgeSudo = (subject: string, answers: readonly SudoAnswer[]): readonly Verdict[] => {
  const group = 'sudo rights missing';
  const refused = answers.filter(({ isPermitted }) => !isPermitted);
  const needed = refused.filter(({ right }) => right !== 'vswitch');
  const [first] = needed;
  const silent = { subject, group: 'hosts where sudo does not answer' };
  if (answers.length === 0) return [skipped('sudo does not answer', silent)];
  const unanswered = Object.keys(sudoRights).length - answers.length;
  if (first === undefined && unanswered > 0)
    return [skipped(`sudo answered ${answers.length} of ${answers.length + unanswered} questions`, silent)];
  if (first === undefined) {
    const without = refused.length > 0 ? ', but not for Open vSwitch' : '';
    return [ok(`sudo permits what tunnels need${without}`, { subject })];
  }
  return needed.map(({ right }) => {
    const { argv, from } = sudoRights[right];
    const next =
      right === 'address' || right === 'reset'
        ? 'oneext hosts install --live-migrate'
        : 'install opennebula-node-kvm';
    return failure(
      `sudo does not permit ${argv.join(' ')}: ${from} is missing or of an older version`,
      next,
      { subject, group },
    );
  });
};
