/** The file of a VM's targets for file_sd: one for each VM, so that two hooks of two VMs never meet. */

/** Hidden names are temporary files, which Prometheus' pattern does not match. */
export const targetFileName = (vmId: number): string => `vm-${vmId}.json`;

/** The VM whose file it is; `undefined` for files that are not ours. */
export const vmOfTargetFile = (name: string): number | undefined => {
  const digits = /^vm-(0|[1-9]\d{0,9})\.json$/.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
};

export const targetFilePattern = 'vm-*.json';
