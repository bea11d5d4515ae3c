/**
 * A folder for each VM in which its guest finds its own energy, as the kernel's powercap would show it: Scaphandre
 * (`--vm`), Kepler and node_exporter read it.
 *
 * There is one zone, the energy of the VM as a part of the capacity. max_energy_range_uj is 0, so that nobody takes a
 * counter that falls for one that begins anew at its range; the counter itself never is 0, which some take for a
 * sensor of power.
 */

/** Below the folder of the VM. */
export const zoneFolders: readonly string[] = ['class', 'powercap', 'intel-rapl:0'];
export const energyFile = 'energy_uj';

/** By name. The counter begins at 1. */
export const newZoneFiles: Readonly<Record<string, string>> = {
  name: 'package-0\n',
  max_energy_range_uj: '0\n',
  [energyFile]: '1\n',
};

/** Whether a domain's name can be the name of a folder; OpenNebula's all can. */
export const isFolderName = (domain: string): boolean => /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(domain);

/** The counter in a file; at least 1, also where the file holds nothing of use. */
export const parseTreeCounter = (text: string): number => {
  const counter = /^\d{1,16}\n?$/.test(text) ? Number(text) : 1;
  return Number.isSafeInteger(counter) ? Math.max(1, counter) : 1;
};

/** It has as many digits as the text before it, or more: a reader never sees digits of both. */
export const formatTreeCounter = (microjoules: number): string => `${Math.floor(microjoules)}\n`;
