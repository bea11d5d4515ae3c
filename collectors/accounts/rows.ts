/** The lines of an hour: who the VMs and hosts are, what they used, and how long. Fields are separated by tabs. */

import type { HostIdentity, HostRow, HourRows, Policy, VmIdentity, VmRow } from './accounts.ts';
import { escapeField, unescapeField } from './fields.ts';
import { createLineWriter, type LineWriter } from './line-writer.ts';

/** What of names is known to whoever reads on from here: a name is written again only when it has changed. */
export interface KnownNames {
  readonly vms: Map<number, string>;
  readonly hosts: Map<number, string>;
}
export const noNames = (): KnownNames => ({ vms: new Map(), hosts: new Map() });

const vmLine = (vmId: number, { name, owner, group, flavour, labels }: VmIdentity): string => {
  const tags = flavour === '' && labels === '' ? '' : `\t${escapeField(flavour)}\t${escapeField(labels)}`;
  return `vm\t${vmId}\t${escapeField(name)}\t${escapeField(owner)}\t${escapeField(group)}${tags}\n`;
};
const hostLine = (hostId: number, { name, cluster, gridZone }: HostIdentity): string => {
  const zone = gridZone === '' ? '' : `\t${escapeField(gridZone)}`;
  return `host\t${hostId}\t${escapeField(name)}\t${escapeField(cluster)}${zone}\n`;
};

/** Whether this line is known to the reader; it is from now on. */
const isKnown = (known: Map<number, string>, id: number, line: string): boolean => {
  if (known.get(id) === line) return true;
  known.set(id, line);
  return false;
};

const writeGpu = (lines: LineWriter, { vmId, hostId, gpu, gpuMs }: VmRow): void => {
  lines.text('gpu');
  lines.number(vmId);
  lines.number(hostId);
  lines.number(gpu);
  lines.seconds(gpuMs);
  lines.endLine();
};

const writeVm = (lines: LineWriter, row: VmRow, known: KnownNames | undefined): void => {
  const { vmId } = row;
  if (known === undefined || !isKnown(known.vms, vmId, vmLine(vmId, row))) {
    lines.text('vm');
    lines.number(vmId);
    lines.text(row.name);
    lines.text(row.owner);
    lines.text(row.group);
    if (row.flavour !== '' || row.labels !== '') {
      lines.text(row.flavour);
      lines.text(row.labels);
    }
    lines.endLine();
  }
  lines.text('use');
  lines.number(vmId);
  lines.number(row.hostId);
  lines.number(row.own);
  lines.number(row.share);
  lines.seconds(row.measuredMs);
  lines.seconds(row.unmeasuredMs);
  lines.seconds(row.lifeMs);
  lines.endLine();
  if (row.gpuMs > 0) writeGpu(lines, row);
};

const writeHost = (lines: LineWriter, row: HostRow, known: KnownNames | undefined): void => {
  const { hostId } = row;
  if (known === undefined || !isKnown(known.hosts, hostId, hostLine(hostId, row))) {
    lines.text('host');
    lines.number(hostId);
    lines.text(row.name);
    lines.text(row.cluster);
    if (row.gridZone !== '') lines.text(row.gridZone);
    lines.endLine();
  }
  lines.text('draw');
  lines.number(hostId);
  lines.number(row.total);
  lines.number(row.rest);
  lines.seconds(row.measuredMs);
  const factors = [row.supplyBase, row.supply, row.pueBase, row.pue];
  if (factors.some((amount) => amount > 0)) for (const amount of factors) lines.number(amount);
  lines.endLine();
};

const writePolicy = (lines: LineWriter, { attribution, idle }: Policy): void => {
  lines.text('policy');
  lines.text(attribution);
  lines.text(idle);
  lines.endLine();
};

/** By their VMs, as they mostly are already: a large cloud has many. */
const inOrder = (rows: readonly VmRow[]): readonly VmRow[] => {
  let before = Number.NEGATIVE_INFINITY;
  for (const { vmId } of rows) {
    if (vmId < before) return [...rows].sort((one, other) => one.vmId - other.vmId);
    before = vmId;
  }
  return rows;
};

/** Of the lines of a VM or a host: seldom more. */
const expectedBytes = 160;

/** @param known is brought up to date; where it is not given, all names are written */
export const formatRows = ({ vms, hosts, policies }: HourRows, known?: KnownNames): Buffer => {
  const lines = createLineWriter((vms.length + hosts.size) * expectedBytes);
  for (const policy of policies) writePolicy(lines, policy);
  for (const row of hosts.values()) writeHost(lines, row, known);
  for (const row of inOrder(vms)) writeVm(lines, row, known);
  return lines.finish();
};

/** Is told of each line. Amounts are in millijoules and milliseconds. */
export interface RowVisitor {
  onVm(vmId: number, identity: VmIdentity): void;
  onHost(hostId: number, identity: HostIdentity): void;
  onUse(
    vmId: number,
    hostId: number,
    own: number,
    share: number,
    measuredMs: number,
    unmeasuredMs: number,
    lifeMs: number,
  ): void;
  onDraw(
    hostId: number,
    total: number,
    rest: number,
    measuredMs: number,
    supplyBase: number,
    supply: number,
    pueBase: number,
    pue: number,
  ): void;
  /** Follows the line of the VM's use on that host. */
  onGpu?(vmId: number, hostId: number, gpu: number, gpuMs: number): void;
  /** By which rules the energy of the hour was given to VMs; lines of the first version do not tell. */
  onPolicy?(attribution: string, idle: string): void;
}

const [tab, newline, minus, point, zero] = [9, 10, 45, 46, 48];

/** Reads numbers from bytes: a month of a large cloud has millions of lines, of which no text is made. */
const createNumbers = (bytes: Buffer) => {
  let at = 0;
  return {
    moveTo: (to: number): void => {
      at = to;
    },
    isBefore: (end: number): boolean => at < end,
    /** The next field, in thousandths. */
    thousandths(): number {
      let value = 0;
      let decimals = -1;
      const isNegative = bytes[at] === minus;
      if (isNegative) at += 1;
      for (; ; at += 1) {
        const byte = bytes[at];
        if (byte === undefined || byte === tab || byte === newline) break;
        if (byte === point) decimals = 0;
        else {
          value = value * 10 + (byte - zero);
          if (decimals >= 0) decimals += 1;
        }
      }
      at += 1;
      for (let missing = Math.max(0, decimals); missing < 3; missing += 1) value *= 10;
      return isNegative ? -value : value;
    },
    whole(): number {
      let value = 0;
      const isNegative = bytes[at] === minus;
      if (isNegative) at += 1;
      for (; ; at += 1) {
        const byte = bytes[at];
        if (byte === undefined || byte === tab || byte === newline) break;
        value = value * 10 + (byte - zero);
      }
      at += 1;
      return isNegative ? -value : value;
    },
  };
};

const readNames = (line: string, visitor: RowVisitor): void => {
  const [kind, id, ...names] = line.split('\t');
  const fields = names.map(unescapeField);
  if (kind === 'vm') {
    const [name = '', owner = '', group = '', flavour = '', labels = ''] = fields;
    visitor.onVm(Number(id), { name, owner, group, flavour, labels });
  } else if (kind === 'host') {
    const [name = '', cluster = '', gridZone = ''] = fields;
    visitor.onHost(Number(id), { name, cluster, gridZone });
  } else if (kind === 'policy') visitor.onPolicy?.(unescapeField(id ?? ''), fields[0] ?? '');
};

/** Reads the lines of a sound frame. */
export const readRows = (body: Buffer, visitor: RowVisitor): void => {
  const numbers = createNumbers(body);
  const [u, d, g] = ['u'.charCodeAt(0), 'd'.charCodeAt(0), 'g'.charCodeAt(0)];
  let at = 0;
  while (at < body.length) {
    const end = body.indexOf(newline, at);
    if (end === -1) return;
    const first = body[at];
    if (first === u) {
      numbers.moveTo(at + 'use\t'.length);
      visitor.onUse(
        numbers.whole(),
        numbers.whole(),
        numbers.whole(),
        numbers.whole(),
        numbers.thousandths(),
        numbers.thousandths(),
        numbers.thousandths(),
      );
    } else if (first === d) {
      numbers.moveTo(at + 'draw\t'.length);
      visitor.onDraw(
        numbers.whole(),
        numbers.whole(),
        numbers.whole(),
        numbers.thousandths(),
        numbers.isBefore(end) ? numbers.whole() : 0,
        numbers.isBefore(end) ? numbers.whole() : 0,
        numbers.isBefore(end) ? numbers.whole() : 0,
        numbers.isBefore(end) ? numbers.whole() : 0,
      );
    } else if (first === g) {
      numbers.moveTo(at + 'gpu\t'.length);
      visitor.onGpu?.(numbers.whole(), numbers.whole(), numbers.whole(), numbers.thousandths());
    } else readNames(body.toString('utf8', at, end), visitor);
    at = end + 1;
  }
};

/** The names that stand in these lines. */
export const namesIn = (bodies: readonly Buffer[]): KnownNames => {
  const known = noNames();
  const visitor: RowVisitor = {
    onVm: (vmId, identity) => void known.vms.set(vmId, vmLine(vmId, identity)),
    onHost: (hostId, identity) => void known.hosts.set(hostId, hostLine(hostId, identity)),
    onUse: () => undefined,
    onDraw: () => undefined,
  };
  for (const body of bodies) readRows(body, visitor);
  return known;
};
