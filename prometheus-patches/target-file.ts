/** The file of a VM's targets for file_sd: one for each VM, so that two hooks of two VMs never meet. */

import { formatTargetGroups } from '../lib/prometheus/target-group.ts';

/** Hidden names are temporary files, which Prometheus' pattern does not match. */
export const targetFileName = (vmId: number): string => `vm-${vmId}.json`;

/** The VM whose file it is; `undefined` for files that are not ours. */
export const vmOfTargetFile = (name: string): number | undefined => {
  const digits = /^vm-(0|[1-9]\d{0,9})\.json$/.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
};

/**
 * A file without targets that stays when the last VM's file goes. Where no file is left and Prometheus reads its
 * configuration again within seconds, it would keep the last target for ever (prometheus/prometheus#12007).
 */
export const lastingFileName = 'vm-none.json';
export const lastingFileContent = formatTargetGroups([{ targets: [], labels: {} }]);

export const targetFilePattern = 'vm-*.json';

/** What a write of a target file that was killed has left, or one that goes on. */
export const isLeftover = (name: string): boolean => /^\.vm-(?:\d+|none)\.json\..*\.tmp$/.test(name);
