/** The lines of an hour: who the VMs and hosts are, what they used, and how long. Fields are separated by tabs. */
import type { HostIdentity, HostRow, HourRows, Policy, VmIdentity, VmRow } from './accounts.ts';

const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };
const unescapes = new Map(Object.entries(escapes).map(([character, written]) => [written, character]));

const special = /[\\\t\n\r]/;
export const escapeField = (text: string): string =>
  !special.test(text) ? text : text.replace(/[\\\t\n\r]/g, (found) => escapes[found] ?? found);
export const unescapeField = (text: string): string =>
  text.includes('\\') ? text.replace(/\\./g, (found) => unescapes.get(found) ?? found) : text;

/** Milliseconds as seconds. */
export const formatSeconds = (ms: number): string => {
  const whole = Math.floor(ms / 1000);
  const rest = ms - whole * 1000;
  return rest === 0 ? String(whole) : `${whole}.${String(rest).padStart(3, '0').replace(/0+$/, '')}`;
};

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

const formatVm = (row: VmRow, known: KnownNames): string => {
  const { vmId } = row;
  const identity = vmLine(vmId, row);
  const isKnown = known.vms.get(vmId) === identity;
  known.vms.set(vmId, identity);
  const times = [row.measuredMs, row.unmeasuredMs, row.lifeMs].map(formatSeconds).join('\t');
  return `${isKnown ? '' : identity}use\t${vmId}\t${row.hostId}\t${row.own}\t${row.share}\t${times}\n`;
};

const formatHost = (row: HostRow, known: KnownNames): string => {
  const { hostId, total, rest, measuredMs } = row;
  const factors = [row.supplyBase, row.supply, row.pueBase, row.pue];
  const written = factors.some((amount) => amount > 0) ? `\t${factors.join('\t')}` : '';
  const identity = hostLine(hostId, row);
  const isKnown = known.hosts.get(hostId) === identity;
  known.hosts.set(hostId, identity);
  return `${isKnown ? '' : identity}draw\t${hostId}\t${total}\t${rest}\t${formatSeconds(measuredMs)}${written}\n`;
};

const policyLine = ({ attribution, idle }: Policy): string => `policy\t${attribution}\t${idle}\n`;

/** @param known is brought up to date */
export const formatRows = ({ vms, hosts, policies }: HourRows, known: KnownNames): string => {
  const rows = [...vms.values()].sort((one, other) => one.vmId - other.vmId);
  return [
    ...policies.map(policyLine),
    ...[...hosts.values()].map((row) => formatHost(row, known)),
    ...rows.map((row) => formatVm(row, known)),
  ].join('');
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
  const [u, d] = ['u'.charCodeAt(0), 'd'.charCodeAt(0)];
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
