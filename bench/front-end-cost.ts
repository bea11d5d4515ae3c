/** What a refresh costs the front-end: our short calls against the extended pool each time. */
import { fingerprintOf, type KnownAttributes, planAttributeReads } from '../collectors/attribute-plan.ts';
import { type Vm, vmShape } from '../lib/one/vm.ts';
import { formatExtendedVm, formatShortVm } from '../simulator/documents.ts';
import {
  encodeVmMonitoring,
  encodeVmPool,
  piecesOf,
  readCpuRecords,
  readVms,
  stillCloud,
} from './documents.ts';
import type { Lab } from './lab.ts';
import { type Bench, type Finding, formatMegabytes, formatMs, measureInTurn } from './measure.ts';
import { type ScrapeRounds, sumOfCounter } from './scrape-rounds.ts';

const refreshMs = 15_000;
const hourMs = 3_600_000;
const extendedMethod = 'method="one.vmpool.infoextended"';

/** VMs whose attributes are read again at one refresh, on average over an hour, when nothing changes. */
const averageDue = (vms: readonly Vm[]): number => {
  let known = new Map<number, KnownAttributes>();
  const read = (ids: ReadonlySet<number>, readAt: number): void => {
    known = new Map(
      vms.map((vm) => {
        const before = ids.has(vm.id) ? undefined : known.get(vm.id);
        return [
          vm.id,
          before ?? {
            flavours: -1,
            exporter: undefined,
            tokenUsers: undefined,
            fingerprint: fingerprintOf(vm),
            readAt,
          },
        ];
      }),
    );
  };
  read(new Set(), 0);
  let due = 0;
  for (let now = refreshMs; now <= 2 * hourMs; now += refreshMs) {
    const plan = planAttributeReads(vms, known, now);
    const ids = plan.kind === 'all' ? vms.map(({ id }) => id) : plan.ids;
    if (ids.length > 0) read(new Set(ids), now);
    if (now > hourMs) due += ids.length;
  }
  return due / (hourMs / refreshMs);
};

/** A counter's growth at one refresh. */
const perRefresh = ({ firstPage, lastPage, rounds }: ScrapeRounds, name: string, label: string): number =>
  (sumOfCounter(lastPage, name, label) - sumOfCounter(firstPage, name, label)) / rounds;

const callsFinding = (scrapes: ScrapeRounds, due: number): Finding => {
  const calls = perRefresh(scrapes, 'opennebula_exporter_one_calls_total', '');
  const vmCalls = perRefresh(scrapes, 'opennebula_exporter_one_calls_total', 'one.vmpool.');
  const withSet = Math.ceil(due / 1000);
  return {
    what: 'calls asked of oned at one refresh, all pools',
    ours: `${calls} (${vmCalls} for VMs) + ${withSet} one.vmpool.infoset`,
    comparedWith: `infoextended each time: ${calls - vmCalls + 1}`,
    ratio: (calls + withSet) / (calls - vmCalls + 1),
  };
};

const bytesFinding = (scrapes: ScrapeRounds, share: number): Finding => {
  const name = 'opennebula_exporter_one_answer_bytes_total';
  const short = perRefresh(scrapes, name, 'one.vmpool.');
  const extended = sumOfCounter(scrapes.firstPage, name, extendedMethod);
  const set = share * extended;
  return {
    what: 'bytes asked of oned for VMs at one refresh, 10,000 VMs',
    ours: `one.vmpool.info ${formatMegabytes(short)} + one.vmpool.infoset ${formatMegabytes(set)}`,
    comparedWith: `infoextended each time: ${formatMegabytes(extended)}`,
    ratio: (short + set) / extended,
  };
};

export const createFrontEndCost = (lab: Lab): Bench => ({
  name: 'front-end-cost',
  method: `Calls and bytes as the exporter's own counters have them, over the rounds of fresh-scrape (10,000 VMs that do
not change), against the bytes of its one call of one.vmpool.infoextended. To these comes one.vmpool.infoset for
VMs whose attributes are due: the share of the VMs that collectors/attribute-plan.ts names at a refresh, averaged
over an hour of refreshes every 15 s. Reading: the encoded answer in memory in pieces of 64 KiB, nine rounds.`,
  async run() {
    const scrapes = await lab.largeScrapes();
    const settings = stillCloud(500, 10_000);
    const short = piecesOf(encodeVmPool(settings, formatShortVm));
    const extended = piecesOf(encodeVmPool(settings, formatExtendedVm));
    const monitoring = encodeVmMonitoring(settings);
    const records = piecesOf(monitoring);
    const vms = readVms(short, vmShape);
    const due = averageDue(vms);
    const share = due / vms.length;
    const times = await measureInTurn(9, {
      short: () => readVms(short, vmShape),
      extended: () => readVms(extended),
      records: () => readCpuRecords(records),
    });
    const withSet = times.short + share * times.extended;
    return [
      callsFinding(scrapes, due),
      bytesFinding(scrapes, share),
      {
        what: 'reading them, 10,000 VMs',
        ours: `${formatMs(times.short)} + ${formatMs(share * times.extended)} for ${(share * 100).toFixed(1)} % of the VMs`,
        comparedWith: `infoextended: ${formatMs(times.extended)}`,
        ratio: withSet / times.extended,
      },
      {
        what: 'the CPU of 10,000 VMs, once a minute where an agent needs it',
        ours: `one.vmpool.monitoring ${formatMegabytes(monitoring.length)}, ${formatMs(times.records)} to read`,
        comparedWith: `one.vmpool.info at four refreshes: ${formatMs(4 * times.short)}`,
        ratio: times.records / (4 * times.short),
      },
    ];
  },
});
