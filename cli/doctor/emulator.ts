/** EMULATOR of KVM's driver: Kepler takes a process for a VM by the path of its program. */
import type { ExporterPage } from './exporter-page.ts';
import { type Attempt, judgeProblem, ok, type Verdict, warning } from './finding.ts';

export interface EmulatorFacts {
  readonly page: Pick<ExporterPage, 'agents' | 'unmeasured'>;
  readonly emulatorFile: string;
  /** Of the driver's file; '' where it names none. */
  readonly emulator: Attempt<string>;
}

/** What OpenNebula's packages start VMs with. */
const usual = '/usr/bin/qemu-kvm-one';

/** The last of several counts, and a value may stand in quotes. */
export const parseEmulator = (text: string): string =>
  [...text.matchAll(/^[ \t]*EMULATOR[ \t]*=[ \t]*"?([^"\s#]*)/gm)].at(-1)?.[1] ?? '';

/** Kepler 0.10 knows the first alone. */
const isSeenByKepler = (emulator: string, versions: readonly string[]): boolean =>
  emulator.startsWith('/usr/bin/qemu-system-') ||
  (['/usr/libexec/qemu-kvm', '/usr/bin/kvm'].includes(emulator) &&
    !versions.some((version) => /^v?0\.10(?!\d)/.test(version)));

const nextStart = 'it takes effect when a VM is started the next time (onevm poweroff, then onevm resume)';

/** Nothing to say where Kepler is no host's agent. */
export const judgeEmulator = ({ page, emulatorFile, emulator }: EmulatorFacts): readonly Verdict[] => {
  const keplers = page.agents.filter(({ agent, reason }) => agent === 'kepler' && reason === 'ok');
  const hosts = new Set(keplers.map(({ hostId }) => hostId));
  if (hosts.size === 0) return [];
  const details = { subject: emulatorFile };
  if (!('value' in emulator))
    return [judgeProblem(emulator, 'look at it as root: it tells whether Kepler can see VMs', details)];
  const path = emulator.value === '' ? usual : emulator.value;
  const missing = page.unmeasured.filter(
    ({ hostId, reason }) => reason === 'process_not_found' && hosts.has(hostId),
  ).length;
  const vms = missing === 1 ? '1 VM on a host with Kepler is' : `${missing} VMs on hosts with Kepler are`;
  const versions = keplers.map(({ version }) => version);
  if (isSeenByKepler(path, versions))
    return missing === 0
      ? [ok(`EMULATOR is ${path}, which Kepler takes for a VM`, details)]
      : [
          warning(
            `EMULATOR is ${path}, which Kepler takes for a VM, but ${vms} not measured`,
            nextStart,
            details,
          ),
        ];
  // Where Kepler sees no VM, what VMs draw is an estimate at most.
  const estimated = keplers.filter((one) => one.method === 'opennebula_cpu').length;
  const blind = `${estimated === 1 ? '1 host with Kepler estimates' : `${estimated} hosts with Kepler estimate`} the power of VMs`;
  const told = [...(missing > 0 ? [`${vms} not measured`] : []), ...(estimated > 0 ? [blind] : [])];
  return told.length === 0
    ? [ok(`EMULATOR is ${path}; the pages of Kepler tell which process is which VM`, details)]
    : [
        warning(
          `EMULATOR is ${path}, which Kepler takes for no VM: ${told.join('; ')}`,
          `host.sh --agent kepler on the hosts, which puts the process of each VM behind Kepler's page; or EMULATOR = /usr/bin/qemu-system-x86_64 (/usr/libexec/qemu-kvm on Enterprise Linux, with Kepler 0.11 or newer): ${nextStart}`,
          details,
        ),
      ];
};
