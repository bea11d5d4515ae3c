/** A report of energy, against what a shell makes of the same files. */
import { mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import { type HourRows, nobody, noHost } from '../collectors/accounts/accounts.ts';
import { openLedger } from '../collectors/accounts/io/ledger.ts';
import type { Lab } from './lab.ts';
import { atMost, type Bench, formatMs, medianOf, timeMs } from './measure.ts';

const [hostCount, vmCount, dayCount, rounds] = [500, 10_000, 3, 3];
const hourMs = 3_600_000;
const firstHour = Date.UTC(2026, 10, 1);

/** Amounts differ from VM to VM and from hour to hour, as real ones do: equal ones would be compressed to nothing. */
const rowsOf = (hour: number): HourRows => {
  const amount = (seed: number): number => ((seed * 7919 + hour * 104_729) % 3_000_000) + 10_000_000;
  const vms = Array.from({ length: vmCount }, (_, vmId) => ({
    ...nobody,
    vmId,
    hostId: vmId % hostCount,
    name: `vm-${vmId}`,
    owner: `user-${vmId % 97}`,
    group: 'users',
    own: amount(vmId),
    share: amount(vmId + 1),
    measuredMs: hourMs,
    unmeasuredMs: 0,
    lifeMs: hourMs,
    gpu: 0,
    gpuMs: 0,
  }));
  const hosts = Array.from({ length: hostCount }, (_, hostId) => ({
    ...noHost,
    hostId,
    name: `kvm${hostId}`,
    cluster: 'default',
    total: amount(hostId) * 40,
    rest: 0,
    measuredMs: hourMs,
    supplyBase: 0,
    supply: 0,
    pueBase: 0,
    pue: 0,
  }));
  return {
    vms,
    hosts: new Map(hosts.map((row) => [row.hostId, row])),
    policies: [{ attribution: 'capacity', idle: 'reserved' }],
  };
};

const writeLedger = async (folder: string): Promise<readonly string[]> => {
  await mkdir(folder);
  const ledger = openLedger(folder);
  const hours = 24 * dayCount;
  for (let hour = 0; hour < hours; hour += 1)
    await ledger.append(hour + 1, firstHour + hour * hourMs, rowsOf(hour));
  await ledger.closeDays(firstHour + hours * hourMs, 0);
  return (await readdir(folder))
    .filter((name) => name.endsWith('.gz'))
    .map((name) => path.join(folder, name));
};

const sums =
  '$1 == "use" { own[$2] += $4; share[$2] += $5; time[$2] += $6 } END { for (vm in own) print vm, own[vm], share[vm], time[vm] }';

export const createEnergyReport = ({ folder, processes }: Lab): Bench => ({
  name: 'energy-report',
  method: `The sums of three days of 10,000 VMs on 500 hosts from the compressed files of the ledger: \`oneext energy
report --by vm --format csv\`, from its start to its end, against \`zcat | awk\` that adds three columns by VM and
checks nothing. Three rounds.`,
  async run() {
    const ledger = path.join(folder, 'energy-ledger');
    const files = await writeLedger(ledger);
    const ours = ['dist/oneext', 'energy', 'report', '--month', '2026-11', '--by', 'vm', '--format', 'csv'];
    const report = [...ours, '--energy.directory', ledger];
    const shell = ['sh', '-c', 'sums=$1; shift; zcat "$@" | awk -F "\\t" "$sums"', 'sh', sums, ...files];
    const [ourTimes, shellTimes]: [number[], number[]] = [[], []];
    for (let round = 0; round < rounds; round += 1) {
      ourTimes.push(await timeMs(() => processes.runToEnd(report)));
      shellTimes.push(await timeMs(() => processes.runToEnd(shell)));
    }
    const [oursMs, shellMs] = [medianOf(ourTimes), medianOf(shellTimes)];
    return [
      {
        what: `a report by VM, ${(vmCount * 24 * dayCount) / 1e6} million lines in ${files.length} files`,
        ours: formatMs(oursMs),
        comparedWith: `zcat | awk: ${formatMs(shellMs)}`,
        ratio: oursMs / shellMs,
        target: atMost(1.5, oursMs / shellMs),
      },
    ];
  },
});
