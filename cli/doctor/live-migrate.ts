/** migrate_tunnel on this front-end: asked for in oned.conf, in place, and with what it needs. */
import type { OnedConf } from '../../front-end-installer/oned-conf.ts';
import { type Attempt, failure, judgeProblem, ok, skipped, type Verdict } from './finding.ts';
import { judgeSudo, type SudoAnswer } from './sudo.ts';

export interface LiveMigrateFacts {
  readonly onedConfFile: string;
  readonly onedConf: Attempt<OnedConf>;
  readonly script: string;
  readonly isInPlace: Attempt<true>;
  /** Of oneadmin here; `undefined` where this machine is no hypervisor. */
  readonly sudo: readonly SudoAnswer[] | undefined;
}

const install = 'oneext install --only live-migrate';
const ask = 'oneext install --migrate-through-tunnel, then restart opennebula (only if you want tunnels)';
export const tunnelScript = 'migrate_tunnel';

/** KVM's drivers, and those of them that migrate through tunnels. */
export const tunnelDriversOf = (
  conf: OnedConf,
): { readonly all: readonly string[]; readonly tunnelling: readonly string[] } => {
  const kvm = conf.vmDrivers.filter(({ name }) => name === 'kvm' || name === 'qemu');
  const tunnelling = kvm.filter(({ localActions }) => localActions.get('migrate') === tunnelScript);
  return { all: kvm.map(({ name }) => name), tunnelling: tunnelling.map(({ name }) => name) };
};

const judgeDrivers = ({ onedConfFile: subject, onedConf }: LiveMigrateFacts): Verdict => {
  if (!('value' in onedConf))
    return judgeProblem(
      onedConf,
      'run it on the front-end; ONE_LOCATION says where a self-contained OpenNebula is',
      { subject },
    );
  const { all, tunnelling } = tunnelDriversOf(onedConf.value);
  if (tunnelling.length === 0)
    return skipped('no driver has migrate=migrate_tunnel: live migrations go without a tunnel', {
      subject,
      next: ask,
    });
  const names = tunnelling.join(', ');
  return tunnelling.length === all.length
    ? ok(`migrate=${tunnelScript} for ${names}`, { subject })
    : ok(
        `migrate=${tunnelScript} for ${names}, not for ${all.filter((name) => !tunnelling.includes(name)).join(', ')}`,
        {
          subject,
        },
      );
};

export const judgeLiveMigrate = (facts: LiveMigrateFacts): readonly Verdict[] => {
  const { onedConf, script, isInPlace, sudo } = facts;
  const isWanted = 'value' in onedConf && tunnelDriversOf(onedConf.value).tunnelling.length > 0;
  const drivers = judgeDrivers(facts);
  if (!('value' in isInPlace)) {
    const isMissing = isInPlace.kind === 'missing';
    if (isMissing && !isWanted) return [drivers];
    const missing = failure('missing: each live migration fails', install, { subject: script });
    return [drivers, isMissing ? missing : judgeProblem(isInPlace, install, { subject: script })];
  }
  if (!isWanted) return [drivers, ok('in place', { subject: script })];
  const here = sudo === undefined ? [] : judgeSudo('this machine, a hypervisor', sudo);
  return [drivers, ok('in place', { subject: script }), ...here];
};
