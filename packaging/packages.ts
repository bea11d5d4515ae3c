/** The packages. What they are made from stands in a folder with the name of the package. */
import {
  debianLayout,
  frontEndPrograms,
  planTree,
  rpmLayout,
  systemFiles,
  tarballLayout,
} from './front-end-package.ts';
import { hypervisorPrograms, planHypervisorTree } from './hypervisor-package.ts';
import type { PackagedFile, TreeInput } from './tree.ts';

/** A file of shell in `scripts/` of that folder. */
export type PackageScript = 'installing' | 'configured' | 'removing' | 'removed';

type Plan = (input: TreeInput) => readonly PackagedFile[];

export interface PackageKind {
  readonly name: string;
  /** The folder of its programs. */
  readonly programs: string;
  readonly scripts: readonly PackageScript[];
  readonly planDeb: Plan;
  readonly planRpm: Plan;
  /** In that folder; without it there is no tarball. */
  readonly planTarball?: (input: TreeInput, folder: string) => readonly PackagedFile[];
}

export const packageKinds: readonly PackageKind[] = [
  {
    name: 'opennebula-extensions',
    programs: frontEndPrograms,
    scripts: ['installing', 'configured', 'removing', 'removed'],
    planDeb: (input) => [...planTree(debianLayout, input), ...systemFiles],
    planRpm: (input) => [...planTree(rpmLayout, input), ...systemFiles],
    planTarball: (input, folder) => planTree(tarballLayout(folder), input),
  },
  {
    name: 'opennebula-extensions-node',
    programs: hypervisorPrograms,
    scripts: ['configured', 'removing'],
    planDeb: planHypervisorTree,
    planRpm: planHypervisorTree,
  },
];
