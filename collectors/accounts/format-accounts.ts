/**
 * Writes the accounts as they outlive the exporter: a file of frames, one with the sums and what agents have counted, and
 * one for each hour that is not in the ledger yet.
 *
 * What agents have said last that count no energy is not kept: while the exporter does not run, nobody measures with them.
 */
import type { Accounts, HostAccount, VmAccount } from './accounts.ts';
import { fileHead, framePieces } from './frames.ts';
import { createLineWriter, type LineWriter } from './line-writer.ts';
import { moveMeasured } from './move-clock.ts';
import { formatRows } from './rows.ts';
import type { Place } from './spans.ts';

const writeVm = (lines: LineWriter, id: number, vm: VmAccount, aheadMs: number): void => {
  lines.text('vm');
  lines.number(id);
  lines.text(vm.name);
  lines.text(vm.owner);
  lines.text(vm.group);
  if (vm.hostId === undefined) lines.text('');
  else lines.number(vm.hostId);
  lines.number(Number(vm.isRunning));
  lines.number(Number(vm.isMigrating));
  lines.number(vm.seenAt + aheadMs);
  lines.number(vm.settledAt + aheadMs);
  lines.number(vm.own);
  lines.number(vm.share);
  lines.number(vm.measuredMs);
  lines.number(vm.unmeasuredMs);
  lines.number(vm.lifeMs);
  lines.text(vm.flavour);
  lines.text(vm.labels);
  if (vm.gpuMs > 0) {
    lines.number(vm.gpu);
    lines.number(vm.gpuMs);
  }
  lines.endLine();
};

const writeHost = (lines: LineWriter, id: number, host: HostAccount, aheadMs: number): void => {
  lines.text('host');
  lines.number(id);
  lines.text(host.name);
  lines.text(host.cluster);
  lines.number(host.settledAt + aheadMs);
  lines.number(moveMeasured(host.vmsMeasuredAt, aheadMs));
  const { total, rest, measuredMs, supplyBase, supply, pueBase, pue } = host;
  for (const amount of [total, rest, measuredMs, supplyBase, supply, pueBase, pue]) lines.number(amount);
  lines.text(host.gridZone);
  lines.endLine();
};

const writePlace = (lines: LineWriter, place: string, known: Place, aheadMs: number): void => {
  const { agent, readAt, counters } = known;
  if (counters === undefined) return;
  lines.text('place');
  lines.text(place);
  lines.text(agent);
  lines.number(readAt + aheadMs);
  lines.number(counters.seconds);
  lines.number(counters.hostJoules);
  lines.text(counters.meter);
  lines.text(String(counters.rawHostJoules ?? ''));
  lines.text(String(counters.cpus ?? ''));
  lines.endLine();
  for (const [key, { count }] of counters.vms) {
    lines.text('count');
    lines.text(key);
    lines.number(count);
    lines.endLine();
  }
};

/** Of a line: seldom more. */
const expectedBytes = 160;

/** Those of VMs; and a line for each place. */
const countersIn = (places: Accounts['places']): number => {
  let count = 0;
  for (const { counters } of places.values()) count += 1 + (counters?.vms.size ?? 0);
  return count;
};

/** @param aheadMs what the clock of what is kept is ahead of the accounts' */
export const formatAccounts = ({ at, term, vms, hosts, places, batch }: Accounts, aheadMs = 0): Buffer => {
  const lines = createLineWriter((vms.size + hosts.size + countersIn(places)) * expectedBytes);
  lines.text('at');
  if (at === undefined) lines.text('');
  else lines.number(at + aheadMs);
  lines.number(batch.hours.size);
  lines.endLine();
  if (term !== 0) {
    lines.text('term');
    lines.number(term);
    lines.endLine();
  }
  for (const [id, vm] of vms) writeVm(lines, id, vm, aheadMs);
  for (const [id, host] of hosts) writeHost(lines, id, host, aheadMs);
  for (const [place, known] of places) writePlace(lines, place, known, aheadMs);
  return Buffer.concat([
    Buffer.from(fileHead),
    ...framePieces('accounts', batch.sequence, 0, lines.finish()),
    ...[...batch.hours].flatMap(([hour, rows]) =>
      framePieces('block', batch.sequence, hour, formatRows(rows)),
    ),
  ]);
};
