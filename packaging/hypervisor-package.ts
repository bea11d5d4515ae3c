/** The package of hypervisors: the agent, the installer of agents, and the sudo rules of live migration. */
import { type PackagedFile, planCommon, type TreeInput } from './tree.ts';

export const hypervisorPrograms = 'usr/lib/opennebula-extensions-node';

/** Of dist/; without what the front-end sends along to be started over ssh. */
const isWanted = (path: string): boolean =>
  /^(LICENSE|THIRD-PARTY-LICENSES|package\.json|opennebula-power-agent$|password-thread\.js$|power-agent\/|host-installer\/)/.test(
    path,
  ) && !/^host-installer\/(remote|sudo-rules)\.sh$/.test(path);

export const planHypervisorTree = (input: TreeInput): readonly PackagedFile[] => [
  ...input.built
    .filter(({ path }) => isWanted(path))
    .map(
      ({ path, isExecutable }): PackagedFile => ({
        path: `${hypervisorPrograms}/${path}`,
        mode: isExecutable ? 0o755 : 0o644,
        content: { copyOf: `dist/${path}` },
      }),
    ),
  ...planCommon({ programs: hypervisorPrograms, doc: 'usr/share/doc/opennebula-extensions-node' }, input),
  {
    path: 'etc/sudoers.d/opennebula-extensions',
    mode: 0o440,
    content: { copyOf: 'dist/sudoers.d/opennebula-extensions' },
    isConfiguration: true,
  },
];
